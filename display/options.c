#include "display/options.h"

#include "base/stamp.h"
#include "base/text.h"
#include "display/layout.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

const char options_help[] =
    "pitboard-screen: the screen in the lounge or on the shop floor\n"
    "\n"
    "usage: pitboard-screen [-c FILE] [-o KEY=VALUE]... [--view VIEW] [--lang ru[,en]] [--size WxH]\n"
    "                       [--board FILE.json] [--snapshot OUT.png | --keep OUT.png] [--at TIME]\n"
    "\n"
    "  -c FILE           configuration; default /etc/pitboard/pitboard.cfg, then built-in defaults\n"
    "  -o KEY=VALUE      sets one key after the file, as in the file: -o broker.port=18830\n"
    "  --view VIEW       lounge: the public board; workshop: the staff's, bay by bay\n"
    "  --lang ru[,en]    one language or two\n"
    "  --size WxH        size of the picture, 360 to 8192 each way; without it the screen's, or 1920x1080\n"
    "  --board FILE      a board from a file instead of a broker; its time is the last beat\n"
    "  --snapshot PNG    draws once, without a screen, and ends; from a broker it waits for a beat\n"
    "  --keep PNG        keeps this file up to date instead of a window\n"
    "  --at TIME         with --board: what time it is, 2026-11-21T14:32:00+03:00\n"
    "  --check           only reads the configuration: colours, languages, widths of labels\n"
    "  --help, --version\n"
    "\n"
    "The type is as large as screen.distance_m asks for. Where a page then holds fewer than two cars,\n"
    "or a round of pages takes more than two minutes, the log says so: lower the distance, show one\n"
    "language, or hang the screen upright.\n"
    "Without a display, a broker or a hub it goes on and tries again for ever.\n"
    "Ends with 0 done, 2 wrong use or configuration, 3 the X server died, there is no font, a snapshot got "
    "no\n"
    "beat or could not be written.\n";

enum {
    OPT_VIEW = 256,
    OPT_LANG,
    OPT_SIZE,
    OPT_BOARD,
    OPT_SNAPSHOT,
    OPT_KEEP,
    OPT_AT,
    OPT_CHECK,
    OPT_HELP,
    OPT_VERSION
};

static bool read_size(struct options *o, const char *text)
{
    char buf[32], *cross;
    int64_t w, h;
    if (!text_copy(buf, sizeof buf, text) || !(cross = strchr(buf, 'x')))
        return false;
    *cross = '\0';
    if (!text_int(buf, LAYOUT_SIDE_MIN, LAYOUT_SIDE_MAX, &w) ||
        !text_int(cross + 1, LAYOUT_SIDE_MIN, LAYOUT_SIDE_MAX, &h))
        return false;
    o->w = (int)w;
    o->h = (int)h;
    return true;
}

/* Whether there are words for it is found out when they are looked for. */
static bool is_code(const char *text)
{
    size_t n = strlen(text);
    return n >= 2 && n <= 3 && strspn(text, "abcdefghijklmnopqrstuvwxyz") == n;
}

static bool read_languages(struct options *o, const char *text)
{
    char buf[16], *comma;
    if (!text_copy(buf, sizeof buf, text))
        return false;
    comma = strchr(buf, ',');
    if (comma)
        *comma++ = '\0';
    if (!is_code(buf) || (comma && (!is_code(comma) || strcmp(buf, comma) == 0)))
        return false;
    o->languages[1][0] = '\0';
    return text_copy(o->languages[0], sizeof o->languages[0], buf) &&
           (!comma || text_copy(o->languages[1], sizeof o->languages[1], comma));
}

/* The cure if the value of an option is wrong, NULL if it was taken. */
static const char *take(struct options *o, int option, const char *value)
{
    switch (option) {
    case 'c':
        o->config = value;
        break;
    case 'o':
        if (o->n_settings == OPTIONS_SETTINGS_MAX)
            return "there are too many; put them into the file";
        o->settings[o->n_settings++] = value;
        break;
    case OPT_VIEW:
        o->workshop = strcmp(value, "workshop") == 0;
        o->lounge = strcmp(value, "lounge") == 0;
        return o->workshop || o->lounge ? NULL : "there are lounge and workshop";
    case OPT_LANG:
        return read_languages(o, value) ? NULL : "write a language as ru, two as ru,en";
    case OPT_SIZE:
        return read_size(o, value) ? NULL : "write it as 1920x1080; 360 to 8192 each way";
    case OPT_BOARD:
        o->board = value;
        break;
    case OPT_SNAPSHOT:
        o->snapshot = value;
        break;
    case OPT_KEEP:
        o->keep = value;
        break;
    case OPT_AT:
        return stamp_parse(value, strlen(value), &o->at) ? NULL : "write it as 2026-11-21T14:32:00+03:00";
    case OPT_CHECK:
        o->check = true;
        break;
    case OPT_HELP:
        o->help = true;
        break;
    case OPT_VERSION:
        o->version = true;
        break;
    default:
        break;
    }
    return NULL;
}

static bool agree(const struct options *o, char *fault, unsigned size)
{
    if (o->snapshot && o->keep)
        snprintf(fault, size, "--snapshot and --keep exclude each other");
    else if (!wall_is_none(o->at) && !o->board)
        snprintf(fault, size, "--at needs --board: a broker's board is shown as it is now");
    else
        return true;
    return false;
}

bool options_read(struct options *o, int argc, char **argv, char *fault, unsigned size)
{
    static const struct option longs[] = {
        { "config", required_argument, NULL, 'c' },
        { "view", required_argument, NULL, OPT_VIEW },
        { "lang", required_argument, NULL, OPT_LANG },
        { "size", required_argument, NULL, OPT_SIZE },
        { "board", required_argument, NULL, OPT_BOARD },
        { "snapshot", required_argument, NULL, OPT_SNAPSHOT },
        { "keep", required_argument, NULL, OPT_KEEP },
        { "at", required_argument, NULL, OPT_AT },
        { "check", no_argument, NULL, OPT_CHECK },
        { "help", no_argument, NULL, OPT_HELP },
        { "version", no_argument, NULL, OPT_VERSION },
        { NULL, 0, NULL, 0 },
    };
    int option, index = 0;
    *o = (struct options){ .at = WALL_NONE };
    opterr = 0;
    optind = 1;
    while ((option = getopt_long(argc, argv, ":c:o:", longs, &index)) != -1) {
        if (option == '?' || option == ':') {
            snprintf(fault, size, option == '?' ? "%s is no option; --help lists them" : "%s needs a value",
                     argv[optind - 1]);
            return false;
        }
        const char *cure = take(o, option, optarg);
        if (cure) {
            snprintf(fault, size, "%s: \"%.60s\" will not do; %s", option < 256 ? "-o" : longs[index].name,
                     optarg, cure);
            return false;
        }
    }
    if (optind < argc) {
        snprintf(fault, size, "%.60s: nothing stands without an option; --help lists them", argv[optind]);
        return false;
    }
    return o->help || o->version || agree(o, fault, size);
}

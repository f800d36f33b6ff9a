#include "conf/checks.h"

#include "base/text.h"

#include <stdbool.h>
#include <string.h>

/* Whether the level of a filter at `p` matches `name`. */
static bool level_matches(const char *p, const char *name)
{
    size_t n = strcspn(p, "/");
    return (n == 1 && *p == '+') || (n == strlen(name) && memcmp(p, name, n) == 0);
}

/* Whether a filter matches a topic below pit/v1/. */
static bool meets_own(const char *filter)
{
    static const char *const own[] = { "pit", "v1" };
    for (int i = 0; i < 2; i++) {
        if (*filter == '#')
            return true;
        if (!level_matches(filter, own[i]))
            return false;
        filter += strcspn(filter, "/");
        if (*filter++ != '/')
            return false;
    }
    return true;
}

/* "+" and "#" stand alone in their level, "#" in the last one. */
static bool is_filter(const char *text)
{
    for (const char *p = text; (p = strpbrk(p, "+#")); p++) {
        bool begins = p == text || p[-1] == '/';
        if (!begins || (p[1] && (*p == '#' || p[1] != '/')))
            return false;
    }
    return true;
}

const char *check_filter(const char *text)
{
    if (!is_filter(text))
        return "is not an MQTT filter: + stands for one whole level, # for all that follow; write for "
               "instance "
               "zigbee2mqtt/bay3 or shellies/+/input_event/0";
    if (*text == '$')
        return "begins with $, as the broker's own topics do; name what the button sends";
    if (meets_own(text))
        return "matches pitboard's own topics below pit/v1/; begin it with the name that the button's topics "
               "begin with";
    return NULL;
}

const char *check_topic(const char *text)
{
    size_t n = strlen(text);
    if (strpbrk(text, "+#"))
        return "is not a topic: + and # are for filters; write the topic out";
    if (*text == '/' || text[n - 1] == '/' || strstr(text, "//"))
        return "has an empty level; leave out the / at its ends, and write one / between levels";
    if (*text == '$')
        return "begins with $, as the broker's own topics do; choose another";
    if (meets_own(text))
        return "lies below pit/v1/, where pitboard's own topics are; choose another";
    return NULL;
}

const char *check_pointer(const char *text)
{
    bool right = *text == '/';
    for (const char *p = text; right && (p = strchr(p, '~')); p++)
        right = p[1] == '0' || p[1] == '1';
    return right ? NULL
                 : "is not a JSON pointer: it begins with / and names one step after the other, with ~1 for "
                   "/ and "
                   "~0 for ~ in a name; write for instance /params/events/0/event";
}

const char *check_code(const char *text)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    bool prefix = strncmp(text, "KEY_", 4) == 0 || strncmp(text, "BTN_", 4) == 0;
    if (!prefix || !text[4] || text[strspn(text, allowed)])
        return "is not the name of a key; write KEY_ or BTN_ and capitals as linux/input-event-codes.h does, "
               "for "
               "instance KEY_F13";
    if (strcmp(text, "KEY_POWER") == 0)
        return "would switch the machine off with each press; it is what the gpio-key overlay sends if it is "
               "not "
               "told another key: set its keycode= parameter, for instance keycode=183, and write KEY_F13";
    return NULL;
}

const char *check_address(const char *text)
{
    return text_is_address(text)
               ? NULL
               : "is not a bare mail address; write for instance chief@example.com, with one @ and Latin "
                 "letters, without name, spaces and commas";
}

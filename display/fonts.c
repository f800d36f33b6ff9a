#include "display/fonts.h"

#include "base/log.h"
#include "base/text.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_TAG "fonts"

#define OPEN_MAX  16
#define PATH_SIZE 512
#define KNOWN     1024 /* characters whose face is remembered; a power of two */
#define PROBE_EM  16   /* whether a face has a character does not depend on its size */
#define BLOCK     256  /* characters that one look into the files answers for */
#define UNICODE   0x110000
#define PUT_OFF   (-2) /* instead of a face: nobody has looked so far */

static const char *const system_dirs[] = { "/usr/share/fonts", "/usr/local/share/fonts" };

/* Where Debian has them; anywhere else they are found by name. */
static const char *const usual[] = { "truetype/noto/NotoSans-Regular.ttf", "truetype/dejavu/DejaVuSans.ttf" };

/* A word in the names of the fonts that serve a range of characters. */
static const struct {
    int32_t from, to;
    const char *word;
} scripts[] = {
    { 0x530, 0x58f, "Armenian" },    { 0x590, 0x5ff, "Hebrew" },     { 0x600, 0x77f, "Arabic" },
    { 0x900, 0x97f, "Devanagari" },  { 0x980, 0x9ff, "Bengali" },    { 0xe00, 0xe7f, "Thai" },
    { 0x10a0, 0x10ff, "Georgian" },  { 0x1200, 0x139f, "Ethiopic" }, { 0x1780, 0x17ff, "Khmer" },
    { 0x1800, 0x18af, "Mongolian" }, { 0x1c90, 0x1cbf, "Georgian" }, { 0x2d00, 0x2d2f, "Georgian" },
    { 0x2e80, 0x9fff, "CJK" },       { 0xac00, 0xd7ff, "CJK" },      { 0xf900, 0xfaff, "CJK" },
    { 0xfb50, 0xfdff, "Arabic" },    { 0xfe70, 0xfeff, "Arabic" },   { 0xff00, 0xffef, "CJK" },
    { 0x20000, 0x3ffff, "CJK" },
};

struct face {
    char *path, *bold; /* bold NULL: made from the regular one */
    bool broken;
};

struct font {
    TTF_Font *ttf;
    int face, em;
    bool bold;
    unsigned used;
};

/* A font file of the folders. */
struct file {
    char *path;
    int rank;  /* the lower the better */
    bool used; /* it is a face already, or cannot be read */
};

struct fonts {
    char dirs[FONTS_DIRS_MAX][PATH_SIZE];
    int n_dirs;
    struct face faces[FONTS_FACES_MAX];
    int n_faces;
    struct font open[OPEN_MAX];
    int n_open;
    unsigned clock;
    bool searched; /* `files` is filled */
    struct file files[FONTS_FILES_MAX];
    int n_files;
    struct {
        int32_t c;
        int face;
        bool bold;
    } known[KNOWN];
    int looks; /* made for this picture */
    bool put_off;
    uint8_t looked[UNICODE / BLOCK / 8]; /* a bit for each block */
    uint8_t in_files[UNICODE / 8];       /* a bit for each character of those that some file has */
    uint8_t missed[UNICODE / 8];         /* and that were reported */
    int32_t first_missing;
    int n_missing;
};

static bool bit(const uint8_t *bits, int32_t i)
{
    return bits[i / 8] >> i % 8 & 1;
}

static void set_bit(uint8_t *bits, int32_t i)
{
    bits[i / 8] = (uint8_t)(bits[i / 8] | 1 << i % 8);
}

/* ---- faces ---- */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* "X-Regular.ttf" → "X-Bold.ttf", "X.ttf" → "X-Bold.ttf" if there is one; the caller frees it. */
static char *bold_of(const char *path)
{
    char out[PATH_SIZE];
    const char *dot = strrchr(path, '.'), *regular = strstr(base_name(path), "-Regular");
    size_t stem = (size_t)((regular ? regular : dot) - path);
    if (snprintf(out, sizeof out, "%.*s-Bold%s", (int)stem, path, dot) >= (int)sizeof out ||
        access(out, R_OK) != 0)
        return NULL;
    return strdup(out);
}

/* The new face, -1 if there is no room or memory for it. */
static int add_face(struct fonts *f, const char *path)
{
    if (f->n_faces == FONTS_FACES_MAX)
        return -1;
    struct face *face = &f->faces[f->n_faces];
    *face = (struct face){ .path = strdup(path), .bold = bold_of(path) };
    return face->path ? f->n_faces++ : -1;
}

static void add_usual(struct fonts *f)
{
    char path[PATH_SIZE];
    for (size_t k = 0; k < sizeof usual / sizeof usual[0]; k++)
        for (int i = 0; i < f->n_dirs; i++)
            if (snprintf(path, sizeof path, "%s/%s", f->dirs[i], usual[k]) < (int)sizeof path &&
                access(path, R_OK) == 0) {
                add_face(f, path);
                break;
            }
}

/* ---- folders ---- */

/* -1: no font to read names from. Plain sans serifs first. */
static int rank_of(const char *name)
{
    static const char *const never[] = {
        "Italic", "Oblique", "Emoji",  "Color",   "LastResort", "-Bold",
        "-Light", "-Thin",   "-Black", "-Medium", "-SemiBold",  "-ExtraBold"
    };
    static const char *const rather_not[] = { "Serif",    "Mono", "Condensed", "Display",
                                              "Nastaliq", "Kufi", "Looped",    "Unjoined" };
    const char *dot = strrchr(name, '.');
    int rank = strncmp(name, "NotoSans", 8) == 0 ? 0 : strstr(name, "Sans") ? 1 : 2;
    if (!dot ||
        (strcasecmp(dot, ".ttf") != 0 && strcasecmp(dot, ".otf") != 0 && strcasecmp(dot, ".ttc") != 0))
        return -1;
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
        if (strstr(name, never[i]))
            return -1;
    for (size_t i = 0; i < sizeof rather_not / sizeof rather_not[0]; i++)
        if (strstr(name, rather_not[i]))
            rank = 3;
    return rank;
}

static void look_at(struct fonts *f, const char *path, int depth);

static void look_through(struct fonts *f, const char *dir, int depth)
{
    char path[PATH_SIZE];
    DIR *d = opendir(dir);
    struct dirent *e;
    while (d && f->n_files < FONTS_FILES_MAX && (e = readdir(d)))
        if (e->d_name[0] != '.' && snprintf(path, sizeof path, "%s/%s", dir, e->d_name) < (int)sizeof path)
            look_at(f, path, depth + 1);
    if (d)
        closedir(d);
}

static void look_at(struct fonts *f, const char *path, int depth)
{
    struct stat st;
    int rank = rank_of(base_name(path));
    if (stat(path, &st) != 0)
        return;
    if (S_ISDIR(st.st_mode) && depth <= FONTS_DEPTH_MAX)
        look_through(f, path, depth);
    else if (S_ISREG(st.st_mode) && rank >= 0 && (f->files[f->n_files].path = strdup(path)))
        f->files[f->n_files++].rank = rank;
}

static int by_rank(const void *a, const void *b)
{
    const struct file *x = a, *y = b;
    return x->rank != y->rank ? x->rank - y->rank : strcmp(x->path, y->path);
}

/* Fills the list of files, once. */
static void search(struct fonts *f)
{
    if (f->searched)
        return;
    f->searched = true;
    for (int i = 0; i < f->n_dirs; i++)
        look_through(f, f->dirs[i], 0);
    qsort(f->files, (size_t)f->n_files, sizeof f->files[0], by_rank);
    for (int i = 0; i < f->n_files; i++)
        for (int k = 0; k < f->n_faces; k++)
            if (strcmp(f->files[i].path, f->faces[k].path) == 0)
                f->files[i].used = true;
}

static bool file_has(struct file *file, int32_t c)
{
    TTF_Font *ttf = TTF_OpenFontDPI(file->path, PROBE_EM, 72, 72);
    bool has = ttf && TTF_GlyphIsProvided32(ttf, (Uint32)c);
    file->used = !ttf;
    if (ttf)
        TTF_CloseFont(ttf);
    return has;
}

/* Which characters of a block the files have. */
static void look(struct fonts *f, int32_t block)
{
    search(f);
    for (int i = 0; i < f->n_files; i++) {
        TTF_Font *ttf = f->files[i].used ? NULL : TTF_OpenFontDPI(f->files[i].path, PROBE_EM, 72, 72);
        for (int32_t c = block * BLOCK; ttf && c < (block + 1) * BLOCK; c++)
            if (TTF_GlyphIsProvided32(ttf, (Uint32)c))
                set_bit(f->in_files, c);
        f->files[i].used = !ttf;
        if (ttf)
            TTF_CloseFont(ttf);
    }
    set_bit(f->looked, block);
}

/* The first file with the character becomes a face. `word`: only (or, if not `with`, only not) files with
 * that word in their name. */
static int face_from_files(struct fonts *f, int32_t c, const char *word, bool with)
{
    for (int i = 0; i < f->n_files; i++) {
        struct file *file = &f->files[i];
        bool has_word = word && strstr(base_name(file->path), word);
        if (file->used || has_word != with || !file_has(file, c))
            continue;
        file->used = true;
        return add_face(f, file->path);
    }
    return -1;
}

/* ---- the fonts ---- */

struct fonts *fonts_create(const char *const *dirs, int n_dirs, char *fault, size_t fault_size)
{
    struct fonts *f = calloc(1, sizeof *f);
    if (!f || TTF_Init() != 0) {
        snprintf(fault, fault_size, "the font library does not start: %s",
                 f ? TTF_GetError() : "memory is out");
        free(f);
        return NULL;
    }
    if (!dirs) {
        dirs = system_dirs;
        n_dirs = (int)(sizeof system_dirs / sizeof system_dirs[0]);
    }
    for (int i = 0; i < n_dirs && i < FONTS_DIRS_MAX; i++)
        f->n_dirs += text_copy(f->dirs[f->n_dirs], PATH_SIZE, dirs[i]);
    add_usual(f);
    if (f->n_faces == 0) {
        search(f);
        face_from_files(f, 'A', NULL, false);
    }
    if (f->n_faces == 0) {
        snprintf(fault, fault_size, "there is no font below %s; install fonts-noto-core or fonts-dejavu-core",
                 f->n_dirs ? f->dirs[0] : "any folder");
        fonts_destroy(f);
        return NULL;
    }
    return f;
}

void fonts_destroy(struct fonts *f)
{
    if (!f)
        return;
    for (int i = 0; i < f->n_open; i++)
        TTF_CloseFont(f->open[i].ttf);
    for (int i = 0; i < f->n_faces; i++) {
        free(f->faces[i].path);
        free(f->faces[i].bold);
    }
    for (int i = 0; i < f->n_files; i++)
        free(f->files[i].path);
    TTF_Quit();
    free(f);
}

const char *fonts_path(const struct fonts *f, int face)
{
    return f->faces[face].path;
}

TTF_Font *fonts_open(struct fonts *f, int face, bool bold, int em)
{
    struct font *slot = &f->open[0];
    struct face *of = &f->faces[face];
    if (of->broken)
        return NULL;
    for (int i = 0; i < f->n_open; i++) {
        struct font *o = &f->open[i];
        if (o->face == face && o->bold == bold && o->em == em) {
            o->used = ++f->clock;
            return o->ttf;
        }
        if (o->used < slot->used)
            slot = o;
    }
    const char *path = bold && of->bold ? of->bold : of->path;
    TTF_Font *ttf = TTF_OpenFontDPI(path, em, 72, 72);
    if (!ttf) {
        log_warn("%s cannot be used: %s", path, TTF_GetError());
        of->broken = true;
        return NULL;
    }
    TTF_SetFontHinting(ttf, TTF_HINTING_LIGHT);
    if (bold && !of->bold)
        TTF_SetFontStyle(ttf, TTF_STYLE_BOLD);
    if (f->n_open < OPEN_MAX)
        slot = &f->open[f->n_open++];
    else
        TTF_CloseFont(slot->ttf);
    *slot = (struct font){ .ttf = ttf, .face = face, .em = em, .bold = bold, .used = ++f->clock };
    return ttf;
}

/* From now on the bold face is made from the regular one. */
static void forget_bold(struct fonts *f, int face)
{
    for (int i = 0; i < f->n_open; i++)
        if (f->open[i].face == face && f->open[i].bold)
            f->open[i].face = -1;
    free(f->faces[face].bold);
    f->faces[face].bold = NULL;
}

static bool face_has(struct fonts *f, int face, int32_t c, bool bold)
{
    TTF_Font *ttf = fonts_open(f, face, bold, PROBE_EM);
    return ttf && TTF_GlyphIsProvided32(ttf, (Uint32)c);
}

/* A file that has the character becomes a face; -1: none has, or there are faces enough. */
static int new_face(struct fonts *f, int32_t c)
{
    const char *word = NULL;
    if (!bit(f->in_files, c) || f->n_faces == FONTS_FACES_MAX)
        return -1;
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0] && !word; i++)
        if (c >= scripts[i].from && c <= scripts[i].to)
            word = scripts[i].word;
    int face = word ? face_from_files(f, c, word, true) : -1;
    return face >= 0 ? face : face_from_files(f, c, word, false);
}

static int find(struct fonts *f, int32_t c, bool bold)
{
    for (int i = 0; i < f->n_faces; i++)
        if (face_has(f, i, c, bold))
            return i;
    if (!bit(f->looked, c / BLOCK)) {
        /* A text in a hundred scripts must not keep the screen from its work. */
        if (f->looks == FONTS_LOOKS_MAX) {
            f->put_off = true;
            return PUT_OFF;
        }
        f->looks++;
        look(f, c / BLOCK);
    }
    int face = new_face(f, c);
    /* A regular one made bold is better than a box. */
    for (int i = 0; bold && face < 0 && i < f->n_faces; i++)
        face = face_has(f, i, c, false) ? i : -1;
    if (bold && face >= 0 && !face_has(f, face, c, true))
        forget_bold(f, face);
    return face;
}

static void report(struct fonts *f, int32_t c)
{
    if (bit(f->missed, c))
        return;
    set_bit(f->missed, c);
    if (f->n_missing++ == 0)
        f->first_missing = c;
    if (f->n_missing == FONTS_MISSING_MAX + 1)
        log_warn("no font has more characters; they are counted and not named");
    if (f->n_missing > FONTS_MISSING_MAX)
        return;
    log_warn("no font has U+%04X, a dot stands for it; install fonts-noto-cjk, fonts-noto-extra or "
             "fonts-droid-fallback",
             (unsigned)c);
}

int fonts_face(struct fonts *f, int32_t c, bool bold)
{
    uint32_t at = (((uint32_t)c * 2 + bold) * 2654435761U) >> 22 & (KNOWN - 1);
    if (f->known[at].c != c || f->known[at].bold != bold || c == 0) {
        int face = find(f, c, bold);
        if (face == PUT_OFF)
            return -1;
        f->known[at].c = c;
        f->known[at].bold = bold;
        f->known[at].face = face;
        if (face < 0)
            report(f, c);
    }
    return f->known[at].face;
}

bool fonts_next_picture(struct fonts *f)
{
    bool put_off = f->put_off;
    f->put_off = false;
    f->looks = 0;
    return put_off;
}

int fonts_missing(const struct fonts *f, int32_t *first)
{
    if (first)
        *first = f->first_missing;
    return f->n_missing;
}

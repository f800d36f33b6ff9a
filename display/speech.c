#include "display/speech.h"

#include "base/text.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* Names of letters as a voice of the language reads them: a lone letter may be a word ("к", "с", "a"). */
struct letter {
    int32_t upper;
    const char *ru, *en;
};

static const struct letter letters[] = {
    { 'A', "а", "ay" },
    { 'B', "бэ", "bee" },
    { 'C', "цэ", "see" },
    { 'D', "дэ", "dee" },
    { 'E', "е", "ee" },
    { 'F', "эф", "eff" },
    { 'G', "жэ", "jee" },
    { 'H', "аш", "aitch" },
    { 'I', "и", "eye" },
    { 'J', "йот", "jay" },
    { 'K', "ка", "kay" },
    { 'L', "эль", "ell" },
    { 'M', "эм", "em" },
    { 'N', "эн", "en" },
    { 'O', "о", "oh" },
    { 'P', "пэ", "pee" },
    { 'Q', "ку", "cue" },
    { 'R', "эр", "are" },
    { 'S', "эс", "ess" },
    { 'T', "тэ", "tee" },
    { 'U', "у", "you" },
    { 'V', "вэ", "vee" },
    { 'W', "дубль вэ", "double you" },
    { 'X', "икс", "ex" },
    { 'Y', "игрек", "why" },
    { 'Z', "зет", "zed" },
    { 0x410, "а", "ah" },
    { 0x411, "бэ", "beh" },
    { 0x412, "вэ", "veh" },
    { 0x413, "гэ", "geh" },
    { 0x414, "дэ", "deh" },
    { 0x415, "е", "yeh" },
    { 0x401, "ё", "yo" },
    { 0x416, "жэ", "zheh" },
    { 0x417, "зэ", "zeh" },
    { 0x418, "и", "ee" },
    { 0x419, "и краткое", "short ee" },
    { 0x41a, "ка", "kah" },
    { 0x41b, "эль", "ell" },
    { 0x41c, "эм", "em" },
    { 0x41d, "эн", "en" },
    { 0x41e, "о", "oh" },
    { 0x41f, "пэ", "peh" },
    { 0x420, "эр", "air" },
    { 0x421, "эс", "ess" },
    { 0x422, "тэ", "teh" },
    { 0x423, "у", "oo" },
    { 0x424, "эф", "eff" },
    { 0x425, "ха", "hah" },
    { 0x426, "цэ", "tseh" },
    { 0x427, "че", "cheh" },
    { 0x428, "ша", "shah" },
    { 0x429, "ща", "shchah" },
    { 0x42d, "э", "eh" },
    { 0x42e, "ю", "you" },
    { 0x42f, "я", "yah" },
};

static int32_t upper(int32_t c)
{
    if (c >= 'a' && c <= 'z')
        return c - 32;
    if (c >= 0x430 && c <= 0x44f)
        return c - 32;
    return c == 0x451 ? 0x401 : c;
}

static const char *letter_name(int32_t c, bool ru)
{
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
        if (letters[i].upper == upper(c))
            return ru ? letters[i].ru : letters[i].en;
    return NULL;
}

/* A run of figures: "12 05", "4 47"; "1 2 0 5". */
static void say_figures(struct text *out, const char *figures, size_t n, bool ru)
{
    size_t step = ru ? 2 : 1;
    for (size_t i = 0; i < n;) {
        size_t k = ru && n % 2 == 1 && i == 0 ? 1 : step;
        text_put(out, " ");
        text_add(out, figures + i, k);
        i += k;
    }
}

/* A letter without a known name is said as it is; marks between the parts are a pause of their own. */
static void say_label(struct text *out, const char *label, bool ru)
{
    const char *p = label, *end = label + strlen(label);
    while (p < end) {
        const char *from = p;
        if (isdigit((unsigned char)*p)) {
            while (p < end && isdigit((unsigned char)*p))
                p++;
            say_figures(out, from, (size_t)(p - from), ru);
            continue;
        }
        int32_t c = utf8_next(&p, end);
        const char *name = letter_name(c, ru);
        if (!name && (c < 0xc0 || c == 0xd7 || c == 0xf7 || c >= 0x2000))
            continue;
        text_put(out, " ");
        if (name)
            text_put(out, name);
        else
            text_add(out, from, (size_t)(p - from));
    }
}

/* Letters, figures and the marks of a sentence; everything else becomes a space. */
static void say_place(struct text *out, const char *place)
{
    const char *p = place, *end = place + strlen(place);
    bool gap = true;
    while (p < end) {
        const char *from = p;
        int32_t c = utf8_next(&p, end);
        if ((c >= 0 && c < 0x80 && isalnum((int)c)) || (c >= 0xc0 && c < 0x2000) || c >= 0x2c00 ||
            ((c == ',' || c == '.' || c == '-') && !gap)) {
            if (gap)
                text_put(out, " ");
            text_add(out, from, (size_t)(p - from));
            gap = false;
        } else {
            gap = true;
        }
    }
}

void speech_text(const char *lang, const char *label, const char *place, char out[SPEECH_SIZE])
{
    bool ru = strcmp(lang, "ru") == 0;
    char where[SPEECH_SIZE / 4];
    struct text t = text_over(out, SPEECH_SIZE), w = text_over(where, sizeof where);
    text_put(&w, "");
    say_place(&w, place);
    text_put(&t, ru ? "Автомобиль" : "Car");
    say_label(&t, label, ru);
    text_put(&t, ru ? " готов." : " is ready.");
    if (w.len > 0 && !w.failed)
        text_fmt(&t, "%s.", where);
}

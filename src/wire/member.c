#include "wire/member.h"

static void put_name(struct text *out, const char *name)
{
    text_put(out, ",\"");
    text_put(out, name);
    text_put(out, "\":");
}

void member_text(struct text *out, const char *name, const char *value)
{
    if (!value[0])
        return;
    put_name(out, name);
    text_json_str(out, value);
}

void member_time(struct text *out, const char *name, struct wall at)
{
    char stamp[STAMP_SIZE];
    if (wall_is_none(at))
        return;
    stamp_format(at, stamp);
    member_text(out, name, stamp);
}

bool member_label(struct text *out, const struct label *label)
{
    int n = 0;
    for (int i = 0; i < LABEL_LANGS; i++) {
        if (!label->in[i].lang[0])
            continue;
        text_put(out, n++ ? "," : "");
        text_json_str(out, label->in[i].lang);
        text_put(out, ":");
        text_json_str(out, label->in[i].text);
    }
    return n > 0;
}

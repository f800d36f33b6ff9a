#include "report/words.h"

#include "report/lang.h"

#include <string.h>

static void put_safe(struct text *out, const char *text)
{
    text_safe(out, text, strlen(text));
}

const char *words_stage(const struct plan *plan, const char *lang, const char *id)
{
    uint8_t i = plan ? plan_any_stage(plan, id) : NO_INDEX;
    return i == NO_INDEX ? id : label_in(&plan->stages[i].label, lang, id);
}

const char *words_route(const struct plan *plan, const char *lang, const char *id)
{
    uint8_t i = plan ? plan_route(plan, id) : NO_INDEX;
    return i == NO_INDEX ? id : label_in(&plan->routes[i].label, lang, id);
}

/* A phrase, and one with a value in it. */

static void put(struct text *out, const struct words_about *a, const char *english)
{
    text_put(out, lang_word(a->lang, english));
}

static void put_with(struct text *out, const struct words_about *a, const char *english, const char *value)
{
    lang_say(out, a->lang, english, &value, 1);
}

static const char *stage_name(const struct words_about *a, const char *id)
{
    return id && id[0] ? words_stage(a->plan, a->lang, id) : lang_word(a->lang, "another stage");
}

/* ": " and the text, if the event gives the field. */
static void put_more(struct text *out, const struct event *e, enum field field, const char *text)
{
    if (!event_has(e, field) || !text[0])
        return;
    text_put(out, ": ");
    put_safe(out, text);
}

/* The same as a detail: a comma, and the phrase with it. */
static void put_detail(struct text *out, const struct words_about *a, enum field field, const char *english,
                       const char *text)
{
    if (!event_has(a->event, field) || !text[0])
        return;
    text_put(out, ", ");
    put_with(out, a, english, text);
}

static void put_promise(struct text *out, const struct words_about *a)
{
    char at[WRITER_TIME_SIZE], said[WRITER_TIME_SIZE];
    struct text t = text_over(said, sizeof said);
    if (event_clears(a->event, FIELD_PROMISED)) {
        text_put(out, ", ");
        put(out, a, "no promise any more");
    } else if (event_has(a->event, FIELD_PROMISED)) {
        a->local(a->event->promised, at);
        lang_time(&t, a->lang, at);
        text_put(out, ", ");
        put_with(out, a, "promised for {0}", said);
    }
}

/* What `open` and `update` give. */
static void put_details(struct text *out, const struct words_about *a)
{
    const struct event *e = a->event;
    put_detail(out, a, FIELD_PLATE, "{0}", e->plate);
    put_detail(out, a, FIELD_MODEL, "{0}", e->model);
    put_detail(out, a, FIELD_WORK, "{0}", words_route(a->plan, a->lang, e->work));
    put_promise(out, a);
    put_more(out, e, FIELD_REASON, e->reason);
    put_detail(out, a, FIELD_ADVISOR, "adviser {0}", e->advisor);
    put_detail(out, a, FIELD_BAY, "bay {0}", e->bay);
    put_detail(out, a, FIELD_PICKUP, "pick up at {0}", e->pickup);
    if (event_has(e, FIELD_WAITING)) {
        text_put(out, ", ");
        put(out, a, e->waiting ? "the customer waits here" : "the customer does not wait here");
    }
    if (event_has(e, FIELD_PRIVACY))
        put_detail(out, a, FIELD_PRIVACY, "shown by {0}", lang_word(a->lang, privacy_name(e->privacy)));
}

static void say_open(struct text *out, const struct words_about *a)
{
    put(out, a, "job opened");
    put_details(out, a);
}

static void say_update(struct text *out, const struct words_about *a)
{
    put(out, a, "changed");
    put_details(out, a);
}

static void say_assign(struct text *out, const struct words_about *a)
{
    const struct event *e = a->event;
    if (event_clears(e, FIELD_BAY))
        put(out, a, "out of the bay");
    else if (event_has(e, FIELD_BAY) && e->bay[0])
        put_with(out, a, "into bay {0}", e->bay);
    else
        put(out, a, "into the bay");
}

static void say_next(struct text *out, const struct words_about *a)
{
    uint8_t i = a->plan && a->stage ? plan_any_stage(a->plan, a->stage) : NO_INDEX;
    bool done = i != NO_INDEX && a->plan->stages[i].kind == KIND_DONE;
    if (a->refused)
        put(out, a, "next step");
    else
        put_with(out, a, done ? "{0}" : "on to {0}", stage_name(a, a->stage));
}

static void say_hold(struct text *out, const struct words_about *a)
{
    put_with(out, a, "on hold: {0}", stage_name(a, a->event->reason));
}

static void say_rework(struct text *out, const struct words_about *a)
{
    if (a->refused)
        put(out, a, "rework");
    else
        put_with(out, a, "rework, back to {0}", stage_name(a, a->stage));
    put_more(out, a->event, FIELD_REASON, a->event->reason);
}

static void say_stage(struct text *out, const struct words_about *a)
{
    bool forced = event_has(a->event, FIELD_FORCE) && a->event->force;
    put_with(out, a, forced ? "put (forced) into {0}" : "put into {0}", stage_name(a, a->event->stage));
    put_more(out, a->event, FIELD_REASON, a->event->reason);
}

static void say_undo(struct text *out, const struct words_about *a)
{
    if (a->refused)
        put(out, a, "take the last step back");
    else if (a->stage && a->stage[0])
        put_with(out, a, "took the last step back, again in {0}", stage_name(a, a->stage));
    else
        put(out, a, "took the last step back");
}

static void say_help(struct text *out, const struct words_about *a)
{
    const struct event *e = a->event;
    put(out, a, !event_has(e, FIELD_ON) ? "help button" : e->on ? "calls for help" : "help has come");
    put_detail(out, a, FIELD_BAY, "bay {0}", e->bay);
    put_more(out, e, FIELD_REASON, e->reason);
}

static void say_call(struct text *out, const struct words_about *a)
{
    put(out, a, "called the customer again");
}

static void say_cancel(struct text *out, const struct words_about *a)
{
    put(out, a, "cancelled");
    put_more(out, a->event, FIELD_REASON, a->event->reason);
}

static void say_rate(struct text *out, const struct words_about *a)
{
    char score[16];
    struct text t = text_over(score, sizeof score);
    text_fmt(&t, "%d", a->event->score);
    put_with(out, a, "the customer gives {0} of 10", score);
    put_more(out, a->event, FIELD_COMMENT, a->event->comment);
}

static void say_note(struct text *out, const struct words_about *a)
{
    put_with(out, a, "note: {0}", a->event->text);
}

static void say_config(struct text *out, const struct words_about *a)
{
    put(out, a, "the configuration of stages, routes and bays changed");
}

void words_event(struct text *out, const struct words_about *a)
{
    static void (*const say[])(struct text *, const struct words_about *) = {
        [EV_OPEN] = say_open, [EV_UPDATE] = say_update, [EV_ASSIGN] = say_assign, [EV_NEXT] = say_next,
        [EV_HOLD] = say_hold, [EV_REWORK] = say_rework, [EV_STAGE] = say_stage,   [EV_UNDO] = say_undo,
        [EV_HELP] = say_help, [EV_CALL] = say_call,     [EV_CANCEL] = say_cancel, [EV_RATE] = say_rate,
        [EV_NOTE] = say_note, [EV_CONFIG] = say_config,
    };
    enum event_type type = a->event ? a->event->type : a->type ? event_type_find(a->type) : EV_UNKNOWN;
    bool readable = a->event || type == EV_CONFIG;
    if (readable && type < EV_UNKNOWN) {
        say[type](out, a);
        return;
    }
    const char *name = a->type && a->type[0] ? a->type : "a message without a type";
    put_safe(out, lang_word(a->lang, name));
}

/* Refusals. */

void words_refusal(struct text *out, const char *lang, const char *reason)
{
    static const char *const why[][2] = {
        { "too-large", "the message is too long" },
        { "bad-json", "the message cannot be read" },
        { "id-reused", "that id already meant something else" },
        { "forbidden", "this source may not say that" },
        { "unknown-type", "there is no such type" },
        { "no-job-in-bay", "no car stands in that bay" },
        { "unknown-job", "there is no such job" },
        { "unknown-bay", "there is no such bay" },
        { "unknown-stage", "there is no such stage" },
        { "unknown-work", "there is no such route" },
        { "job-exists", "that job was opened before" },
        { "too-old", "it happened too long ago" },
        { "closed", "the job was closed by then" },
        { "moved-on", "the car had moved on by then" },
        { "at-ready", "a bay does not hand out a ready car" },
        { "illegal-step", "there is no such step from there" },
        { "nothing-to-undo", "nothing of its own to take back" },
        { "undo-expired", "too late to take it back" },
        { "storage", "the disk did not take it" },
        { "bad-field", "one of its fields is wrong" },
    };
    const char *given = reason && reason[0] ? reason : lang_word(lang, "no reason");
    size_t len = strcspn(given, ":"); /* behind it stands the field */
    lang_say(out, lang, "refused ({0})", &given, 1);
    for (size_t i = 0; i < sizeof why / sizeof why[0]; i++)
        if (strlen(why[i][0]) == len && strncmp(why[i][0], given, len) == 0)
            text_fmt(out, ": %s", lang_word(lang, why[i][1]));
}

void words_marks(struct text *out, const struct words_marks *marks)
{
    const struct {
        bool is;
        const char *english;
    } all[] = { { marks->undone, "undone" },
                { marks->late, "told late" },
                { marks->clamped, "time corrected" },
                { marks->unsynced, "clock not set" } };
    if (marks->refused) {
        text_put(out, "; ");
        words_refusal(out, marks->lang, marks->refused);
    }
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i].is)
            text_fmt(out, " (%s)", lang_word(marks->lang, all[i].english));
}

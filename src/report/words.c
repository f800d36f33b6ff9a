#include "report/words.h"

#include <string.h>

static void put_safe(struct text *out, const char *text)
{
    text_safe(out, text, strlen(text));
}

const char *words_stage(const struct plan *plan, const char *id)
{
    uint8_t i = plan ? plan_any_stage(plan, id) : NO_INDEX;
    return i == NO_INDEX ? id : label_in(&plan->stages[i].label, "en", id);
}

static void put_stage(struct text *out, const struct words_about *a, const char *id)
{
    put_safe(out, id && id[0] ? words_stage(a->plan, id) : "another stage");
}

/* `before` and the text, if the event gives the field. */
static void put_field(struct text *out, const struct event *e, enum field field, const char *before,
                      const char *text)
{
    if (!event_has(e, field) || !text[0])
        return;
    text_put(out, before);
    put_safe(out, text);
}

static void put_promise(struct text *out, const struct words_about *a, const char *before)
{
    char at[WRITER_TIME_SIZE];
    if (event_clears(a->event, FIELD_PROMISED)) {
        text_fmt(out, "%sno promise any more", before);
    } else if (event_has(a->event, FIELD_PROMISED)) {
        a->local(a->event->promised, at);
        text_fmt(out, "%spromised for %s", before, at);
    }
}

/* What `open` and `update` give. */
static void put_details(struct text *out, const struct words_about *a)
{
    const struct event *e = a->event;
    put_field(out, e, FIELD_PLATE, ", ", e->plate);
    put_field(out, e, FIELD_MODEL, ", ", e->model);
    put_field(out, e, FIELD_WORK, ", ", e->work);
    put_promise(out, a, ", ");
    put_field(out, e, FIELD_REASON, ": ", e->reason);
    put_field(out, e, FIELD_ADVISOR, ", adviser ", e->advisor);
    put_field(out, e, FIELD_BAY, ", bay ", e->bay);
    put_field(out, e, FIELD_PICKUP, ", pick up at ", e->pickup);
    if (event_has(e, FIELD_WAITING))
        text_put(out, e->waiting ? ", the customer waits here" : ", the customer does not wait here");
    if (event_has(e, FIELD_PRIVACY))
        text_fmt(out, ", shown by %s", privacy_name(e->privacy));
}

static void say_open(struct text *out, const struct words_about *a)
{
    text_put(out, "opened");
    put_details(out, a);
}

static void say_update(struct text *out, const struct words_about *a)
{
    text_put(out, "changed");
    put_details(out, a);
}

static void say_assign(struct text *out, const struct words_about *a)
{
    const struct event *e = a->event;
    if (event_clears(e, FIELD_BAY))
        text_put(out, "out of the bay");
    else if (event_has(e, FIELD_BAY) && e->bay[0])
        put_field(out, e, FIELD_BAY, "into bay ", e->bay);
    else
        text_put(out, "into the bay");
}

static void say_next(struct text *out, const struct words_about *a)
{
    uint8_t i = a->plan && a->stage ? plan_any_stage(a->plan, a->stage) : NO_INDEX;
    bool done = i != NO_INDEX && a->plan->stages[i].kind == KIND_DONE;
    if (a->refused) {
        text_put(out, "next step");
        return;
    }
    text_put(out, done ? "" : "on to ");
    put_stage(out, a, a->stage);
}

static void say_hold(struct text *out, const struct words_about *a)
{
    text_put(out, "on hold: ");
    put_stage(out, a, a->event->reason);
}

static void say_rework(struct text *out, const struct words_about *a)
{
    text_put(out, a->refused ? "rework" : "rework, back to ");
    if (!a->refused)
        put_stage(out, a, a->stage);
    put_field(out, a->event, FIELD_REASON, ": ", a->event->reason);
}

static void say_stage(struct text *out, const struct words_about *a)
{
    text_put(out, event_has(a->event, FIELD_FORCE) && a->event->force ? "put (forced) into " : "put into ");
    put_stage(out, a, a->event->stage);
    put_field(out, a->event, FIELD_REASON, ": ", a->event->reason);
}

static void say_undo(struct text *out, const struct words_about *a)
{
    text_put(out, a->refused ? "take the last step back" : "took the last step back");
    if (!a->refused && a->stage && a->stage[0]) {
        text_put(out, ", again in ");
        put_stage(out, a, a->stage);
    }
}

static void say_help(struct text *out, const struct words_about *a)
{
    const struct event *e = a->event;
    text_put(out, !event_has(e, FIELD_ON) ? "help button" : e->on ? "calls for help" : "help has come");
    put_field(out, e, FIELD_BAY, " in bay ", e->bay);
    put_field(out, e, FIELD_REASON, ": ", e->reason);
}

static void say_call(struct text *out, const struct words_about *a)
{
    (void)a;
    text_put(out, "called the customer again");
}

static void say_cancel(struct text *out, const struct words_about *a)
{
    text_put(out, "cancelled");
    put_field(out, a->event, FIELD_REASON, ": ", a->event->reason);
}

static void say_rate(struct text *out, const struct words_about *a)
{
    text_fmt(out, "the customer gives %d of 10", a->event->score);
    put_field(out, a->event, FIELD_COMMENT, ": ", a->event->comment);
}

static void say_note(struct text *out, const struct words_about *a)
{
    text_put(out, "note: ");
    put_safe(out, a->event->text);
}

static void say_config(struct text *out, const struct words_about *a)
{
    (void)a;
    text_put(out, "the configuration of stages, routes and bays changed");
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
    put_safe(out, a->type && a->type[0] ? a->type : "a message without a type");
}

/* Refusals. */

void words_refusal(struct text *out, const char *reason)
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
    };
    text_put(out, "refused (");
    put_safe(out, reason && reason[0] ? reason : "no reason");
    text_put(out, ")");
    for (size_t i = 0; reason && i < sizeof why / sizeof why[0]; i++)
        if (strcmp(why[i][0], reason) == 0)
            text_fmt(out, ": %s", why[i][1]);
}

void words_marks(struct text *out, const struct words_marks *marks)
{
    if (marks->refused) {
        text_put(out, "; ");
        words_refusal(out, marks->refused);
    }
    text_put(out, marks->undone ? " (undone)" : "");
    text_put(out, marks->late ? " (told late)" : "");
    text_put(out, marks->clamped ? " (time corrected)" : "");
    text_put(out, marks->unsynced ? " (clock not set)" : "");
}

/* pitboard: the hand tool. One table of sub-commands. */
#include "app/cmd.h"
#include "base/exits.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    { "run", cmd_run, "the whole thing on this machine: broker, hub, screen, simulated workshop" },
    { "simulate", cmd_simulate, "a simulated workshop, to a broker or into a new database" },
    { "send", cmd_send, "send events and wait for the receipts" },
    { "replay", cmd_replay, "send a recorded tape" },
    { "record", cmd_record, "write the events on the broker to a tape" },
    { "report", cmd_report, "wait times and other figures" },
    { "jobs", cmd_jobs, "the jobs behind the figures" },
    { "spans", cmd_spans, "the times in the stages behind the figures" },
    { "events", cmd_events, "the events behind the figures, as data" },
    { "job", cmd_job, "one car's whole story" },
    { "log", cmd_log, "what happens, in words; --follow goes on as it happens" },
    { "daily", cmd_daily, "the report of a day, into a folder and by mail" },
    { "rebuild", cmd_rebuild, "derive the tables again from the log, or compare them" },
    { "backup", cmd_backup, "a verified copy of the database" },
    { "check", cmd_check, "check a configuration" },
    { "broker-config", cmd_broker_config, "files for the broker: who may read and write what" },
};

#define COMMANDS (sizeof commands / sizeof commands[0])

static void usage(FILE *to)
{
    fputs("Usage: pitboard COMMAND [OPTION]...\n\n", to);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(to, "  %-13s %s\n", commands[i].name, commands[i].help);
    fputs("\nEvery command takes -c FILE (configuration), -o KEY=VALUE (set one key) and --help.\n"
          "To see it work: pitboard run\n",
          to);
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        usage(stdout);
        return EXITS_DONE;
    }
    if (strcmp(name, "--version") == 0) {
        puts("pitboard " PITBOARD_VERSION);
        return EXITS_DONE;
    }
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    if (name[0])
        fprintf(stderr, "pitboard: there is no command \"%s\"\n\n", name);
    usage(stderr);
    return EXITS_USAGE;
}

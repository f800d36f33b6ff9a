/* The sub-commands of `pitboard`: each takes its own arguments (argv[0] is its name) and returns an exit
 * code. */
#pragma once

int cmd_run(int argc, char **argv);
int cmd_simulate(int argc, char **argv);
int cmd_send(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_record(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_jobs(int argc, char **argv);
int cmd_spans(int argc, char **argv);
int cmd_events(int argc, char **argv);
int cmd_job(int argc, char **argv);
int cmd_log(int argc, char **argv);
int cmd_daily(int argc, char **argv);
int cmd_rebuild(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_backup(int argc, char **argv);
int cmd_broker_config(int argc, char **argv);

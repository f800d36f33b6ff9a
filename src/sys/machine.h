/*
 * What tells this machine from others of the same host name, and stays over restarts: six figures and letters made
 * of /etc/machine-id (machine-id(5): not to be shown, so only a hash for this program leaves it) and of the board's
 * serial number, where there is one: copied memory cards bring the same machine-id. Without either, of the network
 * cards' addresses; without those, empty.
 */
#pragma once

#define MACHINE_MARK_SIZE 7

/* `root` stands before all paths: "" but in tests. */
void machine_mark(const char *root, char out[MACHINE_MARK_SIZE]);

/*
 * The memory of a test program that can run out: malloc and its kin (by the linker's --wrap) and SQLite's.
 * Not jansson's: the scanner of 2.14 does not look at what its own buffer says and writes past it when memory
 * is out there. One thread.
 */
#pragma once

#include <stdbool.h>

/* Before anything else uses SQLite. */
bool heap_register(void);
/* The n-th allocation from now fails, `on`: and all after it too. 0: none does. */
void heap_fail_at(int n, bool on);
bool heap_failed(void); /* whether it came to that */
/* What the test itself needs, between true and false (they nest), neither counts nor fails. */
void heap_exempt(bool exempt);

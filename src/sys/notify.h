/* Messages to the service manager over $NOTIFY_SOCKET (sd_notify(3) protocol); silent no-ops without one. */
#pragma once

#include "base/tick.h"

/* "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=…"; several lines may be joined by \n. */
void notify_send(const char *state);

/* Half of $WATCHDOG_USEC in ms, the beat at which WATCHDOG=1 is due; 0 without a watchdog. */
int64_t notify_watchdog_ms(void);

/* Makes every roll-up of a database, as a hub would have at the time of the newest event: rollup DB. Prints how many
 * steps it took and the process time of the longest, ms. */
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static bool roll_up(struct store *store, int *steps, double *longest)
{
    struct wall first, newest;
    bool more = true, ok = store_extent(store, &first, &newest);
    for (; ok && more; (*steps)++) {
        double began = now_ms();
        ok = store_roll_up(store, newest, NULL, &more);
        *longest = now_ms() - began > *longest ? now_ms() - began : *longest;
    }
    return ok;
}

int main(int argc, char **argv)
{
    char fault[300] = "usage: rollup DB";
    int steps = 0;
    double longest = 0;
    struct store *store = argc == 2 ? store_open(argv[1], false, fault, sizeof fault) : NULL;
    bool ok = store && roll_up(store, &steps, &longest);
    if (!ok)
        fprintf(stderr, "rollup: %s\n", store ? store_error(store) : fault);
    printf("%d steps, the longest %.1f ms\n", steps, longest);
    store_close(store);
    return !ok;
}

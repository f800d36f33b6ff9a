/* Makes every roll-up of a database, as the hub does when it is idle: rollup DB. Prints the steps it took. */
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv)
{
    char fault[300];
    bool more = true;
    int steps = 0;
    struct store *store = argc == 2 ? store_open(argv[1], false, fault, sizeof fault) : NULL;
    while (store && more && store_roll_up(store, (struct wall){ (int64_t)time(NULL) * 1000 }, NULL, &more))
        steps++;
    printf("%d\n", steps);
    if (!store || more)
        fprintf(stderr, "rollup: %s\n", store ? store_error(store) : fault);
    store_close(store);
    return !store || more;
}

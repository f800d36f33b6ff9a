/* What all tests of configurations share: one that is made and cleared, and the fault in its words. */
#pragma once

#include "conf/conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N(a) (sizeof(a) / sizeof(a)[0])

static struct conf *conf;
static char fault[CONF_FAULT_SIZE];

static inline int make_conf(void **state)
{
    (void)state;
    conf = calloc(1, sizeof *conf);
    return conf ? 0 : -1;
}

static inline int drop_conf(void **state)
{
    (void)state;
    conf_clear(conf);
    free(conf);
    return 0;
}

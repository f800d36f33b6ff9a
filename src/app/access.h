/* Who may read and write what at the broker, as Mosquitto's configuration: from the bays, sources and screens
 * of a pitboard configuration. Pure text. */
#pragma once

#include "app/rows.h"
#include "base/text.h"
#include "conf/conf.h"

#define ACCESS_BYTES_MAX (256 * 1024)
#define ACCESS_SCREENS   32

struct access_screens {
    const char *id[ACCESS_SCREENS];
    bool workshop[ACCESS_SCREENS]; /* reads board/staff */
    int n;
};

/* The drop-in for /etc/mosquitto/conf.d/; with `tls` a listener that asks for client certificates. */
void access_conf(const struct conf *conf, bool tls, struct text *out);
/* Its acl_file: explicit rules per user; the user is <role>-<id>. Other people's buttons are device-<name>.
 */
void access_acl(const struct conf *conf, const struct rows *rows, const struct access_screens *screens,
                struct text *out);

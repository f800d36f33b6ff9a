/* Certificates of their own for a program with several connections: a broker that takes the user's name from
 * the certificate needs one each. */
#pragma once

#include "conf/conf.h"

#define IDENTITY_PATH (CONF_PATH + ID_SIZE + 8)

/* "hub.crt" and "in" → "hub-in.crt"; true if that is there. */
bool identity_file(const char *path, const char *who, char out[IDENTITY_PATH]);

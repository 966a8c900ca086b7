/* Heard: what a page may say, of any bytes: one small JSON object, or nothing. Pure.
 *
 * {"t": KIND, ...}, at most PORTAL_HEARD_MAX bytes; what is longer, or is not one of these, is
 * PORTAL_HEARD_NOTHING and ends the page's connection.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define PORTAL_HEARD_MAX  2048
#define PORTAL_HEARD_WORD 96  /* bytes of an id, the end included */
#define PORTAL_HEARD_TEXT 256 /* of words of a person */

typedef enum {
    PORTAL_HEARD_NOTHING,
    PORTAL_HEARD_HELLO,     /* token, device, phone */
    PORTAL_HEARD_BEAT,      /* n, duty: it is in front */
    PORTAL_HEARD_AWAY,      /* it is hidden, or duty has ended */
    PORTAL_HEARD_DELIVERED, /* id, target */
    PORTAL_HEARD_READ,      /* id, target */
    PORTAL_HEARD_ACCEPT,    /* ref, id: these act */
    PORTAL_HEARD_WAY,       /* ref, id */
    PORTAL_HEARD_ARRIVED,   /* ref, id */
    PORTAL_HEARD_DONE,      /* ref, id */
    PORTAL_HEARD_CANNOT,    /* ref, id, text */
    PORTAL_HEARD_HAND_ON,   /* ref, id, to */
    PORTAL_HEARD_HELP,      /* ref, id: of the bed, text */
    PORTAL_HEARD_DETAIL,    /* id: of an alarm */
} PortalHeardKind;

typedef struct {
    PortalHeardKind kind;
    int64_t n;   /* of a beat */
    int64_t p;   /* of a beat: serial of the newest test alarm that came to it */
    int64_t ref; /* the page's number of an act; comes back with what became of it */
    gboolean duty;
    gboolean phone;
    char token[PORTAL_HEARD_WORD];
    char device[PORTAL_HEARD_WORD];
    char id[PORTAL_HEARD_WORD];
    char target[PORTAL_HEARD_WORD];
    char to[PORTAL_HEARD_WORD];
    char text[PORTAL_HEARD_TEXT];
} PortalHeard;

void portal_heard_parse(const void *data, size_t size, PortalHeard *out);

G_END_DECLS

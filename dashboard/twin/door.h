/* Door: who may come in to the twin's server, and what a page may say to it.
 *
 * Pure. The server listens on the loopback only; a page of another origin, a name that was bent to
 * point here, and anybody who does not have the key of this start are refused.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define DASH_DOOR_KEY_LEN   32  /* letters of the key */
#define DASH_DOOR_WORDS_MAX 256 /* bytes of a message of the page */

/* "127.0.0.1:PORT", "localhost:PORT" or "[::1]:PORT". NULL, or anything else: false. */
bool dash_door_host(const char *host, unsigned port);
/* "http://" and one of the hosts above. */
bool dash_door_origin(const char *origin, unsigned port);
/* The same time for every wrong key. */
bool dash_door_key(const char *given, const char *key);

typedef enum {
    DASH_HEARD_NOTHING, /* not a message: the page is not ours, or broken */
    DASH_HEARD_SEEN,    /* "seen NUMBER": it has shown the message of that number */
    DASH_HEARD_SELECT,  /* "select BED", "select" for none */
    DASH_HEARD_SPEAK,   /* "speak LANGUAGE" */
} DashHeardKind;

typedef struct {
    DashHeardKind kind;
    uint64_t seen;
    char word[DASH_DOOR_WORDS_MAX]; /* the bed's id or the language; "" = none */
} DashHeard;

/* Any bytes at all. */
void dash_door_hear(const void *data, size_t size, DashHeard *heard);

G_END_DECLS

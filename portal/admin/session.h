/* The session of a browser: what its cookies hold, and from where it asks.
 *
 * The cookie __Host-vicu holds the token of a session, which the store keeps; the portal keeps
 * none: each request is asked of the store. __Host-vicu-device is what a device signed in with
 * before, so that wrong tries from elsewhere do not hold it up. Neither is read by scripts, goes to
 * another site, or without TLS. Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

G_BEGIN_DECLS

#define PORTAL_COOKIE        "__Host-vicu"
#define PORTAL_COOKIE_DEVICE "__Host-vicu-device"
#define PORTAL_SECRET        32u                        /* bytes of a token, a device, a link */
#define PORTAL_DEVICE_S      (180 * 24 * (int64_t)3600) /* a device's cookie lives */

/* 64 hexadecimal digits; NULL: not that. Caller frees. */
GBytes *portal_secret_read(const char *text);
/* Caller wipes and frees. */
char *portal_secret_write(const void *data, size_t size);

/* Of a Cookie header; NULL: not there, there twice, or not 64 digits. Caller frees. */
GBytes *portal_cookie_read(const char *header, const char *name);
/* A Set-Cookie header. @secret NULL: the browser forgets it; @life_s 0: until it is closed. Caller
 * frees. */
char *portal_cookie_write(const char *name, GBytes *secret, int64_t life_s);

/* The place that wrong tries are counted at: an address, of IPv6 its /64. Caller frees. */
char *portal_session_from(const char *address);

/* Of an Accept-Language header: Chinese before English. */
bool portal_session_is_chinese(const char *header);

G_END_DECLS

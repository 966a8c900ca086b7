/* Serve: pages and the live ward over HTTP and WebSocket, on the loopback only.
 *
 * With pages.h the one door to libsoup. Reads only: a page can say which bed it looks at, which
 * language it speaks and what it has seen, and nothing else. Bounded: connections, pages, bytes of
 * a message; a page that is slow gets the newest state when it is ready for it. One thread, the
 * main loop's.
 *
 *   GET /                    the page and its parts
 *   GET /kit.glb             every solid and stuff, of which the page builds beds
 *   GET /ward.glb?key=KEY    the ward now, as a file
 *   GET /live?key=KEY        WebSocket, see tell.h
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "dashboard/model/model.h"

G_BEGIN_DECLS

#define DASH_SERVE_PAGES       8
#define DASH_SERVE_CONNECTIONS 64

typedef struct {
    unsigned port; /* 0: a free one */
    bool with_patient;
    int64_t still_us; /* of a saved state: its time, which stands; 0: live */
    /* Somebody looks at the ward (NULL), at each state told; or has opened a bed. May be NULL. */
    void (*looked)(const char *bed, gpointer user);
    gpointer user;
} DashServeOptions;

typedef struct {
    unsigned pages;
    unsigned connections;
    uint64_t told;    /* messages */
    uint64_t refused; /* wrong host, origin, key or path; too many */
} DashServeFigures;

typedef struct DashServe DashServe;
/* @model is borrowed. */
DashServe *dash_serve_new(const DashModel *model, const DashServeOptions *options, GError **error);
void dash_serve_free(DashServe *self);
unsigned dash_serve_port(const DashServe *self);
/* 32 letters, new at each start. */
const char *dash_serve_key(const DashServe *self);
void dash_serve_figures(const DashServe *self, DashServeFigures *figures);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashServe, dash_serve_free)

G_END_DECLS

/* Bridge: the messages of Looking Glass Bridge, the makers' service on the panel's machine.
 *
 * A request is a PUT of JSON to http://127.0.0.1:33334/NAME, the answer JSON; bridge.js (MIT) of
 * the makers is the source. Pure: nothing is sent here, and any bytes may be an answer. An
 * orchestration is Bridge's word for a client's session; its token goes with every message after
 * the first.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/holo/quilt.h"

G_BEGIN_DECLS

#define DASH_BRIDGE_PORT       33334
#define DASH_BRIDGE_BYTES_MAX  ((size_t)1 << 20) /* of an answer */
#define DASH_BRIDGE_TOKEN_MAX  128
#define DASH_BRIDGE_PANELS_MAX 16
#define DASH_BRIDGE_PLAYLIST   "vicu"

/* In the order in which they are sent. Caller frees. */
char *dash_bridge_enter(void);                       /* to "enter_orchestration" */
char *dash_bridge_session(const char *token);        /* to "available_output_devices" and
                                                        "exit_orchestration" */
char *dash_bridge_show(const char *token, int head); /* to "show_window" */
char *dash_bridge_playlist(const char *token);       /* to "delete_playlist" and
                                                        "instance_playlist" */
/* To "insert_playlist_entry": a quilt's file, by its absolute path. */
char *dash_bridge_entry(const char *token, const char *path, const DashQuilt *quilt);
char *dash_bridge_play(const char *token, int head); /* to "play_playlist"; head -1: any panel */

/* The whole PUT, head and body; caller frees. */
char *dash_bridge_request(const char *name, unsigned port, const char *body);

/* The body of an answer to @name, or what is wrong with it; @size bytes as they came. Caller frees.
 */
char *dash_bridge_body(const char *name, const char *bytes, size_t size, GError **error);

/* The token that "enter_orchestration" was answered with. */
bool dash_bridge_take_token(const char *body, char token[DASH_BRIDGE_TOKEN_MAX], GError **error);

typedef struct {
    char serial[64];
    char hardware[32];
    int head;
    char *calibration; /* its visual.json */
} DashBridgePanel;

/* The panels that "available_output_devices" was answered with; other monitors are left out. How
 * many; -1 and @error: it is no such answer. */
int dash_bridge_take_panels(const char *body,
                            DashBridgePanel out[DASH_BRIDGE_PANELS_MAX],
                            GError **error);
void dash_bridge_panels_clear(DashBridgePanel *panels, int n);

/* FALSE: it is refused, with its own word. */
bool dash_bridge_is_done(const char *name, const char *body, GError **error);

G_END_DECLS

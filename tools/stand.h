/* All that stands now, as the rules process owns it: alarms, beds, limits,
 * scores; and commands to it.
 *
 * Opened, it waits for the snapshot and then follows. Items are held unpacked;
 * what is returned is borrowed until the main loop runs again. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"
#include "tools/client.h"

G_BEGIN_DECLS

typedef struct ToolStand ToolStand;

/* @removed: it no longer stands; @item then has its last content. */
typedef void (*ToolStandFunc)(const Vicu__StateItem *item, gboolean removed, gpointer user);

/* @client is borrowed. Does not wait. */
ToolStand *tool_stand_new(ToolClient *client, GError **error);
/* Waits at most 5 s until all that stands is known. Who is signed in is told of the own places
 * alone; how many beds are left out is said on stderr. VICU_ERROR_REFUSED: nobody is believed. */
ToolStand *tool_stand_open(ToolClient *client, GError **error);
/* The same of another owner of state: "escalation-state", "escalation". */
ToolStand *
tool_stand_open_of(ToolClient *client, const char *socket, const char *owner, GError **error);
void tool_stand_free(ToolStand *self);

gboolean tool_stand_is_level(const ToolStand *self);

/* Told of each change from now on. */
void tool_stand_on_change(ToolStand *self, ToolStandFunc func, gpointer user);

/* Items of @subject, in the order of their keys (beds and alarms: as people count). NULL-terminated
 * array; caller frees the array only. */
const Vicu__StateItem **tool_stand_items(const ToolStand *self, Vicu__Subject subject, size_t *n);
const Vicu__StateItem *
tool_stand_find(const ToolStand *self, Vicu__Subject subject, const char *key);

/* The full id of the bed that @text names among those that stand. Borrowed. */
const char *tool_stand_bed(const ToolStand *self, const char *text, GError **error);

/* Beds that are not among the places of who is signed in, and so not among the items. */
unsigned tool_stand_untold(const ToolStand *self);

/* The id of the alarm that begins with @text, if only one does. Borrowed. */
const char *tool_stand_alarm(const ToolStand *self, const char *text, GError **error);

/* The key of @subject that begins with @text, if only one does; NULL. Borrowed. */
const char *tool_stand_key(const ToolStand *self, Vicu__Subject subject, const char *text);

/* Sends @command as this user and waits for the owner's answer (10 s). FALSE
 * with VICU_ERROR_REFUSED: the owner's own words. @text, @detail may be NULL. */
gboolean tool_stand_command(ToolStand *self,
                            Vicu__Command *command,
                            const char *reason,
                            char **text,
                            char **detail,
                            GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ToolStand, tool_stand_free)

G_END_DECLS

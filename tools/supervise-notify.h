/* systemd's notify protocol, the receiving side: datagrams, and who sent them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <sys/types.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct ToolNotify ToolNotify;

/* One line that @pid sent, as the kernel names the sender; 0: it did not. */
typedef void (*ToolNotifyFunc)(pid_t pid, const char *line, gpointer user);

/* @path becomes a socket, and is gone with _free(). Default main context. */
ToolNotify *tool_notify_new(const char *path, ToolNotifyFunc func, gpointer user, GError **error);
void tool_notify_free(ToolNotify *self); /* NULL: no-op */
const char *tool_notify_path(const ToolNotify *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ToolNotify, tool_notify_free)

G_END_DECLS

/* The log file of one child of the supervisor: DIR/log/NAME.log.
 *
 * The child writes to the file itself (append), so that it never waits for the
 * supervisor; the supervisor adds its own remarks and keeps the file within
 * TOOL_CHILD_LOG_MAX by moving what is there to NAME.log.1.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

#include <glib.h>

G_BEGIN_DECLS

#define TOOL_CHILD_LOG_MAX (4u << 20)

/* A descriptor to give to the child, for append; close it afterwards. -1 on error. */
int tool_child_log_open(const char *path, GError **error);

/* One line of the supervisor's own, with the time. Failure is not reported: a
 * full disk must not stop the supervisor. */
void tool_child_log_remark(const char *path, const char *text);

/* Moves the text away when the file has outgrown its bound. */
void tool_child_log_bound(const char *path, size_t max);

/* The last @n lines that stand behind @from, each with @prefix; "" when there are none. Caller
 * frees. @from: size of the file when the child was started. */
char *tool_child_log_tail(const char *path, size_t from, size_t n, const char *prefix);

/* 0 when there is no such file. */
size_t tool_child_log_size(const char *path);

G_END_DECLS

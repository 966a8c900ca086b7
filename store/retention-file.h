/* One setting of [retention] in the store's file of settings.
 *
 * The file stays as people wrote it, comments and all, but for that line. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "common/daemon.h"

G_BEGIN_DECLS

#define STORE_RETENTION_GROUP "retention"

/* Has the file read again; FALSE: what was in force stays in force. */
typedef gboolean (*StoreRetentionFunc)(gpointer user, GError **error);

/* Writes @key = @text into the file at @path, made if absent, and calls @reload; where that
 * fails the file is again what it was. On the disk when it returns. */
gboolean store_retention_file_set(const char *path,
                                  const char *key,
                                  const char *text,
                                  StoreRetentionFunc reload,
                                  gpointer user,
                                  GError **error);

/* The same of this process' own settings, in force when it returns. */
gboolean store_retention_set(VicuDaemon *daemon, const char *key, const char *text, GError **error);
/* As it is in force, "5d" where it is whole days; NULL: there is no such setting. Caller frees. */
char *store_retention_text(VicuDaemon *daemon, const char *key);

G_END_DECLS

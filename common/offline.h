/* Answers from the files of a store that does not run, for tools.
 *
 * Starts `vicu-store answer`, which reads the store's files without writing to them and
 * answers the same questions on a private socket (store/answer.c), in a folder of ours
 * that goes with it. What is asked is laid aside for the audit. Blocks while it opens.
 * One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "common/root.h"
#include "common/socket.h"

G_BEGIN_DECLS

typedef struct VicuOffline VicuOffline;

/* A store answers at @root's socket within a moment (1.5 s). */
gboolean vicu_offline_store_runs(VicuContext *context, const VicuRoot *root);

/* @root holds a store's files. */
gboolean vicu_offline_has_files(const VicuRoot *root);

/* @program: the file of vicu-store. Says on stderr what is read, and for @verb. */
VicuOffline *
vicu_offline_start(const VicuRoot *root, const char *program, const char *verb, GError **error);
void vicu_offline_free(VicuOffline *self);

/* Of the socket; borrowed. */
const char *vicu_offline_endpoint(const VicuOffline *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuOffline, vicu_offline_free)

G_END_DECLS

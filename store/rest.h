/* A store at rest: the database of an installation as it was at one moment.
 *
 * Where the store runs it is asked for a checkpoint over its query socket; where
 * nothing runs the database is opened, and a checkpoint made here. Either way
 * the path is a folder of our own until _free().
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "common/root.h"

G_BEGIN_DECLS

typedef struct StoreRest StoreRest;

/* @dir: of the installation; NULL: the one that runs, else the standard place. */
StoreRest *store_rest_open(const char *dir, const char *why, GError **error);
void store_rest_free(StoreRest *self);

const char *store_rest_path(const StoreRest *self); /* of the checkpoint */
const VicuRoot *store_rest_root(const StoreRest *self);
const char *store_rest_store(const StoreRest *self); /* the store's own folder */
bool store_rest_is_live(const StoreRest *self);      /* the store runs */

/* The store's folder of an installation, without touching it. Caller frees. */
char *store_rest_folder(const char *dir, GError **error);
/* A supervisor runs in it, or the database is in use. */
bool store_rest_is_running(const char *dir);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreRest, store_rest_free)

G_END_DECLS

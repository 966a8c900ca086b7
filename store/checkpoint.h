/* Checkpoints: second folders of the database, made of links, for who reads all of it.
 *
 * They lie in DIR/checkpoints of the store's folder and hold the disk space of
 * what is deleted meanwhile, so they live briefly: who asked for one releases
 * it, and a store that starts removes all.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "store/db.h"

G_BEGIN_DECLS

/* More at once are refused: each holds disk space. */
#define STORE_CHECKPOINTS_MAX 4

/* A new one of all that is committed; its path, the caller frees. */
char *store_checkpoint_make(StoreDb *db, GError **error);
/* @name: last part of the path. False: there is none of this name. */
bool store_checkpoint_release(const char *store_dir, const char *name);
void store_checkpoint_release_all(const char *store_dir);

G_END_DECLS

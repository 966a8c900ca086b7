/* The keys on disk: a file `keys` (0600) in a folder (0700), and the same in a second one.
 *
 * A save is a new file, synced, that takes the old one's name, folder synced; then the old
 * one's bytes are overwritten. Both folders have it when _save() returns. A file system or a
 * medium that writes elsewhere than it was told keeps the old bytes all the same: the folder
 * belongs on a medium that is encrypted, or can be destroyed (docs/storage.md).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "store/erase/keyring.h"

G_BEGIN_DECLS

#define STORE_KEYFILE "keys"

typedef struct {
    const char *folder;
    const char *copy; /* NULL or "": none; else on another disk */
} StoreKeyPlaces;

/* NULL without @error: neither folder has one. The newer generation of two is taken. Where
 * one is missing or damaged the other is taken; with @repair it is made again from it, and so
 * is an older one. *@note (caller frees): a sentence about that, or NULL. NULL with @error:
 * what is there cannot be read, or belongs to two stores. */
StoreKeyring *
store_keyfile_load(const StoreKeyPlaces *places, bool repair, char **note, GError **error);

/* As the next generation, in both folders, which are made when they are absent. On an error
 * either may be the old one or the new one, whole. */
bool store_keyfile_save(const StoreKeyPlaces *places, StoreKeyring *ring, GError **error);

G_END_DECLS

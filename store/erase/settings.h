/* Where an installation keeps its keys: [erasure] of DIR/etc/store.conf, for who is not the
 * store itself and looks at its rows.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "common/root.h"
#include "store/erase/cipher.h"

G_BEGIN_DECLS

/* Both folders, absolute, apart from each other and from @root's own: a backup of that must
 * not hold them. "" as the first: off. VICU_ERROR_CONFIG names what is not so. */
bool store_erase_check(const StoreKeyPlaces *places, const VicuRoot *root, GError **error);

/* Keys to read with; NULL without @error: rows are in clear. */
StoreCipher *store_erase_reader(const VicuRoot *root, GError **error);

G_END_DECLS

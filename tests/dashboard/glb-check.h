/* Strict reader of .glb files: the rules of the glTF 2.0 specification that a file of ours can
 * break.
 *
 * A judge of our own, beside those from outside; it is stricter where the specification leaves
 * freedom: nothing unused, no node with two parents, no overlap of views.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* NULL: the file is sound. Else what is wrong with it; caller frees. */
char *glb_check(const uint8_t *data, size_t size);

/* The JSON of a sound file; caller frees. */
JsonParser *glb_parse(const uint8_t *data, size_t size);
JsonObject *glb_root(JsonParser *parser);
/* Index of the first object of @list whose name is @name; -1: none. */
int glb_find(JsonObject *root, const char *list, const char *name);
JsonObject *glb_at(JsonObject *root, const char *list, unsigned index);

G_END_DECLS

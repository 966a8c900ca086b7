/* What the store signs about people, and who believes it: Ed25519 over a name of the kind and
 * the packed message (PeopleSigned of proto/people.proto).
 *
 * Pure but for the making of a key. No state, any thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"

G_BEGIN_DECLS

#define VICU_STATEMENT_PUBLIC 32u
#define VICU_STATEMENT_SECRET 64u
#define VICU_STATEMENT_MAX    65536u /* bytes of a signed message that is looked at */
#define VICU_STATEMENT_KIND   "vicu-people-statement"
#define VICU_STATEMENT_LIST   "vicu-people-list"

void vicu_statement_key(uint8_t public_key[VICU_STATEMENT_PUBLIC],
                        uint8_t secret_key[VICU_STATEMENT_SECRET]);

/* A packed PeopleSigned. */
GBytes *vicu_statement_sign(const char *kind,
                            const ProtobufCMessage *body,
                            const uint8_t secret_key[VICU_STATEMENT_SECRET]);
/* NULL: not signed by that key as a message of that kind. The body as it was packed. */
GBytes *vicu_statement_open(const char *kind,
                            const void *signed_data,
                            size_t size,
                            const uint8_t public_key[VICU_STATEMENT_PUBLIC]);

G_END_DECLS

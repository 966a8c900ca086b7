/* CRC32C (Castagnoli, RFC 3720 B.4): the checksum of everything we put on disk.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

/* @seed: 0, or what the bytes before these gave. */
uint32_t vicu_crc32c(uint32_t seed, const void *bytes, size_t len);

G_END_DECLS

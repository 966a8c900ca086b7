/* RIFF/WAVE as speech programs write it, into frames of this process. Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define ANN_WAVE_MAX_S 20 /* what is longer is cut */

/* PCM, 16 bit, mono, 8000 to 96000 Hz, to ANN_RATE_HZ by straight lines. A data size that is
 * larger than what is there (a stream) is what is there. NULL: @error says what was found.
 * Caller frees *@out frames, -1 to 1. */
float *ann_wave_read(const uint8_t *bytes, size_t size, size_t *out, GError **error);

G_END_DECLS

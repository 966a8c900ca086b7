/* Over: rows of premultiplied pixels laid over rows that stand already.
 *
 * On machines with registers of 256 bits eight pixels at once; the bytes are the same. What is
 * transparent costs a look, what is opaque a copy.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "dashboard/gl/raster.h"

G_BEGIN_DECLS

/* @n pixels. */
void dash_over_row(uint32_t *out, const uint32_t *from, int n);

/* The @w pixels of @from, moved @part 256ths of a pixel to the right and so @w + 1 of them, each
 * the mean of two; of these the ones from @first to before @end, to the same places of @out. */
void
dash_over_row_moved(uint32_t *out, const uint32_t *from, int w, uint32_t part, int first, int end);

/* A picture of @rect's size, as far as it lies on @surface. */
void dash_over_picture(const DashSurface *surface, DashRect rect, const uint32_t *pixels);

/* For tests: the plain ones, whatever the machine has. */
void dash_over_use_plain(gboolean plain);

G_END_DECLS

/* PNG: a picture of 8 bits a channel, not interlaced, written at once.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

/* @pixels: 0xffRRGGBB in the machine's order, @stride_px a row. The file is
 * written beside @path and renamed over it, so that a reader never sees half. */
gboolean dash_png_write(
    const char *path, const uint32_t *pixels, int w, int h, int stride_px, GError **error);

/* Reads a PNG into 0xffRRGGBB without padding; caller frees. */
uint32_t *dash_png_read(const char *path, int *w, int *h, GError **error);

G_END_DECLS

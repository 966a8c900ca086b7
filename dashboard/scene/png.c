/* PNG. See png.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/png.h"

#include <cairo.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>

#include "common/error.h"

gboolean
dash_png_write(
    const char *path, const uint32_t *pixels, int w, int h, int stride_px, GError **error)
{
    g_autofree char *beside = g_strconcat(path, ".part", NULL);
    cairo_surface_t *surface = cairo_image_surface_create_for_data(
        (unsigned char *)pixels, CAIRO_FORMAT_RGB24, w, h, stride_px * 4);
    cairo_status_t status = cairo_surface_write_to_png(surface, beside);
    cairo_surface_destroy(surface);
    if (status != CAIRO_STATUS_SUCCESS) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: cannot write the picture of %d x %d: %s",
                    path, w, h, cairo_status_to_string(status));
        g_unlink(beside);
        return FALSE;
    }
    if (g_rename(beside, path) != 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: %s", path, g_strerror(errno));
        g_unlink(beside);
        return FALSE;
    }
    return TRUE;
}

uint32_t *
dash_png_read(const char *path, int *w, int *h, GError **error)
{
    cairo_surface_t *surface = cairo_image_surface_create_from_png(path);
    cairo_status_t status = cairo_surface_status(surface);
    if (status != CAIRO_STATUS_SUCCESS) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: %s", path,
                    cairo_status_to_string(status));
        cairo_surface_destroy(surface);
        return NULL;
    }
    *w = cairo_image_surface_get_width(surface);
    *h = cairo_image_surface_get_height(surface);
    size_t stride = cairo_image_surface_get_stride(surface);
    const uint8_t *rows = cairo_image_surface_get_data(surface);
    size_t row_px = *w;
    uint32_t *pixels = g_new(uint32_t, row_px * *h);
    for (size_t y = 0; y < (size_t)*h; y++)
        memcpy(pixels + y * row_px, rows + y * stride, row_px * 4);
    for (size_t i = 0; i < row_px * *h; i++)
        pixels[i] |= 0xff000000u;
    cairo_surface_destroy(surface);
    return pixels;
}

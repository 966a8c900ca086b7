/* Labels. See label.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo/label.h"

#include <string.h>

#include <gio/gio.h>

#define GROUND   22 /* grey of the plate; letters are white */
#define UPPER_PX 22
#define LOWER_PX 15
#define MARGIN   4
#define LEVEL    1 /* of compression: the picture is mostly one grey */

/* ---- PNG, ISO/IEC 15948 ---- */

static uint32_t
crc_of(const uint8_t *bytes, size_t size)
{
    uint32_t table[256];
    uint32_t crc = 0xffffffffu;

    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int k = 0; k < 8; k++)
            c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
        table[i] = c;
    }
    for (size_t i = 0; i < size; i++)
        crc = table[(crc ^ bytes[i]) & 0xff] ^ (crc >> 8);
    return crc ^ 0xffffffffu;
}

static void
put_u32(GByteArray *out, uint32_t value)
{
    uint32_t big = GUINT32_TO_BE(value);
    g_byte_array_append(out, (const guint8 *)&big, sizeof big);
}

static void
put_chunk(GByteArray *out, const char *type, const void *data, size_t size)
{
    put_u32(out, (uint32_t)size);
    guint from = out->len;
    g_byte_array_append(out, (const guint8 *)type, 4);
    if (size > 0)
        g_byte_array_append(out, data, (guint)size);
    put_u32(out, crc_of(out->data + from, out->len - from));
}

/* Each row with the filter "as it is" before it. */
static GBytes *
packed(const uint8_t *pixels, int w, int h)
{
    size_t row = (size_t)w + 1;
    g_autofree uint8_t *rows = g_malloc0(row * (size_t)h);
    for (int y = 0; y < h; y++)
        memcpy(rows + row * (size_t)y + 1, pixels + (size_t)w * (size_t)y, (size_t)w);
    g_autoptr(GConverter) zlib =
        G_CONVERTER(g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_ZLIB, LEVEL));
    g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable();
    g_autoptr(GOutputStream) stream = g_converter_output_stream_new(memory, zlib);
    gboolean ok = g_output_stream_write_all(stream, rows, row * (size_t)h, NULL, NULL, NULL)
                  && g_output_stream_close(stream, NULL, NULL);
    g_assert(ok); /* into memory */
    return g_memory_output_stream_steal_as_bytes(G_MEMORY_OUTPUT_STREAM(memory));
}

GBytes *
dash_grey_png(const uint8_t *pixels, int w, int h)
{
    static const guint8 signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    GByteArray *out = g_byte_array_new();
    uint32_t size[2] = {GUINT32_TO_BE((uint32_t)w), GUINT32_TO_BE((uint32_t)h)};
    guint8 header[13] = {[8] = 8}; /* bits; grey, not interlaced */
    g_autoptr(GBytes) data = packed(pixels, w, h);

    memcpy(header, size, sizeof size);
    g_byte_array_append(out, signature, sizeof signature);
    put_chunk(out, "IHDR", header, sizeof header);
    put_chunk(out, "IDAT", g_bytes_get_data(data, NULL), g_bytes_get_size(data));
    put_chunk(out, "IEND", NULL, 0);
    return g_byte_array_free_to_bytes(out);
}

/* ---- text ---- */

void
dash_labels_init(DashLabels *self, unsigned n)
{
    unsigned rows = (n + DASH_LABEL_ACROSS - 1) / DASH_LABEL_ACROSS;
    self->w = DASH_LABEL_W * DASH_LABEL_ACROSS;
    self->h = DASH_HEADING_H + DASH_LABEL_H * (int)rows;
    self->pixels = g_malloc((size_t)self->w * (size_t)self->h);
    memset(self->pixels, GROUND, (size_t)self->w * (size_t)self->h);
}

void
dash_labels_clear(DashLabels *self)
{
    g_clear_pointer(&self->pixels, g_free);
}

/* Within [left, right) x [top, bottom): nothing reaches into the next cell. */
static void
draw(DashLabels *self, const DashSprite *sprite, int x, int baseline, const int bounds[4])
{
    int left = x + sprite->left, top = baseline + sprite->top;

    for (int j = 0; j < sprite->h; j++) {
        int y = top + j;
        if (y < bounds[1] || y >= bounds[3])
            continue;
        for (int i = 0; i < sprite->w; i++) {
            if (left + i < bounds[0] || left + i >= bounds[2])
                continue;
            unsigned cover = sprite->mask[j * sprite->w + i];
            uint8_t *p = &self->pixels[(size_t)self->w * (size_t)y + (size_t)(left + i)];
            *p = (uint8_t)(*p + (255u - *p) * cover / 255u);
        }
    }
}

void
dash_labels_heading(DashLabels *self, DashText *text, const char *line)
{
    const int bounds[4] = {0, 0, self->w, DASH_HEADING_H};
    draw(self, dash_text_get(text, line, UPPER_PX, DASH_WEIGHT_BOLD, self->w - 2 * MARGIN), MARGIN,
         DASH_HEADING_H - 13, bounds);
}

void
dash_labels_put(
    DashLabels *self, DashText *text, unsigned cell, const char *upper, const char *lower)
{
    int x = (int)(cell % DASH_LABEL_ACROSS) * DASH_LABEL_W;
    int y = DASH_HEADING_H + (int)(cell / DASH_LABEL_ACROSS) * DASH_LABEL_H;
    int room = DASH_LABEL_W - 2 * MARGIN;
    const int bounds[4] = {x, y, x + DASH_LABEL_W, y + DASH_LABEL_H};

    draw(self, dash_text_get(text, upper, UPPER_PX, DASH_WEIGHT_BOLD, room), x + MARGIN, y + 21,
         bounds);
    if (*lower)
        draw(self, dash_text_get(text, lower, LOWER_PX, DASH_WEIGHT_REGULAR, room), x + MARGIN,
             y + DASH_LABEL_H - 8, bounds);
}

void
dash_labels_part(const DashLabels *self, int cell, float part[4])
{
    int x = cell < 0 ? 0 : cell % DASH_LABEL_ACROSS * DASH_LABEL_W;
    int y = cell < 0 ? 0 : DASH_HEADING_H + cell / DASH_LABEL_ACROSS * DASH_LABEL_H;
    int w = cell < 0 ? self->w : DASH_LABEL_W, h = cell < 0 ? DASH_HEADING_H : DASH_LABEL_H;

    part[0] = (float)x / (float)self->w;
    part[1] = (float)y / (float)self->h;
    part[2] = (float)(x + w) / (float)self->w;
    part[3] = (float)(y + h) / (float)self->h;
}

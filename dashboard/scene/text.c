/* Text and signs as masks. See text.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/text.h"

#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

#include "dashboard/scene/signs.h"

#define FAMILY       "DejaVu Sans"
#define NARROW       0.9 /* as the family's condensed face, which is not installed everywhere */
#define KEEP_FRAMES  900
#define SWEEP_FRAMES 300
#define KEEP_BYTES   (24u << 20) /* of masks; with more, those go that were not asked for lately */
#define KEEP_FEW     120         /* frames */
#define STRING_MAX   256
#define LEAST_PX     9 /* no string is made smaller than that */

typedef struct {
    DashSprite sprite;
    uint64_t used; /* frame of the last _get() */
    uint8_t *pixels;
} Kept;

typedef struct {
    size_t n;      /* bytes of the first line */
    uint64_t used; /* frame of the last question */
} Break;

struct DashText {
    GHashTable *kept;   /* char * -> Kept * */
    GHashTable *breaks; /* char * -> Break * */
    PangoContext *context;
    PangoFontDescription *font[2];
    uint64_t frame;
    uint64_t keep_frames; /* those go that nobody asked for in so many */
    size_t bytes;         /* of the masks */
    uint32_t next_id;
};

static void
kept_free(void *data)
{
    Kept *kept = data;
    g_free(kept->pixels);
    g_free(kept);
}

DashText *
dash_text_new(const char *family)
{
    DashText *self = g_new0(DashText, 1);
    self->kept = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, kept_free);
    self->breaks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    PangoFontMap *map = pango_cairo_font_map_new();
    self->context = pango_font_map_create_context(map);
    g_object_unref(map);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(self->context, options);
    cairo_font_options_destroy(options);
    for (int i = 0; i < 2; i++) {
        self->font[i] = pango_font_description_new();
        pango_font_description_set_family(self->font[i], family ? family : FAMILY);
        pango_font_description_set_weight(
            self->font[i], i == DASH_WEIGHT_BOLD ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    }
    return self;
}

void
dash_text_free(DashText *self)
{
    if (!self)
        return;
    g_hash_table_unref(self->kept);
    g_hash_table_unref(self->breaks);
    g_object_unref(self->context);
    pango_font_description_free(self->font[0]);
    pango_font_description_free(self->font[1]);
    g_free(self);
}

/* @text: the end of @key. */
static Kept *
keep(DashText *self, const char *key, const char *text, int w, int h)
{
    Kept *kept = g_new0(Kept, 1);
    char *own = g_strdup(key);
    kept->sprite.text = own + (strlen(key) - strlen(text));
    kept->sprite.id = ++self->next_id;
    kept->sprite.w = w;
    kept->sprite.h = h;
    kept->pixels = g_malloc0((size_t)w * h);
    self->bytes += (size_t)w * h;
    kept->sprite.mask = kept->pixels;
    g_hash_table_insert(self->kept, own, kept);
    return kept;
}

/* cairo pads its rows, the mask does not. */
static void
copy_mask(cairo_surface_t *surface, Kept *kept)
{
    cairo_surface_flush(surface);
    const uint8_t *rows = cairo_image_surface_get_data(surface);
    size_t stride = cairo_image_surface_get_stride(surface);
    size_t w = kept->sprite.w;
    for (size_t y = 0; y < (size_t)kept->sprite.h; y++)
        memcpy(kept->pixels + y * w, rows + y * stride, w);
}

/* @max_w > 0: so wide at most, shortened. */
static PangoLayout *
make_layout(DashText *self, const char *string, int size_px, DashWeight weight, int max_w)
{
    PangoLayout *layout = pango_layout_new(self->context);
    pango_font_description_set_absolute_size(self->font[weight], size_px * (double)PANGO_SCALE);
    pango_layout_set_font_description(layout, self->font[weight]);
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    if (max_w > 0) {
        pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
        pango_layout_set_width(layout, (int)(max_w / NARROW * PANGO_SCALE));
    }
    pango_layout_set_text(layout, string, -1);
    return layout;
}

static Kept *
draw_string(
    DashText *self, const char *key, const char *string, int size_px, DashWeight weight, int max_w)
{
    PangoLayout *layout = make_layout(self, string, size_px, weight, max_w);
    PangoRectangle ink;
    PangoRectangle logical;
    pango_layout_get_extents(layout, &ink, &logical);
    double baseline = (double)pango_layout_get_baseline(layout) / PANGO_SCALE;
    double ink_x = (double)ink.x / PANGO_SCALE * NARROW;
    double ink_y = (double)ink.y / PANGO_SCALE - baseline;
    int left = (int)floor(ink_x);
    int top = (int)floor(ink_y);
    int w = (int)ceil(ink_x + (double)ink.width / PANGO_SCALE * NARROW) - left;
    int h = (int)ceil(ink_y + (double)ink.height / PANGO_SCALE) - top;
    Kept *kept = keep(self, key, string, MAX(w, 1), MAX(h, 1));
    kept->sprite.cut = pango_layout_is_ellipsized(layout);
    kept->sprite.left = left;
    kept->sprite.top = top;
    kept->sprite.advance = (int)ceil((double)logical.width / PANGO_SCALE * NARROW);
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_A8, kept->sprite.w, kept->sprite.h);
    cairo_t *cr = cairo_create(surface);
    cairo_scale(cr, NARROW, 1);
    cairo_move_to(cr, -left / NARROW, -top - baseline);
    pango_cairo_show_layout(cr, layout);
    cairo_destroy(cr);
    copy_mask(surface, kept);
    cairo_surface_destroy(surface);
    g_object_unref(layout);
    return kept;
}

/* Of bounded length, and whole characters. */
static void
take_string(char text[STRING_MAX], const char *string)
{
    const char *valid = NULL;
    g_strlcpy(text, string, STRING_MAX);
    if (!g_utf8_validate(text, -1, &valid)) /* cut inside a character, or never UTF-8 */
        text[valid - text] = '\0';
}

/* The largest at which the whole of @text has room, by a sixth smaller at most; 0: there is none.
 */
static int
smaller_size(DashText *self, const char *text, int size_px, DashWeight weight, int max_w)
{
    int least = MAX((size_px * 5 + 5) / 6, LEAST_PX);
    for (int size = size_px - 1; size >= least; size--) {
        PangoRectangle logical;
        PangoLayout *layout = make_layout(self, text, size, weight, 0);
        pango_layout_get_extents(layout, NULL, &logical);
        g_object_unref(layout);
        if (ceil((double)logical.width / PANGO_SCALE * NARROW) <= max_w)
            return size;
    }
    return 0;
}

const DashSprite *
dash_text_get(DashText *self, const char *string, int size_px, DashWeight weight, int max_w)
{
    char key[STRING_MAX + 48];
    char text[STRING_MAX];
    take_string(text, string);
    g_snprintf(key, sizeof key, "%d %d 0 %s", size_px, weight, text);
    Kept *kept = g_hash_table_lookup(self->kept, key);
    if (!kept)
        kept = draw_string(self, key, text, size_px, weight, 0);
    kept->used = self->frame;
    if (max_w <= 0 || kept->sprite.advance <= max_w)
        return &kept->sprite;
    g_snprintf(key, sizeof key, "%d %d %d %s", size_px, weight, max_w, text);
    kept = g_hash_table_lookup(self->kept, key);
    if (!kept) {
        int smaller = smaller_size(self, text, size_px, weight, max_w);
        kept = smaller ? draw_string(self, key, text, smaller, weight, 0)
                       : draw_string(self, key, text, size_px, weight, max_w);
    }
    kept->used = self->frame;
    return &kept->sprite;
}

static size_t
first_line(DashText *self, const char *text, int size_px, DashWeight weight, int max_w)
{
    PangoLayout *layout = make_layout(self, text, size_px, weight, 0);
    pango_layout_set_width(layout, (int)(max_w / NARROW * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    bool more = pango_layout_get_line_count(layout) > 1;
    size_t n = more ? (size_t)pango_layout_get_line_readonly(layout, 1)->start_index : strlen(text);
    g_object_unref(layout);
    return n;
}

size_t
dash_text_first_line(DashText *self, const char *string, int size_px, DashWeight weight, int max_w)
{
    char key[STRING_MAX + 48];
    char text[STRING_MAX];
    take_string(text, string);
    g_snprintf(key, sizeof key, "%d %d %d %s", size_px, weight, max_w, text);
    Break *line = g_hash_table_lookup(self->breaks, key);
    if (!line) {
        line = g_new0(Break, 1);
        line->n = first_line(self, text, size_px, weight, max_w);
        g_hash_table_insert(self->breaks, g_strdup(key), line);
    }
    line->used = self->frame;
    return line->n;
}

const DashSprite *
dash_text_sign(DashText *self, DashSign sign, int size_px)
{
    char key[48];
    g_snprintf(key, sizeof key, "sign %d %d", sign, size_px);
    Kept *kept = g_hash_table_lookup(self->kept, key);
    if (!kept) {
        kept = keep(self, key, "", size_px, size_px);
        kept->sprite.advance = size_px;
        cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, size_px, size_px);
        cairo_t *cr = cairo_create(surface);
        cairo_scale(cr, size_px / 100.0, size_px / 100.0);
        dash_sign_draw(cr, sign);
        cairo_destroy(cr);
        copy_mask(surface, kept);
        cairo_surface_destroy(surface);
    }
    kept->used = self->frame;
    return &kept->sprite;
}

static gboolean
is_old(void *key, void *value, void *user)
{
    (void)key;
    DashText *self = user;
    const Kept *kept = value;
    bool old = kept->used + self->keep_frames < self->frame;
    self->bytes -= old ? (size_t)kept->sprite.w * kept->sprite.h : 0;
    return old;
}

static gboolean
is_old_break(void *key, void *value, void *user)
{
    (void)key;
    const DashText *self = user;
    const Break *line = value;
    return line->used + self->keep_frames < self->frame;
}

void
dash_text_next_frame(DashText *self)
{
    bool many = self->bytes > KEEP_BYTES;
    if (++self->frame % (many ? KEEP_FEW : SWEEP_FRAMES) != 0)
        return;
    self->keep_frames = many ? KEEP_FEW : KEEP_FRAMES;
    g_hash_table_foreach_remove(self->kept, is_old, self);
    g_hash_table_foreach_remove(self->breaks, is_old_break, self);
}

size_t
dash_text_n_kept(const DashText *self)
{
    return g_hash_table_size(self->kept);
}

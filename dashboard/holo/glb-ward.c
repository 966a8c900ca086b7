/* A ward as a .glb. See glb-ward.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo/glb-ward.h"

#include <math.h>

#include "dashboard/holo/label.h"
#include "dashboard/holo/twin-text.h"
#include "dashboard/holo/twin-wave.h"
#include "dashboard/scene/words.h"

#define GENERATOR "vICU " VICU_VERSION
#define WIDTH     2.4 /* metres of the ward in the room */
#define LARGEST   0.4 /* metres of a bed's place */
#define HATCH     16  /* px of the pattern */

struct DashGlbWard {
    DashSolids *solids;
    DashText *text;
};

/* A file that is put together. */
typedef struct {
    DashGlb *glb;
    const DashSolids *solids;
    const DashPalette *palette;
    int hatch, letters; /* images */
    int material[DASH_N_STUFFS];
    int shape[DASH_N_SOLIDS];
    int lettered; /* material */
    GHashTable *wave_material;
} Work;

DashGlbWard *
dash_glb_ward_new(void)
{
    DashGlbWard *self = g_new0(DashGlbWard, 1);
    self->solids = dash_solids_new();
    self->text = dash_text_new(NULL);
    return self;
}

void
dash_glb_ward_free(DashGlbWard *self)
{
    if (!self)
        return;
    dash_solids_free(self->solids);
    dash_text_free(self->text);
    g_free(self);
}

/* ---- stuffs and solids, put in when first used ---- */

static GBytes *
hatch_png(void)
{
    uint8_t pixels[HATCH * HATCH];

    for (int y = 0; y < HATCH; y++)
        for (int x = 0; x < HATCH; x++)
            pixels[y * HATCH + x] = (x + y) % (HATCH / 2) < HATCH / 4 ? 235 : 45;
    return dash_grey_png(pixels, HATCH, HATCH);
}

static int
material_of(Work *work, DashStuff stuff)
{
    if (work->material[stuff] != DASH_GLB_NONE)
        return work->material[stuff];
    DashStuffLook look = dash_stuff_look(stuff, work->palette);
    if (look.hatched && work->hatch == DASH_GLB_NONE) {
        g_autoptr(GBytes) png = hatch_png();
        work->hatch = dash_glb_image(work->glb, "hatch", png);
    }
    const DashGlbMaterial material = {
        .name = look.name,
        .colour = look.colour,
        .image = look.hatched ? work->hatch : DASH_GLB_NONE,
        .unlit = look.unlit,
    };
    work->material[stuff] = dash_glb_material(work->glb, &material);
    return work->material[stuff];
}

static int
mesh_of(Work *work, DashSolid solid, DashStuff stuff)
{
    if (work->shape[solid] == DASH_GLB_NONE)
        work->shape[solid] = dash_glb_shape(work->glb, dash_solids_get(work->solids, solid));
    return dash_glb_mesh(work->glb, dash_solid_name(solid), work->shape[solid],
                         material_of(work, stuff));
}

static void
work_init(Work *work, const DashGlbWard *self, const DashPalette *palette)
{
    *work = (Work){
        .glb = dash_glb_new(GENERATOR),
        .solids = self->solids,
        .palette = palette ? palette : dash_palette_at(0),
        .hatch = DASH_GLB_NONE,
        .letters = DASH_GLB_NONE,
        .lettered = DASH_GLB_NONE,
        .wave_material = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };
    for (unsigned i = 0; i < DASH_N_STUFFS; i++)
        work->material[i] = DASH_GLB_NONE;
    for (unsigned i = 0; i < DASH_N_SOLIDS; i++)
        work->shape[i] = DASH_GLB_NONE;
}

static GBytes *
work_end(Work *work)
{
    GBytes *bytes = dash_glb_write(work->glb);
    dash_glb_free(work->glb);
    g_hash_table_unref(work->wave_material);
    return bytes;
}

/* ---- a bed ---- */

/* Text of the file is short: four decimals of a place. */
static float
short_of(float value)
{
    return (float)(floor((double)value * 10000 + 0.5) / 10000);
}

static void
put_piece(Work *work, int parent, const DashTwinPiece *piece, const DashAvatar *avatar)
{
    DashGlbNode node = {.mesh = mesh_of(work, piece->solid, piece->stuff)};
    dash_twin_moved(piece, avatar, node.scale);
    for (unsigned i = 0; i < 3; i++) {
        node.at[i] = short_of(piece->at[i]);
        node.scale[i] = short_of(node.scale[i]);
    }
    dash_glb_node(work->glb, parent, &node);
}

/* A face of two triangles that shows a part of the letters. */
static void
put_face(Work *work,
         int parent,
         const char *name,
         const DashLabels *labels,
         int cell,
         const float box[5])
{
    float part[4];
    dash_labels_part(labels, cell, part);
    const float position[12] = {box[0], box[1], box[4], box[2], box[1], box[4],
                                box[2], box[3], box[4], box[0], box[3], box[4]};
    const float uv[8] = {part[0], part[3], part[2], part[3], part[2], part[1], part[0], part[1]};
    const uint16_t index[6] = {0, 1, 2, 0, 2, 3};
    int shape = dash_glb_shape(
        work->glb,
        &(DashGlbShape){.position = position, .uv = uv, .n = 4, .index = index, .n_index = 6});
    int mesh = dash_glb_mesh(work->glb, name, shape, work->lettered);
    dash_glb_node(work->glb, parent, &(DashGlbNode){.mesh = mesh, .scale = {1, 1, 1}});
}

static int
wave_material(Work *work, const DashStream *stream)
{
    uint32_t colour = dash_palette_ink(work->palette, stream->signal);
    g_autofree char *name = g_strdup_printf("wave %06x", colour & 0xffffffu);
    int known = GPOINTER_TO_INT(g_hash_table_lookup(work->wave_material, name));

    if (known == 0) {
        known = 1
                + dash_glb_material(work->glb, &(DashGlbMaterial){.name = name,
                                                                  .colour = colour,
                                                                  .image = DASH_GLB_NONE,
                                                                  .unlit = true});
        g_hash_table_insert(work->wave_material, g_steal_pointer(&name), GINT_TO_POINTER(known));
    }
    return known - 1;
}

static void
put_wave(Work *work, int parent, const DashBed *bed, unsigned which, int64_t now_us)
{
    const DashStream *stream = dash_twin_stream(bed, which);
    DashTwinWave wave;
    float position[3 * DASH_TWIN_WAVE_POINTS];
    float low = which == 0 ? -0.49f : -0.565f, high = low + 0.065f;
    size_t points = 0;

    if (stream == NULL || !dash_twin_wave(bed, stream, now_us, &wave))
        return;
    for (unsigned r = 0; r < wave.n_runs; r++)
        for (size_t i = 0; i < wave.run[r]; i++, points++) {
            /* Steps of 1/4096: bounds that are short and exact. */
            position[3 * points] = floorf((-0.43f + 0.86f * wave.x[points]) * 4096) / 4096;
            position[3 * points + 1] = floorf((low + (high - low) * wave.y[points]) * 4096) / 4096;
            position[3 * points + 2] = 0.015625f;
        }
    const char *name = stream->signal ? stream->signal->name : "wave";
    int mesh = dash_glb_lines(work->glb, name, wave_material(work, stream), position, wave.run,
                              wave.n_runs);
    dash_glb_node(work->glb, parent, &(DashGlbNode){.mesh = mesh, .scale = {1, 1, 1}});
}

static int
put_bed(Work *work, int parent, const DashTwinBed *bed, bool with_patient)
{
    g_autoptr(VicuJson) json = vicu_json_new();
    g_autofree char *name = g_strdup_printf("bed %s", bed->bed->id);

    vicu_json_begin_object(json, NULL);
    dash_twin_put_bed(json, bed, with_patient);
    vicu_json_end(json);
    int node = dash_glb_node(
        work->glb, parent,
        &(DashGlbNode){.name = name,
                       .mesh = DASH_GLB_NONE,
                       .at = {short_of(bed->at[0]), short_of(bed->at[1]), short_of(bed->at[2])},
                       .scale = {1, 1, 1},
                       .extras = vicu_json_peek(json)});
    for (unsigned i = 0; i < bed->n_pieces; i++)
        put_piece(work, node, &bed->piece[i], &bed->avatar);
    if (dash_judge_shows_data(bed->avatar.absence))
        for (unsigned i = 0; i < DASH_TWIN_WAVES; i++)
            put_wave(work, node, bed->bed, i, bed->avatar.now_us);
    return node;
}

/* ---- a ward ---- */

static void
put_labels(Work *work, DashText *text, const DashTwin *twin, const DashGlbAsk *ask, DashLabels *out)
{
    char upper[DASH_TWIN_LINE], lower[DASH_TWIN_LINE];

    dash_labels_init(out, twin->n);
    dash_twin_heading(twin, upper);
    dash_labels_heading(out, text, upper);
    for (unsigned i = 0; i < twin->n; i++) {
        dash_twin_lines(&twin->bed[i], ask->with_patient, upper, lower);
        dash_labels_put(out, text, i, upper, lower);
    }
    dash_text_next_frame(text);
    g_autoptr(GBytes) png = dash_grey_png(out->pixels, out->w, out->h);
    work->letters = dash_glb_image(work->glb, "letters", png);
    work->lettered = dash_glb_material(work->glb, &(DashGlbMaterial){.name = "letters",
                                                                     .colour = 0xffffffffu,
                                                                     .image = work->letters,
                                                                     .unlit = true});
}

static void
set_extras(Work *work, const DashTwin *twin)
{
    g_autoptr(VicuJson) json = vicu_json_new();

    vicu_json_begin_object(json, NULL);
    vicu_json_time(json, "time", twin->now_us);
    vicu_json_integer(json, "beds", twin->n);
    vicu_json_bool(json, "alarms_known", twin->alarms_known);
    vicu_json_text(json, "notice", _("Supplemental: not a primary alarm."));
    vicu_json_end(json);
    dash_glb_set_extras(work->glb, vicu_json_peek(json));
}

GBytes *
dash_glb_ward_write(DashGlbWard *self,
                    const DashModel *const *models,
                    size_t n,
                    const DashGlbAsk *ask,
                    int64_t now_us)
{
    g_autoptr(DashTwin) twin = dash_twin_new(models, n, ask->only, now_us);
    double scale = MIN(LARGEST, WIDTH / twin->columns);
    float half = (float)twin->rows * DASH_TWIN_PITCH_Y / 2;
    float wide = (float)MAX(twin->columns, 4) / 2;
    DashLabels labels;
    Work work;

    work_init(&work, self, ask->palette);
    put_labels(&work, self->text, twin, ask, &labels);
    set_extras(&work, twin);
    /* It stands on the floor of whoever shows it. */
    int ward =
        dash_glb_node(work.glb, DASH_GLB_NONE,
                      &(DashGlbNode){.name = "ward",
                                     .mesh = DASH_GLB_NONE,
                                     .at = {0, short_of(half * (float)scale), 0},
                                     .scale = {short_of((float)scale), short_of((float)scale),
                                               short_of((float)scale)}});
    float head = 2 * wide * DASH_HEADING_H / (DASH_LABEL_W * DASH_LABEL_ACROSS);
    put_face(
        &work, ward, "heading", &labels, -1,
        (float[]){-wide, half + 0.0625f, wide, half + 0.0625f + floorf(head * 1024) / 1024, 0});
    for (unsigned i = 0; i < twin->n; i++) {
        int node = put_bed(&work, ward, &twin->bed[i], ask->with_patient);
        put_face(&work, node, "label", &labels, (int)i, dash_twin_caption);
    }
    dash_labels_clear(&labels);
    return work_end(&work);
}

static void
put_alone(Work *work, DashSolid solid, DashStuff stuff)
{
    int mesh = mesh_of(work, solid, stuff);
    dash_glb_node(work->glb, DASH_GLB_NONE, &(DashGlbNode){.mesh = mesh, .scale = {1, 1, 1}});
}

GBytes *
dash_glb_kit_write(DashGlbWard *self, const DashPalette *palette)
{
    Work work;

    work_init(&work, self, palette);
    for (unsigned i = 0; i < DASH_N_STUFFS; i++)
        put_alone(&work, (DashSolid)0, (DashStuff)i);
    /* Hatched, so that each has texture coordinates. */
    for (unsigned i = 0; i < DASH_N_SOLIDS; i++)
        put_alone(&work, (DashSolid)i, DASH_STUFF_UNKNOWN);
    return work_end(&work);
}

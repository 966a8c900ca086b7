/* Tell. See tell.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/twin/tell.h"

#include <math.h>
#include <string.h>

#include "dashboard/holo/twin-text.h"
#include "dashboard/holo/twin-wave.h"
#include "dashboard/scene/build.h"
#include "dashboard/scene/format.h"
#include "dashboard/scene/words.h"

#define WAVE_X 1000 /* steps of a wave's points */
#define WAVE_Y 255

typedef struct {
    const char *id;
    char *text; /* JSON of the bed */
} ToldBed;

struct DashTold {
    const DashModel *model;
    DashTwin *twin;
    ToldBed *bed;
    bool still;
};

struct DashListener {
    GHashTable *known; /* id -> text */
    GPtrArray *ids;    /* in the order told */
    bool greeted;
};

/* ---- a bed ---- */

static void
put_short(VicuJson *json, double value)
{
    vicu_json_number(json, NULL, floor(value * 10000 + 0.5) / 10000);
}

static void
put_pieces(VicuJson *json, const DashTwinBed *bed)
{
    vicu_json_begin_array(json, "pieces");
    for (unsigned i = 0; i < bed->n_pieces; i++) {
        const DashTwinPiece *piece = &bed->piece[i];
        vicu_json_begin_array(json, NULL);
        vicu_json_integer(json, NULL, piece->solid);
        vicu_json_integer(json, NULL, piece->stuff);
        vicu_json_integer(json, NULL, piece->motion);
        for (unsigned c = 0; c < 3; c++)
            put_short(json, (double)piece->at[c]);
        for (unsigned c = 0; c < 3; c++)
            put_short(json, (double)piece->scale[c]);
        vicu_json_end(json);
    }
    vicu_json_end(json);
}

static char *
text_of(const DashTwinBed *bed, bool with_patient)
{
    g_autoptr(VicuJson) json = vicu_json_new();
    const DashAvatarSign *breath = &bed->avatar.sign[DASH_SIGN_OF_BREATHING];
    const DashAvatarSign *beat = &bed->avatar.sign[DASH_SIGN_OF_PULSE];

    vicu_json_begin_object(json, NULL);
    dash_twin_put_bed(json, bed, with_patient);
    vicu_json_begin_array(json, "at");
    for (unsigned c = 0; c < 3; c++)
        put_short(json, (double)bed->at[c]);
    vicu_json_end(json);
    vicu_json_begin_array(json, "rates");
    put_short(json, breath->known ? breath->value : 0);
    put_short(json, beat->known ? beat->value : 0);
    vicu_json_end(json);
    put_pieces(json, bed);
    vicu_json_end(json);
    return g_strdup(vicu_json_peek(json));
}

DashTold *
dash_told_new(const DashModel *model, bool still, bool with_patient, int64_t now_us)
{
    DashTold *self = g_new0(DashTold, 1);

    self->model = model;
    self->still = still;
    self->twin = dash_twin_new(&model, 1, NULL, now_us);
    self->bed = g_new0(ToldBed, self->twin->n + 1);
    for (unsigned i = 0; i < self->twin->n; i++) {
        self->bed[i].id = self->twin->bed[i].bed->id;
        self->bed[i].text = text_of(&self->twin->bed[i], with_patient);
    }
    return self;
}

void
dash_told_free(DashTold *self)
{
    if (!self)
        return;
    for (unsigned i = 0; i < self->twin->n; i++)
        g_free(self->bed[i].text);
    g_free(self->bed);
    dash_twin_free(self->twin);
    g_free(self);
}

unsigned
dash_told_n_beds(const DashTold *self)
{
    return self->twin->n;
}

/* ---- a page ---- */

DashListener *
dash_listener_new(void)
{
    DashListener *self = g_new0(DashListener, 1);
    self->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->ids = g_ptr_array_new_with_free_func(g_free);
    return self;
}

void
dash_listener_free(DashListener *self)
{
    if (!self)
        return;
    g_hash_table_unref(self->known);
    g_ptr_array_unref(self->ids);
    g_free(self);
}

void
dash_listener_forget(DashListener *self)
{
    g_hash_table_remove_all(self->known);
}

static void
put_names(VicuJson *json)
{
    vicu_json_begin_array(json, "solids");
    for (unsigned i = 0; i < DASH_N_SOLIDS; i++)
        vicu_json_text(json, NULL, dash_solid_name((DashSolid)i));
    vicu_json_end(json);
    vicu_json_begin_array(json, "stuffs");
    for (unsigned i = 0; i < DASH_N_STUFFS; i++) {
        DashStuffLook look = dash_stuff_look((DashStuff)i, dash_palette_at(0));
        vicu_json_text(json, NULL, look.name);
    }
    vicu_json_end(json);
    vicu_json_begin_array(json, "motion");
    put_short(json, DASH_TWIN_LIFT);
    put_short(json, DASH_TWIN_LIFT_DEEP);
    put_short(json, DASH_TWIN_THROB);
    put_short(json, DASH_TWIN_FADE);
    vicu_json_end(json);
}

/* What this station itself sees missing, in words. */
static void
put_state(VicuJson *json, const DashTold *told)
{
    const DashModel *model = told->model;

    vicu_json_integer(json, "t_us", told->twin->now_us);
    vicu_json_bool(json, "still", told->still);
    vicu_json_integer(json, "columns", told->twin->columns);
    vicu_json_integer(json, "rows", told->twin->rows);
    vicu_json_text(json, "origin", dash_format_origin(dash_twin_origin(told->twin)));
    vicu_json_bool(json, "alarms_known", told->twin->alarms_known);
    vicu_json_begin_array(json, "blind");
    for (size_t i = 0; i < dash_model_n_alarms(model); i++) {
        const DashAlarm *alarm = dash_model_alarm(model, i);
        if (alarm->local)
            vicu_json_text(json, NULL, _(alarm->text && *alarm->text ? alarm->text : alarm->title));
    }
    vicu_json_end(json);
    vicu_json_begin_array(json, "ages_s");
    for (unsigned i = 0; i < told->twin->n; i++) {
        const DashBed *bed = told->twin->bed[i].bed;
        int64_t age_us = dash_judge_age_us(bed->newest_us, told->twin->now_us);
        vicu_json_integer(json, NULL, bed->newest_us > 0 ? age_us / G_USEC_PER_SEC : -1);
    }
    vicu_json_end(json);
}

static bool
same_ids(const DashListener *self, const DashTold *told)
{
    if (self->ids->len != told->twin->n)
        return false;
    for (unsigned i = 0; i < told->twin->n; i++)
        if (strcmp(g_ptr_array_index(self->ids, i), told->bed[i].id) != 0)
            return false;
    return true;
}

static void
put_ids(DashListener *self, VicuJson *json, const DashTold *told)
{
    g_autoptr(GHashTable) here = g_hash_table_new(g_str_hash, g_str_equal);

    vicu_json_begin_array(json, "ids");
    for (unsigned i = 0; i < told->twin->n; i++) {
        vicu_json_text(json, NULL, told->bed[i].id);
        g_hash_table_add(here, (gpointer)told->bed[i].id);
    }
    vicu_json_end(json);
    vicu_json_begin_array(json, "gone");
    for (unsigned i = 0; i < self->ids->len; i++)
        if (!g_hash_table_contains(here, g_ptr_array_index(self->ids, i))) {
            vicu_json_text(json, NULL, g_ptr_array_index(self->ids, i));
            g_hash_table_remove(self->known, g_ptr_array_index(self->ids, i));
        }
    vicu_json_end(json);
    g_ptr_array_set_size(self->ids, 0);
    for (unsigned i = 0; i < told->twin->n; i++)
        g_ptr_array_add(self->ids, g_strdup(told->bed[i].id));
}

static void
put_changed(DashListener *self, VicuJson *json, const DashTold *told)
{
    vicu_json_begin_array(json, "beds");
    for (unsigned i = 0; i < told->twin->n; i++) {
        const ToldBed *bed = &told->bed[i];
        if (g_strcmp0(g_hash_table_lookup(self->known, bed->id), bed->text) == 0)
            continue;
        vicu_json_raw(json, NULL, bed->text);
        g_hash_table_replace(self->known, g_strdup(bed->id), g_strdup(bed->text));
    }
    vicu_json_end(json);
}

/* ---- waves ---- */

static void
put_wave(VicuJson *json, const DashTwinBed *bed, unsigned which)
{
    const DashStream *stream = dash_twin_stream(bed->bed, which);
    DashTwinWave wave;
    char colour[16];
    size_t at = 0;

    if (!stream || !dash_twin_wave(bed->bed, stream, bed->avatar.now_us, &wave))
        return;
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "bed", bed->bed->id);
    vicu_json_integer(json, "row", which);
    vicu_json_text(json, "name", stream->signal ? stream->signal->name : stream->label);
    g_snprintf(colour, sizeof colour, "#%06x",
               dash_palette_ink(dash_palette_at(0), stream->signal) & 0xffffffu);
    vicu_json_text(json, "colour", colour);
    vicu_json_begin_array(json, "runs");
    for (unsigned r = 0; r < wave.n_runs; r++) {
        vicu_json_begin_array(json, NULL);
        for (size_t i = 0; i < wave.run[r]; i++, at++) {
            vicu_json_integer(json, NULL, (int64_t)(wave.x[at] * WAVE_X));
            vicu_json_integer(json, NULL, (int64_t)(wave.y[at] * WAVE_Y));
        }
        vicu_json_end(json);
    }
    vicu_json_end(json);
    vicu_json_end(json);
}

/* The bed that is chosen, then the worst. */
static unsigned
choose_waves(const DashTold *told, const char *selected, unsigned out[DASH_TELL_WAVES])
{
    unsigned n = 0;

    for (unsigned i = 0; i < told->twin->n; i++)
        if (strcmp(told->bed[i].id, selected) == 0)
            out[n++] = i;
    while (n < MIN(DASH_TELL_WAVES, told->twin->n)) {
        int best = -1;
        for (unsigned i = 0; i < told->twin->n; i++) {
            bool taken = false;
            for (unsigned k = 0; k < n; k++)
                taken = taken || out[k] == i;
            if (!taken
                && (best < 0
                    || told->twin->bed[i].acuity.value > told->twin->bed[best].acuity.value))
                best = (int)i;
        }
        out[n++] = (unsigned)best;
    }
    return n;
}

static void
put_waves(VicuJson *json, const DashTold *told, const char *selected)
{
    unsigned chosen[DASH_TELL_WAVES] = {0};
    unsigned n = choose_waves(told, selected, chosen);

    vicu_json_begin_array(json, "waves");
    for (unsigned i = 0; i < n; i++) {
        const DashTwinBed *bed = &told->twin->bed[chosen[i]];
        for (unsigned k = 0; dash_judge_shows_data(bed->avatar.absence) && k < DASH_TWIN_WAVES; k++)
            put_wave(json, bed, k);
    }
    vicu_json_end(json);
}

char *
dash_tell(DashListener *self, const DashTold *told, const char *selected, uint64_t n)
{
    g_autoptr(VicuJson) json = vicu_json_new();

    vicu_json_begin_object(json, NULL);
    vicu_json_integer(json, "n", (int64_t)n);
    if (!self->greeted)
        put_names(json);
    self->greeted = true;
    put_state(json, told);
    if (!same_ids(self, told))
        put_ids(self, json, told);
    put_changed(self, json, told);
    put_waves(json, told, selected);
    vicu_json_end(json);
    return g_strdup(vicu_json_peek(json));
}

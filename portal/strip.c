/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/strip.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "common/alarm-text.h"
#include "proto/signals.h"

#define INVALID INT16_MIN
#define X_STEP  2 /* units of x that a column is wide */

typedef struct {
    double first, second; /* least and greatest, in the order they came */
    double least, greatest;
    size_t n;
} Column;

struct PortalStrip {
    int64_t from_us;
    Column column[PORTAL_STRIP_COLUMNS];
    char *label, *unit;
    Vicu__Origin origin;
    size_t n; /* samples */
};

PortalStrip *
portal_strip_new(int64_t from_us)
{
    PortalStrip *self = g_new0(PortalStrip, 1);

    self->from_us = from_us;
    return self;
}

void
portal_strip_free(PortalStrip *self)
{
    if (self == NULL)
        return;
    g_free(self->label);
    g_free(self->unit);
    g_free(self);
}

static void
take_sample(PortalStrip *self, int64_t t_us, double value)
{
    int64_t at = (t_us - self->from_us) * PORTAL_STRIP_COLUMNS / PORTAL_STRIP_US;

    if (t_us < self->from_us || at >= PORTAL_STRIP_COLUMNS || !isfinite(value))
        return;
    Column *c = &self->column[at];
    if (c->n++ == 0) {
        c->least = c->greatest = c->first = c->second = value;
    } else if (value < c->least) {
        c->least = c->second = value;
        c->first = c->greatest;
    } else if (value > c->greatest) {
        c->greatest = c->second = value;
        c->first = c->least;
    }
}

void
portal_strip_take(PortalStrip *self, const Vicu__SampleRun *run)
{
    const Vicu__Segment *s = run->segment;

    if (s == NULL || s->period_den == 0 || s->period_num == 0 || s->gain == 0 || !isfinite(s->gain))
        return;
    if (self->label == NULL) {
        self->label = g_strdup(s->label);
        self->unit = g_strdup(s->unit);
        self->origin = s->origin;
    }
    size_t n = run->samples.len / 2;
    for (size_t i = 0; i < n && self->n < PORTAL_STRIP_SAMPLES; i++, self->n++) {
        uint16_t bits =
            (uint16_t)(run->samples.data[2 * i] | (unsigned)run->samples.data[2 * i + 1] << 8);
        int16_t stored = (int16_t)bits;
        double offset_us = ((double)run->first + (double)i) * s->period_num / s->period_den * 1e6;
        if (stored != INVALID && fabs(offset_us) < 1e18)
            take_sample(self, s->t0_us + (int64_t)offset_us, (stored - s->baseline) / s->gain);
    }
}

static bool
range(const PortalStrip *self, double *low, double *high)
{
    bool any = false;

    for (size_t i = 0; i < PORTAL_STRIP_COLUMNS; i++) {
        const Column *c = &self->column[i];
        if (c->n == 0)
            continue;
        *low = any ? MIN(*low, c->least) : c->least;
        *high = any ? MAX(*high, c->greatest) : c->greatest;
        any = true;
    }
    return any;
}

static void
put_line(const PortalStrip *self, VicuJson *json, double low, double high)
{
    g_autoptr(GString) line = g_string_new(NULL);
    double scale = high > low ? PORTAL_STRIP_HEIGHT / (high - low) : 0;
    int middle = scale > 0 ? 0 : PORTAL_STRIP_HEIGHT / 2;

    vicu_json_begin_array(json, "line");
    for (size_t i = 0; i <= PORTAL_STRIP_COLUMNS; i++) {
        const Column *c = i < PORTAL_STRIP_COLUMNS ? &self->column[i] : NULL;
        if (c == NULL || c->n == 0) {
            if (line->len > 0)
                vicu_json_text(json, NULL, line->str);
            g_string_truncate(line, 0);
            continue;
        }
        int x = (int)i * X_STEP, y1 = (int)lround((high - c->first) * scale) + middle;
        int y2 = (int)lround((high - c->second) * scale) + middle;
        g_string_append_printf(line, "%s%d,%d", line->len > 0 ? " " : "", x, y1);
        if (y2 != y1)
            g_string_append_printf(line, " %d,%d", x + 1, y2);
    }
    vicu_json_end(json);
}

void
portal_strip_json(const PortalStrip *self, VicuJson *json, const char *key)
{
    double low = 0, high = 0;

    if (!range(self, &low, &high)) {
        vicu_json_null(json, key);
        return;
    }
    vicu_json_begin_object(json, key);
    vicu_json_text(json, "label", self->label);
    vicu_json_text(json, "unit", self->unit);
    vicu_json_text(json, "origin", vicu_word_origin(self->origin));
    vicu_json_integer(json, "from", self->from_us / 1000);
    vicu_json_integer(json, "at", (self->from_us + PORTAL_STRIP_BEFORE_US) / 1000);
    vicu_json_number(json, "low", low);
    vicu_json_number(json, "high", high);
    put_line(self, json, low, high);
    vicu_json_end(json);
}

/* ---- which wave ---- */

/* The waves of what an alarm was judged by, before the ECG that is always worth a look. */
static const struct {
    const char *input, *wave;
} carriers[] = {{"SpO2", "PLETH"}, {"PULSE", "PLETH"}, {"PERF", "PLETH"}, {"MAP", "ABP"},
                {"ART", "ABP"},    {"ABP", "ABP"},     {"RR", "RESP"},    {"CO2", "CO2"},
                {"EtCO2", "CO2"},  {"CVP", "CVP"},     {"ICP", "ICP"},    {"PAP", "PAP"}};
static const char *const usual[] = {"ECG_II", "ECG_V", "ECG_I", "ECG", "ABP", "ART", "PLETH"};

static const Vicu__StreamRow *
find_wave(Vicu__StreamRow *const *streams, size_t n, const char *name)
{
    const VicuSignal *signal = vicu_signal_by_name(name);

    for (size_t i = 0; signal != NULL && i < n; i++)
        if (streams[i]->wave && vicu_signal_by_code(streams[i]->code) == signal)
            return streams[i];
    return NULL;
}

const Vicu__StreamRow *
portal_strip_choose(Vicu__StreamRow *const *streams, size_t n, const Vicu__Alarm *alarm)
{
    const Vicu__StreamRow *found = NULL;

    for (size_t i = 0; alarm != NULL && i < alarm->n_input && found == NULL; i++)
        for (size_t k = 0; k < G_N_ELEMENTS(carriers) && found == NULL; k++)
            if (g_str_has_prefix(alarm->input[i]->name, carriers[k].input))
                found = find_wave(streams, n, carriers[k].wave);
    for (size_t k = 0; k < G_N_ELEMENTS(usual) && found == NULL; k++)
        found = find_wave(streams, n, usual[k]);
    for (size_t i = 0; i < n && found == NULL; i++)
        if (streams[i]->wave)
            found = streams[i];
    return found;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/scores/trace.h"

#include <math.h>
#include <string.h>

#include "common/error.h"
#include "common/json.h"
#include "rules/engine/limit.h"
#include "rules/engine/window.h"
#include "rules/rhythm/definitions.h"

typedef struct {
    const RulesTable *table;
    const char *file_name;
    size_t row;
    GError **error;
} Row;

typedef struct {
    int64_t t_us;
    double value;
} Sample;

static const char *
cell(const Row *row, const char *column)
{
    int c = rules_table_column(row->table, column);
    if (c >= 0)
        return rules_table_cell(row->table, row->row, (size_t)c);
    if (*row->error == NULL)
        g_set_error(row->error, VICU_ERROR, VICU_ERROR_FORMAT, "%s:1: no column \"%s\"",
                    row->file_name, column);
    return "";
}

static double
number(const Row *row, const char *column)
{
    char *end = NULL;
    const char *text = cell(row, column);
    double value = g_ascii_strtod(text, &end);
    if (*row->error == NULL
        && (end == text || *end != '\0' || !isfinite(value) || fabs(value) > 1e12))
        g_set_error(row->error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s, row %zu: %s is \"%.40s\", expected a number", row->file_name, row->row + 1,
                    column, text);
    return value;
}

static int64_t
time_us(const Row *row, const char *column)
{
    double s = number(row, column);
    return *row->error == NULL ? llround(s * 1e6) : 0;
}

/* Times may repeat, never go back. */
static GArray *
samples_of(const Row *row)
{
    GArray *samples = g_array_new(FALSE, FALSE, sizeof(Sample));
    const char *p = cell(row, "samples_t:v");
    while (*row->error == NULL && *p != '\0') {
        char *colon = NULL;
        char *end = NULL;
        double t = g_ascii_strtod(p, &colon);
        double v = *colon == ':' ? g_ascii_strtod(colon + 1, &end) : 0;
        bool back = samples->len > 0
                    && llround(t * 1e6) < g_array_index(samples, Sample, samples->len - 1).t_us;
        if (colon == p || *colon != ':' || end == colon + 1 || (*end != ' ' && *end != '\0')
            || !isfinite(v) || !isfinite(t) || fabs(t) > 1e12 || back) {
            g_set_error(row->error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "%s, row %zu: found \"%.20s\", expected SECONDS:VALUE%s", row->file_name,
                        row->row + 1, p, back ? " not before the sample in front of it" : "");
            break;
        }
        Sample s = {llround(t * 1e6), v};
        g_array_append_val(samples, s);
        p = end + strspn(end, " ");
    }
    return samples;
}

static void
add_number(GString *out, double value)
{
    char text[32];
    vicu_number_format(value, text);
    g_string_append(out, text);
}

/* --- limit ---------------------------------------------------------------------- */

typedef struct {
    GString *out;
    bool any;
} Events;

static void
write_event(RulesLimitEvent event, int64_t t_us, int64_t t0_us, void *user)
{
    static const char *const words[] = {"raise", "clear", "stale", "fresh"};
    Events *events = user;
    (void)t0_us;
    if (events->any)
        g_string_append_c(events->out, ' ');
    events->any = true;
    add_number(events->out, (double)t_us / 1e6);
    g_string_append_printf(events->out, ":%s", words[event]);
}

static bool
word_is(const Row *row, const char *column, const char *word, const char *other)
{
    const char *text = cell(row, column);
    if (*row->error == NULL && strcmp(text, word) != 0 && strcmp(text, other) != 0)
        g_set_error(row->error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s, row %zu: %s is \"%.20s\", expected %s or %s", row->file_name, row->row + 1,
                    column, text, word, other);
    return strcmp(text, word) == 0;
}

static void
trace_limit(const Row *row, GString *out)
{
    const RulesLimitParams params = {
        .high = word_is(row, "kind", "high", "low"),
        .limit = number(row, "limit"),
        .hysteresis = number(row, "hysteresis"),
        .delays = {.on_us = time_us(row, "on_delay_s"),
                   .off_us = time_us(row, "off_delay_s"),
                   .holding = word_is(row, "unknown_while_pending", "hold", "reset")},
        .validity_us = time_us(row, "stale_s"),
    };
    g_autoptr(GArray) samples = samples_of(row);
    int64_t end_us = time_us(row, "end_s");
    if (*row->error == NULL
        && (params.hysteresis < 0 || params.delays.on_us < 0 || params.delays.off_us < 0
            || params.validity_us <= 0))
        g_set_error(row->error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s, row %zu: hysteresis and delays are 0 or more, stale_s is above 0",
                    row->file_name, row->row + 1);
    if (*row->error != NULL)
        return;
    RulesLimit limit = {0};
    Events events = {out, false};
    for (guint i = 0; i < samples->len; i++) {
        const Sample *s = &g_array_index(samples, Sample, i);
        if (s->t_us > end_us)
            break;
        rules_limit_sample(&limit, &params, s->t_us, s->value, write_event, &events);
    }
    rules_limit_advance(&limit, &params, end_us, write_event, &events);
}

/* --- slope, exposure ------------------------------------------------------------- */

static RulesRing *
ring_of(const GArray *samples, int64_t hold_us, int64_t until_us)
{
    size_t n = MAX(1, samples->len);
    RulesRing *ring = rules_ring_new(n);
    for (guint i = 0; i < samples->len; i++) {
        const Sample *s = &g_array_index(samples, Sample, i);
        if (s->t_us <= until_us)
            rules_ring_push(ring, (RulesPoint){s->t_us, s->t_us + hold_us, s->value});
    }
    return ring;
}

static void
trace_slope(const Row *row, GString *out)
{
    g_autoptr(GArray) samples = samples_of(row);
    int64_t over_us = time_us(row, "window_s");
    int64_t now_us = time_us(row, "now_s");
    double least = number(row, "min_points");
    if (*row->error == NULL && over_us <= 0)
        g_set_error(row->error, VICU_ERROR, VICU_ERROR_FORMAT, "%s, row %zu: window_s is above 0",
                    row->file_name, row->row + 1);
    if (*row->error != NULL)
        return;
    g_autoptr(RulesRing) ring = ring_of(samples, over_us, now_us);
    g_autofree double *scratch = g_new0(double, MAX(1, samples->len));
    double points = 0;
    double slope = 0;
    if (!rules_window(ring, RULES_STAT_COUNT, now_us, over_us, 0, scratch, &points))
        points = 0;
    g_string_append_printf(out, "%d,", (int)points);
    if (points >= least
        && rules_window(ring, RULES_STAT_SLOPE, now_us, over_us, 0, scratch, &slope))
        g_string_append_printf(out, "%.9g", slope * 60);
}

static void
trace_exposure(const Row *row, GString *out)
{
    g_autoptr(GArray) samples = samples_of(row);
    double threshold = number(row, "threshold_mmHg");
    int64_t hold_us = time_us(row, "hold_s");
    int64_t end_us = time_us(row, "end_s");
    if (*row->error != NULL)
        return;
    g_autoptr(RulesRing) ring = ring_of(samples, hold_us, end_us);
    int64_t from_us = samples->len > 0 ? MIN(0, g_array_index(samples, Sample, 0).t_us) : 0;
    RulesExposure e;
    rules_exposure(ring, end_us, end_us - from_us + 1, threshold, true, &e);
    g_string_append_printf(out, "%.9g,%.4f,%.9g,", e.time_s, e.area_min,
                           (double)e.observed_us / 1e6);
    if (e.observed_us > 0)
        g_string_append_printf(out, "%.6f", e.area_min * 60e6 / (double)e.observed_us);
}

/* --- rhythm ---------------------------------------------------------------------- */

#define BEAT_MAX_MS ((int64_t)1 << 50)

/* "1200N" or "1200V" and what parts it from the next; FALSE when it is neither. */
static bool
next_beat(const char **text, int64_t *t_ms, bool *ventricular)
{
    char *end = NULL;
    *t_ms = g_ascii_strtoll(*text, &end, 10);
    if (end == *text || *t_ms < 0 || *t_ms > BEAT_MAX_MS || (*end != 'N' && *end != 'V')
        || (end[1] != ' ' && end[1] != '\0'))
        return false;
    *ventricular = *end == 'V';
    *text = end + 1 + strspn(end + 1, " ");
    return true;
}

static void
trace_rhythm(const Row *row, GString *out)
{
    double end_ms = number(row, "end_ms");
    const char *text = cell(row, "beats_ms+type");
    int64_t first_us[RULES_DEFINITIONS] = {0};
    unsigned met = 0;
    int64_t last_ms = 0;
    RulesDefinitions definitions;
    if (*row->error == NULL && (end_ms < 0 || end_ms > (double)BEAT_MAX_MS))
        g_set_error(row->error, VICU_ERROR, VICU_ERROR_FORMAT, "%s, row %zu: end_ms is 0 or more",
                    row->file_name, row->row + 1);
    rules_definitions_start(&definitions, 0);
    for (bool more = true; more && *row->error == NULL;) {
        const char *place = text;
        int64_t t_ms = 0;
        bool ventricular = false;
        more = *text != '\0';
        if (more && (!next_beat(&text, &t_ms, &ventricular) || t_ms < last_ms)) {
            g_set_error(row->error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "%s, row %zu: found \"%.20s\", expected MILLISECONDS and N or V%s",
                        row->file_name, row->row + 1, place,
                        t_ms < last_ms ? " not before the beat in front of it" : "");
            return;
        }
        more = more && t_ms <= (int64_t)end_ms;
        unsigned now = more ? rules_definitions_beat(&definitions, t_ms * 1000, ventricular)
                            : rules_definitions_advance(&definitions, (int64_t)end_ms * 1000);
        for (size_t i = 0; i < RULES_DEFINITIONS; i++)
            if ((now & ~met & 1u << i) != 0)
                first_us[i] = definitions.met[i].t_us;
        met |= now;
        last_ms = t_ms;
    }
    for (size_t i = 0; i < RULES_DEFINITIONS && *row->error == NULL; i++) {
        if (i > 0)
            g_string_append_c(out, ',');
        if ((met & 1u << i) != 0)
            g_string_append_printf(out, "%" G_GINT64_FORMAT, first_us[i] / 1000);
    }
}

char *
rules_trace_table(const char *kind, const RulesTable *table, const char *file_name, GError **error)
{
    static const struct {
        const char *kind;
        const char *columns;
        void (*trace)(const Row *row, GString *out);
    } kinds[] = {
        {"limit", "events_t:e", trace_limit},
        {"slope", "points,slope_per_min", trace_slope},
        {"exposure", "time_under_s,area_mmHg*min,observed_s,twa_mmHg", trace_exposure},
        {"rhythm", "asystole_ms,brady40x5_ms,tachy140x17_ms,vt5_100_ms", trace_rhythm},
    };
    size_t k = 0;
    while (k < G_N_ELEMENTS(kinds) && strcmp(kinds[k].kind, kind) != 0)
        k++;
    if (k == G_N_ELEMENTS(kinds))
        return NULL;

    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) failed = NULL;
    rules_table_append(out, rules_table_name(table, 0));
    g_string_append_printf(out, ",%s\n", kinds[k].columns);
    for (size_t row = 0; row < rules_table_rows(table) && failed == NULL; row++) {
        Row r = {table, file_name, row, &failed};
        rules_table_append(out, rules_table_cell(table, row, 0));
        g_string_append_c(out, ',');
        kinds[k].trace(&r, out);
        g_string_append_c(out, '\n');
    }
    if (failed != NULL) {
        g_propagate_error(error, g_steal_pointer(&failed));
        return NULL;
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

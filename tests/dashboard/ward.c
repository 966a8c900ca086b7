/* Ward: a synthetic ward as a saved state. See ward.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/dashboard/ward.h"

#include <math.h>
#include <string.h>

#include "common/wire.h"
#include "dashboard/saved.h"

#define WAVE_S    14
#define HISTORY_S 3300
#define TICK_US   (200 * (int64_t)1000)

typedef enum { KIND_ECG, KIND_ABP, KIND_PLETH, KIND_RESP, KINDS } Kind;

typedef struct {
    const char *name;
    unsigned rate_hz;
    double gain;
    double baseline;
} Wave;

static const Wave waves[KINDS] = {
    {"ECG_II", 250, 200, 0},
    {"ABP", 125, 50, 0},
    {"PLETH", 125, 10000, 0},
    {"RESP", 50, 10000, 0},
};

static const uint8_t sender[VICU_FINGERPRINT_SIZE] = "synthetic ward";
static int64_t ward_now_us = WARD_NOW_US; /* when the stories end */

typedef struct {
    unsigned n;
    double hr, map, pp, spo2, rr, temp;
    int64_t lag_us;
    bool ended;       /* no more data since 40 s */
    bool no_pressure; /* no arterial line: a cuff */
    int dead_wave;    /* -1, or a wave that stopped 4 s ago */
    bool gap;
    bool old_spo2;
} Patient;

static double
bump(double x, double centre, double width)
{
    double d = (x - centre) / width;
    return exp(-0.5 * d * d);
}

static double
wave_value(const Patient *p, Kind kind, double t_s)
{
    double beat = t_s * p->hr / 60 + p->n * 0.37;
    double x = beat - floor(beat);
    double breath = sin(2 * G_PI * (t_s * p->rr / 60 + p->n * 0.21));
    switch (kind) {
    case KIND_ECG:
        return 0.12 * bump(x, 0.20, 0.025) - 0.12 * bump(x, 0.355, 0.010)
               + 1.05 * bump(x, 0.38, 0.011) - 0.22 * bump(x, 0.41, 0.012)
               + 0.26 * bump(x, 0.62, 0.045) + 0.04 * breath;
    case KIND_ABP:
        return p->map - p->pp * 0.36
               + p->pp * (0.92 * bump(x, 0.30, 0.085) + 0.42 * bump(x, 0.52, 0.11)) + 2 * breath;
    case KIND_PLETH:
        return 0.9 * bump(x, 0.36, 0.12) + 0.32 * bump(x, 0.62, 0.10) + 0.05 * breath;
    case KIND_RESP:
        return 0.8 * breath;
    case KINDS:
        break;
    }
    return 0;
}

static Patient
make_patient(const WardOptions *options, unsigned n)
{
    Patient p = {
        .n = n,
        .hr = 58 + (n * 17) % 52,
        .map = 68 + (n * 13) % 32,
        .pp = 38 + (n * 7) % 26,
        .spo2 = 93 + (n * 5) % 7,
        .rr = 12 + (n * 3) % 11,
        .temp = 36.2 + (n * 7 % 19) * 0.1,
        .dead_wave = -1,
        .no_pressure = n % 5 == 4,
    };
    if (options->alarms && n == 7) {
        p.hr = 142;
        p.map = 41;
        p.pp = 16;
    }
    if (options->alarms && n == 3)
        p.spo2 = 86;
    if (options->absence)
        p.ended = n == 4 || n == 5 || n == 6 || n == 8 || n == 9;
    if (options->absence && n == 10)
        p.lag_us = 6 * (int64_t)G_USEC_PER_SEC;
    if (options->stale && n == 11)
        p.dead_wave = KIND_ABP;
    p.gap = options->stale && n == 12;
    p.old_spo2 = options->stale && n == 13;
    return p;
}

static const char *
bed_id(unsigned n)
{
    static char id[64];
    g_snprintf(id, sizeof id, "demo/icu/%u", n);
    return id;
}

/* ---- batches ---- */

typedef struct {
    Vicu__Batch batch;
    GPtrArray *owned;
    GPtrArray *segments, *waves, *numerics, *symbols;
} Builder;

static void *
own(Builder *b, void *memory)
{
    g_ptr_array_add(b->owned, memory);
    return memory;
}

static Builder
begin_batch(int64_t t_us)
{
    Builder b = {
        .owned = g_ptr_array_new_with_free_func(g_free),
        .segments = g_ptr_array_new(),
        .waves = g_ptr_array_new(),
        .numerics = g_ptr_array_new(),
        .symbols = g_ptr_array_new(),
    };
    vicu__batch__init(&b.batch);
    b.batch.t_us = t_us;
    return b;
}

static GBytes *
end_batch(Builder *b)
{
    b->batch.n_segment = b->segments->len;
    b->batch.segment = (Vicu__Segment **)b->segments->pdata;
    b->batch.n_wave = b->waves->len;
    b->batch.wave = (Vicu__Wave **)b->waves->pdata;
    b->batch.n_numerics = b->numerics->len;
    b->batch.numerics = (Vicu__Numerics **)b->numerics->pdata;
    b->batch.n_symbol = b->symbols->len;
    b->batch.symbol = (Vicu__Symbol **)b->symbols->pdata;
    GBytes *packed = vicu_wire_pack(&b->batch.base);
    g_ptr_array_unref(b->owned);
    g_ptr_array_unref(b->segments);
    g_ptr_array_unref(b->waves);
    g_ptr_array_unref(b->numerics);
    g_ptr_array_unref(b->symbols);
    return packed;
}

static void
save_batch(GByteArray *out, Builder *b, int64_t arrived_us)
{
    g_autoptr(GBytes) packed = end_batch(b);
    size_t size = 0;
    const void *bytes = g_bytes_get_data(packed, &size);
    dash_saved_put_batch(out, arrived_us, sender, 1, bytes, size);
}

static void
add_segment(Builder *b, const Patient *p, Kind kind, int64_t t0_us)
{
    const VicuSignal *signal = vicu_signal_by_name(waves[kind].name);
    Vicu__Segment *s = own(b, g_new(Vicu__Segment, 1));
    vicu__segment__init(s);
    s->id = p->n * KINDS + kind;
    s->bed = own(b, g_strdup(bed_id(p->n)));
    s->code = vicu_signal_code(signal);
    s->label = (char *)signal->labels[0];
    s->t0_us = t0_us;
    s->period_num = 1;
    s->period_den = waves[kind].rate_hz;
    s->gain = waves[kind].gain;
    s->baseline = (int32_t)waves[kind].baseline;
    s->unit = (char *)signal->unit;
    s->origin = VICU__ORIGIN__ORIGIN_SIMULATED;
    s->copy = p->n > 16;
    g_ptr_array_add(b->segments, s);
}

static void
add_wave(Builder *b, const Patient *p, Kind kind, int64_t t0_us, int64_t from_us, int64_t to_us)
{
    const Wave *wave = &waves[kind];
    uint64_t first = (uint64_t)(from_us - t0_us) * wave->rate_hz / G_USEC_PER_SEC;
    uint64_t last = (uint64_t)(to_us - t0_us) * wave->rate_hz / G_USEC_PER_SEC;
    Vicu__Wave *w = own(b, g_new(Vicu__Wave, 1));
    vicu__wave__init(w);
    w->segment = p->n * KINDS + kind;
    w->first = first;
    w->samples.len = (last - first) * 2;
    w->samples.data = own(b, g_malloc(w->samples.len + 2));
    for (uint64_t i = first; i < last; i++) {
        double t_s = (double)(t0_us / 1000 % 3600000) / 1e3 + (double)i / wave->rate_hz;
        int16_t raw = (int16_t)lrint(wave_value(p, kind, t_s) * wave->gain + wave->baseline);
        uint16_t bits = (uint16_t)raw;
        w->samples.data[2 * (i - first)] = (uint8_t)bits;
        w->samples.data[2 * (i - first) + 1] = (uint8_t)(bits >> 8);
    }
    g_ptr_array_add(b->waves, w);
}

static void
add_numbers(Builder *b,
            const Patient *p,
            Vicu__Source source,
            unsigned n,
            const char *const *names,
            const double *values,
            int64_t t_us)
{
    Vicu__Numerics *set = own(b, g_new(Vicu__Numerics, 1));
    vicu__numerics__init(set);
    set->bed = own(b, g_strdup(bed_id(p->n)));
    set->origin = VICU__ORIGIN__ORIGIN_SIMULATED;
    set->source = source;
    set->n_code = set->n_t_us = set->n_value = n;
    set->code = own(b, g_new(uint32_t, n));
    set->t_us = own(b, g_new(int64_t, n));
    set->value = own(b, g_new(double, n));
    for (unsigned i = 0; i < n; i++) {
        set->code[i] = vicu_signal_code(vicu_signal_by_name(names[i]));
        set->t_us[i] = t_us;
        set->value[i] = values[i];
    }
    g_ptr_array_add(b->numerics, set);
}

/* A slow drift, so that trends have something to show. */
static double
drift(const Patient *p, int64_t t_us, double amount)
{
    double minutes = (double)(ward_now_us - t_us) / 60e6;
    return amount * (sin(minutes / 9 + p->n) + 0.4 * sin(minutes / 1.7 + 2 * p->n));
}

static void
add_vitals(Builder *b, const Patient *p, int64_t t_us)
{
    static const char *const derived[] = {"HR", "ART_S", "ART_D", "ART_M"};
    static const char *const simulated[] = {"RR"};
    static const char *const saturation[] = {"SpO2"};
    double minutes = (double)(ward_now_us - t_us) / 60e6;
    double fall = p->n == 7 && p->map < 50 ? MAX(0, 40 - 50 * exp(-minutes / 6)) : 0;
    double map = p->map + fall + drift(p, t_us, 3);
    if (minutes < 0.5)
        map = p->map;
    const double hearts[] = {p->hr + drift(p, t_us, 3) * (minutes > 0.5), map + p->pp * 0.6,
                             map - p->pp * 0.35, map};
    const double rr[] = {p->rr + drift(p, t_us, 1)};
    const double spo2[] = {MIN(p->spo2 + drift(p, t_us, 0.8) * (minutes > 0.5), 100)};
    add_numbers(b, p, VICU__SOURCE__SOURCE_DERIVED, p->no_pressure ? 1 : 4, derived, hearts, t_us);
    add_numbers(b, p, VICU__SOURCE__SOURCE_DEVICE, 1, simulated, rr, t_us);
    if (!p->old_spo2 || minutes > 0.2)
        add_numbers(b, p, VICU__SOURCE__SOURCE_DEVICE, 1, saturation, spo2, t_us);
}

static void
add_slow(Builder *b, const Patient *p, int64_t t_us)
{
    static const char *const temp[] = {"Temp"};
    static const char *const cuff[] = {"NIBP_S", "NIBP_D", "NIBP_M"};
    const double cuff_values[] = {p->map + p->pp * 0.6, p->map - p->pp * 0.35, p->map};
    add_numbers(b, p, VICU__SOURCE__SOURCE_DEVICE, 1, temp, &p->temp, t_us);
    if (p->no_pressure)
        add_numbers(b, p, VICU__SOURCE__SOURCE_DEVICE, 3, cuff, cuff_values, t_us - 400000000);
    Vicu__Symbol *symbol = own(b, g_new(Vicu__Symbol, 1));
    vicu__symbol__init(symbol);
    symbol->bed = own(b, g_strdup(bed_id(p->n)));
    symbol->code = vicu_signal_code(vicu_signal_by_name("ACVPU"));
    symbol->t_us = t_us - 1800 * (int64_t)G_USEC_PER_SEC;
    symbol->value = (char *)"A";
    symbol->origin = VICU__ORIGIN__ORIGIN_SIMULATED;
    symbol->source = VICU__SOURCE__SOURCE_MANUAL;
    g_ptr_array_add(b->symbols, symbol);
}

static bool
sends(const WardOptions *options, const Patient *p, int64_t t_us)
{
    if (options->absence && p->n == 9)
        return false; /* never seen */
    return !p->ended || t_us < ward_now_us - 40 * (int64_t)G_USEC_PER_SEC;
}

static void
put_history(GByteArray *out, const WardOptions *options)
{
    for (int s = HISTORY_S; s >= 20; s -= 10) {
        int64_t t_us = ward_now_us - s * (int64_t)G_USEC_PER_SEC;
        Builder b = begin_batch(t_us);
        for (unsigned n = 1; n <= options->beds; n++) {
            Patient p = make_patient(options, n);
            if (!sends(options, &p, t_us) || (n % 3 == 0 && s > 1500 && s < 1900))
                continue;
            add_vitals(&b, &p, t_us);
        }
        save_batch(out, &b, t_us + 30000);
    }
}

static Builder
build_tick(const WardOptions *options, int64_t t0_us, int64_t now_us, int64_t span_us, bool first)
{
    Builder b = begin_batch(now_us);
    for (unsigned n = 1; n <= options->beds; n++) {
        Patient p = make_patient(options, n);
        int64_t to_us = now_us - p.lag_us;
        int64_t from_us = to_us - span_us;
        if (!sends(options, &p, now_us) || from_us < t0_us - 8 * (int64_t)G_USEC_PER_SEC)
            continue;
        int64_t own_t0_us = t0_us - 8 * (int64_t)G_USEC_PER_SEC;
        for (int k = 0; k < KINDS; k++) {
            bool dead = p.dead_wave == k && now_us > ward_now_us - 4 * (int64_t)G_USEC_PER_SEC;
            bool hole = p.gap && now_us > ward_now_us - 3000000 && now_us < ward_now_us - 1800000;
            if (dead || hole || (k == KIND_ABP && p.no_pressure))
                continue;
            if (first)
                add_segment(&b, &p, k, own_t0_us);
            add_wave(&b, &p, k, own_t0_us, from_us, to_us);
        }
        if (now_us / (int64_t)G_USEC_PER_SEC != (now_us - span_us) / (int64_t)G_USEC_PER_SEC)
            add_vitals(&b, &p, to_us);
        if (first)
            add_slow(&b, &p, now_us - (150 + (int64_t)n % 9) * 1000000);
    }
    return b;
}

static void
put_tick(GByteArray *out, const WardOptions *options, int64_t t0_us, int64_t now_us, bool first)
{
    Builder b = build_tick(options, t0_us, now_us, TICK_US, first);
    save_batch(out, &b, now_us + 25000);
}

GBytes *
ward_tick(const WardOptions *options, int64_t t0_us, int64_t now_us, int64_t span_us, bool announce)
{
    Builder b = build_tick(options, t0_us, now_us, span_us, announce);
    return end_batch(&b);
}

void
ward_set_now(int64_t now_us)
{
    ward_now_us = now_us;
}

/* ---- state ---- */

typedef struct {
    GPtrArray *items;
    GPtrArray *owned;
} State;

static void *
keep(State *s, void *memory)
{
    g_ptr_array_add(s->owned, memory);
    return memory;
}

static Vicu__StateItem *
add_item(State *s, Vicu__Subject subject, const char *key)
{
    Vicu__StateItem *item = keep(s, g_new(Vicu__StateItem, 1));
    vicu__state_item__init(item);
    item->subject = subject;
    item->key = keep(s, g_strdup(key));
    g_ptr_array_add(s->items, item);
    return item;
}

static void
add_bed(State *s, const WardOptions *options, unsigned n)
{
    static const Vicu__Presence away[] = {
        [4] = VICU__PRESENCE__PRESENCE_STANDBY,    [5] = VICU__PRESENCE__PRESENCE_TRANSPORT,
        [6] = VICU__PRESENCE__PRESENCE_DISCHARGED, [8] = VICU__PRESENCE__PRESENCE_LOST,
        [9] = VICU__PRESENCE__PRESENCE_NEVER_SEEN,
    };
    static const char *const why[] = {[4] = "bronchoscopy at the bed",
                                      [5] = "CT, with Dr. Lindgren",
                                      [6] = "to ward 4B",
                                      [8] = "",
                                      [9] = ""};
    Vicu__Bed *bed = keep(s, g_new(Vicu__Bed, 1));
    vicu__bed__init(bed);
    bed->bed = keep(s, g_strdup(bed_id(n)));
    bed->presence = VICU__PRESENCE__PRESENCE_PRESENT;
    bed->patient = keep(s, g_strdup_printf("P-%04u", n * 7919 % 10000));
    bed->device = (char *)"simulated monitor";
    bed->since_us = ward_now_us - 5400 * (int64_t)G_USEC_PER_SEC;
    bed->last_sample_us = ward_now_us - 40 * (int64_t)G_USEC_PER_SEC;
    bed->origin = VICU__ORIGIN__ORIGIN_SIMULATED;
    if (options->absence && n < G_N_ELEMENTS(away) && away[n]) {
        bed->presence = away[n];
        bed->reason = (char *)why[n];
        bed->since_us = ward_now_us - 1260 * (int64_t)G_USEC_PER_SEC;
        bed->until_us = ward_now_us + 1140 * (int64_t)G_USEC_PER_SEC;
    }
    if (options->absence && n == 9)
        bed->presence = VICU__PRESENCE__PRESENCE_NEVER_SEEN, bed->last_sample_us = 0;
    if (n % 6 == 2) {
        bed->n_not_judged = 1;
        bed->not_judged = keep(s, g_new0(char *, 1));
        bed->not_judged[0] = (char *)"rox-low (no FiO2)";
    }
    Vicu__StateItem *item = add_item(s, VICU__SUBJECT__SUBJECT_BED, bed->bed);
    item->body_case = VICU__STATE_ITEM__BODY_BED;
    item->bed = bed;
}

static void
add_score(State *s, unsigned n, const Patient *p)
{
    static const char *const names[] = {"Respirations", "SpO2 scale 1", "Air or oxygen",
                                        "Systolic",     "Pulse",        "Consciousness",
                                        "Temperature"};
    int points[] = {p->rr > 20 ? 2 : 0,
                    p->spo2 <= 91   ? 3
                    : p->spo2 <= 93 ? 2
                    : p->spo2 <= 95 ? 1
                                    : 0,
                    n % 4 == 0 ? 2 : 0,
                    p->map < 50 ? 3 : 0,
                    p->hr > 130  ? 3
                    : p->hr > 90 ? 1
                                 : 0,
                    0,
                    p->temp > 38.0 ? 1 : 0};
    Vicu__Score *score = keep(s, g_new(Vicu__Score, 1));
    vicu__score__init(score);
    score->bed = keep(s, g_strdup(bed_id(n)));
    score->name = (char *)"NEWS2";
    score->n_part = G_N_ELEMENTS(names);
    score->part = keep(s, g_new(Vicu__ScorePart *, G_N_ELEMENTS(names)));
    score->known = n % 4 != 1;
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        Vicu__ScorePart *part = keep(s, g_new(Vicu__ScorePart, 1));
        vicu__score_part__init(part);
        part->name = (char *)names[i];
        part->known = score->known || (i != 2 && i != 5);
        part->points = part->known ? points[i] : 0;
        score->min += part->points;
        score->part[i] = part;
    }
    score->value = score->min;
    score->max = score->min + (score->known ? 0 : 5);
    score->t_us = ward_now_us - 1000000;
    g_autofree char *key = g_strdup_printf("%s/NEWS2", bed_id(n));
    Vicu__StateItem *item = add_item(s, VICU__SUBJECT__SUBJECT_SCORE, key);
    item->body_case = VICU__STATE_ITEM__BODY_SCORE;
    item->score = score;
}

static void
add_limits(State *s, unsigned n)
{
    static const struct {
        const char *name;
        double value;
        const char *unit;
    } limits[] = {{"HR_low", 45, "/min"},    {"HR_high", 130, "/min"}, {"SpO2_low", 90, "%"},
                  {"MAP_low", 65, "mm[Hg]"}, {"RR_low", 8, "/min"},    {"RR_high", 30, "/min"}};
    for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
        Vicu__Limit *limit = keep(s, g_new(Vicu__Limit, 1));
        vicu__limit__init(limit);
        limit->bed = keep(s, g_strdup(bed_id(n)));
        limit->name = (char *)limits[i].name;
        limit->value = limits[i].value;
        limit->unit = (char *)limits[i].unit;
        limit->overridden = n == 7 && i == 1;
        limit->standard = limit->value - (limit->overridden ? 10 : 0);
        limit->min = limit->value / 2;
        limit->max = limit->value * 2;
        g_autofree char *key = g_strdup_printf("%s/%s", bed_id(n), limits[i].name);
        Vicu__StateItem *item = add_item(s, VICU__SUBJECT__SUBJECT_LIMIT, key);
        item->body_case = VICU__STATE_ITEM__BODY_LIMIT;
        item->limit = limit;
    }
}

typedef struct {
    unsigned bed;
    const char *rule, *title, *text, *input, *unit;
    double value;
    Vicu__Priority priority;
    Vicu__AlarmState state;
    bool technical;
    int since_s;
} Story;

static const Story stories[] = {
    {7, "map-critical", "MAP below 50 mmHg", "MAP 41 mmHg for 12 s, was 84 ten minutes ago", "MAP",
     "mm[Hg]", 41, VICU__PRIORITY__PRIORITY_HIGH, VICU__ALARM_STATE__ALARM_ACTIVE, false, 20},
    {7, "hr-high", "Heart rate above 130", "HR 142 /min", "HR", "/min", 142,
     VICU__PRIORITY__PRIORITY_MEDIUM, VICU__ALARM_STATE__ALARM_ACTIVE, false, 34},
    {3, "spo2-low", "SpO2 below 90 %", "SpO2 86 % for 15 s", "SpO2", "%", 86,
     VICU__PRIORITY__PRIORITY_MEDIUM, VICU__ALARM_STATE__ALARM_ACTIVE, false, 75},
    {12, "brady", "Extreme bradycardia", "HR 38 /min over 5 beats, now 71", "HR", "/min", 38,
     VICU__PRIORITY__PRIORITY_HIGH, VICU__ALARM_STATE__ALARM_LATCHED, false, 260},
    {14, "news2-urgent", "NEWS2 5 or more", "NEWS2 6: respirations 2, pulse 1, oxygen 2", "NEWS2",
     "1", 6, VICU__PRIORITY__PRIORITY_MEDIUM, VICU__ALARM_STATE__ALARM_ACKNOWLEDGED, false, 1510},
    {2, "resp-unknown", "No respiratory rate", "RR not known for 2 min", "RR", "/min", 0,
     VICU__PRIORITY__PRIORITY_LOW, VICU__ALARM_STATE__ALARM_ACTIVE, true, 130},
    {16, "temp-high", "Temperature above 38.5 °C", "Temp 38.7 °C", "Temp", "Cel", 38.7,
     VICU__PRIORITY__PRIORITY_LOW, VICU__ALARM_STATE__ALARM_ACKNOWLEDGED, false, 5200},
};

static const Story lost_story = {8,
                                 "bed-silent",
                                 "No data from this bed",
                                 "last sample 40 s ago",
                                 "",
                                 "",
                                 0,
                                 VICU__PRIORITY__PRIORITY_MEDIUM,
                                 VICU__ALARM_STATE__ALARM_ACTIVE,
                                 true,
                                 30};

static void
add_alarm(State *s, const Story *story)
{
    Vicu__Alarm *alarm = keep(s, g_new(Vicu__Alarm, 1));
    vicu__alarm__init(alarm);
    alarm->id = keep(s, g_strdup_printf("%s-%u", story->rule, story->bed));
    alarm->bed = keep(s, g_strdup(bed_id(story->bed)));
    alarm->rule = (char *)story->rule;
    alarm->title = (char *)story->title;
    alarm->text = (char *)story->text;
    alarm->priority = story->priority;
    alarm->state = story->state;
    alarm->technical = story->technical;
    alarm->t_condition_us = ward_now_us - story->since_s * (int64_t)G_USEC_PER_SEC;
    alarm->t_raised_us = alarm->t_condition_us + 8 * (int64_t)G_USEC_PER_SEC;
    alarm->origin = VICU__ORIGIN__ORIGIN_SIMULATED;
    if (*story->input) {
        Vicu__AlarmInput *input = keep(s, g_new(Vicu__AlarmInput, 1));
        vicu__alarm_input__init(input);
        input->name = (char *)story->input;
        input->value = story->value;
        input->unit = (char *)story->unit;
        input->known = !story->technical;
        input->source = VICU__SOURCE__SOURCE_DERIVED;
        alarm->n_input = 1;
        alarm->input = keep(s, g_new(Vicu__AlarmInput *, 1));
        alarm->input[0] = input;
    }
    if (story->state == VICU__ALARM_STATE__ALARM_ACKNOWLEDGED) {
        Vicu__Acknowledgement *ack = keep(s, g_new(Vicu__Acknowledgement, 1));
        vicu__acknowledgement__init(ack);
        ack->who = (char *)"operator";
        ack->reason = (char *)"fluids given, watching";
        ack->t_us = ward_now_us - 300 * (int64_t)G_USEC_PER_SEC;
        alarm->acknowledged = ack;
    }
    Vicu__StateItem *item = add_item(s, VICU__SUBJECT__SUBJECT_ALARM, alarm->id);
    item->body_case = VICU__STATE_ITEM__BODY_ALARM;
    item->alarm = alarm;
}

static void
add_engine(State *s, unsigned beds)
{
    Vicu__Engine *engine = keep(s, g_new(Vicu__Engine, 1));
    vicu__engine__init(engine);
    engine->pack = (char *)"adult-icu";
    engine->pack_version = 1;
    engine->rules = 12;
    engine->beds = beds;
    Vicu__StateItem *item = add_item(s, VICU__SUBJECT__SUBJECT_ENGINE, "engine");
    item->body_case = VICU__STATE_ITEM__BODY_ENGINE;
    item->engine = engine;
}

static void
add_outlet(State *s, const WardOptions *options)
{
    Vicu__Outlet *outlet = keep(s, g_new(Vicu__Outlet, 1));
    vicu__outlet__init(outlet);
    outlet->name = (char *)"annunciator";
    outlet->kind = VICU__OUTLET_KIND__OUTLET_SOUND;
    outlet->way = (char *)(options->file ? "wav:alarms.wav" : "pipewire");
    outlet->silent = options->unheard;
    Vicu__StateItem *item = add_item(s, VICU__SUBJECT__SUBJECT_OUTLET, outlet->name);
    item->body_case = VICU__STATE_ITEM__BODY_OUTLET;
    item->outlet = outlet;
}

/* ---- how far help is ---- */

static Vicu__EscalationTarget *
add_target(State *s, const char *name, Vicu__EscalationStage stage, int64_t t_us)
{
    Vicu__EscalationTarget *t = keep(s, g_new(Vicu__EscalationTarget, 1));
    vicu__escalation_target__init(t);
    t->id = t->person = t->name = (char *)name;
    t->asked = (char *)"bedside";
    t->step = 1;
    t->stage = stage;
    t->decided_us = t->sent_us = t->delivered_us = t->read_us = t_us;
    t->accepted_us = t->on_my_way_us = t->at_bedside_us = t_us;
    return t;
}

static Vicu__Escalation *
add_escalation(State *s, const char *alarm, unsigned bed, size_t n_targets)
{
    Vicu__Escalation *e = keep(s, g_new(Vicu__Escalation, 1));
    vicu__escalation__init(e);
    e->id = keep(s, g_strdup_printf("e-%s", alarm));
    e->alarm = (char *)alarm;
    e->bed = keep(s, g_strdup(bed_id(bed)));
    e->began_us = ward_now_us - 11 * (int64_t)G_USEC_PER_SEC;
    e->n_target = n_targets;
    e->target = keep(s, g_new0(Vicu__EscalationTarget *, n_targets));
    Vicu__StateItem *item = add_item(s, VICU__SUBJECT__SUBJECT_ESCALATION, e->id);
    item->body_case = VICU__STATE_ITEM__BODY_ESCALATION;
    item->escalation = e;
    return e;
}

static void
add_missed(State *s)
{
    const int64_t second = G_USEC_PER_SEC;
    Vicu__Escalation *e = add_escalation(s, "map-critical-7", 7, 2);
    Vicu__Sending *sending = keep(s, g_new(Vicu__Sending, 1));
    e->target[0] = add_target(s, "Nurse A", VICU__ESCALATION_STAGE__ESCALATION_SENT,
                              ward_now_us - 11 * second);
    e->target[0]->outcome = VICU__ESCALATION_OUTCOME__OUTCOME_MISSED;
    e->target[0]->missed = VICU__ESCALATION_STAGE__ESCALATION_DELIVERED;
    e->target[0]->outcome_us = ward_now_us - 6 * second;
    vicu__sending__init(sending);
    sending->channel = (char *)"webhook";
    sending->state = VICU__SENDING_STATE__SENDING_FAILED;
    sending->text = (char *)"no answer after 3 tries";
    e->target[0]->n_sending = 1;
    e->target[0]->sending = keep(s, g_new(Vicu__Sending *, 1));
    e->target[0]->sending[0] = sending;
    e->target[1] =
        add_target(s, "Nurse B", VICU__ESCALATION_STAGE__ESCALATION_READ, ward_now_us - 2 * second);
    e->stage = VICU__ESCALATION_STAGE__ESCALATION_READ;
    e->person = e->name = (char *)"Nurse B";
    e->deadline_us = ward_now_us + 45 * second;
}

static void
add_help(State *s)
{
    Vicu__EscalationOwner *owner = keep(s, g_new(Vicu__EscalationOwner, 1));
    vicu__escalation_owner__init(owner);
    owner->roster = owner->ladders = true;
    Vicu__StateItem *item = add_item(s, VICU__SUBJECT__SUBJECT_ESCALATION_OWNER, "");
    item->body_case = VICU__STATE_ITEM__BODY_ESCALATION_OWNER;
    item->escalation_owner = owner;
    add_missed(s);
    Vicu__Escalation *e = add_escalation(s, "news2-urgent-14", 14, 1);
    e->stage = VICU__ESCALATION_STAGE__ESCALATION_AT_BEDSIDE;
    e->person = e->name = (char *)"Nurse C";
    e->target[0] = add_target(s, "Nurse C", e->stage, ward_now_us - 200000000);
}

/* ---- what people say to each other ---- */

static void
add_note(State *s, unsigned n, const char *text, int due_min, bool overdue)
{
    Vicu__Note *note = keep(s, g_new(Vicu__Note, 1));
    vicu__note__init(note);
    note->id = keep(s, g_strdup_printf("%016x", s->items->len));
    note->bed = keep(s, g_strdup(bed_id(n)));
    note->text = (char *)text;
    note->who = (char *)"Dr A";
    note->t_us = ward_now_us - 3600 * (int64_t)G_USEC_PER_SEC;
    note->promise = due_min != 0;
    note->owner = (char *)(note->promise ? "Dr B" : "");
    note->due_us = note->promise ? ward_now_us + due_min * 60 * (int64_t)G_USEC_PER_SEC : 0;
    note->overdue = overdue;
    Vicu__StateItem *item = add_item(s, VICU__SUBJECT__SUBJECT_NOTE, note->id);
    item->body_case = VICU__STATE_ITEM__BODY_NOTE;
    item->note = note;
}

static void
add_care(State *s, unsigned n)
{
    Vicu__Care *care = keep(s, g_new(Vicu__Care, 1));
    Vicu__AlarmCount *count = keep(s, g_new(Vicu__AlarmCount, 1));
    vicu__care__init(care);
    vicu__alarm_count__init(count);
    count->high = n == 7 ? 3 : 0;
    count->medium = n % 4;
    count->low = n % 3;
    count->technical = n == 2 ? 200 : 0;
    count->at_least = n == 2;
    care->bed = keep(s, g_strdup(bed_id(n)));
    care->owner = (char *)(n % 2 ? "Dr A" : "");
    care->last_12h = count;
    Vicu__StateItem *item = add_item(s, VICU__SUBJECT__SUBJECT_CARE, care->bed);
    item->body_case = VICU__STATE_ITEM__BODY_CARE;
    item->care = care;
}

static void
add_handover(State *s)
{
    static const char *const texts[] = {
        "Septic shock, noradrenaline 0.2, lactate falling; wait for CT before extubation",
        "Stable after bypass, drains dry, to the ward tomorrow"};
    static const unsigned beds[] = {7, 3};
    Vicu__Handover *handover = keep(s, g_new(Vicu__Handover, 1));
    Vicu__HandoverLine **lines = keep(s, g_new(Vicu__HandoverLine *, G_N_ELEMENTS(texts)));
    Vicu__HandoverSign **signs = keep(s, g_new(Vicu__HandoverSign *, 1));
    vicu__handover__init(handover);
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        lines[i] = keep(s, g_new(Vicu__HandoverLine, 1));
        vicu__handover_line__init(lines[i]);
        lines[i]->bed = keep(s, g_strdup(bed_id(beds[i])));
        lines[i]->text = (char *)texts[i];
        lines[i]->who = (char *)"Dr A";
    }
    signs[0] = keep(s, g_new(Vicu__HandoverSign, 1));
    vicu__handover_sign__init(signs[0]);
    signs[0]->name = (char *)"Dr A";
    signs[0]->t_us = ward_now_us - 60 * (int64_t)G_USEC_PER_SEC;
    handover->id = (char *)"00000000000000aa";
    handover->place = (char *)"demo/icu";
    handover->from = (char *)"Dr A";
    handover->to = (char *)"Dr B";
    handover->state = VICU__HANDOVER_STATE__HANDOVER_OPEN;
    handover->begun_us = ward_now_us - 600 * (int64_t)G_USEC_PER_SEC;
    handover->n_line = G_N_ELEMENTS(texts);
    handover->line = lines;
    handover->n_sign = 1;
    handover->sign = signs;
    Vicu__StateItem *item = add_item(s, VICU__SUBJECT__SUBJECT_HANDOVER, handover->id);
    item->body_case = VICU__STATE_ITEM__BODY_HANDOVER;
    item->handover = handover;
}

static void
add_words(State *s, unsigned beds)
{
    add_note(s, 1, "Difficult airway, grade 3", 0, false);
    add_note(s, 1, "Echo", 90, false);
    if (beds >= 7) {
        add_note(s, 7, "Pneumonia, day 3", 0, false);
        add_note(s, 7, "Ring the family", -20, true);
        add_note(s, 7, "Blood gas", 30, false);
        add_handover(s);
    }
    for (unsigned n = 1; n <= beds; n++)
        if (n != 5) /* of one nothing is known */
            add_care(s, n);
}

static State
build_state(const WardOptions *options, int64_t t_us)
{
    State s = {g_ptr_array_new(), g_ptr_array_new_with_free_func(g_free)};
    add_engine(&s, options->beds);
    if (!options->soundless)
        add_outlet(&s, options);
    for (unsigned n = 1; n <= options->beds; n++) {
        Patient p = make_patient(options, n);
        add_bed(&s, options, n);
        add_limits(&s, n);
        if (sends(options, &p, t_us))
            add_score(&s, n, &p);
    }
    for (size_t i = 0; options->alarms && i < G_N_ELEMENTS(stories); i++)
        if (stories[i].bed <= options->beds)
            add_alarm(&s, &stories[i]);
    if (options->alarms && !options->helpless)
        add_help(&s);
    if (options->absence && options->beds >= 8)
        add_alarm(&s, &lost_story);
    if (options->care)
        add_words(&s, options->beds);
    return s;
}

void
ward_state(const WardOptions *options,
           void (*func)(const Vicu__StateItem *item, void *user),
           void *user)
{
    State s = build_state(options, ward_now_us);
    for (guint i = 0; i < s.items->len; i++)
        func(s.items->pdata[i], user);
    g_ptr_array_unref(s.items);
    g_ptr_array_unref(s.owned);
}

static void
put_state(GByteArray *out, const WardOptions *options, int64_t t_us)
{
    State s = build_state(options, t_us);
    Vicu__StateItems items;
    vicu__state_items__init(&items);
    items.n_item = s.items->len;
    items.item = (Vicu__StateItem **)s.items->pdata;
    items.last = true;
    g_autoptr(GBytes) packed = vicu_wire_pack(&items.base);
    size_t size = 0;
    const void *bytes = g_bytes_get_data(packed, &size);
    dash_saved_put_items(out, t_us, bytes, size);
    g_ptr_array_unref(s.items);
    g_ptr_array_unref(s.owned);
}

static void
put_local(GByteArray *out, const char *cause, const char *text, int64_t t_us)
{
    Vicu__LocalAlarm local;
    vicu__local_alarm__init(&local);
    local.cause = (char *)cause;
    local.priority = VICU__PRIORITY__PRIORITY_MEDIUM;
    local.text = (char *)text;
    local.standing = true;
    g_autoptr(GBytes) packed = vicu_wire_pack(&local.base);
    size_t size = 0;
    const void *bytes = g_bytes_get_data(packed, &size);
    dash_saved_put_local(out, t_us, bytes, size);
}

GByteArray *
ward_make(const WardOptions *options)
{
    GByteArray *out = g_byte_array_new();
    int64_t t0_us = ward_now_us - (options->brief ? 1 : WAVE_S) * (int64_t)G_USEC_PER_SEC;
    int64_t end_us = ward_now_us - (options->blind ? 5 * (int64_t)G_USEC_PER_SEC : 0);
    dash_saved_begin(out);
    if (!options->mute)
        put_state(out, options, t0_us);
    if (!options->brief)
        put_history(out, options);
    for (int64_t t = t0_us + TICK_US; t <= end_us; t += TICK_US)
        put_tick(out, options, t0_us, t, t == t0_us + TICK_US);
    if (options->blind) {
        put_local(out, "hub-blind", "Hub blind: no data reach this station", ward_now_us - 2000000);
        put_local(out, "rules-blind", "Rules blind: alarms may be missing", ward_now_us - 1000000);
    }
    if (options->help_lost)
        put_local(out, "escalation-blind", "Escalation blind: not known how far help is",
                  ward_now_us - 1000000);
    dash_saved_end(out, ward_now_us + 30000);
    return out;
}

bool
ward_options_parse(const char *story, WardOptions *options)
{
    g_autofree char *name = g_strndup(
        story, strlen(story) - (g_str_has_suffix(story, "-brief") ? strlen("-brief") : 0));
    bool all = strcmp(name, "all") == 0;
    options->alarms = all || strcmp(name, "alarms") == 0;
    options->absence = all || strcmp(name, "absence") == 0;
    options->stale = all || strcmp(name, "stale") == 0;
    options->blind = strcmp(name, "blind") == 0;
    options->mute = strcmp(name, "mute") == 0;
    options->care = strcmp(name, "handover") == 0;
    options->soundless = strcmp(name, "soundless") == 0;
    options->file = strcmp(name, "sound-file") == 0;
    options->unheard = strcmp(name, "unheard") == 0;
    options->helpless = strcmp(name, "helpless") == 0;
    options->help_lost = strcmp(name, "help-lost") == 0;
    options->alarms |= options->care || options->helpless || options->help_lost;
    options->brief = g_str_has_suffix(story, "-brief");
    return options->alarms || options->absence || options->stale || options->blind || options->mute
           || options->soundless || options->file || options->unheard || strcmp(name, "calm") == 0;
}

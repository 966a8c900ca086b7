/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/dashboard/past-world.h"

#include <math.h>

#define S     ((int64_t)G_USEC_PER_SEC)
#define HOUR  (3600 * S)
#define HZ    250
#define FIRST (60 * HOUR)
/* Before now. */
#define HOLE_FROM (20 * HOUR)
#define HOLE_TO   (19 * HOUR)
#define VT_LONG   (30 * S)

typedef struct {
    uint32_t code;
    const char *label;
    const char *unit;
    bool wave;
    double gain;
} Kind;

static const Kind kinds[] = {
    {131330, "II", "mV", true, 200},          {131395, "V", "mV", true, 200},
    {150036, "ABP", "mm[Hg]", true, 20},      {150452, "PLETH", "1", true, 200},
    {147842, "HR", "/min", false, 0},         {150456, "SpO2", "%", false, 0},
    {150039, "ABP MEAN", "mm[Hg]", false, 0}, {150344, "Temp", "Cel", false, 0},
};

static const Kind *
kind_of(const DashPast *past, uint32_t stream)
{
    const DashPastStream *s = dash_past_stream(past, stream);
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (kinds[i].code == s->code)
            return &kinds[i];
    g_assert_not_reached();
}

static bool
in_vt(int64_t t_us, int64_t now_us)
{
    int64_t from_us = now_us - PAST_WORLD_VT_US;
    return t_us >= from_us && t_us < from_us + VT_LONG;
}

static bool
observed(int64_t t_us, int64_t now_us)
{
    return t_us >= now_us - FIRST && t_us < now_us
           && !(t_us >= now_us - HOLE_FROM && t_us < now_us - HOLE_TO);
}

static double
bump(double phase, double at, double width)
{
    double d = (phase - at) / width;
    return exp(-d * d);
}

/* Some 75 beats a minute; 190 broad ones in the half minute. */
static double
wave_at(uint32_t code, int64_t t_us, int64_t now_us)
{
    bool vt = in_vt(t_us, now_us);
    double beat_s = vt ? 60.0 / 190 : 0.8;
    double phase = fmod((double)(t_us % (120 * S)) / 1e6, beat_s) / beat_s;
    double breath = sin((double)(t_us % (120 * S)) / 1e6 * 2 * G_PI / 4);
    switch (code) {
    case 131330:
        return vt ? 0.9 * sin(2 * G_PI * phase) + 0.2
                  : 0.12 * bump(phase, 0.18, 0.05) - 0.12 * bump(phase, 0.335, 0.012)
                        + 1.1 * bump(phase, 0.35, 0.012) - 0.22 * bump(phase, 0.372, 0.012)
                        + 0.28 * bump(phase, 0.62, 0.07) + 0.03 * breath;
    case 131395:
        return vt ? -0.7 * sin(2 * G_PI * phase)
                  : 0.6 * bump(phase, 0.35, 0.014) - 0.8 * bump(phase, 0.38, 0.016)
                        + 0.3 * bump(phase, 0.62, 0.07);
    case 150036:
        return vt ? 48 + 6 * bump(phase, 0.5, 0.2)
                  : 72 + 46 * bump(phase, 0.5, 0.13) + 12 * bump(phase, 0.72, 0.08) + 2 * breath;
    default:
        return (vt ? 0.1 : 1) * (bump(phase, 0.55, 0.15) + 0.3 * bump(phase, 0.8, 0.08));
    }
}

/* Least, greatest and mean of the numeric around a time: slow waves of it. */
static double
numeric_at(uint32_t code, int64_t t_us, int64_t now_us)
{
    double hours = (double)(now_us - t_us) / (double)HOUR;
    double slow = sin(hours / 3) + 0.4 * sin(hours * 1.7);
    bool vt = in_vt(t_us, now_us);
    return code == 147842   ? (vt ? 190 : 75 + 8 * slow)
           : code == 150456 ? (vt ? 84 : 96 + slow)
           : code == 150039 ? (vt ? 48 : 84 + 9 * slow)
                            : 37.2 + 0.4 * slow;
}

void
past_world_streams(DashPast *past, int64_t now_us)
{
    Vicu__StreamRow row[G_N_ELEMENTS(kinds)];
    Vicu__StreamRow *list[G_N_ELEMENTS(kinds)];
    Vicu__QueryRows rows = VICU__QUERY_ROWS__INIT;
    const Vicu__QueryRows *one = &rows;
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        vicu__stream_row__init(&row[i]);
        row[i].bed = (char *)dash_past_bed(past);
        row[i].code = kinds[i].code;
        row[i].label = (char *)kinds[i].label;
        row[i].unit = (char *)kinds[i].unit;
        row[i].wave = kinds[i].wave;
        row[i].first_us = now_us - FIRST;
        row[i].last_us = now_us;
        row[i].period_num = 1;
        row[i].period_den = HZ;
        row[i].origin = VICU__ORIGIN__ORIGIN_SIMULATED;
        list[i] = &row[i];
    }
    rows.n_stream = G_N_ELEMENTS(kinds);
    rows.stream = list;
    dash_past_take_streams(past, &one, 1);
}

/* ---- pages ---- */

static Vicu__Column
column_at(const Kind *kind, const DashPageId *id, int64_t t_us, int64_t now_us)
{
    enum { TRIES = 16 };
    Vicu__Column column = VICU__COLUMN__INIT;
    int seen = 0;
    column.t_us = t_us;
    for (int i = 0; i < TRIES; i++) {
        int64_t at_us = t_us + id->column_us * i / TRIES;
        if (!observed(at_us, now_us))
            continue;
        double value =
            kind->wave ? wave_at(kind->code, at_us, now_us) : numeric_at(kind->code, at_us, now_us);
        column.min = seen ? MIN(column.min, value) : value;
        column.max = seen ? MAX(column.max, value) : value;
        column.mean += value / TRIES;
        seen++;
    }
    /* Sixteen looks into a wide column miss the tops of what is fast. */
    if (seen && kind->wave && id->column_us > S && !in_vt(t_us, now_us)) {
        column.min = MIN(column.min, kind->code == 150036   ? 70
                                     : kind->code == 131395 ? -0.6
                                                            : -0.2);
        column.max = MAX(column.max, kind->code == 150036 ? 118 : kind->code == 131395 ? 0.5 : 1.1);
    }
    column.coverage = (float)seen / TRIES;
    return column;
}

static void
add_columns(const DashPast *past, DashDraft *draft, const DashPageId *id, int64_t now_us)
{
    const Kind *kind = kind_of(past, id->stream);
    for (int64_t t_us = id->from_us; t_us < id->to_us; t_us += id->column_us) {
        Vicu__Column column = column_at(kind, id, t_us, now_us);
        Vicu__Column *one = &column;
        Vicu__QueryRows rows = VICU__QUERY_ROWS__INIT;
        rows.n_column = 1;
        rows.column = &one;
        dash_draft_add(draft, &rows);
    }
}

/* A run of what was observed from @from_us on; where it ends. */
static int64_t
add_run(
    const DashPast *past, DashDraft *draft, const DashPageId *id, int64_t from_us, int64_t now_us)
{
    const Kind *kind = kind_of(past, id->stream);
    g_autoptr(GArray) samples = g_array_new(FALSE, FALSE, sizeof(int16_t));
    Vicu__Segment segment = VICU__SEGMENT__INIT;
    Vicu__SampleRun run = VICU__SAMPLE_RUN__INIT;
    Vicu__SampleRun *runs = &run;
    Vicu__QueryRows rows = VICU__QUERY_ROWS__INIT;
    int64_t t_us = from_us;
    for (; t_us < id->to_us && observed(t_us, now_us); t_us += S / HZ) {
        int16_t sample = (int16_t)lround(wave_at(kind->code, t_us, now_us) * kind->gain);
        g_array_append_val(samples, sample);
    }
    segment.t0_us = id->from_us;
    segment.period_num = 1;
    segment.period_den = HZ;
    segment.gain = kind->gain;
    segment.origin = VICU__ORIGIN__ORIGIN_SIMULATED;
    run.segment = &segment;
    run.first = (uint64_t)((from_us - id->from_us) / (S / HZ));
    run.samples.data = (uint8_t *)samples->data;
    run.samples.len = 2 * (size_t)samples->len;
    rows.n_run = 1;
    rows.run = &runs;
    dash_draft_add(draft, &rows);
    return t_us;
}

static void
add_samples(const DashPast *past, DashDraft *draft, const DashPageId *id, int64_t now_us)
{
    for (int64_t t_us = id->from_us; t_us < id->to_us; t_us += S / HZ)
        if (observed(t_us, now_us))
            t_us = add_run(past, draft, id, t_us, now_us);
}

static void
add_event(const DashPast *past,
          DashDraft *draft,
          int64_t t_us,
          const char *kind,
          const char *key,
          Vicu__Priority priority,
          Vicu__AlarmState state)
{
    Vicu__Alarm alarm = VICU__ALARM__INIT;
    Vicu__Event event = VICU__EVENT__INIT;
    Vicu__Event *one = &event;
    Vicu__QueryRows rows = VICU__QUERY_ROWS__INIT;
    alarm.id = (char *)key;
    alarm.bed = (char *)dash_past_bed(past);
    alarm.rule = alarm.title = (char *)"Ventricular tachycardia";
    alarm.text = (char *)"VT 190 /min for 30 s";
    alarm.state = state;
    alarm.priority = priority;
    alarm.t_condition_us = alarm.t_raised_us = t_us;
    alarm.origin = VICU__ORIGIN__ORIGIN_SIMULATED;
    g_autoptr(GBytes) packed = vicu_wire_pack(&alarm.base);
    event.t_us = t_us;
    event.kind = (char *)kind;
    event.key = (char *)key;
    event.text = (char *)"";
    if (state) {
        event.detail.data = (uint8_t *)g_bytes_get_data(packed, NULL);
        event.detail.len = g_bytes_get_size(packed);
    }
    rows.n_event = 1;
    rows.event = &one;
    dash_draft_add(draft, &rows);
}

static void
add_events(const DashPast *past, DashDraft *draft, int64_t now_us)
{
    int64_t vt_us = now_us - PAST_WORLD_VT_US;
    add_event(past, draft, now_us - 40 * HOUR, "alarm", "low", VICU__PRIORITY__PRIORITY_LOW,
              VICU__ALARM_STATE__ALARM_ACTIVE);
    add_event(past, draft, now_us - 39 * HOUR, "alarm", "low", VICU__PRIORITY__PRIORITY_LOW,
              VICU__ALARM_STATE__ALARM_ENDED);
    add_event(past, draft, now_us - 30 * HOUR, "alarm", "map", VICU__PRIORITY__PRIORITY_MEDIUM,
              VICU__ALARM_STATE__ALARM_ACTIVE);
    add_event(past, draft, now_us - 29 * HOUR, "alarm", "map", VICU__PRIORITY__PRIORITY_MEDIUM,
              VICU__ALARM_STATE__ALARM_ENDED);
    add_event(past, draft, now_us - 12 * HOUR, "note", "n", VICU__PRIORITY__PRIORITY_NONE,
              VICU__ALARM_STATE__ALARM_NONE);
    add_event(past, draft, vt_us + 4 * S, "alarm", "vt", VICU__PRIORITY__PRIORITY_HIGH,
              VICU__ALARM_STATE__ALARM_ACTIVE);
    add_event(past, draft, vt_us + 60 * S, "alarm", "vt", VICU__PRIORITY__PRIORITY_HIGH,
              VICU__ALARM_STATE__ALARM_ENDED);
    add_event(past, draft, now_us - 2 * HOUR, "recording-restarts", "r",
              VICU__PRIORITY__PRIORITY_NONE, VICU__ALARM_STATE__ALARM_NONE);
}

static void
add_numerics(const DashPast *past, DashDraft *draft, const DashPageId *id, int64_t now_us)
{
    for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
        int64_t step_us = id->kind == DASH_PAGE_SLOW ? 60 * S : S;
        bool wanted = id->kind == DASH_PAGE_VALUES
                      || dash_past_stream(past, id->stream)->code == kinds[k].code;
        for (int64_t t_us = id->from_us; !kinds[k].wave && wanted && t_us < id->to_us;
             t_us += step_us) {
            Vicu__Numerics set = VICU__NUMERICS__INIT;
            Vicu__Numerics *one = &set;
            Vicu__QueryRows rows = VICU__QUERY_ROWS__INIT;
            double value = numeric_at(kinds[k].code, t_us, now_us);
            uint32_t code = kinds[k].code;
            if (!observed(t_us, now_us))
                continue;
            set.bed = (char *)dash_past_bed(past);
            set.origin = VICU__ORIGIN__ORIGIN_SIMULATED;
            set.n_code = set.n_t_us = set.n_value = 1;
            set.code = &code;
            set.t_us = &t_us;
            set.value = &value;
            rows.n_numerics = 1;
            rows.numerics = &one;
            dash_draft_add(draft, &rows);
        }
    }
}

static void
answer(DashPast *past, const DashPageId *id, int64_t now_us)
{
    DashDraft *draft = dash_draft_new(past, id);
    if (id->kind == DASH_PAGE_COLUMNS)
        add_columns(past, draft, id, now_us);
    else if (id->kind == DASH_PAGE_SAMPLES)
        add_samples(past, draft, id, now_us);
    else if (id->kind == DASH_PAGE_EVENTS)
        add_events(past, draft, now_us);
    else if (id->kind == DASH_PAGE_VALUES || id->kind == DASH_PAGE_SLOW)
        add_numerics(past, draft, id, now_us);
    dash_past_keep(past, draft, now_us);
}

size_t
past_world_feed(DashPast *past, int64_t now_us)
{
    DashPageId wanted[512];
    size_t all = 0;
    size_t n = 0;
    while ((n = dash_past_wanted(past, now_us, wanted, G_N_ELEMENTS(wanted))) > 0) {
        for (size_t i = 0; i < n; i++)
            answer(past, &wanted[i], now_us);
        all += n;
    }
    return all;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/dashboard/review-world.h"

#include <string.h>

#include "common/wire.h"

#define S_US    ((int64_t)G_USEC_PER_SEC)
#define HOUR_US (3600 * S_US)
#define HOURS   72

typedef struct {
    const char *rule, *title;
    Vicu__Priority priority;
    bool technical;
    const char *inputs[4];
    const char *limit;
    unsigned weight;
    double on_s, off_s;
} Kind;

static const Kind kinds[] = {
    {"desaturation",
     "Oxygen saturation low",
     VICU__PRIORITY__PRIORITY_MEDIUM,
     false,
     {"SpO2"},
     "SpO2_low",
     46,
     15,
     10},
    {"hr-high",
     "Heart rate high",
     VICU__PRIORITY__PRIORITY_MEDIUM,
     false,
     {"HR"},
     "HR_high",
     14,
     10,
     15},
    {"rhythm-vt",
     "Ventricular tachycardia",
     VICU__PRIORITY__PRIORITY_HIGH,
     false,
     {"RHY_VT"},
     "",
     9,
     0,
     10},
    {"rhythm-vt-vetoed",
     "Ventricular tachycardia, not confirmed",
     VICU__PRIORITY__PRIORITY_ADVISORY,
     false,
     {"RHY_VT"},
     "",
     10,
     0,
     10},
    {"map-low-5min",
     "Mean arterial pressure low for 5 min",
     VICU__PRIORITY__PRIORITY_HIGH,
     false,
     {"MAP"},
     "MAP_low",
     7,
     300,
     120},
    {"rr-high",
     "Respiratory rate high",
     VICU__PRIORITY__PRIORITY_MEDIUM,
     false,
     {"RR"},
     "RR_high",
     7,
     60,
     30},
    {"news2-urgent",
     "NEWS2 5 or 6",
     VICU__PRIORITY__PRIORITY_MEDIUM,
     false,
     {"RR", "SpO2", "SBP", "HR"},
     "",
     3,
     300,
     600},
    {"desaturation",
     "Oxygen saturation low",
     VICU__PRIORITY__PRIORITY_LOW,
     true,
     {"SpO2"},
     "",
     9,
     0,
     0},
};

static unsigned
draw(unsigned *state, unsigned below)
{
    *state = *state * 1103515245u + 12345u;
    return (*state >> 12) % below;
}

static const Kind *
draw_kind(unsigned *state)
{
    unsigned sum = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        sum += kinds[i].weight;
    unsigned at = draw(state, sum);
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (at < kinds[i].weight)
            return &kinds[i];
        at -= kinds[i].weight;
    }
    return &kinds[0];
}

static GBytes *
explain(const Kind *kind)
{
    Vicu__Explanation because = VICU__EXPLANATION__INIT;
    Vicu__ExplainLimit limit = VICU__EXPLAIN_LIMIT__INIT, *limits[1] = {&limit};
    because.on_delay_us = (int64_t)(kind->on_s * 1e6);
    because.off_delay_us = (int64_t)(kind->off_s * 1e6);
    limit.name = (char *)kind->limit;
    because.limit = limits;
    because.n_limit = *kind->limit != '\0';
    return vicu_wire_pack(&because.base);
}

static void
answer(Vicu__Alarm *alarm, Vicu__Acknowledgement *ack, unsigned *state)
{
    static const Vicu__Answer answers[] = {
        VICU__ANSWER__ANSWER_NOT_ACTIONABLE, VICU__ANSWER__ANSWER_NOT_ACTIONABLE,
        VICU__ANSWER__ANSWER_NOT_ACTIONABLE, VICU__ANSWER__ANSWER_NOT_ACTIONABLE,
        VICU__ANSWER__ANSWER_NOT_ACTIONABLE, VICU__ANSWER__ANSWER_WATCH,
        VICU__ANSWER__ANSWER_WATCH,          VICU__ANSWER__ANSWER_ACT,
        VICU__ANSWER__ANSWER_SEEN,           VICU__ANSWER__ANSWER_SEEN};
    vicu__acknowledgement__init(ack);
    ack->who = (char *)"station-1";
    ack->reason = (char *)"";
    ack->answer = answers[draw(state, G_N_ELEMENTS(answers))];
    if (ack->answer == VICU__ANSWER__ANSWER_NOT_ACTIONABLE)
        ack->because = (Vicu__NotActionable)(1 + draw(state, 6));
    ack->t_us = alarm->t_raised_us + (3 + draw(state, 240)) * S_US;
    alarm->acknowledged = ack;
}

static void
put_alarm(DashModel *model, const char *bed, int64_t raised_us, int64_t now_us, unsigned *state)
{
    static unsigned count;
    const Kind *kind = draw_kind(state);
    Vicu__Alarm alarm = VICU__ALARM__INIT;
    Vicu__Acknowledgement ack;
    Vicu__AlarmInput input[4], *inputs[4];
    g_autofree char *id = g_strdup_printf("%016x", ++count);
    g_autoptr(GBytes) because = explain(kind);
    gsize size = 0;
    alarm.id = id;
    alarm.bed = (char *)bed;
    alarm.rule = (char *)kind->rule;
    alarm.title = (char *)kind->title;
    alarm.priority = kind->priority;
    alarm.technical = kind->technical;
    alarm.t_raised_us = raised_us;
    alarm.state = VICU__ALARM_STATE__ALARM_ENDED;
    alarm.t_ended_us = raised_us + (8 + draw(state, draw(state, 4) == 0 ? 900 : 60)) * S_US;
    alarm.count = draw(state, 30) == 0 ? 2 : 1;
    alarm.because.data = (uint8_t *)g_bytes_get_data(because, &size);
    alarm.because.len = size;
    alarm.merged_into = (char *)(kind->technical && draw(state, 3) == 0 ? "0" : "");
    for (size_t i = 0; i < 4 && kind->inputs[i]; i++) {
        vicu__alarm_input__init(&input[i]);
        input[i].name = (char *)kind->inputs[i];
        inputs[i] = &input[i];
        alarm.n_input = i + 1;
    }
    alarm.input = inputs;
    if (draw(state, 10) < 6)
        answer(&alarm, &ack, state);
    if (alarm.t_ended_us > now_us) {
        alarm.state = VICU__ALARM_STATE__ALARM_ACTIVE;
        alarm.t_ended_us = 0;
    }
    dash_burden_take(dash_model_burden(model), &alarm);
}

/* A range for what the ward's own state leaves out. */
static void
put_limit(DashModel *model,
          const char *bed,
          const char *name,
          double value,
          double min,
          double max,
          const char *unit,
          int64_t now_us)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__Limit limit = VICU__LIMIT__INIT;
    g_autofree char *key = g_strdup_printf("%s/%s", bed, name);
    limit.bed = (char *)bed;
    limit.name = (char *)name;
    limit.unit = (char *)unit;
    limit.value = limit.standard = value;
    limit.min = min;
    limit.max = max;
    item.subject = VICU__SUBJECT__SUBJECT_LIMIT;
    item.key = key;
    item.body_case = VICU__STATE_ITEM__BODY_LIMIT;
    item.limit = &limit;
    dash_model_take_state(model, &item, now_us);
}

/* Busy beds are the third and the ninth, and each tenth; nights are quieter. */
static unsigned
of_hour(size_t bed, int64_t hour, unsigned *state)
{
    bool busy = bed % 10 == 2 || bed == 8;
    unsigned most = busy ? 7 : bed % 3 == 0 ? 2 : 1;
    unsigned n = draw(state, most + 1);
    return hour % 24 < 6 && n > 0 && draw(state, 2) == 0 ? n - 1 : n;
}

void
review_world_fill(DashModel *model, int64_t now_us)
{
    unsigned state = 20260115;
    size_t n = dash_model_n_beds(model);
    for (size_t b = 0; b < n; b++) {
        const char *bed = dash_model_bed(model, b)->id;
        put_limit(model, bed, "SpO2_low", 90, 80, 95, "%", now_us);
        put_limit(model, bed, "HR_high", 140, 100, 180, "/min", now_us);
        put_limit(model, bed, "MAP_low", 65, 55, 75, "mm[Hg]", now_us);
        put_limit(model, bed, "RR_high", 30, 20, 40, "/min", now_us);
        for (int64_t h = 0; h < HOURS - 1; h++)
            for (unsigned i = of_hour(b, h, &state); i > 0; i--)
                put_alarm(model, bed, now_us - (HOURS - h) * HOUR_US + draw(&state, 3600) * S_US,
                          now_us, &state);
        for (unsigned i = 0; i < (b % 10 == 2 ? 26u : b == 8 ? 14u : 1u); i++) {
            unsigned late = MAX(draw(&state, 3600), draw(&state, 3600));
            put_alarm(model, bed, now_us - HOUR_US + late * S_US, now_us, &state);
        }
    }
    dash_burden_cover(dash_model_burden(model), now_us - HOURS * HOUR_US);
}

#define GONE(bed, time)                                                                            \
    "{\"bed\":\"" bed "\",\"rule\":\"desaturation\",\"technical\":false,\"t_raised\":\"" time      \
    "\",\"t_ended\":null,\"look\":\"\"}"

const char review_world_replay[] =
    "{\"change\":[\"SpO2_low=87\"],\"changed_rules\":[\"desaturation\"],"
    "\"set\":{\"name\":\"adult-icu\",\"hash\":\"77\",\"beds\":1,\"bed_days\":3.0,\"told\":{"
    "\"high\":31,"
    "\"medium\":84,\"low\":2,\"advisory\":40,\"technical\":12,\"merged\":3},\"rules\":[{"
    "\"rule\":"
    "\"desaturation\",\"technical\":false,\"alarms\":38},{\"rule\":\"desaturation\","
    "\"technical\":true,"
    "\"alarms\":12}]},"
    "\"against\":{\"name\":\"adult-icu\",\"hash\":\"77\",\"beds\":1,\"bed_days\":3.0,\"told\":"
    "{\"high\":31,"
    "\"medium\":150,\"low\":2,\"advisory\":40,\"technical\":12,\"merged\":3},\"rules\":[{"
    "\"rule\":"
    "\"desaturation\",\"technical\":false,\"alarms\":104}]},"
    "\"vanish\":[" GONE("demo/icu/3", "2026-01-12T10:02:11Z") "," GONE("demo/icu/3", "2026-01-12T10:40:03Z") "," GONE("demo/icu/3", "2026-01-12T13:20:45Z") "," GONE(
        "demo/icu/3",
        "2026-01-12T17:01:00Z") "," GONE("demo/icu/3",
                                         "2026-01-12T19:44:10Z") "," GONE("demo/icu/3",
                                                                          "2026-01-13T02:15:"
                                                                          "30Z") "," GONE("dem"
                                                                                          "o/"
                                                                                          "icu"
                                                                                          "/3",
                                                                                          "202"
                                                                                          "6-"
                                                                                          "01-"
                                                                                          "13T"
                                                                                          "08:"
                                                                                          "00:"
                                                                                          "12"
                                                                                          "Z") "," GONE("demo/icu/3",
                                                                                                        "2026-01-14T11:11:11Z") "],\"appear\":[" GONE("demo/icu/3",
                                                                                                                                                      "2026-01-13T12:34:56Z") "],\"later\":{\"alarms\":9,\"longest_s\":11.5,\"bed\":\"demo/icu/3\",\"rule\":\"desaturation\","
                                                                                                                                                                              "\"t_before\":\"2026-01-13T04:00:00Z\",\"t_raised\":\"2026-01-13T04:00:11.5Z\"}}";

DashSimulated *
review_world_simulated(void)
{
    g_autoptr(GError) error = NULL;
    DashSimulated *found =
        dash_simulated_read(review_world_replay, strlen(review_world_replay), &error);
    g_assert_no_error(error);
    return found;
}

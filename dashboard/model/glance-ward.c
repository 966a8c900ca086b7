/* Glance ward. See glance-ward.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/model/glance-ward.h"

#include <math.h>
#include <stdlib.h>

#include "common/wire.h"

#define STANDS_US    (600 * (int64_t)G_USEC_PER_SEC) /* alarms: older than each rule's delay */
#define DIASTOLIC(s) (0.6 * (s))
#define MEAN(s)      (DIASTOLIC(s) + ((s)-DIASTOLIC(s)) / 3) /* without a line's own mean */
#define EMERGENCY    7 /* NEWS2, Royal College of Physicians 2017, chart 4 */
#define URGENT       5
#define RED          3

enum { N_NUMBERS = 7, N_WORDS = 3 };

static const uint8_t sender[VICU_FINGERPRINT_SIZE] = "glance study";

static const char *const number_names[N_NUMBERS] = {"RR",    "HR",    "SpO2", "ART_S",
                                                    "ART_D", "ART_M", "Temp"};
static const char *const word_names[N_WORDS] = {"ACVPU", "O2", "VENT"};
static const char *const word_values[N_WORDS] = {"A", "AIR", "NONE"};

const char *
dash_glance_ward_bed(unsigned i)
{
    static const char *const ids[DASH_GLANCE_BEDS] = {"study/synthetic/1", "study/synthetic/2",
                                                      "study/synthetic/3", "study/synthetic/4",
                                                      "study/synthetic/5", "study/synthetic/6"};
    g_return_val_if_fail(i < DASH_GLANCE_BEDS, "");
    return ids[i];
}

/* ---- what a monitor sends ---- */

/* Of one bed, in the order of number_names. */
static void
fill_numbers(const DashGlanceBed *bed, double out[N_NUMBERS])
{
    double systolic = bed->sign[DASH_GLANCE_PRESSURE].value;

    out[0] = bed->sign[DASH_GLANCE_BREATHING].value;
    out[1] = bed->sign[DASH_GLANCE_PULSE].value;
    out[2] = bed->sign[DASH_GLANCE_OXYGEN].value;
    out[3] = systolic;
    out[4] = round(DIASTOLIC(systolic));
    out[5] = round(MEAN(systolic));
    out[6] = bed->sign[DASH_GLANCE_TEMPERATURE].value;
}

typedef struct {
    Vicu__Numerics numerics;
    uint32_t code[N_NUMBERS];
    int64_t t_us[N_NUMBERS];
    double value[N_NUMBERS];
} Numbers;

static void
fill_bed(Numbers *numbers, const DashGlanceTrial *trial, unsigned i, int64_t now_us)
{
    vicu__numerics__init(&numbers->numerics);
    numbers->numerics.bed = (char *)dash_glance_ward_bed(i);
    numbers->numerics.origin = VICU__ORIGIN__ORIGIN_SIMULATED;
    numbers->numerics.source = VICU__SOURCE__SOURCE_DEVICE;
    numbers->numerics.n_code = numbers->numerics.n_t_us = numbers->numerics.n_value = N_NUMBERS;
    numbers->numerics.code = numbers->code;
    numbers->numerics.t_us = numbers->t_us;
    numbers->numerics.value = numbers->value;
    fill_numbers(&trial->bed[i], numbers->value);
    for (unsigned n = 0; n < N_NUMBERS; n++) {
        numbers->code[n] = vicu_signal_code(vicu_signal_by_name(number_names[n]));
        numbers->t_us[n] = now_us;
    }
}

static void
fill_word(Vicu__Symbol *symbol, unsigned bed, unsigned word, int64_t now_us)
{
    vicu__symbol__init(symbol);
    symbol->bed = (char *)dash_glance_ward_bed(bed);
    symbol->code = vicu_signal_code(vicu_signal_by_name(word_names[word]));
    symbol->t_us = now_us;
    symbol->value = (char *)word_values[word];
    symbol->origin = VICU__ORIGIN__ORIGIN_SIMULATED;
    symbol->source = VICU__SOURCE__SOURCE_MANUAL;
}

void
dash_glance_ward_tick(DashModel *model, const DashGlanceTrial *trial, int64_t now_us)
{
    Numbers numbers[DASH_GLANCE_BEDS];
    Vicu__Numerics *sets[DASH_GLANCE_BEDS];
    Vicu__Symbol words[DASH_GLANCE_BEDS * N_WORDS], *symbols[DASH_GLANCE_BEDS * N_WORDS];
    Vicu__Batch batch = VICU__BATCH__INIT;

    for (unsigned b = 0; b < DASH_GLANCE_BEDS; b++) {
        fill_bed(&numbers[b], trial, b, now_us);
        sets[b] = &numbers[b].numerics;
        for (unsigned w = 0; w < N_WORDS; w++) {
            fill_word(&words[b * N_WORDS + w], b, w, now_us);
            symbols[b * N_WORDS + w] = &words[b * N_WORDS + w];
        }
    }
    batch.t_us = now_us;
    batch.n_numerics = DASH_GLANCE_BEDS;
    batch.numerics = sets;
    batch.n_symbol = G_N_ELEMENTS(symbols);
    batch.symbol = symbols;
    dash_model_take_batch(model, &batch, sender, 1, now_us);
}

/* ---- what the rules say ---- */

static void
take_bed(DashModel *model, unsigned i, int64_t now_us)
{
    Vicu__Bed bed = VICU__BED__INIT;
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;

    bed.bed = item.key = (char *)dash_glance_ward_bed(i);
    bed.presence = VICU__PRESENCE__PRESENCE_PRESENT;
    bed.patient = bed.device = (char *)"synthetic";
    bed.since_us = now_us - STANDS_US;
    bed.last_sample_us = now_us;
    bed.origin = VICU__ORIGIN__ORIGIN_SIMULATED;
    item.subject = VICU__SUBJECT__SUBJECT_BED;
    item.body_case = VICU__STATE_ITEM__BODY_BED;
    item.bed = &bed;
    dash_model_take_state(model, &item, now_us);
}

typedef struct {
    const char *rule;
    const char *title;
    Vicu__Priority priority;
} Story;

/* NULL: it asks for none. */
static const Story *
story_of(const DashGlanceBed *bed)
{
    static const Story emergency = {"news2-emergency", "NEWS2 7 or more",
                                    VICU__PRIORITY__PRIORITY_HIGH};
    static const Story urgent = {"news2-urgent", "NEWS2 5 or 6", VICU__PRIORITY__PRIORITY_MEDIUM};
    static const Story red = {"news2-red", "NEWS2: 3 in one parameter",
                              VICU__PRIORITY__PRIORITY_LOW};
    int highest = 0;

    for (unsigned s = 0; s < DASH_GLANCE_SIGNS; s++)
        highest = MAX(highest, abs(bed->sign[s].band));
    return bed->news2 >= EMERGENCY ? &emergency
           : bed->news2 >= URGENT  ? &urgent
           : highest >= RED        ? &red
                                   : NULL;
}

static void
take_alarm(DashModel *model, const DashGlanceBed *bed, unsigned i, int64_t now_us)
{
    const Story *story = story_of(bed);
    Vicu__Alarm alarm = VICU__ALARM__INIT;
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;

    if (story == NULL)
        return;
    g_autofree char *id = g_strdup_printf("%s-%u", story->rule, i + 1);
    alarm.id = item.key = id;
    alarm.bed = (char *)dash_glance_ward_bed(i);
    alarm.rule = (char *)story->rule;
    alarm.title = alarm.text = (char *)story->title;
    alarm.priority = story->priority;
    alarm.state = VICU__ALARM_STATE__ALARM_ACTIVE;
    alarm.t_condition_us = alarm.t_raised_us = now_us - STANDS_US;
    alarm.origin = VICU__ORIGIN__ORIGIN_SIMULATED;
    item.subject = VICU__SUBJECT__SUBJECT_ALARM;
    item.body_case = VICU__STATE_ITEM__BODY_ALARM;
    item.alarm = &alarm;
    dash_model_take_state(model, &item, now_us);
}

static void
take_score(DashModel *model, const DashGlanceBed *bed, unsigned i, int64_t now_us)
{
    Vicu__Score score = VICU__SCORE__INIT;
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    g_autofree char *key = g_strconcat(dash_glance_ward_bed(i), "/NEWS2", NULL);

    score.bed = (char *)dash_glance_ward_bed(i);
    score.name = (char *)"NEWS2";
    score.known = true;
    score.value = score.min = score.max = bed->news2;
    score.t_us = now_us;
    item.key = key;
    item.subject = VICU__SUBJECT__SUBJECT_SCORE;
    item.body_case = VICU__STATE_ITEM__BODY_SCORE;
    item.score = &score;
    dash_model_take_state(model, &item, now_us);
}

static void
take_engine(DashModel *model, int64_t now_us)
{
    Vicu__Engine engine = VICU__ENGINE__INIT;
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;

    engine.pack = (char *)"study";
    engine.pack_version = 1;
    engine.beds = DASH_GLANCE_BEDS;
    item.key = (char *)"engine";
    item.subject = VICU__SUBJECT__SUBJECT_ENGINE;
    item.body_case = VICU__STATE_ITEM__BODY_ENGINE;
    item.engine = &engine;
    dash_model_take_state(model, &item, now_us);
}

DashModel *
dash_glance_ward_new(const DashGlanceTrial *trial, int64_t now_us)
{
    DashModel *model = dash_model_new();

    dash_model_begin_snapshot(model);
    take_engine(model, now_us);
    for (unsigned i = 0; i < DASH_GLANCE_BEDS; i++)
        take_bed(model, i, now_us);
    for (unsigned i = 0; i < DASH_GLANCE_BEDS; i++)
        take_alarm(model, &trial->bed[i], i, now_us);
    for (unsigned i = 0; i < DASH_GLANCE_BEDS; i++)
        take_score(model, &trial->bed[i], i, now_us);
    dash_glance_ward_tick(model, trial, now_us);
    return model;
}

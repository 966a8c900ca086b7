/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/replay/player.h"

#include <string.h>

#include "proto/signals.h"
#include "rules/engine/adopt.h"
#include "rules/engine/alarm.h"

#define S_US ((int64_t)G_USEC_PER_SEC)
#define LINGER_US                                                                                  \
    (30 * S_US) /* the detectors have said all there is so long after the last sample */
#define DEVICE_US (10 * S_US) /* as in the ward: how long a device's symbol goes before ours */

typedef struct {
    RulesPlayer *player;
    RulesEngine *engine;
    RulesBed *bed;
    RulesAlarms *alarms; /* technical ones, for what merges */
    GString *log;
    const char *limit; /* that is fixed here; NULL: none */
    bool uses_events;
} Lane;

struct RulesPlayer {
    char *bed;
    Lane *lanes;
    size_t n_lanes;
    RulesRhythm *rhythm; /* NULL: no wave yet */
    RulesOrigin wave_origin;
    GHashTable *device; /* code -> time of the newest symbol that is not ours */
    int64_t from_us, to_us;
    int64_t reached_us; /* INT64_MIN: nothing yet */
    int64_t last_wave_us;
    int64_t first_us, last_us; /* of the data */
    RulesPlayerFigures figures;
};

static void
set_lane(Lane *lane, RulesSet *set, const char *bed)
{
    static const char *const events[] = {"QRS", "ABP_BEAT", "PLETH_BEAT"};
    lane->engine = rules_engine_new(set);
    lane->bed = rules_engine_bed(lane->engine, bed);
    lane->uses_events = false;
    for (size_t k = 0; k < G_N_ELEMENTS(events); k++)
        lane->uses_events |=
            rules_set_uses_code(set, vicu_signal_code(vicu_signal_by_name(events[k])));
}

RulesPlayer *
rules_player_new(RulesSet *const *sets, size_t n, const char *bed, int64_t from_us, int64_t to_us)
{
    RulesPlayer *self = g_new0(RulesPlayer, 1);
    self->bed = g_strdup(bed);
    self->lanes = g_new0(Lane, n);
    self->n_lanes = n;
    self->device = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
    self->from_us = from_us;
    self->to_us = to_us;
    self->reached_us = self->last_wave_us = self->last_us = INT64_MIN;
    self->first_us = INT64_MAX;
    for (size_t i = 0; i < n; i++) {
        Lane *lane = &self->lanes[i];
        lane->player = self;
        lane->log = g_string_new(NULL);
        lane->alarms = rules_alarms_new();
        set_lane(lane, sets[i], bed);
    }
    return self;
}

void
rules_player_free(RulesPlayer *self)
{
    if (!self)
        return;
    for (size_t i = 0; i < self->n_lanes; i++) {
        rules_engine_free(self->lanes[i].engine);
        rules_alarms_free(self->lanes[i].alarms);
        g_string_free(self->lanes[i].log, TRUE);
    }
    rules_rhythm_free(self->rhythm);
    g_hash_table_unref(self->device);
    g_free(self->lanes);
    g_free(self->bed);
    g_free(self);
}

bool
rules_player_fix_limit(RulesPlayer *self, size_t lane, const char *name, double value)
{
    g_return_val_if_fail(lane < self->n_lanes, false);
    self->lanes[lane].limit = name;
    return rules_engine_limit(self->lanes[lane].bed, name, value, 1);
}

/* --- out --- */

/* The book of alarms says which of them are one; nobody answers in it. */
static bool
is_merged(Lane *lane, const RulesTransition *t)
{
    char id[17];
    if (t->kind != RULES_TECHNICAL && t->kind != RULES_TECHNICAL_CLEAR && t->kind != RULES_RESET)
        return false;
    rules_alarms_apply(lane->alarms, t, t->t_us, "");
    rules_alarms_forget(lane->alarms, t->t_us, NULL, NULL);
    if (t->kind != RULES_TECHNICAL)
        return false;
    rules_alarm_id(id, t->bed, t->rule_name, true, t->t0_us);
    const RulesAlarm *alarm = rules_alarms_find(lane->alarms, id);
    return alarm && *alarm->merged_into != '\0';
}

static void
on_transition(const RulesTransition *t, void *user)
{
    Lane *lane = user;
    RulesLogLine line;
    bool merged = is_merged(lane, t);
    if (t->t_us < lane->player->from_us || t->t_us >= lane->player->to_us
        || !rules_log_from(t, &line))
        return;
    rules_log_write(lane->log, &line);
    line.kind = RULES_LOG_MERGED;
    line.text = "";
    if (merged)
        rules_log_write(lane->log, &line);
}

/* --- in --- */

static void
count(RulesPlayer *self, RulesFate fate)
{
    self->figures.late += fate == RULES_INPUT_LATE;
    self->figures.refused += fate == RULES_INPUT_REFUSED || fate == RULES_INPUT_FULL;
}

static void
give(RulesPlayer *self, const RulesInput *input)
{
    RulesSample sample = {
        .code = input->code,
        .t_us = input->t_us,
        .value = input->value,
        .quality = input->quality,
        .source = input->source,
        .origin = input->origin,
        .period_ms = input->period_ms,
    };
    for (size_t i = 0; i < self->n_lanes; i++) {
        RulesBed *bed = self->lanes[i].bed;
        if (input->kind == RULES_ENTRY_SAMPLE)
            count(self, rules_engine_sample(bed, &sample));
        else if (input->kind == RULES_ENTRY_SYMBOL)
            count(self, rules_engine_symbol(bed, &sample, input->text));
        else if (input->kind == RULES_ENTRY_EVENT)
            count(self, rules_engine_event(bed, &sample));
        else if (input->kind == RULES_ENTRY_OBSERVED)
            count(self,
                  rules_engine_carrier(bed, input->code, input->t_us, input->to_us, input->flag));
        else if (input->kind == RULES_ENTRY_LIMIT && self->lanes[i].limit
                 && strcmp(self->lanes[i].limit, input->text) == 0)
            continue;
        else if (input->kind == RULES_ENTRY_LIMIT)
            self->figures.refused +=
                !rules_engine_limit(bed, input->text, input->value, input->t_us);
        else if (input->kind == RULES_ENTRY_RESET)
            rules_engine_reset_bed(bed, input->t_us, input->text, input->flag);
    }
}

static void
take_wave(RulesPlayer *self, const RulesInput *input)
{
    if (!self->rhythm)
        self->rhythm = rules_rhythm_new();
    self->wave_origin = input->origin;
    self->last_wave_us = MAX(self->last_wave_us, input->t_us);
    self->first_us = MIN(self->first_us, rules_inputs_sample_us(input->stream, input->first));
    self->figures.waves += input->n;
    rules_rhythm_wave(self->rhythm, input->stream, input->first, input->samples, input->n);
}

static void
take_reset(RulesPlayer *self)
{
    if (self->rhythm)
        rules_rhythm_reset(self->rhythm);
    g_hash_table_remove_all(self->device);
}

void
rules_player_take(RulesPlayer *self, const RulesInput *input)
{
    self->figures.inputs++;
    switch (input->kind) {
    case RULES_ENTRY_WAVE:
        take_wave(self, input);
        break;
    case RULES_ENTRY_GAP:
        if (self->rhythm)
            rules_rhythm_gap(self->rhythm, input->code, input->channel, input->to_us);
        return;
    case RULES_ENTRY_RESET:
        take_reset(self);
        give(self, input);
        return;
    case RULES_ENTRY_LIMIT:
        give(self, input);
        return;
    case RULES_ENTRY_SYMBOL:
        if (input->source != RULES_SOURCE_DERIVED)
            g_hash_table_replace(self->device, GUINT_TO_POINTER(input->code),
                                 g_memdup2(&input->t_us, sizeof input->t_us));
        give(self, input);
        break;
    case RULES_ENTRY_OBSERVED:
    case RULES_ENTRY_SAMPLE:
    case RULES_ENTRY_EVENT:
        give(self, input);
        break;
    }
    self->first_us = MIN(self->first_us, input->t_us);
    self->last_us = MAX(self->last_us, MAX(input->t_us, input->to_us));
}

/* --- what the detectors say --- */

static bool
is_told_by_device(const RulesPlayer *self, uint32_t code, int64_t t_us)
{
    const int64_t *t = g_hash_table_lookup(self->device, GUINT_TO_POINTER(code));
    return t && t_us - *t < DEVICE_US;
}

static void
on_rhythm(const RulesRhythmOut *out, gpointer user)
{
    RulesPlayer *self = user;
    RulesInput input = {
        .code = out->code,
        .t_us = out->t_us,
        .source = RULES_SOURCE_DERIVED,
        .origin = self->wave_origin,
        .period_ms = 1000,
    };
    switch (out->kind) {
    case RULES_RHYTHM_NUMERIC:
        input.kind = RULES_ENTRY_SAMPLE;
        input.value = out->value;
        input.quality = !out->known         ? RULES_QUALITY_INVALID
                        : out->questionable ? RULES_QUALITY_QUESTIONABLE
                                            : RULES_QUALITY_GOOD;
        break;
    case RULES_RHYTHM_BEAT:
        input.kind = RULES_ENTRY_EVENT;
        break;
    case RULES_RHYTHM_OBSERVED:
        input.kind = RULES_ENTRY_OBSERVED;
        input.t_us = out->from_us;
        input.to_us = out->t_us;
        input.flag = true;
        break;
    case RULES_RHYTHM_SYMBOL:
        if (is_told_by_device(self, out->code, out->t_us))
            return;
        input.kind = RULES_ENTRY_SYMBOL;
        input.text = out->symbol;
        break;
    case RULES_RHYTHM_ALARM: /* rules alarm by its symbol */
    default:
        return;
    }
    give(self, &input);
}

/* --- time --- */

static void
settle(RulesPlayer *self, int64_t t_us)
{
    for (size_t i = 0; i < self->n_lanes; i++) {
        Lane *lane = &self->lanes[i];
        int64_t behind_us = lane->uses_events ? RULES_RHYTHM_DELAY_US + 1 : 0;
        rules_engine_advance_bed(lane->bed, t_us - behind_us, on_transition, lane);
    }
}

void
rules_player_reach(RulesPlayer *self, int64_t t_us)
{
    if (t_us <= self->reached_us)
        return;
    if (self->rhythm)
        rules_rhythm_tick(self->rhythm, t_us, on_rhythm, self);
    settle(self, t_us);
    self->reached_us = t_us;
}

/* The next instant of the grid at or after @t_us. */
static int64_t
grid(int64_t t_us)
{
    return (t_us + RULES_PLAYER_TICK_US - 1) / RULES_PLAYER_TICK_US * RULES_PLAYER_TICK_US;
}

/* All instants of the grid before @t_us at which something can be found; where no wave is, the
 * last one is enough. */
static void
reach_before(RulesPlayer *self, int64_t t_us)
{
    int64_t last_us = grid(t_us) - RULES_PLAYER_TICK_US;
    if (self->rhythm && self->reached_us != INT64_MIN)
        for (int64_t at = self->reached_us + RULES_PLAYER_TICK_US;
             at < last_us && at < self->last_wave_us + LINGER_US; at += RULES_PLAYER_TICK_US)
            rules_player_reach(self, at);
    rules_player_reach(self, last_us);
}

void
rules_player_play(RulesPlayer *self, const RulesInputs *inputs)
{
    for (size_t i = 0; i < rules_inputs_length(inputs); i++) {
        const RulesInput *input = rules_inputs_get(inputs, i);
        reach_before(self, input->t_us);
        rules_player_take(self, input);
    }
}

void
rules_player_end(RulesPlayer *self, int64_t end_us)
{
    reach_before(self, end_us);
    if (self->rhythm)
        rules_rhythm_tick(self->rhythm, end_us + RULES_RHYTHM_DELAY_US, on_rhythm, self);
    for (size_t i = 0; i < self->n_lanes; i++) {
        Lane *lane = &self->lanes[i];
        rules_engine_advance_bed(lane->bed, end_us - 1, on_transition, lane);
        int64_t first_us = MAX(self->first_us, self->from_us);
        int64_t last_us = MIN(MAX(self->last_us, self->first_us), self->to_us);
        if (first_us < last_us)
            rules_log_write(lane->log, &(RulesLogLine){.bed = self->bed,
                                                       .rule = "-",
                                                       .kind = RULES_LOG_WATCHED,
                                                       .t0_us = first_us,
                                                       .t_us = last_us,
                                                       .signal = "",
                                                       .why = "",
                                                       .text = ""});
    }
    self->reached_us = INT64_MAX;
}

const GString *
rules_player_log(const RulesPlayer *self, size_t lane)
{
    g_return_val_if_fail(lane < self->n_lanes, NULL);
    return self->lanes[lane].log;
}

RulesPlayerFigures
rules_player_figures(const RulesPlayer *self)
{
    return self->figures;
}

void
rules_player_save(const RulesPlayer *self, size_t lane, GByteArray *out)
{
    g_return_if_fail(lane < self->n_lanes);
    rules_engine_save(self->lanes[lane].bed, out);
}

bool
rules_player_load(RulesPlayer *self, size_t lane, const uint8_t *bytes, size_t length)
{
    g_return_val_if_fail(lane < self->n_lanes, false);
    return rules_engine_load(self->lanes[lane].bed, bytes, length);
}

void
rules_player_adopt(RulesPlayer *self, size_t lane, RulesSet *set)
{
    g_return_if_fail(lane < self->n_lanes);
    Lane *l = &self->lanes[lane];
    RulesEngine *old = l->engine;
    RulesBed *before = l->bed;
    set_lane(l, set, self->bed);
    rules_engine_adopt(l->bed, before);
    rules_engine_free(old);
}

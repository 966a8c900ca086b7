/* Judge: see judge.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/model/judge.h"

#define PLAY_US     (250 * (int64_t)1000)
#define STALE_TIMES 3
#define SPANS_MAX   160
#define SLACK_US    ((int64_t)G_USEC_PER_SEC) /* of a sweep that may be on its way still */

int64_t
dash_judge_age_us(int64_t t_us, int64_t now_us)
{
    return MAX(now_us - t_us, 0);
}

DashFreshness
dash_judge_numeric(const DashNumeric *numeric, int64_t now_us)
{
    if (numeric->t_us == 0 || numeric->invalid_us > numeric->t_us)
        return DASH_GONE;
    int64_t age_us = dash_judge_age_us(numeric->t_us, now_us);
    int64_t validity_us = 0;
    if (numeric->signal)
        validity_us = vicu_signal_validity_us(numeric->signal, numeric->period_ms);
    int64_t stale_us = STALE_TIMES * numeric->period_ms * 1000;
    if (numeric->source == VICU__SOURCE__SOURCE_MANUAL || stale_us == 0)
        stale_us = validity_us; /* entered by hand: nobody announced a next one */
    if (validity_us > 0 && age_us >= validity_us)
        return DASH_GONE;
    return stale_us > 0 && age_us >= stale_us ? DASH_STALE : DASH_FRESH;
}

DashFreshness
dash_judge_symbol(const DashSymbol *symbol, int64_t now_us)
{
    if (symbol->t_us == 0 || symbol->quality == VICU__QUALITY__QUALITY_INVALID)
        return DASH_GONE;
    if (!symbol->signal || symbol->signal->validity_s == 0)
        return DASH_FRESH;
    int64_t age_us = dash_judge_age_us(symbol->t_us, now_us);
    return age_us >= symbol->signal->validity_s * (int64_t)G_USEC_PER_SEC ? DASH_GONE : DASH_FRESH;
}

/* How long silence is normal: a bed that only reports each minute is not lost
 * after ten seconds. */
static int64_t
patience_us(const DashBed *bed)
{
    int64_t shortest_ms = 0;
    if (bed->n_streams > 0)
        return 0;
    for (unsigned i = 0; i < bed->n_numerics; i++) {
        const DashNumeric *numeric = &bed->numeric[i];
        if (numeric->source == VICU__SOURCE__SOURCE_MANUAL || numeric->period_ms == 0)
            continue;
        shortest_ms = shortest_ms ? MIN(shortest_ms, numeric->period_ms) : numeric->period_ms;
    }
    return STALE_TIMES * shortest_ms * 1000;
}

DashAbsence
dash_judge_absence(const DashBed *bed, int64_t now_us)
{
    if (bed->presence == VICU__PRESENCE__PRESENCE_STANDBY)
        return DASH_STANDBY;
    if (bed->presence == VICU__PRESENCE__PRESENCE_TRANSPORT)
        return DASH_TRANSPORT;
    if (bed->presence == VICU__PRESENCE__PRESENCE_DISCHARGED)
        return DASH_DISCHARGED;
    if (bed->arrived_us == 0) {
        if (bed->last_sample_us == 0 && bed->presence_known
            && bed->presence == VICU__PRESENCE__PRESENCE_NEVER_SEEN)
            return DASH_NEVER_SEEN;
        if (bed->presence == VICU__PRESENCE__PRESENCE_LOST)
            return DASH_LOST;
        return now_us - bed->known_us < DASH_LOST_US ? DASH_WAITING : DASH_LOST;
    }
    int64_t silent_us = now_us - bed->arrived_us;
    int64_t patience = patience_us(bed);
    bool told = bed->presence == VICU__PRESENCE__PRESENCE_LOST && silent_us >= DASH_AGREED_US;
    if (told || silent_us >= MAX(DASH_LOST_US, patience))
        return DASH_LOST;
    return silent_us >= MAX(DASH_DELAYED_US, patience) ? DASH_DELAYED : DASH_PRESENT;
}

bool
dash_judge_shows_data(DashAbsence absence)
{
    return absence == DASH_PRESENT || absence == DASH_DELAYED;
}

/* How much of [from, to) the wave has. */
static int64_t
covered_us(const DashWave *wave, int64_t from_us, int64_t to_us)
{
    DashSpan spans[SPANS_MAX];
    size_t n = dash_wave_spans(wave, from_us, to_us, spans, SPANS_MAX);
    double us = 0;
    for (size_t i = 0; i < n; i++)
        us += (double)spans[i].n * spans[i].period_us;
    return (int64_t)us;
}

/* Of a store that is behind, or takes nothing, the last moments are none: between them
 * and what is heard lies a hole that only listening fills. */
static bool
is_swept(const DashWave *wave, int64_t sweep_us, int64_t listened_us, int64_t play_us)
{
    int64_t end_us = dash_wave_end_us(wave);
    if (end_us - dash_wave_start_us(wave) < sweep_us)
        return false;
    if (play_us - end_us >= DASH_DELAYED_US)
        return listened_us > DASH_DELAYED_US;
    return listened_us >= sweep_us
           || covered_us(wave, play_us - sweep_us, play_us) >= sweep_us - SLACK_US;
}

bool
dash_judge_is_full(const DashBed *bed, int64_t sweep_us, int64_t listened_us, int64_t now_us)
{
    DashAbsence absence = dash_judge_absence(bed, now_us);
    if (absence == DASH_WAITING)
        return false;
    if (absence == DASH_LOST || absence == DASH_DELAYED)
        return listened_us > DASH_DELAYED_US;
    if (!dash_judge_shows_data(absence))
        return true;
    int64_t play_us = dash_judge_play_us(bed, now_us);
    for (unsigned i = 0; i < bed->n_streams; i++)
        if (!is_swept(bed->stream[i].wave, sweep_us, listened_us, play_us))
            return false;
    return true;
}

int
dash_judge_behind_s(const DashBed *bed)
{
    int64_t extra_us = bed->delay_us - 2 * PLAY_US;
    return extra_us > 0 ? (int)(extra_us / (int64_t)G_USEC_PER_SEC) + 1 : 0;
}

int64_t
dash_judge_play_us(const DashBed *bed, int64_t now_us)
{
    return now_us - (bed->delay_us ? bed->delay_us : PLAY_US);
}

const DashNumeric *
dash_judge_find(const DashBed *bed, const char *name)
{
    const DashNumeric *found = NULL;
    for (unsigned i = 0; i < bed->n_numerics; i++) {
        const DashNumeric *numeric = &bed->numeric[i];
        if (numeric->signal && g_strcmp0(numeric->signal->name, name) == 0
            && (!found || numeric->t_us > found->t_us))
            found = numeric;
    }
    return found;
}

const DashStream *
dash_judge_find_wave(const DashBed *bed, const char *name)
{
    for (unsigned i = 0; i < bed->n_streams; i++)
        if (bed->stream[i].signal && g_strcmp0(bed->stream[i].signal->name, name) == 0)
            return &bed->stream[i];
    return NULL;
}

const DashSymbol *
dash_judge_find_symbol(const DashBed *bed, const char *name)
{
    for (unsigned i = 0; i < bed->n_symbols; i++)
        if (bed->symbol[i].signal && g_strcmp0(bed->symbol[i].signal->name, name) == 0)
            return &bed->symbol[i];
    return NULL;
}

const DashScore *
dash_judge_find_score(const DashBed *bed, const char *name)
{
    for (unsigned i = 0; i < bed->n_scores; i++)
        if (g_ascii_strcasecmp(bed->score[i].name, name) == 0)
            return &bed->score[i];
    return NULL;
}

const DashStream *
dash_judge_ecg(const DashBed *bed)
{
    static const char *const wanted[] = {"ECG_II", "ECG_V", "ECG_V5", "ECG_I"};
    for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
        const DashStream *stream = dash_judge_find_wave(bed, wanted[i]);
        if (stream)
            return stream;
    }
    for (unsigned i = 0; i < bed->n_streams; i++)
        if (bed->stream[i].signal && vicu_signal_is_ecg(bed->stream[i].signal))
            return &bed->stream[i];
    return NULL;
}

const DashStream *
dash_judge_pressure(const DashBed *bed)
{
    const DashStream *stream = dash_judge_find_wave(bed, "ABP");
    return stream ? stream : dash_judge_find_wave(bed, "ART");
}

bool
dash_judge_alarm_sounds(const DashAlarm *alarm)
{
    return alarm->state == VICU__ALARM_STATE__ALARM_ACTIVE
           || alarm->state == VICU__ALARM_STATE__ALARM_LATCHED;
}

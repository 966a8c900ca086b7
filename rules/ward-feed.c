/* Ward: what the feed brings, and how far each bed is judged.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/heartbeat.h"
#include "rules/items.h"
#include "rules/ward-inner.h"

#define RUN_MAX 4096 /* samples handed to the detectors at a time */

/* --- senders --- */

WardSender *
rules_ward_sender_new(const VicuSenderId *id, const char *name, int64_t mono_us)
{
    WardSender *self = g_new0(WardSender, 1);
    self->id = *id;
    self->name = g_strdup(name && *name ? name : "unknown sender");
    self->heard_us = mono_us;
    self->segments = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    self->beds = g_ptr_array_new();
    return self;
}

void
rules_ward_sender_free(gpointer data)
{
    WardSender *self = data;
    g_hash_table_unref(self->segments);
    g_ptr_array_unref(self->beds);
    g_free(self->name);
    g_free(self);
}

static WardSender *
hear_sender(
    RulesWard *self, const VicuSenderId *id, const char *name, int64_t t_us, int64_t mono_us)
{
    WardSender *sender = g_hash_table_lookup(self->senders, id);
    if (!sender) {
        sender = rules_ward_sender_new(id, name, mono_us);
        g_hash_table_insert(self->senders, &sender->id, sender);
    }
    sender->heard_us = mono_us;
    /* A clock that runs ahead must not carry the watermark away. */
    if (t_us > self->now_us + RULES_FUTURE_US)
        self->figures.future++;
    else
        sender->reached_us = MAX(sender->reached_us, t_us);
    return sender;
}

static void
feeds(WardSender *sender, WardBed *bed)
{
    if (g_ptr_array_find(sender->beds, bed, NULL) || sender->beds->len >= RULES_SENDER_BEDS_MAX)
        return;
    g_ptr_array_add(sender->beds, bed);
    g_ptr_array_add(bed->senders, sender);
}

static WardBed *
bed_of(RulesWard *self, WardSender *sender, const char *id, int64_t mono_us)
{
    WardBed *bed = rules_ward_make_bed(self, id, mono_us);
    if (bed)
        feeds(sender, bed);
    return bed;
}

bool
rules_ward_has_live_sender(const WardBed *bed, int64_t mono_us)
{
    for (guint i = 0; i < bed->senders->len; i++) {
        const WardSender *sender = bed->senders->pdata[i];
        if (mono_us - sender->heard_us < RULES_SENDER_LIVE_US)
            return true;
    }
    return false;
}

/* Event time that the bed's slowest live sender has reached; 0: none is known. */
static int64_t
reached(const WardBed *bed, int64_t mono_us)
{
    int64_t slowest_us = INT64_MAX, furthest_us = 0;
    for (guint i = 0; i < bed->senders->len; i++) {
        const WardSender *sender = bed->senders->pdata[i];
        int64_t silence_us = mono_us - sender->heard_us;
        if (silence_us < RULES_SENDER_LIVE_US)
            slowest_us = MIN(slowest_us, sender->reached_us);
        else
            furthest_us = MAX(furthest_us, sender->reached_us + silence_us - RULES_SENDER_LIVE_US);
    }
    return slowest_us != INT64_MAX ? slowest_us : furthest_us;
}

/* Data of a stream that another sender feeds are refused, and told: two monitors that
 * say they are one bed must not become one patient. */
static bool
belongs(WardBed *bed, WardSender *sender, uint32_t code, uint32_t channel, int64_t t_us)
{
    RulesWard *self = bed->ward;
    const WardSender *owner =
        code == 0 ? NULL : rules_claims_take(bed->claims, code, channel, sender, t_us);
    if (!owner)
        return true;
    self->figures.contested++;
    bed->contested_us = self->now_us;
    if (bed->contested)
        return false;
    bed->contested = true;
    const VicuSignal *signal = vicu_signal_by_code(code);
    g_autofree char *text = g_strdup_printf(
        "%s comes from %s and from %s: what %s sends of it is refused",
        signal ? signal->name : "A signal", owner->name, sender->name, sender->name);
    rules_ward_bed_local(bed, CONTESTED, RULES_PRIORITY_MEDIUM, text, true);
    return false;
}

/* --- values --- */

static void
remember_time(GHashTable *table, int64_t key, int64_t t_us)
{
    int64_t *newest = g_hash_table_lookup(table, &key);
    if (newest) {
        *newest = MAX(*newest, t_us);
        return;
    }
    if (g_hash_table_size(table) < RULES_SEGMENTS_MAX)
        g_hash_table_insert(table, g_memdup2(&key, sizeof key), g_memdup2(&t_us, sizeof t_us));
}

static bool
is_newest(GHashTable *table, int64_t key, int64_t t_us)
{
    const int64_t *newest = g_hash_table_lookup(table, &key);
    return !newest || t_us >= *newest;
}

static RulesFate
offer(WardBed *bed, const RulesSample *sample, const char *symbol)
{
    return symbol ? rules_engine_symbol(bed->engine, sample, symbol)
                  : rules_engine_sample(bed->engine, sample);
}

void
rules_ward_value(WardBed *bed, const RulesSample *sample, uint32_t channel, const char *symbol)
{
    RulesWard *self = bed->ward;
    int64_t key = (int64_t)sample->code << 16 | (channel & 0xffff);
    self->figures.numerics++;
    if (sample->t_us > self->now_us + RULES_FUTURE_US) {
        self->figures.future++;
        return;
    }
    if (sample->t_us <= bed->restored_us)
        return; /* replayed: it is in the snapshot */
    if (sample->source != RULES_SOURCE_DERIVED) {
        int64_t *t = g_memdup2(&sample->t_us, sizeof sample->t_us);
        g_hash_table_replace(bed->device, GUINT_TO_POINTER(sample->code), t);
    }
    RulesFate fate = offer(bed, sample, symbol);
    if (fate == RULES_INPUT_LATE && is_newest(bed->newest, key, sample->t_us)) {
        /* The newest word of its stream still counts, from now on: it must not
         * be lost only because its device is slow. Older than that is backlog. */
        RulesSample now = *sample;
        now.t_us = bed->watermark_us + 1;
        if (bed->watermark_us - sample->t_us <= RULES_LATE_MAX_US) {
            self->figures.late++;
            offer(bed, &now, symbol);
        } else {
            self->figures.backlog++;
        }
    } else if (fate == RULES_INPUT_LATE) {
        self->figures.backlog++;
    }
    remember_time(bed->newest, key, sample->t_us);
}

static void
take_numerics(RulesWard *self, WardSender *sender, const Vicu__Numerics *n, int64_t mono_us)
{
    /* What was imported is of the past: kept, never judged. The hub does not pass it on. */
    if (n->origin == VICU__ORIGIN__ORIGIN_ARCHIVE)
        return;
    WardBed *bed = bed_of(self, sender, n->bed, mono_us);
    size_t count = MIN(n->n_code, MIN(n->n_t_us, n->n_value));
    if (!bed)
        return;
    if (bed->wave_origin == VICU__ORIGIN__ORIGIN_UNKNOWN)
        bed->origin = n->origin;
    for (size_t i = 0; i < count; i++) {
        uint32_t channel = i < n->n_channel ? n->channel[i] : 0;
        const VicuSignal *signal = vicu_signal_by_code(n->code[i]);
        if (!belongs(bed, sender, n->code[i], channel, MIN(n->t_us[i], self->now_us)))
            continue;
        uint32_t period_ms = i < n->n_period_ms ? n->period_ms[i] : 0;
        RulesSample sample = {
            .code = n->code[i],
            .t_us = n->t_us[i],
            .value = n->value[i],
            .quality = i < n->n_quality ? (RulesQuality)n->quality[i] : RULES_QUALITY_GOOD,
            .source = (RulesSource)n->source,
            .origin = (RulesOrigin)n->origin,
            .period_ms = period_ms,
        };
        if (period_ms == 0 && signal)
            period_ms = (uint32_t)signal->period_ms;
        rules_presence_period(&bed->presence, (int64_t)period_ms * 1000);
        rules_ward_presence(
            bed, rules_presence_heard(&bed->presence, sample.t_us, self->now_us, mono_us));
        if (bed->presence.state != VICU__PRESENCE__PRESENCE_DISCHARGED)
            rules_ward_value(bed, &sample, channel, NULL);
    }
}

static void
take_symbol(RulesWard *self, WardSender *sender, const Vicu__Symbol *s, int64_t mono_us)
{
    if (s->origin == VICU__ORIGIN__ORIGIN_ARCHIVE)
        return;
    WardBed *bed = bed_of(self, sender, s->bed, mono_us);
    if (!bed || bed->presence.state == VICU__PRESENCE__PRESENCE_DISCHARGED
        || !belongs(bed, sender, s->code, s->channel, MIN(s->t_us, self->now_us)))
        return;
    RulesSample sample = {
        .code = s->code,
        .t_us = s->t_us,
        .quality = (RulesQuality)s->quality,
        .source = (RulesSource)s->source,
        .origin = (RulesOrigin)s->origin,
    };
    rules_ward_value(bed, &sample, s->channel, s->value);
}

/* --- waves --- */

static int64_t
segment_key(uint64_t epoch, uint32_t id)
{
    return (int64_t)(epoch << 32 ^ id);
}

static gboolean
is_old_segment(gpointer key, gpointer value, gpointer user)
{
    const WardSegment *segment = value;
    const WardSender *sender = user;
    (void)key;
    return segment->epoch + 1 < sender->epoch;
}

static void
take_segment(
    RulesWard *self, WardSender *sender, uint64_t epoch, const Vicu__Segment *s, int64_t mono_us)
{
    if (epoch > sender->epoch) {
        sender->epoch = epoch;
        g_hash_table_foreach_remove(sender->segments, is_old_segment, sender);
    }
    if (s->origin == VICU__ORIGIN__ORIGIN_ARCHIVE)
        return; /* its waves then belong to no segment */
    WardBed *bed = bed_of(self, sender, s->bed, mono_us);
    int64_t key = segment_key(epoch, s->id);
    if (!bed || g_hash_table_size(sender->segments) >= RULES_SEGMENTS_MAX)
        return;
    const VicuSignal *signal = vicu_signal_by_code(s->code);
    WardSegment segment = {
        .bed = bed,
        .epoch = epoch,
        .origin = s->origin,
        .wave = signal && signal->kind == VICU_SIGNAL_WAVE,
        .sound = s->period_num > 0 && s->period_den > 0 && s->period_num <= 1000000
                 && s->period_den <= 1000000 && s->t0_us > 0 && s->t0_us < (int64_t)1 << 60,
        .stream = {.code = s->code,
                   .channel = s->channel,
                   .t0_us = s->t0_us,
                   .period_num = s->period_num,
                   .period_den = s->period_den,
                   .gain = s->gain,
                   .baseline = s->baseline},
    };
    g_hash_table_replace(sender->segments, g_memdup2(&key, sizeof key),
                         g_memdup2(&segment, sizeof segment));
}

/* Only the raw bytes are little endian and may lie anywhere. */
static void
push_samples(
    WardBed *bed, const WardSegment *segment, uint64_t first, const uint8_t *bytes, size_t n)
{
    int16_t run[RUN_MAX];
    for (size_t at = 0; at < n; at += RUN_MAX) {
        size_t count = MIN(n - at, RUN_MAX);
        for (size_t i = 0; i < count; i++)
            run[i] = (int16_t)(bytes[2 * (at + i)] | bytes[2 * (at + i) + 1] << 8);
        rules_rhythm_wave(bed->rhythm, &segment->stream, first + at, run, count);
    }
}

static void
take_wave(RulesWard *self, WardSender *sender, uint64_t epoch, const Vicu__Wave *w, int64_t mono_us)
{
    int64_t key = segment_key(epoch, w->segment);
    const WardSegment *segment = g_hash_table_lookup(sender->segments, &key);
    size_t n = w->samples.len / 2;
    if (!segment || !segment->sound || w->first >= (uint64_t)1 << 40) {
        self->figures.unknown_segments++;
        return;
    }
    if (n == 0)
        return;
    WardBed *bed = segment->bed;
    const RulesRhythmStream *s = &segment->stream;
    int64_t last = (int64_t)(w->first + n - 1);
    int64_t t_us = s->t0_us + last / s->period_den * s->period_num * 1000000
                   + last % s->period_den * s->period_num * 1000000 / s->period_den;
    self->figures.samples += n;
    if (t_us > self->now_us + RULES_FUTURE_US) {
        self->figures.future++;
        return;
    }
    if (!belongs(bed, sender, s->code, s->channel, MIN(t_us, self->now_us)))
        return;
    bed->origin = bed->wave_origin = segment->origin;
    rules_presence_period(&bed->presence, 0);
    rules_ward_presence(bed, rules_presence_heard(&bed->presence, t_us, self->now_us, mono_us));
    if (bed->presence.state != VICU__PRESENCE__PRESENCE_DISCHARGED && segment->wave)
        push_samples(bed, segment, w->first, w->samples.data, n);
}

/* --- what the detectors say --- */

static bool
is_told_by_device(const WardBed *bed, uint32_t code, int64_t t_us)
{
    const int64_t *t = g_hash_table_lookup(bed->device, GUINT_TO_POINTER(code));
    return t && t_us - *t < 10 * (int64_t)G_USEC_PER_SEC;
}

static void
on_derived_number(WardBed *bed, const RulesRhythmOut *out, RulesSample *sample)
{
    Vicu__Quality quality = !out->known         ? VICU__QUALITY__QUALITY_INVALID
                            : out->questionable ? VICU__QUALITY__QUALITY_QUESTIONABLE
                                                : VICU__QUALITY__QUALITY_GOOD;
    sample->value = out->value;
    sample->quality = (RulesQuality)quality;
    rules_ward_value(bed, sample, 0, NULL);
    if (is_told_by_device(bed, out->code, out->t_us))
        return;
    bed->ward->figures.derived++;
    rules_outbox_numeric(bed->ward->outbox, bed->id, bed->wave_origin, out->code, out->t_us,
                         out->value, quality);
}

static void
on_rhythm(const RulesRhythmOut *out, gpointer user)
{
    WardBed *bed = user;
    RulesSample sample = {
        .code = out->code,
        .t_us = out->t_us,
        .source = RULES_SOURCE_DERIVED,
        .origin = (RulesOrigin)bed->wave_origin,
        .period_ms = 1000,
    };
    switch (out->kind) {
    case RULES_RHYTHM_NUMERIC:
        on_derived_number(bed, out, &sample);
        break;
    case RULES_RHYTHM_BEAT:
        if (bed->ward->uses_events)
            rules_engine_event(bed->engine, &sample);
        break;
    case RULES_RHYTHM_OBSERVED:
        if (bed->ward->uses_events)
            rules_engine_carrier(bed->engine, out->code, out->from_us, out->t_us, true);
        break;
    case RULES_RHYTHM_SYMBOL:
        if (!is_told_by_device(bed, out->code, out->t_us))
            rules_ward_value(bed, &sample, 0, out->symbol);
        break;
    }
}

/* --- what the engine says --- */

static void
on_raise(RulesWard *self, const RulesTransition *t)
{
    self->figures.alarms_raised++;
    if (!self->catching_up)
        self->latency_us[self->n_latencies++ % RULES_LATENCIES] = self->now_us - t->t_us;
}

/* While we catch up the engine says again what it said before we ended. */
static bool
is_told_already(const RulesWard *self, const RulesTransition *t)
{
    return self->catching_up && t->t_us <= self->decided_us;
}

static void
apply(WardBed *bed, const RulesTransition *t)
{
    RulesWard *self = bed->ward;
    rules_alarms_apply(self->alarms, t, self->now_us, rules_set_hash(self->set));
}

static void
on_transition(const RulesTransition *t, void *user)
{
    WardBed *bed = user;
    RulesWard *self = bed->ward;
    if (is_told_already(self, t) && t->kind != RULES_SCORE && t->kind != RULES_NOT_JUDGED)
        return;
    switch (t->kind) {
    case RULES_RAISE:
        on_raise(self, t);
        apply(bed, t);
        break;
    case RULES_TECHNICAL:
        if (rules_presence_is_absent(&bed->presence))
            bed->suppressed = true;
        else
            apply(bed, t);
        break;
    case RULES_CLEAR:
    case RULES_TECHNICAL_CLEAR:
        apply(bed, t);
        break;
    case RULES_RESET:
        apply(bed, t);
        rules_ward_reassert(bed);
        break;
    case RULES_SUPPRESS:
    case RULES_SUPPRESS_END:
        rules_outbox_event(self->outbox, bed->id, t->t_us,
                           t->kind == RULES_SUPPRESS ? "alarm-suppressed" : "alarm-suppressed-end",
                           t->rule_name, t->why, NULL);
        break;
    case RULES_SCORE: {
        g_autofree char *key = g_strdup_printf("%s/%s", bed->id, t->score->name);
        rules_ward_put(self, VICU__SUBJECT__SUBJECT_SCORE, key,
                       rules_item_score(bed->id, t->t_us, t->score), false);
        break;
    }
    case RULES_NOT_JUDGED:
        bed->dirty = true;
        break;
    }
}

void
rules_ward_settle(WardBed *bed, int64_t t_us)
{
    if (t_us <= bed->watermark_us)
        return;
    bed->watermark_us = t_us;
    rules_engine_advance_bed(bed->engine, t_us, on_transition, bed);
}

void
rules_ward_advance(WardBed *bed, int64_t mono_us)
{
    RulesWard *self = bed->ward;
    int64_t reached_us = reached(bed, mono_us);
    if (reached_us <= 0 || bed->presence.state == VICU__PRESENCE__PRESENCE_DISCHARGED)
        return;
    rules_rhythm_tick(bed->rhythm, reached_us, on_rhythm, bed);
    int64_t lateness_us = self->settings.lateness_us;
    if (self->uses_events)
        lateness_us = MAX(lateness_us, RULES_RHYTHM_DELAY_US + 1);
    rules_ward_settle(bed, reached_us - lateness_us);
}

/* --- batches --- */

static void
take_gap(RulesWard *self, const Vicu__Gap *gap)
{
    WardBed *bed = rules_ward_bed(self, gap->bed);
    if (bed)
        rules_rhythm_gap(bed->rhythm, gap->code, gap->channel,
                         gap->to_us > 0 ? gap->to_us : INT64_MAX);
}

static void
take_event(RulesWard *self, WardSender *sender, const Vicu__Event *event, int64_t mono_us)
{
    if (g_str_has_prefix(event->kind, "adt-")) {
        rules_desk_adt(self, event, sender->name, self->now_us, mono_us);
        return;
    }
    if (strcmp(event->kind, "spool-overflow") == 0) {
        rules_ward_overflow(self, sender->name, self->now_us, mono_us);
        return;
    }
    WardBed *bed = *event->bed ? rules_ward_bed(self, event->bed) : NULL;
    if (!bed)
        return;
    if (strcmp(event->kind, "recording-restarts") == 0)
        rules_ward_reset_bed(bed, "recording restarts", false);
    else if (strcmp(event->kind, "clock-stepped") == 0)
        rules_rhythm_reset(bed->rhythm);
}

static void
look_for_strays(WardSender *sender)
{
    for (guint i = 0; i < sender->beds->len; i++) {
        WardBed *bed = sender->beds->pdata[i];
        const RulesPresence *p = &bed->presence;
        bool strays = p->state == VICU__PRESENCE__PRESENCE_DISCHARGED
                      && p->last_us > p->since_us + 10 * (int64_t)G_USEC_PER_SEC;
        if (strays == bed->strays)
            continue;
        bed->strays = strays;
        rules_ward_bed_local(bed, "data-after-discharge", RULES_PRIORITY_LOW, STRAYS, strays);
    }
}

void
rules_ward_batch(RulesWard *self,
                 const VicuSenderId *id,
                 const char *name,
                 uint64_t epoch,
                 const Vicu__Batch *batch,
                 int64_t now_us,
                 int64_t mono_us)
{
    self->now_us = now_us;
    self->figures.batches++;
    WardSender *sender = hear_sender(self, id, name, batch->t_us, mono_us);
    for (size_t i = 0; i < batch->n_event; i++)
        take_event(self, sender, batch->event[i], mono_us);
    for (size_t i = 0; i < batch->n_gap; i++)
        take_gap(self, batch->gap[i]);
    for (size_t i = 0; i < batch->n_segment; i++)
        take_segment(self, sender, epoch, batch->segment[i], mono_us);
    for (size_t i = 0; i < batch->n_wave; i++)
        take_wave(self, sender, epoch, batch->wave[i], mono_us);
    for (size_t i = 0; i < batch->n_numerics; i++)
        take_numerics(self, sender, batch->numerics[i], mono_us);
    for (size_t i = 0; i < batch->n_symbol; i++)
        take_symbol(self, sender, batch->symbol[i], mono_us);
    for (guint i = 0; i < sender->beds->len; i++)
        rules_ward_advance(sender->beds->pdata[i], mono_us);
    look_for_strays(sender);
}

typedef struct {
    RulesWard *ward;
    WardSender *sender;
    int64_t mono_us;
} Beat;

static void
on_heartbeat_bed(const char *id, int64_t last_us, gpointer data)
{
    Beat *beat = data;
    (void)last_us; /* that it has sent is not enough: its samples have to come here */
    bed_of(beat->ward, beat->sender, id, beat->mono_us);
}

void
rules_ward_heartbeat(RulesWard *self,
                     const VicuSenderId *id,
                     const char *name,
                     const Vicu__Heartbeat *heartbeat,
                     int64_t now_us,
                     int64_t mono_us)
{
    self->now_us = now_us;
    Beat beat = {self, hear_sender(self, id, name, heartbeat->t_us, mono_us), mono_us};
    vicu_heartbeat_read(heartbeat, on_heartbeat_bed, &beat);
    for (guint i = 0; i < beat.sender->beds->len; i++)
        rules_ward_advance(beat.sender->beds->pdata[i], mono_us);
}

void
rules_ward_gap(RulesWard *self, const VicuFeedGap *gap, int64_t now_us)
{
    WardSender *sender = g_hash_table_lookup(self->senders, &gap->sender);
    self->now_us = now_us;
    self->figures.gaps++;
    g_autofree char *key = g_strdup_printf("%" G_GUINT64_FORMAT, gap->epoch);
    g_autofree char *text = g_strdup_printf(
        "batches %" G_GUINT64_FORMAT "..%" G_GUINT64_FORMAT " of %s did not reach the rules",
        gap->first, gap->last, sender ? sender->name : "an unknown sender");
    rules_outbox_event(self->outbox, "", now_us, "feed-gap", key, text, NULL);
    for (guint i = 0; sender && i < sender->beds->len; i++) {
        WardBed *bed = sender->beds->pdata[i];
        rules_outbox_event(self->outbox, bed->id, now_us, "feed-gap", key, text, NULL);
    }
}

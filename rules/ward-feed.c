/* Ward: who feeds it, values, and what else a batch brings.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/heartbeat.h"
#include "rules/ward-inner.h"

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
    else if (rules_ward_is_time(t_us))
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

WardBed *
rules_ward_bed_of(RulesWard *self, WardSender *sender, const char *id, int64_t mono_us)
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

bool
rules_ward_belongs(WardBed *bed, WardSender *sender, uint32_t code, uint32_t channel, int64_t t_us)
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

static void
remember_device(WardBed *bed, uint32_t code, int64_t t_us)
{
    int64_t *newest = g_hash_table_lookup(bed->device, GUINT_TO_POINTER(code));
    if (newest)
        *newest = MAX(*newest, t_us);
    else
        g_hash_table_insert(bed->device, GUINT_TO_POINTER(code), g_memdup2(&t_us, sizeof t_us));
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
    if (sample->source != RULES_SOURCE_DERIVED)
        remember_device(bed, sample->code, sample->t_us);
    RulesLateInput input = {.kind = symbol ? RULES_LATE_SYMBOL : RULES_LATE_SAMPLE,
                            .sample = *sample};
    if (symbol && g_strlcpy(input.symbol, symbol, sizeof input.symbol) >= sizeof input.symbol)
        return; /* no word of a rule is that long */
    bool newest = is_newest(bed->newest, key, sample->t_us);
    int64_t lag_us = 0; /* a sender may say any time */
    if (newest && self->batch_us != 0
        && !__builtin_sub_overflow(self->batch_us, sample->t_us, &lag_us))
        rules_ward_note_lag(bed, lag_us);
    if (rules_ward_offer(bed, &input) == RULES_INPUT_LATE)
        rules_ward_lay_aside(bed, &input);
    remember_time(bed->newest, key, sample->t_us);
}

static void
take_numerics(RulesWard *self, WardSender *sender, const Vicu__Numerics *n, int64_t mono_us)
{
    /* What was imported is of the past: kept, never judged. The hub does not pass it on. */
    if (n->origin == VICU__ORIGIN__ORIGIN_ARCHIVE)
        return;
    WardBed *bed = rules_ward_bed_of(self, sender, n->bed, mono_us);
    size_t count = MIN(n->n_code, MIN(n->n_t_us, n->n_value));
    if (!bed)
        return;
    if (bed->wave_origin == VICU__ORIGIN__ORIGIN_UNKNOWN)
        bed->origin = n->origin;
    for (size_t i = 0; i < count; i++) {
        uint32_t channel = i < n->n_channel ? n->channel[i] : 0;
        const VicuSignal *signal = vicu_signal_by_code(n->code[i]);
        if (!rules_ward_is_time(n->t_us[i])) {
            self->figures.backlog++;
            continue;
        }
        if (!rules_ward_belongs(bed, sender, n->code[i], channel, MIN(n->t_us[i], self->now_us)))
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
    WardBed *bed = rules_ward_bed_of(self, sender, s->bed, mono_us);
    if (!rules_ward_is_time(s->t_us)) {
        self->figures.backlog++;
        return;
    }
    if (!bed || bed->presence.state == VICU__PRESENCE__PRESENCE_DISCHARGED
        || !rules_ward_belongs(bed, sender, s->code, s->channel, MIN(s->t_us, self->now_us)))
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
take_proof(RulesWard *self, WardSender *sender, const Vicu__Proof *proof, int64_t mono_us)
{
    const WardBed *bed = rules_ward_bed(self, proof->bed);

    /* One that is not of its own beds says nothing of them. */
    if (bed && g_ptr_array_find(sender->beds, bed, NULL)
        && bed->presence.state != VICU__PRESENCE__PRESENCE_DISCHARGED)
        rules_proofs_heard(self->proofs, proof, mono_us);
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
    self->batch_us = batch->t_us;
    for (size_t i = 0; i < batch->n_event; i++)
        take_event(self, sender, batch->event[i], mono_us);
    for (size_t i = 0; i < batch->n_gap; i++)
        take_gap(self, batch->gap[i]);
    for (size_t i = 0; i < batch->n_segment; i++)
        rules_ward_take_segment(self, sender, epoch, batch->segment[i], mono_us);
    for (size_t i = 0; i < batch->n_wave; i++)
        rules_ward_take_wave(self, sender, epoch, batch->wave[i], mono_us);
    for (size_t i = 0; i < batch->n_numerics; i++)
        take_numerics(self, sender, batch->numerics[i], mono_us);
    for (size_t i = 0; i < batch->n_symbol; i++)
        take_symbol(self, sender, batch->symbol[i], mono_us);
    self->batch_us = 0;
    for (size_t i = 0; i < batch->n_proof && !self->catching_up; i++)
        take_proof(self, sender, batch->proof[i], mono_us);
    for (guint i = 0; i < sender->beds->len; i++)
        rules_ward_advance(sender->beds->pdata[i], mono_us);
    look_for_strays(sender);
}

void
rules_ward_fetched(RulesWard *self,
                   const VicuSenderId *id,
                   const Vicu__Batch *batch,
                   int64_t now_us,
                   int64_t mono_us)
{
    WardSender *sender = g_hash_table_lookup(self->senders, id);
    self->now_us = now_us;
    if (!sender)
        return;
    for (size_t i = 0; i < batch->n_numerics; i++)
        take_numerics(self, sender, batch->numerics[i], mono_us);
    for (size_t i = 0; i < batch->n_symbol; i++)
        take_symbol(self, sender, batch->symbol[i], mono_us);
}

void
rules_ward_fetching(RulesWard *self, const VicuSenderId *id, bool begins)
{
    WardSender *sender = g_hash_table_lookup(self->senders, id);
    if (sender && begins)
        sender->fetching++;
    else if (sender && sender->fetching > 0)
        sender->fetching--;
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
    rules_ward_bed_of(beat->ward, beat->sender, id, beat->mono_us);
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

/* At each of the sender's beds, and for the installation. */
static void
tell_gap(RulesWard *self, const VicuFeedGap *gap, const char *kind, const char *text)
{
    const WardSender *sender = g_hash_table_lookup(self->senders, &gap->sender);
    g_autofree char *key = g_strdup_printf("%" G_GUINT64_FORMAT, gap->epoch);
    rules_outbox_event(self->outbox, "", self->now_us, kind, key, text, NULL);
    for (guint i = 0; sender && i < sender->beds->len; i++)
        rules_outbox_event(self->outbox, ((const WardBed *)sender->beds->pdata[i])->id,
                           self->now_us, kind, key, text, NULL);
}

static const char *
name_of(const RulesWard *self, const VicuSenderId *id)
{
    const WardSender *sender = g_hash_table_lookup(self->senders, id);
    return sender ? sender->name : "an unknown sender";
}

void
rules_ward_gap(RulesWard *self, const VicuFeedGap *gap, int64_t now_us)
{
    g_autofree char *last =
        gap->last != 0 ? g_strdup_printf("%" G_GUINT64_FORMAT, gap->last) : g_strdup("");
    g_autofree char *text =
        g_strdup_printf("batches %" G_GUINT64_FORMAT "..%s of %s did not reach the rules",
                        gap->first, last, name_of(self, &gap->sender));
    self->now_us = now_us;
    self->figures.gaps++;
    tell_gap(self, gap, "feed-gap", text);
}

void
rules_ward_gap_filled(RulesWard *self, const VicuFeedGap *gap, uint64_t batches, int64_t now_us)
{
    g_autofree char *text =
        g_strdup_printf("%" G_GUINT64_FORMAT " batches of %s came late, from the store", batches,
                        name_of(self, &gap->sender));
    self->now_us = now_us;
    self->figures.filled++;
    tell_gap(self, gap, "feed-gap-filled", text);
}

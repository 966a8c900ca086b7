/* The rules' side of the feed: every batch, or an explicit gap.
 *
 * Two counts are followed. The hub's numbers show what was lost between hub and
 * reader; that is fetched. Each sender's own epoch and sequence show what never
 * reached the hub or died with it; that becomes a gap, once nothing is left to
 * be fetched that could still fill it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/feed.h"
#include "common/mutant.h"

#define SILENT_US     (3 * G_USEC_PER_SEC / 2)
#define REOPEN_US     (G_USEC_PER_SEC)
#define REFETCH_US    (3 * G_USEC_PER_SEC / 10)
#define FETCH_GIVE_US (2 * G_USEC_PER_SEC) /* then the hub's memory is given up */
#define SETTLE_US     (G_USEC_PER_SEC / 2) /* a late batch may still fill a hole */
#define NEWCOMER_US   (10 * G_USEC_PER_SEC)
#define HOLES_MAX     64u
#define SENDERS_MAX   4096u

/* Numbers of the hub that did not come. */
typedef struct {
    uint64_t first;
    uint64_t last;
    int64_t since_us;
    int64_t asked_us;
} Hole;

/* Sequences of a sender that did not come; last 0: to the beginning of `until`. */
typedef struct {
    VicuFeedGap gap;
    int64_t since_us;
} Missing;

typedef struct {
    VicuSenderId id;
    uint64_t epoch;
    uint64_t last;
    uint64_t end; /* END said so of `epoch` */
    bool ended;
    bool reset; /* it has lost its spool: its numbers may begin lower */
    GArray *missing;
} Track;

struct VicuFeedReader {
    VicuSenderId own;
    bool has_own;
    uint64_t incarnation;
    uint64_t next; /* number; 0: any */
    VicuFeedReaderOps ops;
    gpointer data;
    GArray *holes;
    GHashTable *tracks;
    int64_t first_us; /* the first sender was heard; 0: none yet */
    int64_t heard_us;
    int64_t opened_us;
};

static void
free_track(gpointer data)
{
    g_array_unref(((Track *)data)->missing);
    g_free(data);
}

static void
open_feed(VicuFeedReader *self, bool again, int64_t mono_us)
{
    VicuLinkMessage open = {
        .kind = VICU__KIND__KIND_FEED_OPEN,
        .sender = self->own,
        .sequence = again ? 2 : 1,
        .first = self->next > 0 ? self->next - 1 : 0,
        .last = self->incarnation,
    };
    self->opened_us = mono_us;
    self->ops.send(&open, self->data);
}

VicuFeedReader *
vicu_feed_reader_new(const VicuSenderId *own,
                     uint64_t incarnation,
                     uint64_t after,
                     const VicuFeedReaderOps *ops,
                     gpointer data,
                     int64_t mono_us)
{
    VicuFeedReader *self = g_new0(VicuFeedReader, 1);
    if (own) {
        self->own = *own;
        self->has_own = true;
    }
    self->incarnation = incarnation;
    self->next = after > 0 ? after + 1 : 0;
    self->ops = *ops;
    self->data = data;
    self->holes = g_array_new(FALSE, FALSE, sizeof(Hole));
    self->tracks =
        g_hash_table_new_full(vicu_sender_id_hash, vicu_sender_id_same, NULL, free_track);
    self->heard_us = mono_us;
    open_feed(self, false, mono_us);
    return self;
}

void
vicu_feed_reader_free(VicuFeedReader *self)
{
    if (!self)
        return;
    g_array_unref(self->holes);
    g_hash_table_unref(self->tracks);
    g_free(self);
}

/* ---- the hub's numbers ---- */

static void
fetch(VicuFeedReader *self, Hole *hole, int64_t mono_us)
{
    VicuLinkMessage message = {
        .kind = VICU__KIND__KIND_FEED_FETCH,
        .sender = self->own,
        .epoch = self->incarnation,
        .first = hole->first,
        .last = hole->last,
    };
    hole->asked_us = mono_us;
    self->ops.send(&message, self->data);
}

static void
note_hole(VicuFeedReader *self, uint64_t first, uint64_t last, int64_t mono_us)
{
    if (VICU_MUTANT(FEED_HOLE_UNNOTICED))
        return;
    Hole hole = {first, last, mono_us, mono_us};
    /* Too many to follow: the senders' own numbers will tell what was in it. */
    if (self->holes->len >= HOLES_MAX)
        return;
    fetch(self, &hole, mono_us);
    g_array_append_val(self->holes, hole);
}

/* Takes first..last out of the holes. False: not one of them was missing. */
static bool
fill_holes(VicuFeedReader *self, uint64_t first, uint64_t last)
{
    bool filled = false;
    for (guint i = self->holes->len; i > 0; i--) {
        Hole *hole = &g_array_index(self->holes, Hole, i - 1);
        if (last < hole->first || first > hole->last)
            continue;
        filled = true;
        Hole after = *hole;
        after.first = last + 1;
        hole->last = first - 1;
        bool left = first > hole->first, right = last < after.last;
        if (!left)
            g_array_remove_index(self->holes, i - 1);
        if (right)
            g_array_append_val(self->holes, after);
    }
    return filled;
}

static void
forget_numbers(VicuFeedReader *self, uint64_t incarnation)
{
    self->incarnation = incarnation;
    self->next = 0;
    g_array_set_size(self->holes, 0);
}

/* False: an old hub's, or one that came before. */
static bool
take_number(VicuFeedReader *self, const VicuLinkMessage *message, int64_t mono_us)
{
    if (message->fence < self->incarnation)
        return false;
    if (message->fence > self->incarnation)
        forget_numbers(self, message->fence);
    uint64_t number = message->number;
    if (self->next == 0 || number >= self->next) {
        if (self->next != 0 && number > self->next)
            note_hole(self, self->next, number - 1, mono_us);
        self->next = number + 1;
        return true;
    }
    return fill_holes(self, number, number);
}

/* ---- the senders' own numbers ---- */

static void
tell(VicuFeedReader *self, const Missing *missing)
{
    self->ops.gap(&missing->gap, self->data);
}

static void
note_missing(VicuFeedReader *self,
             Track *track,
             uint64_t epoch,
             uint64_t first,
             uint64_t last,
             uint64_t until,
             int64_t mono_us)
{
    if (VICU_MUTANT(FEED_HOLE_UNNOTICED) || (until == 0 && first > last))
        return;
    Missing missing = {{track->id, epoch, first, last, until}, mono_us};
    if (track->missing->len >= HOLES_MAX)
        tell(self, &missing);
    else
        g_array_append_val(track->missing, missing);
}

static bool
covers(const VicuFeedGap *gap, uint64_t epoch, uint64_t sequence)
{
    if (gap->last != 0)
        return gap->epoch == epoch && gap->first <= sequence && sequence <= gap->last;
    return epoch < gap->until
           && (epoch > gap->epoch || (epoch == gap->epoch && sequence >= gap->first));
}

/* True: (epoch, sequence) was missing, and is no longer. */
static bool
fill_missing(Track *track, uint64_t epoch, uint64_t sequence)
{
    for (guint i = 0; i < track->missing->len; i++) {
        Missing *missing = &g_array_index(track->missing, Missing, i);
        if (!covers(&missing->gap, epoch, sequence))
            continue;
        Missing before = *missing, after = *missing;
        after.gap.epoch = epoch;
        after.gap.first = sequence + 1;
        if (before.gap.epoch == epoch) {
            before.gap.last = sequence - 1;
        } else {
            before.gap.until = epoch;
        }
        bool left = before.gap.epoch != epoch || before.gap.first < sequence;
        bool right = after.gap.last == 0 || after.gap.first <= after.gap.last;
        g_array_remove_index(track->missing, i);
        if (left)
            g_array_append_val(track->missing, before);
        /* What lies before `sequence` in an epoch of which nothing was known. */
        if (before.gap.epoch != epoch && sequence > 1) {
            Missing start = after;
            start.gap.first = 1;
            start.gap.last = sequence - 1;
            g_array_append_val(track->missing, start);
        }
        if (right)
            g_array_append_val(track->missing, after);
        return true;
    }
    return false;
}

/* The sender has gone on to @epoch. */
static void
change_epoch(VicuFeedReader *self, Track *track, uint64_t epoch, int64_t mono_us)
{
    if (!track->ended)
        note_missing(self, track, track->epoch, track->last + 1, 0, epoch, mono_us);
    else if (epoch > track->epoch + 1)
        note_missing(self, track, track->epoch + 1, 1, 0, epoch, mono_us);
    track->epoch = epoch;
    track->last = 0;
    track->ended = false;
}

static Track *
find_track(VicuFeedReader *self, const VicuLinkMessage *message, bool *made, int64_t mono_us)
{
    Track *track = g_hash_table_lookup(self->tracks, &message->sender);
    *made = !track && g_hash_table_size(self->tracks) < SENDERS_MAX;
    if (*made) {
        track = g_new0(Track, 1);
        track->id = message->sender;
        track->epoch = message->epoch;
        track->last = message->sequence;
        track->missing = g_array_new(FALSE, FALSE, sizeof(Missing));
        g_hash_table_insert(self->tracks, &track->id, track);
        /* A sender that was there when we came has been heard by now: this one is
         * new, and its beginning is missing. */
        if (self->first_us != 0 && mono_us - self->first_us >= NEWCOMER_US)
            note_missing(self, track, track->epoch, 1,
                         message->sequence - (message->kind == VICU__KIND__KIND_FEED), 0, mono_us);
        else if (self->first_us == 0)
            self->first_us = mono_us;
    }
    return track;
}

/* NULL: too many senders, or epoch 0: a sender whose spool is fresh and not
 * numbered yet. When it is, its new epoch shows that something lay between. */
static Track *
track_of(VicuFeedReader *self, const VicuLinkMessage *message, bool *made, int64_t mono_us)
{
    Track *track;
    *made = false;
    if (message->epoch == 0) {
        track = g_hash_table_lookup(self->tracks, &message->sender);
        if (track)
            track->reset = true;
        return NULL;
    }
    track = find_track(self, message, made, mono_us);
    if (track && track->reset && message->epoch < track->epoch) {
        note_missing(self, track, track->epoch, track->last + 1, 0, track->epoch + 1, mono_us);
        track->epoch = message->epoch;
        track->last = 0;
        track->ended = false;
    }
    if (track)
        track->reset = false;
    return track;
}

static void
on_batch(VicuFeedReader *self, const VicuLinkMessage *message, int64_t mono_us)
{
    bool made;
    Track *track = track_of(self, message, &made, mono_us);
    if (made || !track) {
        self->ops.batch(message, false, self->data);
        return;
    }
    if (message->epoch > track->epoch)
        change_epoch(self, track, message->epoch, mono_us);
    if (message->epoch == track->epoch && message->sequence > track->last) {
        note_missing(self, track, track->epoch, track->last + 1, message->sequence - 1, 0, mono_us);
        track->last = message->sequence;
        self->ops.batch(message, false, self->data);
    } else if (fill_missing(track, message->epoch, message->sequence)) {
        self->ops.batch(message, true, self->data);
    }
}

/* END came after the next epoch had begun: now it is known how far the old one
 * went, and often that nothing of it is missing. */
static void
limit_missing(Track *track, uint64_t epoch, uint64_t last)
{
    for (guint i = track->missing->len; i > 0; i--) {
        Missing *missing = &g_array_index(track->missing, Missing, i - 1);
        if (missing->gap.epoch != epoch || missing->gap.last != 0)
            continue;
        Missing rest = *missing;
        rest.gap.epoch = epoch + 1;
        rest.gap.first = 1;
        missing->gap.last = last;
        missing->gap.until = 0;
        if (missing->gap.first > last)
            g_array_remove_index(track->missing, i - 1);
        if (rest.gap.epoch < rest.gap.until)
            g_array_append_val(track->missing, rest);
    }
}

/* A beat names the newest batch, END the last of an epoch: what did not come
 * before it is missing. */
static void
on_newest(VicuFeedReader *self, const VicuLinkMessage *message, bool end, int64_t mono_us)
{
    bool made;
    Track *track = track_of(self, message, &made, mono_us);
    if (track && end && message->epoch < track->epoch)
        limit_missing(track, message->epoch, message->sequence);
    if (!track || message->epoch < track->epoch)
        return;
    if (message->epoch > track->epoch)
        change_epoch(self, track, message->epoch, mono_us);
    if (message->sequence > track->last) {
        note_missing(self, track, track->epoch, track->last + 1, message->sequence, 0, mono_us);
        track->last = message->sequence;
    }
    track->ended = track->ended || end;
}

/* ---- in and out ---- */

static bool
is_hubs_beat(const VicuLinkMessage *message)
{
    return message->kind == VICU__KIND__KIND_HEARTBEAT && message->epoch == message->fence
           && message->sequence == 0;
}

static void
on_hubs_beat(VicuFeedReader *self, const VicuLinkMessage *message, int64_t mono_us)
{
    if (message->fence < self->incarnation)
        return;
    if (message->fence > self->incarnation)
        forget_numbers(self, message->fence);
    if (self->next != 0 && message->number >= self->next)
        note_hole(self, self->next, message->number, mono_us);
    self->next = MAX(self->next, message->number + 1);
    self->ops.heartbeat(message, self->data);
}

static void
on_lost(VicuFeedReader *self, const VicuLinkMessage *message)
{
    if (message->fence != self->incarnation)
        return;
    fill_holes(self, message->first, message->last);
    if (self->next != 0 && message->first <= self->next && message->last >= self->next)
        self->next = message->last + 1;
}

void
vicu_feed_reader_receive(VicuFeedReader *self, const VicuLinkMessage *message, int64_t mono_us)
{
    self->heard_us = mono_us;
    if (message->kind == VICU__KIND__KIND_FEED_LOST) {
        on_lost(self, message);
        return;
    }
    if (is_hubs_beat(message)) {
        on_hubs_beat(self, message, mono_us);
        return;
    }
    if (message->kind != VICU__KIND__KIND_FEED && message->kind != VICU__KIND__KIND_HEARTBEAT
        && message->kind != VICU__KIND__KIND_END)
        return;
    if (!take_number(self, message, mono_us)
        || (self->has_own && vicu_sender_id_equal(&message->sender, &self->own)))
        return;
    if (message->kind == VICU__KIND__KIND_FEED) {
        on_batch(self, message, mono_us);
        return;
    }
    on_newest(self, message, message->kind == VICU__KIND__KIND_END, mono_us);
    if (message->kind == VICU__KIND__KIND_HEARTBEAT)
        self->ops.heartbeat(message, self->data);
}

static void
tick_holes(VicuFeedReader *self, int64_t mono_us)
{
    for (guint i = self->holes->len; i > 0; i--) {
        Hole *hole = &g_array_index(self->holes, Hole, i - 1);
        if (mono_us - hole->since_us >= FETCH_GIVE_US)
            g_array_remove_index(self->holes, i - 1);
        else if (mono_us - hole->asked_us >= REFETCH_US)
            fetch(self, hole, mono_us);
    }
}

static void
tick_missing(VicuFeedReader *self, Track *track, int64_t mono_us)
{
    for (guint i = track->missing->len; i > 0; i--) {
        Missing missing = g_array_index(track->missing, Missing, i - 1);
        int64_t age_us = mono_us - missing.since_us;
        if (age_us < SETTLE_US || (self->holes->len > 0 && age_us < FETCH_GIVE_US))
            continue;
        g_array_remove_index(track->missing, i - 1);
        tell(self, &missing);
    }
}

void
vicu_feed_reader_tick(VicuFeedReader *self, int64_t mono_us)
{
    tick_holes(self, mono_us);
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, self->tracks);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        tick_missing(self, value, mono_us);
    if (mono_us - self->opened_us >= REOPEN_US)
        open_feed(self, mono_us - self->heard_us < SILENT_US, mono_us);
}

uint64_t
vicu_feed_reader_number(const VicuFeedReader *self)
{
    uint64_t number = self->next > 0 ? self->next - 1 : 0;
    for (guint i = 0; i < self->holes->len; i++)
        number = MIN(number, g_array_index(self->holes, Hole, i).first - 1);
    return number;
}

uint64_t
vicu_feed_reader_incarnation(const VicuFeedReader *self)
{
    return self->incarnation;
}

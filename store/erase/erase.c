/* SPDX-License-Identifier: Apache-2.0 */
#include "store/erase/erase.h"

#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "store/erase/inner.h"
#include "store/events.h"
#include "store/head-internal.h"

#define TURNS 1000000 /* of at most 3 ms of sealing each */

/* Before the head is opened: it puts rows. */
static void
prepare(StoreCipher *cipher, const StoreEraseRequest *request)
{
    store_cipher_puncture(cipher, request->bed, store_tree_leaf(store_minute_of(request->from_us)),
                          store_tree_leaf(store_minute_of(request->to_us - 1)));
}

/* ---- the head ---- */

static void
flush_lane(StoreLane *lane, gpointer head)
{
    lane->waiting = true; /* also one of whose batches none could be read again at opening */
    store_head_checkpoint(head, lane);
}

/* Batches hold many beds: nothing waits in one any more, and all are trimmed. */
static bool
empty_head(StoreHead *head, StoreNow now, GError **error)
{
    store_head_hurry(head, true);
    store_head_lanes(head, flush_lane, head);
    for (unsigned turn = 0; turn < TURNS; turn++) {
        if (store_head_trimmed(head) > store_head_committed(head))
            return true;
        now.mono_us += G_USEC_PER_SEC;
        if (!store_head_tick(head, now, error) || !store_head_commit(head, NULL, error))
            return false;
    }
    g_set_error(error, VICU_ERROR, VICU_ERROR_IO,
                "batches from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
                " hold what does not become rows: nothing was erased",
                store_head_trimmed(head), store_head_committed(head));
    return false;
}

/* ---- what says so ---- */

static void
put_gap(const StoreErasing *self)
{
    StoreOrigin from = {0};

    store_events_gap(self->db, &from, self->bed, self->from_us, self->to_us, STORE_ERASED_REASON);
}

static void
cut_times(const StoreErasing *self)
{
    StoreStreams *streams = store_head_streams(self->head);

    for (size_t i = 0; i < store_streams_count(streams); i++) {
        StoreStream *s = store_streams_at(streams, i);
        bool first = s->first_us >= self->from_us && s->first_us < self->to_us;
        bool last = s->last_us >= self->from_us && s->last_us < self->to_us;
        if (strcmp(s->bed, self->bed) != 0 || (!first && !last))
            continue;
        if (first && last) {
            s->first_us = INT64_MAX;
            s->last_us = INT64_MIN;
        } else if (first) {
            s->first_us = self->to_us;
        } else {
            s->last_us = self->from_us - 1;
        }
        s->times_changed = true;
    }
    store_streams_save(streams);
}

static bool
put_audit(const StoreErasing *self, const StoreEraseRequest *request, StoreNow now, GError **error)
{
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
    g_autofree char *from = vicu_time_format(self->from_us), *to = vicu_time_format(self->to_us);
    g_autofree char *detail = g_strdup_printf(
        "from %s to %s, %" G_GUINT64_FORMAT " rows made unreadable", from, to, self->rows);

    record.who = request->who;
    record.role = (char *)"operator";
    record.what = (char *)"erase";
    record.bed = request->bed;
    record.t_us = request->t_us;
    record.from = (char *)"vicu store erase";
    record.why = request->why;
    record.detail = detail;
    record.id.data = (uint8_t *)request->id;
    record.id.len = sizeof request->id;
    return store_ledger_append(store_head_ledger(self->head), &record, now.utc_us, error)
           != STORE_LEDGER_BROKEN;
}

/* ---- all of it ---- */

typedef struct {
    StoreCipher *cipher;
    StoreNow now;
    const StoreEraseOps *ops;
    gpointer user;
} Run;

static void
tell(const Run *run, StoreEraseMoment moment)
{
    if (run->ops->fault != NULL)
        run->ops->fault(moment, run->user);
}

static bool
erase_rows(const Run *run, StoreErasing *self, const StoreEraseRequest *request, GError **error)
{
    tell(run, STORE_ERASE_BEGUN);
    if (!empty_head(self->head, run->now, error))
        return false;
    tell(run, STORE_ERASE_EMPTIED);
    store_erasing_values(self);
    store_erasing_events(self);
    store_erasing_waves(self);
    put_gap(self);
    cut_times(self);
    store_head_put_marks(self->head); /* late rows have new ordinals */
    if (!put_audit(self, request, run->now, error))
        return false;
    tell(run, STORE_ERASE_PUT);
    if (!store_head_commit(self->head, NULL, error))
        return false;
    tell(run, STORE_ERASE_COMMITTED);
    return true;
}

static bool
erase_one(const Run *run, const StoreEraseRequest *request, GError **error)
{
    StoreErasing self = {.bed = request->bed,
                         .from_us = request->from_us,
                         .to_us = request->to_us,
                         .mono_us = run->now.mono_us};

    prepare(run->cipher, request);
    g_autoptr(StoreHead) head = run->ops->open(run->user, error);
    if (head == NULL)
        return false;
    self.head = head;
    self.db = store_head_db(head);
    if (!erase_rows(run, &self, request, error))
        return false;
    store_cipher_puncture(run->cipher, STORE_ERASE_HEAD, 0, store_head_committed(head));
    if (!store_cipher_finish(run->cipher, error))
        return false;
    tell(run, STORE_ERASE_DONE);
    run->ops->done(request, self.rows, self.unread, run->user);
    return true;
}

bool
store_erase_at_start(const char *dir,
                     StoreCipher *cipher,
                     StoreNow now,
                     const StoreEraseOps *ops,
                     gpointer user,
                     GError **error)
{
    g_autoptr(GPtrArray) all = store_erase_requests(dir, error);
    Run run = {cipher, now, ops, user};

    for (guint i = 0; all != NULL && i < all->len; i++) {
        StoreEraseRequest *request = all->pdata[i];
        if (!store_erase_begin(dir, request, error) || !erase_one(&run, request, error)
            || !store_erase_remove(dir, request, error))
            return false;
    }
    return all != NULL;
}

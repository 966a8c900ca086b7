/* One import: asks the store, sends the pieces under its credit, waits until all
 * is acknowledged.
 *
 * Batch 0 of a job is its audit record and the event import-begun; batch k is
 * piece k - 1; the last has the second audit record and import-done.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib/gstdio.h>

#include "collector/import/archive.h"
#include "collector/import/import.h"
#include "collector/import/job.h"
#include "collector/import/sender.h"
#include "common/clock.h"
#include "common/error.h"
#include "common/progress.h"

#define SILENT_US  (60 * (int64_t)G_USEC_PER_SEC) /* nothing acknowledged in that time: give up */
#define HOUR_US    (3600 * (int64_t)G_USEC_PER_SEC)
#define HASH_BYTES (1u << 20)

typedef struct {
    CollectorImportSource *source;
    const CollectorImportOrder *order;
    CollectorImportResult *result;
    VicuKeys *keys;
    VicuContext *context;
    CollectorImportJob *job;
    CollectorImportSender *sender;
    CollectorTick *tick;
    CollectorImportOut *out;
    VicuProgress *progress;
    char *fingerprint;
    uint64_t next; /* batch to be sent next; n_pieces + 2: all are sent */
    uint64_t epoch;
    gboolean new_epoch; /* the job's file does not have it yet */
    gboolean stopped, done;
    uint64_t waiting;
    int64_t moved_us;
    guint idle;
    GError *error;
} Run;

/* ---- fingerprint ---- */

static gboolean
hash_file(GChecksum *sum, const char *path, GError **error)
{
    g_autofree uint8_t *bytes = g_malloc(HASH_BYTES);
    int fd = g_open(path, O_RDONLY | O_CLOEXEC, 0);
    ssize_t n = fd >= 0 ? 1 : -1;

    while (n > 0) {
        n = read(fd, bytes, HASH_BYTES);
        if (n < 0 && errno == EINTR)
            n = 1;
        else if (n > 0)
            g_checksum_update(sum, bytes, n);
    }
    if (n < 0)
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: %s", path, g_strerror(errno));
    if (fd >= 0)
        close(fd); /* read only: nothing to lose */
    return n == 0;
}

char *
collector_import_fingerprint(const CollectorImportSource *source, GError **error)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

    for (guint i = 0; i < source->files->len; i++)
        if (!hash_file(sum, source->files->pdata[i], error))
            return NULL;
    return g_strdup(g_checksum_get_string(sum));
}

/* ---- batches ---- */

static void
put_audit(Run *self, const char *what)
{
    const CollectorImportSource *source = self->source;
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
    g_autofree char *from = vicu_time_format(self->result->from_us);
    g_autofree char *to = vicu_time_format(self->result->to_us);
    /* no file name: it may be a patient's */
    g_autofree char *detail =
        g_strdup_printf("%s recording %.16s, %u signals, %s to %s", source->format,
                        self->fingerprint, source->signals->len, from, to);
    uint8_t id[16];
    gsize size = sizeof id;

    /* the same for the same job, so that it is kept once however often it is sent */
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_MD5);
    g_autofree char *all = g_strdup_printf("%s %s %s %" G_GINT64_FORMAT, what, self->fingerprint,
                                           self->result->bed, self->result->from_us);
    g_checksum_update(sum, (const guchar *)all, -1);
    g_checksum_get_digest(sum, id, &size);
    record.who = (char *)vicu_keys_name(self->keys);
    record.role = (char *)vicu_keys_role(self->keys);
    record.what = (char *)what;
    record.bed = self->result->bed;
    record.patient = (char *)(self->order->patient != NULL ? self->order->patient : "");
    record.t_us = vicu_clock_utc_us();
    record.from = (char *)"vicu import";
    record.why = (char *)(self->order->reason != NULL ? self->order->reason : "");
    record.detail = detail;
    record.id = (ProtobufCBinaryData){sizeof id, id};
    collector_tick_audit(self->tick, &record);
}

static void
put_mark(Run *self, const char *kind)
{
    g_autofree char *text =
        g_strdup_printf("%s, %u signals", self->source->format, self->source->signals->len);

    collector_import_out_event(self->out, self->result->from_us, kind, self->fingerprint, text);
}

/* Batch @i of the job. */
static GBytes *
make_batch(Run *self, uint64_t i, GError **error)
{
    int64_t now_us = vicu_clock_utc_us();

    if (i == 0) {
        put_audit(self, "import");
        put_mark(self, "import-begun");
    } else if (i <= self->source->n_pieces) {
        if (!self->source->piece(self->source, i - 1, self->out, error))
            return NULL;
    } else {
        put_audit(self, "import-done");
        put_mark(self, "import-done");
    }
    GBytes *packed = collector_tick_take(self->tick, now_us);
    if (packed != NULL)
        return packed;
    /* a piece without anything in it still has its number */
    Vicu__Batch empty = VICU__BATCH__INIT;
    empty.t_us = now_us;
    return vicu_wire_pack(&empty.base);
}

static gboolean
send_next(Run *self, GError **error)
{
    if (self->new_epoch && !collector_import_job_epoch(self->job, self->epoch, self->next, error))
        return FALSE;
    self->new_epoch = FALSE;
    g_autoptr(GBytes) batch = make_batch(self, self->next, error);
    if (batch == NULL || !collector_import_sender_append(self->sender, batch, error))
        return FALSE;
    self->next++;
    return TRUE;
}

/* ---- the main loop's calls ---- */

static void
fail(Run *self, GError *error)
{
    if (self->error == NULL)
        self->error = error;
    else
        g_error_free(error);
    self->done = TRUE;
}

static gboolean
all_sent(const Run *self)
{
    return self->next >= self->source->n_pieces + 2;
}

static gboolean
on_idle(gpointer user)
{
    Run *self = user;
    GError *error = NULL;

    if (self->done || self->stopped || all_sent(self)
        || !collector_import_sender_is_open(self->sender)
        || !collector_import_sender_has_room(self->sender)) {
        self->idle = 0;
        return G_SOURCE_REMOVE;
    }
    if (!send_next(self, &error))
        fail(self, error);
    return G_SOURCE_CONTINUE;
}

static void
on_moved(gpointer user)
{
    Run *self = user;

    if (self->sender == NULL || self->done)
        return;
    const char *failure = collector_import_sender_failure(self->sender);
    uint64_t waiting = collector_import_sender_waiting(self->sender);
    int64_t now_us = vicu_clock_boot_us();
    if (waiting != self->waiting || waiting == 0)
        self->moved_us = now_us;
    self->waiting = waiting;
    if (failure != NULL) {
        fail(self, g_error_new_literal(VICU_ERROR, VICU_ERROR_IO, failure));
        return;
    }
    if (now_us - self->moved_us > SILENT_US) {
        fail(self, g_error_new(VICU_ERROR, VICU_ERROR_TIMEOUT,
                               "the store acknowledged nothing for 60 s, %" G_GUINT64_FORMAT
                               " batches wait in the spool: see vicu status; the same command "
                               "goes on from there",
                               waiting));
        return;
    }
    vicu_progress_set(self->progress, self->next > waiting ? self->next - waiting : 0);
    if (self->stopped || (all_sent(self) && waiting == 0))
        self->done = TRUE;
    if (!self->done && self->idle == 0)
        self->idle = g_idle_add_full(G_PRIORITY_DEFAULT_IDLE, on_idle, self, NULL);
}

static void
on_epoch(uint64_t epoch, gpointer user)
{
    Run *self = user;

    self->epoch = epoch;
    self->new_epoch = TRUE;
    if (self->tick != NULL)
        collector_tick_announce_all(self->tick);
}

static gboolean
on_signal(gpointer user)
{
    Run *self = user;

    self->stopped = TRUE;
    self->done = TRUE;
    return G_SOURCE_CONTINUE;
}

/* ---- before and after ---- */

static gboolean
set_place(Run *self, CollectorArchive *archive, GError **error)
{
    CollectorImportSource *source = self->source;

    self->result->bed = collector_archive_bed(archive, self->order->bed, error);
    if (self->result->bed == NULL)
        return FALSE;
    source->at_us =
        self->order->at_us != COLLECTOR_IMPORT_NO_TIME ? self->order->at_us : source->start_us;
    if (source->at_us == COLLECTOR_IMPORT_NO_TIME) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s: the recording does not say when it was made: say where its beginning "
                    "goes with --at, as in --at 2026-01-31T08:00:00Z",
                    source->path);
        return FALSE;
    }
    self->result->from_us = source->at_us;
    self->result->to_us = source->at_us + source->span_us;
    self->result->pieces = source->n_pieces;
    collector_archive_channels(archive, self->result->bed, source->signals);
    return TRUE;
}

/* What is safe of an earlier try; TRUE in @skip: all of it. */
static gboolean
look_back(Run *self, CollectorArchive *archive, const char *spool, gboolean *skip, GError **error)
{
    CollectorImportResult *r = self->result;
    CollectorArchiveFound found = COLLECTOR_ARCHIVE_NEW;
    g_autoptr(GHashTable) last = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);

    if (!collector_archive_find(archive, r->bed, self->fingerprint, r->from_us, &found, error))
        return FALSE;
    if (found == COLLECTOR_ARCHIVE_DONE) {
        collector_import_job_done(self->job);
        *skip = TRUE;
        return TRUE;
    }
    if (collector_import_job_is_new(self->job)) {
        if (found == COLLECTOR_ARCHIVE_BEGUN) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED,
                        "an import of this recording into bed %s was begun elsewhere and did not "
                        "end; where it was left is not known here: finish it where it was begun, "
                        "or import into another bed",
                        r->bed);
            return FALSE;
        }
        return collector_archive_is_free(archive, r->bed, self->source->signals, r->from_us,
                                         r->to_us, error);
    }
    if (!collector_import_spool_last(spool, last, error)
        || !collector_archive_watermarks(archive, vicu_keys_fingerprint(self->keys), last, error))
        return FALSE;
    r->safe = self->next = collector_import_job_safe(self->job, last);
    return TRUE;
}

/* Pieces that are read for their order alone. */
static gboolean
read_past(Run *self, GError **error)
{
    if (!self->source->in_order || self->next < 2)
        return TRUE;
    collector_import_out_discard(self->out, TRUE);
    for (uint64_t i = 1; i < self->next && i <= self->source->n_pieces; i++)
        if (!self->source->piece(self->source, i - 1, self->out, error))
            return FALSE;
    collector_import_out_discard(self->out, FALSE);
    return TRUE;
}

static gboolean
send_all(Run *self, const VicuRoot *root, const char *spool, GError **error)
{
    static const CollectorImportSenderOps ops = {on_epoch, on_moved};
    int64_t began_us = vicu_clock_boot_us();

    self->tick = collector_tick_new(NULL);
    self->out = collector_import_out_new(self->tick, self->source->signals, self->result->bed);
    if (!read_past(self, error))
        return FALSE;
    self->progress = vicu_progress_new("import", "batches", self->source->n_pieces + 2);
    vicu_progress_begin(self->progress, self->next);
    self->moved_us = began_us;
    self->sender =
        collector_import_sender_new(self->context, self->keys, root, spool, &ops, self, error);
    if (self->sender == NULL)
        return FALSE;
    guint sources[] = {g_unix_signal_add(SIGINT, on_signal, self),
                       g_unix_signal_add(SIGTERM, on_signal, self)};
    while (!vicu_context_run_until(self->context, &self->done, HOUR_US))
        ;
    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++)
        g_source_remove(sources[i]);
    g_clear_handle_id(&self->idle, g_source_remove);
    g_clear_pointer(&self->progress, vicu_progress_free);
    self->result->samples = collector_import_out_count(self->out);
    self->result->seconds = (double)(vicu_clock_boot_us() - began_us) / 1e6;
    if (self->error != NULL) {
        g_propagate_error(error, g_steal_pointer(&self->error));
    } else if (self->stopped) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED,
                    "interrupted at %.0f %%: what was sent is kept, the same command goes on from "
                    "there",
                    100.0 * (double)self->next / (double)(self->source->n_pieces + 2));
    } else {
        collector_import_job_done(self->job);
        return TRUE;
    }
    return FALSE;
}

static gboolean
open_keys(Run *self, const VicuRoot *root, GError **error)
{
    self->keys = vicu_keys_open(root->keys, VICU_IMPORT_SENDER, error);
    if (self->keys == NULL) {
        g_prefix_error(error,
                       "the key \"" VICU_IMPORT_SENDER "\" is missing (vicu keys --root %s makes "
                       "it; a running installation reads it on SIGHUP): ",
                       root->dir);
        return FALSE;
    }
    self->context = vicu_context_new(self->keys, NULL, error);
    return self->context != NULL;
}

static gboolean
import(Run *self, const VicuRoot *root, GError **error)
{
    g_autofree char *folder = vicu_root_folder(root, "import", error);
    g_autofree char *endpoint = vicu_root_endpoint(root, "store-query");
    gboolean skip = FALSE;

    if (folder == NULL || !open_keys(self, root, error))
        return FALSE;
    g_autofree char *spool = g_build_filename(folder, "spool", NULL);
    g_autoptr(VicuQueryClient) store =
        vicu_query_client_new(self->context, endpoint, "store", "", error);
    g_autoptr(CollectorArchive) archive =
        store != NULL ? collector_archive_new(store, error) : NULL;
    if (archive == NULL || !set_place(self, archive, error))
        return FALSE;
    self->fingerprint = collector_import_fingerprint(self->source, error);
    if (self->fingerprint == NULL)
        return FALSE;
    self->job = collector_import_job_open(folder, self->fingerprint, self->result->bed,
                                          self->result->from_us, error);
    if (self->job == NULL || !look_back(self, archive, spool, &skip, error))
        return FALSE;
    self->result->skipped = skip;
    return skip || send_all(self, root, spool, error);
}

gboolean
collector_import_run(CollectorImportSource *source,
                     const VicuRoot *root,
                     const CollectorImportOrder *order,
                     CollectorImportResult *result,
                     GError **error)
{
    Run self = {.source = source, .order = order, .result = result};

    gboolean ok = import(&self, root, error);
    g_clear_pointer(&self.progress, vicu_progress_free);
    g_clear_pointer(&self.sender, collector_import_sender_free);
    g_clear_pointer(&self.out, collector_import_out_free);
    g_clear_pointer(&self.tick, collector_tick_free);
    g_clear_pointer(&self.job, collector_import_job_free);
    g_clear_pointer(&self.context, vicu_context_free);
    g_clear_pointer(&self.keys, vicu_keys_free);
    g_clear_error(&self.error);
    g_free(self.fingerprint);
    return ok;
}

void
collector_import_result_clear(CollectorImportResult *result)
{
    g_clear_pointer(&result->bed, g_free);
}

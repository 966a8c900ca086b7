/* SPDX-License-Identifier: Apache-2.0 */
#include "store/server.h"

#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/link-wire.h"
#include "common/log.h"
#include "common/watch.h"
#include "store/aside.h"
#include "store/beat.h"
#include "store/checkpoint.h"
#include "store/erase/erase.h"
#include "store/erase/settings.h"
#include "store/ledger-signer.h"
#include "store/retention-file.h"
#include "store/steady.h"
#include "store/witness-tell.h"

#define HUB_HWM          4096
#define QUERY_HWM        1024
#define TICK_MS          100
#define TICKS_PER_SECOND (1000 / TICK_MS)
#define TICKS_PER_MINUTE (60 * TICKS_PER_SECOND)

struct StoreServer {
    VicuDaemon *daemon;
    StoreServerSettings settings;
    char *dir;
    StoreSpace *space;
    StoreSpaceFound found;
    StoreCipher *cipher; /* NULL: values are in clear */
    StoreDb *db;
    StoreHead *head;
    VicuNoteSigner *signer; /* of the audit's heads; NULL: nobody signs */
    StorePolicy *policy;
    StoreSteady steady;
    StoreIngest *ingest;
    StoreService *service;
    StorePeopleDesk *people;
    StoreWitnessTell *witnesses;
    VicuSocket *hub;
    VicuSocket *query;
    VicuWatch hub_watch;
    GSource *commit;   /* while a group is open */
    int64_t commit_us; /* when it ends (mono) */
    guint timer;
    guint ticks;
    uint64_t beats;
    bool failed;
    int64_t open_us;
};

static StoreNow
clock_now(void)
{
    return (StoreNow){vicu_clock_utc_us(), vicu_clock_boot_us()};
}

/* The process ends; nothing is written any more. Takes @error. */
static void
fail(StoreServer *self, GError *error)
{
    if (self->failed) {
        g_error_free(error);
        return;
    }
    self->failed = true;
    vicu_warning(VICU_MSG_STORE_FAILED, "%s", error->message);
    vicu_daemon_fail(self->daemon, error);
}

/* ---- group commit ---- */

static void
stop_commit(StoreServer *self)
{
    if (self->commit == NULL)
        return;
    g_source_destroy(self->commit);
    g_clear_pointer(&self->commit, g_source_unref);
}

static bool
commit_now(StoreServer *self)
{
    GError *error = NULL;

    stop_commit(self);
    if (self->failed)
        return false;
    if (store_ingest_commit(self->ingest, clock_now(), &error))
        return true;
    fail(self, error);
    return false;
}

static gboolean
on_commit(gpointer user)
{
    commit_now(user);
    return G_SOURCE_REMOVE;
}

static void
schedule_commit(StoreServer *self)
{
    int64_t due_us = store_ingest_due_us(self->ingest);

    if (due_us == 0 || self->failed || (self->commit != NULL && self->commit_us <= due_us))
        return;
    stop_commit(self);
    int64_t wait_us = MAX(due_us - vicu_clock_boot_us(), 0);
    self->commit_us = due_us;
    self->commit = g_timeout_source_new((guint)((wait_us + 999) / 1000));
    g_source_set_priority(self->commit, G_PRIORITY_DEFAULT);
    g_source_set_callback(self->commit, on_commit, self, NULL);
    g_source_attach(self->commit, vicu_daemon_main_context(self->daemon));
}

/* ---- the hub ---- */

static void
send_to_hub(const VicuLinkMessage *message, gpointer user)
{
    StoreServer *self = user;
    VicuEnvelope envelope;
    g_autoptr(GBytes) packed = NULL;
    VicuPart body = vicu_link_wire_pack(message, &envelope, &packed);

    envelope.t_us = vicu_clock_utc_us();
    vicu_socket_send(self->hub, NULL, &envelope, body.data, body.size);
}

/* The hub learns from it where the store is, the rules what its disk is like. */
static void
beat_to_hub(StoreServer *self)
{
    VicuEnvelope envelope = {.kind = VICU__KIND__KIND_HEARTBEAT};
    g_autoptr(GBytes) beat =
        store_beat_pack(&self->found, &self->settings.space, self->head != NULL, ++self->beats,
                        vicu_clock_utc_us());
    gsize size = 0;
    const void *data = g_bytes_get_data(beat, &size);

    vicu_socket_stamp(self->hub, &envelope);
    vicu_socket_send(self->hub, NULL, &envelope, data, size);
}

static void
on_hub(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    StoreServer *self = user;
    VicuLinkWire wire;
    GError *error = NULL;

    (void)socket;
    if (vicu_watch_heard(&self->hub_watch, vicu_clock_boot_us()))
        vicu_daemon_condition(self->daemon, "hub-silent", NULL);
    if (self->ingest == NULL || self->failed
        || message->envelope.kind == VICU__KIND__KIND_HEARTBEAT)
        return;
    if (!vicu_link_wire_unpack(&wire, &message->envelope, message->body.data, message->body.size)) {
        vicu_warning(VICU_MSG_UNREADABLE, "a message of kind %d from the hub cannot be read",
                     (int)message->envelope.kind);
        return;
    }
    bool ok = store_ingest_receive(self->ingest, &wire.message, clock_now(), &error);
    vicu_link_wire_clear(&wire);
    if (ok)
        schedule_commit(self);
    else
        fail(self, error);
}

static void
on_hub_peer(VicuSocket *socket, VicuPeerEvent event, gpointer user)
{
    StoreServer *self = user;

    (void)socket;
    if (event == VICU_PEER_CONNECTED)
        beat_to_hub(self);
}

static void
watch_hub(StoreServer *self)
{
    int64_t mono_us = vicu_clock_boot_us();

    if (!vicu_watch_tick(&self->hub_watch, mono_us) || self->hub_watch.level == VICU_WATCH_OK)
        return;
    g_autofree char *silence =
        vicu_duration_format(vicu_watch_silence_us(&self->hub_watch, mono_us));
    g_autofree char *text =
        g_strdup_printf("hub blind: nothing heard from the hub for %s, nothing is stored", silence);
    vicu_daemon_condition(self->daemon, "hub-silent", text);
}

/* ---- what others call ---- */

static void
on_committed(gpointer user)
{
    StoreServer *self = user;
    store_service_committed(self->service);
}

static bool
settle(gpointer user)
{
    return commit_now(user);
}

static void
want_sync(bool waits, gpointer user)
{
    StoreServer *self = user;

    store_ingest_want_sync(self->ingest, waits, clock_now());
    schedule_commit(self);
}

static StoreNow
service_now(gpointer user)
{
    (void)user;
    return clock_now();
}

static void
service_failed(GError *error, gpointer user)
{
    fail(user, error);
}

static bool
believes(const VicuNoteKey *witness, GError **error, gpointer user)
{
    const StoreServer *self = user;

    return store_ledger_believes(vicu_daemon_root(self->daemon), witness, error);
}

bool
store_server_audit(StoreServer *self, const Vicu__AuditRecord *record)
{
    Vicu__AuditRecord copy = *record;
    GError *error = NULL;
    int64_t now_us = clock_now().utc_us;

    if (self->ingest == NULL || !store_ingest_is_writable(self->ingest) || self->failed)
        return false;
    if (store_ledger_append(store_head_ledger(self->head), &copy, now_us, &error)
        == STORE_LEDGER_BROKEN) {
        fail(self, error);
        return false;
    }
    want_sync(true, self);
    return true;
}

/* The store about itself. */
static void
audit_self(StoreServer *self, const char *what, const char *why)
{
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;

    record.who = (char *)vicu_daemon_name(self->daemon);
    record.role = (char *)"store";
    record.what = (char *)what;
    record.t_us = clock_now().utc_us;
    record.from = (char *)"store";
    record.why = (char *)why;
    record.detail = (char *)VICU_VERSION;
    store_server_audit(self, &record);
}

/* ---- the database ---- */

/* What was asked of the files while no store ran. */
static bool
take_aside(StoreServer *self, GError **error)
{
    const char *dir = vicu_daemon_root(self->daemon)->dir;
    g_autoptr(GPtrArray) names = NULL;

    if (!store_aside_take(dir, store_head_ledger(self->head), vicu_clock_utc_us(), &names, error)
        || !store_ingest_commit(self->ingest, clock_now(), error))
        return false;
    store_aside_drop(dir, names);
    return true;
}

static bool
open_keys(StoreServer *self, GError **error)
{
    const StoreKeyPlaces *places = &self->settings.keys;
    g_autofree char *note = NULL;

    if (places->folder == NULL || places->folder[0] == '\0')
        return true;
    if (!store_erase_check(places, vicu_daemon_root(self->daemon), error))
        return false;
    self->cipher = store_cipher_new(places, false, &note, error);
    if (note != NULL)
        vicu_warning(VICU_MSG_STORE_KEYS, "%s", note);
    return self->cipher != NULL;
}

static StoreHead *
open_head(gpointer user, GError **error)
{
    StoreServer *self = user;
    StoreHead *head = store_head_open(self->db, clock_now(), error);

    if (head == NULL)
        return NULL;
    store_head_set(head, &self->settings.head);
    store_head_set_policy(head, store_policy_ref(self->policy));
    return head;
}

static void
on_erased(const StoreEraseRequest *request, uint64_t rows, uint64_t unread, gpointer user)
{
    (void)user;
    g_message("bed %s: a stretch of time was erased, %" G_GUINT64_FORMAT " rows", request->bed,
              rows);
    if (unread > 0)
        vicu_warning(VICU_MSG_STORE_KEYS,
                     "bed %s: %" G_GUINT64_FORMAT " rows beside what was erased could not be read, "
                     "and were not kept",
                     request->bed, unread);
}

/* Before anything is served. Requests that cannot be done wait, and the store goes on. */
static bool
erase(StoreServer *self, GError **error)
{
    static const StoreEraseOps ops = {open_head, on_erased, NULL};
    const char *dir = vicu_daemon_root(self->daemon)->dir;
    g_autoptr(GError) why = NULL;
    g_autoptr(GPtrArray) all = store_erase_requests(dir, &why);

    if (all != NULL && all->len > 0 && self->cipher == NULL)
        g_set_error(&why, VICU_ERROR, VICU_ERROR_CONFIG,
                    "%u requests to erase wait in %s/%s: [erasure] keys names no folder", all->len,
                    dir, STORE_ERASE_FOLDER);
    vicu_daemon_condition(self->daemon, "store-erasure", why != NULL ? why->message : NULL);
    if (why != NULL)
        vicu_warning(VICU_MSG_STORE_KEYS, "%s", why->message);
    return why != NULL || self->cipher == NULL || all->len == 0
           || store_erase_at_start(dir, self->cipher, clock_now(), &ops, self, error);
}

/* Whatever is wrong with the audit, the ward is stored: it is said, and counted. */
static void
open_ledger(StoreServer *self)
{
    g_autofree char *wrong = NULL;
    StoreLedger *ledger = store_head_ledger(self->head);

    self->signer = store_ledger_signer(ledger, vicu_daemon_root(self->daemon), &wrong);
    vicu_daemon_condition(self->daemon, "store-audit", wrong);
    if (wrong != NULL)
        vicu_warning(VICU_MSG_STORE_AUDIT, "%s", wrong);
}

static bool
open_people(StoreServer *self, GError **error)
{
    static const StorePeopleDeskOps ops = {want_sync, service_now, service_failed, NULL};

    self->people =
        store_people_desk_new(self->head, self->dir, vicu_daemon_main_context(self->daemon),
                              &self->settings.people, &ops, self, error);
    if (self->people == NULL)
        return false;
    store_service_set_people(self->service, self->people, self->settings.keys_act);
    return true;
}

static bool
open_database(StoreServer *self, GError **error)
{
    static const StoreIngestOps ops = {.send = send_to_hub, .committed = on_committed};
    int64_t begin_us = vicu_clock_boot_us();

    store_checkpoint_release_all(self->dir);
    if (!open_keys(self, error))
        return false;
    self->settings.db.cipher = self->cipher;
    self->db = store_db_open(self->dir, &self->settings.db, error);
    if (self->db == NULL || !erase(self, error))
        return false;
    self->head = open_head(self, error);
    if (self->head == NULL)
        return false;
    open_ledger(self);
    self->open_us = vicu_clock_boot_us() - begin_us;
    self->ingest = store_ingest_new(self->head, &self->settings.ingest, &ops, self);
    if (!open_people(self, error))
        return false;
    store_service_set_head(self->service, self->head, NULL);
    audit_self(self, "store-start", "");
    return take_aside(self, error);
}

/* True when it is open, or cannot be yet for want of space. */
static bool
try_open(StoreServer *self, GError **error)
{
    if (store_space_may_open(self->space)) {
        vicu_daemon_condition(self->daemon, "store-closed", NULL);
        return open_database(self, error);
    }
    static const char text[] =
        "the disk is full: the database is not opened until there is space; nothing is stored";
    vicu_daemon_condition(self->daemon, "store-closed", text);
    store_service_set_head(self->service, NULL, text);
    return true;
}

/* ---- space ---- */

static void
set_writable(StoreServer *self, bool writable)
{
    if (self->ingest == NULL || store_ingest_is_writable(self->ingest) == writable)
        return;
    if (!writable) {
        audit_self(self, "store-stops-writing", "disk full");
        if (!commit_now(self))
            return;
    }
    store_ingest_set_writable(self->ingest, writable);
    store_service_set_writable(self->service, writable);
    store_people_desk_set_writable(self->people, writable);
    audit_self(self, "store-writes-again", "");
}

static void
say_space(StoreServer *self)
{
    g_autofree char *text = NULL;
    const StoreSpaceFound *found = &self->found;
    double percent = 100 * found->free_share;

    if (found->level == STORE_SPACE_FULL)
        text = g_strdup_printf("disk full: %.1f %% free, nothing is stored below %.0f %%; "
                               "collectors keep their data in their spools",
                               percent, 100 * self->settings.space.stop_share);
    vicu_daemon_condition(self->daemon, "store-full", text);
    g_clear_pointer(&text, g_free);
    if (found->level == STORE_SPACE_LOW)
        text = g_strdup_printf("disk nearly full: %.1f %% free, expected at least %.0f %%", percent,
                               100 * self->settings.space.warn_share);
    vicu_daemon_condition(self->daemon, "store-low", text);
    vicu_daemon_condition(self->daemon, "store-no-reserve",
                          found->reserve ? NULL
                                         : "there is no room for the reserve file: give the disk "
                                           "space, or make [space] reserve smaller");
}

static void
look_at_space(StoreServer *self)
{
    GError *error = NULL;
    StoreSpaceLevel before = self->found.level;

    if (!store_space_look(self->space, &self->found, &error)) {
        fail(self, error);
        return;
    }
    if (self->found.level != before && self->found.level != STORE_SPACE_OK)
        vicu_warning(VICU_MSG_STORE_FULL, "%.1f %% of the store's disk is free",
                     100 * self->found.free_share);
    say_space(self);
    if (self->head == NULL && !try_open(self, &error)) {
        fail(self, error);
        return;
    }
    set_writable(self, self->found.level != STORE_SPACE_FULL);
}

/* ---- retention ---- */

/* Nothing is dropped: what waits is sealed at once, and senders are held back. */
static void
bound_head(StoreServer *self)
{
    if (self->ingest == NULL)
        return;
    bool over = store_db_family_bytes(self->db, STORE_HEAD) > self->settings.head_quota_bytes;
    store_head_hurry(self->head, over);
    store_ingest_set_credit(self->ingest, over ? 0.25 : 1);
}

static void
retain(StoreServer *self)
{
    GError *error = NULL;

    if (self->head == NULL || !store_ingest_is_writable(self->ingest) || !commit_now(self))
        return;
    StoreNow now = clock_now();
    bool steady = store_steady_look(&self->steady, now);
    vicu_daemon_condition(self->daemon, "store-clock",
                          steady ? NULL
                                 : "the clock leapt ahead by more than an hour: retention drops "
                                   "nothing for a day, or until the clock is set back");
    if (steady && !store_head_retain(self->head, &self->settings.retain, now.utc_us, &error))
        fail(self, error);
}

StorePolicy *
store_server_policy(const StoreServerSettings *settings, GError **error)
{
    g_autoptr(StorePolicy) policy = store_policy_new(settings->keep_us);
    GHashTableIter iter;
    gpointer place, text;

    if (settings->places == NULL)
        return g_steal_pointer(&policy);
    g_hash_table_iter_init(&iter, settings->places);
    while (g_hash_table_iter_next(&iter, &place, &text))
        if (!store_policy_add(policy, place, text, error))
            return NULL;
    return g_steal_pointer(&policy);
}

/* A policy that makes no sense leaves the one before in place. */
static void
change_policy(StoreServer *self, const StoreServerSettings *settings)
{
    g_autoptr(GError) error = NULL;
    StorePolicy *policy = store_server_policy(settings, &error);

    vicu_daemon_condition(self->daemon, "store-retention", error != NULL ? error->message : NULL);
    if (policy == NULL)
        return;
    store_policy_free(self->policy);
    self->policy = policy;
    if (self->head != NULL)
        store_head_set_policy(self->head, store_policy_ref(policy));
}

static void
look_at_witnesses(StoreServer *self)
{
    const GPtrArray *witnessed =
        self->head != NULL
            ? store_notes_witnessed(store_ledger_notes(store_head_ledger(self->head)))
            : NULL;

    store_witness_tell_tick(self->witnesses, witnessed, self->settings.witnessed_us,
                            vicu_clock_boot_us());
}

/* ---- time ---- */

static gboolean
on_tick(gpointer user)
{
    StoreServer *self = user;
    GError *error = NULL;

    if (self->failed)
        return G_SOURCE_CONTINUE;
    self->ticks++;
    if (self->ingest != NULL && !store_ingest_tick(self->ingest, clock_now(), &error)) {
        fail(self, error);
        return G_SOURCE_CONTINUE;
    }
    watch_hub(self);
    if (self->ticks % TICKS_PER_SECOND == 0) {
        store_service_tick(self->service);
        if (self->people != NULL)
            store_people_desk_tick(self->people);
        look_at_space(self);
        beat_to_hub(self);
        bound_head(self);
        look_at_witnesses(self);
    }
    if (self->ticks % TICKS_PER_MINUTE == 0)
        retain(self);
    if (self->ingest != NULL)
        schedule_commit(self);
    return G_SOURCE_CONTINUE;
}

/* ---- life ---- */

static bool
open_hub(StoreServer *self, GError **error)
{
    VicuSocketOptions options = {VICU_SOCKET_DEALER, "client", HUB_HWM, HUB_HWM};
    g_autofree char *endpoint = vicu_root_endpoint(vicu_daemon_root(self->daemon), "hub-store");

    self->hub = vicu_socket_new(vicu_daemon_context(self->daemon), &options, error);
    if (self->hub == NULL)
        return false;
    vicu_socket_listen(self->hub, on_hub, on_hub_peer, self);
    return vicu_socket_connect(self->hub, endpoint, "hub", error);
}

static char *
retention(const char *key, gpointer user)
{
    return store_retention_text(((StoreServer *)user)->daemon, key);
}

static bool
set_retention(const char *key, const char *text, GError **error, gpointer user)
{
    return store_retention_set(((StoreServer *)user)->daemon, key, text, error);
}

static bool
open_query(StoreServer *self, GError **error)
{
    static const StoreServiceOps ops = {
        .settle = settle,
        .want_sync = want_sync,
        .now = service_now,
        .failed = service_failed,
        .believes = believes,
        .set_retention = set_retention,
        .retention = retention,
    };
    VicuSocketOptions options = {VICU_SOCKET_ROUTER, "query", QUERY_HWM, QUERY_HWM};
    g_autofree char *endpoint = vicu_root_endpoint(vicu_daemon_root(self->daemon), "store-query");

    self->query = vicu_socket_new(vicu_daemon_context(self->daemon), &options, error);
    if (self->query == NULL || !vicu_socket_bind(self->query, endpoint, error))
        return false;
    vicu_daemon_endpoint(self->daemon, "store-query", endpoint);
    self->service = store_service_new(self->query, vicu_daemon_main_context(self->daemon),
                                      &self->settings.service, &ops, self);
    return true;
}

StoreServer *
store_server_new(VicuDaemon *daemon, const StoreServerSettings *settings, GError **error)
{
    g_autoptr(StoreServer) self = g_new0(StoreServer, 1);

    self->daemon = daemon;
    self->settings = *settings;
    self->settings.places = NULL; /* borrowed for this call */
    self->policy = store_server_policy(settings, error);
    if (self->policy == NULL)
        return NULL;
    vicu_watch_init(&self->hub_watch, vicu_clock_boot_us());
    self->dir = vicu_root_folder(vicu_daemon_root(daemon), vicu_daemon_name(daemon), error);
    if (self->dir == NULL)
        return NULL;
    self->space = store_space_new(self->dir, &settings->space, error);
    if (self->space == NULL || !open_query(self, error) || !try_open(self, error)
        || !open_hub(self, error))
        return NULL;
    self->witnesses = store_witness_tell_new(daemon);
    look_at_space(self);
    self->timer = g_timeout_add(TICK_MS, on_tick, self);
    return g_steal_pointer(&self);
}

void
store_server_free(StoreServer *self)
{
    if (self == NULL)
        return;
    if (self->timer != 0)
        g_source_remove(self->timer);
    if (self->ingest != NULL && !self->failed && store_ingest_is_writable(self->ingest))
        commit_now(self);
    stop_commit(self);
    store_witness_tell_free(self->witnesses);
    store_service_free(self->service);
    store_people_desk_free(self->people);
    store_ingest_free(self->ingest);
    store_head_free(self->head);
    vicu_note_signer_free(self->signer);
    store_policy_free(self->policy);
    store_db_close(self->db);
    store_cipher_free(self->cipher);
    store_space_free(self->space);
    vicu_socket_free(self->hub);
    vicu_socket_free(self->query);
    g_free(self->dir);
    g_free(self);
}

void
store_server_reload(StoreServer *self, const StoreServerSettings *settings)
{
    change_policy(self, settings);
    self->settings.retain = settings->retain;
    self->settings.witnessed_us = settings->witnessed_us;
    self->settings.head = settings->head;
    self->settings.head_quota_bytes = settings->head_quota_bytes;
    if (self->head != NULL)
        store_head_set(self->head, &settings->head);
    if (self->people != NULL) {
        store_people_desk_set(self->people, &settings->people);
        store_service_set_people(self->service, self->people, settings->keys_act);
    }
}

void
store_server_figures(StoreServer *self, StoreServerFigures *figures)
{
    *figures = (StoreServerFigures){0};
    figures->space = self->found;
    figures->open_us = self->open_us;
    figures->service = *store_service_counts(self->service);
    if (self->ingest == NULL)
        return;
    figures->head = *store_head_counts(self->head);
    figures->trend = *store_trend_counts(store_head_trend(self->head));
    figures->ledger = *store_ledger_counts(store_head_ledger(self->head));
    figures->streams = store_streams_count(store_head_streams(self->head));
    figures->head_bytes = store_db_family_bytes(self->db, STORE_HEAD);
    figures->wave_bytes = store_db_family_bytes(self->db, STORE_WAVE);
    figures->late_bytes = store_db_family_bytes(self->db, STORE_LATE);
    figures->wave_files = store_db_files(self->db, STORE_WAVE, NULL, NULL);
    figures->fresh = *store_fresh_counts(store_head_waves(self->head)->fresh);
    figures->fresh_bytes = store_fresh_bytes(store_head_waves(self->head)->fresh);
    store_ingest_figures(self->ingest, &figures->ingest);
    store_people_figures(store_people_desk_people(self->people), &figures->people);
}

/* The rules process on one main loop.
 *
 * An alarm is written to the journal, then published, and synced behind it: it
 * waits for no disk. A command is answered once its record is synced.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/serve.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/crc32c.h"
#include "common/error.h"
#include "common/log.h"
#include "common/state-server.h"
#include "rules/packs/packs.h"
#include "rules/store-watch.h"

#define POSITION_US     (G_USEC_PER_SEC)
#define COMPACT_AT_OPEN (1u << 20)
#define ANSWERS_KEPT    4096
#define SNAPSHOT_S      30
#define HISTORY_S       12 /* rhythm detectors know their patient after this */

/* An answer that waits until the journal is on disk. */
typedef struct {
    uint64_t append;
    char *key;
    RulesAnswer answer;
} Waiting;

struct RulesService {
    VicuDaemon *daemon;
    RulesServiceSettings settings;
    RulesSet *set;
    RulesWard *ward;
    RulesJournal *journal;
    VicuStateServer *state;
    VicuUplink *uplink;
    RulesFeedClient *feed;
    GQueue waiting; /* Waiting, in the order of appends */
    GQueue answers; /* GBytes of ANSWER records, oldest first */
    /* read at start */
    GHashTable *items;    /* "subject key" -> GBytes */
    uint64_t position[3]; /* as the record has it */
    uint64_t incarnation;
    char *engine_folder;
    double save_due;             /* beds */
    uint64_t history[HISTORY_S]; /* number of the feed, second by second */
    uint64_t seconds;
    int64_t replay_us;
    int64_t position_us; /* mono: last time it was written */
    RulesStoreWatch store;
    bool dirty;
    bool broken;
};

/* --- journal --- */

static void
on_record(uint8_t kind, const uint8_t *data, size_t size, gpointer user)
{
    RulesService *self = user;
    switch ((RulesRecordKind)kind) {
    case RULES_RECORD_ITEM: {
        g_autoptr(Vicu__StateItem) item = vicu_wire_unpack_state_item(data, size, NULL);
        if (!item)
            break;
        g_autofree char *key = g_strdup_printf("%d %s", item->subject, item->key);
        if (item->removed)
            g_hash_table_remove(self->items, key);
        else
            g_hash_table_replace(self->items, g_steal_pointer(&key), g_bytes_new(data, size));
        break;
    }
    case RULES_RECORD_ANSWER:
        g_queue_push_tail(&self->answers, g_bytes_new(data, size));
        if (self->answers.length > ANSWERS_KEPT)
            g_bytes_unref(g_queue_pop_head(&self->answers));
        break;
    case RULES_RECORD_POSITION:
        if (size == sizeof self->position) {
            memcpy(self->position, data, size);
            for (size_t i = 0; i < G_N_ELEMENTS(self->position); i++)
                self->position[i] = GUINT64_FROM_LE(self->position[i]);
        }
        break;
    case RULES_RECORD_INCARNATION:
        if (size == 8) {
            memcpy(&self->incarnation, data, 8);
            self->incarnation = GUINT64_FROM_LE(self->incarnation);
        }
        break;
    default: /* of a newer version: kept out of the way */
        break;
    }
}

static void
journal_failed(RulesService *self, const GError *error)
{
    if (self->broken)
        return;
    self->broken = true;
    vicu_log(G_LOG_LEVEL_WARNING, VICU_MSG_JOURNAL_FAILED, NULL, "%s", error->message);
    vicu_daemon_fail(self->daemon, g_error_copy(error));
}

static uint64_t
append(RulesService *self, RulesRecordKind kind, const void *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    uint64_t n = rules_journal_append(self->journal, kind, data, size, &error);
    if (n == 0)
        journal_failed(self, error);
    return n;
}

static void
append_numbers(RulesService *self, RulesRecordKind kind, const uint64_t *numbers, size_t n)
{
    uint64_t le[3];
    g_assert(n <= G_N_ELEMENTS(le));
    for (size_t i = 0; i < n; i++)
        le[i] = GUINT64_TO_LE(numbers[i]);
    append(self, kind, le, n * sizeof *le);
}

static void
free_waiting(gpointer data)
{
    Waiting *w = data;
    g_free(w->key);
    rules_answer_clear(&w->answer);
    g_free(w);
}

static void
on_synced(uint64_t upto, const GError *error, gpointer user)
{
    RulesService *self = user;
    if (error) {
        journal_failed(self, error);
        return;
    }
    while (self->waiting.length > 0) {
        Waiting *w = g_queue_peek_head(&self->waiting);
        if (w->append > upto)
            break;
        g_queue_pop_head(&self->waiting);
        if (self->state)
            vicu_state_server_answer(self->state, w->key, w->answer.ok, w->answer.text,
                                     w->answer.detail);
        free_waiting(w);
    }
    if (self->state)
        vicu_state_server_flush(self->state);
}

static void
keep_item(GBytes *packed, gpointer user)
{
    gsize size = 0;
    const void *data = g_bytes_get_data(packed, &size);
    rules_journal_keep(user, RULES_RECORD_ITEM, data, size);
}

static void
write_live(RulesJournal *journal, gpointer user)
{
    RulesService *self = user;
    uint64_t incarnation = GUINT64_TO_LE(self->incarnation);
    uint64_t position[G_N_ELEMENTS(self->position)];
    for (size_t i = 0; i < G_N_ELEMENTS(position); i++)
        position[i] = GUINT64_TO_LE(self->position[i]);
    rules_journal_keep(journal, RULES_RECORD_INCARNATION, &incarnation, sizeof incarnation);
    rules_journal_keep(journal, RULES_RECORD_POSITION, position, sizeof position);
    rules_ward_foreach_lasting(self->ward, keep_item, journal);
    for (const GList *i = self->answers.head; i; i = i->next)
        rules_journal_keep(journal, RULES_RECORD_ANSWER, g_bytes_get_data(i->data, NULL),
                           g_bytes_get_size(i->data));
}

static void
compact(RulesService *self, uint64_t above)
{
    RulesJournalFigures figures;
    g_autoptr(GError) error = NULL;
    rules_journal_figures(self->journal, &figures);
    if (figures.bytes > above && !rules_journal_compact(self->journal, write_live, self, &error))
        journal_failed(self, error);
}

/* --- the ward's ops --- */

static void
on_item(Vicu__Subject subject,
        const char *key,
        GBytes *packed,
        bool removed,
        bool lasting,
        gpointer user)
{
    RulesService *self = user;
    if (lasting) {
        gsize size = 0;
        const void *data = g_bytes_get_data(packed, &size);
        append(self, RULES_RECORD_ITEM, data, size);
        self->dirty = true;
    }
    VicuStateOwner *owner = vicu_state_server_machine(self->state);
    if (removed)
        vicu_state_owner_remove(owner, subject, key, packed);
    else
        vicu_state_owner_set(owner, subject, key, packed);
}

/* After each input: publish, send on, and let the disk follow. */
static void
settle(RulesService *self, int64_t now_us)
{
    g_autoptr(GBytes) batch = rules_ward_take_batch(self->ward, now_us);
    if (self->broken)
        return;
    vicu_state_server_level(self->state, rules_ward_watermark(self->ward),
                            rules_ward_is_catching_up(self->ward));
    vicu_state_server_flush(self->state);
    if (batch)
        vicu_uplink_append(self->uplink, g_bytes_get_data(batch, NULL), g_bytes_get_size(batch),
                           now_us);
    if (self->dirty) {
        self->dirty = false;
        rules_journal_sync(self->journal);
    }
}

/* --- commands --- */

static void
journal_answer(RulesService *self, const char *key, GBytes *packed, const RulesAnswer *answer)
{
    Vicu__CommandResult result = VICU__COMMAND_RESULT__INIT;
    result.key = (char *)key;
    result.ok = answer->ok;
    result.text = answer->text ? answer->text : (char *)"";
    result.detail = answer->detail ? answer->detail : (char *)"";
    gsize size = 0;
    const void *command = g_bytes_get_data(packed, &size);
    uint32_t length = GUINT32_TO_LE((uint32_t)size);
    GByteArray *record = g_byte_array_new();
    g_byte_array_append(record, (const uint8_t *)&length, sizeof length);
    g_byte_array_append(record, command, (guint)size);
    vicu_wire_append(&result.base, record);
    Waiting *w = g_new0(Waiting, 1);
    w->append = append(self, RULES_RECORD_ANSWER, record->data, record->len);
    w->key = g_strdup(key);
    w->answer = *answer;
    g_queue_push_tail(&self->waiting, w);
    g_queue_push_tail(&self->answers, g_byte_array_free_to_bytes(record));
    if (self->answers.length > ANSWERS_KEPT)
        g_bytes_unref(g_queue_pop_head(&self->answers));
    self->dirty = true;
}

static void
on_command(
    const Vicu__Command *command, GBytes *packed, const char *peer, const char *role, gpointer user)
{
    RulesService *self = user;
    RulesAnswer answer;
    int64_t now_us = vicu_clock_utc_us();
    rules_ward_command(self->ward, command, peer, role, now_us, vicu_clock_boot_us(), &answer);
    journal_answer(self, command->key, packed, &answer);
    settle(self, now_us);
}

static void
restore_answers(RulesService *self)
{
    VicuStateOwner *owner = vicu_state_server_machine(self->state);
    for (const GList *i = self->answers.head; i; i = i->next) {
        gsize size = 0;
        const uint8_t *data = g_bytes_get_data(i->data, &size);
        uint32_t length = 0;
        if (size < sizeof length)
            continue;
        memcpy(&length, data, sizeof length);
        length = GUINT32_FROM_LE(length);
        if (length > size - sizeof length)
            continue;
        g_autoptr(GBytes) command = g_bytes_new(data + sizeof length, length);
        const uint8_t *rest = data + sizeof length + length;
        size_t rest_size = size - sizeof length - length;
        g_autoptr(GBytes) result = g_bytes_new(rest, rest_size);
        g_autoptr(Vicu__CommandResult) read =
            vicu_wire_unpack_command_result(rest, rest_size, NULL);
        if (read)
            vicu_state_owner_restore_answer(owner, read->key, command, result);
    }
}

/* --- the feed --- */

static void
on_batch(const VicuLinkMessage *message, const char *name, const Vicu__Batch *batch, gpointer user)
{
    RulesService *self = user;
    int64_t now_us = vicu_clock_utc_us();
    rules_ward_batch(self->ward, &message->sender, name, message->epoch, batch, now_us,
                     vicu_clock_boot_us());
    settle(self, now_us);
}

static void
on_heartbeat(const VicuSenderId *sender,
             const char *name,
             const Vicu__Heartbeat *beat,
             gpointer user)
{
    RulesService *self = user;
    int64_t now_us = vicu_clock_utc_us();
    rules_ward_heartbeat(self->ward, sender, name, beat, now_us, vicu_clock_boot_us());
    settle(self, now_us);
}

static void
on_store(const Vicu__StoreSpace *space, gpointer user)
{
    RulesService *self = user;
    rules_store_watch_beat(&self->store, space, vicu_clock_boot_us());
}

static void
on_gap(const VicuFeedGap *gap, gpointer user)
{
    RulesService *self = user;
    int64_t now_us = vicu_clock_utc_us();
    rules_ward_gap(self->ward, gap, now_us);
    settle(self, now_us);
}

static void
on_hub(VicuWatchLevel level, gpointer user)
{
    RulesService *self = user;
    int64_t now_us = vicu_clock_utc_us();
    rules_ward_hub(self->ward, level, now_us, vicu_clock_boot_us());
    settle(self, now_us);
}

static void
write_position(RulesService *self)
{
    RulesFeedClientFigures figures;
    rules_feed_client_figures(self->feed, &figures);
    uint64_t now[] = {figures.incarnation, figures.number,
                      (uint64_t)rules_ward_watermark(self->ward)};
    self->history[self->seconds++ % HISTORY_S] = figures.number;
    if (memcmp(now, self->position, sizeof now) == 0)
        return;
    memcpy(self->position, now, sizeof now);
    append_numbers(self, RULES_RECORD_POSITION, now, G_N_ELEMENTS(now));
}

/* --- snapshot --- */

/* The feed has to be read again from before the snapshot, so that the rhythm
 * detectors know their patients before what they say counts. */
static uint64_t
replay_from(const RulesService *self)
{
    uint64_t oldest = self->seconds > HISTORY_S ? self->seconds - HISTORY_S : 0;
    return self->history[oldest % HISTORY_S];
}

/* A file beside it, then renamed: not synced, since it only saves time and
 * windows; what must not be lost is in the journal. */
static void
write_file(RulesService *self, const char *id, const GByteArray *bytes)
{
    g_autofree char *name = g_strdelimit(g_strdup(id), "/", '!');
    g_autofree char *path = g_build_filename(self->engine_folder, name, NULL);
    g_autofree char *fresh = g_strconcat(path, ".new", NULL);
    FILE *file = fopen(fresh, "wb");
    bool ok = file && fwrite(bytes->data, 1, bytes->len, file) == bytes->len;
    ok = file && fclose(file) == 0 && ok && rename(fresh, path) == 0;
    if (!ok)
        vicu_warning(VICU_MSG_SNAPSHOT_FAILED, "%s: %s", fresh, g_strerror(errno));
}

static bool
save_next(RulesService *self)
{
    const char *id = NULL;
    g_autoptr(GBytes) bed = rules_ward_save_next(self->ward, &id);
    if (!bed)
        return false;
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    uint64_t head[] = {0, GUINT64_TO_LE(self->position[0]), GUINT64_TO_LE(replay_from(self))};
    g_byte_array_append(bytes, (const uint8_t *)head, sizeof head);
    g_byte_array_append(bytes, g_bytes_get_data(bed, NULL), (guint)g_bytes_get_size(bed));
    uint64_t crc =
        GUINT64_TO_LE((uint64_t)vicu_crc32c(0, bytes->data + sizeof crc, bytes->len - sizeof crc));
    memcpy(bytes->data, &crc, sizeof crc);
    write_file(self, id, bytes);
    return true;
}

/* Each bed in turn, so that all are saved once in SNAPSHOT_S and none waits. */
static void
save_some(RulesService *self)
{
    RulesWardFigures figures;
    rules_ward_figures(self->ward, &figures);
    self->save_due += (double)figures.beds / (SNAPSHOT_S * 10);
    for (; self->save_due >= 1; self->save_due--)
        save_next(self);
}

/* Without one, or with one that cannot be used, standing alarms go on from the
 * journal and windows fill anew. Gives the number to replay from; 0: none. */
static uint64_t
load_file(RulesService *self, const char *path)
{
    g_autofree char *text = NULL;
    gsize size = 0;
    uint64_t head[3];
    if (!g_file_get_contents(path, &text, &size, NULL) || size < sizeof head)
        return 0;
    const uint8_t *bytes = (const uint8_t *)text;
    memcpy(head, bytes, sizeof head);
    if (GUINT64_FROM_LE(head[0]) != vicu_crc32c(0, bytes + 8, size - 8)
        || !rules_ward_load(self->ward, bytes + sizeof head, size - sizeof head,
                            (int64_t)self->position[2]))
        return 0;
    /* Numbers of a hub that is gone mean nothing. */
    return GUINT64_FROM_LE(head[1]) == self->position[0] ? GUINT64_FROM_LE(head[2]) : 0;
}

static void
load_snapshots(RulesService *self)
{
    g_autoptr(GDir) folder = g_dir_open(self->engine_folder, 0, NULL);
    const char *name;
    while (folder && (name = g_dir_read_name(folder))) {
        g_autofree char *path = g_build_filename(self->engine_folder, name, NULL);
        if (g_str_has_suffix(name, ".new"))
            continue;
        uint64_t number = load_file(self, path);
        if (number > 0)
            self->position[1] = MIN(self->position[1], number);
    }
}

/* --- time --- */

typedef struct {
    RulesWard *ward;
    int64_t now_us;
} Telling;

static void
tell_of_store(
    const char *cause, Vicu__Priority priority, const char *text, bool standing, gpointer user)
{
    const Telling *telling = user;
    rules_ward_local(telling->ward, cause, priority, text, standing, telling->now_us);
}

static void
watch_store(RulesService *self, int64_t now_us, int64_t mono_us)
{
    Telling telling = {self->ward, now_us};
    VicuUplinkFigures figures;
    vicu_uplink_figures(self->uplink, &figures);
    rules_store_watch_acked(&self->store, figures.link.last_ack_us, mono_us);
    rules_store_watch_tick(&self->store, figures.hub == VICU_WATCH_OK,
                           !rules_ward_is_catching_up(self->ward), mono_us, tell_of_store,
                           &telling);
}

static void
on_tick(int64_t now_us, int64_t mono_us, gpointer user)
{
    RulesService *self = user;
    rules_ward_tick(self->ward, now_us, mono_us);
    watch_store(self, now_us, mono_us);
    settle(self, now_us);
    if (!self->broken && self->seconds > 0 && !rules_ward_is_catching_up(self->ward))
        save_some(self);
    if (mono_us - self->position_us < POSITION_US || self->broken)
        return;
    self->position_us = mono_us;
    write_position(self);
    compact(self, (uint64_t)self->settings.journal_mib << 20);
}

/* --- life --- */

static RulesSet *
load_set(const char *path, GError **error)
{
    g_autofree char *own = NULL;
    const char *text = rules_text_adult_icu_rules;
    const char *name = "adult-icu.vrules";
    gsize length = strlen(text);
    if (*path) {
        if (!g_file_get_contents(path, &own, &length, error))
            return NULL;
        text = own;
        name = path;
    }
    g_autoptr(RulesDiagnostics) diagnostics = rules_diagnostics_new(name);
    RulesSet *set = rules_set_compile(text, length, diagnostics);
    if (set)
        return set;
    g_autoptr(GString) all = g_string_new(NULL);
    for (size_t i = 0; i < rules_diagnostics_length(diagnostics); i++) {
        g_autofree char *line = rules_diagnostics_format(diagnostics, i, text);
        g_string_append(all, line);
        g_string_append_c(all, '\n');
    }
    g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "%s does not compile:\n%s", name, all->str);
    return NULL;
}

static void
restore_items(RulesService *self, int64_t mono_us)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, self->items);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        gsize size = 0;
        const void *data = g_bytes_get_data(value, &size);
        g_autoptr(Vicu__StateItem) item = vicu_wire_unpack_state_item(data, size, NULL);
        if (item)
            rules_ward_restore(self->ward, item, mono_us);
    }
}

static bool
open_journal(RulesService *self, GError **error)
{
    g_autofree char *folder =
        vicu_root_folder(vicu_daemon_root(self->daemon), vicu_daemon_name(self->daemon), error);
    if (!folder)
        return false;
    g_autofree char *path = g_build_filename(folder, "journal", NULL);
    self->engine_folder = g_build_filename(folder, "engine", NULL);
    g_mkdir_with_parents(self->engine_folder, 0700);
    int64_t begin_us = vicu_clock_boot_us();
    self->journal = rules_journal_open(path, vicu_daemon_main_context(self->daemon), on_record,
                                       on_synced, self, error);
    if (!self->journal)
        return false;
    self->replay_us = vicu_clock_boot_us() - begin_us;
    self->incarnation++;
    append_numbers(self, RULES_RECORD_INCARNATION, &self->incarnation, 1);
    return !self->broken && rules_journal_sync_now(self->journal, error);
}

static void
on_dropped(const VicuSpoolDropped *dropped, gpointer user)
{
    RulesService *self = user;
    (void)dropped;
    rules_ward_overflow(self->ward, vicu_daemon_name(self->daemon), vicu_clock_utc_us(),
                        vicu_clock_boot_us());
}

static bool
open_uplink(RulesService *self, GError **error)
{
    g_autofree char *folder =
        vicu_root_folder(vicu_daemon_root(self->daemon), vicu_daemon_name(self->daemon), error);
    if (!folder)
        return false;
    g_autofree char *spool = g_build_filename(folder, "spool", NULL);
    VicuUplinkSettings settings = {
        .folder = spool,
        .max_bytes = (uint64_t)self->settings.spool_mib << 20,
        .max_age_us = self->settings.spool_age_us,
    };
    VicuUplinkOps ops = {.dropped = on_dropped};
    self->uplink = vicu_uplink_new(self->daemon, &settings, &ops, self, error);
    return self->uplink != NULL;
}

static bool
open_feed(RulesService *self, GError **error)
{
    RulesFeedClientOps ops = {
        .batch = on_batch,
        .heartbeat = on_heartbeat,
        .store = on_store,
        .gap = on_gap,
        .hub = on_hub,
        .tick = on_tick,
    };
    self->feed = rules_feed_client_new(self->daemon, self->position[0], self->position[1], &ops,
                                       self, error);
    return self->feed != NULL;
}

static void
stand_up(RulesService *self, int64_t now_us, int64_t mono_us)
{
    RulesJournalFigures figures;
    restore_answers(self);
    rules_ward_restored(self->ward, now_us, mono_us);
    rules_journal_figures(self->journal, &figures);
    if (figures.damaged_bytes > 0) {
        vicu_warning(VICU_MSG_JOURNAL_FAILED,
                     "%" G_GUINT64_FORMAT " bytes of the journal could not be read",
                     figures.damaged_bytes);
        rules_ward_local(self->ward, "journal-damaged", VICU__PRIORITY__PRIORITY_MEDIUM,
                         "Part of the journal could not be read: look through alarms, limits, beds "
                         "and observations",
                         true, now_us);
    }
    compact(self, COMPACT_AT_OPEN);
    settle(self, now_us);
}

RulesService *
rules_service_new(VicuDaemon *daemon, const RulesServiceSettings *settings, GError **error)
{
    g_autoptr(RulesService) self = g_new0(RulesService, 1);
    RulesWardSettings ward = {
        .lateness_us = settings->lateness_us,
        .max_beds = (size_t)settings->max_beds,
    };
    RulesWardOps ops = {.item = on_item};
    int64_t now_us = vicu_clock_utc_us(), mono_us = vicu_clock_boot_us();
    self->daemon = daemon;
    self->settings = *settings;
    rules_store_watch_init(&self->store, mono_us);
    g_queue_init(&self->waiting);
    g_queue_init(&self->answers);
    self->items =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    self->set = load_set(settings->pack, error);
    if (!self->set)
        return NULL;
    self->ward = rules_ward_new(self->set, &ward, &ops, self, now_us, mono_us);
    if (!open_journal(self, error))
        return NULL;
    restore_items(self, mono_us);
    g_hash_table_remove_all(self->items);
    load_snapshots(self);
    if (!open_uplink(self, error))
        return NULL;
    self->state =
        vicu_state_server_new(daemon, "rules-state", self->incarnation, on_command, self, error);
    if (!self->state)
        return NULL;
    stand_up(self, now_us, mono_us);
    if (!open_feed(self, error))
        return NULL;
    g_autofree char *rules = g_strdup_printf("rules \"%s\" version %d", rules_set_name(self->set),
                                             rules_set_version(self->set));
    vicu_daemon_describe(daemon, rules);
    return g_steal_pointer(&self);
}

bool
rules_service_audit(RulesService *self, const Vicu__AuditRecord *record)
{
    rules_ward_tell(self->ward, record);
    settle(self, vicu_clock_utc_us());
    return !self->broken;
}

void
rules_service_free(RulesService *self)
{
    if (!self)
        return;
    g_autoptr(GError) error = NULL;
    if (self->feed && !self->broken)
        write_position(self);
    rules_feed_client_free(self->feed);
    if (self->journal && !self->broken && !rules_journal_sync_now(self->journal, &error))
        vicu_warning(VICU_MSG_JOURNAL_FAILED, "%s", error->message);
    vicu_uplink_free(self->uplink);
    vicu_state_server_free(self->state);
    rules_journal_free(self->journal);
    rules_ward_free(self->ward);
    if (self->set)
        rules_set_unref(self->set);
    g_queue_clear_full(&self->waiting, free_waiting);
    g_queue_clear_full(&self->answers, (GDestroyNotify)g_bytes_unref);
    g_hash_table_unref(self->items);
    g_free(self->engine_folder);
    g_free(self);
}

void
rules_service_figures(RulesService *self, RulesServiceFigures *figures)
{
    memset(figures, 0, sizeof *figures);
    rules_ward_figures(self->ward, &figures->ward);
    rules_feed_client_figures(self->feed, &figures->feed);
    rules_journal_figures(self->journal, &figures->journal);
    vicu_uplink_figures(self->uplink, &figures->uplink);
    vicu_state_owner_figures(vicu_state_server_machine(self->state), &figures->state);
    figures->watermark_us = rules_ward_watermark(self->ward);
    figures->p50_us = rules_ward_latency_us(self->ward, 0.5);
    figures->p99_us = rules_ward_latency_us(self->ward, 0.99);
    figures->catching_up = rules_ward_is_catching_up(self->ward);
    figures->replay_us = self->replay_us;
}

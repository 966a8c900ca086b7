/* The rules process on one main loop.
 *
 * An alarm is written to the journal, then published, and synced behind it: it
 * waits for no disk. A command is answered once its record is synced.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/log.h"
#include "rules/packs/packs.h"
#include "rules/serve-inner.h"

#define POSITION_US     (G_USEC_PER_SEC)
#define COMPACT_AT_OPEN (1u << 20)

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
        service_append(self, RULES_RECORD_ITEM, data, size);
        self->dirty = true;
    }
    if (subject == VICU__SUBJECT__SUBJECT_PAST)
        return; /* our own memory: each alarm says what is told of it */
    VicuStateOwner *owner = vicu_state_server_machine(self->state);
    if (removed)
        vicu_state_owner_remove(owner, subject, key, packed);
    else
        vicu_state_owner_set(owner, subject, key, packed);
}

void
service_settle(RulesService *self, int64_t now_us)
{
    g_autoptr(GBytes) batch = rules_ward_take_batch(self->ward, now_us);
    if (self->broken)
        return;
    vicu_state_server_level(self->state, rules_ward_watermark(self->ward),
                            rules_ward_is_catching_up(self->ward));
    vicu_state_server_flush(self->state);
    if (batch)
        vicu_uplink_append(self->uplink, batch, now_us);
    if (self->dirty) {
        self->dirty = false;
        vicu_journal_sync(self->journal);
    }
}

static void
on_command(
    const Vicu__Command *command, GBytes *packed, const char *peer, const char *role, gpointer user)
{
    RulesService *self = user;
    RulesAnswer answer;
    int64_t now_us = vicu_clock_utc_us();
    rules_ward_command(self->ward, command, peer, role, now_us, vicu_clock_boot_us(), &answer);
    if (answer.ok && command->what_case == VICU__COMMAND__WHAT_RELOAD) {
        rules_answer_clear(&answer);
        service_ask_reload(self, command->key, packed);
    } else if (command->what_case == VICU__COMMAND__WHAT_OUTLET) {
        /* Told again each second: what changes by it is an item, and that is journaled. */
        vicu_state_server_answer(self->state, command->key, answer.ok, answer.text, answer.detail);
        rules_answer_clear(&answer);
    } else {
        service_keep_answer(self, command->key, packed, &answer);
    }
    service_settle(self, now_us);
}

/* --- the feed --- */

static void
on_batch(const VicuLinkMessage *message, const char *name, const Vicu__Batch *batch, gpointer user)
{
    RulesService *self = user;
    int64_t now_us = vicu_clock_utc_us();
    rules_ward_batch(self->ward, &message->sender, name, message->epoch, batch, now_us,
                     vicu_clock_boot_us());
    service_settle(self, now_us);
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
    service_settle(self, now_us);
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
    service_fetch(self, gap, now_us, vicu_clock_boot_us());
    service_settle(self, now_us);
}

static void
on_hub(VicuWatchLevel level, gpointer user)
{
    RulesService *self = user;
    int64_t now_us = vicu_clock_utc_us();
    rules_ward_hub(self->ward, level, now_us, vicu_clock_boot_us());
    service_settle(self, now_us);
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
    service_fetch_tick(self, mono_us);
    service_people_tick(self, now_us, mono_us);
    service_settle(self, now_us);
    if (!self->broken && self->seconds > 0 && !rules_ward_is_catching_up(self->ward))
        service_save_some(self);
    if (mono_us - self->position_us < POSITION_US || self->broken)
        return;
    self->position_us = mono_us;
    service_write_position(self);
    service_compact(self, (uint64_t)self->settings.journal_mib << 20);
}

/* --- life --- */

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
    VicuJournalFigures figures;
    service_restore_answers(self);
    rules_ward_restored(self->ward, now_us, mono_us);
    vicu_journal_figures(self->journal, &figures);
    if (figures.damaged_bytes > 0) {
        vicu_warning(VICU_MSG_JOURNAL_FAILED,
                     "%" G_GUINT64_FORMAT " bytes of the journal could not be read",
                     figures.damaged_bytes);
        rules_ward_local(self->ward, "journal-damaged", VICU__PRIORITY__PRIORITY_MEDIUM,
                         "Part of the journal could not be read: look through alarms, limits, beds "
                         "and observations",
                         true, now_us);
    }
    service_begin_set(self, now_us);
    service_compact(self, COMPACT_AT_OPEN);
    service_settle(self, now_us);
}

static void
make_ward(RulesService *self, int64_t now_us, int64_t mono_us)
{
    RulesWardSettings ward = {
        .lateness_us = self->settings.lateness_us,
        .max_beds = (size_t)self->settings.max_beds,
    };
    RulesWardOps ops = {.item = on_item};
    self->ward = rules_ward_new(self->set, &ward, &ops, self, now_us, mono_us);
    for (guint i = 0; i < self->sets_before->len; i++)
        rules_ward_before(self->ward, self->sets_before->pdata[i]);
}

static void
unref_set(gpointer set)
{
    rules_set_unref(set);
}

RulesService *
rules_service_new(VicuDaemon *daemon, const RulesServiceSettings *settings, GError **error)
{
    g_autoptr(RulesService) self = g_new0(RulesService, 1);
    int64_t now_us = vicu_clock_utc_us(), mono_us = vicu_clock_boot_us();
    self->daemon = daemon;
    self->settings = *settings;
    rules_store_watch_init(&self->store, mono_us);
    g_queue_init(&self->waiting);
    g_queue_init(&self->answers);
    self->items =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    g_queue_init(&self->asked);
    self->pack_list = g_strdup(settings->pack);
    self->sets_before = g_ptr_array_new_with_free_func(unref_set);
    if (!service_open_journal(self, error) || !service_choose_set(self, error))
        return NULL;
    make_ward(self, now_us, mono_us);
    service_begin_people(self);
    service_begin_fetching(self);
    service_restore_items(self, mono_us);
    g_hash_table_remove_all(self->items);
    service_load_saved(self);
    if (!open_uplink(self, error))
        return NULL;
    self->state =
        vicu_state_server_new(daemon, "rules-state", self->incarnation, on_command, self, error);
    if (!self->state)
        return NULL;
    vicu_state_server_people(self->state, vicu_people_follow_list(self->people));
    stand_up(self, now_us, mono_us);
    if (!open_feed(self, error))
        return NULL;
    g_autofree char *rules = g_strdup_printf("rules \"%s\" version %d", rules_set_name(self->set),
                                             rules_set_version(self->set));
    vicu_daemon_describe(daemon, rules);
    return g_steal_pointer(&self);
}

void
rules_service_reload(RulesService *self, const char *pack)
{
    service_reload(self, pack);
}

bool
rules_service_audit(RulesService *self, const Vicu__AuditRecord *record)
{
    rules_ward_tell(self->ward, record);
    service_settle(self, vicu_clock_utc_us());
    return !self->broken;
}

void
rules_service_free(RulesService *self)
{
    if (!self)
        return;
    g_autoptr(GError) error = NULL;
    service_stop_loading(self);
    if (self->feed && !self->broken)
        service_write_position(self);
    rules_feed_client_free(self->feed);
    service_stop_fetching(self);
    if (self->journal && !self->broken && !vicu_journal_sync_now(self->journal, &error))
        vicu_warning(VICU_MSG_JOURNAL_FAILED, "%s", error->message);
    vicu_uplink_free(self->uplink);
    vicu_state_server_free(self->state);
    vicu_journal_free(self->journal);
    rules_ward_free(self->ward);
    service_stop_people(self);
    if (self->set)
        rules_set_unref(self->set);
    g_queue_clear_full(&self->waiting, service_free_waiting);
    g_queue_clear_full(&self->answers, (GDestroyNotify)g_bytes_unref);
    g_hash_table_unref(self->items);
    g_ptr_array_unref(self->sets_before);
    g_free(self->pack_list);
    g_free(self->sets_folder);
    g_free(self->refused_at_start);
    g_free(self->refusal);
    g_free(self->engine_folder);
    g_free(self);
}

void
rules_service_figures(RulesService *self, RulesServiceFigures *figures)
{
    memset(figures, 0, sizeof *figures);
    rules_ward_figures(self->ward, &figures->ward);
    rules_feed_client_figures(self->feed, &figures->feed);
    vicu_journal_figures(self->journal, &figures->journal);
    vicu_uplink_figures(self->uplink, &figures->uplink);
    vicu_state_owner_figures(vicu_state_server_machine(self->state), &figures->state);
    figures->watermark_us = rules_ward_watermark(self->ward);
    figures->p50_us = rules_ward_latency_us(self->ward, 0.5);
    figures->p99_us = rules_ward_latency_us(self->ward, 0.99);
    figures->catching_up = rules_ward_is_catching_up(self->ward);
    figures->replay_us = self->replay_us;
}

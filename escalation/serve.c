/* The escalation process on one main loop.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "escalation/serve.h"

#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "escalation/serve-inner.h"

#define TICK_MS 100
#define BOOT_ID "/proc/sys/kernel/random/boot_id"

EscNow
esc_service_now(const EscService *self)
{
    return (EscNow){vicu_clock_utc_us(), vicu_clock_boot_us(), self->boot};
}

/* --- what the machine decides --- */

static void
on_changed(const Vicu__Escalation *e, bool removed, gpointer user)
{
    EscService *self = user;
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;

    item.subject = VICU__SUBJECT__SUBJECT_ESCALATION;
    item.key = e->id;
    item.removed = removed;
    item.body_case = VICU__STATE_ITEM__BODY_ESCALATION;
    item.escalation = (Vicu__Escalation *)e;
    esc_service_keep(self, &item);
}

static void
on_send(const Vicu__Escalation *e,
        const Vicu__EscalationTarget *t,
        const char *channel,
        gpointer user)
{
    esc_service_send(user, e, t, channel);
}

/* The whole of it into the store's record: when it begins, ends, and at each breach. */
static void
keep_event(EscService *self, const Vicu__Escalation *e, const char *what, const char *why)
{
    Vicu__Event *event = g_new0(Vicu__Event, 1);
    g_autoptr(GBytes) packed = vicu_wire_pack(&e->base);
    gsize size = 0;
    const void *data = g_bytes_get_data(packed, &size);

    vicu__event__init(event);
    vicu_wire_set_text(&event->bed, e->bed);
    event->t_us = vicu_clock_utc_us();
    vicu_wire_set_text(&event->kind, what);
    vicu_wire_set_text(&event->key, e->id);
    vicu_wire_set_text(&event->text, why);
    event->detail.data = g_memdup2(data, size);
    event->detail.len = size;
    g_ptr_array_add(self->events, event);
}

static void
on_told(const Vicu__Escalation *e,
        const Vicu__EscalationTarget *t,
        const char *what,
        const char *why,
        gpointer user)
{
    EscService *self = user;
    const char *name = vicu_daemon_name(self->daemon);
    bool no = strcmp(what, "escalation-declined") == 0 || strcmp(what, "escalation-handed-on") == 0;
    bool said = t && (*t->by || no || t->stage >= VICU__ESCALATION_STAGE__ESCALATION_ACCEPTED);
    const char *who = !said ? name : *t->by ? t->by : t->person;
    g_autofree char *detail = t ? g_strdup_printf("escalation %s, step %u, %s", e->id, t->step,
                                                  *t->name ? t->name : t->asked)
                                : g_strdup_printf("escalation %s", e->id);

    esc_service_record(self, who, said && !*t->by, t ? t->asked : "escalation", what, e->bed, why,
                       detail);
    if (strcmp(what, "escalation-begun") == 0 || strcmp(what, "escalation-ended") == 0
        || strcmp(what, "escalation-breach") == 0)
        keep_event(self, e, what, why);
}

/* --- after each input --- */

static void
send_record(EscService *self)
{
    Vicu__Batch batch = VICU__BATCH__INIT;

    if (!self->uplink || self->records->len + self->events->len == 0)
        return;
    batch.t_us = vicu_clock_utc_us();
    batch.n_audit = self->records->len;
    batch.audit = (Vicu__AuditRecord **)self->records->pdata;
    batch.n_event = self->events->len;
    batch.event = (Vicu__Event **)self->events->pdata;
    g_autoptr(GBytes) packed = vicu_wire_pack(&batch.base);
    vicu_uplink_append(self->uplink, packed, batch.t_us);
    g_ptr_array_set_size(self->records, 0);
    g_ptr_array_set_size(self->events, 0);
}

static void
publish_owner(EscService *self)
{
    Vicu__EscalationOwner owner = VICU__ESCALATION_OWNER__INIT;
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    EscFigures figures;

    esc_machine_figures(self->machine, &figures);
    owner.rules_blind = self->rules_blind;
    owner.roster = esc_roster_n_persons(self->roster) > 0;
    owner.ladders = esc_roster_n_ladders(self->roster) > 0;
    owner.standing = figures.standing;
    owner.unaccepted = figures.unaccepted;
    if (memcmp(&owner, &self->owner, sizeof owner) == 0)
        return;
    self->owner = owner;
    item.subject = VICU__SUBJECT__SUBJECT_ESCALATION_OWNER;
    item.key = (char *)"";
    item.body_case = VICU__STATE_ITEM__BODY_ESCALATION_OWNER;
    item.escalation_owner = &owner;
    vicu_state_server_put(self->state, &item);
}

void
esc_service_settle(EscService *self)
{
    if (self->broken || !self->state || !self->rules)
        return;
    send_record(self);
    esc_service_tell_rules(self);
    publish_owner(self);
    vicu_state_server_level(self->state, vicu_clock_utc_us(), false);
    vicu_state_server_flush(self->state);
    if (self->dirty) {
        self->dirty = false;
        vicu_journal_sync(self->journal);
    }
}

static gboolean
on_tick(gpointer user)
{
    EscService *self = user;
    EscNow now = esc_service_now(self);

    if (self->broken)
        return G_SOURCE_CONTINUE;
    esc_machine_tick(self->machine, &now);
    esc_service_tick_devices(self);
    esc_service_tick_people(self, now.boot_us);
    esc_service_beat(self, now.boot_us);
    esc_service_look_through_roster(self);
    esc_service_compact(self);
    esc_service_settle(self);
    return G_SOURCE_CONTINUE;
}

/* --- the rules --- */

static void
on_begin(gpointer user)
{
    EscService *self = user;

    self->rules_level = false;
    esc_machine_begin(self->machine);
    esc_service_unprove(self);
}

static void
on_item(const Vicu__StateItem *item, gpointer user)
{
    EscService *self = user;
    EscNow now = esc_service_now(self);

    if (item->subject == VICU__SUBJECT__SUBJECT_PROOF)
        esc_service_prove(self, item);
    if (item->subject != VICU__SUBJECT__SUBJECT_ALARM)
        return;
    if (item->removed)
        esc_machine_alarm_gone(self->machine, item->key, &now);
    else if (item->body_case == VICU__STATE_ITEM__BODY_ALARM)
        esc_machine_alarm(self->machine, item->alarm, &now);
}

static void
on_level(gpointer user)
{
    EscService *self = user;
    EscNow now = esc_service_now(self);
    bool news = !self->rules_level;

    self->rules_level = true;
    esc_machine_level(self->machine, &now);
    vicu_proof_level(self->proof, now.boot_us);
    if (news)
        esc_service_tell_again(self);
    esc_service_settle(self);
}

static void
on_watch(VicuWatchLevel level, gpointer user)
{
    EscService *self = user;
    EscNow now = esc_service_now(self);
    bool blind = level >= VICU_WATCH_LOST;

    if (blind != self->rules_blind) {
        self->rules_blind = blind;
        vicu_log(blind ? G_LOG_LEVEL_WARNING : G_LOG_LEVEL_MESSAGE,
                 blind ? VICU_MSG_UPSTREAM_SILENT : VICU_MSG_UPSTREAM_BACK, NULL,
                 blind ? "the rules are silent: nobody is told of new alarms"
                       : "the rules are heard again");
        vicu_daemon_condition(self->daemon, "rules-blind",
                              blind ? "the rules are silent: nobody is told of new alarms" : NULL);
    }
    if (level == VICU_WATCH_ESCALATED || level == VICU_WATCH_OK)
        esc_machine_rules_silent(self->machine, level == VICU_WATCH_ESCALATED, &now);
    esc_service_settle(self);
}

static void
on_result(const char *key, const Vicu__CommandResult *result, gpointer user)
{
    esc_service_rules_answered(user, key, result && result->ok);
}

/* --- life --- */

static bool
open_rules(EscService *self, GError **error)
{
    static const Vicu__Subject subjects[] = {VICU__SUBJECT__SUBJECT_ALARM,
                                             VICU__SUBJECT__SUBJECT_PROOF};
    VicuStateClientOps ops = {
        .begin = on_begin,
        .item = on_item,
        .level = on_level,
        .watch = on_watch,
        .result = on_result,
    };
    self->rules = vicu_state_client_new(
        vicu_daemon_context(self->daemon), vicu_daemon_root(self->daemon), "rules-state", "rules",
        vicu_daemon_name(self->daemon), subjects, G_N_ELEMENTS(subjects), &ops, self, error);
    return self->rules != NULL;
}

static bool
open_uplink(EscService *self, const EscServiceSettings *settings, GError **error)
{
    g_autofree char *folder =
        vicu_root_folder(vicu_daemon_root(self->daemon), vicu_daemon_name(self->daemon), error);
    VicuUplinkOps ops = {0};

    if (!folder)
        return false;
    g_autofree char *spool = g_build_filename(folder, "spool", NULL);
    VicuUplinkSettings up = {
        .folder = spool,
        .max_bytes = (uint64_t)settings->spool_mib << 20,
        .max_age_us = settings->spool_age_us,
    };
    self->uplink = vicu_uplink_new(self->daemon, &up, &ops, self, error);
    return self->uplink != NULL;
}

static void
read_boot(EscService *self)
{
    g_autofree char *text = NULL;

    if (!g_file_get_contents(BOOT_ID, &text, NULL, NULL))
        text = g_uuid_string_random(); /* unknown: deadlines are made of their UTC each time */
    g_strlcpy(self->boot, g_strstrip(text), sizeof self->boot);
}

static void
make_tables(EscService *self)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_local();

    g_queue_init(&self->waiting);
    g_queue_init(&self->answers);
    self->roster = esc_roster_new(zone);
    self->channels = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, vicu_wire_free);
    self->devices = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, vicu_wire_free);
    self->heard = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->items =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    self->proof = vicu_proof_new();
    self->proven = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->telling = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->findings = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->records = g_ptr_array_new_with_free_func(vicu_wire_free);
    self->events = g_ptr_array_new_with_free_func(vicu_wire_free);
}

static void
take_settings(EscService *self, const EscServiceSettings *settings)
{
    self->times = settings->times;
    self->journal_max = (uint64_t)settings->journal_mib << 20;
    g_free(self->link);
    self->link = g_strdup(settings->link);
    g_free(self->keys_act);
    self->keys_act = g_strdup(settings->keys_act);
}

EscService *
esc_service_new(VicuDaemon *daemon, const EscServiceSettings *settings, GError **error)
{
    static const char *const page[] = {"page", NULL};
    EscMachineOps ops = {on_changed, on_send, on_told};
    g_autoptr(EscService) self = g_new0(EscService, 1);

    self->daemon = daemon;
    vicu__escalation_owner__init(&self->owner);
    self->owner.standing = G_MAXUINT32; /* the first is always told */
    read_boot(self);
    make_tables(self);
    esc_service_begin_people(self);
    take_settings(self, settings);
    self->machine = esc_machine_new(self->roster, &self->times, page, &ops, self);
    if (!esc_service_open_journal(self, error) || !open_uplink(self, settings, error))
        return NULL;
    self->state = vicu_state_server_new(daemon, "escalation-state", self->incarnation,
                                        esc_service_command, self, error);
    if (!self->state || !esc_service_open_channels(self, settings, error))
        return NULL;
    vicu_state_server_people(self->state, vicu_people_follow_list(self->people));
    esc_service_restore(self);
    if (!open_rules(self, error))
        return NULL;
    self->timer = g_timeout_add(TICK_MS, on_tick, self);
    esc_service_look_through_roster(self);
    esc_service_settle(self);
    return g_steal_pointer(&self);
}

bool
esc_service_reload(EscService *self, const EscServiceSettings *settings, GError **error)
{
    if (!esc_service_open_channels(self, settings, error))
        return false;
    take_settings(self, settings);
    esc_machine_set_times(self->machine, &self->times);
    return true;
}

bool
esc_service_audit(EscService *self, const Vicu__AuditRecord *record)
{
    g_ptr_array_add(self->records, vicu_wire_copy(&record->base));
    send_record(self);
    return !self->broken;
}

void
esc_service_free(EscService *self)
{
    g_autoptr(GError) error = NULL;

    if (!self)
        return;
    if (self->timer)
        g_source_remove(self->timer);
    for (size_t i = 0; i < ESC_CHANNELS; i++)
        esc_channel_free(self->channel[i]);
    esc_service_stop_people(self);
    vicu_state_client_free(self->rules);
    if (self->journal && !self->broken && !vicu_journal_sync_now(self->journal, &error))
        vicu_warning(VICU_MSG_JOURNAL_FAILED, "%s", error->message);
    vicu_uplink_free(self->uplink);
    vicu_state_server_free(self->state);
    vicu_journal_free(self->journal);
    esc_machine_free(self->machine);
    esc_roster_free(self->roster);
    g_queue_clear_full(&self->waiting, esc_service_free_waiting);
    g_queue_clear_full(&self->answers, (GDestroyNotify)g_bytes_unref);
    g_hash_table_unref(self->channels);
    g_hash_table_unref(self->devices);
    g_hash_table_unref(self->heard);
    g_hash_table_unref(self->items);
    vicu_proof_free(self->proof);
    g_hash_table_unref(self->proven);
    g_hash_table_unref(self->told);
    g_hash_table_unref(self->telling);
    g_hash_table_unref(self->findings);
    g_ptr_array_unref(self->records);
    g_ptr_array_unref(self->events);
    g_free(self->link);
    g_free(self->keys_act);
    g_free(self);
}

static int
compare_latency(gconstpointer a, gconstpointer b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

void
esc_service_figures(EscService *self, EscServiceFigures *f)
{
    GHashTableIter iter;
    gpointer value;
    int64_t sorted[ESC_LATENCIES];
    size_t n = MIN(self->n_latency, ESC_LATENCIES);

    memset(f, 0, sizeof *f);
    esc_machine_figures(self->machine, &f->machine);
    vicu_journal_figures(self->journal, &f->journal);
    vicu_state_owner_figures(vicu_state_server_machine(self->state), &f->state);
    vicu_uplink_figures(self->uplink, &f->uplink);
    f->persons = esc_roster_n_persons(self->roster);
    f->ladders = esc_roster_n_ladders(self->roster);
    g_hash_table_iter_init(&iter, self->devices);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        f->devices += ((const Vicu__Device *)value)->reachable != 0;
    f->sent = self->sent;
    f->failed = self->failed;
    f->rules_blind = self->rules_blind;
    f->replay_us = self->replay_us;
    memcpy(sorted, self->latency_us, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, compare_latency);
    f->p99_us = n > 0 ? sorted[(n - 1) * 99 / 100] : 0;
}

/* Client. See client.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/client.h"

#include <string.h>

#include "common/clock.h"
#include "common/live.h"
#include "common/state-client.h"
#include "common/watch.h"
#include "dashboard/help-client.h"
#include "dashboard/history.h"
#include "dashboard/saved.h"
#include "dashboard/scene/words.h"
#include "dashboard/seldom.h"

#define LIVE_HWM    4096
#define TICK_MS     100
#define HELD_MAX    256
#define BLIND_US    (2500 * (int64_t)1000) /* both sides speak each second */
#define HAND_ON     64
#define BEHIND_US   (G_USEC_PER_SEC)               /* from here it is said */
#define LOSS_US     (10 * (int64_t)G_USEC_PER_SEC) /* how long a loss is shown */
#define ANSWERS_MAX 32
#define SELDOM_US   (10 * (int64_t)G_USEC_PER_SEC)

typedef struct {
    char *key;
    DashAnswerFunc func;
    gpointer user;
} Asked;

/* A live batch that waits for the history before it. */
typedef struct {
    VicuEnvelope envelope;
    GBytes *body;
    int64_t arrived_us;
} Held;

struct DashClient {
    VicuContext *context;
    VicuRoot *root;
    DashModel *model;
    VicuProof *proof;
    char *account;        /* who has signed in; NULL: nobody */
    GBytes *shown;        /* the person's proof */
    DashHistory *history; /* while it is asked for */
    DashRecall *recall;   /* NULL: nobody wanted it */
    bool wants_seldom;
    DashSeldom *seldom; /* NULL: not asked yet */
    int64_t seldom_us;  /* mono: when it was asked */
    GQueue *held;       /* Held; NULL once there is nothing to wait for */
    VicuSocket *live;
    VicuLiveReceiver *pictures;
    guint hand_on;     /* idle source while something waits */
    int64_t missed_us; /* mono: when messages were last lost or skipped; 0: never */
    uint64_t missed;   /* in the loss that is shown */
    VicuStateClient *state;
    DashHelpClient *help; /* NULL: there is no escalation here */
    VicuWatch rules;
    GPtrArray *staged; /* GBytes: packed items of a snapshot that is not complete */
    GByteArray *record;
    size_t record_max;
    Asked asked[ANSWERS_MAX];
    guint timer;
    DashClientFigures figures;
};

/* ---- live ---- */

static void
held_free(gpointer data)
{
    Held *held = data;
    g_bytes_unref(held->body);
    g_free(held);
}

static void
take_live(DashClient *self, const VicuEnvelope *envelope, VicuPart body, int64_t now_us)
{
    g_autoptr(Vicu__Batch) batch = vicu_wire_unpack_batch(body.data, body.size, NULL);
    if (!batch) {
        self->figures.unreadable++;
        return;
    }
    self->figures.batches++;
    if (self->record && self->record->len + body.size < self->record_max)
        dash_saved_put_batch(self->record, now_us, envelope->sender.bytes, envelope->epoch,
                             body.data, body.size);
    dash_model_take_batch(self->model, batch, envelope->sender.bytes, envelope->epoch, now_us);
}

static void
release_held(gpointer user)
{
    DashClient *self = user;
    GQueue *queue = g_steal_pointer(&self->held);
    Held *held = NULL;
    while (queue && (held = g_queue_pop_head(queue))) {
        VicuPart body = {0};
        body.data = g_bytes_get_data(held->body, &body.size);
        take_live(self, &held->envelope, body, held->arrived_us);
        held_free(held);
    }
    if (queue)
        g_queue_free(queue);
}

/* The history is asked for when the first live batch is here: then none is
 * missing between the two. */
static void
hold(DashClient *self, const VicuEnvelope *envelope, GBytes *body, int64_t now_us)
{
    Held *held = g_new0(Held, 1);
    held->envelope = *envelope;
    held->body = g_bytes_ref(body);
    held->arrived_us = now_us;
    g_queue_push_tail(self->held, held);
    if (!self->history)
        self->history = dash_history_new(self->context, self->root, self->model, self->record,
                                         release_held, self, NULL);
    if (!self->history || self->held->length >= HELD_MAX)
        release_held(self);
}

static void
on_picture(const VicuEnvelope *envelope, GBytes *bytes, int64_t arrived_us, gpointer user)
{
    DashClient *self = user;
    VicuPart body = {0};
    body.data = g_bytes_get_data(bytes, &body.size);
    if (self->held)
        hold(self, envelope, bytes, arrived_us);
    else
        take_live(self, envelope, body, arrived_us);
}

/* The model places samples by their index: a hole stays a hole by itself. */
static void
on_hole(const VicuLiveHole *hole, gpointer user)
{
    DashClient *self = user;
    int64_t mono_us = vicu_clock_boot_us();
    if (mono_us - self->missed_us >= LOSS_US)
        self->missed = 0;
    self->missed_us = mono_us;
    self->missed += hole->last - hole->first + 1;
}

static gboolean
on_hand_on(gpointer user)
{
    DashClient *self = user;
    if (vicu_live_receiver_hand_on(self->pictures, HAND_ON, vicu_clock_utc_us()))
        return G_SOURCE_CONTINUE;
    self->hand_on = 0;
    return G_SOURCE_REMOVE;
}

/* The socket is drained first; what waits is handed on after it, before anything is drawn. */
static void
on_live(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    (void)socket;
    DashClient *self = user;
    vicu_live_receiver_receive(self->pictures, &message->envelope, message->body.data,
                               message->body.size, vicu_clock_utc_us(), vicu_clock_boot_us());
    if (!self->hand_on)
        self->hand_on = g_idle_add_full(G_PRIORITY_DEFAULT + 1, on_hand_on, self, NULL);
}

/* ---- state ---- */

static void
record_item(DashClient *self, const Vicu__StateItem *item, int64_t now_us)
{
    Vicu__StateItems items;
    Vicu__StateItem *one = (Vicu__StateItem *)item;
    vicu__state_items__init(&items);
    items.n_item = 1;
    items.item = &one;
    g_autoptr(GBytes) packed = vicu_wire_pack(&items.base);
    size_t size = 0;
    const void *bytes = g_bytes_get_data(packed, &size);
    if (self->record && self->record->len + size < self->record_max)
        dash_saved_put_items(self->record, now_us, bytes, size);
}

static void
take_item(const Vicu__StateItem *item, gpointer user)
{
    DashClient *self = user;
    int64_t now_us = vicu_clock_utc_us();
    self->figures.items++;
    if (self->record)
        record_item(self, item, now_us);
    vicu_proof_item(self->proof, item, vicu_clock_boot_us());
    dash_model_take_state(self->model, item, now_us);
}

static void
on_begin(gpointer user)
{
    DashClient *self = user;
    g_clear_pointer(&self->staged, g_ptr_array_unref);
    self->staged = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
}

static void
on_item(const Vicu__StateItem *item, gpointer user)
{
    DashClient *self = user;
    vicu_watch_heard(&self->rules, vicu_clock_boot_us());
    if (self->staged)
        g_ptr_array_add(self->staged, vicu_wire_pack(&item->base));
    else
        take_item(item, self);
}

/* The snapshot is complete: only now does the old picture give way. */
static void
on_level(gpointer user)
{
    DashClient *self = user;
    vicu_watch_heard(&self->rules, vicu_clock_boot_us());
    if (!self->staged)
        return;
    g_autoptr(GPtrArray) staged = g_steal_pointer(&self->staged);
    dash_model_begin_snapshot(self->model);
    vicu_proof_begin(self->proof);
    for (guint i = 0; i < staged->len; i++) {
        size_t size = 0;
        const void *bytes = g_bytes_get_data(staged->pdata[i], &size);
        g_autoptr(Vicu__StateItem) item = vicu_wire_unpack_state_item(bytes, size, NULL);
        if (item)
            take_item(item, self);
    }
    vicu_proof_level(self->proof, vicu_clock_boot_us());
}

static void
on_beat(int64_t watermark_us, bool catching_up, gpointer user)
{
    (void)watermark_us;
    DashClient *self = user;
    vicu_watch_heard(&self->rules, vicu_clock_boot_us());
    dash_model_set_local(self->model, "rules-catching-up", VICU__PRIORITY__PRIORITY_LOW,
                         N_("Rules catching up: alarms come late"), catching_up,
                         vicu_clock_utc_us());
}

static void
on_result(const char *key, const Vicu__CommandResult *result, gpointer user)
{
    DashClient *self = user;
    for (size_t i = 0; i < ANSWERS_MAX; i++) {
        Asked asked = self->asked[i];
        if (!asked.key || strcmp(asked.key, key) != 0)
            continue;
        self->asked[i] = (Asked){0};
        const char *text =
            result ? result->text : "No answer in 10 s: whether it was done is not known";
        if (asked.func)
            asked.func(result && result->ok, text, asked.user);
        g_free(asked.key);
    }
}

/* ---- watches ---- */

/* "Behind by n s", or that something was lost a moment ago; silence is said otherwise. */
static void
judge_pictures(DashClient *self, bool blind, int64_t mono_us, int64_t now_us)
{
    VicuLiveFigures live;
    g_autofree char *text = NULL;
    vicu_live_receiver_figures(self->pictures, now_us, &live);
    bool missed = self->missed_us != 0 && mono_us - self->missed_us < LOSS_US;
    if (live.behind_us >= BEHIND_US)
        text = g_strdup_printf("Pictures behind by %" G_GINT64_FORMAT " s",
                               live.behind_us / (int64_t)G_USEC_PER_SEC);
    else if (missed)
        text = g_strdup_printf("Pictures with holes: %" G_GUINT64_FORMAT
                               " messages did not reach the screen",
                               self->missed);
    dash_model_set_local(self->model, DASH_PICTURES_BEHIND, VICU__PRIORITY__PRIORITY_LOW,
                         text ? text : "", text && !blind, now_us);
}

/* Test alarms that do not come: alarms of that bed may not come to this screen. */
static void
judge_proof(DashClient *self, bool blind, int64_t mono_us, int64_t now_us)
{
    g_autofree char *text = NULL;
    bool late = !blind && vicu_proof_late(self->proof, mono_us, &text) > 0;
    dash_model_set_local(self->model, DASH_UNPROVEN, VICU__PRIORITY__PRIORITY_MEDIUM,
                         N_("Test alarms do not come: alarms may be missing"), late, now_us);
}

/* Once the beds and who lies in them are known; again while the store is away. */
static void
ask_seldom(DashClient *self, int64_t mono_us)
{
    if (!self->wants_seldom || !dash_client_is_level(self) || dash_model_n_beds(self->model) == 0)
        return;
    if (self->seldom
        && (!dash_seldom_is_unanswered(self->seldom) || mono_us - self->seldom_us < SELDOM_US))
        return;
    dash_seldom_free(self->seldom);
    self->seldom = dash_seldom_new(self->context, self->root, self->model, self->record, NULL);
    self->seldom_us = mono_us;
}

static gboolean
on_tick(gpointer user)
{
    DashClient *self = user;
    int64_t mono_us = vicu_clock_boot_us();
    int64_t now_us = vicu_clock_utc_us();
    vicu_live_receiver_tick(self->pictures, mono_us);
    bool hub_blind = vicu_live_receiver_silence_us(self->pictures, mono_us) >= BLIND_US;
    bool rules_blind = vicu_watch_silence_us(&self->rules, mono_us) >= BLIND_US;
    dash_model_set_local(self->model, DASH_HUB_BLIND, VICU__PRIORITY__PRIORITY_MEDIUM,
                         N_("Hub blind: no data reach this station"), hub_blind, now_us);
    dash_model_set_local(self->model, DASH_RULES_BLIND, VICU__PRIORITY__PRIORITY_MEDIUM,
                         N_("Rules blind: alarms may be missing"), rules_blind, now_us);
    judge_proof(self, rules_blind, mono_us, now_us);
    if (self->help)
        dash_help_client_tick(self->help, mono_us, now_us);
    judge_pictures(self, hub_blind, mono_us, now_us);
    ask_seldom(self, mono_us);
    return G_SOURCE_CONTINUE;
}

/* ---- whole ---- */

static gboolean
open_live(DashClient *self, VicuContext *context, const VicuRoot *root, GError **error)
{
    const VicuSocketOptions options = {VICU_SOCKET_SUB, "live", LIVE_HWM, LIVE_HWM};
    g_autofree char *endpoint = vicu_root_endpoint(root, "hub-live");
    self->live = vicu_socket_new(context, &options, error);
    if (!self->live || !vicu_socket_connect(self->live, endpoint, "hub", error))
        return FALSE;
    vicu_socket_listen(self->live, on_live, NULL, self);
    return TRUE;
}

DashClient *
dash_client_new(
    VicuContext *context, const VicuRoot *root, const char *name, DashModel *model, GError **error)
{
    static const VicuStateClientOps ops = {
        .begin = on_begin,
        .item = on_item,
        .level = on_level,
        .beat = on_beat,
        .result = on_result,
    };
    static const VicuLiveReceiverOps live_ops = {.batch = on_picture, .hole = on_hole};
    g_autoptr(DashClient) self = g_new0(DashClient, 1);
    int64_t mono_us = vicu_clock_boot_us();
    self->context = context;
    self->root = vicu_root_copy(root);
    self->model = model;
    self->proof = vicu_proof_new();
    self->held = g_queue_new();
    self->pictures = vicu_live_receiver_new(&live_ops, self, mono_us);
    vicu_watch_init(&self->rules, mono_us);
    if (!open_live(self, context, root, error))
        return NULL;
    self->state = vicu_state_client_new(context, root, "rules-state", "rules", name, NULL, 0, &ops,
                                        self, error);
    if (!self->state)
        return NULL;
    self->help = dash_help_client_new(context, root, name, model, take_item, self);
    self->timer = g_timeout_add(TICK_MS, on_tick, self);
    return g_steal_pointer(&self);
}

void
dash_client_free(DashClient *self)
{
    if (!self)
        return;
    if (self->timer)
        g_source_remove(self->timer);
    vicu_state_client_free(self->state);
    vicu_proof_free(self->proof);
    dash_help_client_free(self->help);
    vicu_socket_free(self->live);
    if (self->hand_on)
        g_source_remove(self->hand_on);
    vicu_live_receiver_free(self->pictures);
    dash_history_free(self->history);
    dash_recall_free(self->recall);
    dash_seldom_free(self->seldom);
    if (self->held)
        g_queue_free_full(self->held, held_free);
    vicu_root_free(self->root);
    g_free(self->account);
    g_clear_pointer(&self->shown, g_bytes_unref);
    g_clear_pointer(&self->staged, g_ptr_array_unref);
    g_clear_pointer(&self->record, g_byte_array_unref);
    for (size_t i = 0; i < ANSWERS_MAX; i++)
        g_free(self->asked[i].key);
    g_free(self);
}

void
dash_client_show_person(DashClient *self, const char *account, GBytes *proof, bool whole)
{
    GBytes *shown = proof ? g_bytes_ref(proof) : NULL;
    g_free(self->account);
    self->account = g_strdup(account);
    g_clear_pointer(&self->shown, g_bytes_unref);
    self->shown = shown;
    vicu_context_show_proof(self->context, proof, whole);
}

VicuProof *
dash_client_proof(DashClient *self)
{
    return self->proof;
}

gboolean
dash_client_is_level(const DashClient *self)
{
    bool holds = self->held && self->history;
    return !holds && vicu_state_client_is_level(self->state);
}

void
dash_client_command(DashClient *self,
                    Vicu__Command *command,
                    const char *who,
                    const char *reason,
                    DashAnswerFunc func,
                    gpointer user)
{
    Vicu__Actor actor = VICU__ACTOR__INIT;
    size_t slot = 0;
    while (slot < ANSWERS_MAX && self->asked[slot].key)
        slot++;
    if (slot == ANSWERS_MAX) {
        if (func)
            func(FALSE, "Too many answers are still under way", user);
        return;
    }
    actor.who = self->account ? self->account : (char *)who;
    actor.role = (char *)"dashboard"; /* the key's: a person's is in the proof */
    actor.from = (char *)"dashboard";
    if (self->shown)
        actor.proof.data = (uint8_t *)g_bytes_get_data(self->shown, &actor.proof.len);
    command->actor = &actor;
    command->reason = (char *)reason;
    char *key = vicu_state_client_command(self->state, command);
    command->actor = NULL;
    self->asked[slot] = (Asked){.key = key, .func = func, .user = user};
}

void
dash_client_recall(DashClient *self, int64_t span_us)
{
    if (self->recall)
        dash_recall_reach(self->recall, span_us);
    else
        self->recall =
            dash_recall_new(self->context, self->root, self->model, self->record, span_us, NULL);
}

void
dash_client_want_seldom(DashClient *self)
{
    self->wants_seldom = true;
}

bool
dash_client_has_seldom(const DashClient *self)
{
    return !self->wants_seldom || (self->seldom && dash_seldom_is_done(self->seldom));
}

DashRecall *
dash_client_recalled(const DashClient *self)
{
    return self->recall;
}

void
dash_client_record(DashClient *self, size_t max_bytes)
{
    g_return_if_fail(!self->record);
    self->record = g_byte_array_new();
    self->record_max = max_bytes;
    dash_saved_begin(self->record);
}

/* What this station itself misses stands in no message: a picture drawn again
 * without it would look calm. */
static void
record_locals(DashClient *self)
{
    for (size_t i = 0; i < dash_model_n_alarms(self->model); i++) {
        const DashAlarm *alarm = dash_model_alarm(self->model, i);
        Vicu__LocalAlarm local = VICU__LOCAL_ALARM__INIT;
        if (!alarm->local)
            continue;
        local.cause = alarm->id;
        local.text = alarm->text;
        local.priority = alarm->priority;
        local.standing = TRUE;
        g_autoptr(GBytes) packed = vicu_wire_pack(&local.base);
        dash_saved_put_local(self->record, alarm->t_raised_us, g_bytes_get_data(packed, NULL),
                             g_bytes_get_size(packed));
    }
}

GByteArray *
dash_client_take_record(DashClient *self)
{
    if (self->record) {
        record_locals(self);
        dash_saved_end(self->record, vicu_clock_utc_us());
    }
    if (self->recall)
        dash_recall_end_record(self->recall);
    if (self->seldom)
        dash_seldom_end_record(self->seldom);
    return g_steal_pointer(&self->record);
}

void
dash_client_figures(const DashClient *self, DashClientFigures *figures)
{
    *figures = self->figures;
    VicuLiveFigures live;
    vicu_live_receiver_figures(self->pictures, vicu_clock_utc_us(), &live);
    figures->live_lost = live.lost;
    figures->live_skipped = live.skipped;
    figures->live_behind_us = live.behind_us;
}

/* The escalation process: channels, pages and what they say.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "escalation/serve-inner.h"

#define DEVICES_MAX   2000
#define SILENT_US     (30 * (int64_t)G_USEC_PER_SEC)
#define TOLD_AGAIN_US (30 * (int64_t)G_USEC_PER_SEC)

/* --- channels as a whole --- */

static void
keep_channel(EscService *self, Vicu__Channel *c)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;

    item.subject = VICU__SUBJECT__SUBJECT_CHANNEL;
    item.key = c->name;
    item.body_case = VICU__STATE_ITEM__BODY_CHANNEL;
    item.channel = c;
    vicu_state_server_put(self->state, &item); /* of this start: not journaled */
}

static void
mark(EscService *self, Vicu__Channel *c, bool ok, const char *text)
{
    /* That one person has no page open is no failure of the page. */
    if (c->failing == ok && strcmp(c->name, "page") != 0) {
        g_autofree char *cause = g_strdup_printf("channel-%s", c->name);
        c->failing = !ok;
        c->since_us = vicu_clock_utc_us();
        vicu_daemon_condition(self->daemon, cause, ok ? NULL : text);
        if (!ok)
            vicu_warning(VICU_MSG_CHANNEL_FAILED, "%s: %s", c->name, text);
    }
    vicu_wire_set_text(&c->text, ok ? "" : text);
    keep_channel(self, c);
}

static void
count(EscService *self, const char *channel, EscFate fate, const char *text)
{
    Vicu__Channel *c = g_hash_table_lookup(self->channels, channel);
    bool ok = fate == ESC_FATE_SENT;

    self->sent += ok;
    self->failed += !ok;
    if (!c)
        return;
    c->sent += ok;
    c->failed += !ok;
    if (fate != ESC_FATE_UNREACHED) {
        mark(self, c, ok, text);
        return;
    }
    if (!c->failing)
        vicu_wire_set_text(&c->text, text);
    keep_channel(self, c);
}

/* Of the channel as a whole, or not understood. */
static void
hear_of_channel(EscService *self,
                const Vicu__Escalation *e,
                const char *channel,
                EscFate fate,
                const char *text)
{
    Vicu__Channel *c = g_hash_table_lookup(self->channels, channel);

    if (fate != ESC_FATE_UNKNOWN && c)
        mark(self, c, fate == ESC_FATE_UP, text);
    if (fate != ESC_FATE_UNKNOWN)
        return;
    vicu_warning(VICU_MSG_CHANNEL_FAILED, "%s: %s", channel, text);
    if (e)
        esc_service_record(self, channel, false, "channel", "escalation-not-understood", e->bed,
                           text, e->id);
}

static void
on_told(const char *escalation,
        const char *target,
        const char *channel,
        EscFate fate,
        const char *text,
        gpointer user)
{
    EscService *self = user;
    EscNow now = esc_service_now(self);
    EscAnswer answer = {0};

    const Vicu__Escalation *e = *escalation ? esc_machine_find(self->machine, escalation) : NULL;
    if (fate == ESC_FATE_SENT || fate == ESC_FATE_FAILED || fate == ESC_FATE_UNREACHED)
        count(self, channel, fate, text);
    else if (fate >= ESC_FATE_DOWN)
        hear_of_channel(self, e, channel, fate, text);
    if (*escalation == '\0') /* a test */
        return;
    const Vicu__EscalationTarget *t = NULL;
    for (size_t i = 0; e && i < e->n_target; i++)
        if (strcmp(e->target[i]->id, target) == 0)
            t = e->target[i];
    g_autofree char *person = g_strdup(t ? t->person : "");
    switch (fate) {
    case ESC_FATE_SENT:
    case ESC_FATE_FAILED:
    case ESC_FATE_UNREACHED:
        esc_machine_sent(self->machine, escalation, target, channel, fate == ESC_FATE_SENT, text,
                         &now);
        break;
    case ESC_FATE_DELIVERED:
    case ESC_FATE_READ:
        answer = esc_machine_receipt(self->machine, escalation, target,
                                     fate == ESC_FATE_READ
                                         ? VICU__ESCALATION_STAGE__ESCALATION_READ
                                         : VICU__ESCALATION_STAGE__ESCALATION_DELIVERED,
                                     channel, &now);
        break;
    case ESC_FATE_ACCEPTED:
        answer = esc_machine_act(self->machine, escalation, person, channel,
                                 VICU__ESCALATION_STAGE__ESCALATION_ACCEPTED, &now);
        break;
    case ESC_FATE_DECLINED:
        answer = esc_machine_decline(self->machine, escalation, person, channel,
                                     *text ? text : "declined on the device", &now);
        break;
    case ESC_FATE_DOWN:
    case ESC_FATE_UP:
    case ESC_FATE_UNKNOWN:
        break;
    }
    esc_answer_clear(&answer);
    esc_service_settle(self);
}

static bool
add(EscService *self, size_t *n, EscChannel *channel)
{
    if (!channel)
        return false;
    self->channel[(*n)++] = channel;
    return true;
}

static void
name_channels(EscService *self)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    g_ptr_array_add(names, (gpointer) "page");
    for (size_t i = 0; self->channel[i]; i++)
        g_ptr_array_add(names, (gpointer)self->channel[i]->name);
    g_ptr_array_add(names, NULL);
    for (guint i = 0; names->pdata[i]; i++) {
        if (g_hash_table_contains(self->channels, names->pdata[i]))
            continue;
        Vicu__Channel *c = g_new0(Vicu__Channel, 1);
        vicu__channel__init(c);
        vicu_wire_set_text(&c->name, names->pdata[i]);
        c->enabled = true;
        g_hash_table_replace(self->channels, c->name, c);
        keep_channel(self, c);
    }
    esc_machine_set_channels(self->machine, (const char *const *)names->pdata);
}

bool
esc_service_open_channels(EscService *self, const EscServiceSettings *settings, GError **error)
{
    EscChannel *before[ESC_CHANNELS];
    size_t n = 0;
    bool ok = true;

    memcpy(before, self->channel, sizeof before);
    memset(self->channel, 0, sizeof self->channel);
    if (*settings->smtp.url)
        ok = add(self, &n, esc_smtp_new(&settings->smtp, on_told, self, error));
    if (ok && *settings->webhook.secret_file)
        ok = add(self, &n, esc_webhook_new(&settings->webhook, on_told, self, error));
    if (ok && *settings->pcd06.url)
        ok = add(self, &n, esc_pcd06_new(&settings->pcd06, on_told, self, error));
    EscChannel **over = ok ? before : self->channel;
    for (size_t i = 0; i < ESC_CHANNELS; i++)
        esc_channel_free(over[i]);
    if (!ok) {
        memcpy(self->channel, before, sizeof before);
        return false;
    }
    name_channels(self);
    return true;
}

/* --- one message --- */

typedef struct {
    char *escalation;
    char *target;
    char *channel;
} Intent;

static void
free_intent(gpointer data)
{
    Intent *i = data;
    g_free(i->escalation);
    g_free(i->target);
    g_free(i->channel);
    g_free(i);
}

static const char *
address_of(const Vicu__RosterPerson *p, const char *channel)
{
    if (strcmp(channel, "smtp") == 0)
        return p->mail;
    return strcmp(channel, "pcd06") == 0 ? p->pager : p->webhook;
}

static bool
has_a_page(const EscService *self, const char *person)
{
    GHashTableIter iter;
    gpointer value;
    bool open = false;

    g_hash_table_iter_init(&iter, self->devices);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Vicu__Device *d = value;
        open = open || (d->reachable && strcmp(d->person, person) == 0);
    }
    return open;
}

/* A page is sent by being published; it is taken where somebody has it open. */
static void
send_page(EscService *self, const Intent *intent, const char *person)
{
    bool open = has_a_page(self, person);

    on_told(intent->escalation, intent->target, "page", open ? ESC_FATE_SENT : ESC_FATE_FAILED,
            open ? "" : "has no page open", self);
}

static EscChannel *
channel_of(const EscService *self, const char *name)
{
    for (size_t i = 0; i < ESC_CHANNELS && self->channel[i]; i++)
        if (strcmp(self->channel[i]->name, name) == 0)
            return self->channel[i];
    return NULL;
}

static void
note_latency(EscService *self, const Vicu__Escalation *e)
{
    self->latency_us[self->n_latency++ % ESC_LATENCIES] = vicu_clock_utc_us() - e->began_us;
}

static void
send_message(EscService *self,
             EscChannel *channel,
             const Vicu__Escalation *e,
             const Vicu__EscalationTarget *t,
             const Vicu__RosterPerson *p)
{
    static const char *const priorities[] = {"none", "advisory", "low", "medium", "high"};
    g_autofree char *link = *self->link ? g_strconcat(self->link, e->id, NULL) : g_strdup("");
    EscMessage message = {
        .escalation = e->id,
        .target = t->id,
        .bed = e->bed,
        .title = e->title,
        .text = e->text,
        .priority = priorities[MIN(e->priority, 4)],
        .name = p->name,
        .address = address_of(p, channel->name),
        .link = link,
        .t_raised_us = e->t_raised_us,
        .step = t->step,
    };
    channel->send(channel, &message);
}

/* The intent is on the disk. */
static void
run_intent(EscService *self, gpointer data)
{
    const Intent *intent = data;
    const Vicu__Escalation *e = esc_machine_find(self->machine, intent->escalation);
    const Vicu__EscalationTarget *t = NULL;

    for (size_t i = 0; e && i < e->n_target; i++)
        if (strcmp(e->target[i]->id, intent->target) == 0)
            t = e->target[i];
    /* Meanwhile declined, taken by another one or over: nobody is to be told. */
    if (!t || t->outcome != VICU__ESCALATION_OUTCOME__OUTCOME_NONE)
        return;
    const Vicu__RosterPerson *p = esc_roster_person(self->roster, t->person);
    EscChannel *channel = channel_of(self, intent->channel);
    if (t->epoch == 0 && t->step == 1)
        note_latency(self, e);
    if (strcmp(intent->channel, "page") == 0)
        send_page(self, intent, t->person);
    else if (!p || !channel)
        on_told(intent->escalation, intent->target, intent->channel, ESC_FATE_FAILED,
                p ? "the channel is no longer set up" : "is no longer in the roster", self);
    else
        send_message(self, channel, e, t, p);
}

void
esc_service_send(EscService *self,
                 const Vicu__Escalation *e,
                 const Vicu__EscalationTarget *t,
                 const char *channel)
{
    Intent *intent = g_new0(Intent, 1);

    intent->escalation = g_strdup(e->id);
    intent->target = g_strdup(t->id);
    intent->channel = g_strdup(channel);
    esc_service_after(self, run_intent, intent, free_intent);
}

bool
esc_service_test(EscService *self, const Vicu__TestChannel *test, char **text)
{
    EscChannel *channel = channel_of(self, test->channel);
    const Vicu__RosterPerson *p = esc_roster_find(self->roster, test->person);

    if (!channel || !p || !*address_of(p, test->channel)) {
        *text =
            g_strdup_printf(!channel ? "The channel \"%.40s\" is not set up (escalation.conf)."
                                     : "\"%.40s\" is nobody of the roster with an address there.",
                            !channel ? test->channel : test->person);
        return false;
    }
    g_autofree char *id = g_uuid_string_random();
    EscMessage message = {
        .escalation = "",
        .target = id,
        .bed = "",
        .title = "Test of vICU",
        .text = "This is a test. Nothing is to be done.",
        .priority = "none",
        .name = p->name,
        .address = address_of(p, test->channel),
        .link = "",
        .test = true,
    };
    channel->send(channel, &message);
    *text = g_strdup_printf("A test is on its way by %s; `vicu escalation channels` says what "
                            "became of it.",
                            test->channel);
    return true;
}

/* --- pages --- */

static void
keep_device(EscService *self, Vicu__Device *d, bool removed)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;

    item.subject = VICU__SUBJECT__SUBJECT_DEVICE;
    item.key = d->id;
    item.removed = removed;
    item.body_case = VICU__STATE_ITEM__BODY_DEVICE;
    item.device = d;
    esc_service_keep(self, &item);
}

/* @d went: who was told by it, and has no other, is not waited for. */
static void
lose_page(EscService *self, const Vicu__Device *d)
{
    EscNow now = esc_service_now(self);

    if (*d->person != '\0' && !has_a_page(self, d->person))
        esc_machine_page_gone(self->machine, d->person, &now);
}

static Vicu__Device *
new_device(EscService *self, const Vicu__DeviceSeen *seen)
{
    Vicu__Device *d = g_new0(Vicu__Device, 1);

    vicu__device__init(d);
    vicu_wire_set_text(&d->id, seen->device);
    g_hash_table_replace(self->devices, g_strdup(seen->device), d);
    return d;
}

bool
esc_service_device(EscService *self, const Vicu__DeviceSeen *seen, char **text)
{
    const Vicu__RosterPerson *p = esc_roster_find(self->roster, seen->person);
    Vicu__Device *d = g_hash_table_lookup(self->devices, seen->device);
    int64_t now_us = vicu_clock_utc_us();

    if (!*seen->device || strlen(seen->device) > 64 || strlen(seen->kind) > 64) {
        *text = g_strdup("A device has an id of 1..64 bytes, and a kind of at most 64.");
        return false;
    }
    if (seen->gone && !d) {
        *text = g_strdup("It was not known.");
        return true;
    }
    if (!seen->gone && !p) {
        *text = g_strdup_printf("\"%.40s\" is nobody of the roster.", seen->person);
        return false;
    }
    if (!d && g_hash_table_size(self->devices) >= DEVICES_MAX) {
        *text = g_strdup_printf("%d pages are open, the most there can be.", DEVICES_MAX);
        return false;
    }
    bool news = !d || d->reachable == seen->gone || (p && strcmp(d->person, p->id) != 0);
    if (!d)
        d = new_device(self, seen);
    int64_t *heard = g_new(int64_t, 1);
    *heard = vicu_clock_boot_us();
    g_hash_table_replace(self->heard, g_strdup(seen->device), heard);
    if (news)
        d->since_us = now_us;
    news = news || now_us - d->heard_us > TOLD_AGAIN_US;
    bool went = d->reachable && seen->gone;
    d->reachable = !seen->gone;
    if (p)
        vicu_wire_set_text(&d->person, p->id);
    vicu_wire_set_text(&d->kind, seen->kind);
    if (news) {
        d->heard_us = now_us;
        keep_device(self, d, false);
    }
    if (went)
        lose_page(self, d);
    *text = g_strdup(seen->gone ? "Gone." : "Seen.");
    return true;
}

void
esc_service_tick_devices(EscService *self)
{
    GHashTableIter iter;
    gpointer key, value;
    int64_t mono_us = vicu_clock_boot_us();

    g_hash_table_iter_init(&iter, self->devices);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        Vicu__Device *d = value;
        const int64_t *heard = g_hash_table_lookup(self->heard, key);
        int64_t silent_us = mono_us - (heard ? *heard : 0);
        if (d->reachable && silent_us > SILENT_US) {
            d->reachable = false;
            d->since_us = vicu_clock_utc_us();
            keep_device(self, d, false);
            lose_page(self, d);
        } else if (!d->reachable && silent_us > 60 * SILENT_US) {
            keep_device(self, d, true);
            g_hash_table_remove(self->heard, key);
            g_hash_table_iter_remove(&iter);
        }
    }
}

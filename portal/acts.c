/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/acts.h"

#include <string.h>

#include "common/clock.h"
#include "common/log.h"

#define SOCKET        "escalation-state"
#define OWNER         "escalation"
#define WAITING_MAX   4096
#define HELP          "help"
#define NO_ESCALATION "escalation is not running: nobody is called from here; ring the station"

/* Whose act a command is. */
typedef struct {
    uint64_t page;
    int64_t ref;        /* 0: a receipt, nobody waits */
    PortalActFunc func; /* of one who is no page of the bedside; NULL: a page */
    gpointer user;
} Waiting;

struct PortalActs {
    VicuDaemon *daemon;
    PortalWard *ward;
    PortalProofs *proofs;
    PortalPages *pages;
    VicuStateClient *rules;
    VicuStateClient *escalation; /* NULL: there is no key of it here */
    GHashTable *waiting;         /* key of a command -> Waiting */
    bool silent;
};

/* ---- escalation's state ---- */

static void
on_begin(gpointer user)
{
    PortalActs *self = user;

    portal_ward_begin(self->ward, PORTAL_FROM_ESCALATION);
    portal_proofs_begin(self->proofs, PORTAL_FROM_ESCALATION);
}

static void
on_item(const Vicu__StateItem *item, gpointer user)
{
    PortalActs *self = user;

    if (portal_proofs_item(self->proofs, PORTAL_FROM_ESCALATION, item, vicu_clock_boot_us()))
        return;
    portal_ward_item(self->ward, PORTAL_FROM_ESCALATION, item);
    if (self->pages != NULL)
        portal_pages_news(self->pages);
}

static void
on_level(gpointer user)
{
    PortalActs *self = user;

    portal_ward_level(self->ward, PORTAL_FROM_ESCALATION);
    if (self->pages != NULL)
        portal_pages_news(self->pages);
    portal_proofs_level(self->proofs, PORTAL_FROM_ESCALATION, vicu_clock_boot_us());
}

static void
on_watch(VicuWatchLevel level, gpointer user)
{
    ((PortalActs *)user)->silent = level >= VICU_WATCH_DELAYED;
}

static void
tell_result(PortalActs *self, const char *key, const Vicu__CommandResult *result)
{
    const Waiting *waiting = g_hash_table_lookup(self->waiting, key);

    if (waiting == NULL)
        return;
    if (waiting->func != NULL) {
        PortalActFunc func = waiting->func;
        gpointer user = waiting->user;
        g_hash_table_remove(self->waiting, key);
        func(result, user);
        return;
    }
    PortalPage *page = self->pages != NULL ? portal_pages_find(self->pages, waiting->page) : NULL;
    if (page != NULL && waiting->ref != 0)
        portal_page_result(page, waiting->ref, result != NULL && result->ok,
                           result != NULL ? result->text
                                          : "no answer in 10 s: it is not known whether it counts");
    g_hash_table_remove(self->waiting, key);
}

static void
on_result(const char *key, const Vicu__CommandResult *result, gpointer user)
{
    tell_result(user, key, result);
}

void
portal_acts_rules_result(PortalActs *self, const char *key, const Vicu__CommandResult *result)
{
    tell_result(self, key, result);
}

bool
portal_acts_hears(const PortalActs *self)
{
    return self->escalation != NULL && !self->silent
           && vicu_state_client_is_level(self->escalation);
}

/* ---- commands ---- */

static void
send(PortalActs *self,
     VicuStateClient *to,
     PortalPage *page,
     const PortalHeard *heard,
     Vicu__Command *command)
{
    Vicu__Actor actor = VICU__ACTOR__INIT;
    g_autofree char *from =
        g_strdup_printf("%s, %s", vicu_daemon_name(self->daemon), portal_page_address(page));
    const char *who = portal_page_person(page);

    /* A token is a key that a person holds, no person that has signed in. */
    actor.who = (char *)(*who != '\0' ? who : portal_page_device(page));
    actor.role = (char *)portal_page_role(page);
    actor.from = from;
    command->actor = &actor;
    if (heard != NULL)
        command->reason = (char *)heard->text;
    char *key = vicu_state_client_command(to, command);
    if (key == NULL)
        return;
    if (g_hash_table_size(self->waiting) >= WAITING_MAX) {
        g_free(key);
        return;
    }
    Waiting *waiting = g_new0(Waiting, 1);
    waiting->page = portal_page_number(page);
    waiting->ref = heard != NULL ? heard->ref : 0;
    g_hash_table_replace(self->waiting, key, waiting);
}

bool
portal_acts_ask(PortalActs *self, Vicu__Command *command, PortalActFunc func, gpointer user)
{
    if (!portal_acts_hears(self) || g_hash_table_size(self->waiting) >= WAITING_MAX)
        return false;
    char *key = vicu_state_client_command(self->escalation, command);
    if (key == NULL)
        return false;
    Waiting *waiting = g_new0(Waiting, 1);
    waiting->func = func;
    waiting->user = user;
    g_hash_table_replace(self->waiting, key, waiting);
    return true;
}

static void
take_receipt(PortalActs *self, PortalPage *page, const PortalHeard *heard)
{
    Vicu__EscalationReceipt receipt = VICU__ESCALATION_RECEIPT__INIT;
    Vicu__Command command = VICU__COMMAND__INIT;

    receipt.id = (char *)heard->id;
    receipt.target = (char *)heard->target;
    receipt.stage = heard->kind == PORTAL_HEARD_READ ? VICU__ESCALATION_STAGE__ESCALATION_READ
                                                     : VICU__ESCALATION_STAGE__ESCALATION_DELIVERED;
    receipt.device = (char *)portal_page_device(page);
    command.what_case = VICU__COMMAND__WHAT_ESCALATION_RECEIPT;
    command.escalation_receipt = &receipt;
    send(self, self->escalation, page, NULL, &command);
}

static void
take_act(PortalActs *self, PortalPage *page, const PortalHeard *heard)
{
    static const struct {
        PortalHeardKind kind;
        Vicu__EscalationStage stage;
    } stages[] = {
        {PORTAL_HEARD_ACCEPT, VICU__ESCALATION_STAGE__ESCALATION_ACCEPTED},
        {PORTAL_HEARD_WAY, VICU__ESCALATION_STAGE__ESCALATION_ON_MY_WAY},
        {PORTAL_HEARD_ARRIVED, VICU__ESCALATION_STAGE__ESCALATION_AT_BEDSIDE},
        {PORTAL_HEARD_DONE, VICU__ESCALATION_STAGE__ESCALATION_RESOLVED},
    };
    Vicu__EscalationAct act = VICU__ESCALATION_ACT__INIT;
    Vicu__Command command = VICU__COMMAND__INIT;

    act.id = (char *)heard->id;
    act.person = (char *)portal_page_person(page);
    act.device = (char *)portal_page_device(page);
    for (size_t i = 0; i < G_N_ELEMENTS(stages); i++)
        if (stages[i].kind == heard->kind)
            act.stage = stages[i].stage;
    command.what_case = VICU__COMMAND__WHAT_ESCALATION_ACT;
    command.escalation_act = &act;
    send(self, self->escalation, page, heard, &command);
}

static void
take_cannot(PortalActs *self, PortalPage *page, const PortalHeard *heard)
{
    Vicu__EscalationDecline decline = VICU__ESCALATION_DECLINE__INIT;
    Vicu__EscalationHandOn hand = VICU__ESCALATION_HAND_ON__INIT;
    Vicu__Command command = VICU__COMMAND__INIT;

    if (heard->kind == PORTAL_HEARD_CANNOT) {
        decline.id = (char *)heard->id;
        decline.person = (char *)portal_page_person(page);
        command.what_case = VICU__COMMAND__WHAT_ESCALATION_DECLINE;
        command.escalation_decline = &decline;
    } else {
        hand.id = (char *)heard->id;
        hand.person = (char *)portal_page_person(page);
        hand.to = (char *)heard->to;
        command.what_case = VICU__COMMAND__WHAT_ESCALATION_HAND_ON;
        command.escalation_hand_on = &hand;
    }
    send(self, self->escalation, page, heard, &command);
}

/* Seen on every station, in whatever state escalation is. */
static void
call_through_rules(PortalActs *self, PortalPage *page, const PortalHeard *heard)
{
    Vicu__LocalAlarm local = VICU__LOCAL_ALARM__INIT;
    Vicu__Command command = VICU__COMMAND__INIT;
    const char *who = portal_page_person(page);
    g_autofree char *text =
        g_strdup_printf("call for help from the bedside%s%s%s%s", *who != '\0' ? ": " : "", who,
                        *heard->text != '\0' ? ": " : "", heard->text);

    local.cause = (char *)HELP;
    local.priority = VICU__PRIORITY__PRIORITY_HIGH;
    local.text = text;
    local.standing = TRUE;
    local.bed = (char *)heard->id;
    command.what_case = VICU__COMMAND__WHAT_LOCAL;
    command.local = &local;
    send(self, self->rules, page, heard, &command);
}

void
portal_acts_rules_item(PortalActs *self, const Vicu__StateItem *item)
{
    const Vicu__Alarm *alarm = item->removed ? NULL : item->alarm;
    Vicu__LocalAlarm local = VICU__LOCAL_ALARM__INIT;
    Vicu__Command command = VICU__COMMAND__INIT;

    if (alarm == NULL || strcmp(alarm->rule, "local:" HELP) != 0
        || alarm->state != VICU__ALARM_STATE__ALARM_ACKNOWLEDGED)
        return;
    local.cause = (char *)HELP;
    local.bed = alarm->bed;
    command.what_case = VICU__COMMAND__WHAT_LOCAL;
    command.local = &local;
    g_free(vicu_state_client_command(self->rules, &command));
}

static void
take_help(PortalActs *self, PortalPage *page, const PortalHeard *heard)
{
    Vicu__CallForHelp help = VICU__CALL_FOR_HELP__INIT;
    Vicu__Command command = VICU__COMMAND__INIT;

    if (!portal_acts_hears(self)) {
        call_through_rules(self, page, heard);
        return;
    }
    help.bed = (char *)heard->id;
    help.text = (char *)heard->text;
    command.what_case = VICU__COMMAND__WHAT_CALL_FOR_HELP;
    command.call_for_help = &help;
    send(self, self->escalation, page, heard, &command);
}

void
portal_acts_take(PortalActs *self, PortalPage *page, const PortalHeard *heard)
{
    if (heard->kind == PORTAL_HEARD_HELP) {
        take_help(self, page, heard);
        return;
    }
    if (self->escalation == NULL || self->silent) {
        if (heard->ref != 0)
            portal_page_result(page, heard->ref, false, NO_ESCALATION);
        return;
    }
    switch (heard->kind) {
    case PORTAL_HEARD_DELIVERED:
    case PORTAL_HEARD_READ:
        take_receipt(self, page, heard);
        break;
    case PORTAL_HEARD_ACCEPT:
    case PORTAL_HEARD_WAY:
    case PORTAL_HEARD_ARRIVED:
    case PORTAL_HEARD_DONE:
        take_act(self, page, heard);
        break;
    case PORTAL_HEARD_CANNOT:
    case PORTAL_HEARD_HAND_ON:
        take_cannot(self, page, heard);
        break;
    case PORTAL_HEARD_NOTHING:
    case PORTAL_HEARD_HELLO:
    case PORTAL_HEARD_BEAT:
    case PORTAL_HEARD_AWAY:
    case PORTAL_HEARD_HELP:
    case PORTAL_HEARD_DETAIL:
        break;
    }
}

void
portal_acts_reached(PortalActs *self, PortalPage *page, bool gone)
{
    Vicu__DeviceSeen seen = VICU__DEVICE_SEEN__INIT;
    Vicu__Command command = VICU__COMMAND__INIT;

    if (self->escalation == NULL || *portal_page_person(page) == '\0')
        return;
    seen.device = (char *)portal_page_device(page);
    seen.person = (char *)portal_page_person(page);
    seen.gone = gone;
    seen.kind = (char *)(portal_page_is_phone(page) ? "phone" : "page");
    command.what_case = VICU__COMMAND__WHAT_DEVICE_SEEN;
    command.device_seen = &seen;
    send(self, self->escalation, page, NULL, &command);
}

/* ---- begin and end ---- */

PortalActs *
portal_acts_new(VicuDaemon *daemon,
                PortalWard *ward,
                PortalProofs *proofs,
                VicuStateClient *rules,
                GError **error)
{
    static const Vicu__Subject subjects[] = {VICU__SUBJECT__SUBJECT_ESCALATION,
                                             VICU__SUBJECT__SUBJECT_PERSON,
                                             VICU__SUBJECT__SUBJECT_SHIFT,
                                             VICU__SUBJECT__SUBJECT_ROSTER_FINDING,
                                             VICU__SUBJECT__SUBJECT_ESCALATION_OWNER,
                                             VICU__SUBJECT__SUBJECT_PROOF};
    static const VicuStateClientOps ops = {.begin = on_begin,
                                           .item = on_item,
                                           .level = on_level,
                                           .watch = on_watch,
                                           .result = on_result};
    g_autoptr(PortalActs) self = g_new0(PortalActs, 1);

    self->daemon = daemon;
    self->ward = ward;
    self->proofs = proofs;
    self->rules = rules;
    self->waiting = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    if (vicu_keys_public_of(vicu_daemon_keys(daemon), OWNER) == NULL)
        return g_steal_pointer(&self);
    self->escalation = vicu_state_client_new(vicu_daemon_context(daemon), vicu_daemon_root(daemon),
                                             SOCKET, OWNER, vicu_daemon_name(daemon), subjects,
                                             G_N_ELEMENTS(subjects), &ops, self, error);
    return self->escalation != NULL ? g_steal_pointer(&self) : NULL;
}

void
portal_acts_free(PortalActs *self)
{
    if (self == NULL)
        return;
    vicu_state_client_free(self->escalation);
    g_hash_table_unref(self->waiting);
    g_free(self);
}

void
portal_acts_set_pages(PortalActs *self, PortalPages *pages)
{
    self->pages = pages;
}

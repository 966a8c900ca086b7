/* Escalation machine: its table, the journal's side, and time.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/mutant.h"
#include "escalation/machine-inner.h"

#define ID_SIZE 32

static void
free_alarm(gpointer data)
{
    EscAlarm *a = data;

    vicu_wire_free(a->alarm);
    g_free(a);
}

EscMachine *
esc_machine_new(const EscRoster *roster,
                const EscTimes *times,
                const char *const *channels,
                const EscMachineOps *ops,
                gpointer user)
{
    EscMachine *self = g_new0(EscMachine, 1);

    self->roster = roster;
    self->times = *times;
    self->channels = g_strdupv((char **)channels);
    self->ops = *ops;
    self->user = user;
    self->escalations = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, vicu_wire_free);
    self->alarms = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_alarm);
    self->latest = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return self;
}

void
esc_machine_free(EscMachine *self)
{
    if (!self)
        return;
    g_hash_table_unref(self->escalations);
    g_hash_table_unref(self->alarms);
    g_hash_table_unref(self->latest);
    g_strfreev(self->channels);
    g_free(self);
}

void
esc_machine_set_times(EscMachine *self, const EscTimes *times)
{
    self->times = *times;
}

void
esc_machine_set_channels(EscMachine *self, const char *const *channels)
{
    g_strfreev(self->channels);
    self->channels = g_strdupv((char **)channels);
}

char *
esc_hash(const char *a, const char *b, const char *c, int64_t n)
{
    g_autofree char *whole = g_strdup_printf("%s\n%s\n%s\n%" G_GINT64_FORMAT, a, b, c, n);
    g_autofree char *hex = g_compute_checksum_for_string(G_CHECKSUM_SHA256, whole, -1);

    return g_strndup(hex, ID_SIZE);
}

Vicu__Escalation *
esc_get(const EscMachine *self, const char *id)
{
    return g_hash_table_lookup(self->escalations, id);
}

/* --- telling --- */

void
esc_told(EscMachine *self,
         const Vicu__Escalation *e,
         const Vicu__EscalationTarget *t,
         const char *what,
         const char *why)
{
    self->ops.told(e, t, what, why, self->user);
}

static void
sum_up(Vicu__Escalation *e)
{
    const Vicu__EscalationTarget *best = NULL;
    int64_t deadline_us = e->ended_us ? 0 : e->next_us;

    for (size_t i = 0; i < e->n_target; i++) {
        const Vicu__EscalationTarget *t = e->target[i];
        if (t->outcome != VICU__ESCALATION_OUTCOME__OUTCOME_NONE
            && t->outcome != VICU__ESCALATION_OUTCOME__OUTCOME_DONE)
            continue;
        if (!best || t->stage >= best->stage)
            best = t;
        if (t->deadline_us && !e->ended_us && (!deadline_us || t->deadline_us < deadline_us))
            deadline_us = t->deadline_us;
    }
    e->stage = best ? best->stage : VICU__ESCALATION_STAGE__ESCALATION_NONE;
    vicu_wire_set_text(&e->person, best ? best->person : "");
    vicu_wire_set_text(&e->name, best ? best->name : "");
    e->deadline_us = deadline_us;
}

/* The oldest that are over go first. */
static void
trim(Vicu__Escalation *e)
{
    for (size_t i = 0; e->n_target > ESC_TARGETS_MAX && i < e->n_target;) {
        if (e->target[i]->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_NONE) {
            i++;
            continue;
        }
        vicu_wire_free(e->target[i]);
        e->n_target--;
        memmove(e->target + i, e->target + i + 1, (e->n_target - i) * sizeof(*e->target));
        e->earlier_targets++;
    }
    while (e->n_breach > ESC_BREACHES_MAX) {
        vicu_wire_free(e->breach[0]);
        e->n_breach--;
        memmove(e->breach, e->breach + 1, e->n_breach * sizeof(*e->breach));
        e->earlier_breaches++;
    }
}

static bool
is_open(const Vicu__EscalationTarget *t, const Vicu__Sending *s)
{
    return t->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_NONE
           && t->stage < VICU__ESCALATION_STAGE__ESCALATION_ACCEPTED
           && s->state == VICU__SENDING_STATE__SENDING_INTENDED;
}

/* What is intended goes out behind changed(): those never tried, or all that are open. */
static void
tell(EscMachine *self, Vicu__Escalation *e, bool again)
{
    g_autoptr(GPtrArray) due = g_ptr_array_new();

    trim(e);
    sum_up(e);
    for (size_t i = 0; i < e->n_target; i++)
        for (size_t k = 0; k < e->target[i]->n_sending; k++) {
            Vicu__Sending *s = e->target[i]->sending[k];
            if (!is_open(e->target[i], s) || (s->tries > 0 && !again))
                continue;
            s->tries++;
            g_ptr_array_add(due, e->target[i]);
            g_ptr_array_add(due, s);
        }
    if (!VICU_MUTANT(ESC_SEND_UNJOURNALED))
        self->ops.changed(e, false, self->user);
    for (guint i = 0; i + 1 < due->len; i += 2)
        self->ops.send(e, due->pdata[i], ((Vicu__Sending *)due->pdata[i + 1])->channel, self->user);
    if (VICU_MUTANT(ESC_SEND_UNJOURNALED))
        self->ops.changed(e, false, self->user);
}

void
esc_changed(EscMachine *self, Vicu__Escalation *e)
{
    tell(self, e, false);
}

/* --- from the journal --- */

void
esc_machine_restore(EscMachine *self, const Vicu__Escalation *from)
{
    Vicu__Escalation *e = vicu_wire_copy(&from->base);
    const char *newest = *e->alarm ? g_hash_table_lookup(self->latest, e->alarm) : NULL;
    const Vicu__Escalation *other = newest ? esc_get(self, newest) : NULL;

    if (*e->alarm && (!other || other->began_us <= e->began_us))
        g_hash_table_replace(self->latest, g_strdup(e->alarm), g_strdup(e->id));
    g_hash_table_replace(self->escalations, e->id, e);
}

static int64_t
again_boot_us(int64_t utc_us, const EscNow *now)
{
    return utc_us ? MAX(now->boot_us + (utc_us - now->utc_us), 1) : 0;
}

/* The machine was started anew: BOOTTIME has another beginning. */
static void
rebase(Vicu__Escalation *e, const EscNow *now)
{
    for (size_t i = 0; i < e->n_target; i++)
        e->target[i]->deadline_boot_us = again_boot_us(e->target[i]->deadline_us, now);
    e->next_boot_us = again_boot_us(e->next_us, now);
    vicu_wire_set_text(&e->boot, now->boot);
}

static GPtrArray *
all(const EscMachine *self)
{
    GPtrArray *list = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, self->escalations);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        g_ptr_array_add(list, value);
    return list;
}

void
esc_machine_restored(EscMachine *self, const EscNow *now)
{
    g_autoptr(GPtrArray) list = all(self);

    for (guint i = 0; i < list->len; i++) {
        Vicu__Escalation *e = list->pdata[i];
        if (e->ended_us)
            continue;
        if (strcmp(e->boot, now->boot) != 0 && !VICU_MUTANT(ESC_BOOT_IGNORED))
            rebase(e, now);
        tell(self, e, !VICU_MUTANT(ESC_NOT_SENT_AGAIN));
    }
}

/* --- time --- */

static const char *
missed_text(Vicu__EscalationStage next)
{
    switch (next) {
    case VICU__ESCALATION_STAGE__ESCALATION_SENT:
        return "not sent in time";
    case VICU__ESCALATION_STAGE__ESCALATION_DELIVERED:
        return "not delivered in time";
    case VICU__ESCALATION_STAGE__ESCALATION_READ:
        return "not read in time";
    case VICU__ESCALATION_STAGE__ESCALATION_ACCEPTED:
        return "not accepted in time";
    case VICU__ESCALATION_STAGE__ESCALATION_AT_BEDSIDE:
        return "not at the bedside in time";
    case VICU__ESCALATION_STAGE__ESCALATION_RESOLVED:
    case VICU__ESCALATION_STAGE__ESCALATION_NONE:
    case VICU__ESCALATION_STAGE__ESCALATION_DECIDED:
    case VICU__ESCALATION_STAGE__ESCALATION_ON_MY_WAY:
    case _VICU__ESCALATION_STAGE_IS_INT_SIZE:
    default:
        return "not resolved in time";
    }
}

static void
miss(EscMachine *self, Vicu__Escalation *e, Vicu__EscalationTarget *t, const EscNow *now)
{
    Vicu__EscalationStage next = t->stage + 1;

    if (t->stage == VICU__ESCALATION_STAGE__ESCALATION_ACCEPTED)
        next = VICU__ESCALATION_STAGE__ESCALATION_AT_BEDSIDE;
    const char *text = missed_text(next);
    t->deadline_us = t->deadline_boot_us = 0;
    t->missed = next;
    if (!VICU_MUTANT(ESC_BREACH_UNTOLD))
        esc_breach(self, e, t, next, text, now);
    /* Who is at the bedside is not given up: that it takes long is said. */
    if (next == VICU__ESCALATION_STAGE__ESCALATION_RESOLVED)
        return;
    esc_give_up(self, e, t, VICU__ESCALATION_OUTCOME__OUTCOME_MISSED, text, now);
    if (!VICU_MUTANT(ESC_NO_NEXT_STEP))
        esc_advance(self, e, t, now);
}

static bool
is_due(int64_t boot_us, int64_t utc_us, const EscNow *now)
{
    if (VICU_MUTANT(ESC_TIMER_ON_WALL_CLOCK))
        return utc_us && now->utc_us >= utc_us;
    return boot_us && now->boot_us >= boot_us;
}

static void
tick_one(EscMachine *self, Vicu__Escalation *e, const EscNow *now)
{
    bool dirty = false;
    size_t n = e->n_target;

    for (size_t i = 0; i < n && !e->ended_us; i++) {
        Vicu__EscalationTarget *t = e->target[i];
        if (t->outcome != VICU__ESCALATION_OUTCOME__OUTCOME_NONE
            || !is_due(t->deadline_boot_us, t->deadline_us, now))
            continue;
        miss(self, e, t, now);
        dirty = true;
    }
    if (!e->ended_us && is_due(e->next_boot_us, e->next_us, now)) {
        esc_set_next(e, 0, now);
        if (!esc_is_accepted(e))
            esc_start_step(self, e, e->step + 1, now);
        dirty = true;
    }
    if (dirty)
        esc_changed(self, e);
}

static bool
is_to_be_forgotten(const EscMachine *self, const Vicu__Escalation *e, const EscNow *now)
{
    return e->ended_us && now->utc_us - e->ended_us > ESC_ENDED_KEPT_US
           && (!*e->alarm || !g_hash_table_contains(self->alarms, e->alarm));
}

void
esc_machine_tick(EscMachine *self, const EscNow *now)
{
    g_autoptr(GPtrArray) list = all(self);

    for (guint i = 0; i < list->len; i++) {
        Vicu__Escalation *e = list->pdata[i];
        if (!e->ended_us)
            tick_one(self, e, now);
        if (!is_to_be_forgotten(self, e, now))
            continue;
        self->ops.changed(e, true, self->user);
        const char *newest = g_hash_table_lookup(self->latest, e->alarm);
        if (newest && strcmp(newest, e->id) == 0)
            g_hash_table_remove(self->latest, e->alarm);
        g_hash_table_remove(self->escalations, e->id);
    }
}

/* --- looking --- */

const Vicu__Escalation *
esc_machine_find(const EscMachine *self, const char *id)
{
    return esc_get(self, id);
}

const Vicu__Escalation *
esc_machine_find_text(const EscMachine *self, const char *text)
{
    const Vicu__Escalation *one = esc_get(self, text);
    g_autoptr(GPtrArray) list = all(self);

    for (guint i = 0; *text && !esc_get(self, text) && i < list->len; i++) {
        const Vicu__Escalation *e = list->pdata[i];
        if (!g_str_has_prefix(e->id, text))
            continue;
        if (one)
            return NULL;
        one = e;
    }
    return one;
}

void
esc_machine_foreach(const EscMachine *self,
                    void (*func)(const Vicu__Escalation *e, gpointer user),
                    gpointer user)
{
    g_autoptr(GPtrArray) list = all(self);

    for (guint i = 0; i < list->len; i++)
        func(list->pdata[i], user);
}

void
esc_machine_figures(const EscMachine *self, EscFigures *figures)
{
    GHashTableIter iter;
    gpointer value;

    *figures = self->figures;
    figures->standing = figures->unaccepted = 0;
    g_hash_table_iter_init(&iter, self->escalations);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Vicu__Escalation *e = value;
        figures->standing += e->ended_us == 0;
        figures->unaccepted += e->ended_us == 0 && !esc_is_accepted(e);
    }
}

bool
esc_is_accepted(const Vicu__Escalation *e)
{
    for (size_t i = 0; i < e->n_target; i++)
        if (e->target[i]->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_NONE
            && e->target[i]->stage >= VICU__ESCALATION_STAGE__ESCALATION_ACCEPTED)
            return true;
    return false;
}

bool
esc_is_breached(const Vicu__Escalation *e)
{
    if (e->ended_us || e->n_breach == 0)
        return false;
    return !esc_is_accepted(e)
           || e->breach[e->n_breach - 1]->stage == VICU__ESCALATION_STAGE__ESCALATION_RESOLVED;
}

const char *
esc_stage_word(Vicu__EscalationStage stage)
{
    static const char *const words[] = {"nobody asked", "decided",    "sent",
                                        "delivered",    "read",       "accepted",
                                        "on the way",   "at bedside", "resolved"};

    return (unsigned)stage < G_N_ELEMENTS(words) ? words[stage] : "?";
}

const char *
esc_outcome_word(Vicu__EscalationOutcome outcome)
{
    static const char *const words[] = {"asked",      "missed",          "declined",
                                        "handed on",  "unreachable",     "nobody on duty",
                                        "not needed", "ended meanwhile", "done"};

    return (unsigned)outcome < G_N_ELEMENTS(words) ? words[outcome] : "?";
}

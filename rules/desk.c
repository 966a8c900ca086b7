/* The bed desk: what people and patient administration say about beds, limits,
 * alarms and observations: who may say it, what becomes of it, what the audit keeps.
 * Part of the ward.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/desk-inner.h"

void
rules_answer_clear(RulesAnswer *answer)
{
    g_clear_pointer(&answer->text, g_free);
    g_clear_pointer(&answer->detail, g_free);
}

void
desk_answer(DeskAct *act, bool ok, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_free(act->answer->text);
    act->answer->ok = ok;
    act->answer->text = g_strdup_vprintf(format, args);
    va_end(args);
}

void
desk_set_text(char **at, const char *value)
{
    g_free(*at);
    *at = value && *value ? g_strdup(value) : NULL;
}

bool
desk_is_short(const char *text, size_t max)
{
    return strlen(text) <= max && g_utf8_validate(text, -1, NULL);
}

/* No letters that a terminal or a page would act on. */
static bool
is_plain(const char *text)
{
    bool any = false;
    for (const char *c = text; *c; c = g_utf8_next_char(c)) {
        gunichar letter = g_utf8_get_char(c);
        if (g_unichar_iscntrl(letter) && letter != '\n')
            return false;
        any = any || !g_unichar_isspace(letter);
    }
    return any;
}

bool
desk_is_text(const char *text, size_t max)
{
    return desk_is_short(text, max) && is_plain(text);
}

bool
desk_is_name(const char *name)
{
    return desk_is_text(name, DESK_NAME_MAX) && !strchr(name, '\n');
}

static char *
folded(const char *name)
{
    g_autofree char *normal = g_utf8_normalize(name, -1, G_NORMALIZE_ALL);
    g_autofree char *folded = g_utf8_casefold(normal ? normal : "", -1);
    return g_strdup(g_strstrip(folded));
}

bool
desk_is_same_name(const char *a, const char *b)
{
    g_autofree char *x = folded(a);
    g_autofree char *y = folded(b);
    return strcmp(x, y) == 0;
}

void
desk_new_id(const DeskAct *act, const char *place, const char *kind, char id[17])
{
    int64_t t_us = act->now_us;
    do
        rules_alarm_id(id, place, kind, false, t_us++);
    while (desk_has_note(act->ward, id) || desk_has_handover(act->ward, id));
}

WardBed *
desk_bed(DeskAct *act, const char *id)
{
    act->bed = rules_ward_bed(act->ward, id);
    if (!act->bed)
        desk_answer(act, false, "There is no bed \"%s\".", id);
    return act->bed;
}

/* --- commands that need no file of their own --- */

static void
do_local(DeskAct *act, const Vicu__LocalAlarm *local)
{
    act->what = "local-alarm";
    if (!*local->cause || !desk_is_short(local->cause, 64)
        || !desk_is_short(local->text, RULES_TEXT_MAX)) {
        desk_answer(act, false, "A local alarm needs a cause of at most 64 bytes.");
        return;
    }
    if (*local->bed && !desk_bed(act, local->bed))
        return;
    /* Who sees the same cause: it stands while any of them says so. */
    g_autofree char *key = g_strdup_printf("%s\n%s", local->bed, local->cause);
    GHashTable *peers = g_hash_table_lookup(act->ward->reporters, key);
    if (!peers) {
        peers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_hash_table_insert(act->ward->reporters, g_steal_pointer(&key), peers);
    }
    if (local->standing)
        g_hash_table_add(peers, g_strdup(act->from));
    else
        g_hash_table_remove(peers, act->from);
    bool standing = g_hash_table_size(peers) > 0;
    rules_alarms_local(act->ward->alarms, local->bed, local->cause, (RulesPriority)local->priority,
                       local->text, standing, act->now_us);
    desk_answer(act, true, standing ? "The alarm stands." : "The alarm is over.");
}

/* What goes with the care of a bed, and from one shift to the next. */
static void
dispatch_care(DeskAct *act)
{
    const Vicu__Command *c = act->command;
    switch ((int)c->what_case) {
    case VICU__COMMAND__WHAT_NOTE:
        desk_note(act, c->note);
        break;
    case VICU__COMMAND__WHAT_DONE:
        desk_done(act, c->done);
        break;
    case VICU__COMMAND__WHAT_TAKE:
        desk_take(act, c->take);
        break;
    case VICU__COMMAND__WHAT_SEEN:
        desk_seen(act, c->seen);
        break;
    case VICU__COMMAND__WHAT_BEGIN_HANDOVER:
        desk_begin_handover(act, c->begin_handover);
        break;
    case VICU__COMMAND__WHAT_HANDOVER_LINE:
        desk_handover_line(act, c->handover_line);
        break;
    case VICU__COMMAND__WHAT_SIGN_HANDOVER:
        desk_sign_handover(act, c->sign_handover);
        break;
    case VICU__COMMAND__WHAT_WITHDRAW_HANDOVER:
        desk_withdraw_handover(act, c->withdraw_handover);
        break;
    case VICU__COMMAND__WHAT_EMERGENCY:
        desk_begin_emergency(act, c->emergency);
        break;
    case VICU__COMMAND__WHAT__NOT_SET:
    default:
        desk_answer(act, false,
                    "This version does not know the command; update the rules process.");
        break;
    }
}

static void
dispatch(DeskAct *act)
{
    const Vicu__Command *c = act->command;
    switch ((int)c->what_case) {
    case VICU__COMMAND__WHAT_ACK:
        desk_ack(act, c->ack);
        break;
    case VICU__COMMAND__WHAT_LIMIT:
        desk_limit(act, c->limit);
        break;
    case VICU__COMMAND__WHAT_ADMIT:
        act->what = "admit";
        desk_admit(act, c->admit->bed, c->admit->patient, c->admit->device);
        break;
    case VICU__COMMAND__WHAT_DISCHARGE:
        act->what = "discharge";
        desk_discharge(act, c->discharge->bed);
        break;
    case VICU__COMMAND__WHAT_ABSENCE:
        desk_absence(act, c->absence);
        break;
    case VICU__COMMAND__WHAT_OBSERVE:
        desk_observe(act, c->observe->observation);
        break;
    case VICU__COMMAND__WHAT_MOVE:
        desk_move(act, c->move);
        break;
    case VICU__COMMAND__WHAT_BIND:
        desk_bind(act, c->bind);
        break;
    case VICU__COMMAND__WHAT_EXPLAIN:
        desk_explain(act, c->explain);
        break;
    case VICU__COMMAND__WHAT_LOCAL:
        do_local(act, c->local);
        break;
    case VICU__COMMAND__WHAT_RELOAD:
        act->what = "rules-reload";
        desk_answer(act, true, "The rules are read again.");
        break;
    case VICU__COMMAND__WHAT_PAUSE:
        desk_pause(act, c->pause);
        break;
    case VICU__COMMAND__WHAT_RESUME:
        desk_resume(act, c->resume);
        break;
    case VICU__COMMAND__WHAT_END_EXPECTATION:
        desk_end_expectation(act, c->end_expectation);
        break;
    case VICU__COMMAND__WHAT_PROFILE:
        desk_profile(act, c->profile);
        break;
    case VICU__COMMAND__WHAT_OUTLET:
        desk_outlet(act, c->outlet);
        break;
    case VICU__COMMAND__WHAT_FORGET_OUTLET:
        desk_forget_outlet(act, c->forget_outlet);
        break;
    default:
        dispatch_care(act);
        break;
    }
}

static void
audit(const DeskAct *act)
{
    const char *reason = act->command ? act->command->reason : "";
    if (strcmp(act->what, "local-alarm") == 0 && act->answer->ok)
        return; /* no act of a person; the alarm itself is in the record */
    if (strcmp(act->what, DESK_OUTLET) == 0 && act->answer->ok)
        return; /* it lives */
    if (strcmp(act->what, DESK_SEEN) == 0 && act->answer->ok)
        return; /* the station's own "view" is in the record */
    g_autofree char *refused =
        act->answer->ok ? NULL : g_strdup_printf("%s: %s", act->what, act->answer->text);
    /* An explanation may hold values: its text stays out of the audit. */
    bool quiet = strcmp(act->what, "explain") == 0;
    rules_ward_audit(act->ward, act->who, act->person != NULL, act->role,
                     refused ? "refused" : act->what, act->bed, act->from, reason,
                     refused ? refused
                     : quiet ? ""
                             : act->answer->text);
}

void
rules_ward_command(RulesWard *self,
                   const Vicu__Command *command,
                   const char *peer,
                   const char *role,
                   int64_t now_us,
                   int64_t mono_us,
                   RulesAnswer *out)
{
    const Vicu__Actor *actor = command->actor;
    *out = (RulesAnswer){0};
    self->now_us = now_us;
    DeskAct act = {
        .ward = self,
        .command = command,
        .who = actor && *actor->who && desk_is_short(actor->who, 128) ? actor->who : peer,
        .role = role,
        .from = peer,
        .now_us = now_us,
        .mono_us = mono_us,
        .answer = out,
        .what = "command",
    };
    if (desk_may(&act))
        dispatch(&act);
    audit(&act);
    vicu_wire_free(act.person);
}

/* --- patient administration --- */

static void
apply_adt(DeskAct *act, const Vicu__Adt *adt)
{
    static const char *const enter[] = {"A01", "A04", "A13", NULL};
    static const char *const leave[] = {"A03", "A11", NULL};
    if (g_strv_contains(enter, adt->trigger)) {
        act->what = "admit";
        desk_admit(act, adt->bed, adt->patient, "");
    } else if (g_strv_contains(leave, adt->trigger)) {
        act->what = "discharge";
        desk_discharge(act, *adt->prior_bed ? adt->prior_bed : adt->bed);
    } else if (strcmp(adt->trigger, "A02") == 0) {
        Vicu__Move move = VICU__MOVE__INIT;
        move.from = adt->prior_bed;
        move.to = adt->bed;
        desk_move(act, &move);
    } else if (strcmp(adt->trigger, "A40") == 0) {
        GHashTableIter iter;
        gpointer value;
        act->what = "merge";
        desk_answer(act, true, "Patient ids are merged.");
        g_hash_table_iter_init(&iter, act->ward->beds);
        while (g_hash_table_iter_next(&iter, NULL, &value)) {
            WardBed *bed = value;
            if (!bed->patient || strcmp(bed->patient, adt->prior_patient) != 0)
                continue;
            desk_set_text(&bed->patient, adt->patient);
            act->bed = bed;
            rules_ward_publish_bed(bed);
        }
    }
}

void
rules_desk_adt(
    RulesWard *self, const Vicu__Event *event, const char *name, int64_t now_us, int64_t mono_us)
{
    g_autoptr(Vicu__Adt) adt = vicu_wire_unpack_adt(event->detail.data, event->detail.len, NULL);
    RulesAnswer out = {0};
    if (!adt)
        return;
    DeskAct act = {
        .ward = self,
        .who = name,
        .role = "collector",
        .from = "patient administration",
        .now_us = now_us,
        .mono_us = mono_us,
        .answer = &out,
        .what = "",
    };
    apply_adt(&act, adt);
    if (*act.what) {
        audit(&act);
        /* What administration says and the ward knows differ: somebody has to look. */
        bool mismatch = !out.ok && act.bed;
        if (act.bed)
            rules_ward_bed_local(act.bed, "patient-mismatch", RULES_PRIORITY_LOW,
                                 mismatch ? out.text : "", mismatch);
    }
    rules_answer_clear(&out);
}

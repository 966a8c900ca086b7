/* `vicu escalation ls`: who was told of what, and how far it is.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "tools/session.h"
#include "tools/verbs.h"
#include "tools/words.h"

static const char *
word_stage(Vicu__EscalationStage stage)
{
    static const char *const words[] = {"none",     "decided",   "sent",       "delivered", "read",
                                        "accepted", "on-my-way", "at-bedside", "resolved"};
    return (unsigned)stage < G_N_ELEMENTS(words) ? words[stage] : "?";
}

static const char *
word_outcome(Vicu__EscalationOutcome outcome)
{
    static const char *const words[] = {"asked",      "missed",      "declined",
                                        "handed-on",  "unreachable", "nobody",
                                        "not-needed", "ended",       "done"};
    return (unsigned)outcome < G_N_ELEMENTS(words) ? words[outcome] : "?";
}

static const char *
word_sending(Vicu__SendingState state)
{
    static const char *const words[] = {"none", "intended", "sent", "delivered", "failed"};
    return (unsigned)state < G_N_ELEMENTS(words) ? words[state] : "?";
}

/* --- as JSON --- */

static void
json_target(VicuJson *json, const Vicu__EscalationTarget *t)
{
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "id", t->id);
    vicu_json_text(json, "person", t->person);
    vicu_json_text(json, "name", t->name);
    vicu_json_text(json, "asked_as", t->asked);
    vicu_json_text(json, "instead_of", t->instead_of);
    vicu_json_integer(json, "step", t->step);
    vicu_json_integer(json, "epoch", t->epoch);
    vicu_json_text(json, "stage", word_stage(t->stage));
    vicu_json_text(json, "outcome", word_outcome(t->outcome));
    vicu_json_text(json, "reason", t->reason);
    vicu_json_text(json, "missed", t->missed ? word_stage(t->missed) : NULL);
    vicu_json_time(json, "t_decided", t->decided_us);
    vicu_json_time(json, "t_sent", t->sent_us);
    vicu_json_time(json, "t_delivered", t->delivered_us);
    vicu_json_time(json, "t_read", t->read_us);
    vicu_json_time(json, "t_accepted", t->accepted_us);
    vicu_json_time(json, "t_on_my_way", t->on_my_way_us);
    vicu_json_time(json, "t_at_bedside", t->at_bedside_us);
    vicu_json_time(json, "t_resolved", t->resolved_us);
    vicu_json_time(json, "t_outcome", t->outcome_us);
    vicu_json_time(json, "deadline", t->deadline_us);
    vicu_json_begin_array(json, "sendings");
    for (size_t i = 0; i < t->n_sending; i++) {
        const Vicu__Sending *s = t->sending[i];
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "channel", s->channel);
        vicu_json_text(json, "state", word_sending(s->state));
        vicu_json_integer(json, "tries", s->tries);
        vicu_json_text(json, "text", s->text);
        vicu_json_end(json);
    }
    vicu_json_end(json);
    vicu_json_end(json);
}

static void
json_escalation(VicuJson *json, const Vicu__Escalation *e)
{
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "id", e->id);
    vicu_json_text(json, "alarm", e->alarm);
    vicu_json_text(json, "bed", e->bed);
    vicu_json_text(json, "priority", tool_word_priority((Vicu__Priority)e->priority));
    vicu_json_text(json, "title", e->title);
    vicu_json_text(json, "text", e->text);
    vicu_json_text(json, "ladder", e->ladder);
    vicu_json_integer(json, "step", e->step);
    vicu_json_integer(json, "steps", e->steps);
    vicu_json_integer(json, "epoch", e->epoch);
    vicu_json_text(json, "stage", word_stage(e->stage));
    vicu_json_text(json, "person", e->person);
    vicu_json_text(json, "name", e->name);
    vicu_json_time(json, "t_began", e->began_us);
    vicu_json_time(json, "t_ended", e->ended_us);
    vicu_json_text(json, "why_ended", e->ended_us ? e->why_ended : NULL);
    vicu_json_time(json, "deadline", e->deadline_us);
    vicu_json_begin_array(json, "targets");
    for (size_t i = 0; i < e->n_target; i++)
        json_target(json, e->target[i]);
    vicu_json_end(json);
    vicu_json_begin_array(json, "breaches");
    for (size_t i = 0; i < e->n_breach; i++) {
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "stage", word_stage(e->breach[i]->stage));
        vicu_json_time(json, "t", e->breach[i]->t_us);
        vicu_json_text(json, "text", e->breach[i]->text);
        vicu_json_end(json);
    }
    vicu_json_end(json);
    vicu_json_end(json);
}

/* --- for people --- */

static void
print_target(const Vicu__EscalationTarget *t)
{
    printf("    step %u  %-20s %-10s %s", t->step, *t->name ? t->name : t->asked,
           word_stage(t->stage), t->outcome ? word_outcome(t->outcome) : "");
    if (*t->reason)
        printf(": %s", t->reason);
    for (size_t i = 0; i < t->n_sending; i++)
        if (*t->sending[i]->text)
            printf("  [%s: %s]", t->sending[i]->channel, t->sending[i]->text);
    putchar('\n');
}

static void
print_escalation(const Vicu__Escalation *e, int64_t now_us)
{
    g_autofree char *age = vicu_duration_format(now_us - e->began_us);

    printf("%s  %-8s %-18s %s\n", e->id, tool_word_priority((Vicu__Priority)e->priority), e->bed,
           *e->text ? e->text : e->title);
    if (e->ended_us) {
        printf("    ended: %s\n", e->why_ended);
    } else {
        g_autofree char *left = vicu_duration_format(MAX(e->deadline_us - now_us, 0));
        printf("    since %s, ladder %s, step %u of %u, %s: %s%s%s\n", age, e->ladder, e->step,
               e->steps, *e->name ? e->name : "nobody is asked now", word_stage(e->stage),
               e->deadline_us ? ", next deadline in " : "", e->deadline_us ? left : "");
    }
    for (size_t i = 0; i < e->n_target; i++)
        print_target(e->target[i]);
    if (e->n_breach)
        printf("    %zu breaches, the last: %s\n", e->n_breach + e->earlier_breaches,
               e->breach[e->n_breach - 1]->text);
}

int
tool_escalation_ls(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolSession) session = {0};
    g_autoptr(GError) error = NULL;
    gboolean ended = FALSE;
    size_t n = 0;
    const GOptionEntry entries[] = {
        {"all", 0, 0, G_OPTION_ARG_NONE, &ended, "Those that have ended lately too", NULL},
        G_OPTION_ENTRY_NULL,
    };
    int status = tool_options(verb, &argc, &argv, entries, &session.common, 0, 0);

    if (status >= 0)
        return status;
    if (!tool_session_open_of(&session, "escalation-state", "escalation", &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    g_autofree const Vicu__StateItem **items =
        tool_stand_items(session.stand, VICU__SUBJECT__SUBJECT_ESCALATION, &n);
    g_autoptr(VicuJson) json = vicu_json_new();
    vicu_json_begin_array(json, NULL);
    for (size_t i = 0; i < n; i++) {
        const Vicu__Escalation *e = items[i]->escalation;
        if (e == NULL || (e->ended_us && !ended))
            continue;
        if (session.common.json)
            json_escalation(json, e);
        else
            print_escalation(e, vicu_clock_utc_us());
    }
    vicu_json_end(json);
    if (session.common.json)
        vicu_json_print(json, stdout);
    return TOOL_DONE;
}

/* The verbs that command the owner of state: answers to alarms, notes and promises, who looks
 * after a bed, handovers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "tools/command-inner.h"

/* "not-actionable" is 3 of them; -1: none of them. */
static int
place_of(const char *word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(word, words[i]) == 0)
            return (int)i;
    return -1;
}

/* "15min" from now on, or a time; *@at_us is in the hub's time. */
static gboolean
read_when(const char *text, int64_t *at_us, GError **error)
{
    int64_t now_us = vicu_clock_utc_us(), for_us = 0;

    if (!vicu_duration_parse(text, &for_us, NULL))
        return vicu_time_parse(text, now_us, at_us, error);
    *at_us = now_us + for_us;
    return TRUE;
}

/* --- alarms ------------------------------------------------------------------------------- */

static int
check_watch(Call *call)
{
    g_autoptr(GError) error = NULL;
    int64_t until_us = 0;

    if (call->until == NULL)
        return tool_usage(call->verb, "watch needs --until: nothing is silenced without an end");
    if (!read_when(call->until, &until_us, &error))
        return tool_usage(call->verb, "--until: %s", error->message);
    call->act.ack.for_us = until_us - vicu_clock_utc_us();
    return -1;
}

int
command_check_ack(Call *call)
{
    static const char *const answers[] = {"seen", "act", "watch", "not-actionable"};
    static const char *const reasons[] = {"",      "artefact", "care",   "known",
                                          "limit", "device",   "treated"};
    Vicu__AckAlarm *ack = &call->act.ack;
    int status = call->because != NULL ? -1 : command_needs_reason(call);
    int answer = call->answer != NULL ? place_of(call->answer, answers, G_N_ELEMENTS(answers))
                                      : VICU__ANSWER__ANSWER_SEEN;
    int because =
        call->because != NULL ? place_of(call->because, reasons, G_N_ELEMENTS(reasons)) : 0;

    vicu__ack_alarm__init(ack);
    if (status >= 0)
        return status;
    if (answer < 0)
        return tool_usage(call->verb, "--answer %s: expected seen, act, watch or not-actionable",
                          call->answer);
    if (because < 0 || (call->because != NULL && because == 0))
        return tool_usage(call->verb,
                          "--because %s: expected artefact, care, known, limit, device or treated",
                          call->because);
    if (call->until != NULL && answer != VICU__ANSWER__ANSWER_WATCH)
        return tool_usage(call->verb, "--until goes with --answer watch");
    if (call->because != NULL && answer != VICU__ANSWER__ANSWER_NOT_ACTIONABLE)
        return tool_usage(call->verb, "--because goes with --answer not-actionable");
    ack->answer = (Vicu__Answer)answer;
    ack->because = (Vicu__NotActionable)because;
    return answer == VICU__ANSWER__ANSWER_WATCH ? check_watch(call) : -1;
}

void
command_fill_ack(Call *call)
{
    call->id = g_strdup(tool_stand_alarm(call->session.stand, call->words[0], NULL));
    /* An id that does not stand goes to the owner too: its refusal is in the audit. */
    call->act.ack.id = call->id != NULL ? call->id : call->words[0];
    call->command.ack = &call->act.ack;
}

/* --- notes -------------------------------------------------------------------------------- */

/* The whole id of what begins so; as it was typed where none or several do. */
static char *
whole_id(Call *call, Vicu__Subject subject, char *text)
{
    if (text == NULL)
        return (char *)"";
    call->id = g_strdup(tool_stand_key(call->session.stand, subject, text));
    return call->id != NULL ? call->id : text;
}

void
command_fill_note(Call *call)
{
    vicu__put_note__init(&call->act.note);
    call->act.note.bed = call->bed[0];
    call->act.note.text = call->words[1];
    call->act.note.corrects = whole_id(call, VICU__SUBJECT__SUBJECT_NOTE, call->corrects);
    call->command.note = &call->act.note;
}

int
command_check_promise(Call *call)
{
    g_autoptr(GError) error = NULL;

    if (call->due == NULL && call->corrects == NULL)
        return tool_usage(call->verb, "needs --due");
    if (call->due != NULL && !read_when(call->due, &call->due_us, &error))
        return tool_usage(call->verb, "--due: %s", error->message);
    return -1;
}

void
command_fill_promise(Call *call)
{
    command_fill_note(call);
    call->act.note.promise = TRUE;
    call->act.note.due_us = call->due_us;
    if (call->name != NULL)
        call->act.note.owner = call->name;
}

void
command_fill_done(Call *call)
{
    vicu__do_promise__init(&call->act.done);
    call->act.done.id = whole_id(call, VICU__SUBJECT__SUBJECT_NOTE, call->words[0]);
    call->command.done = &call->act.done;
}

void
command_fill_take(Call *call)
{
    vicu__take_bed__init(&call->act.take);
    call->act.take.bed = call->bed[0];
    call->act.take.release = call->end;
    if (call->name != NULL)
        call->act.take.name = call->name;
    call->command.take = &call->act.take;
}

/* --- handovers ---------------------------------------------------------------------------- */

int
command_check_begin(Call *call)
{
    if (call->from == NULL || call->to == NULL)
        return tool_usage(call->verb, "needs --from and --to");
    return -1;
}

int
command_check_sign(Call *call)
{
    return call->name == NULL ? tool_usage(call->verb, "needs --as") : -1;
}

/* "demo/icu" of icu, the whole id of one that begins so; else as it was typed. */
static char *
place_or_id(Call *call)
{
    call->unit = command_find_unit(call, call->words[0], NULL);
    return call->unit != NULL ? call->unit
                              : whole_id(call, VICU__SUBJECT__SUBJECT_HANDOVER, call->words[0]);
}

void
command_fill_begin(Call *call)
{
    vicu__begin_handover__init(&call->act.begin);
    call->act.begin.place = place_or_id(call);
    call->act.begin.from = call->from;
    call->act.begin.to = call->to;
    call->command.begin_handover = &call->act.begin;
}

/* The open one that the bed is of; a unit's rather than its site's. Borrowed; NULL: none. */
static const Vicu__Handover *
open_of(const ToolStand *stand, const char *bed)
{
    const Vicu__Handover *found = NULL;
    size_t n = 0;
    g_autofree const Vicu__StateItem **items =
        tool_stand_items(stand, VICU__SUBJECT__SUBJECT_HANDOVER, &n);

    for (size_t i = 0; i < n; i++) {
        const Vicu__Handover *handover = items[i]->handover;
        size_t length = handover != NULL ? strlen(handover->place) : 0;
        if (length == 0 || handover->state != VICU__HANDOVER_STATE__HANDOVER_OPEN
            || strncmp(bed, handover->place, length) != 0 || bed[length] != '/')
            continue;
        if (found == NULL || length > strlen(found->place))
            found = handover;
    }
    return found;
}

void
command_fill_line(Call *call)
{
    const Vicu__Handover *open = open_of(call->session.stand, call->bed[0]);

    vicu__set_handover_line__init(&call->act.line);
    /* Without one the owner refuses it, and its audit has that. */
    call->id = g_strdup(open != NULL ? open->id : call->bed[0]);
    call->act.line.id = call->id;
    call->act.line.bed = call->bed[0];
    call->act.line.text = call->words[1];
    call->command.handover_line = &call->act.line;
}

void
command_fill_sign(Call *call)
{
    vicu__sign_handover__init(&call->act.sign);
    call->act.sign.id = place_or_id(call);
    call->act.sign.name = call->name;
    call->command.sign_handover = &call->act.sign;
}

void
command_fill_withdraw(Call *call)
{
    vicu__withdraw_handover__init(&call->act.withdraw);
    call->act.withdraw.id = place_or_id(call);
    call->command.withdraw_handover = &call->act.withdraw;
}

/* --- outlets ------------------------------------------------------------------------------ */

void
command_fill_forget(Call *call)
{
    vicu__forget_outlet__init(&call->act.forget);
    call->act.forget.name = call->words[0];
    call->command.forget_outlet = &call->act.forget;
}

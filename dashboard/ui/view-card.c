/* The alert card under the keyboard: a key chooses an answer, Enter means it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/past-client.h"
#include "dashboard/scene/words.h"
#include "dashboard/ui/acknowledge.h"
#include "dashboard/ui/undo.h"
#include "dashboard/ui/views.h"

#define PAST_BYTES (8u << 20)

/* Every picture asks anew what has come. */
static void
on_more(gpointer user)
{
    (void)user;
}

static void
open_client(DashShell *shell)
{
    g_autoptr(GError) error = NULL;
    DashCard *card = &shell->card;
    const DashStation *station = shell->station;
    if (!station->daemon)
        return;
    g_autoptr(VicuRoot) root = vicu_root_copy(vicu_daemon_root(station->daemon));
    if (station->hub && *station->hub && !vicu_root_connect(root, station->hub, &error)) {
        dash_shell_say(shell, error->message);
        return;
    }
    card->state.past = card->state.past ? card->state.past : dash_past_new(PAST_BYTES);
    card->client = dash_past_client_new(vicu_daemon_context(station->daemon), root,
                                        card->state.past, on_more, NULL, &error);
    if (!card->client) {
        g_clear_pointer(&card->state.past, dash_past_free);
        dash_shell_say(shell, error->message);
    }
}

void
dash_view_card_open(DashShell *shell)
{
    DashCard *card = &shell->card;
    const DashAlarm *alarm = shell->place.alarm
                                 ? dash_model_find_alarm(shell->station->model, shell->place.alarm)
                                 : NULL;
    card->state.armed = false;
    card->state.sent = false;
    card->state.refusal[0] = '\0';
    g_free(card->alarm);
    card->alarm = g_strdup(shell->place.alarm);
    if (!alarm || !*alarm->bed)
        return;
    if (!card->client)
        open_client(shell);
    DashLook look = {0};
    dash_card_window(alarm, &look.strip_from_us, &look.strip_to_us);
    look.at_us = look.strip_to_us;
    look.from_us = look.to_us = look.strip_to_us;
    if (card->client)
        dash_past_client_look(card->client, alarm->bed, &look);
}

void
dash_view_card_fill(DashShell *shell, DashView *view)
{
    DashCard *card = &shell->card;
    if (shell->place.kind != DASH_VIEW_CARD)
        return;
    if (g_strcmp0(card->alarm, shell->place.alarm) != 0)
        dash_view_card_open(shell);
    if (card->client)
        card->state.silent_us = dash_past_client_silent_us(card->client);
    view->card = &card->state;
}

void
dash_view_card_leave(DashShell *shell)
{
    if (!shell->card.state.sent)
        shell->card.state.armed = false;
}

void
dash_view_card_free(DashShell *shell)
{
    g_clear_pointer(&shell->card.client, dash_past_client_free);
    g_clear_pointer(&shell->card.state.past, dash_past_free);
    g_clear_pointer(&shell->card.alarm, g_free);
}

/* The next one that waits for an answer, else back to where one came from. */
static void
go_on(DashShell *shell)
{
    const DashAlarm *next = dash_acknowledge_choose(shell->station->model, NULL);
    if (next && g_strcmp0(next->id, shell->place.alarm) != 0) {
        g_free(shell->place.alarm);
        g_free(shell->place.bed);
        shell->place.alarm = g_strdup(next->id);
        shell->place.bed = *next->bed ? g_strdup(next->bed) : NULL;
    } else {
        dash_shell_back(shell);
    }
}

typedef struct {
    DashShell *shell;
    char *alarm;
} Answered;

static void
on_answered(gboolean ok, const char *text, gpointer user)
{
    Answered *answered = user;
    DashShell *shell = answered->shell;
    DashCardState *state = &shell->card.state;
    bool shown =
        shell->place.kind == DASH_VIEW_CARD && g_strcmp0(shell->place.alarm, answered->alarm) == 0;
    if (shown) {
        state->sent = false;
        state->armed = false;
        g_strlcpy(state->refusal, ok ? "" : text, sizeof state->refusal);
    }
    if (shown && ok)
        go_on(shell);
    if (ok)
        dash_undo_offer(shell, NULL, text);
    else if (!shown)
        dash_shell_say(shell, text);
    g_free(answered->alarm);
    g_free(answered);
}

static void
send(DashShell *shell)
{
    DashCardState *state = &shell->card.state;
    Vicu__Command command;
    Vicu__AckAlarm ack;
    vicu__command__init(&command);
    vicu__ack_alarm__init(&ack);
    ack.id = shell->place.alarm;
    ack.answer = state->answer;
    if (state->answer == VICU__ANSWER__ANSWER_WATCH)
        ack.for_us = dash_card_watch_us(state->choice);
    else if (state->answer == VICU__ANSWER__ANSWER_NOT_ACTIONABLE)
        ack.because = dash_card_because(state->choice);
    command.what_case = VICU__COMMAND__WHAT_ACK;
    command.ack = &ack;
    Answered *answered = g_new0(Answered, 1);
    answered->shell = shell;
    answered->alarm = g_strdup(shell->place.alarm);
    state->sent = true;
    dash_client_command(shell->station->client, &command,
                        vicu_keys_name(vicu_daemon_keys(shell->station->daemon)), "", on_answered,
                        answered);
}

gboolean
dash_view_card_do(DashShell *shell, DashAct act, const char *arg, int64_t n)
{
    (void)arg;
    const DashAlarm *alarm = shell->place.alarm
                                 ? dash_model_find_alarm(shell->station->model, shell->place.alarm)
                                 : NULL;
    bool confirmed = false;
    if (!alarm || alarm->local)
        return FALSE;
    if (g_strcmp0(shell->card.alarm, shell->place.alarm) != 0)
        dash_view_card_open(shell);    /* no picture of it yet: nothing is chosen for this one */
    if (act == DASH_ACT_OPEN && n > 1) /* the second half of a double press means nothing */
        return TRUE;
    if (!dash_card_act(&shell->card.state, act, &confirmed))
        return FALSE;
    if (confirmed && shell->station->client)
        send(shell);
    return TRUE;
}

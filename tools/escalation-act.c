/* The verbs that say something to the escalation: who takes it, who cannot, who is sent to.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/bed-name.h"
#include "common/error.h"
#include "tools/session.h"
#include "tools/verbs.h"

typedef struct {
    const ToolVerb *verb;
    ToolSession session;
    char **words; /* behind the verb */
    char *as, *text, *reason;
    char *bed;
    Vicu__Command command;
    union {
        Vicu__EscalationAct act;
        Vicu__EscalationDecline decline;
        Vicu__EscalationHandOn hand_on;
        Vicu__EscalationSend send;
        Vicu__CallForHelp help;
        Vicu__TestChannel test;
    } what;
} Call;

static char *
text(char *s)
{
    return s ? s : (char *)"";
}

static void
fill_act(Call *call, Vicu__EscalationStage stage)
{
    vicu__escalation_act__init(&call->what.act);
    call->what.act.id = call->words[0];
    call->what.act.stage = stage;
    call->what.act.person = text(call->as);
    call->command.what_case = VICU__COMMAND__WHAT_ESCALATION_ACT;
    call->command.escalation_act = &call->what.act;
}

static void
fill_accept(Call *call)
{
    fill_act(call, VICU__ESCALATION_STAGE__ESCALATION_ACCEPTED);
}

static void
fill_coming(Call *call)
{
    fill_act(call, VICU__ESCALATION_STAGE__ESCALATION_ON_MY_WAY);
}

static void
fill_arrived(Call *call)
{
    fill_act(call, VICU__ESCALATION_STAGE__ESCALATION_AT_BEDSIDE);
}

static void
fill_resolve(Call *call)
{
    fill_act(call, VICU__ESCALATION_STAGE__ESCALATION_RESOLVED);
}

static void
fill_decline(Call *call)
{
    vicu__escalation_decline__init(&call->what.decline);
    call->what.decline.id = call->words[0];
    call->what.decline.person = text(call->as);
    call->command.what_case = VICU__COMMAND__WHAT_ESCALATION_DECLINE;
    call->command.escalation_decline = &call->what.decline;
}

static void
fill_hand_on(Call *call)
{
    vicu__escalation_hand_on__init(&call->what.hand_on);
    call->what.hand_on.id = call->words[0];
    call->what.hand_on.to = call->words[1];
    call->what.hand_on.person = text(call->as);
    call->command.what_case = VICU__COMMAND__WHAT_ESCALATION_HAND_ON;
    call->command.escalation_hand_on = &call->what.hand_on;
}

static void
fill_send(Call *call)
{
    Vicu__EscalationSend *send = &call->what.send;

    vicu__escalation_send__init(send);
    if (call->bed)
        send->bed = call->bed;
    else
        send->id = call->words[0];
    send->to = call->words[1];
    send->text = text(call->text);
    call->command.what_case = VICU__COMMAND__WHAT_ESCALATION_SEND;
    call->command.escalation_send = send;
}

static void
fill_help(Call *call)
{
    vicu__call_for_help__init(&call->what.help);
    call->what.help.bed = call->bed;
    call->what.help.text = text(call->text);
    call->command.what_case = VICU__COMMAND__WHAT_CALL_FOR_HELP;
    call->command.call_for_help = &call->what.help;
}

static void
fill_test(Call *call)
{
    vicu__test_channel__init(&call->what.test);
    call->what.test.channel = call->words[0];
    call->what.test.person = call->words[1];
    call->command.what_case = VICU__COMMAND__WHAT_TEST_CHANNEL;
    call->command.test_channel = &call->what.test;
}

typedef enum { NO_BED, A_BED, MAYBE_BED } Bed; /* what the first word names */

static const struct {
    const char *verb;
    int words;
    Bed bed;
    gboolean reason;
    void (*fill)(Call *call);
} table[] = {
    {"escalation accept", 1, NO_BED, FALSE, fill_accept},
    {"escalation coming", 1, NO_BED, FALSE, fill_coming},
    {"escalation arrived", 1, NO_BED, FALSE, fill_arrived},
    {"escalation resolve", 1, NO_BED, FALSE, fill_resolve},
    {"escalation decline", 1, NO_BED, TRUE, fill_decline},
    {"escalation hand-on", 2, NO_BED, FALSE, fill_hand_on},
    {"escalation send", 2, MAYBE_BED, FALSE, fill_send},
    {"escalation help", 1, A_BED, FALSE, fill_help},
    {"escalation test", 2, NO_BED, FALSE, fill_test},
};

/* An id of an escalation that stands is one; anything else is a bed, as the rules know them. */
static gboolean
find_bed(Call *call, Bed kind, GError **error)
{
    const char *word = call->words[0];

    if (kind == NO_BED
        || (kind == MAYBE_BED
            && tool_stand_key(call->session.stand, VICU__SUBJECT__SUBJECT_ESCALATION, word)))
        return TRUE;
    if (vicu_bed_is_id(word)) {
        call->bed = g_strdup(word);
        return TRUE;
    }
    g_autoptr(ToolStand) rules = tool_stand_open(call->session.client, error);
    const char *found = rules ? tool_stand_bed(rules, word, error) : NULL;
    call->bed = g_strdup(found);
    return found != NULL;
}

static void
clear(Call *call)
{
    tool_session_clear(&call->session);
    g_free(call->as);
    g_free(call->text);
    g_free(call->reason);
    g_free(call->bed);
}

static int
run(Call *call, size_t row, int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    const GOptionEntry entries[] = {
        {"as", 0, 0, G_OPTION_ARG_STRING, &call->as, "Who does it (who says so)", "NAME"},
        {"text", 0, 0, G_OPTION_ARG_STRING, &call->text, "What is needed, at most 200 bytes",
         "TEXT"},
        {"reason", 0, 0, G_OPTION_ARG_STRING, &call->reason, "Why", "TEXT"},
        G_OPTION_ENTRY_NULL,
    };
    int status = tool_options(call->verb, &argc, &argv, entries, &call->session.common,
                              table[row].words, table[row].words);

    if (status >= 0)
        return status;
    call->words = argv + 1;
    if (table[row].reason && (call->reason == NULL || *call->reason == '\0'))
        return tool_usage(call->verb, "needs --reason");
    if (!tool_session_open_of(&call->session, "escalation-state", "escalation", &error)
        || !find_bed(call, table[row].bed, &error))
        return tool_wanting(call->verb, g_steal_pointer(&error));
    vicu__command__init(&call->command);
    table[row].fill(call);
    return tool_session_command(call->verb, &call->session, &call->command, call->reason);
}

int
tool_escalation_act(const ToolVerb *verb, int argc, char **argv)
{
    Call call = {.verb = verb};
    size_t row = 0;

    while (strcmp(table[row].verb, verb->name) != 0)
        g_assert(++row < G_N_ELEMENTS(table));
    int status = run(&call, row, argc, argv);
    clear(&call);
    return status;
}

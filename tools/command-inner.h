/* Inside of the verbs that command the owner of state: one call of one. For command*.c only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "proto/signals.h"
#include "tools/session.h"

G_BEGIN_DECLS

#define BEDS_MAX 2

/* One call of a verb: what was typed, and the command that it becomes. */
typedef struct {
    const ToolVerb *verb;
    ToolSession session;
    char **words; /* behind the verb; borrowed */
    /* options */
    char *patient, *device, *duration, *at, *corrects, *reason;
    char *answer, *because, *until, *due, *name, *from, *to;
    gboolean transport, end, of_unit;
    /* read from words and options */
    char *bed[BEDS_MAX]; /* whole ids */
    char *unit;
    char **inputs;
    char *id; /* of an alarm, a note, a handover */
    int64_t for_us;
    int64_t due_us;
    const VicuSignal *signal;
    Vicu__Observation observation;
    Vicu__Command command;
    union {
        Vicu__AckAlarm ack;
        Vicu__SetLimit limit;
        Vicu__Admit admit;
        Vicu__Move move;
        Vicu__Discharge discharge;
        Vicu__Absence absence;
        Vicu__Observe observe;
        Vicu__ReloadRules reload;
        Vicu__PauseAlarms pause;
        Vicu__ResumeAlarms resume;
        Vicu__EndExpectation end_expectation;
        Vicu__SetProfile profile;
        Vicu__PutNote note;
        Vicu__DoPromise done;
        Vicu__TakeBed take;
        Vicu__BeginHandover begin;
        Vicu__SetHandoverLine line;
        Vicu__SignHandover sign;
        Vicu__WithdrawHandover withdraw;
        Vicu__ForgetOutlet forget;
    } act;
} Call;

/* ---- command.c ---- */

/* Each check: -1 to go on, else the exit status. */
int command_needs_reason(Call *call);
/* "demo/icu" of what people call icu; caller frees. */
char *command_find_unit(const Call *call, const char *text, GError **error);

/* ---- command-care.c ---- */

int command_check_ack(Call *call);
int command_check_promise(Call *call);
int command_check_begin(Call *call);
int command_check_sign(Call *call);
void command_fill_ack(Call *call);
void command_fill_note(Call *call);
void command_fill_promise(Call *call);
void command_fill_done(Call *call);
void command_fill_take(Call *call);
void command_fill_begin(Call *call);
void command_fill_line(Call *call);
void command_fill_sign(Call *call);
void command_fill_withdraw(Call *call);
void command_fill_forget(Call *call);

G_END_DECLS

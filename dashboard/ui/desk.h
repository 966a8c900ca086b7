/* Desk: what is done for a bed and its patient, each act with its form.
 *
 * The owner of the state judges and answers; nothing is changed here. Main thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/ui/form.h"
#include "dashboard/ui/shell.h"

G_BEGIN_DECLS

/* FALSE: @act is not of the desk. @arg: a bed, a note ...; NULL = the bed that is chosen. */
gboolean dash_desk_do(DashShell *shell, DashAct act, const char *arg);

/* To the owner of the state in the name of this station; @func may be NULL. */
void dash_desk_command(DashShell *shell,
                       Vicu__Command *command,
                       const char *reason,
                       DashAnswerFunc func,
                       gpointer user);

/* Each second: tells the owner of the state that a bed was opened. */
void dash_desk_tick(DashShell *shell);

/* "15min" from now on, or a time; FALSE: neither, or it is over. */
gboolean dash_desk_read_when(const char *text, int64_t now_us, int64_t *at_us);

/* A form of this bed; and its end, a row for the reason, after which it is shown. */
DashForm *dash_desk_form(
    DashShell *shell, const DashBed *bed, const char *title, const char *button, DashFormSend send);
void dash_desk_ask_why(DashForm *form);

/* ---- desk-numbers.c ---- */
void dash_desk_ask_limit(DashShell *shell, const DashBed *bed);
void dash_desk_ask_observe(DashShell *shell, const DashBed *bed);

/* ---- handover-forms.c ---- */
/* FALSE: @act is not of handovers. */
gboolean dash_handover_do(DashShell *shell, DashAct act, const char *arg);

G_END_DECLS

/* Form: a small dialog with rows to fill in, which sends one command.
 *
 * Return in a row or the button sends it, Escape leaves. What the owner of the
 * state refuses stands in the form, which stays; what it did is said by the
 * shell, and the form closes. Main thread; lives until it is closed and no
 * answer is awaited.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/ui/shell.h"

G_BEGIN_DECLS

typedef struct DashForm DashForm;

/* Reads the rows and calls dash_form_command(), or dash_form_refuse(). */
typedef void (*DashFormSend)(DashForm *form);

/* @bed: whose form it is; NULL = none. The words are translated already. */
DashForm *dash_form_new(DashShell *shell,
                        const char *title,
                        const char *subtitle,
                        const char *button,
                        const char *bed,
                        DashFormSend send);
/* Acts that are hard to take back: the button says so by its colour too. */
void dash_form_warn(DashForm *self);
/* @key: of dash_form_text(). @initial may be NULL. */
void dash_form_add_text(DashForm *self, const char *key, const char *title, const char *initial);
/* What is typed is not shown, and is wiped when it was read. */
void dash_form_add_secret(DashForm *self, const char *key, const char *title);
/* @names ends with NULL. @hints: what is said of the one that is chosen; may be NULL. */
void dash_form_add_choice(DashForm *self,
                          const char *key,
                          const char *title,
                          const char *const *names,
                          const char *const *hints);
/* The title of row @key is the one of @titles (ends with NULL) whose number is chosen in @choice.
 */
void
dash_form_follow(DashForm *self, const char *choice, const char *key, const char *const *titles);
/* Those of the station when the form was opened: what is typed into it is in these. */
DashUnits dash_form_units(const DashForm *self);
void dash_form_show(DashForm *self);

const char *dash_form_bed(const DashForm *self);
/* Stripped; "" for an empty row. Stands until the next call for this key. */
const char *dash_form_text(DashForm *self, const char *key);
unsigned dash_form_choice(const DashForm *self, const char *key);
/* The name that is chosen; "" = none. Borrowed. */
const char *dash_form_chosen(const DashForm *self, const char *key);
DashShell *dash_form_shell(const DashForm *self);
/* Says what is wrong; the form stays. */
void dash_form_refuse(DashForm *self, const char *text);
void dash_form_command(DashForm *self, Vicu__Command *command, const char *reason);
/* The same for what is asked elsewhere: the form waits until dash_form_answered(), a
 * DashAnswerFunc, was called with it once. */
void dash_form_wait(DashForm *self);
void dash_form_answered(gboolean ok, const char *text, gpointer form);

/* The form that is open, for tests; NULL = none. */
DashForm *dash_form_open_one(void);
/* As a person: types into a row, chooses, sends. FALSE: there is no such row. */
gboolean dash_form_type(DashForm *self, const char *key, const char *text);
gboolean dash_form_choose(DashForm *self, const char *key, unsigned choice);
void dash_form_send(DashForm *self);
const char *dash_form_refusal(const DashForm *self);
const char *dash_form_heading(const DashForm *self);
GtkWidget *dash_form_window(const DashForm *self);
/* What has the keyboard in row @key; NULL: there is no such row. */
GtkWidget *dash_form_field(const DashForm *self, const char *key);
const char *dash_form_title(const DashForm *self, const char *key);

G_END_DECLS

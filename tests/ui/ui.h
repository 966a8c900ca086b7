/* Ui: the station's widgets on a display of their own, for tests.
 *
 * Where there is no Xvfb, ui_open() skips the test. Commands go to ui_sent in place of the owner
 * of the state. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <adwaita.h>
#include <stdbool.h>

#include "dashboard/ui/form.h"
#include "dashboard/ui/shell.h"
#include "dashboard/ui/window.h"

G_BEGIN_DECLS

#define PATIENCE_US (20 * (int64_t)G_USEC_PER_SEC)

typedef struct {
    DashStation station;
    DashShell *shell;
    char *folder;
} Ui;

/* What was sent to the owner of the state, and what it answers. */
typedef struct {
    Vicu__Command *command;
    char *reason;
    gboolean answer;
    unsigned n;
} UiSent;

extern UiSent ui_sent;

/* Before and after all tests of a program; _end() runs them. */
void ui_begin(int *argc, char ***argv);
int ui_end(void);

/* A station over a ward of this story (ward.h); FALSE: skipped. */
bool ui_open(Ui *f, const char *story);
/* The same with bed 7 open, its commands sent to ui_sent. */
bool ui_open_desk(Ui *f);
void ui_close(Ui *f);
/* A window again, after dash_window_end(). */
void ui_show(Ui *f);
void ui_frames(Ui *f, double n);
void ui_await_focus(Ui *f);
void ui_act(Ui *f, DashAct act);
void ui_on_sent(
    Vicu__Command *command, const char *reason, DashAnswerFunc func, gpointer user, gpointer at);

/* The form that the act opens. */
DashForm *ui_form(Ui *f, DashAct which);
void ui_type(DashForm *form, const char *key, const char *text);
/* It is carried out, and the form is closed. */
void ui_send(DashForm *form, Vicu__Command__WhatCase what);

/* @at: its place among the limits of the bed. */
const DashLimit *ui_limit(const DashBed *bed, const char *name, unsigned *at);
/* An alarm "Asystole" of high priority, raised now. */
void ui_set_alarm(Ui *f, const char *bed, Vicu__AlarmState state);

G_END_DECLS

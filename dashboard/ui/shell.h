/* Shell: what holds the views together: which one is shown, the way back, keys,
 * what was done and can be taken back, and what this person prefers.
 *
 * Acts come from keys, from presses on targets of the picture and from the
 * command palette, all through dash_shell_do(). Each view that people move about
 * in has a handler (a row of handlers[] in shell.c) and keeps its state there.
 * Open to the files of ui/. Main thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <adwaita.h>

#include "dashboard/past-client.h"
#include "dashboard/scene/acts.h"
#include "dashboard/scene/card.h"
#include "dashboard/station.h"
#include "dashboard/ui/canvas.h"
#include "dashboard/ui/preferences.h"

G_BEGIN_DECLS

#define DASH_SHELL_DEPTH 16 /* views on the way back */
#define DASH_SHELL_DONE  10 /* acts that can be taken back, the last one first */

typedef struct {
    DashViewKind kind;
    char *bed;
    char *alarm;
} DashPlace;

typedef struct DashViews DashViews; /* views.h */

/* FALSE: it says itself what came of it, or will. */
typedef gboolean (*DashUndoFunc)(gpointer data);
/* What was done. */
typedef struct {
    unsigned id;
    char *title;
    DashUndoFunc undo; /* NULL: it cannot be taken back */
    GDestroyNotify free;
    gpointer data;
} DashDone;

/* Carries a command out; the answer comes once through @func (may be NULL). */
typedef void (*DashSendFunc)(Vicu__Command *command,
                             const char *reason,
                             DashAnswerFunc func,
                             gpointer user,
                             gpointer send_user);

/* The alert card: the alarm that its state is of, and its strip from the store. */
typedef struct {
    DashCardState state;
    char *alarm;
    DashPastClient *client;
} DashCard;

typedef struct {
    DashStation *station;
    GtkWidget *window; /* an AdwWindow */
    GtkWidget *bar;
    AdwWindowTitle *title;
    AdwToastOverlay *toasts;
    DashCanvas *canvas;
    DashPreferences preferences;
    DashCard card;
    DashPlace place;
    DashPlace way[DASH_SHELL_DEPTH];
    unsigned n_way;
    DashDone done[DASH_SHELL_DONE]; /* oldest first */
    unsigned n_done;
    unsigned done_id;  /* of the last one */
    char *seen_bed;    /* the one whose opening was told last, while it is open */
    DashSendFunc send; /* NULL: the station's client does */
    gpointer send_user;
    GHashTable *keys;               /* of keys.c */
    struct DashReviewing *review;   /* of view-review.c; NULL: never opened */
    struct DashPastDesk *past;      /* of view-past.c */
    DashViews *views;               /* of views.c */
    struct DashHeadsetRun *headset; /* of headset.c; NULL: none is shown */
    gboolean locked;                /* as it was seen last */
    gboolean unsaved;
    guint timer;
} DashShell;

/* @folder: where preferences and the place are kept, NULL = nowhere. @station is borrowed. */
DashShell *dash_shell_new(DashStation *station, const char *folder);
void dash_shell_free(DashShell *self);

/* Does it, or says why it can not be done now. FALSE: this act is not for this view. */
gboolean dash_shell_do(DashShell *self, DashAct act, const char *arg, int64_t n);

/* Nobody acts here, and no bed is opened, until somebody has signed in. */
gboolean dash_shell_is_locked(const DashShell *self);
/* Each second, and before each act: closes what was open once it is locked. */
void dash_shell_lock_seen(DashShell *self);

/* What a handler calls. NULL for @bed or @alarm keeps none. */
void dash_shell_go(DashShell *self, DashViewKind kind, const char *bed, const char *alarm);
void dash_shell_back(DashShell *self);
/* Changes the bed of the place that is shown: what is under the keyboard, or open. */
void dash_shell_choose(DashShell *self, const char *bed);
void dash_shell_say(DashShell *self, const char *text);
/* Says @title with a button that takes back this one, whatever was done since. Takes @data.
 * @undo NULL: it cannot be taken back, and whoever tries is told so. */
void dash_shell_done(
    DashShell *self, const char *title, DashUndoFunc undo, gpointer data, GDestroyNotify free);
/* FALSE: it is no longer among the last, or was taken back. */
gboolean dash_shell_take_back(DashShell *self, unsigned id);
/* Palette, language, scale, units or place have changed: shown from the next picture on, and kept
 * by the next _save(), which the window calls each second. */
void dash_shell_changed(DashShell *self);
void dash_shell_save(DashShell *self);

/* ---- keys.c ---- */
void dash_keys_attach(DashShell *self);
/* "Ctrl+K, :" */
char *dash_keys_text(DashAct act);
void dash_keys_show(DashShell *self);
/* For each window with a field to type in: Ctrl+Shift+U begins the entry of a code point there,
 * and GTK 4.8 writes beyond its buffer when more digits follow than it expects. */
void dash_keys_guard(GtkWidget *window);

/* ---- finder.c: the command palette ---- */
void dash_finder_show(DashShell *self);

G_END_DECLS

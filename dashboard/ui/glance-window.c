/* Glance window. See glance-window.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/glance-window.h"

#include <adwaita.h>
#include <stdio.h>

#include <glib-unix.h>

#include "common/clock.h"
#include "common/error.h"
#include "dashboard/glance-view.h"
#include "dashboard/picture.h"
#include "dashboard/scene/words.h"
#include "dashboard/ui/glance-page.h"
#include "dashboard/ui/glance-recall.h"
#include "dashboard/ui/monitor.h"
#include "dashboard/ui/window.h"

#define MARK_US  (1000 * (int64_t)1000)
#define BLANK_US (500 * (int64_t)1000)
#define FRAME_US (40 * (int64_t)1000) /* between two drawings of one picture */

struct DashGlanceWindow {
    DashGlanceAsk ask;
    DashGlanceKeep *keep;
    DashGlanceTrial plan[DASH_GLANCE_TRAINING + DASH_GLANCE_TRIALS_MAX];
    unsigned n;
    unsigned at;
    DashGlanceStage stage;
    DashGlanceView *view;
    DashGlanceRecall *recall;
    GtkWidget *window;
    GtkWidget *stack;
    GtkWidget *words;
    GtkWidget *picture;
    int64_t since_us; /* frames' clock: when the stage was first shown; 0: not yet */
    int64_t drawn_us;
    int64_t utc_us; /* when the picture came */
    double shown_s;
    char *trouble; /* why it could not be kept */
};

/* ---- words ---- */

static void
say(DashGlanceWindow *self, const char *text)
{
    gtk_label_set_text(GTK_LABEL(self->words), text);
    gtk_stack_set_visible_child_name(GTK_STACK(self->stack), "words");
}

static const DashGlanceTrial *
trial_of(const DashGlanceWindow *self)
{
    return &self->plan[MIN(self->at, self->n - 1)];
}

static void
say_next(DashGlanceWindow *self)
{
    g_autofree char *text =
        dash_glance_page_next(trial_of(self)->number, self->ask.sitting.trials, self->at == 0);
    say(self, text);
}

/* ---- stages ---- */

static void
enter(DashGlanceWindow *self, DashGlanceStage stage)
{
    self->stage = stage;
    self->since_us = 0;
    switch (stage) {
    case DASH_GLANCE_AT_WORDS:
        say_next(self);
        break;
    case DASH_GLANCE_AT_MARK:
        say(self, "+");
        break;
    case DASH_GLANCE_AT_PICTURE:
        gtk_stack_set_visible_child_name(GTK_STACK(self->stack), "picture");
        break;
    case DASH_GLANCE_AT_BLANK:
        say(self, "");
        break;
    case DASH_GLANCE_AT_FORM:
        gtk_stack_set_visible_child_name(GTK_STACK(self->stack), "form");
        dash_glance_recall_clear(self->recall);
        break;
    case DASH_GLANCE_AT_END:
        say(self, self->trouble ? self->trouble
                                : _("This is the end. Thank you.\n\nEnter closes the window."));
        break;
    case DASH_GLANCE_CLOSED:
        gtk_widget_set_visible(self->window, FALSE);
        break;
    }
}

/* FALSE: it could not be kept, and the sitting ends with that. */
static bool
keep(DashGlanceWindow *self, const DashGlanceAnswer *answer)
{
    g_autoptr(GError) error = NULL;
    DashGlanceRow row;

    if (trial_of(self)->number == 0)
        return true;
    dash_glance_row(&row, &self->ask.sitting, trial_of(self), answer, self->utc_us, self->shown_s);
    if (dash_glance_keep_put(self->keep, &row, &error))
        return true;
    self->trouble = g_strdup(error->message);
    return false;
}

static void
finish_trial(DashGlanceWindow *self)
{
    DashGlanceAnswer answer;

    if (!dash_glance_recall_take(self->recall, &answer))
        return;
    int64_t us = self->since_us ? g_get_monotonic_time() - self->since_us : 0;
    answer.time_s = (double)MAX(us, 0) / G_USEC_PER_SEC;
    bool kept = keep(self, &answer);
    self->at++;
    enter(self, kept && self->at < self->n ? DASH_GLANCE_AT_WORDS : DASH_GLANCE_AT_END);
}

/* A picture that was begun and not answered is kept as aborted. */
static void
give_up(DashGlanceWindow *self)
{
    if (self->stage == DASH_GLANCE_AT_PICTURE && self->since_us)
        self->shown_s = (double)(self->drawn_us - self->since_us) / G_USEC_PER_SEC;
    if ((self->stage == DASH_GLANCE_AT_PICTURE && self->since_us)
        || self->stage == DASH_GLANCE_AT_BLANK || self->stage == DASH_GLANCE_AT_FORM)
        keep(self, NULL);
    enter(self, self->trouble ? DASH_GLANCE_AT_END : DASH_GLANCE_CLOSED);
}

/* ---- pictures ---- */

static void
make_view(DashGlanceWindow *self)
{
    DashOutput output = self->ask.output;
    GtkWidget *stack = self->stack;
    int scale = gtk_widget_get_scale_factor(stack);

    if (output.form == DASH_FORM_FLAT) {
        output.w = self->ask.sitting.w = CLAMP(gtk_widget_get_width(stack) * scale, 320, 8192);
        output.h = self->ask.sitting.h = CLAMP(gtk_widget_get_height(stack) * scale, 240, 8192);
    }
    self->view = dash_glance_view_new(&output, self->ask.sitting.dpi);
}

static void
draw(DashGlanceWindow *self, int64_t elapsed_us)
{
    const DashSurface *s =
        dash_glance_view_draw(self->view, self->utc_us + elapsed_us, dash_picture_utc_offset_us());
    dash_monitor_show(self->picture, s);
}

static void
show_picture(DashGlanceWindow *self, int64_t frame_us)
{
    int64_t elapsed_us = frame_us - self->since_us;

    if (elapsed_us == 0)
        self->drawn_us = 0;
    if (elapsed_us >= (int64_t)(self->ask.sitting.seen_s * G_USEC_PER_SEC)) {
        self->shown_s = (double)elapsed_us / G_USEC_PER_SEC;
        enter(self, DASH_GLANCE_AT_BLANK);
        return;
    }
    if (self->drawn_us && frame_us - self->drawn_us < FRAME_US)
        return;
    draw(self, elapsed_us);
    self->drawn_us = frame_us;
}

/* Before each frame is drawn: what is set here is what this frame shows. */
static gboolean
on_frame(GtkWidget *widget, GdkFrameClock *clock, gpointer user)
{
    DashGlanceWindow *self = user;
    int64_t frame_us = gdk_frame_clock_get_frame_time(clock);

    (void)widget;
    if (self->stage == DASH_GLANCE_AT_MARK && self->since_us
        && frame_us - self->since_us >= MARK_US) {
        if (self->view == NULL)
            make_view(self);
        self->utc_us = vicu_clock_utc_us();
        dash_glance_view_set(self->view, trial_of(self), self->utc_us);
        enter(self, DASH_GLANCE_AT_PICTURE);
    } else if (self->stage == DASH_GLANCE_AT_BLANK && self->since_us
               && frame_us - self->since_us >= BLANK_US) {
        enter(self, DASH_GLANCE_AT_FORM);
    }
    if (self->since_us == 0)
        self->since_us = frame_us;
    if (self->stage == DASH_GLANCE_AT_PICTURE)
        show_picture(self, frame_us);
    return G_SOURCE_CONTINUE;
}

/* ---- keys ---- */

static void
go_on(DashGlanceWindow *self)
{
    if (self->stage == DASH_GLANCE_AT_WORDS)
        enter(self, DASH_GLANCE_AT_MARK);
    else if (self->stage == DASH_GLANCE_AT_FORM)
        finish_trial(self);
    else if (self->stage == DASH_GLANCE_AT_END)
        enter(self, DASH_GLANCE_CLOSED);
}

static gboolean
on_key(
    GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state, gpointer user)
{
    DashGlanceWindow *self = user;

    (void)controller, (void)code, (void)state;
    if (key == GDK_KEY_Escape && self->stage == DASH_GLANCE_AT_END)
        enter(self, DASH_GLANCE_CLOSED);
    else if (key == GDK_KEY_Escape)
        give_up(self);
    else if (key == GDK_KEY_Return || key == GDK_KEY_KP_Enter)
        go_on(self);
    else
        return self->stage == DASH_GLANCE_AT_FORM && dash_glance_recall_key(self->recall, key);
    return TRUE;
}

static gboolean
on_close(GtkWindow *window, gpointer user)
{
    (void)window;
    give_up(user);
    return TRUE;
}

/* ---- the window ---- */

static void
fill(DashGlanceWindow *self)
{
    GtkStack *stack = GTK_STACK(self->stack);

    gtk_stack_add_named(stack, dash_glance_page_of(self->words), "words");
    gtk_stack_add_named(stack, self->picture, "picture");
    gtk_stack_add_named(stack, dash_glance_page_of(dash_glance_recall_widget(self->recall)),
                        "form");
    gtk_stack_set_transition_type(stack, GTK_STACK_TRANSITION_TYPE_NONE);
    gtk_picture_set_can_shrink(GTK_PICTURE(self->picture), TRUE);
    gtk_window_set_child(GTK_WINDOW(self->window), self->stack);
    GtkEventController *keys = gtk_event_controller_key_new();
    gtk_event_controller_set_propagation_phase(keys, GTK_PHASE_CAPTURE);
    g_signal_connect(keys, "key-pressed", G_CALLBACK(on_key), self);
    gtk_widget_add_controller(self->window, keys);
    g_signal_connect(self->window, "close-request", G_CALLBACK(on_close), self);
    gtk_widget_add_tick_callback(self->stack, on_frame, self, NULL);
}

static bool
take_monitor(DashGlanceWindow *self, GError **error)
{
    bool panel = self->ask.sitting.panel;
    GdkMonitor *monitor =
        dash_monitor_find(panel ? self->ask.output.w : 0, panel ? self->ask.output.h : 0);
    GdkRectangle at;

    if (monitor == NULL) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                    "no monitor of %d x %d pixels, the panel's size", self->ask.output.w,
                    self->ask.output.h);
        return false;
    }
    gdk_monitor_get_geometry(monitor, &at);
    if (!panel)
        self->ask.sitting.dpi = dash_monitor_dpi(monitor);
    gtk_window_set_default_size(GTK_WINDOW(self->window), at.width, at.height);
    gtk_window_fullscreen_on_monitor(GTK_WINDOW(self->window), monitor);
    return true;
}

DashGlanceWindow *
dash_glance_window_new(const DashGlanceAsk *ask, GError **error)
{
    g_autoptr(DashGlanceWindow) self = g_new0(DashGlanceWindow, 1);

    self->ask = *ask;
    self->n = DASH_GLANCE_TRAINING + ask->sitting.trials;
    dash_glance_plan(ask->sitting.seed, ask->sitting.trials, self->plan);
    self->window = gtk_window_new();
    gtk_window_set_title(GTK_WINDOW(self->window), "vICU");
    gtk_window_set_decorated(GTK_WINDOW(self->window), FALSE);
    if (!take_monitor(self, error))
        return NULL;
    self->keep =
        dash_glance_keep_new(ask->dir, ask->sitting.participant, vicu_clock_utc_us(), error);
    if (self->keep == NULL)
        return NULL;
    adw_style_manager_set_color_scheme(adw_style_manager_get_default(),
                                       ADW_COLOR_SCHEME_FORCE_DARK);
    self->stack = gtk_stack_new();
    self->words = dash_glance_page_words();
    self->picture = gtk_picture_new();
    self->recall = dash_glance_recall_new();
    fill(self);
    enter(self, DASH_GLANCE_AT_WORDS);
    gtk_window_present(GTK_WINDOW(self->window));
    return g_steal_pointer(&self);
}

void
dash_glance_window_free(DashGlanceWindow *self)
{
    if (self == NULL)
        return;
    gtk_window_destroy(GTK_WINDOW(self->window));
    dash_glance_recall_free(self->recall);
    dash_glance_view_free(self->view);
    dash_glance_keep_free(self->keep);
    g_free(self->trouble);
    g_free(self);
}

DashGlanceStage
dash_glance_window_stage(const DashGlanceWindow *self)
{
    return self->stage;
}

const DashGlanceTrial *
dash_glance_window_trial(const DashGlanceWindow *self)
{
    return trial_of(self);
}

const char *
dash_glance_window_path(const DashGlanceWindow *self)
{
    return dash_glance_keep_path(self->keep);
}

GtkWindow *
dash_glance_window_window(const DashGlanceWindow *self)
{
    return GTK_WINDOW(self->window);
}

/* ---- a whole sitting ---- */

static gboolean
on_ended(gpointer user)
{
    give_up(user);
    return G_SOURCE_CONTINUE;
}

int
dash_glance_show(const DashGlanceAsk *ask)
{
    g_autoptr(GError) error = NULL;

    if (!dash_window_possible()) {
        g_printerr("vicu glance: no display can be opened; --pictures DIR and --report DIR need "
                   "none\n");
        return 1;
    }
    g_autoptr(DashGlanceWindow) self = dash_glance_window_new(ask, &error);
    if (self == NULL) {
        g_printerr("vicu glance: %s\n", error->message);
        return 1;
    }
    guint ended = g_unix_signal_add(SIGTERM, on_ended, self);
    guint broken = g_unix_signal_add(SIGINT, on_ended, self);
    while (self->stage != DASH_GLANCE_CLOSED)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(ended);
    g_source_remove(broken);
    if (self->trouble)
        g_printerr("vicu glance: %s\n", self->trouble);
    else
        printf("%s: seed %" G_GUINT64_FORMAT ", participant %s%s\n",
               dash_glance_keep_path(self->keep), self->ask.sitting.seed,
               self->ask.sitting.participant, self->at < self->n ? ", aborted" : "");
    return self->trouble ? 1 : 0;
}

/* Shell. See shell.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/shell.h"

#include <string.h>

#include "dashboard/scene/words.h"
#include "dashboard/ui/acknowledge.h"
#include "dashboard/ui/desk.h"
#include "dashboard/ui/headset.h"
#include "dashboard/ui/preferences-window.h"
#include "dashboard/ui/sign-in.h"
#include "dashboard/ui/view-past.h"
#include "dashboard/ui/views.h"

static void
place_clear(DashPlace *place)
{
    g_clear_pointer(&place->bed, g_free);
    g_clear_pointer(&place->alarm, g_free);
}

static void
on_view(DashView *view, gpointer user)
{
    DashShell *self = user;
    if (self->station->person)
        view->who = dash_person_who(self->station->person);
    else
        view->who.left_s = -1;
    view->kind = view->who.locked ? DASH_VIEW_WALL : self->place.kind;
    view->bed = view->who.locked ? NULL : self->place.bed;
    view->selected = view->bed;
    view->alarm = view->who.locked ? NULL : self->place.alarm;
    view->palette = dash_palette_find(self->preferences.palette);
    view->scale = self->preferences.scale;
    view->units = self->preferences.units;
    dash_views_fill(self, view);
}

static void
on_target(DashAct act, const char *arg, int64_t n, gpointer user)
{
    dash_shell_do(user, act, arg, n);
}

DashShell *
dash_shell_new(DashStation *station, const char *folder)
{
    DashShell *self = g_new0(DashShell, 1);
    self->station = station;
    self->past = dash_past_desk_new(self);
    dash_preferences_load(&self->preferences, folder);
    dash_words_use(self->preferences.language);
    dash_views_new(self);
    self->place.kind = DASH_VIEW_WALL;
    if (!dash_view_find(self->preferences.view, &self->place.kind)
        || dash_view_row(self->place.kind)->of_alarm)
        self->place.kind = DASH_VIEW_WALL;
    self->place.bed = *self->preferences.bed ? g_strdup(self->preferences.bed) : NULL;
    if (!self->place.bed && dash_view_row(self->place.kind)->of_bed)
        self->place.kind = DASH_VIEW_WALL;
    self->canvas = DASH_CANVAS(dash_canvas_new(station, on_view, on_target, self));
    self->toasts = ADW_TOAST_OVERLAY(adw_toast_overlay_new());
    adw_toast_overlay_set_child(self->toasts, GTK_WIDGET(self->canvas));
    return self;
}

static void
done_clear(DashDone *done)
{
    if (done->free)
        done->free(done->data);
    g_free(done->title);
}

/* Out of the row: of the caller from now on. */
static DashDone
done_take(DashShell *self, unsigned i)
{
    DashDone done = self->done[i];
    memmove(&self->done[i], &self->done[i + 1], (--self->n_done - i) * sizeof done);
    return done;
}

void
dash_shell_free(DashShell *self)
{
    if (!self)
        return;
    dash_shell_save(self);
    while (self->n_done > 0)
        done_clear(&self->done[--self->n_done]);
    g_free(self->seen_bed);
    place_clear(&self->place);
    while (self->n_way > 0)
        place_clear(&self->way[--self->n_way]);
    dash_headset_close(self);
    g_clear_pointer(&self->keys, g_hash_table_unref);
    dash_views_free(self);
    dash_preferences_clear(&self->preferences);
    g_free(self);
}

void
dash_shell_changed(DashShell *self)
{
    self->unsaved = TRUE;
}

void
dash_shell_save(DashShell *self)
{
    g_autoptr(GError) error = NULL;
    if (!self->unsaved)
        return;
    self->unsaved = FALSE;
    g_free(self->preferences.view);
    g_free(self->preferences.bed);
    self->preferences.view = g_strdup(dash_view_row(self->place.kind)->name);
    self->preferences.bed = g_strdup(self->place.bed ? self->place.bed : "");
    dash_views_keep(self);
    if (!dash_preferences_save(&self->preferences, &error))
        dash_shell_say(self, error->message);
}

void
dash_shell_go(DashShell *self, DashViewKind kind, const char *bed, const char *alarm)
{
    DashPlace next = {kind, g_strdup(bed), g_strdup(alarm)};
    dash_view_card_leave(self);
    if (self->n_way == DASH_SHELL_DEPTH) {
        place_clear(&self->way[0]);
        memmove(&self->way[0], &self->way[1], (DASH_SHELL_DEPTH - 1) * sizeof self->way[0]);
        self->n_way--;
    }
    self->way[self->n_way++] = self->place;
    self->place = next;
    dash_shell_changed(self);
}

/* To where one came from; at the beginning of the way to the wall, with the bed kept. */
void
dash_shell_back(DashShell *self)
{
    char *bed = g_strdup(self->place.bed);
    dash_view_card_leave(self);
    place_clear(&self->place);
    if (self->n_way > 0)
        self->place = self->way[--self->n_way];
    else
        self->place = (DashPlace){.kind = DASH_VIEW_WALL};
    if (bed && !dash_view_row(self->place.kind)->of_alarm) {
        g_free(self->place.bed);
        self->place.bed = g_steal_pointer(&bed);
    }
    g_free(bed);
    dash_shell_changed(self);
}

void
dash_shell_choose(DashShell *self, const char *bed)
{
    char *next = g_strdup(bed);
    g_free(self->place.bed);
    self->place.bed = next;
    dash_shell_changed(self);
}

static void
take_back(DashShell *self, unsigned i)
{
    DashDone done = done_take(self, i); /* it may leave another one */
    g_autofree char *text = g_strdup_printf(
        done.undo ? _("Taken back: %s") : _("This cannot be taken back: %s"), done.title);
    if (!done.undo || done.undo(done.data))
        dash_shell_say(self, text);
    done_clear(&done);
}

static void
take_last_back(DashShell *self)
{
    if (self->n_done > 0)
        take_back(self, self->n_done - 1);
    else
        dash_shell_say(self, _("There is nothing to take back"));
}

gboolean
dash_shell_take_back(DashShell *self, unsigned id)
{
    for (unsigned i = 0; i < self->n_done; i++)
        if (self->done[i].id == id) {
            take_back(self, i);
            return TRUE;
        }
    return FALSE;
}

static void
on_undo_pressed(AdwToast *toast, gpointer user)
{
    gpointer id = g_object_get_data(G_OBJECT(toast), "done");
    dash_shell_take_back(user, GPOINTER_TO_UINT(id));
}

/* Shown for a while, and spoken; @done: what its button takes back, 0 = it has none. */
static void
show_toast(DashShell *self, const char *text, unsigned done)
{
    if (!self->window) /* it is closed */
        return;
    AdwToast *toast = adw_toast_new("");
    g_autofree char *escaped = g_markup_escape_text(text, -1);
    adw_toast_set_title(toast, escaped);
    adw_toast_set_button_label(toast, done ? _("_Undo") : NULL);
    g_object_set_data(G_OBJECT(toast), "done", GUINT_TO_POINTER(done));
    if (done)
        g_signal_connect(toast, "button-clicked", G_CALLBACK(on_undo_pressed), self);
    adw_toast_overlay_add_toast(self->toasts, toast);
    dash_reader_say(dash_canvas_reader(self->canvas), text);
}

void
dash_shell_say(DashShell *self, const char *text)
{
    show_toast(self, text, 0);
}

void
dash_shell_done(
    DashShell *self, const char *title, DashUndoFunc undo, gpointer data, GDestroyNotify free)
{
    if (self->n_done == DASH_SHELL_DONE) {
        DashDone oldest = done_take(self, 0);
        done_clear(&oldest);
    }
    DashDone done = {++self->done_id, g_strdup(title), undo, free, data};
    self->done[self->n_done++] = done;
    show_toast(self, title, undo ? done.id : 0);
}

/* The bed meant: the one named, else the one chosen, else the one of the worst alarm. */
static const char *
bed_meant(DashShell *self, const char *arg)
{
    const DashModel *model = self->station->model;
    const char *bed = arg && *arg ? arg : self->place.bed;
    if (bed)
        return bed;
    const DashAlarm *worst = dash_model_n_alarms(model) ? dash_model_alarm(model, 0) : NULL;
    return worst && *worst->bed ? worst->bed : NULL;
}

static void
go_to_bed(DashShell *self, DashViewKind kind, const char *arg)
{
    const char *bed = bed_meant(self, arg);
    if (!bed || !dash_model_find_bed(self->station->model, bed))
        dash_shell_say(self, _("No bed is chosen: choose one with the arrow keys"));
    else if (self->place.kind != kind || g_strcmp0(self->place.bed, bed) != 0)
        dash_shell_go(self, kind, bed, NULL);
}

static void
go_to_card(DashShell *self, const char *arg)
{
    const DashModel *model = self->station->model;
    const DashAlarm *alarm = arg && *arg ? dash_model_find_alarm(model, arg)
                                         : dash_acknowledge_choose(model, self->place.bed);
    if (!alarm && dash_model_n_alarms(model) > 0)
        alarm = dash_model_alarm(model, 0);
    if (alarm)
        dash_shell_go(self, DASH_VIEW_CARD, *alarm->bed ? alarm->bed : NULL, alarm->id);
    else
        dash_shell_say(self, _("No alarm stands"));
}

static void
step_bed(DashShell *self, int step)
{
    const DashModel *model = self->station->model;
    size_t n = dash_model_n_beds(model);
    for (size_t i = 0; i < n; i++) {
        if (g_strcmp0(dash_model_bed(model, i)->id, self->place.bed) != 0)
            continue;
        size_t next = (i + n + (size_t)(step < 0 ? n - 1 : 1)) % n;
        dash_shell_choose(self, dash_model_bed(model, next)->id);
        return;
    }
    if (n > 0)
        dash_shell_choose(self, dash_model_bed(model, 0)->id);
}

static void
answer(DashShell *self)
{
    const DashAlarm *alarm = dash_acknowledge_choose(self->station->model, self->place.bed);
    if (alarm)
        dash_shell_go(self, DASH_VIEW_CARD, *alarm->bed ? alarm->bed : NULL, alarm->id);
    else
        dash_shell_say(self, _("No alarm waits for an answer"));
}

static void
toggle_full_screen(DashShell *self)
{
    gboolean full = gtk_window_is_fullscreen(GTK_WINDOW(self->window));
    gtk_widget_set_visible(self->bar, full);
    if (full)
        gtk_window_unfullscreen(GTK_WINDOW(self->window));
    else
        gtk_window_fullscreen(GTK_WINDOW(self->window));
}

static void
next_palette(DashShell *self)
{
    unsigned next = 0;
    for (unsigned i = 0; i < DASH_N_PALETTES; i++)
        if (strcmp(dash_palette_at(i)->name, self->preferences.palette) == 0)
            next = (i + 1) % DASH_N_PALETTES;
    g_free(self->preferences.palette);
    self->preferences.palette = g_strdup(dash_palette_at(next)->name);
    dash_shell_changed(self);
    dash_shell_say(self, _(dash_palette_at(next)->title));
}

static void
next_language(DashShell *self)
{
    unsigned next = 0;
    for (unsigned i = 0; i < DASH_N_LANGUAGES; i++)
        if (strcmp(dash_words_language_at(i)->code, dash_words_used()) == 0)
            next = (i + 1) % DASH_N_LANGUAGES;
    const DashLanguage *language = dash_words_language_at(next);
    g_free(self->preferences.language);
    self->preferences.language = g_strdup(language->code);
    dash_words_use(language->code);
    dash_shell_changed(self);
    dash_shell_say(self, language->name);
}

static void
next_unit(DashShell *self, DashAct act)
{
    DashUnits *units = &self->preferences.units;
    if (act == DASH_ACT_NEXT_PRESSURE)
        units->pressure = (DashPressure)((units->pressure + 1) % DASH_N_PRESSURES);
    else
        units->temperature = (DashTemperature)((units->temperature + 1) % DASH_N_TEMPERATURES);
    g_autofree char *text =
        g_strdup_printf(_("Pressures in %s, temperatures in %s"), dash_units_name(*units, "mm[Hg]"),
                        dash_units_name(*units, "Cel"));
    dash_shell_changed(self);
    dash_shell_say(self, text);
}

/* Acts that mean the same in every view, unless the view has its own handler for them. */
static gboolean
do_everywhere(DashShell *self, DashAct act, const char *arg)
{
    if (act == DASH_ACT_WALL && self->place.kind != DASH_VIEW_WALL)
        dash_shell_go(self, DASH_VIEW_WALL, self->place.bed, NULL);
    else if (act == DASH_ACT_WORKLIST && self->place.kind != DASH_VIEW_WORKLIST)
        dash_shell_go(self, DASH_VIEW_WORKLIST, self->place.bed, NULL);
    else if (act == DASH_ACT_REVIEW && self->place.kind != DASH_VIEW_REVIEW)
        dash_shell_go(self, DASH_VIEW_REVIEW, self->place.bed, NULL);
    else if (act == DASH_ACT_HANDOVER && self->place.kind != DASH_VIEW_HANDOVER)
        dash_shell_go(self, DASH_VIEW_HANDOVER, self->place.bed, NULL);
    else if (act == DASH_ACT_LINKS && self->place.kind != DASH_VIEW_LINKS)
        dash_shell_go(self, DASH_VIEW_LINKS, self->place.bed, NULL);
    else if (act == DASH_ACT_WARD && self->place.kind != DASH_VIEW_WARD)
        dash_shell_go(self, DASH_VIEW_WARD, self->place.bed, NULL);
    else if (act == DASH_ACT_BED || act == DASH_ACT_OPEN)
        go_to_bed(self, DASH_VIEW_BED, arg);
    else if (act == DASH_ACT_DISCLOSURE)
        go_to_bed(self, DASH_VIEW_DISCLOSURE, arg);
    else if (act == DASH_ACT_CARD)
        go_to_card(self, arg);
    else if (act == DASH_ACT_BACK)
        dash_shell_back(self);
    else if (act == DASH_ACT_NEXT_BED || act == DASH_ACT_PREVIOUS_BED)
        step_bed(self, act == DASH_ACT_NEXT_BED ? 1 : -1);
    else if (act == DASH_ACT_ANSWER)
        answer(self);
    else if (act == DASH_ACT_HEADSET)
        dash_headset_toggle(self);
    else if (act == DASH_ACT_PALETTE)
        dash_finder_show(self);
    else if (act == DASH_ACT_KEYS)
        dash_keys_show(self);
    else if (act == DASH_ACT_PREFERENCES)
        dash_preferences_show(self);
    else if (act == DASH_ACT_FULL_SCREEN)
        toggle_full_screen(self);
    else if (act == DASH_ACT_UNDO)
        take_last_back(self);
    else if (act == DASH_ACT_NEXT_PALETTE)
        next_palette(self);
    else if (act == DASH_ACT_NEXT_LANGUAGE)
        next_language(self);
    else if (act == DASH_ACT_NEXT_PRESSURE || act == DASH_ACT_NEXT_TEMPERATURE)
        next_unit(self, act);
    else
        return dash_desk_do(self, act, arg) || dash_handover_do(self, act, arg);
    return TRUE;
}

gboolean
dash_shell_is_locked(const DashShell *self)
{
    return self->station->person && dash_person_is_locked(self->station->person);
}

/* What was open is not open any more, and what was done is not taken back by another. */
void
dash_shell_lock_seen(DashShell *self)
{
    gboolean locked = dash_shell_is_locked(self);
    if (locked == self->locked)
        return;
    self->locked = locked;
    dash_shell_say(self, locked ? _("Locked: alarms go on. Ctrl+G signs in") : _("Open again"));
    if (!locked)
        return;
    dash_sign_in_close_others(self);
    dash_view_card_leave(self);
    while (self->n_done > 0)
        done_clear(&self->done[--self->n_done]);
    while (self->n_way > 0)
        place_clear(&self->way[--self->n_way]);
    place_clear(&self->place);
    self->place.kind = DASH_VIEW_WALL;
    dash_shell_changed(self);
}

gboolean
dash_shell_do(DashShell *self, DashAct act, const char *arg, int64_t n)
{
    dash_shell_lock_seen(self);
    if (!dash_act_possible(act, self->place.kind))
        return FALSE;
    if (self->locked && !dash_act_when_locked(act)) {
        dash_shell_say(self, _("The station is locked: Ctrl+G signs in"));
        return TRUE;
    }
    if (dash_sign_in_do(self, act))
        return TRUE;
    return dash_views_do(self, act, arg, n) || do_everywhere(self, act, arg);
}

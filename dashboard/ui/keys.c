/* Keys: from a key to an act, and the map of them on the screen. See shell.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/scene/words.h"
#include "dashboard/ui/views.h"

#define MODIFIERS (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SHIFT_MASK | GDK_SUPER_MASK)

/* What shift changes the key itself for (":", "?", capitals) is asked for without shift. */
static guint
code_of(guint key, GdkModifierType state)
{
    GdkModifierType kept = state & MODIFIERS;
    guint lower = gdk_keyval_to_lower(key);
    if (key == GDK_KEY_ISO_Left_Tab)
        lower = GDK_KEY_Tab;
    else if (key > ' ' && key < 127 && !g_ascii_isalpha((char)key))
        kept &= ~GDK_SHIFT_MASK;
    return lower ^ ((guint)kept << 25);
}

static void
add_keys(DashShell *self, DashAct act)
{
    const DashActRow *row = dash_act_row(act);
    for (unsigned i = 0; i < DASH_ACT_KEYS_MAX && row->keys[i]; i++) {
        guint key = 0;
        GdkModifierType state = 0;
        if (!gtk_accelerator_parse(row->keys[i], &key, &state)) {
            g_warning("%s: \"%s\" is no key", row->id, row->keys[i]);
            continue;
        }
        gpointer code = GUINT_TO_POINTER(code_of(key, state));
        GArray *acts = g_hash_table_lookup(self->keys, code);
        if (!acts) {
            acts = g_array_new(FALSE, FALSE, sizeof(DashAct));
            g_hash_table_insert(self->keys, code, acts);
        }
        g_array_append_val(acts, act);
    }
}

static gboolean
on_key(
    GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state, gpointer user)
{
    (void)controller;
    (void)code;
    DashShell *self = user;
    gunichar typed = key == GDK_KEY_BackSpace ? '\b' : gdk_keyval_to_unicode(key);
    bool plain = (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK)) == 0;
    if (plain && (typed == '\b' || g_unichar_isprint(typed)) && dash_views_type(self, typed))
        return TRUE;
    GArray *acts = g_hash_table_lookup(self->keys, GUINT_TO_POINTER(code_of(key, state)));
    for (unsigned i = 0; acts && i < acts->len; i++)
        if (dash_shell_do(self, g_array_index(acts, DashAct, i), NULL, 0))
            return TRUE;
    return FALSE;
}

static gboolean
on_guarded_key(
    GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state, gpointer user)
{
    const GdkModifierType both = GDK_CONTROL_MASK | GDK_SHIFT_MASK;
    (void)controller, (void)code, (void)user;
    return (state & both) == both && gdk_keyval_to_lower(key) == GDK_KEY_u;
}

void
dash_keys_guard(GtkWidget *window)
{
    GtkEventController *keys = gtk_event_controller_key_new();
    gtk_event_controller_set_propagation_phase(keys, GTK_PHASE_CAPTURE);
    g_signal_connect(keys, "key-pressed", G_CALLBACK(on_guarded_key), NULL);
    gtk_widget_add_controller(window, keys);
}

void
dash_keys_attach(DashShell *self)
{
    self->keys = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_array_unref);
    for (unsigned i = 1; i < DASH_N_ACTS; i++)
        add_keys(self, (DashAct)i);
    GtkEventController *keys = gtk_event_controller_key_new();
    gtk_event_controller_set_propagation_phase(keys, GTK_PHASE_CAPTURE);
    g_signal_connect(keys, "key-pressed", G_CALLBACK(on_key), self);
    gtk_widget_add_controller(self->window, keys);
}

char *
dash_keys_text(DashAct act)
{
    g_autoptr(GString) text = g_string_new(NULL);
    const DashActRow *row = dash_act_row(act);
    for (unsigned i = 0; i < DASH_ACT_KEYS_MAX && row->keys[i]; i++) {
        guint key = 0;
        GdkModifierType state = 0;
        if (!gtk_accelerator_parse(row->keys[i], &key, &state))
            continue;
        g_autofree char *label = gtk_accelerator_get_label(key, state);
        g_string_append_printf(text, "%s%s", text->len ? ", " : "", label);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* ---- the map ---- */

static const char *const signs[][2] = {
    {"***  **  *", N_("high, medium, low priority; filled: nobody has answered")},
    {N_("Hatched"), N_("nothing is known here: no data, or the rules are silent")},
    {N_("STALE"), N_("older than three of its own periods")},
    {"72?", N_("a doubtful value")},
    {"rec sim der", N_("recording, simulated, derived; nothing: a device's own, live")},
};

static void
add_line(GtkGrid *grid, int *row, const char *left, const char *right)
{
    GtkWidget *a = gtk_label_new(left);
    GtkWidget *b = gtk_label_new(right);
    gtk_label_set_xalign(GTK_LABEL(a), 0);
    gtk_label_set_xalign(GTK_LABEL(b), 0);
    gtk_widget_add_css_class(a, right ? "heading" : "title-4");
    gtk_grid_attach(grid, a, 0, *row, right ? 1 : 2, 1);
    if (right)
        gtk_grid_attach(grid, b, 1, *row, 1, 1);
    (*row)++;
}

static GtkWidget *
make_column(DashShell *self, DashActGroup from, DashActGroup to, gboolean with_signs)
{
    GtkGrid *grid = GTK_GRID(gtk_grid_new());
    int row = 0;
    gtk_grid_set_column_spacing(grid, 18);
    gtk_grid_set_row_spacing(grid, 5);
    gtk_widget_set_valign(GTK_WIDGET(grid), GTK_ALIGN_START);
    for (unsigned group = from; group <= to; group++) {
        add_line(grid, &row, _(dash_act_group_title((DashActGroup)group)), NULL);
        for (unsigned i = 1; i < DASH_N_ACTS; i++) {
            const DashActRow *act = dash_act_row((DashAct)i);
            if (act->group != (DashActGroup)group
                || !dash_act_possible((DashAct)i, self->place.kind))
                continue;
            g_autofree char *keys = dash_keys_text((DashAct)i);
            add_line(grid, &row, keys, _(act->title));
        }
    }
    if (with_signs) {
        add_line(grid, &row, _("Signs"), NULL);
        for (size_t i = 0; i < G_N_ELEMENTS(signs); i++)
            add_line(grid, &row, _(signs[i][0]), _(signs[i][1]));
    }
    return GTK_WIDGET(grid);
}

static gboolean
on_map_key(
    GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state, gpointer user)
{
    (void)controller;
    (void)code;
    (void)state;
    if (key != GDK_KEY_Escape && key != GDK_KEY_question && key != GDK_KEY_F1)
        return FALSE;
    gtk_window_close(GTK_WINDOW(user));
    return TRUE;
}

void
dash_keys_show(DashShell *self)
{
    GtkWidget *window = adw_window_new();
    GtkWidget *columns = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 36);
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_box_append(GTK_BOX(columns), make_column(self, DASH_GROUP_GO, DASH_GROUP_MOVE, FALSE));
    gtk_box_append(GTK_BOX(columns), make_column(self, DASH_GROUP_DO, DASH_GROUP_SHELL, TRUE));
    gtk_widget_set_margin_start(columns, 24);
    gtk_widget_set_margin_end(columns, 24);
    gtk_widget_set_margin_top(columns, 12);
    gtk_widget_set_margin_bottom(columns, 24);
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), columns);
    gtk_scrolled_window_set_propagate_natural_height(GTK_SCROLLED_WINDOW(scrolled), TRUE);
    gtk_scrolled_window_set_propagate_natural_width(GTK_SCROLLED_WINDOW(scrolled), TRUE);
    gtk_widget_set_vexpand(scrolled, TRUE);
    GtkWidget *bar = adw_header_bar_new();
    adw_header_bar_set_title_widget(
        ADW_HEADER_BAR(bar),
        adw_window_title_new(_("Keys and signs"),
                             _("Supplemental: not a primary alarm. The bedside monitor is.")));
    gtk_box_append(GTK_BOX(box), bar);
    gtk_box_append(GTK_BOX(box), scrolled);
    adw_window_set_content(ADW_WINDOW(window), box);
    gtk_window_set_title(GTK_WINDOW(window), _("Keys and signs"));
    gtk_window_set_transient_for(GTK_WINDOW(window), GTK_WINDOW(self->window));
    gtk_window_set_modal(GTK_WINDOW(window), TRUE);
    GtkEventController *keys = gtk_event_controller_key_new();
    g_signal_connect(keys, "key-pressed", G_CALLBACK(on_map_key), window);
    gtk_widget_add_controller(window, keys);
    gtk_window_present(GTK_WINDOW(window));
}

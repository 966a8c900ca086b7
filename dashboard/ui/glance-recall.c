/* Glance recall. See glance-recall.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/glance-recall.h"

#include "dashboard/scene/words.h"

/* Rows: the beds, then the confidence. Columns: the signs, then "worst". */
#define ROWS    (DASH_GLANCE_BEDS + 1)
#define COLUMNS (DASH_GLANCE_SIGNS + 1)
#define WORST   DASH_GLANCE_SIGNS
#define SURE    DASH_GLANCE_BEDS

G_STATIC_ASSERT(DASH_GLANCE_CONFIDENCE < COLUMNS);

struct DashGlanceRecall {
    GtkWidget *box;
    GtkWidget *said;
    GtkCheckButton *cell[ROWS][COLUMNS]; /* NULL: none there */
    int row;
    int column;
    bool setting;
};

static const char *const sign_titles[DASH_GLANCE_SIGNS] = {
    [DASH_GLANCE_BREATHING] = N_("Breathing"),     [DASH_GLANCE_PULSE] = N_("Pulse"),
    [DASH_GLANCE_OXYGEN] = N_("Oxygen"),           [DASH_GLANCE_PRESSURE] = N_("Pressure"),
    [DASH_GLANCE_TEMPERATURE] = N_("Temperature"),
};

static bool
is_marked(const DashGlanceRecall *self, int row, int column)
{
    return self->cell[row][column] && gtk_check_button_get_active(self->cell[row][column]);
}

/* One worst bed, one confidence: marking one takes the mark from the others. */
static void
on_toggled(GtkCheckButton *button, gpointer user)
{
    DashGlanceRecall *self = user;
    if (self->setting || !gtk_check_button_get_active(button))
        return;
    self->setting = true;
    for (int r = 0; r < ROWS; r++)
        for (int c = 0; c < COLUMNS; c++) {
            if (self->cell[r][c] != button)
                continue;
            for (int k = 0; c == WORST && r != SURE && k < DASH_GLANCE_BEDS; k++)
                gtk_check_button_set_active(self->cell[k][WORST], k == r);
            for (int k = 0; r == SURE && k < DASH_GLANCE_CONFIDENCE; k++)
                gtk_check_button_set_active(self->cell[SURE][k], k == c);
        }
    self->setting = false;
}

static GtkWidget *
heading(const char *text)
{
    GtkWidget *label = gtk_label_new(text);
    gtk_widget_add_css_class(label, "title-4");
    return label;
}

static void
add_cell(DashGlanceRecall *self, GtkGrid *grid, int row, int column, const char *label, char *said)
{
    GtkWidget *button = label ? gtk_check_button_new_with_label(label) : gtk_check_button_new();

    gtk_widget_set_halign(button, GTK_ALIGN_CENTER);
    gtk_accessible_update_property(GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_LABEL, said, -1);
    g_signal_connect(button, "toggled", G_CALLBACK(on_toggled), self);
    gtk_grid_attach(grid, button, column + 1, row + 1, 1, 1);
    self->cell[row][column] = GTK_CHECK_BUTTON(button);
    g_free(said);
}

static void
add_beds(DashGlanceRecall *self, GtkGrid *grid)
{
    for (int c = 0; c < DASH_GLANCE_SIGNS; c++)
        gtk_grid_attach(grid, heading(_(sign_titles[c])), c + 1, 0, 1, 1);
    gtk_grid_attach(grid, heading(_("Worst bed")), WORST + 1, 0, 1, 1);
    for (int r = 0; r < DASH_GLANCE_BEDS; r++) {
        g_autofree char *number = g_strdup_printf("%d", r + 1);
        g_autofree char *bed = g_strdup_printf(_("Bed %s"), number);
        gtk_grid_attach(grid, heading(bed), 0, r + 1, 1, 1);
        for (int c = 0; c < COLUMNS; c++)
            add_cell(
                self, grid, r, c, NULL,
                g_strdup_printf("%s, %s", bed, c == WORST ? _("Worst bed") : _(sign_titles[c])));
    }
}

static void
add_confidence(DashGlanceRecall *self, GtkGrid *grid)
{
    gtk_grid_attach(grid, heading(_("How sure? 1 a guess, 5 certain")), 0, SURE + 1, 1, 1);
    for (int c = 0; c < DASH_GLANCE_CONFIDENCE; c++) {
        g_autofree char *number = g_strdup_printf("%d", c + 1);
        add_cell(self, grid, SURE, c, number,
                 g_strdup_printf("%s: %s", _("How sure? 1 a guess, 5 certain"), number));
    }
}

DashGlanceRecall *
dash_glance_recall_new(void)
{
    DashGlanceRecall *self = g_new0(DashGlanceRecall, 1);
    GtkWidget *grid = gtk_grid_new();

    self->box = g_object_ref_sink(gtk_box_new(GTK_ORIENTATION_VERTICAL, 24));
    gtk_widget_set_halign(self->box, GTK_ALIGN_CENTER);
    gtk_widget_set_valign(self->box, GTK_ALIGN_CENTER);
    gtk_widget_set_vexpand(self->box, TRUE);
    gtk_grid_set_row_spacing(GTK_GRID(grid), 14);
    gtk_grid_set_column_spacing(GTK_GRID(grid), 32);
    add_beds(self, GTK_GRID(grid));
    add_confidence(self, GTK_GRID(grid));
    gtk_box_append(GTK_BOX(self->box), heading(_("Which signs of which beds were outside the "
                                                 "normal, and which bed was worst?")));
    gtk_box_append(GTK_BOX(self->box), grid);
    gtk_box_append(GTK_BOX(self->box),
                   gtk_label_new(_("Arrows move, the space bar marks, Enter ends, Esc aborts.")));
    self->said = heading("");
    gtk_box_append(GTK_BOX(self->box), self->said);
    return self;
}

void
dash_glance_recall_free(DashGlanceRecall *self)
{
    if (self == NULL)
        return;
    g_object_unref(self->box);
    g_free(self);
}

GtkWidget *
dash_glance_recall_widget(DashGlanceRecall *self)
{
    return self->box;
}

static void
go(DashGlanceRecall *self, int row, int column)
{
    row = CLAMP(row, 0, ROWS - 1);
    column = CLAMP(column, 0, COLUMNS - 1);
    while (self->cell[row][column] == NULL)
        column--;
    self->row = row;
    self->column = column;
    GtkWidget *cell = GTK_WIDGET(self->cell[row][column]);
    gtk_widget_grab_focus(cell);
    gtk_window_set_focus_visible(GTK_WINDOW(gtk_widget_get_root(cell)), TRUE);
}

void
dash_glance_recall_clear(DashGlanceRecall *self)
{
    for (int r = 0; r < ROWS; r++)
        for (int c = 0; c < COLUMNS; c++)
            if (self->cell[r][c])
                gtk_check_button_set_active(self->cell[r][c], FALSE);
    gtk_label_set_text(GTK_LABEL(self->said), "");
    go(self, 0, 0);
}

bool
dash_glance_recall_key(DashGlanceRecall *self, guint key)
{
    switch (key) {
    case GDK_KEY_Up:
        go(self, self->row - 1, self->column);
        return true;
    case GDK_KEY_Down:
        go(self, self->row + 1, self->column);
        return true;
    case GDK_KEY_Left:
        go(self, self->row, self->column - 1);
        return true;
    case GDK_KEY_Right:
        go(self, self->row, self->column + 1);
        return true;
    case GDK_KEY_space:
        gtk_check_button_set_active(self->cell[self->row][self->column],
                                    !is_marked(self, self->row, self->column));
        return true;
    default:
        return false;
    }
}

bool
dash_glance_recall_take(DashGlanceRecall *self, DashGlanceAnswer *answer)
{
    *answer = (DashGlanceAnswer){0};
    for (int r = 0; r < DASH_GLANCE_BEDS; r++) {
        for (int c = 0; c < DASH_GLANCE_SIGNS; c++)
            answer->outside[r][c] = is_marked(self, r, c);
        if (is_marked(self, r, WORST))
            answer->worst = (unsigned)r + 1;
    }
    for (int c = 0; c < DASH_GLANCE_CONFIDENCE; c++)
        if (is_marked(self, SURE, c))
            answer->confidence = (unsigned)c + 1;
    bool whole = answer->worst > 0 && answer->confidence > 0;
    gtk_label_set_text(GTK_LABEL(self->said),
                       whole                ? ""
                       : answer->worst == 0 ? _("Mark the bed that was worst; guess if need be.")
                                            : _("Mark how sure you are."));
    return whole;
}

/* Reader. See reader.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/reader.h"

#include <string.h>

#include "dashboard/scene/describe.h"
#include "dashboard/scene/news.h"
#include "dashboard/scene/words.h"

struct DashReader {
    GtkWidget *parent;
    GtkWidget *status;
    GtkWidget *rail;
    GtkWidget *item[DASH_READER_ALARMS];
    GtkWidget *said;
    DashNews *news;
    char *place; /* that was spoken of last; NULL: none yet */
};

static GtkWidget *
make_label(GtkAccessibleRole role)
{
    return g_object_new(GTK_TYPE_LABEL, "accessible-role", role, NULL);
}

DashReader *
dash_reader_new(GtkWidget *parent)
{
    DashReader *self = g_new0(DashReader, 1);
    self->parent = parent;
    self->news = dash_news_new();
    self->status = make_label(GTK_ACCESSIBLE_ROLE_STATUS);
    self->said = make_label(GTK_ACCESSIBLE_ROLE_ALERT);
    self->rail = g_object_new(GTK_TYPE_BOX, "accessible-role", GTK_ACCESSIBLE_ROLE_LIST,
                              "orientation", GTK_ORIENTATION_VERTICAL, NULL);
    for (unsigned i = 0; i < DASH_READER_ALARMS; i++) {
        self->item[i] = make_label(GTK_ACCESSIBLE_ROLE_LIST_ITEM);
        gtk_widget_set_visible(self->item[i], FALSE);
        gtk_box_append(GTK_BOX(self->rail), self->item[i]);
    }
    GtkWidget *const all[] = {self->status, self->rail, self->said};
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        gtk_widget_set_can_target(all[i], FALSE);
        gtk_widget_set_parent(all[i], parent);
    }
    return self;
}

void
dash_reader_free(DashReader *self)
{
    if (!self)
        return;
    gtk_widget_unparent(self->status);
    gtk_widget_unparent(self->rail);
    gtk_widget_unparent(self->said);
    dash_news_free(self->news);
    g_free(self->place);
    g_free(self);
}

void
dash_reader_allocate(DashReader *self)
{
    GtkWidget *const all[] = {self->status, self->rail, self->said};
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        GtkRequisition natural;
        gtk_widget_get_preferred_size(all[i], NULL, &natural);
        gtk_widget_size_allocate(all[i], &(GtkAllocation){0, 0, natural.width, natural.height}, -1);
    }
}

static void
set_text(GtkWidget *label, const char *text)
{
    if (strcmp(gtk_label_get_text(GTK_LABEL(label)), text) != 0)
        gtk_label_set_text(GTK_LABEL(label), text);
}

/* The window that has the keyboard, if it is the station's or one of its dialogs. */
static GtkWindow *
window_of(const DashReader *self)
{
    GtkRoot *root = gtk_widget_get_root(self->parent);
    GListModel *windows = gtk_window_get_toplevels();
    for (unsigned i = 0; root && i < g_list_model_get_n_items(windows); i++) {
        g_autoptr(GtkWindow) window = g_list_model_get_item(windows, i);
        if (gtk_window_is_active(window)
            && gtk_window_get_transient_for(window) == GTK_WINDOW(root))
            return window; /* of the caller as long as it is open */
    }
    return root ? GTK_WINDOW(root) : NULL;
}

/* A name that is set again to what it is would be no change: a blank makes it one. */
void
dash_reader_say(DashReader *self, const char *text)
{
    GtkWindow *window = window_of(self);
    const char *title = window ? gtk_window_get_title(window) : NULL;
    bool again = strcmp(gtk_label_get_text(GTK_LABEL(self->said)), text) == 0;
    g_autofree char *spoken = g_strconcat(text, again ? " " : "", NULL);
    g_autofree char *name =
        g_strdup_printf("%s%s%s", spoken, title && *title ? " – " : "", title ? title : "");
    gtk_label_set_text(GTK_LABEL(self->said), spoken);
    if (window)
        gtk_accessible_update_property(GTK_ACCESSIBLE(window), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                       -1);
}

static void
tell_alarms(DashReader *self, const DashModel *model)
{
    size_t n = dash_model_n_alarms(model);
    g_autofree char *title = g_strdup_printf(_("Standing alarms: %zu"), n);
    gtk_accessible_update_property(GTK_ACCESSIBLE(self->rail), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                   -1);
    for (unsigned i = 0; i < DASH_READER_ALARMS; i++) {
        bool more = i + 1 == DASH_READER_ALARMS && n > DASH_READER_ALARMS;
        g_autofree char *text = i >= n ? g_strdup("")
                                : more ? g_strdup_printf(_("%zu more alarms"), n - i)
                                       : dash_describe_alarm(model, dash_model_alarm(model, i));
        set_text(self->item[i], text);
        gtk_widget_set_visible(self->item[i], i < n);
    }
}

void
dash_reader_tell(DashReader *self, const DashModel *model, const DashView *view)
{
    g_autofree char *status = dash_describe_status(model, view);
    g_autofree char *news = dash_news_take(self->news, model, view);
    set_text(self->status, status);
    tell_alarms(self, model);
    if (news)
        dash_reader_say(self, news);
}

void
dash_reader_follow(DashReader *self, const DashModel *model, const DashView *view)
{
    const char *bed = view->bed ? view->bed : view->selected;
    g_autofree char *place = g_strdup_printf("%d %s", view->kind, bed ? bed : "");
    if (g_strcmp0(place, self->place) == 0)
        return;
    bool first = self->place == NULL;
    g_free(self->place);
    self->place = g_steal_pointer(&place);
    g_autofree char *text = dash_describe_place(model, view);
    if (!first) /* a window that opens is spoken of by its title */
        dash_reader_say(self, text);
}

GtkWidget *
dash_reader_status(const DashReader *self)
{
    return self->status;
}

GtkWidget *
dash_reader_rail(const DashReader *self)
{
    return self->rail;
}

GtkWidget *
dash_reader_item(const DashReader *self, unsigned i)
{
    return i < DASH_READER_ALARMS ? self->item[i] : NULL;
}

GtkWidget *
dash_reader_said(const DashReader *self)
{
    return self->said;
}

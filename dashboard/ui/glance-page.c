/* Glance pages. See glance-page.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/glance-page.h"

#include "dashboard/scene/words.h"

static const char *const instructions =
    N_("You will see six beds for ten seconds, then a form asks what you saw: the signs that were "
       "outside the normal, the bed that was worst, and how sure you are.\n\nNormal, by NEWS2: "
       "breathing 12 to 20 /min, pulse 51 to 90 /min, SpO2 at least 96, systolic pressure 111 to "
       "219 mmHg, temperature 36.1 to 38.0 °C.\n\nSome pictures are numbers. In the others a "
       "figure stands for each bed: skin is oxygen, lungs are breathing, heart is pulse, the ring "
       "around it is pressure, the column at its side is temperature. Slate and warm grey are "
       "normal, blue to violet is too little, sand to orange is too much.\n\nTwo pictures to "
       "train come first; they are not counted.\n\nEnter goes on, Esc aborts.");

char *
dash_glance_page_next(unsigned number, unsigned trials, bool first)
{
    if (first)
        return g_strdup(_(instructions));
    if (number == 0)
        return g_strdup(_("One more to train.\n\nEnter goes on, Esc aborts."));
    return g_strdup_printf(_("Picture %u of %u; it counts.\n\nEnter goes on, Esc aborts."), number,
                           trials);
}

static GtkWidget *
bar_part(const char *text, const char *class)
{
    GtkWidget *label = gtk_label_new(text);

    gtk_widget_set_hexpand(label, TRUE);
    gtk_widget_add_css_class(label, "title-4");
    gtk_widget_add_css_class(label, class);
    return label;
}

GtkWidget *
dash_glance_page_of(GtkWidget *child)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
    GtkWidget *bar = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);

    gtk_box_append(GTK_BOX(bar), bar_part(_("SYNTHETIC – a study, no patient"), "accent"));
    gtk_box_append(GTK_BOX(bar), bar_part(_("SUPPLEMENTAL – not a primary alarm"), "warning"));
    gtk_widget_set_margin_top(bar, 12);
    gtk_box_append(GTK_BOX(box), bar);
    gtk_box_append(GTK_BOX(box), child);
    return box;
}

GtkWidget *
dash_glance_page_words(void)
{
    GtkWidget *label = gtk_label_new("");

    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_width_chars(GTK_LABEL(label), 64);
    gtk_label_set_max_width_chars(GTK_LABEL(label), 64);
    gtk_widget_add_css_class(label, "title-2");
    gtk_widget_set_vexpand(label, TRUE);
    gtk_widget_set_halign(label, GTK_ALIGN_CENTER);
    gtk_widget_set_margin_start(label, 24);
    gtk_widget_set_margin_end(label, 24);
    return label;
}

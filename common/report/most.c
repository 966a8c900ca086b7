/* Floods of alarms, and the rules and beds with most of them. See report.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/report/report-inner.h"

#define MOST 10u

/* ---- floods ---- */

static const VicuColumn flood_columns[] = {
    {"unit", "Unit", "", VICU_COLUMN_PLAIN, -1},
    {"floods", "Floods", "", VICU_COLUMN_PLAIN, -1},
    {"minutes", "In all", "min", VICU_COLUMN_PLAIN, -1},
    {"longest", "Longest", "min", VICU_COLUMN_PLAIN, -1},
    {"most", "Most in 10 min", "", VICU_COLUMN_COUNT, -1},
};

static void
put_flood(VicuTable *table, const char *unit, const GArray *raised)
{
    VicuCell *row = vicu_table_row(table);
    unsigned floods = 0;
    guint most = 0, first = 0;
    int64_t begin_us = 0, end_us = INT64_MIN, sum_us = 0, longest_us = 0;

    for (guint i = 0; i < raised->len; i++) {
        int64_t t_us = g_array_index(raised, int64_t, i);
        while (g_array_index(raised, int64_t, first) <= t_us - VICU_FLOOD_US)
            first++;
        most = MAX(most, i - first + 1);
        if (i - first + 1 < VICU_FLOOD_ALARMS)
            continue;
        int64_t since_us = g_array_index(raised, int64_t, first);
        if (floods == 0 || since_us > end_us) {
            floods++;
            begin_us = since_us;
            end_us = since_us;
        }
        sum_us += t_us - end_us;
        end_us = t_us;
        longest_us = MAX(longest_us, end_us - begin_us);
    }
    vicu_cell_text(&row[0], unit[0] != '\0' ? unit : "(installation)");
    vicu_cell_number(&row[1], floods);
    vicu_cell_number(&row[2], (double)sum_us / (60 * G_USEC_PER_SEC));
    if (floods > 0)
        vicu_cell_number(&row[3], (double)longest_us / (60 * G_USEC_PER_SEC));
    vicu_cell_count(&row[4], most);
}

void
vicu_report_put_floods(VicuReport *report, VicuHistory *history, const VicuReportAsk *ask)
{
    VicuTable *table = vicu_report_table(report, "floods", "Floods of alarms",
                                         "a flood: 10 or more alarms raised within 10 min in one "
                                         "unit, from the first of them to the "
                                         "last; floods that overlap are one",
                                         flood_columns, G_N_ELEMENTS(flood_columns));
    g_autoptr(GPtrArray) units = vicu_report_units(history, ask);
    const GPtrArray *alarms = vicu_history_alarms(history);

    for (guint u = 0; u < units->len; u++) {
        g_autoptr(GArray) raised = g_array_new(FALSE, FALSE, sizeof(int64_t));
        for (guint i = 0; i < alarms->len; i++) {
            const VicuPastAlarm *a = alarms->pdata[i];
            if (!vicu_past_alarm_calls(a) || !vicu_ask_takes(ask, a->bed, a->raised_us))
                continue;
            g_autofree char *unit = vicu_unit_of(a->bed);
            if (strcmp(unit, units->pdata[u]) == 0)
                g_array_append_val(raised, a->raised_us);
        }
        put_flood(table, units->pdata[u], raised);
    }
}

/* ---- rules and beds with most ---- */

typedef struct {
    const char *name, *title;
    unsigned alarms;
    unsigned records, answered;
    GHashTable *beds;
    int64_t longest_us;
} Place;

static void
free_place(gpointer data)
{
    Place *place = data;
    g_hash_table_unref(place->beds);
    g_free(place);
}

static int
by_most(gconstpointer a, gconstpointer b)
{
    const Place *x = *(const Place *const *)a, *y = *(const Place *const *)b;
    return x->alarms != y->alarms ? (x->alarms > y->alarms ? -1 : 1) : strcmp(x->name, y->name);
}

/* Those with most first; @of_bed: of beds, else of rules. @all: alarms in all. */
static GPtrArray *
places(VicuHistory *history, const VicuReportAsk *ask, bool of_bed, unsigned *all)
{
    g_autoptr(GHashTable) at = g_hash_table_new(g_str_hash, g_str_equal);
    GPtrArray *list = g_ptr_array_new_with_free_func(free_place);
    const GPtrArray *alarms = vicu_history_alarms(history);

    for (guint i = 0; i < alarms->len; i++) {
        const VicuPastAlarm *a = alarms->pdata[i];
        const char *name = of_bed ? a->bed : a->rule;
        if (!vicu_past_alarm_calls(a) || !vicu_ask_takes(ask, a->bed, a->raised_us))
            continue;
        Place *place = g_hash_table_lookup(at, name);
        if (place == NULL) {
            place = g_new0(Place, 1);
            place->name = name;
            place->title = a->title;
            place->beds = g_hash_table_new(g_str_hash, g_str_equal);
            g_hash_table_insert(at, (gpointer)name, place);
            g_ptr_array_add(list, place);
        }
        place->alarms += a->count;
        place->records++;
        place->answered += a->answered_us > 0;
        g_hash_table_add(place->beds, a->bed);
        int64_t end_us = a->ended_us > 0 ? a->ended_us : ask->to_us;
        place->longest_us = MAX(place->longest_us, end_us - a->raised_us);
        *all += a->count;
    }
    g_ptr_array_sort(list, by_most);
    return list;
}

static const VicuColumn rule_columns[] = {
    {"rule", "Rule", "", VICU_COLUMN_PLAIN, -1},
    {"title", "Title", "", VICU_COLUMN_PLAIN, -1},
    {"beds", "Beds", "", VICU_COLUMN_COUNT, -1},
    {"alarms", "Alarms", "", VICU_COLUMN_COUNT, 2},
    {"share", "Of all", "%", VICU_COLUMN_PLAIN, 3},
    {"unanswered", "Not answered", "", VICU_COLUMN_COUNT, 3},
    {"longest", "Longest standing", "min", VICU_COLUMN_PLAIN, 3},
};

static const VicuColumn bed_columns[] = {
    {"bed", "Bed", "", VICU_COLUMN_PLAIN, -1},
    {"alarms", "Alarms", "", VICU_COLUMN_COUNT, -1},
    {"share", "Of all", "%", VICU_COLUMN_PLAIN, 1},
    {"longest", "Longest standing", "min", VICU_COLUMN_PLAIN, 1},
};

void
vicu_report_put_rules(VicuReport *report, VicuHistory *history, const VicuReportAsk *ask)
{
    unsigned all = 0;
    g_autoptr(GPtrArray) rules = places(history, ask, false, &all);
    VicuTable *table = vicu_report_table(
        report, "rules", "The ten rules with most alarms",
        "of all = alarms of the rule / all alarms; longest standing: from the raise to its end, or "
        "to the end of the time where it still stood",
        rule_columns, G_N_ELEMENTS(rule_columns));

    for (guint i = 0; i < MIN(rules->len, MOST); i++) {
        const Place *place = rules->pdata[i];
        VicuCell *row = vicu_table_row(table);
        vicu_cell_text(&row[0], place->name);
        vicu_cell_text(&row[1], place->title);
        vicu_cell_count(&row[2], g_hash_table_size(place->beds));
        vicu_cell_count(&row[3], place->alarms);
        vicu_cell_percent(&row[4], place->alarms, all);
        vicu_cell_count(&row[5], place->records - place->answered);
        vicu_cell_number(&row[6], (double)place->longest_us / (60 * G_USEC_PER_SEC));
    }
}

void
vicu_report_put_beds(VicuReport *report, VicuHistory *history, const VicuReportAsk *ask)
{
    unsigned all = 0;
    g_autoptr(GPtrArray) beds = places(history, ask, true, &all);
    VicuTable *table = vicu_report_table(report, "beds", "The ten beds with most alarms",
                                         "of all = alarms of the bed / all alarms", bed_columns,
                                         G_N_ELEMENTS(bed_columns));

    table->identifies = true;
    for (guint i = 0; i < MIN(beds->len, MOST); i++) {
        const Place *place = beds->pdata[i];
        VicuCell *row = vicu_table_row(table);
        vicu_cell_text(&row[0], place->name[0] != '\0' ? place->name : "(installation)");
        vicu_cell_count(&row[1], place->alarms);
        vicu_cell_percent(&row[2], place->alarms, all);
        vicu_cell_number(&row[3], (double)place->longest_us / (60 * G_USEC_PER_SEC));
    }
}

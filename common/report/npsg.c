/* What this installation's own data say to NPSG.06.01.01. See report.h.
 *
 * The elements are those of the Joint Commission's National Patient Safety Goal on alarm management
 * (2014, in full since 2016), in our own words.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/report/report-inner.h"
#include "proto/rights.h"

static const VicuColumn element_columns[] = {
    {"element", "Element", "", VICU_COLUMN_PLAIN, -1},
    {"here", "What this installation says", "", VICU_COLUMN_PLAIN, -1},
};

static const char *const elements[][2] = {
    {"1 Alarm safety is a priority of the leadership",
     "not recorded here: a decision of the hospital; this report is one of its means"},
    {"2 The most important alarm signals are known from own data",
     "tables \"rules\" and \"answers\": which alarms come most often, and which nobody answers"},
    {"3a Clinically appropriate settings",
     "table \"acts\": limits changed; why each was: in the audit, and with --beds below"},
    {"3b When alarm signals may be disabled", "none can be from here: sound is paused with an end, "
                                              "at the bedside nothing is; table \"acts\""},
    {"3c When limits may be changed", "each change needs a reason, and is in the audit"},
    {"3d Who may set, change or turn off", "table \"rights\", as every process enforces it"},
    {"3e Who monitors and responds",
     "the roster and its ladders; table \"answers\" says how soon somebody did"},
    {"3f Checks of settings, operation and detectability",
     "limits in force: vicu limit ls; whether alarms reach people: vicu outlet ls; dates of review "
     "of the rules: in their packs"},
    {"4 Staff are educated", "not recorded here"},
};

static void
put_elements(VicuReport *report)
{
    VicuTable *table = vicu_report_table(
        report, "elements", "Elements of performance",
        "each element in our own words, and where its answer stands in this report",
        element_columns, G_N_ELEMENTS(element_columns));

    for (guint i = 0; i < G_N_ELEMENTS(elements); i++) {
        VicuCell *row = vicu_table_row(table);
        vicu_cell_text(&row[0], elements[i][0]);
        vicu_cell_text(&row[1], elements[i][1]);
    }
}

static const VicuColumn act_columns[] = {
    {"act", "What was done", "", VICU_COLUMN_PLAIN, -1},
    {"n", "n", "", VICU_COLUMN_COUNT, -1},
    {"with_reason", "With a reason", "", VICU_COLUMN_COUNT, 1},
};

static const VicuColumn reason_columns[] = {
    {"act", "What was done", "", VICU_COLUMN_PLAIN, -1},
    {"bed", "Bed", "", VICU_COLUMN_PLAIN, -1},
    {"reason", "Reason", "", VICU_COLUMN_PLAIN, -1},
};

static const char *const acts[][2] = {
    {"limit-set", "limits changed"},
    {"alarm-pause", "sound paused"},
    {"standby", "beds in standby"},
    {"transport", "beds in transport"},
};

static void
put_acts(VicuReport *report, const VicuHistory *history, const VicuReportAsk *ask)
{
    const GPtrArray *all = vicu_history_acts(history);
    VicuTable *table = vicu_report_table(report, "acts", "What was changed and paused",
                                         "acts that were done, as the audit has them; refused ones "
                                         "are not in it",
                                         act_columns, G_N_ELEMENTS(act_columns));
    VicuTable *reasons =
        vicu_report_table(report, "reasons", "Why, one by one", "as it was said, newest last",
                          reason_columns, G_N_ELEMENTS(reason_columns));

    reasons->identifies = true;
    for (guint w = 0; w < G_N_ELEMENTS(acts); w++) {
        VicuCell *row = vicu_table_row(table);
        unsigned n = 0, with_reason = 0;
        for (guint i = 0; i < all->len; i++) {
            const VicuPastAct *act = all->pdata[i];
            if (strcmp(act->what, acts[w][0]) != 0 || !vicu_ask_takes(ask, act->bed, act->t_us))
                continue;
            n++;
            with_reason += act->why[0] != '\0';
            VicuCell *reason = vicu_table_row(reasons);
            vicu_cell_text(&reason[0], acts[w][1]);
            vicu_cell_text(&reason[1], act->bed);
            vicu_cell_text(&reason[2], act->why);
        }
        vicu_cell_text(&row[0], acts[w][1]);
        vicu_cell_count(&row[1], n);
        vicu_cell_count(&row[2], with_reason);
    }
}

static const VicuColumn right_columns[] = {
    {"act", "What is done", "", VICU_COLUMN_PLAIN, -1},
    {"intensivist", "Intensivist", "", VICU_COLUMN_PLAIN, -1},
    {"bedside", "Bedside", "", VICU_COLUMN_PLAIN, -1},
    {"administrator", "Administrator", "", VICU_COLUMN_PLAIN, -1},
    {"auditor", "Auditor", "", VICU_COLUMN_PLAIN, -1},
    {"glass", "Emergency access", "", VICU_COLUMN_PLAIN, -1},
};

static void
put_rights(VicuReport *report)
{
    static const char *const words[] = {"no", "own units", "everywhere"};
    static const char *const asked[] = {"limit", "ack", "pause", "resume", "absence", "profile"};
    VicuTable *table = vicu_report_table(report, "rights", "Who may set, change, pause and answer",
                                         "the table of rights that every process enforces",
                                         right_columns, G_N_ELEMENTS(right_columns));

    G_STATIC_ASSERT(G_N_ELEMENTS(right_columns) == VICU_N_ROLES + 1);
    for (guint i = 0; i < G_N_ELEMENTS(asked); i++) {
        const VicuRightsRow *right = vicu_rights_find(VICU_RIGHTS_COMMAND, asked[i]);
        VicuCell *row = vicu_table_row(table);
        g_assert(right != NULL);
        vicu_cell_text(&row[0], right->text);
        for (unsigned r = 0; r < VICU_N_ROLES; r++)
            vicu_cell_text(&row[r + 1], words[right->right[r]]);
    }
}

VicuReport *
vicu_report_npsg(VicuHistory *history, const VicuReportAsk *ask)
{
    VicuReport *report =
        vicu_report_new("npsg", "Alarm management: NPSG.06.01.01", ask->from_us, ask->to_us);

    put_elements(report);
    vicu_report_put_rules(report, history, ask);
    vicu_report_put_answers(report, history, ask);
    put_acts(report, history, ask);
    put_rights(report);
    vicu_report_observe(report, history, ask);
    return report;
}

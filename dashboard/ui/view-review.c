/* The alarm review under the keyboard: left and right choose a table, up and down a row; Enter
 * opens the bed, R lists occurrences, S tries another limit and plays it over these days.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "dashboard/scene/words.h"
#include "dashboard/simulate.h"
#include "dashboard/ui/views.h"

#define HOUR_US   (3600 * (int64_t)G_USEC_PER_SEC)
#define FRESH_US  (2 * (int64_t)G_USEC_PER_SEC) /* tables are counted anew no more often */
#define PAGE_ROWS 10

struct DashReviewing {
    DashShell *shell;
    DashReviewState state;
    DashBurdenReport *report;
    GArray *listed;
    int64_t counted_us; /* when report and list were made; 0: they are to be */
    uint64_t version;   /* of the burden then */
    int64_t utc_offset_us;
    DashTrial trial;
    DashSimulate *simulate; /* NULL: nothing was played yet */
};

typedef struct DashReviewing Reviewing;

static Reviewing *
reviewing(DashShell *shell)
{
    if (!shell->review) {
        shell->review = g_new0(Reviewing, 1);
        shell->review->shell = shell;
        shell->review->state.span_us = DASH_REVIEW_SPAN_US;
    }
    return shell->review;
}

void
dash_view_review_free(DashShell *shell)
{
    Reviewing *self = g_steal_pointer(&shell->review);
    if (!self)
        return;
    dash_simulate_free(self->simulate);
    dash_burden_report_free(self->report);
    g_clear_pointer(&self->listed, g_array_unref);
    g_free(self);
}

const DashTrial *
dash_view_review_trial(const DashShell *shell)
{
    return shell->review ? shell->review->state.trial : NULL;
}

/* --- what is counted --- */

static const GArray *
rows_of(const DashBurdenReport *report, DashReviewTable table)
{
    return !report                       ? NULL
           : table == DASH_REVIEW_BEDS   ? report->beds
           : table == DASH_REVIEW_RULES  ? report->rules
           : table == DASH_REVIEW_INPUTS ? report->inputs
                                         : NULL;
}

/* Of the row that is chosen; NULL: the table has none. */
static const char *
chosen_name(const Reviewing *self, DashReviewTable table)
{
    const GArray *rows = rows_of(self->report, table);
    if (!rows || rows->len == 0)
        return NULL;
    return g_array_index(rows, DashBurdenRow, MIN(self->state.row[table], rows->len - 1)).name;
}

/* What was chosen stays under the keyboard, whatever place it has now. */
static void
choose_name(Reviewing *self, DashReviewTable table, const char *name)
{
    const GArray *rows = rows_of(self->report, table);
    for (guint i = 0; name && rows && i < rows->len; i++)
        if (strcmp(g_array_index(rows, DashBurdenRow, i).name, name) == 0)
            self->state.row[table] = i;
}

static void
count_list(Reviewing *self)
{
    DashReviewState *s = &self->state;
    uint64_t chosen = self->listed && s->list_row < self->listed->len
                          ? g_array_index(self->listed, DashBurdenAlarm, s->list_row).key
                          : 0;
    g_clear_pointer(&self->listed, g_array_unref);
    s->listed = NULL;
    if (!s->list)
        return;
    self->listed = dash_burden_occurrences(dash_model_burden(self->shell->station->model),
                                           s->list_rule, s->list_bed, self->report->from_us,
                                           self->report->to_us, DASH_BURDEN_RECORDS_MAX);
    s->listed = self->listed;
    for (guint i = 0; chosen && i < self->listed->len; i++)
        if (g_array_index(self->listed, DashBurdenAlarm, i).key == chosen)
            s->list_row = i;
}

static void
count(Reviewing *self, int64_t now_us)
{
    const DashModel *model = self->shell->station->model;
    const char *names[DASH_N_REVIEWS];
    for (unsigned t = 0; t < DASH_N_REVIEWS; t++)
        names[t] = chosen_name(self, (DashReviewTable)t);
    dash_burden_report_free(self->report);
    self->report =
        dash_burden_report(dash_model_burden(model), now_us - self->state.span_us, now_us,
                           (unsigned)dash_model_n_beds(model), self->utc_offset_us);
    self->state.report = self->report;
    for (unsigned t = 0; t < DASH_N_REVIEWS; t++)
        choose_name(self, (DashReviewTable)t, names[t]);
    count_list(self);
    self->counted_us = now_us;
    self->version = dash_burden_version(dash_model_burden(model));
}

static void
look_at_recall(Reviewing *self)
{
    const DashClient *client = self->shell->station->client;
    DashRecall *recall = client ? dash_client_recalled(client) : NULL;
    if (recall)
        dash_recall_look(recall);
    self->state.recalling = recall && !dash_recall_is_done(recall) && !dash_recall_trouble(recall);
    self->state.trouble = recall ? dash_recall_trouble(recall) : NULL;
}

static void
look_at_run(Reviewing *self)
{
    static const DashReviewRun runs[] = {[DASH_SIMULATE_IDLE] = DASH_RUN_NONE,
                                         [DASH_SIMULATE_RUNNING] = DASH_RUN_RUNNING,
                                         [DASH_SIMULATE_DONE] = DASH_RUN_DONE,
                                         [DASH_SIMULATE_FAILED] = DASH_RUN_FAILED,
                                         [DASH_SIMULATE_CANCELLED] = DASH_RUN_CANCELLED};
    const DashSimulate *run = self->simulate;
    const char *hash = dash_model_set_hash(self->shell->station->model);
    DashReviewState *s = &self->state;
    s->run = run ? runs[dash_simulate_state(run)] : DASH_RUN_NONE;
    s->percent = run ? dash_simulate_percent(run) : 0;
    s->failure = run ? dash_simulate_error(run) : NULL;
    s->simulated = run ? dash_simulate_result(run) : NULL;
    s->other_rules = s->simulated && *hash && strcmp(hash, s->simulated->hash) != 0;
}

void
dash_view_review_fill(DashShell *shell, DashView *view)
{
    Reviewing *self = reviewing(shell);
    uint64_t version = dash_burden_version(dash_model_burden(shell->station->model));
    int64_t age_us = view->now_us - self->counted_us;
    self->utc_offset_us = view->utc_offset_us;
    if (self->counted_us == 0 || age_us < 0 || age_us > 60 * (int64_t)G_USEC_PER_SEC
        || (age_us > FRESH_US && version != self->version))
        count(self, view->now_us);
    look_at_recall(self);
    look_at_run(self);
    view->review = &self->state;
}

/* --- moving --- */

static unsigned
length_of(const Reviewing *self)
{
    const DashReviewState *s = &self->state;
    const GArray *rows = rows_of(self->report, s->table);
    if (s->list)
        return self->listed ? self->listed->len : 0;
    return s->table == DASH_REVIEW_HOURS ? 24 : rows ? rows->len : 0;
}

static void
move(Reviewing *self, int64_t by)
{
    DashReviewState *s = &self->state;
    unsigned *row = s->list ? &s->list_row : &s->row[s->table];
    int64_t n = length_of(self);
    *row = (unsigned)CLAMP((int64_t)*row + by, 0, MAX(n - 1, 0));
}

static void
next_table(Reviewing *self, unsigned by)
{
    if (!self->state.list)
        self->state.table = (DashReviewTable)((self->state.table + by) % DASH_N_REVIEWS);
}

static gboolean
do_move(Reviewing *self, DashAct act)
{
    if (act == DASH_ACT_UP || act == DASH_ACT_DOWN)
        move(self, act == DASH_ACT_UP ? -1 : 1);
    else if (act == DASH_ACT_PAGE_UP || act == DASH_ACT_PAGE_DOWN)
        move(self, act == DASH_ACT_PAGE_UP ? -PAGE_ROWS : PAGE_ROWS);
    else if (act == DASH_ACT_HOME || act == DASH_ACT_END)
        move(self, act == DASH_ACT_HOME ? -(int64_t)length_of(self) : (int64_t)length_of(self));
    else if (act == DASH_ACT_LEFT || act == DASH_ACT_RIGHT)
        next_table(self, act == DASH_ACT_LEFT ? DASH_N_REVIEWS - 1 : 1);
    else
        return FALSE;
    return TRUE;
}

/* A press: the row is chosen. */
static void
choose(Reviewing *self, int64_t at)
{
    unsigned table = (unsigned)(at / 65536), row = (unsigned)(at % 65536);
    if (table == DASH_N_REVIEWS) {
        self->state.list_row = row;
    } else if (table < DASH_N_REVIEWS) {
        self->state.table = (DashReviewTable)table;
        self->state.row[table] = row;
    }
}

/* --- lists and beds --- */

static void
show_list(Reviewing *self)
{
    DashReviewState *s = &self->state;
    const char *name = chosen_name(self, s->table);
    if (s->list) {
        s->list = false;
    } else if (name && (s->table == DASH_REVIEW_RULES || s->table == DASH_REVIEW_BEDS)) {
        s->list = true;
        s->list_rule = s->table == DASH_REVIEW_RULES ? name : NULL;
        s->list_bed = s->table == DASH_REVIEW_BEDS ? name : NULL;
        s->list_row = 0;
    } else {
        dash_shell_say(self->shell, _("Choose a rule or a bed: its occurrences are listed"));
    }
    count_list(self);
}

static void
open_bed(Reviewing *self, const char *bed)
{
    if (bed && *bed && dash_model_find_bed(self->shell->station->model, bed))
        dash_shell_go(self->shell, DASH_VIEW_BED, bed, NULL);
    else
        dash_shell_say(self->shell, _("This is of no bed"));
}

/* --- trials --- */

static void
begin_trial(Reviewing *self)
{
    DashReviewState *s = &self->state;
    const DashModel *model = self->shell->station->model;
    const char *rule =
        s->list && s->list_rule ? s->list_rule : chosen_name(self, DASH_REVIEW_RULES);
    const char *bed = s->list && s->list_bed ? s->list_bed : chosen_name(self, DASH_REVIEW_BEDS);
    if (s->list && self->listed && s->list_row < self->listed->len) {
        const DashBurdenAlarm *a = &g_array_index(self->listed, DashBurdenAlarm, s->list_row);
        rule = a->rule;
        bed = a->bed;
    }
    if (!rule || g_str_has_prefix(rule, "local:")
        || !dash_trial_begin(&self->trial, model, rule, bed)) {
        dash_shell_say(self->shell, _("Choose a rule of a patient and a bed first"));
        return;
    }
    s->trial = &self->trial;
    g_clear_pointer(&self->simulate, dash_simulate_free);
}

static void
end_trial(Reviewing *self)
{
    if (self->state.run == DASH_RUN_RUNNING) {
        dash_simulate_cancel(self->simulate);
        return;
    }
    self->state.trial = NULL;
    g_clear_pointer(&self->simulate, dash_simulate_free);
}

/* What was found was of another value. */
static void
changed(Reviewing *self)
{
    g_clear_pointer(&self->simulate, dash_simulate_free);
}

static void
on_run(gpointer user)
{
    Reviewing *self = user;
    gtk_widget_queue_draw(GTK_WIDGET(self->shell->canvas));
}

static void
play(Reviewing *self)
{
    const DashStation *station = self->shell->station;
    g_autofree char *change = dash_trial_change(&self->trial);
    g_auto(GStrv) beds = dash_trial_beds(&self->trial, station->model);
    const char *changes[] = {change, NULL};
    int64_t now_us = vicu_clock_utc_us();
    const DashSimulateAsk ask = {changes, (const char *const *)beds, now_us - self->state.span_us,
                                 now_us};
    g_autoptr(GError) error = NULL;
    if (!station->dir || !*beds) {
        dash_shell_say(self->shell, !*beds ? _("No bed is reached: each has a limit of its own")
                                           : _("This station has no installation at hand"));
        return;
    }
    if (!self->simulate)
        self->simulate = dash_simulate_new(station->dir, station->rules, on_run, self);
    if (!dash_simulate_start(self->simulate, &ask, &error))
        dash_shell_say(self->shell, error->message);
}

static void
ask_for(Reviewing *self)
{
    const DashSimulated *found = self->simulate ? dash_simulate_result(self->simulate) : NULL;
    if (!found) {
        dash_shell_say(self->shell, _("Play it first: Enter"));
        return;
    }
    if (!dash_trial_can_be_asked(&self->trial)) {
        dash_shell_say(self->shell, _("This stands in the pack: its owner changes it"));
        return;
    }
    g_autofree char *text = g_strdup_printf(_("Over these days: %u alarms of these rules before, "
                                              "%u after; %u vanish, %u appear, %u come "
                                              "later."),
                                            found->before.rules, found->after.rules,
                                            found->n_vanish, found->n_appear, found->n_later);
    dash_review_ask(self->shell, &self->trial, text);
}

static gboolean
do_trial(Reviewing *self, DashAct act)
{
    DashReviewState *s = &self->state;
    bool runs = s->run == DASH_RUN_RUNNING;
    if (act == DASH_ACT_REVIEW_TRY) {
        begin_trial(self);
        return TRUE;
    }
    if (!s->trial)
        return FALSE;
    if (act == DASH_ACT_BACK) {
        end_trial(self);
    } else if (act == DASH_ACT_REVIEW_ASK) {
        ask_for(self);
    } else if (act == DASH_ACT_OPEN) {
        if (!runs)
            play(self);
    } else if (act == DASH_ACT_ZOOM_IN || act == DASH_ACT_ZOOM_OUT || act == DASH_ACT_REVIEW_WHAT
               || act == DASH_ACT_REVIEW_SCOPE) {
        if (runs)
            return TRUE;
        if (act == DASH_ACT_REVIEW_WHAT)
            dash_trial_next_what(&self->trial, self->shell->station->model);
        else if (act == DASH_ACT_REVIEW_SCOPE)
            dash_trial_next_scope(&self->trial, self->shell->station->model);
        else
            dash_trial_step(&self->trial, act == DASH_ACT_ZOOM_IN ? 1 : -1);
        changed(self);
    } else {
        return FALSE;
    }
    return TRUE;
}

/* --- the rest --- */

static void
next_span(Reviewing *self)
{
    static const int64_t hours[] = {24, 72, 168};
    size_t i = 0;
    while (i < G_N_ELEMENTS(hours) && hours[i] * HOUR_US != self->state.span_us)
        i++;
    self->state.span_us = hours[(i + 1) % G_N_ELEMENTS(hours)] * HOUR_US;
    self->counted_us = 0;
    if (self->shell->station->client)
        dash_client_recall(self->shell->station->client, self->state.span_us);
}

static void
witness_export(const DashStation *station, const char *path)
{
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
    g_autofree char *name = g_path_get_basename(path);
    if (!station->witness || !station->daemon)
        return;
    record.who = (char *)vicu_keys_name(vicu_daemon_keys(station->daemon));
    record.role = (char *)vicu_keys_role(vicu_daemon_keys(station->daemon));
    record.what = (char *)"export";
    record.t_us = vicu_clock_utc_us();
    record.from = (char *)vicu_daemon_name(station->daemon);
    record.detail = name;
    dash_witness_put(station->witness, &record);
}

static void
export_csv(Reviewing *self)
{
    const DashShell *shell = self->shell;
    const DashSimulated *found = self->simulate ? dash_simulate_result(self->simulate) : NULL;
    g_autofree char *folder = shell->preferences.path ? g_path_get_dirname(shell->preferences.path)
                                                      : g_strdup(g_get_tmp_dir());
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *name = g_date_time_format(now, "alarm-review-%Y%m%dT%H%M%SZ.csv");
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *change = found ? dash_trial_change(&self->trial) : NULL;
    g_autofree char *more = found ? dash_simulated_csv(found, change) : g_strdup("");
    g_autoptr(GError) error = NULL;
    if (!self->report)
        return;
    g_autofree char *csv = dash_burden_csv(dash_model_burden(shell->station->model), self->report);
    g_autofree char *whole = g_strconcat(csv, *more ? "\n" : "", more, NULL);
    bool done =
        g_file_set_contents_full(path, whole, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
    if (done)
        witness_export(shell->station, path);
    g_autofree char *said =
        done ? g_strdup_printf(_("Written: %s"), path) : g_strdup(error->message);
    dash_shell_say(self->shell, said);
}

gboolean
dash_view_review_do(DashShell *shell, DashAct act, const char *arg, int64_t n)
{
    (void)arg;
    Reviewing *self = reviewing(shell);
    DashReviewState *s = &self->state;
    look_at_run(self);
    if (do_trial(self, act) || do_move(self, act))
        return TRUE;
    if (act == DASH_ACT_REVIEW_CHOOSE)
        choose(self, n);
    else if (act == DASH_ACT_REVIEW_SPAN)
        next_span(self);
    else if (act == DASH_ACT_REVIEW_LIST || (act == DASH_ACT_BACK && s->list))
        show_list(self);
    else if (act == DASH_ACT_REVIEW_EXPORT)
        export_csv(self);
    else if (act == DASH_ACT_OPEN && s->list)
        open_bed(self, self->listed && s->list_row < self->listed->len
                           ? g_array_index(self->listed, DashBurdenAlarm, s->list_row).bed
                           : NULL);
    else if (act == DASH_ACT_OPEN && s->table == DASH_REVIEW_BEDS)
        open_bed(self, chosen_name(self, DASH_REVIEW_BEDS));
    else if (act == DASH_ACT_OPEN)
        show_list(self);
    else
        return FALSE;
    return TRUE;
}

/* `vicu demo`: the ward on recorded patients through every process.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/demo.h"

#include <signal.h>
#include <string.h>

#include <glib-unix.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/folder.h"
#include "tools/dispatch.h"
#include "tools/installation.h"
#include "tools/judge.h"
#include "tools/verbs.h"

#define ALL_BEDS_US         (20 * G_USEC_PER_SEC)
#define LIVE_US             (3 * G_USEC_PER_SEC)
#define SETTLE_US           (3 * G_USEC_PER_SEC / 2) /* for what is under way when the senders leave */
#define LEAVE_US            (4 * G_USEC_PER_SEC)
#define TOOL_DEMO_MOST_BEDS 200

/* --- the main loop, for as long as something is waited for --------------------------------- */

typedef gboolean (*Condition)(ToolDemo *self);

static gboolean
wake(gpointer user)
{
    (void)user;
    return G_SOURCE_CONTINUE;
}

/* TRUE once @condition holds; FALSE when the time is up, or somebody said stop and @stops. */
static gboolean
wait_for(ToolDemo *self, Condition condition, int64_t limit_us, gboolean stops)
{
    int64_t end_us = limit_us > 0 ? vicu_clock_boot_us() + limit_us : INT64_MAX;
    guint waker = g_timeout_add(50, wake, NULL);
    gboolean holds = FALSE;

    while (!(holds = condition(self)) && vicu_clock_boot_us() < end_us && !(stops && self->stop))
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(waker);
    return holds;
}

static gboolean
never(ToolDemo *self)
{
    (void)self;
    return FALSE;
}

static gboolean
window_is_closed(ToolDemo *self)
{
    return self->window && tool_supervisor_is_gone(self->supervisor, "dashboard");
}

/* Beds that rules know to be there. */
static size_t
beds_at_the_desk(ToolDemo *self)
{
    size_t n = 0, present = 0;
    g_autofree const Vicu__StateItem **items =
        tool_stand_items(self->stand, VICU__SUBJECT__SUBJECT_BED, &n);

    for (size_t i = 0; i < n; i++)
        present +=
            items[i]->bed != NULL && items[i]->bed->presence == VICU__PRESENCE__PRESENCE_PRESENT;
    return present;
}

static gboolean
all_beds_show_data(ToolDemo *self)
{
    size_t beds = tool_watch_beds(self->watch, vicu_clock_utc_us(), LIVE_US);

    return beds >= (size_t)self->options.beds && tool_supervisor_all_ready(self->supervisor)
           && tool_stand_is_level(self->stand)
           && beds_at_the_desk(self) >= (size_t)self->options.beds;
}

static gboolean
pictures_have_ended(ToolDemo *self)
{
    return tool_supervisor_is_gone(self->supervisor, "dashboard");
}

static gboolean
stand_is_level(ToolDemo *self)
{
    return tool_stand_is_level(self->stand);
}

static gboolean
senders_have_left(ToolDemo *self)
{
    return tool_supervisor_is_gone(self->supervisor, "sim")
           && tool_supervisor_is_gone(self->supervisor, "collector");
}

/* --- what comes in ------------------------------------------------------------------------ */

static void
on_live(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    ToolDemo *self = user;
    const VicuEnvelope *e = &message->envelope;

    (void)socket;
    if (e->kind != VICU__KIND__KIND_LIVE)
        return;
    g_autoptr(Vicu__Batch) batch =
        vicu_wire_unpack_batch(message->body.data, message->body.size, NULL);
    if (batch == NULL)
        return;
    tool_watch_take(self->watch, e, batch, vicu_clock_utc_us());
    if (self->oracle != NULL)
        tool_oracle_seen(self->oracle, &e->sender, e->epoch, e->sequence, message->body.data,
                         message->body.size);
}

static void
on_alarm(const Vicu__StateItem *item, gboolean removed, gpointer user)
{
    ToolDemo *self = user;

    if (removed || item->body_case != VICU__STATE_ITEM__BODY_ALARM)
        return;
    g_autoptr(GBytes) packed = vicu_wire_pack(&item->base);
    gsize size = 0;
    const void *data = g_bytes_get_data(packed, &size);
    Vicu__StateItem *copy = vicu_wire_unpack_state_item(data, size, NULL);
    if (copy == NULL)
        return;
    gboolean is_new = g_hash_table_replace(self->alarms, g_strdup(item->alarm->id), copy);
    /* Silence has no last sample; only alarms over data say how fast data became an alarm. */
    if (is_new && !item->alarm->technical && tool_stand_is_level(self->stand))
        tool_spread_add(&self->alarm_ms,
                        (double)(vicu_clock_utc_us() - item->alarm->t_raised_us) / 1e3);
}

/* --- phases ------------------------------------------------------------------------------- */

static gboolean
on_stop(gpointer user)
{
    ((ToolDemo *)user)->stop = TRUE;
    return G_SOURCE_CONTINUE;
}

static gboolean
make_root(ToolDemo *self, const char *dir, GError **error)
{
    g_autofree char *own = NULL;

    if (dir == NULL) {
        own = g_dir_make_tmp("vicu-demo-XXXXXX", error);
        if (own == NULL)
            return FALSE;
        self->own_root = TRUE;
    }
    self->root = vicu_root_new(dir != NULL ? dir : own, error);
    return self->root != NULL && vicu_root_make(self->root, error);
}

static gboolean
open_client(ToolDemo *self, GError **error)
{
    VicuRoot *root = vicu_root_new(self->root->dir, error);

    self->client = root != NULL ? tool_client_open_root(root, error) : NULL;
    if (self->client == NULL)
        return FALSE;
    self->live =
        tool_client_connect(self->client, VICU_SOCKET_SUB, "live", "hub-live", "hub", error);
    self->stand = self->live != NULL ? tool_stand_new(self->client, error) : NULL;
    if (self->stand == NULL)
        return FALSE;
    vicu_socket_listen(self->live, on_live, NULL, self);
    tool_stand_on_change(self->stand, on_alarm, self);
    return TRUE;
}

static gboolean
begin(ToolDemo *self, const char *dir, GError **error)
{
    size_t made = 0;

    if (!make_root(self, dir, error) || !tool_installation_keys(self->root, &made, error)
        || !tool_demo_write_settings(self, error))
        return FALSE;
    self->picture = g_build_filename(self->root->dir, "wall.png", NULL);
    self->supervisor = tool_supervisor_new(self->root, error);
    if (self->supervisor == NULL)
        return FALSE;
    tool_demo_add_processes(self);
    if (!open_client(self, error))
        return FALSE;
    self->witness = tool_witness_new(self->supervisor, self->client, self->root, "vicu demo");
    return tool_supervisor_start(self->supervisor, error);
}

/* The senders leave, then the store is asked for all that they sent. */
static gboolean
judge(ToolDemo *self, GError **error)
{
    g_autofree char *spool = g_build_filename(self->root->dir, "collector", "spool", NULL);

    wait_for(self, stand_is_level, LEAVE_US, FALSE);
    if (!tool_judge_alarms(self->client, self->stand, self->alarms, &self->alarms_lost, error))
        return FALSE;
    tool_supervisor_retire(self->supervisor, "sim");
    wait_for(self, never, G_USEC_PER_SEC / 4, FALSE);
    tool_supervisor_retire(self->supervisor, "collector");
    wait_for(self, senders_have_left, LEAVE_US, FALSE);
    wait_for(self, never, SETTLE_US, FALSE);
    if (!tool_judge_sender(self->client, self->oracle, "collector", spool, error))
        return FALSE;
    self->verdict = tool_oracle_judge(self->oracle);
    self->judged = TRUE;
    return TRUE;
}

static int
found_wanting(ToolDemo *self)
{
    int status = TOOL_DONE;

    if (self->beds_live < (size_t)self->options.beds) {
        fprintf(stderr, "vicu demo: %zu of %d beds were live at the end\n", self->beds_live,
                self->options.beds);
        status = TOOL_WANTING;
    }
    if (self->judged && self->alarms_lost > 0) {
        fprintf(stderr, "vicu demo: %u alarms are lost\n", self->alarms_lost);
        status = TOOL_WANTING;
    }
    if (self->judged && (self->verdict.lost > 0 || self->verdict.altered > 0)) {
        fprintf(stderr,
                "vicu demo: %" G_GUINT64_FORMAT " acknowledged batches are lost, %" G_GUINT64_FORMAT
                " are altered\n",
                self->verdict.lost, self->verdict.altered);
        status = TOOL_WANTING;
    }
    return status;
}

static int
play(ToolDemo *self, gboolean json, GError **error)
{
    gboolean all = wait_for(self, all_beds_show_data, ALL_BEDS_US, TRUE);
    if (!all) {
        self->beds_live = tool_watch_beds(self->watch, vicu_clock_utc_us(), LIVE_US);
        g_set_error(error, VICU_ERROR, VICU_ERROR_TIMEOUT,
                    "%zu of %d beds showed data within 20 s; the logs are in %s", self->beds_live,
                    self->options.beds, self->root->log);
        if (json)
            tool_demo_print_json(self);
        return TOOL_WANTING;
    }
    double cpu_before_s = 0, rss_mib = 0;
    int64_t began_us = vicu_clock_boot_us();
    tool_watch_restart_ages(self->watch);
    tool_demo_sum_up(self, &cpu_before_s, &rss_mib);
    tool_demo_note_endpoints(self);
    if (!self->options.quiet)
        tool_demo_print_start(self);
    wait_for(self, window_is_closed, self->options.for_us, TRUE);
    self->beds_live = tool_watch_beds(self->watch, vicu_clock_utc_us(), LIVE_US);
    tool_demo_sum_up(self, &self->cpu_s, &self->rss_mib);
    self->cpu_s -= cpu_before_s;
    self->live_ms = tool_watch_figures(self->watch)->age_ms;
    self->run_s = (double)(vicu_clock_boot_us() - began_us) / 1e6;
    /* A picture of a ward that is being taken down would only mislead. */
    tool_supervisor_retire(self->supervisor, "dashboard");
    wait_for(self, pictures_have_ended, LEAVE_US, FALSE);
    if (self->oracle != NULL && !judge(self, error))
        return TOOL_WANTING;
    if (json)
        tool_demo_print_json(self);
    else if (!self->options.quiet)
        tool_demo_print_end(self);
    return found_wanting(self);
}

static void
over(ToolSupervisor *supervisor, gpointer user)
{
    (void)supervisor;
    *(gboolean *)user = TRUE;
}

static void
end(ToolDemo *self)
{
    gboolean gone = FALSE;

    if (self->supervisor != NULL && tool_supervisor_n_children(self->supervisor) > 0
        && tool_supervisor_is_started(self->supervisor)) {
        tool_supervisor_stop(self->supervisor, over, &gone);
        while (!gone)
            g_main_context_iteration(NULL, TRUE);
    }
    g_clear_pointer(&self->witness, tool_witness_free);
    g_clear_pointer(&self->stand, tool_stand_free);
    g_clear_pointer(&self->live, vicu_socket_free);
    g_clear_pointer(&self->client, tool_client_free);
    g_clear_pointer(&self->supervisor, tool_supervisor_free);
    g_clear_pointer(&self->watch, tool_watch_free);
    g_clear_pointer(&self->oracle, tool_oracle_free);
    g_clear_pointer(&self->endpoints, g_hash_table_unref);
    g_clear_pointer(&self->alarms, g_hash_table_unref);
    if (self->own_root && !self->options.keep && self->root != NULL)
        vicu_folder_remove(self->root->dir);
    else if (self->root != NULL)
        fprintf(stderr, "vicu demo: everything is kept in %s\n", self->root->dir);
    g_clear_pointer(&self->root, vicu_root_free);
    g_clear_pointer(&self->picture, g_free);
}

int
tool_demo_run(ToolDemo *self, const char *dir, gboolean json)
{
    g_autoptr(GError) error = NULL;
    int status = TOOL_WANTING;

    self->watch = tool_watch_new();
    self->endpoints = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->alarms = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, vicu_wire_free);
    if (self->options.for_us > 0)
        self->oracle = tool_oracle_new();
    guint signals[] = {g_unix_signal_add(SIGINT, on_stop, self),
                       g_unix_signal_add(SIGTERM, on_stop, self)};
    if (begin(self, dir, &error))
        status = play(self, json, &error);
    if (error != NULL) {
        /* The logs explain it: kept for whoever has to look. */
        self->options.keep =
            self->supervisor != NULL && tool_supervisor_is_started(self->supervisor);
        fprintf(stderr, "vicu demo: %s\n", error->message);
    }
    end(self);
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
        g_source_remove(signals[i]);
    return status;
}

static gboolean
has_display(void)
{
    return VICU_HAVE_WINDOW && (g_getenv("WAYLAND_DISPLAY") != NULL || g_getenv("DISPLAY") != NULL);
}

int
tool_demo(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolCommon) common = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *duration = NULL;
    gboolean no_pictures = FALSE;
    ToolDemo self = {.verb = verb, .options = {.beds = 16}};
    const GOptionEntry entries[] = {
        {"beds", 0, 0, G_OPTION_ARG_INT, &self.options.beds,
         "How many beds, at most 200; more than the ward has are marked copies", "N"},
        {"headless", 0, 0, G_OPTION_ARG_NONE, &self.options.headless,
         "No window: a picture file under the root each 10 s", NULL},
        {"no-pictures", 0, 0, G_OPTION_ARG_NONE, &no_pictures, "No picture file either", NULL},
        {"for", 0, 0, G_OPTION_ARG_STRING, &duration,
         "End after this time, counted from when all beds show data, and compare spools and store",
         "60s"},
        {"keep", 0, 0, G_OPTION_ARG_NONE, &self.options.keep, "Keep the folder", NULL},
        G_OPTION_ENTRY_NULL,
    };
    int status = tool_options(verb, &argc, &argv, entries, &common, 0, 0);

    if (status >= 0)
        return status;
    if (self.options.beds < 1 || self.options.beds > TOOL_DEMO_MOST_BEDS)
        return tool_usage(verb, "--beds %d is outside 1..%d", self.options.beds,
                          TOOL_DEMO_MOST_BEDS);
    if (duration != NULL && !vicu_duration_parse(duration, &self.options.for_us, &error))
        return tool_usage(verb, "--for: %s", error->message);
    if (duration != NULL && self.options.for_us <= 0)
        return tool_usage(verb, "--for has to be longer than nothing");
    self.window = !self.options.headless && has_display();
    self.options.pictures = !no_pictures;
    return tool_demo_run(&self, common.root, common.json);
}

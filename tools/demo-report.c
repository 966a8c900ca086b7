/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "tools/demo.h"
#include "tools/installation.h"
#include "tools/words.h"

#define STATUS_US (G_USEC_PER_SEC)

void
tool_demo_note_endpoints(ToolDemo *self)
{
    g_autofree const char **names = g_new0(const char *, tool_n_processes);

    for (size_t i = 0; i < tool_n_processes; i++)
        names[i] = tool_processes[i].name;
    g_autofree Vicu__Status **status =
        tool_client_statuses(self->client, names, tool_n_processes, STATUS_US);
    for (size_t i = 0; i < tool_n_processes; i++) {
        for (size_t e = 0; status[i] != NULL && e < status[i]->n_endpoint; e++)
            g_hash_table_replace(self->endpoints, g_strdup(status[i]->endpoint[e]->name),
                                 g_strdup(status[i]->endpoint[e]->address));
        vicu_wire_free(status[i]);
    }
}

static void
write_endpoints(const ToolDemo *self, VicuJson *json)
{
    g_autoptr(GList) names =
        g_list_sort(g_hash_table_get_keys(self->endpoints), (GCompareFunc)strcmp);

    vicu_json_begin_object(json, "endpoints");
    for (const GList *name = names; name != NULL; name = name->next)
        vicu_json_text(json, name->data, g_hash_table_lookup(self->endpoints, name->data));
    vicu_json_end(json);
}

void
tool_demo_print_start(ToolDemo *self)
{
    FILE *out = stderr;

    fprintf(out,
            "\nThe demo ward runs: %d beds on recordings of real patients. vICU is supplemental.\n"
            "  folder    %s%s\n"
            "  monitors  HL7 over MLLP at 127.0.0.1:%u (simulated values)\n",
            self->options.beds, self->root->dir,
            self->own_root && !self->options.keep ? " (removed at the end)" : "", self->mllp_port);
    if (self->window)
        fprintf(out, "  wall      in a window\n");
    else if (self->options.pictures)
        fprintf(out, "  wall      %s, drawn anew each 10 s\n", self->picture);
    const char *portal = g_hash_table_lookup(self->endpoints, "portal");
    if (portal != NULL)
        fprintf(out,
                "  portal    %s; a link for a browser of this machine:\n"
                "            ./vicu keys token --role bedside --for 8h --link %s\n",
                portal, portal);
    fprintf(out, "\nTo try, in another terminal:\n"
                 "  ./vicu bed ls\n"
                 "  ./vicu alarm ls            (bed 7: about 45 s from now)\n"
                 "  ./vicu alarm explain ID\n"
                 "  ./vicu tail 7\n"
                 "  ./vicu snapshot --view bed --bed 7 --size 1920x1080 -o bed7.png\n"
                 "  kill -9 any of the processes in: ./vicu status\n"
                 "Ctrl-C ends it.\n\n");
}

static int
by_time(const void *a, const void *b)
{
    const Vicu__Alarm *x = (*(Vicu__StateItem *const *)a)->alarm,
                      *y = (*(Vicu__StateItem *const *)b)->alarm;

    return x->t_raised_us < y->t_raised_us ? -1 : x->t_raised_us > y->t_raised_us;
}

/* All alarms of the run in the order they were raised; caller frees the array only. */
static Vicu__StateItem **
alarms_of(const ToolDemo *self, guint *n)
{
    Vicu__StateItem **alarms = g_new0(Vicu__StateItem *, g_hash_table_size(self->alarms) + 1);
    GHashTableIter iter;
    gpointer item = NULL;

    *n = 0;
    g_hash_table_iter_init(&iter, self->alarms);
    while (g_hash_table_iter_next(&iter, NULL, &item))
        alarms[(*n)++] = item;
    qsort(alarms, *n, sizeof *alarms, by_time);
    return alarms;
}

static void
write_alarms(const ToolDemo *self, VicuJson *json)
{
    guint n = 0;
    g_autofree Vicu__StateItem **alarms = alarms_of(self, &n);

    vicu_json_begin_array(json, "alarms");
    for (guint i = 0; i < n; i++) {
        const Vicu__Alarm *alarm = alarms[i]->alarm;
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "id", alarm->id);
        vicu_json_text(json, "bed", alarm->bed);
        vicu_json_text(json, "rule", alarm->rule);
        vicu_json_text(json, "priority", tool_word_priority(alarm->priority));
        vicu_json_bool(json, "technical", alarm->technical);
        vicu_json_time(json, "t_condition", alarm->t_condition_us);
        vicu_json_time(json, "t_raised", alarm->t_raised_us);
        vicu_json_end(json);
    }
    vicu_json_end(json);
}

static void
write_p99(VicuJson *json, const char *key, const ToolSpread *spread)
{
    double value = 0;

    if (tool_spread_percentile(spread, 0.99, &value))
        vicu_json_number(json, key, value);
    else
        vicu_json_null(json, key);
}

static gboolean
is_daemon(const char *name)
{
    return tool_process_find(name) != NULL;
}

void
tool_demo_sum_up(ToolDemo *self, double *cpu_s, double *rss_mib)
{
    *cpu_s = *rss_mib = 0;
    for (size_t i = 0; i < tool_supervisor_n_children(self->supervisor); i++) {
        ToolChildView child;
        tool_supervisor_view(self->supervisor, i, &child);
        if (!is_daemon(child.name))
            continue;
        *cpu_s += child.cpu_s;
        *rss_mib += child.peak_rss_bytes / 1048576;
    }
}

static void
write_processes(ToolDemo *self, VicuJson *json)
{
    double cpu_s = 0, rss_mib = 0;

    tool_demo_sum_up(self, &cpu_s, &rss_mib);
    vicu_json_number(json, "cpu_s", cpu_s);
    vicu_json_number(json, "rss_mib", rss_mib);
    vicu_json_begin_object(json, "per_process");
    for (size_t i = 0; i < tool_supervisor_n_children(self->supervisor); i++) {
        ToolChildView child;
        tool_supervisor_view(self->supervisor, i, &child);
        vicu_json_begin_object(json, child.name);
        vicu_json_number(json, "cpu_s", child.cpu_s);
        vicu_json_number(json, "rss_mib", child.peak_rss_bytes / 1048576);
        vicu_json_integer(json, "restarts", child.restarts);
        vicu_json_end(json);
    }
    vicu_json_end(json);
}

static void
write_judgement(const ToolDemo *self, VicuJson *json)
{
    if (!self->judged) {
        vicu_json_null(json, "frames_acked");
        vicu_json_null(json, "frames_lost");
        return;
    }
    vicu_json_integer(json, "frames_acked", (int64_t)self->verdict.acked);
    vicu_json_integer(json, "frames_lost", (int64_t)self->verdict.lost);
    vicu_json_integer(json, "frames_altered", (int64_t)self->verdict.altered);
    vicu_json_integer(json, "frames_twice", (int64_t)self->verdict.twice);
    vicu_json_integer(json, "frames_spooled", (int64_t)self->verdict.spooled);
    vicu_json_integer(json, "alarms_lost", self->alarms_lost);
}

void
tool_demo_print_json(ToolDemo *self)
{
    g_autoptr(VicuJson) json = vicu_json_new();
    const ToolWatchFigures *seen = tool_watch_figures(self->watch);

    vicu_json_begin_object(json, NULL);
    vicu_json_integer(json, "beds_live", (int64_t)self->beds_live);
    write_judgement(self, json);
    write_alarms(self, json);
    write_p99(json, "p99_sample_to_alarm_ms", &self->alarm_ms);
    write_p99(json, "p99_sample_to_live_ms", &seen->age_ms);
    vicu_json_integer(json, "samples", (int64_t)seen->samples);
    vicu_json_integer(json, "live_dropped", (int64_t)seen->missed);
    write_processes(self, json);
    vicu_json_begin_array(json, "pictures");
    if (self->picture != NULL && g_file_test(self->picture, G_FILE_TEST_EXISTS))
        vicu_json_text(json, NULL, self->picture);
    vicu_json_end(json);
    write_endpoints(self, json);
    vicu_json_text(json, "root", self->root->dir);
    vicu_json_text(json, "dashboard", self->window ? "window" : "none");
    vicu_json_end(json);
    vicu_json_print(json, stdout);
    fflush(stdout);
}

void
tool_demo_print_end(ToolDemo *self)
{
    guint n = 0;
    g_autofree Vicu__StateItem **alarms = alarms_of(self, &n);
    double p99 = 0;

    printf("%zu of %d beds live; %u alarms were raised\n", self->beds_live, self->options.beds, n);
    for (guint i = 0; i < n; i++)
        printf("  %-8s %-16s %s: %s\n", tool_word_priority(alarms[i]->alarm->priority),
               alarms[i]->alarm->bed, alarms[i]->alarm->rule, alarms[i]->alarm->text);
    if (self->judged)
        printf("%" G_GUINT64_FORMAT " batches acknowledged, %" G_GUINT64_FORMAT
               " lost, %" G_GUINT64_FORMAT " altered, %" G_GUINT64_FORMAT " still in spools\n",
               self->verdict.acked, self->verdict.lost, self->verdict.altered,
               self->verdict.spooled);
    if (tool_spread_percentile(&tool_watch_figures(self->watch)->age_ms, 0.99, &p99))
        printf("sample to picture: 99 %% within %.1f ms\n", p99);
}

/* `vicu status`: what each process of the running installation says of itself.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "tools/client.h"
#include "tools/supervise.h"
#include "tools/verbs.h"

#define PATIENCE_US (G_USEC_PER_SEC)

/* One process as the supervisor's file has it, and as it answered (NULL: it did not). */
typedef struct {
    char *name;
    int pid;
    char *state;
    int restarts;
    gboolean is_daemon; /* has a status socket */
    Vicu__Status *status;
} Row;

static void
row_free(gpointer data)
{
    Row *row = data;

    g_free(row->name);
    g_free(row->state);
    vicu_wire_free(row->status);
    g_free(row);
}

/* Every process of the state file; and those with a status socket that nobody supervises. */
static GPtrArray *
rows_of(const VicuRoot *root)
{
    GPtrArray *rows = g_ptr_array_new_with_free_func(row_free);
    g_autofree char *path = g_build_filename(root->run, TOOL_SUPERVISOR_STATE, NULL);
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GDir) dir = g_dir_open(root->run, 0, NULL);
    const char *name = NULL;

    g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL);
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    for (int i = 0; groups[i] != NULL; i++) {
        Row *row = g_new0(Row, 1);
        row->name = g_strdup(groups[i]);
        row->pid = g_key_file_get_integer(file, groups[i], "pid", NULL);
        row->state = g_key_file_get_string(file, groups[i], "state", NULL);
        row->restarts = g_key_file_get_integer(file, groups[i], "restarts", NULL);
        row->is_daemon = g_key_file_get_boolean(file, groups[i], "daemon", NULL);
        g_ptr_array_add(rows, row);
    }
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        const char *end = g_strrstr(name, "-status.ipc");
        g_autofree char *process = end != NULL ? g_strndup(name, (gsize)(end - name)) : NULL;
        if (process == NULL || g_strv_contains((const char *const *)groups, process))
            continue;
        Row *row = g_new0(Row, 1);
        row->name = g_steal_pointer(&process);
        row->state = g_strdup("on its own");
        row->is_daemon = TRUE;
        g_ptr_array_add(rows, row);
    }
    return rows;
}

static void
ask(ToolClient *client, GPtrArray *rows)
{
    g_autofree const char **names = g_new0(const char *, rows->len + 1);
    g_autofree Row **asked = g_new0(Row *, rows->len + 1);
    size_t n = 0;

    for (guint i = 0; i < rows->len; i++) {
        Row *row = rows->pdata[i];
        if (!row->is_daemon)
            continue;
        names[n] = row->name;
        asked[n++] = row;
    }
    g_autofree Vicu__Status **status = tool_client_statuses(client, names, n, PATIENCE_US);
    for (size_t i = 0; i < n; i++)
        asked[i]->status = status[i];
}

/* A process that has no status socket is well while it runs. */
static gboolean
is_well(const Row *row)
{
    if (!row->is_daemon)
        return row->pid != 0;
    return row->status != NULL && row->status->ready && row->status->n_condition == 0;
}

static void
print_row(const Row *row, int64_t now_us)
{
    const Vicu__Status *s = row->status;

    if (!row->is_daemon) {
        printf("%-12s %-10s process %d, restarted %d times\n", row->name, row->state, row->pid,
               row->restarts);
        return;
    }
    if (s == NULL) {
        printf("%-12s %-10s gives no answer\n", row->name, row->state);
        return;
    }
    g_autofree char *age = vicu_duration_format(now_us - s->started_us);
    printf("%-12s %-10s process %u, version %s, up %s", row->name, s->ready ? "ready" : "not ready",
           s->pid, s->version, age);
    if (row->restarts > 0)
        printf(", restarted %d times", row->restarts);
    putchar('\n');
    for (size_t i = 0; i < s->n_condition; i++) {
        g_autofree char *since = vicu_duration_format(now_us - s->condition[i]->since_us);
        printf("    MISSING %s: %s (for %s)\n", s->condition[i]->cause, s->condition[i]->text,
               since);
    }
    for (size_t i = 0; i < s->n_endpoint; i++)
        printf("    %-28s %s\n", s->endpoint[i]->name, s->endpoint[i]->address);
    for (size_t i = 0; i < s->n_counter; i++) {
        char number[32];
        vicu_number_format(s->counter[i]->value, number);
        printf("    %-28s %s%s%s\n", s->counter[i]->name, number,
               strcmp(s->counter[i]->unit, "1") == 0 ? "" : " ",
               strcmp(s->counter[i]->unit, "1") == 0 ? "" : s->counter[i]->unit);
    }
}

static void
write_status(VicuJson *json, const Vicu__Status *s, int64_t now_us)
{
    vicu_json_text(json, "version", s->version);
    vicu_json_number(json, "up_s", (double)(now_us - s->started_us) / 1e6);
    vicu_json_begin_object(json, "counters");
    for (size_t i = 0; i < s->n_counter; i++)
        vicu_json_number(json, s->counter[i]->name, s->counter[i]->value);
    vicu_json_end(json);
    vicu_json_begin_array(json, "missing");
    for (size_t i = 0; i < s->n_condition; i++) {
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "cause", s->condition[i]->cause);
        vicu_json_text(json, "text", s->condition[i]->text);
        vicu_json_time(json, "since", s->condition[i]->since_us);
        vicu_json_end(json);
    }
    vicu_json_end(json);
}

static void
print_json(const VicuRoot *root, GPtrArray *rows, int64_t now_us)
{
    g_autoptr(VicuJson) json = vicu_json_new();

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "root", root->dir);
    vicu_json_begin_array(json, "processes");
    for (guint i = 0; i < rows->len; i++) {
        const Row *row = rows->pdata[i];
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "name", row->name);
        vicu_json_integer(json, "pid", row->status != NULL ? (int64_t)row->status->pid : row->pid);
        vicu_json_text(json, "state", row->state);
        vicu_json_integer(json, "restarts", row->restarts);
        vicu_json_bool(json, "answers", row->status != NULL);
        vicu_json_bool(json, "ready", row->status != NULL && row->status->ready);
        if (row->status != NULL)
            write_status(json, row->status, now_us);
        vicu_json_end(json);
    }
    vicu_json_end(json);
    vicu_json_begin_object(json, "endpoints");
    for (guint i = 0; i < rows->len; i++) {
        const Vicu__Status *s = ((Row *)rows->pdata[i])->status;
        for (size_t e = 0; s != NULL && e < s->n_endpoint; e++)
            vicu_json_text(json, s->endpoint[e]->name, s->endpoint[e]->address);
    }
    vicu_json_end(json);
    vicu_json_end(json);
    vicu_json_print(json, stdout);
}

int
tool_status(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolCommon) common = {0};
    g_autoptr(GError) error = NULL;
    gboolean all = TRUE;
    int status = tool_options(verb, &argc, &argv, NULL, &common, 0, 0);

    if (status >= 0)
        return status;
    g_autoptr(ToolClient) client = tool_client_open_running(common.root, &error);
    if (client == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    g_autoptr(GPtrArray) rows = rows_of(tool_client_root(client));
    ask(client, rows);
    for (guint i = 0; i < rows->len; i++) {
        const Row *row = rows->pdata[i];
        all = all && is_well(row);
        if (!common.json)
            print_row(row, vicu_clock_utc_us());
    }
    if (common.json)
        print_json(tool_client_root(client), rows, vicu_clock_utc_us());
    return all && rows->len > 0 ? TOOL_DONE : TOOL_WANTING;
}

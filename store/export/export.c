/* SPDX-License-Identifier: Apache-2.0 */
#include "store/export/export.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/bed-name.h"
#include "common/clock.h"
#include "common/error.h"
#include "common/json.h"
#include "common/offline.h"
#include "common/options.h"
#include "common/progress.h"
#include "common/root.h"
#include "store/export/out.h"

#define KEY         "operator"
#define PATIENCE_US (20 * (int64_t)G_USEC_PER_SEC)

typedef struct {
    char *root, *from, *to, *format, *codec, *folder, *reason;
    char *signals;
    gboolean force, json;
    int64_t from_us, to_us;
} Options;

typedef struct {
    const Options *o;
    char *bed;
    VicuKeys *keys;
    VicuContext *context;
    VicuOffline *offline;
    VicuQueryClient *store;
    GPtrArray *streams;
    GArray *annotations;
    GPtrArray *notes;
    VicuProgress *progress;
    StoreExportOut *out; /* borrowed */
    uint64_t pulled;     /* of the streams before the one at hand */
    uint64_t samples;
} Export;

static int usage(const char *format, ...) G_GNUC_PRINTF(1, 2);

static int
usage(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_printerr("vicu export: %s\nUsage: vicu export BED --from TIME --to TIME --format "
               "wfdb|csv|edf -o DIR\nExample: vicu export 7 --from -1h --to now --format wfdb -o "
               "out\n",
               text);
    return 2;
}

/* ---- the bed and its streams ---- */

typedef struct {
    const char *text;
    char *found, *other;
} Finding;

static void
on_beds(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    Finding *finding = user;

    for (size_t i = 0; rows != NULL && error == NULL && i < rows->n_stream; i++) {
        const char *bed = rows->stream[i]->bed;
        bool is = strcmp(bed, finding->text) == 0 || vicu_bed_ends_in(bed, finding->text);
        if (!is || g_strcmp0(finding->found, bed) == 0)
            continue;
        if (finding->found == NULL)
            finding->found = g_strdup(bed);
        else if (finding->other == NULL)
            finding->other = g_strdup(bed);
    }
}

static bool
find_bed(Export *self, const char *text, GError **error)
{
    Finding finding = {.text = text};
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryStreams streams = VICU__QUERY_STREAMS__INIT;

    ask.what_case = VICU__QUERY__WHAT_STREAMS;
    ask.streams = &streams;
    bool ok = vicu_query_wait(self->store, &ask, "export", PATIENCE_US, on_beds, &finding, error);
    if (ok && (finding.found == NULL || finding.other != NULL)) {
        if (finding.found == NULL)
            g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT, "the store has no bed \"%s\"", text);
        else
            g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                        "bed \"%s\" is both %s and %s: say more of its name", text, finding.found,
                        finding.other);
        ok = false;
    }
    self->bed = g_steal_pointer(&finding.found);
    g_free(finding.other);
    return ok;
}

/* ---- the audit ---- */

static void
on_written(const GError *error, gpointer user)
{
    bool *written = user;

    *written = error == NULL;
}

/* Before anything is read: an export that cannot be put on record does not happen. */
static bool
audit(Export *self, GError **error)
{
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
    g_autofree char *from = vicu_time_format(self->o->from_us);
    g_autofree char *to = vicu_time_format(self->o->to_us);
    g_autofree char *detail = g_strdup_printf("%s, %s to %s, signals %s", self->o->format, from, to,
                                              self->o->signals != NULL ? self->o->signals : "all");
    gboolean written = FALSE;

    record.who = (char *)vicu_keys_name(self->keys);
    record.role = (char *)vicu_keys_role(self->keys);
    record.what = (char *)"export";
    record.bed = self->bed;
    record.t_us = vicu_clock_utc_us();
    record.from = (char *)"vicu export";
    record.why = (char *)(self->o->reason != NULL ? self->o->reason : "");
    record.detail = detail;
    bool durable = false;
    if (vicu_query_put_audit(self->store, &record, on_written, &durable)) {
        int64_t end_us = vicu_clock_boot_us() + PATIENCE_US;
        while (!durable && vicu_clock_boot_us() < end_us)
            vicu_context_run_until(self->context, &written, 20000);
    }
    if (!durable)
        g_set_error(error, VICU_ERROR, VICU_ERROR_TIMEOUT,
                    "the export could not be written into the audit: nothing was exported");
    return durable;
}

/* ---- pulling ---- */

static volatile sig_atomic_t stopped;

static void
on_signal(int number)
{
    (void)number;
    stopped = 1;
}

static void
on_progress(uint64_t samples, gpointer user)
{
    Export *self = user;

    if (stopped) { /* an answer under way has no other end; nothing is written yet */
        g_clear_pointer(&self->progress, vicu_progress_free);
        store_export_out_free(self->out);
        g_printerr("vicu export: interrupted: nothing was exported\n");
        _exit(1);
    }
    vicu_progress_set(self->progress, self->pulled + samples);
}

static void
on_events(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    Export *self = user;

    for (size_t i = 0; rows != NULL && error == NULL && i < rows->n_event; i++) {
        const Vicu__Event *event = rows->event[i];
        StoreExportAnnotation a = {event->t_us, NULL};
        if (strcmp(event->kind, "annotation") != 0 || strcmp(event->bed, self->bed) != 0)
            continue;
        a.text = g_strdup(event->text);
        g_array_append_val(self->annotations, a);
    }
}

static bool
pull_annotations(Export *self, GError **error)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryEvents events = VICU__QUERY_EVENTS__INIT;

    events.bed = self->bed;
    events.from_us = self->o->from_us;
    events.to_us = self->o->to_us;
    ask.what_case = VICU__QUERY__WHAT_EVENTS;
    ask.events = &events;
    return vicu_query_wait(self->store, &ask, "export", PATIENCE_US, on_events, self, error);
}

/* About how many samples there will be. */
static uint64_t
estimate(const Export *self)
{
    double n = 0;

    for (guint i = 0; i < self->streams->len; i++) {
        const StoreExportStream *s = self->streams->pdata[i];
        int64_t from_us = MAX(s->first_us, self->o->from_us);
        int64_t to_us = MIN(s->last_us, self->o->to_us);
        if (s->wave && s->period_num > 0 && to_us > from_us)
            n += (double)(to_us - from_us) / 1e6 * s->period_den / s->period_num;
    }
    return (uint64_t)n;
}

static void
note(Export *self, char *text)
{
    g_ptr_array_add(self->notes, text);
}

/* Streams with something in them; numerics as runs where the format needs them. */
static bool
pull_all(Export *self, const char *folder, bool as_runs, GError **error)
{
    g_auto(GStrv) wanted = self->o->signals != NULL ? g_strsplit(self->o->signals, ",", -1) : NULL;
    StoreExportPull pull = {self->store,
                            self->bed,
                            self->o->from_us,
                            self->o->to_us,
                            self->o->reason != NULL ? self->o->reason : "export",
                            folder,
                            on_progress,
                            self};

    self->streams = store_export_list(&pull, wanted, error);
    if (self->streams == NULL)
        return false;
    self->progress = vicu_progress_new("export", "samples", estimate(self));
    for (guint i = 0; i < self->streams->len && !stopped; i++) {
        StoreExportStream *s = self->streams->pdata[i];
        if (!store_export_pull(&pull, s, error))
            return false;
        self->pulled += s->n;
        self->samples += s->n + (s->values != NULL ? s->values->len : 0);
        if (s->overlap > 0)
            note(self, g_strdup_printf("%s: %" G_GUINT64_FORMAT
                                       " samples lay over others and were left out",
                                       s->name, s->overlap));
    }
    g_clear_pointer(&self->progress, vicu_progress_free);
    for (guint i = self->streams->len; i-- > 0;) {
        StoreExportStream *s = self->streams->pdata[i];
        bool empty = s->wave ? s->runs->len == 0 : s->values == NULL || s->values->len == 0;
        g_autofree char *why = !empty && !s->wave && as_runs ? store_export_number_runs(s) : NULL;
        if (why != NULL)
            note(self, g_strdup_printf("%s is left out: %s; --format csv has it", s->name, why));
        if (empty || why != NULL)
            g_ptr_array_remove_index(self->streams, i);
    }
    if (stopped)
        g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED, "interrupted: nothing was exported");
    else if (self->streams->len == 0)
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                    "bed %s has nothing to export in that time", self->bed);
    return !stopped && self->streams->len > 0;
}

/* ---- writing ---- */

/* "site/icu/7" as a file's name. */
static char *
record_name(const char *bed)
{
    char *name = g_strdup(bed);

    return g_strdelimit(name, "/", '-');
}

static bool
write_all(Export *self, StoreExportOut *out, GError **error)
{
    g_autofree char *name = record_name(self->bed);
    StoreExportJob job = {
        .out = out,
        .bed = self->bed,
        .name = name,
        .from_us = self->o->from_us,
        .to_us = self->o->to_us,
        .flac = self->o->codec != NULL,
        .annotations = self->annotations,
        .notes = self->notes,
    };

    if (strcmp(self->o->format, "csv") == 0)
        return store_export_csv(&job, self->streams, error) && store_export_out_commit(out, error);
    g_autoptr(GPtrArray) records = store_export_plan(self->streams);
    bool ok = strcmp(self->o->format, "edf") == 0 ? store_export_edf(&job, records, error)
                                                  : store_export_wfdb(&job, records, error);
    return ok && store_export_out_commit(out, error);
}

static void
print_result(const Export *self, const StoreExportOut *out)
{
    const GPtrArray *names = store_export_out_names(out);

    if (!self->o->json) {
        for (guint i = 0; i < self->notes->len; i++)
            g_printerr("vicu export: %s\n", (char *)self->notes->pdata[i]);
        printf("%s: %" G_GUINT64_FORMAT " samples and values of %u signals in %u files in %s\n",
               self->bed, self->samples, self->streams->len, names->len, self->o->folder);
        return;
    }
    g_autoptr(VicuJson) json = vicu_json_new();
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "bed", self->bed);
    vicu_json_text(json, "format", self->o->format);
    vicu_json_time(json, "from", self->o->from_us);
    vicu_json_time(json, "to", self->o->to_us);
    vicu_json_integer(json, "samples", (int64_t)self->samples);
    vicu_json_begin_array(json, "signals");
    for (guint i = 0; i < self->streams->len; i++)
        vicu_json_text(json, NULL, ((StoreExportStream *)self->streams->pdata[i])->name);
    vicu_json_end(json);
    vicu_json_begin_array(json, "files");
    for (guint i = 0; i < names->len; i++)
        vicu_json_text(json, NULL, names->pdata[i]);
    vicu_json_end(json);
    vicu_json_begin_array(json, "notes");
    for (guint i = 0; i < self->notes->len; i++)
        vicu_json_text(json, NULL, self->notes->pdata[i]);
    vicu_json_end(json);
    vicu_json_end(json);
    vicu_json_print(json, stdout);
}

/* The store, or where it does not run its files. */
static VicuQueryClient *
connect_store(Export *self, const VicuRoot *root, GError **error)
{
    g_autofree char *running = vicu_root_endpoint(root, "store-query");
    const char *endpoint = running;

    if (vicu_offline_has_files(root) && !vicu_offline_store_runs(self->context, root)) {
        g_autofree char *program = g_file_read_link("/proc/self/exe", error);
        self->offline =
            program != NULL ? vicu_offline_start(root, program, "vicu export", error) : NULL;
        if (self->offline == NULL)
            return NULL;
        endpoint = vicu_offline_endpoint(self->offline);
    }
    return vicu_query_client_new(self->context, endpoint, "store", "", error);
}

static bool export(Export *self, const VicuRoot *root, const char *bed, GError **error)
{
    g_autoptr(StoreExportOut) out = store_export_out_new(self->o->folder, self->o->force, error);

    if (out == NULL)
        return false;
    self->out = out;
    self->keys = vicu_keys_open(root->keys, KEY, error);
    self->context = self->keys != NULL ? vicu_context_new(self->keys, NULL, error) : NULL;
    self->store = self->context != NULL ? connect_store(self, root, error) : NULL;
    bool ok =
        self->store != NULL && find_bed(self, bed, error) && audit(self, error)
        && pull_all(self, store_export_out_part(out), strcmp(self->o->format, "csv") != 0, error)
        && pull_annotations(self, error) && write_all(self, out, error);
    if (ok)
        print_result(self, out);
    return ok;
}

static void
annotation_clear(gpointer data)
{
    g_free(((StoreExportAnnotation *)data)->text);
}

static int
run(const Options *o, const char *bed)
{
    Export self = {.o = o};
    g_autoptr(GError) error = NULL;
    g_autoptr(VicuRoot) root =
        o->root != NULL ? vicu_root_new(o->root, &error) : vicu_root_find_running(NULL, &error);

    self.annotations = g_array_new(FALSE, FALSE, sizeof(StoreExportAnnotation));
    g_array_set_clear_func(self.annotations, annotation_clear);
    self.notes = g_ptr_array_new_with_free_func(g_free);
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    bool ok = root != NULL && export(&self, root, bed, &error);
    g_clear_pointer(&self.progress, vicu_progress_free);
    if (!ok)
        g_printerr("vicu export: %s\n", error->message);
    if (self.streams != NULL)
        g_ptr_array_unref(self.streams);
    g_array_unref(self.annotations);
    g_ptr_array_unref(self.notes);
    g_clear_pointer(&self.store, vicu_query_client_free);
    g_clear_pointer(&self.offline, vicu_offline_free);
    g_clear_pointer(&self.context, vicu_context_free);
    g_clear_pointer(&self.keys, vicu_keys_free);
    g_free(self.bed);
    return ok && fflush(stdout) == 0 ? 0 : 1;
}

static int
judge(Options *o, int n, char **words)
{
    g_autoptr(GError) error = NULL;
    int64_t now_us = vicu_clock_utc_us();

    if (n != 1)
        return usage(n < 1 ? "needs BED" : "\"%s\" is one word too many", words[1]);
    if (o->format == NULL || o->folder == NULL || o->from == NULL)
        return usage("needs --from, --format and -o");
    if (strcmp(o->format, "fhir") == 0 || strcmp(o->format, "hl7") == 0)
        return usage("--format %s is not in this version; there are wfdb, csv and edf", o->format);
    if (strcmp(o->format, "wfdb") != 0 && strcmp(o->format, "csv") != 0
        && strcmp(o->format, "edf") != 0)
        return usage("--format %s: expected wfdb, csv or edf", o->format);
    if (o->codec != NULL && (strcmp(o->codec, "flac") != 0 || strcmp(o->format, "wfdb") != 0))
        return usage("--codec flac is the only codec, and for wfdb");
    if (!vicu_time_parse(o->from, now_us, &o->from_us, &error)
        || !vicu_time_parse(o->to != NULL ? o->to : "now", now_us, &o->to_us, &error))
        return usage("%s", error->message);
    if (o->from_us >= o->to_us)
        return usage("--from has to be before --to");
    return run(o, words[0]);
}

int
store_export_main(int argc, char **argv)
{
    Options o = {0};
    g_autoptr(GError) error = NULL;
    const GOptionEntry entries[] = {
        {"from", 0, 0, G_OPTION_ARG_STRING, &o.from, "Beginning, ISO 8601 or relative (-1h)",
         "TIME"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &o.to, "End, not included (now)", "TIME"},
        {"format", 0, 0, G_OPTION_ARG_STRING, &o.format, "wfdb, csv or edf", "FORMAT"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o.folder, "Folder for the files", "DIR"},
        {"signals", 0, 0, G_OPTION_ARG_STRING, &o.signals, "Only these, by name or label", "A,B"},
        {"codec", 0, 0, G_OPTION_ARG_STRING, &o.codec, "flac: WFDB formats 508 and 516", "CODEC"},
        {"reason", 0, 0, G_OPTION_ARG_STRING, &o.reason, "Why, for the audit", "TEXT"},
        {"force", 0, 0, G_OPTION_ARG_NONE, &o.force, "Replace files that are there", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &o.json, "Print JSON", NULL},
        {"root", 0, 0, G_OPTION_ARG_FILENAME, &o.root, "Folder of the installation", "DIR"},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new("BED");

    g_option_context_set_summary(context,
                                 "What the store has of a bed, as a recording: WFDB, CSV or EDF+.\n"
                                 "Gaps stay gaps, integers, gains and times stay as they are.");
    g_option_context_set_description(
        context, "Example:\n  vicu export 7 --from -1h --to now --format wfdb -o out\n");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!vicu_options_parse(context, "vicu export", &argc, &argv, &error))
        return usage("%s", error->message);
    int status = judge(&o, argc - 1, argv + 1);
    char *const texts[] = {o.root, o.from, o.to, o.format, o.codec, o.folder, o.signals, o.reason};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    return status;
}

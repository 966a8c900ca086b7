/* What the portal runs for a quality report: it asks the store in the name of a person and writes
 * the report to stdout, so that neither the asking nor the counting nor the drawing holds up the
 * portal's pages. The person's proof comes on stdin.
 *
 * The record of it is in the audit before anything is written: where it cannot be, nothing is.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/query.h"
#include "common/report/gather.h"
#include "portal/pdf.h"
#include "portal/quality/maker.h"
#include "portal/quality/render.h"
#include "portal/quality/say.h"
#include "portal/verbs.h"

#define KEY         "portal"
#define PROOF_MAX   65536u
#define ROWS_MAX    2000000u /* several records of an alarm, a year, 100 beds */
#define PATIENCE_US (10 * (int64_t)G_USEC_PER_SEC)
#define RECORD_US   (5 * (int64_t)G_USEC_PER_SEC)
#define CPU_S       40
#define NOTE_BEDS                                                                                  \
    "Of the %u beds that the unit has now: what other beds had before, and what was of the whole " \
    "installation, is in no number"

typedef struct {
    char *root, *kind, *unit, *who, *role, *from_address, *language, *form;
    char **beds;
    gint64 from_us, to_us;
    int least;
} Options;

static void
options_clear(Options *o)
{
    g_free(o->root);
    g_free(o->kind);
    g_free(o->unit);
    g_free(o->who);
    g_free(o->role);
    g_free(o->from_address);
    g_free(o->language);
    g_free(o->form);
    g_strfreev(o->beds);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

/* ---- the store ---- */

typedef struct {
    VicuKeys *keys;
    VicuContext *context;
    VicuQueryClient *query;
    GByteArray *proof;
    size_t rows;
} Store;

static void
store_clear(Store *store)
{
    vicu_query_client_free(store->query);
    if (store->context != NULL)
        vicu_context_free(store->context);
    if (store->keys != NULL)
        vicu_keys_free(store->keys);
    if (store->proof != NULL)
        g_byte_array_unref(store->proof);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Store, store_clear)

static gboolean
read_proof(Store *store, GError **error)
{
    guint8 piece[4096];
    size_t n = 0;

    store->proof = g_byte_array_new();
    while (store->proof->len <= PROOF_MAX && (n = fread(piece, 1, sizeof piece, stdin)) > 0)
        g_byte_array_append(store->proof, piece, (guint)n);
    if (store->proof->len <= PROOF_MAX)
        return TRUE;
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "a proof of more than %u bytes", PROOF_MAX);
    return FALSE;
}

static gboolean
open_store(Store *store, const VicuRoot *root, GError **error)
{
    g_autofree char *endpoint = vicu_root_endpoint(root, "store-query");

    store->keys = vicu_keys_open(root->keys, KEY, error);
    if (store->keys == NULL)
        return FALSE;
    store->context = vicu_context_new(store->keys, NULL, error);
    if (store->context == NULL)
        return FALSE;
    store->query =
        vicu_query_client_new(store->context, endpoint, vicu_root_server(root, "store"), "", error);
    return store->query != NULL;
}

typedef struct {
    Store *store;
    VicuReportRowsFunc take;
    gpointer history;
} Taking;

static void
on_rows(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    const Taking *taking = user;

    if (rows == NULL || error != NULL)
        return;
    taking->store->rows += rows->n_stream + rows->n_event + rows->n_gap + rows->n_audit;
    if (taking->store->rows <= ROWS_MAX)
        taking->take(rows, taking->history);
}

static gboolean
ask_store(const Vicu__Query *query,
          VicuReportRowsFunc take,
          gpointer history,
          gpointer user,
          GError **error)
{
    Store *store = user;
    Taking taking = {store, take, history};
    Vicu__Query with = *query;

    with.counted = true;
    with.proof = (ProtobufCBinaryData){store->proof->len, store->proof->data};
    if (!vicu_query_wait(store->query, &with, VICU_REPORT_WHY, PATIENCE_US, on_rows, &taking,
                         error))
        return FALSE;
    if (store->rows <= ROWS_MAX)
        return TRUE;
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                "more than %u records: take a shorter time, or one unit", ROWS_MAX);
    return FALSE;
}

/* ---- the audit ---- */

typedef struct {
    bool ended, written;
} Written;

static void
on_written(const GError *error, gpointer user)
{
    *(Written *)user = (Written){true, error == NULL};
}

static gboolean
on_late(gpointer user)
{
    ((Written *)user)->ended = true;
    return G_SOURCE_CONTINUE;
}

static gboolean
record(Store *store, const Options *o, const char *act, GError **error)
{
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
    Written written = {false, false};
    g_autofree char *from = g_strdup_printf(KEY ", %s", o->from_address);
    g_autofree char *detail = g_strdup_printf("%s; as %s", act, o->form);

    record.who = o->who;
    record.person = true;
    record.role = o->role;
    record.what = (char *)(strcmp(o->form, "html") == 0 ? "view" : VICU_REPORT_EXPORT);
    record.t_us = vicu_clock_utc_us();
    record.from = from;
    record.detail = detail;
    guint late = g_timeout_add((guint)(RECORD_US / 1000), on_late, &written);
    bool taken = vicu_query_put_audit(store->query, &record, on_written, &written);
    while (taken && !written.ended)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(late);
    if (written.written)
        return TRUE;
    g_set_error(error, VICU_ERROR, VICU_ERROR_TIMEOUT,
                "the store took no record of it into the audit within 5 s: nothing is shown");
    return FALSE;
}

/* ---- the report ---- */

static GBytes *
write_report(const VicuReport *report, const Options *o, GError **error)
{
    if (strcmp(o->form, "html") == 0) {
        GString *out = g_string_new(NULL);
        portal_quality_render(report, portal_quality_say(o->language) ? portal_quality_words : NULL,
                              out);
        return g_string_free_to_bytes(out);
    }
    if (strcmp(o->form, "csv") == 0) {
        char *csv = vicu_report_csv(report);
        return g_bytes_new_take(csv, strlen(csv));
    }
    g_autoptr(VicuJson) json = vicu_json_new();
    vicu_report_json(report, json);
    if (strcmp(o->form, "json") == 0)
        return g_bytes_new(vicu_json_peek(json), strlen(vicu_json_peek(json)));
    return portal_pdf_print(vicu_json_peek(json), strlen(vicu_json_peek(json)), error);
}

static GBytes *
make(const Options *o, Store *store, GError **error)
{
    g_autoptr(VicuRoot) root = vicu_root_new(o->root, error);
    g_autoptr(VicuHistory) history = vicu_history_new();
    g_autoptr(GTimeZone) zone = g_time_zone_new_local();
    VicuReportAsk ask = {o->from_us, o->to_us, o->unit, zone};
    VicuReportKind kind = vicu_report_kind_of(o->kind);

    if (root == NULL || !read_proof(store, error) || !open_store(store, root, error)
        || !vicu_report_gather(kind, &ask, (const char *const *)o->beds, vicu_clock_utc_us(),
                               history, ask_store, store, error)
        || !vicu_report_unit_is_known(history, o->unit, error))
        return NULL;
    g_autoptr(VicuReport) report = vicu_report_make(kind, history, &ask);
    report->made_us = vicu_clock_utc_us();
    if (o->beds != NULL)
        vicu_report_note(report, NOTE_BEDS, g_strv_length(o->beds), 0);
    g_free(report->by);
    report->by = g_strdup(o->who);
    vicu_report_suppress(report, (unsigned)o->least, false);
    g_autoptr(GBytes) out = write_report(report, o, error);
    if (out != NULL && g_bytes_get_size(out) > PORTAL_QUALITY_MAX) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "a report of %zu bytes is longer than %u: take a shorter time, or one unit",
                    g_bytes_get_size(out), PORTAL_QUALITY_MAX);
        return NULL;
    }
    g_autofree char *act = vicu_report_act(kind, &ask, report->least, false);
    if (out == NULL || !record(store, o, act, error))
        return NULL;
    return g_steal_pointer(&out);
}

static bool
is_whole(const Options *o)
{
    static const char *const forms[] = {"html", "csv", "json", "pdf", NULL};

    return o->root != NULL && o->kind != NULL && vicu_report_kind_of(o->kind) != VICU_N_REPORTS
           && o->form != NULL && g_strv_contains(forms, o->form) && o->who != NULL
           && o->role != NULL && o->from_address != NULL && o->from_us > 0 && o->to_us > o->from_us
           && o->to_us - o->from_us <= VICU_REPORT_MOST_US && o->least >= 1
           && o->least <= (int)VICU_REPORT_LEAST_MAX;
}

static int
status_of(const GError *error)
{
    if (g_error_matches(error, VICU_ERROR, VICU_ERROR_REFUSED))
        return PORTAL_QUALITY_REFUSED;
    if (g_error_matches(error, VICU_ERROR, VICU_ERROR_ABSENT)
        || g_error_matches(error, VICU_ERROR, VICU_ERROR_FORMAT))
        return PORTAL_QUALITY_NOT_SUCH;
    return PORTAL_QUALITY_NOT_NOW;
}

int
portal_report_main(int argc, char **argv)
{
    g_auto(Options) o = {.least = (int)VICU_SMALL_CELL};
    g_auto(Store) store = {0};
    g_autoptr(GError) error = NULL;
    /* Words of UTF-8 whatever the locale: as they are. */
    const GOptionEntry entries[] = {
        {"root", 0, 0, G_OPTION_ARG_FILENAME, &o.root, NULL, NULL},
        {"kind", 0, 0, G_OPTION_ARG_FILENAME, &o.kind, NULL, NULL},
        {"from", 0, 0, G_OPTION_ARG_INT64, &o.from_us, NULL, NULL},
        {"to", 0, 0, G_OPTION_ARG_INT64, &o.to_us, NULL, NULL},
        {"unit", 0, 0, G_OPTION_ARG_FILENAME, &o.unit, NULL, NULL},
        {"bed", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o.beds, NULL, NULL},
        {"least", 0, 0, G_OPTION_ARG_INT, &o.least, NULL, NULL},
        {"who", 0, 0, G_OPTION_ARG_FILENAME, &o.who, NULL, NULL},
        {"role", 0, 0, G_OPTION_ARG_FILENAME, &o.role, NULL, NULL},
        {"address", 0, 0, G_OPTION_ARG_FILENAME, &o.from_address, NULL, NULL},
        {"language", 0, 0, G_OPTION_ARG_FILENAME, &o.language, NULL, NULL},
        {"as", 0, 0, G_OPTION_ARG_FILENAME, &o.form, NULL, NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    const struct rlimit cpu = {CPU_S, CPU_S};

    prctl(PR_SET_PDEATHSIG, SIGKILL); /* nobody waits for it then */
    setrlimit(RLIMIT_CPU, &cpu);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc > 1 || !is_whole(&o)) {
        fprintf(stderr, "vicu-portal make-report: the portal runs this itself\n");
        return 2;
    }
    g_autoptr(GBytes) out = make(&o, &store, &error);
    gsize size = 0;
    const void *data = out != NULL ? g_bytes_get_data(out, &size) : NULL;
    if (out != NULL && fwrite(data, 1, size, stdout) == size && fflush(stdout) == 0)
        return 0;
    fprintf(stderr, "%s\n", error != NULL ? error->message : "it could not be written");
    return status_of(error);
}

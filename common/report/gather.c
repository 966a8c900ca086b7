/* From the store's record to a report. See gather.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/report/gather.h"

#include <string.h>

#include "common/clock.h"
#include "common/error.h"

#define MINUTE_US (60 * (int64_t)G_USEC_PER_SEC)
#define DAY_US    (86400 * (int64_t)G_USEC_PER_SEC)

static const char *const names[VICU_N_REPORTS] = {
    [VICU_REPORT_BURDEN] = "burden",
    [VICU_REPORT_RESPONSE] = "response",
    [VICU_REPORT_INDICATORS] = "indicators",
    [VICU_REPORT_NPSG] = "npsg",
};

const char *
vicu_report_kind_name(VicuReportKind kind)
{
    return names[kind];
}

VicuReportKind
vicu_report_kind_of(const char *name)
{
    VicuReportKind kind = VICU_REPORT_BURDEN;

    while (kind < VICU_N_REPORTS && strcmp(names[kind], name) != 0)
        kind++;
    return kind;
}

bool
vicu_report_needs_audit(VicuReportKind kind)
{
    return kind == VICU_REPORT_NPSG;
}

/* ---- what is asked for ---- */

typedef struct {
    const VicuReportAsk *ask;
    int64_t now_us;
    VicuHistory *history;
    VicuReportAskFunc func;
    gpointer user;
} Gathering;

static void
take(const Vicu__QueryRows *rows, gpointer user)
{
    for (size_t i = 0; i < rows->n_stream; i++)
        vicu_history_stream(user, rows->stream[i]);
    for (size_t i = 0; i < rows->n_event; i++)
        vicu_history_event(user, rows->event[i]);
    for (size_t i = 0; i < rows->n_gap; i++)
        vicu_history_gap(user, rows->gap[i]);
    for (size_t i = 0; i < rows->n_audit; i++)
        vicu_history_audit(user, rows->audit[i]);
}

static gboolean
put(const Gathering *g, const Vicu__Query *query, GError **error)
{
    return g->func(query, take, g->history, g->user, error);
}

static gboolean
streams_of(const Gathering *g, const char *bed, GError **error)
{
    Vicu__Query query = VICU__QUERY__INIT;
    Vicu__QueryStreams streams = VICU__QUERY_STREAMS__INIT;

    streams.bed = (char *)bed;
    query.what_case = VICU__QUERY__WHAT_STREAMS;
    query.streams = &streams;
    return put(g, &query, error);
}

/* An alarm that began before the period may be answered in it, one of the period after it: what the
 * record has from a day before to now is taken in. */
static gboolean
events_of(const Gathering *g, const char *bed, GError **error)
{
    Vicu__Query query = VICU__QUERY__INIT;
    Vicu__QueryEvents events = VICU__QUERY_EVENTS__INIT;

    events.bed = (char *)bed;
    events.from_us = g->ask->from_us - DAY_US;
    events.to_us = MAX(g->now_us + MINUTE_US, g->ask->to_us);
    query.what_case = VICU__QUERY__WHAT_EVENTS;
    query.events = &events;
    return put(g, &query, error);
}

static gboolean
gaps_of(const Gathering *g, const char *bed, GError **error)
{
    Vicu__Query query = VICU__QUERY__INIT;
    Vicu__QueryGaps gaps = VICU__QUERY_GAPS__INIT;

    gaps.bed = (char *)bed;
    gaps.from_us = g->ask->from_us;
    gaps.to_us = g->ask->to_us;
    query.what_case = VICU__QUERY__WHAT_GAPS;
    query.gaps = &gaps;
    return put(g, &query, error);
}

/* Limits and pauses, with their reasons. */
static gboolean
acts(const Gathering *g, GError **error)
{
    Vicu__Query query = VICU__QUERY__INIT;
    Vicu__QueryAudit audit = VICU__QUERY_AUDIT__INIT;

    audit.from_us = g->ask->from_us;
    audit.to_us = g->ask->to_us;
    query.what_case = VICU__QUERY__WHAT_AUDIT;
    query.audit = &audit;
    return put(g, &query, error);
}

gboolean
vicu_report_gather(VicuReportKind kind,
                   const VicuReportAsk *ask,
                   const char *const *beds,
                   int64_t now_us,
                   VicuHistory *history,
                   VicuReportAskFunc func,
                   gpointer user,
                   GError **error)
{
    const Gathering g = {ask, now_us, history, func, user};
    static const char *const everywhere[] = {"", NULL};
    const char *const *of = beds != NULL ? beds : everywhere;

    if (vicu_report_needs_audit(kind) && !acts(&g, error)) /* who may not read it learns it first */
        return FALSE;
    for (guint i = 0; of[i] != NULL; i++)
        if (!streams_of(&g, of[i], error) || !events_of(&g, of[i], error))
            return FALSE;
    const GPtrArray *known = vicu_history_beds(history);
    g_autoptr(GPtrArray) names_of = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < known->len; i++)
        g_ptr_array_add(names_of, g_strdup(known->pdata[i]));
    for (guint i = 0; i < names_of->len; i++)
        if (!gaps_of(&g, names_of->pdata[i], error))
            return FALSE;
    return TRUE;
}

/* ---- what is made of it ---- */

/* The site where all beds are of one; else empty. Caller frees. */
static char *
site_of(VicuHistory *history)
{
    const GPtrArray *beds = vicu_history_beds(history);
    g_autofree char *site = NULL;

    for (guint i = 0; i < beds->len; i++) {
        const char *bed = beds->pdata[i];
        size_t length = strcspn(bed, "/");
        if (site != NULL && (strlen(site) != length || strncmp(site, bed, length) != 0))
            return g_strdup("");
        if (site == NULL)
            site = g_strndup(bed, length);
    }
    return site != NULL ? g_steal_pointer(&site) : g_strdup("");
}

/* A unit that never had data is a slip of the pen, not a quiet one. */
gboolean
vicu_report_unit_is_known(VicuHistory *history, const char *unit, GError **error)
{
    const GPtrArray *beds = vicu_history_beds(history);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GString) known = g_string_new(NULL);

    for (guint i = 0; i < beds->len; i++) {
        char *of = vicu_unit_of(beds->pdata[i]);
        gboolean found = unit == NULL || strcmp(of, unit) == 0;
        if (!g_hash_table_contains(seen, of))
            g_string_append_printf(known, "%s%s", known->len > 0 ? ", " : "", of);
        g_hash_table_add(seen, of);
        if (found)
            return TRUE;
    }
    if (unit == NULL)
        return TRUE;
    g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                "no bed of unit \"%s\" ever had data; units that did: %s", unit,
                known->len > 0 ? known->str : "none");
    return FALSE;
}

VicuReport *
vicu_report_make(VicuReportKind kind, VicuHistory *history, const VicuReportAsk *ask)
{
    static VicuReport *(*const make[VICU_N_REPORTS])(VicuHistory *, const VicuReportAsk *) = {
        [VICU_REPORT_BURDEN] = vicu_report_burden,
        [VICU_REPORT_RESPONSE] = vicu_report_response,
        [VICU_REPORT_INDICATORS] = vicu_report_indicators,
        [VICU_REPORT_NPSG] = vicu_report_npsg,
    };
    VicuReport *report = make[kind](history, ask);

    g_free(report->site);
    report->site = site_of(history);
    return report;
}

char *
vicu_report_act(VicuReportKind kind, const VicuReportAsk *ask, unsigned least, bool single_beds)
{
    g_autofree char *from = vicu_time_format(ask->from_us);
    g_autofree char *to = vicu_time_format(ask->to_us);
    g_autofree char *bound =
        least > 1 ? g_strdup_printf("counts below %u withheld", least) : g_strdup("all counts");

    return g_strdup_printf("report %s, %s to %s, of %s, %s%s", names[kind], from, to,
                           ask->unit != NULL ? ask->unit : "all units", bound,
                           single_beds ? ", single beds too" : "");
}

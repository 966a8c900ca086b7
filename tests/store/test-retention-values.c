/* Retention of numerics, events and the audit: what goes, what stays, what says so.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/clock.h"
#include "store/events.h"
#include "store/trend/gather.h"
#include "store/trend/level.h"
#include "tests/store/ask.h"

#define DAY   (24 * HOUR)
#define SPAN  (128 * 4096 * SECOND) /* 6 days: a row of the widest level */
#define START ((T0_US / SPAN + 1) * SPAN)
#define SPANS 8
#define SHORT "demo/step/1" /* numerics and events for less time */
#define USUAL "demo/icu/1"
#define OTHER "demo/icu/2" /* has had an import */

static const char *const beds[] = {SHORT, USUAL, OTHER};

static void
let_it_work(Ward *ward)
{
    for (int i = 0; i < 12; i++) {
        ward_rest(ward);
        ward_commit(ward);
    }
}

/* Two values, an event, a symbol, a gap and a record of each bed at the beginning of each
 * span and in its middle. */
static void
fill(Ward *ward)
{
    ward_epoch(ward, 1, 1);
    for (int i = 0; i < 2 * SPANS; i++) {
        int64_t t_us = START + i * (SPAN / 2);
        ward_pass(ward, t_us - ward->now.utc_us);
        Make *make = make_new(t_us);
        for (size_t b = 0; b < G_N_ELEMENTS(beds); b++) {
            make_numeric(make, beds[b], HEART, t_us, 60 + i, 0);
            make_numeric(make, beds[b], HEART, t_us + SECOND, 61 + i, 0);
            if (strcmp(beds[b], OTHER) == 0)
                for (guint n = 0; n < 2; n++) {
                    GPtrArray *all = make->owned[2];
                    ((Vicu__Numerics *)all->pdata[all->len - 1 - n])->origin =
                        VICU__ORIGIN__ORIGIN_ARCHIVE;
                }
            make_event(make, beds[b], t_us, "alarm", "k");
            make_symbol(make, beds[b], ECG_V, t_us, "N");
            make_gap(make, beds[b], 0, t_us, i == 1 ? 0 : t_us + SECOND, "test");
        }
        make_audit(make, "nurse", "view", (uint8_t)(i + 1));
        g_assert_cmpint(ward_put(ward, 1, 1, (uint64_t)i + 1, make_done(make)), ==,
                        STORE_PUT_TAKEN);
        ward_commit(ward);
        ward_pass(ward, 3 * HOUR);
        let_it_work(ward);
    }
}

static StorePolicy *
usual_policy(void)
{
    StorePolicy *policy =
        store_policy_new((const int64_t[STORE_N_CLASSES]){0, 5 * SPAN, 5 * SPAN, 0});

    g_assert_true(store_policy_add(policy, "demo/step", "numerics 15d, events 15d", NULL));
    return policy;
}

static void
retain(Ward *ward, int64_t audit_us)
{
    GError *error = NULL;
    StoreRetainBounds bounds = {.audit_keep_us = audit_us};

    g_assert_true(store_head_retain(ward->head, &bounds, ward->now.utc_us, &error));
    g_assert_no_error(error);
}

/* Blocks of @bed, and rows of level @level of its pyramid; each has to end after @before_us. */
static guint
count_blocks(Ward *ward, const char *bed, int64_t before_us)
{
    StoreKey first = store_trend_key(bed, INT64_MIN), end = store_trend_key(bed, INT64_MAX);
    g_autoptr(StoreIter) iter = store_iter_new(ward->db, STORE_TREND, &first, &end);
    guint n = 0;

    for (; store_iter_valid(iter); store_iter_next(iter), n++) {
        size_t size = 0;
        const uint8_t *key = store_iter_key(iter, &size);
        g_assert_cmpint(store_read_time(key + strlen(bed) + 1) * STORE_TREND_BLOCK_US, >=,
                        before_us);
    }
    return n;
}

static guint
count_pyramid(Ward *ward, unsigned level, const char *bed, int64_t before_us)
{
    StoreKey first = store_pyramid_key(level, HEART), end;
    guint n = 0;

    store_key_bed(&first, bed);
    end = first;
    store_key_time(&first, INT64_MIN);
    store_key_time(&end, INT64_MAX);
    g_autoptr(StoreIter) iter = store_iter_new(ward->db, STORE_PYRAMID, &first, &end);
    for (; store_iter_valid(iter); store_iter_next(iter), n++) {
        size_t size = 0;
        const uint8_t *key = store_iter_key(iter, &size);
        int64_t span = store_read_time(key + 5 + strlen(bed) + 1);
        g_assert_cmpint(span * store_level_span_us(level), >=, before_us);
    }
    return n;
}

/* Of what was put at 2 * SPANS times, @left times. */
static void
check_numerics(Ward *ward, const char *bed, guint left)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryNumerics what = VICU__QUERY_NUMERICS__INIT;
    int64_t before_us = START + (2 * SPANS - left) * (SPAN / 2);
    guint n = 0;

    g_assert_cmpuint(count_blocks(ward, bed, before_us), ==, left);
    g_assert_cmpuint(count_pyramid(ward, 1, bed, before_us), ==, left);
    g_assert_cmpuint(count_pyramid(ward, 2, bed, before_us), ==, (left + 1) / 2);
    what.bed = (char *)bed;
    what.from_us = START - DAY;
    what.to_us = START + SPANS * SPAN + DAY;
    ask.what_case = VICU__QUERY__WHAT_NUMERICS;
    ask.numerics = &what;
    Answer answer = ask_now(ward, &ask);
    g_assert_null(answer.refusal);
    for (size_t i = 0; i < answer.rows->n_numerics; i++)
        for (size_t v = 0; v < answer.rows->numerics[i]->n_t_us; v++, n++)
            g_assert_cmpint(answer.rows->numerics[i]->t_us[v], >=, before_us);
    g_assert_cmpuint(n, ==, 2 * left);
    answer_clear(&answer);
}

/* Rows of @tag of @bed; events lie by time over all beds. */
static guint
count_events(Ward *ward, StoreEventTag tag, const char *bed, int64_t before_us)
{
    StoreKey first = {0}, end = {0};
    guint n = 0;

    store_key_u8(&first, (uint8_t)tag);
    store_key_u8(&end, (uint8_t)tag + 1);
    g_autoptr(StoreIter) iter = store_iter_new(ward->db, STORE_EVENTS, &first, &end);
    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t size = 0;
        const uint8_t *key = store_iter_key(iter, &size);
        size_t at = tag == STORE_TAG_EVENT ? 9 : 1;
        if (strcmp((const char *)key + at, bed) != 0)
            continue;
        int64_t t_us = store_read_time(key + (tag == STORE_TAG_EVENT ? 1 : strlen(bed) + 2));
        if (tag != STORE_TAG_GAP)
            g_assert_cmpint(t_us, >=, before_us);
        n++;
    }
    return n;
}

static bool
has_gap(Ward *ward, const char *bed, const char *reason, int64_t *to_us)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryGaps what = VICU__QUERY_GAPS__INIT;
    bool found = false;

    what.bed = (char *)bed;
    what.from_us = START;
    what.to_us = START + SPANS * SPAN;
    ask.what_case = VICU__QUERY__WHAT_GAPS;
    ask.gaps = &what;
    Answer answer = ask_now(ward, &ask);
    for (size_t i = 0; i < answer.rows->n_gap; i++)
        if (strcmp(answer.rows->gap[i]->reason, reason) == 0) {
            found = true;
            *to_us = answer.rows->gap[i]->to_us;
        }
    answer_clear(&answer);
    return found;
}

static void
numerics_go_with_their_pyramids_by_place(void)
{
    Ward ward;
    int64_t to_us = 0;

    ward_open(&ward);
    fill(&ward);
    for (size_t b = 0; b < G_N_ELEMENTS(beds); b++)
        check_numerics(&ward, beds[b], 2 * SPANS);
    g_assert_false(has_gap(&ward, SHORT, "dropped by retention", &to_us));
    store_head_set_policy(ward.head, usual_policy());
    ward.now.utc_us = START + SPANS * SPAN;
    retain(&ward, 0);
    check_numerics(&ward, SHORT, 6); /* 15 days are not quite three spans */
    check_numerics(&ward, USUAL, 10);
    check_numerics(&ward, OTHER, 2 * SPANS); /* imported: for ever */
    g_assert_true(has_gap(&ward, SHORT, "dropped by retention", &to_us));
    g_assert_cmpint(to_us, ==, START + (SPANS - 3) * SPAN);
    g_assert_false(has_gap(&ward, OTHER, "dropped by retention", &to_us));
    ward_shut(&ward);
    ward_reopen(&ward); /* what it remembers of imports is on the disk */
    store_head_set_policy(ward.head, usual_policy());
    retain(&ward, 0);
    check_numerics(&ward, SHORT, 6);
    check_numerics(&ward, USUAL, 10);
    check_numerics(&ward, OTHER, 2 * SPANS);
    ward_close(&ward);
}

static void
events_go_by_the_day_and_a_gap_says_so(void)
{
    static const StoreEventTag tags[] = {STORE_TAG_EVENT, STORE_TAG_SYMBOL};
    Ward ward;
    int64_t to_us = 0;

    ward_open(&ward);
    fill(&ward);
    store_head_set_policy(ward.head, usual_policy());
    ward.now.utc_us = START + SPANS * SPAN;
    g_assert_false(has_gap(&ward, SHORT, "events dropped by retention", &to_us));
    retain(&ward, 0);
    int64_t now_us = ward.now.utc_us;
    int64_t short_us = (now_us - 15 * DAY) / DAY * DAY, usual_us = (now_us - 5 * SPAN) / DAY * DAY;
    guint n_short = 0, n_usual = 0;
    for (int i = 0; i < 2 * SPANS; i++) {
        n_short += START + i * (SPAN / 2) >= short_us;
        n_usual += START + i * (SPAN / 2) >= usual_us;
    }
    g_assert_cmpuint(n_short, <, n_usual);
    for (size_t i = 0; i < G_N_ELEMENTS(tags); i++) {
        g_assert_cmpuint(count_events(&ward, tags[i], SHORT, short_us), ==, n_short);
        g_assert_cmpuint(count_events(&ward, tags[i], USUAL, usual_us), ==, n_usual);
        g_assert_cmpuint(count_events(&ward, tags[i], OTHER, usual_us), ==, n_usual);
    }
    /* The gap that never ended stays. */
    g_assert_cmpuint(count_events(&ward, STORE_TAG_GAP, SHORT, 0), ==, n_short + 1);
    g_assert_true(has_gap(&ward, SHORT, "events dropped by retention", &to_us));
    g_assert_cmpint(to_us, ==, short_us);
    g_assert_true(has_gap(&ward, USUAL, "events dropped by retention", &to_us));
    g_assert_cmpint(to_us, ==, usual_us);
    ward_close(&ward);
}

/* ---- the audit ---- */

static Vicu__AuditRecord *
record_at(Ward *ward, uint64_t number)
{
    StoreKey key = store_ledger_key(number);
    g_auto(StoreValue) value = {0};

    if (store_db_get(ward->db, STORE_AUDIT, &key, &value, NULL) != STORE_FOUND)
        return NULL;
    return vicu_wire_unpack_audit_record(value.data, value.size, NULL);
}

static char *
sum_of(Ward *ward, uint64_t first, uint64_t last)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

    for (uint64_t n = first; n <= last; n++) {
        StoreKey key = store_ledger_key(n);
        g_auto(StoreValue) value = {0};
        g_assert_cmpint(store_db_get(ward->db, STORE_AUDIT, &key, &value, NULL), ==, STORE_FOUND);
        g_checksum_update(sum, value.data, (gssize)value.size);
    }
    return g_strdup(g_checksum_get_string(sum));
}

static guint
count_index(Ward *ward)
{
    g_autoptr(StoreIter) iter = store_iter_new(ward->db, STORE_AUDIT_INDEX, NULL, NULL);
    guint n = 0;

    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t size = 0;
        const uint8_t *key = store_iter_key(iter, &size);
        n += key[0] == 'i' || key[0] == 't'; /* the tree stays */
    }
    return n;
}

static void
old_audit_records_leave_a_record_of_what_went(void)
{
    enum { N = 2 * SPANS, LEFT = 10 };
    Ward ward;

    ward_open(&ward);
    fill(&ward);
    g_autofree char *sum = sum_of(&ward, 1, N - LEFT);
    g_assert_cmpuint(count_index(&ward), ==, 2 * N);
    ward.now.utc_us = START + SPANS * SPAN;
    retain(&ward, 5 * SPAN + DAY);
    retain(&ward, 5 * SPAN + DAY); /* once */
    for (uint64_t n = 1; n <= N + 2; n++) {
        g_autoptr(Vicu__AuditRecord) record = record_at(&ward, n);
        bool stays = n > N - LEFT && n <= N + 1;
        g_assert_cmpint(record != NULL, ==, stays);
        if (n != N + 1)
            continue;
        g_assert_cmpstr(record->what, ==, "audit-retention");
        g_assert_nonnull(strstr(record->detail, sum));
        g_assert_nonnull(strstr(record->detail, "records 1 to 6,"));
    }
    g_assert_cmpuint(count_index(&ward), ==, 2 * LEFT + 1);
    ward_shut(&ward);
    ward_reopen(&ward);
    g_assert_cmpuint(store_ledger_last(store_head_ledger(ward.head)), ==, N + 1);
    retain(&ward, 0); /* for ever */
    g_autoptr(Vicu__AuditRecord) record = record_at(&ward, N - LEFT + 1);
    g_assert_nonnull(record);
    ward_close(&ward);
}

static void
audit_records_go_a_slice_at_a_time_and_never_out_of_turn(void)
{
    Ward ward;
    unsigned n = 0;

    ward_open(&ward);
    StoreLedger *ledger = store_head_ledger(ward.head);
    for (int i = 0; i < 10; i++) {
        Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
        /* The clock was set back for the fourth: the third is what later ones wait for. */
        int64_t t_us = i == 3 ? START : START + i * DAY;
        g_assert_cmpint(store_ledger_append(ledger, &record, t_us, NULL), ==, STORE_LEDGER_TAKEN);
        ward_commit(&ward);
    }
    g_assert_true(store_ledger_retain(ledger, START + 2 * DAY, START + 9 * DAY, 100, &n, NULL));
    g_assert_cmpuint(n, ==, 2);
    ward_commit(&ward);
    g_assert_true(store_ledger_retain(ledger, START + 6 * DAY, START + 9 * DAY, 3, &n, NULL));
    g_assert_cmpuint(n, ==, 3);
    ward_commit(&ward);
    g_assert_true(store_ledger_retain(ledger, START + 6 * DAY, START + 9 * DAY, 3, &n, NULL));
    g_assert_cmpuint(n, ==, 1);
    ward_commit(&ward);
    for (uint64_t number = 1; number <= 13; number++) {
        g_autoptr(Vicu__AuditRecord) record = record_at(&ward, number);
        g_assert_cmpint(record != NULL, ==, number > 6);
    }
    ward_close(&ward);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/retention-values/" #name, name)
    ADD(numerics_go_with_their_pyramids_by_place);
    ADD(events_go_by_the_day_and_a_gap_says_so);
    ADD(old_audit_records_leave_a_record_of_what_went);
    ADD(audit_records_go_a_slice_at_a_time_and_never_out_of_turn);
    return g_test_run();
}

/* The audit: kept once, numbered, never changed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/query.h"
#include "tests/store/make.h"

static StoreLedgerFate
append(Ward *ward, const char *who, uint8_t id)
{
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
    uint8_t bytes[16] = {id};
    g_autoptr(GError) error = NULL;

    record.who = (char *)who;
    record.what = (char *)"view";
    if (id != 0) {
        record.id.data = bytes;
        record.id.len = sizeof bytes;
    }
    StoreLedgerFate fate =
        store_ledger_append(store_head_ledger(ward->head), &record, ward->now.utc_us, &error);
    g_assert_no_error(error);
    return fate;
}

static Vicu__AuditRecord *
read_record(Ward *ward, uint64_t number)
{
    g_auto(StoreValue) value = {0};
    StoreKey key = store_ledger_key(number);

    if (store_db_get(ward->db, STORE_AUDIT, &key, &value, NULL) != STORE_FOUND)
        return NULL;
    return vicu_wire_unpack_audit_record(value.data, value.size, NULL);
}

static void
a_record_is_kept_once_however_often_it_is_sent(void)
{
    Ward ward;

    ward_open(&ward);
    g_assert_cmpint(append(&ward, "a", 1), ==, STORE_LEDGER_TAKEN);
    g_assert_cmpint(append(&ward, "a", 1), ==, STORE_LEDGER_DUPLICATE); /* same group */
    ward_commit(&ward);
    g_assert_cmpint(append(&ward, "a", 1), ==, STORE_LEDGER_DUPLICATE); /* later */
    g_assert_cmpint(append(&ward, "b", 2), ==, STORE_LEDGER_TAKEN);
    g_assert_cmpint(append(&ward, "c", 0), ==, STORE_LEDGER_TAKEN); /* no id: no check */
    g_assert_cmpint(append(&ward, "c", 0), ==, STORE_LEDGER_TAKEN);
    ward_commit(&ward);
    ward_shut(&ward);
    ward_reopen(&ward);
    g_assert_cmpint(append(&ward, "b", 2), ==, STORE_LEDGER_DUPLICATE);
    g_assert_cmpuint(store_ledger_last(store_head_ledger(ward.head)), ==, 4);
    ward_close(&ward);
}

static void
records_are_numbered_without_holes_and_stay_as_they_are(void)
{
    Ward ward;

    ward_open(&ward);
    for (uint8_t i = 1; i <= 5; i++) {
        append(&ward, "x", i);
        ward_pass(&ward, SECOND);
    }
    ward_commit(&ward);
    append(&ward, "lost", 6);
    ward_shut(&ward); /* not committed: gone, and its number is given again */
    ward_reopen(&ward);
    g_assert_cmpuint(store_ledger_last(store_head_ledger(ward.head)), ==, 5);
    append(&ward, "y", 7);
    ward_commit(&ward);
    for (uint64_t n = 1; n <= 6; n++) {
        g_autoptr(Vicu__AuditRecord) record = read_record(&ward, n);
        g_assert_nonnull(record);
        g_assert_cmpstr(record->who, ==, n < 6 ? "x" : "y");
        g_assert_cmpint(record->t_taken_us, ==, T0_US + (int64_t)(n - 1) * SECOND);
    }
    g_assert_null(read_record(&ward, 7));
    ward_close(&ward);
}

static void
records_in_batches_are_taken_with_their_batch(void)
{
    Ward ward;

    ward_open(&ward);
    ward_epoch(&ward, 1, 1);
    Make *make = make_new(T0_US);
    make_audit(make, "dr.a", "acknowledge", 1);
    make_audit(make, "dr.b", "view", 2);
    ward_put(&ward, 1, 1, 1, make_done(make));
    make = make_new(T0_US);
    make_audit(make, "dr.b", "view", 2);
    ward_put(&ward, 1, 1, 2, make_done(make));
    ward_commit(&ward);
    g_assert_cmpuint(store_ledger_last(store_head_ledger(ward.head)), ==, 2);
    g_assert_cmpuint(store_ledger_counts(store_head_ledger(ward.head))->duplicates, ==, 1);
    g_autoptr(Vicu__AuditRecord) record = read_record(&ward, 1);
    g_assert_cmpstr(record->who, ==, "dr.a");
    g_assert_cmpint(record->t_taken_us, ==, T0_US);
    ward_close(&ward);
}

/* Who of each answered record, in order. */
static char *
list(Ward *ward, int64_t from_us, int64_t to_us, uint32_t limit)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryAudit what = VICU__QUERY_AUDIT__INIT;
    g_autoptr(GByteArray) out = g_byte_array_new();
    GString *all = g_string_new(NULL);
    char *refusal = NULL;

    what.from_us = from_us;
    what.to_us = to_us;
    what.limit = limit;
    ask.what_case = VICU__QUERY__WHAT_AUDIT;
    ask.audit = &what;
    g_autoptr(GBytes) packed = vicu_wire_pack(&ask.base);
    g_autoptr(StoreQuery) query = store_query_new(
        ward->head,
        vicu_wire_unpack_query(g_bytes_get_data(packed, NULL), g_bytes_get_size(packed), NULL),
        &refusal);
    if (query == NULL) {
        g_string_free(all, TRUE);
        return refusal;
    }
    while (store_query_step(query, out) != STORE_QUERY_LAST)
        ;
    g_autoptr(Vicu__QueryRows) rows = vicu_wire_unpack_query_rows(out->data, out->len, NULL);
    for (size_t i = 0; i < rows->n_audit; i++)
        g_string_append(all, rows->audit[i]->who);
    return g_string_free(all, FALSE);
}

static void
the_list_is_by_time_taken_and_its_limit_means_the_newest(void)
{
    Ward ward;
    static const char *const names[] = {"a", "b", "c", "d"};

    ward_open(&ward);
    for (uint8_t i = 0; i < 4; i++) {
        append(&ward, names[i], (uint8_t)(i + 1));
        ward_pass(&ward, SECOND);
    }
    ward_commit(&ward);
    g_autofree char *all = list(&ward, T0_US, T0_US + HOUR, 0);
    g_assert_cmpstr(all, ==, "abcd");
    g_autofree char *newest = list(&ward, T0_US, T0_US + HOUR, 2);
    g_assert_cmpstr(newest, ==, "cd");
    g_autofree char *range = list(&ward, T0_US + SECOND, T0_US + 3 * SECOND, 0);
    g_assert_cmpstr(range, ==, "bc");
    g_autofree char *many = list(&ward, T0_US, T0_US + HOUR, 4000000);
    g_assert_nonnull(strstr(many, "limit"));
    ward_close(&ward);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/ledger/" #name, name)
    ADD(a_record_is_kept_once_however_often_it_is_sent);
    ADD(records_are_numbered_without_holes_and_stay_as_they_are);
    ADD(records_in_batches_are_taken_with_their_batch);
    ADD(the_list_is_by_time_taken_and_its_limit_means_the_newest);
    return g_test_run();
}

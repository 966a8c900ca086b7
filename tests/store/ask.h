/* What the store's tests of queries share: one question, all of its answers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "store/query.h"
#include "tests/store/make.h"

/* All answers of one query, merged; @refusal when it was refused. */
typedef struct {
    Vicu__QueryRows *rows; /* of every message, concatenated: protobuf merges lists */
    char *refusal;
    unsigned messages;
} Answer;

static inline void
answer_clear(Answer *answer)
{
    vicu_wire_free(answer->rows);
    g_free(answer->refusal);
    *answer = (Answer){0};
}

typedef void (*BetweenFunc)(Ward *ward, gpointer user);

static inline Answer
ask_between(Ward *ward, Vicu__Query *ask, BetweenFunc between, gpointer user)
{
    Answer answer = {0};
    g_autoptr(GByteArray) all = g_byte_array_new();
    g_autoptr(GByteArray) out = g_byte_array_new();
    g_autoptr(GBytes) packed = vicu_wire_pack(&ask->base);
    StoreQueryStep step = STORE_QUERY_WORKED;

    ward_commit(ward);
    StoreQuery *query = store_query_new(
        ward->head,
        vicu_wire_unpack_query(g_bytes_get_data(packed, NULL), g_bytes_get_size(packed), NULL),
        &answer.refusal);
    while (query != NULL && step != STORE_QUERY_LAST) {
        step = store_query_step(query, out);
        if (step != STORE_QUERY_WORKED) {
            g_assert_cmpuint(out->len, <, VICU_WIRE_MAX);
            g_byte_array_append(all, out->data, out->len);
            g_byte_array_set_size(out, 0);
            answer.messages++;
        }
        if (between != NULL)
            between(ward, user);
        ward_commit(ward);
    }
    store_query_free(query);
    if (answer.refusal == NULL) {
        answer.rows = vicu_wire_unpack(&vicu__query_rows__descriptor, all->data, all->len, NULL);
        g_assert_nonnull(answer.rows);
        g_assert_true(answer.rows->last);
        g_assert_cmpstr(answer.rows->error, ==, "");
        g_assert_cmpuint(answer.rows->id, ==, ask->id);
    }
    return answer;
}

static inline Answer
ask_now(Ward *ward, Vicu__Query *ask)
{
    return ask_between(ward, ask, NULL, NULL);
}

static inline Answer
ask_samples(Ward *ward, const char *bed, uint32_t code, int64_t from_us, int64_t to_us)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QuerySamples what = VICU__QUERY_SAMPLES__INIT;

    what.bed = (char *)bed;
    what.code = code;
    what.from_us = from_us;
    what.to_us = to_us;
    ask.id = 77;
    ask.what_case = VICU__QUERY__WHAT_SAMPLES;
    ask.samples = &what;
    return ask_now(ward, &ask);
}

static inline Answer
ask_columns(
    Ward *ward, const char *bed, uint32_t code, int64_t from_us, int64_t to_us, uint32_t columns)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryColumns what = VICU__QUERY_COLUMNS__INIT;

    what.bed = (char *)bed;
    what.code = code;
    what.from_us = from_us;
    what.to_us = to_us;
    what.columns = columns;
    ask.what_case = VICU__QUERY__WHAT_COLUMNS;
    ask.columns = &what;
    return ask_now(ward, &ask);
}

static inline Answer
ask_numerics(Ward *ward, const char *bed, uint32_t code, int64_t from_us, int64_t to_us)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryNumerics what = VICU__QUERY_NUMERICS__INIT;

    what.bed = (char *)bed;
    what.code = code;
    what.from_us = from_us;
    what.to_us = to_us;
    ask.what_case = VICU__QUERY__WHAT_NUMERICS;
    ask.numerics = &what;
    return ask_now(ward, &ask);
}

/* @bed NULL: all. */
static inline Answer
ask_trend(
    Ward *ward, const char *bed, uint32_t code, int64_t from_us, int64_t to_us, uint32_t columns)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryTrend what = VICU__QUERY_TREND__INIT;

    what.n_bed = bed != NULL ? 1 : 0;
    what.bed = (char **)&bed;
    what.code = code;
    what.from_us = from_us;
    what.to_us = to_us;
    what.columns = columns;
    ask.what_case = VICU__QUERY__WHAT_TREND;
    ask.trend = &what;
    return ask_now(ward, &ask);
}

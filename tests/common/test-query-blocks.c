/* Blocks of an answer, decoded by one thread and by several.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/codec/block.h"
#include "common/query-blocks.h"
#include "tests/common/codec-samples.h"

#define BLOCKS  24
#define SAMPLES ((size_t)7500) /* of a block: a minute at 125 Hz */
#define SECOND  G_USEC_PER_SEC
#define T0_US   (INT64_C(1700000000) * SECOND)
#define END_US  (T0_US + BLOCKS * 60 * SECOND)

typedef struct {
    VicuQueryBlocks *one, *four;
    int16_t *samples;
    Vicu__Segment segment;
    Vicu__SampleBlock block[BLOCKS];
    Vicu__QueryRows rows;
    Vicu__SampleBlock *list[BLOCKS];
} Bench;

static void
set_up(Bench *b, gconstpointer data)
{
    g_autoptr(VicuCodecScratch) scratch = vicu_codec_scratch_new(SAMPLES);

    (void)data;
    b->one = vicu_query_blocks_new(1);
    b->four = vicu_query_blocks_new(4);
    b->samples = g_new(int16_t, BLOCKS * SAMPLES);
    vicu__segment__init(&b->segment);
    b->segment.t0_us = T0_US;
    b->segment.period_num = 1;
    b->segment.period_den = 125;
    vicu__query_rows__init(&b->rows);
    for (size_t i = 0; i < BLOCKS; i++) {
        Vicu__SampleBlock *block = &b->block[i];
        int16_t *samples = b->samples + i * SAMPLES;
        samples_make((SamplesKind)((int)i % SAMPLES_KINDS), (uint32_t)i, samples, SAMPLES);
        vicu__sample_block__init(block);
        block->segment = &b->segment;
        block->first = i * SAMPLES;
        block->n = SAMPLES;
        block->block.data = g_malloc(vicu_codec_bound(SAMPLES));
        block->block.len = vicu_block_pack(scratch, samples, SAMPLES, 938, block->block.data);
        b->list[i] = block;
    }
    b->rows.block = b->list;
    b->rows.n_block = BLOCKS;
}

static void
tear_down(Bench *b, gconstpointer data)
{
    (void)data;
    for (size_t i = 0; i < BLOCKS; i++)
        g_free(b->block[i].block.data);
    g_free(b->samples);
    vicu_query_blocks_free(b->one);
    vicu_query_blocks_free(b->four);
}

/* The answer as it comes over the wire, unpacked; what is wrong with it, or "". */
static Vicu__QueryRows *
unpack(const Bench *b, VicuQueryBlocks *decoder, int64_t from_us, int64_t to_us, char **why)
{
    g_autoptr(GBytes) packed = vicu_wire_pack(&b->rows.base);
    g_autoptr(GError) error = NULL;
    Vicu__QueryRows *rows =
        vicu_wire_unpack_query_rows(g_bytes_get_data(packed, NULL), g_bytes_get_size(packed), NULL);

    g_assert_nonnull(rows);
    gboolean ok = vicu_query_blocks_unpack(decoder, rows, from_us, to_us, &error);
    g_assert_cmpint(ok, ==, error == NULL);
    *why = g_strdup(ok ? "" : error->message);
    return rows;
}

/* Both ways give the same; how many samples. */
static size_t
check_same(const Bench *b, int64_t from_us, int64_t to_us)
{
    g_autofree char *why_one = NULL;
    g_autofree char *why_four = NULL;
    g_autoptr(Vicu__QueryRows) one = unpack(b, b->one, from_us, to_us, &why_one);
    g_autoptr(Vicu__QueryRows) four = unpack(b, b->four, from_us, to_us, &why_four);
    size_t samples = 0;

    g_assert_cmpstr(why_one, ==, "");
    g_assert_cmpstr(why_four, ==, "");
    g_assert_cmpuint(one->n_block + four->n_block, ==, 0);
    g_assert_cmpuint(one->n_run, ==, four->n_run);
    for (size_t i = 0; i < one->n_run; i++) {
        const Vicu__SampleRun *run = one->run[i];
        g_assert_cmpuint(run->first, ==, four->run[i]->first);
        g_assert_cmpuint(run->samples.len, ==, four->run[i]->samples.len);
        g_assert_true(memcmp(run->samples.data, four->run[i]->samples.data, run->samples.len) == 0);
        g_assert_cmpuint(run->first + run->samples.len / 2, <=, BLOCKS * SAMPLES);
        g_assert_true(memcmp(run->samples.data, b->samples + run->first, run->samples.len) == 0);
        if (i > 0)
            g_assert_cmpuint(one->run[i - 1]->first, <, run->first);
        samples += run->samples.len / 2;
    }
    return samples;
}

static void
several_threads_give_what_one_gives_in_order(Bench *b, gconstpointer data)
{
    (void)data;
    for (int again = 0; again < 50; again++)
        g_assert_cmpuint(check_same(b, T0_US, END_US), ==, BLOCKS * SAMPLES);
    g_assert_cmpuint(check_same(b, INT64_MIN, INT64_MAX), ==, BLOCKS * SAMPLES);
    g_assert_cmpuint(check_same(b, END_US, INT64_MAX), ==, 0);
    for (b->rows.n_block = 0; b->rows.n_block < 4; b->rows.n_block++)
        g_assert_cmpuint(check_same(b, T0_US, END_US), ==, b->rows.n_block * SAMPLES);
}

static void
blocks_at_the_ends_are_cut_to_the_time_asked_for(Bench *b, gconstpointer data)
{
    (void)data;
    for (int i = 0; i < 50; i++) {
        int64_t from = g_test_rand_int_range(0, BLOCKS * SAMPLES - 1);
        int64_t to = g_test_rand_int_range((gint32)from + 1, BLOCKS * SAMPLES);
        g_assert_cmpuint(check_same(b, T0_US + from * 8000, T0_US + to * 8000), ==, to - from);
    }
}

static void
runs_among_them_stand_in_the_order_of_time(Bench *b, gconstpointer data)
{
    Vicu__SampleRun run = VICU__SAMPLE_RUN__INIT;
    Vicu__SampleRun *runs[] = {&run};

    (void)data;
    run.segment = &b->segment;
    run.first = 7 * SAMPLES;
    run.samples.data = (uint8_t *)(b->samples + 7 * SAMPLES);
    run.samples.len = 2 * SAMPLES;
    b->rows.run = runs;
    b->rows.n_run = 1;
    for (size_t i = 7; i + 1 < BLOCKS; i++)
        b->list[i] = b->list[i + 1];
    b->rows.n_block = BLOCKS - 1;
    g_assert_cmpuint(check_same(b, T0_US, END_US), ==, BLOCKS * SAMPLES);
}

static void
check_refused(const Bench *b, VicuBlockStatus status)
{
    g_autofree char *why_one = NULL;
    g_autofree char *why_four = NULL;
    g_autoptr(Vicu__QueryRows) one = unpack(b, b->one, T0_US, END_US, &why_one);
    g_autoptr(Vicu__QueryRows) four = unpack(b, b->four, T0_US, END_US, &why_four);

    g_assert_cmpstr(why_one, ==, why_four);
    g_assert_true(g_str_has_suffix(why_one, vicu_block_status_text(status)));
    g_assert_cmpuint(one->n_run + four->n_run, ==, 0);
}

static void
the_first_damaged_block_is_what_is_told(Bench *b, gconstpointer data)
{
    (void)data;
    for (int again = 0; again < 50; again++) {
        size_t first = (size_t)g_test_rand_int_range(0, BLOCKS - 1);
        ProtobufCBinaryData *bytes = &b->block[first].block;
        uint8_t was = bytes->data[bytes->len / 2];
        b->block[BLOCKS - 1].block.data[0] ^= 0xf0; /* another kind of damage behind it */
        bytes->data[bytes->len / 2] ^= 1;
        check_refused(b, VICU_BLOCK_CHECKSUM);
        bytes->data[bytes->len / 2] = was;
        check_refused(b, VICU_BLOCK_VERSION);
        b->block[BLOCKS - 1].block.data[0] ^= 0xf0;
        check_same(b, T0_US, END_US);
    }
}

static void
a_block_of_another_length_than_told_is_refused(Bench *b, gconstpointer data)
{
    static const uint32_t lengths[] = {
        1,         SAMPLES - 1, SAMPLES + 1, VICU_BLOCK_MAX_SAMPLES, VICU_BLOCK_MAX_SAMPLES + 1,
        UINT32_MAX};

    (void)data;
    for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
        b->block[11].n = lengths[i];
        check_refused(b, VICU_BLOCK_CORRUPT);
    }
    b->block[11].n = SAMPLES;
    b->block[11].block.len--;
    check_refused(b, VICU_BLOCK_TRUNCATED);
}

static void
a_block_without_a_place_is_refused(Bench *b, gconstpointer data)
{
    g_autofree char *why = NULL;

    (void)data;
    b->block[5].first = UINT64_MAX;
    vicu_wire_free(unpack(b, b->four, T0_US, END_US, &why));
    g_assert_true(g_str_has_suffix(why, "its segment or its place makes no sense"));
    b->block[3].block.data[0] ^= 0xf0; /* before it */
    check_refused(b, VICU_BLOCK_VERSION);
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*test)(Bench *b, gconstpointer data);
    } tests[] = {
        {"several_threads_give_what_one_gives_in_order",
         several_threads_give_what_one_gives_in_order},
        {"blocks_at_the_ends_are_cut_to_the_time_asked_for",
         blocks_at_the_ends_are_cut_to_the_time_asked_for},
        {"runs_among_them_stand_in_the_order_of_time", runs_among_them_stand_in_the_order_of_time},
        {"the_first_damaged_block_is_what_is_told", the_first_damaged_block_is_what_is_told},
        {"a_block_of_another_length_than_told_is_refused",
         a_block_of_another_length_than_told_is_refused},
        {"a_block_without_a_place_is_refused", a_block_without_a_place_is_refused},
    };

    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strconcat("/common/query-blocks/", tests[i].name, NULL);
        g_test_add(path, Bench, NULL, set_up, tests[i].test, tear_down);
    }
    return g_test_run();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/codec/block.h"
#include "tests/common/codec-samples.h"

#define MAX_SAMPLES 20000
#define DIGEST      UINT64_C(0x55b43d0cdad0cde3)

typedef struct {
    VicuCodecScratch *scratch;
    int16_t *samples;
    int16_t *out;
    uint8_t *block;
} Bench;

static void
set_up(Bench *b, gconstpointer data)
{
    (void)data;
    b->scratch = vicu_codec_scratch_new(MAX_SAMPLES);
    b->samples = g_new(int16_t, MAX_SAMPLES);
    b->out = g_new(int16_t, MAX_SAMPLES);
    b->block = g_malloc(vicu_codec_bound(MAX_SAMPLES));
}

static void
tear_down(Bench *b, gconstpointer data)
{
    (void)data;
    vicu_codec_scratch_free(b->scratch);
    g_free(b->samples);
    g_free(b->out);
    g_free(b->block);
}

/* Packs, unpacks from memory of exactly that size, compares; returns the size. */
static size_t
round_trip(Bench *b, const int16_t *samples, size_t n, unsigned restart)
{
    size_t size = vicu_block_pack(b->scratch, samples, n, restart, b->block), got = 0;
    g_autofree uint8_t *exact = g_memdup2(b->block, size);

    g_assert_cmpuint(size, <=, 2 * n + n / 4 + 96);
    g_assert_cmpint(vicu_block_unpack(b->scratch, exact, size, b->out, n, &got), ==, VICU_BLOCK_OK);
    g_assert_cmpuint(got, ==, n);
    g_assert_true(memcmp(b->out, samples, 2 * n) == 0);
    return size;
}

static void
test_every_length(Bench *b, gconstpointer data)
{
    (void)data;
    for (int kind = 0; kind < SAMPLES_KINDS; kind++)
        for (size_t n = 1; n <= 600; n++) {
            samples_make((SamplesKind)kind, (uint32_t)n, b->samples, n);
            round_trip(b, b->samples, n, n % 3 == 0 ? 0 : (unsigned)(60 + n % 90));
        }
}

static void
test_minutes(Bench *b, gconstpointer data)
{
    (void)data;
    for (int kind = 0; kind < SAMPLES_KINDS; kind++)
        for (uint32_t seed = 0; seed < 10; seed++) {
            samples_make((SamplesKind)kind, seed, b->samples, MAX_SAMPLES - seed);
            round_trip(b, b->samples, MAX_SAMPLES - seed, 1875 + seed);
        }
}

static void
test_constant(Bench *b, gconstpointer data)
{
    (void)data;
    samples_make(SAMPLES_CONSTANT, 1234, b->samples, MAX_SAMPLES);
    g_assert_cmpuint(round_trip(b, b->samples, MAX_SAMPLES, 1875), <=, 16);
    samples_make(SAMPLES_INVALID, 0, b->samples, MAX_SAMPLES);
    g_assert_cmpuint(round_trip(b, b->samples, MAX_SAMPLES, 1875), <=, 16);
}

/* Flags of the first byte, docs/codec.md. */
enum { FLAG_RUNS = 4, FLAG_LATTICE = 8 };

static void
test_lists(Bench *b, gconstpointer data)
{
    (void)data;
    samples_make(SAMPLES_LATTICE, 3, b->samples, MAX_SAMPLES);
    size_t ranked = round_trip(b, b->samples, MAX_SAMPLES, 1875);
    g_assert_true((b->block[0] & FLAG_LATTICE) != 0);
    for (size_t i = 0; i < MAX_SAMPLES; i++)
        b->samples[i] /= 3;
    size_t dense = round_trip(b, b->samples, MAX_SAMPLES, 1875);
    g_assert_true((b->block[0] & FLAG_LATTICE) == 0);
    g_assert_cmpuint(ranked, <, dense + 64);
    samples_make(SAMPLES_HOLES, 3, b->samples, MAX_SAMPLES);
    round_trip(b, b->samples, MAX_SAMPLES, 1875);
    g_assert_true((b->block[0] & FLAG_RUNS) != 0);
    samples_make(SAMPLES_SPECKLED, 3, b->samples, MAX_SAMPLES);
    round_trip(b, b->samples, MAX_SAMPLES, 1875);
    g_assert_true((b->block[0] & FLAG_RUNS) == 0);
}

/* The longest block there is, and a scratch that is too small for it. */
static void
test_longest(Bench *b, gconstpointer data)
{
    const size_t n = VICU_BLOCK_MAX_SAMPLES;
    g_autoptr(VicuCodecScratch) scratch = vicu_codec_scratch_new(n);
    g_autofree int16_t *samples = g_new(int16_t, n);
    g_autofree int16_t *out = g_new(int16_t, n);
    g_autofree uint8_t *block = g_malloc(vicu_codec_bound(n));
    size_t got = 0;

    (void)data;
    for (int kind = 0; kind < SAMPLES_KINDS; kind++) {
        samples_make((SamplesKind)kind, 9, samples, n);
        size_t size = vicu_block_pack(scratch, samples, n, kind % 2 == 0 ? 64 : 0, block);
        g_assert_cmpuint(size, <=, 2 * n + n / 4 + 96);
        g_assert_cmpint(vicu_block_unpack(scratch, block, size, out, n, &got), ==, VICU_BLOCK_OK);
        g_assert_true(memcmp(out, samples, 2 * got) == 0);
        g_assert_cmpint(vicu_block_unpack(b->scratch, block, size, b->out, MAX_SAMPLES, &got), ==,
                        VICU_BLOCK_ROOM);
        g_assert_cmpint(vicu_block_unpack(scratch, block, size, out, n - 1, &got), ==,
                        VICU_BLOCK_ROOM);
    }
}

static VicuBlockStats
stats_of(const int16_t *x, size_t n)
{
    VicuBlockStats s = {0};

    for (size_t i = 0; i < n; i++) {
        if (x[i] == VICU_BLOCK_INVALID)
            continue;
        s.min = s.n_valid == 0 || x[i] < s.min ? x[i] : s.min;
        s.max = s.n_valid == 0 || x[i] > s.max ? x[i] : s.max;
        s.sum += x[i];
        s.n_valid++;
    }
    return s;
}

static void
assert_stats(const VicuBlockStats *found, const VicuBlockStats *expected)
{
    g_assert_cmpint(found->min, ==, expected->min);
    g_assert_cmpint(found->max, ==, expected->max);
    g_assert_cmpint(found->sum, ==, expected->sum);
    g_assert_cmpuint(found->n_valid, ==, expected->n_valid);
}

static void
test_columns(Bench *b, gconstpointer data)
{
    VicuBlockStats columns[400];
    VicuBlockInfo info;

    (void)data;
    for (int kind = 0; kind < SAMPLES_KINDS; kind++) {
        const size_t n = 15007, restart = 700;
        samples_make((SamplesKind)kind, 5, b->samples, n);
        size_t size = vicu_block_pack(b->scratch, b->samples, n, restart, b->block);
        g_assert_cmpint(vicu_block_peek(b->block, size + 9, &info, columns, 400), ==,
                        VICU_BLOCK_OK);
        g_assert_cmpuint(info.size, ==, size);
        g_assert_cmpuint(info.n, ==, n);
        g_assert_cmpuint(info.restart, ==, restart);
        g_assert_cmpuint(info.n_columns, ==, (n + restart - 1) / restart);
        VicuBlockStats all = stats_of(b->samples, n);
        assert_stats(&info.total, &all);
        for (size_t i = 0; i < info.n_columns; i++) {
            VicuBlockStats one = stats_of(b->samples + i * restart, MIN(restart, n - i * restart));
            assert_stats(&columns[i], &one);
        }
        g_assert_cmpint(vicu_block_peek(b->block, size, &info, columns, info.n_columns - 1), ==,
                        VICU_BLOCK_ROOM);
        g_assert_cmpint(vicu_block_peek(b->block, size, &info, NULL, 0), ==, VICU_BLOCK_OK);
    }
}

static void
assert_range(Bench *b, size_t size, size_t first, size_t count)
{
    b->out[count] = 4711;
    g_assert_cmpint(vicu_block_unpack_range(b->scratch, b->block, size, first, count, b->out), ==,
                    VICU_BLOCK_OK);
    g_assert_true(memcmp(b->out, b->samples + first, 2 * count) == 0);
    g_assert_cmpint(b->out[count], ==, 4711);
}

static void
test_ranges(Bench *b, gconstpointer data)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(3);

    (void)data;
    for (int kind = 0; kind < SAMPLES_KINDS; kind++) {
        const size_t n = 5003, restart = 469;
        samples_make((SamplesKind)kind, 8, b->samples, n);
        size_t size = vicu_block_pack(b->scratch, b->samples, n, restart, b->block);
        for (size_t at = 0; at < n; at += restart) {
            assert_range(b, size, at, MIN(restart, n - at));
            assert_range(b, size, at, n - at);
            assert_range(b, size, at, 1);
        }
        for (int i = 0; i < 300; i++) {
            size_t first = (size_t)g_rand_int_range(random, 0, (gint32)n);
            assert_range(b, size, first, (size_t)g_rand_int_range(random, 0, (gint32)(n - first)));
        }
        g_assert_cmpint(vicu_block_unpack_range(b->scratch, b->block, size, n, 1, b->out), ==,
                        VICU_BLOCK_RANGE);
        g_assert_cmpint(vicu_block_unpack_range(b->scratch, b->block, size, 1, n, b->out), ==,
                        VICU_BLOCK_RANGE);
        g_assert_cmpint(vicu_block_unpack_range(b->scratch, b->block, size, 1, SIZE_MAX, b->out),
                        ==, VICU_BLOCK_RANGE);
        g_assert_cmpint(vicu_block_unpack_range(b->scratch, b->block, size, n, 0, b->out), ==,
                        VICU_BLOCK_OK);
    }
}

/* One bit wrong anywhere is found, and so is an end that is missing. */
static void
test_damage(Bench *b, gconstpointer data)
{
    (void)data;
    for (int kind = 0; kind < SAMPLES_KINDS; kind++) {
        const size_t n = 400;
        VicuBlockInfo info;
        size_t got = 0;
        samples_make((SamplesKind)kind, 2, b->samples, n);
        size_t size = vicu_block_pack(b->scratch, b->samples, n, 100, b->block);
        for (size_t bit = 0; bit < 8 * size; bit++) {
            g_autofree uint8_t *bad = g_memdup2(b->block, size);
            bad[bit / 8] ^= (uint8_t)(1 << bit % 8);
            g_assert_cmpint(vicu_block_peek(bad, size, &info, NULL, 0), !=, VICU_BLOCK_OK);
            g_assert_cmpint(vicu_block_unpack(b->scratch, bad, size, b->out, n, &got), !=,
                            VICU_BLOCK_OK);
        }
        for (size_t keep = 0; keep < size; keep++) {
            g_autofree uint8_t *part = g_memdup2(b->block, MAX(keep, 1));
            g_assert_cmpint(vicu_block_unpack(b->scratch, part, keep, b->out, n, &got), ==,
                            VICU_BLOCK_TRUNCATED);
        }
    }
}

/* A minute of a recorded lead takes what docs/codec.md says, about 0.6 bytes a sample. */
static void
test_recorded(Bench *b, gconstpointer data)
{
    size_t n = 0;
    g_autofree int16_t *x = samples_recorded("v541l.mat", 4, 0, &n);

    (void)data;
    g_assert_nonnull(x);
    g_assert_cmpuint(n, ==, 82500);
    size_t total = 0;
    for (size_t at = 0; at < n; at += 15000)
        total += round_trip(b, x + at, MIN(15000, n - at), 1875);
    g_assert_cmpuint(total, <, n);
}

/* FNV-1a, 64 bits. */
static uint64_t
digest(uint64_t hash, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
    return hash;
}

static uint64_t
digest_of_path(Bench *b, VicuCodecPath path, const int16_t *recorded, size_t n_recorded)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    g_assert_true(vicu_codec_scratch_use(b->scratch, path));
    for (int kind = 0; kind < SAMPLES_KINDS; kind++)
        for (uint32_t seed = 0; seed < 40; seed++) {
            const size_t n = seed < 30 ? 1 + seed * 37 : 15000 + seed * 11;
            /* sines are the C library's, not ours: no word on their last bit */
            if (kind == SAMPLES_WAVE || kind == SAMPLES_HOLES || kind == SAMPLES_SPECKLED)
                continue;
            samples_make((SamplesKind)kind, seed, b->samples, n);
            size_t size =
                vicu_block_pack(b->scratch, b->samples, n, seed % 2 ? 1875 : 400, b->block);
            hash = digest(hash, b->block, size);
        }
    for (size_t at = 0; at < n_recorded; at += 15000) {
        size_t size =
            vicu_block_pack(b->scratch, recorded + at, MIN(15000, n_recorded - at), 1875, b->block);
        hash = digest(hash, b->block, size);
    }
    return hash;
}

/* Format 1 is fixed: another number here means that blocks on disk would be packed
 * otherwise, or that this machine reckons otherwise. */
static void
test_same_bytes(Bench *b, gconstpointer data)
{
    size_t n = 0;
    g_autofree int16_t *recorded = samples_recorded("v541l.mat", 4, 0, &n);

    (void)data;
    g_assert_nonnull(recorded);
    uint64_t scalar = digest_of_path(b, VICU_CODEC_SCALAR, recorded, n);
    g_assert_cmphex(scalar, ==, DIGEST);
    if (vicu_codec_scratch_use(b->scratch, VICU_CODEC_AVX2))
        g_assert_cmphex(digest_of_path(b, VICU_CODEC_AVX2, recorded, n), ==, scalar);
    else
        g_test_skip("this processor has no AVX2");
}

/* What one path has packed every path unpacks. */
static void
test_paths_agree(Bench *b, gconstpointer data)
{
    size_t got = 0;

    (void)data;
    if (!vicu_codec_scratch_use(b->scratch, VICU_CODEC_AVX2)) {
        g_test_skip("this processor has no AVX2");
        return;
    }
    for (int kind = 0; kind < SAMPLES_KINDS; kind++)
        for (uint32_t seed = 0; seed < 20; seed++) {
            const size_t n = 500 + 97 * seed;
            samples_make((SamplesKind)kind, seed, b->samples, n);
            vicu_codec_scratch_use(b->scratch, VICU_CODEC_SCALAR);
            size_t size = vicu_block_pack(b->scratch, b->samples, n, 170, b->block);
            vicu_codec_scratch_use(b->scratch, VICU_CODEC_AVX2);
            g_assert_cmpint(vicu_block_unpack(b->scratch, b->block, size, b->out, n, &got), ==,
                            VICU_BLOCK_OK);
            g_assert_true(memcmp(b->out, b->samples, 2 * n) == 0);
        }
}

/* Random blocks of random kinds, patched together; ten million of them at night. */
static void
test_random_blocks(Bench *b, gconstpointer data)
{
    const guint64 blocks = g_getenv("VICU_NIGHT") != NULL ? 10000000 : 2000;
    g_autoptr(GRand) random = g_rand_new_with_seed(20260101);

    (void)data;
    for (guint64 i = 0; i < blocks; i++) {
        size_t n = 1 + (size_t)g_rand_int_range(random, 0, i % 100 == 0 ? 3000 : 300);
        for (size_t at = 0; at < n;) {
            size_t m = 1 + (size_t)g_rand_int_range(random, 0, (gint32)(n - at));
            samples_make((SamplesKind)g_rand_int_range(random, 0, SAMPLES_KINDS),
                         g_rand_int(random), b->samples + at, m);
            at += m;
        }
        round_trip(b, b->samples, n, (unsigned)g_rand_int_range(random, 0, 200));
    }
    if (g_getenv("VICU_NIGHT") != NULL)
        g_test_message("figure: %" G_GUINT64_FORMAT " random blocks came back", blocks);
}

#define ADD(name, function)                                                                        \
    g_test_add("/common/codec/" name, Bench, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("gives_back_every_length_and_kind", test_every_length);
    ADD("gives_back_minutes_of_every_kind", test_minutes);
    ADD("makes_a_constant_channel_tiny", test_constant);
    ADD("lists_codes_and_invalid_runs_where_that_is_shorter", test_lists);
    ADD("takes_the_longest_block_and_refuses_what_has_no_room", test_longest);
    ADD("tells_the_columns_without_decoding", test_columns);
    ADD("decodes_any_range_as_the_whole", test_ranges);
    ADD("finds_every_wrong_bit_and_every_missing_byte", test_damage);
    ADD("packs_a_recorded_lead", test_recorded);
    ADD("packs_the_same_bytes_on_every_machine", test_same_bytes);
    ADD("unpacks_on_one_path_what_another_packed", test_paths_agree);
    ADD("gives_back_random_blocks", test_random_blocks);
    return g_test_run();
}

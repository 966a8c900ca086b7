/* Archived days: what they cost, what they need, what they refuse.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/store/leads.h"

/* Ten seconds of all leads a batch. */
static void
feed_in_order(Ward *ward, uint64_t *sequence, uint32_t from, uint32_t to, int without)
{
    for (uint32_t frame = from; frame < to;) {
        Make *make = leads_begin(T0_US);
        for (int k = 0; k < 10 && frame < to; k++, frame++)
            for (int s = 0; s < LEADS; s++)
                if (s != without || frame % 100 < 70)
                    leads_add(make, s, frame);
        ward_put(ward, 1, 1, ++*sequence, make_done(make));
        ward_pass(ward, SECOND / 2);
        ward_rest(ward);
        ward_commit(ward);
    }
}

static void
ward_fed(Ward *ward, int without)
{
    uint64_t sequence = 0;

    ward_open(ward);
    ward_epoch(ward, 1, 1);
    feed_in_order(ward, &sequence, 0, FRAMES, without);
}

/* Bits a sample that the rows of @stream take, keys included. */
static double
bits_of(Ward *ward, uint32_t stream)
{
    g_autoptr(StoreIter) iter = store_iter_new(ward->db, STORE_WAVE, NULL, NULL);
    size_t bytes = 0;

    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t key_size = 0, size = 0;
        StorePlace place;
        const uint8_t *key = store_iter_key(iter, &key_size);
        store_iter_value(iter, &size);
        if (store_read_place(key, key_size, &place) && place.stream == stream)
            bytes += key_size + size;
    }
    return 8.0 * (double)bytes / LEAD_N;
}

static uint32_t
stream_of(Ward *ward, int s)
{
    return store_streams_find(store_head_streams(ward->head), LEAD_BED, lead_code[s], 0, true)
        ->number;
}

static void
an_archived_day_reads_as_before_and_its_pyramid_stays(void)
{
    Ward ward;

    ward_fed(&ward, -1);
    leads_come_to(&ward, STORE_TIER_DAY);
    for (int s = 0; s < LEADS; s++)
        lead_check(&ward, s, true);
    g_autoptr(GBytes) day = family_dump(&ward, STORE_WAVE_TREND);
    g_autofree double *hot = g_new(double, LEADS);
    for (int s = 0; s < LEADS; s++)
        hot[s] = bits_of(&ward, stream_of(&ward, s));
    g_assert_cmpuint(wave_count_archived(&ward), ==, 0);
    leads_come_to(&ward, STORE_TIER_ARCHIVE);
    g_assert_cmpuint(wave_count_archived(&ward), >=, 3 * LEADS);
    g_autoptr(GBytes) archived = family_dump(&ward, STORE_WAVE_TREND);
    g_assert_cmpuint(g_bytes_get_size(day), >, 1000);
    g_assert_true(g_bytes_equal(day, archived));
    for (int s = 0; s < LEADS; s++) {
        double bits = bits_of(&ward, stream_of(&ward, s));
        g_test_message("lead %d: %.3f bits a sample, %.3f before", s, bits, hot[s]);
        g_assert_cmpfloat(bits, <, hot[s]);
        if (s >= LEAD_III && s <= LEAD_AVF)
            g_assert_cmpfloat(bits, <=, 1.3);
        lead_check(&ward, s, false);
        lead_check(&ward, s, true);
    }
    ward_shut(&ward); /* and from the disk alone */
    ward_reopen(&ward);
    leads_settings(&ward, true);
    lead_check(&ward, LEAD_AVF, true);
    lead_check(&ward, LEAD_PLETH, false);
    ward_close(&ward);
}

/* ---- any order ---- */

static GBytes *
dump_of_order(const uint32_t *order, uint32_t n)
{
    Ward ward;
    uint64_t sequence = 0;
    size_t n_late = 0;

    ward_open(&ward);
    ward_epoch(&ward, 1, 1);
    for (uint32_t i = 0; i < n;) {
        Make *make = leads_begin(T0_US);
        for (uint32_t k = 0; k < 100 && i < n; k++, i++)
            leads_add(make, (int)(order[i] % LEADS), order[i] / LEADS);
        ward_put(&ward, 1, 1, ++sequence, make_done(make));
        ward_pass(&ward, SECOND);
        ward_rest(&ward);
        ward_commit(&ward);
        if (i == n / 2 / 100 * 100) /* half of it is in the archive when the rest comes */
            leads_come_to(&ward, STORE_TIER_ARCHIVE);
    }
    leads_come_to(&ward, STORE_TIER_ARCHIVE);
    for (int s = 0; s < LEADS; s += 4)
        lead_check(&ward, s, s % 8 == 0);
    GBytes *dump = wave_dump(&ward, &n_late);
    g_assert_cmpuint(n_late, ==, 0);
    ward_close(&ward);
    return dump;
}

static void
late_and_shuffled_leads_end_as_the_same_archive(void)
{
    uint32_t n = FRAMES * LEADS, seed = 7;
    g_autofree uint32_t *order = g_new(uint32_t, n);

    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    g_autoptr(GBytes) want = dump_of_order(order, n);
    for (uint32_t i = n - 1; i > 0; i--) {
        seed = seed * 1664525u + 1013904223u;
        uint32_t k = (seed >> 8) % (i + 1), swap = order[i];
        order[i] = order[k];
        order[k] = swap;
    }
    g_autoptr(GBytes) got = dump_of_order(order, n);
    g_assert_true(g_bytes_equal(got, want));
}

/* Three tenths of lead II are missing: it is a reference all the same, a worse one. */
static void
a_lead_with_holes_is_a_reference_where_it_has_most_samples(void)
{
    Ward ward;
    uint64_t sequence = FRAMES / 10;

    ward_fed(&ward, LEAD_II);
    leads_come_to(&ward, STORE_TIER_ARCHIVE);
    for (int s = 0; s < LEADS; s++)
        if (s != LEAD_II)
            lead_check(&ward, s, s % 2 == 0);
    double without = bits_of(&ward, stream_of(&ward, LEAD_III));
    feed_in_order(&ward, &sequence, 0, FRAMES, -1); /* the rest of it comes two days late */
    leads_come_to(&ward, STORE_TIER_ARCHIVE);
    for (int s = 0; s < LEADS; s++)
        lead_check(&ward, s, s % 2 == 0);
    g_assert_cmpfloat(bits_of(&ward, stream_of(&ward, LEAD_III)), <, without);
    ward_close(&ward);
}

/* ---- damage ---- */

typedef enum {
    WHOLE,
    MISSING,  /* the rows are not there */
    FLIPPED,  /* a bit of the block */
    SHORT,    /* its end is not there */
    OTHER,    /* the row is that of another five minutes: readable, not the same samples */
    CIRCULAR, /* it says that it needs what needs it */
} Fault;

static void
plant_row(StoreFile *file,
          const StorePart *part,
          const StorePlace *place,
          const uint8_t *value,
          size_t size)
{
    StoreKey key = store_part_key(part->tier, part->period, part->generation);

    store_key_place(&key, place);
    g_assert_true(store_file_put(file, &key, value, size, NULL));
}

static GArray *
rows_of_all(Ward *ward)
{
    StoreWaves *waves = store_head_waves(ward->head);
    StorePart part = g_array_index(store_parts_all(waves->parts), StorePart, 0);
    g_autoptr(StoreReader) reader = store_reader_new(waves);
    GArray *rows = store_archived_new();

    for (uint32_t s = 0; s < LEADS; s++)
        g_assert_true(store_reader_raw(reader, &part, s, part.begin, part.end,
                                       store_archived_collect, rows, NULL));
    return rows;
}

/* The archived day of @rows again, but for those of @stream. */
static void
plant(Ward *ward, const GArray *rows, uint32_t stream, uint32_t other, Fault fault)
{
    StoreWaves *waves = store_head_waves(ward->head);
    StorePart part = g_array_index(store_parts_all(waves->parts), StorePart, 0);
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func((GDestroyNotify)store_file_free);
    StoreFile *file = store_file_new(ward->db, STORE_FILE_PREFIX "planted", NULL);

    part.generation = store_parts_next_generation(waves->parts, part.tier, part.period);
    for (guint i = 0; i < rows->len; i++) {
        const StoreArchivedRow *row = &g_array_index(rows, StoreArchivedRow, i);
        size_t size = 0;
        const uint8_t *value = g_bytes_get_data(row->value, &size);
        g_autofree uint8_t *bad = g_memdup2(value, size);
        if (row->place.stream != stream || fault == WHOLE) {
            plant_row(file, &part, &row->place, value, size);
            continue;
        }
        if (fault == MISSING)
            continue;
        bad[size / 2] ^= fault == FLIPPED ? 4 : 0;
        if (fault == SHORT)
            size -= 9;
        if (fault == OTHER && i + 1 < rows->len)
            value = g_bytes_get_data(row[1].value, &size);
        if (fault == CIRCULAR) {
            g_autoptr(GByteArray) longer = g_byte_array_new();
            uint32_t le = GUINT32_TO_LE(other);
            bad[2] = 1;
            g_byte_array_append(longer, bad, 8);
            g_byte_array_append(longer, (const uint8_t *)&le, 4);
            g_byte_array_append(longer, row->place.hash, 8);
            g_byte_array_append(longer, bad + 8, (guint)size - 8);
            plant_row(file, &part, &row->place, longer->data, longer->len);
            continue;
        }
        plant_row(file, &part, &row->place, fault == OTHER ? value : bad, size);
    }
    g_ptr_array_add(files, file);
    g_assert_true(store_file_finish(file, NULL));
    g_assert_true(store_db_ingest(ward->db, files, NULL));
    store_parts_put(waves->parts, &part);
    ward_commit(ward);
}

static void
check_trouble(Ward *ward, int s, const char *expected)
{
    for (int blocks = 0; blocks < 2; blocks++) {
        g_autofree char *why = lead_trouble(ward, s, blocks);
        g_test_message("lead %d: %s", s, why);
        g_assert_nonnull(strstr(why, expected));
    }
}

static void
a_damaged_reference_is_named_and_what_stands_alone_is_read(void)
{
    Ward ward;

    ward_fed(&ward, -1);
    leads_come_to(&ward, STORE_TIER_ARCHIVE);
    uint32_t two = stream_of(&ward, LEAD_II), three = stream_of(&ward, LEAD_III);
    g_autofree char *named = g_strdup_printf("its reference, stream %u: ", two);
    g_autofree char *self = g_strdup_printf("the archive of stream %u, ", three);
    g_autoptr(GArray) rows = rows_of_all(&ward);
    leads_settings(&ward, false);
    for (Fault fault = MISSING; fault <= CIRCULAR; fault++) {
        plant(&ward, rows, two, three, fault);
        check_trouble(&ward, LEAD_III, named);
        check_trouble(&ward, LEAD_III, self);
        check_trouble(&ward, LEAD_III, "restore the folder from a backup");
        lead_check(&ward, LEAD_I, true);
        lead_check(&ward, LEAD_PLETH, false);
    }
    plant(&ward, rows, two, three, WHOLE);
    lead_check(&ward, LEAD_III, true);
    ward_close(&ward);
}

/* The work neither ends the process nor comes back to it each second. */
static void
a_day_that_cannot_be_read_stays_as_it_is(void)
{
    Ward ward;

    ward_fed(&ward, -1);
    leads_come_to(&ward, STORE_TIER_DAY);
    g_autoptr(GArray) rows = rows_of_all(&ward);
    plant(&ward, rows, stream_of(&ward, LEAD_II), 0, FLIPPED);
    leads_settings(&ward, true);
    for (int i = 0; i < 200; i++) {
        ward_rest(&ward);
        ward_commit(&ward);
        ward_pass(&ward, 2 * SECOND);
    }
    const StoreArchiverCounts *counts = &store_head_counts(ward.head)->archive;
    g_assert_cmpuint(counts->refused, ==, 1);
    g_assert_cmpuint(counts->days, ==, 0);
    g_assert_cmpuint(wave_count_archived(&ward), ==, 0);
    lead_check(&ward, LEAD_III, true);
    check_trouble(&ward, LEAD_II, "checksum");
    ward_close(&ward);
}

static void
a_slice_packs_one_row_and_then_rests(void)
{
    Ward ward;
    uint64_t slices = 0;

    ward_fed(&ward, -1);
    leads_come_to(&ward, STORE_TIER_DAY);
    leads_settings(&ward, true);
    const StoreArchiverCounts *counts = &store_head_counts(ward.head)->archive;
    for (int i = 0; i < 5000 && counts->days == 0; i++) {
        uint64_t before = counts->samples;
        ward_rest(&ward);
        uint64_t packed = counts->samples - before;
        g_assert_cmpuint(packed, <=, 300 * LEAD_RATE);
        slices += packed > 0;
        if (packed > 0)
            ward_rest(&ward); /* at the same moment */
        g_assert_cmpuint(counts->samples, ==, before + packed);
        ward_commit(&ward);
        ward_pass(&ward, SECOND);
    }
    g_assert_cmpuint(counts->days, ==, 1);
    g_assert_cmpuint(slices, >=, 3 * LEADS);
    ward_close(&ward);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    leads_make();
#define ADD(name) g_test_add_func("/store/archive/" #name, name)
    ADD(an_archived_day_reads_as_before_and_its_pyramid_stays);
    ADD(late_and_shuffled_leads_end_as_the_same_archive);
    ADD(a_lead_with_holes_is_a_reference_where_it_has_most_samples);
    ADD(a_damaged_reference_is_named_and_what_stands_alone_is_read);
    ADD(a_day_that_cannot_be_read_stays_as_it_is);
    ADD(a_slice_packs_one_row_and_then_rests);
    return g_test_run();
}

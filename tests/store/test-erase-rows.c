/* Rows of a database with keys: sealed on the disk, as they were to who asks, gone when their
 * time is erased; and which databases are refused.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/error.h"
#include "store/erase/cipher.h"
#include "store/events.h"
#include "store/numeric.h"
#include "store/trend/gather.h"
#include "store/trend/trend.h"
#include "store/wave-key.h"
#include "tests/store/make.h"

#define BED   "demo/icu/1"
#define OTHER "demo/icu/2"

typedef struct {
    char *dir, *keys;
    StoreCipher *cipher;
    StoreDb *db;
} World;

static StoreDb *
open_with(const World *w, StoreCipher *cipher, GError **error)
{
    g_autofree char *store = g_build_filename(w->dir, "store", NULL);
    StoreDbOptions options;

    store_db_options_init(&options);
    options.cipher = cipher;
    return store_db_open(store, &options, error);
}

static StoreCipher *
cipher_of(const World *w)
{
    StoreKeyPlaces places = {w->keys, NULL};
    g_autofree char *note = NULL;
    GError *error = NULL;
    StoreCipher *cipher = store_cipher_new(&places, false, &note, &error);

    g_assert_no_error(error);
    g_assert_null(note);
    return cipher;
}

static void
world_open(World *w)
{
    GError *error = NULL;

    w->cipher = cipher_of(w);
    w->db = open_with(w, w->cipher, &error);
    g_assert_no_error(error);
}

static void
world_init(World *w)
{
    w->dir = make_folder();
    w->keys = g_build_filename(w->dir, "keys", NULL);
    world_open(w);
}

static void
world_close(World *w)
{
    store_db_close(w->db);
    store_cipher_free(w->cipher);
}

static void
world_clear(World *w)
{
    world_close(w);
    remove_folder(w->dir);
    g_free(w->dir);
    g_free(w->keys);
}

static void
commit(World *w)
{
    GError *error = NULL;

    g_assert_true(store_db_commit(w->db, NULL, &error));
    g_assert_no_error(error);
}

/* Stream 0 is of BED. */
static void
put_stream(World *w)
{
    Vicu__StreamRow row = VICU__STREAM_ROW__INIT;
    StoreKey key = {0};

    row.bed = (char *)BED;
    store_key_u8(&key, 'i');
    store_key_u32(&key, 0);
    g_autoptr(GBytes) packed = vicu_wire_pack(&row.base);
    store_db_put(w->db, STORE_STREAMS, &key, g_bytes_get_data(packed, NULL),
                 g_bytes_get_size(packed));
}

typedef struct {
    StoreFamily family;
    StoreKey key;
    int64_t from_us, to_us; /* what its time is */
} Row;

static StoreKey
event_key(StoreEventTag tag, const char *bed, int64_t t_us)
{
    StoreKey key = store_events_key(tag, bed, t_us);

    if (tag == STORE_TAG_EVENT)
        store_key_bed(&key, bed);
    return key;
}

/* One row of each kind that is sealed, T0_US lying in each. */
static size_t
rows_of(Row *row)
{
    StoreTrendStream stream = {HEART, 0, 1};
    StorePlace place = {.stream = 0, .minute = store_minute_of(T0_US), .t0_us = T0_US};
    int64_t minute_us = place.minute * MINUTE, block = store_multiple(T0_US, STORE_TREND_BLOCK_US);
    int64_t span = store_multiple(T0_US, store_level_span_us(2));
    int64_t five = store_floor(T0_US, 5 * MINUTE), hour = store_floor(T0_US, HOUR);
    size_t n = 0;

    row[n++] = (Row){STORE_NUMERICS, store_numeric_key(BED, T0_US), five * 5 * MINUTE,
                     (five + 1) * 5 * MINUTE};
    row[n++] = (Row){STORE_TREND, store_trend_key_of(BED, block, &stream, 0),
                     block * STORE_TREND_BLOCK_US, (block + 1) * STORE_TREND_BLOCK_US};
    row[n++] = (Row){STORE_PYRAMID, store_pyramid_key_of(2, BED, span, &stream),
                     span * store_level_span_us(2), (span + 1) * store_level_span_us(2)};
    row[n++] = (Row){STORE_EVENTS, event_key(STORE_TAG_EVENT, BED, T0_US), T0_US, T0_US + 1};
    row[n++] = (Row){STORE_EVENTS, event_key(STORE_TAG_SYMBOL, BED, T0_US), T0_US, T0_US + 1};
    row[n++] = (Row){STORE_EVENTS, event_key(STORE_TAG_UNMAPPED, BED, T0_US), T0_US, T0_US + 1};
    row[n++] = (Row){STORE_LATE, store_late_key(&place, 1), minute_us, minute_us + MINUTE};
    row[n++] =
        (Row){STORE_WAVE_TREND, store_wave_trend_key(hour, 0), hour * HOUR, (hour + 1) * HOUR};
    return n;
}

static void
put_rows(World *w, const Row *row, size_t n)
{
    put_stream(w);
    for (size_t i = 0; i < n; i++)
        store_db_put(w->db, row[i].family, &row[i].key, "a patient's value", 17);
    commit(w);
}

/* As found, by key and by iterator, at the one place it has. */
static StoreFind
find(World *w, const Row *row, bool is_value)
{
    g_auto(StoreValue) value = {0};
    GError *error = NULL;
    StoreKey end = row->key;
    size_t size = 0;

    store_key_u8(&end, 0);
    StoreFind found = store_db_get(w->db, row->family, &row->key, &value, &error);
    g_autoptr(StoreIter) iter = store_iter_new(w->db, row->family, &row->key, &end);
    g_assert_cmpint(store_iter_valid(iter), ==, found == STORE_FOUND);
    if (found == STORE_FOUND) {
        const uint8_t *data = store_iter_value(iter, &size);
        assert_same_bytes(value.data, value.size, data, size);
        g_assert_true(is_value == (size == 17 && memcmp(data, "a patient's value", 17) == 0));
        store_iter_next(iter);
        g_assert_false(store_iter_valid(iter));
    } else {
        g_assert_cmpuint(store_iter_erased(iter), ==, 1);
    }
    g_assert_true(store_iter_check(iter, NULL));
    g_assert_no_error(error);
    return found;
}

static void
erase(World *w, const char *bed, int64_t from_us, int64_t to_us)
{
    GError *error = NULL;

    store_cipher_puncture(w->cipher, bed, store_tree_leaf(store_minute_of(from_us)),
                          store_tree_leaf(store_minute_of(to_us - 1)));
    g_assert_true(store_cipher_finish(w->cipher, &error));
    g_assert_no_error(error);
}

static void
every_kind_of_row_comes_back_and_goes_with_its_time(void)
{
    World w;
    Row row[16];
    size_t n = rows_of(row);

    for (size_t i = 0; i < n; i++) {
        world_init(&w);
        put_rows(&w, row, n);
        for (size_t k = 0; k < n; k++)
            g_assert_cmpint(find(&w, &row[k], true), ==, STORE_FOUND);
        erase(&w, OTHER, row[i].from_us, row[i].to_us);
        g_assert_cmpint(find(&w, &row[i], true), ==, STORE_FOUND);
        erase(&w, BED, row[i].from_us, row[i].to_us);
        g_assert_cmpint(find(&w, &row[i], true), ==, STORE_ABSENT);
        world_close(&w);
        world_open(&w);
        g_assert_cmpint(find(&w, &row[i], true), ==, STORE_ABSENT);
        world_clear(&w);
    }
}

/* A neighbour's minute goes: what was sealed before cannot be opened, and is not damage. */
static void
a_row_of_which_a_part_is_erased_goes_unless_it_is_sealed_again(void)
{
    World w;
    Row row[16];
    size_t n = rows_of(row);

    world_init(&w);
    put_rows(&w, row, n);
    int64_t edge_us = row[0].to_us - 1;
    g_assert_cmpint(edge_us, >, T0_US);
    store_cipher_puncture(w.cipher, BED, store_tree_leaf(store_minute_of(edge_us)),
                          store_tree_leaf(store_minute_of(edge_us)));
    g_assert_cmpint(find(&w, &row[0], true), ==, STORE_FOUND);
    store_db_put(w.db, STORE_TREND, &row[1].key, "what is left of it", 18);
    commit(&w);
    g_assert_cmpint(find(&w, &row[1], false), ==, STORE_FOUND);
    g_assert_true(store_cipher_finish(w.cipher, NULL));
    g_assert_cmpint(find(&w, &row[0], true), ==, STORE_ABSENT);
    g_assert_cmpint(find(&w, &row[1], false), ==, STORE_FOUND);
    g_assert_cmpint(find(&w, &row[3], true), ==, STORE_FOUND);
    world_close(&w);
    world_open(&w);
    g_assert_cmpint(find(&w, &row[0], true), ==, STORE_ABSENT);
    g_assert_cmpint(find(&w, &row[1], false), ==, STORE_FOUND);
    world_clear(&w);
}

static void
what_comes_for_an_erased_time_is_kept_for_nobody(void)
{
    World w;
    Row row[16];

    world_init(&w);
    rows_of(row);
    put_rows(&w, row, 1);
    erase(&w, BED, row[3].from_us, row[3].to_us);
    store_db_put(w.db, row[3].family, &row[3].key, "a patient's value", 17);
    commit(&w);
    g_assert_cmpint(find(&w, &row[3], true), ==, STORE_ABSENT);
    world_clear(&w);
}

static void
count_files(const char *dir, const char *text, unsigned *with)
{
    GDir *open = g_dir_open(dir, 0, NULL);
    const char *name;

    while (open != NULL && (name = g_dir_read_name(open)) != NULL) {
        g_autofree char *path = g_build_filename(dir, name, NULL), *data = NULL;
        gsize size = 0;
        if (g_file_get_contents(path, &data, &size, NULL))
            *with += memmem(data, size, text, strlen(text)) != NULL;
    }
    if (open != NULL)
        g_dir_close(open);
}

static void
nothing_of_a_value_lies_on_the_disk(void)
{
    World w;
    Row row[16];
    size_t n = rows_of(row);
    unsigned with = 0;

    world_init(&w);
    put_rows(&w, row, n);
    StoreKey head = {0}, body = {0};
    store_key_u64(&head, 1);
    store_key_bytes(&body, "sender", 6);
    store_db_put_joined(w.db, STORE_HEAD, &head, &body, "a patient's value", 17);
    commit(&w);
    g_auto(StoreValue) value = {0};
    g_assert_cmpint(store_db_get(w.db, STORE_HEAD, &head, &value, NULL), ==, STORE_FOUND);
    assert_same_bytes(value.data, value.size, "sendera patient's value", 23);
    g_autofree char *store = g_build_filename(w.dir, "store", NULL);
    count_files(store, "patient", &with);
    g_assert_cmpuint(with, ==, 0);
    world_close(&w);
    count_files(store, "patient", &with);
    g_assert_cmpuint(with, ==, 0);
    world_open(&w);
    for (size_t k = 0; k < n; k++)
        g_assert_cmpint(find(&w, &row[k], true), ==, STORE_FOUND);
    world_clear(&w);
}

static void
a_value_that_was_changed_is_damage(void)
{
    static const uint8_t foreign[40] = {0xcf, 'v', 'K', 1, 7};
    World w;
    Row row[16];
    g_autoptr(GError) error = NULL, again = NULL;
    g_auto(StoreValue) value = {0};
    StoreDbOptions options;
    size_t size = 0;

    world_init(&w);
    rows_of(row);
    put_rows(&w, row, 1);
    world_close(&w);
    g_autofree char *store = g_build_filename(w.dir, "store", NULL);
    store_db_options_init(&options);
    options.as_is = true;
    StoreDb *plain = store_db_open(store, &options, &error);
    g_assert_no_error(error);
    store_db_put(plain, row[0].family, &row[0].key, foreign, sizeof foreign);
    g_assert_true(store_db_commit(plain, NULL, NULL));
    store_db_close(plain);
    world_open(&w);
    g_assert_cmpint(store_db_get(w.db, row[0].family, &row[0].key, &value, &error), ==,
                    STORE_BROKEN);
    g_assert_nonnull(strstr(error->message, "numerics is not what was sealed"));
    g_autoptr(StoreIter) iter = store_iter_new(w.db, row[0].family, NULL, NULL);
    store_iter_value(iter, &size);
    g_assert_cmpuint(size, ==, 0);
    g_assert_false(store_iter_check(iter, &again));
    g_assert_nonnull(again);
    g_clear_pointer(&iter, store_iter_free);
    world_clear(&w);
}

static void
a_store_that_had_keys_is_refused_without_them(void)
{
    World w, other;
    Row row[16];
    g_autoptr(GError) none = NULL, lost = NULL, foreign = NULL;

    world_init(&w);
    rows_of(row);
    put_rows(&w, row, 1);
    world_close(&w);
    g_assert_null(open_with(&w, NULL, &none));
    g_assert_nonnull(strstr(none->message, "names no folder"));
    g_autofree char *aside = g_build_filename(w.dir, "aside", NULL);
    g_assert_cmpint(g_rename(w.keys, aside), ==, 0);
    StoreCipher *cipher = cipher_of(&w);
    g_assert_null(open_with(&w, cipher, &lost));
    g_assert_nonnull(strstr(lost->message, "there are none in"));
    store_cipher_free(cipher);
    world_init(&other);
    world_close(&other);
    cipher = cipher_of(&other);
    g_assert_null(open_with(&w, cipher, &foreign));
    g_assert_nonnull(strstr(foreign->message, "another store"));
    store_cipher_free(cipher);
    world_open(&other);
    world_clear(&other);
    g_assert_cmpint(g_rename(aside, w.keys), ==, 0);
    world_open(&w);
    g_assert_cmpint(find(&w, &row[0], true), ==, STORE_FOUND);
    world_clear(&w);
}

static void
rows_from_before_the_keys_are_read(void)
{
    World w = {.dir = make_folder()};
    Row row[16];
    GError *error = NULL;
    size_t n = rows_of(row);

    w.keys = g_build_filename(w.dir, "keys", NULL);
    w.db = open_with(&w, NULL, &error);
    g_assert_no_error(error);
    put_rows(&w, row, n);
    g_clear_pointer(&w.db, store_db_close);
    g_assert_false(g_file_test(w.keys, G_FILE_TEST_EXISTS));
    world_open(&w);
    for (size_t k = 0; k < n; k++)
        g_assert_cmpint(find(&w, &row[k], true), ==, STORE_FOUND);
    world_clear(&w);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/erase/rows/kinds", every_kind_of_row_comes_back_and_goes_with_its_time);
    g_test_add_func("/erase/rows/part",
                    a_row_of_which_a_part_is_erased_goes_unless_it_is_sealed_again);
    g_test_add_func("/erase/rows/late", what_comes_for_an_erased_time_is_kept_for_nobody);
    g_test_add_func("/erase/rows/disk", nothing_of_a_value_lies_on_the_disk);
    g_test_add_func("/erase/rows/changed", a_value_that_was_changed_is_damage);
    g_test_add_func("/erase/rows/refused", a_store_that_had_keys_is_refused_without_them);
    g_test_add_func("/erase/rows/before", rows_from_before_the_keys_are_read);
    return g_test_run();
}

/* The keys on disk: two copies, what a crash leaves, what is damaged.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include "common/error.h"
#include "store/erase/keyfile.h"
#include "tests/store/make.h"

typedef struct {
    char *dir, *folder, *copy;
    StoreKeyPlaces places;
} Keys;

static void
keys_init(Keys *keys)
{
    keys->dir = make_folder();
    keys->folder = g_build_filename(keys->dir, "a", NULL);
    keys->copy = g_build_filename(keys->dir, "b", NULL);
    keys->places = (StoreKeyPlaces){keys->folder, keys->copy};
}

static void
keys_clear(Keys *keys)
{
    remove_folder(keys->dir);
    g_free(keys->dir);
    g_free(keys->folder);
    g_free(keys->copy);
}

static char *
file_in(const char *folder)
{
    return g_build_filename(folder, STORE_KEYFILE, NULL);
}

static StoreKeyring *
make_ring(void)
{
    StoreKeyring *ring = store_keyring_new();

    store_keytree_puncture(store_keyring_take(ring, "demo/icu/1", NULL), 1000, 2000);
    store_keyring_take(ring, "demo/icu/2", NULL);
    return ring;
}

static void
assert_same_ring(const StoreKeyring *a, const StoreKeyring *b)
{
    size_t a_size = 0, b_size = 0;
    g_autofree uint8_t *x = store_keyring_write(a, &a_size), *y = store_keyring_write(b, &b_size);

    assert_same_bytes(x, a_size, y, b_size);
}

static StoreKeyring *
load(const Keys *keys, const char *note_part)
{
    GError *error = NULL;
    g_autofree char *note = NULL;
    StoreKeyring *ring = store_keyfile_load(&keys->places, true, &note, &error);

    g_assert_no_error(error);
    g_assert_nonnull(ring);
    if (note_part == NULL)
        g_assert_null(note);
    else
        g_assert_nonnull(strstr(note, note_part));
    return ring;
}

static void
save(const Keys *keys, StoreKeyring *ring)
{
    GError *error = NULL;

    g_assert_true(store_keyfile_save(&keys->places, ring, &error));
    g_assert_no_error(error);
}

static void
what_was_saved_comes_back_and_is_nobody_elses_to_read(void)
{
    g_autoptr(StoreKeyring) ring = make_ring();
    Keys keys;
    GStatBuf st;

    keys_init(&keys);
    save(&keys, ring);
    save(&keys, ring);
    g_autoptr(StoreKeyring) back = load(&keys, NULL);
    assert_same_ring(ring, back);
    g_assert_cmpuint(back->generation, ==, 2);
    g_autofree char *path = file_in(keys.folder);
    g_assert_cmpint(g_stat(path, &st), ==, 0);
    g_assert_cmpuint(st.st_mode & 0777, ==, 0600);
    g_assert_cmpint(g_stat(keys.folder, &st), ==, 0);
    g_assert_cmpuint(st.st_mode & 0777, ==, 0700);
    keys_clear(&keys);
}

static void
no_keys_are_no_error(void)
{
    GError *error = NULL;
    char *note = NULL;
    Keys keys;

    keys_init(&keys);
    g_assert_null(store_keyfile_load(&keys.places, true, &note, &error));
    g_assert_no_error(error);
    g_assert_null(note);
    keys_clear(&keys);
}

static void
a_missing_or_damaged_copy_is_made_again(void)
{
    g_autoptr(StoreKeyring) ring = make_ring();
    Keys keys;

    keys_init(&keys);
    save(&keys, ring);
    g_autofree char *first = file_in(keys.folder), *second = file_in(keys.copy);
    for (int turn = 0; turn < 4; turn++) {
        const char *path = turn % 2 == 0 ? first : second;
        if (turn < 2)
            g_assert_cmpint(g_unlink(path), ==, 0);
        else
            g_assert_true(g_file_set_contents(path, "vicu", 4, NULL));
        g_autoptr(StoreKeyring) back = load(&keys, "are taken");
        assert_same_ring(ring, back);
        g_autoptr(StoreKeyring) again = load(&keys, NULL);
        assert_same_ring(ring, again);
    }
    keys_clear(&keys);
}

static void
an_erasure_that_reached_one_copy_reaches_the_other(void)
{
    g_autoptr(StoreKeyring) ring = make_ring();
    Keys keys;

    keys_init(&keys);
    save(&keys, ring);
    StoreKeyPlaces one = {keys.copy, NULL};
    store_keytree_puncture(store_keyring_get(ring, "demo/icu/2"), 5, 9);
    g_assert_true(store_keyfile_save(&one, ring, NULL));
    g_autoptr(StoreKeyring) back = load(&keys, "the newer is taken");
    assert_same_ring(ring, back);
    one.folder = keys.folder;
    g_autofree char *note = NULL;
    g_autoptr(StoreKeyring) alone = store_keyfile_load(&one, false, &note, NULL);
    assert_same_ring(ring, alone);
    keys_clear(&keys);
}

static void
a_file_that_a_crash_left_half_written_is_taken_away(void)
{
    g_autoptr(StoreKeyring) ring = make_ring();
    Keys keys;

    keys_init(&keys);
    save(&keys, ring);
    g_autofree char *half = g_build_filename(keys.folder, STORE_KEYFILE ".new", NULL);
    g_assert_true(g_file_set_contents(half, "vicu store keys 1\nhalf", -1, NULL));
    g_autoptr(StoreKeyring) back = load(&keys, NULL);
    assert_same_ring(ring, back);
    g_assert_false(g_file_test(half, G_FILE_TEST_EXISTS));
    keys_clear(&keys);
}

static void
refused(const Keys *keys, const char *part)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *note = NULL;

    g_assert_null(store_keyfile_load(&keys->places, true, &note, &error));
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error->message, part));
}

static void
two_that_cannot_be_used_are_refused(void)
{
    g_autoptr(StoreKeyring) ring = make_ring(), other = make_ring();
    Keys keys;

    keys_init(&keys);
    save(&keys, ring);
    StoreKeyPlaces one = {keys.copy, NULL};
    g_assert_true(store_keyfile_save(&one, other, NULL));
    refused(&keys, "two stores");
    g_autofree char *first = file_in(keys.folder), *second = file_in(keys.copy);
    g_assert_true(g_file_set_contents(first, "x", 1, NULL));
    g_assert_true(g_file_set_contents(second, "", 0, NULL));
    refused(&keys, first);
    g_assert_cmpint(g_unlink(first), ==, 0);
    refused(&keys, second);
    keys_clear(&keys);
}

static void
every_flipped_bit_and_every_cut_is_seen(void)
{
    g_autoptr(StoreKeyring) ring = make_ring();
    size_t size = 0;
    g_autofree uint8_t *data = store_keyring_write(ring, &size);

    for (size_t i = 0; i < size; i++) {
        g_autoptr(GError) error = NULL, cut = NULL;
        data[i] ^= (uint8_t)(1u << (i % 8));
        g_assert_null(store_keyring_read(data, size, &error));
        g_assert_error(error, VICU_ERROR, VICU_ERROR_FORMAT);
        data[i] ^= (uint8_t)(1u << (i % 8));
        g_assert_null(store_keyring_read(data, i, &cut));
        g_assert_error(cut, VICU_ERROR, VICU_ERROR_FORMAT);
    }
    g_autoptr(StoreKeyring) back = store_keyring_read(data, size, NULL);
    assert_same_ring(ring, back);
    g_autoptr(StoreKeyring) copy = store_keyring_copy(back);
    assert_same_ring(ring, copy);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/erase/keyfile/saved", what_was_saved_comes_back_and_is_nobody_elses_to_read);
    g_test_add_func("/erase/keyfile/none", no_keys_are_no_error);
    g_test_add_func("/erase/keyfile/copy", a_missing_or_damaged_copy_is_made_again);
    g_test_add_func("/erase/keyfile/newer", an_erasure_that_reached_one_copy_reaches_the_other);
    g_test_add_func("/erase/keyfile/half", a_file_that_a_crash_left_half_written_is_taken_away);
    g_test_add_func("/erase/keyfile/refused", two_that_cannot_be_used_are_refused);
    g_test_add_func("/erase/keyfile/flips", every_flipped_bit_and_every_cut_is_seen);
    return g_test_run();
}

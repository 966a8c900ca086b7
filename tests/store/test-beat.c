/* The store's beat says what its disk is like.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/wire.h"
#include "store/beat.h"

static const StoreSpaceSettings settings = {0, 0, 0.10, 0.05};

static Vicu__Heartbeat *
beat_of(StoreSpaceLevel level, double free_share, bool open)
{
    StoreSpaceFound found = {.level = level, .free_share = free_share};
    g_autoptr(GBytes) packed = store_beat_pack(&found, &settings, open, 7, 1234567);
    gsize size = 0;
    const void *data = g_bytes_get_data(packed, &size);
    Vicu__Heartbeat *beat = vicu_wire_unpack_heartbeat(data, size, NULL);

    g_assert_nonnull(beat);
    g_assert_nonnull(beat->store);
    g_assert_cmpuint(beat->counter, ==, 7);
    g_assert_cmpint(beat->t_us, ==, 1234567);
    g_assert_cmpuint(beat->n_bed, ==, 0);
    return beat;
}

static void
the_beat_carries_the_level_and_its_bounds(void)
{
    g_autoptr(Vicu__Heartbeat) ok = beat_of(STORE_SPACE_OK, 0.42, true);
    g_autoptr(Vicu__Heartbeat) low = beat_of(STORE_SPACE_LOW, 0.08, true);
    g_autoptr(Vicu__Heartbeat) full = beat_of(STORE_SPACE_FULL, 0.03, true);

    g_assert_cmpint(ok->store->level, ==, VICU__SPACE_LEVEL__SPACE_OK);
    g_assert_cmpint(low->store->level, ==, VICU__SPACE_LEVEL__SPACE_LOW);
    g_assert_cmpint(full->store->level, ==, VICU__SPACE_LEVEL__SPACE_FULL);
    g_assert_cmpfloat(low->store->free_share, ==, 0.08);
    g_assert_cmpfloat(low->store->warn_share, ==, 0.10);
    g_assert_cmpfloat(low->store->stop_share, ==, 0.05);
}

static void
a_store_that_cannot_open_its_database_is_full_whatever_is_free(void)
{
    g_autoptr(Vicu__Heartbeat) beat = beat_of(STORE_SPACE_LOW, 0.08, false);

    g_assert_cmpint(beat->store->level, ==, VICU__SPACE_LEVEL__SPACE_FULL);
    g_assert_cmpfloat(beat->store->free_share, ==, 0.08);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/beat/" #name, name)
    ADD(the_beat_carries_the_level_and_its_bounds);
    ADD(a_store_that_cannot_open_its_database_is_full_whatever_is_free);
    return g_test_run();
}

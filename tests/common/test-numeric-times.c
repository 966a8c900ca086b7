/* Raw times of values on the wire: nothing lost, nothing made up, nothing too long.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/numeric-times.h"
#include "common/wire.h"

#define T0 INT64_C(1800000000000000)
#define N  4

/* Sets the times, packs, unpacks; the caller frees. */
static Vicu__Numerics *
round_trip(int64_t *t_us, const int64_t *source_us, const int64_t *received_us)
{
    Vicu__Numerics n = VICU__NUMERICS__INIT;
    uint32_t code[N] = {1, 2, 3, 4};
    double value[N] = {1, 2, 3, 4};
    int64_t source[N], received[N];

    memcpy(source, source_us, sizeof source);
    memcpy(received, received_us, sizeof received);
    n.n_code = n.n_t_us = n.n_value = N;
    n.code = code;
    n.t_us = t_us;
    n.value = value;
    vicu_numeric_times_set(&n, source, received);
    g_autoptr(GBytes) packed = vicu_wire_pack(&n.base);
    Vicu__Numerics *again =
        vicu_wire_unpack(&vicu__numerics__descriptor, g_bytes_get_data(packed, NULL),
                         g_bytes_get_size(packed), NULL);
    g_assert_nonnull(again);
    g_assert_true(vicu_numeric_times_fit(again));
    for (size_t i = 0; i < N; i++) {
        g_assert_cmpint(vicu_numeric_source_us(again, i), ==, source_us[i]);
        g_assert_cmpint(vicu_numeric_received_us(again, i), ==, received_us[i]);
    }
    return again;
}

static void
times_that_nobody_told_take_no_room_and_stay_unknown(void)
{
    int64_t t_us[N] = {T0, T0 + 1, T0 + 2, T0 + 3}, none[N] = {0};
    Vicu__Numerics *n = round_trip(t_us, none, none);

    g_assert_cmpuint(n->n_source_offset_us, ==, 0);
    g_assert_cmpuint(n->n_received_delay_us, ==, 0);
    vicu_wire_free(n);
}

static void
one_offset_stands_for_all_that_are_equal(void)
{
    int64_t t_us[N], source[N], received[N];

    for (int i = 0; i < N; i++) {
        t_us[i] = T0 + i * 1000000;
        source[i] = t_us[i] - INT64_C(3600000000);
        received[i] = t_us[i] + 1234;
    }
    Vicu__Numerics *n = round_trip(t_us, source, received);
    g_assert_cmpuint(n->n_source_offset_us, ==, 1);
    g_assert_cmpint(n->source_offset_us[0], ==, INT64_C(3600000000));
    g_assert_cmpuint(n->n_received_delay_us, ==, 1);
    g_assert_cmpint(n->received_delay_us[0], ==, 1234);
    vicu_wire_free(n);
}

static void
one_unknown_among_known_stays_unknown(void)
{
    int64_t t_us[N] = {T0, T0, T0 + 7, T0 + 9}, source[N] = {T0 - 5, 0, T0 + 2, T0 + 4},
            received[N] = {0, T0 + 3, 0, 0};
    Vicu__Numerics *n = round_trip(t_us, source, received);

    g_assert_cmpuint(n->n_source_offset_us, ==, N);
    g_assert_cmpuint(n->n_received_delay_us, ==, N);
    vicu_wire_free(n);
}

static void
the_farthest_clocks_come_back_exactly(void)
{
    int64_t t_us[N] = {INT64_MIN, INT64_MAX, 0, T0},
            source[N] = {INT64_MAX, INT64_MIN, INT64_MIN, INT64_C(-62135596800000000)},
            received[N] = {INT64_MAX, INT64_MIN, INT64_MAX, 1};

    vicu_wire_free(round_trip(t_us, source, received));
}

static void
arrays_of_a_wrong_length_are_told_and_read_as_unknown(void)
{
    Vicu__Numerics n = VICU__NUMERICS__INIT;
    int64_t t_us[N] = {T0, T0, T0, T0}, offset[N] = {1, 2, 3, 4};

    n.n_t_us = N;
    n.t_us = t_us;
    n.source_offset_us = n.received_delay_us = offset;
    for (size_t k = 0; k <= N; k++) {
        n.n_source_offset_us = k;
        g_assert_cmpint(vicu_numeric_times_fit(&n), ==, k <= 1 || k == N);
        g_assert_cmpint(vicu_numeric_source_us(&n, 1), ==,
                        k == 0   ? 0
                        : k == 1 ? T0 - 1
                        : k == N ? T0 - 2
                                 : 0);
    }
    n.n_source_offset_us = 0;
    n.n_received_delay_us = 2;
    g_assert_false(vicu_numeric_times_fit(&n));
    g_assert_cmpint(vicu_numeric_received_us(&n, 0), ==, 0);
    g_assert_cmpint(vicu_numeric_source_us(&n, N), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/common/numeric-times/" #name, name)
    ADD(times_that_nobody_told_take_no_room_and_stay_unknown);
    ADD(one_offset_stands_for_all_that_are_equal);
    ADD(one_unknown_among_known_stays_unknown);
    ADD(the_farthest_clocks_come_back_exactly);
    ADD(arrays_of_a_wrong_length_are_told_and_read_as_unknown);
    return g_test_run();
}

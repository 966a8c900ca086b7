/* SPDX-License-Identifier: Apache-2.0 */
#include "common/numeric-times.h"

/* Differences wrap around, so that every pair of numbers comes back as it was. */
static int64_t
less(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

static int64_t
plus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static bool
fits(size_t n, const Vicu__Numerics *numerics)
{
    return n <= 1 || n == numerics->n_t_us;
}

bool
vicu_numeric_times_fit(const Vicu__Numerics *n)
{
    return fits(n->n_source_offset_us, n) && fits(n->n_received_delay_us, n);
}

int64_t
vicu_numeric_source_us(const Vicu__Numerics *n, size_t i)
{
    if (n->n_source_offset_us == 0 || i >= n->n_t_us || !fits(n->n_source_offset_us, n))
        return 0;
    return less(n->t_us[i], n->source_offset_us[n->n_source_offset_us > 1 ? i : 0]);
}

int64_t
vicu_numeric_received_us(const Vicu__Numerics *n, size_t i)
{
    if (n->n_received_delay_us == 0 || i >= n->n_t_us || !fits(n->n_received_delay_us, n))
        return 0;
    return plus(n->t_us[i], n->received_delay_us[n->n_received_delay_us > 1 ? i : 0]);
}

/* How many of @n differences have to be sent: 0 where no time is known. */
static size_t
shrink(const int64_t *difference, size_t n, bool known)
{
    size_t same = 1;

    while (same < n && difference[same] == difference[0])
        same++;
    return !known ? 0 : same >= n ? 1 : n;
}

void
vicu_numeric_times_set(Vicu__Numerics *n, int64_t *source_us, int64_t *received_us)
{
    bool source = false, received = false;

    for (size_t i = 0; i < n->n_t_us; i++) {
        source = source || source_us[i] != 0;
        received = received || received_us[i] != 0;
        source_us[i] = less(n->t_us[i], source_us[i]);
        received_us[i] = less(received_us[i], n->t_us[i]);
    }
    n->source_offset_us = source_us;
    n->n_source_offset_us = shrink(source_us, n->n_t_us, source);
    n->received_delay_us = received_us;
    n->n_received_delay_us = shrink(received_us, n->n_t_us, received);
}

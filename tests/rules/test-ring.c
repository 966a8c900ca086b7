/* Rings of points: what was pushed comes back to the bit, in few bytes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include <glib.h>

#include "rules/engine/ring.h"

#define SECOND ((int64_t)G_USEC_PER_SEC)

enum { POINTS_MOST = 3000, STEPS = 5000 };

/* The same as plain points. */
typedef struct {
    RulesPoint points[POINTS_MOST];
    uint32_t capacity, count, base;
    bool lost;
    int64_t lost_us;
} Plain;

static void
plain_drop(Plain *self)
{
    self->count--;
    self->base++;
    memmove(self->points, self->points + 1, self->count * sizeof *self->points);
}

static void
plain_push(Plain *self, RulesPoint point)
{
    if (self->count > 0 && self->points[self->count - 1].t_us == point.t_us) {
        self->count--;
    } else if (self->count == self->capacity) {
        self->lost = true;
        self->lost_us = self->points[0].t_us;
        plain_drop(self);
    }
    self->points[self->count++] = point;
}

static bool
same_point(RulesPoint a, RulesPoint b)
{
    return a.t_us == b.t_us && a.until_us == b.until_us
           && memcmp(&a.value, &b.value, sizeof a.value) == 0;
}

static void
assert_same(const RulesRing *ring, const Plain *plain)
{
    g_assert_cmpuint(ring->count, ==, plain->count);
    g_assert_cmpuint(ring->base, ==, plain->base);
    g_assert_cmpint(ring->lost, ==, plain->lost);
    g_assert_true(!plain->lost || ring->lost_us == plain->lost_us);
    g_assert_true(plain->count == 0 || ring->first_us == plain->points[0].t_us);
    for (uint32_t i = 0; i < plain->count; i++) {
        const RulesPoint *p = &plain->points[i];
        g_assert_true(same_point(rules_ring_at(ring, i), *p));
        g_assert_cmpint(rules_ring_t_us(ring, i), ==, p->t_us);
        double value = rules_ring_value(ring, i);
        g_assert_cmpmem(&value, sizeof value, &p->value, sizeof p->value);
    }
}

/* As monitors send: @kind 0 each second in whole units, 1 with jitter and gaps, 2 at any time in
 * any fraction, 3 what no monitor sends. */
static RulesPoint
next_point(GRand *rand, int kind, int64_t *t_us)
{
    static const double strange[] = {-0.0,        1e300,        -1e300, 0.1 + 0.2,
                                     2147483.648, -2147483.647, 5e-324};
    int64_t hold_us = 30 * SECOND;
    double value = g_rand_int_range(rand, 60, 90);
    *t_us += SECOND;
    if (kind >= 1) {
        *t_us += g_rand_int_range(rand, -3, 4) * 1000;
        *t_us += g_rand_int_range(rand, 0, 90) == 0 ? g_rand_int_range(rand, 1, 4000) * SECOND : 0;
        value = g_rand_int_range(rand, 360, 390) / 10.0;
    }
    if (kind >= 2) {
        *t_us += g_rand_int_range(rand, 0, 900000);
        hold_us = g_rand_int_range(rand, 0, 3) * SECOND;
        value += g_rand_int_range(rand, 0, 3) == 0 ? g_rand_double(rand) : 0;
    }
    RulesPoint p = {*t_us, *t_us + hold_us, value};
    if (kind >= 1 && g_rand_int_range(rand, 0, 8) == 0)
        p.until_us = INT64_MAX;
    if (kind == 3) {
        *t_us +=
            g_rand_int_range(rand, 0, 2) == 0 ? INT64_C(1) << g_rand_int_range(rand, 0, 50) : 0;
        p.t_us = *t_us;
        p.until_us = g_rand_int_range(rand, 0, 3) == 0 ? INT64_MAX - 1 : MAX(p.t_us, p.until_us);
        p.value = strange[g_rand_int_range(rand, 0, G_N_ELEMENTS(strange))];
    }
    return p;
}

static RulesRing *
saved_and_loaded(const RulesRing *ring)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    rules_ring_save(ring, bytes);
    const uint8_t *at = bytes->data;
    RulesRing *loaded = rules_ring_new(ring->capacity);
    g_assert_true(rules_ring_load(loaded, &at, bytes->data + bytes->len));
    g_assert_true(at == bytes->data + bytes->len);
    return loaded;
}

static void
live(int kind, uint32_t capacity, guint32 seed)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    g_autofree Plain *plain = g_new0(Plain, 1);
    RulesRing *ring = rules_ring_new(capacity);
    int64_t t_us = (int64_t)seed * 1000 * SECOND - 2000 * SECOND;
    plain->capacity = capacity;
    for (int i = 0; i < STEPS; i++) {
        RulesPoint p = next_point(rand, kind, &t_us);
        rules_ring_push(ring, p);
        plain_push(plain, p);
        if (g_rand_int_range(rand, 0, 30) == 0) { /* another at the same instant */
            p.value += 1;
            rules_ring_push(ring, p);
            plain_push(plain, p);
        }
        if (g_rand_int_range(rand, 0, 50) == 0) {
            RulesPoint *last = &plain->points[plain->count - 1];
            rules_ring_end(ring, p.t_us + SECOND / 2);
            last->until_us = MIN(last->until_us, p.t_us + SECOND / 2);
        }
        if (i % 700 > 600) {
            int64_t over_us = g_rand_int_range(rand, 20, 900) * SECOND;
            rules_ring_prune(ring, p.t_us, over_us);
            while (plain->count > 9 && plain->points[9].t_us <= p.t_us - over_us)
                plain_drop(plain);
            plain->lost &= plain->lost_us > p.t_us - over_us;
        }
        g_assert_cmpuint(rules_ring_bytes(ring), <=, rules_ring_bytes_most(capacity));
        if (i % 499 != 0)
            continue;
        assert_same(ring, plain);
        RulesRing *loaded = saved_and_loaded(ring);
        rules_ring_free(ring);
        ring = loaded;
        assert_same(ring, plain);
    }
    assert_same(ring, plain);
    rules_ring_free(ring);
}

static void
what_was_pushed_comes_back_to_the_bit(void)
{
    static const uint32_t capacities[] = {1, 2, 10, 127, 128, 129, 700, POINTS_MOST};
    for (guint32 seed = 1; seed <= 3; seed++)
        for (int kind = 0; kind < 4; kind++)
            for (size_t c = 0; c < G_N_ELEMENTS(capacities); c++)
                live(kind, capacities[c], seed);
}

static void
a_signal_as_announced_costs_little_more_than_a_byte_a_point(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(5);
    g_autoptr(RulesRing) ring = rules_ring_new(20000);
    int64_t t_us = 1000 * SECOND;
    for (int i = 0; i < 7200; i++)
        rules_ring_push(ring, next_point(rand, 0, &t_us));
    g_assert_cmpuint(rules_ring_bytes(ring), >, 7200);
    g_assert_cmpuint(rules_ring_bytes(ring), <, 7200 * 3 / 2);
    g_assert_cmpuint(rules_ring_bytes(ring), <=, rules_ring_bytes_usual(7200));
}

static void
what_nobody_sends_costs_nothing(void)
{
    g_autoptr(RulesRing) ring = rules_ring_new(65536);
    g_assert_cmpuint(rules_ring_bytes(ring), ==, 0);
    rules_ring_push(ring, (RulesPoint){SECOND, 2 * SECOND, 1});
    rules_ring_push(ring, (RulesPoint){SECOND, 3 * SECOND, 2});
    g_assert_cmpuint(rules_ring_bytes(ring), ==, 0);
    g_assert_cmpfloat(rules_ring_value(ring, 0), ==, 2);
}

static void
a_few_points_that_come_and_go_stay_cheap(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(8);
    g_autoptr(RulesRing) ring = rules_ring_new(1024);
    int64_t t_us = 1000 * SECOND;
    for (int i = 0; i < 2000; i++) { /* a condition's, some 30 in its window */
        t_us += g_rand_int_range(rand, 1, 60) * SECOND;
        rules_ring_prune(ring, t_us, 600 * SECOND);
        rules_ring_push(ring, (RulesPoint){t_us, INT64_MAX, i % 2 * 2});
        g_assert_cmpuint(rules_ring_bytes(ring), <, 500);
    }
    g_assert_cmpuint(ring->count, >, 20);
}

static void
damaged_images_are_refused(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(6);
    g_autoptr(RulesRing) ring = rules_ring_new(600);
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    int64_t t_us = 1000 * SECOND;
    for (int i = 0; i < 900; i++)
        rules_ring_push(ring, next_point(rand, 1, &t_us));
    rules_ring_save(ring, bytes);
    for (guint cut = 0; cut < bytes->len; cut++) {
        g_autofree uint8_t *part = g_memdup2(bytes->data, MAX(1, cut));
        const uint8_t *at = part;
        g_autoptr(RulesRing) into = rules_ring_new(600);
        g_assert_false(rules_ring_load(into, &at, part + cut));
        g_assert_cmpuint(into->count, ==, 0);
    }
    g_autoptr(RulesRing) other = rules_ring_new(601);
    const uint8_t *at = bytes->data;
    g_assert_false(rules_ring_load(other, &at, bytes->data + bytes->len));

    /* A bool that is neither. */
    g_autofree uint8_t *odd = g_memdup2(bytes->data, bytes->len);
    odd[offsetof(RulesRing, lost)] = 77;
    at = odd;
    g_autoptr(RulesRing) third = rules_ring_new(600);
    g_assert_false(rules_ring_load(third, &at, odd + bytes->len));

    /* A flipped bit: refused, or a ring all of whose points can be read. */
    unsigned refused = 0;
    for (int i = 0; i < 4000; i++) {
        g_autofree uint8_t *bad = g_memdup2(bytes->data, bytes->len);
        g_autoptr(RulesRing) into = rules_ring_new(600);
        guint where = i < 1000 ? (guint)g_rand_int_range(rand, 0, offsetof(RulesRing, lost))
                               : (guint)g_rand_int_range(rand, sizeof(RulesRing), (gint)bytes->len);
        bad[where] ^= (uint8_t)(1 << g_rand_int_range(rand, 0, 8));
        const uint8_t *from = bad;
        if (!rules_ring_load(into, &from, bad + bytes->len)) {
            refused++;
            continue;
        }
        for (uint32_t k = 0; k < into->count; k++)
            rules_ring_at(into, k);
    }
    g_assert_cmpuint(refused, >, 500);
}

static void
a_ring_with_less_room_adopts_the_newest(void)
{
    g_autoptr(RulesRing) from = rules_ring_new(600);
    g_autoptr(RulesRing) to = rules_ring_new(100);
    for (int i = 0; i < 400; i++)
        rules_ring_push(from, (RulesPoint){i * SECOND, (i + 30) * SECOND, i});
    rules_ring_adopt(to, from);
    g_assert_cmpuint(to->count, ==, 100);
    g_assert_true(to->lost);
    g_assert_cmpint(to->lost_us, ==, 299 * SECOND);
    for (uint32_t i = 0; i < 100; i++)
        g_assert_true(same_point(rules_ring_at(to, i), rules_ring_at(from, 300 + i)));
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *name;
        GTestFunc test;
    } tests[] = {
        {"what_was_pushed_comes_back_to_the_bit", what_was_pushed_comes_back_to_the_bit},
        {"a_signal_as_announced_costs_little_more_than_a_byte_a_point",
         a_signal_as_announced_costs_little_more_than_a_byte_a_point},
        {"what_nobody_sends_costs_nothing", what_nobody_sends_costs_nothing},
        {"a_few_points_that_come_and_go_stay_cheap", a_few_points_that_come_and_go_stay_cheap},
        {"damaged_images_are_refused", damaged_images_are_refused},
        {"a_ring_with_less_room_adopts_the_newest", a_ring_with_less_room_adopts_the_newest},
    };
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strconcat("/rules/ring/", tests[i].name, NULL);
        g_test_add_func(path, tests[i].test);
    }
    return g_test_run();
}

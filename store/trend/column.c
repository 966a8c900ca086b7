/* SPDX-License-Identifier: Apache-2.0 */
#include "store/trend/column.h"

#include <string.h>

#define PART     256
#define K_MAX    31
#define ONES_MAX 24 /* as many say: 64 bits follow */
#define EXACT    3  /* predictor: all values are the first */

enum {
    KIND_NONE = 0,
    KIND_RICE = 1, /* + k */
    KIND_RUNS = KIND_RICE + K_MAX + 1,
};

/* ---- bits out ---- */

typedef struct {
    GByteArray *out;
    uint64_t bits; /* the low @n are waiting */
    unsigned n;
} Writer;

static void
put(Writer *w, uint64_t value, unsigned n)
{
    for (; n > 32; n -= 32)
        put(w, value >> (n - 32) & UINT32_MAX, 32);
    w->bits = w->bits << n | (value & ((UINT64_C(1) << n) - 1));
    w->n += n;
    while (w->n >= 8) {
        uint8_t byte = (uint8_t)(w->bits >> (w->n - 8));
        g_byte_array_append(w->out, &byte, 1);
        w->n -= 8;
    }
}

static void
flush(Writer *w)
{
    if (w->n > 0)
        put(w, 0, 8 - w->n);
}

static void
put_rice(Writer *w, uint64_t u, unsigned k)
{
    uint64_t ones = u >> k;

    if (ones >= ONES_MAX) {
        put(w, (1u << ONES_MAX) - 1, ONES_MAX);
        put(w, u, 64);
        return;
    }
    put(w, (UINT64_C(1) << (ones + 1)) - 2, (unsigned)ones + 1);
    put(w, u, k);
}

/* ---- which code ---- */

static uint64_t
rice_cost(const uint64_t *u, size_t n, unsigned k)
{
    uint64_t bits = 0;

    for (size_t i = 0; i < n; i++) {
        uint64_t ones = u[i] >> k;
        bits += ones >= ONES_MAX ? ONES_MAX + 64 : ones + 1 + k;
    }
    return bits;
}

/* The best k and what it costs; one far off value shall not choose it, so all up to
 * the one that fits the mean are tried. */
static uint64_t
best_rice(const uint64_t *u, size_t n, unsigned *k)
{
    uint64_t sum = 0, best = UINT64_MAX;
    unsigned top = 0;

    for (size_t i = 0; i < n; i++)
        sum += MIN(u[i], UINT64_MAX >> 9);
    while (top < K_MAX && n << (top + 1) <= sum)
        top++;
    top = MIN(top + 1, K_MAX);
    for (unsigned i = 0; i <= top; i++) {
        uint64_t cost = rice_cost(u, n, i);
        if (cost < best) {
            best = cost;
            *k = i;
        }
    }
    return best;
}

/* How a part is coded. */
typedef struct {
    unsigned kind;
    unsigned k_run, k_value;
    uint64_t bits;
    size_t n_runs, n_values;
    uint64_t run[PART + 1];
    uint64_t value[PART];
} Plan;

static void
plan_runs(Plan *plan, const uint64_t *u, size_t n)
{
    uint64_t run = 0;

    plan->n_runs = plan->n_values = 0;
    for (size_t i = 0; i < n; i++) {
        if (u[i] == 0) {
            run++;
            continue;
        }
        plan->run[plan->n_runs++] = run;
        plan->value[plan->n_values++] = u[i] - 1;
        run = 0;
    }
    if (run > 0)
        plan->run[plan->n_runs++] = run;
}

static void
plan_part(Plan *plan, const uint64_t *u, size_t n)
{
    unsigned k = 0;

    plan_runs(plan, u, n);
    if (plan->n_values == 0) {
        plan->kind = KIND_NONE;
        plan->bits = 6;
        return;
    }
    uint64_t rice = 6 + best_rice(u, n, &k);
    uint64_t runs = 16 + best_rice(plan->run, plan->n_runs, &plan->k_run)
                    + best_rice(plan->value, plan->n_values, &plan->k_value);
    plan->kind = runs < rice ? KIND_RUNS : KIND_RICE + k;
    plan->bits = MIN(runs, rice);
}

static void
put_part(Writer *w, const Plan *plan, const uint64_t *u, size_t n)
{
    put(w, plan->kind, 6);
    if (plan->kind == KIND_NONE)
        return;
    if (plan->kind != KIND_RUNS) {
        for (size_t i = 0; i < n; i++)
            put_rice(w, u[i], plan->kind - KIND_RICE);
        return;
    }
    put(w, plan->k_run, 5);
    put(w, plan->k_value, 5);
    for (size_t i = 0; i < plan->n_runs; i++) {
        put_rice(w, plan->run[i], plan->k_run);
        if (i < plan->n_values)
            put_rice(w, plan->value[i], plan->k_value);
    }
}

/* ---- prediction ---- */

static void
rest_of(unsigned order, const int64_t *x, size_t n, uint64_t *u)
{
    uint64_t first = (uint64_t)x[0], before = first, step = 0;

    for (size_t i = 1; i < n; i++) {
        uint64_t now = (uint64_t)x[i];
        uint64_t guess = order == 0 ? first : order == 1 ? before : before + step;
        u[i - 1] = store_zigzag(now - guess);
        step = now - before;
        before = now;
    }
}

static uint64_t
cost_of(const uint64_t *u, size_t n)
{
    uint64_t bits = 0;
    Plan plan;

    for (size_t i = 0; i < n; i += PART) {
        plan_part(&plan, u + i, MIN(PART, n - i));
        bits += plan.bits;
    }
    return bits;
}

static bool
all_same(const int64_t *x, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (x[i] != x[0])
            return false;
    return true;
}

void
store_column_write(GByteArray *out, const int64_t *x, size_t n)
{
    uint8_t order = EXACT;
    uint64_t best = UINT64_MAX;
    g_autofree uint64_t *u = NULL;

    g_assert(n > 0);
    if (!all_same(x, n)) {
        u = g_new(uint64_t, n);
        for (uint8_t o = 0; o < EXACT; o++) {
            rest_of(o, x, n, u);
            uint64_t cost = cost_of(u, n - 1);
            if (cost < best) {
                best = cost;
                order = o;
            }
        }
    }
    g_byte_array_append(out, &order, 1);
    store_varint_write(out, store_zigzag((uint64_t)x[0]));
    if (order == EXACT)
        return;
    Writer w = {.out = out};
    Plan plan;
    rest_of(order, x, n, u);
    for (size_t i = 0; i < n - 1; i += PART) {
        size_t part = MIN(PART, n - 1 - i);
        plan_part(&plan, u + i, part);
        put_part(&w, &plan, u + i, part);
    }
    flush(&w);
}

/* ---- bits in ---- */

typedef struct {
    const uint8_t *at, *end;
    uint64_t bits; /* the high @n are valid; below lie bits of *at and on, or zeros */
    unsigned n;
    bool over; /* more was asked for than there is */
} Reader;

static inline void
refill(Reader *r)
{
    if (r->end - r->at >= 8) {
        uint64_t word;
        memcpy(&word, r->at, 8);
        r->bits |= GUINT64_FROM_BE(word) >> r->n;
        unsigned bytes = (63 - r->n) >> 3;
        r->at += bytes;
        r->n += bytes * 8;
        return;
    }
    while (r->n <= 56 && r->at < r->end) {
        r->bits |= (uint64_t)*r->at++ << (56 - r->n);
        r->n += 8;
    }
}

/* n < 33; no refill. */
static inline uint64_t
take(Reader *r, unsigned n)
{
    if (n == 0)
        return 0;
    if (n > r->n) {
        r->over = true;
        return 0;
    }
    uint64_t value = r->bits >> (64 - n);
    r->bits <<= n;
    r->n -= n;
    return value;
}

static inline uint64_t
get(Reader *r, unsigned n)
{
    if (r->n < n)
        refill(r);
    return take(r, n);
}

/* At most 24 + 1 + 31 bits: one refill serves. */
static inline uint64_t
get_rice(Reader *r, unsigned k)
{
    if (r->n < ONES_MAX + 1 + K_MAX)
        refill(r);
    unsigned ones = ~r->bits == 0 ? 64 : (unsigned)__builtin_clzll(~r->bits);
    if (ones >= ONES_MAX) {
        take(r, ONES_MAX);
        uint64_t high = get(r, 32);
        return high << 32 | get(r, 32);
    }
    take(r, ones + 1);
    return (uint64_t)ones << k | take(r, k);
}

static bool
get_runs(Reader *r, uint64_t *u, size_t n)
{
    unsigned k_run = (unsigned)get(r, 5), k_value = (unsigned)get(r, 5);
    size_t i = 0;

    while (i < n && !r->over) {
        uint64_t run = get_rice(r, k_run);
        if (run > n - i)
            return false;
        memset(u + i, 0, run * sizeof *u);
        i += run;
        if (i < n)
            u[i++] = get_rice(r, k_value) + 1;
    }
    return !r->over;
}

static bool
get_part(Reader *r, uint64_t *u, size_t n)
{
    unsigned kind = (unsigned)get(r, 6);

    if (kind == KIND_RUNS)
        return get_runs(r, u, n);
    if (kind > KIND_RUNS)
        return false;
    if (kind == KIND_NONE)
        memset(u, 0, n * sizeof *u);
    else
        for (size_t i = 0; i < n; i++)
            u[i] = get_rice(r, kind - KIND_RICE);
    return !r->over;
}

/* What rest_of() took away comes back. */
static void
restore(unsigned order, int64_t *x, const uint64_t *u, size_t n, uint64_t first, uint64_t state[2])
{
    uint64_t before = state[0], step = state[1];

    for (size_t i = 0; i < n; i++) {
        uint64_t guess = order == 0 ? first : order == 1 ? before : before + step;
        uint64_t now = guess + store_unzigzag(u[i]);
        x[i] = (int64_t)now;
        step = now - before;
        before = now;
    }
    state[0] = before;
    state[1] = step;
}

bool
store_column_read(const uint8_t **at, const uint8_t *end, int64_t *x, size_t n)
{
    uint64_t first = 0, u[PART];

    if (*at >= end || **at > EXACT)
        return false;
    unsigned order = *(*at)++;
    if (!store_varint_read(at, end, &first))
        return false;
    first = store_unzigzag(first);
    x[0] = (int64_t)first;
    if (order == EXACT) {
        for (size_t i = 1; i < n; i++)
            x[i] = x[0];
        return true;
    }
    Reader r = {.at = *at, .end = end};
    uint64_t state[2] = {first, 0};
    for (size_t i = 1; i < n; i += PART) {
        size_t part = MIN(PART, n - i);
        if (!get_part(&r, u, part))
            return false;
        restore(order, x + i, u, part, first, state);
    }
    *at = r.at - r.n / 8; /* whole bytes that were not used */
    return true;
}

/* ---- varints ---- */

void
store_varint_write(GByteArray *out, uint64_t value)
{
    uint8_t bytes[10];
    guint n = 0;

    do {
        bytes[n] = (uint8_t)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
        value >>= 7;
        n++;
    } while (value != 0);
    g_byte_array_append(out, bytes, n);
}

bool
store_varint_read(const uint8_t **at, const uint8_t *end, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64 && *at < end; shift += 7) {
        uint8_t byte = *(*at)++;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

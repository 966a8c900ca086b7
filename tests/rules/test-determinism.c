/* A ward's log of alarms does not depend on the order in which its inputs arrive, as long as
 * they arrive within the lateness.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/packs/packs.h"
#include "tests/rules/ward-fixture.h"

#define BEDS    3
#define STORY_S 90
#define LATE_US (S / 5) /* the ward's lateness */

typedef struct {
    int64_t t_us; /* its own time */
    int64_t arrives_us;
    uint32_t code;
    int bed;
    double value;
    const char *word; /* of a symbol; NULL: a numeric */
} Input;

static RulesSet *
standard_set(void)
{
    RulesPacks *packs = rules_packs_new();
    g_assert_true(rules_packs_add_list(packs, "", NULL));
    g_assert_true(rules_packs_compile(packs));
    RulesSet *set = rules_set_ref(packs->set);
    rules_packs_free(packs);
    return set;
}

static void
up(Ward *w, gconstpointer data)
{
    (void)data;
    ward_up_with(w, standard_set());
}

/* --- the story --------------------------------------------------------------------- */

static void
add(GArray *inputs, double s, int bed, const char *signal, double value, const char *word)
{
    Input input = {
        .t_us = (int64_t)(s * 1e6), .code = code(signal), .bed = bed, .value = value, .word = word};
    g_array_append_val(inputs, input);
}

/* Pressures that fall and come back, a slow heart, a probe that comes off, two rhythms: each
 * bed 7 s behind the one before, no value at the time of another of its bed. */
static GArray *
story(void)
{
    GArray *inputs = g_array_new(FALSE, TRUE, sizeof(Input));
    for (int bed = 0; bed < BEDS; bed++)
        for (int s = 0; s < STORY_S; s++) {
            int x = s - 7 * bed;
            bool vt = x >= 30 && x < 34, vetoed = x >= 50 && x < 53;
            add(inputs, s + 0.10, bed, "HR", x >= 20 && x < 40 ? 36 : 80, NULL);
            if (x < 15 || x >= 70)
                add(inputs, s + 0.15, bed, "SpO2", 97, NULL);
            add(inputs, s + 0.20, bed, "ART_M", x >= 10 && x < 32 ? 44 : 85, NULL);
            add(inputs, s + 0.25, bed, "RR", 14, NULL);
            add(inputs, s + 0.30, bed, "RHY_ASYSTOLE", 0, "NO");
            add(inputs, s + 0.35, bed, "RHY_VT", 0, vt ? "CONFIRMED" : vetoed ? "VETOED" : "NO");
        }
    return inputs;
}

static int
by_arrival(gconstpointer a, gconstpointer b)
{
    const Input *x = a, *y = b;
    return x->arrives_us != y->arrives_us ? (x->arrives_us > y->arrives_us ? 1 : -1)
           : x->t_us != y->t_us           ? (x->t_us > y->t_us ? 1 : -1)
           : x->bed != y->bed             ? x->bed - y->bed
                                          : (int)x->code - (int)y->code;
}

/* --- playing it -------------------------------------------------------------------- */

static void
offer(Ward *w, const Input *input, int64_t reached_us)
{
    Vicu__Batch batch = VICU__BATCH__INIT;
    Vicu__Numerics n = VICU__NUMERICS__INIT;
    Vicu__Numerics *numerics[] = {&n};
    Vicu__Symbol symbol = VICU__SYMBOL__INIT;
    Vicu__Symbol *symbols[] = {&symbol};
    g_autofree char *bed = g_strdup_printf("demo/icu/%d", input->bed);
    uint32_t c = input->code, period_ms = 1000;
    int64_t t_us = NOW_US + 1000 * S + input->t_us;
    double value = input->value;
    n.bed = symbol.bed = bed;
    n.n_code = n.n_t_us = n.n_value = n.n_period_ms = 1;
    n.code = &c;
    n.t_us = &t_us;
    n.value = &value;
    n.period_ms = &period_ms;
    symbol.code = c;
    symbol.t_us = t_us;
    symbol.value = (char *)input->word;
    batch.numerics = numerics;
    batch.n_numerics = input->word ? 0 : 1;
    batch.symbol = symbols;
    batch.n_symbol = input->word ? 1 : 0;
    batch.t_us = NOW_US + reached_us;
    rules_ward_batch(w->ward, &sender_a, "collector", 1, &batch, NOW_US + w->t_us, w->t_us);
    drain(w);
}

static int
by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Every alarm there ever was: what it is called, its times in event time, how it ended. Not
 * when it was decided: that is of our clock. */
static char *
log_of(Ward *w)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, w->items);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Vicu__StateItem *item = value;
        const Vicu__Alarm *a = item->alarm;
        if (item->body_case != VICU__STATE_ITEM__BODY_ALARM || g_str_has_prefix(a->rule, "local:"))
            continue;
        g_ptr_array_add(lines, g_strdup_printf("%s %s %s %d %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
                                               " %u %s|%s|%s",
                                               a->bed, a->rule, a->id, a->state,
                                               a->t_condition_us - NOW_US, a->t_raised_us - NOW_US,
                                               a->count, a->text, a->why, a->explain));
    }
    g_ptr_array_sort(lines, by_text);
    g_ptr_array_add(lines, NULL);
    return g_strjoinv("\n", (char **)lines->pdata);
}

/* Each input arrives up to @late_us after its time; the sender says it has reached as far as
 * what it has sent, as a collector does whose devices differ. Heart rates are told @off_us later
 * than in the story. */
static char *
play(uint32_t seed, int64_t late_us, int64_t off_us)
{
    Ward w;
    g_autoptr(GArray) inputs = story();
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    up(&w, NULL);
    for (guint i = 0; i < inputs->len; i++) {
        Input *input = &g_array_index(inputs, Input, i);
        input->t_us += input->code == code("HR") ? off_us : 0;
        int64_t late = late_us > 0 ? g_rand_int_range(rand, 0, (int)late_us) : 0;
        input->arrives_us = input->t_us + late;
    }
    g_array_sort(inputs, by_arrival);
    int64_t reached_us = 0;
    for (guint i = 0; i < inputs->len; i++) {
        const Input *input = &g_array_index(inputs, Input, i);
        while (w.t_us + TICK <= 1000 * S + input->arrives_us)
            tick(&w);
        reached_us = MAX(reached_us, 1000 * S + input->t_us);
        offer(&w, input, reached_us);
    }
    char *log = log_of(&w);
    ward_down(&w, NULL);
    return log;
}

static void
arrivals_shuffled_within_the_lateness_give_the_same_log(void)
{
    g_autofree char *in_order = play(0, 0, 0);
    g_assert_nonnull(strstr(in_order, "map-critical"));
    g_assert_nonnull(strstr(in_order, "hr-low"));
    g_assert_nonnull(strstr(in_order, "rhythm-vt "));
    g_assert_nonnull(strstr(in_order, "rhythm-vt-vetoed"));
    for (uint32_t seed = 1; seed <= 20; seed++) {
        g_autofree char *shuffled = play(seed, LATE_US, 0);
        if (strcmp(in_order, shuffled) != 0)
            g_error("seed %u\n%s\n--- in order ---\n%s", seed, shuffled, in_order);
    }
}

/* A bed waits for what comes later than that, and judges at its own time what it did not wait for.
 */
static void
arrivals_beyond_the_lateness_do_too(void)
{
    g_autofree char *in_order = play(0, 0, 0);
    for (uint32_t seed = 1; seed <= 5; seed++) {
        g_autofree char *late = play(seed, 10 * LATE_US, 0);
        if (strcmp(in_order, late) != 0)
            g_error("seed %u\n%s\n--- in order ---\n%s", seed, late, in_order);
    }
}

static void
the_log_tells_a_millisecond(void)
{
    g_autofree char *log = play(0, 0, 0);
    g_autofree char *moved = play(0, 0, 1000);
    g_assert_cmpstr(log, !=, moved);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/determinism/arrivals_shuffled_within_the_lateness_give_the_same_log",
                    arrivals_shuffled_within_the_lateness_give_the_same_log);
    g_test_add_func("/rules/determinism/arrivals_beyond_the_lateness_do_too",
                    arrivals_beyond_the_lateness_do_too);
    g_test_add_func("/rules/determinism/the_log_tells_a_millisecond", the_log_tells_a_millisecond);
    return g_test_run();
}

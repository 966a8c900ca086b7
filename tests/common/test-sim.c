/* Seeds of the simulated world: every one holds, and would not with a fault planted.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include <glib.h>

#include "tests/common/sim-mutants.h"
#include "tests/common/sim-world.h"

#define HUNT_SEEDS 200

static void
test_every_seed_holds(void)
{
    int64_t seeds = g_getenv("VICU_NIGHT") ? 5000 : 200;
    uint64_t appended = 0, crashes = 0;
    for (int64_t seed = 1; seed <= seeds; seed++) {
        SimResult result = sim_run((uint64_t)seed, false);
        if (result.breach)
            g_test_message("seed %" G_GINT64_FORMAT " (sim-link --seed %" G_GINT64_FORMAT
                           " --talk): %s",
                           seed, seed, result.breach);
        g_assert_null(result.breach);
        appended += result.appended;
        crashes += result.crashes;
        sim_result_clear(&result);
    }
    g_test_message("%" G_GINT64_FORMAT " seeds, %" G_GUINT64_FORMAT " batches, %" G_GUINT64_FORMAT
                   " crashes",
                   seeds, appended, crashes);
    /* A world in which nothing goes wrong proves nothing. */
    g_assert_cmpuint(appended, >, (uint64_t)seeds * 100);
    g_assert_cmpuint(crashes, >, (uint64_t)seeds);
}

static void
test_the_same_seed_gives_the_same_trace(void)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        SimResult once = sim_run(seed, false), twice = sim_run(seed, false);
        g_assert_cmpuint(once.trace, ==, twice.trace);
        g_assert_cmpuint(once.stored, ==, twice.stored);
        sim_result_clear(&once);
        sim_result_clear(&twice);
    }
    SimResult one = sim_run(1, false), other = sim_run(2, false);
    g_assert_cmpuint(one.trace, !=, other.trace);
    sim_result_clear(&one);
    sim_result_clear(&other);
}

#ifdef VICU_MUTANTS
static void
test_mutant_is_caught(gconstpointer data)
{
    const SimMutant *mutant = data;
    uint64_t caught = 0;
    g_assert_true(sim_plant(mutant->name));
    for (uint64_t seed = 1; seed <= HUNT_SEEDS && caught == 0; seed++) {
        SimResult result = sim_run(seed, false);
        if (result.breach) {
            caught = seed;
            g_test_message("%s: caught after %" G_GUINT64_FORMAT " seeds: %s", mutant->name, seed,
                           result.breach);
        }
        sim_result_clear(&result);
    }
    sim_plant(NULL);
    g_assert_cmpuint(caught, >, 0);
}
#endif

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim/link/the_same_seed_gives_the_same_trace",
                    test_the_same_seed_gives_the_same_trace);
    g_test_add_func("/sim/link/every_seed_holds", test_every_seed_holds);
#ifdef VICU_MUTANTS
    for (size_t i = 0; i < sim_n_mutants; i++) {
        g_autofree char *name = g_strdup_printf("/sim/mutant/%s_is_caught", sim_mutants[i].name);
        g_test_add_data_func(name, &sim_mutants[i], test_mutant_is_caught);
    }
#endif
    return g_test_run();
}

/* sim-link: runs seeds of the simulated world, or hunts a planted fault.
 *
 *   sim-link --seed 1 --count 1000          every seed must hold
 *   sim-link --mutant trim-on-send          a seed must break; says which
 *   sim-link --seed 17 --talk               one seed, told
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include <glib.h>

#include "tests/common/sim-mutants.h"
#include "tests/common/sim-world.h"

static int64_t first_seed = 1;
static int n_seeds = 1;
static gboolean talk;
static char *mutant;

static const GOptionEntry entries[] = {
    {"seed", 0, 0, G_OPTION_ARG_INT64, &first_seed, "first seed", "N"},
    {"count", 0, 0, G_OPTION_ARG_INT, &n_seeds, "how many", "M"},
    {"talk", 0, 0, G_OPTION_ARG_NONE, &talk, "print what happens", NULL},
    {"mutant", 0, 0, G_OPTION_ARG_STRING, &mutant, "plant this fault: a seed must break", "NAME"},
    {NULL, 0, 0, 0, NULL, NULL, NULL},
};

/* The first seed that breaks; 0: none did. */
static int64_t
run(uint64_t *appended, uint64_t *crashes)
{
    for (int i = 0; i < n_seeds; i++) {
        int64_t seed = first_seed + i;
        SimResult result = sim_run((uint64_t)seed, talk);
        *appended += result.appended;
        *crashes += result.crashes;
        if (talk || result.breach)
            g_print("# seed %" G_GINT64_FORMAT ": trace %016" G_GINT64_MODIFIER
                    "x, %" G_GUINT64_FORMAT " appended, %" G_GUINT64_FORMAT
                    " stored, %" G_GUINT64_FORMAT " gaps, %.1f s: %s\n",
                    seed, result.trace, result.appended, result.stored, result.delivered_gaps,
                    (double)result.virtual_us / 1e6, result.breach ? result.breach : "held");
        bool broke = result.breach != NULL;
        sim_result_clear(&result);
        if (broke)
            return seed;
    }
    return 0;
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = g_option_context_new("- simulate link and feed");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        g_printerr("sim-link: %s\n", error->message);
        return 2;
    }
    if (!sim_plant(mutant)) {
        g_printerr("sim-link: no fault named %s is planted in this build\n", mutant);
        return 2;
    }
    uint64_t appended = 0, crashes = 0;
    int64_t began = g_get_monotonic_time();
    int64_t broken = run(&appended, &crashes);
    double took_s = (double)(g_get_monotonic_time() - began) / 1e6;
    if (mutant)
        g_print("%s: %s after %" G_GINT64_FORMAT " seeds, %.1f s\n", mutant,
                broken ? "caught" : "NOT caught", broken ? broken - first_seed + 1 : n_seeds,
                took_s);
    else
        g_print("%d seeds, %" G_GUINT64_FORMAT " batches, %" G_GUINT64_FORMAT
                " crashes, %.1f s, %.1f seeds/s: %s\n",
                n_seeds, appended, crashes, took_s, n_seeds / took_s, broken ? "BROKEN" : "held");
    return (broken != 0) == (mutant != NULL) ? 0 : 1;
}

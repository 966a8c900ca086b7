/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "rules/engine/limit.h"
#include "tests/rules/vectors.h"

static const char *const words[] = {"raise", "clear", "stale", "fresh"};

static void
write_event(RulesLimitEvent event, int64_t t_us, int64_t t0_us, void *user)
{
    GString *out = user;
    (void)t0_us;
    g_string_append_printf(out, "%s%g:%s", out->len > 0 ? " " : "", (double)t_us / 1e6,
                           words[event]);
}

static char *
run_row(const RulesTable *table, size_t row)
{
    const RulesLimitParams params = {
        .high = strcmp(vectors_cell(table, row, "kind"), "high") == 0,
        .limit = vectors_number(table, row, "limit"),
        .hysteresis = vectors_number(table, row, "hysteresis"),
        .delays = {.on_us = (int64_t)(vectors_number(table, row, "on_delay_s") * 1e6),
                   .off_us = (int64_t)(vectors_number(table, row, "off_delay_s") * 1e6),
                   .holding =
                       strcmp(vectors_cell(table, row, "unknown_while_pending"), "hold") == 0},
        .validity_us = (int64_t)(vectors_number(table, row, "stale_s") * 1e6),
    };
    RulesLimit limit = {0};
    GString *out = g_string_new(NULL);
    g_auto(GStrv) samples = g_strsplit(vectors_cell(table, row, "samples_t:v"), " ", -1);
    for (size_t i = 0; samples[i] != NULL; i++) {
        char *end = NULL;
        double t = g_ascii_strtod(samples[i], &end);
        rules_limit_sample(&limit, &params, llround(t * 1e6), g_ascii_strtod(end + 1, NULL),
                           write_event, out);
    }
    rules_limit_advance(&limit, &params, llround(vectors_number(table, row, "end_s") * 1e6),
                        write_event, out);
    return g_string_free(out, FALSE);
}

static void
every_vector_gives_its_events(void)
{
    g_autoptr(RulesTable) table = vectors_load("limit_alarm.csv");
    g_assert_cmpuint(rules_table_rows(table), ==, 97);
    for (size_t row = 0; row < rules_table_rows(table); row++) {
        g_autofree char *found = run_row(table, row);
        g_test_message("%s", vectors_cell(table, row, "id"));
        g_assert_cmpstr(found, ==, vectors_cell(table, row, "e_events_t:e"));
    }
}

/* Ten 1-Hz samples below the limit span 9 s. */
static void
ten_samples_do_not_satisfy_ten_seconds(void)
{
    const RulesLimitParams params = {
        .limit = 90, .delays = {.on_us = 10000000}, .validity_us = 30000000};
    RulesLimit limit = {0};
    g_autoptr(GString) out = g_string_new(NULL);
    for (int t = 0; t < 10; t++)
        rules_limit_sample(&limit, &params, t * 1000000, 89, write_event, out);
    g_assert_cmpstr(out->str, ==, "");
    rules_limit_sample(&limit, &params, 10000000, 89, write_event, out);
    g_assert_cmpstr(out->str, ==, "10:raise");
}

/* A plain reading of S9, second by second, to compare the machine with. */
typedef struct {
    int phase;
    int on_left;
    int off_run;
} Model;

static const char *
model_step(Model *m, const RulesDelays *d, RulesTruth violated, RulesTruth recovered, bool counts)
{
    int on = (int)(d->on_us / 1000000);
    int off = (int)(d->off_us / 1000000);
    if (m->phase == 0) {
        if (violated != RULES_TRUE)
            return "";
        m->phase = 1;
        m->on_left = on;
        counts = false;
    }
    if (m->phase == 1) {
        if (violated == RULES_FALSE || (violated == RULES_UNKNOWN && !d->holding)) {
            m->phase = 0;
            return "";
        }
        m->on_left -= counts;
        if (violated == RULES_UNKNOWN || m->on_left > 0)
            return "";
        m->phase = 2;
        m->off_run = -1;
        return "raise";
    }
    if (violated == RULES_TRUE || recovered != RULES_TRUE) {
        m->off_run = -1;
        return "";
    }
    m->off_run++;
    if (m->off_run < off)
        return "";
    m->phase = 0;
    return "clear";
}

/* Every sequence of seven instants of one second over the six situations that
 * exist, for every choice of delays 0..2 s: 7^... is walked whole. */
static void
walk(const RulesDelays *delays,
     RulesMachine machine,
     Model model,
     RulesTruth last,
     int depth,
     int64_t t_us,
     size_t *seen)
{
    static const RulesTruth situations[][2] = {
        {RULES_TRUE, RULES_FALSE},      {RULES_FALSE, RULES_FALSE},  {RULES_FALSE, RULES_TRUE},
        {RULES_UNKNOWN, RULES_UNKNOWN}, {RULES_UNKNOWN, RULES_TRUE}, {RULES_TRUE, RULES_TRUE},
    };
    static const char *const events[] = {"", "raise", "clear"};
    for (size_t i = 0; depth > 0 && i < G_N_ELEMENTS(situations); i++) {
        RulesMachine m = machine;
        Model n = model;
        RulesTruth violated = situations[i][0];
        RulesMachineEvent event = rules_machine_step(&m, delays, t_us, violated, situations[i][1]);
        const char *expected =
            model_step(&n, delays, violated, situations[i][1], last == RULES_TRUE);
        g_assert_cmpstr(events[event], ==, expected);
        g_assert_cmpint((int)m.phase, ==, n.phase);
        (*seen)++;
        walk(delays, m, n, violated, depth - 1, t_us + 1000000, seen);
    }
}

static void
the_machine_agrees_with_its_definition_on_every_path(void)
{
    size_t seen = 0;
    for (int on = 0; on <= 2; on++)
        for (int off = 0; off <= 2; off++)
            for (int holding = 0; holding <= 1; holding++) {
                RulesDelays delays = {on * 1000000, off * 1000000, holding};
                walk(&delays, (RulesMachine){0}, (Model){0}, RULES_FALSE, 6, 0, &seen);
            }
    g_assert_cmpuint(seen, ==, 18 * (6 + 36 + 216 + 1296 + 7776 + 46656));
}

static void
the_timer_that_is_due_is_the_one_that_fires(void)
{
    RulesDelays delays = {.on_us = 8000000, .off_us = 3000000};
    RulesMachine m = {0};
    g_assert_cmpint(rules_machine_due(&m, &delays), ==, RULES_NEVER);
    rules_machine_step(&m, &delays, 5, RULES_TRUE, RULES_FALSE);
    g_assert_cmpint(rules_machine_due(&m, &delays), ==, 8000005);
    g_assert_cmpint((int)rules_machine_step(&m, &delays, 8000004, RULES_TRUE, RULES_FALSE), ==,
                    RULES_MACHINE_NOTHING);
    g_assert_cmpint((int)rules_machine_step(&m, &delays, 8000005, RULES_TRUE, RULES_FALSE), ==,
                    RULES_MACHINE_RAISE);
    g_assert_cmpint(m.t0_us, ==, 5);
    g_assert_cmpint(rules_machine_due(&m, &delays), ==, RULES_NEVER);
    rules_machine_step(&m, &delays, 9000000, RULES_FALSE, RULES_TRUE);
    g_assert_cmpint(rules_machine_due(&m, &delays), ==, 12000000);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/limit/every_vector_gives_its_events", every_vector_gives_its_events);
    g_test_add_func("/rules/limit/ten_samples_do_not_satisfy_ten_seconds",
                    ten_samples_do_not_satisfy_ten_seconds);
    g_test_add_func("/rules/limit/the_machine_agrees_with_its_definition_on_every_path",
                    the_machine_agrees_with_its_definition_on_every_path);
    g_test_add_func("/rules/limit/the_timer_that_is_due_is_the_one_that_fires",
                    the_timer_that_is_due_is_the_one_that_fires);
    return g_test_run();
}

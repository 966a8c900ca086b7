/* Refused keys become one record a minute, with their number.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/refusals.h"

#define S   ((int64_t)G_USEC_PER_SEC)
#define KEY "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"

static void
knock(VicuRefusals *refusals, int times)
{
    for (int i = 0; i < times; i++)
        vicu_refusals_note(refusals, "data", "10.0.0.7", "", KEY);
}

static void
nothing_is_due_where_nothing_was_refused(void)
{
    VicuRefusals refusals = {0};

    g_assert_null(vicu_refusals_due(&refusals, 0));
    g_assert_null(vicu_refusals_due(&refusals, 1000 * S));
}

static void
the_first_is_due_at_once_and_says_who_knocked(void)
{
    VicuRefusals refusals = {0};

    knock(&refusals, 1);
    g_autofree char *text = vicu_refusals_due(&refusals, 1);
    g_assert_cmpstr(
        text, ==, "1 refused, the last at the data socket: unknown key rq:rM>}U.., from 10.0.0.7");
    g_assert_null(strstr(text, KEY)); /* the whole key is in no record */
}

static void
the_rest_of_a_minute_is_counted(void)
{
    VicuRefusals refusals = {0};

    knock(&refusals, 1);
    vicu_refusals_told(&refusals, 5 * S);
    knock(&refusals, 600);
    g_assert_null(vicu_refusals_due(&refusals, 5 * S + VICU_REFUSALS_EACH_US - 1));
    g_autofree char *text = vicu_refusals_due(&refusals, 5 * S + VICU_REFUSALS_EACH_US);
    g_assert_true(g_str_has_prefix(text, "600 refused"));
    vicu_refusals_told(&refusals, 70 * S);
    g_assert_null(vicu_refusals_due(&refusals, 1000 * S));
}

/* The audit could not take it: the next record has them too. */
static void
what_was_not_told_stays_counted(void)
{
    VicuRefusals refusals = {0};

    knock(&refusals, 3);
    g_autofree char *first = vicu_refusals_due(&refusals, S);
    knock(&refusals, 4);
    g_autofree char *second = vicu_refusals_due(&refusals, 2 * S);
    g_assert_true(g_str_has_prefix(first, "3 refused"));
    g_assert_true(g_str_has_prefix(second, "7 refused"));
}

static void
a_known_key_in_the_wrong_place_is_named(void)
{
    VicuRefusals refusals = {0};

    vicu_refusals_note(&refusals, "query", "", "collector", KEY);
    g_autofree char *text = vicu_refusals_due(&refusals, S);
    g_assert_cmpstr(text, ==,
                    "1 refused, the last at the query socket: key collector, which may not be "
                    "here, from this machine");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/common/refusals/" #name, name)
    ADD(nothing_is_due_where_nothing_was_refused);
    ADD(the_first_is_due_at_once_and_says_who_knocked);
    ADD(the_rest_of_a_minute_is_counted);
    ADD(what_was_not_told_stays_counted);
    ADD(a_known_key_in_the_wrong_place_is_named);
    return g_test_run();
}

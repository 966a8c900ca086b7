/* The table of signals as the collectors need it: one meaning per code, and a way from
 * every unit that devices send to the table's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "collector/sources/hl7-value.h"
#include "proto/signals.h"

static void
a_code_means_one_signal(void)
{
    for (size_t i = 0; i < vicu_n_signals; i++)
        for (const uint32_t *code = vicu_signals[i].codes; *code != 0; code++)
            g_assert_true(vicu_signal_by_code(*code) == &vicu_signals[i]);
}

static void
a_label_and_a_name_mean_one_signal(void)
{
    for (size_t i = 0; i < vicu_n_signals; i++) {
        g_assert_true(vicu_signal_by_name(vicu_signals[i].name) == &vicu_signals[i]);
        for (const char *const *label = vicu_signals[i].labels; *label != NULL; label++)
            g_assert_true(vicu_signal_by_label(*label) == &vicu_signals[i]);
    }
}

static void
every_unit_is_one_that_messages_can_name(void)
{
    static const char *const without_code[] = {"mL/kg/h", "a", "10*9/L"};

    for (size_t i = 0; i < vicu_n_signals; i++) {
        const char *unit = vicu_signals[i].unit;
        gboolean known = collector_hl7_unit_ucum(unit, "", "UCUM") != NULL;

        for (size_t k = 0; k < G_N_ELEMENTS(without_code); k++)
            known = known || strcmp(unit, without_code[k]) == 0;
        g_test_message("%s %s", vicu_signals[i].name, unit);
        g_assert_true(known);
    }
}

static void
a_value_in_the_tables_unit_stays_as_it_is(void)
{
    for (size_t i = 0; i < vicu_n_signals; i++) {
        CollectorHl7Decimal half = {.mantissa = 5, .decimals = 1};
        double out;

        if (vicu_signals[i].kind != VICU_SIGNAL_NUMERIC)
            continue;
        g_assert_cmpint(collector_hl7_convert(half, vicu_signals[i].unit, vicu_signals[i].unit,
                                              vicu_signals[i].name, &out),
                        ==, COLLECTOR_HL7_CONVERT_OK);
        g_assert_cmpfloat(out, ==, 0.5);
    }
}

/* What ISO/IEEE 11073 sends for these signals (MDC dimension codes). */
static void
what_devices_send_can_be_converted(void)
{
    static const struct {
        const char *signal, *dimension;
    } cases[] = {
        {"HR", "264864"},   {"PULSE", "264864"},   {"PULSE", "264896"},      {"RR", "264928"},
        {"SpO2", "262688"}, {"ART_M", "266016"},   {"ART_M", "265987"},      {"CVP_M", "266048"},
        {"Temp", "268192"}, {"Temp", "266560"},    {"Temp", "266528"},       {"FiO2", "262688"},
        {"FiO2", "262656"}, {"EtCO2", "266016"},   {"EtCO2", "265987"},      {"Paw", "266048"},
        {"Paw", "265986"},  {"Paw", "266098"},     {"PEEP", "266048"},       {"VTe", "263762"},
        {"VTe", "263744"},  {"Lactate", "266866"}, {"Creat", "264274"},      {"Weight", "263875"},
        {"PVC", "264672"},  {"Creat", "266867"},   {"CREAT_BASE", "266867"}, {"BILI", "266867"},
        {"BILI", "264274"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const VicuSignal *signal = vicu_signal_by_name(cases[i].signal);
        CollectorHl7Decimal value = {.mantissa = 30, .decimals = 0};
        const char *unit = collector_hl7_unit_ucum(cases[i].dimension, "", "MDC");
        double out;

        g_assert_nonnull(signal);
        g_assert_nonnull(unit);
        g_test_message("%s in %s", cases[i].signal, unit);
        g_assert_cmpint(collector_hl7_convert(value, unit, signal->unit, signal->name, &out), ==,
                        COLLECTOR_HL7_CONVERT_OK);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/collector/signals-map/" #name, name)
    TEST(a_code_means_one_signal);
    TEST(a_label_and_a_name_mean_one_signal);
    TEST(every_unit_is_one_that_messages_can_name);
    TEST(a_value_in_the_tables_unit_stays_as_it_is);
    TEST(what_devices_send_can_be_converted);
    return g_test_run();
}

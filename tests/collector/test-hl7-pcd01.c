/* PCD-01 and ADT, from message to observations and events.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "collector/sources/hl7-pcd01.h"
#include "collector/sources/hl7-problem.h"

#define NOW INT64_C(1795185605000000) /* 2026-11-20T14:40:05Z */

typedef struct {
    CollectorHl7Settings settings;
    CollectorHl7Mapper *mapper;
    CollectorHl7Result *result;
    GArray *problems;
    CollectorHl7Verdict verdict;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
    (void)data;
    f->settings.beds = g_hash_table_new(g_str_hash, g_str_equal);
    f->settings.site = "demo";
    g_hash_table_insert(f->settings.beds, (gpointer) "ICU^^7", (gpointer) "demo/icu/7");
    g_hash_table_insert(f->settings.beds, (gpointer) "BED-8", (gpointer) "demo/icu/8");
    f->mapper = collector_hl7_mapper_new(&f->settings);
    f->result = collector_hl7_result_new();
    f->problems = collector_hl7_problems_new();
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    collector_hl7_mapper_free(f->mapper);
    collector_hl7_result_free(f->result);
    g_array_unref(f->problems);
    g_hash_table_unref(f->settings.beds);
}

static void
map_text(Fixture *f, const char *text, size_t n)
{
    g_autoptr(CollectorHl7Message) message = NULL;

    collector_hl7_result_free(f->result);
    f->result = collector_hl7_result_new();
    g_array_set_size(f->problems, 0);
    message = collector_hl7_message_parse(text, n, 1, f->problems);
    g_assert_nonnull(message);
    f->verdict = collector_hl7_map(f->mapper, message, NOW, f->problems, f->result);
}

/* A message of bed 7 with these OBX segments. */
static void
map_obx(Fixture *f, const char *segments)
{
    g_autofree char *text = g_strdup_printf(
        "MSH|^~\\&|MON|ICU|||20261120144004+0000||ORU^R01^ORU_R01|C1|P|2.6\rPID|||P1^^^D^MR||Doe\r"
        "PV1||I|ICU^^7\rOBR|1|||1|||20261120144003+0000\r%s\r",
        segments);

    map_text(f, text, strlen(text));
}

static void
map_file(Fixture *f, const char *name)
{
    g_autofree char *path = g_build_filename(g_getenv("VICU_TEST_DATA"), "hl7", name, NULL);
    g_autofree char *bytes = NULL;
    gsize n;

    g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
    map_text(f, bytes, n);
}

static const CollectorHl7Observation *
observation(const Fixture *f, guint i)
{
    g_assert_cmpuint(i, <, f->result->observations->len);
    return &g_array_index(f->result->observations, CollectorHl7Observation, i);
}

static const CollectorHl7Event *
event(const Fixture *f, const char *kind)
{
    for (guint i = 0; i < f->result->events->len; i++) {
        const CollectorHl7Event *one = &g_array_index(f->result->events, CollectorHl7Event, i);

        if (strcmp(one->kind, kind) == 0)
            return one;
    }
    return NULL;
}

static void
maps_a_gateways_message_to_the_table(Fixture *f, gconstpointer data)
{
    static const struct {
        const char *name;
        double value;
    } expected[] = {{"HR", 60},    {"PVC", 0},    {"ART_M", 92}, {"ART_S", 120}, {"ART_D", 80},
                    {"PULSE", 60}, {"PAP_M", 14}, {"PAP_S", 25}, {"PAP_D", 10}};

    (void)data;
    map_file(f, "ipf_valid-pcd01-request2.hl7v2");
    g_assert_cmpint(f->verdict, ==, COLLECTOR_HL7_TAKE);
    g_assert_cmpuint(f->result->observations->len, ==, G_N_ELEMENTS(expected));
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        const CollectorHl7Observation *o = observation(f, i);

        g_assert_cmpint(o->kind, ==, COLLECTOR_HL7_NUMERIC);
        g_assert_cmpstr(o->signal->name, ==, expected[i].name);
        g_assert_cmpfloat(o->value, ==, expected[i].value);
        g_assert_cmpint(o->quality, ==, VICU__QUALITY__QUALITY_GOOD);
        g_assert_cmpint(o->origin, ==, VICU__ORIGIN__ORIGIN_LIVE);
        g_assert_cmpint(o->t_us, ==, INT64_C(1229006700000000));
        g_assert_cmpstr(o->bed, ==, "demo/unassigned/3-WEST-ICU-3001-1");
    }
    g_assert_nonnull(event(f, "bed-unassigned"));
    g_assert_cmpstr(event(f, "patient-seen")->key, ==, "AB60001");
}

static void
finds_the_bed_by_settings_or_keeps_it_unassigned(Fixture *f, gconstpointer data)
{
    static const char *const cases[][2] = {
        {"ICU^^7", "demo/icu/7"},
        {"ICU^^7^^^", "demo/icu/7"},
        {"ICU^^7^HOSP", "demo/icu/7"},
        {"X^Y^BED-8^HOSP", "demo/icu/8"},
        {"BED-8", "demo/icu/8"},
        {"3 WEST^1", "demo/unassigned/3-WEST-1"},
        {"^^", "demo/unassigned/MON"},
        {"", "demo/unassigned/MON"},
        {"../../etc", "demo/unassigned/etc"},
    };

    (void)data;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) whole = g_string_new("MSH|^~\\&|MON|ICU|||20261120144004+0000||"
                                                "ORU^R01^ORU_R01|C1|P|2.6\r");

        g_string_append_printf(whole, "PV1|||%s\rOBX|1|NM|147842^HR^MDC||70|/min\r", cases[i][0]);
        map_text(f, whole->str, whole->len);
        g_assert_cmpstr(observation(f, 0)->bed, ==, cases[i][1]);
        g_assert_true(collector_hl7_is_bed_id(observation(f, 0)->bed));
    }
}

static void
tells_once_of_an_unassigned_bed(Fixture *f, gconstpointer data)
{
    (void)data;
    map_file(f, "ipf_valid-pcd01-request2.hl7v2");
    g_assert_nonnull(event(f, "bed-unassigned"));
    map_file(f, "ipf_valid-pcd01-request2.hl7v2");
    g_assert_null(event(f, "bed-unassigned"));
    g_assert_null(event(f, "patient-seen"));
}

static void
keeps_long_and_foreign_locations_apart(void)
{
    g_autofree char *a =
        collector_hl7_unassigned_bed("demo", "a very long ward name on the third floor, bed 1");
    g_autofree char *b =
        collector_hl7_unassigned_bed("demo", "a very long ward name on the third floor, bed 2");
    g_autofree char *c = collector_hl7_unassigned_bed("demo", "\u5E8A\u4E00");
    g_autofree char *d = collector_hl7_unassigned_bed("demo", "\u5E8A\u4E8C");

    g_assert_true(collector_hl7_is_bed_id(a) && collector_hl7_is_bed_id(b));
    g_assert_true(collector_hl7_is_bed_id(c) && collector_hl7_is_bed_id(d));
    g_assert_cmpstr(a, !=, b);
    g_assert_cmpstr(c, !=, d);
}

static void
a_location_names_a_bed_only_where_the_settings_allow_it(Fixture *f, gconstpointer data)
{
    const char *text = "MSH|^~\\&|MON|ICU|||20261120144004+0000||ORU^R01^ORU_R01|C1|P|2.6\r"
                       "PV1|||icu^^3^demo\rOBX|1|NM|147842^HR^MDC||70|/min\r";

    (void)data;
    map_text(f, text, strlen(text));
    g_assert_cmpstr(observation(f, 0)->bed, ==, "demo/unassigned/icu-3-demo");
    f->settings.location_is_bed = TRUE;
    collector_hl7_mapper_free(f->mapper);
    f->mapper = collector_hl7_mapper_new(&f->settings);
    map_text(f, text, strlen(text));
    g_assert_cmpstr(observation(f, 0)->bed, ==, "demo/icu/3");
}

static void
assert_invalid(Fixture *f, const char *obx)
{
    const CollectorHl7Observation *last;

    map_obx(f, obx);
    g_assert_cmpint(f->verdict, ==, COLLECTOR_HL7_TAKE);
    last = observation(f, f->result->observations->len - 1);
    g_assert_cmpint(last->kind, ==, COLLECTOR_HL7_NUMERIC);
    g_assert_cmpint(last->quality, ==, VICU__QUALITY__QUALITY_INVALID);
    g_assert_cmpfloat(last->value, ==, 0.0);
    g_assert_cmpuint(f->result->invalid, ==, 1);
}

static void
what_cannot_be_trusted_is_invalid_and_never_a_number(Fixture *f, gconstpointer data)
{
    static const char *const cases[] = {
        "OBX|1|NM|147842^HR^MDC||-999|/min",
        "OBX|1|NM|147842^HR^MDC||-99.9|/min",
        "OBX|1|NM|147842^HR^MDC||-100|/min",
        "OBX|1|ST|147842^HR^MDC||-999|/min",
        "OBX|1|NM|147842^HR^MDC|||/min",
        "OBX|1|NM|147842^HR^MDC||\"\"|/min",
        "OBX|1|NM|147842^HR^MDC||351|/min", /* outside the table's bounds */
        "OBX|1|NM|147842^HR^MDC||-1|/min",
        "OBX|1|NM|147842^HR^MDC||72|/min|||||X", /* cannot be obtained */
        "OBX|1|NM|147842^HR^MDC||72|/min||INV|||R",
        "OBX|1|NM|147842^HR^MDC||72|kg",
        "OBX|1|NM|147842^HR^MDC||seventy|/min",
        "OBX|1|NM|147842^HR^MDC||72~73|/min",
        "OBX|1|SN|150456^SpO2^MDC||>^97|%",
        "OBX|1|NM|160920^FIO2^MDC||5|%",
        "OBX|1|NM|150344^T^MDC||98.6|Cel",
    };

    (void)data;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_invalid(f, cases[i]);
}

static void
converts_to_the_tables_unit(Fixture *f, gconstpointer data)
{
    (void)data;
    map_obx(f, "OBX|1|NM|150344^T^MDC||98.6|266560^MDC_DIM_FAHR^MDC\r"
               "OBX|2|NM|160920^FIO2^MDC||40|262688^MDC_DIM_PERCENT^MDC\r"
               "OBX|3|NM|150033^S^MDC||16.0|265987^MDC_DIM_KILO_PASCAL^MDC\r"
               "OBX|4|SN|150456^SpO2^MDC||=^97|%\r"
               "OBX|5|ST|147842^HR^MDC||72|bpm");
    g_assert_cmpfloat(observation(f, 0)->value, ==, 37.0);
    g_assert_cmpfloat(observation(f, 1)->value, ==, 0.4);
    g_assert_cmpfloat(observation(f, 2)->value, ==, 120.009872);
    g_assert_cmpfloat(observation(f, 3)->value, ==, 97.0);
    g_assert_cmpfloat(observation(f, 4)->value, ==, 72.0);
}

static void
keeps_symbols_in_the_words_of_the_rules(Fixture *f, gconstpointer data)
{
    (void)data;
    map_obx(f, "OBX|1|CWE|67108865^ACVPU^99VICU||v^Voice^99VICU\r"
               "OBX|2|ST|67108866^O2^99VICU||oxygen\r"
               "OBX|3|ST|67108869^VENT^99VICU||PC-BIPAP\r"
               "OBX|4|ST|67108865^ACVPU^99VICU||sleepy");
    g_assert_cmpint(observation(f, 0)->kind, ==, COLLECTOR_HL7_SYMBOL);
    g_assert_cmpstr(observation(f, 0)->text, ==, "V");
    g_assert_cmpstr(observation(f, 1)->text, ==, "OXYGEN");
    g_assert_cmpstr(observation(f, 2)->text, ==, "PC-BIPAP");
    g_assert_cmpint(observation(f, 3)->kind, ==, COLLECTOR_HL7_UNMAPPED);
    g_assert_cmpstr(observation(f, 3)->text, ==, "sleepy");
    g_assert_cmpint(observation(f, 4)->quality, ==, VICU__QUALITY__QUALITY_INVALID);
}

static void
passes_on_what_it_does_not_know(Fixture *f, gconstpointer data)
{
    const CollectorHl7Observation *o;

    (void)data;
    map_obx(f, "OBX|1|NM|188424^MDC_TEMP_ORAL^MDC||-999|266560^MDC_DIM_FAHR^MDC\r"
               "OBX|2|NM|8867-4^heartrate^LN||60~120|beats/min\r"
               "OBX|3|NA|150452^MDC_PULS_OXIM_PLETH^MDC||12^123^24|262656^MDC_DIM_DIMLESS^MDC\r"
               "OBX|4||528391^MDC_DEV_SPEC_PROFILE_BP^MDC|1|||||||X");
    g_assert_cmpuint(f->result->observations->len, ==, 3);
    g_assert_cmpuint(f->result->unmapped, ==, 3);
    g_assert_cmpuint(f->result->structure, ==, 1);
    o = observation(f, 0);
    g_assert_cmpint(o->kind, ==, COLLECTOR_HL7_UNMAPPED);
    g_assert_cmpstr(o->code_text, ==, "188424");
    g_assert_cmpstr(o->label, ==, "MDC_TEMP_ORAL");
    g_assert_cmpstr(o->text, ==, "-999");
    g_assert_cmpstr(o->unit, ==, "[degF]");
    g_assert_cmpstr(observation(f, 1)->text, ==, "60~120");
    g_assert_cmpstr(observation(f, 2)->text, ==, "12^123^24");
}

static void
cuts_text_that_is_too_long_and_says_so(Fixture *f, gconstpointer data)
{
    g_autofree char *value = g_strnfill(COLLECTOR_HL7_TEXT_MAX * 2, 'x');
    g_autofree char *obx = g_strdup_printf("OBX|1|ST|1^X^L||%s", value);

    (void)data;
    map_obx(f, obx);
    g_assert_cmpuint(strlen(observation(f, 0)->text), <, COLLECTOR_HL7_TEXT_MAX + 40);
    g_assert_true(g_str_has_suffix(observation(f, 0)->text, "... (8192 bytes)"));
}

static void
stamps_with_the_nearest_time_sent(Fixture *f, gconstpointer data)
{
    (void)data;
    map_obx(f, "OBX|1|NM|147842^HR^MDC||70|/min|||||R|||20261120154001+0100\r"
               "OBX|2|NM|147842^HR^MDC||70|/min\r"
               "OBX|3|NM|147842^HR^MDC||70|/min|||||R|||20261120144002\r"
               "OBX|4|NM|147842^HR^MDC||70|/min|||||R|||20261120\r"
               "OBX|5|NM|147842^HR^MDC||70|/min|||||R|||soon");
    for (guint i = 0; i < 3; i++)
        g_assert_cmpint(observation(f, i)->source_us, ==, observation(f, i)->t_us);
    g_assert_cmpint(observation(f, 3)->source_us, ==, 0); /* a day is no time */
    g_assert_cmpint(observation(f, 4)->source_us, ==, 0);
    g_assert_cmpint(observation(f, 0)->t_us, ==, INT64_C(1795185601000000));
    g_assert_cmpint(observation(f, 1)->t_us, ==, INT64_C(1795185603000000)); /* OBR-7 */
    g_assert_cmpint(observation(f, 2)->t_us, ==, INT64_C(1795185602000000)); /* zone of MSH-7 */
    g_assert_cmpint(observation(f, 3)->t_us, ==, NOW);
    g_assert_cmpint(observation(f, 3)->quality, ==, VICU__QUALITY__QUALITY_QUESTIONABLE);
    g_assert_cmpint(observation(f, 4)->quality, ==, VICU__QUALITY__QUALITY_QUESTIONABLE);
}

static void
gives_the_same_signal_of_two_places_two_channels(Fixture *f, gconstpointer data)
{
    (void)data;
    map_obx(f, "OBX|1|NM|150456^SpO2^MDC|1.2.1.1|97|%\r"
               "OBX|2|NM|150456^SpO2^MDC|1.5.1.1|91|%");
    g_assert_cmpuint(observation(f, 0)->channel, ==, 0);
    g_assert_cmpuint(observation(f, 1)->channel, ==, 1);
    /* The second alone keeps its channel. */
    map_obx(f, "OBX|1|NM|150456^SpO2^MDC|1.5.1.1|90|%");
    g_assert_cmpuint(observation(f, 0)->channel, ==, 1);
}

static void
marks_what_is_simulated(Fixture *f, gconstpointer data)
{
    const char *text = "MSH|^~\\&|MON|ICU|||20261120144004+0000||ORU^R01^ORU_R01|C1|T|2.6\r"
                       "PV1|||ICU^^7\rOBX|1|NM|147842^HR^MDC||70|/min\r";

    (void)data;
    map_text(f, text, strlen(text));
    g_assert_cmpint(observation(f, 0)->origin, ==, VICU__ORIGIN__ORIGIN_SIMULATED);
    map_obx(f, "OBX|1|NM|147842^HR^MDC||70|/min||DEMO|||R");
    g_assert_cmpint(observation(f, 0)->origin, ==, VICU__ORIGIN__ORIGIN_SIMULATED);
    f->settings.simulated = TRUE;
    collector_hl7_mapper_free(f->mapper);
    f->mapper = collector_hl7_mapper_new(&f->settings);
    map_obx(f, "OBX|1|NM|147842^HR^MDC||70|/min");
    g_assert_cmpint(observation(f, 0)->origin, ==, VICU__ORIGIN__ORIGIN_SIMULATED);
}

static void
refuses_and_rejects_with_a_reason(Fixture *f, gconstpointer data)
{
    static const struct {
        const char *type, *version, *charset;
        CollectorHl7Verdict verdict;
        const char *field;
    } cases[] = {
        {"ORM^O01", "2.6", "", COLLECTOR_HL7_REJECT, "MSH-9"},
        {"ORU^R40", "2.6", "", COLLECTOR_HL7_REJECT, "MSH-9"},
        {"ADT^A60", "2.6", "", COLLECTOR_HL7_REJECT, "MSH-9"},
        {"ORU^R01", "3.0", "", COLLECTOR_HL7_REJECT, "MSH-12"},
        {"ORU^R01", "2.6", "KLINGON", COLLECTOR_HL7_REFUSE, "MSH-18"},
        {"ADT^A01", "2.6", "", COLLECTOR_HL7_REFUSE, "PID-3"},
    };

    (void)data;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strdup_printf(
            "MSH|^~\\&|MON|ICU|||20261120144004+0000||%s|C1|P|%s||||||%s\rPV1|||ICU^^7\r"
            "OBX|1|NM|147842^HR^MDC||70|/min\r",
            cases[i].type, cases[i].version, cases[i].charset);

        map_text(f, text, strlen(text));
        g_assert_cmpint(f->verdict, ==, cases[i].verdict);
        g_assert_cmpuint(f->result->observations->len, ==, 0);
        g_assert_cmpstr(g_array_index(f->problems, CollectorHl7Problem, 0).field, ==,
                        cases[i].field);
    }
}

static void
takes_the_rest_of_a_message_with_one_bad_value(Fixture *f, gconstpointer data)
{
    (void)data;
    map_obx(f, "OBX|1|NM|147842^HR^MDC||seventy|/min\rOBX|2|NM|150456^SpO2^MDC||97|%");
    g_assert_cmpint(f->verdict, ==, COLLECTOR_HL7_TAKE);
    g_assert_cmpuint(f->problems->len, ==, 1);
    g_assert_cmpfloat(observation(f, f->result->observations->len - 1)->value, ==, 97.0);
    g_assert_cmpstr(event(f, "hl7-problem")->key, ==, "OBX-5");
    g_assert_null(strstr(event(f, "hl7-problem")->text, "seventy"));
}

static void
reads_patient_administration_without_names(Fixture *f, gconstpointer data)
{
    static const struct {
        const char *file, *kind;
    } cases[] = {
        {"msfhirconv_ADT-A01-01.hl7", "adt-admit"},
        {"msfhirconv_ADT-A02-01.hl7", "adt-transfer"},
        {"msfhirconv_ADT-A03-01.hl7", "adt-discharge"},
        {"msfhirconv_ADT-A08-01.hl7", "adt-update"},
        {"msfhirconv_ADT-A11-01.hl7", "adt-cancel-admit"},
    };

    (void)data;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const CollectorHl7Event *e;

        map_file(f, cases[i].file);
        g_assert_cmpint(f->verdict, ==, COLLECTOR_HL7_TAKE);
        e = event(f, cases[i].kind);
        g_assert_nonnull(e);
        g_assert_true(e->is_adt);
        g_assert_cmpstr(e->patient, ==, "PATID1234");
        g_assert_cmpstr(e->key, ==, "PATID1234");
        g_assert_true(g_str_has_prefix(e->bed, "demo/unassigned/HUH-AE-OMU"));
        g_assert_true(g_str_has_prefix(e->prior_bed, "demo/unassigned/"));
        for (guint k = 0; k < f->result->events->len; k++) {
            const CollectorHl7Event *one = &g_array_index(f->result->events, CollectorHl7Event, k);

            g_assert_null(strstr(one->text, "ADAM"));
            g_assert_null(strstr(one->text, "EVERYMAN"));
        }
    }
}

static void
reads_a_merge_of_patient_ids(Fixture *f, gconstpointer data)
{
    const CollectorHl7Event *e;

    (void)data;
    map_file(f, "msfhirconv_ADT-A40-01.hl7");
    g_assert_cmpint(f->verdict, ==, COLLECTOR_HL7_TAKE);
    e = event(f, "adt-merge");
    g_assert_cmpstr(e->patient, ==, "12345");
    g_assert_cmpstr(e->prior_patient, ==, "56789");
    g_assert_cmpint(e->t_us, ==, INT64_C(1556023597000000)); /* 2019-04-23T15:01:37+02:15 */
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add("/collector/hl7-pcd01/" #name, Fixture, NULL, set_up, name, tear_down)
    TEST(maps_a_gateways_message_to_the_table);
    TEST(finds_the_bed_by_settings_or_keeps_it_unassigned);
    TEST(tells_once_of_an_unassigned_bed);
    TEST(a_location_names_a_bed_only_where_the_settings_allow_it);
    TEST(what_cannot_be_trusted_is_invalid_and_never_a_number);
    TEST(converts_to_the_tables_unit);
    TEST(keeps_symbols_in_the_words_of_the_rules);
    TEST(passes_on_what_it_does_not_know);
    TEST(cuts_text_that_is_too_long_and_says_so);
    TEST(stamps_with_the_nearest_time_sent);
    TEST(gives_the_same_signal_of_two_places_two_channels);
    TEST(marks_what_is_simulated);
    TEST(refuses_and_rejects_with_a_reason);
    TEST(takes_the_rest_of_a_message_with_one_bad_value);
    TEST(reads_patient_administration_without_names);
    TEST(reads_a_merge_of_patient_ids);
    g_test_add_func("/collector/hl7-pcd01/keeps_long_and_foreign_locations_apart",
                    keeps_long_and_foreign_locations_apart);
    return g_test_run();
}

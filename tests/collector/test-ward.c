/* The demo ward as it is shipped, and the source that plays it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "collector/sources/wfdb-record.h"
#include "collector/sources/wfdb-source.h"
#include "collector/ward.h"
#include "common/error.h"
#include "tests/collector/listener.h"

#define T0 INT64_C(1800000000000000)

static char *
recordings(void)
{
    return g_build_filename(g_getenv("VICU_SOURCE_ROOT"), "data", "recordings", "ward.ini", NULL);
}

static CollectorWard *
load_well(guint n_beds)
{
    g_autofree char *path = recordings();
    g_autoptr(GError) error = NULL;
    CollectorWard *ward = collector_ward_load(path, n_beds, &error);

    g_assert_no_error(error);
    return ward;
}

static void
test_shipped(void)
{
    g_autoptr(CollectorWard) ward = load_well(0);
    guint over_hl7 = 0, with_pressure = 0, with_pleth = 0;

    g_assert_cmpuint(collector_ward_n(ward), ==, 16);
    for (guint i = 0; i < 16; i++) {
        const CollectorWardBed *bed = collector_ward_bed(ward, i);
        g_autofree char *name = g_strdup_printf("demo/icu/%u", i + 1);
        g_autoptr(GError) error = NULL;
        g_autoptr(CollectorWfdbRecord) record = collector_wfdb_record_open(bed->record, &error);
        gboolean pressure = FALSE, cuff = FALSE;
        guint seen = 0;

        g_assert_no_error(error);
        g_assert_cmpstr(bed->bed, ==, name);
        g_assert_false(bed->copy);
        over_hl7 += bed->script_over_hl7;
        for (size_t c = 0; c < collector_wfdb_record_n_channels(record); c++) {
            const char *label = collector_wfdb_record_channel(record, c)->label;
            pressure = pressure || strcmp(label, "ABP") == 0;
            with_pleth += strcmp(label, "PLETH") == 0;
        }
        with_pressure += pressure;
        for (size_t k = 0; k < collector_script_n(bed->script); k++) {
            const CollectorScriptItem *item = collector_script_item(bed->script, k);
            cuff = cuff || g_str_has_prefix(item->signal->name, "NIBP");
            for (size_t w = 0; w < 5; w++)
                seen |= strcmp(item->signal->name,
                               ((const char *const[]){"Temp", "ACVPU", "O2", "SpO2", "RR"})[w])
                                == 0
                            ? 1u << w
                            : 0;
        }
        g_assert_cmpuint(seen, ==, 31);
        g_assert_true(cuff != pressure); /* a cuff only where no line is */
    }
    g_assert_cmpuint(over_hl7, >=, 4);
    g_assert_cmpuint(with_pressure, >=, 6);
    g_assert_cmpuint(with_pleth, >=, 6);
    g_assert_cmpint(collector_ward_bed(ward, 6)->start_us, ==, 255000000);
    g_assert_true(g_str_has_suffix(collector_ward_bed(ward, 6)->record, "/v541l.hea"));
}

/* No header of the ward may know the truth about its alarm. */
static void
test_no_truth(void)
{
    g_autoptr(CollectorWard) ward = load_well(0);

    for (guint i = 0; i < collector_ward_n(ward); i++) {
        g_autofree char *text = NULL;
        g_assert_true(g_file_get_contents(collector_ward_bed(ward, i)->record, &text, NULL, NULL));
        g_assert_null(strchr(text, '#'));
        g_assert_null(strstr(text, "alarm"));
    }
}

static void
test_copies(void)
{
    g_autoptr(CollectorWard) ward = load_well(200);

    g_assert_cmpuint(collector_ward_n(ward), ==, 200);
    const CollectorWardBed *original = collector_ward_bed(ward, 6);
    const CollectorWardBed *copy = collector_ward_bed(ward, 6 + 32);
    g_assert_cmpstr(copy->bed, ==, "demo/icu/39");
    g_assert_true(copy->copy);
    g_assert_false(copy->script_over_hl7);
    g_assert_cmpstr(copy->record, ==, original->record);
    g_assert_cmpint(copy->start_us, ==, original->start_us + 2 * 37000000);
    g_autoptr(CollectorWard) few = load_well(3);
    g_assert_cmpuint(collector_ward_n(few), ==, 3);
}

static void
refuse(const char *text, const char *message)
{
    g_autofree char *folder = g_dir_make_tmp("vicu-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "w.ini", NULL);
    g_autoptr(GError) error = NULL;

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_autoptr(CollectorWard) ward = collector_ward_load(path, 0, &error);
    g_remove(path);
    g_rmdir(folder);
    g_assert_null(ward);
    g_assert_error(error, VICU_ERROR, VICU_ERROR_CONFIG);
    if (strstr(error->message, message) == NULL)
        g_error("'%s' does not say '%s'", error->message, message);
}

static void
test_refusals(void)
{
    const char *w = "[ward]\nprefix=demo/icu\n";
    const struct {
        const char *rest, *message;
    } cases[] = {
        {"", "there is no [bed 1]"},
        {"[bed 2]\nrecord=a\n", "there is no [bed 1], but 1 beds"},
        {"[bed 1]\n", "[bed 1] record: the name of a header"},
        {"[bed 1]\nrecord=../x\n", "[bed 1] record: the name of a header"},
        {"[bed 1]\nrecrod=x\n", "[bed 1] has no key recrod (did you mean record?)"},
        {"[bed 1]\nrecord=x\nstart=-1\n", "start = -1 s is outside 0..1000000"},
        {"[bed 1]\nrecord=x\nstart=soon\n", "[bed 1] start:"},
        {"[bed 1]\nrecord=x\nscript=9\n", "there is no group [script 9]"},
        {"[bed 1]\nrecord=x\nscript_over=hl7\n", "script_over stands without script"},
        {"[bed 1]\nrecord=x\nscript=1\nscript_over=fax\n[script 1]\nTemp=37\n",
         "neither hl7 nor recording"},
        {"[bed 1]\nrecord=x\nscript=1\n[script 1]\nTemperature=37\n",
         "the table of signals has no such name"},
        {"[bed 1]\nrecord=x\nscript=1\n[script 1]\nTemp=45;3\n",
         "Temp = 45 +- 3 Cel leaves 10..46"},
        {"[bed 1]\nrecord=x\nscript=1\n[script 1]\nTemp=warm\n", "expected VALUE"},
        {"[bed 1]\nrecord=x\nscript=1\n[script 1]\nABP=80\n",
         "waves and events cannot be scripted"},
        {"[bad 1]\n", "[bad 1] is neither [ward]"},
    };

    refuse("[bed 1]\nrecord=a\n", "[ward] prefix");
    refuse("[ward]\nprefix=demo\n[bed 1]\nrecord=a\n", "[ward] prefix: SITE/UNIT");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strconcat(w, cases[i].rest, NULL);
        refuse(text, cases[i].message);
    }
}

static void
test_script_values(void)
{
    g_autoptr(CollectorWard) ward = load_well(0);

    for (guint i = 0; i < 16; i++) {
        const CollectorScript *script = collector_ward_bed(ward, i)->script;
        for (size_t k = 0; k < collector_script_n(script); k++) {
            const CollectorScriptItem *item = collector_script_item(script, k);
            double least = INFINITY, most = -INFINITY;
            if (item->symbol != NULL)
                continue;
            for (int64_t t = T0; t < T0 + INT64_C(86400000000); t += 60000000) {
                double v = collector_script_value(item, t, i);
                g_assert_cmpfloat(v, ==, collector_script_value(item, t, i));
                least = MIN(least, v);
                most = MAX(most, v);
            }
            g_assert_cmpfloat(least, >=, item->value - item->wander - 0.51);
            g_assert_cmpfloat(most, <=, item->value + item->wander + 0.51);
            g_assert_true(item->wander < 0.1 || most > least);
        }
    }
}

/* The whole ward for a minute, in ticks of 40 ms. */
static void
test_plays(void)
{
    g_autoptr(CollectorWard) ward = load_well(20);
    g_autoptr(GError) error = NULL;
    g_autoptr(CollectorFeed) feed = collector_wfdb_source_new(ward, 1, &error);
    g_autoptr(Listener) listener = listener_new();
    guint simulated = 0, symbols = 0;

    g_assert_no_error(error);
    collector_feed_start(feed, T0);
    for (int64_t t = 40000; t <= 60000000; t += 40000) {
        g_assert_cmpint(collector_feed_next_us(feed), <=, T0 + t);
        collector_feed_poll(feed, T0 + t, listener->tick);
        listener_take(listener, T0 + t);
    }
    g_assert_cmpuint(listener_count(listener, "demo/icu/7", "ABP"), ==, 60 * 250);
    g_assert_cmpuint(listener_count(listener, "demo/icu/9", "MLII"), ==, 60 * 360);
    for (guint i = 0; i < listener->segments->len; i++) {
        const Heard *h = listener->segments->pdata[i];
        g_assert_cmpint(h->origin, ==, VICU__ORIGIN__ORIGIN_RECORDING);
        g_assert_cmpuint(h->code, !=, 0); /* every label of the ward is in the table */
        g_assert_cmpint(h->copy, ==, g_ascii_strtoull(strrchr(h->bed, '/') + 1, NULL, 10) > 16);
    }
    for (guint i = 0; i < listener->batches->len; i++) {
        const Vicu__Batch *batch = listener->batches->pdata[i];
        symbols += (guint)batch->n_symbol;
        for (size_t k = 0; k < batch->n_numerics; k++) {
            const Vicu__Numerics *n = batch->numerics[k];
            g_assert_cmpint(n->origin, ==, VICU__ORIGIN__ORIGIN_SIMULATED);
            g_assert_cmpstr(n->bed, !=, "demo/icu/7"); /* that one comes over HL7 */
            simulated += (guint)n->n_code;
        }
        for (size_t k = 0; k < batch->n_symbol; k++)
            g_assert_cmpint(batch->symbol[k]->origin, ==, VICU__ORIGIN__ORIGIN_SIMULATED);
    }
    g_assert_cmpuint(simulated, >=, 15 * 2 * 60); /* SpO2 and RR each second */
    g_assert_cmpuint(symbols, ==, 15 * 2);        /* ACVPU and O2 at the start */
    g_assert_cmpuint(collector_wfdb_source_figures(feed).unreadable, ==, 0);
}

/* Bed 7's mean pressure falls when the recording says so: the demo rests on it. */
static void
test_bed_7(void)
{
    g_autoptr(CollectorWard) ward = load_well(7);
    g_autoptr(CollectorFeed) feed = collector_wfdb_source_new(ward, 1, NULL);
    g_autoptr(Listener) listener = listener_new();

    collector_feed_start(feed, T0);
    for (int64_t t = 1000000; t <= 55000000; t += 1000000) {
        collector_feed_poll(feed, T0 + t, listener->tick);
        listener_take(listener, T0 + t);
    }
    for (guint i = 0; i < listener->segments->len; i++) {
        const Heard *h = listener->segments->pdata[i];
        if (strcmp(h->bed, "demo/icu/7") != 0 || strcmp(h->label, "ABP") != 0)
            continue;
        for (guint second = 0; second < 55; second += 5) {
            double sum = 0.0;
            for (guint k = 0; k < 1250; k++)
                sum +=
                    (g_array_index(h->samples, int16_t, second * 250 + k) - h->baseline) / h->gain;
            if (second < 30)
                g_assert_cmpfloat(sum / 1250, >, 70.0);
            if (second >= 45)
                g_assert_cmpfloat(sum / 1250, <, 50.0);
        }
        return;
    }
    g_assert_not_reached();
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/collector/ward/is_shipped_whole", test_shipped);
    g_test_add_func("/collector/ward/does_not_know_the_truth", test_no_truth);
    g_test_add_func("/collector/ward/makes_marked_and_shifted_copies", test_copies);
    g_test_add_func("/collector/ward/refuses_with_group_and_key", test_refusals);
    g_test_add_func("/collector/ward/keeps_simulated_values_in_their_bounds", test_script_values);
    g_test_add_func("/collector/ward/plays_every_bed", test_plays);
    g_test_add_func("/collector/ward/sees_bed_7_fall", test_bed_7);
    return g_test_run();
}

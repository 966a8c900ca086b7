/* The simulated monitor: what it measures and what it says.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "tools/sim/message.h"
#include "tools/sim/script.h"

#define T0 INT64_C(1795185604000000)

static GPtrArray *
load_text(const char *text, guint first, guint n, GError **error)
{
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("vicu-ward-XXXXXX.ini", &path, NULL);
    GPtrArray *beds;

    g_assert_cmpint(fd, >=, 0);
    g_close(fd, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    beds = tool_sim_beds_load(path, "x/y", first, n, error);
    g_unlink(path);
    return beds;
}

static const char ward[] = "[ward]\nprefix=demo/icu\n"
                           "[bed 2]\nrecord=a\nscript=s\nscript_over=hl7\n"
                           "[bed 3]\nrecord=b\nscript=s\nscript_over=recording\n"
                           "[bed 9]\nrecord=c\nscript=t\nscript_over=hl7\n"
                           "[script s]\nTemp=37.2;0.3;240\nACVPU=V\nHR=80;5;10\n"
                           "[script t]\nSpO2=91\n";

static void
takes_the_beds_that_a_monitor_sends(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) all = load_text(ward, 1, 0, &error);
    g_autoptr(GPtrArray) some = load_text(ward, 3, 7, &error);
    const ToolSimBed *bed;

    g_assert_no_error(error);
    g_assert_cmpuint(all->len, ==, 2);
    g_assert_cmpuint(some->len, ==, 1);
    bed = all->pdata[0];
    g_assert_cmpstr(bed->bed, ==, "demo/icu/2");
    g_assert_cmpuint(bed->n_items, ==, 3);
    g_assert_cmpstr(bed->items[1].symbol, ==, "V");
    g_assert_cmpfloat(bed->items[0].wander, ==, 0.3);
    g_assert_cmpstr(((const ToolSimBed *)some->pdata[0])->bed, ==, "demo/icu/9");
}

static void
refuses_a_script_it_cannot_play(void)
{
    static const char *const scripts[] = {
        "Temp=warm", "Temp=37;-1", "Temp=37;0;0", "Temp=37;0;1;1", "Temp=", "Temp=45.9;1",
        "HR=351",    "Nothing=1",  "ECG_II=1",    "QRS=1",         "ACVPU="};

    for (size_t i = 0; i < G_N_ELEMENTS(scripts); i++) {
        g_autofree char *text =
            g_strdup_printf("[bed 1]\nscript=a\nscript_over=hl7\n[script a]\n%s\n", scripts[i]);
        g_autoptr(GError) error = NULL;
        g_autofree char *key = g_strndup(scripts[i], strcspn(scripts[i], "="));

        g_assert_null(load_text(text, 1, 0, &error));
        g_assert_nonnull(strstr(error->message, "[script a]"));
        g_assert_nonnull(strstr(error->message, key));
    }
}

static void
says_when_there_is_nobody_to_play(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(load_text("[bed 1]\nrecord=a\n", 1, 0, &error));
    g_assert_nonnull(strstr(error->message, "script_over=hl7"));
    g_clear_error(&error);
    g_assert_null(load_text("[bed 1]\nscript=a\nscript_over=hl7\n", 1, 0, &error));
    g_assert_nonnull(strstr(error->message, "[script a]"));
    g_clear_error(&error);
    g_assert_null(tool_sim_beds_load("/nowhere.ini", "x/y", 1, 1, &error));
    g_assert_nonnull(strstr(error->message, "/nowhere.ini"));
}

static void
refuses_a_prefix_that_makes_no_bed_id(void)
{
    static const char *const prefixes[] = {"", "demo", "demo/", "/icu", "a/b/c", "de mo/icu"};

    for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = g_strdup_printf(
            "[ward]\nprefix=%s\n[bed 1]\nscript=a\nscript_over=hl7\n[script a]\nHR=80\n",
            prefixes[i]);

        g_assert_null(tool_sim_beds_load(NULL, prefixes[i], 1, 1, &error));
        g_assert_nonnull(strstr(error->message, "SITE/UNIT"));
        g_clear_error(&error);
        g_assert_null(load_text(text, 1, 0, &error));
        g_assert_nonnull(strstr(error->message, "SITE/UNIT"));
    }
}

/* Over a day, second by second: inside its band, smooth, and the same again. */
static void
moves_smoothly_within_its_band(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) beds = tool_sim_beds_load(NULL, "demo/icu", 1, 1, &error);
    const ToolSimBed *bed = beds->pdata[0];

    for (size_t i = 0; i < bed->n_items; i++) {
        const ToolSimItem *item = &bed->items[i];
        double least = INFINITY, most = -INFINITY;

        if (item->symbol != NULL)
            continue;
        for (int64_t s = 0; s < 86400; s += 10) {
            double now = tool_sim_value(item, T0 + s * G_USEC_PER_SEC, 5);
            double next = tool_sim_value(item, T0 + (s + 1) * G_USEC_PER_SEC, 5);

            g_assert_cmpfloat(fabs(now - item->value), <=, item->wander);
            g_assert_cmpfloat(fabs(next - now), <=, item->wander * 0.05);
            g_assert_cmpfloat(now, ==, tool_sim_value(item, T0 + s * G_USEC_PER_SEC, 5));
            least = MIN(least, now);
            most = MAX(most, now);
        }
        g_assert_cmpfloat(most - least, >=, item->wander);
    }
    g_assert_cmpfloat(tool_sim_value(&bed->items[0], T0, 5), !=,
                      tool_sim_value(&bed->items[0], T0, 6));
}

static char *
message_text(const ToolSimMoment *moment)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) beds = load_text(ward, 2, 1, &error);
    char control[24];
    g_autoptr(GString) frame = tool_sim_message(beds->pdata[0], moment, control);

    g_assert_cmpint(frame->str[0], ==, 0x0B);
    g_assert_cmpstr(frame->str + frame->len - 2, ==, "\x1C\r");
    return g_strndup(frame->str + 1, frame->len - 3);
}

static void
says_what_pcd_01_says_and_that_it_is_no_patient(void)
{
    g_autofree char *text =
        message_text(&(ToolSimMoment){.t_us = T0 + 123456, .id = 7, .seed = 1, .all = TRUE});

    g_assert_nonnull(strstr(text, "|20261120144004.123+0000||ORU^R01^ORU_R01|S2-7|T|2.6|||NE|AL|"));
    g_assert_nonnull(strstr(text, "\rPV1||I|icu^^2^demo\r"));
    g_assert_nonnull(strstr(text, "|NM|150344^MDC_TEMP^MDC|1.1.1.1|3"));
    g_assert_nonnull(strstr(text, "|Cel^Cel^UCUM|||||R|||20261120144004.123+0000\r"));
    g_assert_nonnull(strstr(text, "|ST|67108865^ACVPU^99VICU|1.1.1.2|V||||||R|||"));
}

static void
sends_slow_parameters_only_when_they_are_due(void)
{
    g_autofree char *first =
        message_text(&(ToolSimMoment){.t_us = T0, .id = 1, .seed = 1, .all = TRUE});
    g_autofree char *soon = message_text(
        &(ToolSimMoment){.t_us = T0 + 2 * G_USEC_PER_SEC, .id = 2, .seed = 1, .last_us = T0});
    g_autofree char *later = message_text(&(ToolSimMoment){
        .t_us = T0 + 62 * G_USEC_PER_SEC, .id = 3, .seed = 1, .last_us = T0 + G_USEC_PER_SEC});

    g_assert_nonnull(strstr(first, "MDC_TEMP"));
    g_assert_null(strstr(soon, "MDC_TEMP"));
    g_assert_null(strstr(soon, "ACVPU"));
    g_assert_nonnull(strstr(soon, "MDC_ECG_HEART_RATE"));
    g_assert_nonnull(strstr(later, "MDC_TEMP"));
}

/* OBX-4 names the sensor: what else the message holds must not change it. */
static void
a_parameter_is_the_same_sensor_in_each_message(void)
{
    static const int64_t at_us[] = {T0, T0 + 2 * G_USEC_PER_SEC};
    g_autofree char *seen = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(at_us); i++) {
        g_autofree char *text = message_text(
            &(ToolSimMoment){.t_us = at_us[i], .id = i, .seed = 1, .last_us = T0, .all = i == 0});
        const char *at = strstr(text, "^MDC_ECG_HEART_RATE^MDC|");
        g_assert_nonnull(at);
        at += strlen("^MDC_ECG_HEART_RATE^MDC|");
        g_autofree char *sensor = g_strndup(at, strcspn(at, "|"));
        if (seen == NULL)
            seen = g_steal_pointer(&sensor);
        else
            g_assert_cmpstr(sensor, ==, seen);
    }
}

static void
reads_every_kind_of_answer(void)
{
    static const struct {
        const char *sent;
        ToolSimAnswer answer;
        const char *control, *text;
    } cases[] = {
        {"\x0BMSH|^~\\&|V\rMSA|AA|S2-7\r\x1C\r", TOOL_SIM_ACCEPTED, "S2-7", ""},
        {"\x0BMSH#^~\\&#V\rMSA#CA#S2-7\r\x1C\r", TOOL_SIM_ACCEPTED, "S2-7", ""},
        {"\x0BMSH|^~\\&|V\rMSA|AE|9\rERR|||207|E||||Full.\r\x1C\r", TOOL_SIM_ERROR, "9", "Full."},
        {"\x0BMSH|^~\\&|V\rMSA|AR|9|No.\r\x1C\r", TOOL_SIM_REJECTED, "9", "No."},
        {"\x0BMSH|^~\\&|V\r\x1C\r", TOOL_SIM_NONSENSE, "", NULL},
        {"\x0Bhello\x1C\r", TOOL_SIM_NONSENSE, "", NULL},
        {"\x0B\x1C\r", TOOL_SIM_NONSENSE, "", NULL},
        {"\x0BMSH|^~\\&|V\rMSA|AA|S2", TOOL_SIM_MORE, NULL, NULL},
        {"", TOOL_SIM_MORE, NULL, NULL},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) received = g_string_new(cases[i].sent);
        g_autofree char *text = NULL;
        char control[24] = "";

        g_assert_cmpint(tool_sim_answer(received, control, &text), ==, cases[i].answer);
        if (cases[i].control != NULL)
            g_assert_cmpstr(control, ==, cases[i].control);
        if (cases[i].text != NULL)
            g_assert_cmpstr(text, ==, cases[i].text);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/tools/sim/" #name, name)
    TEST(takes_the_beds_that_a_monitor_sends);
    TEST(refuses_a_script_it_cannot_play);
    TEST(says_when_there_is_nobody_to_play);
    TEST(refuses_a_prefix_that_makes_no_bed_id);
    TEST(moves_smoothly_within_its_band);
    TEST(says_what_pcd_01_says_and_that_it_is_no_patient);
    TEST(sends_slow_parameters_only_when_they_are_due);
    TEST(a_parameter_is_the_same_sensor_in_each_message);
    TEST(reads_every_kind_of_answer);
    return g_test_run();
}

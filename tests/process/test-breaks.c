/* Feeds that break for 1, 3, 10 and 30 s on a live installation: what is long enough is a
 * technical alarm, and no length of absence is ever an alarm about the patient.
 *
 * Three kinds of break run side by side, a bed for each length: a recording with a hole
 * in it, a monitor over HL7 that stops sending, and a lead whose samples are invalid
 * while the others go on. By day the pack's delays for unknown values are cut short; at
 * night the pack is as it is on a ward and invalid leads last as long as it asks.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "tests/process/site.h"

#define S SITE_S

#define FS     250
#define LEAD_S 12 /* detectors know their patient */
#define TAIL_S 8  /* of the shortest recording, behind its break */
#define OVER_S 6  /* data are back: the alarm has to end */

static const int breaks_s[] = {1, 3, 10, 30};
#define N_BREAKS G_N_ELEMENTS(breaks_s)

/* Beds: 1..4 a hole, 5 no break, 6 and 7 an invalid lead, 11..14 over HL7. */
enum { WHOLE = 5, NO_ECG = 6, NO_PRESSURE = 7, FIRST_HL7 = 11 };

static int
invalid_s(void)
{
    return site_is_night() ? 110 : 30; /* validity 30 s and 60 s unknown; by day 5 s and 6 s */
}

static int
longest_s(void)
{
    return MAX(30, invalid_s());
}

/* --- recordings --------------------------------------------------------------------------- */

#define SIGNALS 3 /* II, aVR, ABP */
#define ECG     0x3
#define ABP     0x4

/* One signal line of the source's header, for a file of our own. */
static void
copy_line(GString *out, const char *line, const char *file)
{
    g_auto(GStrv) field = g_strsplit(line, " ", 9);

    g_assert_cmpuint(g_strv_length(field), ==, 9);
    g_string_append_printf(out, "%s 16 %s %s %s 0 0 0 %s\n", file, field[2], field[3], field[4],
                           field[8]);
}

/* @seconds of a715l from @from on as record @name; signals of @invalid have no sample. */
static void
cut(Site *site, const char *name, int from, int seconds, unsigned invalid)
{
    g_autofree char *source =
        g_build_filename(g_getenv("VICU_SOURCE_ROOT"), "data", "recordings", "a715l.mat", NULL);
    g_autofree char *source_header =
        g_build_filename(g_getenv("VICU_SOURCE_ROOT"), "data", "recordings", "a715l.hea", NULL);
    g_autofree char *path = g_strdup_printf("%s/%s.dat", site_folder(site), name);
    g_autofree char *header_path = g_strdup_printf("%s/%s.hea", site_folder(site), name);
    g_autofree char *file = g_strdup_printf("%s.dat", name);
    g_autofree char *bytes = NULL;
    g_autofree char *header = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    size_t frame = 2 * SIGNALS, at = 24 + (size_t)from * FS * frame;
    size_t size = (size_t)seconds * FS * frame;
    gsize have = 0;

    g_assert_true(g_file_get_contents(source, &bytes, &have, NULL));
    g_assert_true(g_file_get_contents(source_header, &header, NULL, NULL));
    g_assert_cmpuint(at + size, <=, have);
    for (size_t i = 0; i < size; i += 2)
        if (invalid >> (i / 2 % SIGNALS) & 1U) {
            bytes[at + i] = 0; /* -32768, low byte first */
            bytes[at + i + 1] = (char)0x80;
        }
    g_assert_true(g_file_set_contents(path, bytes + at, (gssize)size, NULL));
    g_auto(GStrv) line = g_strsplit(header, "\n", -1);
    g_string_printf(out, "%s %d %d %d\n", name, SIGNALS, FS, seconds * FS);
    for (int i = 1; i <= SIGNALS; i++)
        copy_line(out, line[i], file);
    g_assert_true(g_file_set_contents(header_path, out->str, -1, NULL));
}

/* LEAD_S, then @middle (~: nothing at all) for @seconds, then the rest. */
static void
compose(Site *site, int bed, const char *middle, int seconds)
{
    g_autofree char *path = g_strdup_printf("%s/bed%d.hea", site_folder(site), bed);
    int rest_s = longest_s() - seconds + TAIL_S;
    g_autofree char *rest = g_strdup_printf("rest%d", bed);
    g_autofree char *text = g_strdup_printf("bed%d/3 %d %d %d\nlead %d\n%s %d\n%s %d\n", bed,
                                            SIGNALS, FS, (LEAD_S + seconds + rest_s) * FS,
                                            LEAD_S * FS, middle, seconds * FS, rest, rest_s * FS);

    cut(site, rest, 20 + LEAD_S, rest_s, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void
make_ward(Site *site)
{
    g_autofree char *path = g_build_filename(site_folder(site), "ward.ini", NULL);
    g_autoptr(GString) text = g_string_new("[ward]\nprefix=demo/icu\n");

    cut(site, "lead", 20, LEAD_S, 0);
    cut(site, "noecg", 20 + LEAD_S, invalid_s(), ECG);
    cut(site, "noabp", 20 + LEAD_S, invalid_s(), ABP);
    cut(site, "short", 20 + LEAD_S, 1, 0);
    for (size_t i = 0; i < N_BREAKS; i++)
        compose(site, (int)i + 1, "~", breaks_s[i]);
    compose(site, WHOLE, "short", 1);
    compose(site, NO_ECG, "noecg", invalid_s());
    compose(site, NO_PRESSURE, "noabp", invalid_s());
    for (int bed = 1; bed <= NO_PRESSURE; bed++)
        g_string_append_printf(text, "[bed %d]\nrecord=bed%d\nstart=0\n", bed, bed);
    g_assert_true(g_file_set_contents(path, text->str, -1, NULL));
}

/* --- the site ----------------------------------------------------------------------------- */

/* The ward's own pack, its validities and delays for unknown values cut short. */
static void
write_pack(Site *site)
{
    g_autofree char *source =
        g_build_filename(g_getenv("VICU_SOURCE_ROOT"), "rules", "packs", "adult-icu.vrules", NULL);
    g_autofree char *path = g_build_filename(site_folder(site), "day.vrules", NULL);
    g_autofree char *settings = g_strdup_printf("[rules]\npack = %s\n", path);
    g_autofree char *text = NULL;

    g_assert_true(g_file_get_contents(source, &text, NULL, NULL));
    g_autoptr(GString) pack = g_string_new(text);
    g_assert_cmpuint(g_string_replace(pack, "validity 30 s", "validity 5 s", 0), >, 2);
    g_assert_cmpuint(
        g_string_replace(pack, "unknown longer than 60 s", "unknown longer than 6 s", 0), >, 2);
    g_assert_true(g_file_set_contents(path, pack->str, -1, NULL));
    site_settings(site, "rules", settings);
}

static void
start_monitor(Site *site, size_t i, guint16 port)
{
    g_autofree char *program = site_program("tools/vicu-sim");
    g_autofree char *name = g_strdup_printf("sim%zu", i);
    g_autofree char *first = g_strdup_printf("%zu", FIRST_HL7 + i);
    g_autofree char *to = g_strdup_printf("127.0.0.1:%u", port);
    const char *argv[] = {program,   "--to", to,         "--beds", "1",
                          "--first", first,  "--period", "500ms",  NULL};

    site_start_program(site, name, argv);
}

static Site *
open_site(void)
{
    static const char *const daemons[] = {"hub", "store", "rules", "collector"};
    Site *site = site_new();
    guint16 port = site_free_port();
    g_autofree char *settings =
        g_strdup_printf("[wfdb]\nward = %s/ward.ini\nbeds = %d\n[hl7]\nenabled = true\nport = %u\n"
                        "location_is_bed = true\nsimulated = true\ntrust_clock = true\n",
                        site_folder(site), NO_PRESSURE, port);

    make_ward(site);
    site_settings(site, "collector", settings);
    if (!site_is_night())
        write_pack(site);
    for (size_t i = 0; i < G_N_ELEMENTS(daemons); i++)
        site_start(site, daemons[i]);
    for (size_t i = 0; i < N_BREAKS; i++)
        start_monitor(site, i, port);
    site_follow(site);
    site_await_beds(site, NO_PRESSURE + N_BREAKS);
    return site;
}

/* --- what must be true -------------------------------------------------------------------- */

static char *
bed_id(int number)
{
    return g_strdup_printf("demo/icu/%d", number);
}

/* The sender's break: stopped for @i's length, then it goes on. */
typedef struct {
    Site *site;
    size_t i;
} Monitor;

static gboolean
go_on(gpointer user)
{
    const Monitor *monitor = user;
    g_autofree char *name = g_strdup_printf("sim%zu", monitor->i);

    site_signal(monitor->site, name, SIGCONT);
    return G_SOURCE_REMOVE;
}

static void
stop_monitors(Site *site, Monitor *monitor)
{
    for (size_t i = 0; i < N_BREAKS; i++) {
        g_autofree char *name = g_strdup_printf("sim%zu", i);
        monitor[i] = (Monitor){site, i};
        site_signal(site, name, SIGSTOP);
        g_timeout_add((guint)breaks_s[i] * 1000, go_on, &monitor[i]);
    }
}

/* "no data" of the bed: from 10 s on and never for less; over when data are back. Returns
 * whether it was raised. */
static gboolean
judge_bed(Site *site, int bed, int break_s)
{
    g_autofree char *id = bed_id(bed);
    const Vicu__Alarm *alarm = site_alarm(site, id, "local:no-data");

    if (break_s < 10)
        g_assert_null(alarm);
    if (break_s > 10)
        g_assert_nonnull(alarm);
    if (alarm == NULL)
        return FALSE;
    g_assert_true(alarm->technical);
    g_assert_cmpint(alarm->state, ==, VICU__ALARM_STATE__ALARM_ENDED);
    g_assert_cmpint(alarm->t_ended_us - alarm->t_raised_us, <=, (break_s - 9 + OVER_S) * S);
    return TRUE;
}

/* The rule that needs it says that it cannot be judged. */
static double
judge_lead(Site *site, int bed, const char *rule, int64_t broke_us)
{
    g_autofree char *id = bed_id(bed);
    const Vicu__Alarm *alarm = site_alarm(site, id, rule);

    if (alarm == NULL)
        g_error("%s: no technical alarm of %s", id, rule);
    g_assert_true(alarm->technical);
    g_assert_cmpint(alarm->t_raised_us, >, broke_us);
    g_assert_cmpint(alarm->t_raised_us - broke_us, <=, (invalid_s() + OVER_S) * S);
    return (double)(alarm->t_raised_us - broke_us) / 1e6;
}

static void
breaks_are_technical_alarms_and_never_about_the_patient(void)
{
    g_autoptr(Site) site = open_site();
    int64_t began_us = vicu_clock_utc_us(), broke_us = began_us + LEAD_S * S;
    Monitor monitor[N_BREAKS];
    unsigned raised = 0;

    site_wait(site, (LEAD_S - 2) * S, NULL, NULL);
    stop_monitors(site, monitor);
    site_wait(site, (2 + longest_s() + OVER_S) * S, NULL, NULL);
    g_assert_cmpuint(site_physiological(site, 0), ==, 0);
    for (size_t i = 0; i < N_BREAKS; i++) {
        raised += (unsigned)judge_bed(site, (int)i + 1, breaks_s[i]);
        raised += (unsigned)judge_bed(site, FIRST_HL7 + (int)i, breaks_s[i]);
    }
    judge_bed(site, WHOLE, 0);
    double ecg_s = judge_lead(site, NO_ECG, "hr-low", broke_us - 4 * S);
    double abp_s = judge_lead(site, NO_PRESSURE, "map-critical", broke_us - 4 * S);
    if (!site_is_night()) /* a hole is unknown to the rules as well: they knew its patient */
        judge_lead(site, (int)N_BREAKS, "hr-low", broke_us - 4 * S);
    /* In a bed that was never broken they could judge all the time. */
    g_autofree char *whole = bed_id(WHOLE);
    g_assert_null(site_alarm(site, whole, "hr-low"));
    g_assert_null(site_alarm(site, whole, "map-critical"));
    g_test_message(
        "figure: feed breaks of 1, 3, 10, 30 s, recordings and HL7: %u of 8 raised \"no "
        "data\"; leads invalid for %d s: technical alarm after %.0f and %.0f s; 0 alarms "
        "about a patient",
        raised, invalid_s(), ecg_s - 4, abp_s - 4);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/breaks_are_technical_alarms_and_never_about_the_patient",
                    breaks_are_technical_alarms_and_never_about_the_patient);
    return g_test_run();
}

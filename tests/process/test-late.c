/* A link that is cut while monitors go on: what the collector's spool held reaches the
 * rules late, through the store, and is told with its own times.
 *
 * Three monitors send a pressure over HL7. While no hub lives the first one's falls and
 * recovers, the second one's falls and stays low, and the third one's is well.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>

#include <gio/gio.h>

#include "common/clock.h"
#include "tests/process/site.h"

#define S SITE_S

#define BEDS   3
#define CUT_S  16
#define FALL_S 3 /* after the cut */
#define LOW_S  7 /* of the first one */
#define HIGH   82
#define LOW    40

static const char pack[] = "rules \"late\" version 1 owner \"test\"\n"
                           "use MAP: mm[Hg] validity 10 s from ART_M\n"
                           "rule map-low \"Pressure low\" version 1 {\n"
                           "  source \"test\" raise high \"MAP {MAP}\"\n"
                           "  when MAP < 50 mm[Hg] for 3 s clear when MAP >= 55 mm[Hg] for 2 s\n"
                           "  unknown longer than 1 h -> keep\n}\n";

typedef struct {
    Site *site;
    GSocketConnection *line[BEDS];
    int64_t fell_us, rose_us; /* 0: not yet */
    guint source;
    int sent;
} World;

static int
pressure(const World *w, int bed, int64_t t_us)
{
    bool low = w->fell_us != 0 && t_us >= w->fell_us
               && (bed == 2 || (bed == 1 && t_us < w->fell_us + LOW_S * S));
    return low ? LOW : HIGH;
}

/* Answers are left: the collector keeps what it has taken. */
static void
send_one(World *w, int bed)
{
    int64_t t_us = vicu_clock_utc_us();
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(t_us / G_USEC_PER_SEC);
    g_autofree char *time = g_date_time_format(date, "%Y%m%d%H%M%S");
    g_autofree char *frame = g_strdup_printf(
        "\x0bMSH|^~\\&|MON|ICU|||%s+0000||ORU^R01^ORU_R01|%d|T|2.6\rPV1||I|icu^^%d^demo\r"
        "OBX|1|NM|150039^MDC_PRESS_BLD_ART_MEAN^MDC||%d|mm[Hg]|||||F|||%s.%03d+0000\r\x1c\r",
        time, ++w->sent, bed, pressure(w, bed, t_us), time, (int)(t_us / 1000 % 1000));
    GIOStream *stream = G_IO_STREAM(w->line[bed - 1]);
    char answer[4096];

    g_assert_true(g_output_stream_write_all(g_io_stream_get_output_stream(stream), frame,
                                            strlen(frame), NULL, NULL, NULL));
    g_assert_cmpint(g_input_stream_read(g_io_stream_get_input_stream(stream), answer, sizeof answer,
                                        NULL, NULL),
                    >, 0);
}

static gboolean
on_time(gpointer user)
{
    for (int bed = 1; bed <= BEDS; bed++)
        send_one(user, bed);
    return G_SOURCE_CONTINUE;
}

static void
open_world(World *w)
{
    static const char *const daemons[] = {"hub", "store", "rules", "collector"};
    guint16 port = site_free_port();
    w->site = site_new();
    g_autofree char *collector =
        g_strdup_printf("[hl7]\nenabled = true\nport = %u\nlocation_is_bed = true\n"
                        "simulated = true\ntrust_clock = true\n",
                        port);
    g_autofree char *path = g_build_filename(site_folder(w->site), "late.vrules", NULL);
    g_autofree char *rules = g_strdup_printf("[rules]\npack = %s\n", path);

    g_assert_true(g_file_set_contents(path, pack, -1, NULL));
    site_settings(w->site, "rules", rules);
    site_settings(w->site, "collector", collector);
    for (size_t i = 0; i < G_N_ELEMENTS(daemons); i++)
        site_start(w->site, daemons[i]);
    site_follow(w->site);
    g_autoptr(GSocketClient) client = g_socket_client_new();
    for (int bed = 0; bed < BEDS; bed++) {
        int64_t until_us = vicu_clock_boot_us() + 30 * S;
        while (!(w->line[bed] =
                     g_socket_client_connect_to_host(client, "127.0.0.1", port, NULL, NULL))) {
            g_assert_cmpint(vicu_clock_boot_us(), <, until_us);
            site_wait(w->site, S / 10, NULL, NULL);
        }
    }
    w->source = g_timeout_add(500, on_time, w);
    site_await_beds(w->site, BEDS);
}

static void
close_world(World *w)
{
    g_source_remove(w->source);
    for (int bed = 0; bed < BEDS; bed++)
        g_object_unref(w->line[bed]);
    site_free(w->site);
}

static gboolean
both_are_told(Site *site, gpointer user)
{
    (void)user;
    return site_alarm(site, "demo/icu/1", "map-low") && site_alarm(site, "demo/icu/2", "map-low");
}

/* What a person at a terminal sees of those that ended too. */
static char *
list(const World *w)
{
    g_autofree char *program = site_program("tools/vicu");
    const char *argv[] = {program, "alarm", "ls", "--all", "--root", site_folder(w->site), NULL};
    char *out = NULL;
    int status = 0;

    g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                               &out, NULL, &status, NULL));
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return out;
}

static void
check_missed(const World *w, int64_t back_us)
{
    const Vicu__Alarm *alarm = site_alarm(w->site, "demo/icu/1", "map-low");
    g_assert_cmpstr(alarm->why, ==, "missed while delayed");
    g_assert_cmpint(alarm->state, ==, VICU__ALARM_STATE__ALARM_ENDED);
    g_assert_cmpint(alarm->t_condition_us, >=, w->fell_us);
    g_assert_cmpint(alarm->t_condition_us, <, w->fell_us + 2 * S);
    g_assert_cmpint(alarm->t_raised_us - alarm->t_condition_us, ==, 3 * S);
    g_assert_cmpint(alarm->t_cleared_us, <, back_us);
    g_assert_cmpint(alarm->t_decided_us, >, back_us);
}

static void
check_standing(const World *w, int64_t back_us)
{
    const Vicu__Alarm *alarm = site_alarm(w->site, "demo/icu/2", "map-low");
    g_assert_cmpint(alarm->state, ==, VICU__ALARM_STATE__ALARM_ACTIVE);
    g_assert_cmpint(alarm->t_condition_us, >=, w->fell_us);
    g_assert_cmpint(alarm->t_condition_us, <, w->fell_us + 2 * S);
    g_assert_cmpint(alarm->t_decided_us, >, back_us);
}

static void
what_a_cut_link_held_back_is_told_with_its_own_times(void)
{
    World w = {0};

    open_world(&w);
    site_wait(w.site, 6 * S, NULL, NULL);
    g_assert_cmpuint(site_physiological(w.site, 0), ==, 0);
    site_signal(w.site, "hub", SIGKILL);
    w.fell_us = vicu_clock_utc_us() + FALL_S * S;
    site_wait(w.site, CUT_S * S, NULL, NULL);
    g_assert_cmpuint(site_physiological(w.site, 0), ==, 0);
    int64_t back_us = vicu_clock_utc_us();
    site_start(w.site, "hub");
    if (!site_wait(w.site, 60 * S, both_are_told, NULL))
        g_error("late %g, of the store %g, lost %g, passes %g",
                site_counter(w.site, "rules", "late"),
                site_counter(w.site, "rules", "feed_gaps_filled"),
                site_counter(w.site, "rules", "feed_gaps"),
                site_counter(w.site, "rules", "late_passes"));
    int64_t told_us = vicu_clock_utc_us();
    g_assert_cmpfloat(site_counter(w.site, "rules", "feed_gaps_filled"), >=, 1);
    check_missed(&w, back_us);
    g_autofree char *seen = list(&w);
    g_assert_nonnull(strstr(seen, "missed while delayed"));
    g_assert_null(site_alarm(w.site, "demo/icu/3", "map-low"));
    g_test_message("figure: hub away for %d s, told %.1f s after it was back; %g values late, %g "
                   "holes filled by the store, %g open",
                   CUT_S, (double)(told_us - back_us) / 1e6, site_counter(w.site, "rules", "late"),
                   site_counter(w.site, "rules", "feed_gaps_filled"),
                   site_counter(w.site, "rules", "feed_gaps"));
    check_standing(&w, back_us);
    close_world(&w);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/what_a_cut_link_held_back_is_told_with_its_own_times",
                    what_a_cut_link_held_back_is_told_with_its_own_times);
    return g_test_run();
}

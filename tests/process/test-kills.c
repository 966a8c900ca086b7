/* Processes of a live ward are killed and stopped at random; nothing that was
 * acknowledged may be lost or altered, no alarm may be forgotten.
 *
 * 20 kills and 8 stops, at night 100 and 40. The seed is printed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>

#include "common/clock.h"
#include "tests/process/ward.h"

#define S ((int64_t)G_USEC_PER_SEC)

#define READY_US (1 * S)

static const char *const processes[] = {"hub", "store", "rules", "collector"};
static const char *const for_ever[] = {"--for", "1h", NULL};

static const char *
any_process(void)
{
    return processes[g_test_rand_int_range(0, G_N_ELEMENTS(processes))];
}

static void
pause_randomly(Ward *ward, int least_ms, int most_ms)
{
    ward_wait(ward, g_test_rand_int_range(least_ms, most_ms) * (int64_t)1000, NULL, NULL);
}

/* --- alarms that stand while processes die ------------------------------------------------ */

/* Beds of the demo ward without an arterial line: a cuff pressure entered by hand counts. */
static const char *const cuff_beds[] = {"4", "5", "6", "9", "10", "11", "13", "15"};

static int
vicu(Ward *ward, const char *const *words, char **out)
{
    g_autofree char *err = NULL;
    int status = ward_vicu(ward, words, out, &err);

    if (status != 0)
        g_test_message("vicu %s %s: %d: %s", words[0], words[1], status, err);
    return status;
}

static int
enter_pressure(Ward *ward, const char *bed, const char *mean)
{
    const char *words[] = {"bed", "observe", bed, "NIBP_M", mean, NULL};
    g_autofree char *out = NULL;

    return vicu(ward, words, &out);
}

static char *
list_alarms(Ward *ward)
{
    const char *words[] = {"alarm", "ls", "--all", "--json", NULL};
    char *out = NULL;

    vicu(ward, words, &out);
    return out;
}

static gboolean
eight_alarms_stand(Ward *ward, gpointer user)
{
    g_autofree char *alarms = list_alarms(ward);
    int n = 0;

    (void)user;
    for (const char *at = alarms;
         at != NULL && (at = strstr(at, "\"rule\": \"map-critical\"")) != NULL; at++)
        n++;
    return n >= (int)G_N_ELEMENTS(cuff_beds);
}

/* The text behind KEY": " in @alarms, from the alarm @id on (NULL: the first). Caller frees. */
static char *
text_of(const char *alarms, const char *id, const char *key)
{
    g_autofree char *quoted = g_strdup_printf("\"%s\": \"", key);
    const char *at = id != NULL ? strstr(alarms, id) : alarms;

    at = at != NULL ? strstr(at, quoted) : NULL;
    if (at == NULL)
        return NULL;
    at += strlen(quoted);
    return g_strndup(at, strcspn(at, "\""));
}

/* Eight high alarms stand; the first is answered. Its id; caller frees. */
static char *
raise_alarms(Ward *ward)
{
    g_autofree char *alarms = NULL;
    g_autofree char *out = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(cuff_beds); i++)
        g_assert_cmpint(enter_pressure(ward, cuff_beds[i], "40 mm[Hg]"), ==, 0);
    g_assert_true(ward_wait(ward, 25 * S, eight_alarms_stand, NULL));
    alarms = list_alarms(ward);
    char *id = text_of(alarms, NULL, "id");
    g_assert_nonnull(id);
    const char *words[] = {"alarm", "ack", id, "--reason", "answered before the kills", NULL};
    g_assert_cmpint(vicu(ward, words, &out), ==, 0);
    return id;
}

/* An answer is never taken back. */
static void
is_still_answered(Ward *ward, const char *id)
{
    g_autofree char *alarms = list_alarms(ward);
    g_autofree char *state = text_of(alarms, id, "state");
    g_autofree char *reason = text_of(alarms, id, "reason");

    g_assert_nonnull(state);
    g_assert_true(strcmp(state, "acknowledged") == 0 || strcmp(state, "ended") == 0);
    g_assert_cmpstr(reason, ==, "answered before the kills");
}

/* All beds live, nothing lost, nothing altered, nothing twice, no alarm forgotten. */
static void
judge(Ward *ward, int beds)
{
    ward_wait(ward, 4 * S, NULL, NULL); /* every bed has a young sample again */
    int status = ward_end(ward);
    g_assert_cmpfloat(ward_number(ward, "frames_lost"), ==, 0);
    g_assert_cmpfloat(ward_number(ward, "frames_altered"), ==, 0);
    g_assert_cmpfloat(ward_number(ward, "frames_twice"), ==, 0);
    g_assert_cmpfloat(ward_number(ward, "alarms_lost"), ==, 0);
    g_assert_cmpfloat(ward_number(ward, "frames_acked"), >, 100);
    g_assert_cmpfloat(ward_number(ward, "beds_live"), ==, beds);
    g_assert_cmpint(status, ==, 0);
}

static void
kills_lose_nothing_and_every_process_is_ready_again_in_a_second(void)
{
    g_autoptr(Ward) ward = ward_start(16, for_ever);
    int kills = ward_is_night() ? 100 : 20;
    int64_t worst_us = 0;
    const char *slowest = "";
    g_autofree char *answered = raise_alarms(ward);

    for (int i = 0; i < kills; i++) {
        const char *process = any_process();
        int64_t took_us = ward_kill(ward, process, 10 * S);
        g_assert_cmpint(took_us, >=, 0);
        if (took_us > worst_us) {
            worst_us = took_us;
            slowest = process;
        }
        /* More alarms come and go; with rules just killed it may be refused, and is repeated. */
        if (i % 4 == 0)
            enter_pressure(ward, cuff_beds[g_test_rand_int_range(0, 8)],
                           i % 8 == 0 ? "90 mm[Hg]" : "41 mm[Hg]");
        pause_randomly(ward, 50, 900);
    }
    is_still_answered(ward, answered);
    judge(ward, 16);
    g_test_message("figure: %d kills: %.0f batches acknowledged, %.0f lost, %.0f alarms forgotten, "
                   "slowest ready after %.0f ms (%s)",
                   kills, ward_number(ward, "frames_acked"), ward_number(ward, "frames_lost"),
                   ward_number(ward, "alarms_lost"), (double)worst_us / 1e3, slowest);
    g_assert_cmpint(worst_us, <=, READY_US);
}

typedef struct {
    const char *process;
    pid_t pid;
} Stopped;

static gboolean
is_seen(Ward *ward, gpointer user)
{
    const Stopped *stopped = user;
    g_autofree char *state = ward_state(ward, stopped->process);

    return strcmp(state, "stalled") == 0 || ward_pid(ward, stopped->process) != stopped->pid;
}

static gboolean
is_replaced(Ward *ward, gpointer user)
{
    const Stopped *stopped = user;
    g_autofree char *state = ward_state(ward, stopped->process);
    pid_t pid = ward_pid(ward, stopped->process);

    return pid != 0 && pid != stopped->pid && strcmp(state, "ready") == 0;
}

static gboolean
is_well(Ward *ward, gpointer user)
{
    const Stopped *stopped = user;
    g_autofree char *state = ward_state(ward, stopped->process);

    return strcmp(state, "ready") == 0;
}

/* Stops any process for @stop_us; what is longer than 5 s ends in its replacement. */
static void
stop_one(Ward *ward, int64_t stop_us, int64_t *seen_us)
{
    Stopped stopped = {.process = any_process()};
    int64_t began_us = vicu_clock_boot_us();

    stopped.pid = ward_pid(ward, stopped.process);
    g_assert_cmpint(kill(stopped.pid, SIGSTOP), ==, 0);
    if (ward_wait(ward, MIN(stop_us, 4 * S), is_seen, &stopped))
        *seen_us = MAX(*seen_us, vicu_clock_boot_us() - began_us);
    else
        g_assert_cmpint(stop_us, <=, 3 * S); /* short enough to pass unseen */
    ward_wait(ward, stop_us - (vicu_clock_boot_us() - began_us), is_replaced, &stopped);
    kill(stopped.pid, SIGCONT);
    if (stop_us > 6 * S)
        g_assert_cmpint(ward_pid(ward, stopped.process), !=, stopped.pid);
    g_assert_true(ward_wait(ward, 3 * S, is_well, &stopped));
}

static void
stops_are_seen_in_three_seconds_and_ended_after_five(void)
{
    g_autoptr(Ward) ward = ward_start(16, for_ever);
    int stops = ward_is_night() ? 40 : 8;
    int64_t seen_us = 0;

    for (int i = 0; i < stops; i++) {
        /* By day 2 to 5 s and one long one; at night 1 to 20 s. */
        int64_t stop_us = ward_is_night() ? g_test_rand_int_range(1000, 20000) * (int64_t)1000
                          : i == 0        ? 7 * S
                                          : g_test_rand_int_range(2000, 5000) * (int64_t)1000;
        stop_one(ward, stop_us, &seen_us);
        pause_randomly(ward, 200, 800);
    }
    judge(ward, 16);
    g_test_message(
        "figure: %d stops: %.0f batches acknowledged, %.0f lost, the latest seen after %.1f s",
        stops, ward_number(ward, "frames_acked"), ward_number(ward, "frames_lost"),
        (double)seen_us / 1e6);
    g_assert_cmpint(seen_us, <=, 3 * S);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/kills_lose_nothing_and_every_process_is_ready_again_in_a_second",
                    kills_lose_nothing_and_every_process_is_ready_again_in_a_second);
    g_test_add_func("/process/stops_are_seen_in_three_seconds_and_ended_after_five",
                    stops_are_seen_in_three_seconds_and_ended_after_five);
    return g_test_run();
}

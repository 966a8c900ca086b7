/* A shift at a real station beside a running installation: each task with the keys that a person
 * presses, counted, and what the owners of state and record have of it afterwards.
 *
 * Seconds are reported and never judged: they are the machine's and the test's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "common/clock.h"
#include "dashboard/ui/form.h"
#include "dashboard/ui/view-past.h"
#include "dashboard/ui/views.h"
#include "tests/process/live.h"

#define S        SITE_S
#define BED      LIVE_WARD "/5"
#define NEXT     LIVE_WARD "/6"
#define PAST_US  (20 * 60 * S)
#define PIXEL_US (300 * S) /* of the rows of 72 h, and what the story takes */

static char *
run_vicu(Live *live, const char *const *words)
{
    g_autofree char *program = site_program("tools/vicu");
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autofree char *complaint = NULL;
    g_autoptr(GError) error = NULL;
    char *said = NULL;
    int status = 0;

    g_ptr_array_add(argv, program);
    for (size_t i = 0; words[i] != NULL; i++)
        g_ptr_array_add(argv, (gpointer)words[i]);
    g_ptr_array_add(argv, (gpointer) "--root");
    g_ptr_array_add(argv, (gpointer)site_folder(live->site));
    g_ptr_array_add(argv, NULL);
    g_spawn_sync(NULL, (char **)argv->pdata, NULL, G_SPAWN_DEFAULT, NULL, NULL, &said, &complaint,
                 &status, &error);
    g_assert_no_error(error);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        g_error("vicu %s: %s", words[0], complaint);
    return said;
}

/* The record of acts says it, within a while. */
static gboolean
is_audited(Live *live, const char *words)
{
    const char *const argv[] = {"audit", "ls", "--from", "-1h", NULL};
    g_autofree char *said = run_vicu(live, argv);

    return strstr(said, words) != NULL;
}

static gboolean
shows_waves(Live *live, const char *none)
{
    (void)none;
    return live_draws_waves(live);
}

/* --- an alarm is answered ----------------------------------------------------------------- */

static gboolean
is_alarmed(Site *site, gpointer bed)
{
    return site_stands(site, bed, "map-critical");
}

static void
raise_one(Live *live)
{
    site_observe(live->site, BED, "NIBP_M", 40);
    g_assert_true(site_wait(live->site, 20 * S, is_alarmed, (gpointer)BED));
}

static const Vicu__Alarm *sought; /* by its id */

static void
take_if_sought(const Vicu__Alarm *alarm, gpointer id)
{
    if (strcmp(alarm->id, id) == 0)
        sought = alarm;
}

static gboolean
is_answered(Live *live, const char *id)
{
    sought = NULL;
    site_each(live->site, take_if_sought, (gpointer)id);
    return sought != NULL && sought->acknowledged != NULL
           && sought->acknowledged->answer == VICU__ANSWER__ANSWER_ACT
           && strcmp(sought->acknowledged->who, "dashboard") == 0;
}

static void
the_worst_alarm(Live *live)
{
    live_begin(live);
    live_keys(live, "a", live_is_view, "card");
    g_autofree char *id = g_strdup(live->shell->place.alarm);
    const DashAlarm *worst = dash_model_alarm(live->shell->station->model, 0);
    g_assert_cmpint(worst->priority, ==, VICU__PRIORITY__PRIORITY_HIGH);
    g_assert_cmpint(dash_model_find_alarm(live->shell->station->model, id)->priority, ==,
                    VICU__PRIORITY__PRIORITY_HIGH);
    live_await(live, shows_waves, "the strip of the card");
    live_keys(live, "a", live_reads, "Enter");
    g_assert_false(is_answered(live, id)); /* one act alone answers nothing */
    live_keys(live, "Return", is_answered, id);
    live_told(live, "the worst alarm is judged and answered", 3);
    live_await(live, is_audited, "acknowledge");
}

/* --- at the beds -------------------------------------------------------------------------- */

/* Half an hour of two beds, so that there is something twenty minutes ago. */
static void
import_past(Live *live)
{
    static const char *const beds[] = {BED, NEXT};
    g_autofree char *record = g_build_filename(g_getenv("VICU_TEST_DATA"), "wfdb/mitdb/100", NULL);
    g_autofree char *at = vicu_time_format(vicu_clock_utc_us() - 35 * 60 * S);

    for (size_t i = 0; i < G_N_ELEMENTS(beds); i++) {
        const char *const argv[] = {"import", record, "--bed", beds[i], "--at", at, NULL};
        g_free(run_vicu(live, argv));
    }
}

static const DashPastState *
past_of(Live *live)
{
    return dash_past_desk_state(live->shell->past);
}

static gboolean
is_then(Live *live, const char *none)
{
    int64_t ago_us = vicu_clock_utc_us() - past_of(live)->at_us;

    (void)none;
    return !past_of(live)->live && past_of(live)->complete && ABS(ago_us - PAST_US) < PIXEL_US;
}

static gboolean
is_now(Live *live, const char *none)
{
    (void)none;
    return past_of(live)->live;
}

static void
at_the_beds(Live *live)
{
    live_begin(live);
    live_keys(live, "2", live_is_view, "worklist");
    live_await(live, live_reads, "Worst first: all beds");
    live_keys(live, "slash 5 Return", live_is_view, "bed");
    g_assert_true(live_is_bed(live, BED));
    live_must_read(live, "Bed 5");
    live_told(live, "a bed is found by its name and opened", 4);

    live_begin(live);
    live_keys(live, "5", live_is_view, "disclosure");
    live_await(live, live_reads, "Alarms, events");
    live_press(live, DASH_ACT_GO_TO, vicu_clock_utc_us() - PAST_US);
    live_await(live, is_then, "twenty minutes ago");
    live_await(live, shows_waves, "strips of the full disclosure");
    live_keys(live, "Tab", live_is_bed, NEXT);
    live_await(live, is_then, "twenty minutes ago, at the next bed");
    live_await(live, shows_waves, "strips of the full disclosure");
    live_keys(live, "Escape", live_is_view, "bed");
    live_await(live, is_then, "the same moment in the bed view");
    live_must_read(live, "REPLAY");
    live_must_not_read(live, "Nothing was stored");
    live_keys(live, "Escape", is_now, "now");
    g_assert_true(live_is_view(live, "bed"));
    live_must_not_read(live, "REPLAY");
    live_told(live, "twenty minutes back, over to the next bed, every lead, and now again", 5);
}

/* --- the review --------------------------------------------------------------------------- */

static gboolean
is_simulated(Live *live, const char *none)
{
    DashView view = {.kind = DASH_VIEW_REVIEW, .now_us = vicu_clock_utc_us()};

    (void)none;
    dash_view_review_fill(live->shell, &view);
    return view.review->run == DASH_RUN_DONE;
}

static void
the_review(Live *live)
{
    g_autofree char *rules = site_program("rules/vicu-rules");

    live->shell->station->rules = rules; /* the one beside this program is none */
    live_begin(live);
    live_keys(live, "6", live_is_view, "review");
    live_await(live, live_reads, "Mean arterial pressure critical");
    live_keys(live, "Right s minus Return", is_simulated, "a simulation that is done");
    live_told(live, "another limit is tried over what was recorded", 5);
    live->shell->station->rules = NULL;
}

/* --- notes -------------------------------------------------------------------------------- */

static const DashBed *
bed_of(Live *live)
{
    return dash_model_find_bed(live->shell->station->model, BED);
}

static gboolean
has_notes(Live *live, const char *n)
{
    return bed_of(live)->n_notes == (unsigned)atoi(n);
}

static gboolean
is_taken_here(Live *live, const char *who)
{
    return g_strcmp0(bed_of(live)->care.owner, who) == 0;
}

static void
send_form(Live *live)
{
    live_keys(live, "Return", live_has_no_form, "the form is closed");
}

static void
a_bed_is_cared_for(Live *live)
{
    live_keys(live, "2 slash 5 Return", live_is_bed, BED);
    live_begin(live);
    live_keys(live, "m", live_has_form, "a form");
    live_type(live, "difficult airway");
    send_form(live);
    live_await(live, has_notes, "1");
    live_await(live, live_reads, "difficult airway");
    live_told(live, "a note", 2);
    live_begin(live);
    live_keys(live, "r", live_has_form, "a form");
    live_type(live, "gas");
    live_keys(live, "Tab", live_has_form, "a form");
    live_type(live, "2h");
    send_form(live);
    live_await(live, has_notes, "2");
    live_told(live, "a promise with its time", 3);
    live_begin(live);
    live_keys(live, "k", live_has_form, "a form");
    send_form(live);
    live_await(live, is_taken_here, "dashboard");
    live_told(live, "the bed is taken", 2);
    live_await(live, is_audited, "note");
    live_await(live, is_audited, "promise");
    live_await(live, is_audited, "take");
}

/* --- the handover ------------------------------------------------------------------------- */

static const DashHandover *
handover(Live *live)
{
    return dash_model_n_handovers(live->shell->station->model) > 0
               ? dash_model_handover(live->shell->station->model, 0)
               : NULL;
}

static gboolean
is_open(Live *live, const char *none)
{
    (void)none;
    return handover(live) != NULL && handover(live)->state == VICU__HANDOVER_STATE__HANDOVER_OPEN;
}

static gboolean
has_line(Live *live, const char *text)
{
    return handover(live)->n_lines == 1 && strcmp(handover(live)->line[0].text, text) == 0;
}

static gboolean
is_signed_once(Live *live, const char *none)
{
    (void)none;
    return handover(live)->from_signed_us != 0;
}

static gboolean
is_closed(Live *live, const char *none)
{
    (void)none;
    return handover(live)->state == VICU__HANDOVER_STATE__HANDOVER_CLOSED;
}

static void
sign(Live *live, const char *name)
{
    live_keys(live, "g", live_has_form, "a form");
    live_type(live, name);
    send_form(live);
}

static void
the_shift_is_handed_over(Live *live)
{
    live_begin(live);
    live_keys(live, "7", live_is_view, "handover");
    live_keys(live, "b", live_has_form, "a form");
    live_type(live, "Dr A");
    live_keys(live, "Tab", live_has_form, "a form");
    live_type(live, "Dr B");
    send_form(live);
    live_await(live, is_open, "a handover");
    live_keys(live, "Home Return", live_has_form, "a form");
    live_type(live, "stable");
    send_form(live);
    live_await(live, has_line, "stable");
    sign(live, "Dr A");
    live_await(live, is_signed_once, "a signature");
    g_assert_true(is_open(live, NULL));
    sign(live, "Dr B");
    live_await(live, is_closed, "both signatures");
    live_told(live, "a handover is begun, one line written, and signed by both", 11);
}

int
main(int argc, char **argv)
{
    static const LiveTest tests[] = {
        {"the_worst_alarm_is_seen_with_its_strip_and_answered_in_three_keys", the_worst_alarm,
         raise_one},
        {"a_bed_is_opened_and_seen_as_it_was_and_the_next_one_too", at_the_beds, import_past},
        {"the_review_tries_a_limit_over_what_was_recorded", the_review, raise_one},
        {"notes_promises_and_who_takes_a_bed_reach_the_record", a_bed_is_cared_for, NULL},
        {"the_shift_is_handed_over_with_keys_alone", the_shift_is_handed_over, NULL},
    };
    return live_main(argc, argv, "shift", tests, G_N_ELEMENTS(tests));
}

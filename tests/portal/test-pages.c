/* What a page says and is told, and the strip of an alarm: pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/json.h"
#include "portal/heard.h"
#include "portal/pages.h"
#include "portal/strip.h"
#include "portal/tell.h"
#include "portal/titles.h"
#include "proto/signals.h"

#define S ((int64_t)G_USEC_PER_SEC)

/* ---- heard ---- */

static PortalHeardKind
kind_of(const char *text)
{
    PortalHeard heard;

    portal_heard_parse(text, strlen(text), &heard);
    return heard.kind;
}

static void
only_the_words_of_a_page_are_heard(void)
{
    PortalHeard heard;
    static const char act[] =
        "{\"t\": \"cannot\", \"ref\": 7, \"id\": \"e-1\", \"text\": \"\xe5\xbf\x99\"}";
    static const char *const nothing[] = {
        "",
        "null",
        "[]",
        "{}",
        "{\"t\": \"fly\"}",
        "{\"t\": 5}",
        "{\"t\": \"got\", \"id\": \"e-1\"}",
        "{\"t\": \"accept\"}",
        "{\"t\": \"accept\", \"id\": \"\"}",
        "{\"t\": \"accept\", \"id\": [\"e\"]}",
        "{\"t\": \"beat\", \"n\": \"1\"}",
        "{\"t\": \"beat\", \"duty\": 1}",
        "{\"t\": \"help\", \"id\": \"a\\u0001\"}",
        "{\"t\": \"beat\"",
        "{\"t\": \"beat\", \"x\": [[[[1]]]]}",
    };

    portal_heard_parse(act, strlen(act), &heard);
    g_assert_cmpint(heard.kind, ==, PORTAL_HEARD_CANNOT);
    g_assert_cmpint(heard.ref, ==, 7);
    g_assert_cmpstr(heard.id, ==, "e-1");
    g_assert_cmpstr(heard.text, ==, "\xe5\xbf\x99");
    g_assert_cmpint(kind_of("{\"t\": \"beat\", \"n\": 3, \"duty\": true}"), ==, PORTAL_HEARD_BEAT);
    g_assert_cmpint(kind_of("{\"t\": \"got\", \"id\": \"e\", \"target\": \"t\"}"), ==,
                    PORTAL_HEARD_DELIVERED);
    for (size_t i = 0; i < G_N_ELEMENTS(nothing); i++)
        g_assert_cmpint(kind_of(nothing[i]), ==, PORTAL_HEARD_NOTHING);
    g_autofree char *word = g_strnfill(PORTAL_HEARD_WORD, 'a');
    g_autofree char *longer = g_strdup_printf("{\"t\": \"accept\", \"id\": \"%s\"}", word);
    g_assert_cmpint(kind_of(longer), ==, PORTAL_HEARD_NOTHING);
}

/* ---- tell ---- */

static void
put_alarm(PortalWard *ward, const char *id, Vicu__Priority priority, Vicu__AlarmState state)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__Alarm alarm = VICU__ALARM__INIT;

    alarm.id = (char *)id;
    alarm.bed = (char *)"a/b/1";
    alarm.priority = priority;
    alarm.state = state;
    item.subject = VICU__SUBJECT__SUBJECT_ALARM;
    item.key = alarm.id;
    item.body_case = VICU__STATE_ITEM__BODY_ALARM;
    item.alarm = &alarm;
    portal_ward_item(ward, PORTAL_FROM_RULES, &item);
}

/* @units: one; NULL: every unit. */
static void
put_person_of(PortalWard *ward, const char *id, const char *name, const char *const *units)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__RosterPerson person = VICU__ROSTER_PERSON__INIT;

    person.id = (char *)id;
    person.name = (char *)name;
    item.subject = VICU__SUBJECT__SUBJECT_PERSON;
    person.unit = (char **)units;
    person.n_unit = units != NULL ? 1 : 0;
    item.key = person.id;
    item.body_case = VICU__STATE_ITEM__BODY_PERSON;
    item.person = &person;
    portal_ward_item(ward, PORTAL_FROM_ESCALATION, &item);
}

static void
put_person(PortalWard *ward, const char *id, const char *name)
{
    put_person_of(ward, id, name, NULL);
}

static void
put_bed(PortalWard *ward, const char *id)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__Bed bed = VICU__BED__INIT;

    bed.bed = (char *)id;
    bed.presence = VICU__PRESENCE__PRESENCE_PRESENT;
    item.subject = VICU__SUBJECT__SUBJECT_BED;
    item.key = bed.bed;
    item.body_case = VICU__STATE_ITEM__BODY_BED;
    item.bed = &bed;
    portal_ward_item(ward, PORTAL_FROM_RULES, &item);
}

static void
put_escalation(PortalWard *ward, const char *person, Vicu__EscalationOutcome outcome)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__Escalation e = VICU__ESCALATION__INIT;
    Vicu__EscalationTarget target = VICU__ESCALATION_TARGET__INIT, *targets[] = {&target};

    target.id = (char *)"t";
    target.person = (char *)person;
    target.outcome = outcome;
    e.id = (char *)"e";
    e.bed = (char *)"a/c/9";
    e.target = targets;
    e.n_target = 1;
    item.subject = VICU__SUBJECT__SUBJECT_ESCALATION;
    item.key = e.id;
    item.body_case = VICU__STATE_ITEM__BODY_ESCALATION;
    item.escalation = &e;
    portal_ward_item(ward, PORTAL_FROM_ESCALATION, &item);
}

/* The next message holds @has and not @lacks; NULL: nothing is said. */
static void
tells(PortalListener *page,
      PortalBoard *board,
      const char *person,
      const char *has,
      const char *lacks)
{
    g_autofree char *text = portal_tell(page, board, person);

    if (has == NULL) {
        g_assert_null(text);
        return;
    }
    g_assert_nonnull(text);
    if (strstr(text, has) == NULL || (lacks != NULL && strstr(text, lacks) != NULL))
        g_error("%s", text);
}

static void
a_page_is_told_what_changed_and_its_own_escalations(void)
{
    g_autoptr(PortalWard) ward = portal_ward_new();
    g_autoptr(PortalBoard) board = portal_board_new(ward);
    g_autoptr(PortalListener) kim = portal_listener_new(), ana = portal_listener_new();

    put_alarm(ward, "x", VICU__PRIORITY__PRIORITY_HIGH, VICU__ALARM_STATE__ALARM_ACTIVE);
    put_alarm(ward, "y", VICU__PRIORITY__PRIORITY_LOW, VICU__ALARM_STATE__ALARM_ENDED);
    put_person(ward, "kim", "Kim Li");
    put_person(ward, "zoe", "Zoe");
    tells(kim, board, "Kim Li", "\"a x\"", "\"a y\"");
    tells(kim, board, "Kim Li", NULL, NULL);
    put_escalation(ward, "kim", VICU__ESCALATION_OUTCOME__OUTCOME_NONE);
    tells(kim, board, "Kim Li", "\"e e\"", "\"a x\"");
    tells(ana, board, "ana", "\"a x\"", "\"e e\"");
    put_escalation(ward, "kim", VICU__ESCALATION_OUTCOME__OUTCOME_NOT_NEEDED);
    tells(kim, board, "Kim Li", "\"gone\": [\"e e\"]", NULL);
    /* A snapshot without the alarm: it is over; what escalation told stays. */
    portal_ward_begin(ward, PORTAL_FROM_RULES);
    tells(kim, board, "Kim Li", NULL, NULL);
    portal_ward_level(ward, PORTAL_FROM_RULES);
    tells(kim, board, "Kim Li", "\"gone\": [\"a x\"]", "zoe");
    g_assert_nonnull(portal_board_person(board, "kim"));
    g_assert_null(portal_board_person(board, ""));
}

/* The alarm "x" is at a/b/1, the escalation at a/c/9. */
static void
a_person_of_one_unit_is_told_of_its_beds_and_of_what_is_asked(void)
{
    static const char *const near[] = {"a/b"}, *const far[] = {"a/c"};
    g_autoptr(PortalWard) ward = portal_ward_new();
    g_autoptr(PortalBoard) board = portal_board_new(ward);
    g_autoptr(PortalListener) kim = portal_listener_new(), zoe = portal_listener_new();

    put_bed(ward, "a/b/1");
    put_bed(ward, "a/c/8");
    put_bed(ward, "a/c/9");
    put_alarm(ward, "x", VICU__PRIORITY__PRIORITY_HIGH, VICU__ALARM_STATE__ALARM_ACTIVE);
    put_person_of(ward, "kim", "Kim Li", near);
    put_person_of(ward, "zoe", "Zoe", far);
    tells(kim, board, "kim", "\"scope\": {\"units\": [\"a/b\"], \"hidden\": 2}", "a/c/8");
    tells(zoe, board, "zoe", "\"hidden\": 1}", "\"a x\"");
    g_assert_true(portal_tell_covers(board, "kim", "a/b/1"));
    g_assert_true(portal_tell_covers(board, "kim", ""));
    g_assert_false(portal_tell_covers(board, "kim", "a/c/9"));
    g_assert_false(portal_tell_covers(board, "kim", "a/bb/1"));
    g_assert_true(portal_tell_covers(board, "nobody", "a/c/9"));
    put_escalation(ward, "kim", VICU__ESCALATION_OUTCOME__OUTCOME_NONE);
    tells(kim, board, "kim", "\"b a/c/9\"", "a/c/8");
    g_assert_true(portal_tell_covers(board, "kim", "a/c/9"));
    put_escalation(ward, "kim", VICU__ESCALATION_OUTCOME__OUTCOME_NOT_NEEDED);
    tells(kim, board, "kim", "\"gone\": [\"b a/c/9\", \"e e\"]", NULL);
    /* The roster says otherwise: told at once, with nothing else new. */
    put_person_of(ward, "kim", "Kim Li", far);
    tells(kim, board, "kim", "\"b a/c/8\"", NULL);
    put_person(ward, "kim", "Kim Li");
    tells(kim, board, "kim", "\"scope\": {\"units\": [], \"hidden\": 0}", NULL);
    tells(kim, board, "kim", NULL, NULL);
}

static void
a_page_is_told_of_others_to_hand_on_to(void)
{
    g_autoptr(PortalWard) ward = portal_ward_new();
    g_autoptr(PortalBoard) board = portal_board_new(ward);
    g_autoptr(PortalListener) kim = portal_listener_new();

    put_person(ward, "kim", "Kim Li");
    put_person(ward, "ana", "Ana Ruiz");
    tells(kim, board, "Kim Li", "\"p ana\"", "\"p kim\"");
}

static void
what_says_the_same_again_is_no_news(void)
{
    g_autoptr(PortalWard) ward = portal_ward_new();
    g_autoptr(PortalBoard) board = portal_board_new(ward);

    put_alarm(ward, "x", VICU__PRIORITY__PRIORITY_HIGH, VICU__ALARM_STATE__ALARM_ACTIVE);
    uint64_t version = portal_board_version(board);
    put_alarm(ward, "x", VICU__PRIORITY__PRIORITY_HIGH, VICU__ALARM_STATE__ALARM_ACTIVE);
    g_assert_cmpuint(portal_board_version(board), ==, version);
    put_alarm(ward, "x", VICU__PRIORITY__PRIORITY_LOW, VICU__ALARM_STATE__ALARM_ACTIVE);
    g_assert_cmpuint(portal_board_version(board), !=, version);
    version = portal_board_version(board);
    put_alarm(ward, "x", VICU__PRIORITY__PRIORITY_LOW, VICU__ALARM_STATE__ALARM_ENDED);
    g_assert_cmpuint(portal_board_version(board), !=, version);
}

static void
it_is_urgent_for_whom_it_asks(void)
{
    g_autoptr(PortalWard) ward = portal_ward_new();
    g_autoptr(PortalBoard) board = portal_board_new(ward);
    g_autoptr(PortalListener) kim = portal_listener_new(), ana = portal_listener_new();

    put_person(ward, "kim", "Kim Li");
    put_alarm(ward, "x", VICU__PRIORITY__PRIORITY_HIGH, VICU__ALARM_STATE__ALARM_ACTIVE);
    g_assert_false(portal_tell_is_urgent(kim, board, "Kim Li"));
    put_escalation(ward, "kim", VICU__ESCALATION_OUTCOME__OUTCOME_NONE);
    g_assert_true(portal_tell_is_urgent(kim, board, "Kim Li"));
    g_assert_false(portal_tell_is_urgent(ana, board, "ana"));
    tells(kim, board, "Kim Li", "\"e e\"", NULL);
    g_assert_false(portal_tell_is_urgent(kim, board, "Kim Li"));
    put_escalation(ward, "ana", VICU__ESCALATION_OUTCOME__OUTCOME_NONE);
    g_assert_true(portal_tell_is_urgent(kim, board, "Kim Li")); /* it is over for Kim */
    g_assert_true(portal_tell_is_urgent(ana, board, "ana"));
}

/* ---- strip ---- */

static void
take(PortalStrip *strip, int64_t t0_us, const int16_t *samples, size_t n)
{
    Vicu__Segment segment = VICU__SEGMENT__INIT;
    Vicu__SampleRun run = VICU__SAMPLE_RUN__INIT;
    g_autofree uint8_t *bytes = g_malloc(2 * n);

    for (size_t i = 0; i < n; i++) {
        bytes[2 * i] = (uint8_t)((uint16_t)samples[i] & 0xff);
        bytes[2 * i + 1] = (uint8_t)((uint16_t)samples[i] >> 8);
    }
    segment.label = (char *)"II";
    segment.unit = (char *)"mV";
    segment.t0_us = t0_us;
    segment.period_num = 1;
    segment.period_den = 250;
    segment.gain = 100;
    run.segment = &segment;
    run.samples.data = bytes;
    run.samples.len = 2 * n;
    portal_strip_take(strip, &run);
}

static void
a_strip_keeps_peaks_and_breaks_where_nothing_was(void)
{
    g_autoptr(PortalStrip) strip = portal_strip_new(10 * S);
    g_autoptr(VicuJson) json = vicu_json_new(), none = vicu_json_new();
    g_autoptr(PortalStrip) empty = portal_strip_new(0);
    int16_t samples[1500];

    for (size_t i = 0; i < 1500; i++)
        samples[i] = i >= 500 && i < 700 ? INT16_MIN : 0;
    samples[401] = 250;  /* one sample of 2.5 mV */
    samples[900] = -100; /* and one of -1 mV */
    take(strip, 10 * S, samples, 1500);
    vicu_json_begin_object(json, NULL);
    portal_strip_json(strip, json, "strip");
    vicu_json_end(json);
    const char *text = vicu_json_peek(json);
    g_assert_nonnull(strstr(text, "\"low\": -1, \"high\": 2.5"));
    g_assert_nonnull(strstr(text, "\"from\": 10000, \"at\": 15000"));
    g_assert_nonnull(strstr(text, ",0 ")); /* the peak is at the top */
    g_auto(GStrv) pieces = g_strsplit(strstr(text, "\"line\""), "\", \"", -1);
    g_assert_cmpuint(g_strv_length(pieces), ==, 2);
    g_assert_cmpuint(strlen(text), <, 3000);

    vicu_json_begin_object(none, NULL);
    portal_strip_json(empty, none, "strip");
    vicu_json_end(none);
    g_assert_cmpstr(vicu_json_peek(none), ==, "{\"strip\": null}");
}

static void
the_wave_of_what_was_judged_is_shown(void)
{
    Vicu__StreamRow row[3] = {VICU__STREAM_ROW__INIT, VICU__STREAM_ROW__INIT,
                              VICU__STREAM_ROW__INIT};
    Vicu__StreamRow *rows[] = {&row[0], &row[1], &row[2]};
    Vicu__AlarmInput input = VICU__ALARM_INPUT__INIT, *inputs[] = {&input};
    Vicu__Alarm alarm = VICU__ALARM__INIT;

    row[0].code = vicu_signal_code(vicu_signal_by_name("PLETH"));
    row[1].code = vicu_signal_code(vicu_signal_by_name("ECG_II"));
    row[2].code = vicu_signal_code(vicu_signal_by_name("HR"));
    row[0].wave = row[1].wave = TRUE;
    alarm.input = inputs;
    alarm.n_input = 1;
    input.name = (char *)"SpO2";
    g_assert_true(portal_strip_choose(rows, 3, &alarm) == &row[0]);
    input.name = (char *)"HR";
    g_assert_true(portal_strip_choose(rows, 3, &alarm) == &row[1]);
    g_assert_null(portal_strip_choose(&rows[2], 1, &alarm));
}

/* Beside the build lies the catalogue. */
static void
titles_of_the_built_in_rules_have_their_chinese_beside_them(void)
{
    g_assert_cmpstr(portal_title_in_chinese("Mean arterial pressure critical"), !=, "");
    g_assert_true(g_utf8_validate(portal_title_in_chinese("Asystole"), -1, NULL));
    g_assert_cmpstr(portal_title_in_chinese("A rule of the site's own"), ==, "");
    g_assert_cmpstr(portal_title_in_chinese(""), ==, "");
    g_assert_null(g_getenv("LANGUAGE"));
}

int
main(int argc, char **argv)
{
    portal_titles_load();
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/portal/pages/titles",
                    titles_of_the_built_in_rules_have_their_chinese_beside_them);
    g_test_add_func("/portal/pages/heard", only_the_words_of_a_page_are_heard);
    g_test_add_func("/portal/pages/tell", a_page_is_told_what_changed_and_its_own_escalations);
    g_test_add_func("/portal/pages/units",
                    a_person_of_one_unit_is_told_of_its_beds_and_of_what_is_asked);
    g_test_add_func("/portal/pages/others", a_page_is_told_of_others_to_hand_on_to);
    g_test_add_func("/portal/pages/same", what_says_the_same_again_is_no_news);
    g_test_add_func("/portal/pages/urgent", it_is_urgent_for_whom_it_asks);
    g_test_add_func("/portal/pages/strip", a_strip_keeps_peaks_and_breaks_where_nothing_was);
    g_test_add_func("/portal/pages/wave", the_wave_of_what_was_judged_is_shown);
    return g_test_run();
}

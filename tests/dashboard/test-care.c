/* What the model knows of answers, notes and promises, who looks after a bed, handovers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/model/model.h"

#define S   ((int64_t)G_USEC_PER_SEC)
#define BED ((char *)"demo/icu/1")

static void
take(DashModel *model, Vicu__StateItem *item, Vicu__Subject subject, const char *key)
{
    item->subject = subject;
    item->key = (char *)key;
    dash_model_take_state(model, item, 100 * S);
}

static void
take_note(DashModel *model, const char *id, const char *bed, int64_t t_us, bool promise)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__Note note = VICU__NOTE__INIT;
    note.id = (char *)id;
    note.bed = (char *)bed;
    note.text = (char *)"text";
    note.t_us = t_us;
    note.promise = promise;
    note.overdue = promise;
    note.owner = (char *)"Dr A";
    note.due_us = t_us + S;
    item.body_case = VICU__STATE_ITEM__BODY_NOTE;
    item.note = &note;
    take(model, &item, VICU__SUBJECT__SUBJECT_NOTE, id);
}

static void
remove_item(DashModel *model, Vicu__Subject subject, const char *key)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    item.removed = true;
    take(model, &item, subject, key);
}

static void
notes_stand_in_the_order_of_their_times(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    take_note(model, "b", BED, 20 * S, false);
    take_note(model, "c", BED, 30 * S, true);
    take_note(model, "a", BED, 10 * S, false);
    const DashBed *bed = dash_model_find_bed(model, BED);
    g_assert_cmpuint(bed->n_notes, ==, 3);
    g_assert_cmpstr(bed->note[0].id, ==, "a");
    g_assert_cmpstr(bed->note[2].id, ==, "c");
    g_assert_true(bed->note[2].overdue);
    g_assert_cmpstr(bed->note[2].owner, ==, "Dr A");
    take_note(model, "b", BED, 20 * S, true); /* the same one, as it is now */
    g_assert_cmpuint(bed->n_notes, ==, 3);
    g_assert_true(bed->note[1].promise);
    remove_item(model, VICU__SUBJECT__SUBJECT_NOTE, "a");
    g_assert_cmpuint(bed->n_notes, ==, 2);
    g_assert_cmpstr(bed->note[0].id, ==, "b");
    take_note(model, "b", "demo/icu/2", 20 * S, true); /* its patient moved */
    g_assert_cmpuint(bed->n_notes, ==, 1);
    g_assert_cmpuint(dash_model_find_bed(model, "demo/icu/2")->n_notes, ==, 1);
    dash_model_begin_snapshot(model);
    g_assert_cmpuint(bed->n_notes, ==, 0);
}

static void
notes_beyond_their_room_are_counted(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    for (int i = 0; i < DASH_NOTES_MAX + 2; i++) {
        g_autofree char *id = g_strdup_printf("n%d", i);
        take_note(model, id, BED, (100 - i) * S, false);
    }
    const DashBed *bed = dash_model_find_bed(model, BED);
    g_assert_cmpuint(bed->n_notes, ==, DASH_NOTES_MAX);
    g_assert_cmpuint(bed->left_out, ==, 2);
}

static void
care_is_known_until_it_is_removed(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__Care care = VICU__CARE__INIT;
    Vicu__AlarmCount count = VICU__ALARM_COUNT__INIT;
    count.high = 3;
    count.at_least = true;
    care.bed = BED;
    care.owner = (char *)"Dr A";
    care.seen_us = 50 * S;
    care.last_12h = &count;
    item.body_case = VICU__STATE_ITEM__BODY_CARE;
    item.care = &care;
    take(model, &item, VICU__SUBJECT__SUBJECT_CARE, BED);
    take(model, &item, VICU__SUBJECT__SUBJECT_CARE, BED);
    const DashBed *bed = dash_model_find_bed(model, BED);
    g_assert_true(bed->care.known && bed->care.counted);
    g_assert_cmpstr(bed->care.owner, ==, "Dr A");
    g_assert_cmpuint(bed->care.last_12h.high, ==, 3);
    g_assert_true(bed->care.last_12h.at_least);
    care.last_12h = NULL;
    take(model, &item, VICU__SUBJECT__SUBJECT_CARE, BED);
    g_assert_true(bed->care.known && !bed->care.counted);
    remove_item(model, VICU__SUBJECT__SUBJECT_CARE, BED);
    g_assert_false(bed->care.known);
}

static void
take_handover(DashModel *model, const char *id, Vicu__HandoverState state, int64_t begun_us)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__Handover handover = VICU__HANDOVER__INIT;
    Vicu__HandoverLine line = VICU__HANDOVER_LINE__INIT;
    Vicu__HandoverLine *lines[] = {&line};
    Vicu__HandoverSign sign = VICU__HANDOVER_SIGN__INIT;
    Vicu__HandoverSign *signs[] = {&sign};
    line.bed = BED;
    line.text = (char *)"stable";
    sign.name = (char *)"Dr B";
    sign.t_us = begun_us + S;
    handover.id = (char *)id;
    handover.place = (char *)"demo/icu";
    handover.from = (char *)"Dr A";
    handover.to = (char *)"Dr B";
    handover.state = state;
    handover.begun_us = begun_us;
    handover.n_line = handover.n_sign = 1;
    handover.line = lines;
    handover.sign = signs;
    item.body_case = VICU__STATE_ITEM__BODY_HANDOVER;
    item.handover = &handover;
    take(model, &item, VICU__SUBJECT__SUBJECT_HANDOVER, id);
}

static void
the_open_handover_of_a_place_comes_before_newer_ones(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    take_handover(model, "old", VICU__HANDOVER_STATE__HANDOVER_CLOSED, 10 * S);
    take_handover(model, "new", VICU__HANDOVER_STATE__HANDOVER_WITHDRAWN, 30 * S);
    g_assert_cmpstr(dash_model_handover_of(model, "demo/icu")->id, ==, "new");
    take_handover(model, "open", VICU__HANDOVER_STATE__HANDOVER_OPEN, 20 * S);
    const DashHandover *open = dash_model_handover_of(model, "demo/icu");
    g_assert_cmpstr(open->id, ==, "open");
    g_assert_cmpint(open->from_signed_us, ==, 0);
    g_assert_cmpint(open->to_signed_us, ==, 21 * S);
    g_assert_cmpstr(dash_handover_line(open, BED)->text, ==, "stable");
    g_assert_null(dash_handover_line(open, "demo/icu/2"));
    g_assert_cmpuint(dash_model_n_handovers(model), ==, 3);
    g_assert_cmpstr(dash_model_handover(model, 0)->id, ==, "new");
    g_assert_null(dash_model_handover_of(model, "demo"));
    remove_item(model, VICU__SUBJECT__SUBJECT_HANDOVER, "open");
    g_assert_cmpuint(dash_model_n_handovers(model), ==, 2);
}

static void
an_alarm_has_its_answer_and_those_before_it(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__Alarm alarm = VICU__ALARM__INIT;
    Vicu__Acknowledgement ack = VICU__ACKNOWLEDGEMENT__INIT;
    Vicu__Similar similar = VICU__SIMILAR__INIT;
    Vicu__PastAlarm past = VICU__PAST_ALARM__INIT;
    Vicu__PastAlarm *pasts[12];
    for (size_t i = 0; i < G_N_ELEMENTS(pasts); i++)
        pasts[i] = &past;
    past.id = (char *)"before";
    past.answered = true;
    past.answer = VICU__ANSWER__ANSWER_NOT_ACTIONABLE;
    past.because = VICU__NOT_ACTIONABLE__NOT_ACTIONABLE_CARE;
    similar.last_24h = 7;
    similar.last_72h = 12;
    similar.past = pasts;
    similar.n_past = G_N_ELEMENTS(pasts);
    ack.who = (char *)"Dr A";
    ack.answer = VICU__ANSWER__ANSWER_WATCH;
    ack.until_us = 300 * S;
    alarm.id = (char *)"now";
    alarm.bed = BED;
    alarm.state = VICU__ALARM_STATE__ALARM_ACKNOWLEDGED;
    alarm.acknowledged = &ack;
    alarm.similar = &similar;
    item.body_case = VICU__STATE_ITEM__BODY_ALARM;
    item.alarm = &alarm;
    take(model, &item, VICU__SUBJECT__SUBJECT_ALARM, "now");
    const DashAlarm *found = dash_model_find_alarm(model, "now");
    g_assert_cmpint(found->answer, ==, VICU__ANSWER__ANSWER_WATCH);
    g_assert_cmpint(found->watch_until_us, ==, 300 * S);
    g_assert_cmpuint(found->similar_24h, ==, 7);
    g_assert_cmpuint(found->n_past, ==, DASH_EARLIER_MAX);
    g_assert_cmpint(found->past[0].because, ==, VICU__NOT_ACTIONABLE__NOT_ACTIONABLE_CARE);
    /* The time to watch is over. */
    alarm.acknowledged = NULL;
    alarm.lapses = 1;
    alarm.state = VICU__ALARM_STATE__ALARM_ACTIVE;
    take(model, &item, VICU__SUBJECT__SUBJECT_ALARM, "now");
    g_assert_cmpint(found->watch_until_us, ==, 0);
    g_assert_cmpuint(found->lapses, ==, 1);
    g_assert_cmpstr(found->ack_who, ==, "");
    g_assert_cmpuint(found->n_past, ==, DASH_EARLIER_MAX);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/dashboard/care/" #name, name)
    ADD(notes_stand_in_the_order_of_their_times);
    ADD(notes_beyond_their_room_are_counted);
    ADD(care_is_known_until_it_is_removed);
    ADD(the_open_handover_of_a_place_comes_before_newer_ones);
    ADD(an_alarm_has_its_answer_and_those_before_it);
    return g_test_run();
}

/* The bed desk: answers to alarms and what a bed had before, notes and promises, who looks
 * after a bed, handovers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules/past.h"
#include "tests/rules/ward-fixture.h"

#define MIN_US (60 * S)
#define H_US   (3600 * S)

static char said[1024]; /* what the ward answered last */

static bool
act(Ward *w, Vicu__Command *command, Vicu__Command__WhatCase what, const char *role)
{
    g_autofree char *text = NULL;
    command->what_case = what;
    bool ok = command_as(w, command, role, &text);
    g_strlcpy(said, text, sizeof said);
    return ok;
}

static void
expect_said(const char *words)
{
    if (!strstr(said, words))
        g_error("expected \"%s\" in: %s", words, said);
}

static bool
admit(Ward *w, const char *bed, const char *patient)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Admit admit = VICU__ADMIT__INIT;
    admit.bed = (char *)bed;
    admit.patient = (char *)patient;
    command.admit = &admit;
    return act(w, &command, VICU__COMMAND__WHAT_ADMIT, "operator");
}

static bool
discharge(Ward *w, const char *bed)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Discharge discharge = VICU__DISCHARGE__INIT;
    discharge.bed = (char *)bed;
    command.discharge = &discharge;
    return act(w, &command, VICU__COMMAND__WHAT_DISCHARGE, "operator");
}

static bool
move(Ward *w, const char *from, const char *to)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Move move = VICU__MOVE__INIT;
    move.from = (char *)from;
    move.to = (char *)to;
    command.move = &move;
    return act(w, &command, VICU__COMMAND__WHAT_MOVE, "operator");
}

/* --- answers ------------------------------------------------------------------------------ */

static bool
answer(Ward *w,
       const char *id,
       Vicu__Answer kind,
       int64_t for_us,
       Vicu__NotActionable because,
       const char *reason)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__AckAlarm ack = VICU__ACK_ALARM__INIT;
    ack.id = (char *)id;
    ack.answer = kind;
    ack.for_us = for_us;
    ack.because = because;
    command.reason = (char *)reason;
    command.ack = &ack;
    return act(w, &command, VICU__COMMAND__WHAT_ACK, "operator");
}

static const Vicu__Alarm *
low_pressure(Ward *w)
{
    send_for(w, 12, "ART_M", 41);
    const Vicu__Alarm *alarm = alarm_of(w, "map-critical");
    g_assert_nonnull(alarm);
    g_assert_cmpint(alarm->state, ==, VICU__ALARM_STATE__ALARM_ACTIVE);
    return alarm;
}

static void
a_plain_acknowledgement_means_what_it_meant(Ward *w, gconstpointer data)
{
    (void)data;
    g_autofree char *id = g_strdup(low_pressure(w)->id);
    g_assert_true(answer(w, id, VICU__ANSWER__ANSWER_SEEN, 0, 0, "seen"));
    expect_said("is acknowledged.");
    g_assert_true(answer(w, id, VICU__ANSWER__ANSWER_ACT, 0, 0, ""));
    expect_said("the first answer stays");
    const Vicu__Alarm *alarm = alarm_of(w, "map-critical");
    g_assert_cmpint(alarm->acknowledged->answer, ==, VICU__ANSWER__ANSWER_SEEN);
    g_assert_cmpint(alarm->signal, ==, VICU__SIGNAL_STATE__SIGNAL_ACKNOWLEDGED);
}

static void
what_is_answered_is_checked(Ward *w, gconstpointer data)
{
    (void)data;
    g_autofree char *id = g_strdup(low_pressure(w)->id);
    g_assert_false(answer(w, id, VICU__ANSWER__ANSWER_WATCH, 0, 0, ""));
    expect_said("1..14400 s, not for 0 s");
    g_assert_false(answer(w, id, VICU__ANSWER__ANSWER_WATCH, 5 * H_US, 0, ""));
    g_assert_false(answer(w, id, VICU__ANSWER__ANSWER_NOT_ACTIONABLE, 0, 0, ""));
    expect_said("needs a reason");
    g_assert_false(answer(w, id, VICU__ANSWER__ANSWER_NOT_ACTIONABLE, 0, 99, ""));
    g_assert_false(answer(w, id, (Vicu__Answer)9, 0, 0, ""));
    expect_said("no answer of number 9");
    g_assert_cmpint(alarm_of(w, "map-critical")->state, ==, VICU__ALARM_STATE__ALARM_ACTIVE);
    g_assert_true(answer(w, id, VICU__ANSWER__ANSWER_NOT_ACTIONABLE, 0,
                         VICU__NOT_ACTIONABLE__NOT_ACTIONABLE_ARTEFACT, ""));
    expect_said("nothing is to be done (artefact)");
    g_assert_cmpstr(last_audit(w)->what, ==, "acknowledge");
}

/* Watched, and it stands: unanswered again, with its signal, and who watched is kept. */
static void
a_watched_alarm_that_stands_is_unanswered_again(Ward *w, gconstpointer data)
{
    (void)data;
    g_autofree char *id = g_strdup(low_pressure(w)->id);
    g_assert_true(answer(w, id, VICU__ANSWER__ANSWER_WATCH, 60 * S, 0, "fluid is running"));
    const Vicu__Alarm *alarm = alarm_of(w, "map-critical");
    g_assert_cmpint(alarm->acknowledged->until_us, ==, NOW_US + w->t_us + 60 * S);
    send_for(w, 58, "ART_M", 41);
    g_assert_cmpint(alarm_of(w, "map-critical")->state, ==, VICU__ALARM_STATE__ALARM_ACKNOWLEDGED);
    restart(w);
    send_for(w, 3, "ART_M", 41);
    alarm = alarm_of(w, "map-critical");
    g_assert_cmpint(alarm->state, ==, VICU__ALARM_STATE__ALARM_ACTIVE);
    g_assert_cmpint(alarm->signal, ==, VICU__SIGNAL_STATE__SIGNAL_ON);
    g_assert_null(alarm->acknowledged);
    g_assert_cmpuint(alarm->lapses, ==, 1);
    g_assert_cmpuint(alarm->n_earlier, ==, 1);
    g_assert_cmpstr(alarm->earlier[0]->reason, ==, "fluid is running");
    g_assert_cmpstr(last_audit(w)->what, ==, "watch-over");
    /* And it may be answered once more. */
    g_assert_true(answer(w, id, VICU__ANSWER__ANSWER_ACT, 0, 0, "noradrenaline"));
    g_assert_cmpint(alarm_of(w, "map-critical")->acknowledged->answer, ==,
                    VICU__ANSWER__ANSWER_ACT);
    send_for(w, 120, "ART_M", 41);
    g_assert_cmpuint(alarm_of(w, "map-critical")->lapses, ==, 1);
}

static void
who_watches_may_decide_before_the_time(Ward *w, gconstpointer data)
{
    (void)data;
    g_autofree char *id = g_strdup(low_pressure(w)->id);
    g_assert_true(answer(w, id, VICU__ANSWER__ANSWER_WATCH, 60 * S, 0, ""));
    g_assert_true(answer(w, id, VICU__ANSWER__ANSWER_SEEN, 0, 0, ""));
    expect_said("the first answer stays");
    for (int i = 0; i < 6; i++) /* the newest four are kept */
        g_assert_true(answer(w, id, VICU__ANSWER__ANSWER_WATCH, (61 + i) * S, 0, ""));
    g_assert_cmpuint(alarm_of(w, "map-critical")->n_earlier, ==, 4);
    g_assert_true(answer(w, id, VICU__ANSWER__ANSWER_NOT_ACTIONABLE, 0,
                         VICU__NOT_ACTIONABLE__NOT_ACTIONABLE_KNOWN, ""));
    send_for(w, 90, "ART_M", 41);
    const Vicu__Alarm *alarm = alarm_of(w, "map-critical");
    g_assert_cmpint(alarm->state, ==, VICU__ALARM_STATE__ALARM_ACKNOWLEDGED);
    g_assert_cmpuint(alarm->lapses, ==, 0);
    g_assert_cmpint(alarm->earlier[3]->answer, ==, VICU__ANSWER__ANSWER_WATCH);
}

/* --- what a bed had before ---------------------------------------------------------------- */

static void
an_alarm_tells_of_those_before_it(Ward *w, gconstpointer data)
{
    (void)data;
    g_assert_null(low_pressure(w)->similar);
    g_autofree char *first = g_strdup(alarm_of(w, "map-critical")->id);
    g_assert_true(answer(w, first, VICU__ANSWER__ANSWER_NOT_ACTIONABLE, 0,
                         VICU__NOT_ACTIONABLE__NOT_ACTIONABLE_CARE, "line flushed"));
    send_for(w, 120, "ART_M", 90);
    g_assert_false(stands(w, "map-critical"));
    restart(w);
    send_for(w, 60, "ART_M", 90);
    const Vicu__Alarm *alarm = low_pressure(w);
    g_assert_cmpstr(alarm->id, !=, first);
    g_assert_nonnull(alarm->similar);
    g_assert_cmpuint(alarm->similar->last_24h, ==, 1);
    g_assert_cmpuint(alarm->similar->last_72h, ==, 1);
    g_assert_false(alarm->similar->at_least);
    const Vicu__PastAlarm *past = alarm->similar->past[0];
    g_assert_cmpstr(past->id, ==, first);
    g_assert_true(past->answered);
    g_assert_cmpint(past->because, ==, VICU__NOT_ACTIONABLE__NOT_ACTIONABLE_CARE);
    g_assert_cmpint(past->t_ended_us, >, past->t_raised_us);
    /* It stays in the record of the alarm. */
    restart(w);
    g_assert_cmpuint(alarm_of(w, "map-critical")->similar->last_72h, ==, 1);
}

static void
the_past_goes_with_the_patient_and_ends_with_the_stay(Ward *w, gconstpointer data)
{
    (void)data;
    g_assert_true(admit(w, BED, "P-1"));
    low_pressure(w);
    send_for(w, 120, "ART_M", 90);
    g_assert_true(move(w, BED, "demo/icu/9"));
    const Vicu__StateItem *care = find_item(w, VICU__SUBJECT__SUBJECT_CARE, "demo/icu/9");
    g_assert_nonnull(care);
    wait_s(w, 62, true);
    care = find_item(w, VICU__SUBJECT__SUBJECT_CARE, "demo/icu/9");
    g_assert_cmpuint(care->care->last_12h->high, ==, 1);
    g_assert_null(find_item(w, VICU__SUBJECT__SUBJECT_CARE, BED));
    g_assert_true(discharge(w, "demo/icu/9"));
    g_assert_true(admit(w, BED, "P-2"));
    g_assert_null(low_pressure(w)->similar);
}

/* A bed that nobody took or looked at has its count as well, and none is one. */
static void
the_alarms_of_every_bed_are_counted(Ward *w, gconstpointer data)
{
    (void)data;
    g_assert_true(admit(w, BED, "P-1"));
    g_assert_true(admit(w, "demo/icu/9", "P-2"));
    g_assert_null(find_item(w, VICU__SUBJECT__SUBJECT_CARE, BED));
    wait_s(w, 2, true);
    const Vicu__StateItem *care = find_item(w, VICU__SUBJECT__SUBJECT_CARE, BED);
    g_assert_nonnull(care);
    g_assert_cmpuint(care->care->last_12h->high, ==, 0);
    low_pressure(w);
    wait_s(w, 62, true);
    care = find_item(w, VICU__SUBJECT__SUBJECT_CARE, BED);
    g_assert_cmpstr(care->care->owner, ==, "");
    g_assert_cmpstr(care->care->seen_by, ==, "");
    g_assert_cmpuint(care->care->last_12h->high, ==, 1);
    care = find_item(w, VICU__SUBJECT__SUBJECT_CARE, "demo/icu/9");
    g_assert_cmpuint(care->care->last_12h->high, ==, 0);
    restart(w);
    g_assert_null(find_item(w, VICU__SUBJECT__SUBJECT_CARE, BED)); /* not counted yet: not 0 */
    wait_s(w, 2, true);
    g_assert_nonnull(find_item(w, VICU__SUBJECT__SUBJECT_CARE, "demo/icu/9"));
    care = find_item(w, VICU__SUBJECT__SUBJECT_CARE, BED);
    g_assert_cmpuint(care->care->last_12h->high, ==, 1);
}

static int past_gone;

static void
on_gone(const Vicu__PastAlarm *past, void *user)
{
    (void)past;
    (void)user;
    past_gone++;
}

static void
the_memory_of_a_bed_is_bounded_and_says_so(void)
{
    g_autoptr(RulesPast) past = rules_past_new();
    for (int i = 0; i < RULES_PAST_MAX + 10; i++) {
        Vicu__PastAlarm one = VICU__PAST_ALARM__INIT;
        g_autofree char *id = g_strdup_printf("%d", i);
        one.id = id;
        one.rule = (char *)"r";
        one.priority = VICU__PRIORITY__PRIORITY_HIGH;
        one.spoken_for = i % 2 == 1;
        one.t_raised_us = NOW_US - RULES_PAST_KEEP_US + i * MIN_US;
        rules_past_put(past, &one, on_gone, NULL);
        rules_past_put(past, &one, on_gone, NULL); /* the same again: still one */
    }
    g_assert_cmpint(past_gone, ==, 10);
    g_autoptr(GBytes) packed = rules_past_similar(past, "r", NOW_US);
    g_autoptr(Vicu__Similar) similar =
        vicu_wire_unpack_similar(g_bytes_get_data(packed, NULL), g_bytes_get_size(packed), NULL);
    g_assert_true(similar->at_least);
    g_assert_cmpuint(similar->last_72h, ==, RULES_PAST_MAX);
    g_assert_cmpuint(similar->last_24h, ==, 0);
    g_assert_cmpuint(similar->n_past, ==, RULES_PAST_SIMILAR);
    g_assert_cmpstr(similar->past[0]->id, ==, "209");
    g_assert_null(rules_past_similar(past, "other", NOW_US));
    Vicu__AlarmCount count = VICU__ALARM_COUNT__INIT;
    rules_past_count(past, 0, &count);
    g_assert_cmpuint(count.high, ==, RULES_PAST_MAX / 2);
    g_assert_true(count.at_least);
    rules_past_forget(past, NOW_US, on_gone, NULL);
    g_assert_cmpint(past_gone, ==, RULES_PAST_MAX + 10);
}

/* --- notes and promises ------------------------------------------------------------------- */

static bool
note(Ward *w, const char *text, const char *corrects)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__PutNote put = VICU__PUT_NOTE__INIT;
    put.bed = (char *)BED;
    put.text = (char *)text;
    put.corrects = (char *)corrects;
    command.note = &put;
    return act(w, &command, VICU__COMMAND__WHAT_NOTE, "dashboard");
}

static bool
promise(Ward *w, const char *text, const char *owner, int64_t due_in_us, const char *corrects)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__PutNote put = VICU__PUT_NOTE__INIT;
    put.bed = (char *)BED;
    put.promise = true;
    put.text = (char *)text;
    put.owner = (char *)owner;
    put.corrects = (char *)corrects;
    put.due_us = due_in_us ? NOW_US + w->t_us + due_in_us : 0;
    command.note = &put;
    return act(w, &command, VICU__COMMAND__WHAT_NOTE, "operator");
}

static bool
is_done(Ward *w, const char *id)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__DoPromise done = VICU__DO_PROMISE__INIT;
    done.id = (char *)id;
    command.done = &done;
    return act(w, &command, VICU__COMMAND__WHAT_DONE, "operator");
}

/* The one with that text that stands; NULL: none. */
static const Vicu__Note *
note_of(Ward *w, const char *text)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, w->items);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Vicu__StateItem *item = value;
        if (item->body_case == VICU__STATE_ITEM__BODY_NOTE && strcmp(item->note->text, text) == 0)
            return item->note;
    }
    return NULL;
}

static void
a_note_is_kept_and_its_correction_beside_it(Ward *w, gconstpointer data)
{
    (void)data;
    g_autofree char *long_text = g_strnfill(501, 'x');
    g_assert_false(note(w, "at no bed", ""));
    expect_said("There is no bed");
    send_for(w, 5, "ART_M", 90);
    g_assert_false(note(w, "", ""));
    g_assert_false(note(w, "  \n", ""));
    g_assert_false(note(w, "\x1b[2J", ""));
    g_assert_false(note(w, long_text, ""));
    expect_said("1 to 500 bytes");
    g_assert_true(note(w, "awaiting CT", ""));
    g_assert_null(strstr(last_audit(w)->detail, "CT")); /* no patient's data in the audit */
    g_autofree char *id = g_strdup(note_of(w, "awaiting CT")->id);
    g_assert_cmpstr(note_of(w, "awaiting CT")->who, ==, "nurse");
    g_assert_true(note(w, "CT done", id));
    g_assert_cmpstr(note_of(w, "awaiting CT")->corrected_by, ==, note_of(w, "CT done")->id);
    g_assert_cmpstr(note_of(w, "CT done")->corrects, ==, id);
    g_assert_false(note(w, "CT twice", id));
    expect_said("was corrected before");
    g_assert_false(note(w, "CT twice", "no such id"));
    restart(w);
    g_assert_cmpstr(note_of(w, "awaiting CT")->corrected_by, ==, note_of(w, "CT done")->id);
}

static void
a_promise_is_overdue_until_it_is_done(Ward *w, gconstpointer data)
{
    (void)data;
    send_for(w, 5, "ART_M", 90);
    g_assert_false(promise(w, "ring the family", "Dr A", -S, ""));
    g_assert_false(promise(w, "ring the family", "Dr A", 8 * 24 * H_US, ""));
    expect_said("within 7 days");
    g_assert_false(promise(w, "ring the family", "Dr\nA", MIN_US, ""));
    g_assert_true(promise(w, "ring the family", "", MIN_US, ""));
    g_assert_cmpstr(note_of(w, "ring the family")->owner, ==, "nurse");
    g_autofree char *id = g_strdup(note_of(w, "ring the family")->id);
    wait_s(w, 58, true);
    g_assert_false(note_of(w, "ring the family")->overdue);
    wait_s(w, 4, true);
    g_assert_true(note_of(w, "ring the family")->overdue);
    restart(w);
    g_assert_true(note_of(w, "ring the family")->overdue);
    g_assert_false(is_done(w, "no such id"));
    g_assert_true(is_done(w, id));
    g_assert_false(note_of(w, "ring the family")->overdue);
    g_assert_cmpstr(note_of(w, "ring the family")->done_by, ==, "nurse");
    g_assert_true(is_done(w, id));
    expect_said("done before");
    g_assert_false(promise(w, "ring again", "", MIN_US, id));
    expect_said("is done");
    g_assert_true(note(w, "a note", ""));
    g_autofree char *plain = g_strdup(note_of(w, "a note")->id);
    g_assert_false(is_done(w, plain));
    /* A correction takes over who and when, and is a promise whatever it says of itself. */
    g_assert_true(promise(w, "gas at four", "Dr B", MIN_US, ""));
    g_autofree char *gas = g_strdup(note_of(w, "gas at four")->id);
    g_assert_true(note(w, "gas at five", gas));
    g_assert_true(note_of(w, "gas at five")->promise);
    g_assert_cmpstr(note_of(w, "gas at five")->owner, ==, "Dr B");
    g_assert_false(is_done(w, gas));
    expect_said("was corrected");
    wait_s(w, 62, true);
    g_assert_false(note_of(w, "gas at four")->overdue);
    g_assert_true(note_of(w, "gas at five")->overdue);
}

static guint
notes_standing(Ward *w)
{
    guint n = 0;
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, w->items);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        n += ((Vicu__StateItem *)value)->body_case == VICU__STATE_ITEM__BODY_NOTE;
    return n;
}

static void
the_room_for_notes_is_bounded_and_open_promises_stay(Ward *w, gconstpointer data)
{
    (void)data;
    send_for(w, 5, "ART_M", 90);
    g_assert_true(note(w, "the oldest", ""));
    for (int i = 0; i < 63; i++) {
        g_autofree char *text = g_strdup_printf("promise %d", i);
        g_assert_true(promise(w, text, "Dr A", H_US, ""));
    }
    g_assert_cmpuint(notes_standing(w), ==, 64);
    g_assert_true(promise(w, "one more", "Dr A", H_US, ""));
    g_assert_null(note_of(w, "the oldest"));
    g_assert_false(note(w, "no room", ""));
    expect_said("64 promises open");
    g_assert_cmpuint(notes_standing(w), ==, 64);
    /* What is corrected makes room for its correction. */
    g_autofree char *id = g_strdup(note_of(w, "one more")->id);
    g_assert_true(promise(w, "one more, corrected", "", 0, id));
    g_assert_cmpuint(notes_standing(w), ==, 64);
    g_assert_null(note_of(w, "one more"));
}

static void
notes_go_with_the_patient_and_end_with_the_stay(Ward *w, gconstpointer data)
{
    (void)data;
    g_assert_true(admit(w, BED, "P-1"));
    g_assert_true(note(w, "difficult airway", ""));
    g_assert_true(promise(w, "echo", "Dr A", H_US, ""));
    g_assert_true(move(w, BED, "demo/icu/9"));
    g_assert_cmpstr(note_of(w, "difficult airway")->bed, ==, "demo/icu/9");
    restart(w);
    g_assert_cmpstr(note_of(w, "echo")->bed, ==, "demo/icu/9");
    g_assert_true(discharge(w, "demo/icu/9"));
    g_assert_cmpuint(notes_standing(w), ==, 0);
    restart(w);
    g_assert_cmpuint(notes_standing(w), ==, 0);
}

/* --- care --------------------------------------------------------------------------------- */

static bool
take(Ward *w, const char *name, bool release)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__TakeBed take = VICU__TAKE_BED__INIT;
    take.bed = (char *)BED;
    take.name = (char *)name;
    take.release = release;
    command.take = &take;
    return act(w, &command, VICU__COMMAND__WHAT_TAKE, "operator");
}

static bool
see(Ward *w, const char *role)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__SeenBed seen = VICU__SEEN_BED__INIT;
    seen.bed = (char *)BED;
    command.seen = &seen;
    return act(w, &command, VICU__COMMAND__WHAT_SEEN, role);
}

static const Vicu__Care *
care_item(Ward *w)
{
    const Vicu__StateItem *item = find_item(w, VICU__SUBJECT__SUBJECT_CARE, BED);
    return item ? item->care : NULL;
}

static void
a_bed_has_an_owner_until_somebody_else_takes_it(Ward *w, gconstpointer data)
{
    (void)data;
    g_assert_false(take(w, "", false));
    g_assert_true(admit(w, BED, "P-1"));
    g_assert_false(take(w, "", true));
    expect_said("Nobody has bed");
    g_assert_true(take(w, "", false));
    g_assert_cmpstr(care_item(w)->owner, ==, "nurse");
    g_assert_cmpint(care_item(w)->since_us, ==, NOW_US + w->t_us);
    g_assert_true(take(w, "Dr B", false));
    expect_said("nurse had it before");
    restart(w);
    g_assert_cmpstr(care_item(w)->owner, ==, "Dr B");
    g_assert_true(take(w, "", true));
    g_assert_cmpstr(care_item(w)->owner, ==, "");
    g_assert_true(take(w, "Dr B", false));
    g_assert_true(discharge(w, BED));
    g_assert_null(care_item(w));
    g_assert_false(take(w, "Dr B", false));
    expect_said("is discharged");
}

static void
a_bed_is_seen_once_a_minute_by_each(Ward *w, gconstpointer data)
{
    (void)data;
    g_assert_true(admit(w, BED, "P-1"));
    guint audited = w->audit->len;
    g_assert_true(see(w, "dashboard"));
    int64_t first_us = care_item(w)->seen_us;
    g_assert_cmpstr(care_item(w)->seen_by, ==, "nurse");
    wait_s(w, 30, true);
    g_assert_true(see(w, "dashboard"));
    expect_said("less than a minute ago");
    g_assert_cmpint(care_item(w)->seen_us, ==, first_us);
    wait_s(w, 31, true);
    g_assert_true(see(w, "dashboard"));
    g_assert_cmpint(care_item(w)->seen_us, >, first_us);
    g_assert_cmpuint(w->audit->len, ==, audited); /* the station's view is the record of it */
    g_assert_false(see(w, "annunciator"));
    g_assert_cmpstr(last_audit(w)->what, ==, "refused");
    restart(w);
    g_assert_cmpstr(care_item(w)->seen_by, ==, "nurse");
}

/* --- handovers ---------------------------------------------------------------------------- */

static bool
begin(Ward *w, const char *place, const char *from, const char *to)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__BeginHandover begin = VICU__BEGIN_HANDOVER__INIT;
    begin.place = (char *)place;
    begin.from = (char *)from;
    begin.to = (char *)to;
    command.begin_handover = &begin;
    return act(w, &command, VICU__COMMAND__WHAT_BEGIN_HANDOVER, "operator");
}

static bool
line(Ward *w, const char *bed, const char *text)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__SetHandoverLine set = VICU__SET_HANDOVER_LINE__INIT;
    set.id = (char *)"demo/icu";
    set.bed = (char *)bed;
    set.text = (char *)text;
    command.handover_line = &set;
    return act(w, &command, VICU__COMMAND__WHAT_HANDOVER_LINE, "operator");
}

static bool
sign(Ward *w, const char *name)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__SignHandover sign = VICU__SIGN_HANDOVER__INIT;
    sign.id = (char *)"demo/icu";
    sign.name = (char *)name;
    command.sign_handover = &sign;
    return act(w, &command, VICU__COMMAND__WHAT_SIGN_HANDOVER, "operator");
}

static bool
withdraw(Ward *w, const char *reason)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__WithdrawHandover withdraw = VICU__WITHDRAW_HANDOVER__INIT;
    withdraw.id = (char *)"demo/icu";
    command.reason = (char *)reason;
    command.withdraw_handover = &withdraw;
    return act(w, &command, VICU__COMMAND__WHAT_WITHDRAW_HANDOVER, "operator");
}

/* The newest; *@n how many stand. */
static const Vicu__Handover *
handover(Ward *w, guint *n)
{
    const Vicu__Handover *found = NULL;
    GHashTableIter iter;
    gpointer value;
    if (n)
        *n = 0;
    g_hash_table_iter_init(&iter, w->items);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Vicu__StateItem *item = value;
        if (item->body_case != VICU__STATE_ITEM__BODY_HANDOVER)
            continue;
        if (n)
            ++*n;
        if (!found || item->handover->begun_us > found->begun_us)
            found = item->handover;
    }
    return found;
}

static void
a_handover_is_closed_by_two_signatures(Ward *w, gconstpointer data)
{
    (void)data;
    g_assert_false(begin(w, "demo/icu", "Dr A", "Dr B"));
    expect_said("no unit or site");
    g_assert_true(admit(w, "demo/icu/10", "P-10"));
    g_assert_true(admit(w, "demo/icu/2", "P-2"));
    g_assert_true(admit(w, "demo/other/1", "P-3"));
    g_assert_false(begin(w, "demo/icu", "Dr A", " dr a "));
    expect_said("two people sign");
    g_assert_false(begin(w, "demo/icu", "", "Dr B"));
    g_assert_false(line(w, "demo/icu/2", "stable"));
    expect_said("none is open there");
    g_assert_true(begin(w, "demo/icu", "Dr A", "Dr B"));
    g_assert_false(begin(w, "demo/icu", "Dr C", "Dr D"));
    expect_said("from Dr A to Dr B is open");
    g_assert_true(line(w, "demo/icu/2", "stable, weaning"));
    g_assert_true(line(w, "demo/icu/10", "septic, on noradrenaline"));
    g_assert_true(line(w, "demo/icu/2", "stable, extubated"));
    g_assert_false(line(w, "demo/other/1", "elsewhere"));
    expect_said("is not of demo/icu");
    g_assert_false(line(w, "demo/icu/2", "two\nlines"));
    g_assert_cmpuint(handover(w, NULL)->n_line, ==, 2);
    g_assert_cmpstr(handover(w, NULL)->line[1]->text, ==, "stable, extubated");
    g_assert_false(sign(w, "Dr C"));
    expect_said("is neither");
    g_assert_true(sign(w, "Dr A"));
    expect_said("Dr B has not yet");
    g_assert_false(sign(w, "dr a"));
    g_assert_cmpint(handover(w, NULL)->state, ==, VICU__HANDOVER_STATE__HANDOVER_OPEN);
    restart(w);
    /* What was signed has changed. */
    g_assert_true(line(w, "demo/icu/10", ""));
    expect_said("both sign again");
    g_assert_cmpuint(handover(w, NULL)->n_line, ==, 1);
    g_assert_true(sign(w, "Dr B"));
    g_assert_true(sign(w, "Dr A"));
    expect_said("from Dr A to Dr B: both have signed");
    g_assert_cmpstr(last_audit(w)->what, ==, "handover-close");
    g_assert_nonnull(strstr(last_audit(w)->detail, "from Dr A to Dr B"));
    g_assert_cmpint(handover(w, NULL)->state, ==, VICU__HANDOVER_STATE__HANDOVER_CLOSED);
    g_assert_cmpuint(handover(w, NULL)->n_sign, ==, 2);
    g_autofree char *event = g_strdup_printf("handover %s demo/icu", handover(w, NULL)->id);
    g_assert_cmpuint(told(w, event), ==, 1);
    g_assert_false(line(w, "demo/icu/2", "too late"));
    restart(w);
    g_assert_cmpstr(handover(w, NULL)->sign[1]->name, ==, "Dr A");
}

static void
the_newest_fourteen_handovers_are_kept(Ward *w, gconstpointer data)
{
    (void)data;
    guint n = 0;
    g_assert_true(admit(w, BED, "P-1"));
    for (int i = 0; i < 16; i++) {
        g_assert_true(begin(w, "demo/icu", "Dr A", "Dr B"));
        g_assert_false(withdraw(w, ""));
        g_assert_true(withdraw(w, "begun too early"));
        tick(w);
    }
    handover(w, &n);
    g_assert_cmpuint(n, ==, 14);
    g_assert_cmpint(handover(w, NULL)->state, ==, VICU__HANDOVER_STATE__HANDOVER_WITHDRAWN);
    g_assert_true(begin(w, "demo", "Dr A", "Dr B")); /* the site's own are counted apart */
    handover(w, &n);
    g_assert_cmpuint(n, ==, 15);
    restart(w);
    handover(w, &n);
    g_assert_cmpuint(n, ==, 15);
}

static void
a_line_of_a_handover_is_of_the_patient(Ward *w, gconstpointer data)
{
    (void)data;
    g_assert_true(admit(w, BED, "P-1"));
    g_assert_true(admit(w, "demo/icu/8", "P-8"));
    g_assert_true(begin(w, "demo/icu", "Dr A", "Dr B"));
    g_assert_true(line(w, BED, "of P-1"));
    g_assert_true(line(w, "demo/icu/8", "of P-8"));
    g_assert_true(move(w, BED, "demo/icu/9"));
    g_assert_cmpuint(handover(w, NULL)->n_line, ==, 2);
    g_assert_cmpstr(handover(w, NULL)->line[1]->bed, ==, "demo/icu/9");
    g_assert_cmpstr(handover(w, NULL)->line[1]->text, ==, "of P-1");
    g_assert_true(discharge(w, "demo/icu/9"));
    g_assert_cmpuint(handover(w, NULL)->n_line, ==, 1);
    g_assert_false(line(w, "demo/icu/9", "nobody"));
    g_assert_true(move(w, "demo/icu/8", "demo/other/1")); /* leaves the place */
    g_assert_cmpuint(handover(w, NULL)->n_line, ==, 0);
}

static void
who_may_not_is_refused(Ward *w, gconstpointer data)
{
    (void)data;
    g_assert_true(admit(w, BED, "P-1"));
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__PutNote put = VICU__PUT_NOTE__INIT;
    Vicu__SignHandover sign = VICU__SIGN_HANDOVER__INIT;
    put.bed = (char *)BED;
    put.text = (char *)"x";
    command.note = &put;
    g_assert_false(act(w, &command, VICU__COMMAND__WHAT_NOTE, "escalation"));
    expect_said("may not do that");
    command.sign_handover = &sign;
    g_assert_false(act(w, &command, VICU__COMMAND__WHAT_SIGN_HANDOVER, "store"));
    g_assert_cmpuint(notes_standing(w), ==, 0);
}

#define WARD(name) g_test_add("/rules/care/" #name, Ward, NULL, ward_up, name, ward_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    WARD(a_plain_acknowledgement_means_what_it_meant);
    WARD(what_is_answered_is_checked);
    WARD(a_watched_alarm_that_stands_is_unanswered_again);
    WARD(who_watches_may_decide_before_the_time);
    WARD(an_alarm_tells_of_those_before_it);
    WARD(the_past_goes_with_the_patient_and_ends_with_the_stay);
    WARD(the_alarms_of_every_bed_are_counted);
    g_test_add_func("/rules/care/the_memory_of_a_bed_is_bounded_and_says_so",
                    the_memory_of_a_bed_is_bounded_and_says_so);
    WARD(a_note_is_kept_and_its_correction_beside_it);
    WARD(a_promise_is_overdue_until_it_is_done);
    WARD(the_room_for_notes_is_bounded_and_open_promises_stay);
    WARD(notes_go_with_the_patient_and_end_with_the_stay);
    WARD(a_bed_has_an_owner_until_somebody_else_takes_it);
    WARD(a_bed_is_seen_once_a_minute_by_each);
    WARD(a_handover_is_closed_by_two_signatures);
    WARD(the_newest_fourteen_handovers_are_kept);
    WARD(a_line_of_a_handover_is_of_the_patient);
    WARD(who_may_not_is_refused);
    return g_test_run();
}

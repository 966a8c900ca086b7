/* The bed desk: limits, observations, absences, patients, who may do what.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/rules/ward-fixture.h"

static bool
set_limit(Ward *w, const char *name, double value, const char *unit, int64_t for_us, char **text)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__SetLimit limit = VICU__SET_LIMIT__INIT;
    limit.bed = (char *)BED;
    limit.name = (char *)name;
    limit.value = value;
    limit.unit = (char *)unit;
    limit.for_us = for_us;
    command.reason = (char *)"chronic lung disease";
    command.what_case = VICU__COMMAND__WHAT_LIMIT;
    command.limit = &limit;
    return command_as(w, &command, "operator", text);
}

static const Vicu__Limit *
limit_item(Ward *w, const char *name)
{
    g_autofree char *key = g_strdup_printf("%s/%s", BED, name);
    const Vicu__StateItem *item = find_item(w, VICU__SUBJECT__SUBJECT_LIMIT, key);
    return item ? item->limit : NULL;
}

static bool
leave(Ward *w, Vicu__Presence presence, int64_t for_us, const char *reason)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Absence absence = VICU__ABSENCE__INIT;
    absence.bed = (char *)BED;
    absence.presence = presence;
    absence.until_us = for_us ? NOW_US + w->t_us + for_us : 0;
    command.reason = (char *)reason;
    command.what_case = VICU__COMMAND__WHAT_ABSENCE;
    command.absence = &absence;
    return command_as(w, &command, "operator", NULL);
}

static bool
admit_as(Ward *w, const char *bed, const char *patient)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Admit admit = VICU__ADMIT__INIT;
    admit.bed = (char *)bed;
    admit.patient = (char *)patient;
    command.what_case = VICU__COMMAND__WHAT_ADMIT;
    command.admit = &admit;
    return command_as(w, &command, "operator", NULL);
}

static bool
discharge(Ward *w, const char *bed)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Discharge discharge = VICU__DISCHARGE__INIT;
    discharge.bed = (char *)bed;
    command.what_case = VICU__COMMAND__WHAT_DISCHARGE;
    command.discharge = &discharge;
    return command_as(w, &command, "operator", NULL);
}

static bool
observe(Ward *w,
        const char *name,
        double value,
        const char *symbol,
        const char *unit,
        int64_t age_us,
        const char *corrects,
        char **text)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Observe observe = VICU__OBSERVE__INIT;
    Vicu__Observation o = VICU__OBSERVATION__INIT;
    o.bed = (char *)BED;
    o.name = (char *)name;
    o.value = value;
    o.symbol = (char *)symbol;
    o.unit = (char *)unit;
    o.t_us = NOW_US + w->t_us - age_us;
    o.corrects = (char *)corrects;
    observe.observation = &o;
    command.what_case = VICU__COMMAND__WHAT_OBSERVE;
    command.observe = &observe;
    return command_as(w, &command, "operator", text);
}

/* NEWS2's part @name as it stands: points, or -1 when it is not known. */
static int
news2_part(Ward *w, const char *name)
{
    const Vicu__StateItem *item = find_item(w, VICU__SUBJECT__SUBJECT_SCORE, BED "/NEWS2");
    for (size_t i = 0; item && i < item->score->n_part; i++)
        if (strcmp(item->score->part[i]->name, name) == 0)
            return item->score->part[i]->known ? item->score->part[i]->points : -1;
    return -1;
}

/* The first observation of @name that stands, by its key. */
static char *
observation_key(Ward *w, const char *name)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, w->items);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Vicu__StateItem *item = value;
        if (item->body_case == VICU__STATE_ITEM__BODY_OBSERVATION
            && strcmp(item->observation->name, name) == 0)
            return g_strdup(item->key);
    }
    return NULL;
}

static void
a_limit_holds_within_its_range_only(Ward *w, gconstpointer data)
{
    (void)data;
    g_autofree char *text = NULL;
    send_for(w, 5, "SpO2", 97);
    g_assert_cmpfloat(limit_item(w, "SpO2_low")->value, ==, 90);
    g_assert_false(set_limit(w, "SpO2_low", 79, "%", 0, &text));
    g_assert_nonnull(strstr(text, "80..95"));
    g_assert_cmpstr(last_audit(w)->what, ==, "refused");
    g_assert_cmpstr(last_audit(w)->why, ==, "chronic lung disease");
    g_assert_cmpstr(last_audit(w)->bed, ==, BED);
    g_assert_false(set_limit(w, "SpO2_low", NAN, "%", 0, NULL));
    g_assert_false(set_limit(w, "SpO2_low", 85, "kPa", 0, NULL));
    g_assert_false(set_limit(w, "no_such", 85, "%", 0, NULL));
    g_assert_cmpfloat(limit_item(w, "SpO2_low")->value, ==, 90);
    g_assert_true(set_limit(w, "SpO2_low", 85, "%", 0, NULL));
    g_assert_cmpstr(last_audit(w)->what, ==, "limit-set");
    g_assert_cmpstr(last_audit(w)->who, ==, "nurse");
    g_assert_false(last_audit(w)->person);
    g_assert_true(limit_item(w, "SpO2_low")->overridden);
    send_for(w, 30, "SpO2", 87);
    g_assert_false(stands(w, "desaturation"));
    send_for(w, 20, "SpO2", 84);
    g_assert_true(stands(w, "desaturation"));
}

static void
an_unknown_limit_is_refused_with_the_one_that_was_meant(Ward *w, gconstpointer data)
{
    (void)data;
    g_autofree char *near = NULL, *far = NULL;
    send_for(w, 5, "SpO2", 97);
    g_assert_false(set_limit(w, "hr_high", 130, "/min", 0, &near));
    g_assert_cmpstr(near, ==, "The rules have no limit \"hr_high\"; did you mean HR_high?");
    g_assert_false(set_limit(w, "potassium", 5, "mmol/L", 0, &far));
    g_assert_nonnull(strstr(far, "\"potassium\"; they have HR_low, HR_high, SpO2_low, "));
    g_assert_true(g_str_has_suffix(far, ", DP_high."));
}

static void
a_limit_with_an_end_goes_back_by_itself(Ward *w, gconstpointer data)
{
    (void)data;
    send_for(w, 5, "SpO2", 97);
    g_assert_true(set_limit(w, "SpO2_low", 85, "%", 60 * S, NULL));
    send_for(w, 50, "SpO2", 87);
    g_assert_false(stands(w, "desaturation"));
    send_for(w, 30, "SpO2", 87);
    g_assert_false(limit_item(w, "SpO2_low")->overridden);
    g_assert_cmpfloat(limit_item(w, "SpO2_low")->value, ==, 90);
    g_assert_true(stands(w, "desaturation"));
    bool audited = false;
    for (guint i = 0; i < w->audit->len; i++)
        audited = audited
                  || strcmp(((Vicu__AuditRecord *)w->audit->pdata[i])->what, "limit-expired") == 0;
    g_assert_true(audited);
    g_assert_cmpuint(told(w, "limit-set SpO2_low 85"), ==, 1);
    g_assert_cmpuint(told(w, "limit-set SpO2_low 90"), ==, 1);
}

/* What waited for its turn when the patient left is nobody's: neither now nor for the next. */
static void
nothing_of_a_patient_who_left_is_judged_afterwards(Ward *w, gconstpointer data)
{
    (void)data;
    static const char text[] = "rules \"quick\" version 1\nuse HR: /min validity 30 s\n"
                               "rule fast \"Fast\" version 1 { raise high \"t\" when HR > 140 /min "
                               "unknown longer than 5 min -> keep }\n";
    g_autoptr(RulesDiagnostics) d = rules_diagnostics_new("quick");
    RulesSet *set = rules_set_compile(text, strlen(text), d);
    rules_ward_adopt(w->ward, set, NOW_US + w->t_us);
    rules_set_unref(w->set);
    w->set = set;
    g_assert_true(admit_as(w, BED, "P-1"));
    send_for(w, 5, "HR", 150);
    g_assert_true(stands(w, "fast"));
    tick(w);
    send_numerics_at(w, w->t_us, "HR", 151); /* ahead of the watermark */
    g_assert_true(discharge(w, BED));
    g_assert_false(stands(w, "fast"));
    wait_s(w, 5, true);
    g_assert_false(stands(w, "fast"));
    g_assert_true(admit_as(w, BED, "P-2"));
    send_for(w, 5, "HR", 80);
    GHashTableIter iter;
    gpointer value;
    int n = 0;
    g_hash_table_iter_init(&iter, w->items);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        n += ((Vicu__StateItem *)value)->body_case == VICU__STATE_ITEM__BODY_ALARM
             && strcmp(((Vicu__StateItem *)value)->alarm->rule, "fast") == 0;
    g_assert_cmpint(n, ==, 1);
}

static void
an_observation_is_judged_shown_and_sent_on(Ward *w, gconstpointer data)
{
    (void)data;
    send_for(w, 70, "SpO2", 97);
    g_assert_cmpint(news2_part(w, "con"), ==, -1);
    g_assert_true(observe(w, "VENT", 0, "SIMV", "", 0, "", NULL)); /* any word */
    g_assert_true(observe(w, "ACVPU", 0, "v", "", 60 * S, "", NULL));
    g_assert_cmpstr(last_audit(w)->what, ==, "observe");
    send_for(w, 2, "SpO2", 97);
    g_assert_cmpint(news2_part(w, "con"), ==, 3);
    g_autofree char *key = observation_key(w, "ACVPU");
    const Vicu__StateItem *item = find_item(w, VICU__SUBJECT__SUBJECT_OBSERVATION, key);
    g_assert_cmpstr(item->observation->who, ==, "nurse");
    g_assert_cmpint(item->observation->t_us, <, item->observation->entered_us);
    /* Corrected: the new one is judged, the old one stays on record. */
    g_assert_true(observe(w, "ACVPU", 0, "A", "", 60 * S, key, NULL));
    send_for(w, 2, "SpO2", 97);
    g_assert_cmpint(news2_part(w, "con"), ==, 0);
    g_assert_nonnull(find_item(w, VICU__SUBJECT__SUBJECT_OBSERVATION, key));
    /* One that was taken before it is kept and not judged. */
    g_autofree char *text = NULL;
    g_assert_true(observe(w, "ACVPU", 0, "U", "", 300 * S, "", &text));
    g_assert_nonnull(strstr(text, "not judged"));
    send_for(w, 2, "SpO2", 97);
    g_assert_cmpint(news2_part(w, "con"), ==, 0);
    g_assert_true(observe(w, "Temp", 39.4, "", "Cel", 0, "", NULL));
    send_for(w, 2, "SpO2", 97);
    g_assert_cmpint(news2_part(w, "temp"), ==, 2);
}

static void
what_cannot_be_observed_is_refused(Ward *w, gconstpointer data)
{
    (void)data;
    send_for(w, 5, "SpO2", 97);
    g_assert_false(observe(w, "Temp", 60, "", "Cel", 0, "", NULL));
    g_assert_false(observe(w, "Temp", NAN, "", "Cel", 0, "", NULL));
    g_assert_false(observe(w, "Temp", 37, "", "K", 0, "", NULL));
    g_assert_false(observe(w, "Temp", 37, "", "Cel", -120 * S, "", NULL));
    g_assert_false(observe(w, "Temp", 37, "", "Cel", 8 * 86400 * S, "", NULL));
    g_assert_false(observe(w, "ACVPU", 0, "", "", 0, "", NULL));
    g_autofree char *text = NULL;
    g_assert_false(observe(w, "ACVPU", 0, "X", "", 0, "", &text));
    g_assert_cmpstr(text, ==, "ACVPU is one of A, C, V, P, U, not \"X\".");
    g_assert_false(observe(w, "ACVPU", 0, "a word that is far too long", "", 0, "", NULL));
    g_assert_false(observe(w, "ECG_II", 1, "", "mV", 0, "", NULL));
    g_assert_false(observe(w, "nothing", 1, "", "mV", 0, "", NULL));
    g_assert_false(observe(w, "Temp", 37, "", "Cel", 0, "no-such-key", NULL));
    g_assert_null(observation_key(w, "Temp"));
}

static void
standby_silences_until_its_end(Ward *w, gconstpointer data)
{
    (void)data;
    send_waves(w, 10, 80, 120, 70);
    g_assert_false(leave(w, VICU__PRESENCE__PRESENCE_STANDBY, 3 * 3600 * S, "CT"));
    g_assert_false(leave(w, VICU__PRESENCE__PRESENCE_STANDBY, 600 * S, ""));
    g_assert_true(leave(w, VICU__PRESENCE__PRESENCE_STANDBY, 600 * S, "CT"));
    g_assert_cmpint(bed_item(w)->presence, ==, VICU__PRESENCE__PRESENCE_STANDBY);
    g_assert_cmpstr(bed_item(w)->reason, ==, "CT");
    wait_s(w, 590, true);
    g_assert_false(stands(w, "local:no-data"));
    g_assert_false(stands(w, "map-critical"));
    wait_s(w, 15, true);
    g_assert_true(stands(w, "local:no-data"));
    g_assert_cmpint(bed_item(w)->presence, ==, VICU__PRESENCE__PRESENCE_LOST);
    /* What the rules miss reaches people again too. */
    wait_s(w, 120, true);
    g_assert_true(stands(w, "map-critical"));
    g_assert_true(alarm_of(w, "map-critical")->technical);
}

static void
a_patient_who_is_back_ends_the_absence_by_command(Ward *w, gconstpointer data)
{
    (void)data;
    send_waves(w, 10, 80, 120, 70);
    g_assert_true(leave(w, VICU__PRESENCE__PRESENCE_TRANSPORT, 1800 * S, "theatre"));
    wait_s(w, 30, true);
    g_assert_true(leave(w, VICU__PRESENCE__PRESENCE_PRESENT, 0, ""));
    g_assert_false(leave(w, VICU__PRESENCE__PRESENCE_PRESENT, 0, ""));
    wait_s(w, 1, true);
    g_assert_true(stands(w, "local:no-data"));
    send_waves(w, 2, 80, 120, 70);
    g_assert_false(stands(w, "local:no-data"));
}

static void
a_patients_danger_is_told_even_in_standby(Ward *w, gconstpointer data)
{
    (void)data;
    send_for(w, 10, "ART_M", 80);
    g_assert_true(leave(w, VICU__PRESENCE__PRESENCE_STANDBY, 1800 * S, "washing"));
    send_for(w, 12, "ART_M", 41);
    g_assert_true(stands(w, "map-critical"));
    g_assert_false(alarm_of(w, "map-critical")->technical);
}

static void
a_discharge_ends_everything_of_the_patient(Ward *w, gconstpointer data)
{
    (void)data;
    send_for(w, 10, "ART_M", 80);
    g_assert_true(admit_as(w, BED, "P-1042"));
    g_assert_cmpstr(bed_item(w)->patient, ==, "P-1042");
    g_assert_true(set_limit(w, "MAP_critical", 45, "mm[Hg]", 0, NULL));
    g_assert_true(observe(w, "ACVPU", 0, "V", "", 0, "", NULL));
    send_for(w, 12, "ART_M", 41);
    g_assert_true(stands(w, "map-critical"));
    g_assert_true(discharge(w, BED));
    g_assert_false(discharge(w, BED));
    drain(w);
    g_assert_cmpuint(told(w, "bed-reset forget discharged"), ==, 1);
    g_assert_cmpint(bed_item(w)->presence, ==, VICU__PRESENCE__PRESENCE_DISCHARGED);
    g_assert_cmpstr(bed_item(w)->patient, ==, "");
    g_assert_cmpstr(alarm_of(w, "map-critical")->why, ==, "discharged");
    g_assert_false(limit_item(w, "MAP_critical")->overridden);
    g_assert_null(observation_key(w, "ACVPU"));
    /* Data that go on are not judged, and somebody is told. */
    send_for(w, 30, "ART_M", 41);
    g_assert_false(stands(w, "map-critical"));
    g_assert_true(stands(w, "local:data-after-discharge"));
    /* The next patient starts afresh. */
    g_assert_true(admit_as(w, BED, "P-2000"));
    send_for(w, 12, "ART_M", 41);
    g_assert_true(stands(w, "map-critical"));
    g_assert_false(stands(w, "local:data-after-discharge"));
    g_assert_cmpint(news2_part(w, "con"), ==, -1);
}

static void
a_bed_holds_one_patient(Ward *w, gconstpointer data)
{
    (void)data;
    g_assert_true(admit_as(w, BED, "P-1"));
    g_assert_true(admit_as(w, BED, "P-1"));
    g_assert_false(admit_as(w, BED, "P-2"));
    g_assert_cmpstr(last_audit(w)->what, ==, "refused");
    g_assert_false(admit_as(w, "not a bed", "P-3"));
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Move move = VICU__MOVE__INIT;
    move.from = (char *)BED;
    move.to = (char *)"demo/icu/9";
    command.what_case = VICU__COMMAND__WHAT_MOVE;
    command.move = &move;
    g_assert_true(command_as(w, &command, "operator", NULL));
    g_assert_cmpint(bed_item(w)->presence, ==, VICU__PRESENCE__PRESENCE_DISCHARGED);
    const Vicu__StateItem *to = find_item(w, VICU__SUBJECT__SUBJECT_BED, "demo/icu/9");
    g_assert_cmpstr(to->bed->patient, ==, "P-1");
    g_assert_false(command_as(w, &command, "operator", NULL));
}

static void
an_admitted_bed_without_data_is_an_alarm(Ward *w, gconstpointer data)
{
    (void)data;
    g_assert_true(admit_as(w, BED, "P-1"));
    wait_s(w, 11, false);
    g_assert_true(stands(w, "local:no-data"));
}

static void
an_alarm_is_acknowledged_once_and_explained(Ward *w, gconstpointer data)
{
    (void)data;
    send_for(w, 10, "ART_M", 80);
    send_for(w, 12, "ART_M", 41);
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__AckAlarm ack = VICU__ACK_ALARM__INIT;
    g_autofree char *text = NULL;
    ack.id = (char *)"no such";
    command.reason = (char *)"going there";
    command.what_case = VICU__COMMAND__WHAT_ACK;
    command.ack = &ack;
    g_assert_false(command_as(w, &command, "operator", NULL));
    ack.id = alarm_of(w, "map-critical")->id;
    g_assert_true(command_as(w, &command, "operator", NULL));
    g_assert_cmpint(alarm_of(w, "map-critical")->state, ==, VICU__ALARM_STATE__ALARM_ACKNOWLEDGED);
    g_assert_cmpstr(last_audit(w)->what, ==, "acknowledge");
    g_assert_cmpstr(last_audit(w)->why, ==, "going there");
    Vicu__Explain explain = VICU__EXPLAIN__INIT;
    explain.id = alarm_of(w, "map-critical")->id;
    command.what_case = VICU__COMMAND__WHAT_EXPLAIN;
    command.explain = &explain;
    g_assert_true(command_as(w, &command, "operator", &text));
    g_assert_nonnull(strstr(text, "map-critical"));
    g_assert_nonnull(strstr(text, "41"));
}

static void
only_the_roles_named_may_act(Ward *w, gconstpointer data)
{
    (void)data;
    static const char *const roles[] = {"store", "annunciator", "collector", "hub", "rules", "",
                                        "x"};
    send_for(w, 5, "SpO2", 97);
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Discharge discharge_it = VICU__DISCHARGE__INIT;
    discharge_it.bed = (char *)BED;
    command.what_case = VICU__COMMAND__WHAT_DISCHARGE;
    command.discharge = &discharge_it;
    for (size_t i = 0; i < G_N_ELEMENTS(roles); i++) {
        g_assert_false(command_as(w, &command, roles[i], NULL));
        g_assert_cmpstr(last_audit(w)->what, ==, "refused");
    }
    g_assert_cmpint(bed_item(w)->presence, ==, VICU__PRESENCE__PRESENCE_PRESENT);
    Vicu__Command unknown = VICU__COMMAND__INIT;
    g_assert_false(command_as(w, &unknown, "operator", NULL));
}

static bool
local(Ward *w, const char *peer, bool standing)
{
    RulesAnswer answer;
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__LocalAlarm alarm = VICU__LOCAL_ALARM__INIT;
    alarm.cause = (char *)"store-blind";
    alarm.priority = VICU__PRIORITY__PRIORITY_MEDIUM;
    alarm.text = (char *)"Nothing heard from the store";
    alarm.standing = standing;
    command.what_case = VICU__COMMAND__WHAT_LOCAL;
    command.local = &alarm;
    rules_ward_command(w->ward, &command, peer, "dashboard", NOW_US + w->t_us, w->t_us, &answer);
    bool ok = answer.ok;
    rules_answer_clear(&answer);
    return ok;
}

static void
what_two_processes_miss_is_one_alarm(Ward *w, gconstpointer data)
{
    (void)data;
    g_assert_true(local(w, "dashboard", true));
    g_assert_true(local(w, "portal", true));
    g_assert_true(stands(w, "local:store-blind"));
    g_assert_true(local(w, "dashboard", false));
    g_assert_true(stands(w, "local:store-blind"));
    g_assert_true(local(w, "portal", false));
    g_assert_false(stands(w, "local:store-blind"));
}

static void
send_adt(Ward *w, const char *trigger, const char *patient, const char *bed, const char *prior)
{
    Vicu__Adt adt = VICU__ADT__INIT;
    adt.trigger = (char *)trigger;
    adt.patient = (char *)patient;
    adt.bed = (char *)bed;
    adt.prior_bed = (char *)prior;
    g_autoptr(GBytes) packed = vicu_wire_pack(&adt.base);
    Vicu__Batch batch = VICU__BATCH__INIT;
    Vicu__Event event = VICU__EVENT__INIT;
    Vicu__Event *events[] = {&event};
    g_autofree char *kind = g_strdup_printf("adt-%s", trigger);
    event.bed = (char *)bed;
    event.kind = kind;
    gsize size = 0;
    event.detail.data = (uint8_t *)g_bytes_get_data(packed, &size);
    event.detail.len = size;
    batch.n_event = 1;
    batch.event = events;
    give(w, &batch);
}

static void
administration_moves_patients_and_mismatches_are_told(Ward *w, gconstpointer data)
{
    (void)data;
    send_adt(w, "A01", "P-7", BED, "");
    g_assert_cmpstr(bed_item(w)->patient, ==, "P-7");
    send_adt(w, "A01", "P-8", BED, "");
    g_assert_cmpstr(bed_item(w)->patient, ==, "P-7");
    g_assert_true(stands(w, "local:patient-mismatch"));
    send_adt(w, "A02", "P-7", "demo/icu/3", BED);
    const Vicu__StateItem *to = find_item(w, VICU__SUBJECT__SUBJECT_BED, "demo/icu/3");
    g_assert_cmpstr(to->bed->patient, ==, "P-7");
    send_adt(w, "A03", "P-7", "demo/icu/3", "");
    to = find_item(w, VICU__SUBJECT__SUBJECT_BED, "demo/icu/3");
    g_assert_cmpint(to->bed->presence, ==, VICU__PRESENCE__PRESENCE_DISCHARGED);
}

#define ADD(name) g_test_add("/rules/desk/" #name, Ward, NULL, ward_up, name, ward_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(a_limit_holds_within_its_range_only);
    ADD(an_unknown_limit_is_refused_with_the_one_that_was_meant);
    ADD(a_limit_with_an_end_goes_back_by_itself);
    ADD(nothing_of_a_patient_who_left_is_judged_afterwards);
    ADD(an_observation_is_judged_shown_and_sent_on);
    ADD(what_cannot_be_observed_is_refused);
    ADD(standby_silences_until_its_end);
    ADD(a_patient_who_is_back_ends_the_absence_by_command);
    ADD(a_patients_danger_is_told_even_in_standby);
    ADD(a_discharge_ends_everything_of_the_patient);
    ADD(a_bed_holds_one_patient);
    ADD(an_admitted_bed_without_data_is_an_alarm);
    ADD(an_alarm_is_acknowledged_once_and_explained);
    ADD(only_the_roles_named_may_act);
    ADD(what_two_processes_miss_is_one_alarm);
    ADD(administration_moves_patients_and_mismatches_are_told);
    return g_test_run();
}

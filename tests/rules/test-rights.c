/* Every cell of the table of rights that is a command, through the real bed desk: a person with a
 * proof, in the own unit and in another, and what the desk does or refuses.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/statement.h"
#include "tests/rules/ward-fixture.h"

#define OWN    "demo/icu"
#define OTHER  "annex/icu"
#define PORTAL "portal"

typedef struct {
    Ward ward;
    uint8_t public_key[VICU_STATEMENT_PUBLIC], secret_key[VICU_STATEMENT_SECRET];
    VicuPeople *people;
    uint64_t serial;
    char *text; /* of the last answer */
    bool ok;
} World;

static uint8_t session[16] = {7};

static int64_t
now_of(const World *world)
{
    return NOW_US + world->ward.t_us;
}

/* --- the store's side --- */

static void
tell_list(World *world, bool signed_in)
{
    Vicu__PeopleList list = VICU__PEOPLE_LIST__INIT;
    Vicu__PeopleRow row = VICU__PEOPLE_ROW__INIT;
    ProtobufCBinaryData id = {sizeof session, session};
    bool changed = false;
    list.serial = ++world->serial;
    list.accounts = true;
    list.session = &id;
    list.n_session = signed_in;
    g_autoptr(GBytes) packed =
        vicu_statement_sign(VICU_STATEMENT_LIST, &list.base, world->secret_key);
    gsize size = 0;
    const void *data = g_bytes_get_data(packed, &size);
    g_autoptr(Vicu__PeopleSigned) body = vicu_wire_unpack_people_signed(data, size, NULL);
    row.what_case = VICU__PEOPLE_ROW__WHAT_LIVE;
    row.live = body;
    row.public_key = (ProtobufCBinaryData){sizeof world->public_key, world->public_key};
    g_assert_true(vicu_people_take(world->people, &row, world->ward.t_us, &changed, NULL));
}

static GBytes *
proof_of(World *world, const char *key, VicuRole role, const char *scope)
{
    Vicu__PeopleStatement who = VICU__PEOPLE_STATEMENT__INIT;
    Vicu__PeopleGrant grant = VICU__PEOPLE_GRANT__INIT, *grants[] = {&grant};
    bool glass = role == VICU_ROLE_GLASS;
    who.account = (char *)"ada";
    who.key = (char *)key;
    who.session = (ProtobufCBinaryData){sizeof session, session};
    who.serial = world->serial;
    who.issued_us = now_of(world);
    who.fresh_until_us = who.issued_us + VICU_PEOPLE_PROOF_US;
    who.until_us = who.issued_us + 3600 * S;
    who.glass_until_us = glass ? who.until_us : 0;
    grant.role = (char *)vicu_role_name(role);
    grant.scope = (char *)scope;
    who.grant = grants;
    who.n_grant = !glass;
    return vicu_statement_sign(VICU_STATEMENT_KIND, &who.base, world->secret_key);
}

/* --- asking --- */

static bool
ask(World *world, Vicu__Command *command, const char *key, GBytes *proof)
{
    RulesAnswer answer;
    Vicu__Actor actor = VICU__ACTOR__INIT;
    actor.who = (char *)"mallory"; /* what it calls itself */
    if (proof)
        actor.proof.data = (uint8_t *)g_bytes_get_data(proof, &actor.proof.len);
    command->actor = &actor;
    rules_ward_command(world->ward.ward, command, key, key, now_of(world), world->ward.t_us,
                       &answer);
    drain(&world->ward);
    g_free(world->text);
    world->text = g_strdup(answer.text);
    world->ok = answer.ok;
    rules_answer_clear(&answer);
    return world->ok;
}

/* --- every command --- */

typedef struct {
    Vicu__Command command;
    Vicu__AckAlarm ack;
    Vicu__SetLimit limit;
    Vicu__Admit admit;
    Vicu__Discharge discharge;
    Vicu__Absence absence;
    Vicu__Observe observe;
    Vicu__Observation observation;
    Vicu__Move move;
    Vicu__Bind bind;
    Vicu__Explain explain;
    Vicu__LocalAlarm local;
    Vicu__ReloadRules reload;
    Vicu__PauseAlarms pause;
    Vicu__ResumeAlarms resume;
    Vicu__OutletBeat outlet;
    Vicu__ForgetOutlet forget_outlet;
    Vicu__EndExpectation end_expectation;
    Vicu__SetProfile profile;
    Vicu__PutNote note;
    Vicu__DoPromise done;
    Vicu__TakeBed take;
    Vicu__SeenBed seen;
    Vicu__BeginHandover begin_handover;
    Vicu__SetHandoverLine handover_line;
    Vicu__SignHandover sign_handover;
    Vicu__WithdrawHandover withdraw_handover;
    Vicu__BeginEmergency emergency;
    char bed[32], free_bed[32], alarm[32], note_id[32];
} Act;

/* What of a unit commands may be about: an alarm, a note, an open handover. */
static void
prepare(World *world, Act *act, const char *unit)
{
    Ward *w = &world->ward;
    GHashTableIter iter;
    gpointer value;
    g_snprintf(act->bed, sizeof act->bed, "%s/7", unit);
    g_snprintf(act->free_bed, sizeof act->free_bed, "%s/8", unit);
    g_hash_table_iter_init(&iter, w->items);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Vicu__StateItem *item = value;
        if (item->body_case == VICU__STATE_ITEM__BODY_ALARM
            && strcmp(item->alarm->bed, act->bed) == 0
            && item->alarm->state != VICU__ALARM_STATE__ALARM_ENDED)
            g_strlcpy(act->alarm, item->alarm->id, sizeof act->alarm);
        if (item->body_case == VICU__STATE_ITEM__BODY_NOTE
            && strcmp(item->note->bed, act->bed) == 0)
            g_strlcpy(act->note_id, item->note->id, sizeof act->note_id);
    }
    g_assert_cmpstr(act->alarm, !=, "");
    g_assert_cmpstr(act->note_id, !=, "");
}

static void
fill(Act *act, const char *name, const char *unit, int64_t now_us)
{
    const ProtobufCMessageDescriptor *type = &vicu__command__descriptor;
    vicu__command__init(&act->command);
    for (unsigned i = 0; i < type->n_fields; i++)
        if (strcmp(type->fields[i].name, name) == 0)
            act->command.what_case = (Vicu__Command__WhatCase)type->fields[i].id;
    act->command.reason = (char *)"a reason";
    bool known = false;
#define GIVE(field, type)                                                                          \
    do {                                                                                           \
        vicu__##type##__init(&act->field);                                                         \
        if (strcmp(name, #field) != 0)                                                             \
            break;                                                                                 \
        act->command.field = &act->field;                                                          \
        known = true;                                                                              \
    } while (0)
    GIVE(ack, ack_alarm);
    GIVE(limit, set_limit);
    GIVE(admit, admit);
    GIVE(discharge, discharge);
    GIVE(absence, absence);
    GIVE(observe, observe);
    GIVE(move, move);
    GIVE(bind, bind);
    GIVE(explain, explain);
    GIVE(local, local_alarm);
    GIVE(reload, reload_rules);
    GIVE(pause, pause_alarms);
    GIVE(resume, resume_alarms);
    GIVE(outlet, outlet_beat);
    GIVE(forget_outlet, forget_outlet);
    GIVE(end_expectation, end_expectation);
    GIVE(profile, set_profile);
    GIVE(note, put_note);
    GIVE(done, do_promise);
    GIVE(take, take_bed);
    GIVE(seen, seen_bed);
    GIVE(begin_handover, begin_handover);
    GIVE(handover_line, set_handover_line);
    GIVE(sign_handover, sign_handover);
    GIVE(withdraw_handover, withdraw_handover);
    GIVE(emergency, begin_emergency);
#undef GIVE
    if (!known)
        g_error("command.%s: this test does not know how to give it", name);
    act->ack.id = act->explain.id = act->alarm;
    act->limit.bed = act->discharge.bed = act->absence.bed = act->bed;
    act->limit.name = (char *)"hr_high";
    act->limit.value = 150;
    act->limit.unit = (char *)"/min";
    act->admit.bed = act->free_bed;
    act->admit.patient = (char *)"pseudonym";
    act->absence.presence = VICU__PRESENCE__PRESENCE_STANDBY;
    act->absence.until_us = now_us + 600 * S;
    vicu__observation__init(&act->observation);
    act->observation.bed = act->bed;
    act->observation.name = (char *)"acvpu";
    act->observation.symbol = (char *)"A";
    act->observation.t_us = now_us;
    act->observe.observation = &act->observation;
    act->move.from = act->bed;
    act->move.to = act->free_bed;
    act->bind.bed = act->local.bed = act->pause.bed = act->resume.bed = act->bed;
    act->bind.device = (char *)"monitor-1";
    act->local.cause = (char *)"test-cause";
    act->local.standing = true;
    act->local.priority = VICU__PRIORITY__PRIORITY_LOW;
    act->pause.for_us = 60 * S;
    act->end_expectation.bed = act->profile.bed = act->bed;
    act->end_expectation.input = (char *)"spo2";
    act->note.bed = act->take.bed = act->seen.bed = act->handover_line.bed = act->bed;
    act->note.text = act->handover_line.text = (char *)"a line";
    act->done.id = act->note_id;
    act->emergency.name = (char *)"Dr K";
    act->outlet.kind = VICU__OUTLET_KIND__OUTLET_SCREEN;
    act->forget_outlet.name = (char *)"a-screen";
    act->begin_handover.place = act->handover_line.id = act->sign_handover.id =
        act->withdraw_handover.id = (char *)unit;
    act->begin_handover.from = act->sign_handover.name = (char *)"Ada";
    act->begin_handover.to = (char *)"Bob";
}

static void
command_of_operator(World *world, Act *act, const char *name, const char *unit)
{
    fill(act, name, unit, now_of(world));
    if (!ask(world, &act->command, "operator", NULL))
        g_error("command.%s: %s", name, world->text);
}

static void
world_up(World *world)
{
    static const char *const units[] = {OWN, OTHER};
    memset(world, 0, sizeof *world);
    ward_up(&world->ward, NULL);
    vicu_statement_key(world->public_key, world->secret_key);
    world->people = vicu_people_new();
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        Act act = {0};
        g_snprintf(act.bed, sizeof act.bed, "%s/7", units[i]);
        g_snprintf(act.free_bed, sizeof act.free_bed, "%s/7", units[i]);
        command_of_operator(world, &act, "admit", units[i]);
        command_of_operator(world, &act, "local", units[i]);
        fill(&act, "note", units[i], now_of(world));
        act.note.promise = true;
        act.note.due_us = now_of(world) + 600 * S;
        g_assert_true(ask(world, &act.command, "operator", NULL));
        command_of_operator(world, &act, "begin_handover", units[i]);
    }
    rules_ward_people(world->ward.ward, world->people, "operator dashboard");
    tell_list(world, true);
}

static void
world_down(World *world)
{
    ward_down(&world->ward, NULL);
    vicu_people_free(world->people);
    g_free(world->text);
}

static bool
is_denied(const World *world)
{
    return !world->ok && strstr(world->text, "\"ada\" may not") != NULL;
}

/* Of no unit: own is who has the role everywhere. */
static bool
has_no_place(const char *name)
{
    return strcmp(name, "forget_outlet") == 0;
}

/* Commands to the owner of escalations have their tests there. */
static bool
is_of_rules(const char *name)
{
    const ProtobufCMessageDescriptor *type = &vicu__command__descriptor;
    for (unsigned i = 0; i < type->n_fields; i++)
        if (strcmp(type->fields[i].name, name) == 0)
            return type->fields[i].id < VICU__COMMAND__WHAT_ESCALATION_RECEIPT;
    return false;
}

static void
visit_cell(const VicuRightsRow *row, VicuRole role, bool own)
{
    World world;
    Act act = {0};
    const char *unit = own ? OWN : OTHER;
    world_up(&world);
    prepare(&world, &act, unit);
    /* Through the key that may everything: what is judged is the person. */
    bool everywhere = own && has_no_place(row->name);
    g_autoptr(GBytes) proof = proof_of(&world, "operator", role, everywhere ? "*" : OWN);
    fill(&act, row->name, unit, now_of(&world));
    ask(&world, &act.command, "operator", proof);
    bool expected = vicu_rights_may(row, role, own);
    if (is_denied(&world) == expected)
        g_error("command.%s by %s in %s unit: the table says %s, the desk: %s", row->name,
                vicu_role_name(role), own ? "own" : "another", expected ? "may" : "may not",
                world.text);
    const Vicu__AuditRecord *last = last_audit(&world.ward);
    if (!expected) {
        g_assert_cmpstr(last->what, ==, "refused");
        g_assert_cmpstr(last->who, ==, "ada");
        g_assert_true(last->person);
    }
    world_down(&world);
}

static void
does_what_the_table_says_in_every_cell(void)
{
    unsigned cells = 0, rows = 0;
    for (size_t i = 0; i < vicu_rights_n; i++) {
        if (vicu_rights_table[i].kind != VICU_RIGHTS_COMMAND
            || !is_of_rules(vicu_rights_table[i].name))
            continue;
        rows++;
        for (int role = 0; role < VICU_N_ROLES; role++)
            for (int own = 0; own < 2; own++, cells++)
                visit_cell(&vicu_rights_table[i], (VicuRole)role, own != 0);
    }
    g_assert_cmpuint(cells, ==, rows * VICU_N_ROLES * 2);
    g_test_message("%u cells", cells);
}

/* --- keys and proofs --- */

static void
asks_keys_for_a_person_once_somebody_can_sign_in(void)
{
    static const char *const keys[] = {"operator", "dashboard", "portal"};
    World world;
    Act act = {0};
    world_up(&world);
    prepare(&world, &act, OWN);
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        fill(&act, "take", OWN, now_of(&world));
        bool may = ask(&world, &act.command, keys[i], NULL);
        g_assert_cmpint(may, ==, strcmp(keys[i], "portal") != 0);
        g_assert_false(last_audit(&world.ward)->person);
        /* An act of a process needs nobody. */
        fill(&act, "local", OWN, now_of(&world));
        g_assert_true(ask(&world, &act.command, keys[i], NULL));
    }
    /* Refused, it is the key's, whatever it called itself. */
    fill(&act, "take", OWN, now_of(&world));
    g_assert_false(ask(&world, &act.command, PORTAL, NULL));
    g_assert_cmpstr(last_audit(&world.ward)->who, ==, PORTAL);
    g_assert_cmpstr(last_audit(&world.ward)->what, ==, "refused");
    rules_ward_people(world.ward.ward, world.people, "");
    fill(&act, "take", OWN, now_of(&world));
    g_assert_false(ask(&world, &act.command, "dashboard", NULL));
    g_assert_false(ask(&world, &act.command, "operator", NULL));
    world_down(&world);
}

static void
names_the_person_of_the_proof_and_no_other(void)
{
    World world;
    Act act = {0};
    world_up(&world);
    prepare(&world, &act, OWN);
    g_autoptr(GBytes) proof = proof_of(&world, PORTAL, VICU_ROLE_BEDSIDE, OWN);
    fill(&act, "ack", OWN, now_of(&world));
    g_assert_true(ask(&world, &act.command, PORTAL, proof));
    const Vicu__AuditRecord *last = last_audit(&world.ward);
    g_assert_cmpstr(last->what, ==, "acknowledge");
    g_assert_cmpstr(last->who, ==, "ada");
    g_assert_cmpstr(last->role, ==, "bedside");
    g_assert_true(last->person);
    /* Through another key it is nobody's. */
    fill(&act, "take", OWN, now_of(&world));
    g_assert_false(ask(&world, &act.command, "dashboard", proof));
    last = last_audit(&world.ward);
    g_assert_cmpstr(last->what, ==, "refused");
    g_assert_cmpstr(last->who, ==, "dashboard");
    g_assert_false(last->person);
    world_down(&world);
}

static void
refuses_a_session_that_ended_and_goes_on_while_the_store_is_away(void)
{
    World world;
    Act act = {0};
    world_up(&world);
    prepare(&world, &act, OWN);
    g_autoptr(GBytes) proof = proof_of(&world, PORTAL, VICU_ROLE_BEDSIDE, OWN);
    world.ward.t_us += 600 * S; /* nothing was heard of the store since */
    fill(&act, "take", OWN, now_of(&world));
    g_assert_true(ask(&world, &act.command, PORTAL, proof));
    tell_list(&world, true); /* it is back: a proof is to be renewed */
    g_assert_false(ask(&world, &act.command, PORTAL, proof));
    g_autoptr(GBytes) renewed = proof_of(&world, PORTAL, VICU_ROLE_BEDSIDE, OWN);
    g_assert_true(ask(&world, &act.command, PORTAL, renewed));
    tell_list(&world, false);
    g_assert_false(ask(&world, &act.command, PORTAL, renewed));
    g_assert_nonnull(strstr(world.text, "sign in again"));
    world_down(&world);
}

/* Two places: the right in one of them is not enough. */
static void
wants_the_right_in_every_place_that_a_command_is_about(void)
{
    World world;
    Act act = {0};
    world_up(&world);
    prepare(&world, &act, OWN);
    g_autoptr(GBytes) proof = proof_of(&world, PORTAL, VICU_ROLE_BEDSIDE, OWN);
    g_autoptr(GBytes) all = proof_of(&world, PORTAL, VICU_ROLE_BEDSIDE, "*");
    fill(&act, "move", OWN, now_of(&world));
    act.move.to = (char *)"annex/icu/7";
    ask(&world, &act.command, PORTAL, proof);
    g_assert_true(is_denied(&world));
    fill(&act, "handover_line", OWN, now_of(&world));
    act.handover_line.bed = (char *)"annex/icu/7";
    ask(&world, &act.command, PORTAL, proof);
    g_assert_true(is_denied(&world));
    fill(&act, "pause", OWN, now_of(&world));
    act.pause.bed = (char *)""; /* everywhere */
    ask(&world, &act.command, PORTAL, proof);
    g_assert_true(is_denied(&world));
    ask(&world, &act.command, PORTAL, all);
    g_assert_false(is_denied(&world));
    fill(&act, "ack", OWN, now_of(&world));
    act.ack.id = (char *)"0123456789abcdef"; /* of nowhere */
    ask(&world, &act.command, PORTAL, proof);
    g_assert_true(is_denied(&world));
    world_down(&world);
}

/* The store is away, and nobody can sign in. */
static void
lets_a_key_in_at_once_while_the_store_is_away_and_shouts(void)
{
    World world;
    Act act = {0};
    world_up(&world);
    prepare(&world, &act, OTHER);
    fill(&act, "emergency", OTHER, now_of(&world));
    g_assert_false(ask(&world, &act.command, PORTAL, NULL)); /* the store answers */
    g_assert_nonnull(strstr(world.text, "sign in"));
    world.ward.t_us += 10 * S;
    rules_ward_tick(world.ward.ward, now_of(&world), world.ward.t_us);
    fill(&act, "note", OTHER, now_of(&world));
    g_assert_false(ask(&world, &act.command, PORTAL, NULL));
    fill(&act, "emergency", OTHER, now_of(&world));
    act.command.reason = (char *)"";
    g_assert_false(ask(&world, &act.command, PORTAL, NULL));
    fill(&act, "emergency", OTHER, now_of(&world));
    g_assert_true(ask(&world, &act.command, PORTAL, NULL));
    const Vicu__AuditRecord *last = last_audit(&world.ward);
    g_assert_cmpstr(last->what, ==, "emergency");
    g_assert_cmpstr(last->who, ==, "Dr K");
    g_assert_cmpstr(last->why, ==, "a reason");
    g_assert_false(last->person);
    g_assert_true(stands(&world.ward, "local:emergency/portal"));
    fill(&act, "note", OTHER, now_of(&world));
    g_assert_true(ask(&world, &act.command, PORTAL, NULL));
    last = last_audit(&world.ward);
    g_assert_cmpstr(last->who, ==, "Dr K");
    g_assert_cmpstr(last->role, ==, "emergency");
    g_assert_false(last->person);
    /* What broken glass does not open stays shut; nor is it of another key. */
    fill(&act, "begin_handover", OTHER, now_of(&world));
    g_assert_false(ask(&world, &act.command, PORTAL, NULL));
    rules_ward_people(world.ward.ward, world.people, "");
    fill(&act, "note", OTHER, now_of(&world));
    g_assert_false(ask(&world, &act.command, "dashboard", NULL));
    g_assert_true(ask(&world, &act.command, PORTAL, NULL));
    /* The store is back. */
    tell_list(&world, true);
    g_assert_false(ask(&world, &act.command, PORTAL, NULL));
    world.ward.t_us += 2 * S;
    rules_ward_tick(world.ward.ward, now_of(&world), world.ward.t_us);
    drain(&world.ward);
    g_assert_false(stands(&world.ward, "local:emergency/portal"));
    world_down(&world);
}

static void
ends_emergency_access_after_an_hour_and_at_a_restart(void)
{
    World world;
    Act act = {0};
    world_up(&world);
    prepare(&world, &act, OTHER);
    world.ward.t_us += 10 * S;
    rules_ward_tick(world.ward.ward, now_of(&world), world.ward.t_us);
    fill(&act, "emergency", OTHER, now_of(&world));
    g_assert_true(ask(&world, &act.command, PORTAL, NULL));
    world.ward.t_us += VICU_PEOPLE_GLASS_US;
    fill(&act, "note", OTHER, now_of(&world));
    g_assert_false(ask(&world, &act.command, PORTAL, NULL));
    rules_ward_tick(world.ward.ward, now_of(&world), world.ward.t_us);
    drain(&world.ward);
    g_assert_false(stands(&world.ward, "local:emergency/portal"));
    fill(&act, "emergency", OTHER, now_of(&world));
    g_assert_true(ask(&world, &act.command, PORTAL, NULL));
    g_assert_true(stands(&world.ward, "local:emergency/portal"));
    restart(&world.ward);
    rules_ward_people(world.ward.ward, world.people, "operator dashboard");
    world.ward.t_us += 2 * S;
    rules_ward_tick(world.ward.ward, now_of(&world), world.ward.t_us);
    drain(&world.ward);
    g_assert_false(stands(&world.ward, "local:emergency/portal"));
    fill(&act, "note", OTHER, now_of(&world));
    g_assert_false(ask(&world, &act.command, PORTAL, NULL));
    world_down(&world);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/rules/rights/" #name, name)
    TEST(does_what_the_table_says_in_every_cell);
    TEST(asks_keys_for_a_person_once_somebody_can_sign_in);
    TEST(names_the_person_of_the_proof_and_no_other);
    TEST(refuses_a_session_that_ended_and_goes_on_while_the_store_is_away);
    TEST(lets_a_key_in_at_once_while_the_store_is_away_and_shouts);
    TEST(ends_emergency_access_after_an_hour_and_at_a_restart);
    TEST(wants_the_right_in_every_place_that_a_command_is_about);
#undef TEST
    return g_test_run();
}

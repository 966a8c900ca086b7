/* People through real processes: hub, store and rules, and a portal's key that this test holds.
 *
 * One story: the first administrator by the link, a nurse, her commands at the bed desk; her role
 * is taken away; the store dies and care goes on; a thousand wrong passwords; a storm of logins.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>

#include "common/clock.h"
#include "common/people-client.h"
#include "common/query.h"
#include "common/state-client.h"
#include "tests/process/looker.h"
#include "tests/process/site.h"

#define S           SITE_S
#define PATIENCE_US (20 * S)
#define WORD        "a sentence of mine"
#define OWN         "demo/icu/1"
#define OTHER       "annex/icu/1"

static Site *site;
static VicuRoot *root;
static VicuKeys *keys;
static VicuContext *context;
static VicuPeopleClient *people;
static VicuStateClient *state;

/* --- asking the store --------------------------------------------------------------------- */

typedef struct {
    gboolean done;
    char *error;
    GBytes *token, *device, *proof, *secret;
} Answer;

static void
clear(Answer *answer)
{
    g_clear_pointer(&answer->error, g_free);
    g_clear_pointer(&answer->token, g_bytes_unref);
    g_clear_pointer(&answer->device, g_bytes_unref);
    g_clear_pointer(&answer->proof, g_bytes_unref);
    g_clear_pointer(&answer->secret, g_bytes_unref);
    answer->done = FALSE;
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Answer, clear)

static GBytes *
bytes(const ProtobufCBinaryData *data)
{
    return data->len > 0 ? g_bytes_new(data->data, data->len) : NULL;
}

static void
on_answer(Vicu__PeopleRow *const *rows, size_t n, const GError *error, gpointer user)
{
    Answer *answer = user;

    answer->done = TRUE;
    answer->error = error != NULL ? g_strdup(error->message) : NULL;
    if (n == 0)
        return;
    if (rows[0]->what_case == VICU__PEOPLE_ROW__WHAT_GRANTED) {
        answer->token = bytes(&rows[0]->granted->token);
        answer->device = bytes(&rows[0]->granted->device);
        answer->proof = bytes(&rows[0]->granted->proof);
    } else if (rows[0]->what_case == VICU__PEOPLE_ROW__WHAT_INVITED) {
        answer->secret = bytes(&rows[0]->invited->secret);
    }
}

static void
wait_for(gboolean *done, const char *what)
{
    if (!vicu_context_run_until(context, done, PATIENCE_US))
        g_error("%s: no answer in 20 s", what);
}

static void
ask(Answer *answer, Vicu__PeopleAsk *question, GBytes *token)
{
    clear(answer);
    if (token != NULL)
        question->token.data = (uint8_t *)g_bytes_get_data(token, &question->token.len);
    vicu_people_client_ask(people, question, on_answer, answer);
    wait_for(&answer->done, "people");
}

static void
login(Answer *answer, const char *account, const char *password, const char *from, GBytes *device)
{
    clear(answer);
    vicu_people_login(people, account, password, from, device, NULL, on_answer, answer);
    wait_for(&answer->done, "login");
}

static void
enrol(Answer *answer, GBytes *secret)
{
    g_autoptr(GBytes) kept = g_bytes_ref(secret);

    clear(answer);
    vicu_people_enrol(people, kept, WORD, "10.0.0.1", on_answer, answer);
    wait_for(&answer->done, "enrol");
    g_assert_null(answer->error);
}

static void
set_role(GBytes *admin, const char *id, gboolean make, const char *role, const char *scope)
{
    g_auto(Answer) answer = {0};
    Vicu__PeopleAsk a = VICU__PEOPLE_ASK__INIT;
    Vicu__PeoplePutAccount put = VICU__PEOPLE_PUT_ACCOUNT__INIT;
    Vicu__PeopleGrant grant = VICU__PEOPLE_GRANT__INIT, *grants[] = {&grant};

    put.account = (char *)id;
    put.make = make;
    put.set_grant = TRUE;
    grant.role = (char *)role;
    grant.scope = (char *)scope;
    put.grant = grants;
    put.n_grant = 1;
    a.what_case = VICU__PEOPLE_ASK__WHAT_PUT_ACCOUNT;
    a.put_account = &put;
    ask(&answer, &a, admin);
    g_assert_null(answer.error);
}

static GBytes *
first_link(void)
{
    g_autofree char *path = g_build_filename(site_folder(site), "store", "enrol", NULL);
    g_autofree char *text = NULL;
    uint8_t secret[32];

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpuint(strlen(g_strstrip(text)), ==, 64);
    for (size_t i = 0; i < sizeof secret; i++)
        secret[i] = (uint8_t)(16 * g_ascii_xdigit_value(text[2 * i])
                              + g_ascii_xdigit_value(text[2 * i + 1]));
    return g_bytes_new(secret, sizeof secret);
}

/* --- commanding the rules ----------------------------------------------------------------- */

static gboolean answered, ok;
static char *said;

static void
on_result(const char *key, const Vicu__CommandResult *result, gpointer user)
{
    (void)key;
    (void)user;
    answered = TRUE;
    ok = result != NULL && result->ok;
    g_free(said);
    said = g_strdup(result != NULL ? result->text : "no answer in 10 s");
}

/* A note of the bed, through the portal's key. */
static gboolean
note(const char *bed, GBytes *proof)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__PutNote put = VICU__PUT_NOTE__INIT;
    Vicu__Actor actor = VICU__ACTOR__INIT;

    put.bed = (char *)bed;
    put.text = (char *)"seen";
    command.what_case = VICU__COMMAND__WHAT_NOTE;
    command.note = &put;
    if (proof != NULL)
        actor.proof.data = (uint8_t *)g_bytes_get_data(proof, &actor.proof.len);
    command.actor = &actor;
    answered = FALSE;
    g_free(vicu_state_client_command(state, &command));
    wait_for(&answered, "command");
    return ok;
}

static gboolean
admit(const char *bed)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Admit act = VICU__ADMIT__INIT;
    Vicu__Actor actor = VICU__ACTOR__INIT;

    act.bed = (char *)bed;
    act.patient = (char *)"P-1";
    command.what_case = VICU__COMMAND__WHAT_ADMIT;
    command.admit = &act;
    command.actor = &actor;
    answered = FALSE;
    g_free(vicu_state_client_command(state, &command));
    wait_for(&answered, "command");
    return ok;
}

/* --- life --------------------------------------------------------------------------------- */

static void
up(void)
{
    static const VicuStateClientOps ops = {.result = on_result};
    g_autoptr(GError) error = NULL;

    site = site_new();
    root = vicu_root_new(site_folder(site), &error);
    g_assert_no_error(error);
    site_start(site, "hub");
    site_start(site, "store");
    site_start(site, "rules");
    site_follow(site);
    keys = vicu_keys_open(root->keys, "portal", &error);
    context = vicu_context_new(keys, NULL, &error);
    people = vicu_people_client_new(context, root, &error);
    state = vicu_state_client_new(context, root, "rules-state", "rules", "portal", NULL, 0, &ops,
                                  NULL, &error);
    g_assert_no_error(error);
}

static void
down(void)
{
    vicu_state_client_free(state);
    vicu_people_client_free(people);
    vicu_context_free(context);
    vicu_keys_free(keys);
    vicu_root_free(root);
    site_free(site);
    g_free(said);
}

static gboolean
has_alarm(Site *self, gpointer user)
{
    return site_stands(self, "", user);
}

static gboolean
has_no_alarm(Site *self, gpointer user)
{
    return !site_stands(self, "", user);
}

/* The rules have heard of the store; a proof is believed. */
static void
await_note(const char *bed, GBytes *proof)
{
    int64_t until_us = vicu_clock_boot_us() + PATIENCE_US;

    while (!note(bed, proof))
        if (vicu_clock_boot_us() > until_us)
            g_error("a command with a proof is refused: %s", said);
}

static void
await_refusal(const char *bed, GBytes *proof, const char *why)
{
    int64_t from_us = vicu_clock_boot_us();

    while (note(bed, proof))
        if (vicu_clock_boot_us() - from_us > 5 * S)
            g_error("the command is not refused after 5 s");
    if (strstr(said, why) == NULL)
        g_error("expected \"%s\", found \"%s\"", why, said);
    g_test_message("refused after %.2f s", (double)(vicu_clock_boot_us() - from_us) / 1e6);
}

/* --- the story ---------------------------------------------------------------------------- */

static GBytes *admin, *ada; /* tokens */
static GBytes *ada_device;

static void
makes_people_from_the_first_link_on(void)
{
    g_auto(Answer) answer = {0};
    Vicu__PeopleAsk a = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleInvite invite = VICU__PEOPLE_INVITE__INIT;

    /* Before accounts exist keys act, the portal's too. */
    g_assert_true(admit(OWN));
    g_assert_true(admit(OTHER));
    login(&answer, "admin", "admin admin admin", "10.0.0.1", NULL);
    g_assert_nonnull(answer.error);
    g_autoptr(GBytes) link = first_link();
    enrol(&answer, link);
    admin = g_bytes_ref(answer.token);
    clear(&answer);
    vicu_people_enrol(people, link, WORD, "10.0.0.1", on_answer, &answer);
    wait_for(&answer.done, "enrol");
    g_assert_nonnull(answer.error); /* once */

    set_role(admin, "ada", TRUE, "bedside", "demo/icu");
    invite.account = (char *)"ada";
    a.what_case = VICU__PEOPLE_ASK__WHAT_INVITE;
    a.invite = &invite;
    ask(&answer, &a, admin);
    g_autoptr(GBytes) hers = g_bytes_ref(answer.secret);
    enrol(&answer, hers);
    ada = g_bytes_ref(answer.token);
    ada_device = g_bytes_ref(answer.device);
    await_note(OWN, answer.proof);
    g_assert_false(note(OTHER, answer.proof));
    g_assert_nonnull(strstr(said, "\"ada\" may not"));
    g_assert_false(note(OWN, NULL)); /* the portal's key alone, by now */
    g_assert_nonnull(strstr(said, "sign in"));
    /* An administrator has no clinical rights. */
    clear(&answer);
    vicu_people_check_session(people, admin, FALSE, on_answer, &answer);
    wait_for(&answer.done, "check");
    g_assert_false(note(OWN, answer.proof));
}

/* --- the escalation --- */

static const char roster[] = "[person ada]\nname=Ada\nrole=bedside\npage=yes\n"
                             "[person bob]\nname=Bob\nrole=bedside\npage=yes\n"
                             "[shift b]\nperson=bob\nunit=*\ndays=daily\nfrom=00:00\nto=24:00\n"
                             "[ladder l]\nunit=*\nstep1=bedside\n";

static gboolean
say(VicuStateClient *escalation, Vicu__Command *command, GBytes *proof)
{
    Vicu__Actor actor = VICU__ACTOR__INIT;

    if (proof != NULL)
        actor.proof.data = (uint8_t *)g_bytes_get_data(proof, &actor.proof.len);
    command->actor = &actor;
    answered = FALSE;
    g_free(vicu_state_client_command(escalation, command));
    wait_for(&answered, "command");
    return ok;
}

static gboolean
call_for_help(VicuStateClient *escalation, const char *bed, GBytes *proof)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__CallForHelp call = VICU__CALL_FOR_HELP__INIT;

    call.bed = (char *)bed;
    command.what_case = VICU__COMMAND__WHAT_CALL_FOR_HELP;
    command.call_for_help = &call;
    return say(escalation, &command, proof);
}

static gboolean
accept(VicuStateClient *escalation, const char *id, const char *as, GBytes *proof)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__EscalationAct act = VICU__ESCALATION_ACT__INIT;

    act.id = (char *)id;
    act.stage = VICU__ESCALATION_STAGE__ESCALATION_ACCEPTED;
    act.person = (char *)as;
    command.what_case = VICU__COMMAND__WHAT_ESCALATION_ACT;
    command.escalation_act = &act;
    return say(escalation, &command, proof);
}

static void
import_roster(ToolStand *stand)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__ImportRoster import = VICU__IMPORT_ROSTER__INIT;
    g_autoptr(GError) error = NULL;

    import.text = (char *)roster;
    command.what_case = VICU__COMMAND__WHAT_IMPORT_ROSTER;
    command.import_roster = &import;
    tool_stand_command(stand, &command, "", NULL, NULL, &error);
    g_assert_no_error(error);
}

static void
is_believed_by_the_escalation_for_its_own_beds_and_itself(void)
{
    static const VicuStateClientOps ops = {.result = on_result};
    g_auto(Answer) answer = {0};
    g_autoptr(GError) error = NULL;
    int64_t until_us = vicu_clock_boot_us() + PATIENCE_US;

    site_start(site, "escalation");
    g_autoptr(ToolStand) stand =
        tool_stand_open_of(site_client(site), "escalation-state", "escalation", &error);
    g_assert_no_error(error);
    import_roster(stand); /* by the operator's key, which may */
    VicuStateClient *escalation = vicu_state_client_new(
        context, root, "escalation-state", "escalation", "portal", NULL, 0, &ops, NULL, &error);
    g_assert_no_error(error);
    vicu_people_check_session(people, ada, FALSE, on_answer, &answer);
    wait_for(&answer.done, "check");
    while (!call_for_help(escalation, OWN, answer.proof)) /* until it has heard of the store */
        if (vicu_clock_boot_us() > until_us)
            g_error("a command with a proof is refused: %s", said);
    g_auto(GStrv) words = g_strsplit(said, " ", 3); /* "Escalation ID has begun." */
    g_assert_false(call_for_help(escalation, OTHER, answer.proof));
    g_assert_nonnull(strstr(said, "\"ada\" may not"));
    g_assert_false(call_for_help(escalation, OWN, NULL));
    g_assert_nonnull(strstr(said, "sign in"));
    g_assert_false(accept(escalation, words[1], "bob", answer.proof));
    g_assert_nonnull(strstr(said, "cannot act as Bob"));
    g_assert_true(accept(escalation, words[1], "", answer.proof));
    g_assert_cmpstr(said, ==, "Ada: accepted.");
    vicu_state_client_free(escalation);
}

/* A station of the portal's key: what stands is told as to the key, to ada of her unit. */
static void
is_told_of_what_stands_in_the_own_places_alone(void)
{
    g_auto(Answer) answer = {0};
    g_autoptr(Looker) looker = looker_new(context, root, "portal");

    looker_await(looker, "", OWN, NULL);
    looker_await(looker, "", OTHER, NULL);
    login(&answer, "ada", WORD, "10.0.0.1", NULL);
    g_assert_null(answer.error);
    g_autoptr(GBytes) token = g_bytes_ref(answer.token);
    looker_proof(looker, answer.proof);
    looker_await(looker, "ada", OWN, OTHER);
    g_assert_cmpuint(looker_untold(looker), ==, 1);
    /* In an emergency everything, by the proof that says so. */
    clear(&answer);
    vicu_people_break_glass(people, token, "resuscitation", on_answer, &answer);
    wait_for(&answer.done, "glass");
    looker_proof(looker, answer.proof);
    looker_await(looker, "ada", OTHER, NULL);
    /* The session ends: the owner takes everything of beds back by itself, and says so. */
    clear(&answer);
    vicu_people_logout(people, token, on_answer, &answer);
    wait_for(&answer.done, "logout");
    looker_await(looker, "", NULL, OWN);
    looker_await(looker, "", NULL, OTHER);
    g_assert_true(looker_is_refused(looker));
    looker_proof(looker, NULL);
    looker_await(looker, "", OWN, NULL);
}

static void
takes_a_role_away_within_five_seconds(void)
{
    g_auto(Answer) answer = {0};

    vicu_people_check_session(people, ada, FALSE, on_answer, &answer);
    wait_for(&answer.done, "check");
    g_assert_null(answer.error);
    g_autoptr(GBytes) proof = g_bytes_ref(answer.proof);
    g_assert_true(note(OWN, proof));
    set_role(admin, "ada", FALSE, "bedside", "annex/icu");
    await_refusal(OWN, proof, "sign in again");
    login(&answer, "ada", WORD, "10.0.0.1", NULL);
    g_assert_null(answer.error);
    await_note(OTHER, answer.proof);
    g_assert_false(note(OWN, answer.proof));
    g_bytes_unref(ada);
    ada = g_bytes_ref(answer.token);
    /* Signing out is as fast. */
    g_autoptr(GBytes) second = g_bytes_ref(answer.proof);
    clear(&answer);
    vicu_people_logout(people, ada, on_answer, &answer);
    wait_for(&answer.done, "logout");
    await_refusal(OTHER, second, "sign in again");
}

static void
breaks_the_glass_loudly(void)
{
    g_auto(Answer) answer = {0};

    login(&answer, "ada", WORD, "10.0.0.1", NULL);
    g_autoptr(GBytes) token = g_bytes_ref(answer.token);
    clear(&answer);
    vicu_people_break_glass(people, token, "resuscitation", on_answer, &answer);
    wait_for(&answer.done, "glass");
    g_assert_null(answer.error);
    await_note(OWN, answer.proof);
    g_assert_true(site_wait(site, PATIENCE_US, has_alarm, (char *)"local:break-glass/ada"));
    /* It ends even where the rules were away as the session did. */
    site_signal(site, "rules", SIGKILL);
    clear(&answer);
    vicu_people_logout(people, token, on_answer, &answer);
    wait_for(&answer.done, "logout");
    site_start(site, "rules");
    g_assert_true(site_wait(site, PATIENCE_US, has_no_alarm, (char *)"local:break-glass/ada"));
}

static void
goes_on_without_the_store_and_over_a_restart_of_the_rules(void)
{
    g_auto(Answer) answer = {0};

    set_role(admin, "ada", FALSE, "bedside", "demo/icu");
    login(&answer, "ada", WORD, "10.0.0.1", NULL);
    g_autoptr(GBytes) proof = g_bytes_ref(answer.proof);
    g_autoptr(GBytes) token = g_bytes_ref(answer.token);
    await_note(OWN, proof);
    /* The rules have the list with her in it on their disk. */
    for (int i = 0; i < 3; i++) {
        gboolean never = FALSE;
        vicu_context_run_until(context, &never, S);
    }
    site_signal(site, "store", SIGKILL);
    g_assert_true(note(OWN, proof));
    g_assert_false(note(OTHER, proof));
    site_signal(site, "rules", SIGKILL);
    site_start(site, "rules");
    await_note(OWN, proof);
    g_assert_false(note(OTHER, proof));
    g_assert_false(note(OWN, NULL));
    site_start(site, "store");
    clear(&answer);
    vicu_people_check_session(people, token, FALSE, on_answer, &answer);
    wait_for(&answer.done, "check");
    g_assert_null(answer.error); /* the session was on the store's disk */
    await_note(OWN, answer.proof);
}

static void
is_not_locked_by_a_thousand_wrong_passwords(void)
{
    g_auto(Answer) answer = {0};
    unsigned judged = 0;

    for (int i = 0; i < 1000; i++) {
        login(&answer, "ada", "a wrong sentence", "10.0.0.66", NULL);
        g_assert_nonnull(answer.error);
        judged += strstr(answer.error, "Too many wrong") == NULL;
    }
    g_test_message("%u of 1000 were judged", judged);
    g_assert_cmpuint(judged, <, 20);
    login(&answer, "ada", WORD, "10.0.0.2", NULL); /* elsewhere */
    g_assert_null(answer.error);
    login(&answer, "ada", WORD, "10.0.0.66", ada_device); /* there, from her own device */
    g_assert_null(answer.error);
}

typedef struct {
    unsigned ended, busy, in;
    gboolean over;
} Storm;

#define STORM 200

static void
on_storm(Vicu__PeopleRow *const *rows, size_t n, const GError *error, gpointer user)
{
    Storm *storm = user;

    (void)rows;
    storm->in += n > 0;
    storm->busy += error != NULL && strstr(error->message, "try again") != NULL;
    storm->over = ++storm->ended == STORM;
}

static void
on_alive(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    (void)rows;
    g_assert_no_error(error);
    *(unsigned *)user += 1;
}

/* Two wait, the others are told so; whoever asks something else waits for none of them. */
static void
turns_a_storm_of_logins_away_and_answers_all_else(void)
{
    Storm storm = {0};
    g_auto(Answer) answer = {0};
    unsigned alive = 0;
    g_autoptr(GError) error = NULL;
    g_autofree char *endpoint = vicu_root_endpoint(root, "store-query");
    g_autoptr(VicuQueryClient) query =
        vicu_query_client_new(context, endpoint, "store", "", &error);
    Vicu__Query question = VICU__QUERY__INIT;
    Vicu__QueryAlive what = VICU__QUERY_ALIVE__INIT;

    for (int i = 0; i < STORM; i++) {
        g_autofree char *from = g_strdup_printf("10.1.%d.%d", i / 250, i % 250);
        vicu_people_login(people, "ada", "a wrong sentence", from, NULL, NULL, on_storm, &storm);
    }
    /* The rightful one in the middle of it, from the device that she always has. */
    clear(&answer);
    vicu_people_login(people, "ada", WORD, "10.0.0.1", ada_device, NULL, on_answer, &answer);
    question.what_case = VICU__QUERY__WHAT_ALIVE;
    question.alive = &what;
    vicu_query_ask(query, &question, "", PATIENCE_US, on_alive, &alive);
    g_assert_true(vicu_context_run_until(context, &answer.done, PATIENCE_US));
    g_assert_null(answer.error);
    wait_for(&storm.over, "storm");
    g_test_message("%u of %d were turned away", storm.busy, STORM);
    g_assert_cmpuint(storm.in, ==, 0);
    g_assert_cmpuint(storm.busy, >, STORM / 2);
    for (int i = 0; i < 20 && alive == 0; i++) {
        gboolean never = FALSE;
        vicu_context_run_until(context, &never, S / 10);
    }
    g_assert_cmpuint(alive, ==, 1);
    g_assert_cmpfloat(site_counter(site, "store", "logins_busy"), >, STORM / 2.0);
    g_assert_true(note(OWN, answer.proof));
}

static void
leaves_no_password_and_no_secret_on_the_disk(void)
{
    g_autofree char *line = g_strdup_printf("grep -rqF '%s' '%s'", WORD, site_folder(site));
    g_autofree char *wrong =
        g_strdup_printf("grep -rqF 'a wrong sentence' '%s'", site_folder(site));
    int status = 0;

    g_assert_true(g_spawn_command_line_sync(line, NULL, NULL, &status, NULL));
    g_assert_false(g_spawn_check_wait_status(status, NULL)); /* not found */
    g_assert_true(g_spawn_command_line_sync(wrong, NULL, NULL, &status, NULL));
    g_assert_false(g_spawn_check_wait_status(status, NULL));
    g_autofree char *enrol = g_build_filename(site_folder(site), "store", "enrol", NULL);
    g_assert_false(g_file_test(enrol, G_FILE_TEST_EXISTS));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/process/people/" #name, name)
    TEST(makes_people_from_the_first_link_on);
    TEST(is_believed_by_the_escalation_for_its_own_beds_and_itself);
    TEST(is_told_of_what_stands_in_the_own_places_alone);
    TEST(takes_a_role_away_within_five_seconds);
    TEST(breaks_the_glass_loudly);
    TEST(goes_on_without_the_store_and_over_a_restart_of_the_rules);
    TEST(is_not_locked_by_a_thousand_wrong_passwords);
    TEST(turns_a_storm_of_logins_away_and_answers_all_else);
    TEST(leaves_no_password_and_no_secret_on_the_disk);
#undef TEST
    up();
    int status = g_test_run();
    g_clear_pointer(&admin, g_bytes_unref);
    g_clear_pointer(&ada, g_bytes_unref);
    g_clear_pointer(&ada_device, g_bytes_unref);
    down();
    return status;
}

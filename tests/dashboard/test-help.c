/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/wire.h"
#include "dashboard/model/model.h"
#include "dashboard/saved.h"
#include "dashboard/scene/build.h"
#include "tests/dashboard/ward.h"

#define S ((int64_t)G_USEC_PER_SEC)

static void
take_owner(DashModel *model, bool roster, bool blind)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__EscalationOwner owner = VICU__ESCALATION_OWNER__INIT;
    owner.roster = roster;
    owner.rules_blind = blind;
    item.subject = VICU__SUBJECT__SUBJECT_ESCALATION_OWNER;
    item.body_case = VICU__STATE_ITEM__BODY_ESCALATION_OWNER;
    item.escalation_owner = &owner;
    dash_model_take_state(model, &item, S);
}

static void
take(DashModel *model, const char *id, int64_t began_us, int64_t ended_us, bool removed)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__Escalation e = VICU__ESCALATION__INIT;
    Vicu__EscalationTarget target = VICU__ESCALATION_TARGET__INIT;
    Vicu__EscalationTarget *targets[] = {&target};
    target.sent_us = INT64_MIN;
    target.deadline_us = INT64_MAX;
    e.id = item.key = (char *)id;
    e.alarm = (char *)"alarm";
    e.began_us = began_us;
    e.ended_us = ended_us;
    e.deadline_us = INT64_MAX;
    e.n_target = 1;
    e.target = targets;
    item.subject = VICU__SUBJECT__SUBJECT_ESCALATION;
    item.removed = removed;
    item.body_case = removed ? VICU__STATE_ITEM__BODY__NOT_SET : VICU__STATE_ITEM__BODY_ESCALATION;
    item.escalation = removed ? NULL : &e;
    dash_model_take_state(model, &item, S);
}

static void
what_is_known_of_help_is_told_apart(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    g_assert_cmpint(dash_model_help(model), ==, DASH_HELP_UNHEARD);
    take_owner(model, false, false);
    g_assert_cmpint(dash_model_help(model), ==, DASH_HELP_NO_ROSTER);
    take_owner(model, true, true);
    g_assert_cmpint(dash_model_help(model), ==, DASH_HELP_RULES_BLIND);
    take_owner(model, true, false);
    g_assert_cmpint(dash_model_help(model), ==, DASH_HELP_KNOWN);
    dash_model_set_local(model, DASH_ESCALATION_BLIND, VICU__PRIORITY__PRIORITY_MEDIUM, "blind",
                         true, S);
    g_assert_cmpint(dash_model_help(model), ==, DASH_HELP_SILENT);
    dash_model_begin_help(model);
    g_assert_cmpint(dash_model_help(model), ==, DASH_HELP_UNHEARD);
    /* That escalation is heard says nothing of the alarms. */
    g_assert_false(dash_model_has_state(model));
}

static void
the_one_that_stands_is_told_then_the_newest(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    unsigned n = 7;
    g_assert_null(dash_model_escalation(model, "alarm", &n));
    g_assert_cmpuint(n, ==, 0);
    take(model, "old", 10 * S, 0, false);
    take(model, "new", 20 * S, 30 * S, false);
    g_assert_cmpstr(dash_model_escalation(model, "alarm", &n)->id, ==, "old");
    g_assert_cmpuint(n, ==, 2);
    take(model, "old", 10 * S, 40 * S, false);
    g_assert_cmpstr(dash_model_escalation(model, "alarm", &n)->id, ==, "new");
    take(model, "new", 0, 0, true);
    g_assert_cmpstr(dash_model_escalation(model, "alarm", &n)->id, ==, "old");
    g_assert_null(dash_model_escalation(model, "other", &n));
    g_assert_null(dash_model_escalation(model, "", &n));
    dash_model_begin_snapshot(model); /* of the rules: theirs alone */
    g_assert_nonnull(dash_model_escalation(model, "alarm", &n));
}

static void
times_that_no_clock_has_are_none_and_the_table_has_an_end(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    unsigned n = 0;
    take(model, "a", INT64_MIN, 0, false);
    const Vicu__Escalation *e = dash_model_escalation(model, "alarm", &n);
    g_assert_cmpint(e->began_us, ==, 0);
    g_assert_cmpint(e->deadline_us, ==, 0);
    g_assert_cmpint(e->target[0]->sent_us, ==, 0);
    g_assert_cmpint(e->target[0]->deadline_us, ==, 0);
    for (unsigned i = 0; i < DASH_ESCALATIONS_MAX + 10; i++) {
        g_autofree char *id = g_strdup_printf("more-%u", i);
        take(model, id, S, 0, false);
    }
    dash_model_escalation(model, "alarm", &n);
    g_assert_cmpuint(n, ==, DASH_ESCALATIONS_MAX);
    g_assert_cmpuint(dash_model_left_out(model), ==, 11);
}

/* ---- the card ---- */

static bool
says(const DashScene *scene, const char *words)
{
    for (size_t i = 0; i < dash_scene_n_blocks(scene); i++) {
        const DashBlock *block = dash_scene_block(scene, i);
        for (unsigned k = 0; k < block->n; k++) {
            const DashItem *item = dash_scene_item(scene, block->first + k);
            if (item->kind == DASH_ITEM_TEXT && strstr(item->sprite->text, words))
                return true;
        }
    }
    return false;
}

static void
check_card(const char *story, const char *bed, const char *const *words, const char * not )
{
    WardOptions options = {.beds = 16};
    g_autoptr(GError) error = NULL;
    g_assert_true(ward_options_parse(story, &options));
    g_autoptr(GByteArray) ward = ward_make(&options);
    g_autoptr(DashModel) model = dash_model_new();
    DashView view = {.w = 1280, .h = 720, .dpi = 96, .steady = true, .kind = DASH_VIEW_CARD};
    view.bed = bed;
    g_assert_true(dash_saved_apply(ward->data, ward->len, model, &view.now_us, &error));
    g_assert_no_error(error);
    DashText *text = dash_text_new(NULL);
    DashScene *scene = dash_scene_new(text);
    dash_scene_build(scene, model, &view);
    for (size_t i = 0; words[i]; i++)
        if (!says(scene, words[i]))
            g_error("the card of \"%s\" does not say \"%s\"", story, words[i]);
    g_assert_false(not &&says(scene, not ));
    dash_scene_free(scene);
    dash_text_free(text);
}

static void
a_card_says_who_was_called_how_far_and_what_is_not_known(void)
{
    static const char *const missed[] = {"Next due 09:31:05",
                                         "2 asked in all",
                                         "Nurse B: read, not accepted yet",
                                         "Nurse A: not delivered in time",
                                         "webhook failed: no answer after 3 tries",
                                         NULL};
    static const char *const there[] = {"Nurse C: at the bedside", "09:27:00", NULL};
    static const char *const none[] = {"nobody for this alarm", NULL};
    static const char *const unheard[] = {"Escalation not heard: not known who was called", NULL};
    static const char *const lost[] = {"Escalation silent: not known how far",
                                       "Nurse B: read, not accepted yet", NULL};
    check_card("alarms", "demo/icu/7", missed, "Escalation silent");
    check_card("alarms", "demo/icu/14", there, "Next due");
    check_card("alarms", "demo/icu/3", none, "not known who was called");
    check_card("helpless", "demo/icu/7", unheard, "nobody for this alarm");
    check_card("help-lost", "demo/icu/7", lost, "nobody for this alarm");
}

#define ADD(name) g_test_add_func("/dashboard/help/" #name, name)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(what_is_known_of_help_is_told_apart);
    ADD(the_one_that_stands_is_told_then_the_newest);
    ADD(times_that_no_clock_has_are_none_and_the_table_has_an_end);
    ADD(a_card_says_who_was_called_how_far_and_what_is_not_known);
    return g_test_run();
}

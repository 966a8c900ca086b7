/* The bed desk: which inputs of the rules are expected at a bed. Part of the ward.
 *
 * An input that was seen since the admission is expected, and so is one that the bed's
 * profile requires: when it stops, or never comes, the rules that read it say that they
 * cannot be judged. Somebody may end that expectation by its name; it lasts until the
 * input comes again. Both end with the patient's stay.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/desk-inner.h"

static bool
is_listed(const GPtrArray *names, const char *name)
{
    return g_ptr_array_find_with_equal_func((GPtrArray *)names, name, g_str_equal, NULL);
}

static void
unlist(GPtrArray *names, const char *name)
{
    guint at = 0;
    if (g_ptr_array_find_with_equal_func(names, name, g_str_equal, &at))
        g_ptr_array_remove_index(names, at);
}

/* -1: the rules in force do not read it. */
static int
input_called(const RulesSet *set, const char *name)
{
    for (size_t i = 0; i < rules_set_n_inputs(set); i++)
        if (strcmp(rules_set_input_name(set, i), name) == 0)
            return (int)i;
    return -1;
}

/* What the rules said for want of it is over. */
static void
clear_technical(WardBed *bed, size_t rule)
{
    RulesWard *self = bed->ward;
    if (rules_bed_rule_technical(bed->engine, rule))
        return;
    const RulesTransition t = {
        .kind = RULES_TECHNICAL_CLEAR,
        .bed = bed->id,
        .rule_name = rules_set_rule_name(self->set, rule),
        .t_us = MAX(bed->watermark_us, 0),
        .why = "no longer expected",
    };
    rules_alarms_apply(self->alarms, &t, self->now_us, "");
}

/* States no longer follow from what came before, and the rules look at once. */
static void
judge_anew(WardBed *bed)
{
    rules_ward_break_past(bed);
    for (size_t i = 0; i < rules_set_n_rules(bed->ward->set); i++)
        clear_technical(bed, i);
    if (bed->watermark_us != INT64_MIN)
        rules_ward_set_limits(bed);
    bed->dirty = true;
}

void
rules_desk_expect(WardBed *bed)
{
    for (guint i = 0; i < bed->required->len; i++)
        rules_engine_require(bed->engine, bed->required->pdata[i], true);
    for (guint i = 0; i < bed->ended->len; i++)
        rules_engine_end_expectation(bed->engine, bed->ended->pdata[i]);
}

void
rules_desk_look_at_ended(WardBed *bed)
{
    for (guint i = bed->ended->len; i > 0; i--) {
        int input = input_called(bed->ward->set, bed->ended->pdata[i - 1]);
        if (input < 0 || !rules_bed_input(bed->engine, (size_t)input).known)
            continue;
        g_ptr_array_remove_index(bed->ended, i - 1);
        bed->dirty = true;
    }
}

static bool
has_reason(DeskAct *act)
{
    bool ok = *act->command->reason && desk_is_short(act->command->reason, RULES_TEXT_MAX);
    if (!ok)
        desk_answer(act, false,
                    "What is expected of a bed is changed with a reason of at most %d "
                    "bytes.",
                    RULES_TEXT_MAX);
    return ok;
}

static bool
check_profile(DeskAct *act, const Vicu__SetProfile *profile)
{
    if (!has_reason(act))
        return false;
    if (profile->n_required > RULES_EXPECTED_MAX) {
        desk_answer(act, false, "A profile has at most %d inputs, not %zu.", RULES_EXPECTED_MAX,
                    profile->n_required);
        return false;
    }
    for (size_t i = 0; i < profile->n_required; i++)
        if (input_called(act->ward->set, profile->required[i]) < 0) {
            desk_answer(act, false, "The rules in force read no input \"%.64s\".",
                        profile->required[i]);
            return false;
        }
    return true;
}

/* The profile no longer has it; what was seen stays expected. */
static void
release(WardBed *bed, const char *name)
{
    int input = input_called(bed->ward->set, name);
    if (input >= 0 && rules_bed_input(bed->engine, (size_t)input).t_us != 0)
        rules_engine_require(bed->engine, name, false);
    else
        rules_engine_end_expectation(bed->engine, name);
}

void
desk_profile(DeskAct *act, const Vicu__SetProfile *profile)
{
    act->what = "profile";
    WardBed *bed = desk_bed(act, profile->bed);
    if (!bed || !check_profile(act, profile))
        return;
    for (guint i = 0; i < bed->required->len; i++)
        release(bed, bed->required->pdata[i]);
    g_ptr_array_set_size(bed->required, 0);
    g_autoptr(GString) names = g_string_new(NULL);
    for (size_t i = 0; i < profile->n_required; i++) {
        const char *name = profile->required[i];
        if (is_listed(bed->required, name))
            continue;
        g_ptr_array_add(bed->required, g_strdup(name));
        unlist(bed->ended, name);
        g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", name);
    }
    rules_desk_expect(bed);
    judge_anew(bed);
    rules_ward_publish_bed(bed);
    if (names->len > 0)
        desk_answer(act, true, "Bed %s is expected to send %s.", bed->id, names->str);
    else
        desk_answer(act, true, "Of bed %s only what it has sent is expected.", bed->id);
}

void
desk_end_expectation(DeskAct *act, const Vicu__EndExpectation *end)
{
    act->what = "expectation-end";
    WardBed *bed = desk_bed(act, end->bed);
    if (!bed || !has_reason(act))
        return;
    int input = input_called(act->ward->set, end->input);
    if (input < 0) {
        desk_answer(act, false, "The rules in force read no input \"%.64s\".", end->input);
        return;
    }
    RulesInputView view = rules_bed_input(bed->engine, (size_t)input);
    bool required = is_listed(bed->required, end->input);
    if (view.known) {
        desk_answer(act, false, "Bed %s sends %s: what comes is expected.", bed->id, end->input);
        return;
    }
    if (view.t_us == 0 && !required) {
        desk_answer(act, false, "Nobody expects %s of bed %s.", end->input, bed->id);
        return;
    }
    unlist(bed->required, end->input);
    if (!is_listed(bed->ended, end->input) && bed->ended->len < RULES_EXPECTED_MAX)
        g_ptr_array_add(bed->ended, g_strdup(end->input));
    rules_engine_end_expectation(bed->engine, end->input);
    judge_anew(bed);
    rules_ward_publish_bed(bed);
    desk_answer(act, true, "Bed %s is not expected to send %s, until it does again.", bed->id,
                end->input);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/replay/change.h"

#include <math.h>
#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "rules/replay/sets.h"

#define DELAY_MAX_US   (24 * 3600 * (int64_t)G_USEC_PER_SEC)
#define HYSTERESIS_MAX 1e6

static const struct {
    const char *word;
    RulesEditClause clause;
} clauses[] = {
    {"for", RULES_EDIT_FOR},
    {"clear-for", RULES_EDIT_CLEAR_FOR},
    {"hysteresis", RULES_EDIT_HYSTERESIS},
};

static void
clear_edit(gpointer data)
{
    g_free(((RulesChangeEdit *)data)->rule);
}

void
rules_change_free(RulesChange *self)
{
    if (!self)
        return;
    g_strfreev(self->texts);
    g_free(self->limit);
    g_array_unref(self->edits);
    g_ptr_array_unref(self->rules);
    g_free(self);
}

/* --- as text --- */

static bool
take_number(const char *text, double *value)
{
    char *end = NULL;
    *value = g_ascii_strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*value);
}

static bool
take_clause(const char *word, RulesEditClause *clause)
{
    for (size_t i = 0; i < G_N_ELEMENTS(clauses); i++)
        if (strcmp(word, clauses[i].word) == 0) {
            *clause = clauses[i].clause;
            return true;
        }
    return false;
}

static bool
take_edit(RulesChangeEdit *edit, const char *value)
{
    int64_t us;
    if (edit->clause == RULES_EDIT_HYSTERESIS)
        return take_number(value, &edit->value) && edit->value >= 0
               && edit->value <= HYSTERESIS_MAX;
    if (!vicu_duration_parse(value, &us, NULL) || us < 0 || us > DELAY_MAX_US || us % 1000 != 0)
        return false;
    edit->value = (double)us / 1e6;
    return true;
}

static bool
take_text(RulesChange *self, const char *text)
{
    const char *is = strchr(text, '=');
    if (!is || is == text)
        return false;
    g_autofree char *name = g_strndup(text, (size_t)(is - text));
    char *dot = strchr(name, '.');
    if (!dot) {
        if (self->limit || !take_number(is + 1, &self->value))
            return false;
        self->limit = g_steal_pointer(&name);
        return true;
    }
    RulesChangeEdit edit = {0};
    *dot = '\0';
    if (!*name || !take_clause(dot + 1, &edit.clause) || !take_edit(&edit, is + 1))
        return false;
    edit.rule = g_steal_pointer(&name);
    g_array_append_val(self->edits, edit);
    return true;
}

RulesChange *
rules_change_parse(char **texts, GError **error)
{
    g_autoptr(RulesChange) self = g_new0(RulesChange, 1);
    self->texts = g_strdupv(texts);
    self->edits = g_array_new(FALSE, FALSE, sizeof(RulesChangeEdit));
    g_array_set_clear_func(self->edits, clear_edit);
    self->rules = g_ptr_array_new_with_free_func(g_free);
    if (g_strv_length(texts) > RULES_CHANGE_MAX) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "--change: %u changes, above %d",
                    g_strv_length(texts), RULES_CHANGE_MAX);
        return NULL;
    }
    for (; *texts; texts++)
        if (!take_text(self, *texts)) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                        "--change \"%.60s\": expected LIMIT=NUMBER (one limit), RULE.for=0s..24h, "
                        "RULE.clear-for=0s..24h or RULE.hysteresis=0..%g",
                        *texts, HYSTERESIS_MAX);
            return NULL;
        }
    return g_steal_pointer(&self);
}

/* --- as a set --- */

static char *
edit_file(const RulesPackFile *file, void *user)
{
    RulesChange *self = user;
    g_autofree char *text = g_strndup(file->text, file->length);
    if (self->limit) /* as written: only the names of the rules that read it */
        g_free(
            rules_edit_delay(text, strlen(text), self->limit, RULES_EDIT_AS_WRITTEN, self->rules));
    for (guint i = 0; i < self->edits->len; i++) {
        RulesChangeEdit *edit = &g_array_index(self->edits, RulesChangeEdit, i);
        char *next =
            rules_edit_rule(text, strlen(text), edit->rule, edit->clause, edit->value, &edit->done);
        g_free(text);
        text = next;
    }
    return g_steal_pointer(&text);
}

static bool
limit_fits(const RulesChange *self, const RulesSet *set, GError **error)
{
    int at = rules_set_limit_find(set, self->limit);
    if (at < 0 || !rules_set_limit(set, (size_t)at).per_bed || self->rules->len == 0) {
        rules_replay_refuse_limit(set, self->limit, error);
        return false;
    }
    RulesLimitInfo info = rules_set_limit(set, (size_t)at);
    if (self->value >= info.min && self->value <= info.max)
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "--change: %s = %g %s is outside %g..%g %s",
                info.name, self->value, info.unit, info.min, info.max, info.unit);
    return false;
}

static bool
has_rule(const RulesSet *set, const char *name)
{
    for (size_t i = 0; i < rules_set_n_rules(set); i++)
        if (strcmp(rules_set_rule_name(set, i), name) == 0)
            return true;
    return false;
}

static bool
edits_fit(const RulesChange *self, const RulesSet *set, GError **error)
{
    for (guint i = 0; i < self->edits->len; i++) {
        const RulesChangeEdit *edit = &g_array_index(self->edits, RulesChangeEdit, i);
        bool there = has_rule(set, edit->rule);
        if (edit->done && there)
            continue;
        if (!there)
            g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                        "--change: the set has no rule \"%s\"", edit->rule);
        else
            g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                        "--change: %s has no %s to be changed", edit->rule,
                        edit->clause == RULES_EDIT_HYSTERESIS ? "hysteresis beside a limit"
                                                              : "clear clause");
        return false;
    }
    return true;
}

RulesSet *
rules_change_compile(RulesChange *self, const char *list, GError **error)
{
    g_autoptr(RulesSet) set = rules_replay_set_edited(list, edit_file, self, error);
    if (!set || (self->limit && !limit_fits(self, set, error)) || !edits_fit(self, set, error))
        return NULL;
    for (guint i = 0; i < self->edits->len; i++) {
        const char *rule = g_array_index(self->edits, RulesChangeEdit, i).rule;
        if (!g_ptr_array_find_with_equal_func(self->rules, rule, g_str_equal, NULL))
            g_ptr_array_add(self->rules, g_strdup(rule));
    }
    return g_steal_pointer(&set);
}

RulesLane
rules_change_lane(const RulesChange *self, RulesSet *set)
{
    return (RulesLane){.set = set, .limit = self->limit, .value = self->value};
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/replay/sets.h"

#include <string.h>

#include "common/error.h"
#include "rules/packs/packs.h"

RulesSet *
rules_replay_set_edited(const char *list, RulesReplayEdit edit, void *user, GError **error)
{
    g_autoptr(RulesPacks) packs = rules_packs_new();
    if (!rules_packs_add_list(packs, list ? list : RULES_REPLAY_STANDARD, error))
        return NULL;
    for (guint i = 0; edit && i < packs->packs->len; i++) {
        RulesPackFile *file = &((RulesPack *)packs->packs->pdata[i])->file;
        char *text = edit(file, user);
        g_free(file->text);
        file->text = text;
        file->length = strlen(text);
    }
    if (rules_packs_compile(packs))
        return rules_set_ref(packs->set);
    g_autofree char *faults = rules_packs_faults(packs);
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "%s does not compile%s:\n%s",
                list ? list : RULES_REPLAY_STANDARD, edit ? " when its rules are changed" : "",
                faults);
    return NULL;
}

RulesSet *
rules_replay_set(const char *list, GError **error)
{
    return rules_replay_set_edited(list, NULL, NULL, error);
}

static char *
make_raw(const RulesPackFile *file, void *user)
{
    (void)user;
    return rules_edit_raw(file->text, file->length);
}

RulesSet *
rules_replay_set_raw(const char *list, GError **error)
{
    return rules_replay_set_edited(list, make_raw, NULL, error);
}

typedef struct {
    const char *limit;
    int64_t delay_us;
    GPtrArray *rules;
} Delay;

static char *
make_delay(const RulesPackFile *file, void *user)
{
    const Delay *d = user;
    return rules_edit_delay(file->text, file->length, d->limit, d->delay_us, d->rules);
}

void
rules_replay_refuse_limit(const RulesSet *set, const char *limit, GError **error)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (size_t i = 0; i < rules_set_n_limits(set); i++)
        if (rules_set_limit(set, i).per_bed)
            g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "",
                                   rules_set_limit(set, i).name);
    g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                "no rule reads a limit of a bed called \"%s\"; there is %s", limit,
                names->len > 0 ? names->str : "none");
}

RulesSet *
rules_replay_set_delay(
    const char *list, const char *limit, int64_t delay_us, GPtrArray *rules, GError **error)
{
    Delay d = {limit, delay_us, rules};
    guint before = rules->len;
    g_autoptr(RulesSet) set = rules_replay_set_edited(list, make_delay, &d, error);
    if (!set)
        return NULL;
    int at = rules_set_limit_find(set, limit);
    if (at >= 0 && rules_set_limit(set, (size_t)at).per_bed && rules->len > before)
        return g_steal_pointer(&set);
    rules_replay_refuse_limit(set, limit, error);
    return NULL;
}

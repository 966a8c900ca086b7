/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/packs/packs.h"

#include <string.h>

#include "rules/packs/tests.h"

static const struct {
    const char *name, *rules, *tests;
} packs[] = {
    {"adult-icu", rules_text_adult_icu_rules, rules_text_adult_icu_tests},
    {"rhythm", rules_text_rhythm_rules, rules_text_rhythm_tests},
};

const char *
rules_pack_text(const char *name)
{
    for (size_t i = 0; i < sizeof packs / sizeof *packs; i++)
        if (strcmp(name, packs[i].name) == 0)
            return packs[i].rules;
    return NULL;
}

const char *
rules_pack_tests(const char *name)
{
    for (size_t i = 0; i < sizeof packs / sizeof *packs; i++)
        if (strcmp(name, packs[i].name) == 0)
            return packs[i].tests;
    return NULL;
}

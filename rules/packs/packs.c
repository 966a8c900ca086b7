/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/packs/packs.h"

#include <string.h>

#include "rules/packs/tests.h"

const char *
rules_pack_text(const char *name)
{
    return strcmp(name, "adult-icu") == 0 ? rules_text_adult_icu_rules : NULL;
}

const char *
rules_pack_tests(const char *name)
{
    return strcmp(name, "adult-icu") == 0 ? rules_text_adult_icu_tests : NULL;
}

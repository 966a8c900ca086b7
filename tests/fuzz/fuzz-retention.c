/* Any bytes as a place and its times to keep: refused with a sentence that names the place's
 * group, or taken within the bounds; and then a bed has one time of each class.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "store/policy.h"
#include "tests/fuzz/fuzz-target.h"

/* "PLACE=TEXT", as a line of the settings. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *line = g_strndup((const char *)data, size);
    char *text = strchr(line, '=');
    g_autoptr(StorePolicy) policy = store_policy_new(NULL);
    g_autoptr(GError) error = NULL;

    if (text == NULL)
        return 0;
    *text++ = '\0';
    bool ok = store_policy_add(policy, line, text, &error);
    if (ok != (error == NULL) || (!ok && strstr(error->message, "[retention-sites]") == NULL))
        abort();
    for (int class = 0; class < STORE_N_CLASSES; class ++) {
        int64_t us = store_policy_keep_us(policy, (StoreClass) class, ok ? line : "demo/icu/1");
        if (us < STORE_KEEP_MIN_US || (!ok && us != STORE_KEEP_EVER)
            || us < store_policy_shortest_us(policy, (StoreClass) class)
            || us > store_policy_longest_us(policy, (StoreClass) class))
            abort();
    }
    return 0;
}

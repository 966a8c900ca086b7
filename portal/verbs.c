/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/verbs.h"

VicuRoot *
portal_verb_root(const char *dir, GError **error)
{
    VicuRoot *root = dir == NULL ? vicu_root_find_running(NULL, NULL) : NULL;

    if (root == NULL)
        root = vicu_root_new(dir, error);
    if (root != NULL && !vicu_root_make(root, error))
        g_clear_pointer(&root, vicu_root_free);
    return root;
}

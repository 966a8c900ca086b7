/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "portal/admin/admin-inner.h"

static const AdminPage pages[] = {
    {"/sign-in", VICU_RIGHTS_PAGE, NULL, NULL, NULL, admin_sign_in, admin_sign_in_post},
    {"/sign-out", VICU_RIGHTS_PAGE, "self", NULL, NULL, NULL, admin_sign_out_post},
    {"/enrol", VICU_RIGHTS_PAGE, NULL, NULL, NULL, admin_enrol, admin_enrol_post},
    {"/admin", VICU_RIGHTS_PAGE, "self", "Own account", "本人账户", admin_self, admin_self_post},
};

const AdminPage *
admin_page_at(size_t i)
{
    return i < G_N_ELEMENTS(pages) ? &pages[i] : NULL;
}

const AdminPage *
admin_page_find(const char *path)
{
    for (size_t i = 0; i < G_N_ELEMENTS(pages); i++)
        if (strcmp(pages[i].path, path) == 0)
            return &pages[i];
    return NULL;
}

bool
admin_page_may(const AdminPage *page, const Vicu__PeopleStatement *who, VicuRole *as)
{
    const VicuRightsRow *row = vicu_rights_find(page->kind, page->right);

    for (size_t i = 0; i < who->n_grant; i++) {
        *as = vicu_role_from_name(who->grant[i]->role);
        if (vicu_rights_may(row, *as, true))
            return true;
    }
    *as = who->n_grant > 0 ? vicu_role_from_name(who->grant[0]->role) : VICU_N_ROLES;
    return false;
}

bool
portal_admin_takes_form(const char *path)
{
    const AdminPage *page = admin_page_find(path);

    return page != NULL && page->post != NULL;
}

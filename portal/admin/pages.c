/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "portal/admin/admin-inner.h"

#define PAGE VICU_RIGHTS_PAGE
#define ACT  VICU_RIGHTS_ACT

static const AdminPage pages[] = {
    {"/sign-in", PAGE, NULL, false, NULL, NULL, admin_sign_in, admin_sign_in_post},
    {"/sign-out", PAGE, "self", false, NULL, NULL, NULL, admin_sign_out_post},
    {"/enrol", PAGE, NULL, false, NULL, NULL, admin_enrol, admin_enrol_post},
    {"/admin/people", PAGE, "people", false, "People", "人员", admin_people, admin_people_post},
    {"/admin/people/account", PAGE, "people", false, NULL, NULL, admin_people_account, NULL},
    {"/admin/audit", PAGE, "audit", true, "Audit", "审计", admin_audit, NULL},
    {"/admin/audit/verify", PAGE, "audit", true, NULL, NULL, NULL, admin_audit_verify_post},
    {"/admin/quality", PAGE, "quality", false, "Quality", "质量", admin_quality, NULL},
    {"/admin/quality/burden", PAGE, "quality", false, NULL, NULL, admin_quality_report, NULL},
    {"/admin/quality/response", PAGE, "quality", false, NULL, NULL, admin_quality_report, NULL},
    {"/admin/quality/indicators", PAGE, "quality", false, NULL, NULL, admin_quality_report, NULL},
    {"/admin/quality/npsg", PAGE, "quality", false, NULL, NULL, admin_quality_report, NULL},
    {"/admin/roster", ACT, "roster", false, "Roster", "排班", admin_roster, admin_roster_post},
    {"/admin/tokens", ACT, "tokens", false, "Tokens", "令牌", admin_tokens, admin_tokens_post},
    {"/admin/keys", ACT, "keys", false, "Keys", "密钥", admin_keys, NULL},
    {"/admin/retention", ACT, "retention", false, "Retention", "保留期限", admin_retention,
     admin_retention_post},
    {"/hologram/", PAGE, "ward", true, "Hologram", "全息图", admin_hologram, NULL},
    {"/hologram/ward.glb", PAGE, "ward", true, NULL, NULL, admin_hologram, NULL},
    {"/admin", PAGE, "self", false, "Own account", "本人账户", admin_self, admin_self_post},
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
    const char *everywhere = "";

    if (page->whole)
        return vicu_person_may(who, row, &everywhere, 1, vicu_clock_utc_us(), as);
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

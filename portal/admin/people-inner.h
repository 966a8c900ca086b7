/* The pages of accounts from within. For portal/admin/people*.c only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "portal/admin/admin-inner.h"

G_BEGIN_DECLS

#define ADMIN_GRANTS 4u /* rows of a form; an account with more is changed by vicu people role */

/* What a call keeps: what the store listed. */
typedef struct {
    GPtrArray *accounts; /* Vicu__PeopleAccount */
    GPtrArray *sessions; /* Vicu__PeopleSession */
    AdminFunc then;
} AdminPeople;

AdminPeople *admin_people_of(AdminCall *call);
/* Accounts and sessions, then @then; where the store refuses, its words. */
void admin_people_ask(AdminCall *call, AdminFunc then);
/* NULL: none, or beyond the person's places. Borrowed. */
const Vicu__PeopleAccount *admin_people_find(const AdminPeople *people, const char *id);
/* In some place. The store judges each act for itself. */
bool admin_people_may_change(const AdminCall *call);

/* "": of every account. */
void admin_people_put_sessions(AdminCall *call, const char *account);
/* ADMIN_GRANTS rows of role and place, with those of @grant. */
void admin_people_put_grants(AdminCall *call, Vicu__PeopleGrant *const *grant, size_t n);

G_END_DECLS

/* Who is signed in, as an owner of state follows it: the store's list, asked for each second and
 * kept in the owner's folder, so that it is there while the store is not.
 *
 * One thread, the main loop's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/daemon.h"
#include "common/people.h"
#include "common/query.h"

G_BEGIN_DECLS

typedef struct VicuPeopleFollow VicuPeopleFollow;

/* Begins with what @daemon's folder has: it counts until the store answers. */
VicuPeopleFollow *vicu_people_follow_new(VicuDaemon *daemon);
/* After the client that was asked. */
void vicu_people_follow_free(VicuPeopleFollow *self);

VicuPeople *vicu_people_follow_list(const VicuPeopleFollow *self);

/* It is time to ask, and no answer is under way; then _ask(). @boot_us is BOOTTIME. */
bool vicu_people_follow_is_due(const VicuPeopleFollow *self, int64_t boot_us);
void vicu_people_follow_ask(VicuPeopleFollow *self, VicuQueryClient *query, int64_t boot_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuPeopleFollow, vicu_people_follow_free)

G_END_DECLS

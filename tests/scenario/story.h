/* The world of a story: the real hub, store, rules, collector, escalation and portal of one small
 * ward, which plays recordings of patients; people at the command line; and what the audit has
 * in the end.
 *
 * Every wait is for something that is seen, at most STORY_PATIENCE_S. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tests/process/visitor.h"

G_BEGIN_DECLS

#define STORY_S          SITE_S
#define STORY_PATIENCE_S 20

typedef struct Story Story;

/* Beds demo/icu/1 to @beds with waves and without a pressure: that a person takes by hand. The
 * roster is imported by the operator. */
Story *story_new(unsigned beds, const char *roster);
/* The same; the portal listens there, not on the loopback. */
Story *story_new_at(unsigned beds, const char *roster, const char *address, unsigned port);
/* The same; escalation can sign webhooks. */
Story *story_new_with_webhooks(unsigned beds, const char *roster);
/* The folder of the root goes with it. */
void story_free(Story *self);
Site *story_site(Story *self);
Visitor *story_visitor(Story *self);
/* The portal, which was killed, runs again at the same address. */
void story_start_portal(Story *self);

/* What `vicu` with these words says on both outputs to @who, whose sessions are apart from those of
 * others; "": the operator. @input: lines for it, or NULL. Fails unless it exits with @status.
 * Caller frees. */
char *
story_vicu(Story *self, const char *who, const char *input, int status, const char *format, ...)
    G_GNUC_PRINTF(5, 6);
/* The first administrator "admin", and an account @id of this role and place; both signed in. */
void story_people_begin(Story *self);
void story_people_add(Story *self, const char *id, const char *role, const char *place);

/* Waits until the rules know who @who is: that this person may not act at demo/icu/1. */
void story_await_belief(Story *self, const char *who);

/* A cuff pressure of the bed, mmHg, entered by hand by the operator. */
void story_cuff(Story *self, const char *bed, int mean);
/* Of this bed, the newest; NULL: none. Borrowed until the main loop runs. */
const Vicu__Escalation *story_escalation(Story *self, const char *bed);
void story_each_escalation(Story *self,
                           void (*func)(const Vicu__Escalation *e, gpointer user),
                           gpointer user);
void story_await_alarm(Story *self, const char *bed, const char *rule, gboolean stands);
/* A page is known to escalation and can be reached. */
gboolean story_device_is_reachable(Story *self, const char *device);
/* Escalation has it so: a target of @person with this outcome. */
void story_await_outcome(Story *self,
                         const char *bed,
                         const char *person,
                         Vicu__EscalationOutcome outcome);
/* The newest target of @person is as far as @stage. */
void
story_await_stage(Story *self, const char *bed, const char *person, Vicu__EscalationStage stage);
void story_await_end(Story *self, const char *bed);

/* What was done before this is not of the story. */
void story_begin(Story *self);
/* The audit has exactly these records since story_begin(), in the order in which they were done,
 * "WHO ROLE WHAT BED | WHY | DETAIL" with a star behind the name of a person, ids as "#" and times
 * as "@"; and it is as the store signed it: by `vicu audit verify`, and an export of it by
 * vicu-audit-verify, which shares no code with the store. NULL ends the list. */
void story_end(Story *self, const char *const *expected);
/* Records of this act since story_begin() about one of these escalations (a set of ids); waits
 * until there is one for each, and whether more come. */
unsigned story_count_audit(Story *self, const char *what, GHashTable *escalations);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Story, story_free)

G_END_DECLS

/* A phone in a story: the page's part of /live, which says what its person does.
 *
 * It beats each 2 s, says "delivered" when an escalation comes, and "read" where its person looks.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tests/scenario/story.h"

G_BEGIN_DECLS

typedef struct Phone Phone;

/* Of @person, a bedside nurse or doctor with a token; not yet connected. */
Phone *phone_new(Story *story, const char *person, const char *role);
void phone_free(Phone *self);
const char *phone_token(const Phone *self);

/* Connects, and is on duty; waits until the portal has counted it. */
void phone_open(Phone *self);
/* TRUE: what comes is looked at. */
void phone_look(Phone *self, gboolean looks);
/* The battery is dead: nothing is said and heard any more, and nothing closes. */
void phone_die(Phone *self);
/* Whether the link is gone, or was refused. */
gboolean phone_is_closed(const Phone *self);
void phone_await_closed(Phone *self);
/* Since the portal was heard. */
int64_t phone_silent_us(const Phone *self);
/* Whether the portal's last word was that it does not hear this process. */
gboolean phone_is_blind_to(const Phone *self, const char *process);
/* Serial of the newest test alarm that came; 0: none. */
int64_t phone_proof(const Phone *self);

/* Waits until an escalation of this bed is in the hand, or is no more. */
void phone_await(Phone *self, const char *bed, gboolean there);
/* An act of its person about the escalation of @bed; @more: further members of the message, ""
 * none. Waits for the answer, which has to be that it counts. */
void phone_act(Phone *self, const char *act, const char *bed, const char *more);

/* From now on it comes back by itself when its link ends; with @answers its person accepts, arrives
 * and is done as fast as the page lets them, and says again what was not answered. */
void phone_keep(Phone *self, gboolean answers);
/* How often this target of an escalation came as something new. */
unsigned phone_came(const Phone *self, const char *target);
/* When it came first, UTC; 0: never. */
int64_t phone_came_us(const Phone *self, const char *target);
/* Before phone_open(): another port of the loopback leads to the portal. */
void phone_set_port(Phone *self, unsigned port);
/* It asks for the values and the strip of each escalation, as the page does. */
void phone_ask_details(Phone *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Phone, phone_free)

G_END_DECLS

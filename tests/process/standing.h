/* Alarms that have to stand while processes of a demo ward die: simulated monitors at
 * beds of their own send a low pressure, each raises map-critical once, and some are
 * answered. The same alarms, by their ids, must be there at every look.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "tests/process/ward.h"

G_BEGIN_DECLS

#define STANDING 8

typedef struct Standing Standing;

/* Starts the monitors (vicu-sim, ended by _free()) and waits until all alarms stand. */
Standing *standing_raise(Ward *ward);
void standing_free(Standing *self);

/* Answers the next of them, if one is left; repeated while the owner is away. */
void standing_answer(Standing *self, Ward *ward);
int standing_answers(const Standing *self);

/* Fails the test unless all stand as they were raised and as they were answered. */
void standing_check(Standing *self, Ward *ward);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Standing, standing_free)

G_END_DECLS

/* Duty: whether a shift of the roster is on at a time, and what it says in words. Pure.
 *
 * Weekly shifts are of the local time of the owner, which runs on this machine or in its zone.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"

G_BEGIN_DECLS

#define PORTAL_DAY_MIN (24 * 60)

/* *@until_us: its end, where it is on. */
bool portal_duty_is_on(const Vicu__RosterShift *shift,
                       int64_t now_us,
                       GTimeZone *zone,
                       int64_t *until_us);

/* "07:30" of minutes of a day; "24:00" at most. */
void portal_duty_clock(int minutes, char out[6]);
/* False: not HH:MM. */
bool portal_duty_read_clock(const char *text, int *minutes);

G_END_DECLS

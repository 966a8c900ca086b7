/* Roll-up: files of minutes become one of the hour, those of a day one of the day.
 *
 * Rows are copied as they are, after their checksum was looked at. Where late rows
 * belong to the same minute of a stream, its samples are merged and packed anew, as if
 * they had come in time: what is stored in the end does not depend on the order in which
 * it came. The new files are taken in; the part that counts them, and the deletion of
 * the late rows in them, stand in one group of writes; only after its commit the old
 * files go. If a minute was sealed into the period meanwhile, the work is thrown away
 * and done again later.
 *
 * What is over by the policy (store/policy.h) at the end of the period is left out. A
 * part that holds such rows beside others is made again without them: so classes and
 * places that are kept for different times share one file.
 *
 * A period is taken when hub time has passed it and nothing of it changed for a while.
 * A day that is one file is taken again when late rows have come; an archived day becomes
 * one that is not. Work in slices. One
 * thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "store/waves.h"

G_BEGIN_DECLS

typedef struct {
    int64_t hour_quiet_us; /* mono: without a change, before an hour is made; 5 min */
    int64_t day_quiet_us;  /* the same of a day, and of its late rows; 1 h */
    uint64_t file_bytes;   /* a larger period is split into several files; 1 GiB */
} StoreRollSettings;

typedef struct StoreRoller StoreRoller;

void store_roll_settings_init(StoreRollSettings *settings);
/* @archived: it takes archived days that late rows came to, which is slow, and nothing
 * else; the other one takes everything else. */
StoreRoller *store_roller_new(StoreWaves *waves, bool archived);
void store_roller_free(StoreRoller *self);

/* A bounded piece of work. *@put: the open group holds something of it. False: the disk
 * failed. */
bool store_roller_step(StoreRoller *self,
                       const StoreRollSettings *settings,
                       int64_t utc_us,
                       int64_t mono_us,
                       bool *put,
                       GError **error);

bool store_roller_is_busy(const StoreRoller *self);
uint64_t store_roller_count(const StoreRoller *self); /* periods finished */

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreRoller, store_roller_free)

G_END_DECLS

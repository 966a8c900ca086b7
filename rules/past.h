/* Past: the alarms of one bed that ended in the last 72 h, so that a new one can be told
 * with its like, and a bed with what it had lately.
 *
 * At most RULES_PAST_MAX, the newest kept; where it is full there may have been more.
 * Times are UTC in microseconds and come in as arguments. Pure; one owner thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"

G_BEGIN_DECLS

#define RULES_PAST_MAX     200
#define RULES_PAST_SIMILAR 8
#define RULES_PAST_HOUR_US (3600 * (int64_t)G_USEC_PER_SEC)
#define RULES_PAST_KEEP_US (72 * RULES_PAST_HOUR_US)

typedef struct RulesPast RulesPast;

RulesPast *rules_past_new(void);
void rules_past_free(RulesPast *self);

/* @past is borrowed for the call. */
typedef void (*RulesPastFunc)(const Vicu__PastAlarm *past, void *user);

/* Copied; takes the place of one of the same id. Of too many the one that was raised first
 * goes, and is told through @gone. */
void rules_past_put(RulesPast *self, const Vicu__PastAlarm *past, RulesPastFunc gone, void *user);
/* Those raised before @before_us go. */
void rules_past_forget(RulesPast *self, int64_t before_us, RulesPastFunc gone, void *user);
/* Newest first. */
void rules_past_foreach(const RulesPast *self, RulesPastFunc func, void *user);

/* A packed Similar of those of @rule; NULL: none. Caller unrefs. */
GBytes *rules_past_similar(const RulesPast *self, const char *rule, int64_t now_us);
/* Adds those raised since @since_us to @count; one that another spoke for is none. */
void rules_past_count(const RulesPast *self, int64_t since_us, Vicu__AlarmCount *count);
/* One alarm more in @count. */
void rules_past_add(Vicu__AlarmCount *count, Vicu__Priority priority, bool technical);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesPast, rules_past_free)

G_END_DECLS

/* Strip: the seconds of a wave around an alarm, few enough bytes for a poor link.
 *
 * Six seconds, five before the condition began and one after, as at most PORTAL_STRIP_POINTS
 * points: of each column the least and the greatest in the order in which they came, so that no
 * peak is lost. Where nothing was measured the line is broken. Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/json.h"
#include "common/wire.h"

G_BEGIN_DECLS

#define PORTAL_STRIP_BEFORE_US (5 * (int64_t)G_USEC_PER_SEC)
#define PORTAL_STRIP_US        (6 * (int64_t)G_USEC_PER_SEC)
#define PORTAL_STRIP_COLUMNS   180
#define PORTAL_STRIP_HEIGHT    100         /* units of its height */
#define PORTAL_STRIP_SAMPLES   (64 * 1024) /* of an answer; more are not looked at */

typedef struct PortalStrip PortalStrip;
PortalStrip *portal_strip_new(int64_t from_us);
void portal_strip_free(PortalStrip *self);

/* Any run that a store may answer with. */
void portal_strip_take(PortalStrip *self, const Vicu__SampleRun *run);
/* As an object under @key: {"label", "unit", "from": ms, "at": ms, "low", "high", "line": ["x,y x,y
 * ..", one for each unbroken piece]}; x of 0..360, y of 0..100 downwards. null: nothing was
 * measured. */
void portal_strip_json(const PortalStrip *self, VicuJson *json, const char *key);

/* Which wave tells most of @alarm: of @n streams the one to ask for; NULL: no wave. */
const Vicu__StreamRow *
portal_strip_choose(Vicu__StreamRow *const *streams, size_t n, const Vicu__Alarm *alarm);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PortalStrip, portal_strip_free)

G_END_DECLS

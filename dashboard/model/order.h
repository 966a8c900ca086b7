/* Order: the beds by acuity, in an order that people can keep an eye on.
 *
 * Each bed is held at a value. A rise is taken at once, a fall after it has
 * lasted 15 s, and either only when it changes the class or is more than
 * DASH_ORDER_STEP: until then the bed stays held where it is. Beds held at the
 * same value keep the order they had, so two beds change places only when one
 * of them has moved by itself. One owner thread; the time is given.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/model/model.h"

G_BEGIN_DECLS

#define DASH_ORDER_STEP    20
#define DASH_ORDER_FALL_US (15 * (int64_t)G_USEC_PER_SEC)

typedef struct DashOrder DashOrder;

DashOrder *dash_order_new(void);
void dash_order_free(DashOrder *self);

/* May be called for every picture: looks once a second. Beds live as long as @model. */
void dash_order_update(DashOrder *self, const DashModel *model, int64_t now_us);

size_t dash_order_n(const DashOrder *self);
/* Worst first. */
const DashBed *dash_order_bed(const DashOrder *self, size_t rank);
int dash_order_value(const DashOrder *self, size_t rank); /* that it is held at */

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashOrder, dash_order_free)

G_END_DECLS

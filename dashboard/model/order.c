/* Order. See order.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/model/order.h"

#include <stdlib.h>

#include "dashboard/model/acuity.h"

typedef struct {
    const DashBed *bed;
    int held;
    int64_t lower_us; /* since when it is lower than held; 0 = it is not */
    size_t was;       /* its rank before */
} Place;

struct DashOrder {
    GArray *places; /* Place, worst first */
    int64_t looked_us;
};

DashOrder *
dash_order_new(void)
{
    DashOrder *self = g_new0(DashOrder, 1);
    self->places = g_array_new(FALSE, FALSE, sizeof(Place));
    return self;
}

void
dash_order_free(DashOrder *self)
{
    if (!self)
        return;
    g_array_unref(self->places);
    g_free(self);
}

/* Beds stand in the order of the ward until they are known to be worse. */
static void
add_new_beds(DashOrder *self, const DashModel *model, int64_t now_us)
{
    size_t n = dash_model_n_beds(model);
    if (n == self->places->len)
        return;
    for (size_t i = 0; i < n; i++) {
        DashAcuity acuity;
        Place place = {.bed = dash_model_bed(model, i)};
        bool known = false;
        for (guint k = 0; k < self->places->len && !known; k++)
            known = g_array_index(self->places, Place, k).bed == place.bed;
        if (known)
            continue;
        dash_acuity_of(model, place.bed, now_us, &acuity);
        place.held = acuity.value;
        g_array_append_val(self->places, place);
    }
}

static void
look(Place *place, const DashModel *model, int64_t now_us)
{
    DashAcuity acuity;
    dash_acuity_of(model, place->bed, now_us, &acuity);
    int by = acuity.value - place->held;
    bool moved = ABS(by) > DASH_ORDER_STEP
                 || acuity.value / DASH_ACUITY_CLASS != place->held / DASH_ACUITY_CLASS;
    if (!moved || by > 0) {
        place->lower_us = 0;
        place->held = moved ? acuity.value : place->held;
    } else if (place->lower_us == 0 || place->lower_us > now_us) {
        place->lower_us = now_us;
    } else if (now_us - place->lower_us >= DASH_ORDER_FALL_US) {
        place->held = acuity.value;
        place->lower_us = 0;
    }
}

static int
compare(const void *a, const void *b)
{
    const Place *x = a;
    const Place *y = b;
    if (x->held != y->held)
        return x->held > y->held ? -1 : 1;
    return x->was < y->was ? -1 : 1;
}

void
dash_order_update(DashOrder *self, const DashModel *model, int64_t now_us)
{
    bool early = now_us >= self->looked_us && now_us - self->looked_us < (int64_t)G_USEC_PER_SEC;
    if (early && dash_model_n_beds(model) == self->places->len)
        return;
    self->looked_us = now_us;
    add_new_beds(self, model, now_us);
    for (guint i = 0; i < self->places->len; i++) {
        Place *place = &g_array_index(self->places, Place, i);
        look(place, model, now_us);
        place->was = i;
    }
    g_array_sort(self->places, compare);
}

size_t
dash_order_n(const DashOrder *self)
{
    return self->places->len;
}

const DashBed *
dash_order_bed(const DashOrder *self, size_t rank)
{
    g_return_val_if_fail(rank < self->places->len, NULL);
    return g_array_index(self->places, Place, rank).bed;
}

int
dash_order_value(const DashOrder *self, size_t rank)
{
    g_return_val_if_fail(rank < self->places->len, 0);
    return g_array_index(self->places, Place, rank).held;
}

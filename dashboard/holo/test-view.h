/* Test view: what anybody can measure parallax by.
 *
 * Five squares of a fifth of the focus plane's half height lie one above the other in the middle:
 * Z = 0.4, 0.2, 0, -0.2, -0.4 of that half height, from the top. Each view has its number, and how
 * many there are, at the lower left on the focus plane.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/holo/layers.h"

G_BEGIN_DECLS

#define DASH_TEST_SQUARES 5

typedef struct {
    double y; /* of its middle, in half heights; x = 0 */
    double z;
    double side;
    uint32_t colour;
} DashTestSquare;

extern const DashTestSquare dash_test_squares[DASH_TEST_SQUARES];
#define DASH_TEST_BACK 0xff10141au

typedef struct DashTestView DashTestView;

/* Layers for tiles of @w x @h pixels; the text masks are borrowed. */
DashTestView *dash_test_view_new(const DashCamera *camera, int w, int h, DashText *text);
void dash_test_view_free(DashTestView *self);
const DashLayers *dash_test_view_layers(const DashTestView *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashTestView, dash_test_view_free)

G_END_DECLS

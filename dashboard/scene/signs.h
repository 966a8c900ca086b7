/* Signs: the pictures of absence, each a shape of its own.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <cairo.h>

#include "dashboard/scene/text.h"

G_BEGIN_DECLS

/* Into a square of 100 x 100 units. */
void dash_sign_draw(cairo_t *cr, DashSign sign);

G_END_DECLS

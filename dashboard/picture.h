/* Picture: a model drawn into a PNG, without any display.
 *
 * Keeps masks and pixels between pictures. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "dashboard/scene/scene.h"

G_BEGIN_DECLS

typedef struct DashPicture DashPicture;

DashPicture *dash_picture_new(int w, int h);
void dash_picture_free(DashPicture *self);

/* Whole, as if it were the first; @view has the size given to _new(). */
gboolean dash_picture_draw(DashPicture *self,
                           const DashModel *model,
                           const DashView *view,
                           const char *path,
                           GError **error);

/* One picture. */
gboolean
dash_picture_write(const DashModel *model, const DashView *view, const char *path, GError **error);

/* "1920x1080"; from 320x240 to 8192x8192. */
gboolean dash_picture_parse_size(const char *text, int *w, int *h, GError **error);

/* Local time less UTC, now: for the clocks in a picture of the present. */
int64_t dash_picture_utc_offset_us(void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashPicture, dash_picture_free)

G_END_DECLS

/* Picture. See picture.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/picture.h"

#include <stdio.h>

#include "common/error.h"
#include "dashboard/gl/painter.h"
#include "dashboard/scene/png.h"

struct DashPicture {
    DashText *text;
    DashScene *scene;
    DashPainter *painter;
};

DashPicture *
dash_picture_new(int w, int h)
{
    DashPicture *self = g_new0(DashPicture, 1);
    self->text = dash_text_new(NULL);
    self->scene = dash_scene_new(self->text);
    self->painter = dash_painter_new(w, h);
    return self;
}

void
dash_picture_free(DashPicture *self)
{
    if (!self)
        return;
    dash_painter_free(self->painter);
    dash_scene_free(self->scene);
    dash_text_free(self->text);
    g_free(self);
}

gboolean
dash_picture_draw(DashPicture *self,
                  const DashModel *model,
                  const DashView *view,
                  const char *path,
                  GError **error)
{
    dash_scene_build(self->scene, model, view);
    dash_painter_forget(self->painter);
    dash_painter_draw(self->painter, self->scene);
    const DashSurface *surface = dash_painter_surface(self->painter);
    return dash_png_write(path, surface->pixels, surface->w, surface->h, surface->stride, error);
}

gboolean
dash_picture_write(const DashModel *model, const DashView *view, const char *path, GError **error)
{
    g_autoptr(DashPicture) picture = dash_picture_new(view->w, view->h);
    return dash_picture_draw(picture, model, view, path, error);
}

gboolean
dash_picture_parse_size(const char *text, int *w, int *h, GError **error)
{
    char rest = 0;
    if (sscanf(text, "%dx%d%c", w, h, &rest) == 2 && *w >= 320 && *h >= 240 && *w <= 8192
        && *h <= 8192)
        return TRUE;
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                "--size %s: expected WIDTHxHEIGHT from 320x240 to 8192x8192, such as 1920x1080",
                text);
    return FALSE;
}

int64_t
dash_picture_utc_offset_us(void)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    return now ? g_date_time_get_utc_offset(now) : 0;
}

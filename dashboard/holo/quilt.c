/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo/quilt.h"

#include <math.h>
#include <string.h>

#include "common/error.h"

#define TILE_MIN   8
#define ASPECT_MIN 0.1
#define ASPECT_MAX 10.0

bool
dash_quilt_check(const DashQuilt *self, GError **error)
{
    const char *what = NULL;
    double found = 0, low = 1, high = 0;

    if (self->w < 1 || self->w > DASH_QUILT_SIDE_MAX)
        what = "width", found = self->w, high = DASH_QUILT_SIDE_MAX;
    else if (self->h < 1 || self->h > DASH_QUILT_SIDE_MAX)
        what = "height", found = self->h, high = DASH_QUILT_SIDE_MAX;
    else if (self->columns < 1 || self->columns > self->w / TILE_MIN)
        what = "columns", found = self->columns, high = self->w / TILE_MIN;
    else if (self->rows < 1 || self->rows > self->h / TILE_MIN)
        what = "rows", found = self->rows, high = self->h / TILE_MIN;
    else if (self->columns > DASH_QUILT_VIEWS_MAX / self->rows)
        what = "views", found = (double)self->columns * self->rows, high = DASH_QUILT_VIEWS_MAX;
    else if (!(self->aspect >= ASPECT_MIN && self->aspect <= ASPECT_MAX))
        what = "aspect", found = self->aspect, low = ASPECT_MIN, high = ASPECT_MAX;
    else
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "quilt: %s %g is outside %g..%g", what, found,
                low, high);
    return false;
}

int
dash_quilt_views(const DashQuilt *self)
{
    return self->columns * self->rows;
}

int
dash_quilt_tile_w(const DashQuilt *self)
{
    return self->w / self->columns;
}

int
dash_quilt_tile_h(const DashQuilt *self)
{
    return self->h / self->rows;
}

DashRect
dash_quilt_tile(const DashQuilt *self, int view)
{
    int w = dash_quilt_tile_w(self), h = dash_quilt_tile_h(self);
    int column = view % self->columns, row = view / self->columns;

    return (DashRect){column * w, self->h - (row + 1) * h, w, h};
}

/* Where the suffix of the last part of the path begins, or its end. */
static size_t
suffix_at(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(name, '.');

    return dot != NULL && dot != name ? (size_t)(dot - path) : strlen(path);
}

char *
dash_quilt_name(const DashQuilt *self, const char *path)
{
    char aspect[G_ASCII_DTOSTR_BUF_SIZE];
    size_t at = suffix_at(path);

    g_ascii_formatd(aspect, sizeof aspect, "%.6g", self->aspect);
    return g_strdup_printf("%.*s_qs%dx%da%s%s", (int)at, path, self->columns, self->rows, aspect,
                           path + at);
}

static bool
read_count(const char **at, int *out)
{
    char *end = NULL;
    guint64 value = g_ascii_strtoull(*at, &end, 10);

    if (!g_ascii_isdigit(**at) || value < 1 || value > DASH_QUILT_VIEWS_MAX)
        return false;
    *out = (int)value;
    *at = end;
    return true;
}

bool
dash_quilt_read_name(const char *path, DashQuilt *self)
{
    const char *at = g_strrstr(path, "_qs");
    DashQuilt found = {0};
    char *end = NULL;

    if (at == NULL || strchr(at, '/') != NULL)
        return false;
    at += 3;
    if (!read_count(&at, &found.columns) || *at++ != 'x' || !read_count(&at, &found.rows)
        || *at++ != 'a' || !g_ascii_isdigit(*at))
        return false;
    found.aspect = g_ascii_strtod(at, &end);
    if (!(found.aspect >= ASPECT_MIN && found.aspect <= ASPECT_MAX)
        || found.columns > DASH_QUILT_VIEWS_MAX / found.rows)
        return false;
    self->columns = found.columns;
    self->rows = found.rows;
    self->aspect = found.aspect;
    return true;
}

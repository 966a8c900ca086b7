/* Canvas. See canvas.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/canvas.h"

#include <string.h>

#include "common/clock.h"
#include "dashboard/gl/painter.h"
#include "dashboard/picture.h"
#include "dashboard/scene/describe.h"
#include "dashboard/ui/reader.h"
#include "dashboard/ui/screen.h"

/* 0xffRRGGBB in memory. Opaque, so that straight and premultiplied are the same
 * bytes; GTK 4.8 converts the straight format three times as fast. */
#if G_BYTE_ORDER == G_LITTLE_ENDIAN
#define PIXELS GDK_MEMORY_B8G8R8A8
#else
#define PIXELS GDK_MEMORY_A8R8G8B8
#endif
#define SLICE_W       32 /* narrow: a sweep touches a few columns of each tile */
#define SLICE_H       120
#define READ_FRAMES   30          /* what readers of screens are told: each second */
#define OWN_FRAME_US  (16 * 1000) /* on a screen of its own */
#define FRAME_US      (33 * 1000)
#define SLOW_FRAME_US (44 * 1000) /* many small tiles sweep slowly: 20 a second are smooth */
#define MANY_BEDS     40
#define SHADOW        12 /* pixels around a widget over the picture */
#define MIN_W         960
#define MIN_H         540

struct _DashCanvas {
    GtkWidget parent;
    DashStation *station;
    DashText *text;
    DashScene *scene;
    DashPainter *painter;
    DashScreen *screen; /* NULL: GTK shows the slices */
    DashRect holes[DASH_SCREEN_HOLES];
    size_t n_holes;    /* of the screen, where other widgets lie over it: GTK shows the slices */
    GPtrArray *slices; /* GdkTexture *, NULL where the picture has changed */
    int columns;
    int rows;
    int w; /* in pixels of the screen */
    int h;
    DashCanvasViewFunc on_view;
    DashCanvasTargetFunc on_target;
    gpointer user;
    int64_t utc_offset_us;
    int64_t offset_read_us;
    int64_t drawn_us; /* of the frame clock */
    DashTarget track; /* that the pointer is drawn along; @to 0: none */
    double frames;
    double *count;
    DashReader *reader;
    char *told; /* the bed that the witness knows to be open here */
};

G_DEFINE_FINAL_TYPE(DashCanvas, dash_canvas, GTK_TYPE_WIDGET)

static void
unref_texture(void *texture)
{
    if (texture)
        g_object_unref(texture);
}

/* The painter goes first: it draws on the screen's pixels. */
static void
drop_picture(DashCanvas *self)
{
    g_ptr_array_set_size(self->slices, 0);
    g_clear_pointer(&self->painter, dash_painter_free);
    g_clear_pointer(&self->screen, dash_screen_free);
    self->n_holes = 0;
}

static gboolean
make_picture(DashCanvas *self)
{
    if (self->painter)
        return TRUE;
    if (self->w <= 0 || !gtk_widget_get_mapped(GTK_WIDGET(self)))
        return FALSE;
    self->screen = dash_screen_new(GTK_WIDGET(self), self->w, self->h);
    self->painter = self->screen ? dash_painter_new_on(*dash_screen_surface(self->screen))
                                 : dash_painter_new(self->w, self->h);
    self->columns = (self->w + SLICE_W - 1) / SLICE_W;
    self->rows = (self->h + SLICE_H - 1) / SLICE_H;
    g_ptr_array_set_size(self->slices, self->columns * self->rows);
    gtk_widget_queue_draw(GTK_WIDGET(self));
    return TRUE;
}

static void
resize(DashCanvas *self, int w, int h)
{
    if (w == self->w && h == self->h)
        return;
    drop_picture(self);
    self->w = w;
    self->h = h;
}

/* ---- widgets over the picture ---- */

static gboolean
is_apart(DashRect a, DashRect b)
{
    return a.x >= b.x + b.w || b.x >= a.x + a.w || a.y >= b.y + b.h || b.y >= a.y + a.h;
}

static gboolean
is_in_hole(const DashCanvas *self, DashRect rect)
{
    for (size_t i = 0; i < self->n_holes; i++)
        if (!is_apart(self->holes[i], rect))
            return TRUE;
    return FALSE;
}

/* Part of the picture that @other covers, shadow included. */
static gboolean
covered_by(DashCanvas *self, GtkWidget *other, DashRect *hole)
{
    int scale = gtk_widget_get_scale_factor(other);
    graphene_rect_t bounds;
    if (!gtk_widget_get_mapped(other)
        || !gtk_widget_compute_bounds(other, GTK_WIDGET(self), &bounds))
        return FALSE;
    int x0 = MAX((int)(bounds.origin.x * (float)scale) - SHADOW, 0);
    int y0 = MAX((int)(bounds.origin.y * (float)scale) - SHADOW, 0);
    int x1 = MIN((int)((bounds.origin.x + bounds.size.width) * (float)scale) + SHADOW, self->w);
    int y1 = MIN((int)((bounds.origin.y + bounds.size.height) * (float)scale) + SHADOW, self->h);
    *hole = (DashRect){x0, y0, x1 - x0, y1 - y0};
    return hole->w > 2 * SHADOW && hole->h > 2 * SHADOW;
}

/* Siblings that are drawn after this widget or after one it lies in. */
static size_t
find_holes(DashCanvas *self, DashRect *holes)
{
    size_t n = 0;
    for (GtkWidget *of = GTK_WIDGET(self); of; of = gtk_widget_get_parent(of)) {
        GtkWidget *other = GTK_IS_NATIVE(of) ? NULL : gtk_widget_get_next_sibling(of);
        for (; other && n < DASH_SCREEN_HOLES; other = gtk_widget_get_next_sibling(other))
            if (!GTK_IS_NATIVE(other) && covered_by(self, other, &holes[n]))
                n++;
    }
    return n;
}

static void
place_screen(DashCanvas *self)
{
    GtkNative *native = gtk_widget_get_native(GTK_WIDGET(self));
    int scale = gtk_widget_get_scale_factor(GTK_WIDGET(self));
    DashRect holes[DASH_SCREEN_HOLES] = {0};
    size_t n = find_holes(self, holes);
    double x = 0, y = 0, left = 0, top = 0;
    gtk_widget_translate_coordinates(GTK_WIDGET(self), GTK_WIDGET(native), 0, 0, &x, &y);
    gtk_native_get_surface_transform(native, &left, &top);
    if (n != self->n_holes || memcmp(holes, self->holes, sizeof holes) != 0)
        gtk_widget_queue_draw(GTK_WIDGET(self));
    self->n_holes = n;
    memcpy(self->holes, holes, sizeof holes);
    dash_screen_place(self->screen, (int)((x + left) * scale), (int)((y + top) * scale), holes, n);
}

/* ---- slices ---- */

static gboolean
forget_slices(DashCanvas *self, const DashRect *damage, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int x1 = MIN((damage[i].x + damage[i].w - 1) / SLICE_W, self->columns - 1);
        int y1 = MIN((damage[i].y + damage[i].h - 1) / SLICE_H, self->rows - 1);
        for (int y = MAX(damage[i].y / SLICE_H, 0); y <= y1; y++)
            for (int x = MAX(damage[i].x / SLICE_W, 0); x <= x1; x++) {
                void **slice = &self->slices->pdata[y * self->columns + x];
                unref_texture(*slice);
                *slice = NULL;
            }
    }
    return n > 0;
}

/* What changed goes where it is shown. */
static void
show_damage(DashCanvas *self)
{
    size_t n = 0;
    const DashRect *damage = dash_painter_damage(self->painter, &n);
    bool by_gtk = self->screen == NULL;
    for (size_t i = 0; i < n && !by_gtk; i++)
        by_gtk = is_in_hole(self, damage[i]);
    if (forget_slices(self, damage, n) && by_gtk)
        gtk_widget_queue_draw(GTK_WIDGET(self));
    if (self->screen)
        dash_screen_put(self->screen, damage, n);
}

static DashView
present_view(DashCanvas *self)
{
    int64_t now_us = vicu_clock_utc_us();
    if (now_us - self->offset_read_us > 60 * (int64_t)G_USEC_PER_SEC
        || now_us < self->offset_read_us) {
        self->utc_offset_us = dash_picture_utc_offset_us();
        self->offset_read_us = now_us;
    }
    DashView view = {
        .w = self->w,
        .h = self->h,
        .dpi = self->station->dpi * gtk_widget_get_scale_factor(GTK_WIDGET(self)),
        .now_us = now_us,
        .utc_offset_us = self->utc_offset_us,
    };
    self->on_view(&view, self->user);
    return view;
}

static void
tell_readers(DashCanvas *self, const DashView *view)
{
    g_autofree char *label = dash_describe(self->station->model, view);
    g_autofree char *worst = dash_describe_worst(self->station->model);
    gtk_accessible_update_property(GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                   GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, worst, -1);
    dash_reader_tell(self->reader, self->station->model, view);
}

/* A bed is told when it is opened here: another screen may show a wall meanwhile. */
static void
tell_witness(DashCanvas *self, const DashView *view)
{
    const char *bed = dash_view_row(view->kind)->of_bed ? view->bed : NULL;
    bool same = g_strcmp0(self->told, bed) == 0;
    if (!self->station->witness || (bed && same))
        return;
    dash_witness_look(self->station->witness, self->station->model, bed, view->now_us);
    if (!same) {
        g_free(self->told);
        self->told = g_strdup(bed);
    }
}

static gboolean
on_tick(GtkWidget *widget, GdkFrameClock *clock, gpointer user)
{
    (void)user;
    DashCanvas *self = DASH_CANVAS(widget);
    int64_t frame_us = gdk_frame_clock_get_frame_time(clock);
    bool many = dash_model_n_beds(self->station->model) > MANY_BEDS;
    if (!make_picture(self))
        return G_SOURCE_CONTINUE;
    int64_t period_us = self->screen ? OWN_FRAME_US : many ? SLOW_FRAME_US : FRAME_US;
    if (frame_us - self->drawn_us < period_us - 4000
        || (self->screen && !dash_screen_is_ready(self->screen)))
        return G_SOURCE_CONTINUE;
    self->drawn_us = frame_us;
    DashView view = present_view(self);
    tell_witness(self, &view);
    dash_scene_build(self->scene, self->station->model, &view);
    dash_painter_draw(self->painter, self->scene);
    if (self->screen)
        place_screen(self);
    show_damage(self);
    self->frames++;
    if (self->count)
        *self->count = self->frames;
    dash_reader_follow(self->reader, self->station->model, &view);
    if ((int64_t)self->frames % READ_FRAMES == 0)
        tell_readers(self, &view);
    return G_SOURCE_CONTINUE;
}

/* The texture reads the painter's own pixels: it is replaced before they change
 * on the screen, and never drawn after. */
static GdkTexture *
texture_of(DashCanvas *self, int x, int y, int w, int h)
{
    const DashSurface *surface = dash_painter_surface(self->painter);
    const uint32_t *from = surface->pixels + (size_t)y * surface->stride + x;
    size_t size = ((size_t)(h - 1) * surface->stride + w) * 4;
    g_autoptr(GBytes) bytes = g_bytes_new_static(from, size);
    return gdk_memory_texture_new(w, h, PIXELS, bytes, (size_t)surface->stride * 4);
}

static void
dash_canvas_snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
    DashCanvas *self = DASH_CANVAS(widget);
    if (!self->painter || self->frames < 1)
        return;
    float scale = 1.0f / (float)gtk_widget_get_scale_factor(widget);
    for (int row = 0; row < self->rows; row++)
        for (int column = 0; column < self->columns; column++) {
            int x = column * SLICE_W;
            int y = row * SLICE_H;
            int w = MIN(SLICE_W, self->w - x);
            int h = MIN(SLICE_H, self->h - y);
            if (self->screen && !is_in_hole(self, (DashRect){x, y, w, h}))
                continue;
            void **slice = &self->slices->pdata[row * self->columns + column];
            if (!*slice)
                *slice = texture_of(self, x, y, w, h);
            graphene_rect_t area = GRAPHENE_RECT_INIT((float)x * scale, (float)y * scale,
                                                      (float)w * scale, (float)h * scale);
            gtk_snapshot_append_texture(snapshot, *slice, &area);
        }
}

static void
dash_canvas_size_allocate(GtkWidget *widget, int width, int height, int baseline)
{
    (void)baseline;
    DashCanvas *self = DASH_CANVAS(widget);
    int scale = gtk_widget_get_scale_factor(widget);
    dash_reader_allocate(self->reader);
    if (width > 0 && height > 0)
        resize(self, MAX(width, MIN_W) * scale, MAX(height, MIN_H) * scale);
}

static void
dash_canvas_measure(GtkWidget *widget,
                    GtkOrientation orientation,
                    int for_size,
                    int *minimum,
                    int *natural,
                    int *minimum_baseline,
                    int *natural_baseline)
{
    (void)widget;
    (void)for_size;
    *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? MIN_W : MIN_H;
    *natural = *minimum;
    *minimum_baseline = *natural_baseline = -1;
}

/* What the place of the pointer means on the track that was pressed. */
static void
follow_track(DashCanvas *self, double x)
{
    const DashTarget *track = &self->track;
    double part = CLAMP((x - track->rect.x) / MAX(track->rect.w - 1, 1), 0, 1);
    int64_t n = track->n + (int64_t)(part * (double)(track->to - track->n));
    self->on_target(track->act, NULL, n, self->user);
}

static void
on_moved(GtkGestureDrag *gesture, double dx, double dy, gpointer user)
{
    (void)dy;
    DashCanvas *self = user;
    double x = 0;
    double y = 0;
    int scale = gtk_widget_get_scale_factor(GTK_WIDGET(self));
    if (self->track.to && self->track.act != DASH_ACT_MARK_AT
        && gtk_gesture_drag_get_start_point(gesture, &x, &y))
        follow_track(self, (x + dx) * scale);
}

static void
on_pressed(GtkGestureClick *gesture, int n_press, double x, double y, gpointer user)
{
    (void)gesture;
    DashCanvas *self = user;
    int scale = gtk_widget_get_scale_factor(GTK_WIDGET(self));
    const DashTarget *target =
        dash_scene_target_at(self->scene, (int)(x * scale), (int)(y * scale));
    self->track = (DashTarget){0};
    if (!target)
        return;
    if (target->to) {
        self->track = *target;
        follow_track(self, x * scale);
        return;
    }
    g_autofree char *arg = g_strdup(target->arg);
    self->on_target(target->act, arg, target->n ? target->n : n_press, self->user);
}

static void
dash_canvas_unmap(GtkWidget *widget)
{
    drop_picture(DASH_CANVAS(widget));
    GTK_WIDGET_CLASS(dash_canvas_parent_class)->unmap(widget);
}

static void
dash_canvas_dispose(GObject *object)
{
    g_clear_pointer(&DASH_CANVAS(object)->reader, dash_reader_free);
    G_OBJECT_CLASS(dash_canvas_parent_class)->dispose(object);
}

static void
dash_canvas_finalize(GObject *object)
{
    DashCanvas *self = DASH_CANVAS(object);
    drop_picture(self);
    g_ptr_array_unref(self->slices);
    g_free(self->told);
    dash_painter_free(self->painter);
    dash_scene_free(self->scene);
    dash_text_free(self->text);
    G_OBJECT_CLASS(dash_canvas_parent_class)->finalize(object);
}

static void
dash_canvas_class_init(DashCanvasClass *klass)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = dash_canvas_dispose;
    G_OBJECT_CLASS(klass)->finalize = dash_canvas_finalize;
    widget->snapshot = dash_canvas_snapshot;
    widget->size_allocate = dash_canvas_size_allocate;
    widget->measure = dash_canvas_measure;
    widget->unmap = dash_canvas_unmap;
    gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
dash_canvas_init(DashCanvas *self)
{
    self->text = dash_text_new(NULL);
    self->scene = dash_scene_new(self->text);
    self->reader = dash_reader_new(GTK_WIDGET(self));
    self->slices = g_ptr_array_new_with_free_func(unref_texture);
    gtk_widget_set_hexpand(GTK_WIDGET(self), TRUE);
    gtk_widget_set_vexpand(GTK_WIDGET(self), TRUE);
    GtkGesture *click = gtk_gesture_click_new();
    g_signal_connect(click, "pressed", G_CALLBACK(on_pressed), self);
    gtk_widget_add_controller(GTK_WIDGET(self), GTK_EVENT_CONTROLLER(click));
    GtkGesture *drag = gtk_gesture_drag_new();
    g_signal_connect(drag, "drag-update", G_CALLBACK(on_moved), self);
    gtk_widget_add_controller(GTK_WIDGET(self), GTK_EVENT_CONTROLLER(drag));
    gtk_widget_add_tick_callback(GTK_WIDGET(self), on_tick, NULL, NULL);
}

GtkWidget *
dash_canvas_new(DashStation *station,
                DashCanvasViewFunc view,
                DashCanvasTargetFunc target,
                gpointer user)
{
    DashCanvas *self = g_object_new(DASH_TYPE_CANVAS, NULL);
    self->station = station;
    self->on_view = view;
    self->on_target = target;
    self->user = user;
    return GTK_WIDGET(self);
}

const DashScene *
dash_canvas_scene(DashCanvas *self)
{
    return self->scene;
}

DashReader *
dash_canvas_reader(DashCanvas *self)
{
    return self->reader;
}

double
dash_canvas_frames(DashCanvas *self)
{
    return self->frames;
}

void
dash_canvas_count(DashCanvas *self, double *frames)
{
    self->count = frames;
}

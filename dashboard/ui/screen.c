/* Screen. See screen.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/screen.h"

#ifdef DASH_X11

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XShm.h>
#include <X11/extensions/shape.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include <gdk/x11/gdkx.h>

struct DashScreen {
    Display *link;
    Window window;
    GC gc;
    XImage *image;
    XShmSegmentInfo memory;
    DashSurface surface;
    int taken; /* type of the event that says so */
    gboolean is_busy;
    int x;
    int y;
    DashRect holes[DASH_SCREEN_HOLES];
    size_t n_holes;
    gboolean is_placed;
};

static gboolean attach_failed;

static int
note_failure(Display *link, XErrorEvent *error)
{
    (void)link;
    (void)error;
    attach_failed = TRUE;
    return 0;
}

/* A server on another machine refuses: it can not reach the memory. */
static gboolean
attach(DashScreen *self)
{
    attach_failed = FALSE;
    int (*before)(Display *, XErrorEvent *) = XSetErrorHandler(note_failure);
    gboolean sent = XShmAttach(self->link, &self->memory);
    XSync(self->link, False);
    XSetErrorHandler(before);
    return sent && !attach_failed;
}

static gboolean
share_pixels(DashScreen *self, const XWindowAttributes *parent, int w, int h)
{
    self->image = XShmCreateImage(self->link, parent->visual, (unsigned)parent->depth, ZPixmap,
                                  NULL, &self->memory, (unsigned)w, (unsigned)h);
    if (!self->image || self->image->bits_per_pixel != 32)
        return FALSE;
    size_t size = (size_t)self->image->bytes_per_line * (size_t)h;
    self->memory.shmid = shmget(IPC_PRIVATE, size, IPC_CREAT | 0600);
    if (self->memory.shmid < 0)
        return FALSE;
    void *at = shmat(self->memory.shmid, NULL, 0);
    self->memory.shmaddr = self->image->data = at == (void *)-1 ? NULL : at;
    gboolean shared = self->memory.shmaddr && attach(self);
    /* Gone when both have let go of it, however they end. */
    shmctl(self->memory.shmid, IPC_RMID, NULL);
    self->surface = (DashSurface){.pixels = at, .w = w, .h = h, .stride = w};
    return shared && self->image->bytes_per_line == w * 4;
}

/* 0xffRRGGBB as this machine keeps it. */
static gboolean
has_our_pixels(Display *link, const Visual *visual)
{
    int order = G_BYTE_ORDER == G_LITTLE_ENDIAN ? LSBFirst : MSBFirst;
    return ImageByteOrder(link) == order && visual->red_mask == 0xff0000
           && visual->green_mask == 0xff00 && visual->blue_mask == 0xff;
}

static void
open_window(DashScreen *self, Window parent, int w, int h)
{
    XSetWindowAttributes wanted = {.event_mask = ExposureMask, .background_pixmap = None};
    self->window =
        XCreateWindow(self->link, parent, 0, 0, (unsigned)w, (unsigned)h, 0, CopyFromParent,
                      InputOutput, CopyFromParent, CWEventMask | CWBackPixmap, &wanted);
    XShapeCombineRectangles(self->link, self->window, ShapeInput, 0, 0, NULL, 0, ShapeSet,
                            Unsorted);
    self->gc = XCreateGC(self->link, self->window, 0, NULL);
    self->taken = XShmGetEventBase(self->link) + ShmCompletion;
}

DashScreen *
dash_screen_new(GtkWidget *widget, int w, int h)
{
    GdkSurface *surface = gtk_native_get_surface(gtk_widget_get_native(widget));
    GdkDisplay *display = gtk_widget_get_display(widget);
    if (!GDK_IS_X11_DISPLAY(display) || !GDK_IS_X11_SURFACE(surface))
        return NULL;
    DashScreen *self = g_new0(DashScreen, 1);
    XWindowAttributes parent = {0};
    int ignored = 0;
    self->memory.shmid = -1;
    self->link = XOpenDisplay(DisplayString(gdk_x11_display_get_xdisplay(display)));
    if (self->link && XShmQueryExtension(self->link)
        && XShapeQueryExtension(self->link, &ignored, &ignored)
        && XGetWindowAttributes(self->link, gdk_x11_surface_get_xid(surface), &parent)
        && has_our_pixels(self->link, parent.visual) && share_pixels(self, &parent, w, h)) {
        open_window(self, gdk_x11_surface_get_xid(surface), w, h);
        return self;
    }
    dash_screen_free(self);
    return NULL;
}

/* The server lets go of window and memory when the link ends. */
void
dash_screen_free(DashScreen *self)
{
    if (!self)
        return;
    if (self->image) {
        self->image->data = NULL;
        XDestroyImage(self->image);
    }
    if (self->link)
        XCloseDisplay(self->link);
    if (self->memory.shmaddr)
        shmdt(self->memory.shmaddr);
    g_free(self);
}

const DashSurface *
dash_screen_surface(const DashScreen *self)
{
    return &self->surface;
}

static void
cut_holes(DashScreen *self)
{
    XRectangle whole = {0, 0, (unsigned short)self->surface.w, (unsigned short)self->surface.h};
    XRectangle cut[DASH_SCREEN_HOLES];
    for (size_t i = 0; i < self->n_holes; i++)
        cut[i] = (XRectangle){(short)self->holes[i].x, (short)self->holes[i].y,
                              (unsigned short)self->holes[i].w, (unsigned short)self->holes[i].h};
    XShapeCombineRectangles(self->link, self->window, ShapeBounding, 0, 0, &whole, 1, ShapeSet,
                            Unsorted);
    XShapeCombineRectangles(self->link, self->window, ShapeBounding, 0, 0, cut, (int)self->n_holes,
                            ShapeSubtract, Unsorted);
}

void
dash_screen_place(DashScreen *self, int x, int y, const DashRect *holes, size_t n)
{
    n = MIN(n, DASH_SCREEN_HOLES);
    if (!self->is_placed || x != self->x || y != self->y)
        XMoveWindow(self->link, self->window, x, y);
    if (n != self->n_holes || (n && memcmp(holes, self->holes, n * sizeof *holes) != 0)) {
        self->n_holes = n;
        memcpy(self->holes, holes, n * sizeof *holes);
        cut_holes(self);
    }
    if (!self->is_placed)
        XMapWindow(self->link, self->window);
    self->is_placed = TRUE;
    self->x = x;
    self->y = y;
}

static void
put_rect(DashScreen *self, DashRect r, gboolean tell)
{
    XShmPutImage(self->link, self->window, self->gc, self->image, r.x, r.y, r.x, r.y, (unsigned)r.w,
                 (unsigned)r.h, tell);
    self->is_busy = self->is_busy || tell;
}

gboolean
dash_screen_is_ready(DashScreen *self)
{
    gboolean exposed = FALSE;
    while (XPending(self->link) > 0) {
        XEvent event;
        XNextEvent(self->link, &event);
        if (event.type == self->taken)
            self->is_busy = FALSE;
        exposed = exposed || event.type == Expose;
    }
    if (exposed) {
        put_rect(self, (DashRect){0, 0, self->surface.w, self->surface.h}, FALSE);
        XFlush(self->link);
    }
    return !self->is_busy;
}

void
dash_screen_put(DashScreen *self, const DashRect *damage, size_t n)
{
    for (size_t i = 0; i < n; i++)
        put_rect(self, damage[i], i + 1 == n);
    XFlush(self->link);
}

#else

DashScreen *
dash_screen_new(GtkWidget *widget, int w, int h)
{
    (void)widget;
    (void)w;
    (void)h;
    return NULL;
}

void
dash_screen_free(DashScreen *self)
{
    (void)self;
}

const DashSurface *
dash_screen_surface(const DashScreen *self)
{
    (void)self;
    g_return_val_if_reached(NULL);
}

void
dash_screen_place(DashScreen *self, int x, int y, const DashRect *holes, size_t n)
{
    (void)self;
    (void)x;
    (void)y;
    (void)holes;
    (void)n;
}

gboolean
dash_screen_is_ready(DashScreen *self)
{
    (void)self;
    return TRUE;
}

void
dash_screen_put(DashScreen *self, const DashRect *damage, size_t n)
{
    (void)self;
    (void)damage;
    (void)n;
}

#endif

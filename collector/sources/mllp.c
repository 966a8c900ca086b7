/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/sources/mllp.h"

#include <string.h>

typedef enum {
    OUTSIDE,
    INSIDE,
    SKIPPING, /* inside a frame that is too long */
    AFTER_FS,
} State;

struct CollectorMllp {
    State state;
    size_t max;
    GByteArray *held;
    uint64_t seen;  /* bytes of the stream before the present push */
    uint64_t start; /* offset of the VT of the present frame */
    uint64_t junk;  /* length of the present run */
};

CollectorMllp *
collector_mllp_new(size_t max_bytes)
{
    CollectorMllp *self = g_new0(CollectorMllp, 1);

    g_assert(max_bytes > 0);
    self->max = max_bytes;
    self->held = g_byte_array_new();
    return self;
}

void
collector_mllp_free(CollectorMllp *self)
{
    if (self == NULL)
        return;
    g_byte_array_unref(self->held);
    g_free(self);
}

static void
tell(const CollectorMllp *self,
     CollectorMllpKind kind,
     uint64_t offset,
     uint8_t found,
     CollectorMllpFn fn,
     gpointer user)
{
    CollectorMllpEvent event = {.kind = kind, .offset = offset, .found = found};

    if (kind == COLLECTOR_MLLP_FRAME || kind == COLLECTOR_MLLP_TOO_LONG) {
        event.bytes = (const char *)self->held->data;
        event.n = self->held->len;
    }
    fn(&event, user);
}

/* A big frame's memory is given back. */
static void
forget(CollectorMllp *self)
{
    if (self->held->len > COLLECTOR_MLLP_HEAD * 16) {
        g_byte_array_unref(self->held);
        self->held = g_byte_array_new();
    } else {
        g_byte_array_set_size(self->held, 0);
    }
}

static void
open_frame(CollectorMllp *self, uint64_t offset)
{
    forget(self);
    self->state = INSIDE;
    self->start = offset;
    self->junk = 0;
}

/* One byte between frames. */
static void
step_outside(CollectorMllp *self, uint8_t c, uint64_t offset, CollectorMllpFn fn, gpointer user)
{
    gboolean after_fs = self->state == AFTER_FS;

    self->state = OUTSIDE;
    if (after_fs && c == COLLECTOR_MLLP_CR)
        return;
    if (after_fs)
        tell(self, COLLECTOR_MLLP_NO_CR, offset, c, fn, user);
    if (c == COLLECTOR_MLLP_VT) {
        open_frame(self, offset);
        return;
    }
    if (self->junk++ == 0 && !after_fs)
        tell(self, COLLECTOR_MLLP_JUNK, offset, c, fn, user);
}

/* Takes text up to the next mark; returns how much was used. */
static size_t
step_inside(CollectorMllp *self,
            const char *bytes,
            size_t n,
            uint64_t offset,
            CollectorMllpFn fn,
            gpointer user)
{
    size_t i = 0;

    while (i < n && bytes[i] != COLLECTOR_MLLP_VT && bytes[i] != COLLECTOR_MLLP_FS)
        i++;
    if (self->state == INSIDE) {
        size_t room = self->max - self->held->len;

        g_byte_array_append(self->held, (const guint8 *)bytes, (guint)MIN(i, room));
        if (i > room) {
            self->state = SKIPPING;
            g_byte_array_set_size(self->held, MIN(self->held->len, COLLECTOR_MLLP_HEAD));
        }
    }
    if (i == n)
        return n;
    if (bytes[i] == COLLECTOR_MLLP_VT) {
        tell(self, COLLECTOR_MLLP_CUT, self->start, 0, fn, user);
        open_frame(self, offset + i);
        return i + 1;
    }
    tell(self, self->state == INSIDE ? COLLECTOR_MLLP_FRAME : COLLECTOR_MLLP_TOO_LONG, self->start,
         0, fn, user);
    forget(self);
    self->state = AFTER_FS;
    self->junk = 0;
    return i + 1;
}

void
collector_mllp_push(
    CollectorMllp *self, const char *bytes, size_t n, CollectorMllpFn fn, gpointer user)
{
    size_t at = 0;

    while (at < n) {
        if (self->state == INSIDE || self->state == SKIPPING) {
            at += step_inside(self, bytes + at, n - at, self->seen + at, fn, user);
        } else {
            step_outside(self, (uint8_t)bytes[at], self->seen + at, fn, user);
            at++;
        }
    }
    self->seen += n;
}

void
collector_mllp_end(CollectorMllp *self, CollectorMllpFn fn, gpointer user)
{
    if (self->state == INSIDE || self->state == SKIPPING)
        tell(self, COLLECTOR_MLLP_CUT, self->start, 0, fn, user);
    self->state = OUTSIDE;
    self->junk = 0;
    forget(self);
}

size_t
collector_mllp_held(const CollectorMllp *self)
{
    return self->held->len;
}

uint64_t
collector_mllp_junk(const CollectorMllp *self)
{
    return self->junk;
}

gboolean
collector_mllp_inside(const CollectorMllp *self)
{
    return self->state == INSIDE || self->state == SKIPPING;
}

void
collector_mllp_wrap(const char *message, size_t n, GString *out)
{
    g_string_append_c(out, COLLECTOR_MLLP_VT);
    g_string_append_len(out, message, (gssize)n);
    g_string_append_c(out, COLLECTOR_MLLP_FS);
    g_string_append_c(out, COLLECTOR_MLLP_CR);
}

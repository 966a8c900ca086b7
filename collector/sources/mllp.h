/* MLLP: frames of VT (0x0B) message FS (0x1C) CR (0x0D) out of a stream of bytes.
 *
 * Pure: bytes in, frames and faults out, in whatever pieces the network brings.
 * One buffer per framer, at most the cap; no time, no socket.
 *
 * Faults never stop the reading: what follows a bad byte is still read.
 *   junk       bytes outside a frame; told once per run, at its first byte
 *   cut        a new VT, or the end of the stream, inside a frame
 *   too long   the frame passed the cap; its first bytes are kept so that it can be
 *              refused by its control id, the rest is skipped
 *   no CR      FS not followed by CR; the frame itself was delivered
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define COLLECTOR_MLLP_VT 0x0B
#define COLLECTOR_MLLP_FS 0x1C
#define COLLECTOR_MLLP_CR 0x0D

/* What is kept of a frame that is too long. */
#define COLLECTOR_MLLP_HEAD 4096U

typedef enum {
    COLLECTOR_MLLP_FRAME,
    COLLECTOR_MLLP_JUNK,
    COLLECTOR_MLLP_CUT,
    COLLECTOR_MLLP_TOO_LONG,
    COLLECTOR_MLLP_NO_CR,
} CollectorMllpKind;

typedef struct {
    CollectorMllpKind kind;
    const char *bytes; /* FRAME: the message; TOO_LONG: its head; borrowed for the call */
    size_t n;
    uint64_t offset; /* in the stream: FRAME, CUT, TOO_LONG of the VT, else of the byte */
    uint8_t found;   /* JUNK, NO_CR: the byte */
} CollectorMllpEvent;

typedef void (*CollectorMllpFn)(const CollectorMllpEvent *event, gpointer user);

typedef struct CollectorMllp CollectorMllp;

CollectorMllp *collector_mllp_new(size_t max_bytes);
void collector_mllp_free(CollectorMllp *self);

/* @fn may not free @self. */
void collector_mllp_push(
    CollectorMllp *self, const char *bytes, size_t n, CollectorMllpFn fn, gpointer user);
/* The stream ended: an open frame is cut. */
void collector_mllp_end(CollectorMllp *self, CollectorMllpFn fn, gpointer user);

/* Bytes held, and bytes seen since the last end of a frame that belong to none. */
size_t collector_mllp_held(const CollectorMllp *self);
uint64_t collector_mllp_junk(const CollectorMllp *self);
gboolean collector_mllp_inside(const CollectorMllp *self);

/* Appends @message as one frame. */
void collector_mllp_wrap(const char *message, size_t n, GString *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CollectorMllp, collector_mllp_free)

G_END_DECLS

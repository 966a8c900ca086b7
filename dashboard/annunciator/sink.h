/* Where the sound goes. What is set is used, and nothing else: never a fallback.
 *
 *   pipewire   the user's audio session
 *   wav:FILE   16 bit mono at ANN_RATE_HZ, paced by the clock, as if it were heard
 *
 * A sink asks for its frames by the fill function, on a thread of its own or on the main
 * loop. Whether what it takes can be heard is asked with ann_sink_check(), which also tries
 * again what failed: call it each 0.2 to 1 s.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct AnnSink AnnSink;

/* The next @n frames, mono, -1 to 1. Any thread, one at a time. */
typedef void (*AnnFill)(float *out, size_t n, gpointer user);

typedef enum {
    ANN_HEARD,
    ANN_STARTING, /* for its first second, and after it was found again */
    ANN_ABSENT,   /* no PipeWire, or the file cannot be written */
    ANN_NO_DEVICE,
    ANN_MUTED,
    ANN_QUIET, /* below ANN_VOLUME_MIN */
    ANN_STUCK, /* takes no sound */
} AnnHearing;

#define ANN_VOLUME_MIN 0.30 /* of full, as the desktop's slider shows it */

/* NULL: @setting is no sink, or one that this build does not have. What exists but does not
 * work now is no error: it is told by ann_sink_check(). */
AnnSink *ann_sink_new(const char *setting, AnnFill fill, gpointer user, GError **error);
void ann_sink_free(AnnSink *self);

/* @mono_us is BOOTTIME. @detail: names the thing (device, file) and its value, for people;
 * "" or valid until the next call. */
AnnHearing ann_sink_check(AnnSink *self, int64_t mono_us, const char **detail);
const char *ann_hearing_text(AnnHearing hearing); /* a sentence without the detail */

G_DEFINE_AUTOPTR_CLEANUP_FUNC(AnnSink, ann_sink_free)

G_END_DECLS

/* Sound into a file, at the pace of the clock: for tests and for machines without ears.
 *
 * RIFF/WAVE, PCM 16 bit, mono. The sizes in its head are written anew each second, so that a
 * file is whole at any time. Silence is a hole in it: it takes no room on the disk. At FRAMES_MAX
 * it becomes FILE.old, in the place of the one before, and begins anew.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/clock.h"
#include "dashboard/annunciator/burst.h"
#include "dashboard/annunciator/sink-inner.h"

#define PACE_MS    20
#define HEAD_BYTES 44
#define FRAMES_MAX (2000000000u / 2) /* 5.8 h: a WAVE file counts its bytes with 32 bits */
#define CHUNK      4800

typedef struct {
    char *path;
    FILE *file;
    AnnFill fill;
    gpointer user;
    guint timer;
    int64_t began_us, head_us; /* BOOTTIME */
    uint64_t frames;
    char *problem; /* NULL: none */
} WavSink;

static void
put32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

static void
make_head(uint64_t frames, uint8_t head[HEAD_BYTES])
{
    uint32_t bytes = (uint32_t)(2 * frames);

    memcpy(head, "RIFF....WAVEfmt ", 16);
    put32(head + 4, HEAD_BYTES - 8 + bytes);
    put32(head + 16, 16);
    head[20] = 1; /* PCM */
    head[21] = 0;
    head[22] = 1; /* mono */
    head[23] = 0;
    put32(head + 24, ANN_RATE_HZ);
    put32(head + 28, 2 * ANN_RATE_HZ);
    head[32] = 2;
    head[33] = 0;
    head[34] = 16;
    head[35] = 0;
    memcpy(head + 36, "data", 4);
    put32(head + 40, bytes);
}

static void
fail(WavSink *self, const char *what)
{
    g_free(self->problem);
    self->problem = g_strdup_printf("%s: %s", self->path, what);
    g_clear_pointer(&self->file, fclose);
}

static void
write_head(WavSink *self)
{
    uint8_t head[HEAD_BYTES];

    make_head(self->frames, head);
    if (fseek(self->file, 0, SEEK_SET) != 0
        || fwrite(head, 1, sizeof head, self->file) < sizeof head || fflush(self->file) != 0
        || ftruncate(fileno(self->file), HEAD_BYTES + 2 * (off_t)self->frames) != 0)
        fail(self, g_strerror(errno));
}

static bool
write_frames(WavSink *self, size_t n)
{
    float sound[CHUNK];
    uint8_t bytes[2 * CHUNK];

    bool silent = true;
    self->fill(sound, n, self->user);
    for (size_t i = 0; i < n; i++) {
        int16_t sample = (int16_t)lrintf(CLAMP(sound[i], -1.f, 1.f) * 32767);
        silent = silent && sample == 0;
        bytes[2 * i] = (uint8_t)(sample & 0xff);
        bytes[2 * i + 1] = (uint8_t)((uint16_t)sample >> 8);
    }
    if (!silent
        && (fseek(self->file, HEAD_BYTES + 2 * (long)self->frames, SEEK_SET) != 0
            || fwrite(bytes, 2, n, self->file) < n)) {
        fail(self, g_strerror(errno));
        return false;
    }
    self->frames += n;
    return true;
}

static void begin(WavSink *self);

static void
begin_anew(WavSink *self)
{
    g_autofree char *old = g_strconcat(self->path, ".old", NULL);

    write_head(self);
    g_clear_pointer(&self->file, fclose);
    if (g_rename(self->path, old) != 0)
        fail(self, g_strerror(errno));
    else
        begin(self);
}

static gboolean
pace(gpointer user)
{
    WavSink *self = user;
    int64_t now = vicu_clock_boot_us();
    uint64_t due = (uint64_t)(now - self->began_us) * ANN_RATE_HZ / G_USEC_PER_SEC;

    while (self->file != NULL && self->frames < due) {
        if (self->frames >= FRAMES_MAX) {
            begin_anew(self);
            break;
        }
        if (!write_frames(self, MIN(due - self->frames, CHUNK)))
            break;
    }
    if (self->file != NULL && now - self->head_us >= G_USEC_PER_SEC) {
        self->head_us = now;
        write_head(self);
    }
    return G_SOURCE_CONTINUE;
}

static void
begin(WavSink *self)
{
    self->file = fopen(self->path, "wb");
    if (self->file == NULL) {
        fail(self, g_strerror(errno));
        return;
    }
    g_clear_pointer(&self->problem, g_free);
    self->frames = 0;
    self->began_us = self->head_us = vicu_clock_boot_us();
    write_head(self);
}

static void *
wav_open(const char *rest, AnnFill fill, gpointer user, GError **error)
{
    (void)error;
    WavSink *self = g_new0(WavSink, 1);

    self->path = g_strdup(rest);
    self->fill = fill;
    self->user = user;
    begin(self);
    self->timer = g_timeout_add(PACE_MS, pace, self);
    return self;
}

static void
wav_close(void *sink)
{
    WavSink *self = sink;

    g_source_remove(self->timer);
    if (self->file != NULL)
        write_head(self);
    g_clear_pointer(&self->file, fclose);
    g_free(self->problem);
    g_free(self->path);
    g_free(self);
}

/* A file that could not be begun is tried again; one that broke keeps what it has. */
static AnnHearing
wav_check(void *sink, int64_t mono_us, const char **detail)
{
    WavSink *self = sink;

    (void)mono_us;
    if (self->file == NULL && self->frames == 0)
        begin(self);
    *detail = self->problem != NULL ? self->problem : "";
    return self->file == NULL ? ANN_ABSENT : ANN_HEARD;
}

const AnnSinkKind ann_sink_wav = {"wav:", wav_open, wav_close, wav_check};

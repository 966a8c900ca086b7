/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/sources/wfdb-record.h"

#include <string.h>

#include "collector/sources/wfdb-part.h"
#include "common/error.h"

typedef struct {
    char *name;
    char *label;
    char *unit;
} ChannelText;

struct CollectorWfdbRecord {
    char *folder;
    CollectorWfdbHeader *header;
    int64_t n_frames;
    CollectorWfdbChannel *channels;
    ChannelText *texts;
    size_t n_channels;
    size_t width;
    int64_t *starts;         /* first frame of each segment, and the end */
    CollectorWfdbPart *part; /* the segment that is open */
    size_t part_index;
    size_t *channel_of;                    /* of each signal of the open part */
    const CollectorWfdbSignal **signal_of; /* of each channel, for runs */
    GArray *scratch;                       /* int32_t */
};

static gboolean refuse(GError **error, const char *path, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static gboolean
refuse(GError **error, const char *path, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "%s: %s", path, text);
    return FALSE;
}

/* Channels as the signals of @header name them; a repeated name gets #2. */
static void
set_channels(CollectorWfdbRecord *self, const CollectorWfdbHeader *header)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    self->n_channels = header->n_signals;
    self->channels = g_new0(CollectorWfdbChannel, header->n_signals);
    self->texts = g_new0(ChannelText, header->n_signals);
    self->signal_of = g_new0(const CollectorWfdbSignal *, header->n_signals);
    self->channel_of = g_new0(size_t, header->n_signals);
    for (size_t i = 0; i < header->n_signals; i++) {
        const CollectorWfdbSignal *signal = &header->signals[i];
        ChannelText *text = &self->texts[i];
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(seen, signal->name)) + 1;

        text->label = g_strdup(signal->name);
        text->name = n > 1 ? g_strdup_printf("%s#%u", signal->name, n) : g_strdup(signal->name);
        text->unit = g_strdup(signal->unit);
        g_hash_table_insert(seen, text->label, GUINT_TO_POINTER(n));
        self->channels[i] = (CollectorWfdbChannel){text->name, text->label, text->unit,
                                                   signal->samples_per_frame, self->width};
        self->width += signal->samples_per_frame;
    }
}

/* Which channel each signal of @part is: by place in a fixed layout, by name
 * (the second "II" is the layout's second) in a variable one. */
static gboolean
map_signals(CollectorWfdbRecord *self, const CollectorWfdbPart *part, GError **error)
{
    const CollectorWfdbHeader *h = part->header;
    g_autofree gboolean *used = g_new0(gboolean, self->n_channels + 1);
    gboolean by_name = self->header->variable_layout;

    if (by_name ? h->n_signals > self->n_channels : h->n_signals != self->n_channels)
        return refuse(error, part->path, "%zu signals, the record has %zu", h->n_signals,
                      self->n_channels);
    if ((uint64_t)h->rate_num * self->header->rate_den
        != (uint64_t)self->header->rate_num * h->rate_den)
        return refuse(error, part->path, "the sampling rate differs from the record's");
    for (size_t i = 0; i < h->n_signals; i++) {
        const CollectorWfdbSignal *signal = &h->signals[i];
        size_t c = by_name ? 0 : i;

        while (by_name && c < self->n_channels
               && (used[c] || strcmp(self->channels[c].label, signal->name) != 0))
            c++;
        if (c == self->n_channels)
            return refuse(error, part->path, "signal '%s' is not in the layout", signal->name);
        if (signal->samples_per_frame != self->channels[c].samples_per_frame
            || strcmp(signal->unit, self->channels[c].unit) != 0)
            return refuse(error, part->path,
                          "signal '%s' has %u samples per frame in %s, the record's has %u in %s",
                          signal->name, signal->samples_per_frame, signal->unit,
                          self->channels[c].samples_per_frame, self->channels[c].unit);
        used[c] = TRUE;
        self->channel_of[i] = c;
    }
    return TRUE;
}

/* Makes segment @index the open one. */
static gboolean
open_segment(CollectorWfdbRecord *self, size_t index, GError **error)
{
    const CollectorWfdbSegment *segment = &self->header->segments[index];

    if (self->part != NULL && self->part_index == index)
        return TRUE;
    g_clear_pointer(&self->part, collector_wfdb_part_free);
    if (segment->name == NULL)
        return TRUE;
    g_autoptr(CollectorWfdbPart) part =
        collector_wfdb_part_open(self->folder, segment->name, error);
    if (part == NULL)
        return FALSE;
    if (part->absent == NULL) {
        if (part->n_frames != segment->n_frames)
            return refuse(error, part->path,
                          "%" G_GINT64_FORMAT " frames, the record's header says %" G_GINT64_FORMAT,
                          part->n_frames, segment->n_frames);
        if (!map_signals(self, part, error))
            return FALSE;
    }
    self->part = g_steal_pointer(&part);
    self->part_index = index;
    return TRUE;
}

/* A fixed layout is what its first segment that is here says. */
static gboolean
learn_fixed_layout(CollectorWfdbRecord *self, const char *path, GError **error)
{
    g_autofree char *absent = NULL;

    for (size_t i = 0; i < self->header->n_segments; i++) {
        if (self->header->segments[i].name == NULL)
            continue;
        g_autoptr(CollectorWfdbPart) part =
            collector_wfdb_part_open(self->folder, self->header->segments[i].name, error);
        if (part == NULL)
            return FALSE;
        if (part->absent == NULL) {
            if (part->header->n_signals != self->header->n_signals)
                return refuse(error, part->path, "%zu signals, the record has %zu",
                              part->header->n_signals, self->header->n_signals);
            set_channels(self, part->header);
            return TRUE;
        }
        if (absent == NULL)
            absent = g_steal_pointer(&part->absent);
    }
    g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                "%s: no segment is here, %s is the first that is missing", path,
                absent != NULL ? absent : "and none is named; nothing");
    return FALSE;
}

static gboolean
learn_variable_layout(CollectorWfdbRecord *self, GError **error)
{
    g_autoptr(CollectorWfdbPart) part =
        collector_wfdb_part_open(self->folder, self->header->segments[0].name, error);

    if (part == NULL)
        return FALSE;
    if (part->absent != NULL) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT, "%s: the layout of the record is missing",
                    part->absent);
        return FALSE;
    }
    if (part->header->n_signals != self->header->n_signals)
        return refuse(error, part->path, "the layout has %zu signals, the record %zu",
                      part->header->n_signals, self->header->n_signals);
    set_channels(self, part->header);
    return TRUE;
}

static gboolean
open_multi(CollectorWfdbRecord *self, const char *path, GError **error)
{
    const CollectorWfdbHeader *h = self->header;

    self->starts = g_new0(int64_t, h->n_segments + 1);
    for (size_t i = 0; i < h->n_segments; i++)
        self->starts[i + 1] = self->starts[i] + h->segments[i].n_frames;
    self->n_frames = h->n_frames;
    return h->variable_layout ? learn_variable_layout(self, error)
                              : learn_fixed_layout(self, path, error);
}

static gboolean
open_single(CollectorWfdbRecord *self, const char *path, GError **error)
{
    self->part = collector_wfdb_part_new(self->folder, path, self->header, error);
    if (self->part == NULL)
        return FALSE;
    if (self->part->absent != NULL) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                    "%s: the record's signal file is not here", self->part->absent);
        return FALSE;
    }
    self->n_frames = self->part->n_frames;
    set_channels(self, self->header);
    for (size_t i = 0; i < self->n_channels; i++)
        self->channel_of[i] = i;
    return TRUE;
}

CollectorWfdbRecord *
collector_wfdb_record_open(const char *path, GError **error)
{
    g_autoptr(CollectorWfdbRecord) self = g_new0(CollectorWfdbRecord, 1);

    self->folder = g_path_get_dirname(path);
    self->scratch = g_array_new(FALSE, FALSE, sizeof(int32_t));
    self->header = collector_wfdb_header_load(path, error);
    if (self->header == NULL
        || !(self->header->n_segments > 0 ? open_multi(self, path, error)
                                          : open_single(self, path, error)))
        return NULL;
    return g_steal_pointer(&self);
}

void
collector_wfdb_record_free(CollectorWfdbRecord *self)
{
    if (self == NULL)
        return;
    collector_wfdb_part_free(self->part);
    for (size_t i = 0; i < self->n_channels; i++) {
        g_free(self->texts[i].name);
        g_free(self->texts[i].label);
        g_free(self->texts[i].unit);
    }
    g_free(self->texts);
    g_free(self->channels);
    g_free(self->signal_of);
    g_free(self->channel_of);
    g_free(self->starts);
    g_array_unref(self->scratch);
    collector_wfdb_header_free(self->header);
    g_free(self->folder);
    g_free(self);
}

const CollectorWfdbHeader *
collector_wfdb_record_header(const CollectorWfdbRecord *self)
{
    return self->header;
}

int64_t
collector_wfdb_record_frames(const CollectorWfdbRecord *self)
{
    return self->n_frames;
}

size_t
collector_wfdb_record_n_channels(const CollectorWfdbRecord *self)
{
    return self->n_channels;
}

const CollectorWfdbChannel *
collector_wfdb_record_channel(const CollectorWfdbRecord *self, size_t i)
{
    g_return_val_if_fail(i < self->n_channels, NULL);
    return &self->channels[i];
}

size_t
collector_wfdb_record_width(const CollectorWfdbRecord *self)
{
    return self->width;
}

/* Frames of one signal from a block of its file into the frames of the record.
 * @block begins at @block_first; frames beyond it stay invalid. */
static void
place(const CollectorWfdbRecord *self,
      const CollectorWfdbSignal *signal,
      const CollectorWfdbChannel *channel,
      const int32_t *block,
      size_t block_width,
      size_t block_frames,
      size_t shift,
      int32_t *out,
      size_t n)
{
    gboolean marked = FALSE;
    int32_t invalid = collector_wfdb_format_invalid(signal->format, &marked);

    for (size_t f = 0; f < n && f + shift < block_frames; f++) {
        const int32_t *from = block + (f + shift) * block_width;
        int32_t *to = out + f * self->width + channel->offset;
        for (uint32_t j = 0; j < signal->samples_per_frame; j++)
            to[j] = marked && from[j] == invalid ? COLLECTOR_WFDB_INVALID : from[j];
    }
}

/* Frames @first..@first + @n of the open part from its file @i, skew applied. */
static gboolean
read_file(
    CollectorWfdbRecord *self, size_t i, int64_t first, size_t n, int32_t *out, GError **error)
{
    const CollectorWfdbPart *part = self->part;
    const CollectorWfdbSignal *signals = &part->header->signals[part->first_signal[i]];
    size_t width = collector_wfdb_file_width(part->files[i]), got = 0, at = 0;
    uint32_t low = UINT32_MAX, high = 0;

    for (size_t s = 0; s < part->n_signals[i]; s++) {
        low = MIN(low, signals[s].skew_frames);
        high = MAX(high, signals[s].skew_frames);
    }
    if (first + low >= part->n_frames)
        return TRUE;
    size_t want = (size_t)MIN((int64_t)n + high - low, part->n_frames - first - low);
    g_array_set_size(self->scratch, (guint)(want * width));
    int32_t *block = (int32_t *)(void *)self->scratch->data;
    if (!collector_wfdb_file_read(part->files[i], first + low, want, block, &got, error))
        return FALSE;
    if (got < want)
        return refuse(error, signals[0].file,
                      "the file ends at frame %" G_GINT64_FORMAT
                      ", the header says %" G_GINT64_FORMAT,
                      first + low + (int64_t)got, part->n_frames);
    for (size_t s = 0; s < part->n_signals[i]; s++) {
        const CollectorWfdbChannel *channel =
            &self->channels[self->channel_of[part->first_signal[i] + s]];
        place(self, &signals[s], channel, block + at, width, got, signals[s].skew_frames - low, out,
              n);
        at += signals[s].samples_per_frame;
    }
    return TRUE;
}

static size_t
segment_at(const CollectorWfdbRecord *self, int64_t frame)
{
    size_t low = 0, high = self->header->n_segments;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (self->starts[middle] <= frame)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static void
describe_run(CollectorWfdbRecord *self, CollectorWfdbRun *run)
{
    const CollectorWfdbPart *part = self->part;

    for (size_t c = 0; c < self->n_channels; c++)
        self->signal_of[c] = NULL;
    run->signal = self->signal_of;
    run->presence = part == NULL           ? COLLECTOR_WFDB_GAP
                    : part->absent != NULL ? COLLECTOR_WFDB_ABSENT
                                           : COLLECTOR_WFDB_PRESENT;
    run->absent = part != NULL ? part->absent : NULL;
    for (size_t i = 0; run->presence == COLLECTOR_WFDB_PRESENT && i < part->header->n_signals; i++)
        if (part->header->signals[i].file != NULL)
            self->signal_of[self->channel_of[i]] = &part->header->signals[i];
}

gboolean
collector_wfdb_record_read(CollectorWfdbRecord *self,
                           int64_t first,
                           size_t n,
                           int32_t *out,
                           CollectorWfdbRun *run,
                           GError **error)
{
    int64_t begin = 0, end = self->n_frames;

    g_return_val_if_fail(first >= 0, FALSE);
    *run = (CollectorWfdbRun){0};
    if (first >= self->n_frames)
        return TRUE;
    if (self->header->n_segments > 0) {
        run->segment = segment_at(self, first);
        begin = self->starts[run->segment];
        end = self->starts[run->segment + 1];
        if (!open_segment(self, run->segment, error))
            return FALSE;
    }
    run->segment_first = begin;
    run->n_frames = (size_t)MIN((int64_t)n, end - first);
    describe_run(self, run);
    for (size_t i = 0; i < run->n_frames * self->width; i++)
        out[i] = COLLECTOR_WFDB_INVALID;
    for (size_t i = 0; run->presence == COLLECTOR_WFDB_PRESENT && i < self->part->n_files; i++)
        if (!read_file(self, i, first - begin, run->n_frames, out, error))
            return FALSE;
    return TRUE;
}

GPtrArray *
collector_wfdb_record_check(CollectorWfdbRecord *self, GError **error)
{
    g_autoptr(GPtrArray) checks =
        g_ptr_array_new_with_free_func((GDestroyNotify)collector_wfdb_check_free);

    if (self->header->n_segments == 0) {
        if (!collector_wfdb_part_check(self->part, checks, error))
            return NULL;
        return g_steal_pointer(&checks);
    }
    for (size_t i = 0; i < self->header->n_segments; i++) {
        if (self->header->segments[i].n_frames == 0)
            continue;
        if (!open_segment(self, i, error))
            return NULL;
        if (self->part != NULL && self->part->absent == NULL
            && !collector_wfdb_part_check(self->part, checks, error))
            return NULL;
    }
    return g_steal_pointer(&checks);
}

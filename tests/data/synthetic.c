/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/data/synthetic.h"

#include <string.h>

/* One signal of one segment. Its samples are wave(seed, n), n counted from the
 * beginning of the segment, within +-@span. */
typedef struct {
    const char *file; /* signals of one file stand together */
    int format;
    uint32_t per_frame;
    uint32_t skew;
    uint64_t offset;
    const char *gain; /* as the header has it, with baseline and unit */
    double gain_value;
    int32_t span;
    uint32_t seed;
    const char *name;
    size_t channel; /* of the record */
} Signal;

typedef struct {
    const char *record;
    const char *name; /* NULL: a gap */
    int64_t n_frames;
    gboolean header_absent;
    const char *file_absent; /* signal file that is not written */
    size_t n_signals;
    Signal signals[3];
} Segment;

const SyntheticRecord synthetic_records[] = {
    {"icu", 3000, 3}, {"icun", 8, 3}, {"packed", 501, 5}, {"fixed", 30, 1}, {NULL, 0, 0},
};

#define II(segment, gain, seed)                                                                    \
    {                                                                                              \
        segment ".dat", 80, 1, 0, 0, #gain "/mV", gain, 100, seed, "II", 0                         \
    }
#define V(segment, gain, seed)                                                                     \
    {                                                                                              \
        segment ".dat", 80, 1, 0, 0, #gain "/mV", gain, 90, seed, "V", 1                           \
    }

static const Segment segments[] = {
    /* a variable layout as long ICU records have it, 125 Hz */
    {"icu", NULL, 500, FALSE, NULL, 0, {{0}}},
    {"icu", "icu_0001", 640, FALSE, NULL, 2, {II("icu_0001", 86, 1), V("icu_0001", 67, 2)}},
    {"icu", "icu_0002", 4, FALSE, NULL, 2, {II("icu_0002", 67, 3), V("icu_0002", 67, 4)}},
    {"icu", "icu_0003", 512, FALSE, NULL, 2, {II("icu_0003", 53, 5), V("icu_0003", 86, 6)}},
    {"icu", "icu_0004", 4, FALSE, NULL, 2, {V("icu_0004", 86, 8), II("icu_0004", 49, 7)}},
    {"icu", "icu_0005", 340, TRUE, NULL, 0, {{0}}},
    {"icu", "icu_0006", 100, FALSE, "icu_0006.dat", 1, {II("icu_0006", 49, 9)}},
    {"icu", NULL, 100, FALSE, NULL, 0, {{0}}},
    {"icu",
     "icu_0007",
     400,
     FALSE,
     NULL,
     3,
     {II("icu_0007", 81, 10),
      V("icu_0007", 60, 11),
      {"icu_0007.dat", 80, 1, 0, 0, "1/mmHg", 1, 110, 12, "ABP", 2}}},
    {"icu",
     "icu_0008",
     400,
     FALSE,
     NULL,
     2,
     {{"icu_0008.dat", 80, 1, 0, 0, "1.25(-100)/mmHg", 1.25, 120, 13, "ABP", 2},
      II("icu_0008", 81, 14)}},
    /* minute numerics: no wave, see numeric() */
    {"icun",
     "icun",
     8,
     FALSE,
     NULL,
     3,
     {{"icun.dat", 16, 1, 0, 0, "10/bpm", 10, 0, 0, "HR", 0},
      {"icun.dat", 16, 1, 0, 0, "10/%", 10, 0, 1, "SpO2", 1},
      {"icun.dat", 16, 1, 0, 0, "1/mmHg", 1, 0, 2, "NBPSys", 2}}},
    /* packed groups that do not end with a frame, skew, a byte offset */
    {"packed",
     "packed",
     501,
     FALSE,
     NULL,
     3,
     {{"packed.d0", 310, 2, 3, 0, "200/mV", 200, 500, 21, "II", 0},
      {"packed.d0", 310, 1, 0, 0, "200/mV", 200, 500, 22, "II", 1},
      {"packed.d1", 311, 1, 0, 24, "20/mmHg", 20, 500, 23, "ABP", 2}}},
    {"packed",
     "packed",
     501,
     FALSE,
     NULL,
     2,
     {{"packed.d2", 212, 4, 0, 0, "200/mV", 200, 2000, 24, "V", 3},
      {"packed.d3", 8, 1, 2, 0, "200/mV", 200, 60, 25, "RESP", 4}}},
    /* a fixed layout: one segment comes twice, one is absent */
    {"fixed",
     "fixed_1",
     10,
     FALSE,
     NULL,
     1,
     {{"fixed_1.dat", 160, 1, 0, 0, "100/mV", 100, 9000, 31, "I", 0}}},
    {"fixed", "fixed_2", 10, TRUE, NULL, 0, {{0}}},
    {"fixed",
     "fixed_1",
     10,
     FALSE,
     NULL,
     1,
     {{"fixed_1.dat", 160, 1, 0, 0, "100/mV", 100, 9000, 31, "I", 0}}},
};

static const int16_t numerics[8][3] = {
    {800, 970, -32768}, {0, 0, -32768},   {810, 0, 121},      {805, 960, 0},
    {0, 950, -32768},   {790, 0, -32768}, {-32768, 940, 118}, {1013, 1000, -32768},
};

/* A ramp that folds back, its slope changing with the seed, and some noise; every
 * 97th sample of format 80 is the invalid one. */
static int32_t
wave(const Signal *signal, int64_t n)
{
    int32_t span = signal->span;
    int64_t period = 40 + (int64_t)(signal->seed % 7) * 11;
    int64_t phase = n % period, half = period / 2;
    int64_t ramp = (phase < half ? phase : period - phase) * 2 * span / period * 2 - span;
    uint32_t noise = (uint32_t)(n + 1) * 2654435761u ^ signal->seed * 40503u;

    if (signal->format == 80 && n % 97 == 96)
        return -128;
    ramp += (int64_t)(noise >> 16) % (span / 8 + 1) - span / 16;
    return (int32_t)CLAMP(ramp, -span, span);
}

static int32_t
stored(const Segment *segment, const Signal *signal, int64_t frame, uint32_t j)
{
    if (strcmp(segment->record, "icun") == 0)
        return numerics[frame][signal->channel];
    return wave(signal, frame * signal->per_frame + j);
}

static void
put_bits(GByteArray *out, size_t bit, guint n, uint32_t value)
{
    for (guint i = 0; i < n; i++) {
        size_t at = (bit + i) / 8;
        while (out->len <= at)
            g_byte_array_append(out, (const guint8 *)"", 1);
        if (value >> i & 1)
            out->data[at] |= (guint8)(1u << (guint)((bit + i) % 8));
    }
}

void
synthetic_encode(int format, size_t i, int32_t value, GByteArray *out)
{
    uint32_t u = (uint32_t)value;

    switch (format) {
    case 8:
        put_bits(out, i * 8, 8, u);
        break;
    case 80:
        put_bits(out, i * 8, 8, u + 128);
        break;
    case 16:
        put_bits(out, i * 16, 16, u);
        break;
    case 61:
        put_bits(out, i * 16 + 8, 8, u);
        put_bits(out, i * 16, 8, u >> 8);
        break;
    case 160:
        put_bits(out, i * 16, 16, u + 32768);
        break;
    case 24:
        put_bits(out, i * 24, 24, u);
        break;
    case 32:
        put_bits(out, i * 32, 32, u);
        break;
    case 212: /* the high nibbles of both samples share byte 1 */
        put_bits(out, i / 2 * 24 + (i % 2) * 16, 8, u);
        put_bits(out, i / 2 * 24 + 8 + (i % 2) * 4, 4, u >> 8);
        break;
    case 310: /* bits 1-10 of each word; bits 11-15 of both make the third */
        if (i % 3 < 2) {
            put_bits(out, i / 3 * 32 + (i % 3) * 16 + 1, 10, u);
        } else {
            put_bits(out, i / 3 * 32 + 11, 5, u);
            put_bits(out, i / 3 * 32 + 27, 5, u >> 5);
        }
        break;
    case 311:
        put_bits(out, i / 3 * 32 + (i % 3) * 10, 10, u);
        break;
    default:
        g_assert_not_reached();
    }
}

static SyntheticFile *
add_file(GPtrArray *files, const char *name)
{
    for (guint i = 0; i < files->len; i++)
        if (strcmp(((SyntheticFile *)files->pdata[i])->name, name) == 0)
            return files->pdata[i];
    SyntheticFile *file = g_new0(SyntheticFile, 1);
    file->name = g_strdup(name);
    file->bytes = g_byte_array_new();
    g_ptr_array_add(files, file);
    return file;
}

static void
file_free(gpointer data)
{
    SyntheticFile *file = data;

    g_free(file->name);
    g_byte_array_unref(file->bytes);
    g_free(file);
}

static void append(SyntheticFile *file, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
append(SyntheticFile *file, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_byte_array_append(file->bytes, (const guint8 *)text, (guint)strlen(text));
}

/* The samples of @n signals that share one file, skewed as their header says:
 * a sample of frame f is stored in frame f + skew, and what is stored before
 * that is the first one. */
static void
write_samples(GPtrArray *files, const Segment *segment, const Signal *signals, size_t n)
{
    g_autoptr(GByteArray) stream = g_byte_array_new();
    int32_t last[3] = {0};
    size_t i = 0;

    for (size_t s = 0; s < n; s++)
        last[s] = stored(segment, &signals[s], 0, 0);
    for (int64_t f = 0; f < segment->n_frames; f++)
        for (size_t s = 0; s < n; s++)
            for (uint32_t j = 0; j < signals[s].per_frame; j++) {
                int64_t from = MAX(f - (int64_t)signals[s].skew, 0);
                int32_t v = stored(segment, &signals[s], from, j);
                synthetic_encode(signals[s].format, i++, signals[s].format == 8 ? v - last[s] : v,
                                 stream);
                last[s] = v;
            }
    SyntheticFile *file = add_file(files, signals[0].file);
    for (uint64_t k = 0; k < signals[0].offset; k++)
        g_byte_array_append(file->bytes, (const guint8 *)"#", 1);
    g_byte_array_append(file->bytes, stream->data, stream->len);
}

static int16_t
checksum(const Segment *segment, const Signal *signal)
{
    uint32_t sum = 0;

    for (int64_t f = 0; f < segment->n_frames; f++)
        for (uint32_t j = 0; j < signal->per_frame; j++)
            sum += (uint32_t)stored(segment, signal, MAX(f - (int64_t)signal->skew, 0), j);
    return (int16_t)sum;
}

static void
write_signal_line(SyntheticFile *header, const Segment *segment, const Signal *signal)
{
    append(header, "%s %d", signal->file, signal->format);
    if (signal->per_frame > 1)
        append(header, "x%u", signal->per_frame);
    if (signal->skew > 0)
        append(header, ":%u", signal->skew);
    if (signal->offset > 0)
        append(header, "+%" G_GUINT64_FORMAT, signal->offset);
    append(header, " %s 12 0 %d %d 0 %s\n", signal->gain, stored(segment, signal, 0, 0),
           checksum(segment, signal), signal->name);
}

static void
write_segment(GPtrArray *files, const Segment *segment, size_t n_segments)
{
    g_autofree char *name = g_strconcat(segment->name, ".hea", NULL);
    SyntheticFile *header = add_file(files, name);
    size_t n = 0;

    if (header->bytes->len > 0)
        return; /* the segment that comes twice */
    for (size_t i = 0; i < n_segments; i++)
        n += segment[i].n_signals;
    append(header, "%s %zu %s %" G_GINT64_FORMAT "\n", segment->name, n,
           strcmp(segment->record, "icun") == 0 ? "0.0166666666667/125" : "125", segment->n_frames);
    for (size_t i = 0; i < n_segments; i++)
        for (size_t s = 0, group; s < segment[i].n_signals; s += group) {
            const Signal *first = &segment[i].signals[s];
            for (group = 1;
                 s + group < segment[i].n_signals && strcmp(first[group].file, first->file) == 0;)
                group++;
            for (size_t k = 0; k < group; k++)
                write_signal_line(header, segment, &first[k]);
            if (g_strcmp0(first->file, segment->file_absent) != 0)
                write_samples(files, segment, first, group);
        }
}

static void
write_broken(GPtrArray *files)
{
    append(add_file(files, "absent.hea"), "absent 1 125 100\nabsent.dat 16 200/mV 12 0 0 0 0 II\n");
    append(add_file(files, "truncated.hea"),
           "truncated 1 125 100\ntruncated.dat 16 200/mV 12 0 0 0 0 II\n");
    append(add_file(files, "truncated.dat"), "%0151d", 0);
    append(add_file(files, "missum.hea"), "missum 1 125 4\nmissum.dat 80 200/mV 8 0 -80 1 0 II\n");
    append(add_file(files, "missum.dat"), "0000");
    append(add_file(files, "lost.hea"), "lost/2 1 125 20\nlost_1 10\nlost_2 10\n");
}

GPtrArray *
synthetic_files(void)
{
    GPtrArray *files = g_ptr_array_new_with_free_func(file_free);

    append(add_file(files, "icu.hea"), "icu/11 3 125 3000 10:44:18.529 04/05/2104\nicu_layout 0\n");
    append(add_file(files, "icu_layout.hea"),
           "icu_layout 3 125 0\n~ 0 86/mV 11 0 -1024 0 0 II\n~ 0 86/mV 11 0 -1024 0 0 V\n"
           "~ 0 1.25(-100)/mmHg 9 0 -256 0 0 ABP\n");
    append(add_file(files, "fixed.hea"), "fixed/3 1 125 30\n");
    for (size_t i = 0, n; i < G_N_ELEMENTS(segments); i += n) {
        const Segment *segment = &segments[i];
        gboolean multi =
            strcmp(segment->record, "icu") == 0 || strcmp(segment->record, "fixed") == 0;

        for (n = 1; !multi && i + n < G_N_ELEMENTS(segments)
                    && strcmp(segments[i + n].record, segment->record) == 0;)
            n++;
        if (multi) {
            g_autofree char *name = g_strconcat(segment->record, ".hea", NULL);
            append(add_file(files, name), "%s %" G_GINT64_FORMAT "\n",
                   segment->name != NULL ? segment->name : "~", segment->n_frames);
        }
        if (segment->name != NULL && !segment->header_absent)
            write_segment(files, segment, n);
    }
    write_broken(files);
    return files;
}

int32_t
synthetic_truth(const char *record, size_t channel, int64_t frame, uint32_t j, double *gain)
{
    int64_t start = 0;

    *gain = 0.0;
    for (size_t i = 0; i < G_N_ELEMENTS(segments); i++) {
        const Segment *segment = &segments[i];
        gboolean more = i + 1 < G_N_ELEMENTS(segments) && segment->name != NULL
                        && strcmp(segment->name, segment->record) == 0
                        && strcmp(segments[i + 1].record, segment->record) == 0;

        if (strcmp(segment->record, record) != 0)
            continue;
        for (size_t s = 0;
             frame >= start && frame < start + segment->n_frames && s < segment->n_signals; s++) {
            const Signal *signal = &segment->signals[s];
            if (signal->channel != channel || g_strcmp0(signal->file, segment->file_absent) == 0)
                continue;
            if (frame - start + signal->skew >= segment->n_frames)
                return SYNTHETIC_INVALID; /* stored beyond the end */
            int32_t v = stored(segment, signal, frame - start, j);
            *gain = signal->gain_value;
            return (signal->format == 80 && v == -128) || (signal->format == 16 && v == -32768)
                       ? SYNTHETIC_INVALID
                       : v;
        }
        if (!more)
            start += segment->n_frames;
    }
    return SYNTHETIC_INVALID;
}

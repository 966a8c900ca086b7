/* A WFDB header, a zero byte, and the bytes of its signal files: every format,
 * FLAC included, read forwards, again and backwards.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "collector/sources/wfdb-file.h"
#include "tests/fuzz/fuzz-target.h"

#define FRAMES 64
#define WIDTH  512

static void
read_all(CollectorWfdbFile *file)
{
    size_t width = collector_wfdb_file_width(file), got = 0;
    g_autofree int32_t *first = g_new0(int32_t, FRAMES * width);
    g_autofree int32_t *again = g_new0(int32_t, FRAMES * width);
    g_autoptr(GError) error = NULL;
    int64_t f = 0;

    for (; f < 4096; f += (int64_t)got) {
        if (!collector_wfdb_file_read(file, f, FRAMES, first, &got, &error) || got == 0)
            break;
        g_assert_true(got <= FRAMES);
        g_assert_true(collector_wfdb_file_frames(file) < 0
                      || f + (int64_t)got <= collector_wfdb_file_frames(file));
    }
    g_clear_error(&error);
    size_t n = 0;
    if (!collector_wfdb_file_read(file, 0, FRAMES, first, &n, &error) || n == 0)
        return;
    if (!collector_wfdb_file_read(file, (int64_t)n / 2, FRAMES, again, &got, &error))
        return;
    /* the same frames are the same samples, whatever was read between */
    size_t same = MIN(got, n - n / 2);
    g_assert_true(memcmp(first + n / 2 * width, again, same * width * sizeof *again) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *zero = size > 0 ? memchr(data, '\0', size) : NULL;
    size_t n = zero != NULL ? (size_t)(zero - data) : size;
    g_autoptr(CollectorWfdbHeader) h = collector_wfdb_header_parse("x.hea", data, n, NULL);
    size_t rest = zero != NULL ? size - n - 1 : 0;

    if (h == NULL || h->signals == NULL)
        return 0;
    g_autoptr(GBytes) bytes = g_bytes_new(zero != NULL ? zero + 1 : NULL, rest);
    for (size_t i = 0, group; i < h->n_signals; i += group) {
        size_t width = h->signals[i].samples_per_frame;
        for (group = 1; i + group < h->n_signals
                        && g_strcmp0(h->signals[i].file, h->signals[i + group].file) == 0;)
            width += h->signals[i + group++].samples_per_frame;
        if (h->signals[i].file == NULL || width > WIDTH)
            continue;
        g_autoptr(CollectorWfdbFile) file =
            collector_wfdb_file_new_for_bytes("x.dat", bytes, &h->signals[i], group, NULL);
        if (file != NULL)
            read_all(file);
    }
    return 0;
}

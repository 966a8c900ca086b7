/* MLLP: the same events whether the bytes come at once or in pieces.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "collector/sources/mllp.h"
#include "tests/fuzz/fuzz-target.h"

static void
note(const CollectorMllpEvent *event, gpointer user)
{
    GString *log = user;

    g_string_append_printf(log, "%d %" G_GUINT64_FORMAT " ", (int)event->kind, event->offset);
    if (event->n > 0)
        g_string_append_len(log, event->bytes, (gssize)event->n);
}

static GString *
run(const char *bytes, size_t n, size_t step)
{
    g_autoptr(CollectorMllp) framer = collector_mllp_new(64);
    GString *log = g_string_new(NULL);

    for (size_t at = 0; at < n; at += step) {
        collector_mllp_push(framer, bytes + at, step < n - at ? step : n - at, note, log);
        g_assert_true(collector_mllp_held(framer) <= 64);
    }
    collector_mllp_end(framer, note, log);
    return log;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GString) whole = run((const char *)data, size, size == 0 ? 1 : size);
    g_autoptr(GString) bytes = run((const char *)data, size, 1);
    g_autoptr(GString) pieces = run((const char *)data, size, 7);

    g_assert_true(g_string_equal(whole, bytes));
    g_assert_true(g_string_equal(whole, pieces));
    return 0;
}

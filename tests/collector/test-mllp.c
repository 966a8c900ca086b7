/* The MLLP framer, fed in every way a network can.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "collector/sources/mllp.h"

#define VT "\x0B"
#define FS "\x1C"

static const char letters[] = {[COLLECTOR_MLLP_FRAME] = 'F',
                               [COLLECTOR_MLLP_JUNK] = 'J',
                               [COLLECTOR_MLLP_CUT] = 'C',
                               [COLLECTOR_MLLP_TOO_LONG] = 'L',
                               [COLLECTOR_MLLP_NO_CR] = 'N'};

/* Writes what it is told as text: "F0:abc;" is a frame at offset 0 with text abc. */
static void
note(const CollectorMllpEvent *event, gpointer user)
{
    GString *log = user;

    g_string_append_printf(log, "%c%" G_GUINT64_FORMAT ":", letters[event->kind], event->offset);
    if (event->n > 0)
        g_string_append_len(log, event->bytes, (gssize)MIN(event->n, 16));
    if (event->kind == COLLECTOR_MLLP_JUNK || event->kind == COLLECTOR_MLLP_NO_CR)
        g_string_append_printf(log, "%02X", event->found);
    g_string_append_c(log, ';');
}

/* Splits @bytes at random, @seed 0 in one piece. */
static char *
run(const char *bytes, size_t n, size_t max, guint32 seed)
{
    g_autoptr(CollectorMllp) framer = collector_mllp_new(max);
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    GString *log = g_string_new(NULL);
    size_t at = 0;

    while (at < n) {
        size_t step = (size_t)g_rand_int_range(random, 1, 8);
        size_t take = seed == 0 ? n : MIN(n - at, step);

        collector_mllp_push(framer, bytes + at, take, note, log);
        at += take;
    }
    collector_mllp_end(framer, note, log);
    return g_string_free(log, FALSE);
}

static void
reads_the_same_however_the_bytes_come(void)
{
    static const struct {
        const char *bytes, *log;
    } cases[] = {
        {"", ""},
        {VT "abc" FS "\r", "F0:abc;"},
        {VT "a" FS "\r" VT "b" FS "\r" VT "c" FS "\r", "F0:a;F4:b;F8:c;"},
        {VT FS "\r", "F0:;"},
        {"xy" VT "a" FS "\r", "J0:78;F2:a;"},
        {VT "a" FS "\rxyz" VT "b" FS "\r", "F0:a;J4:78;F7:b;"},
        {VT "a" FS VT "b" FS "\r", "F0:a;N3:0B;F3:b;"},
        {VT "a" FS "xx\r" VT "b" FS "\r", "F0:a;N3:78;F6:b;"},
        {VT "ab" VT "c" FS "\r", "C0:;F3:c;"},
        {VT "never ended", "C0:;"},
        {VT "a" FS, "F0:a;"},
        {VT "a\rb\nc" FS "\r", "F0:a\rb\nc;"},
        {FS "\r" VT "a" FS "\r", "J0:1C;F2:a;"},
        {"MSH|no frame at all\r", "J0:4D;"},
        {VT "123456789" FS "\r" VT "a" FS "\r", "L0:12345678;F12:a;"},
        {VT "123456789", "C0:;"},
        {VT "12345678" FS "\r", "F0:12345678;"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        for (guint32 seed = 0; seed < 200; seed++) {
            g_autofree char *log = run(cases[i].bytes, strlen(cases[i].bytes), 8, seed);

            g_assert_cmpstr(log, ==, cases[i].log);
        }
}

static void
count_frames(const CollectorMllpEvent *event, gpointer user)
{
    size_t *sizes = user;

    g_assert_cmpint(event->kind, ==, COLLECTOR_MLLP_FRAME);
    sizes[0]++;
    sizes[1] += event->n;
}

/* A thousand messages of all lengths, in pieces of all lengths. */
static void
loses_nothing_over_random_splits(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    g_autoptr(GString) stream = g_string_new(NULL);
    g_autoptr(CollectorMllp) framer = collector_mllp_new(1 << 16);
    size_t sizes[2] = {0, 0};
    size_t sum = 0, at = 0;

    for (int i = 0; i < 1000; i++) {
        size_t n = (size_t)g_rand_int_range(random, 0, 3000);
        g_autofree char *text = g_strnfill(n, (char)g_rand_int_range(random, 'a', 'z'));

        collector_mllp_wrap(text, n, stream);
        sum += n;
    }
    while (at < stream->len) {
        size_t step = (size_t)g_rand_int_range(random, 1, 5000);
        size_t take = MIN(stream->len - at, step);

        collector_mllp_push(framer, stream->str + at, take, count_frames, sizes);
        at += take;
    }
    g_assert_cmpuint(sizes[0], ==, 1000);
    g_assert_cmpuint(sizes[1], ==, sum);
    g_assert_false(collector_mllp_inside(framer));
}

static void
head_only(const CollectorMllpEvent *event, gpointer user)
{
    GString *log = user;

    g_string_append_c(log, letters[event->kind]);
    if (event->kind == COLLECTOR_MLLP_TOO_LONG)
        g_assert_cmpuint(event->n, ==, COLLECTOR_MLLP_HEAD);
}

static void
holds_no_more_than_the_cap(void)
{
    g_autoptr(CollectorMllp) framer = collector_mllp_new(100000);
    g_autoptr(GString) log = g_string_new(NULL);
    g_autofree char *text = g_strnfill(50000, 'x');

    collector_mllp_push(framer, VT, 1, head_only, log);
    for (int i = 0; i < 100; i++) {
        collector_mllp_push(framer, text, 50000, head_only, log);
        g_assert_cmpuint(collector_mllp_held(framer), <=, 100000);
    }
    g_assert_cmpuint(collector_mllp_held(framer), ==, COLLECTOR_MLLP_HEAD);
    collector_mllp_push(framer, FS "\r" VT "a" FS "\r", 6, head_only, log);
    g_assert_cmpstr(log->str, ==, "LF");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/collector/mllp/reads_the_same_however_the_bytes_come",
                    reads_the_same_however_the_bytes_come);
    g_test_add_func("/collector/mllp/loses_nothing_over_random_splits",
                    loses_nothing_over_random_splits);
    g_test_add_func("/collector/mllp/holds_no_more_than_the_cap", holds_no_more_than_the_cap);
    return g_test_run();
}

/* Runs a fuzz target over its corpus, as a test: every file as it is, cut short, and
 * with bytes changed by a seeded generator. Prints TAP, a line per file.
 *
 * Usage: corpus-NAME FOLDER
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include <glib.h>

#include "tests/fuzz/fuzz-target.h"

#define VARIANTS  60
#define MAX_BYTES (1U << 20)

/* The target gets memory of exactly @n bytes, so that a read past the end is seen. */
static void
run_copy(const guint8 *bytes, gsize n)
{
    g_autofree guint8 *copy = g_malloc(n + 1);
    guint8 *exact;

    memcpy(copy, bytes, n);
    exact = g_realloc(g_steal_pointer(&copy), n == 0 ? 1 : n);
    LLVMFuzzerTestOneInput(exact, n);
    g_free(exact);
}

static void
run_variants(guint8 *bytes, gsize n, guint32 seed)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);

    run_copy(bytes, n);
    for (int i = 0; i < VARIANTS && n > 0; i++) {
        gsize keep =
            i % 2 == 0 ? n : (gsize)g_rand_int_range(random, 0, (gint32)MIN(n, G_MAXINT32));

        for (int k = 0; k < 1 + i / 20; k++)
            bytes[g_rand_int(random) % n] = (guint8)g_rand_int_range(random, 0, 256);
        run_copy(bytes, keep);
    }
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) dir = NULL;
    const char *name;
    guint n = 0;

    if (argc != 2) {
        fprintf(stderr, "Usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    dir = g_dir_open(argv[1], 0, &error);
    if (dir == NULL) {
        printf("Bail out! %s\n", error->message);
        return 1;
    }
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(argv[1], name, NULL);
        g_autofree char *bytes = NULL;
        gsize size;

        if (!g_file_get_contents(path, &bytes, &size, &error)) {
            printf("Bail out! %s\n", error->message);
            return 1;
        }
        run_variants((guint8 *)bytes, MIN(size, MAX_BYTES), g_str_hash(name));
        printf("ok %u %s\n", ++n, name);
    }
    printf("1..%u\n", n);
    return n > 0 ? 0 : 1;
}

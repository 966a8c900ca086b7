/* Writes the synthetic records into a folder:
 *   build/tests/data/make-synthetic tests/data/wfdb/synthetic
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include <glib/gstdio.h>

#include "tests/data/synthetic.h"

int
main(int argc, char **argv)
{
    if (argc != 2) {
        g_printerr("Usage: make-synthetic DIR\n");
        return 2;
    }
    g_autoptr(GPtrArray) files = synthetic_files();
    for (guint i = 0; i < files->len; i++) {
        const SyntheticFile *file = files->pdata[i];
        g_autofree char *path = g_build_filename(argv[1], file->name, NULL);
        g_autoptr(GError) error = NULL;
        if (g_mkdir_with_parents(argv[1], 0755) != 0
            || !g_file_set_contents(path, (const char *)file->bytes->data, file->bytes->len,
                                    &error)) {
            g_printerr("make-synthetic: %s: %s\n", path,
                       error != NULL ? error->message : "no such folder");
            return EXIT_FAILURE;
        }
    }
    return EXIT_SUCCESS;
}

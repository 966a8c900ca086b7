/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/folder.h"

char *
tool_data_path(const char *name)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = self != NULL ? g_path_get_dirname(self) : g_strdup(".");
    g_autofree char *clone = g_build_filename(folder, "..", "..", "data", name, NULL);
    g_autofree char *installed = g_build_filename(folder, "..", "share", "vicu", name, NULL);

    return g_canonicalize_filename(g_file_test(clone, G_FILE_TEST_EXISTS) ? clone : installed,
                                   NULL);
}

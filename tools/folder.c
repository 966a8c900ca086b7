/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/folder.h"

#include <ftw.h>
#include <stdio.h>

#define OPEN_FOLDERS 16

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

static int
remove_one(const char *path, const struct stat *at, int kind, struct FTW *where)
{
    (void)at;
    (void)kind;
    (void)where;
    return remove(path);
}

gboolean
tool_folder_remove(const char *path)
{
    return nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS) == 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "common/program.h"

char *
vicu_program_path(const char *room)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = self ? g_path_get_dirname(self) : g_strdup(".");
    g_autofree char *name = g_strconcat("vicu-", room, NULL);
    g_autofree char *beside = g_build_filename(folder, name, NULL);
    if (g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer(&beside);
    return g_build_filename(folder, "..", room, name, NULL);
}

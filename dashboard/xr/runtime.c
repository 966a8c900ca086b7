/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/xr/runtime.h"

#include "common/error.h"

#define MANIFEST "openxr/1/active_runtime.json"

char *
dash_xr_runtime_find_in(const char *const *paths, GError **error)
{
    for (size_t i = 0; paths[i] != NULL; i++)
        if (g_file_test(paths[i], G_FILE_TEST_IS_REGULAR))
            return g_strdup(paths[i]);
    g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                "no OpenXR runtime: %s is not there; install the runtime of the headset's maker",
                paths[0] != NULL ? paths[0] : MANIFEST);
    return NULL;
}

/* As the loader does: the one that the user named, the user's, the system's (OpenXR loader
 * specification, 1.0, "Linux active runtime location"). */
char *
dash_xr_runtime_find(GError **error)
{
    const char *named = g_getenv("XR_RUNTIME_JSON");
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);

#ifndef DASH_XR
    g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                "no OpenXR: this build has none; libopenxr was not there when it was configured");
    return NULL;
#endif
    if (named != NULL && *named != '\0') {
        g_ptr_array_add(paths, g_strdup(named));
    } else {
        g_ptr_array_add(paths, g_build_filename(g_get_user_config_dir(), MANIFEST, NULL));
        for (const char *const *dir = g_get_system_config_dirs(); *dir != NULL; dir++)
            g_ptr_array_add(paths, g_build_filename(*dir, MANIFEST, NULL));
        g_ptr_array_add(paths, g_strdup("/etc/" MANIFEST));
    }
    g_ptr_array_add(paths, NULL);
    return dash_xr_runtime_find_in((const char *const *)paths->pdata, error);
}

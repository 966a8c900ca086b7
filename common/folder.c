/* SPDX-License-Identifier: Apache-2.0 */
#include "common/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "common/error.h"

gboolean
vicu_folder_sync(const char *path, GError **error)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    gboolean ok = fd >= 0 && fsync(fd) == 0;
    int code = errno;

    if (fd >= 0 && close(fd) != 0 && ok) {
        code = errno;
        ok = FALSE;
    }
    if (!ok)
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s cannot be synced: %s", path,
                    g_strerror(code));
    return ok;
}

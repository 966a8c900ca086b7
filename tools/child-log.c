/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/child-log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/error.h"

#define TAIL_BYTES 4096

int
tool_child_log_open(const char *path, GError **error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    if (fd < 0)
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: %s", path, g_strerror(errno));
    return fd;
}

void
tool_child_log_remark(const char *path, const char *text)
{
    int fd = tool_child_log_open(path, NULL);
    g_autofree char *time = vicu_time_format(vicu_clock_utc_us());
    g_autofree char *line = g_strdup_printf("%s vicu: %s\n", time, text);

    if (fd < 0)
        return;
    if (write(fd, line, strlen(line)) < 0)
        g_debug("%s: %s", path, g_strerror(errno));
    close(fd);
}

size_t
tool_child_log_size(const char *path)
{
    struct stat at;

    return stat(path, &at) == 0 ? (size_t)at.st_size : 0;
}

void
tool_child_log_bound(const char *path, size_t max)
{
    g_autofree char *before = g_strdup_printf("%s.1", path);
    g_autofree char *text = NULL;
    gsize size = 0;

    if (tool_child_log_size(path) <= max)
        return;
    /* The child's descriptor appends, so it goes on at the new end. */
    if (g_file_get_contents(path, &text, &size, NULL)
        && g_file_set_contents(before, text, (gssize)size, NULL) && truncate(path, 0) != 0)
        g_debug("%s: %s", path, g_strerror(errno));
}

/* Reads the end of the file, from @from on: at most TAIL_BYTES. */
static char *
read_end(const char *path, size_t from)
{
    size_t size = tool_child_log_size(path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    g_autofree char *text = g_malloc0(TAIL_BYTES + 1);

    if (fd < 0)
        return g_steal_pointer(&text);
    if (from > size)
        from = 0;
    if (size - from > TAIL_BYTES)
        from = size - TAIL_BYTES;
    if (pread(fd, text, TAIL_BYTES, (off_t)from) < 0)
        text[0] = '\0';
    close(fd);
    return g_steal_pointer(&text);
}

char *
tool_child_log_tail(const char *path, size_t from, size_t n, const char *prefix)
{
    g_autofree char *text = g_strchomp(read_end(path, from));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    guint count = g_strv_length(lines);
    GString *out = g_string_new(NULL);

    for (guint i = count > n ? count - (guint)n : 0; i < count; i++)
        g_string_append_printf(out, "%s%s\n", prefix, lines[i]);
    return g_string_free(out, FALSE);
}

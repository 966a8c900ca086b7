/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/supervise-notify.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib/gstdio.h>

#include "common/error.h"

#define NOTICE_MAX   1024
#define LINES_MAX    16
#define PER_TURN_MAX 64

struct ToolNotify {
    char *path;
    int fd;
    guint source;
    ToolNotifyFunc func;
    gpointer user;
};

/* One datagram with the kernel's word on who sent it; FALSE when there is none. */
static gboolean
receive(ToolNotify *self)
{
    char text[NOTICE_MAX + 1];
    union {
        char bytes[CMSG_SPACE(sizeof(struct ucred))];
        struct cmsghdr align;
    } control;
    struct iovec part = {text, NOTICE_MAX};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    pid_t pid = 0;

    ssize_t size = recvmsg(self->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (size < 0)
        return FALSE;
    text[size] = '\0';
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c != NULL; c = CMSG_NXTHDR(&message, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS) {
            struct ucred from;
            memcpy(&from, CMSG_DATA(c), sizeof from);
            pid = from.pid;
        }
    g_auto(GStrv) lines = g_strsplit(text, "\n", LINES_MAX);
    for (int i = 0; lines[i] != NULL; i++)
        self->func(pid, lines[i], self->user);
    return TRUE;
}

static gboolean
on_notice(gint fd, GIOCondition condition, gpointer user)
{
    (void)fd;
    (void)condition;
    for (int i = 0; i < PER_TURN_MAX && receive(user); i++)
        ;
    return G_SOURCE_CONTINUE;
}

ToolNotify *
tool_notify_new(const char *path, ToolNotifyFunc func, gpointer user, GError **error)
{
    g_autoptr(ToolNotify) self = g_new0(ToolNotify, 1);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int one = 1;

    self->path = g_strdup(path);
    self->func = func;
    self->user = user;
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    g_unlink(path);
    self->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (self->fd < 0 || bind(self->fd, (struct sockaddr *)&address, sizeof address) != 0
        || setsockopt(self->fd, SOL_SOCKET, SO_PASSCRED, &one, sizeof one) != 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: %s", path, g_strerror(errno));
        return NULL;
    }
    self->source = g_unix_fd_add(self->fd, G_IO_IN, on_notice, self);
    return g_steal_pointer(&self);
}

void
tool_notify_free(ToolNotify *self)
{
    if (self == NULL)
        return;
    g_clear_handle_id(&self->source, g_source_remove);
    if (self->fd >= 0)
        close(self->fd);
    g_unlink(self->path);
    g_free(self->path);
    g_free(self);
}

const char *
tool_notify_path(const ToolNotify *self)
{
    return self->path;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/error.h"
#include "tools/demo.h"
#include "tools/dispatch.h"
#include "tools/folder.h"
#include "tools/installation.h"

#define PICTURE_SIZE "1920x1080"

/* A port that is free now. The collector keeps it over restarts, so that the
 * simulated monitors find it again. */
static guint16
free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    guint16 port = 0;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, size) == 0
        && getsockname(fd, (struct sockaddr *)&address, &size) == 0)
        port = ntohs(address.sin_port);
    if (fd >= 0)
        close(fd);
    return port;
}

static gboolean
write_file(const ToolDemo *self, const char *process, const char *text, GError **error)
{
    g_autofree char *path = g_strdup_printf("%s/%s.conf", self->root->etc, process);

    return g_file_set_contents(path, text, -1, error);
}

/* Where nobody looks nobody listens: then alarms sound into a file, and every picture says so. */
static gboolean
write_sound(const ToolDemo *self, GError **error)
{
    g_autofree char *file = g_build_filename(self->root->dir, "alarms.wav", NULL);
    g_autofree char *text =
        g_strdup_printf("# Written by vicu demo.\n[sound]\nsink = %s%s\n",
                        self->window ? "pipewire" : "wav:", self->window ? "" : file);

    return write_file(self, TOOL_SOUND, text, error);
}

gboolean
tool_demo_write_settings(ToolDemo *self, GError **error)
{
    g_autofree char *ward = tool_data_path("recordings/ward.ini");

    if (!g_file_test(ward, G_FILE_TEST_EXISTS)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                    "%s: the recordings of the demo ward are missing", ward);
        return FALSE;
    }
    self->mllp_port = free_port();
    g_autofree char *collector =
        g_strdup_printf("# Written by vicu demo: recordings, and simulated monitors over HL7.\n"
                        "[wfdb]\n"
                        "ward = %s\n"
                        "beds = %d\n"
                        "\n"
                        "[hl7]\n"
                        "enabled = true\n"
                        "address = 127.0.0.1\n"
                        "port = %u\n"
                        "location_is_bed = true\n"
                        "simulated = true\n"
                        "trust_clock = true\n",
                        ward, self->options.beds, self->mllp_port);
    return write_file(self, "collector", collector, error) && write_sound(self, error)
           && write_file(self, "portal",
                         "# Written by vicu demo: a port that is free.\n"
                         "[listen]\n"
                         "port = 0\n",
                         error);
}

static void
add(ToolDemo *self, const char *name, const char *program, unsigned kind, const char *const *words)
{
    g_autofree char *path = tool_program_path(program);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();

    g_ptr_array_add(argv, path);
    for (int i = 0; words[i] != NULL; i++)
        g_ptr_array_add(argv, (gpointer)words[i]);
    g_ptr_array_add(argv, NULL);
    tool_supervisor_add(self->supervisor, name, (const char *const *)argv->pdata, kind);
}

void
tool_demo_add_processes(ToolDemo *self)
{
    g_autofree char *ward = tool_data_path("recordings/ward.ini");
    g_autofree char *to = g_strdup_printf("127.0.0.1:%u", self->mllp_port);
    const char *daemon[] = {"--root", self->root->dir, NULL};
    g_autofree char *last = g_strdup_printf("%d", self->options.beds);
    const char *sim[] = {"--ward", ward, "--to", to, "--last", last, NULL};
    const char *pictures[] = {"--root",  self->root->dir, "--headless", "--picture",  self->picture,
                              "--every", "10s",           "--size",     PICTURE_SIZE, NULL};

    for (size_t i = 0; i < tool_n_processes; i++)
        add(self, tool_processes[i].name, tool_processes[i].program, TOOL_CHILD_NOTIFIES, daemon);
    add(self, "sim", "vicu-sim", TOOL_CHILD_PLAIN, sim);
    if (self->window)
        add(self, "dashboard", "vicu-dashboard", TOOL_CHILD_NOTIFIES | TOOL_CHILD_MAY_LEAVE,
            daemon);
    else if (self->options.pictures)
        add(self, "dashboard", "vicu-dashboard", TOOL_CHILD_NOTIFIES, pictures);
}

/* `vicu doctor`: what this machine lacks to run vICU well, and what to do. What runs is looked at
 * in doctor-live.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "common/auth.h"
#include "tools/dispatch.h"
#include "tools/doctor-inner.h"
#include "tools/folder.h"
#include "tools/installation.h"
#include "tools/verbs.h"

#define MLLP_PORT 2575

void
tool_doctor_say(ToolDoctor *self, ToolVerdict verdict, const char *what, const char *format, ...)
{
    static const char *const names[] = {"fine", "note", "bad"};
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    self->bad = self->bad || verdict == TOOL_BAD;
    if (self->json == NULL) {
        printf("%-5s %-10s %s\n", names[verdict], what, text);
        return;
    }
    vicu_json_begin_object(self->json, NULL);
    vicu_json_text(self->json, "check", what);
    vicu_json_text(self->json, "verdict", names[verdict]);
    vicu_json_text(self->json, "text", text);
    vicu_json_end(self->json);
}

static void
check_programs(ToolDoctor *self)
{
    for (size_t i = 0; i < tool_n_processes; i++) {
        g_autofree char *path = tool_program_path(tool_processes[i].program);
        if (g_file_test(path, G_FILE_TEST_IS_EXECUTABLE))
            tool_doctor_say(self, TOOL_FINE, "program", "%s", path);
        else
            tool_doctor_say(self, TOOL_BAD, "program", "%s is missing: build it (./vicu build)",
                            path);
    }
}

/* The nearest folder of @path that exists. */
static char *
existing(const char *path)
{
    char *folder = g_strdup(path);

    while (!g_file_test(folder, G_FILE_TEST_IS_DIR) && strcmp(folder, "/") != 0) {
        char *up = g_path_get_dirname(folder);
        g_free(folder);
        folder = up;
    }
    return folder;
}

static void
check_disk(ToolDoctor *self)
{
    g_autofree char *folder = existing(self->root->dir);
    struct statvfs fs;

    if (statvfs(folder, &fs) != 0) {
        tool_doctor_say(self, TOOL_BAD, "disk", "%s: %s", folder, g_strerror(errno));
        return;
    }
    double share = fs.f_blocks > 0 ? 100.0 * (double)fs.f_bavail / (double)fs.f_blocks : 0;
    double gib = (double)fs.f_bavail * (double)fs.f_frsize / 1073741824.0;
    if (access(folder, W_OK) != 0)
        tool_doctor_say(self, TOOL_BAD, "disk",
                        "%s cannot be written by this user: choose another --root", folder);
    else if (share < 5)
        tool_doctor_say(self, TOOL_BAD, "disk",
                        "%.1f %% free at %s: the store stops writing below 5 %%; make room", share,
                        folder);
    else if (share < 10)
        tool_doctor_say(self, TOOL_NOTE, "disk", "%.1f %% free at %s: an alarm stands below 10 %%",
                        share, folder);
    else
        tool_doctor_say(self, TOOL_FINE, "disk", "%.0f GiB (%.0f %%) free at %s", gib, share,
                        folder);
}

static void
check_clock(ToolDoctor *self)
{
    struct timex t = {0};

    if (adjtimex(&t) == TIME_ERROR || (t.status & STA_UNSYNC) != 0)
        tool_doctor_say(
            self, TOOL_NOTE, "clock",
            "not kept by NTP: times of different machines will not agree; install chrony or "
            "systemd-timesyncd");
    else
        tool_doctor_say(self, TOOL_FINE, "clock", "kept by NTP, error at most %ld ms",
                        t.maxerror / 1000);
}

static void
check_port(ToolDoctor *self)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(MLLP_PORT)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int one = 1;

    if (self->running) {
        tool_doctor_say(self, TOOL_FINE, "ports",
                        "an installation runs; vicu status lists its addresses");
        if (fd >= 0)
            close(fd);
        return;
    }
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0
        || bind(fd, (struct sockaddr *)&address, sizeof address) != 0)
        tool_doctor_say(self, TOOL_NOTE, "ports",
                        "127.0.0.1:%d (MLLP): %s; set [hl7] port to another one", MLLP_PORT,
                        g_strerror(errno));
    else
        tool_doctor_say(self, TOOL_FINE, "ports", "127.0.0.1:%d (MLLP) is free", MLLP_PORT);
    if (fd >= 0)
        close(fd);
}

/* Looks for a file whose name begins with @prefix, a few folders deep. */
static gboolean
has_file(const char *folder, const char *prefix, int depth)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name = NULL;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        if (g_str_has_prefix(name, prefix))
            return TRUE;
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (depth > 0 && g_file_test(path, G_FILE_TEST_IS_DIR) && has_file(path, prefix, depth - 1))
            return TRUE;
    }
    return FALSE;
}

static void
check_fonts(ToolDoctor *self)
{
    g_autofree char *own = g_build_filename(g_get_user_data_dir(), "fonts", NULL);
    static const char *const wanted[] = {"DejaVuSans", "NotoSans"};

    for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++)
        if (has_file("/usr/share/fonts", wanted[i], 3) || has_file(own, wanted[i], 2))
            tool_doctor_say(self, TOOL_FINE, "fonts", "%s", wanted[i]);
        else
            tool_doctor_say(
                self, TOOL_NOTE, "fonts",
                "%s is missing: pictures will use another one (apt-get install fonts-dejavu-core "
                "fonts-noto-core)",
                wanted[i]);
}

/* Who draws pictures in depth: the station knows. */
static void
check_path(ToolDoctor *self, const char *dashboard)
{
    const char *argv[] = {dashboard, "holo", "path", NULL};
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;
    int status = 0;

    if (!g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, &err, &status,
                      NULL)
        || !g_spawn_check_wait_status(status, NULL))
        tool_doctor_say(self, TOOL_NOTE, "depth", "not asked: %s holo path: %s", dashboard,
                        err ? g_strstrip(err) : "cannot be started");
    else
        tool_doctor_say(self, TOOL_FINE, "depth", "%s", g_strstrip(out));
}

static void
check_display(ToolDoctor *self)
{
    g_autofree char *dashboard = tool_program_path("vicu-dashboard");
    gboolean drivers = has_file("/usr/lib/x86_64-linux-gnu/dri", "swrast", 0)
                       || has_file("/usr/lib/aarch64-linux-gnu/dri", "swrast", 0)
                       || g_file_test("/dev/dri", G_FILE_TEST_IS_DIR);

    if (!g_file_test(dashboard, G_FILE_TEST_IS_EXECUTABLE))
        tool_doctor_say(self, TOOL_NOTE, "dashboard", "%s is missing: neither window nor pictures",
                        dashboard);
    if (g_getenv("WAYLAND_DISPLAY") == NULL && g_getenv("DISPLAY") == NULL)
        tool_doctor_say(self, TOOL_NOTE, "display",
                        "none here: demo writes a picture file instead of opening a window");
    else
        tool_doctor_say(self, TOOL_FINE, "display", "there is one");
    if (drivers)
        tool_doctor_say(self, TOOL_FINE, "GL", "a driver is there");
    else
        tool_doctor_say(self, TOOL_NOTE, "GL",
                        "no driver found: the window needs one (apt-get install libgl1-mesa-dri)");
    if (g_file_test(dashboard, G_FILE_TEST_IS_EXECUTABLE))
        check_path(self, dashboard);
}

static void
check_keys(ToolDoctor *self)
{
    struct stat at;

    if (stat(self->root->keys, &at) != 0) {
        tool_doctor_say(
            self, TOOL_NOTE, "keys",
            "%s does not exist: make keys with vicu keys --root %s (the demo makes its own)",
            self->root->keys, self->root->dir);
        return;
    }
    if ((at.st_mode & 077) != 0)
        tool_doctor_say(self, TOOL_BAD, "keys", "%s can be read by others: chmod 700 it",
                        self->root->keys);
    for (size_t i = 0; i < tool_n_processes; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(VicuKeys) keys = vicu_keys_open(self->root->keys, tool_processes[i].name, &error);
        if (keys == NULL)
            tool_doctor_say(self, TOOL_BAD, "keys", "%s", error->message);
        else if (strcmp(vicu_keys_role(keys), tool_processes[i].role) != 0)
            tool_doctor_say(self, TOOL_BAD, "keys", "%s.key has role %s, expected %s",
                            tool_processes[i].name, vicu_keys_role(keys), tool_processes[i].role);
        else
            tool_doctor_say(self, TOOL_FINE, "keys", "%s", tool_processes[i].name);
    }
}

static gboolean
is_installed(const char *package)
{
    const char *argv[] = {"dpkg-query", "-W", "-f=${db:Status-Status}", package, NULL};
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;

    return g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err,
                        NULL, NULL)
           && strcmp(out, "installed") == 0;
}

static void
check_packages(ToolDoctor *self)
{
    g_autofree char *path = tool_data_path("packages.txt");
    g_autofree char *text = NULL;
    g_autofree char *dpkg = g_find_program_in_path("dpkg-query");
    g_autoptr(GString) missing = g_string_new(NULL);

    if (dpkg == NULL || !g_file_get_contents(path, &text, NULL, NULL)) {
        tool_doctor_say(self, TOOL_NOTE, "packages", "not looked at: no clone or no Debian here");
        return;
    }
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (int i = 0; lines[i] != NULL; i++) {
        char section[16], package[64];
        if (lines[i][0] == '#' || sscanf(lines[i], "%15s %63s", section, package) != 2
            || strcmp(section, "night") == 0 || is_installed(package))
            continue;
        g_string_append_printf(missing, " %s (%s)", package, section);
    }
    if (missing->len == 0)
        tool_doctor_say(self, TOOL_FINE, "packages", "all of data/packages.txt");
    else
        tool_doctor_say(self, TOOL_NOTE, "packages",
                        "missing:%s; ./vicu build and ./vicu test install what they need",
                        missing->str);
}

int
tool_doctor(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolCommon) common = {0};
    g_autoptr(GError) error = NULL;
    int status = tool_options(verb, &argc, &argv, NULL, &common, 0, 0);

    if (status >= 0)
        return status;
    g_autoptr(VicuRoot) root = vicu_root_find_running(common.root, NULL);
    gboolean running = root != NULL;
    if (root == NULL)
        root = vicu_root_new(common.root, &error);
    if (root == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    g_autoptr(VicuJson) json = common.json ? vicu_json_new() : NULL;
    ToolDoctor doctor = {root, running, json, FALSE};
    if (json != NULL)
        vicu_json_begin_array(json, NULL);
    check_programs(&doctor);
    check_packages(&doctor);
    check_disk(&doctor);
    check_clock(&doctor);
    check_port(&doctor);
    check_keys(&doctor);
    check_fonts(&doctor);
    check_display(&doctor);
    tool_doctor_check_live(&doctor, &common);
    if (json != NULL) {
        vicu_json_end(json);
        vicu_json_print(json, stdout);
    }
    return doctor.bad ? TOOL_WANTING : TOOL_DONE;
}

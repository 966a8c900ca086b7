/* SPDX-License-Identifier: Apache-2.0 */
#include "common/daemon.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib-unix.h>

#include "common/audit.h"
#include "common/clock.h"
#include "common/error.h"
#include "common/log.h"
#include "common/memory.h"
#include "common/options.h"
#include "common/refusals.h"

#define BEAT_MS    1000
#define STATUS_HWM 64

typedef struct {
    char *cause;
    char *text;
    int64_t since_us;
} Condition;

struct VicuDaemon {
    const VicuDaemonSpec *spec;
    gpointer user;
    char *name;
    char *config_path;
    VicuRoot *root;
    VicuKeys *keys;
    VicuContext *context;
    VicuSocket *status;
    GMainLoop *loop;
    GPtrArray *conditions;
    GHashTable *endpoints;
    VicuRefusals refusals;
    char *description; /* of process-start */
    int64_t started_us;
    gboolean ready;
    gboolean failed;
};

typedef struct {
    char *root;
    char *name;
    char *config;
    gboolean check;
    gboolean settings;
    gboolean manual;
    gboolean version;
} Options;

void
vicu_notify(const char *state)
{
    const char *path = g_getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (path == NULL || strlen(path) >= sizeof address.sun_path)
        return;
    memcpy(address.sun_path, path, strlen(path));
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    if (path[0] == '@')
        address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    sendto(fd, state, strlen(state), MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&address,
           size);
    close(fd);
}

static void
condition_free(void *data)
{
    Condition *condition = data;

    g_free(condition->cause);
    g_free(condition->text);
    g_free(condition);
}

void
vicu_daemon_condition(VicuDaemon *self, const char *cause, const char *text)
{
    for (guint i = 0; i < self->conditions->len; i++) {
        Condition *condition = self->conditions->pdata[i];
        if (strcmp(condition->cause, cause) != 0)
            continue;
        if (text == NULL) {
            vicu_notice(VICU_MSG_UPSTREAM_BACK, "%s is over: %s", cause, condition->text);
            g_ptr_array_remove_index(self->conditions, i);
        } else if (strcmp(condition->text, text) != 0) {
            g_free(condition->text);
            condition->text = g_strdup(text);
        }
        return;
    }
    if (text == NULL)
        return;
    Condition *condition = g_new0(Condition, 1);
    condition->cause = g_strdup(cause);
    condition->text = g_strdup(text);
    condition->since_us = vicu_clock_utc_us();
    g_ptr_array_add(self->conditions, condition);
    vicu_warning(VICU_MSG_UPSTREAM_SILENT, "%s: %s", cause, text);
}

void
vicu_daemon_endpoint(VicuDaemon *self, const char *name, const char *address)
{
    g_hash_table_replace(self->endpoints, g_strdup(name), g_strdup(address));
}

static void
fill_counters(const VicuDaemonSpec *spec, Vicu__Status *status, Vicu__Counter *counter)
{
    for (size_t i = 0; i < spec->n_counters; i++) {
        vicu__counter__init(&counter[i]);
        counter[i].name = (char *)spec->counters[i].name;
        counter[i].unit = (char *)spec->counters[i].unit;
        counter[i].help = (char *)spec->counters[i].help;
        counter[i].value = spec->counters[i].value;
        status->counter[i] = &counter[i];
    }
    status->n_counter = spec->n_counters;
}

static void
fill_conditions(VicuDaemon *self, Vicu__Status *status, Vicu__Condition *condition)
{
    for (guint i = 0; i < self->conditions->len; i++) {
        const Condition *one = self->conditions->pdata[i];
        vicu__condition__init(&condition[i]);
        condition[i].cause = one->cause;
        condition[i].text = one->text;
        condition[i].since_us = one->since_us;
        status->condition[i] = &condition[i];
    }
    status->n_condition = self->conditions->len;
}

static void
fill_endpoints(VicuDaemon *self, Vicu__Status *status, Vicu__Endpoint *endpoint)
{
    GHashTableIter iter;
    gpointer name, address;
    size_t n = 0;

    g_hash_table_iter_init(&iter, self->endpoints);
    while (g_hash_table_iter_next(&iter, &name, &address)) {
        vicu__endpoint__init(&endpoint[n]);
        endpoint[n].name = name;
        endpoint[n].address = address;
        status->endpoint[n] = &endpoint[n];
        n++;
    }
    status->n_endpoint = n;
}

static void
answer_status(VicuSocket *socket, const VicuMessage *message, gpointer user)
{
    VicuDaemon *self = user;
    const VicuDaemonSpec *spec = self->spec;
    Vicu__Status status = VICU__STATUS__INIT;

    if (message->envelope.kind != VICU__KIND__KIND_STATUS_ASK)
        return;
    if (spec->refresh != NULL)
        spec->refresh(self, self->user);
    guint n_conditions = self->conditions->len, n_endpoints = g_hash_table_size(self->endpoints);
    g_autofree Vicu__Counter *counters = g_new0(Vicu__Counter, spec->n_counters + 1);
    g_autofree Vicu__Condition *conditions = g_new0(Vicu__Condition, n_conditions + 1);
    g_autofree Vicu__Endpoint *endpoints = g_new0(Vicu__Endpoint, n_endpoints + 1);
    g_autofree Vicu__Counter **counter = g_new0(Vicu__Counter *, spec->n_counters + 1);
    g_autofree Vicu__Condition **condition = g_new0(Vicu__Condition *, n_conditions + 1);
    g_autofree Vicu__Endpoint **endpoint = g_new0(Vicu__Endpoint *, n_endpoints + 1);
    status.process = self->name;
    status.version = (char *)VICU_VERSION;
    status.pid = (uint32_t)getpid();
    status.started_us = self->started_us;
    status.ready = self->ready;
    status.counter = counter;
    status.condition = condition;
    status.endpoint = endpoint;
    fill_counters(spec, &status, counters);
    fill_conditions(self, &status, conditions);
    fill_endpoints(self, &status, endpoints);
    vicu_socket_send_message(socket, &message->route, VICU__KIND__KIND_STATUS, &status.base);
}

gboolean
vicu_daemon_audit(VicuDaemon *self, const char *what, const char *why, const char *detail)
{
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
    uint8_t id[VICU_AUDIT_ID_LEN];

    if (self->spec->audit == NULL)
        return FALSE;
    record.who = self->name;
    record.role = (char *)vicu_keys_role(self->keys);
    record.what = (char *)what;
    record.t_us = vicu_clock_utc_us();
    record.from = self->name;
    record.why = (char *)why;
    record.detail = (char *)detail;
    vicu_audit_give_id(&record, id);
    return self->spec->audit(self, &record, self->user);
}

/* What the audit does not take now stays counted for the next record. */
static void
tell_refusals(VicuDaemon *self, int64_t mono_us)
{
    g_autofree char *detail = vicu_refusals_due(&self->refusals, mono_us);

    if (detail != NULL && vicu_daemon_audit(self, "refused-key", "", detail))
        vicu_refusals_told(&self->refusals, mono_us);
}

static gboolean
beat(gpointer user)
{
    VicuDaemon *self = user;

    vicu_notify("WATCHDOG=1");
    tell_refusals(self, vicu_clock_boot_us());
    return G_SOURCE_CONTINUE;
}

static gboolean
on_stop(gpointer user)
{
    VicuDaemon *self = user;

    vicu_notify("STOPPING=1");
    vicu_notice(VICU_MSG_STOPPING, "stopping");
    g_main_loop_quit(self->loop);
    return G_SOURCE_CONTINUE;
}

gboolean
vicu_daemon_reload(VicuDaemon *self, const char *why, GError **error)
{
    const VicuDaemonSpec *spec = self->spec;

    if (!vicu_config_load(self->config_path, FALSE, spec->params, spec->n_params, error)
        || !vicu_keys_reload(self->keys, error))
        return FALSE;
    vicu_notice(VICU_MSG_SETTINGS, "settings and keys read again");
    vicu_daemon_audit(self, "config-change", why, "settings and keys read again");
    if (spec->reload != NULL)
        spec->reload(self, self->user);
    return TRUE;
}

const char *
vicu_daemon_settings_path(const VicuDaemon *self)
{
    return self->config_path;
}

const VicuParam *
vicu_daemon_setting(const VicuDaemon *self, const char *group, const char *key)
{
    const VicuDaemonSpec *spec = self->spec;

    for (size_t i = 0; i < spec->n_params; i++)
        if (strcmp(spec->params[i].group, group) == 0 && strcmp(spec->params[i].key, key) == 0)
            return &spec->params[i];
    return NULL;
}

static gboolean
on_reload(gpointer user)
{
    VicuDaemon *self = user;
    g_autoptr(GError) error = NULL;

    if (!vicu_daemon_reload(self, "SIGHUP", &error))
        vicu_warning(VICU_MSG_SETTINGS, "the old settings stay: %s", error->message);
    return G_SOURCE_CONTINUE;
}

void
vicu_daemon_fail(VicuDaemon *self, GError *error)
{
    vicu_log(G_LOG_LEVEL_WARNING, VICU_MSG_FATAL, NULL, "ends: %s", error->message);
    g_error_free(error);
    self->failed = TRUE;
    g_main_loop_quit(self->loop);
}

const VicuRoot *
vicu_daemon_root(VicuDaemon *self)
{
    return self->root;
}

VicuKeys *
vicu_daemon_keys(VicuDaemon *self)
{
    return self->keys;
}

VicuContext *
vicu_daemon_context(VicuDaemon *self)
{
    return self->context;
}

const char *
vicu_daemon_name(VicuDaemon *self)
{
    return self->name;
}

GMainContext *
vicu_daemon_main_context(VicuDaemon *self)
{
    return g_main_loop_get_context(self->loop);
}

void
vicu_daemon_describe(VicuDaemon *self, const char *text)
{
    g_free(self->description);
    self->description = g_strdup(text);
}

static void
audit_start(VicuDaemon *self)
{
    const char *more = self->description != NULL ? self->description : "";
    g_autofree char *detail =
        g_strdup_printf("%s%s%s", VICU_VERSION, *more != '\0' ? ", " : "", more);

    vicu_daemon_audit(self, "process-start", "", detail);
}

static void
on_refusal(const char *domain,
           const char *address,
           const char *name,
           const char *public_key,
           gpointer user)
{
    VicuDaemon *self = user;

    vicu_refusals_note(&self->refusals, domain, address, name, public_key);
    vicu_warning(VICU_MSG_KEY_REFUSED, "a peer was refused at the %s socket: %s%s (from %s)",
                 domain, *name ? "role of key " : "unknown key", name,
                 *address ? address : "this machine");
}

static gboolean
open_status(VicuDaemon *self, GError **error)
{
    VicuSocketOptions options = {VICU_SOCKET_ROUTER, "status", STATUS_HWM, STATUS_HWM};
    g_autofree char *socket_name = g_strdup_printf("%s-status", self->name);
    g_autofree char *endpoint = vicu_root_endpoint(self->root, socket_name);

    self->status = vicu_socket_new(self->context, &options, error);
    if (self->status == NULL || !vicu_socket_bind(self->status, endpoint, error))
        return FALSE;
    vicu_socket_listen(self->status, answer_status, NULL, self);
    vicu_daemon_endpoint(self, socket_name, endpoint);
    return TRUE;
}

static gboolean
serve(VicuDaemon *self, GError **error)
{
    if (!vicu_root_make(self->root, error))
        return FALSE;
    self->keys = vicu_keys_open(self->root->keys, self->name, error);
    if (self->keys == NULL)
        return FALSE;
    self->context = vicu_context_new(self->keys, g_main_loop_get_context(self->loop), error);
    if (self->context == NULL)
        return FALSE;
    vicu_context_on_refusal(self->context, on_refusal, self);
    if (!open_status(self, error) || !self->spec->start(self, self->user, error))
        return FALSE;
    audit_start(self);
    self->ready = TRUE;
    vicu_notify("READY=1");
    vicu_notice(VICU_MSG_READY, "ready");

    guint sources[] = {
        g_unix_signal_add(SIGTERM, on_stop, self),
        g_unix_signal_add(SIGINT, on_stop, self),
        g_unix_signal_add(SIGHUP, on_reload, self),
        g_timeout_add(BEAT_MS, beat, self),
    };
    if (!self->failed)
        g_main_loop_run(self->loop);
    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++)
        g_source_remove(sources[i]);
    tell_refusals(self, INT64_MAX);
    if (!self->failed)
        vicu_daemon_audit(self, "process-stop", "", "");
    if (self->spec->stop != NULL)
        self->spec->stop(self, self->user);
    return TRUE;
}

static void
daemon_clear(VicuDaemon *self)
{
    vicu_socket_free(self->status);
    vicu_context_free(self->context);
    vicu_keys_free(self->keys);
    vicu_root_free(self->root);
    g_clear_pointer(&self->conditions, g_ptr_array_unref);
    g_clear_pointer(&self->endpoints, g_hash_table_unref);
    g_clear_pointer(&self->loop, g_main_loop_unref);
    g_free(self->name);
    g_free(self->config_path);
    g_free(self->description);
}

static gboolean
parse_options(const VicuDaemonSpec *spec, Options *options, int *argc, char ***argv, GError **error)
{
    GOptionEntry entries[] = {
        {"root", 0, 0, G_OPTION_ARG_FILENAME, &options->root, "installation folder", "DIR"},
        {"name", 0, 0, G_OPTION_ARG_STRING, &options->name, "name of this instance", "NAME"},
        {"config", 0, 0, G_OPTION_ARG_FILENAME, &options->config, "settings file", "FILE"},
        {"check", 0, 0, G_OPTION_ARG_NONE, &options->check, "read the settings and leave", NULL},
        {"settings", 0, 0, G_OPTION_ARG_NONE, &options->settings,
         "print the present settings and leave", NULL},
        {"manual", 0, 0, G_OPTION_ARG_NONE, &options->manual,
         "print the SETTINGS part of the manual page", NULL},
        {"version", 0, 0, G_OPTION_ARG_NONE, &options->version, "print the version", NULL},
        {NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autofree char *help = vicu_config_help(spec->params, spec->n_params);
    g_autofree char *description =
        g_strdup_printf("Settings (key file, group and key as shown):\n%s\nExample:\n  vicu-%s "
                        "--root /var/lib/vicu --check\n",
                        help, spec->name);

    g_option_context_set_summary(context, spec->summary);
    g_option_context_set_description(context, description);
    g_option_context_add_main_entries(context, entries, NULL);
    return vicu_options_parse(context, NULL, argc, argv, error);
}

static void
print_settings(const VicuDaemonSpec *spec)
{
    for (size_t i = 0; i < spec->n_params; i++) {
        g_autofree char *value = vicu_config_format(&spec->params[i]);
        if (i == 0 || strcmp(spec->params[i].group, spec->params[i - 1].group) != 0)
            printf("[%s]\n", spec->params[i].group);
        printf("%s = %s\n", spec->params[i].key, value);
    }
}

static gboolean
prepare(VicuDaemon *self, const Options *options, GError **error)
{
    const VicuDaemonSpec *spec = self->spec;
    g_autofree char *file = NULL;

    self->name = g_strdup(options->name != NULL ? options->name : spec->name);
    self->root = vicu_root_new(options->root, error);
    if (self->root == NULL)
        return FALSE;
    file = g_strdup_printf("%s/%s.conf", self->root->etc, self->name);
    self->config_path = g_strdup(options->config != NULL ? options->config : file);
    return vicu_config_load(self->config_path, options->config != NULL, spec->params,
                            spec->n_params, error)
           && (spec->check == NULL || spec->check(self->user, error));
}

int
vicu_daemon_run(const VicuDaemonSpec *spec, int argc, char **argv, gpointer user)
{
    VicuDaemon self = {.spec = spec, .user = user, .started_us = vicu_clock_utc_us()};
    Options options = {0};
    const struct rlimit no_core = {0, 0};
    g_autoptr(GError) error = NULL;
    gboolean ok = FALSE;

    vicu_memory_keep();
    setrlimit(RLIMIT_CORE, &no_core); /* keys and patient data never reach a core file */
    vicu_log_open(spec->name);
    self.loop = g_main_loop_new(NULL, FALSE);
    self.conditions = g_ptr_array_new_with_free_func(condition_free);
    self.endpoints = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    vicu_config_reset(spec->params, spec->n_params);
    if (!parse_options(spec, &options, &argc, &argv, &error)) {
        g_printerr("vicu-%s: %s\n", spec->name, error->message);
        daemon_clear(&self);
        return 2;
    }
    if (options.version) {
        printf("vicu-%s %s\n", spec->name, VICU_VERSION);
        ok = TRUE;
    } else if (options.manual) {
        g_autofree char *manual = vicu_config_manual(spec->params, spec->n_params);
        printf("%s", manual);
        ok = TRUE;
    } else if (prepare(&self, &options, &error)) {
        if (options.settings)
            print_settings(spec);
        ok = options.check || options.settings || serve(&self, &error);
    }
    if (!ok)
        g_printerr("vicu-%s: %s\n", spec->name, error->message);
    ok = ok && !self.failed;
    daemon_clear(&self);
    vicu_config_clear(spec->params, spec->n_params);
    g_free(options.root);
    g_free(options.name);
    g_free(options.config);
    return ok ? 0 : 1;
}

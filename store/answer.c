/* vicu-store answer: answers questions from the files of a store that does not run.
 *
 * For the tools (common/offline.h starts it): the same questions on a private socket in
 * the folder --at, read by a second instance of the database that writes nothing into the
 * store's folder. What waited is read again from its batches, in memory. Says "ready" and
 * the time of the newest sample on stdout, and leaves when stdin ends. What was asked is
 * laid aside for the audit (common/audit.h).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include <gio/gio.h>
#include <glib-unix.h>

#include "common/audit.h"
#include "common/clock.h"
#include "common/error.h"
#include "common/root.h"
#include "store/erase/settings.h"
#include "store/service.h"
#include "store/verbs.h"

#define HWM        1024
#define PATIENCE_S 30

typedef struct {
    VicuRoot *root;
    VicuKeys *keys;
    VicuContext *context;
    VicuSocket *socket;
    StoreCipher *cipher; /* NULL: values are in clear */
    StoreDb *db;
    StoreHead *head;
    StoreService *service;
    gboolean done;
} Answer;

static StoreNow
now(gpointer user)
{
    (void)user;
    return (StoreNow){vicu_clock_utc_us(), vicu_clock_boot_us()};
}

static bool
settle(gpointer user)
{
    (void)user;
    return true; /* nothing comes in */
}

static void
want_sync(bool waits, gpointer user)
{
    (void)waits;
    (void)user;
}

static void
failed(GError *error, gpointer user)
{
    (void)user;
    g_printerr("vicu-store answer: %s\n", error->message);
    g_error_free(error);
}

static bool
aside(const Vicu__AuditRecord *record, gpointer user)
{
    const Answer *self = user;
    g_autoptr(GError) error = NULL;

    if (vicu_audit_aside(self->root->dir, record, &error))
        return true;
    g_printerr("vicu: this view is not in the audit: %s\n", error->message);
    return false;
}

static gboolean
on_stdin(gint fd, GIOCondition condition, gpointer user)
{
    Answer *self = user;

    (void)fd;
    (void)condition;
    self->done = TRUE;
    return G_SOURCE_REMOVE;
}

static gboolean
on_tick(gpointer user)
{
    Answer *self = user;

    store_service_tick(self->service);
    return G_SOURCE_CONTINUE;
}

static bool
open_database(Answer *self, const char *at, GError **error)
{
    g_autofree char *store = g_build_filename(self->root->dir, "store", NULL);
    g_autoptr(GError) why = NULL;
    StoreDbOptions options;

    self->cipher = store_erase_reader(self->root, &why);
    if (why != NULL) {
        g_propagate_error(error, g_steal_pointer(&why));
        return false;
    }
    store_db_options_init(&options);
    options.reader = at;
    options.cipher = self->cipher;
    self->db = store_db_open(store, &options, error);
    if (self->db != NULL && store_db_log_damage(self->db) != NULL)
        g_printerr("vicu: %s\n", store_db_log_damage(self->db));
    self->head = self->db != NULL ? store_head_open(self->db, now(NULL), error) : NULL;
    return self->head != NULL;
}

static bool
open_socket(Answer *self, const char *at, GError **error)
{
    static const StoreServiceOps ops = {
        .settle = settle, .want_sync = want_sync, .now = now, .failed = failed, .aside = aside};
    const StoreServiceSettings settings = {8, 8, PATIENCE_S * G_USEC_PER_SEC};
    VicuSocketOptions options = {VICU_SOCKET_ROUTER, "query", HWM, HWM};
    g_autofree char *endpoint = g_strdup_printf("ipc://%s/store-query.ipc", at);

    self->keys = vicu_keys_open(self->root->keys, "store", error);
    self->context = self->keys != NULL ? vicu_context_new(self->keys, NULL, error) : NULL;
    self->socket = self->context != NULL ? vicu_socket_new(self->context, &options, error) : NULL;
    if (self->socket == NULL || !vicu_socket_bind(self->socket, endpoint, error))
        return false;
    self->service =
        store_service_new(self->socket, vicu_context_main(self->context), &settings, &ops, self);
    store_service_set_head(self->service, self->head, NULL);
    store_service_set_writable(self->service, false);
    return true;
}

static int64_t
newest(const Answer *self)
{
    StoreStreams *streams = store_head_streams(self->head);
    int64_t last_us = INT64_MIN;

    for (size_t i = 0; i < store_streams_count(streams); i++)
        last_us = MAX(last_us, store_streams_at(streams, i)->last_us);
    return last_us;
}

static void
clear(Answer *self)
{
    store_service_free(self->service);
    vicu_socket_free(self->socket);
    vicu_context_free(self->context);
    vicu_keys_free(self->keys);
    store_head_free(self->head);
    store_db_close(self->db);
    store_cipher_free(self->cipher);
    vicu_root_free(self->root);
}

int
store_answer_main(int argc, char **argv)
{
    g_auto(StoreVerb) verb = {0};
    g_autofree char *at = NULL;
    g_autoptr(GError) error = NULL;
    Answer self = {0};
    const GOptionEntry entries[] = {
        {"at", 0, 0, G_OPTION_ARG_FILENAME, &at, "Private folder for its socket", "DIR"},
        G_OPTION_ENTRY_NULL,
    };
    int status =
        store_verb_options("answer",
                           "Answers the tools from the files of a store that does not "
                           "run, until its input ends.",
                           "vicu-store answer --root DIR --at DIR", entries, &verb, &argc, &argv);

    if (status >= 0)
        return status;
    if (at == NULL)
        return store_verb_usage("--at is missing");
    self.root = vicu_root_new(verb.root, &error);
    if (self.root == NULL || !open_database(&self, at, &error) || !open_socket(&self, at, &error)) {
        clear(&self);
        return store_verb_wanting(g_steal_pointer(&error));
    }
    printf("ready %" G_GINT64_FORMAT "\n", newest(&self));
    fflush(stdout);
    g_unix_fd_add(0, G_IO_IN | G_IO_HUP | G_IO_ERR, on_stdin, &self);
    g_timeout_add_seconds(1, on_tick, &self);
    while (!self.done)
        g_main_context_iteration(NULL, TRUE);
    clear(&self);
    return STORE_DONE;
}

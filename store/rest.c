/* SPDX-License-Identifier: Apache-2.0 */
#include "store/rest.h"

#include "common/error.h"
#include "common/query.h"
#include "store/checkpoint.h"
#include "store/db.h"

#define KEY         "operator"
#define PATIENCE_US (120 * (int64_t)G_USEC_PER_SEC) /* memory tables have to become files */

struct StoreRest {
    char *store;
    char *path;
    char *name; /* to release it by; NULL: it is ours */
    char *why;
    VicuRoot *root;
    VicuKeys *keys;
    VicuContext *context;
    VicuQueryClient *query;
};

const char *
store_rest_path(const StoreRest *self)
{
    return self->path;
}

const VicuRoot *
store_rest_root(const StoreRest *self)
{
    return self->root;
}

const char *
store_rest_store(const StoreRest *self)
{
    return self->store;
}

bool
store_rest_is_live(const StoreRest *self)
{
    return self->name != NULL;
}

char *
store_rest_folder(const char *dir, GError **error)
{
    g_autoptr(VicuRoot) root = vicu_root_new(dir, error);

    return root != NULL ? g_build_filename(root->dir, "store", NULL) : NULL;
}

bool
store_rest_is_running(const char *dir)
{
    g_autoptr(VicuRoot) root = vicu_root_find_running(dir, NULL);

    return root != NULL;
}

/* ---- a store that runs ---- */

static void
on_rows(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    StoreRest *self = user;

    for (size_t i = 0; error == NULL && i < rows->n_checkpoint; i++) {
        g_free(self->name);
        g_free(self->path);
        self->name = g_strdup(rows->checkpoint[i]->name);
        self->path = g_strdup(rows->checkpoint[i]->path);
    }
}

static bool
ask(StoreRest *self, const char *release, GError **error)
{
    Vicu__QueryCheckpoint checkpoint = VICU__QUERY_CHECKPOINT__INIT;
    Vicu__Query query = VICU__QUERY__INIT;

    checkpoint.release = (char *)release;
    query.what_case = VICU__QUERY__WHAT_CHECKPOINT;
    query.checkpoint = &checkpoint;
    return vicu_query_wait(self->query, &query, self->why, PATIENCE_US, on_rows, self, error);
}

static bool
ask_running(StoreRest *self, GError **error)
{
    g_autofree char *endpoint = vicu_root_endpoint(self->root, "store-query");

    self->keys = vicu_keys_open(self->root->keys, KEY, error);
    self->context = self->keys != NULL ? vicu_context_new(self->keys, NULL, error) : NULL;
    self->query = self->context != NULL
                      ? vicu_query_client_new(self->context, endpoint, "store", "", error)
                      : NULL;
    if (self->query == NULL || !ask(self, "", error))
        return false;
    if (self->path != NULL)
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_WIRE, "the store answered without a checkpoint");
    return false;
}

/* ---- a store at rest ---- */

static bool
make_own(StoreRest *self, GError **error)
{
    StoreDbOptions options;

    if (!g_file_test(self->store, G_FILE_TEST_IS_DIR)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                    "there is no store in %s: give the installation with --root DIR", self->store);
        return false;
    }
    store_checkpoint_release_all(self->store);
    store_db_options_init(&options);
    options.as_is = true;
    g_autoptr(StoreDb) db = store_db_open(self->store, &options, error);
    if (db == NULL)
        return false;
    self->path = store_checkpoint_make(db, error);
    return self->path != NULL;
}

StoreRest *
store_rest_open(const char *dir, const char *why, GError **error)
{
    g_autoptr(StoreRest) self = g_new0(StoreRest, 1);

    self->why = g_strdup(why);
    self->root = vicu_root_find_running(dir, NULL);
    bool runs = self->root != NULL;
    if (!runs && (self->root = vicu_root_new(dir, error)) == NULL)
        return NULL;
    self->store = g_build_filename(self->root->dir, "store", NULL);
    if (runs ? !ask_running(self, error) : !make_own(self, error))
        return NULL;
    return g_steal_pointer(&self);
}

void
store_rest_free(StoreRest *self)
{
    if (self == NULL)
        return;
    if (self->name != NULL) {
        g_autofree char *name = g_strdup(self->name);
        ask(self, name, NULL); /* a store that died meanwhile removes it when it starts */
    } else if (self->path != NULL) {
        g_autofree char *name = g_path_get_basename(self->path);
        store_checkpoint_release(self->store, name);
    }
    vicu_query_client_free(self->query);
    vicu_context_free(self->context);
    vicu_keys_free(self->keys);
    vicu_root_free(self->root);
    g_free(self->store);
    g_free(self->path);
    g_free(self->name);
    g_free(self->why);
    g_free(self);
}

/* The question for a checkpoint: the database at rest, for a tool of the operator.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/error.h"
#include "store/checkpoint.h"
#include "store/query-internal.h"

static bool
begin(StoreQuery *self, char **refusal)
{
    const char *name = self->ask->checkpoint->release;

    if (name[0] == '\0' || store_checkpoint_release(store_db_dir(store_head_db(self->head)), name))
        return true;
    *refusal = g_strdup_printf("there is no checkpoint \"%s\" to release", name);
    return false;
}

static bool
work(StoreQuery *self, GError **error)
{
    if (!store_head_is_settled(self->head))
        return true; /* between two groups only: bodies that wait have their place in the log */
    self->done = true;
    if (self->ask->checkpoint->release[0] != '\0')
        return true;
    g_autofree char *path = store_checkpoint_make(store_head_db(self->head), error);
    if (path == NULL)
        return false;
    g_autofree char *name = g_path_get_basename(path);
    Vicu__Checkpoint row = VICU__CHECKPOINT__INIT;
    row.name = name;
    row.path = path;
    store_rows_add_message(self->out, STORE_ROWS_CHECKPOINT, &row.base);
    return true;
}

const StoreQueryKind store_query_checkpoint = {begin, work, NULL};

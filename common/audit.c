/* SPDX-License-Identifier: Apache-2.0 */
#include "common/audit.h"

#include <errno.h>

#include <glib/gstdio.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/folder.h"
#include "common/query.h"

#define AGAIN_S 10 /* what the store refused is put again */

typedef struct {
    VicuAudit *owner;
    Vicu__AuditRecord *record;
    gboolean put; /* the query client has it */
} Entry;

struct VicuAudit {
    char *who, *role, *from;
    VicuContext *context;
    VicuQueryClient *query; /* NULL: not connected */
    GSource *again;
    GQueue waiting; /* Entry, in the order told */
    gboolean settled;
    uint64_t lost;
};

static void
entry_free(gpointer p)
{
    Entry *entry = p;

    vicu_wire_free(entry->record);
    g_free(entry);
}

VicuAudit *
vicu_audit_new(const char *who, const char *role, const char *from)
{
    VicuAudit *self = g_new0(VicuAudit, 1);

    self->who = g_strdup(who);
    self->role = g_strdup(role);
    self->from = g_strdup(from);
    g_queue_init(&self->waiting);
    return self;
}

void
vicu_audit_free(VicuAudit *self)
{
    if (self == NULL)
        return;
    if (self->again != NULL) {
        g_source_destroy(self->again);
        g_source_unref(self->again);
    }
    vicu_query_client_free(self->query);
    g_queue_clear_full(&self->waiting, entry_free);
    g_free(self->who);
    g_free(self->role);
    g_free(self->from);
    g_free(self);
}

/* ---- the way to the store ---- */

static void
on_done(const GError *error, gpointer user)
{
    Entry *entry = user;
    VicuAudit *self = entry->owner;

    entry->put = FALSE;
    if (error != NULL)
        return; /* it waits for the next try */
    g_queue_remove(&self->waiting, entry);
    entry_free(entry);
    self->settled = self->waiting.length == 0;
}

static void
put(VicuAudit *self, Entry *entry)
{
    if (self->query != NULL && !entry->put)
        entry->put = vicu_query_put_audit(self->query, entry->record, on_done, entry);
}

static void
put_all(VicuAudit *self)
{
    for (GList *l = self->waiting.head; l != NULL; l = l->next)
        put(self, l->data);
}

static gboolean
on_again(gpointer user)
{
    put_all(user);
    return G_SOURCE_CONTINUE;
}

gboolean
vicu_audit_connect(VicuAudit *self, VicuContext *context, const VicuRoot *root, GError **error)
{
    g_autofree char *endpoint = vicu_root_endpoint(root, "store-query");

    g_return_val_if_fail(self->query == NULL, FALSE);
    self->query =
        vicu_query_client_new(context, endpoint, vicu_root_server(root, "store"), self->who, error);
    if (self->query == NULL)
        return FALSE;
    self->context = context;
    self->again = g_timeout_source_new_seconds(AGAIN_S);
    g_source_set_callback(self->again, on_again, self, NULL);
    g_source_attach(self->again, vicu_context_main(context));
    put_all(self);
    return TRUE;
}

gboolean
vicu_audit_is_connected(const VicuAudit *self)
{
    return self->query != NULL && vicu_query_is_connected(self->query);
}

/* ---- records ---- */

void
vicu_audit_give_id(Vicu__AuditRecord *record, uint8_t id[VICU_AUDIT_ID_LEN])
{
    for (size_t i = 0; i < VICU_AUDIT_ID_LEN; i++)
        id[i] = (uint8_t)g_random_int_range(0, 256);
    record->id.data = id;
    record->id.len = VICU_AUDIT_ID_LEN;
}

void
vicu_audit_put(VicuAudit *self, const Vicu__AuditRecord *record)
{
    Vicu__AuditRecord own = *record;
    uint8_t id[VICU_AUDIT_ID_LEN];
    size_t size = 0;

    if (self->waiting.length >= VICU_AUDIT_MOST) {
        self->lost++;
        return;
    }
    if (own.id.len != VICU_AUDIT_ID_LEN)
        vicu_audit_give_id(&own, id);
    g_autoptr(GBytes) packed = vicu_wire_pack(&own.base);
    const void *data = g_bytes_get_data(packed, &size);
    Entry *entry = g_new0(Entry, 1);
    entry->owner = self;
    entry->record = vicu_wire_unpack_audit_record(data, size, NULL);
    g_assert(entry->record != NULL);
    g_queue_push_tail(&self->waiting, entry);
    self->settled = FALSE;
    put(self, entry);
}

void
vicu_audit_tell(VicuAudit *self, const char *what, const char *why, const char *detail)
{
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;

    record.who = self->who;
    record.role = self->role;
    record.what = (char *)what;
    record.t_us = vicu_clock_utc_us();
    record.from = self->from;
    record.why = (char *)why;
    record.detail = (char *)detail;
    vicu_audit_put(self, &record);
}

gboolean
vicu_audit_settle(VicuAudit *self, int64_t patience_us)
{
    self->settled = self->waiting.length == 0;
    if (!self->settled && self->query != NULL)
        vicu_context_run_until(self->context, &self->settled, patience_us);
    return self->settled;
}

size_t
vicu_audit_waiting(const VicuAudit *self)
{
    return self->waiting.length;
}

uint64_t
vicu_audit_lost(const VicuAudit *self)
{
    return self->lost;
}

/* ---- aside ---- */

static char *
name_of(const ProtobufCBinaryData *id)
{
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < id->len; i++)
        g_string_append_printf(text, "%02x", id->data[i]);
    g_string_append(text, VICU_AUDIT_ASIDE_SUFFIX);
    return g_string_free(text, FALSE);
}

gboolean
vicu_audit_aside(const char *dir, const Vicu__AuditRecord *record, GError **error)
{
    Vicu__AuditRecord own = *record;
    uint8_t id[VICU_AUDIT_ID_LEN];

    if (own.id.len != VICU_AUDIT_ID_LEN)
        vicu_audit_give_id(&own, id);
    g_autofree char *folder = g_build_filename(dir, VICU_AUDIT_ASIDE, NULL);
    g_autofree char *name = name_of(&own.id);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GBytes) packed = vicu_wire_pack(&own.base);
    if (g_mkdir_with_parents(folder, 0700) != 0) {
        int code = errno;
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s cannot be made: %s", folder,
                    g_strerror(code));
        return FALSE;
    }
    return g_file_set_contents_full(
               path, g_bytes_get_data(packed, NULL), (gssize)g_bytes_get_size(packed),
               G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error)
           && vicu_folder_sync(folder, error);
}

gboolean
vicu_audit_lay_aside(VicuAudit *self, const char *dir, GError **error)
{
    gboolean ok = TRUE;
    Entry *entry;

    /* Answers that are still under way belong to nobody from now on. */
    g_clear_pointer(&self->query, vicu_query_client_free);
    while ((entry = g_queue_pop_head(&self->waiting)) != NULL) {
        if (!vicu_audit_aside(dir, entry->record, ok ? error : NULL)) {
            ok = FALSE;
            self->lost++;
        }
        entry_free(entry);
    }
    return ok;
}

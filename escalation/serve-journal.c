/* The escalation process: what its journal keeps, and what waits for the disk.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "escalation/serve-inner.h"

#define ANSWERS_KEPT    4096
#define COMPACT_AT_OPEN (1u << 20)

static void
failed(EscService *self, const GError *error)
{
    if (self->broken)
        return;
    self->broken = true;
    vicu_log(G_LOG_LEVEL_WARNING, VICU_MSG_JOURNAL_FAILED, NULL, "%s", error->message);
    vicu_daemon_fail(self->daemon, g_error_copy(error));
}

static void
on_record(uint8_t kind, const uint8_t *data, size_t size, gpointer user)
{
    EscService *self = user;

    if (kind == ESC_RECORD_ITEM) {
        g_autoptr(Vicu__StateItem) item = vicu_wire_unpack_state_item(data, size, NULL);
        if (!item)
            return;
        g_autofree char *key = g_strdup_printf("%d %s", item->subject, item->key);
        if (item->removed)
            g_hash_table_remove(self->items, key);
        else
            g_hash_table_replace(self->items, g_steal_pointer(&key), g_bytes_new(data, size));
    } else if (kind == ESC_RECORD_ANSWER) {
        g_queue_push_tail(&self->answers, g_bytes_new(data, size));
        if (self->answers.length > ANSWERS_KEPT)
            g_bytes_unref(g_queue_pop_head(&self->answers));
    } else if (kind == ESC_RECORD_INCARNATION && size == sizeof self->incarnation) {
        memcpy(&self->incarnation, data, size);
        self->incarnation = GUINT64_FROM_LE(self->incarnation);
    }
}

void
esc_service_free_waiting(gpointer data)
{
    EscWaiting *w = data;

    if (w->free)
        w->free(w->data);
    g_free(w);
}

static void
on_synced(uint64_t upto, const GError *error, gpointer user)
{
    EscService *self = user;

    if (error) {
        failed(self, error);
        return;
    }
    while (self->waiting.length > 0) {
        EscWaiting *w = g_queue_peek_head(&self->waiting);
        if (w->append > upto)
            break;
        g_queue_pop_head(&self->waiting);
        w->run(self, w->data);
        esc_service_free_waiting(w);
    }
    if (self->state)
        vicu_state_server_flush(self->state);
    esc_service_settle(self);
}

static uint64_t
append(EscService *self, EscRecordKind kind, const void *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    uint64_t n = vicu_journal_append(self->journal, (uint8_t)kind, data, size, &error);

    if (n == 0)
        failed(self, error);
    self->dirty = true;
    return n;
}

void
esc_service_after(EscService *self,
                  void (*run)(EscService *self, gpointer data),
                  gpointer data,
                  GDestroyNotify free_func)
{
    EscWaiting *w = g_new0(EscWaiting, 1);
    VicuJournalFigures figures;

    vicu_journal_figures(self->journal, &figures);
    *w = (EscWaiting){figures.appended, run, data, free_func};
    g_queue_push_tail(&self->waiting, w);
    self->dirty = true;
}

static void
publish(EscService *self, gpointer data)
{
    if (self->state)
        vicu_state_server_put(self->state, data);
}

void
esc_service_keep(EscService *self, Vicu__StateItem *item)
{
    g_autoptr(GBytes) packed = vicu_wire_pack(&item->base);
    char *key = g_strdup_printf("%d %s", item->subject, item->key);
    gsize size = 0;
    const void *data = g_bytes_get_data(packed, &size);

    append(self, ESC_RECORD_ITEM, data, size);
    if (item->removed) {
        g_hash_table_remove(self->items, key);
        g_free(key);
    } else {
        g_hash_table_replace(self->items, key, g_bytes_ref(packed));
    }
    esc_service_after(self, publish, vicu_wire_copy(&item->base), vicu_wire_free);
}

/* --- answers --- */

typedef struct {
    char *key;
    char *text;
    bool ok;
} Answer;

static void
free_answer(gpointer data)
{
    Answer *a = data;
    g_free(a->key);
    g_free(a->text);
    g_free(a);
}

static void
give_answer(EscService *self, gpointer data)
{
    const Answer *a = data;

    if (self->state)
        vicu_state_server_answer(self->state, a->key, a->ok, a->text, "");
}

void
esc_service_answer(EscService *self, const char *key, GBytes *packed, bool ok, char *text)
{
    Vicu__CommandResult result = VICU__COMMAND_RESULT__INIT;
    gsize size = 0;
    const void *command = g_bytes_get_data(packed, &size);
    uint32_t length = GUINT32_TO_LE((uint32_t)size);
    GByteArray *record = g_byte_array_new();
    Answer *a = g_new0(Answer, 1);

    *a = (Answer){g_strdup(key), text, ok};
    result.key = (char *)key;
    result.ok = ok;
    result.text = text;
    result.detail = (char *)"";
    g_byte_array_append(record, (const uint8_t *)&length, sizeof length);
    g_byte_array_append(record, command, (guint)size);
    vicu_wire_append(&result.base, record);
    if (record->len <= VICU_JOURNAL_RECORD_MAX / 8) {
        append(self, ESC_RECORD_ANSWER, record->data, record->len);
        g_queue_push_tail(&self->answers, g_byte_array_free_to_bytes(record));
        if (self->answers.length > ANSWERS_KEPT)
            g_bytes_unref(g_queue_pop_head(&self->answers));
    } else {
        /* An import; doing it again comes to the same. The answer waits for a record all the same.
         */
        uint64_t le = GUINT64_TO_LE(self->incarnation);
        g_byte_array_unref(record);
        append(self, ESC_RECORD_INCARNATION, &le, sizeof le);
    }
    esc_service_after(self, give_answer, a, free_answer);
}

static void
restore_answers(EscService *self)
{
    VicuStateOwner *owner = vicu_state_server_machine(self->state);

    for (const GList *i = self->answers.head; i; i = i->next) {
        gsize size = 0;
        const uint8_t *data = g_bytes_get_data(i->data, &size);
        uint32_t length = 0;
        if (size < sizeof length)
            continue;
        memcpy(&length, data, sizeof length);
        length = GUINT32_FROM_LE(length);
        if (length > size - sizeof length)
            continue;
        const uint8_t *rest = data + sizeof length + length;
        size_t rest_size = size - sizeof length - length;
        g_autoptr(GBytes) command = g_bytes_new(data + sizeof length, length);
        g_autoptr(GBytes) result = g_bytes_new(rest, rest_size);
        g_autoptr(Vicu__CommandResult) read =
            vicu_wire_unpack_command_result(rest, rest_size, NULL);
        if (read)
            vicu_state_owner_restore_answer(owner, read->key, command, result);
    }
}

/* --- restart --- */

static void
restore_device(EscService *self, const Vicu__StateItem *item)
{
    int64_t *heard = g_new(int64_t, 1);

    *heard = vicu_clock_boot_us(); /* a page that is still open says so within its time */
    g_hash_table_replace(self->heard, g_strdup(item->key), heard);
    g_hash_table_replace(self->devices, g_strdup(item->key), vicu_wire_copy(&item->device->base));
}

static void
restore_item(EscService *self, const Vicu__StateItem *item)
{
    g_autoptr(GError) error = NULL;

    switch ((int)item->body_case) {
    case VICU__STATE_ITEM__BODY_ESCALATION:
        esc_machine_restore(self->machine, item->escalation);
        break;
    case VICU__STATE_ITEM__BODY_PERSON:
        esc_roster_put_person(self->roster, item->person, &error);
        break;
    case VICU__STATE_ITEM__BODY_SHIFT:
        esc_roster_put_shift(self->roster, item->shift, &error);
        break;
    case VICU__STATE_ITEM__BODY_LADDER:
        esc_roster_put_ladder(self->roster, item->ladder, &error);
        break;
    case VICU__STATE_ITEM__BODY_DEVICE:
        restore_device(self, item);
        break;
    default: /* of a newer version */
        break;
    }
    if (error)
        vicu_warning(VICU_MSG_JOURNAL_FAILED, "an entry of the roster was left: %s",
                     error->message);
}

void
esc_service_restore(EscService *self)
{
    EscNow now = esc_service_now(self);
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, self->items);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        gsize size = 0;
        const void *data = g_bytes_get_data(value, &size);
        g_autoptr(Vicu__StateItem) item = vicu_wire_unpack_state_item(data, size, NULL);
        if (!item)
            continue;
        restore_item(self, item);
        vicu_state_server_put(self->state, item);
    }
    restore_answers(self);
    esc_machine_restored(self->machine, &now);
}

/* --- the file --- */

static void
write_live(VicuJournal *journal, gpointer user)
{
    EscService *self = user;
    uint64_t incarnation = GUINT64_TO_LE(self->incarnation);
    GHashTableIter iter;
    gpointer value;

    vicu_journal_keep(journal, ESC_RECORD_INCARNATION, &incarnation, sizeof incarnation);
    g_hash_table_iter_init(&iter, self->items);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        vicu_journal_keep(journal, ESC_RECORD_ITEM, g_bytes_get_data(value, NULL),
                          g_bytes_get_size(value));
    for (const GList *i = self->answers.head; i; i = i->next)
        vicu_journal_keep(journal, ESC_RECORD_ANSWER, g_bytes_get_data(i->data, NULL),
                          g_bytes_get_size(i->data));
}

void
esc_service_compact(EscService *self)
{
    VicuJournalFigures figures;
    g_autoptr(GError) error = NULL;

    vicu_journal_figures(self->journal, &figures);
    if (figures.bytes > self->journal_max
        && !vicu_journal_compact(self->journal, write_live, self, &error))
        failed(self, error);
}

bool
esc_service_open_journal(EscService *self, GError **error)
{
    g_autofree char *folder =
        vicu_root_folder(vicu_daemon_root(self->daemon), vicu_daemon_name(self->daemon), error);

    if (!folder)
        return false;
    g_autofree char *path = g_build_filename(folder, "journal", NULL);
    int64_t begin_us = vicu_clock_boot_us();
    self->journal = vicu_journal_open(path, vicu_daemon_main_context(self->daemon), on_record,
                                      on_synced, self, error);
    if (!self->journal)
        return false;
    self->replay_us = vicu_clock_boot_us() - begin_us;
    VicuJournalFigures figures;
    vicu_journal_figures(self->journal, &figures);
    if (figures.damaged_bytes > 0)
        vicu_warning(VICU_MSG_JOURNAL_FAILED,
                     "%" G_GUINT64_FORMAT " bytes of the journal could not be read: look through "
                     "roster and escalations",
                     figures.damaged_bytes);
    self->incarnation++;
    uint64_t le = GUINT64_TO_LE(self->incarnation);
    append(self, ESC_RECORD_INCARNATION, &le, sizeof le);
    if (figures.bytes > COMPACT_AT_OPEN && !self->broken
        && !vicu_journal_compact(self->journal, write_live, self, error))
        return false;
    return !self->broken && vicu_journal_sync_now(self->journal, error);
}

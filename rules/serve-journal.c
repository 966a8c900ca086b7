/* The rules process: what its journal keeps, and the answers that wait for it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "rules/serve-inner.h"

#define ANSWERS_KEPT 4096

/* An answer that waits until the journal is on disk. */
typedef struct {
    uint64_t append;
    char *key;
    RulesAnswer answer;
} Waiting;

static void
on_record(uint8_t kind, const uint8_t *data, size_t size, gpointer user)
{
    RulesService *self = user;
    switch ((RulesRecordKind)kind) {
    case RULES_RECORD_ITEM: {
        g_autoptr(Vicu__StateItem) item = vicu_wire_unpack_state_item(data, size, NULL);
        if (!item)
            break;
        g_autofree char *key = g_strdup_printf("%d %s", item->subject, item->key);
        if (item->removed)
            g_hash_table_remove(self->items, key);
        else
            g_hash_table_replace(self->items, g_steal_pointer(&key), g_bytes_new(data, size));
        break;
    }
    case RULES_RECORD_ANSWER:
        g_queue_push_tail(&self->answers, g_bytes_new(data, size));
        if (self->answers.length > ANSWERS_KEPT)
            g_bytes_unref(g_queue_pop_head(&self->answers));
        break;
    case RULES_RECORD_POSITION:
        if (size == sizeof self->position) {
            memcpy(self->position, data, size);
            for (size_t i = 0; i < G_N_ELEMENTS(self->position); i++)
                self->position[i] = GUINT64_FROM_LE(self->position[i]);
        }
        break;
    case RULES_RECORD_INCARNATION:
        if (size == 8) {
            memcpy(&self->incarnation, data, 8);
            self->incarnation = GUINT64_FROM_LE(self->incarnation);
        }
        break;
    case RULES_RECORD_SET:
        service_read_set_record(self, data, size);
        break;
    default: /* of a newer version: kept out of the way */
        break;
    }
}

void
service_journal_failed(RulesService *self, const GError *error)
{
    if (self->broken)
        return;
    self->broken = true;
    vicu_log(G_LOG_LEVEL_WARNING, VICU_MSG_JOURNAL_FAILED, NULL, "%s", error->message);
    vicu_daemon_fail(self->daemon, g_error_copy(error));
}

uint64_t
service_append(RulesService *self, RulesRecordKind kind, const void *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    uint64_t n = vicu_journal_append(self->journal, (uint8_t)kind, data, size, &error);
    if (n == 0)
        service_journal_failed(self, error);
    return n;
}

void
service_append_numbers(RulesService *self, RulesRecordKind kind, const uint64_t *numbers, size_t n)
{
    uint64_t le[3];
    g_assert(n <= G_N_ELEMENTS(le));
    for (size_t i = 0; i < n; i++)
        le[i] = GUINT64_TO_LE(numbers[i]);
    service_append(self, kind, le, n * sizeof *le);
}

void
service_free_waiting(gpointer data)
{
    Waiting *w = data;
    g_free(w->key);
    rules_answer_clear(&w->answer);
    g_free(w);
}

static void
on_synced(uint64_t upto, const GError *error, gpointer user)
{
    RulesService *self = user;
    if (error) {
        service_journal_failed(self, error);
        return;
    }
    while (self->waiting.length > 0) {
        Waiting *w = g_queue_peek_head(&self->waiting);
        if (w->append > upto)
            break;
        g_queue_pop_head(&self->waiting);
        if (self->state)
            vicu_state_server_answer(self->state, w->key, w->answer.ok, w->answer.text,
                                     w->answer.detail);
        service_free_waiting(w);
    }
    if (self->state)
        vicu_state_server_flush(self->state);
}

static void
keep_item(GBytes *packed, gpointer user)
{
    gsize size = 0;
    const void *data = g_bytes_get_data(packed, &size);
    vicu_journal_keep(user, RULES_RECORD_ITEM, data, size);
}

static void
write_live(VicuJournal *journal, gpointer user)
{
    RulesService *self = user;
    uint64_t incarnation = GUINT64_TO_LE(self->incarnation);
    uint64_t position[G_N_ELEMENTS(self->position)];
    for (size_t i = 0; i < G_N_ELEMENTS(position); i++)
        position[i] = GUINT64_TO_LE(self->position[i]);
    vicu_journal_keep(journal, RULES_RECORD_INCARNATION, &incarnation, sizeof incarnation);
    vicu_journal_keep(journal, RULES_RECORD_POSITION, position, sizeof position);
    char set[SERVICE_SET_RECORD];
    service_set_record(self, set);
    if (*self->in_force)
        vicu_journal_keep(journal, RULES_RECORD_SET, set, sizeof set);
    rules_ward_foreach_lasting(self->ward, keep_item, journal);
    for (const GList *i = self->answers.head; i; i = i->next)
        vicu_journal_keep(journal, RULES_RECORD_ANSWER, g_bytes_get_data(i->data, NULL),
                          g_bytes_get_size(i->data));
}

void
service_compact(RulesService *self, uint64_t above)
{
    VicuJournalFigures figures;
    g_autoptr(GError) error = NULL;
    vicu_journal_figures(self->journal, &figures);
    if (figures.bytes > above && !vicu_journal_compact(self->journal, write_live, self, &error))
        service_journal_failed(self, error);
}

/* --- answers --- */

void
service_keep_answer(RulesService *self, const char *key, GBytes *packed, const RulesAnswer *answer)
{
    Vicu__CommandResult result = VICU__COMMAND_RESULT__INIT;
    result.key = (char *)key;
    result.ok = answer->ok;
    result.text = answer->text ? answer->text : (char *)"";
    result.detail = answer->detail ? answer->detail : (char *)"";
    gsize size = 0;
    const void *command = g_bytes_get_data(packed, &size);
    uint32_t length = GUINT32_TO_LE((uint32_t)size);
    GByteArray *record = g_byte_array_new();
    g_byte_array_append(record, (const uint8_t *)&length, sizeof length);
    g_byte_array_append(record, command, (guint)size);
    vicu_wire_append(&result.base, record);
    Waiting *w = g_new0(Waiting, 1);
    w->append = service_append(self, RULES_RECORD_ANSWER, record->data, record->len);
    w->key = g_strdup(key);
    w->answer = *answer;
    g_queue_push_tail(&self->waiting, w);
    g_queue_push_tail(&self->answers, g_byte_array_free_to_bytes(record));
    if (self->answers.length > ANSWERS_KEPT)
        g_bytes_unref(g_queue_pop_head(&self->answers));
    self->dirty = true;
}

void
service_restore_answers(RulesService *self)
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
        g_autoptr(GBytes) command = g_bytes_new(data + sizeof length, length);
        const uint8_t *rest = data + sizeof length + length;
        size_t rest_size = size - sizeof length - length;
        g_autoptr(GBytes) result = g_bytes_new(rest, rest_size);
        g_autoptr(Vicu__CommandResult) read =
            vicu_wire_unpack_command_result(rest, rest_size, NULL);
        if (read)
            vicu_state_owner_restore_answer(owner, read->key, command, result);
    }
}

/* --- life --- */

void
service_restore_items(RulesService *self, int64_t mono_us)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, self->items);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        gsize size = 0;
        const void *data = g_bytes_get_data(value, &size);
        g_autoptr(Vicu__StateItem) item = vicu_wire_unpack_state_item(data, size, NULL);
        if (item)
            rules_ward_restore(self->ward, item, mono_us);
    }
}

bool
service_open_journal(RulesService *self, GError **error)
{
    g_autofree char *folder =
        vicu_root_folder(vicu_daemon_root(self->daemon), vicu_daemon_name(self->daemon), error);
    if (!folder)
        return false;
    g_autofree char *path = g_build_filename(folder, "journal", NULL);
    self->engine_folder = g_build_filename(folder, "engine", NULL);
    self->sets_folder = g_build_filename(folder, "sets", NULL);
    g_mkdir_with_parents(self->engine_folder, 0700);
    g_mkdir_with_parents(self->sets_folder, 0700);
    int64_t begin_us = vicu_clock_boot_us();
    self->journal = vicu_journal_open(path, vicu_daemon_main_context(self->daemon), on_record,
                                      on_synced, self, error);
    if (!self->journal)
        return false;
    self->replay_us = vicu_clock_boot_us() - begin_us;
    self->incarnation++;
    service_append_numbers(self, RULES_RECORD_INCARNATION, &self->incarnation, 1);
    return !self->broken && vicu_journal_sync_now(self->journal, error);
}

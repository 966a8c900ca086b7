/* SPDX-License-Identifier: Apache-2.0 */
#include "store/ledger.h"

#include <string.h>

#include "common/clock.h"

#define ID_TAG   'i'
#define TIME_TAG 't'

struct StoreLedger {
    StoreDb *db;
    uint64_t last;
    uint64_t kept;  /* number of the newest record at opening */
    bool lacking;   /* the tree had more */
    int64_t now_us; /* when the newest was taken */
    StoreTree *tree;
    StoreNotes *notes;
    GHashTable *fresh; /* ids in the open group: GBytes */
    StoreLedgerCounts counts;
};

StoreKey
store_ledger_key(uint64_t number)
{
    StoreKey key = {0};

    store_key_u64(&key, number);
    return key;
}

StoreKey
store_ledger_time_key(int64_t t_taken_us, uint64_t number)
{
    StoreKey key = {0};

    store_key_u8(&key, TIME_TAG);
    store_key_time(&key, t_taken_us);
    store_key_u64(&key, number);
    return key;
}

uint64_t
store_ledger_time_key_number(const uint8_t *key, size_t size)
{
    return size == 17 ? store_read_u64(key + 9) : 0;
}

/* ---- opening ---- */

#define GROUP 5000 /* records of one group of the tree's beginning */

/* One more leaf is put; each GROUP of them is committed. */
static bool
grown(StoreLedger *self, GError **error)
{
    uint64_t size = store_tree_size(self->tree);

    if (size % GROUP != 0)
        return true;
    if (size % (100 * GROUP) == 0)
        g_message("audit: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " records are in the tree",
                  size, self->last);
    return store_db_commit(self->db, NULL, error);
}

/* Records that the tree has not: those of a database from before there was one. */
static bool
grow_tree(StoreLedger *self, GError **error)
{
    StoreKey first = store_ledger_key(store_tree_size(self->tree) + 1);
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_AUDIT, &first, NULL);

    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t key_size = 0, size = 0;
        uint64_t number = store_read_u64(store_iter_key(iter, &key_size));
        const uint8_t *value = store_iter_value(iter, &size);
        while (store_tree_size(self->tree) + 1 < number) {
            store_tree_add_gone(self->tree);
            if (!grown(self, error))
                return false;
        }
        store_tree_add(self->tree, value, size);
        if (!grown(self, error))
            return false;
    }
    return store_iter_check(iter, error) && store_db_commit(self->db, NULL, error);
}

static bool
open_tree(StoreLedger *self, GError **error)
{
    self->tree = store_tree_open(self->db, error);
    if (self->tree == NULL)
        return false;
    self->kept = self->last;
    if (store_tree_size(self->tree) < self->last) {
        if (store_db_is_reader(self->db)) {
            g_clear_pointer(&self->tree, store_tree_free);
            return true;
        }
        if (!grow_tree(self, error))
            return false;
    }
    self->lacking = store_tree_size(self->tree) > self->last;
    self->last = store_tree_size(self->tree);
    self->notes = store_notes_open(self->db, self->tree, error);
    return self->notes != NULL;
}

StoreLedger *
store_ledger_open(StoreDb *db, GError **error)
{
    g_autoptr(StoreLedger) self = g_new0(StoreLedger, 1);
    g_autoptr(StoreIter) iter = store_iter_new(db, STORE_AUDIT, NULL, NULL);
    size_t size = 0;

    self->db = db;
    self->fresh =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    store_iter_seek_last(iter);
    if (store_iter_valid(iter))
        self->last = store_read_u64(store_iter_key(iter, &size));
    return store_iter_check(iter, error) && open_tree(self, error) ? g_steal_pointer(&self) : NULL;
}

void
store_ledger_free(StoreLedger *self)
{
    if (self == NULL)
        return;
    store_notes_free(self->notes);
    store_tree_free(self->tree);
    g_hash_table_unref(self->fresh);
    g_free(self);
}

char *
store_ledger_check(StoreLedger *self)
{
    if (self->notes == NULL)
        return NULL;
    if (self->lacking)
        return g_strdup_printf("the audit's tree has %" G_GUINT64_FORMAT
                               " records, the newest that is there has number %" G_GUINT64_FORMAT,
                               store_tree_size(self->tree), self->kept);
    return store_notes_check(self->notes);
}

static StoreKey
id_key(const Vicu__AuditRecord *record)
{
    StoreKey key = {0};

    store_key_u8(&key, ID_TAG);
    store_key_bytes(&key, record->id.data, record->id.len);
    return key;
}

static StoreFind
find_id(StoreLedger *self, const Vicu__AuditRecord *record, GError **error)
{
    g_autoptr(GBytes) id = g_bytes_new(record->id.data, record->id.len);
    g_auto(StoreValue) value = {0};

    if (g_hash_table_contains(self->fresh, id))
        return STORE_FOUND;
    StoreKey key = id_key(record);
    return store_db_get(self->db, STORE_AUDIT_INDEX, &key, &value, error);
}

static void
put_id(StoreLedger *self, const Vicu__AuditRecord *record)
{
    StoreKey key = id_key(record), number = store_ledger_key(self->last);

    store_db_put(self->db, STORE_AUDIT_INDEX, &key, number.data, number.size);
    g_hash_table_add(self->fresh, g_bytes_new(record->id.data, record->id.len));
}

StoreLedgerFate
store_ledger_append(StoreLedger *self, Vicu__AuditRecord *record, int64_t now_us, GError **error)
{
    bool has_id = record->id.len == STORE_AUDIT_ID_LEN;

    if (has_id) {
        StoreFind found = find_id(self, record, error);
        if (found == STORE_BROKEN)
            return STORE_LEDGER_BROKEN;
        if (found == STORE_FOUND) {
            self->counts.duplicates++;
            return STORE_LEDGER_DUPLICATE;
        }
    }
    self->last++;
    self->counts.taken++;
    record->t_taken_us = now_us;
    StoreKey key = store_ledger_key(self->last);
    StoreKey time = store_ledger_time_key(now_us, self->last);
    g_autoptr(GBytes) packed = vicu_wire_pack(&record->base);
    store_db_put(self->db, STORE_AUDIT, &key, g_bytes_get_data(packed, NULL),
                 g_bytes_get_size(packed));
    store_db_put(self->db, STORE_AUDIT_INDEX, &time, "", 0);
    if (self->tree != NULL)
        store_tree_add(self->tree, g_bytes_get_data(packed, NULL), g_bytes_get_size(packed));
    self->now_us = now_us;
    if (has_id)
        put_id(self, record);
    return STORE_LEDGER_TAKEN;
}

StoreLedgerFate
store_ledger_append_packed(
    StoreLedger *self, const void *packed, size_t size, int64_t now_us, GError **error)
{
    g_autoptr(Vicu__AuditRecord) record = vicu_wire_unpack_audit_record(packed, size, NULL);

    if (record == NULL) {
        self->counts.malformed++;
        return STORE_LEDGER_MALFORMED;
    }
    return store_ledger_append(self, record, now_us, error);
}

/* ---- retention ---- */

typedef struct {
    uint64_t first, last; /* numbers; 0: none */
    int64_t from_us, to_us;
    GChecksum *sum;
} Gone;

/* Puts the deletions of one record but for its own, which is one of a range. */
static void
let_go(StoreLedger *self, Gone *gone, uint64_t number, const Vicu__AuditRecord *record)
{
    StoreKey time = store_ledger_time_key(record->t_taken_us, number);

    if (gone->first == 0) {
        gone->first = number;
        gone->from_us = gone->to_us = record->t_taken_us;
    }
    gone->last = number;
    gone->from_us = MIN(gone->from_us, record->t_taken_us);
    gone->to_us = MAX(gone->to_us, record->t_taken_us);
    store_db_delete(self->db, STORE_AUDIT_INDEX, &time);
    if (record->id.len == STORE_AUDIT_ID_LEN) {
        StoreKey id = id_key(record);
        store_db_delete(self->db, STORE_AUDIT_INDEX, &id);
    }
}

/* *@n counts those that go. */
static bool
let_go_before(
    StoreLedger *self, Gone *gone, int64_t before_us, unsigned most, unsigned *n, GError **error)
{
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_AUDIT, NULL, NULL);

    for (; store_iter_valid(iter) && *n < most; store_iter_next(iter), (*n)++) {
        size_t key_size = 0, size = 0;
        const uint8_t *key = store_iter_key(iter, &key_size);
        const uint8_t *value = store_iter_value(iter, &size);
        g_autoptr(Vicu__AuditRecord) record = vicu_wire_unpack_audit_record(value, size, NULL);
        if (record == NULL || record->t_taken_us >= before_us)
            break;
        g_checksum_update(gone->sum, value, (gssize)size);
        let_go(self, gone, store_read_u64(key), record);
    }
    return store_iter_check(iter, error);
}

static bool
say_gone(StoreLedger *self, const Gone *gone, int64_t now_us, GError **error)
{
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
    g_autofree char *from = vicu_time_format(gone->from_us);
    g_autofree char *to = vicu_time_format(gone->to_us);
    g_autofree char *detail = g_strdup_printf(
        "records %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT ", taken %s to %s, sha256 %s",
        gone->first, gone->last, from, to, g_checksum_get_string(gone->sum));

    record.who = (char *)"store";
    record.role = (char *)"store";
    record.what = (char *)"audit-retention";
    record.t_us = now_us;
    record.from = (char *)"store";
    record.why = (char *)"older than [retention] audit";
    record.detail = detail;
    return store_ledger_append(self, &record, now_us, error) != STORE_LEDGER_BROKEN;
}

bool
store_ledger_retain(StoreLedger *self,
                    int64_t before_us,
                    int64_t now_us,
                    unsigned most,
                    unsigned *n,
                    GError **error)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    Gone gone = {.sum = sum};

    *n = 0;
    if (!let_go_before(self, &gone, before_us, most, n, error))
        return false;
    if (*n == 0)
        return true;
    StoreKey first = store_ledger_key(gone.first), end = store_ledger_key(gone.last + 1);
    store_db_delete_range(self->db, STORE_AUDIT, &first, &end);
    return say_gone(self, &gone, now_us, error);
}

void
store_ledger_seal(StoreLedger *self)
{
    if (self->notes != NULL)
        store_notes_seal(self->notes, self->now_us);
}

StoreNotes *
store_ledger_notes(StoreLedger *self)
{
    return self->notes;
}

StoreTree *
store_ledger_tree(StoreLedger *self)
{
    return self->tree;
}

void
store_ledger_committed(StoreLedger *self)
{
    if (self->notes != NULL)
        store_notes_committed(self->notes);
    if (g_hash_table_size(self->fresh) > 0)
        g_hash_table_remove_all(self->fresh);
}

uint64_t
store_ledger_last(const StoreLedger *self)
{
    return self->last;
}

const StoreLedgerCounts *
store_ledger_counts(const StoreLedger *self)
{
    return &self->counts;
}

/* The audit's tree: a head with the proof that it grew out of an older one, records with the
 * nodes beside them, and the path of one record.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/error.h"
#include "store/query-internal.h"

typedef struct {
    char *note; /* of the head that the whole answer is of */
    int64_t t_us;
    uint64_t size;
    uint64_t first, last; /* numbers */
    uint64_t at;          /* the next one; 0: the head has not been sent */
} State;

static StoreLedger *
ledger_of(const StoreQuery *self)
{
    return store_head_ledger(self->head);
}

static const StoreNote *
newest(const StoreQuery *self, char **refusal)
{
    StoreNotes *notes = store_ledger_notes(ledger_of(self));
    const StoreNote *note = notes != NULL ? store_notes_newest(notes) : NULL;

    if (note == NULL)
        *refusal = g_strdup("the audit has no signed head yet: start the store, and ask it again");
    return note;
}

/* ---- a range ---- */

/* The number at the first key from @t_us on; 0: there is none. */
static uint64_t
number_from(const StoreQuery *self, int64_t t_us)
{
    StoreKey first = store_ledger_time_key(t_us, 0), end = {0};

    store_key_u8(&end, first.data[0] + 1);
    g_autoptr(StoreIter) iter =
        store_iter_new(store_head_db(self->head), STORE_AUDIT_INDEX, &first, &end);
    size_t size = 0;
    if (!store_iter_valid(iter))
        return 0;
    const uint8_t *key = store_iter_key(iter, &size);
    return store_ledger_time_key_number(key, size);
}

/* Number of the oldest record; 0: there is none. */
static uint64_t
oldest(const StoreQuery *self)
{
    g_autoptr(StoreIter) iter = store_iter_new(store_head_db(self->head), STORE_AUDIT, NULL, NULL);
    size_t size = 0;

    return store_iter_valid(iter) ? store_read_u64(store_iter_key(iter, &size)) : 0;
}

static bool
find_range(const StoreQuery *self, State *state, char **refusal)
{
    const Vicu__QueryLedger *ask = self->ask->ledger;

    state->first = ask->first;
    state->last = ask->last != 0 ? ask->last : state->size;
    if (ask->from_us != 0 || ask->to_us != 0) {
        if (!store_query_check_range(ask->from_us, ask->to_us, refusal))
            return false;
        uint64_t from = number_from(self, ask->from_us), to = number_from(self, ask->to_us);
        state->first = from != 0 ? from : state->size + 1;
        state->last = to != 0 ? to - 1 : state->size;
    } else if (ask->first == 0) {
        state->first = 1;
    }
    /* A record that came after the head: not yet. */
    state->last = MIN(state->last, state->size);
    /* What retention took is in an answer of all records only, with the record that says so. */
    if (state->first > 1 || state->last < state->size)
        state->first = MAX(state->first, oldest(self));
    state->first = MIN(state->first, state->last + 1);
    if (ask->old_size <= state->size)
        return true;
    *refusal = g_strdup_printf("old_size %" G_GUINT64_FORMAT ": the audit has %" G_GUINT64_FORMAT
                               " records only",
                               ask->old_size, state->size);
    return false;
}

static bool
begin(StoreQuery *self, char **refusal)
{
    const StoreNote *note = newest(self, refusal);

    if (note == NULL)
        return false;
    State *state = g_new0(State, 1);
    self->state = state;
    state->note = g_strdup(note->note);
    state->t_us = note->t_us;
    state->size = note->size;
    return find_range(self, state, refusal);
}

static void
end(StoreQuery *self)
{
    State *state = self->state;

    g_free(state->note);
    g_free(state);
}

/* Nodes of leaves @first up to and without @end, one after the other. */
static bool
add_span(GByteArray *out, StoreTreeRead *read, uint64_t first, uint64_t last)
{
    VicuMerklePlace places[VICU_MERKLE_SPAN_MAX];
    unsigned n = vicu_merkle_span(first, last, places);

    for (unsigned i = 0; i < n; i++) {
        VicuMerkle node;
        if (!store_tree_read(&places[i], &node, read))
            return false;
        g_byte_array_append(out, node.bytes, VICU_MERKLE_LEN);
    }
    return true;
}

static bool
add_growth(GByteArray *out, StoreTreeRead *read, uint64_t old, uint64_t size)
{
    VicuMerkle proof[VICU_MERKLE_PROOF_MAX];
    unsigned n = 0;

    if (!vicu_merkle_growth(old, size, store_tree_read, read, proof, &n))
        return false;
    g_byte_array_append(out, (const uint8_t *)proof, n * VICU_MERKLE_LEN);
    return true;
}

static ProtobufCBinaryData
bytes_of(GByteArray *array)
{
    return (ProtobufCBinaryData){array->len, array->data};
}

/* A row a witness, in memory of @owned. */
static void
add_cosigned(const StoreQuery *self, Vicu__LedgerHead *row, GPtrArray *rows, GPtrArray *texts)
{
    const GPtrArray *all = store_notes_witnessed(store_ledger_notes(ledger_of(self)));

    for (guint i = 0; i < all->len; i++) {
        const StoreNote *note = all->pdata[i];
        Vicu__Cosigned *cosigned = g_new0(Vicu__Cosigned, 1);
        vicu__cosigned__init(cosigned);
        cosigned->note = note->note;
        cosigned->key = vicu_note_key_text(&note->key);
        cosigned->size = note->size;
        cosigned->t_us = note->t_us;
        g_ptr_array_add(texts, cosigned->key);
        g_ptr_array_add(rows, cosigned);
    }
    row->cosigned = (Vicu__Cosigned **)rows->pdata;
    row->n_cosigned = rows->len;
}

static bool
send_head(StoreQuery *self, State *state, GError **error)
{
    StoreTreeRead read = {.tree = store_ledger_tree(ledger_of(self))};
    const VicuNoteKey *own = store_notes_key(store_ledger_notes(ledger_of(self)));
    g_autofree char *key = own != NULL ? vicu_note_key_text(own) : g_strdup("");
    g_autoptr(GByteArray) left = g_byte_array_new();
    g_autoptr(GByteArray) right = g_byte_array_new();
    g_autoptr(GByteArray) growth = g_byte_array_new();
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    Vicu__LedgerHead row = VICU__LEDGER_HEAD__INIT;

    if (!add_span(left, &read, 0, state->first - 1)
        || !add_span(right, &read, state->last, state->size)
        || !add_growth(growth, &read, self->ask->ledger->old_size, state->size)) {
        g_propagate_error(error, read.error);
        return false;
    }
    row.note = state->note;
    row.key = key;
    row.size = state->size;
    row.t_us = state->t_us;
    row.first = state->first;
    row.last = state->last;
    row.left = bytes_of(left);
    row.right = bytes_of(right);
    row.growth = bytes_of(growth);
    add_cosigned(self, &row, rows, texts);
    store_rows_add_message(self->out, STORE_ROWS_LEDGER_HEAD, &row.base);
    return true;
}

static bool
send_entry(StoreQuery *self, uint64_t number, const uint8_t *record, size_t size, GError **error)
{
    StoreTreeRead read = {.tree = store_ledger_tree(ledger_of(self))};
    const VicuMerklePlace place = {0, number - 1};
    Vicu__LedgerEntry row = VICU__LEDGER_ENTRY__INIT;
    VicuMerkle leaf;

    row.number = number;
    row.record = (ProtobufCBinaryData){size, (uint8_t *)record};
    if (size == 0) {
        if (!store_tree_read(&place, &leaf, &read)) {
            g_propagate_error(error, read.error);
            return false;
        }
        row.leaf = (ProtobufCBinaryData){VICU_MERKLE_LEN, leaf.bytes};
    }
    store_rows_add_message(self->out, STORE_ROWS_LEDGER_ENTRY, &row.base);
    return true;
}

static bool
work(StoreQuery *self, GError **error)
{
    State *state = self->state;

    if (state->at == 0) {
        if (!send_head(self, state, error))
            return false;
        state->at = state->first;
    }
    StoreKey from = store_ledger_key(state->at), to = store_ledger_key(state->last + 1);
    g_autoptr(StoreIter) iter = store_iter_new(store_head_db(self->head), STORE_AUDIT, &from, &to);
    for (size_t n = 0; self->ask->ledger->entries && state->at <= state->last; n++, state->at++) {
        size_t size = 0;
        if (n == STORE_STEP_ROWS || store_query_full(self))
            return true;
        bool here =
            store_iter_valid(iter) && store_read_u64(store_iter_key(iter, &size)) == state->at;
        const uint8_t *record = here ? store_iter_value(iter, &size) : NULL;
        if (!send_entry(self, state->at, record, here ? size : 0, error))
            return false;
        if (here)
            store_iter_next(iter);
    }
    self->done = true;
    return store_iter_check(iter, error);
}

const StoreQueryKind store_query_ledger = {begin, work, end};

/* ---- one record ---- */

static bool
begin_proof(StoreQuery *self, char **refusal)
{
    uint64_t number = self->ask->ledger_proof->number;
    const StoreNote *note = newest(self, refusal);

    if (note == NULL)
        return false;
    if (number > 0 && number <= note->size)
        return true;
    *refusal =
        g_strdup_printf("record %" G_GUINT64_FORMAT ": expected a number of 1 to %" G_GUINT64_FORMAT
                        ", which the newest head is over",
                        number, note->size);
    return false;
}

/* The head to prove it under: one that a witness has signed, if the record is in it. */
static const StoreNote *
head_over(StoreQuery *self, uint64_t number, bool *witnessed)
{
    StoreNotes *notes = store_ledger_notes(ledger_of(self));
    const GPtrArray *all = store_notes_witnessed(notes);
    const StoreNote *best = NULL;

    for (guint i = 0; i < all->len; i++) {
        const StoreNote *note = all->pdata[i];
        if (note->size >= number && (best == NULL || note->size > best->size))
            best = note;
    }
    *witnessed = best != NULL;
    return best != NULL ? best : store_notes_newest(notes);
}

static bool
work_proof(StoreQuery *self, GError **error)
{
    uint64_t number = self->ask->ledger_proof->number;
    StoreTreeRead read = {.tree = store_ledger_tree(ledger_of(self))};
    const VicuNoteKey *own = store_notes_key(store_ledger_notes(ledger_of(self)));
    Vicu__LedgerProof row = VICU__LEDGER_PROOF__INIT;
    VicuMerkle path[VICU_MERKLE_PROOF_MAX];
    g_auto(StoreValue) value = {0};
    StoreKey key = store_ledger_key(number);
    bool witnessed = false;
    unsigned n = 0;

    self->done = true;
    const StoreNote *note = head_over(self, number, &witnessed);
    StoreFind found = store_db_get(store_head_db(self->head), STORE_AUDIT, &key, &value, error);
    if (found == STORE_BROKEN)
        return false;
    if (found == STORE_ABSENT) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                    "record %" G_GUINT64_FORMAT " is not here any more: retention took it", number);
        return false;
    }
    if (!vicu_merkle_path(number - 1, note->size, store_tree_read, &read, path, &n)) {
        g_propagate_error(error, read.error);
        return false;
    }
    g_autofree char *log = own != NULL ? vicu_note_key_text(own) : g_strdup("");
    g_autofree char *witness = witnessed ? vicu_note_key_text(&note->key) : g_strdup("");
    row.number = number;
    row.record = (ProtobufCBinaryData){value.size, (uint8_t *)value.data};
    row.path = (ProtobufCBinaryData){n * VICU_MERKLE_LEN, (uint8_t *)path};
    row.note = note->note;
    row.key = log;
    row.witness = witness;
    store_rows_add_message(self->out, STORE_ROWS_LEDGER_PROOF, &row.base);
    return true;
}

const StoreQueryKind store_query_ledger_proof = {begin_proof, work_proof, NULL};

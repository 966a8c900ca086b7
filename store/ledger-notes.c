/* SPDX-License-Identifier: Apache-2.0 */
#include "store/ledger-notes.h"

#include <string.h>

#include "common/error.h"

#define KEPT_EACH_US (INT64_C(3600) * 1000000)

struct StoreNotes {
    StoreDb *db;
    StoreTree *tree;
    const VicuNoteSigner *signer;
    StoreNote *newest;  /* committed; NULL: none */
    StoreNote *pending; /* in the open group; NULL: none */
    int64_t kept_us;    /* of the newest that is kept by its time */
    GPtrArray *witnessed;
    GPtrArray *witnessing; /* in the open group */
};

static void
note_free(gpointer p)
{
    StoreNote *note = p;

    if (note == NULL)
        return;
    g_free(note->note);
    g_free(note);
}

/* NULL: it has not the form. */
static StoreNote *
note_new(const char *text, size_t size, int64_t t_us)
{
    StoreNote *note = g_new0(StoreNote, 1);
    VicuNoteHead head;

    note->note = g_strndup(text, size);
    note->t_us = t_us;
    if (!vicu_note_parse(&head, note->note)) {
        note_free(note);
        return NULL;
    }
    note->size = head.size;
    return note;
}

static StoreKey
head_key(void)
{
    StoreKey key = {0};

    store_key_u8(&key, STORE_NOTES_HEAD_TAG);
    return key;
}

static StoreKey
witness_key(const char *name)
{
    StoreKey key = {0};

    store_key_u8(&key, STORE_NOTES_WITNESS_TAG);
    store_key_bytes(&key, name, strlen(name));
    return key;
}

/* ---- opening ---- */

static bool
damaged(GError **error, const char *what)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                "store: the row of %s is damaged: restore the folder from a backup", what);
    return false;
}

static bool
load_newest(StoreNotes *self, GError **error)
{
    g_auto(StoreValue) value = {0};
    StoreKey key = head_key(), end = {0};
    StoreFind found = store_db_get(self->db, STORE_AUDIT_INDEX, &key, &value, error);

    if (found == STORE_BROKEN)
        return false;
    if (found == STORE_FOUND) {
        self->newest = value.size > 8 ? note_new((const char *)value.data + 8, value.size - 8,
                                                 store_read_time(value.data))
                                      : NULL;
        if (self->newest == NULL)
            return damaged(error, "the audit's newest head");
    }
    store_key_u8(&end, STORE_NOTES_HEAD_TAG + 1);
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_AUDIT_INDEX, &key, &end);
    size_t size = 0;
    store_iter_seek_last(iter);
    if (store_iter_valid(iter)) {
        const uint8_t *last = store_iter_key(iter, &size);
        self->kept_us = size == 9 ? store_read_time(last + 1) : INT64_MIN;
    }
    return store_iter_check(iter, error);
}

static StoreNote *
read_witness(const char *value, size_t size)
{
    const char *lf = memchr(value, '\n', size);
    VicuNoteKey key;

    if (lf == NULL)
        return NULL;
    g_autofree char *text = g_strndup(value, (size_t)(lf - value));
    StoreNote *note = note_new(lf + 1, size - (size_t)(lf + 1 - value), 0);
    if (note == NULL || !vicu_note_key_parse(&key, text)
        || !vicu_note_is_signed(note->note, &key, &note->t_us)) {
        note_free(note);
        return NULL;
    }
    note->t_us *= 1000000;
    note->key = key;
    return note;
}

static bool
load_witnessed(StoreNotes *self, GError **error)
{
    StoreKey first = witness_key(""), end = {0};

    store_key_u8(&end, STORE_NOTES_WITNESS_TAG + 1);
    g_autoptr(StoreIter) iter = store_iter_new(self->db, STORE_AUDIT_INDEX, &first, &end);
    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t size = 0;
        const uint8_t *value = store_iter_value(iter, &size);
        StoreNote *note = read_witness((const char *)value, size);
        if (note == NULL)
            return damaged(error, "a witness of the audit");
        g_ptr_array_add(self->witnessed, note);
    }
    return store_iter_check(iter, error);
}

StoreNotes *
store_notes_open(StoreDb *db, StoreTree *tree, GError **error)
{
    g_autoptr(StoreNotes) self = g_new0(StoreNotes, 1);

    self->db = db;
    self->tree = tree;
    self->kept_us = INT64_MIN;
    self->witnessed = g_ptr_array_new_with_free_func(note_free);
    self->witnessing = g_ptr_array_new_with_free_func(note_free);
    return load_newest(self, error) && load_witnessed(self, error) ? g_steal_pointer(&self) : NULL;
}

void
store_notes_free(StoreNotes *self)
{
    if (self == NULL)
        return;
    note_free(self->newest);
    note_free(self->pending);
    g_ptr_array_unref(self->witnessed);
    g_ptr_array_unref(self->witnessing);
    g_free(self);
}

/* ---- heads ---- */

void
store_notes_set_signer(StoreNotes *self, const VicuNoteSigner *signer)
{
    self->signer = signer;
}

const VicuNoteKey *
store_notes_key(const StoreNotes *self)
{
    return self->signer != NULL ? &self->signer->public_key : NULL;
}

void
store_notes_seal(StoreNotes *self, int64_t now_us)
{
    const StoreNote *before = self->pending != NULL ? self->pending : self->newest;
    uint64_t size = store_tree_size(self->tree);
    StoreKey time = {0}, key = head_key(), kept = head_key();
    VicuMerkle root;

    if (self->signer == NULL || size == 0 || (before != NULL && before->size == size))
        return;
    store_tree_root(self->tree, &root);
    StoreNote *note = g_new0(StoreNote, 1);
    note->note = vicu_note_sign(self->signer, size, &root);
    note->size = size;
    note->t_us = now_us;
    note_free(self->pending);
    self->pending = note;
    store_key_time(&time, now_us);
    store_db_put_joined(self->db, STORE_AUDIT_INDEX, &key, &time, note->note, strlen(note->note));
    if (self->kept_us > now_us - KEPT_EACH_US)
        return;
    self->kept_us = now_us;
    store_key_time(&kept, now_us);
    store_db_put_joined(self->db, STORE_AUDIT_INDEX, &kept, &time, note->note, strlen(note->note));
}

void
store_notes_committed(StoreNotes *self)
{
    if (self->pending != NULL) {
        note_free(self->newest);
        self->newest = g_steal_pointer(&self->pending);
    }
    while (self->witnessing->len > 0) {
        StoreNote *note = g_ptr_array_steal_index(self->witnessing, 0);
        for (guint i = 0; i < self->witnessed->len; i++) {
            const StoreNote *old = self->witnessed->pdata[i];
            if (strcmp(old->key.name, note->key.name) == 0)
                g_ptr_array_remove_index(self->witnessed, i--);
        }
        g_ptr_array_add(self->witnessed, note);
    }
}

const StoreNote *
store_notes_newest(const StoreNotes *self)
{
    return self->newest;
}

/* NULL: the tree's first head->size records are those of the head. */
static char *
check_root(StoreNotes *self, const VicuNoteHead *head)
{
    StoreTreeRead read = {.tree = self->tree};
    VicuMerkle root;

    if (head->size > store_tree_size(self->tree))
        return g_strdup_printf("a signed head is over %" G_GUINT64_FORMAT
                               " records, the database has %" G_GUINT64_FORMAT,
                               head->size, store_tree_size(self->tree));
    if (!vicu_merkle_root(head->size, store_tree_read, &read, &root)) {
        char *text = g_strdup(read.error->message);
        g_error_free(read.error);
        return text;
    }
    return vicu_merkle_equal(&root, &head->root)
               ? NULL
               : g_strdup_printf("the first %" G_GUINT64_FORMAT
                                 " records are not those that a head was signed over",
                                 head->size);
}

char *
store_notes_check(StoreNotes *self)
{
    VicuNoteHead head;

    if (self->newest == NULL)
        return NULL;
    if (!vicu_note_parse(&head, self->newest->note))
        return g_strdup("the newest head cannot be read");
    if (self->signer != NULL
        && !vicu_note_is_signed(self->newest->note, &self->signer->public_key, NULL))
        return g_strdup_printf("the newest head is signed by %s, not by %s, whose key is here",
                               head.origin, self->signer->public_key.name);
    return check_root(self, &head);
}

/* ---- witnesses ---- */

bool
store_notes_witness(StoreNotes *self, const char *note, const VicuNoteKey *key, GError **error)
{
    VicuNoteHead head;
    int64_t time_s = 0;

    if (self->signer == NULL || key->kind != VICU_NOTE_WITNESS || !vicu_note_parse(&head, note)
        || !vicu_note_is_signed(note, &self->signer->public_key, NULL)
        || !vicu_note_is_signed(note, key, &time_s)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_AUTH,
                    "this is no head of this audit that \"%s\" has signed", key->name);
        return false;
    }
    g_autofree char *wrong = check_root(self, &head);
    if (wrong != NULL) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_AUTH, "%s", wrong);
        return false;
    }
    for (guint i = 0; i < self->witnessed->len; i++) {
        const StoreNote *old = self->witnessed->pdata[i];
        if (strcmp(old->key.name, key->name) == 0
            && (old->size > head.size || old->t_us / 1000000 > time_s))
            return true;
    }
    StoreNote *own = note_new(note, strlen(note), time_s * 1000000);
    own->key = *key;
    g_ptr_array_add(self->witnessing, own);
    g_autofree char *text = vicu_note_key_text(key);
    g_autofree char *value = g_strconcat(text, "\n", note, NULL);
    StoreKey row = witness_key(key->name);
    store_db_put(self->db, STORE_AUDIT_INDEX, &row, value, strlen(value));
    return true;
}

const GPtrArray *
store_notes_witnessed(const StoreNotes *self)
{
    return self->witnessed;
}

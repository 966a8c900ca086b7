/* SPDX-License-Identifier: Apache-2.0 */
#include "store/erase/cipher.h"

#include <string.h>

#define SIV_SIZE 16
#define SLOTS    1024u /* keys kept ready */

G_STATIC_ASSERT(STORE_SEAL_HEAD == 4 + SIV_SIZE);

static const uint8_t magic[4] = {0xcf, 'v', 'K', 1};

/* Trees are those of the rings. */
typedef struct {
    char *name;
    StoreKeyTree *now, *next;
} Bed;

/* Two keys of one interval of one tree: of the hash, and of the cipher. */
typedef struct {
    const StoreKeyTree *tree;
    uint64_t first, last;
    StoreTreeFound found;
    uint8_t keys[2 * VICU_SEAL_KEY];
} Slot;

struct StoreCipher {
    char *folder, *copy;
    bool reads;
    StoreKeyring *ring; /* NULL: none yet */
    StoreKeyring *next; /* while something is being erased; else NULL */
    GHashTable *beds;   /* name -> Bed * */
    GPtrArray *streams; /* Bed *, borrowed; NULL: not asked for yet */
    StoreCipherStreams ask;
    gpointer ask_user;
    bool has_erased;
    bool dirty; /* a bed is new */
    Slot slot[SLOTS];
};

static void
bed_free(gpointer p)
{
    Bed *bed = p;

    g_free(bed->name);
    g_free(bed);
}

static StoreKeyPlaces
places_of(const StoreCipher *self)
{
    return (StoreKeyPlaces){self->folder, self->copy};
}

static bool
ring_has_erased(const StoreKeyring *ring)
{
    GHashTableIter iter;
    gpointer tree;

    g_hash_table_iter_init(&iter, ring->trees);
    while (g_hash_table_iter_next(&iter, NULL, &tree))
        if (store_keytree_look(tree, 0, STORE_TREE_LAST) != STORE_TREE_WHOLE)
            return true;
    return false;
}

StoreCipher *
store_cipher_new(const StoreKeyPlaces *places, bool reads, char **note, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autoptr(StoreKeyring) ring = store_keyfile_load(places, !reads, note, &why);

    if (why != NULL) {
        g_propagate_error(error, g_steal_pointer(&why));
        return NULL;
    }
    StoreCipher *self = g_new0(StoreCipher, 1);
    self->folder = g_strdup(places->folder);
    self->copy = g_strdup(places->copy);
    self->reads = reads;
    self->has_erased = ring != NULL && ring_has_erased(ring);
    self->ring = g_steal_pointer(&ring);
    self->beds = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, bed_free);
    self->streams = g_ptr_array_new();
    return self;
}

void
store_cipher_free(StoreCipher *self)
{
    if (self == NULL)
        return;
    vicu_seal_wipe(self->slot, sizeof self->slot);
    store_keyring_free(self->ring);
    store_keyring_free(self->next);
    g_hash_table_unref(self->beds);
    g_ptr_array_unref(self->streams);
    g_free(self->folder);
    g_free(self->copy);
    g_free(self);
}

const uint8_t *
store_cipher_id(const StoreCipher *self)
{
    return self->ring != NULL ? self->ring->id : NULL;
}

bool
store_cipher_knows(const StoreCipher *self, const char *bed)
{
    return self->ring != NULL && store_keyring_get(self->ring, bed) != NULL;
}

const char *
store_cipher_folder(const StoreCipher *self)
{
    return self->folder;
}

bool
store_cipher_reads(const StoreCipher *self)
{
    return self->reads;
}

bool
store_cipher_make(StoreCipher *self, GError **error)
{
    StoreKeyPlaces places = places_of(self);

    g_assert(self->ring == NULL && !self->reads);
    self->ring = store_keyring_new();
    return store_keyfile_save(&places, self->ring, error);
}

bool
store_cipher_save(StoreCipher *self, GError **error)
{
    StoreKeyPlaces places = places_of(self);

    if (!self->dirty)
        return true;
    if (!self->reads && !store_keyfile_save(&places, self->ring, error))
        return false;
    self->dirty = false;
    return true;
}

/* ---- beds ---- */

void
store_cipher_ask(StoreCipher *self, StoreCipherStreams func, gpointer user)
{
    self->ask = func;
    self->ask_user = user;
}

/* @make: a bed that has no keys gets some; else NULL for it. */
static Bed *
bed_of(StoreCipher *self, const char *name, bool make)
{
    Bed *bed = g_hash_table_lookup(self->beds, name);
    bool made = false;

    if (bed != NULL)
        return bed;
    g_assert(self->ring != NULL);
    StoreKeyTree *now =
        make ? store_keyring_take(self->ring, name, &made) : store_keyring_get(self->ring, name);
    if (now == NULL)
        return NULL;
    self->dirty = self->dirty || made;
    if (self->next != NULL && store_keyring_get(self->next, name) == NULL)
        g_hash_table_insert(self->next->trees, g_strdup(name), store_keytree_copy(now));
    bed = g_new0(Bed, 1);
    bed->name = g_strdup(name);
    bed->now = now;
    bed->next = self->next != NULL ? store_keyring_get(self->next, name) : NULL;
    g_hash_table_insert(self->beds, bed->name, bed);
    return bed;
}

void
store_cipher_learn(StoreCipher *self, uint32_t stream, const char *bed)
{
    if (stream > self->streams->len + SLOTS)
        return; /* numbers are dense: no row of ours */
    if (stream >= self->streams->len)
        g_ptr_array_set_size(self->streams, (gint)stream + 1);
    self->streams->pdata[stream] = bed_of(self, bed, true);
}

static Bed *
bed_of_place(StoreCipher *self, const StoreErasePlace *place, bool make)
{
    if (place->bed != NULL)
        return bed_of(self, place->bed, make);
    if (place->stream < self->streams->len && self->streams->pdata[place->stream] != NULL)
        return self->streams->pdata[place->stream];
    g_autofree char *name = self->ask != NULL ? self->ask(place->stream, self->ask_user) : NULL;
    if (name == NULL)
        return NULL;
    Bed *bed = bed_of(self, name, make);
    if (bed != NULL && place->stream <= self->streams->len + SLOTS) {
        if (place->stream >= self->streams->len)
            g_ptr_array_set_size(self->streams, (gint)place->stream + 1);
        self->streams->pdata[place->stream] = bed;
    }
    return bed;
}

/* ---- keys ---- */

static const Slot *
slot_of(StoreCipher *self, StoreKeyTree *tree, const StoreErasePlace *place)
{
    size_t hash = (size_t)tree / 64 + (size_t)place->first * 31 + (size_t)place->last * 17;
    Slot *slot = &self->slot[(hash ^ hash >> 10) % SLOTS];
    uint8_t key[VICU_SEAL_KEY];
    VicuSealHash split;

    if (slot->tree == tree && slot->first == place->first && slot->last == place->last)
        return slot;
    slot->tree = tree;
    slot->first = place->first;
    slot->last = place->last;
    slot->found = store_keytree_key(tree, place->first, place->last, key);
    if (slot->found == STORE_TREE_ERASED)
        return slot;
    vicu_seal_hash_init(&split, key, sizeof slot->keys);
    vicu_seal_hash_add(&split, "vicu row", 8);
    vicu_seal_hash_end(&split, slot->keys, sizeof slot->keys);
    vicu_seal_wipe(key, sizeof key);
    return slot;
}

static void
forget_slots(StoreCipher *self)
{
    vicu_seal_wipe(self->slot, sizeof self->slot);
}

/* ---- rows ---- */

static void
siv_of(const uint8_t *key,
       StoreFamily family,
       const uint8_t *row,
       size_t row_size,
       const uint8_t *value,
       size_t size,
       uint8_t siv[SIV_SIZE])
{
    VicuSealHash hash;
    uint8_t head[2] = {(uint8_t)family, (uint8_t)row_size}; /* at most STORE_KEY_MAX */

    vicu_seal_hash_init(&hash, key, SIV_SIZE);
    vicu_seal_hash_add(&hash, head, sizeof head);
    vicu_seal_hash_add(&hash, row, row_size);
    if (size > 0)
        vicu_seal_hash_add(&hash, value, size);
    vicu_seal_hash_end(&hash, siv, SIV_SIZE);
}

static void
cross(const uint8_t *key, const uint8_t siv[SIV_SIZE], const uint8_t *in, uint8_t *out, size_t size)
{
    uint8_t nonce[VICU_SEAL_NONCE] = {0};

    memcpy(nonce, siv, SIV_SIZE);
    if (size > 0)
        vicu_seal_xor(out, in, size, nonce, key);
}

void
store_cipher_seal(StoreCipher *self,
                  StoreFamily family,
                  const StoreErasePlace *place,
                  const StoreKey *key,
                  GByteArray *out,
                  const void *head,
                  size_t head_size,
                  const void *tail,
                  size_t tail_size)
{
    size_t size = head_size + tail_size;
    uint8_t nobodys[2 * VICU_SEAL_KEY];
    Bed *bed = bed_of_place(self, place, true);

    g_assert(bed != NULL); /* a stream is put before its rows */
    const Slot *slot = slot_of(self, bed->next != NULL ? bed->next : bed->now, place);
    const uint8_t *keys = slot->keys;
    if (slot->found == STORE_TREE_ERASED) {
        vicu_seal_random(nobodys, sizeof nobodys);
        keys = nobodys;
    }
    g_byte_array_set_size(out, 0);
    g_byte_array_set_size(out, (guint)(STORE_SEAL_HEAD + size));
    uint8_t *siv = out->data + sizeof magic, *text = out->data + STORE_SEAL_HEAD;
    memcpy(out->data, magic, sizeof magic);
    if (head_size > 0)
        memcpy(text, head, head_size);
    if (tail_size > 0)
        memcpy(text + head_size, tail, tail_size);
    siv_of(keys, family, key->data, key->size, text, size, siv);
    cross(keys + VICU_SEAL_KEY, siv, text, text, size);
    vicu_seal_wipe(nobodys, sizeof nobodys);
}

static bool
open_with(const Slot *slot,
          StoreFamily family,
          const uint8_t *key,
          size_t key_size,
          const uint8_t *value,
          size_t size,
          GByteArray *out)
{
    uint8_t siv[SIV_SIZE];

    if (slot->found == STORE_TREE_ERASED)
        return false;
    g_byte_array_set_size(out, (guint)(size - STORE_SEAL_HEAD));
    cross(slot->keys + VICU_SEAL_KEY, value + sizeof magic, value + STORE_SEAL_HEAD, out->data,
          out->len);
    siv_of(slot->keys, family, key, key_size, out->data, out->len, siv);
    return vicu_seal_same(siv, value + sizeof magic, SIV_SIZE);
}

StoreCipherFate
store_cipher_open(StoreCipher *self,
                  StoreFamily family,
                  const StoreErasePlace *place,
                  const uint8_t *key,
                  size_t key_size,
                  const uint8_t *value,
                  size_t size,
                  GByteArray *out)
{
    StoreTreeFound found = STORE_TREE_WHOLE;

    if (size < sizeof magic || memcmp(value, magic, sizeof magic) != 0)
        return STORE_CIPHER_CLEAR;
    Bed *bed = bed_of_place(self, place, false);
    if (size < STORE_SEAL_HEAD || key_size > STORE_KEY_MAX || bed == NULL)
        return STORE_CIPHER_BROKEN;
    StoreKeyTree *const trees[] = {bed->next, bed->now};
    for (size_t i = 0; i < G_N_ELEMENTS(trees); i++) {
        if (trees[i] == NULL)
            continue;
        const Slot *slot = slot_of(self, trees[i], place);
        if (open_with(slot, family, key, key_size, value, size, out))
            return STORE_CIPHER_OPENED;
        found = MAX(found, slot->found);
    }
    g_byte_array_set_size(out, 0);
    /* What was sealed before a part of its time was erased, and never again since: a row of
     * an older backup. */
    return found == STORE_TREE_WHOLE ? STORE_CIPHER_BROKEN : STORE_CIPHER_ERASED;
}

StoreTreeFound
store_cipher_look(StoreCipher *self, const StoreErasePlace *place)
{
    const Bed *bed = self->has_erased ? bed_of_place(self, place, false) : NULL;

    return bed != NULL ? store_keytree_look(bed->now, place->first, place->last) : STORE_TREE_WHOLE;
}

bool
store_cipher_has_erased(const StoreCipher *self)
{
    return self->has_erased;
}

/* ---- erasing ---- */

static void
point_to_trees(StoreCipher *self)
{
    GHashTableIter iter;
    gpointer p;

    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, NULL, &p)) {
        Bed *bed = p;
        bed->now = store_keyring_get(self->ring, bed->name);
        bed->next = self->next != NULL ? store_keyring_get(self->next, bed->name) : NULL;
    }
    forget_slots(self);
}

void
store_cipher_puncture(StoreCipher *self, const char *bed, uint64_t first, uint64_t last)
{
    if (self->next == NULL)
        self->next = store_keyring_copy(self->ring);
    point_to_trees(self);
    store_keytree_puncture(bed_of(self, bed, true)->next, first, last);
    forget_slots(self);
}

bool
store_cipher_finish(StoreCipher *self, GError **error)
{
    StoreKeyPlaces places = places_of(self);

    g_assert(!self->reads && self->next != NULL);
    self->next->generation = self->ring->generation;
    if (!store_keyfile_save(&places, self->next, error))
        return false;
    store_keyring_free(self->ring);
    self->ring = g_steal_pointer(&self->next);
    self->has_erased = true;
    self->dirty = false;
    point_to_trees(self);
    return true;
}

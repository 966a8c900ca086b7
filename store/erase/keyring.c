/* SPDX-License-Identifier: Apache-2.0 */
#include "store/erase/keyring.h"

#include <string.h>

#include "common/error.h"

#define MAGIC      "vicu store keys 1\n"
#define MAGIC_SIZE (sizeof MAGIC - 1)
#define HEAD_SIZE  (MAGIC_SIZE + STORE_KEYRING_ID + 8 + 4)
#define NODE_SIZE  (1 + 8 + VICU_SEAL_KEY)
#define BED_HEAD   (1 + 4)
#define SUM_SIZE   32
#define BED_MAX    UINT8_MAX

static StoreKeyring *
empty_new(void)
{
    StoreKeyring *self = g_new0(StoreKeyring, 1);

    self->trees =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)store_keytree_free);
    return self;
}

StoreKeyring *
store_keyring_new(void)
{
    StoreKeyring *self = empty_new();

    vicu_seal_random(self->id, sizeof self->id);
    return self;
}

StoreKeyring *
store_keyring_copy(const StoreKeyring *self)
{
    StoreKeyring *copy = empty_new();
    GHashTableIter iter;
    gpointer bed, tree;

    memcpy(copy->id, self->id, sizeof copy->id);
    copy->generation = self->generation;
    g_hash_table_iter_init(&iter, self->trees);
    while (g_hash_table_iter_next(&iter, &bed, &tree))
        g_hash_table_insert(copy->trees, g_strdup(bed), store_keytree_copy(tree));
    return copy;
}

void
store_keyring_free(StoreKeyring *self)
{
    if (self == NULL)
        return;
    g_hash_table_unref(self->trees);
    g_free(self);
}

StoreKeyTree *
store_keyring_get(const StoreKeyring *self, const char *bed)
{
    return g_hash_table_lookup(self->trees, bed);
}

StoreKeyTree *
store_keyring_take(StoreKeyring *self, const char *bed, bool *made)
{
    StoreKeyTree *tree = store_keyring_get(self, bed);

    if (made != NULL)
        *made = tree == NULL;
    if (tree == NULL) {
        g_assert(strlen(bed) <= BED_MAX);
        tree = store_keytree_new();
        g_hash_table_insert(self->trees, g_strdup(bed), tree);
    }
    return tree;
}

/* ---- bytes ---- */

static void
put(uint8_t **at, const void *data, size_t size)
{
    memcpy(*at, data, size);
    *at += size;
}

static void
put_u32(uint8_t **at, uint32_t value)
{
    uint32_t be = GUINT32_TO_BE(value);
    put(at, &be, sizeof be);
}

static void
put_u64(uint8_t **at, uint64_t value)
{
    uint64_t be = GUINT64_TO_BE(value);
    put(at, &be, sizeof be);
}

static int
by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(a, b);
}

static void
sum_of(const uint8_t *data, size_t size, uint8_t sum[SUM_SIZE])
{
    VicuSealHash hash;

    vicu_seal_hash_init(&hash, NULL, SUM_SIZE);
    vicu_seal_hash_add(&hash, data, size);
    vicu_seal_hash_end(&hash, sum, SUM_SIZE);
}

static void
put_bed(uint8_t **at, const char *bed, const StoreKeyTree *tree)
{
    size_t n = 0;
    const StoreTreeNode *node = store_keytree_nodes(tree, &n);
    uint8_t length = (uint8_t)strlen(bed);

    put(at, &length, 1);
    put(at, bed, length);
    put_u32(at, (uint32_t)n);
    for (size_t i = 0; i < n; i++) {
        put(at, &node[i].depth, 1);
        put_u64(at, node[i].prefix);
        put(at, node[i].key, VICU_SEAL_KEY);
    }
}

uint8_t *
store_keyring_write(const StoreKeyring *self, size_t *size)
{
    g_autoptr(GList) beds = g_list_sort(g_hash_table_get_keys(self->trees), by_name);
    size_t bytes = HEAD_SIZE + SUM_SIZE;

    for (const GList *l = beds; l != NULL; l = l->next) {
        size_t n = 0;
        store_keytree_nodes(store_keyring_get(self, l->data), &n);
        bytes += BED_HEAD + strlen(l->data) + n * NODE_SIZE;
    }
    uint8_t *data = g_malloc(bytes), *at = data;
    put(&at, MAGIC, MAGIC_SIZE);
    put(&at, self->id, sizeof self->id);
    put_u64(&at, self->generation);
    put_u32(&at, g_hash_table_size(self->trees));
    for (const GList *l = beds; l != NULL; l = l->next)
        put_bed(&at, l->data, store_keyring_get(self, l->data));
    sum_of(data, (size_t)(at - data), at);
    *size = bytes;
    return data;
}

/* ---- back ---- */

typedef struct {
    const uint8_t *at, *end;
} Rest;

static const uint8_t *
take(Rest *rest, size_t size)
{
    const uint8_t *at = rest->at;

    if ((size_t)(rest->end - at) < size)
        return NULL;
    rest->at += size;
    return at;
}

static bool
take_u32(Rest *rest, uint32_t *value)
{
    const uint8_t *at = take(rest, sizeof *value);

    if (at == NULL)
        return false;
    memcpy(value, at, sizeof *value);
    *value = GUINT32_FROM_BE(*value);
    return true;
}

static bool
take_node(Rest *rest, StoreKeyTree *tree)
{
    const uint8_t *at = take(rest, NODE_SIZE);
    StoreTreeNode node = {0};
    uint64_t prefix = 0;

    if (at == NULL)
        return false;
    memcpy(&prefix, at + 1, sizeof prefix);
    node.depth = at[0];
    node.prefix = GUINT64_FROM_BE(prefix);
    memcpy(node.key, at + 9, sizeof node.key);
    bool ok = store_keytree_add(tree, &node);
    vicu_seal_wipe(&node, sizeof node);
    return ok;
}

/* @before: the bed before it; the new one takes its place. */
static bool
take_bed(Rest *rest, StoreKeyring *self, char **before)
{
    const uint8_t *length = take(rest, 1), *name = length != NULL ? take(rest, *length) : NULL;
    g_autoptr(StoreKeyTree) tree = store_keytree_new_empty();
    uint32_t n = 0;

    if (name == NULL || memchr(name, '\0', *length) != NULL || !take_u32(rest, &n))
        return false;
    g_autofree char *bed = g_strndup((const char *)name, *length);
    if (*before != NULL && strcmp(*before, bed) >= 0)
        return false;
    for (uint32_t i = 0; i < n; i++)
        if (!take_node(rest, tree))
            return false;
    g_free(*before);
    *before = g_strdup(bed);
    g_hash_table_insert(self->trees, g_steal_pointer(&bed), g_steal_pointer(&tree));
    return true;
}

static bool
take_all(Rest *rest, StoreKeyring *self)
{
    const uint8_t *head = take(rest, HEAD_SIZE - 4);
    g_autofree char *before = NULL;
    uint32_t beds = 0;
    uint64_t generation = 0;

    if (head == NULL || !take_u32(rest, &beds))
        return false;
    memcpy(self->id, head + MAGIC_SIZE, sizeof self->id);
    memcpy(&generation, head + MAGIC_SIZE + sizeof self->id, sizeof generation);
    self->generation = GUINT64_FROM_BE(generation);
    for (uint32_t i = 0; i < beds; i++)
        if (!take_bed(rest, self, &before))
            return false;
    return rest->at == rest->end;
}

StoreKeyring *
store_keyring_read(const void *data, size_t size, GError **error)
{
    const uint8_t *bytes = data;
    uint8_t sum[SUM_SIZE];

    if (size < HEAD_SIZE + SUM_SIZE || memcmp(bytes, MAGIC, MAGIC_SIZE) != 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%zu bytes that do not begin with \"%.17s\", as keys of a store do", size,
                    MAGIC);
        return NULL;
    }
    sum_of(bytes, size - SUM_SIZE, sum);
    if (!vicu_seal_same(sum, bytes + size - SUM_SIZE, SUM_SIZE)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%zu bytes whose checksum does not fit: damaged", size);
        return NULL;
    }
    g_autoptr(StoreKeyring) self = empty_new();
    Rest rest = {bytes, bytes + size - SUM_SIZE};
    if (!take_all(&rest, self)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%zu bytes whose checksum fits and whose counts, names or nodes do not", size);
        return NULL;
    }
    return g_steal_pointer(&self);
}

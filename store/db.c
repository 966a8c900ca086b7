/* SPDX-License-Identifier: Apache-2.0 */
#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/error.h"
#include "common/folder.h"
#include "store/db-internal.h"
#include "store/log-look.h"
#include "store/table-look.h"

#define SCHEMA_FILE "schema"
#define SCHEMA_KEY  "schema"

/* Rows of numerics live for an hour or so, 26 MB of them a minute in 1000 beds: to merge each four
 * files into all the others would compress them again and again. */
#define NUMERICS_FILES 12

typedef struct {
    const char *name;
    size_t buffer; /* bytes of memory table; 0 = the option's */
    int compression;
} FamilySpec;

/* Waves do not shrink under a general compressor and cost time under it, so the
 * head stays as it is; numerics shrink about tenfold, their blocks
 * not any more. */
static const FamilySpec families[STORE_N_FAMILIES] = {
    [STORE_META] = {"default", 1u << 20, rocksdb_no_compression},
    [STORE_HEAD] = {"head", 0, rocksdb_no_compression},
    [STORE_SEGMENTS] = {"segments", 1u << 20, rocksdb_lz4_compression},
    [STORE_STREAMS] = {"streams", 1u << 20, rocksdb_lz4_compression},
    [STORE_NUMERICS] = {"numerics", 8u << 20, rocksdb_lz4_compression},
    [STORE_TREND] = {"trend", 2u << 20, rocksdb_no_compression},
    [STORE_PYRAMID] = {"pyramid", 2u << 20, rocksdb_zstd_compression},
    [STORE_EVENTS] = {"events", 2u << 20, rocksdb_lz4_compression},
    [STORE_AUDIT] = {"audit", 2u << 20, rocksdb_lz4_compression},
    [STORE_AUDIT_INDEX] = {"audit-index", 1u << 20, rocksdb_no_compression},
    [STORE_WAVE] = {"wave", 1u << 20, rocksdb_no_compression},
    [STORE_LATE] = {"late", 4u << 20, rocksdb_no_compression},
    [STORE_WAVE_TREND] = {"wave-trend", 2u << 20, rocksdb_no_compression},
};

void
store_db_options_init(StoreDbOptions *options)
{
    *options = (StoreDbOptions){
        .sync = true,
        .head_buffer = 16u << 20,
        .wal_limit = 64u << 20,
        .cache = 32u << 20,
        .max_open_files = 512,
    };
}

bool
store_db_failed(char *message, const char *dir, const char *what, GError **error)
{
    if (message == NULL)
        return false;
    g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "store folder %s: %s: %s", dir, what, message);
    rocksdb_free(message);
    return true;
}

static rocksdb_options_t *
family_options_new(const FamilySpec *spec, const StoreDbOptions *o, rocksdb_cache_t *cache)
{
    rocksdb_options_t *options = rocksdb_options_create();
    rocksdb_block_based_table_options_t *table = rocksdb_block_based_options_create();

    rocksdb_block_based_options_set_block_cache(table, cache);
    rocksdb_block_based_options_set_block_size(table, 16u << 10);
    rocksdb_block_based_options_set_format_version(table, 5);
    if (spec == &families[STORE_AUDIT_INDEX])
        rocksdb_block_based_options_set_filter_policy(table, rocksdb_filterpolicy_create_bloom(10));
    rocksdb_options_set_block_based_table_factory(options, table);
    rocksdb_block_based_options_destroy(table);
    rocksdb_options_set_compression(options, spec->compression);
    if (spec == &families[STORE_NUMERICS])
        rocksdb_options_set_level0_file_num_compaction_trigger(options, NUMERICS_FILES);
    rocksdb_options_set_write_buffer_size(options, spec->buffer ? spec->buffer : o->head_buffer);
    rocksdb_options_set_max_write_buffer_number(options, 3);
    /* Files of waves never overlap, and are merged by the roll-up, not behind its back. */
    if (spec == &families[STORE_WAVE])
        rocksdb_options_set_disable_auto_compactions(options, 1);
    return options;
}

/* What is in memory when it is closed is in the log of groups; there is no call for this. */
static rocksdb_options_t *
options_that_close_at_once(void)
{
    rocksdb_options_t *base = rocksdb_options_create(), *options = rocksdb_options_create();
    char *message = NULL;

    rocksdb_get_options_from_string(base, "avoid_flush_during_shutdown=true", options, &message);
    g_assert(message == NULL);
    rocksdb_options_destroy(base);
    return options;
}

static void
make_options(StoreDb *self, const StoreDbOptions *o)
{
    self->options = options_that_close_at_once();
    rocksdb_options_set_create_if_missing(self->options, !self->reads);
    rocksdb_options_set_create_missing_column_families(self->options, !self->reads);
    rocksdb_options_set_paranoid_checks(self->options, 1);
    /* A torn tail of the log is what a crash leaves; a hole inside it is not. */
    rocksdb_options_set_wal_recovery_mode(self->options, rocksdb_point_in_time_recovery);
    /* A reader holds every file, so that a store cannot take one away. */
    rocksdb_options_set_max_open_files(self->options, self->reads ? -1 : o->max_open_files);
    rocksdb_options_set_atomic_flush(self->options, 1); /* what files hold ends with one group */
    rocksdb_options_set_max_background_jobs(self->options, 2);
    rocksdb_options_set_keep_log_file_num(self->options, 4);
    rocksdb_options_set_max_log_file_size(self->options, 4u << 20);
    rocksdb_options_set_stats_dump_period_sec(self->options, 0);
    rocksdb_options_set_skip_stats_update_on_db_open(self->options, 1);
    self->cache = rocksdb_cache_create_lru(o->cache);
    for (int i = 0; i < STORE_N_FAMILIES; i++)
        self->family_options[i] = family_options_new(&families[i], o, self->cache);
    self->read = rocksdb_readoptions_create();
    rocksdb_readoptions_set_verify_checksums(self->read, 1);
    self->in_files = rocksdb_readoptions_create();
    rocksdb_readoptions_set_verify_checksums(self->in_files, 1);
    rocksdb_readoptions_set_read_tier(self->in_files, 2); /* kPersistedTier */
    self->write = rocksdb_writeoptions_create();
    rocksdb_writeoptions_disable_WAL(self->write, 1); /* store/group-log.h */
    self->group = rocksdb_writebatch_create();
    self->sealed = g_byte_array_new();
    self->opened = g_byte_array_new();
}

static bool
refuse_older(const char *dir, const char *found, GError **error)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_VERSION,
                "store folder %s has schema version %s, this program reads version %d: export it "
                "with the vicu-store that wrote it, or give another folder; nothing was changed",
                dir, found, STORE_SCHEMA_VERSION);
    return false;
}

static bool
refuse_newer(const char *dir, const char *found, GError **error)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_VERSION,
                "store folder %s has schema version %s, this program reads version %d: "
                "start the newer vicu-store, or give another folder; nothing was changed",
                dir, found, STORE_SCHEMA_VERSION);
    return false;
}

static bool
check_version(const char *dir, const char *text, GError **error)
{
    guint64 version = 0;

    if (!g_ascii_string_to_unsigned(text, 10, 1, G_MAXUINT32, &version, NULL)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "store folder %s: schema version reads \"%.20s\", expected a number from 1: "
                    "restore the folder from a backup",
                    dir, text);
        return false;
    }
    if (version < STORE_SCHEMA_OLDEST)
        return refuse_older(dir, text, error);
    return version <= STORE_SCHEMA_VERSION || refuse_newer(dir, text, error);
}

/* The plain file is looked at before the library touches the folder. */
static bool
check_schema_file(const char *dir, GError **error)
{
    g_autofree char *path = g_build_filename(dir, SCHEMA_FILE, NULL);
    g_autofree char *text = NULL;

    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return true;
    if (!g_file_get_contents(path, &text, NULL, error))
        return false;
    return check_version(dir, g_strstrip(text), error);
}

/* Families that this version does not know belong to a newer one. */
static bool
check_families(StoreDb *self, GError **error)
{
    g_autofree char *current = g_build_filename(self->dir, "CURRENT", NULL);
    size_t n = 0;
    char *message = NULL;
    bool ok = true;

    if (!g_file_test(current, G_FILE_TEST_EXISTS))
        return true;
    char **names = rocksdb_list_column_families(self->options, self->dir, &n, &message);
    if (store_db_failed(message, self->dir, "its list of families cannot be read", error))
        return false;
    for (size_t i = 0; ok && i < n; i++) {
        bool known = false;
        for (int k = 0; k < STORE_N_FAMILIES; k++)
            known = known || strcmp(names[i], families[k].name) == 0;
        if (!known)
            ok = refuse_newer(self->dir, "later than ours", error);
    }
    rocksdb_list_column_families_destroy(names, n);
    return ok;
}

/* What the database itself says; *@same: this program's version. */
static bool
check_schema_row(StoreDb *self, bool *same, GError **error)
{
    g_auto(StoreValue) value = {0};
    StoreKey key = {0};

    store_key_bytes(&key, SCHEMA_KEY, strlen(SCHEMA_KEY));
    StoreFind found = store_db_get(self, STORE_META, &key, &value, error);
    *same = false;
    if (found != STORE_FOUND)
        return found == STORE_ABSENT;
    g_autofree char *have = g_strndup((const char *)value.data, value.size);
    *same = strcmp(have, G_STRINGIFY(STORE_SCHEMA_VERSION)) == 0;
    return check_version(self->dir, g_strstrip(have), error);
}

/* Before the first group is written as only this version reads it. */
static bool
write_schema_file(const StoreDb *self, GError **error)
{
    static const char own[] = G_STRINGIFY(STORE_SCHEMA_VERSION) "\n";
    g_autofree char *path = g_build_filename(self->dir, SCHEMA_FILE, NULL);
    g_autofree char *text = NULL;

    if (g_file_get_contents(path, &text, NULL, NULL) && strcmp(text, own) == 0)
        return true;
    if (!g_file_set_contents_full(path, own, -1,
                                  G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                  0600, error))
        return false;
    if (!vicu_folder_sync(self->dir, error)) {
        g_prefix_error(error, "store folder ");
        return false;
    }
    return true;
}

/* Versions are looked at in what the files hold, and again in what the log adds. */
static bool
begin_writing(StoreDb *self, const StoreDbOptions *options, GError **error)
{
    StoreKey key = {0};
    bool same = false;

    if (!check_schema_row(self, &same, error))
        return false;
    if (self->reads)
        return true;
    if (!write_schema_file(self, error) || !store_db_open_log(self, options, error)
        || !check_schema_row(self, &same, error))
        return false;
    if (same)
        return true;
    store_key_bytes(&key, SCHEMA_KEY, strlen(SCHEMA_KEY));
    store_db_put(self, STORE_META, &key, G_STRINGIFY(STORE_SCHEMA_VERSION),
                 strlen(G_STRINGIFY(STORE_SCHEMA_VERSION)));
    return store_db_commit(self, NULL, error);
}

static bool
open_library(StoreDb *self, const StoreDbOptions *o, GError **error)
{
    const char *names[STORE_N_FAMILIES];
    char *message = NULL;

    for (int i = 0; i < STORE_N_FAMILIES; i++)
        names[i] = families[i].name;
    const rocksdb_options_t *const *options =
        (const rocksdb_options_t *const *)self->family_options;
    if (self->reads)
        return store_db_open_reader(self, o, names, error);
    self->db = rocksdb_open_column_families(self->options, self->dir, STORE_N_FAMILIES, names,
                                            options, self->family, &message);
    return !store_db_failed(message, self->dir, "cannot be opened", error);
}

/* Files that were being written when a crash came. */
static void
remove_unfinished(const char *dir)
{
    GDir *open = g_dir_open(dir, 0, NULL);
    const char *name;

    while (open != NULL && (name = g_dir_read_name(open)) != NULL) {
        g_autofree char *path = g_build_filename(dir, name, NULL);
        if (g_str_has_prefix(name, STORE_FILE_PREFIX))
            g_unlink(path);
    }
    if (open != NULL)
        g_dir_close(open);
}

StoreDb *
store_db_open(const char *dir, const StoreDbOptions *options, GError **error)
{
    if (!check_schema_file(dir, error))
        return NULL;
    if (options->reader == NULL && g_mkdir_with_parents(dir, 0700) != 0) {
        int code = errno;
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "store folder %s cannot be made: %s", dir,
                    g_strerror(code));
        return NULL;
    }
    g_autoptr(StoreDb) self = g_new0(StoreDb, 1);
    self->dir = g_strdup(dir);
    self->reads = options->reader != NULL;
    make_options(self, options);
    self->log_damage = store_log_damage(dir);
    if (!store_tables_look(dir, !self->reads, &self->mended, error) || !check_families(self, error)
        || !open_library(self, options, error) || !begin_writing(self, options, error)
        || !store_db_open_keys(self, options, error))
        return NULL;
    if (!self->reads)
        remove_unfinished(dir);
    return g_steal_pointer(&self);
}

void
store_db_close(StoreDb *self)
{
    if (self == NULL)
        return;
    store_db_join_maker(self);
    for (int i = 0; self->db != NULL && i < STORE_N_FAMILIES; i++)
        rocksdb_column_family_handle_destroy(self->family[i]);
    if (self->db != NULL)
        rocksdb_close(self->db);
    rocksdb_writebatch_destroy(self->group);
    rocksdb_writeoptions_destroy(self->write);
    rocksdb_readoptions_destroy(self->read);
    rocksdb_readoptions_destroy(self->in_files);
    store_group_log_free(self->log);
    for (int i = 0; i < STORE_N_FAMILIES; i++)
        rocksdb_options_destroy(self->family_options[i]);
    rocksdb_options_destroy(self->options);
    rocksdb_cache_destroy(self->cache);
    g_byte_array_unref(self->sealed);
    g_byte_array_unref(self->opened);
    g_free(self->dir);
    g_free(self->log_damage);
    g_free(self->mended);
    g_free(self);
}

void
store_db_put(StoreDb *self, StoreFamily family, const StoreKey *key, const void *value, size_t size)
{
    const GByteArray *sealed = store_db_seal(self, family, key, value, size, NULL, 0);

    if (sealed != NULL) {
        value = sealed->data;
        size = sealed->len;
    }
    rocksdb_writebatch_put_cf(self->group, self->family[family], (const char *)key->data, key->size,
                              (const char *)value, size);
    self->pending += key->size + size + 1;
}

void
store_db_put_joined(StoreDb *self,
                    StoreFamily family,
                    const StoreKey *key,
                    const StoreKey *head,
                    const void *tail,
                    size_t tail_size)
{
    const GByteArray *sealed =
        store_db_seal(self, family, key, head->data, head->size, tail, tail_size);

    if (sealed != NULL) {
        rocksdb_writebatch_put_cf(self->group, self->family[family], (const char *)key->data,
                                  key->size, (const char *)sealed->data, sealed->len);
        self->pending += key->size + sealed->len + 1;
        return;
    }
    const char *const keys[] = {(const char *)key->data};
    const char *const values[] = {(const char *)head->data, (const char *)tail};
    const size_t key_sizes[] = {key->size}, value_sizes[] = {head->size, tail_size};

    rocksdb_writebatch_putv_cf(self->group, self->family[family], 1, keys, key_sizes, 2, values,
                               value_sizes);
    self->pending += key->size + head->size + tail_size + 1;
}

void
store_db_delete(StoreDb *self, StoreFamily family, const StoreKey *key)
{
    rocksdb_writebatch_delete_cf(self->group, self->family[family], (const char *)key->data,
                                 key->size);
    self->pending += key->size + 1;
}

void
store_db_delete_range(StoreDb *self, StoreFamily family, const StoreKey *first, const StoreKey *end)
{
    rocksdb_writebatch_delete_range_cf(self->group, self->family[family], (const char *)first->data,
                                       first->size, (const char *)end->data, end->size);
    self->pending += first->size + end->size + 1;
}

void
store_db_put_trim(StoreDb *self, uint64_t number)
{
    self->trimming = MAX(self->trimming, number);
}

size_t
store_db_pending(const StoreDb *self)
{
    return self->pending;
}

bool
store_db_commit(StoreDb *self, int64_t *took_us, GError **error)
{
    int64_t before_us = g_get_monotonic_time();

    g_assert(!self->failed);
    if (!store_db_save_keys(self, error)) {
        self->failed = true;
        return false;
    }
    if (self->pending > 0 && !self->reads && !store_db_write_group(self, error)) {
        self->failed = true;
        return false;
    }
    if (took_us != NULL)
        *took_us = g_get_monotonic_time() - before_us;
    rocksdb_writebatch_clear(self->group);
    self->pending = 0;
    return true;
}

/* What was found, as it was put. */
static StoreFind
open_value(
    StoreDb *self, StoreFamily family, const StoreKey *key, StoreValue *value, GError **error)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    StoreCipherFate fate =
        store_db_unseal(self, family, key->data, key->size, value->data, value->size, out);

    if (fate == STORE_CIPHER_CLEAR)
        return STORE_FOUND;
    store_value_clear(value);
    if (fate == STORE_CIPHER_BROKEN)
        store_db_set_broken(self, family, error);
    if (fate != STORE_CIPHER_OPENED)
        return fate == STORE_CIPHER_ERASED ? STORE_ABSENT : STORE_BROKEN;
    value->data = out->data;
    value->size = out->len;
    value->opened = g_steal_pointer(&out);
    return STORE_FOUND;
}

/* The row was found, its body is in the log. */
static StoreFind
read_body(const StoreDb *self, StoreValue *value, GError **error)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    bool ok = store_db_read_body(self, value->data, out, error);

    store_value_clear(value);
    if (!ok)
        return STORE_BROKEN;
    value->data = out->data;
    value->size = out->len;
    value->opened = g_steal_pointer(&out);
    return STORE_FOUND;
}

StoreFind
store_db_get(
    StoreDb *self, StoreFamily family, const StoreKey *key, StoreValue *value, GError **error)
{
    char *message = NULL;
    rocksdb_pinnableslice_t *pin = rocksdb_get_pinned_cf(
        self->db, self->read, self->family[family], (const char *)key->data, key->size, &message);

    *value = (StoreValue){0};
    if (store_db_failed(message, self->dir, "a read failed", error))
        return STORE_BROKEN;
    if (pin == NULL)
        return STORE_ABSENT;
    value->pin = pin;
    value->data = (const uint8_t *)rocksdb_pinnableslice_value(pin, &value->size);
    StoreFind found =
        self->cipher != NULL ? open_value(self, family, key, value, error) : STORE_FOUND;
    return found == STORE_FOUND && store_db_is_elsewhere(family, value->data, value->size)
               ? read_body(self, value, error)
               : found;
}

void
store_value_clear(StoreValue *value)
{
    if (value->pin != NULL)
        rocksdb_pinnableslice_destroy(value->pin);
    if (value->opened != NULL)
        g_byte_array_unref(value->opened);
    *value = (StoreValue){0};
}

bool
store_db_drop_files(
    StoreDb *self, StoreFamily family, const StoreKey *first, const StoreKey *last, GError **error)
{
    char *message = NULL;

    if (self->reads)
        return true;
    rocksdb_delete_file_in_range_cf(
        self->db, self->family[family], first != NULL ? (const char *)first->data : "",
        first != NULL ? first->size : 0, (const char *)last->data, last->size, &message);
    return !store_db_failed(message, self->dir, "old files cannot be dropped", error);
}

const char *
store_db_log_damage(const StoreDb *self)
{
    return self->log_damage;
}

const char *
store_db_mended(const StoreDb *self)
{
    return self->mended;
}

const char *
store_db_dir(const StoreDb *self)
{
    return self->dir;
}

bool
store_db_is_reader(const StoreDb *self)
{
    return self->reads;
}

const char *
store_db_family_name(StoreFamily family)
{
    return families[family].name;
}

bool
store_db_checkpoint(StoreDb *self, const char *to, GError **error)
{
    char *message = NULL;
    rocksdb_checkpoint_t *checkpoint = rocksdb_checkpoint_object_create(self->db, &message);

    if (store_db_failed(message, self->dir, "a checkpoint cannot be prepared", error))
        return false;
    store_db_join_maker(self);
    rocksdb_checkpoint_create(checkpoint, to, 0, &message);
    rocksdb_checkpoint_object_destroy(checkpoint);
    if (store_db_failed(message, self->dir, "a checkpoint cannot be made", error))
        return false;
    return self->log == NULL || store_db_link_log(self, to, error);
}

static StoreKey
key_of(const char *bytes, size_t size)
{
    StoreKey key = {0};

    store_key_bytes(&key, bytes, MIN(size, sizeof key.data));
    return key;
}

void
store_db_tables(StoreDb *self, StoreTableFunc func, gpointer user)
{
    const rocksdb_livefiles_t *files = rocksdb_livefiles(self->db);
    int n = rocksdb_livefiles_count(files);

    for (int i = 0; i < n; i++) {
        size_t first = 0, last = 0;
        const char *smallest = rocksdb_livefiles_smallestkey(files, i, &first);
        const char *largest = rocksdb_livefiles_largestkey(files, i, &last);
        const char *family = rocksdb_livefiles_column_family_name(files, i);
        StoreTable table = {
            .name = rocksdb_livefiles_name(files, i),
            .family = STORE_N_FAMILIES,
            .level = rocksdb_livefiles_level(files, i),
            .bytes = rocksdb_livefiles_size(files, i),
            .rows = rocksdb_livefiles_entries(files, i),
            .first = key_of(smallest, first),
            .last = key_of(largest, last),
        };
        for (int k = 0; k < STORE_N_FAMILIES; k++)
            if (strcmp(families[k].name, family) == 0)
                table.family = k;
        func(&table, user);
    }
    rocksdb_livefiles_destroy(files);
}

bool
store_db_compact(StoreDb *self, StoreFamily family, GError **error)
{
    rocksdb_compact_range_cf(self->db, self->family[family], NULL, 0, NULL, 0);
    return store_db_make_files(self, error); /* nor does it work after a compaction that failed */
}

uint64_t
store_db_family_bytes(StoreDb *self, StoreFamily family)
{
    static const char *const names[] = {"rocksdb.live-sst-files-size",
                                        "rocksdb.cur-size-all-mem-tables"};
    uint64_t total = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        uint64_t value = 0;
        if (rocksdb_property_int_cf(self->db, self->family[family], names[i], &value) == 0)
            total += value;
    }
    return family == STORE_HEAD ? total + store_db_bodies_bytes(self) : total;
}

/* vicu store check, vicu store stats, vicu store compact.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "common/error.h"
#include "common/json.h"
#include "common/progress.h"
#include "store/backup.h"
#include "store/check.h"
#include "store/erase/settings.h"
#include "store/rest.h"
#include "store/verbs.h"

#define MIB (1024.0 * 1024.0)

static void
show(uint64_t done, uint64_t total, gpointer progress)
{
    store_verb_show(done, total, progress);
}

/* Every family, in JSON or as a table. */
static void
print_families(VicuJson *json, const StoreCheckReport *report)
{
    if (json == NULL)
        printf("%-12s %10s %12s %12s %6s %9s %9s\n", "family", "rows", "bytes", "on disk", "files",
               "erased", "damaged");
    else
        vicu_json_begin_array(json, "families");
    for (int f = 0; f < STORE_N_FAMILIES; f++) {
        const StoreCheckFamily *family = &report->family[f];
        if (json == NULL) {
            printf("%-12s %10" G_GUINT64_FORMAT " %12" G_GUINT64_FORMAT " %12" G_GUINT64_FORMAT
                   " %6" G_GUINT64_FORMAT " %9" G_GUINT64_FORMAT " %9" G_GUINT64_FORMAT "\n",
                   store_db_family_name(f), family->rows, family->bytes, family->on_disk,
                   family->files, family->erased, family->bad_rows + family->bad_files);
            continue;
        }
        vicu_json_begin_object(json, NULL);
        vicu_json_text(json, "family", store_db_family_name(f));
        vicu_json_integer(json, "rows", (int64_t)family->rows);
        vicu_json_integer(json, "bytes", (int64_t)family->bytes);
        vicu_json_integer(json, "on_disk", (int64_t)family->on_disk);
        vicu_json_integer(json, "files", (int64_t)family->files);
        vicu_json_integer(json, "erased_rows", (int64_t)family->erased);
        vicu_json_integer(json, "damaged_rows", (int64_t)family->bad_rows);
        vicu_json_integer(json, "damaged_files", (int64_t)family->bad_files);
        vicu_json_end(json);
    }
    if (json != NULL)
        vicu_json_end(json);
}

static void
print_damage(VicuJson *json, const GPtrArray *damage, uint64_t in_all)
{
    if (json != NULL)
        vicu_json_begin_array(json, "damage");
    for (guint i = 0; i < damage->len; i++) {
        if (json != NULL)
            vicu_json_text(json, NULL, g_ptr_array_index(damage, i));
        else
            printf("damaged: %s\n", (const char *)g_ptr_array_index(damage, i));
    }
    if (json != NULL)
        vicu_json_end(json);
    else if (in_all > damage->len)
        printf("and %" G_GUINT64_FORMAT " more\n", in_all - damage->len);
}

static int
print_report(const StoreVerb *verb, const StoreCheckReport *report)
{
    bool whole = report->damage_in_all == 0;
    g_autoptr(VicuJson) json = verb->json ? vicu_json_new() : NULL;

    if (json != NULL) {
        vicu_json_begin_object(json, NULL);
        vicu_json_bool(json, "whole", whole);
    }
    print_families(json, report);
    print_damage(json, report->damage, report->damage_in_all);
    if (json != NULL) {
        vicu_json_end(json);
        vicu_json_print(json, stdout);
    } else {
        puts(whole ? "every table and every row is whole" : "what is not named above is whole");
    }
    return whole ? STORE_DONE : STORE_WANTING;
}

static StoreCheckReport *
read_all(const StoreVerb *verb, const char *why, GError **error)
{
    g_autoptr(VicuProgress) progress = NULL;
    g_autoptr(StoreRest) rest = store_rest_open(verb->root, why, error);
    g_autoptr(GError) why_not = NULL;
    StoreDbOptions options;

    if (rest == NULL)
        return NULL;
    g_autoptr(StoreCipher) cipher = store_erase_reader(store_rest_root(rest), &why_not);
    if (why_not != NULL) {
        g_propagate_error(error, g_steal_pointer(&why_not));
        return NULL;
    }
    store_db_options_init(&options);
    options.cache = 8u << 20;
    options.cipher = cipher;
    g_autoptr(StoreDb) db = store_db_open(store_rest_path(rest), &options, error);
    return db != NULL ? store_check_run(db, show, &progress) : NULL;
}

/* ---- check ---- */

static int
check_backup(const StoreVerb *verb, const char *from, int number)
{
    g_autoptr(VicuProgress) progress = NULL;
    g_autoptr(GPtrArray) damage = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) numbers = store_backup_list(from, &error);
    guint looked = 0;

    if (numbers == NULL)
        return store_verb_wanting(g_steal_pointer(&error));
    for (guint i = 0; i < numbers->len; i++) {
        unsigned n = g_array_index(numbers, unsigned, i);
        if (number > 0 && n != (unsigned)number)
            continue;
        g_autoptr(GError) bad = NULL;
        g_autoptr(StoreBackupSet) set = store_backup_load(from, n, &bad);
        looked++;
        if (set == NULL)
            g_ptr_array_add(damage, g_strdup(bad->message));
        else
            store_backup_verify(from, set, (StoreBackupTell){store_verb_show, &progress}, damage,
                                NULL);
        g_clear_pointer(&progress, vicu_progress_free);
    }
    if (looked == 0) {
        g_set_error(&error, VICU_ERROR, VICU_ERROR_ABSENT, "%s holds no such set", from);
        return store_verb_wanting(g_steal_pointer(&error));
    }
    g_autoptr(VicuJson) json = verb->json ? vicu_json_new() : NULL;
    if (json != NULL) {
        vicu_json_begin_object(json, NULL);
        vicu_json_bool(json, "whole", damage->len == 0);
        vicu_json_integer(json, "sets", looked);
    }
    print_damage(json, damage, damage->len);
    if (json != NULL) {
        vicu_json_end(json);
        vicu_json_print(json, stdout);
    } else if (damage->len == 0) {
        printf("%u sets are whole, byte for byte\n", looked);
    }
    return damage->len == 0 ? STORE_DONE : STORE_WANTING;
}

int
store_check_main(int argc, char **argv)
{
    g_auto(StoreVerb) verb = {0};
    g_autofree char *from = NULL;
    g_autoptr(GError) error = NULL;
    int number = 0;
    const GOptionEntry entries[] = {
        {"from", 0, 0, G_OPTION_ARG_FILENAME, &from, "Check a folder of backups instead", "DIR"},
        {"set", 0, 0, G_OPTION_ARG_INT, &number, "Only this set of it", "N"},
        G_OPTION_ENTRY_NULL,
    };
    int status = store_verb_options(
        "check",
        "Reads every byte of the store, also while it runs, verifies every checksum and every\n"
        "row, and says what is damaged and what is whole. Exit status 1 when anything is.",
        "vicu store check --json", entries, &verb, &argc, &argv);

    if (status >= 0)
        return status;
    if (from == NULL && number != 0)
        return store_verb_usage("--set goes with --from");
    if (from != NULL)
        return check_backup(&verb, from, number);
    g_autoptr(StoreCheckReport) report = read_all(&verb, "check", &error);
    return report != NULL ? print_report(&verb, report)
                          : store_verb_wanting(g_steal_pointer(&error));
}

/* ---- stats ---- */

int
store_stats_main(int argc, char **argv)
{
    g_auto(StoreVerb) verb = {0};
    g_autoptr(GError) error = NULL;
    int status = store_verb_options("stats",
                                    "What the store holds, family by family: rows, bytes as they "
                                    "are, bytes on disk.",
                                    "vicu store stats --json", NULL, &verb, &argc, &argv);

    if (status >= 0)
        return status;
    g_autoptr(StoreCheckReport) report = read_all(&verb, "stats", &error);
    if (report == NULL)
        return store_verb_wanting(g_steal_pointer(&error));
    g_autoptr(VicuJson) json = verb.json ? vicu_json_new() : NULL;
    if (json != NULL)
        vicu_json_begin_object(json, NULL);
    print_families(json, report);
    if (json != NULL) {
        vicu_json_end(json);
        vicu_json_print(json, stdout);
    }
    return STORE_DONE;
}

/* ---- compact ---- */

static uint64_t
on_disk(StoreDb *db)
{
    uint64_t bytes = 0;

    for (int f = 0; f < STORE_N_FAMILIES; f++)
        bytes += store_db_family_bytes(db, f);
    return bytes;
}

static int
compact(const StoreVerb *verb, GError **error)
{
    g_autoptr(VicuProgress) progress = NULL;
    g_autofree char *store = store_rest_folder(verb->root, error);
    StoreDbOptions options;

    if (store == NULL)
        return STORE_WANTING;
    if (store_rest_is_running(verb->root)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED,
                    "the store runs, and compacts by itself: stop the installation first");
        return STORE_WANTING;
    }
    if (!g_file_test(store, G_FILE_TEST_IS_DIR)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT, "there is no store in %s", store);
        return STORE_WANTING;
    }
    store_db_options_init(&options);
    options.as_is = true;
    g_autoptr(StoreDb) db = store_db_open(store, &options, error);
    if (db == NULL)
        return STORE_WANTING;
    uint64_t before = on_disk(db);
    for (int f = 0; f < STORE_N_FAMILIES; f++) {
        if (!store_db_compact(db, f, error))
            return STORE_WANTING;
        store_verb_show((uint64_t)f + 1, STORE_N_FAMILIES, &progress);
    }
    g_clear_pointer(&progress, vicu_progress_free);
    uint64_t after = on_disk(db);
    if (!verb->json) {
        printf("%.1f MiB before, %.1f MiB now\n", (double)before / MIB, (double)after / MIB);
        return STORE_DONE;
    }
    g_autoptr(VicuJson) json = vicu_json_new();
    vicu_json_begin_object(json, NULL);
    vicu_json_integer(json, "bytes_before", (int64_t)before);
    vicu_json_integer(json, "bytes_after", (int64_t)after);
    vicu_json_end(json);
    vicu_json_print(json, stdout);
    return STORE_DONE;
}

int
store_compact_main(int argc, char **argv)
{
    g_auto(StoreVerb) verb = {0};
    g_autoptr(GError) error = NULL;
    int status =
        store_verb_options("compact",
                           "Writes the files of a store that does not run anew, without "
                           "what was deleted.",
                           "vicu store compact --root /var/lib/vicu", NULL, &verb, &argc, &argv);

    if (status >= 0)
        return status;
    status = compact(&verb, &error);
    return error != NULL ? store_verb_wanting(g_steal_pointer(&error)) : status;
}

/* vicu store backup, vicu store restore.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/json.h"
#include "common/progress.h"
#include "store/backup.h"
#include "store/rest.h"
#include "store/verbs.h"

#define MIB (1024.0 * 1024.0)

/* ---- backup ---- */

static void
print_backup(const StoreVerb *verb,
             const char *to,
             unsigned number,
             const StoreBackupFigures *figures,
             unsigned gone,
             bool live)
{
    if (!verb->json) {
        printf("set %u in %s: %" G_GUINT64_FORMAT " files, %.1f MiB, of which %.1f MiB are new; "
               "every copy was read back%s\n",
               number, to, figures->files, (double)figures->bytes / MIB,
               (double)figures->new_bytes / MIB, live ? "; the store went on meanwhile" : "");
        if (gone > 0)
            printf("%u older sets were forgotten\n", gone);
        return;
    }
    g_autoptr(VicuJson) json = vicu_json_new();
    vicu_json_begin_object(json, NULL);
    vicu_json_integer(json, "set", number);
    vicu_json_text(json, "folder", to);
    vicu_json_integer(json, "files", (int64_t)figures->files);
    vicu_json_integer(json, "bytes", (int64_t)figures->bytes);
    vicu_json_integer(json, "new_files", (int64_t)figures->new_files);
    vicu_json_integer(json, "new_bytes", (int64_t)figures->new_bytes);
    vicu_json_integer(json, "sets_forgotten", gone);
    vicu_json_bool(json, "live", live);
    vicu_json_end(json);
    vicu_json_print(json, stdout);
}

static int
back_up(const StoreVerb *verb, const char *to, int keep, const char *why)
{
    g_autoptr(VicuProgress) progress = NULL;
    g_autoptr(GError) error = NULL;
    StoreBackupFigures figures;
    unsigned gone = 0;
    uint64_t gone_bytes = 0;

    g_autoptr(StoreRest) rest = store_rest_open(verb->root, why, &error);
    if (rest == NULL)
        return store_verb_wanting(g_steal_pointer(&error));
    unsigned number =
        store_backup_make(to, store_rest_path(rest), store_rest_store(rest), vicu_clock_utc_us(),
                          (StoreBackupTell){store_verb_show, &progress}, &figures, &error);
    g_clear_pointer(&progress, vicu_progress_free);
    if (number == 0
        || (keep > 0 && !store_backup_forget(to, (unsigned)keep, &gone, &gone_bytes, &error)))
        return store_verb_wanting(g_steal_pointer(&error));
    print_backup(verb, to, number, &figures, gone, store_rest_is_live(rest));
    return STORE_DONE;
}

int
store_backup_main(int argc, char **argv)
{
    g_auto(StoreVerb) verb = {0};
    g_autofree char *to = NULL;
    g_autofree char *why = NULL;
    int keep = 0;
    const GOptionEntry entries[] = {
        {"to", 0, 0, G_OPTION_ARG_FILENAME, &to, "Folder of the backups, best on another disk",
         "DIR"},
        {"keep", 0, 0, G_OPTION_ARG_INT, &keep, "Forget all sets but the newest N (0: none)", "N"},
        {"reason", 0, 0, G_OPTION_ARG_STRING, &why, "For the audit", "TEXT"},
        G_OPTION_ENTRY_NULL,
    };
    int status = store_verb_options(
        "backup",
        "Copies the store into a folder of backups, also while it runs. Only what is new since\n"
        "the last backup there is copied; each copy is read back and compared.",
        "vicu store backup --to /mnt/backup/vicu --keep 30", entries, &verb, &argc, &argv);

    if (status >= 0)
        return status;
    if (to == NULL)
        return store_verb_usage("--to DIR is missing: where the backups lie");
    if (keep < 0 || keep > 100000)
        return store_verb_usage("--keep %d is outside 0..100000", keep);
    return back_up(&verb, to, keep, why != NULL ? why : "backup");
}

/* ---- restore ---- */

static void
print_restored(const StoreVerb *verb, const StoreBackupSet *set, const char *store)
{
    g_autofree char *time = vicu_time_format(set->t_us);

    if (!verb->json) {
        printf("%s is as it was at %s (set %u, %u files)\n", store, time, set->number,
               set->files->len);
        return;
    }
    g_autoptr(VicuJson) json = vicu_json_new();
    vicu_json_begin_object(json, NULL);
    vicu_json_integer(json, "set", set->number);
    vicu_json_time(json, "time", set->t_us);
    vicu_json_text(json, "folder", store);
    vicu_json_integer(json, "files", set->files->len);
    vicu_json_end(json);
    vicu_json_print(json, stdout);
}

static StoreBackupSet *
choose(const char *from, int number, GError **error)
{
    g_autoptr(GArray) numbers = store_backup_list(from, error);

    if (numbers == NULL)
        return NULL;
    if (numbers->len == 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT, "there is no backup in %s", from);
        return NULL;
    }
    return store_backup_load(
        from, number > 0 ? (unsigned)number : g_array_index(numbers, unsigned, numbers->len - 1),
        error);
}

static int
bring_back(const StoreVerb *verb, const char *from, int number)
{
    g_autoptr(VicuProgress) progress = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *store = store_rest_folder(verb->root, &error);

    if (store == NULL)
        return store_verb_wanting(g_steal_pointer(&error));
    if (store_rest_is_running(verb->root)) {
        g_set_error(&error, VICU_ERROR, VICU_ERROR_REFUSED,
                    "an installation runs in this folder: nothing was restored; stop it first, or "
                    "give another --root");
        return store_verb_wanting(g_steal_pointer(&error));
    }
    g_autoptr(StoreBackupSet) set = choose(from, number, &error);
    bool ok = set != NULL
              && store_backup_restore(from, set, store,
                                      (StoreBackupTell){store_verb_show, &progress}, &error);
    g_clear_pointer(&progress, vicu_progress_free);
    if (!ok)
        return store_verb_wanting(g_steal_pointer(&error));
    print_restored(verb, set, store);
    return STORE_DONE;
}

int
store_restore_main(int argc, char **argv)
{
    g_auto(StoreVerb) verb = {0};
    g_autofree char *from = NULL;
    int number = 0;
    const GOptionEntry entries[] = {
        {"from", 0, 0, G_OPTION_ARG_FILENAME, &from, "Folder of the backups", "DIR"},
        {"set", 0, 0, G_OPTION_ARG_INT, &number, "Which set (the newest)", "N"},
        G_OPTION_ENTRY_NULL,
    };
    int status = store_verb_options(
        "restore",
        "Brings a backup back into an installation that has no store and does not run. Each\n"
        "byte is checked on the way: a set with one wrong bit is refused, and nothing is made.",
        "vicu store restore --from /mnt/backup/vicu --root /var/lib/vicu", entries, &verb, &argc,
        &argv);

    if (status >= 0)
        return status;
    if (from == NULL)
        return store_verb_usage("--from DIR is missing: where the backups lie");
    if (number < 0 || number > 999999)
        return store_verb_usage("--set %d is outside 1..999999", number);
    return bring_back(&verb, from, number);
}

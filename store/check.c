/* Check of a whole database, table by table. See check.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/check.h"

#include <string.h>

#include "store/check-row.h"

/* A table's place, kept because the list is only lent. */
typedef struct {
    char *name;
    StoreFamily family;
    uint64_t bytes;
    StoreKey first, last;
} Table;

typedef struct {
    StoreDb *db;
    StoreCheckReport *report;
    StoreRowCheck *rows;
    GArray *tables; /* Table */
    uint64_t total, done;
} Check;

static void
table_clear(gpointer p)
{
    g_free(((Table *)p)->name);
}

static void
add_table(const StoreTable *said, gpointer user)
{
    Check *check = user;

    if (said->family == STORE_N_FAMILIES)
        return;
    Table table = {g_strdup(said->name), said->family, said->bytes, said->first, said->last};
    g_array_append_val(check->tables, table);
    check->total += said->bytes;
    check->report->family[said->family].files++;
    check->report->family[said->family].on_disk += said->bytes;
}

static void
tell(Check *check, char *sentence)
{
    if (check->report->damage_in_all++ < STORE_CHECK_DAMAGE_MAX)
        g_ptr_array_add(check->report->damage, sentence);
    else
        g_free(sentence);
}

static void
tell_missing(char *sentence, gpointer user)
{
    tell(user, sentence);
}

/* "HEX (where it is, in words)"; caller frees. */
static char *
key_text(Check *check, StoreFamily family, const uint8_t *key, size_t size)
{
    g_autofree char *place = store_row_place(check->rows, family, key, size);
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < size && i < 32; i++)
        g_string_append_printf(text, "%02x", key[i]);
    if (size > 32)
        g_string_append(text, "..");
    if (place != NULL)
        g_string_append_printf(text, " (%s)", place);
    return g_string_free(text, FALSE);
}

/* " (from first to last key, in words)" of a table; caller frees. */
static char *
table_text(Check *check, const Table *table)
{
    if (table->name == NULL)
        return g_strdup("");
    g_autofree char *first =
        store_row_place(check->rows, table->family, table->first.data, table->first.size);
    g_autofree char *last =
        store_row_place(check->rows, table->family, table->last.data, table->last.size);
    if (first == NULL || last == NULL)
        return g_strdup_printf("%s: ", table->name);
    return strcmp(first, last) == 0 ? g_strdup_printf("%s (%s): ", table->name, first)
                                    : g_strdup_printf("%s (%s to %s): ", table->name, first, last);
}

/* The keys of a table are read through the database, so a key that a newer table
 * replaced is read in its newest form; every block of the table is read all the
 * same, with its checksum. */
static void
read_range(Check *check, const Table *table, const StoreKey *first, const StoreKey *end, bool count)
{
    StoreCheckFamily *family = &check->report->family[table->family];
    g_autoptr(StoreIter) iter = store_iter_new(check->db, table->family, first, end);
    g_autoptr(GError) error = NULL;

    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t key_size = 0, size = 0;
        const uint8_t *key = store_iter_key(iter, &key_size);
        const uint8_t *value = store_iter_value(iter, &size);
        if (!count)
            continue;
        family->rows++;
        family->bytes += key_size + size;
        StoreRowView row = {key, key_size, value, size};
        g_autofree char *wrong = store_row_check(check->rows, table->family, &row);
        if (wrong == NULL)
            continue;
        g_autofree char *text = key_text(check, table->family, key, key_size);
        family->bad_rows++;
        tell(check,
             g_strdup_printf("%s: row %s: %s", store_db_family_name(table->family), text, wrong));
    }
    if (count)
        family->erased += store_iter_erased(iter);
    if (store_iter_check(iter, &error))
        return;
    g_autofree char *where = table_text(check, table);
    family->bad_files++;
    tell(check,
         g_strdup_printf("%s: %s%s", store_db_family_name(table->family), where, error->message));
}

/* Which of the family's tables are damaged: each is read on its own. */
static void
read_table(Check *check, const Table *table)
{
    StoreKey end = table->last;

    store_key_u8(&end, 0); /* the last key itself included */
    read_range(check, table, &table->first, &end, false);
    check->done += table->bytes;
}

StoreCheckReport *
store_check_run(StoreDb *db, StoreCheckProgress progress, gpointer user)
{
    StoreCheckReport *report = g_new0(StoreCheckReport, 1);
    Check check = {.db = db, .report = report};

    report->damage = g_ptr_array_new_with_free_func(g_free);
    check.tables = g_array_new(FALSE, FALSE, sizeof(Table));
    g_array_set_clear_func(check.tables, table_clear);
    check.rows = store_row_check_new(db);
    store_db_tables(db, add_table, &check);
    report->family[STORE_HEAD].on_disk += store_db_bodies_bytes(db);
    for (guint i = 0; i < check.tables->len; i++) {
        read_table(&check, &g_array_index(check.tables, Table, i));
        if (progress != NULL)
            progress(check.done, check.total, user);
    }
    /* Rows once each, those still in memory tables too. A damaged family is counted
     * up to its damage; the tables above say where that is. */
    for (int f = 0; f < STORE_N_FAMILIES; f++) {
        Table whole = {NULL, f, 0, {{0}, 0}, {{0}, 0}};
        if (report->family[f].bad_files > 0)
            continue;
        read_range(&check, &whole, NULL, NULL, true);
        if (report->family[f].bad_files == 0)
            store_row_check_end(check.rows, f, report->family[f].erased, tell_missing, &check);
    }
    store_row_check_free(check.rows);
    g_array_unref(check.tables);
    return report;
}

void
store_check_report_free(StoreCheckReport *self)
{
    if (self == NULL)
        return;
    g_ptr_array_unref(self->damage);
    g_free(self);
}

/* The journal on a real disk: what was appended comes back, torn ends do not.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/journal.h"

enum {
    ITEM = 1,
    ANSWER = 2,
    POSITION = 3,
    INCARNATION = 4,
    SET = 5
}; /* kinds are the owner's own */

typedef struct {
    char *folder;
    char *path;
    GString *seen; /* "kind:text;" of each record */
    uint64_t synced;
    int failures;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
    (void)data;
    f->folder = g_dir_make_tmp("vicu-journal-XXXXXX", NULL);
    g_assert_nonnull(f->folder);
    f->path = g_build_filename(f->folder, "journal", NULL);
    f->seen = g_string_new(NULL);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    g_unlink(f->path);
    g_assert_cmpint(g_rmdir(f->folder), ==, 0);
    g_free(f->folder);
    g_free(f->path);
    g_string_free(f->seen, TRUE);
}

static void
on_record(uint8_t kind, const uint8_t *data, size_t size, gpointer user)
{
    Fixture *f = user;
    g_string_append_printf(f->seen, "%d:%.*s;", kind, (int)size, (const char *)data);
}

static void
on_synced(uint64_t upto, const GError *error, gpointer user)
{
    Fixture *f = user;
    f->synced = upto;
    f->failures += error != NULL;
}

static VicuJournal *
open_it(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_string_truncate(f->seen, 0);
    VicuJournal *journal = vicu_journal_open(f->path, NULL, on_record, on_synced, f, &error);
    g_assert_no_error(error);
    return journal;
}

static void
append(VicuJournal *journal, uint8_t kind, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_assert_cmpuint(vicu_journal_append(journal, kind, text, strlen(text), &error), >, 0);
    g_assert_no_error(error);
}

static void
gives_back_what_was_appended(Fixture *f, gconstpointer data)
{
    (void)data;
    VicuJournal *journal = open_it(f);
    append(journal, ITEM, "alarm");
    append(journal, ANSWER, "");
    append(journal, POSITION, "17");
    vicu_journal_free(journal);
    journal = open_it(f);
    g_assert_cmpstr(f->seen->str, ==, "1:alarm;2:;3:17;");
    append(journal, ITEM, "more");
    vicu_journal_free(journal);
    journal = open_it(f);
    g_assert_cmpstr(f->seen->str, ==, "1:alarm;2:;3:17;1:more;");
    vicu_journal_free(journal);
}

static void
cuts_off_an_end_torn_at_any_byte(Fixture *f, gconstpointer data)
{
    (void)data;
    VicuJournal *journal = open_it(f);
    append(journal, ITEM, "first");
    VicuJournalFigures figures;
    vicu_journal_figures(journal, &figures);
    uint64_t sound = figures.bytes;
    append(journal, ITEM, "second");
    vicu_journal_figures(journal, &figures);
    vicu_journal_free(journal);
    g_autofree char *whole = NULL;
    gsize size = 0;
    g_assert_true(g_file_get_contents(f->path, &whole, &size, NULL));
    g_assert_cmpuint(size, ==, figures.bytes);
    for (gsize cut = sound; cut < size; cut++) {
        g_assert_true(g_file_set_contents(f->path, whole, (gssize)cut, NULL));
        journal = open_it(f);
        g_assert_cmpstr(f->seen->str, ==, "1:first;");
        vicu_journal_figures(journal, &figures);
        g_assert_cmpuint(figures.torn_bytes, ==, cut - sound);
        append(journal, ITEM, "third");
        vicu_journal_free(journal);
        journal = open_it(f);
        g_assert_cmpstr(f->seen->str, ==, "1:first;1:third;");
        vicu_journal_free(journal);
    }
}

static void
finds_every_damaged_byte_and_keeps_the_rest(Fixture *f, gconstpointer data)
{
    (void)data;
    VicuJournal *journal = open_it(f);
    append(journal, ITEM, "first");
    append(journal, ITEM, "second");
    append(journal, ITEM, "third");
    vicu_journal_free(journal);
    g_autofree char *whole = NULL;
    gsize size = 0;
    g_assert_true(g_file_get_contents(f->path, &whole, &size, NULL));
    gsize first = 16 + 5, second = 16 + 6;
    for (gsize at = first; at < first + second; at++) {
        whole[at] = (char)(whole[at] ^ 0x10);
        g_assert_true(g_file_set_contents(f->path, whole, (gssize)size, NULL));
        whole[at] = (char)(whole[at] ^ 0x10);
        journal = open_it(f);
        g_assert_cmpstr(f->seen->str, ==, "1:first;1:third;");
        VicuJournalFigures figures;
        vicu_journal_figures(journal, &figures);
        g_assert_cmpuint(figures.damaged_bytes, ==, second);
        vicu_journal_free(journal);
    }
}

static void
tells_when_all_is_on_disk(Fixture *f, gconstpointer data)
{
    (void)data;
    VicuJournal *journal = open_it(f);
    append(journal, ITEM, "one");
    vicu_journal_sync(journal);
    append(journal, ITEM, "two");
    vicu_journal_sync(journal);
    g_assert_cmpuint(f->synced, ==, 0);
    while (f->synced < 2)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpint(f->failures, ==, 0);
    vicu_journal_free(journal);
}

static void
keep_two(VicuJournal *journal, gpointer user)
{
    (void)user;
    vicu_journal_keep(journal, ITEM, "kept", 4);
    vicu_journal_keep(journal, INCARNATION, "7", 1);
}

static void
a_compacted_journal_holds_what_was_kept(Fixture *f, gconstpointer data)
{
    (void)data;
    VicuJournal *journal = open_it(f);
    for (int i = 0; i < 1000; i++)
        append(journal, ITEM, "long gone");
    g_autoptr(GError) error = NULL;
    g_assert_true(vicu_journal_compact(journal, keep_two, NULL, &error));
    g_assert_no_error(error);
    append(journal, ITEM, "after");
    VicuJournalFigures figures;
    vicu_journal_figures(journal, &figures);
    g_assert_cmpuint(figures.bytes, <, 100);
    vicu_journal_free(journal);
    journal = open_it(f);
    g_assert_cmpstr(f->seen->str, ==, "1:kept;4:7;1:after;");
    vicu_journal_free(journal);
}

static void
is_held_by_one_process_only(Fixture *f, gconstpointer data)
{
    (void)data;
    VicuJournal *journal = open_it(f);
    g_autoptr(GError) error = NULL;
    g_assert_null(vicu_journal_open(f->path, NULL, on_record, on_synced, f, &error));
    g_assert_nonnull(error);
    vicu_journal_free(journal);
}

static void
refuses_a_record_that_is_too_long(Fixture *f, gconstpointer data)
{
    (void)data;
    VicuJournal *journal = open_it(f);
    g_autofree char *big = g_malloc0(VICU_JOURNAL_RECORD_MAX + 1);
    g_autoptr(GError) error = NULL;
    g_assert_cmpuint(vicu_journal_append(journal, ITEM, big, VICU_JOURNAL_RECORD_MAX + 1, &error),
                     ==, 0);
    g_assert_nonnull(error);
    vicu_journal_free(journal);
}

static void
a_failed_write_is_told_and_final(Fixture *f, gconstpointer data)
{
    (void)data;
    if (g_access("/dev/full", W_OK) != 0) {
        g_test_skip("no /dev/full here");
        return;
    }
    g_assert_cmpint(symlink("/dev/full", f->path), ==, 0);
    g_autoptr(GError) error = NULL;
    VicuJournal *journal = vicu_journal_open(f->path, NULL, on_record, on_synced, f, &error);
    if (journal) {
        g_assert_cmpuint(vicu_journal_append(journal, ITEM, "x", 1, &error), ==, 0);
        g_assert_nonnull(error);
        g_clear_error(&error);
        g_assert_cmpuint(vicu_journal_append(journal, ITEM, "x", 1, &error), ==, 0);
        vicu_journal_free(journal);
    }
    g_assert_nonnull(error);
}

#define ADD(name) g_test_add("/common/journal/" #name, Fixture, NULL, set_up, name, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(gives_back_what_was_appended);
    ADD(cuts_off_an_end_torn_at_any_byte);
    ADD(finds_every_damaged_byte_and_keeps_the_rest);
    ADD(tells_when_all_is_on_disk);
    ADD(a_compacted_journal_holds_what_was_kept);
    ADD(is_held_by_one_process_only);
    ADD(refuses_a_record_that_is_too_long);
    ADD(a_failed_write_is_told_and_final);
    return g_test_run();
}

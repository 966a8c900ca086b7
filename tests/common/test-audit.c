/* Records of a process about itself: bounded, counted, laid aside once by their id.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/audit.h"
#include "common/folder.h"

static unsigned
count_files(const char *dir)
{
    g_autofree char *folder = g_build_filename(dir, VICU_AUDIT_ASIDE, NULL);
    g_autoptr(GDir) open = g_dir_open(folder, 0, NULL);
    unsigned n = 0;

    while (open != NULL && g_dir_read_name(open) != NULL)
        n++;
    return n;
}

/* The one record that lies in @dir. */
static Vicu__AuditRecord *
read_record(const char *dir)
{
    g_autofree char *folder = g_build_filename(dir, VICU_AUDIT_ASIDE, NULL);
    g_autoptr(GDir) open = g_dir_open(folder, 0, NULL);
    g_autofree char *text = NULL;
    gsize size = 0;

    g_assert_nonnull(open);
    g_autofree char *path = g_build_filename(folder, g_dir_read_name(open), NULL);
    g_assert_true(g_str_has_suffix(path, VICU_AUDIT_ASIDE_SUFFIX));
    g_assert_true(g_file_get_contents(path, &text, &size, NULL));
    Vicu__AuditRecord *record = vicu_wire_unpack_audit_record(text, size, NULL);
    g_assert_nonnull(record);
    return record;
}

static void
what_waits_at_the_end_is_laid_aside_whole(void)
{
    g_autofree char *dir = g_dir_make_tmp("vicu-audit-XXXXXX", NULL);
    g_autoptr(VicuAudit) audit = vicu_audit_new("supervisor", "operator", "vicu up");
    g_autoptr(GError) error = NULL;

    vicu_audit_tell(audit, "child-end", "killed by signal 9 (Killed)", "hub");
    g_assert_cmpuint(vicu_audit_waiting(audit), ==, 1);
    g_assert_false(vicu_audit_settle(audit, 0)); /* no store: returns at once */
    g_assert_true(vicu_audit_lay_aside(audit, dir, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(vicu_audit_waiting(audit), ==, 0);
    g_autoptr(Vicu__AuditRecord) record = read_record(dir);
    g_assert_cmpstr(record->who, ==, "supervisor");
    g_assert_cmpstr(record->role, ==, "operator");
    g_assert_cmpstr(record->from, ==, "vicu up");
    g_assert_cmpstr(record->what, ==, "child-end");
    g_assert_cmpstr(record->why, ==, "killed by signal 9 (Killed)");
    g_assert_cmpstr(record->detail, ==, "hub");
    g_assert_cmpint(record->t_us, >, 0);
    g_assert_cmpuint(record->id.len, ==, VICU_AUDIT_ID_LEN);
    g_assert_cmpuint(vicu_audit_lost(audit), ==, 0);
    vicu_folder_remove(dir);
}

static void
a_record_is_laid_aside_once_by_its_id(void)
{
    g_autofree char *dir = g_dir_make_tmp("vicu-audit-XXXXXX", NULL);
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
    uint8_t id[VICU_AUDIT_ID_LEN];

    vicu_audit_give_id(&record, id);
    for (int i = 0; i < 3; i++)
        g_assert_true(vicu_audit_aside(dir, &record, NULL));
    g_assert_cmpuint(count_files(dir), ==, 1);
    record.id.len = 0;
    g_assert_true(vicu_audit_aside(dir, &record, NULL)); /* gets one of its own */
    g_assert_cmpuint(count_files(dir), ==, 2);
    vicu_folder_remove(dir);
}

static void
what_is_beyond_the_bound_is_counted_as_lost(void)
{
    g_autoptr(VicuAudit) audit = vicu_audit_new("hub", "hub", "hub");

    for (int i = 0; i < VICU_AUDIT_MOST + 7; i++)
        vicu_audit_tell(audit, "process-start", "", "");
    g_assert_cmpuint(vicu_audit_waiting(audit), ==, VICU_AUDIT_MOST);
    g_assert_cmpuint(vicu_audit_lost(audit), ==, 7);
}

static void
what_cannot_be_laid_aside_is_counted_and_told(void)
{
    g_autoptr(VicuAudit) audit = vicu_audit_new("supervisor", "operator", "vicu up");
    g_autoptr(GError) error = NULL;

    vicu_audit_tell(audit, "child-start", "", "hub");
    vicu_audit_tell(audit, "child-start", "", "store");
    g_assert_false(vicu_audit_lay_aside(audit, "/proc/nowhere", &error));
    g_assert_nonnull(error);
    g_assert_nonnull(g_strrstr(error->message, "/proc/nowhere/audit-aside"));
    g_assert_cmpuint(vicu_audit_lost(audit), ==, 2);
    g_assert_cmpuint(vicu_audit_waiting(audit), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/common/audit/" #name, name)
    ADD(what_waits_at_the_end_is_laid_aside_whole);
    ADD(a_record_is_laid_aside_once_by_its_id);
    ADD(what_is_beyond_the_bound_is_counted_as_lost);
    ADD(what_cannot_be_laid_aside_is_counted_and_told);
    return g_test_run();
}

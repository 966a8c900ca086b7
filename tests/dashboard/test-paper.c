/* What is printed, read back from the paper: in Chinese and in kPa, too. Skipped where there is no
 * pdftotext.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <glib/gstdio.h>

#include "dashboard/saved.h"
#include "dashboard/scene/handover.h"
#include "dashboard/scene/paper.h"
#include "dashboard/scene/past-state.h"
#include "dashboard/scene/words.h"
#include "tests/dashboard/gallery.h"
#include "tests/dashboard/past-world.h"
#include "tests/dashboard/ward.h"

#define S ((int64_t)G_USEC_PER_SEC)

static const DashUnits others = {DASH_PRESSURE_KPA, DASH_TEMPERATURE_FAHRENHEIT};

typedef struct {
    char *folder;
    char *path;
} Sheet;

static void
begin(Sheet *sheet, const char *language)
{
    sheet->folder = g_dir_make_tmp("vicu-paper-XXXXXX", NULL);
    sheet->path = g_build_filename(sheet->folder, "sheet.pdf", NULL);
    g_assert_true(dash_words_use(language));
}

/* What stands on it; NULL: nobody can read it here. The sheet is gone then. */
static char *
read_back(Sheet *sheet)
{
    char *text = NULL;
    g_autofree char *program = g_find_program_in_path("pdftotext");
    const char *const argv[] = {program, "-layout", sheet->path, "-", NULL};
    int status = 0;
    if (program) {
        g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &text,
                                   NULL, &status, NULL));
        g_assert_cmpint(status, ==, 0);
    } else {
        g_test_skip("no pdftotext on the path");
    }
    if (g_getenv("VICU_GOLDEN_WRITE"))
        g_test_message("%s is kept", sheet->path);
    else
        g_remove(sheet->path);
    g_rmdir(sheet->folder);
    g_free(sheet->path);
    g_free(sheet->folder);
    dash_words_use("en");
    return text;
}

static void
expect(const char *text, const char *words)
{
    if (!strstr(text, words))
        g_error("\"%s\" does not stand in:\n%s", words, text);
}

static void
expect_not(const char *text, const char *words)
{
    if (strstr(text, words))
        g_error("\"%s\" stands in:\n%s", words, text);
}

static size_t
picture_named(const char *name)
{
    size_t i = 0;
    while (strcmp(pictures_at(i)->name, name) != 0)
        i++;
    return i;
}

/* A pressure among the limits that somebody changed. */
static void
change_limit(DashModel *model)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__Limit limit = VICU__LIMIT__INIT;
    limit.bed = (char *)"demo/icu/3";
    limit.name = (char *)"MAP_low";
    limit.unit = (char *)"mm[Hg]";
    limit.value = 60;
    limit.standard = 65;
    limit.overridden = true;
    item.key = (char *)"demo/icu/3/MAP_low";
    item.subject = VICU__SUBJECT__SUBJECT_LIMIT;
    item.body_case = VICU__STATE_ITEM__BODY_LIMIT;
    item.limit = &limit;
    dash_model_take_state(model, &item, WARD_NOW_US);
}

static char *
print_handover(const char *language, DashUnits units)
{
    Sheet sheet;
    WardOptions options = {.beds = 16};
    int64_t now_us = 0;
    g_autoptr(GError) error = NULL;
    g_autoptr(DashModel) model = dash_model_new();
    g_assert_true(ward_options_parse("handover", &options));
    g_autoptr(GByteArray) ward = ward_make(&options);
    g_assert_true(dash_saved_apply(ward->data, ward->len, model, &now_us, NULL));
    change_limit(model);
    begin(&sheet, language);
    dash_handover_print(model, units, "demo/icu", WARD_NOW_US, 3600 * S, sheet.path, &error);
    g_assert_no_error(error);
    return read_back(&sheet);
}

static void
a_handover_is_printed_in_the_language_and_units_chosen(void)
{
    g_autofree char *english = print_handover("en", (DashUnits){0});
    g_autofree char *chinese = print_handover("zh_CN", others);
    if (!english || !chinese)
        return;
    expect(english, "Handover of demo/icu");
    expect(english, "2026-01-15 10:30:20"); /* the clock of the place, as the promises below */
    expect(english, "Septic shock, noradrenaline 0.2");
    expect(english, "MAP_low 60 mmHg");
    expect(english, "Supplemental: not a primary alarm. The bedside monitor is.");
    expect_not(english, "kPa");
    expect(chinese, "demo/icu 交接班");
    expect(chinese, "12 小时报警");
    expect(chinese, "未完成承诺");
    expect(chinese, "MAP_low 8.0 kPa");
    expect(chinese, "Septic shock, noradrenaline 0.2"); /* as it was written */
    expect_not(chinese, "mmHg");
    expect_not(chinese, "Page");
}

static char *
print_strips(const char *language, DashUnits units)
{
    Sheet sheet;
    g_autoptr(GError) error = NULL;
    g_autoptr(Gallery) gallery = gallery_new();
    DashView view = {.w = 1600, .h = 900, .dpi = 96};
    gallery_look(gallery, picture_named("disclosure-near"), &view);
    DashPast *past = view.past->past;
    int64_t at_us = view.past->at_us;
    begin(&sheet, language);
    g_autoptr(DashPaperStrip) lead =
        dash_paper_strip_new(past, 0, at_us - 5 * S, at_us + 5 * S, 25, units, "P-5433");
    g_autoptr(DashPaperStrip) pressure =
        dash_paper_strip_new(past, 2, at_us - 5 * S, at_us + 5 * S, 25, units, "");
    DashPaperStrip *strips[] = {lead, pressure};
    const DashPaperNote note = {.now_us = WARD_NOW_US, .utc_offset_us = 3600 * S, .by = "desk"};
    dash_paper_write(sheet.path, strips, 2, &note, &error);
    g_assert_no_error(error);
    return read_back(&sheet);
}

static void
strips_are_printed_in_the_language_and_units_chosen(void)
{
    g_autofree char *english = print_strips("en", (DashUnits){0});
    g_autofree char *chinese = print_strips("zh_CN", others);
    if (!english || !chinese)
        return;
    expect(english, "Patient P-5433");
    expect(english, "25 mm/s");
    expect(english, "mm/mmHg");
    expect(english, "(UTC+1 h)");
    expect(english, "SUPPLEMENTAL, not a primary alarm");
    expect_not(english, "kPa");
    expect(chinese, "P-5433");
    expect(chinese, "mm/kPa");
    expect(chinese, "辅助系统");
    expect_not(chinese, "mmHg");
    expect_not(chinese, "Patient");
    expect_not(chinese, "origin");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/dashboard/paper/" #name, name)
    ADD(a_handover_is_printed_in_the_language_and_units_chosen);
    ADD(strips_are_printed_in_the_language_and_units_chosen);
    return g_test_run();
}

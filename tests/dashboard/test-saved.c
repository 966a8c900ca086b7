/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/saved.h"
#include "tests/dashboard/ward.h"

static void
a_saved_ward_loads_whole(void)
{
    const WardOptions options = {.beds = 3};
    g_autoptr(GByteArray) ward = ward_make(&options);
    g_autoptr(DashModel) model = dash_model_new();
    g_autoptr(GError) error = NULL;
    int64_t now_us = 0;
    g_assert_true(dash_saved_apply(ward->data, ward->len, model, &now_us, &error));
    g_assert_no_error(error);
    g_assert_cmpint(now_us, ==, WARD_NOW_US + 30000);
    g_assert_cmpuint(dash_model_n_beds(model), ==, 3);
    g_assert_true(dash_model_has_state(model));
    g_assert_cmpuint(dash_model_bed(model, 0)->n_streams, ==, 4);
}

/* Whatever is cut off is refused in words, never half believed. */
static void
a_torn_file_is_refused(void)
{
    const WardOptions options = {.beds = 1};
    g_autoptr(GByteArray) ward = ward_make(&options);
    for (guint cut = 1; cut < 400; cut++) {
        g_autoptr(DashModel) model = dash_model_new();
        g_autoptr(GError) error = NULL;
        int64_t now_us = 0;
        guint len = cut < 200 ? cut : ward->len - (cut - 199);
        g_assert_false(dash_saved_apply(ward->data, len, model, &now_us, &error));
        g_assert_nonnull(error);
    }
}

static void
another_file_is_refused_at_its_first_byte(void)
{
    g_autoptr(DashModel) model = dash_model_new();
    g_autoptr(GError) error = NULL;
    int64_t now_us = 0;
    const uint8_t png[] = "\x89PNG\r\n\x1a\n and so on";
    g_assert_false(dash_saved_apply(png, sizeof png, model, &now_us, &error));
    g_assert_nonnull(g_strstr_len(error->message, -1, "not a saved state"));
}

static void
the_same_options_give_the_same_bytes(void)
{
    WardOptions options = {.beds = 5, .alarms = true, .absence = true, .stale = true};
    g_autoptr(GByteArray) a = ward_make(&options);
    g_autoptr(GByteArray) b = ward_make(&options);
    g_assert_cmpmem(a->data, a->len, b->data, b->len);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/dashboard/saved/" #name, name)
    ADD(a_saved_ward_loads_whole);
    ADD(a_torn_file_is_refused);
    ADD(another_file_is_refused_at_its_first_byte);
    ADD(the_same_options_give_the_same_bytes);
    return g_test_run();
}

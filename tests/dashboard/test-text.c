/* Text: smaller before it is cut, over several lines, and never more kept than has its use.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/scene/text.h"

#define SIZE    13
#define REGULAR DASH_WEIGHT_REGULAR
#define LIMIT   "Temperature above 38.5 °C"

static int
width(DashText *text, const char *string)
{
    return dash_text_get(text, string, SIZE, REGULAR, 0)->advance;
}

static void
a_text_that_is_a_little_too_wide_is_smaller_and_whole(void)
{
    g_autoptr(DashText) text = dash_text_new(NULL);
    int w = width(text, LIMIT);
    const DashSprite *whole = dash_text_get(text, LIMIT, SIZE, REGULAR, w);
    const DashSprite *smaller = dash_text_get(text, LIMIT, SIZE, REGULAR, w * 9 / 10);
    const DashSprite *cut = dash_text_get(text, LIMIT, SIZE, REGULAR, w * 6 / 10);
    g_assert_false(whole->cut);
    g_assert_cmpint(whole->advance, ==, w);
    g_assert_false(smaller->cut);
    g_assert_cmpint(smaller->advance, <=, w * 9 / 10);
    g_assert_cmpint(smaller->h, <=, whole->h);
    g_assert_true(cut->cut);
    g_assert_cmpint(cut->advance, <=, w * 6 / 10);
}

/* Words stay whole; what has no words ends at any letter, never inside one. */
static void
lines_end_with_words_or_letters(void)
{
    static const char chinese[] = "平均动脉压偏低已持续五分钟";
    g_autoptr(DashText) text = dash_text_new(NULL);
    int w = width(text, LIMIT);
    g_assert_cmpuint(dash_text_first_line(text, LIMIT, SIZE, REGULAR, w + 2), ==, strlen(LIMIT));
    size_t n = dash_text_first_line(text, LIMIT, SIZE, REGULAR, w * 8 / 10);
    g_assert_cmpuint(n, ==, strlen("Temperature above "));
    n = dash_text_first_line(text, chinese, SIZE, REGULAR, width(text, chinese) / 2);
    g_assert_cmpuint(n, >, 0);
    g_assert_cmpuint(n, <, strlen(chinese));
    g_assert_true(g_utf8_validate(chinese, (gssize)n, NULL));
    /* However narrow: there is always a way on. */
    g_assert_cmpuint(dash_text_first_line(text, LIMIT, SIZE, REGULAR, 1), >, 0);
    g_assert_cmpuint(dash_text_first_line(text, "", SIZE, REGULAR, 50), ==, 0);
}

static void
what_nobody_asks_for_goes(void)
{
    g_autoptr(DashText) text = dash_text_new(NULL);
    char string[32];
    for (int i = 0; i < 50; i++) {
        g_snprintf(string, sizeof string, "old %d", i);
        width(text, string);
    }
    for (int frame = 0; frame < 2000; frame++) {
        width(text, LIMIT);
        dash_text_next_frame(text);
    }
    g_assert_cmpuint(dash_text_n_kept(text), ==, 1);
}

/* As when each picture has another size: the bound is bytes, not only time. */
static void
masks_are_bounded_however_many_there_are(void)
{
    g_autoptr(DashText) text = dash_text_new(NULL);
    char string[32];
    size_t most = 0;
    for (int frame = 0; frame < 600; frame++) {
        for (int i = 0; i < 4; i++) {
            g_snprintf(string, sizeof string, "%d frames, %d", frame, i);
            dash_text_get(text, string, 120, REGULAR, 0);
        }
        dash_text_next_frame(text);
        most = MAX(most, dash_text_n_kept(text));
    }
    g_assert_cmpuint(most, <, 4 * 500);
    g_assert_cmpuint(dash_text_n_kept(text), <, 4 * 300);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/dashboard/text/" #name, name)
    ADD(a_text_that_is_a_little_too_wide_is_smaller_and_whole);
    ADD(lines_end_with_words_or_letters);
    ADD(what_nobody_asks_for_goes);
    ADD(masks_are_bounded_however_many_there_are);
    return g_test_run();
}

/* A monkey at the station: keys, presses, sizes, languages and palettes at random, beside a
 * running installation in which alarms come and go. Nothing may crash, GTK and GLib may complain
 * of nothing, and no alarm may be answered but by one act that chooses and another that means it.
 *
 * usage: test-monkey [SECONDS [SEED]]
 *
 * What it did is told with its seed. In the night it goes on for half an hour.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "dashboard/ui/form.h"
#include "dashboard/ui/view-past.h"
#include "tests/dashboard/display.h"
#include "tests/process/live.h"

#define S         SITE_S
#define USUAL_S   20
#define NIGHT_S   1800
#define ALARM_US  (4 * S) /* so often one is raised, or ends */
#define MEMORY_US (5 * S)
#define TOLD_US   (60 * S)
#define RSS_MAX   500.0    /* MiB */
#define ANSWER_US (10 * S) /* how long an answer may take */
#define LATE      4        /* acts; a choice seen later than that was not made by them */
#define KEPT      12       /* last acts that are told when something is wrong */

static unsigned wanted_s;
static uint32_t seed;

/* An answer that was meant, with what was chosen before. */
typedef struct {
    char *alarm;
    Vicu__Answer answer;
    int64_t t_us;
} Meant;

typedef struct {
    Live *live;
    GRand *rand;
    GPtrArray *keys; /* "ctrl+k" */
    GArray *meant;
    GQueue last;           /* char *, newest last */
    unsigned since_chosen; /* acts since one that may choose an answer */
    unsigned pressed, clicked, resized;
    int64_t alarm_us;
    int64_t memory_us;
    int64_t told_us;
    int64_t half_us;
    double rss_first, rss_half, rss_last, rss_most;
} Monkey;

/* --- what it can do ----------------------------------------------------------------------- */

/* From GTK's name of a key to a keyboard's: "<Control>k" is "ctrl+k". */
static void
add_key(Monkey *m, const char *name)
{
    static const char *const shifted[] = {"question", "colon", "plus", NULL};
    if (g_str_has_prefix(name, "<Control><Shift>"))
        g_ptr_array_add(m->keys,
                        g_strconcat("ctrl+shift+", name + strlen("<Control><Shift>"), NULL));
    else if (g_str_has_prefix(name, "<Control>"))
        g_ptr_array_add(m->keys, g_strconcat("ctrl+", name + strlen("<Control>"), NULL));
    else if (g_str_has_prefix(name, "<Shift>"))
        g_ptr_array_add(m->keys, g_strconcat("shift+", name + strlen("<Shift>"), NULL));
    else
        g_ptr_array_add(m->keys,
                        g_strconcat(g_strv_contains(shifted, name) ? "shift+" : "", name, NULL));
}

static void
learn_keys(Monkey *m)
{
    static const char *const more[] = {"Return", "Return", "Return", "Escape", "Escape",   "Escape",
                                       "Tab",    "space",  "a",      "a",      "a",        "w",
                                       "x",      "4",      "4",      "Delete", "BackSpace"};
    m->keys = g_ptr_array_new_with_free_func(g_free);
    for (unsigned act = 1; act < DASH_N_ACTS; act++)
        for (unsigned i = 0; i < DASH_ACT_KEYS_MAX && dash_act_row((DashAct)act)->keys[i]; i++)
            add_key(m, dash_act_row((DashAct)act)->keys[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(more); i++)
        add_key(m, more[i]);
}

static void
remember(Monkey *m, char *act)
{
    g_queue_push_tail(&m->last, act);
    if (m->last.length > KEPT)
        g_free(g_queue_pop_head(&m->last));
}

static void
tell_last(Monkey *m)
{
    for (GList *l = m->last.head; l != NULL; l = l->next)
        g_printerr("# it did: %s\n", (const char *)l->data);
}

static const char *
press_key(Monkey *m)
{
    const char *key = m->keys->pdata[g_rand_int_range(m->rand, 0, (gint32)m->keys->len)];

    m->pressed++;
    remember(m, g_strdup(key));
    g_assert_true(test_display_keys(m->live->display, key));
    return key;
}

static void
type_words(Monkey *m)
{
    char text[9] = "";
    int n = g_rand_int_range(m->rand, 1, 9);

    for (int i = 0; i < n; i++)
        text[i] = (char)g_rand_int_range(m->rand, 'a', 'z' + 1);
    m->pressed += (unsigned)n;
    remember(m, g_strdup_printf("typed %s", text));
    g_assert_true(test_display_type(m->live->display, text));
}

/* A target, or anywhere; the bar of the window, with its button that closes it, is left alone. */
static void
press_mouse(Monkey *m)
{
    const DashScene *scene = dash_canvas_scene(m->live->shell->canvas);
    size_t n = dash_scene_n_targets(scene);
    int x = g_rand_int_range(m->rand, 0, gtk_widget_get_width(GTK_WIDGET(m->live->shell->canvas)));
    int y = g_rand_int_range(m->rand, 0, gtk_widget_get_height(GTK_WIDGET(m->live->shell->canvas)));

    if (n > 0 && g_rand_int_range(m->rand, 0, 4) > 0) {
        const DashTarget *target =
            dash_scene_target(scene, (size_t)g_rand_int_range(m->rand, 0, (gint32)n));
        x = target->rect.x + g_rand_int_range(m->rand, 0, MAX(target->rect.w, 1));
        y = target->rect.y + g_rand_int_range(m->rand, 0, MAX(target->rect.h, 1));
    }
    live_place(m->live, &x, &y);
    m->clicked++;
    remember(m, g_strdup_printf("pressed at %d, %d", x, y));
    g_assert_true(test_display_click(m->live->display, x, y));
}

static void
resize(Monkey *m)
{
    int w = g_rand_int_range(m->rand, 400, 1900), h = g_rand_int_range(m->rand, 300, 1060);

    m->resized++;
    remember(m, g_strdup_printf("%d x %d", w, h));
    gtk_window_set_default_size(GTK_WINDOW(m->live->shell->window), w, h);
}

/* --- that nothing is answered by one act -------------------------------------------------- */

/* What could be meant by the next act. */
typedef struct {
    bool armed;
    bool sent;
    bool named; /* acts are chosen by their names just now */
    Vicu__Answer answer;
    char alarm[64];
} Before;

static bool
names_acts(void)
{
    g_autoptr(GList) windows = gtk_window_list_toplevels();

    for (GList *l = windows; l != NULL; l = l->next)
        if (g_strcmp0(gtk_window_get_title(l->data), "Find an act by its name") == 0)
            return true;
    return false;
}

static Before
look(const Monkey *m)
{
    const DashShell *shell = m->live->shell;
    Before before = {.sent = shell->card.state.sent, .named = names_acts()};

    before.armed = shell->place.kind == DASH_VIEW_CARD && shell->card.state.armed && !before.sent;
    before.answer = shell->card.state.answer;
    g_strlcpy(before.alarm, shell->place.alarm ? shell->place.alarm : "", sizeof before.alarm);
    return before;
}

static gboolean
means(const char *key)
{
    return key == NULL || strcmp(key, "Return") == 0 || strcmp(key, "KP_Enter") == 0;
}

static gboolean
chooses(const char *key)
{
    static const char *const keys[] = {"a", "w", "x", NULL};
    return key == NULL || g_strv_contains(keys, key);
}

/* What is chosen for an alarm is chosen by an act on its own card: opening it chooses nothing, nor
 * does what was chosen for another. On a machine with much to do an act is late. */
static void
judge_choice(Monkey *m, const Before *before, const Before *after)
{
    bool same = strcmp(after->alarm, before->alarm) == 0;

    if (!after->armed || (before->armed && same) || before->sent)
        return;
    if (same && m->since_chosen <= LATE)
        return;
    tell_last(m);
    g_error("an answer to %s is chosen, and no act on its card has chosen it; seed %u",
            after->alarm, seed);
}

/* @key: what was pressed; NULL: the mouse. */
static void
judge(Monkey *m, const Before *before, const char *key)
{
    Before after = look(m);
    bool left = after.sent && !before->sent;
    /* The answer may be here already. */
    bool same = strcmp(after.alarm, before->alarm) == 0;
    bool meant_now = before->armed && means(key) && !(same && after.armed);

    m->since_chosen = chooses(key) || (before->named && means(key)) ? 0 : m->since_chosen + 1;
    judge_choice(m, before, &after);
    if (left && !meant_now) {
        tell_last(m);
        g_error("an answer to %s left the station by %s alone; seed %u", after.alarm,
                key != NULL ? key : "a press", seed);
    }
    if (!meant_now)
        return;
    Meant meant = {g_strdup(before->alarm), before->answer, vicu_clock_utc_us()};
    g_array_append_val(m->meant, meant);
}

static void
check_answer(const Vicu__Alarm *alarm, gpointer user)
{
    Monkey *m = user;
    gboolean found = FALSE;

    g_assert_cmpint(alarm->signal_until_us, ==, 0); /* nobody can pause anything here */
    if (alarm->acknowledged == NULL)
        return;
    for (guint i = 0; i < m->meant->len; i++) {
        const Meant *meant = &g_array_index(m->meant, Meant, i);
        found |= strcmp(meant->alarm, alarm->id) == 0
                 && meant->answer == alarm->acknowledged->answer
                 && alarm->acknowledged->t_us >= meant->t_us - ANSWER_US
                 && alarm->acknowledged->t_us <= meant->t_us + ANSWER_US;
    }
    if (!found)
        g_error("%s was answered, and nobody meant it; seed %u", alarm->id, seed);
}

/* --- what goes on meanwhile --------------------------------------------------------------- */

static double
rss_mib(void)
{
    g_autofree char *text = NULL;
    unsigned long pages = 0;

    g_assert_true(g_file_get_contents("/proc/self/statm", &text, NULL, NULL));
    g_assert_cmpint(sscanf(text, "%*u %lu", &pages), ==, 1);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1048576;
}

/* What grows: pages of the past up to their bound, or something that nobody gives back. */
static void
tell_memory(const Monkey *m)
{
    const DashPast *past = dash_past_desk_past(m->live->shell->past);
    struct mallinfo2 heap = mallinfo2();

    g_test_message("memory: %.0f MiB of the process; %.1f of the heap in use, %.1f free in it; "
                   "%.1f of %zu pages of the past",
                   m->rss_last, (double)(heap.uordblks + heap.hblkhd) / 1048576,
                   (double)heap.fordblks / 1048576, (double)dash_past_bytes(past) / 1048576,
                   dash_past_n_pages(past));
}

/* Beds with a cuff: the pressure falls, or is well again. */
static void
go_on(Monkey *m, int64_t now_us)
{
    static const int beds[] = {4, 5, 6, 9, 10, 11};
    g_autofree char *bed =
        g_strdup_printf(LIVE_WARD "/%d", beds[g_rand_int_range(m->rand, 0, G_N_ELEMENTS(beds))]);

    if (now_us - m->alarm_us >= ALARM_US) {
        m->alarm_us = now_us;
        const Vicu__Bed *state = site_bed(m->live->site, bed);
        if (state != NULL && state->presence == VICU__PRESENCE__PRESENCE_PRESENT)
            site_observe(m->live->site, bed, "NIBP_M", g_rand_boolean(m->rand) ? 40 : 85);
    }
    if (now_us - m->memory_us >= MEMORY_US) {
        m->memory_us = now_us;
        m->rss_last = rss_mib();
        m->rss_first = m->rss_first > 0 ? m->rss_first : m->rss_last;
        m->rss_half = now_us < m->half_us ? m->rss_last : m->rss_half;
        m->rss_most = MAX(m->rss_most, m->rss_last);
    }
    if (now_us - m->told_us >= TOLD_US) {
        m->told_us = now_us;
        tell_memory(m);
    }
}

static void
act(Monkey *m)
{
    Before before = look(m);
    int which = g_rand_int_range(m->rand, 0, 100);
    const char *key = "typing";

    if (dash_form_open_one() != NULL && which < 25)
        type_words(m);
    else if (which < 70)
        key = press_key(m);
    else if (which < 97) {
        press_mouse(m);
        key = NULL;
    } else {
        resize(m);
    }
    live_pictures(m->live, 1);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    judge(m, &before, key);
}

static void
clear_meant(gpointer meant)
{
    g_free(((Meant *)meant)->alarm);
}

static void
a_monkey(Live *live)
{
    Monkey m = {.live = live, .rand = g_rand_new_with_seed(seed)};
    int64_t until_us = vicu_clock_boot_us() + (int64_t)wanted_s * S;
    m.half_us = until_us - (int64_t)wanted_s * S / 2;
    g_autofree char *rules = site_program("rules/vicu-rules");

    live->shell->station->rules = rules;
    m.meant = g_array_new(FALSE, FALSE, sizeof(Meant));
    g_array_set_clear_func(m.meant, clear_meant);
    g_queue_init(&m.last);
    learn_keys(&m);
    g_test_message("seed %u, %u s", seed, wanted_s);
    while (vicu_clock_boot_us() < until_us) {
        go_on(&m, vicu_clock_boot_us());
        act(&m);
    }
    site_wait(live->site, S, NULL, NULL); /* answers that are on their way */
    site_each(live->site, check_answer, &m);
    g_test_message("figure: monkey: %u keys, %u presses, %u sizes in %u s, seed %u: no crash, no "
                   "complaint; %u answers, each chosen and then meant",
                   m.pressed, m.clicked, m.resized, wanted_s, seed, m.meant->len);
    g_test_message("figure: monkey: memory of the station's process %.0f MiB at first, %.0f after "
                   "half of it, %.0f at the end, %.0f at most",
                   m.rss_first, m.rss_half, m.rss_last, m.rss_most);
    if (site_is_night())
        g_assert_cmpfloat(m.rss_most, <=, RSS_MAX);
    live->shell->station->rules = NULL;
    g_ptr_array_unref(m.keys);
    g_array_unref(m.meant);
    g_queue_clear_full(&m.last, g_free);
    g_rand_free(m.rand);
}

int
main(int argc, char **argv)
{
    static const LiveTest tests[] = {
        {"crashes_nothing_and_answers_nothing_by_one_act", a_monkey, NULL},
    };
    wanted_s = site_is_night() ? NIGHT_S : USUAL_S;
    seed = g_random_int();
    if (argc > 1 && g_ascii_isdigit(argv[1][0]))
        wanted_s = (unsigned)atoi(argv[1]);
    if (argc > 2 && g_ascii_isdigit(argv[2][0]))
        seed = (uint32_t)g_ascii_strtoull(argv[2], NULL, 10);
    return live_main(argc, argv, "monkey", tests, G_N_ELEMENTS(tests));
}

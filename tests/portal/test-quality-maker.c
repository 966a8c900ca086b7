/* Reports made aside, by programs that end as makers do, or do not end.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <glib/gstdio.h>

#include "portal/quality/maker.h"

/* What its words ask for is what it does: the unit says how it ends. */
static const char program[] =
    "#!/bin/sh\n"
    "case \"$*\" in\n"
    "*--unit=s/refused*) echo 'a line of a log' >&2; echo 'may not' >&2; exit 3 ;;\n"
    "*--unit=s/absent*) echo 'no such unit' >&2; exit 4 ;;\n"
    "*--unit=s/broken*) exit 1 ;;\n"
    "*--unit=s/killed*) kill -9 $$ ;;\n"
    "*--unit=s/hangs*) exec sleep 600 ;;\n"
    "esac\n"
    "printf '%s|' \"$@\"\n"
    "cat\n";

typedef struct {
    char *dir, *path;
    PortalQualityMaker *maker;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
    (void)data;
    f->dir = g_dir_make_tmp("vicu-maker-XXXXXX", NULL);
    f->path = g_build_filename(f->dir, "maker", NULL);
    g_assert_true(
        g_file_set_contents_full(f->path, program, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
    f->maker = portal_quality_maker_new("/installation", f->path);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    portal_quality_maker_free(f->maker);
    g_unlink(f->path);
    g_rmdir(f->dir);
    g_free(f->path);
    g_free(f->dir);
}

typedef struct {
    unsigned told;
    int ended;
    char *made, *why;
} Answer;

static void
answer_clear(Answer *a)
{
    g_free(a->made);
    g_free(a->why);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Answer, answer_clear)

static void
on_made(GBytes *made, int ended, const char *why, gpointer user)
{
    Answer *a = user;

    a->told++;
    a->ended = ended;
    a->why = g_strdup(why);
    a->made = made != NULL ? g_strndup(g_bytes_get_data(made, NULL), g_bytes_get_size(made)) : NULL;
}

static PortalQualityWish
wish_of(const char *unit)
{
    return (PortalQualityWish){.kind = "burden",
                               .from_us = 7,
                               .to_us = 9,
                               .unit = unit,
                               .least = 5,
                               .who = "anna",
                               .role = "auditor",
                               .address = "127.0.0.1",
                               .language = "zh_CN",
                               .form = "html"};
}

static void
wait_for(const Answer *a)
{
    while (a->told == 0)
        g_main_context_iteration(NULL, TRUE);
}

static void
what_was_asked_for_is_handed_over(Fixture *f, gconstpointer data)
{
    static const char *const beds[] = {"s/u/1", "s/u/2", NULL};
    g_auto(Answer) a = {0};
    g_autoptr(GBytes) proof = g_bytes_new_static("proof\0!", 7);
    PortalQualityWish wish = wish_of("s/u");

    (void)data;
    wish.beds = beds;
    wish.proof = proof;
    g_assert_true(portal_quality_ask(f->maker, &wish, on_made, &a));
    wait_for(&a);
    g_assert_cmpint(a.ended, ==, 0);
    g_assert_cmpstr(a.made, ==,
                    "make-report|--root=/installation|--kind=burden|--from=7|--to=9|--unit=s/u|"
                    "--bed=s/u/1|--bed=s/u/2|--least=5|--who=anna|--role=auditor|"
                    "--address=127.0.0.1|--language=zh_CN|--as=html|proof");
    g_assert_cmpuint(portal_quality_making(f->maker), ==, 0);
}

static void
how_it_ended_is_told(Fixture *f, gconstpointer data)
{
    static const struct {
        const char *unit, *why;
        int ended;
    } ends[] = {{"s/refused", "may not", PORTAL_QUALITY_REFUSED},
                {"s/absent", "no such unit", PORTAL_QUALITY_NOT_SUCH},
                {"s/broken", "it could not be made", PORTAL_QUALITY_NOT_NOW},
                {"s/killed", "it could not be made", PORTAL_QUALITY_NOT_NOW}};

    (void)data;
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_auto(Answer) a = {0};
        PortalQualityWish wish = wish_of(ends[i].unit);
        g_assert_true(portal_quality_ask(f->maker, &wish, on_made, &a));
        wait_for(&a);
        g_assert_cmpint(a.ended, ==, ends[i].ended);
        g_assert_cmpstr(a.why, ==, ends[i].why);
        g_assert_null(a.made);
    }
}

/* Two hang: a third is refused, the loop goes on, and who waits is told when the portal ends. */
static void
a_report_that_hangs_holds_nobody_up(Fixture *f, gconstpointer data)
{
    g_auto(Answer) a = {0}, b = {0}, c = {0};
    PortalQualityWish wish = wish_of("s/hangs");
    PortalQualityWish other = wish_of("s/u");

    (void)data;
    g_assert_true(portal_quality_ask(f->maker, &wish, on_made, &a));
    g_assert_true(portal_quality_ask(f->maker, &wish, on_made, &b));
    g_assert_false(portal_quality_ask(f->maker, &other, on_made, &c));
    g_assert_cmpuint(portal_quality_making(f->maker), ==, PORTAL_QUALITY_AT_A_TIME);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_assert_cmpuint(a.told + b.told + c.told, ==, 0);
    g_clear_pointer(&f->maker, portal_quality_maker_free);
    g_assert_cmpuint(a.told, ==, 1);
    g_assert_cmpuint(b.told, ==, 1);
    g_assert_cmpstr(a.why, ==, "the portal is being stopped");
    /* What is left of them ends in the main loop, and is told to nobody. */
    for (unsigned i = 0; i < 50; i++) {
        g_usleep(1000);
        while (g_main_context_iteration(NULL, FALSE))
            ;
    }
    g_assert_cmpuint(a.told + b.told + c.told, ==, 2);
}

static void
a_program_that_is_not_there_is_said(Fixture *f, gconstpointer data)
{
    g_auto(Answer) a = {0};
    PortalQualityWish wish = wish_of("s/u");
    g_autoptr(PortalQualityMaker) maker = portal_quality_maker_new("/i", "/nowhere/vicu-portal");

    (void)f;
    (void)data;
    g_assert_true(portal_quality_ask(maker, &wish, on_made, &a));
    wait_for(&a);
    g_assert_cmpint(a.ended, ==, PORTAL_QUALITY_NOT_NOW);
    g_assert_nonnull(strstr(a.why, "/nowhere/vicu-portal"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define T(name) g_test_add("/quality-maker/" #name, Fixture, NULL, set_up, name, tear_down)
    T(what_was_asked_for_is_handed_over);
    T(how_it_ended_is_told);
    T(a_report_that_hangs_holds_nobody_up);
    T(a_program_that_is_not_there_is_said);
    return g_test_run();
}

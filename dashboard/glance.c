/* vicu-dashboard glance. See glance.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/glance.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/options.h"
#include "dashboard/glance-view.h"
#include "dashboard/model/glance-report.h"
#include "dashboard/picture.h"
#include "dashboard/scene/png.h"
#include "dashboard/scene/words.h"
#include "dashboard/snapshot-holo.h"

#define TRIALS      12
#define SIZE        "1920x1080"
#define PICTURE_US  (INT64_C(1768469420) * G_USEC_PER_SEC) /* 2026-01-15 09:30:20 UTC */
#define PICTURE_DPI 96
#define DESCRIPTION                                                                                \
    "Shows six synthetic beds for 10 s, then asks which bed was worst and which signs were\n"      \
    "outside: once as the wall of numbers and once as the ward in depth, in an order drawn by\n"   \
    "lot and kept. Every answer is appended to a table in DIR; no name, no patient. All by\n"      \
    "keys. docs/glance.md says how to run a study and what it can show.\n\nExamples:\n"            \
    "  vicu glance --participant P-07 -o study\n"                                                  \
    "  vicu glance --participant P-07 --panel visual.json -o study-panel\n"                        \
    "  vicu glance --report study\n"                                                               \
    "  vicu glance --pictures look --seed 1 --trials 2\n"

typedef struct {
    char *participant;
    char *seed;
    char *out;
    char *report;
    char *pictures;
    char *size;
    char *language;
    DashOutputAsk holo;
    int trials;
    gboolean json;
    gboolean csv;
} Options;

static gboolean refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean
refuse(GError **error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error_literal(error, VICU_ERROR, VICU_ERROR_FORMAT, text);
    return FALSE;
}

/* ---- report ---- */

static int
report(const Options *o)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    DashGlanceReport found;
    unsigned cut = 0;

    g_autoptr(GArray) rows = dash_glance_keep_read(o->report, &cut, &error);
    if (rows == NULL) {
        g_printerr("vicu glance: %s\n", error->message);
        return 1;
    }
    dash_glance_report(&found, rows);
    if (cut > 0)
        g_printerr("vicu glance: %u rows were cut off when a sitting broke off; left out\n", cut);
    if (o->json) {
        g_autofree char *json = dash_glance_report_json(&found);
        g_string_append_printf(text, "%s\n", json);
    } else if (o->csv) {
        dash_glance_report_csv(&found, text);
    } else {
        dash_glance_report_words(&found, text);
    }
    fputs(text->str, stdout);
    return 0;
}

/* ---- pictures ---- */

static gboolean
draw_trial(DashGlanceView *view, const DashGlanceTrial *trial, const char *dir, GError **error)
{
    const char *form = dash_glance_form_name(trial->form);
    g_autofree char *name = trial->number > 0
                                ? g_strdup_printf("trial-%02u-%s.png", trial->number, form)
                                : g_strdup_printf("training-%s.png", form);
    g_autofree char *path = g_build_filename(dir, name, NULL);

    dash_glance_view_set(view, trial, PICTURE_US);
    const DashSurface *s = dash_glance_view_draw(view, PICTURE_US, 0);
    return dash_png_write(path, s->pixels, s->w, s->h, s->stride, error);
}

static int
draw_pictures(const Options *o, const DashGlanceAsk *ask)
{
    DashGlanceTrial plan[DASH_GLANCE_TRAINING + DASH_GLANCE_TRIALS_MAX];
    unsigned n = DASH_GLANCE_TRAINING + ask->sitting.trials;
    g_autoptr(DashGlanceView) view = dash_glance_view_new(&ask->output, ask->sitting.dpi);
    g_autoptr(GError) error = NULL;

    if (g_mkdir_with_parents(o->pictures, 0755) != 0) {
        g_printerr("vicu glance: %s: the folder cannot be made: %s\n", o->pictures,
                   g_strerror(errno));
        return 1;
    }
    dash_glance_plan(ask->sitting.seed, ask->sitting.trials, plan);
    for (unsigned i = 0; i < n; i++)
        if (!draw_trial(view, &plan[i], o->pictures, &error)) {
            g_printerr("vicu glance: %s\n", error->message);
            return 1;
        }
    printf("%u pictures in %s, seed %" G_GUINT64_FORMAT "\n", n, o->pictures, ask->sitting.seed);
    return 0;
}

/* ---- what was asked ---- */

static gboolean
check_sitting(const Options *o, DashGlanceSitting *sitting, GError **error)
{
    guint64 seed = 0;

    if (o->trials < 2 || o->trials > DASH_GLANCE_TRIALS_MAX || o->trials % 2 != 0)
        return refuse(error,
                      "--trials %d: expected an even number from 2 to %d, for every case is "
                      "shown in both forms",
                      o->trials, DASH_GLANCE_TRIALS_MAX);
    if (o->seed && !g_ascii_string_to_unsigned(o->seed, 10, 0, G_MAXUINT64, &seed, NULL))
        return refuse(error, "--seed %s: expected a number from 0 to 18446744073709551615",
                      o->seed);
    if (o->participant && !dash_glance_code_fits(o->participant))
        return refuse(error,
                      "--participant %s: expected a code of 1 to 16 letters, digits, - and "
                      "_; no name",
                      o->participant);
    g_strlcpy(sitting->version, VICU_VERSION, sizeof sitting->version);
    sitting->trials = (unsigned)o->trials;
    sitting->seed = o->seed ? seed : g_random_int();
    sitting->seen_s = DASH_GLANCE_SEEN_S;
    if (o->participant)
        g_strlcpy(sitting->participant, o->participant, sizeof sitting->participant);
    else
        g_snprintf(sitting->participant, sizeof sitting->participant, "x-%08x", g_random_int());
    return TRUE;
}

static gboolean
check_display(Options *o, DashGlanceAsk *ask, GError **error)
{
    bool panel = o->holo.calibration != NULL;

    if (panel && o->size)
        return refuse(error, "--size %s: a panel has the size that its calibration says", o->size);
    if (!dash_picture_parse_size(o->size ? o->size : SIZE, &o->holo.w, &o->holo.h, error))
        return FALSE;
    if (panel)
        o->holo.w = o->holo.h = 0;
    if (!dash_output_choose(&ask->output, panel ? DASH_FORM_NATIVE : DASH_FORM_FLAT, &o->holo,
                            error))
        return FALSE;
    ask->sitting.panel = panel;
    ask->sitting.w = ask->output.w;
    ask->sitting.h = ask->output.h;
    ask->sitting.dpi = panel ? ask->output.calibration.dpi : PICTURE_DPI;
    return TRUE;
}

static gboolean
check(Options *o, DashGlanceAsk *ask, GError **error)
{
    int asked = (o->report != NULL) + (o->pictures != NULL) + (o->out != NULL);

    if (asked != 1)
        return refuse(error, "expected one of -o DIR (a sitting), --report DIR and --pictures DIR");
    if ((o->json || o->csv) && !o->report)
        return refuse(error, "--json and --csv are of --report");
    if (o->json && o->csv)
        return refuse(error, "expected one of --json and --csv");
    if (o->size && !o->pictures)
        return refuse(error, "--size is of --pictures");
    if (o->language && !dash_words_use(o->language))
        return refuse(error, "--language %s: expected en or zh_CN", o->language);
    if (o->report)
        return TRUE;
    ask->dir = o->out;
    return check_sitting(o, &ask->sitting, error) && check_display(o, ask, error);
}

static int
run(Options *o, int argc, char **argv, DashGlanceShow show)
{
    const GOptionEntry entries[] = {
        {"participant", 0, 0, G_OPTION_ARG_STRING, &o->participant,
         "a code, no name (one made by lot)", "CODE"},
        {"trials", 0, 0, G_OPTION_ARG_INT, &o->trials, "an even number, 2 to 100 (12)", "N"},
        {"seed", 0, 0, G_OPTION_ARG_STRING, &o->seed, "of cases and order (by lot); it is kept",
         "N"},
        {"panel", 0, 0, G_OPTION_ARG_FILENAME, &o->holo.calibration,
         "on the light-field panel of this visual.json", "CALIBRATION"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->out, "run a sitting, its table in here",
         "DIR"},
        {"report", 0, 0, G_OPTION_ARG_FILENAME, &o->report, "what the tables of a study say",
         "DIR"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &o->json, "the report as JSON", NULL},
        {"csv", 0, 0, G_OPTION_ARG_NONE, &o->csv, "the report as CSV", NULL},
        {"pictures", 0, 0, G_OPTION_ARG_FILENAME, &o->pictures,
         "draw what would be shown; no display is needed", "DIR"},
        {"size", 0, 0, G_OPTION_ARG_STRING, &o->size, "of pictures (1920x1080)", "WxH"},
        {"language", 0, 0, G_OPTION_ARG_STRING, &o->language, "en or zh_CN", "CODE"},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context =
        g_option_context_new("- a study: what one look at six beds tells");
    g_autoptr(GError) error = NULL;
    DashGlanceAsk ask = {0};

    g_option_context_set_description(context, DESCRIPTION);
    g_option_context_add_main_entries(context, entries, NULL);
    if (vicu_options_parse(context, "vicu glance", &argc, &argv, &error) && argc > 1)
        refuse(&error, "%s: expected options only", argv[1]);
    if (error || !check(o, &ask, &error)) {
        g_printerr("vicu glance: %s\n", error->message);
        return 2;
    }
    if (o->report)
        return report(o);
    if (o->pictures)
        return draw_pictures(o, &ask);
    if (show)
        return show(&ask);
    g_printerr(
        "vicu glance: this build has no window; --pictures DIR and --report DIR need none\n");
    return 1;
}

int
dash_glance_main(int argc, char **argv, DashGlanceShow show)
{
    Options o = {.trials = TRIALS};
    int status = run(&o, argc, argv, show);

    dash_output_ask_clear(&o.holo);
    g_free(o.participant);
    g_free(o.seed);
    g_free(o.out);
    g_free(o.report);
    g_free(o.pictures);
    g_free(o.size);
    g_free(o.language);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/play.h"

#include <stdio.h>
#include <stdlib.h>

#include "collector/sources/wfdb-source.h"
#include "common/clock.h"
#include "common/error.h"
#include "common/options.h"

#define STEP_US INT64_C(1000000)
/* A recording alone begins here: none of ours is of that time, so it is taken for no real one. */
#define RECORDING_T0_US INT64_C(1000000000000000)

static const char description[] =
    "FILE is a ward (ward.ini: --from and --to say the time that it plays in) or a WFDB\n"
    "header (.hea: it is played once, from 2001-09-09T01:46:40Z on). Scripts that a simulated\n"
    "monitor sends over HL7 are played as well. For other programs of vICU: the output is a\n"
    "stream of packed batches.\n"
    "\n"
    "Example: vicu-collector play ward.ini --bed demo/icu/7 --from 2026-01-01T00:00:00Z --to\n"
    "2026-01-02T00:00:00Z | wc -c\n";

typedef struct {
    char *from, *to, *bed;
    gboolean beds;
    int64_t from_us, to_us;
} Options;

static gboolean
write_batch(GBytes *batch)
{
    gsize n = 0;
    const uint8_t *bytes = g_bytes_get_data(batch, &n);
    const uint8_t head[] = {(uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16), (uint8_t)(n >> 24)};

    return fwrite(head, 1, sizeof head, stdout) == sizeof head && fwrite(bytes, 1, n, stdout) == n;
}

static gboolean
write_tick(CollectorTick *tick, int64_t t_us, GError **error)
{
    g_autoptr(GBytes) batch = collector_tick_take(tick, t_us);

    if (batch == NULL || write_batch(batch))
        return TRUE;
    g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "the output takes no more");
    return FALSE;
}

static gboolean
play_ward(const CollectorWard *ward, const Options *o, GError **error)
{
    g_autoptr(CollectorTick) tick = collector_tick_new(NULL);
    g_autoptr(CollectorFeed) feed = collector_wfdb_source_new(ward, 1, error);

    if (feed == NULL)
        return FALSE;
    collector_feed_start(feed, o->from_us);
    for (int64_t t_us = o->from_us; t_us < o->to_us;) {
        t_us = MIN(t_us + STEP_US, o->to_us);
        collector_feed_poll(feed, t_us, tick);
        if (!write_tick(tick, t_us, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
open_ward(const char *path, const Options *o, GError **error)
{
    g_autoptr(CollectorWard) ward = collector_ward_load(path, 0, error);

    if (ward == NULL || (o->bed != NULL && !collector_ward_keep(ward, o->bed, error)))
        return FALSE;
    for (guint i = 0; o->beds && i < collector_ward_n(ward); i++)
        printf("%s\n", collector_ward_bed(ward, i)->bed);
    collector_ward_play_scripts(ward);
    return o->beds || play_ward(ward, o, error);
}

/* Once, to its end. */
static gboolean
play_recording(const char *path, const Options *o, GError **error)
{
    g_autoptr(CollectorTick) tick = collector_tick_new(NULL);
    g_autoptr(CollectorWfdbPlayer) player =
        collector_wfdb_player_new(path, o->bed, FALSE, 0, 1, error);
    CollectorWfdbPlayerFigures figures = {0};
    int64_t t_us = RECORDING_T0_US;

    if (player == NULL)
        return FALSE;
    collector_wfdb_player_start(player, t_us);
    while (figures.restarts == 0 && figures.unreadable == 0) {
        t_us += STEP_US;
        collector_wfdb_player_poll(player, t_us, tick);
        figures = collector_wfdb_player_figures(player);
        if (!write_tick(tick, t_us, error))
            return FALSE;
    }
    if (figures.unreadable == 0)
        return TRUE;
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "%s cannot be read to its end", path);
    return FALSE;
}

static gboolean
play(const char *path, const Options *o, GError **error)
{
    if (g_str_has_suffix(path, ".hea"))
        return play_recording(path, o, error);
    return open_ward(path, o, error);
}

/* NULL: all is well. Caller frees. */
static char *
check(Options *o, const char *path)
{
    g_autoptr(GError) error = NULL;

    if (o->beds)
        return NULL;
    if (g_str_has_suffix(path, ".hea"))
        return o->bed != NULL && o->from == NULL && o->to == NULL
                   ? NULL
                   : g_strdup("a recording needs --bed, and neither --from nor --to");
    if (o->from == NULL || o->to == NULL)
        return g_strdup("a ward needs --from and --to");
    if (!vicu_time_parse(o->from, 0, &o->from_us, &error)
        || !vicu_time_parse(o->to, 0, &o->to_us, &error))
        return g_strdup(error->message);
    if (o->from_us <= 0 || o->from_us >= o->to_us)
        return g_strdup("--from has to be before --to");
    return NULL;
}

int
collector_play_main(int argc, char **argv)
{
    Options o = {0};
    g_autofree char *bed = NULL, *from = NULL, *to = NULL;
    g_auto(GStrv) files = NULL;
    g_autoptr(GError) error = NULL;
    const GOptionEntry entries[] = {
        {"bed", 0, 0, G_OPTION_ARG_STRING, &bed, "This bed of the ward; a recording's name", "BED"},
        {"beds", 0, 0, G_OPTION_ARG_NONE, &o.beds, "Print the names of the ward's beds", NULL},
        {"from", 0, 0, G_OPTION_ARG_STRING, &from, "When the ward begins to play", "TIME"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &to, "When it ends", "TIME"},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files, NULL, "FILE"},
        {0},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("- recordings, as they are sent");

    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_description(context, description);
    gboolean good = vicu_options_parse(context, "vicu-collector play", &argc, &argv, &error)
                    && files != NULL && files[0] != NULL && files[1] == NULL;
    o.bed = bed;
    o.from = from;
    o.to = to;
    g_autofree char *wrong =
        good ? check(&o, files[0])
             : g_strdup(error != NULL ? error->message : "one FILE is expected");
    if (wrong != NULL) {
        g_printerr("vicu-collector play: %s\n", wrong);
        return 2;
    }
    if (play(files[0], &o, &error) && fflush(stdout) == 0)
        return EXIT_SUCCESS;
    g_printerr("vicu-collector play: %s\n", error != NULL ? error->message : "stdout is full");
    return EXIT_FAILURE;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/decode.h"

#include <unistd.h>

#include "collector/decode-hl7.h"
#include "common/options.h"

static const char description[] =
    "FILE is a WFDB header (.hea) beside its signal files, or HL7 v2 (bare or in MLLP\n"
    "frames, one message or many; - is standard input). HL7 is printed as a JSON object a\n"
    "line; on a terminal as a table, unless --json is said.\n"
    "\n"
    "Of a WFDB record it says what the headers say, and checks no checksum; --csv of a whole\n"
    "record and --check read every sample and compare the checksums.\n"
    "\n"
    "Examples:\n"
    "  vicu decode 100.hea                           what the headers say\n"
    "  vicu decode 100.hea --csv --from 0 --to 10    ten seconds in units\n"
    "  vicu decode 100.hea --csv --raw               every stored integer\n"
    "  vicu decode 100.hea --check                   checksums and initial values\n"
    "  vicu decode pcd01.hl7                         every observation and every fault\n"
    "\n"
    "Exit status: 0 done, 1 refused or found wanting, 2 bad usage.\n";

static int
usage(const char *text)
{
    g_printerr("vicu decode: %s\nTry 'vicu decode --help'.\n", text);
    return 2;
}

/* Everything that is no WFDB header is read as HL7 v2; what it is not becomes a fault line. */
static int
decode_hl7(const char *path, const CollectorDecodeOptions *options)
{
    g_autoptr(GError) error = NULL;
    /* Tables are for people: whoever reads a pipe or a file gets JSON. */
    gboolean json = options->json || !isatty(STDOUT_FILENO);
    int status = collector_decode_hl7(path, json, &error);

    if (error != NULL)
        g_printerr("vicu decode: %s\n", error->message);
    return status;
}

static int
decode_file(const char *path, const CollectorDecodeOptions *options)
{
    if (g_str_has_suffix(path, ".hea"))
        return collector_decode_wfdb(path, options);
    if (options->csv || options->check) {
        g_printerr("vicu decode: %s: --csv and --check read WFDB headers (.hea)\n", path);
        return 1;
    }
    return decode_hl7(path, options);
}

int
collector_decode_main(int argc, char **argv)
{
    CollectorDecodeOptions options = {0};
    g_autofree char *from = NULL, *to = NULL;
    g_auto(GStrv) files = NULL;
    g_autoptr(GError) error = NULL;
    const GOptionEntry entries[] = {
        {"csv", 0, 0, G_OPTION_ARG_NONE, &options.csv, "Print samples, a row for each frame", NULL},
        {"raw", 0, 0, G_OPTION_ARG_NONE, &options.raw,
         "With --csv: stored integers, no line of units", NULL},
        {"from", 0, 0, G_OPTION_ARG_STRING, &from, "With --csv: first second", "S"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &to, "With --csv: second to stop before", "S"},
        {"check", 0, 0, G_OPTION_ARG_NONE, &options.check,
         "Compare checksums and initial values with the header", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &options.json,
         "Print JSON, an object a line, on a terminal too", NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files, NULL, "FILE"},
        {0},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("- what is in a file");

    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_description(context, description);
    if (!vicu_options_parse(context, "vicu decode", &argc, &argv, &error))
        return usage(error->message);
    if (files == NULL || files[0] == NULL || files[1] != NULL)
        return usage("one FILE is expected");
    if ((options.raw || from != NULL || to != NULL) && !options.csv)
        return usage("--raw, --from and --to belong to --csv");
    if (options.csv && (options.check || options.json))
        return usage("--csv goes with neither --check nor --json");
    options.from = from;
    options.to = to;
    return decode_file(files[0], &options);
}

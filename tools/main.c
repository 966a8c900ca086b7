/* vicu: the command line. The table of verbs; what each does is in its own file
 * or in its room's program.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "tools/dispatch.h"
#include "tools/verbs.h"

static const ToolVerb running[] = {
    {"up", "", "Run all processes of an installation, and restart what dies",
     "vicu up --root /var/lib/vicu", tool_up, NULL, NULL},
    {"status", "", "Links, ages, queues and counters of each process", "vicu status --json",
     tool_status, NULL, NULL},
    {"doctor", "", "What this machine lacks: ports, clock, disk, fonts, GL, keys, packages",
     "vicu doctor", tool_doctor, NULL, NULL},
    {"config check", "[PROCESS]", "Read the settings and say what is wrong",
     "vicu config check store", tool_config_check, NULL, NULL},
    {"config show", "[PROCESS]", "Print the settings in force", "vicu config show --json",
     tool_config_show, NULL, NULL},
    {"keys", "", "Make what keys are missing, and list who may speak",
     "vicu keys --root /var/lib/vicu", tool_keys, NULL, NULL},
    {"keys make", "NAME ROLE", "Make one more key", "vicu keys make collector-2 collector",
     tool_keys_make, NULL, NULL},
    {"keys allow", "PUBLIC NAME ROLE", "Let a key speak that was made elsewhere",
     "vicu keys allow 'rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7' ward-2 collector", tool_keys_allow,
     NULL, NULL},
    {"keys revoke", "NAME", "Let a key speak no longer", "vicu keys revoke ward-2",
     tool_keys_revoke, NULL, NULL},
};

static const ToolVerbGroup groups[] = {
    {"Run and supervise", running, G_N_ELEMENTS(running)},
};

int
main(int argc, char **argv)
{
    int words = 0;

    setlocale(LC_ALL, "");
    const ToolVerb *verb = tool_dispatch_find(groups, G_N_ELEMENTS(groups), argc, argv, &words);
    if (verb != NULL)
        return tool_dispatch_run(verb, words, argc, argv);
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0
        || strcmp(argv[1], "help") == 0) {
        g_autofree char *help = tool_dispatch_help(groups, G_N_ELEMENTS(groups));
        fputs(help, argc < 2 ? stderr : stdout);
        return argc < 2 ? TOOL_USAGE : TOOL_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("vicu %s\n", VICU_VERSION);
        return TOOL_DONE;
    }
    g_autofree char *advice = tool_dispatch_advice(groups, G_N_ELEMENTS(groups), argc, argv);
    gboolean asked = argc > 2 && strcmp(argv[2], "--help") == 0;
    fputs(advice, asked ? stdout : stderr);
    return asked ? TOOL_DONE : TOOL_USAGE;
}

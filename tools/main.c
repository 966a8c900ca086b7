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
    {"demo", "", "The ward on recorded patients, through every process",
     "vicu demo --headless --for 60s --json", tool_demo, NULL, NULL},
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

static const ToolVerb beds[] = {
    {"bed ls", "", "Who is there, and whether every bed shows data or absence", "vicu bed ls",
     tool_bed_ls, NULL, NULL},
    {"bed watch", "BED", "Follow one bed's alarms, scores and presence",
     "vicu bed watch 7 --for 60s", tool_bed_watch, NULL, NULL},
    {"bed admit", "BED", "Bind a patient to a bed", "vicu bed admit 7 --patient P-1042",
     tool_bed_admit, NULL, NULL},
    {"bed move", "FROM TO", "Move the patient to another bed", "vicu bed move 7 12", tool_bed_move,
     NULL, NULL},
    {"bed discharge", "BED", "The patient has left", "vicu bed discharge 7 --reason 'to the ward'",
     tool_bed_discharge, NULL, NULL},
    {"bed standby", "BED", "Absent or under way, with an end",
     "vicu bed standby 7 --for 30min --reason CT --transport", tool_bed_standby, NULL, NULL},
    {"bed observe", "BED SIGNAL VALUE", "Enter what was seen at the bed",
     "vicu bed observe 7 ACVPU V", tool_bed_observe, NULL, NULL},
    {"tail", "[BED [SIGNAL]]", "Follow what comes in", "vicu tail 7 HR", tool_tail, NULL, NULL},
    {"query", "BED SIGNAL", "Samples, or columns of pixels, as CSV or JSON",
     "vicu query 7 ABP --from -10min --px 1000", tool_query, NULL, NULL},
};

static const ToolVerb alarms[] = {
    {"alarm ls", "", "Alarms that stand", "vicu alarm ls --json", tool_alarm_ls, NULL, NULL},
    {"alarm ack", "ID", "Answer an alarm", "vicu alarm ack 3f2a --reason 'seen, team called'",
     tool_alarm_ack, NULL, NULL},
    {"alarm explain", "ID", "Why it was raised, condition by condition", "vicu alarm explain 3f2a",
     tool_alarm_explain, NULL, NULL},
    {"limit ls", "[BED]", "Limits in force", "vicu limit ls 7", tool_limit_ls, NULL, NULL},
    {"limit set", "BED NAME 'VALUE UNIT'", "Another limit for this patient",
     "vicu limit set 7 hr_high '130 /min' --reason 'known AF' --for 4h", tool_limit_set, NULL,
     NULL},
    {"audit ls", "", "Who did what, when, from where and why", "vicu audit ls --from -1h",
     tool_audit_ls, NULL, NULL},
};

static const ToolVerb rules[] = {
    {"rules check", "FILE...", "Compile rules and say what is wrong",
     "vicu rules check rules/packs/adult-icu.vrules", NULL, "vicu-rules", "check"},
    {"score", "NAME --csv FILE", "A score over a table", "vicu score news2 --csv table.csv", NULL,
     "vicu-rules", "score"},
    {"trace", "KIND --csv FILE", "A state machine over a table", "vicu trace limit --csv table.csv",
     NULL, "vicu-rules", "trace"},
    {"beats compare", "REF.csv TEST.csv", "Compare two lists of beats, counted as bxb does",
     "vicu beats compare ref.csv test.csv --start 300", NULL, "vicu-rules", "beats compare"},
    {"beats --csv", "FILE", "Beat times of a table that decode has printed",
     "vicu decode 100.hea --csv | vicu beats --csv -", NULL, "vicu-rules", "beats --csv"},
    {"beats", "RECORD", "Beat times of a recording", "vicu beats data/recordings/v541l", tool_beats,
     NULL, NULL},
};

static const ToolVerb files[] = {
    {"decode", "FILE", "What is in a recording or a message file", "vicu decode record.hea --csv",
     NULL, "vicu-collector", "decode"},
    {"snapshot", "--view VIEW -o FILE", "Draw a picture, no display needed",
     "vicu snapshot --view wall --size 1920x1080 -o wall.png", NULL, "vicu-dashboard", "snapshot"},
    {"sim", "", "Play a bedside monitor over HL7 MLLP", "vicu sim --help", NULL, "vicu-sim", ""},
};

static const ToolVerb benches[] = {
    {"bench codec", "[--data DIR]", "Bytes and CPU time of the wave codec beside FLAC",
     "vicu bench codec --json", NULL, "vicu-collector", "bench codec"},
    {"bench link", "", "One hop over CURVE on ipc, one way", "vicu bench link --json",
     tool_bench_link, NULL, NULL},
    {"bench ward", "", "What a live ward of 100 beds costs", "vicu bench ward --for 30s --json",
     tool_bench_ward, NULL, NULL},
};

static const ToolVerbGroup groups[] = {
    {"Run and supervise", running, G_N_ELEMENTS(running)},
    {"Beds and their data", beds, G_N_ELEMENTS(beds)},
    {"Alarms, limits, audit", alarms, G_N_ELEMENTS(alarms)},
    {"Rules", rules, G_N_ELEMENTS(rules)},
    {"Files and pictures", files, G_N_ELEMENTS(files)},
    {"Figures", benches, G_N_ELEMENTS(benches)},
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

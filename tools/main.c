/* vicu: the command line. The table of verbs; what each does is in its own file
 * or in its room's program.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "common/memory.h"
#include "tools/dispatch.h"
#include "tools/verbs.h"

static const ToolVerb running[] = {
    {"demo", "", "The ward on recorded patients, through every process",
     "vicu demo --headless --for 60s --json", tool_demo, NULL, NULL, FALSE},
    {"up", "", "Run all processes of an installation, and restart what dies",
     "vicu up --root /var/lib/vicu", tool_up, NULL, NULL, FALSE},
    {"status", "", "Links, ages, queues and counters of each process", "vicu status --json",
     tool_status, NULL, NULL, FALSE},
    {"doctor", "",
     "What this machine lacks: ports, clock, disk, fonts, GL, keys, packages, and what runs on it",
     "vicu doctor", tool_doctor, NULL, NULL, FALSE},
    {"config check", "[PROCESS]", "Read the settings and say what is wrong",
     "vicu config check store", tool_config_check, NULL, NULL, FALSE},
    {"config show", "[PROCESS]", "Print the settings in force", "vicu config show --json",
     tool_config_show, NULL, NULL, FALSE},
    {"keys", "", "Make what keys are missing, and list who may speak",
     "vicu keys --root /var/lib/vicu", tool_keys, NULL, NULL, FALSE},
    {"keys make", "NAME ROLE", "Make one more key", "vicu keys make collector-2 collector",
     tool_keys_make, NULL, NULL, FALSE},
    {"keys allow", "PUBLIC NAME ROLE", "Let a key speak that was made elsewhere",
     "vicu keys allow 'rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7' ward-2 collector", tool_keys_allow,
     NULL, NULL, FALSE},
    {"keys show", "NAME", "The public half of a key made here, as keys allow takes it elsewhere",
     "vicu keys show hub", tool_keys_show, NULL, NULL, FALSE},
    {"keys revoke", "NAME", "Let a key speak no longer", "vicu keys revoke ward-2",
     tool_keys_revoke, NULL, NULL, FALSE},
    {"keys token", "[--role ROLE]", "A token for the portal; the list of them; the end of one",
     "vicu keys token --role system --for 365d", NULL, "vicu-portal", "token", FALSE},
    {"keys portal-ca", "[NAME...]", "The site's own authority, and the portal's certificate",
     "vicu keys portal-ca hub.ward.example 10.0.0.5", NULL, "vicu-portal", "portal-ca", FALSE},
};

static const ToolVerb people[] = {
    {"login", "ACCOUNT", "Sign in; the password is a line on stdin", "vicu login ada", tool_login,
     NULL, NULL, TRUE},
    {"logout", "", "Sign out", "vicu logout", tool_logout, NULL, NULL, TRUE},
    {"people ls", "", "Accounts, their roles and where these hold", "vicu people ls --json",
     tool_people_ls, NULL, NULL, TRUE},
    {"people add", "ACCOUNT --role 'ROLE PLACE'", "Make an account, and a link for its password",
     "vicu people add ada --name 'Ada L' --role 'intensivist demo'", tool_people_add, NULL, NULL,
     TRUE},
    {"people role", "ACCOUNT", "Other roles for an account; its sessions end",
     "vicu people role ada --role 'bedside demo/icu'", tool_people_role, NULL, NULL, TRUE},
    {"people disable", "ACCOUNT", "Nobody signs in with it any more; its sessions end",
     "vicu people disable ada", tool_people_disable, NULL, NULL, TRUE},
    {"people enable", "ACCOUNT", "It can sign in again", "vicu people enable ada",
     tool_people_enable, NULL, NULL, TRUE},
    {"people link", "[ACCOUNT]", "A link for a password; without an account the very first one",
     "vicu people link ada --for 2h", tool_people_link, NULL, NULL, TRUE},
    {"people enrol", "[LINK]", "Give the account of a link its password, once", "vicu people enrol",
     tool_people_enrol, NULL, NULL, TRUE},
    {"people sessions", "[ACCOUNT]", "Who is signed in, through what, since when",
     "vicu people sessions", tool_people_sessions, NULL, NULL, TRUE},
    {"people end", "ACCOUNT", "End the sessions of an account", "vicu people end ada",
     tool_people_end, NULL, NULL, TRUE},
    {"people glass", "", "Break-glass: 60 min of emergency access, which everybody is told",
     "vicu people glass --reason 'resuscitation in the annex'", tool_people_glass, NULL, NULL,
     TRUE},
};

static const ToolVerb beds[] = {
    {"bed ls", "", "Who is there, and whether every bed shows data or absence", "vicu bed ls",
     tool_bed_ls, NULL, NULL, TRUE},
    {"bed watch", "BED", "Follow one bed's alarms, scores and presence",
     "vicu bed watch 7 --for 60s", tool_bed_watch, NULL, NULL, TRUE},
    {"bed admit", "BED", "Bind a patient to a bed", "vicu bed admit 7 --patient P-1042",
     tool_command, NULL, NULL, TRUE},
    {"bed move", "FROM TO", "Move the patient to another bed", "vicu bed move 7 12", tool_command,
     NULL, NULL, TRUE},
    {"bed discharge", "BED", "The patient has left", "vicu bed discharge 7 --reason 'to the ward'",
     tool_command, NULL, NULL, TRUE},
    {"bed standby", "BED", "Absent or under way, with an end",
     "vicu bed standby 7 --for 30min --reason CT --transport", tool_command, NULL, NULL, TRUE},
    {"bed observe", "BED SIGNAL VALUE", "Enter what was seen at the bed",
     "vicu bed observe 7 ACVPU V", tool_command, NULL, NULL, TRUE},
    {"bed expect", "BED INPUTS|none", "Inputs of the rules that a bed has to send, seen or not",
     "vicu bed expect 7 SpO2,MAP --reason 'invasive line, probe'", tool_command, NULL, NULL, TRUE},
    {"bed unexpect", "BED INPUT", "Nobody waits for an input any more, until it comes again",
     "vicu bed unexpect 7 MAP --reason 'line removed'", tool_command, NULL, NULL, TRUE},
    {"bed note", "BED TEXT", "A note of the bed, or the correction of one",
     "vicu bed note 7 'difficult airway' --corrects 3f2a", tool_command, NULL, NULL, TRUE},
    {"bed promise", "BED TEXT", "What somebody is to do for the bed, and until when",
     "vicu bed promise 7 'ring the family' --due 2h --owner 'Dr K'", tool_command, NULL, NULL,
     TRUE},
    {"bed done", "ID", "A promise is done", "vicu bed done 3f2a", tool_command, NULL, NULL, TRUE},
    {"bed take", "BED", "Who looks after the bed from now on", "vicu bed take 7 --name 'Dr K'",
     tool_command, NULL, NULL, TRUE},
    {"bed notes", "[BED]", "Notes and promises, who looks after each bed, who saw it last",
     "vicu bed notes 7 --json", tool_bed_notes, NULL, NULL, TRUE},
    {"handover ls", "", "Handovers with their lines and signatures", "vicu handover ls --json",
     tool_handover_ls, NULL, NULL, TRUE},
    {"handover begin", "PLACE", "Hand a unit or a site over, from one person to the next",
     "vicu handover begin icu --from 'Dr A' --to 'Dr B'", tool_command, NULL, NULL, TRUE},
    {"handover line", "BED TEXT", "The bed's line in the handover that is open",
     "vicu handover line 7 'septic, noradrenaline 0.2, wait for CT'", tool_command, NULL, NULL,
     TRUE},
    {"handover sign", "PLACE|ID", "Sign it; the second signature closes it",
     "vicu handover sign icu --as 'Dr A'", tool_command, NULL, NULL, TRUE},
    {"handover drop", "PLACE|ID", "Give it up, with a reason",
     "vicu handover drop icu --reason 'wrong names'", tool_command, NULL, NULL, TRUE},
    {"tail", "[BED [SIGNAL]]", "Follow what comes in", "vicu tail 7 HR", tool_tail, NULL, NULL,
     TRUE},
    {"query", "BED|all SIGNAL", "Samples, or columns of pixels, as CSV or JSON",
     "vicu query 7 ABP --from -10min --px 1000", tool_query, NULL, NULL, TRUE},
};

static const ToolVerb alarms[] = {
    {"alarm ls", "", "Alarms that stand", "vicu alarm ls --json", tool_alarm_ls, NULL, NULL, TRUE},
    {"alarm ack", "ID", "Answer an alarm: act, watch for a time, not actionable",
     "vicu alarm ack 3f2a --answer watch --until 15min --reason 'fluid is running'", tool_command,
     NULL, NULL, TRUE},
    {"alarm pause", "[BED]", "No sound from what stands now, for a while",
     "vicu alarm pause 7 --for 2min --reason 'being washed'", tool_command, NULL, NULL, TRUE},
    {"alarm resume", "[BED]", "Sound again, before the pause ends", "vicu alarm resume 7",
     tool_command, NULL, NULL, TRUE},
    {"outlet ls", "", "Where alarms reach people: loudspeakers, screens; and by which they do not",
     "vicu outlet ls --json", tool_outlet_ls, NULL, NULL, TRUE},
    {"outlet forget", "NAME", "A loudspeaker or screen is expected no more",
     "vicu outlet forget annunciator --reason 'moved to the other room'", tool_command, NULL, NULL,
     TRUE},
    {"alarm explain", "ID", "Why it was raised, condition by condition; older ones from the record",
     "vicu alarm explain 3f2a", tool_alarm_explain, NULL, NULL, TRUE},
    {"limit ls", "[BED]", "Limits in force", "vicu limit ls 7", tool_limit_ls, NULL, NULL, TRUE},
    {"limit set", "BED NAME 'VALUE UNIT'", "Another limit for this patient",
     "vicu limit set 7 HR_high '130 /min' --reason 'known AF' --for 4h", tool_command, NULL, NULL,
     TRUE},
    {"report burden", "[--from --to --unit U]",
     "How much alarms asked of people, by unit and day; small counts are withheld",
     "vicu report burden --from -30d -o burden.csv", tool_report, NULL, NULL, TRUE},
    {"report response", "[--from --to --unit U]",
     "How soon alarms were answered, and escalations at the bedside",
     "vicu report response --from -7d --json", tool_report, NULL, NULL, TRUE},
    {"report indicators", "[--from --to --unit U]",
     "The national quality indicators of the ICU, and what each of them lacks",
     "vicu report indicators --from -30d -o indicators.csv", tool_report, NULL, NULL, TRUE},
    {"report npsg", "[--from --to --unit U]",
     "What the installation's data say to NPSG.06.01.01, alarm management",
     "vicu report npsg --from -365d", tool_report, NULL, NULL, TRUE},
    {"audit ls", "", "Who did what, when, from where and why", "vicu audit ls --from -1h",
     tool_audit_ls, NULL, NULL, TRUE},
    {"audit status", "", "How far the audit is signed, and which witnesses have seen it",
     "vicu audit status --json", tool_audit_status, NULL, NULL, TRUE},
    {"audit verify", "[FILE]", "Whether the audit, or an export or proof, is what was signed",
     "vicu audit verify audit.vicu --key audit-log.public", tool_audit_verify, NULL, NULL, TRUE},
    {"audit prove", "NUMBER -o FILE", "The proof that one record is in the audit",
     "vicu audit prove 1042 -o 1042.proof", tool_audit_prove, NULL, NULL, TRUE},
    {"audit export", "-o FILE", "Records with a signed head, for an outsider to check",
     "vicu audit export -o audit.vicu --from -30d", tool_audit_export, NULL, NULL, TRUE},
    {"audit forward", "--to HOST --file FILE",
     "Send the audit on as DICOM messages, syslog over TLS",
     "vicu audit forward --to arr.hospital --ca ca.pem --file /var/lib/vicu-forward/sent",
     tool_audit_forward, NULL, NULL, TRUE},
    {"audit witness", "--file FILE", "Remember the last head elsewhere, sign what grew out of it",
     "vicu audit witness --file /mnt/usb/ward-b --name ward-b", tool_audit_witness, NULL, NULL,
     TRUE},
};

static const ToolVerb escalations[] = {
    {"escalation ls", "", "Who was told of what, how far it is, and who declined or missed it",
     "vicu escalation ls --json", tool_escalation_ls, NULL, NULL, FALSE},
    {"escalation accept", "ID", "Somebody takes it", "vicu escalation accept 3f2a --as 'Nurse A'",
     tool_escalation_act, NULL, NULL, FALSE},
    {"escalation coming", "ID", "Who took it is on the way",
     "vicu escalation coming 3f2a --as 'Nurse A'", tool_escalation_act, NULL, NULL, FALSE},
    {"escalation arrived", "ID", "Who took it is at the bedside",
     "vicu escalation arrived 3f2a --as 'Nurse A'", tool_escalation_act, NULL, NULL, FALSE},
    {"escalation resolve", "ID", "It is done: the escalation ends",
     "vicu escalation resolve 3f2a --as 'Nurse A'", tool_escalation_act, NULL, NULL, FALSE},
    {"escalation decline", "ID", "Not now, for a reason: the next one is asked at once",
     "vicu escalation decline 3f2a --as 'Nurse A' --reason 'in theatre'", tool_escalation_act, NULL,
     NULL, FALSE},
    {"escalation hand-on", "ID NAME", "To somebody else, who is asked at once",
     "vicu escalation hand-on 3f2a 'Dr C' --as 'Nurse A'", tool_escalation_act, NULL, NULL, FALSE},
    {"escalation send", "BED|ID NAME", "One more is asked, or somebody for a bed",
     "vicu escalation send 7 'Dr C' --text 'please look at the pupils'", tool_escalation_act, NULL,
     NULL, FALSE},
    {"escalation help", "BED", "Call for help, as the unit's ladder for high priority says",
     "vicu escalation help 7 --text airway", tool_escalation_act, NULL, NULL, FALSE},
    {"escalation test", "CHANNEL NAME", "A message that says it is a test",
     "vicu escalation test smtp 'Dr C'", tool_escalation_act, NULL, NULL, FALSE},
    {"roster import", "FILE", "People, shifts and ladders of a file, instead of all that were",
     "vicu roster import icu.roster", tool_roster_import, NULL, NULL, FALSE},
    {"roster ls", "", "People, shifts and ladders, channels and open pages",
     "vicu roster ls --json", tool_roster_ls, NULL, NULL, FALSE},
    {"roster check", "[FILE]", "Holes and overlaps of the next 14 days, of a file or in force",
     "vicu roster check icu.roster", tool_roster_check, NULL, NULL, FALSE},
};

static const ToolVerb rules[] = {
    {"rules check", "FILE...", "Compile rules and say what is wrong",
     "vicu rules check rules/packs/adult-icu.vrules", NULL, "vicu-rules", "check", FALSE},
    {"rules reload", "", "Settings and packs anew, if they are sound; else those of before run on",
     "vicu rules reload --reason 'version 13, signed by Dr K'", tool_command, NULL, NULL, TRUE},
    {"rules test", "FILE", "Run the tests of a rule pack",
     "vicu rules test rules/packs/adult-icu.vrules", NULL, "vicu-rules", "test", FALSE},
    {"rules replay", "[FILE...]", "Alarms that rules would have raised over what was recorded",
     "vicu rules replay --from -24h --set new.vrules --against old.vrules", NULL, "vicu-rules",
     "replay", FALSE},
    {"score", "NAME --csv FILE", "A score over a table", "vicu score news2 --csv table.csv", NULL,
     "vicu-rules", "score", FALSE},
    {"trace", "KIND --csv FILE", "A state machine over a table", "vicu trace limit --csv table.csv",
     NULL, "vicu-rules", "trace", FALSE},
    {"beats compare", "REF.csv TEST.csv", "Compare two lists of beats, counted as bxb does",
     "vicu beats compare ref.csv test.csv --start 300", NULL, "vicu-rules", "beats compare", FALSE},
    {"beats --csv", "FILE", "Beat times of a table that decode has printed",
     "vicu decode 100.hea --csv | vicu beats --csv -", NULL, "vicu-rules", "beats --csv", FALSE},
    {"beats", "RECORD", "Beat times of a recording", "vicu beats data/recordings/v541l", tool_beats,
     NULL, NULL, FALSE},
    {"rhythm --csv", "FILE [--until S]", "Rhythm alarms of a table that decode has printed",
     "vicu decode v541l.hea --csv | vicu rhythm --csv -", NULL, "vicu-rules", "rhythm --csv",
     FALSE},
    {"rhythm", "RECORD [--until S] [--json]",
     "Rhythm alarms of a recording, and what the pulses say", "vicu rhythm data/recordings/v541l",
     tool_beats, NULL, NULL, FALSE},
};

static const ToolVerb files[] = {
    {"import", "FILE... --bed BED", "Recordings into the store, sample for sample",
     "vicu import record.hea --bed site/icu/7 --at 2026-01-31T08:00:00Z", tool_import, NULL, NULL,
     FALSE},
    {"export", "BED --from TIME --to TIME --format wfdb|csv|edf -o DIR",
     "What the store has of a bed, as a recording", "vicu export 7 --from -1h --format wfdb -o out",
     tool_export, NULL, NULL, FALSE},
    {"decode", "FILE", "What is in a recording or a message file", "vicu decode record.hea --csv",
     NULL, "vicu-collector", "decode", FALSE},
    {"snapshot", "--view VIEW -o FILE", "Draw a picture, no display needed",
     "vicu snapshot --view wall --size 1920x1080 -o wall.png", NULL, "vicu-dashboard", "snapshot",
     FALSE},
    {"twin", "", "Serve the ward in three dimensions to browsers and headsets of this machine",
     "vicu twin --port 8480", NULL, "vicu-dashboard", "twin", TRUE},
    {"holo check", "CALIBRATION [-o FILE]", "What a light-field panel's calibration says",
     "vicu holo check visual.json -o pattern.png", NULL, "vicu-dashboard", "holo check", FALSE},
    {"holo path", "[--path PATH]",
     "Who draws pictures in depth here: the graphics processor, or the CPU",
     "vicu holo path --json", NULL, "vicu-dashboard", "holo path", FALSE},
    {"holo panels", "[-o FILE]", "The light-field panels that Looking Glass Bridge has",
     "vicu holo panels -o visual.json", NULL, "vicu-dashboard", "holo panels", FALSE},
    {"holo cast", "QUILT.png", "A quilt shown by Looking Glass Bridge",
     "vicu holo cast ward_qs8x6a0.75.png", NULL, "vicu-dashboard", "holo cast", FALSE},
    {"glance", "-o DIR|--report DIR", "A study: what one look at six beds tells, wall or ward",
     "vicu glance --participant P-07 -o study", NULL, "vicu-dashboard", "glance", FALSE},
    {"sim", "", "Play a bedside monitor over HL7 MLLP", "vicu sim --help", NULL, "vicu-sim", "",
     FALSE},
};

static const ToolVerb store[] = {
    {"store backup", "--to DIR", "Copy the store, also while it runs; only what is new",
     "vicu store backup --to /mnt/backup/vicu --keep 30", NULL, "vicu-store", "backup", FALSE},
    {"store restore", "--from DIR", "Bring a backup back, every byte checked",
     "vicu store restore --from /mnt/backup/vicu --root /var/lib/vicu", NULL, "vicu-store",
     "restore", FALSE},
    {"store check", "", "Read every byte of the store or of a backup, name what is damaged",
     "vicu store check --json", NULL, "vicu-store", "check", FALSE},
    {"store stats", "", "What the store holds, family by family", "vicu store stats", NULL,
     "vicu-store", "stats", FALSE},
    {"store compact", "", "Write the files of a store that does not run anew",
     "vicu store compact --root /var/lib/vicu", NULL, "vicu-store", "compact", FALSE},
    {"store erase", "--bed BED --from TIME --to TIME --why TEXT",
     "Destroy the keys of a stay, at the store's next start",
     "vicu store erase --bed site/icu/7 --from 2026-01-30T14:05Z --to 2026-02-02T09:00Z --why TEXT",
     NULL, "vicu-store", "erase", FALSE},
};

static const ToolVerb benches[] = {
    {"bench codec", "[--data DIR]", "Bytes and CPU time of the wave codec beside FLAC",
     "vicu bench codec --json", NULL, "vicu-collector", "bench codec", FALSE},
    {"bench link", "", "One hop over CURVE, and the whole way of a batch", "vicu bench link --json",
     tool_bench_link, NULL, NULL, FALSE},
    {"bench render", "", "Drawing 400 waves at 3840 x 2160, without a display",
     "vicu bench render --json", NULL, "vicu-dashboard", "bench render", FALSE},
    {"bench rules", "", "Judging 10 000 beds under 200 rules, and a bed's day",
     "vicu bench rules --json", NULL, "vicu-rules", "bench rules", FALSE},
    {"bench store", "[--beds N,..]", "Ingest, bytes, questions and restart of the store",
     "vicu bench store --beds 10,100 --json", NULL, "vicu-store", "bench store", FALSE},
    {"bench ward", "", "What a live ward of 100 beds costs", "vicu bench ward --for 30s --json",
     tool_bench_ward, NULL, NULL, FALSE},
};

static const ToolVerbGroup groups[] = {
    {"Run and supervise", running, G_N_ELEMENTS(running)},
    {"People", people, G_N_ELEMENTS(people)},
    {"Beds and their data", beds, G_N_ELEMENTS(beds)},
    {"Alarms, limits, audit", alarms, G_N_ELEMENTS(alarms)},
    {"Escalation and roster", escalations, G_N_ELEMENTS(escalations)},
    {"Rules", rules, G_N_ELEMENTS(rules)},
    {"Files and pictures", files, G_N_ELEMENTS(files)},
    {"The store", store, G_N_ELEMENTS(store)},
    {"Figures", benches, G_N_ELEMENTS(benches)},
};

/* "vicu --connect HOST VERB ...": the option of the verb, said before it. */
static int
run_connected(int argc, char **argv)
{
    g_autoptr(GPtrArray) line = g_ptr_array_new();
    int words = 0;
    char **rest = argv + 2;
    const ToolVerb *verb = tool_dispatch_find(groups, G_N_ELEMENTS(groups), argc - 2, rest, &words);

    if (verb == NULL) {
        fprintf(stderr, "vicu --connect %s: expected a verb behind it; all verbs: vicu --help\n",
                argv[2]);
        return TOOL_USAGE;
    }
    g_ptr_array_add(line, argv[0]);
    for (int i = 1; i <= words; i++)
        g_ptr_array_add(line, rest[i]);
    g_ptr_array_add(line, argv[1]);
    g_ptr_array_add(line, argv[2]);
    for (int i = words + 1; i < argc - 2; i++)
        g_ptr_array_add(line, rest[i]);
    g_ptr_array_add(line, NULL);
    return tool_dispatch_run(verb, words, (int)line->len - 1, (char **)line->pdata);
}

int
main(int argc, char **argv)
{
    int words = 0;

    setlocale(LC_ALL, "");
    vicu_memory_keep(); /* answers of the store turn the same memory over and over */
    /* What is started from here has its heap in large pages: on a virtual machine to touch a
     * new page costs more than to fill it, and the store fills many (docs/storage.md). */
    g_setenv("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1", FALSE);
    if (argc > 3 && strcmp(argv[1], "--connect") == 0)
        return run_connected(argc, argv);
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

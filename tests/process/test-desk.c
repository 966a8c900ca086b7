/* The bed desk through the command line, on a live ward: what each verb does, what it
 * refuses and with which status, that its JSON can be read, and what the audit keeps.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "tests/process/json-check.h"
#include "tests/process/ward.h"

#define S ((int64_t)G_USEC_PER_SEC)

static Ward *ward;

/* --- one call ----------------------------------------------------------------------------- */

/* Runs "vicu LINE"; what it printed; fails unless the status is @status. Caller frees. */
static char *
vicu(const char *line, int status, char **err)
{
    g_auto(GStrv) words = NULL;
    g_autofree char *out = NULL;
    g_autofree char *said = NULL;

    g_assert_true(g_shell_parse_argv(line, NULL, &words, NULL));
    int found = ward_vicu(ward, (const char *const *)words, &out, &said);
    if (found != status)
        g_error("vicu %s: status %d, expected %d\n%s\n%s", line, found, status, out, said);
    if (err != NULL)
        *err = g_steal_pointer(&said);
    return g_steal_pointer(&out);
}

static void
expect(const char *line, const char *text, const char *wanted)
{
    if (strstr(text, wanted) == NULL)
        g_error("vicu %s: expected \"%s\" in: %s", line, wanted, text);
}

/* Done, with @said on stdout; as JSON the same in "text". */
static void
done(const char *line, const char *said)
{
    g_autofree char *out = vicu(line, 0, NULL);

    expect(line, out, said);
    if (strstr(line, "--json") != NULL) {
        g_assert_cmpint(json_check(out), ==, 1);
        expect(line, out, "\"done\": true");
    }
}

/* Refused by the owner or found wanting: 1, the reason on stderr; as JSON too. */
static void
refused(const char *line, const char *why)
{
    g_autofree char *err = NULL;
    g_autofree char *json = g_strconcat(line, " --json", NULL);
    g_autofree char *out = vicu(json, 1, &err);

    expect(line, err, why);
    g_assert_cmpint(json_check(out), >=, 0);
    if (json_check(out) == 1)
        expect(line, out, "\"done\": false");
}

/* Bad usage: 2, nothing on stdout, an example on stderr. */
static void
misused(const char *line, const char *why)
{
    g_autofree char *err = NULL;
    g_autofree char *out = vicu(line, 2, &err);

    expect(line, err, why);
    expect(line, err, "Example: vicu ");
    g_assert_cmpstr(out, ==, "");
}

/* The bed's object in `bed ls --json`; caller frees. */
static char *
bed(const char *id)
{
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;
    const char *words[] = {"bed", "ls", "--json", NULL};
    g_autofree char *quoted = g_strdup_printf("\"bed\": \"%s\"", id);

    ward_vicu(ward, words, &out, &err); /* 1 while a bed shows neither data nor absence */
    g_assert_cmpint(json_check(out), ==, 1);
    const char *at = strstr(out, quoted);
    g_assert_nonnull(at);
    const char *end = strstr(at + 1, "\"bed\": ");
    return end != NULL ? g_strndup(at, (gsize)(end - at)) : g_strdup(at);
}

static void
bed_shows(const char *id, const char *text)
{
    g_autofree char *object = bed(id);

    expect(id, object, text);
}

/* --- patients ----------------------------------------------------------------------------- */

static void
admit(void)
{
    misused("bed admit", "needs BED");
    misused("bed admit 1", "needs --patient");
    misused("bed admit 1 2 --patient P-1", "one word too many");
    refused("bed admit 99 --patient P-9", "no bed \"99\"");
    refused("bed admit 'demo/icu/b 9' --patient P-9", "no bed");
    done("bed admit 1 --patient P-1001 --device M-7 --reason 'from theatre' --json",
         "Bed demo/icu/1 is admitted.");
    done("bed admit demo/icu/41 --patient P-1041", "Bed demo/icu/41 is admitted.");
    refused("bed admit 1 --patient P-2002", "has another patient: discharge first");
    bed_shows("demo/icu/1", "\"patient\": \"P-1001\"");
    bed_shows("demo/icu/1", "\"device\": \"M-7\"");
    bed_shows("demo/icu/41", "\"presence\": \"never seen\"");
}

static void
move(void)
{
    misused("bed move 1", "needs FROM TO");
    refused("bed move 99 2", "no bed \"99\"");
    refused("bed move 1 99", "no bed \"99\"");
    refused("bed move 3 2", "has no patient to move");
    refused("bed move 1 41", "has a patient already");
    refused("bed move 1 1", "has a patient already");
    done("bed move 1 2 --reason 'nearer to the desk' --json",
         "The patient of bed demo/icu/1 is now in bed demo/icu/2.");
    bed_shows("demo/icu/2", "\"patient\": \"P-1001\"");
    bed_shows("demo/icu/1", "\"presence\": \"discharged\"");
}

static void
discharge(void)
{
    misused("bed discharge", "needs BED");
    refused("bed discharge 99", "no bed \"99\"");
    refused("bed discharge 1", "is discharged already");
    done("bed discharge 2 --reason 'to the ward' --json", "Bed demo/icu/2 is discharged.");
    refused("bed discharge 2", "is discharged already");
    refused("bed standby 2 --for 10min --reason CT", "not discharged");
    done("bed discharge 41", "Bed demo/icu/41 is discharged.");
    bed_shows("demo/icu/2", "\"presence\": \"discharged\"");
}

/* --- absence ------------------------------------------------------------------------------ */

static gboolean
bed_4_is_present(Ward *self, gpointer user)
{
    g_autofree char *object = bed("demo/icu/4");

    (void)self;
    (void)user;
    return strstr(object, "\"presence\": \"present\"") != NULL;
}

static void
standby(void)
{
    misused("bed standby 4", "needs --for and --reason, or --end");
    misused("bed standby 4 --for 30min", "needs --for and --reason");
    misused("bed standby 4 --reason CT", "needs --for and --reason");
    misused("bed standby 4 --for soon --reason CT", "--for:");
    refused("bed standby 99 --for 10min --reason CT", "no bed \"99\"");
    refused("bed standby 4 --for 10min --reason ''", "needs a reason");
    refused("bed standby 4 --for 121min --reason CT", "within 2 hours");
    refused("bed standby 4 --for 0s --reason CT", "within 2 hours");
    refused("bed standby 4 --end", "neither in standby nor in transport");
    done("bed standby 4 --for 119min --reason 'CT of the head' --json",
         "Bed demo/icu/4 is in standby until ");
    bed_shows("demo/icu/4", "\"presence\": \"standby\"");
    bed_shows("demo/icu/4", "\"reason\": \"CT of the head\"");
    done("bed standby 4 --end --json", "is expected to send data again");
    bed_shows("demo/icu/4", "\"presence\": \"present\"");
    done("bed standby 4 --for 2s --reason 'to the lift' --transport", "is in transport until ");
    bed_shows("demo/icu/4", "\"presence\": \"transport\"");
    g_assert_true(ward_wait(ward, 8 * S, bed_4_is_present, NULL)); /* its time is over */
}

/* --- observations ------------------------------------------------------------------------- */

/* The newest key of an observation of @signal that `bed watch` lists; caller frees. */
static char *
observation_key(const char *signal)
{
    g_autofree char *out = vicu("bed watch 3 --for 1s --json", 0, NULL);
    g_autofree char *head = g_strdup_printf("\"key\": \"demo/icu/3/%s/", signal);
    const char *found = NULL;

    g_assert_cmpint(json_check(out), >, 1);
    for (const char *at = out; (at = strstr(at, head)) != NULL; at++)
        found = at + strlen("\"key\": \"");
    g_assert_nonnull(found);
    return g_strndup(found, strcspn(found, "\""));
}

static void
observe(void)
{
    misused("bed observe 3 Temp", "needs BED SIGNAL VALUE");
    misused("bed observe 3 Temperature 38", "there is no signal \"Temperature\"");
    misused("bed observe 3 Temp warm", "is no number");
    misused("bed observe 3 Temp 38 --at yesterday", "yesterday");
    refused("bed observe 99 Temp 38", "no bed \"99\"");
    refused("bed observe 3 Temp '300 Cel'", "is outside");
    refused("bed observe 3 Temp '38 mm[Hg]'", "is given in Cel");
    refused("bed observe 3 ABP 90", "nothing that can be observed by hand");
    refused("bed observe 3 Temp 38 --at +1h", "lies ahead");
    refused("bed observe 3 Temp 38 --at -8d", "more than 7 days back");
    refused("bed observe 3 Temp 38 --corrects nothing", "no observation \"nothing\" to correct");
    done("bed observe 3 ACVPU V --json", "ACVPU of bed demo/icu/3 is noted");
    done("bed observe 3 Temp '39.8 Cel' --at -1min --json", "Temp of bed demo/icu/3 is noted");
    g_autofree char *key = observation_key("Temp");
    g_autofree char *line = g_strdup_printf(
        "bed observe 3 Temp 38.9 --at -1min --corrects '%s' --reason 'misread' --json", key);
    done(line, "Temp of bed demo/icu/3 is noted");
    /* Corrected, never deleted. */
    g_autofree char *watched = vicu("bed watch 3 --for 1s --json", 0, NULL);
    expect("bed watch", watched, key);
    g_autofree char *newer = observation_key("Temp");
    g_assert_cmpstr(newer, !=, key);
}

/* --- limits ------------------------------------------------------------------------------- */

static void
said_by(const char *line, const char *wanted)
{
    g_autofree char *out = vicu(line, 0, NULL);

    expect(line, out, wanted);
    if (strstr(line, "--json") != NULL)
        g_assert_cmpint(json_check(out), ==, 1);
}

/* Of a unit, and of a bed in it. */
static void
limits(void)
{
    misused("limit set icu HR_high '150 /min' --unit", "needs --reason");
    misused("limit set icu HR_high 150 --unit --reason night", "expected a number, a blank and");
    refused("limit set ward HR_high '150 /min' --unit --reason night", "there is no unit \"ward\"");
    refused("limit set 3 HR_high '150 /min' --unit --reason night", "there is no unit \"3\"");
    refused("limit set icu HR_high '900 /min' --unit --reason night",
            "HR_high = 900 /min is outside 100..180 /min.");
    refused("limit set icu HR_hihg '150 /min' --unit --reason night", "did you mean HR_high?");
    done("limit set icu HR_high '150 /min' --unit --reason 'night of the unit' --for 4h --json",
         "HR_high of unit demo/icu is now 150 /min; a bed's own value stays.");
    said_by("limit ls", "demo/icu           HR_high              150 /min  "
                        "(instead of 140, for the unit, by operator: night of the unit)");
    said_by("limit ls 3", "150 /min  (instead of 140, for the unit, by operator:");
    done("limit set 3 HR_high '130 /min' --reason 'known fibrillation'",
         "HR_high of bed demo/icu/3 is now 130 /min.");
    said_by("limit ls 3", "130 /min  (instead of 140, by operator: known fibrillation)");
    said_by("limit ls 4", "150 /min  (instead of 140, for the unit, ");
    said_by("limit ls 4 --json", "\"of_unit\": \"demo/icu\"");
}

/* --- pauses ------------------------------------------------------------------------------- */

static void
pauses(void)
{
    misused("alarm pause 3 --reason quiet", "needs --for");
    misused("alarm pause 3 --for 2min", "needs --reason");
    misused("alarm pause 3 --for ever --reason quiet", "--for:");
    misused("alarm pause 3 4 --for 2min --reason quiet", "");
    refused("alarm pause 99 --for 2min --reason quiet", "no bed \"99\"");
    refused("alarm pause 3 --for 1h --reason quiet", "outside 1..600 s");
    refused("alarm resume", "No bed is paused.");
    refused("alarm resume 3", "demo/icu/3 is not paused.");
}

/* --- answers ------------------------------------------------------------------------------ */

static void
answers(void)
{
    misused("alarm ack 3f2a", "needs --reason");
    misused("alarm ack 3f2a --answer maybe --reason x", "expected seen, act, watch or");
    misused("alarm ack 3f2a --answer watch --reason x", "needs --until");
    misused("alarm ack 3f2a --answer watch --until soon --reason x", "--until:");
    misused("alarm ack 3f2a --answer act --until 5min --reason x", "goes with --answer watch");
    misused("alarm ack 3f2a --answer not-actionable --because bored", "expected artefact, care");
    misused("alarm ack 3f2a --because care", "goes with --answer not-actionable");
    refused("alarm ack zz --answer watch --until 15min --reason x", "no alarm \"zz\"");
    refused("alarm ack zz --answer not-actionable --because care", "no alarm \"zz\"");
    refused("alarm ack zz --answer watch --until 5h --reason x", "watched for 1..14400 s");
}

/* --- notes, promises, who looks after a bed ----------------------------------------------- */

/* The id in "Note ID of bed" or "Promise ID of bed"; caller frees. */
static char *
id_in(const char *said, const char *head)
{
    const char *at = strstr(said, head);

    g_assert_nonnull(at);
    at += strlen(head);
    return g_strndup(at, strcspn(at, " "));
}

static void
notes(void)
{
    misused("bed note 3", "needs BED TEXT");
    misused("bed promise 3 'gas'", "needs --due");
    misused("bed promise 3 'gas' --due never", "--due:");
    refused("bed note 99 'x'", "no bed \"99\"");
    refused("bed note 3 ''", "1 to 500 bytes");
    refused("bed promise 3 'gas' --due 8d", "within 7 days");
    refused("bed done zz", "no promise \"zz\"");
    refused("bed note 3 'x' --corrects zz", "no note \"zz\" to correct");
    refused("bed take 3 --release", "Nobody has bed demo/icu/3.");
    g_autofree char *said = vicu("bed note 3 'difficult airway'", 0, NULL);
    g_autofree char *id = id_in(said, "Note ");
    g_autofree char *correct =
        g_strdup_printf("bed note 3 'airway grade 3' --corrects %.6s --json", id);
    done(correct, "of bed demo/icu/3 is kept");
    g_autofree char *gas = vicu("bed promise 3 'gas at four' --due 2h --owner 'Dr K'", 0, NULL);
    g_autofree char *promise = id_in(gas, "Promise ");
    done("bed take 3 --name 'Dr K' --json", "Dr K has bed demo/icu/3.");
    ward_kill(ward, "rules", 10 * S); /* answered is on disk */
    g_autofree char *after = vicu("bed notes 3 --json", 0, NULL);
    g_assert_cmpint(json_check(after), ==, 1);
    expect("bed notes", after, "\"text\": \"airway grade 3\"");
    expect("bed notes", after, "\"corrected_by\": \"");
    expect("bed notes", after, "\"owner\": \"Dr K\"");
    expect("bed notes", after, "\"overdue\": false");
    g_autofree char *end = g_strdup_printf("bed done %s --json", promise);
    done(end, "of bed demo/icu/3 is done");
    g_autofree char *text = vicu("bed notes 3", 0, NULL);
    expect("bed notes", text, "looked after by Dr K");
    expect("bed notes", text, "gas at four [Dr K, until ");
    expect("bed notes", text, "(done by operator)");
    expect("bed notes", text, "(corrected by ");
}

/* --- handovers ---------------------------------------------------------------------------- */

static void
handovers(void)
{
    misused("handover begin icu --from 'Dr A'", "needs --from and --to");
    misused("handover sign icu", "needs --as");
    misused("handover drop icu", "needs --reason");
    refused("handover begin nowhere --from 'Dr A' --to 'Dr B'", "no unit or site \"nowhere\"");
    refused("handover begin icu --from 'Dr A' --to 'dr a'", "two people sign");
    refused("handover line 3 'stable'", "none is open there");
    done("handover begin icu --from 'Dr A' --to 'Dr B' --json", "from Dr A to Dr B has begun");
    refused("handover begin demo/icu --from 'Dr C' --to 'Dr D'", "is open");
    done("handover line 3 'septic, noradrenaline' --json", "The line of bed demo/icu/3 is kept.");
    done("handover line 4 'stable' --json", "is kept");
    refused("handover sign icu --as 'Dr C'", "is neither");
    done("handover sign icu --as 'Dr A' --json", "Dr B has not yet");
    ward_kill(ward, "rules", 10 * S);
    g_autofree char *open = vicu("handover ls", 0, NULL);
    expect("handover ls", open, "demo/icu, Dr A to Dr B, open");
    expect("handover ls", open, "septic, noradrenaline (operator)");
    expect("handover ls", open, "signed by Dr A");
    done("handover sign icu --as 'Dr B' --json", "from Dr A to Dr B: both have signed.");
    refused("handover sign icu --as 'Dr B'", "none is open there");
    g_autofree char *closed = vicu("handover ls --json", 0, NULL);
    g_assert_cmpint(json_check(closed), ==, 1);
    expect("handover ls", closed, "\"state\": \"closed\"");
}

/* --- watching ----------------------------------------------------------------------------- */

/* What happens while it watches stands in what it prints, a whole object at a time. */
static void
watch(void)
{
    g_autofree char *program = g_build_filename(g_getenv("VICU_BUILD_ROOT"), "tools", "vicu", NULL);
    g_autofree char *path = g_build_filename(ward_folder(ward), "watched", NULL);
    g_autofree char *seen = NULL;
    g_autoptr(GError) error = NULL;
    const char *argv[] = {program,  "bed",    "watch",           "4", "--for", "4s",
                          "--json", "--root", ward_folder(ward), NULL};
    int fd = g_open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    int status = 0;
    GPid pid = 0;

    misused("bed watch", "needs BED");
    misused("bed watch 4 --for ever", "--for:");
    refused("bed watch 99 --for 1s", "no bed \"99\"");
    g_spawn_async_with_fds(NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid,
                           -1, fd, -1, &error);
    g_assert_no_error(error);
    close(fd);
    ward_wait(ward, S, NULL, NULL);
    done("bed standby 4 --for 10min --reason 'while watched'", "is in standby");
    done("bed standby 4 --end", "is expected");
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    g_assert_true(g_file_get_contents(path, &seen, NULL, NULL));
    g_assert_cmpint(json_check(seen), >, 2);
    expect("bed watch", seen, "\"reason\": \"while watched\"");
    expect("bed watch", seen, "\"presence\": \"standby\"");
    g_autofree char *text = vicu("bed watch 4 --for 1s", 0, NULL);
    expect("bed watch", text, "bed present");
}

/* --- the audit ---------------------------------------------------------------------------- */

/* Each is looked for behind the one before: the audit is in the order of the acts. */
static const char *const kept[] = {
    "\"what\": \"admit\"",
    "from theatre",
    "refused",
    "admit: Bed demo/icu/1 has another patient",
    "move: Bed demo/icu/3 has no patient to move.",
    "move: Bed demo/icu/41 has a patient already.",
    "\"what\": \"move\"",
    "nearer to the desk",
    "discharge: Bed demo/icu/1 is discharged already.",
    "\"what\": \"discharge\"",
    "to the ward",
    "standby: An absence needs a reason",
    "standby: Bed demo/icu/4: standby and transport need an end within 2 hours",
    "absence-end: Bed demo/icu/4 is neither in standby nor in transport.",
    "\"what\": \"standby\"",
    "CT of the head",
    "\"what\": \"absence-end\"",
    "\"what\": \"transport\"",
    "observe: Temp = 300 Cel is outside",
    "observe: There is no observation",
    "\"what\": \"observe\"",
    "misread",
    "limit-set: HR_high = 900 /min is outside",
    "\"what\": \"limit-set\"",
    "night of the unit",
    "known fibrillation",
    "alarm-pause: A pause of 3600 s is outside",
    "alarm-resume: No bed is paused.",
    "acknowledge: An alarm is watched for 1..14400 s",
    "promise: A promise is due within 7 days",
    "\"what\": \"note\"",
    "\"what\": \"promise\"",
    "\"what\": \"bed-take\"",
    "\"what\": \"promise-done\"",
    "handover-begin: Dr A cannot hand over to themselves",
    "\"what\": \"handover-begin\"",
    "\"what\": \"handover-line\"",
    "\"what\": \"handover-sign\"",
    "from Dr A to Dr B: both have signed.",
    "while watched",
};

/* The order of keys within a record is not the order of what is sought: records are
 * taken whole. */
static void
audit(void)
{
    g_autofree char *out = vicu("audit ls --from -10min --json", 0, NULL);
    const char *at = out;

    g_assert_cmpint(json_check(out), ==, 1);
    expect("audit ls", out, "\"who\": \"operator\"");
    for (size_t i = 0; i < G_N_ELEMENTS(kept); i++) {
        const char *found = strstr(at, kept[i]);
        if (found == NULL)
            g_error("the audit does not have \"%s\" in its place: %s", kept[i], out);
        /* Back to the beginning of its record: what follows may stand in it too. */
        while (found > at && *found != '{')
            found--;
        at = found;
    }
}

static void
the_bed_desk_acts_refuses_and_keeps_record(void)
{
    static const char *const for_ever[] = {"--for", "1h", NULL};

    ward = ward_start(4, for_ever);
    admit();
    move();
    discharge();
    standby();
    observe();
    limits();
    pauses();
    answers();
    notes();
    handovers();
    watch();
    audit();
    ward_end(ward);
    g_clear_pointer(&ward, ward_free);
}

static void
json_is_told_from_what_is_not(void)
{
    static const char *const good[] = {"{}", " [1, -2.5e+3, \"a\\u00e9\\n\", null] ",
                                       "{\"a\": {\"b\": [true, false]}}"};
    static const char *const bad[] = {"{",  "[1,]", "{a: 1}",   "{\"a\" 1}", "nan",
                                      "01", "1.",   "\"a\nb\"", "\"\\x\"",   "[1] ]"};

    for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
        g_assert_cmpint(json_check(good[i]), ==, 1);
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_cmpint(json_check(bad[i]), !=, 1);
    g_assert_cmpint(json_check("{}\n{}\n"), ==, 2);
    g_assert_cmpint(json_check(""), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/desk/json_is_told_from_what_is_not", json_is_told_from_what_is_not);
    g_test_add_func("/process/desk/the_bed_desk_acts_refuses_and_keeps_record",
                    the_bed_desk_acts_refuses_and_keeps_record);
    return g_test_run();
}

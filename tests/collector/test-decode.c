/* `vicu-collector decode` as a user runs it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gio/gio.h>

#include "tests/data/synthetic.h"

typedef struct {
    int status;
    char *out;
    char *err;
} Result;

static void
result_clear(Result *r)
{
    g_free(r->out);
    g_free(r->err);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Result, result_clear)

/* Runs decode with @arguments, words with single blanks between; the first names
 * a record of the tests' data. */
static Result
decode(const char *arguments)
{
    g_autofree char *program =
        g_build_filename(g_getenv("VICU_BUILD_ROOT"), "collector", "vicu-collector", NULL);
    g_auto(GStrv) words = g_strsplit(arguments, " ", 0);
    g_autofree char *path = g_build_filename(g_getenv("VICU_TEST_DATA"), "wfdb", words[0], NULL);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_autoptr(GError) error = NULL;
    Result r = {0};

    g_strv_builder_add_many(builder, program, "decode", path, NULL);
    g_strv_builder_addv(builder, (const char **)words + 1);
    g_auto(GStrv) argv = g_strv_builder_end(builder);
    g_spawn_sync(NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &r.out, &r.err, &r.status, &error);
    g_assert_no_error(error);
    g_assert_true(WIFEXITED(r.status));
    r.status = WEXITSTATUS(r.status);
    return r;
}

/* The same on a terminal; what it says on standard error is not kept. */
static Result
decode_on_a_terminal(const char *arguments)
{
    g_autofree char *program =
        g_build_filename(g_getenv("VICU_BUILD_ROOT"), "collector", "vicu-collector", NULL);
    g_autofree char *path = g_build_filename(g_getenv("VICU_TEST_DATA"), "wfdb", NULL);
    g_autofree char *line = g_strdup_printf("%s decode %s/%s", program, path, arguments);
    g_auto(GStrv) argv = g_strsplit(line, " ", 0);
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    Result r = {0};
    char chunk[4096];
    ssize_t n;
    GPid pid = 0;
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

    g_assert_cmpint(master, >=, 0);
    g_assert_cmpint(grantpt(master), ==, 0);
    g_assert_cmpint(unlockpt(master), ==, 0);
    int terminal = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    g_assert_cmpint(terminal, >=, 0);
    g_spawn_async_with_fds(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, -1,
                           terminal, -1, &error);
    g_assert_no_error(error);
    g_assert_cmpint(close(terminal), ==, 0);
    while ((n = read(master, chunk, sizeof chunk)) > 0) /* ends with EIO */
        g_string_append_len(out, chunk, n);
    g_assert_cmpint(close(master), ==, 0);
    g_assert_cmpint(waitpid(pid, &r.status, 0), ==, pid);
    r.status = WEXITSTATUS(r.status);
    r.out = g_string_free(g_steal_pointer(&out), FALSE);
    return r;
}

static void
expect(const char *arguments, int status, const char *out)
{
    g_auto(Result) r = decode(arguments);

    if (r.status != status)
        g_error("decode %s: exit %d, not %d: %s", arguments, r.status, status, r.err);
    g_assert_cmpstr(r.out, ==, out);
}

static void
expect_refusal(const char *arguments, int status, const char *part)
{
    g_auto(Result) r = decode(arguments);

    g_assert_cmpint(r.status, ==, status);
    if (strstr(r.err, part) == NULL)
        g_error("decode %s: '%s' does not say '%s'", arguments, r.err, part);
}

static void
test_units(void)
{
    expect(
        "mimic/03700181.hea --csv --from 0 --to 0.024", 0,
        "frame,time_s,MCL1[0],MCL1[1],MCL1[2],MCL1[3],ABP,RESP\n"
        ",s,mV,mV,mV,mV,mmHg,mV\n"
        "0,0,0.0226063426,0.0226063426,0.0226063426,0.00776038626,51.5576324,-0.104\n"
        "1,0.008,0.00776038626,0.00776038626,0.00776038626,0.00776038626,51.3239875,-0.093\n"
        "2,0.016,0.00776038626,0.000674816197,0.000674816197,0.000674816197,50.9345794,-0.082\n");
}

static void
test_raw(void)
{
    expect("mimic/03700181.hea --csv --raw --from 0.008 --to 0.016", 0,
           "frame,time_s,MCL1[0],MCL1[1],MCL1[2],MCL1[3],ABP,RESP\n"
           "1,0.008,23,23,23,23,-946,-186\n");
}

/* Half-open, and exact: 0.0027777 s is before frame 1 of 360 Hz, 0.0027778 after it. */
static void
test_range(void)
{
    expect("mitdb/100.hea --csv --raw --from 0.0027777 --to 0.0027778", 0,
           "frame,time_s,MLII,V5\n1,0.00277777777777778,995,1011\n");
    expect("mitdb/100.hea --csv --raw --from 0.0027778 --to 0.0055555", 0,
           "frame,time_s,MLII,V5\n");
    expect("mitdb/100.hea --csv --raw --from 1805.5527 --to 99999", 0,
           "frame,time_s,MLII,V5\n649999,1805.55277777778,768,1024\n");
}

static void
test_skew_at_the_end(void)
{
    g_auto(Result) r = decode("mimic/03700181.hea --csv --raw --from 599.96");
    g_auto(GStrv) lines = g_strsplit(g_strchomp(r.out), "\n", 0);

    /* the last four frames of RESP were never stored; those of the others were */
    g_assert_cmpuint(g_strv_length(lines), ==, 6);
    g_assert_false(g_str_has_suffix(lines[1], ","));
    for (guint i = 2; i < 6; i++)
        g_assert_true(g_str_has_suffix(lines[i], ",") && !g_str_has_suffix(lines[i], ",,"));
}

/* Every cell of the synthetic records, gaps, absent segments and repeats included. */
static void
test_synthetic(void)
{
    for (const SyntheticRecord *s = synthetic_records; s->record != NULL; s++) {
        g_autofree char *arguments = g_strdup_printf("synthetic/%s.hea --csv --raw", s->record);
        g_auto(Result) r = decode(arguments);
        g_auto(GStrv) lines = g_strsplit(g_strchomp(r.out), "\n", 0);

        g_assert_cmpint(r.status, ==, 0);
        g_assert_cmpint(g_strv_length(lines), ==, s->n_frames + 1);
        for (int64_t f = 0; f < s->n_frames; f++) {
            g_auto(GStrv) cells = g_strsplit(lines[f + 1], ",", 0);
            guint at = 2;
            double gain = 0.0;
            g_assert_cmpint(g_ascii_strtoll(cells[0], NULL, 10), ==, f);
            for (size_t c = 0; c < s->n_channels; c++) {
                uint32_t k = strcmp(s->record, "packed") != 0 ? 1 : c == 0 ? 2 : c == 3 ? 4 : 1;
                for (uint32_t j = 0; j < k; j++) {
                    int32_t v = synthetic_truth(s->record, c, f, j, &gain);
                    g_autofree char *text =
                        v == SYNTHETIC_INVALID ? g_strdup("") : g_strdup_printf("%d", v);
                    g_assert_cmpstr(cells[at++], ==, text);
                }
            }
            g_assert_null(cells[at]);
        }
    }
}

static void
test_absent_segment(void)
{
    g_auto(Result) r = decode("synthetic/icu.hea --csv --from 13.272 --to 13.288");

    g_assert_cmpint(r.status, ==, 0);
    g_assert_cmpstr(r.out, ==,
                    "frame,time_s,II,V,ABP\n,s,mV,mV,mmHg\n"
                    "1659,13.272,-1.34693878,-0.860465116,\n1660,13.28,,,\n");
    g_assert_nonnull(strstr(r.err, "icu_0005.hea is absent, its frames are empty"));
}

static void
test_names(void)
{
    g_auto(Result) packed = decode("synthetic/packed.hea --csv --to 0.001");
    g_auto(Result) quoted = decode("formats/binformats.hea --csv --raw --to 0.001");

    g_assert_true(g_str_has_prefix(packed.out,
                                   "frame,time_s,II[0],II[1],II#2,ABP,V[0],V[1],V[2],V[3],RESP\n"
                                   ",s,mV,mV,mV,mmHg,mV,mV,mV,mV,mV\n"));
    g_assert_true(g_str_has_prefix(quoted.out, "frame,time_s,\"sig 0, fmt 8\",\"sig 1, fmt 16\","));
}

static void
test_refusals(void)
{
    expect_refusal("synthetic/absent.hea --csv", 1, "absent.dat");
    expect_refusal("synthetic/truncated.hea --csv", 1,
                   "truncated.dat: the file holds 75 whole frames");
    expect_refusal("synthetic/lost.hea --csv", 1, "lost_1.hea");
    expect_refusal("synthetic/missum.hea --csv", 1, "checksum 65216, the header says 1");
    expect_refusal("synthetic/missing.hea --csv", 1, "no such file");
    expect_refusal("mitdb/100.hea --csv --from x", 2, "seconds");
    expect_refusal("mitdb/100.hea --raw", 2, "belong to --csv");
    expect_refusal("mitdb/100.hea --cvs", 2, "Unknown option");
    expect_refusal("mitdb/100.hea mitdb/100.hea", 2, "one FILE");
    expect("synthetic/missum.hea --csv --raw --to 1", 0,
           "frame,time_s,II\n0,0,-80\n1,0.008,-80\n2,0.016,-80\n3,0.024,-80\n");
}

static void
test_check(void)
{
    expect("synthetic/fixed.hea --check", 0,
           "fixed_1 I: checksum 63863 agrees, initial value -8488 agrees\n"
           "fixed_1 I: checksum 63863 agrees, initial value -8488 agrees\n");
    expect("synthetic/missum.hea --check --json", 1,
           "{\"segment\": \"missum\", \"signal\": \"II\", \"checksum\": 65216, \"checksum_ok\": "
           "false, "
           "\"initial\": -80, \"initial_ok\": true}\n");
}

static void
test_summary(void)
{
    g_auto(Result) json = decode("mitdb/100.hea --json");

    expect("mitdb/100.hea", 0,
           "WFDB record 100: 650000 frames of 360 Hz, 1805.556 s, segments: 1\n"
           "  MLII (mV), samples per frame: 1\n"
           "  V5 (mV), samples per frame: 1\n"
           "  checksums were not checked: --check reads every sample and compares them\n");
    g_assert_true(g_str_has_suffix(json.out, "], \"checked\": false}\n"));
}

static void
test_hl7_off_a_terminal(void)
{
    g_auto(Result) r = decode("../hl7/msfhirconv_ORU-R01-01.hl7");
    g_auto(Result) fault = decode("../hl7/invalid/bad-number.hl7");
    g_auto(GStrv) lines = g_strsplit(g_strchomp(r.out), "\n", 0);

    g_assert_cmpint(r.status, ==, 0);
    g_assert_cmpuint(g_strv_length(lines), ==, 5);
    for (guint i = 0; lines[i] != NULL; i++)
        g_assert_true(g_str_has_prefix(lines[i], "{\"type\": \"obs\", \"msg\": 1, "));
    g_assert_cmpint(fault.status, ==, 1);
    g_assert_nonnull(strstr(fault.out, "{\"type\": \"error\", "));
}

static void
test_hl7_on_a_terminal(void)
{
    g_auto(Result) table = decode_on_a_terminal("../hl7/msfhirconv_ORU-R01-01.hl7");
    g_auto(Result) json = decode_on_a_terminal("../hl7/msfhirconv_ORU-R01-01.hl7 --json");

    g_assert_cmpint(table.status, ==, 0);
    g_assert_true(g_str_has_prefix(table.out, "msg "));
    g_assert_null(strchr(table.out, '{'));
    g_assert_true(g_str_has_prefix(json.out, "{\"type\": \"obs\", "));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/collector/decode/prints_units_by_frame", test_units);
    g_test_add_func("/collector/decode/prints_stored_integers", test_raw);
    g_test_add_func("/collector/decode/takes_a_half_open_range_exactly", test_range);
    g_test_add_func("/collector/decode/leaves_empty_what_skew_puts_beyond_the_end",
                    test_skew_at_the_end);
    g_test_add_func("/collector/decode/prints_every_synthetic_cell", test_synthetic);
    g_test_add_func("/collector/decode/prints_empty_rows_for_an_absent_segment",
                    test_absent_segment);
    g_test_add_func("/collector/decode/numbers_and_quotes_names", test_names);
    g_test_add_func("/collector/decode/refuses_and_says_what_is_wrong", test_refusals);
    g_test_add_func("/collector/decode/checks_sums_on_request", test_check);
    g_test_add_func("/collector/decode/says_that_its_summary_checks_no_checksum", test_summary);
    g_test_add_func("/collector/decode/prints_hl7_as_a_json_object_a_line_off_a_terminal",
                    test_hl7_off_a_terminal);
    g_test_add_func("/collector/decode/prints_hl7_as_a_table_on_a_terminal_unless_asked_for_json",
                    test_hl7_on_a_terminal);
    return g_test_run();
}

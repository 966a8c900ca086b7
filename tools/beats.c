/* `vicu beats RECORD`, `vicu rhythm RECORD`: the collector's program reads the
 * recording, the rules' program judges it; this joins the two.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/dispatch.h"
#include "tools/verbs.h"

/* "x/v541l" names the header x/v541l.hea. */
static char *
header_of(const char *record)
{
    return g_str_has_suffix(record, ".hea") ? g_strdup(record) : g_strdup_printf("%s.hea", record);
}

/* Starts `vicu-collector decode HEADER --csv`, up to @until (NULL: all of it); its output
 * is readable from *@out. */
static pid_t
start_decoder(const ToolVerb *verb, const char *header, const char *until, int *out)
{
    g_autofree char *program = tool_program_path("vicu-collector");
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        if (dup2(ends[1], STDOUT_FILENO) >= 0)
            execl(program, program, "decode", header, "--csv", until ? "--to" : NULL, until,
                  (char *)NULL);
        fprintf(stderr, "vicu %s: %s: %s\n", verb->name, program, g_strerror(errno));
        _exit(TOOL_WANTING);
    }
    close(ends[1]);
    *out = ends[0];
    return child;
}

/* Runs `vicu-rules VERB --csv - REST` over @in; its exit status. */
static int
run_detector(const ToolVerb *verb, int in, int argc, char **argv)
{
    g_autofree char *program = tool_program_path("vicu-rules");
    g_autoptr(GPtrArray) line = g_ptr_array_new();
    int status = 0;

    g_ptr_array_add(line, program);
    g_ptr_array_add(line, (gpointer)verb->name);
    g_ptr_array_add(line, (gpointer) "--csv");
    g_ptr_array_add(line, (gpointer) "-");
    for (int i = 2; i < argc; i++)
        g_ptr_array_add(line, argv[i]);
    g_ptr_array_add(line, NULL);
    pid_t child = fork();
    if (child == 0) {
        if (dup2(in, STDIN_FILENO) >= 0)
            execv(program, (char **)line->pdata);
        fprintf(stderr, "vicu %s: %s: %s\n", verb->name, program, g_strerror(errno));
        _exit(TOOL_WANTING);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return TOOL_WANTING;
    return WIFEXITED(status) ? WEXITSTATUS(status) : TOOL_WANTING;
}

/* The value of "--until S" or "--until=S", borrowed; NULL: there is none. */
static const char *
until_of(int argc, char **argv)
{
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--until") == 0)
            return argv[i + 1];
        if (g_str_has_prefix(argv[i], "--until="))
            return argv[i] + strlen("--until=");
    }
    return NULL;
}

static gboolean
wants_help(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return TRUE;
    return FALSE;
}

static const char beats_text[] =
    "Beats of the record's ECG leads: sample number, N or V (from a ventricle),\n"
    "confidence. Beats of a table: vicu beats --csv FILE; a comparison: vicu beats compare.";

static const char rhythm_text[] =
    "Life-threatening rhythms of the record: onset and alarm in seconds, type (asystole,\n"
    "brady, tachy, vt, vf), confirmed or vetoed by the pulses, and why. --until S stops\n"
    "reading there. Those of a table: vicu rhythm --csv FILE.";

int
tool_beats(const ToolVerb *verb, int argc, char **argv)
{
    int out = -1, decoded = 0;

    if (wants_help(argc, argv)) {
        printf("Usage:\n  vicu %s %s\n\n%s\n\nExample:\n  %s\n", verb->name, verb->synopsis,
               strcmp(verb->name, "beats") == 0 ? beats_text : rhythm_text, verb->example);
        return TOOL_DONE;
    }
    if (argc < 2 || argv[1][0] == '-')
        return tool_usage(verb, "needs %s", verb->synopsis);
    g_autofree char *header = header_of(argv[1]);
    pid_t decoder = start_decoder(verb, header, until_of(argc, argv), &out);
    if (decoder < 0) {
        fprintf(stderr, "vicu %s: %s\n", verb->name, g_strerror(errno));
        return TOOL_WANTING;
    }
    int status = run_detector(verb, out, argc, argv);
    close(out);
    /* A recording that cannot be read has no beats to speak of. */
    if (waitpid(decoder, &decoded, 0) == decoder
        && (!WIFEXITED(decoded) || WEXITSTATUS(decoded) != 0))
        return MAX(status, TOOL_WANTING);
    return status;
}

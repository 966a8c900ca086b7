/* Build-time program: signals.csv in, a C table out.
 *
 * usage: generate-signals signals.csv table.c
 *
 * Plain C without GLib, so that it builds and runs before anything else. It
 * refuses a table that the processes could not trust: an unknown kind, a
 * missing column, a code that two signals claim.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_COLUMNS 13 /* the last may be left out */
#define MAX_CODES 1024

enum { NAME, KIND, UNIT, CODES, LABELS, PERIOD, VALIDITY, CAP, MIN, MAX, CARRIER, TITLE, WORDS };

static const char *kinds[][2] = {
    {"wave", "VICU_SIGNAL_WAVE"},
    {"numeric", "VICU_SIGNAL_NUMERIC"},
    {"symbol", "VICU_SIGNAL_SYMBOL"},
    {"event", "VICU_SIGNAL_EVENT"},
};

static unsigned long seen_codes[MAX_CODES];
static int n_seen;

static void
fail(int line, const char *what, const char *found)
{
    fprintf(stderr, "signals.csv:%d: %s: \"%s\"\n", line, what, found);
    exit(1);
}

static const char *
kind_of(int line, const char *text)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i][0], text) == 0)
            return kinds[i][1];
    fail(line, "expected wave, numeric, symbol or event", text);
    return NULL;
}

static void
check_number(int line, const char *text)
{
    char *end = NULL;
    strtod(text, &end);
    if (*text == '\0' || *end != '\0')
        fail(line, "expected a number", text);
}

static void
write_codes(FILE *out, int line, char *list)
{
    fprintf(out, "(const uint32_t[]){");
    for (char *item = strtok(list, ";"); item != NULL; item = strtok(NULL, ";")) {
        check_number(line, item);
        unsigned long code = strtoul(item, NULL, 10);
        for (int i = 0; i < n_seen; i++)
            if (seen_codes[i] == code)
                fail(line, "a code that another signal claims", item);
        if (n_seen == MAX_CODES)
            fail(line, "more codes than this program holds", item);
        seen_codes[n_seen++] = code;
        fprintf(out, "%luU, ", code);
    }
    fprintf(out, "0}");
}

static void
write_labels(FILE *out, char *list)
{
    fprintf(out, "(const char *const[]){");
    for (char *item = strtok(list, ";"); item != NULL; item = strtok(NULL, ";"))
        fprintf(out, "\"%s\", ", item);
    fprintf(out, "NULL}");
}

static void
write_row(FILE *out, int line, char *text)
{
    char *column[N_COLUMNS];
    int n = 0;
    for (char *p = text; p != NULL && n < N_COLUMNS; n++) {
        column[n] = p;
        p = strchr(p, ',');
        if (p != NULL)
            *p++ = '\0';
        if (n == N_COLUMNS - 1 && p != NULL)
            fail(line, "more columns than the header names", p);
    }
    if (n == WORDS)
        column[n++] = text + strlen(text); /* none */
    if (n != N_COLUMNS)
        fail(line, "fewer columns than the header names", text);
    if (*column[WORDS] != '\0' && strcmp(column[KIND], "symbol") != 0)
        fail(line, "only a symbol has words", column[WORDS]);
    for (int i = PERIOD; i <= MAX; i++)
        check_number(line, column[i]);

    fprintf(out, "    {\"%s\", %s, \"%s\", ", column[NAME], kind_of(line, column[KIND]),
            column[UNIT]);
    write_codes(out, line, column[CODES]);
    fprintf(out, ", ");
    write_labels(out, column[LABELS]);
    fprintf(out, ", %s, %s, %s, %s, %s, \"%s\", \"%s\", ", column[PERIOD], column[VALIDITY],
            column[CAP], column[MIN], column[MAX], column[CARRIER], column[TITLE]);
    write_labels(out, column[WORDS]);
    fprintf(out, "},\n");
}

int
main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: generate-signals signals.csv table.c\n");
        return 2;
    }
    FILE *in = fopen(argv[1], "r");
    FILE *out = in != NULL ? fopen(argv[2], "w") : NULL;
    if (out == NULL) {
        perror(in == NULL ? argv[1] : argv[2]);
        return 1;
    }

    fprintf(out,
            "/* Made by generate-signals from signals.csv. */\n#include \"proto/signals.h\"\n\n"
            "const VicuSignal vicu_signals[] = {\n");
    char text[1024];
    bool header = true;
    int rows = 0;
    for (int line = 1; fgets(text, sizeof text, in) != NULL; line++) {
        text[strcspn(text, "\r\n")] = '\0';
        if (text[0] == '#' || text[0] == '\0')
            continue;
        if (!header) {
            write_row(out, line, text);
            rows++;
        }
        header = false;
    }
    fprintf(out, "};\n\nconst size_t vicu_n_signals = %d;\n", rows);
    fclose(in);
    if (fclose(out) != 0) {
        perror(argv[2]);
        return 1;
    }
    return 0;
}

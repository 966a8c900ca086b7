/* Build-time program: rights.csv in, a C table out.
 *
 * usage: generate-rights rights.csv table.c
 *
 * Plain C without GLib, so that it builds and runs before anything else. It refuses a table
 * that nobody should rely on: a cell that is no right, an act that stands twice, a column too
 * many or too few.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_ROLES  5
#define MAX_ROWS 512

enum { KIND, NAME, FIRST_ROLE, KEY = FIRST_ROLE + N_ROLES, TEXT, N_COLUMNS };

static const char header[] = "kind,name,intensivist,bedside,administrator,auditor,glass,key,text";

static char *seen[MAX_ROWS];
static int n_seen;

static void
fail(int line, const char *what, const char *found)
{
    fprintf(stderr, "rights.csv:%d: %s: \"%s\"\n", line, what, found);
    exit(1);
}

static const char *
kind_of(int line, const char *text)
{
    static const char *const kinds[][2] = {
        {"command", "VICU_RIGHTS_COMMAND"}, {"query", "VICU_RIGHTS_QUERY"},
        {"people", "VICU_RIGHTS_PEOPLE"},   {"page", "VICU_RIGHTS_PAGE"},
        {"act", "VICU_RIGHTS_ACT"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i][0], text) == 0)
            return kinds[i][1];
    fail(line, "expected command, query, people, page or act", text);
    return NULL;
}

static const char *
right_of(int line, const char *text)
{
    if (strcmp(text, "-") == 0)
        return "VICU_RIGHT_NONE";
    if (strcmp(text, "own") == 0)
        return "VICU_RIGHT_OWN";
    if (strcmp(text, "all") == 0)
        return "VICU_RIGHT_ALL";
    fail(line, "expected -, own or all", text);
    return NULL;
}

static void
check_once(int line, const char *kind, const char *name)
{
    size_t size = strlen(kind) + strlen(name) + 2;
    char *both = malloc(size);
    if (both == NULL || n_seen == MAX_ROWS)
        fail(line, "more rows than this program holds", name);
    snprintf(both, size, "%s %s", kind, name);
    for (int i = 0; i < n_seen; i++)
        if (strcmp(seen[i], both) == 0)
            fail(line, "stands in the table twice", both);
    seen[n_seen++] = both;
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
    if (n != N_COLUMNS)
        fail(line, "fewer columns than the header names", text);
    check_once(line, column[KIND], column[NAME]);
    if (strcmp(column[KEY], "key") != 0 && strcmp(column[KEY], "-") != 0)
        fail(line, "expected key or -", column[KEY]);
    fprintf(out, "    {%s, \"%s\", {", kind_of(line, column[KIND]), column[NAME]);
    for (int i = 0; i < N_ROLES; i++)
        fprintf(out, "%s%s", i > 0 ? ", " : "", right_of(line, column[FIRST_ROLE + i]));
    fprintf(out, "}, %s, \"%s\"},\n", strcmp(column[KEY], "key") == 0 ? "true" : "false",
            column[TEXT]);
}

int
main(int argc, char **argv)
{
    char text[1024];
    int line = 0;

    if (argc != 3) {
        fprintf(stderr, "usage: generate-rights rights.csv table.c\n");
        return 2;
    }
    FILE *in = fopen(argv[1], "r");
    FILE *out = fopen(argv[2], "w");
    if (in == NULL || out == NULL) {
        perror(in == NULL ? argv[1] : argv[2]);
        return 1;
    }
    fprintf(out, "/* Made from proto/rights.csv. */\n#include \"proto/rights.h\"\n\n"
                 "const VicuRightsRow vicu_rights_table[] = {\n");
    while (fgets(text, sizeof text, in) != NULL) {
        text[strcspn(text, "\r\n")] = '\0';
        line++;
        if (line == 1 && strcmp(text, header) != 0)
            fail(line, "expected another header", text);
        if (line > 1 && text[0] != '\0')
            write_row(out, line, text);
    }
    fprintf(out, "};\nconst size_t vicu_rights_n = %d;\n", n_seen);
    fclose(in);
    return fclose(out) == 0 ? 0 : 1;
}

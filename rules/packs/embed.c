/* Build-time program: text files in, C strings out, so that the packs are part
 * of the program and cannot be lost beside it.
 *
 * usage: embed out.c NAME=FILE ...   makes: const char rules_text_NAME[]
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

static int
write_text(FILE *out, const char *name, size_t name_length, const char *path)
{
    FILE *in = fopen(path, "r");
    if (in == NULL) {
        perror(path);
        return 1;
    }
    fprintf(out, "const char rules_text_%.*s[] = {", (int)name_length, name);
    int n = 0;
    for (int c = fgetc(in); c != EOF; c = fgetc(in))
        fprintf(out, "%s%d,", n++ % 24 == 0 ? "\n    " : "", (signed char)c);
    fprintf(out, " 0};\n");
    fclose(in);
    return 0;
}

int
main(int argc, char **argv)
{
    FILE *out = argc > 2 ? fopen(argv[1], "w") : NULL;
    if (out == NULL) {
        fprintf(stderr, "usage: embed out.c NAME=FILE ...\n");
        return 2;
    }
    fprintf(out, "/* Made by embed. */\n#include \"rules/packs/packs.h\"\n");
    for (int i = 2; i < argc; i++) {
        const char *equals = strchr(argv[i], '=');
        if (equals == NULL || write_text(out, argv[i], (size_t)(equals - argv[i]), equals + 1) != 0)
            return 1;
    }
    return fclose(out) != 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/decode.h"

static int
usage(FILE *to)
{
    fputs("Usage: vicu-collector VERB [OPTION...]\n"
          "\n"
          "  decode FILE   what is in a file (decode --help)\n",
          to);
    return to == stdout ? EXIT_SUCCESS : 2;
}

int
main(int argc, char **argv)
{
    if (argc >= 2 && strcmp(argv[1], "decode") == 0)
        return collector_decode_main(argc - 1, argv + 1);
    return usage(argc >= 2 && strcmp(argv[1], "--help") == 0 ? stdout : stderr);
}

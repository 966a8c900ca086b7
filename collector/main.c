/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/bench-codec.h"
#include "collector/bench-path.h"
#include "collector/decode.h"
#include "collector/import/import.h"
#include "collector/play.h"
#include "collector/serve.h"

static int
usage(void)
{
    fputs("Usage: vicu-collector [OPTION...]        serve (--help)\n"
          "       vicu-collector VERB [OPTION...]\n"
          "\n"
          "  decode FILE   what is in a file (decode --help)\n"
          "  bench codec   what the wave codec costs (bench codec --help)\n"
          "  bench path    what vicu bench link starts: a collector of a synthetic ward\n"
          "  import FILE.. recordings into the store (import --help)\n"
          "  play FILE     a ward or a recording as a stream of batches (play --help)\n",
          stderr);
    return 2;
}

int
main(int argc, char **argv)
{
    if (argc >= 2 && strcmp(argv[1], "decode") == 0)
        return collector_decode_main(argc - 1, argv + 1);
    if (argc >= 3 && strcmp(argv[1], "bench") == 0 && strcmp(argv[2], "codec") == 0)
        return collector_bench_codec_main(argc - 2, argv + 2);
    if (argc >= 3 && strcmp(argv[1], "bench") == 0 && strcmp(argv[2], "path") == 0)
        return collector_bench_path_main(argc - 2, argv + 2);
    if (argc >= 2 && strcmp(argv[1], "import") == 0)
        return collector_import_main(argc - 1, argv + 1);
    if (argc >= 2 && strcmp(argv[1], "play") == 0)
        return collector_play_main(argc - 1, argv + 1);
    if (argc < 2 || argv[1][0] == '-')
        return collector_serve_main(argc, argv);
    return usage();
}

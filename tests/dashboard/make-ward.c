/* make-ward SCENARIO BEDS FILE: writes a synthetic ward as a saved state.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/dashboard/ward.h"

int
main(int argc, char **argv)
{
    WardOptions options = {0};
    if (argc != 4 || !ward_options_parse(argv[1], &options)) {
        fprintf(stderr,
                "usage: make-ward calm|alarms|absence|stale|blind|mute|handover|all BEDS FILE\n");
        return 2;
    }
    options.beds = (unsigned)CLAMP(atoi(argv[2]), 1, 500);
    g_autoptr(GByteArray) ward = ward_make(&options);
    g_autoptr(GError) error = NULL;
    if (g_file_set_contents(argv[3], (const char *)ward->data, ward->len, &error))
        return 0;
    fprintf(stderr, "make-ward: %s\n", error->message);
    return 1;
}

/* `vicu-collector decode`: what is in a file. One reader per kind of file, each
 * of which prints to standard output and returns the process's exit status:
 * 0 done, 1 refused or found wanting (said on standard error), 2 bad usage.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    gboolean csv;
    gboolean raw;   /* stored integers, not units */
    gboolean check; /* checksums and initial values only */
    gboolean json;
    const char *from; /* seconds, decimal; NULL: the beginning */
    const char *to;   /* half-open; NULL: the end */
} CollectorDecodeOptions;

/* @argv[0] is the verb. */
int collector_decode_main(int argc, char **argv);

/* WFDB: @path is a header (.hea). */
int collector_decode_wfdb(const char *path, const CollectorDecodeOptions *options);

G_END_DECLS

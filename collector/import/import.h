/* `vicu-collector import`: recordings into the store, sample for sample.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "collector/import/source.h"
#include "common/root.h"

G_BEGIN_DECLS

/* argv[0] is the verb. Returns the exit status: 0 done, 1 refused, 2 bad usage. */
int collector_import_main(int argc, char **argv);

/* What is imported, and whereto. */
typedef struct {
    const char *bed;     /* as the user says it */
    const char *patient; /* NULL: not said */
    const char *reason;
    int64_t at_us; /* COLLECTOR_IMPORT_NO_TIME: the recording's own */
    gboolean json;
} CollectorImportOrder;

typedef struct {
    char *bed; /* in full */
    int64_t from_us, to_us;
    uint64_t samples;      /* sent by this run */
    uint64_t pieces, safe; /* of all; that were there before */
    gboolean skipped;      /* it was imported before */
    double seconds;
} CollectorImportResult;

/* One recording; a running hub and store are needed. Ends early on SIGINT and SIGTERM: then
 * FALSE with VICU_ERROR_REFUSED, and the next call of the same goes on. */
gboolean collector_import_run(CollectorImportSource *source,
                              const VicuRoot *root,
                              const CollectorImportOrder *order,
                              CollectorImportResult *result,
                              GError **error);
void collector_import_result_clear(CollectorImportResult *result);

/* SHA-256 of all files of the recording, in hex; NULL and @error when one cannot be read. */
char *collector_import_fingerprint(const CollectorImportSource *source, GError **error);

G_END_DECLS

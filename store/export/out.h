/* Where an export's files go: written in a folder of their own, and moved to
 * their names only when all are complete and on disk.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include <glib.h>

#include "store/export/plan.h"

G_BEGIN_DECLS

typedef struct StoreExportOut StoreExportOut;

/* @folder is made if absent. @force: files that are there are replaced at the end. */
StoreExportOut *store_export_out_new(const char *folder, bool force, GError **error);
/* Without a commit nothing is left behind. */
void store_export_out_free(StoreExportOut *self);

const char *store_export_out_part(const StoreExportOut *self);

/* Path to write file @name to; refuses one that is there. Caller frees. */
char *store_export_out_path(StoreExportOut *self, const char *name, GError **error);
FILE *store_export_out_open(StoreExportOut *self, const char *name, GError **error);
/* Synced; takes @file. */
bool store_export_out_close(StoreExportOut *self, FILE *file, const char *name, GError **error);

bool store_export_out_commit(StoreExportOut *self, GError **error);
/* Names of the files, in order. */
const GPtrArray *store_export_out_names(const StoreExportOut *self);

/* ---- the formats ---- */

typedef struct {
    StoreExportOut *out;
    const char *bed;
    const char *name; /* of the record or table */
    int64_t from_us, to_us;
    bool flac;
    const GArray *annotations; /* StoreExportAnnotation, in order of time */
    GPtrArray *notes;          /* char *: for the user */
} StoreExportJob;

typedef struct {
    int64_t t_us;
    char *text;
} StoreExportAnnotation;

void store_export_note(StoreExportJob *job, const char *format, ...) G_GNUC_PRINTF(2, 3);

bool store_export_wfdb(StoreExportJob *job, const GPtrArray *records, GError **error);
bool store_export_edf(StoreExportJob *job, const GPtrArray *records, GError **error);
bool store_export_csv(StoreExportJob *job, const GPtrArray *streams, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreExportOut, store_export_out_free)

G_END_DECLS

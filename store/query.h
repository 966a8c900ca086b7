/* One question to the store, answered in slices.
 *
 * A query is a cursor over the database and over what the lanes still hold in
 * memory at the moment it begins. Each step does a bounded piece of work and
 * perhaps fills one QueryRows message, so that ingest never waits for a greedy
 * client. It holds no iterator between steps and pins no files. No sockets
 * here; store/service.h has them. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"
#include "store/head.h"

G_BEGIN_DECLS

#define STORE_QUERY_ROWS_BYTES  (64u << 10) /* a message is sent when it reaches this */
#define STORE_QUERY_COLUMNS_MAX 8192
#define STORE_QUERY_AUDIT_MAX   10000

typedef struct StoreQuery StoreQuery;

typedef enum {
    STORE_QUERY_WORKED, /* nothing to send yet: step again */
    STORE_QUERY_ROWS,   /* @out holds a message */
    STORE_QUERY_LAST,   /* @out holds the last message */
} StoreQueryStep;

/* Takes @ask, refused or not. The head must be settled. NULL and
 * *@refusal (caller frees) when a bed, a stream or a range makes no sense. */
StoreQuery *store_query_new(StoreHead *head, Vicu__Query *ask, char **refusal);
void store_query_free(StoreQuery *self);

uint64_t store_query_id(const StoreQuery *self);

/* A failed read ends the query with its text as the error. */
StoreQueryStep store_query_step(StoreQuery *self, GByteArray *out);

/* "samples", "columns", ...; and the bed asked for, "" when none. Borrowed. */
const char *store_query_kind_name(const Vicu__Query *ask);
const char *store_query_bed(const Vicu__Query *ask);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreQuery, store_query_free)

G_END_DECLS

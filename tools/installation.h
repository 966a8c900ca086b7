/* What one installation consists of: its processes, their programs and keys.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

#include <glib.h>

#include "common/root.h"

G_BEGIN_DECLS

typedef struct {
    const char *name;    /* of the process, its key, its settings and its socket */
    const char *program; /* "vicu-hub" */
    const char *role;
} ToolProcess;

/* Started by `vicu up`, in this order. */
extern const ToolProcess tool_processes[];
extern const size_t tool_n_processes;

#define TOOL_SOUND "annunciator"

const ToolProcess *tool_process_find(const char *name);

/* Makes the key of each process and the operator's where they are missing.
 * Existing keys stay. *made: how many are new; the audit has one record of them. */
gboolean tool_installation_keys(const VicuRoot *root, size_t *made, GError **error);

G_END_DECLS

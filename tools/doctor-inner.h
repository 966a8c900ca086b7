/* Inside of `vicu doctor`. For doctor*.c only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/json.h"
#include "common/root.h"
#include "tools/verb.h"

G_BEGIN_DECLS

typedef enum { TOOL_FINE, TOOL_NOTE, TOOL_BAD } ToolVerdict;

typedef struct {
    const VicuRoot *root;
    gboolean running;
    VicuJson *json; /* NULL: text */
    gboolean bad;
} ToolDoctor;

void
tool_doctor_say(ToolDoctor *self, ToolVerdict verdict, const char *what, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

/* ---- doctor-live.c ---- */

/* Of an installation that runs: rules, sound, certificate, witnesses; and the first link. */
void tool_doctor_check_live(ToolDoctor *self, const ToolCommon *common);

G_END_DECLS

/* The messages of a simulated monitor: IHE PCD-01 in MLLP frames, and the answers.
 *
 * Pure. MSH-11 is T (training): what receives them knows that no patient is behind.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "tools/sim/script.h"

G_BEGIN_DECLS

typedef struct {
    int64_t t_us;
    uint64_t id; /* of the message: MSH-10 is VICUSIM-BED-ID */
    guint32 seed;
    gboolean all;       /* slow parameters too, whether they are due or not */
    gboolean sentinels; /* every fifth value is one of the "no value" numbers */
    int64_t last_us;    /* of the message before; slow parameters due since are in */
} ToolSimMoment;

/* One framed ORU^R01; its MSH-10 goes to @control (24 bytes). */
GString *tool_sim_message(const ToolSimBed *bed, const ToolSimMoment *moment, char control[24]);

typedef enum {
    TOOL_SIM_MORE,     /* no whole answer yet */
    TOOL_SIM_ACCEPTED, /* AA, CA */
    TOOL_SIM_ERROR,    /* AE, CE: send again */
    TOOL_SIM_REJECTED, /* AR, CR: never send this again */
    TOOL_SIM_NONSENSE, /* not an acknowledgement */
} ToolSimAnswer;

/* Takes one answer off the front of @received. @control gets MSA-2, @text the sentence
 * of ERR-8 or MSA-3 (caller frees; may be empty). */
ToolSimAnswer tool_sim_answer(GString *received, char control[24], char **text);

G_END_DECLS

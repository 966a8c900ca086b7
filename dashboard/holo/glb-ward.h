/* A ward, or one bed of it, as a .glb.
 *
 * Each bed is a node "bed <id>" with its solids, its lines of text and the last seconds of two of
 * its waves as line strips that face the viewer; "extras" has its numbers. Nothing in it names a
 * patient unless asked. The same model and time give the same bytes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/holo/twin.h"
#include "dashboard/scene/text.h"

G_BEGIN_DECLS

typedef struct {
    const char *only; /* full id of a bed; NULL: all */
    bool with_patient;
    const DashPalette *palette; /* NULL: the usual one */
} DashGlbAsk;

/* Keeps the solids and the letters between files. One owner thread. */
typedef struct DashGlbWard DashGlbWard;
DashGlbWard *dash_glb_ward_new(void);
void dash_glb_ward_free(DashGlbWard *self);

/* The file, of the beds of @n models; caller unrefs. */
GBytes *dash_glb_ward_write(DashGlbWard *self,
                            const DashModel *const *models,
                            size_t n,
                            const DashGlbAsk *ask,
                            int64_t now_us);

/* Every solid in every stuff that it is ever made of: what a page builds beds of. */
GBytes *dash_glb_kit_write(DashGlbWard *self, const DashPalette *palette);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashGlbWard, dash_glb_ward_free)

G_END_DECLS

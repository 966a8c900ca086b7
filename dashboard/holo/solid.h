/* Solids: the shapes of which a bed is put together in three dimensions.
 *
 * Made by arithmetic, the same each time; about 1 wide, X to the right, Y up, Z to the viewer. Each
 * has normals, and texture coordinates in which 1 is SOLID_TILE of length, so that a hatch is as
 * wide on every shape. Immutable after _get().
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/holo/glb.h"

G_BEGIN_DECLS

#define DASH_SOLID_TILE 0.08f

typedef enum {
    DASH_SOLID_PLATE, /* behind the bed */
    DASH_SOLID_HEAD,
    DASH_SOLID_TORSO,
    DASH_SOLID_EYES_OPEN,     /* alert */
    DASH_SOLID_EYES_CONFUSED, /* open, not level */
    DASH_SOLID_EYES_HALF,     /* answers to voice */
    DASH_SOLID_EYES_NARROW,   /* answers to pain */
    DASH_SOLID_EYES_SHUT,     /* unresponsive */
    DASH_SOLID_EYES_UNKNOWN,  /* a band over both */
    DASH_SOLID_RING,          /* the pulse */
    DASH_SOLID_TUBE,          /* of a ventilator */
    DASH_SOLID_GLASS,         /* of the thermometer */
    DASH_SOLID_COLUMN,        /* in it; 1 high, stands on Y = 0 */
    DASH_SOLID_TRIANGLE,      /* alarm of high priority */
    DASH_SOLID_DIAMOND,       /* of medium priority */
    DASH_SOLID_DISC,          /* of low priority */
    DASH_SOLID_SQUARE,        /* an advisory */
    DASH_SOLID_FRAME,         /* around one that was answered */
    DASH_SOLID_BARS_1,        /* on the marker, as many as there are stars on the wall */
    DASH_SOLID_BARS_2,
    DASH_SOLID_BARS_3,
    DASH_SOLID_CROSS, /* over a bed without data */
    DASH_N_SOLIDS,
} DashSolid;

/* "head", "eyes open": of the mesh in the file, which the page looks for. */
const char *dash_solid_name(DashSolid solid);

/* Memory of the caller's, freed by dash_solids_free(). */
typedef struct DashSolids DashSolids;
DashSolids *dash_solids_new(void);
void dash_solids_free(DashSolids *self);
const DashGlbShape *dash_solids_get(const DashSolids *self, DashSolid solid);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashSolids, dash_solids_free)

G_END_DECLS

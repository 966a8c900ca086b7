/* Twin: a ward as solids in space, for files and pages that show it in three dimensions.
 *
 * A pure function of the model and the time: the same state and time make the same twin. One unit
 * is the width of a bed's place; X to the right, Y up, Z to the viewer, the middle of the ward is
 * the origin. Place is the bed's in the order of the ward, nearness is its acuity and nothing else,
 * and what is not known of a bed has a stuff of its own, which is hatched.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/holo/solid.h"
#include "dashboard/model/acuity.h"
#include "dashboard/scene/avatar.h"
#include "dashboard/scene/palette.h"

G_BEGIN_DECLS

#define DASH_TWIN_PITCH_X 1.0f
#define DASH_TWIN_PITCH_Y 1.25f
#define DASH_TWIN_DEPTH                                                                            \
    0.25f /* how near the worst bed comes: more would hide a part of its neighbour */
#define DASH_TWIN_PIECES 16
#define DASH_TWIN_BANDS  (2 * DASH_AVATAR_BAND_MAX + 1)

/* How far a chest and a ring move, and how fast a beat fades: to be seen across a room. */
#define DASH_TWIN_LIFT      0.08
#define DASH_TWIN_LIFT_DEEP 0.35
#define DASH_TWIN_THROB     0.5
#define DASH_TWIN_FADE      6.0 /* as in avatar.c */

/* What a solid is made of: a colour with a meaning. */
typedef enum {
    DASH_STUFF_PLATE,
    DASH_STUFF_ABSENT,  /* the plate of a bed without data: hatched, dark */
    DASH_STUFF_UNKNOWN, /* hatched: nobody knows */
    DASH_STUFF_EYE,
    DASH_STUFF_GLASS,
    DASH_STUFF_CROSS,
    DASH_STUFF_FRAME,
    DASH_STUFF_HIGH, /* grounds of alarms and what is written on them: the bytes of the wall */
    DASH_STUFF_MEDIUM,
    DASH_STUFF_LOW,
    DASH_STUFF_ADVISORY,
    DASH_STUFF_INK_HIGH,
    DASH_STUFF_INK_MEDIUM,
    DASH_STUFF_INK_LOW,
    DASH_STUFF_INK_ADVISORY,
    DASH_STUFF_SKIN,                                        /* + band + 3: oxygen */
    DASH_STUFF_BAND = DASH_STUFF_SKIN + DASH_TWIN_BANDS,    /* + band + 3: other signs */
    DASH_STUFF_NO_BAND = DASH_STUFF_BAND + DASH_TWIN_BANDS, /* known, no chart judges it */
    DASH_STUFF_DOUBTFUL, /* hatched in a colour of its own: its source calls it questionable */
    DASH_N_STUFFS,
} DashStuff;

typedef struct {
    char name[24]; /* of the material in the file, which the page looks for */
    uint32_t colour;
    bool unlit; /* the same bytes in every light */
    bool hatched;
} DashStuffLook;

DashStuffLook dash_stuff_look(DashStuff stuff, const DashPalette *palette);

typedef enum {
    DASH_MOTION_NONE,
    DASH_MOTION_BREATH, /* wider and deeper with the lift of the chest */
    DASH_MOTION_BEAT,   /* larger at the beat */
} DashMotion;

typedef struct {
    DashSolid solid;
    DashStuff stuff;
    DashMotion motion;
    float at[3];    /* from the bed's place */
    float scale[3]; /* at rest */
} DashTwinPiece;

typedef struct {
    const DashBed *bed; /* borrowed from the model */
    float at[3];
    DashAcuity acuity;
    DashAvatar avatar;
    DashTwinPiece piece[DASH_TWIN_PIECES];
    unsigned n_pieces;
} DashTwinBed;

typedef struct {
    int64_t now_us;
    bool alarms_known; /* somebody tells of them; else none that is shown is no sign of calm */
    unsigned n, columns, rows;
    DashTwinBed *bed;
} DashTwin;

/* The beds of @n models, one after the other; stands until one of them changes. Of a past time each
 * bed has a model of its own. @only: a bed's full id, NULL: all. */
DashTwin *dash_twin_new(const DashModel *const *models, size_t n, const char *only, int64_t now_us);
void dash_twin_free(DashTwin *self);

/* How near a bed of this acuity comes: dash_ward_depth(), to DASH_TWIN_DEPTH at most. */
float dash_twin_depth(int acuity);
/* Of a bed's caption: left, bottom, right, top, and how near. It ends beside the marker and is as
 * near, so that neither hides the other wherever one looks from. The page has the same. */
extern const float dash_twin_caption[5];
/* Columns of a ward of @n beds. */
unsigned dash_twin_columns(unsigned n);
/* The piece's scale at the moment of @avatar. */
void dash_twin_moved(const DashTwinPiece *piece, const DashAvatar *avatar, float scale[3]);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashTwin, dash_twin_free)

G_END_DECLS

/* Pictures: the one table of what the station is shown in by tests. Those with a size are kept
 * beside tests/golden under their names; those that are walked over are looked at in every unit,
 * language and size of text; the chief one of each view is kept in every palette too.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/scene/wall.h"

G_BEGIN_DECLS

typedef enum {
    PICTURE_PLAIN,
    PICTURE_PAST,   /* of PAST_WORLD_BED */
    PICTURE_REVIEW, /* of three days of alarms */
} PictureKind;

/* What else there is to be seen. */
typedef enum {
    PICTURE_AS_IT_IS,
    PICTURE_ARMED,        /* a card: an answer that is chosen but not meant yet, reasons told */
    PICTURE_CALLIPERS,    /* two marks, another lead laid over, a strip marked */
    PICTURE_ASKED,        /* the store has told nothing yet */
    PICTURE_SILENT,       /* the store does not answer */
    PICTURE_LIST,         /* of the alarms of one rule */
    PICTURE_TRIAL,        /* another limit was tried */
    PICTURE_TRIAL_OF_MAP, /* the same of a pressure */
    PICTURE_SIGNED_IN,    /* somebody works here */
    PICTURE_LOCKS,        /* and it will soon be locked */
    PICTURE_GLASS,        /* and has broken the glass */
    PICTURE_LOCKED,
} PictureWith;

typedef struct {
    const char *name; /* of its file, too */
    DashViewKind view;
    PictureKind kind;
    const char *story; /* of ward.h */
    unsigned beds;
    const char *bed; /* open, and chosen unless @chosen says which; NULL: none */
    const char *chosen;
    int w, h;          /* as it is kept; 0: it is not */
    double scale;      /* 0 = usual */
    DashLayout layout; /* of a wall */
    bool other_units;  /* kPa and °F */
    PictureWith with;
    int64_t ago_us; /* of a past: where the cursor stands; 0: now */
    int64_t span_us;
    unsigned page; /* of the waves of a bed with twelve leads; 0: it has fewer */
    bool walked;
    bool chief; /* of its view */
} Picture;

size_t pictures_n(void);
const Picture *pictures_at(size_t i);

G_END_DECLS

/* Text: strings and signs as masks of coverage, drawn once and kept.
 *
 * The only user of pango and cairo beside png.c. A mask is 8 bits a pixel; the
 * renderers give it its colour. Kept masks are dropped when no frame has asked
 * for them for a while, sooner where they are many, so memory is bounded by what is
 * on the screen. One owner thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct DashText DashText;

typedef enum {
    DASH_WEIGHT_REGULAR,
    DASH_WEIGHT_BOLD,
} DashWeight;

/* Signs drawn by ourselves: one per picture of absence, and which way a number goes. */
typedef enum {
    DASH_SIGN_STANDBY,    /* two bars: paused on purpose */
    DASH_SIGN_DISCHARGED, /* an empty bed */
    DASH_SIGN_TRANSPORT,  /* a bed on wheels and an arrow */
    DASH_SIGN_LOST,       /* a broken line */
    DASH_SIGN_NEVER_SEEN, /* a dashed circle */
    DASH_SIGN_WAITING,    /* an hourglass */
    DASH_SIGN_UP,         /* arrows */
    DASH_SIGN_DOWN,
    DASH_SIGN_LEVEL,
} DashSign;

typedef struct {
    uint32_t id; /* never used twice */
    int w;       /* of the mask */
    int h;
    int left; /* from the pen to the mask's left edge */
    int top;  /* from the baseline to the mask's top edge, negative = above */
    int advance;
    bool cut;            /* shortened: the ellipsis stands for the rest */
    const uint8_t *mask; /* w bytes a row */
    const char *text;    /* the whole string; "" = a sign */
} DashSprite;

/* @family: a font family, NULL = the usual one. */
DashText *dash_text_new(const char *family);
void dash_text_free(DashText *self);

/* Borrowed; stands until a hundred frames have passed in which nobody asked
 * for the same string. @max_w > 0: made smaller to fit, by a sixth at most; where that
 * is not enough, shortened with an ellipsis. */
const DashSprite *
dash_text_get(DashText *self, const char *string, int size_px, DashWeight weight, int max_w);

/* How many bytes of @string its first line has where lines are @max_w wide, the blanks at its end
 * included: up to the end of a word, or of a letter where words do not end in time. Kept like the
 * masks. */
size_t
dash_text_first_line(DashText *self, const char *string, int size_px, DashWeight weight, int max_w);

/* A square sign; the pen is its top left corner. */
const DashSprite *dash_text_sign(DashText *self, DashSign sign, int size_px);

void dash_text_next_frame(DashText *self);
size_t dash_text_n_kept(const DashText *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashText, dash_text_free)

G_END_DECLS

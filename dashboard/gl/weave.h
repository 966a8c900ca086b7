/* Weave: one row of a panel, of one row of each view.
 *
 * On machines with registers of 256 bits eight pixels at once, by the same 64-bit phases: the bytes
 * are the same. Any number of threads.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    const uint32_t *origin; /* a view's pixel is origin[offset[view] + column[x]] */
    const int32_t *offset;  /* of each view */
    const int *column;      /* of each column of the panel */
    uint64_t phase[2][3];   /* of the first two columns, red, green and blue */
    uint64_t step;          /* from each of them to the next but one */
    uint64_t mask;          /* all ones: views count from the other end */
    uint32_t views;
} DashWeave;

/* Columns [@from, @to) of the panel, to the same places of @out. */
void dash_weave_row(const DashWeave *self, int from, int to, uint32_t *out);
/* The same where every view shows one row, at @base. */
void dash_weave_flat(const uint32_t *base, const int *column, int from, int to, uint32_t *out);

/* For tests: the plain ones, whatever the machine has. */
void dash_weave_use_plain(gboolean plain);

G_END_DECLS

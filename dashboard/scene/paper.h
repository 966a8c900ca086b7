/* Paper: strips as a PDF in true millimetres, A4 across.
 *
 * Each with its patient, bed, lead, time, scale, what was observed of it, where it comes from, and
 * on each page that this is supplemental. A strip keeps its samples: it can be printed when the
 * pages it came from are long forgotten. No clock; blocks while it writes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/model/past.h"
#include "dashboard/scene/units.h"

G_BEGIN_DECLS

typedef struct DashPaperStrip DashPaperStrip;

/* Of what is known of [@from_us, @to_us), at most a minute, in the unit that @units shows;
 * @patient may be "". Caller frees. */
DashPaperStrip *dash_paper_strip_new(DashPast *past,
                                     unsigned stream,
                                     int64_t from_us,
                                     int64_t to_us,
                                     double mm_s,
                                     DashUnits units,
                                     const char *patient);
void dash_paper_strip_free(DashPaperStrip *self);

typedef struct {
    int64_t now_us; /* when it is printed */
    int64_t utc_offset_us;
    const char *by; /* the station's key; "" = not told */
} DashPaperNote;

/* Pages of @strips in their order. FALSE: it could not be written; nothing is left then. */
gboolean dash_paper_write(const char *path,
                          DashPaperStrip *const *strips,
                          size_t n,
                          const DashPaperNote *note,
                          GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashPaperStrip, dash_paper_strip_free)

G_END_DECLS

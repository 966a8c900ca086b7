/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/gl/crew.h"

enum {
    CREW_MOST = 4,
    ALONE = 10000, /* columns that one thread draws in a fraction of a millisecond */
    HANDFUL = 8,   /* jobs taken at once */
};

struct DashCrew {
    int max_w;
    unsigned n; /* threads that may draw */
    DashRaster *rasters[CREW_MOST];
};

typedef struct {
    DashRaster *raster;
    const DashSurface *surface;
    const DashStripJob *jobs;
    size_t n;
    size_t *next; /* atomic: the first job that nobody has taken */
} Share;

DashCrew *
dash_crew_new(int max_w)
{
    DashCrew *self = g_new0(DashCrew, 1);
    self->max_w = max_w;
    self->n = CLAMP(g_get_num_processors(), 1, CREW_MOST);
    self->rasters[0] = dash_raster_new(max_w);
    return self;
}

void
dash_crew_free(DashCrew *self)
{
    if (!self)
        return;
    for (unsigned i = 0; i < CREW_MOST; i++)
        dash_raster_free(self->rasters[i]);
    g_free(self);
}

static gpointer
draw_share(gpointer data)
{
    const Share *share = data;
    size_t at = 0;
    while ((at = __atomic_fetch_add(share->next, HANDFUL, __ATOMIC_RELAXED)) < share->n)
        for (size_t i = at; i < MIN(at + HANDFUL, share->n); i++) {
            if (i + 1 < share->n)
                dash_raster_ahead(share->surface, &share->jobs[i + 1]);
            dash_raster_strip(share->raster, share->surface, &share->jobs[i]);
        }
    return NULL;
}

void
dash_crew_draw(DashCrew *self, const DashSurface *surface, const DashStripJob *jobs, size_t n)
{
    int64_t columns = 0;
    size_t next = 0;
    Share shares[CREW_MOST];
    GThread *threads[CREW_MOST] = {NULL};
    for (size_t i = 0; i < n; i++)
        columns += MAX(jobs[i].last - jobs[i].first + 1, 0);
    unsigned hands = columns > ALONE ? self->n : 1;
    for (unsigned h = 0; h < hands; h++) {
        if (!self->rasters[h])
            self->rasters[h] = dash_raster_new(self->max_w);
        shares[h] = (Share){self->rasters[h], surface, jobs, n, &next};
        /* Where no thread can be had, the others draw its share. */
        if (h > 0)
            threads[h] = g_thread_try_new("draw", draw_share, &shares[h], NULL);
    }
    draw_share(&shares[0]);
    for (unsigned h = 1; h < hands; h++)
        if (threads[h])
            g_thread_join(threads[h]);
}

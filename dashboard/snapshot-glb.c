/* See snapshot-glb.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/snapshot-glb.h"

#include <string.h>

#include "dashboard/holo/glb-ward.h"

static gboolean
save(const DashModel *const *models,
     size_t n,
     const DashView *view,
     int64_t now_us,
     gboolean with_patient,
     const char *path,
     GError **error)
{
    const DashGlbAsk ask = {
        .only = view->bed, .with_patient = with_patient, .palette = view->palette};
    g_autoptr(DashGlbWard) ward = dash_glb_ward_new();
    g_autoptr(GBytes) file = dash_glb_ward_write(ward, models, n, &ask, now_us);
    return g_file_set_contents(path, g_bytes_get_data(file, NULL), (gssize)g_bytes_get_size(file),
                               error);
}

gboolean
dash_snapshot_glb(const DashModel *model,
                  const DashView *view,
                  gboolean with_patient,
                  const char *path,
                  GError **error)
{
    return save(&model, 1, view, view->now_us, with_patient, path, error);
}

gboolean
dash_snapshot_glb_past(const DashMoment *moment,
                       VicuContext *context,
                       const VicuRoot *root,
                       const DashModel *model,
                       const DashView *view,
                       gboolean with_patient,
                       const char *path,
                       GError **error)
{
    g_autoptr(GPtrArray) beds =
        g_ptr_array_new_with_free_func((GDestroyNotify)(void (*)(void))dash_model_free);

    for (size_t i = 0; i < dash_model_n_beds(model); i++) {
        const char *id = dash_model_bed(model, i)->id;
        if (view->bed && strcmp(view->bed, id) != 0)
            continue;
        DashModel *replay = dash_model_new();
        g_ptr_array_add(beds, replay);
        if (!dash_moment_replay(moment, context, root, view, id, replay, error))
            return FALSE;
    }
    return save((const DashModel *const *)beds->pdata, beds->len, view, moment->at_us, with_patient,
                path, error);
}

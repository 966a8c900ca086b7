/* Saved states: whatever loads can be drawn, as a wall and as every bed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/gl/painter.h"
#include "dashboard/saved.h"
#include "tests/fuzz/fuzz-target.h"

#define BEDS_DRAWN 4

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static DashText *text;
    g_autoptr(DashModel) model = dash_model_new();
    DashView view = {.w = 640, .h = 360, .dpi = 96};
    if (!dash_saved_apply(data, size, model, &view.now_us, NULL))
        return 0;
    if (!text)
        text = dash_text_new(NULL);
    g_autoptr(DashScene) scene = dash_scene_new(text);
    g_autoptr(DashPainter) painter = dash_painter_new(view.w, view.h);
    dash_scene_build(scene, model, &view);
    dash_painter_draw(painter, scene);
    view.kind = DASH_VIEW_BED;
    for (size_t i = 0; i < dash_model_n_beds(model) && i < BEDS_DRAWN; i++) {
        view.bed = dash_model_bed(model, i)->id;
        dash_scene_build(scene, model, &view);
        dash_painter_draw(painter, scene);
    }
    return 0;
}

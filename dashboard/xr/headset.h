/* Headset: two eyes' pictures of a scene, through whatever OpenXR runtime this machine has.
 *
 * The scene stands upright before the place where the head was at the start: its middle at the
 * height of the eyes, DASH_HEADSET_FAR_M away, DASH_HEADSET_HALF_M high to either side of it. From
 * there it looks as the flat picture does; wherever the head goes, each eye's own frustum
 * (holo/frustum.h) projects it. Depths are those of two eyes' pictures.
 *
 * One thread. dash_headset_begin() waits as long as the runtime paces its pictures, which is what
 * keeps them in step with the display: run it in a process of its own.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/holo/mesh.h"

G_BEGIN_DECLS

#define DASH_HEADSET_FAR_M  1.2
#define DASH_HEADSET_HALF_M 0.5
/* Of the flat picture that stands there. */
#define DASH_HEADSET_W 1920
#define DASH_HEADSET_H 1080

typedef struct DashHeadset DashHeadset;

typedef enum {
    DASH_HEADSET_WAITING, /* nobody wears it, or it is not ready: ask again */
    DASH_HEADSET_HIDDEN,  /* end the picture without a scene */
    DASH_HEADSET_SHOWN,   /* end the picture with a scene */
    DASH_HEADSET_GONE,    /* unplugged or ended there: free it */
} DashHeadsetState;

/* VICU_ERROR_ABSENT: no runtime, no headset, no OpenGL, or a runtime that cannot share a context of
 * EGL; in words. VICU_ERROR_REFUSED: the runtime's own error. */
DashHeadset *dash_headset_new(GError **error);
void dash_headset_free(DashHeadset *self);

/* "Monado: Simulated HMD; drawn by llvmpipe", of the runtime and the driver. */
const char *dash_headset_name(const DashHeadset *self);

/* For which the layers are built: tiles of W x H. */
DashCamera dash_headset_camera(void);

/* Every SHOWN or HIDDEN is followed by one dash_headset_end(). */
DashHeadsetState dash_headset_begin(DashHeadset *self, GError **error);
/* @layers NULL: nothing is shown. FALSE: the runtime or the driver refused, the headset is gone. */
bool dash_headset_end(DashHeadset *self, const DashLayers *layers, GError **error);

/* Pictures that were handed over with a scene in them. */
uint64_t dash_headset_frames(const DashHeadset *self);
/* Of the last picture: what each eye's matrix was, for who wants to judge it. */
DashMatrix dash_headset_eye(const DashHeadset *self, int eye);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashHeadset, dash_headset_free)

G_END_DECLS

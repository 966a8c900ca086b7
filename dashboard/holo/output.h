/* Output: one picture of a scene in the form that a screen, a panel or a player takes.
 *
 * Choose the form, build the scene's layers for its camera and its tiles, draw. Everything in one
 * picture is drawn from the same layers, hence of one moment.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/holo/display.h"
#include "dashboard/holo/layers.h"
#include "dashboard/holo/stereo.h"

G_BEGIN_DECLS

typedef enum {
    DASH_FORM_FLAT,
    DASH_FORM_QUILT,
    DASH_FORM_NATIVE, /* the panel's own pixels, by its calibration */
    DASH_FORM_STEREO,
    DASH_FORM_RGBD, /* left: the middle view; right: depth, from black (farthest) to white (nearest)
                     */
    DASH_N_FORMS,
} DashForm;

/* Who draws it: path.h. */
typedef enum {
    DASH_PATH_AUTO,
    DASH_PATH_SPRITES,
    DASH_PATH_MESH,
    DASH_N_PATHS,
} DashPathKind;

/* Between the eyes: 63 mm at 600 mm. */
#define DASH_STEREO_CONE_DEG 6.0
/* What RGBD's black and white mean: Z = -this and +this of the focus plane's half height. */
#define DASH_RGBD_Z 0.5

typedef struct {
    DashForm form;
    DashPathKind path;
    DashStereo stereo;
    DashQuilt quilt;             /* QUILT and NATIVE */
    double cone_deg;             /* QUILT and NATIVE */
    DashCalibration calibration; /* NATIVE */
    int w;                       /* of the picture */
    int h;
} DashOutput;

/* What was asked, NULL = not said. */
typedef struct {
    const char *device;      /* of the table; "portrait" */
    const char *calibration; /* path of a visual.json; its serial number says the device */
    const char *stereo;      /* "side" */
    const char *displays;    /* path of a table that comes before the program's own */
    const char *path;        /* "auto" */
    int w;                   /* 0 = that of the device, of a screen 1920 x 1080 */
    int h;
} DashOutputAsk;

bool dash_form_find(const char *name, DashForm *form);
/* "flat, quilt, native ..."; caller frees. */
char *dash_form_names(void);

/* VICU_ERROR_FORMAT or _ABSENT: what was asked, what it can be. */
bool dash_output_choose(DashOutput *self, DashForm form, const DashOutputAsk *ask, GError **error);

/* For which the layers are built: the camera, and the size of one view. */
DashCamera dash_output_camera(const DashOutput *self);
void dash_output_tile(const DashOutput *self, int *w, int *h);

/* What RGBD shows of a depth. */
uint32_t dash_output_grey_of_depth(double z);

/* By sprites (layers.h). @out of the output's size. */
void dash_output_draw(const DashOutput *self, const DashLayers *layers, const DashSurface *out);

G_END_DECLS

/* An OpenXR runtime for tests: a judge, not a display. It shows nothing.
 *
 * The loader takes it as it would a maker's. It has one headset with two eyes that move and turn
 * from picture to picture, refuses every call that comes out of order, and keeps what was handed
 * over, so that a test can look at the pictures that a headset would have shown. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define XR_TEST_W 384
#define XR_TEST_H 416

/* Of the last picture handed over with a scene. */
typedef struct {
    uint8_t pixels[XR_TEST_H][XR_TEST_W][4]; /* red, green, blue, alpha; the lowest row first */
    float position[3];
    float turn[4]; /* x, y, z, w */
    float fov[4];  /* left, right, up, down, radians */
} XrTestEye;

/* Exported. */
typedef const XrTestEye *XrTestEyeFunc(int eye);
typedef unsigned XrTestCountFunc(void); /* "xr_test_frames": with a scene; "xr_test_refused" */
typedef void XrTestSayFunc(int state);  /* the session's next state, an XrSessionState */

/* Palette: the colours of this site, 0xffRRGGBB.
 *
 * Waves are thin lines on dark ground; alarms are filled grounds with a mark in
 * text and a border, so that no wave can be taken for an alarm and no alarm
 * lives by hue alone (IEC 60601-1-8: red, yellow, cyan).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include "dashboard/model/judge.h"

G_BEGIN_DECLS

#define DASH_BACK       0xff07090du
#define DASH_TILE       0xff0f141bu
#define DASH_PANEL      0xff161d27u
#define DASH_SEAM       0xff2a3442u
#define DASH_SELECTED   0xffe8eef6u
#define DASH_TEXT       0xffdbe3ecu
#define DASH_DIM        0xff93a0b0u
#define DASH_FAINT      0xff647080u
#define DASH_STALE_INK  0xff76828fu
#define DASH_HATCH_INK  0xff353f4bu
#define DASH_BANNER     0xff33294du /* origin: violet, no alarm's hue */
#define DASH_BANNER_INK 0xffd6c8ffu

/* How an alarm of a priority looks. */
typedef struct {
    uint32_t ground;     /* lit */
    uint32_t ground_off; /* dark phase of the flash */
    uint32_t ink;
    uint32_t ink_off;
    const char *mark; /* "***" */
    const char *name; /* "high" */
    int border;       /* of the tile, px */
    double flash_hz;  /* 0 = steady */
} DashAlarmLook;

const DashAlarmLook *dash_palette_alarm(Vicu__Priority priority);

/* A wave and its number share a colour. */
uint32_t dash_palette_ink(const VicuSignal *signal);
uint32_t dash_palette_mix(uint32_t a, uint32_t b, double part_of_b);

G_END_DECLS

/* Palette: the colours of this site, 0xffRRGGBB.
 *
 * Waves are thin lines on dark ground; alarms are filled grounds with a mark in
 * text and a border, so that no wave can be taken for an alarm and no alarm
 * lives by hue alone (IEC 60601-1-8: red, yellow, cyan). No palette dims the
 * colours of alarms.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include "dashboard/model/judge.h"

G_BEGIN_DECLS

/* How an alarm of a priority looks. */
typedef struct {
    uint32_t ground;     /* lit */
    uint32_t ground_off; /* dark phase of the flash */
    uint32_t ink;
    uint32_t ink_off;
    const char *mark; /* "***" */
    const char *name; /* "high", a msgid */
    int border;       /* of the tile, px */
    double flash_hz;  /* 0 = steady */
} DashAlarmLook;

/* Families of signals that share a colour; two pressures never do. */
typedef enum {
    DASH_INK_OTHER,
    DASH_INK_ECG,
    DASH_INK_ART,
    DASH_INK_NIBP,
    DASH_INK_SPO2,
    DASH_INK_RESP,
    DASH_INK_PAP,
    DASH_INK_CVP,
    DASH_INK_ICP,
    DASH_INK_CO2,
    DASH_INK_TEMP,
    DASH_INK_FIO2,
    DASH_N_INKS,
} DashInk;

typedef struct {
    const char *name;  /* "common": of settings and of vicu snapshot --palette */
    const char *title; /* a msgid */
    uint32_t back;     /* behind all */
    uint32_t tile;     /* ground of waves and numbers */
    uint32_t panel;    /* ground of bars, lists, panels */
    uint32_t seam;     /* lines between */
    uint32_t selected; /* ground of what is under the keyboard */
    uint32_t text;
    uint32_t dim;
    uint32_t faint;
    uint32_t stale;  /* numbers older than three of their periods */
    uint32_t hatch;  /* "nothing known here" */
    uint32_t banner; /* origin: no alarm's hue */
    uint32_t banner_ink;
    uint32_t plate;      /* a plain plate on a panel; its ink is text */
    uint32_t plate_high; /* one that has to be seen; its ink is back */
    uint32_t late;       /* ground of "behind" and "replay"; its ink is back */
    uint32_t ink[DASH_N_INKS];
} DashPalette;

#define DASH_N_PALETTES 5
/* @index < DASH_N_PALETTES; 0 is the usual one. */
const DashPalette *dash_palette_at(unsigned index);
/* NULL when there is none of this name. */
const DashPalette *dash_palette_find(const char *name);

const DashAlarmLook *dash_palette_alarm(Vicu__Priority priority);

/* A wave and its number share a colour. */
uint32_t dash_palette_ink(const DashPalette *self, const VicuSignal *signal);
uint32_t dash_palette_mix(uint32_t a, uint32_t b, double part_of_b);

G_END_DECLS

/* Palette. See palette.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/palette.h"

/* Flash rates: high 1.4-2.8 Hz, medium 0.4-0.8 Hz, low steady (IEC 60601-1-8). */
static const DashAlarmLook looks[] = {
    {0xff30404fu, 0xff30404fu, 0xffd9e1eau, 0xffd9e1eau, "i", "advisory", 2, 0},
    {0xff2fc6dcu, 0xff2fc6dcu, 0xff04161au, 0xff04161au, "*", "low", 3, 0},
    {0xffffd21fu, 0xff4a3e0cu, 0xff1a1400u, 0xffffe58au, "**", "medium", 4, 0.6},
    {0xffe0142cu, 0xff4f0a14u, 0xffffffffu, 0xffffc9cfu, "***", "high", 5, 2.0},
};

const DashAlarmLook *
dash_palette_alarm(Vicu__Priority priority)
{
    switch (priority) {
    case VICU__PRIORITY__PRIORITY_HIGH:
        return &looks[3];
    case VICU__PRIORITY__PRIORITY_MEDIUM:
        return &looks[2];
    case VICU__PRIORITY__PRIORITY_LOW:
        return &looks[1];
    case VICU__PRIORITY__PRIORITY_NONE:
    case VICU__PRIORITY__PRIORITY_ADVISORY:
    case _VICU__PRIORITY_IS_INT_SIZE:
        break;
    }
    return &looks[0];
}

typedef struct {
    const char *prefix;
    uint32_t colour;
} Ink;

/* Two pressures never share a colour. */
static const Ink inks[] = {
    {"ECG", 0xff54d98cu},   {"HR", 0xff54d98cu},   {"PVC", 0xff54d98cu},   {"ABP", 0xffff8078u},
    {"ART", 0xffff8078u},   {"NIBP", 0xffe9a27cu}, {"PLETH", 0xffe6d765u}, {"SpO2", 0xffe6d765u},
    {"PULSE", 0xffe6d765u}, {"PERF", 0xffe6d765u}, {"RESP", 0xff8fc3f5u},  {"RR", 0xff8fc3f5u},
    {"PAP", 0xffc79bf0u},   {"CVP", 0xff6f9df0u},  {"ICP", 0xfff29ac4u},   {"CO2", 0xffd8d4c8u},
    {"EtCO2", 0xffd8d4c8u}, {"Temp", 0xffb9c2f0u}, {"FiO2", 0xff9fd0c8u},
};

uint32_t
dash_palette_ink(const VicuSignal *signal)
{
    for (size_t i = 0; signal && i < G_N_ELEMENTS(inks); i++)
        if (g_str_has_prefix(signal->name, inks[i].prefix))
            return inks[i].colour;
    return 0xffc3ccd6u;
}

uint32_t
dash_palette_mix(uint32_t a, uint32_t b, double part_of_b)
{
    uint32_t out = 0xff000000u;
    for (int shift = 0; shift < 24; shift += 8) {
        double x = (a >> shift) & 0xff;
        double y = (b >> shift) & 0xff;
        out |= (uint32_t)(x + (y - x) * part_of_b + 0.5) << shift;
    }
    return out;
}

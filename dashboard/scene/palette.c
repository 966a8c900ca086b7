/* Palette. See palette.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/palette.h"

#include <string.h>

#include "dashboard/scene/words.h"

/* Flash rates: high 1.4-2.8 Hz, medium 0.4-0.8 Hz, low steady (IEC 60601-1-8). */
static const DashAlarmLook looks[] = {
    {0xff30404fu, 0xff30404fu, 0xffd9e1eau, 0xffd9e1eau, "i", N_("advisory"), 2, 0},
    {0xff2fc6dcu, 0xff2fc6dcu, 0xff04161au, 0xff04161au, "*", N_("low"), 3, 0},
    {0xffffd21fu, 0xff4a3e0cu, 0xff1a1400u, 0xffffe58au, "**", N_("medium"), 4, 0.6},
    {0xffe0142cu, 0xff4f0a14u, 0xffffffffu, 0xffffc9cfu, "***", N_("high"), 5, 2.0},
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

#define DARK                                                                                       \
    .back = 0xff07090du, .tile = 0xff0f141bu, .panel = 0xff161d27u, .seam = 0xff2a3442u,           \
    .selected = 0xffe8eef6u, .text = 0xffdbe3ecu, .dim = 0xff93a0b0u, .faint = 0xff647080u,        \
    .stale = 0xff76828fu, .hatch = 0xff353f4bu, .banner = 0xff33294du, .banner_ink = 0xffd6c8ffu,  \
    .plate = 0xff232d3au, .plate_high = 0xffc5cfdbu, .late = 0xffb9a7ffu

static const DashPalette palettes[DASH_N_PALETTES] = {
    {
        .name = "common",
        .title = N_("Common"),
        DARK,
        .ink = {0xffc3ccd6u, 0xff54d98cu, 0xffff8078u, 0xffe9a27cu, 0xffe6d765u, 0xff8fc3f5u,
                0xffc79bf0u, 0xff6f9df0u, 0xfff29ac4u, 0xffd8d4c8u, 0xffb9c2f0u, 0xff9fd0c8u},
    },
    {
        /* No pair differs by red against green alone: blues, yellows, whites and steps of light. */
        .name = "red-green",
        .title = N_("For red-green blindness"),
        DARK,
        .ink = {0xffc3ccd6u, 0xff6cc5ffu, 0xffffb24du, 0xffffdfb0u, 0xfff4ee6au, 0xffffffffu,
                0xff4a8dffu, 0xff9db4ffu, 0xffd0a2e8u, 0xffb6c2ccu, 0xffd8d2f4u, 0xff9ad6e6u},
    },
    {
        /* No pair differs by blue against green, or yellow against pink, alone. */
        .name = "blue-yellow",
        .title = N_("For blue-yellow blindness"),
        DARK,
        .ink = {0xffc3ccd6u, 0xff37d6c0u, 0xffff7a86u, 0xffffb3b8u, 0xffffffffu, 0xff9fd8e0u,
                0xffff9ae0u, 0xff5fa8a6u, 0xffd46a78u, 0xffb6bcc2u, 0xffe7c9d0u, 0xff79e7ddu},
    },
    {
        .name = "contrast",
        .title = N_("High contrast"),
        .back = 0xff000000u,
        .tile = 0xff000000u,
        .panel = 0xff0a0d12u,
        .seam = 0xff6b7683u,
        .selected = 0xffffffffu,
        .text = 0xffffffffu,
        .dim = 0xffd0d7dfu,
        .faint = 0xffaab4bfu,
        .stale = 0xffb4bdc7u,
        .hatch = 0xff6b7683u,
        .banner = 0xff3b2c66u,
        .banner_ink = 0xfff0eaffu,
        .plate = 0xff2a3542u,
        .plate_high = 0xffffffffu,
        .late = 0xffcfc2ffu,
        .ink = {0xffffffffu, 0xff5dff9eu, 0xffff9a93u, 0xffffc29eu, 0xfffff27au, 0xffa8d6ffu,
                0xffdcbcffu, 0xff8fb5ffu, 0xffffb4d8u, 0xfff2efe6u, 0xffd2d9ffu, 0xffb9efe6u},
    },
    {
        /* Less light and less blue for tired eyes; alarms keep all of theirs. */
        .name = "night",
        .title = N_("Night"),
        .back = 0xff040404u,
        .tile = 0xff0a0908u,
        .panel = 0xff11100eu,
        .seam = 0xff2a2621u,
        .selected = 0xffb9ae9eu,
        .text = 0xffada294u,
        .dim = 0xff857b6eu,
        .faint = 0xff6d645au,
        .stale = 0xff726a60u,
        .hatch = 0xff312d28u,
        .banner = 0xff2a2233u,
        .banner_ink = 0xffb3a3c6u,
        .plate = 0xff1f1c18u,
        .plate_high = 0xff9c9182u,
        .late = 0xff9685c0u,
        .ink = {0xff9c958cu, 0xff4aa873u, 0xffc66a63u, 0xffb88265u, 0xffb4a958u, 0xff7d9db8u,
                0xff9d80b4u, 0xff6a86bbu, 0xffb87c9bu, 0xffa8a399u, 0xff9498b2u, 0xff82a49du},
    },
};

const DashPalette *
dash_palette_at(unsigned index)
{
    g_return_val_if_fail(index < DASH_N_PALETTES, &palettes[0]);
    return &palettes[index];
}

const DashPalette *
dash_palette_find(const char *name)
{
    for (size_t i = 0; i < DASH_N_PALETTES; i++)
        if (g_strcmp0(palettes[i].name, name) == 0)
            return &palettes[i];
    return NULL;
}

static const struct {
    const char *prefix;
    DashInk ink;
} families[] = {
    {"ECG", DASH_INK_ECG},    {"HR", DASH_INK_ECG},    {"PVC", DASH_INK_ECG},
    {"ABP", DASH_INK_ART},    {"ART", DASH_INK_ART},   {"NIBP", DASH_INK_NIBP},
    {"PLETH", DASH_INK_SPO2}, {"SpO2", DASH_INK_SPO2}, {"PULSE", DASH_INK_SPO2},
    {"PERF", DASH_INK_SPO2},  {"RESP", DASH_INK_RESP}, {"RR", DASH_INK_RESP},
    {"PAP", DASH_INK_PAP},    {"CVP", DASH_INK_CVP},   {"ICP", DASH_INK_ICP},
    {"CO2", DASH_INK_CO2},    {"EtCO2", DASH_INK_CO2}, {"Temp", DASH_INK_TEMP},
    {"FiO2", DASH_INK_FIO2},
};

uint32_t
dash_palette_ink(const DashPalette *self, const VicuSignal *signal)
{
    for (size_t i = 0; signal && i < G_N_ELEMENTS(families); i++)
        if (g_str_has_prefix(signal->name, families[i].prefix))
            return self->ink[families[i].ink];
    return self->ink[DASH_INK_OTHER];
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

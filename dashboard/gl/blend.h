/* Blend: two opaque colours, 0xffRRGGBB, mixed by coverage.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

/* @part of 255 is @ink. */
static inline uint32_t
blend(uint32_t back, uint32_t ink, unsigned part)
{
    uint32_t out = 0xff000000u;
    for (int shift = 0; shift < 24; shift += 8) {
        unsigned a = (back >> shift) & 0xff;
        unsigned b = (ink >> shift) & 0xff;
        out |= ((a * (255 - part) + b * part + 127) / 255) << shift;
    }
    return out;
}

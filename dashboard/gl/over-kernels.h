/* Over: what is done to a pixel, and to eight of them. See over.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

typedef struct {
    void (*row)(uint32_t *out, const uint32_t *from, int n);
    /* out[i] gets the mean of from[i] and from[i - 1], both there. */
    void (*moved)(uint32_t *out, const uint32_t *from, uint32_t part, int n);
} DashOverKernels;

extern const DashOverKernels dash_over_plain;
#if defined(__x86_64__)
extern const DashOverKernels dash_over_avx2;
#endif

/* (256 - @part) of @a and @part of @b, of 256; two channels at a time. */
static inline uint32_t
over_mean(uint32_t a, uint32_t b, uint32_t part)
{
    uint32_t even = (a & 0x00ff00ffu) * (256 - part) + (b & 0x00ff00ffu) * part + 0x00800080u;
    uint32_t odd =
        (a >> 8 & 0x00ff00ffu) * (256 - part) + (b >> 8 & 0x00ff00ffu) * part + 0x00800080u;

    return (even >> 8 & 0x00ff00ffu) | (odd & 0xff00ff00u);
}

static inline uint32_t
over_pixel(uint32_t back, uint32_t front)
{
    uint32_t through = 255 - (front >> 24);

    if (through == 0)
        return front;
    /* Of 255 to of 256: exact at both ends, and what is opaque stays so. */
    return front + over_mean(0, back, through + (through >> 7));
}

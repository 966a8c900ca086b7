/* Rows: sixteen 16-bit numbers, and sixteen pixels, at once.
 *
 * One register of 256 bits where the file that includes this is compiled for such, else an array.
 * The results are the same.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>
#include <string.h>
#if defined(__AVX2__)
#include <immintrin.h>
#endif

enum { ROW_WIDE = 16 };

#define ROW_INLINE static inline __attribute__((always_inline))

#if defined(__AVX2__)

typedef __m256i Row;
typedef struct {
    __m256i half[2];
} Pixels;

ROW_INLINE Row
row_load(const int16_t *from)
{
    return _mm256_loadu_si256((const __m256i_u *)from);
}

ROW_INLINE void
row_keep(int16_t *to, Row a)
{
    _mm256_storeu_si256((__m256i_u *)to, a);
}

ROW_INLINE Row
row_all(int16_t value)
{
    return _mm256_set1_epi16(value);
}

ROW_INLINE Row
row_least(Row a, Row b)
{
    return _mm256_min_epi16(a, b);
}

ROW_INLINE Row
row_most(Row a, Row b)
{
    return _mm256_max_epi16(a, b);
}

ROW_INLINE Row
row_sum(Row a, Row b)
{
    return _mm256_add_epi16(a, b);
}

ROW_INLINE Row
row_less(Row a, Row b)
{
    return _mm256_sub_epi16(a, b);
}

/* Half of each, and their sum: no overflow. */
ROW_INLINE Row
row_between(Row a, Row b)
{
    return _mm256_add_epi16(_mm256_srai_epi16(a, 1), _mm256_srai_epi16(b, 1));
}

ROW_INLINE Row
row_shifted(Row a, int by)
{
    return _mm256_sll_epi16(a, _mm_cvtsi32_si128(by));
}

ROW_INLINE Row
row_half_up(Row a)
{
    return _mm256_srli_epi16(_mm256_add_epi16(a, _mm256_set1_epi16(1)), 1);
}

/* Of each @at the number there and the one behind it. */
ROW_INLINE void
row_pairs(const int16_t *from, const int *at, float *a, float *b)
{
    for (int i = 0; i < ROW_WIDE; i += 8) {
        __m256i index = _mm256_loadu_si256((const __m256i_u *)(at + i));
        __m256i both = _mm256_i32gather_epi32((const int *)(const void *)from, index, 2);
        __m256i first = _mm256_srai_epi32(_mm256_slli_epi32(both, 16), 16);
        _mm256_storeu_ps(a + i, _mm256_cvtepi32_ps(first));
        _mm256_storeu_ps(b + i, _mm256_cvtepi32_ps(_mm256_srai_epi32(both, 16)));
    }
}

ROW_INLINE Pixels
pixels_all(uint32_t colour)
{
    __m256i all = _mm256_set1_epi32((int)colour);
    return (Pixels){{all, all}};
}

/* From one colour to another: of blue, green and red what is added for a 256th, and where it
 * begins, in the upper half of each number. */
typedef struct {
    __m256i step[3];
    __m256i from[3];
} Ramp;

ROW_INLINE Ramp
ramp_of(uint32_t back, uint32_t ink)
{
    Ramp out;
    for (int i = 0; i < 3; i++) {
        int a = back >> (8 * i) & 255, b = ink >> (8 * i) & 255;
        out.step[i] = _mm256_set1_epi16((int16_t)(b - a));
        out.from[i] = _mm256_set1_epi16((int16_t)(a * 256 + 128));
    }
    return out;
}

ROW_INLINE __m256i
blend_byte(const Ramp *ramp, int i, Row part)
{
    return _mm256_add_epi16(_mm256_mullo_epi16(part, ramp->step[i]), ramp->from[i]);
}

/* By @part 256ths; opaque. */
ROW_INLINE Pixels
pixels_blend(const Ramp *ramp, Row part)
{
    const __m256i upper = _mm256_set1_epi16((int16_t)0xff00);
    __m256i blue = _mm256_srli_epi16(blend_byte(ramp, 0, part), 8);
    __m256i green = _mm256_and_si256(blend_byte(ramp, 1, part), upper);
    __m256i red = _mm256_srli_epi16(blend_byte(ramp, 2, part), 8);
    __m256i low = _mm256_or_si256(blue, green), high = _mm256_or_si256(red, upper);
    __m256i even = _mm256_unpacklo_epi16(low, high), odd = _mm256_unpackhi_epi16(low, high);
    return (Pixels){
        {_mm256_permute2x128_si256(even, odd, 0x20), _mm256_permute2x128_si256(even, odd, 0x31)}};
}

ROW_INLINE void
pixels_put(uint32_t *to, Pixels line)
{
    _mm256_storeu_si256((__m256i_u *)to, line.half[0]);
    _mm256_storeu_si256((__m256i_u *)to + 1, line.half[1]);
}

/* Past the caches, to a whole line of them: what is drawn whole is not read again soon, and what
 * was there need not be read before. */
ROW_INLINE void
pixels_put_past(uint32_t *to, Pixels line)
{
    _mm256_stream_si256((__m256i *)to, line.half[0]);
    _mm256_stream_si256((__m256i *)to + 1, line.half[1]);
}

/* What was put past the caches is seen by whoever looks after this. */
ROW_INLINE void
pixels_settle(void)
{
    _mm_sfence();
}

/* The first @n, less than sixteen; nothing else is touched, which may be another thread's. */
ROW_INLINE void
pixels_put_some(uint32_t *to, Pixels line, int n)
{
    __m256i eight = line.half[0];
    if (n & 8) {
        _mm256_storeu_si256((__m256i_u *)to, eight);
        eight = line.half[1];
        to += 8;
    }
    __m128i four = _mm256_castsi256_si128(eight);
    if (n & 4) {
        _mm_storeu_si128((__m128i_u *)to, four);
        four = _mm256_extracti128_si256(eight, 1);
        to += 4;
    }
    if (n & 2) {
        _mm_storel_epi64((__m128i_u *)to, four);
        four = _mm_unpackhi_epi64(four, four);
        to += 2;
    }
    if (n & 1)
        *to = (uint32_t)_mm_cvtsi128_si32(four);
}

#else

typedef struct {
    int16_t at[ROW_WIDE];
} Row;

typedef struct {
    uint32_t at[ROW_WIDE];
} Pixels;

/* Of @a and @b, each the numbers of one column. */
#define ROW_EACH(expression)                                                                       \
    Row out;                                                                                       \
    for (int i = 0; i < ROW_WIDE; i++)                                                             \
        out.at[i] = (int16_t)(expression);                                                         \
    return out

ROW_INLINE Row
row_load(const int16_t *from)
{
    Row out;
    memcpy(&out, from, sizeof out);
    return out;
}

ROW_INLINE void
row_keep(int16_t *to, Row a)
{
    memcpy(to, &a, sizeof a);
}

ROW_INLINE Row
row_all(int16_t value)
{
    ROW_EACH(value);
}

ROW_INLINE Row
row_least(Row a, Row b)
{
    ROW_EACH(a.at[i] < b.at[i] ? a.at[i] : b.at[i]);
}

ROW_INLINE Row
row_most(Row a, Row b)
{
    ROW_EACH(a.at[i] > b.at[i] ? a.at[i] : b.at[i]);
}

ROW_INLINE Row
row_sum(Row a, Row b)
{
    ROW_EACH(a.at[i] + b.at[i]);
}

ROW_INLINE Row
row_less(Row a, Row b)
{
    ROW_EACH(a.at[i] - b.at[i]);
}

ROW_INLINE Row
row_between(Row a, Row b)
{
    ROW_EACH((a.at[i] >> 1) + (b.at[i] >> 1));
}

ROW_INLINE Row
row_shifted(Row a, int by)
{
    ROW_EACH(a.at[i] << by);
}

ROW_INLINE Row
row_half_up(Row a)
{
    ROW_EACH((a.at[i] + 1) >> 1);
}

ROW_INLINE void
row_pairs(const int16_t *from, const int *at, float *a, float *b)
{
    for (int i = 0; i < ROW_WIDE; i++) {
        a[i] = from[at[i]];
        b[i] = from[at[i] + 1];
    }
}

ROW_INLINE Pixels
pixels_all(uint32_t colour)
{
    Pixels out;
    for (int i = 0; i < ROW_WIDE; i++)
        out.at[i] = colour;
    return out;
}

typedef struct {
    uint32_t back;
    uint32_t ink;
} Ramp;

ROW_INLINE Ramp
ramp_of(uint32_t back, uint32_t ink)
{
    return (Ramp){back, ink};
}

ROW_INLINE uint32_t
blend_byte(const Ramp *ramp, int i, unsigned part)
{
    unsigned a = ramp->back >> (8 * i) & 255, b = ramp->ink >> (8 * i) & 255;
    return (a * (256 - part) + b * part + 128) >> 8 << (8 * i);
}

ROW_INLINE Pixels
pixels_blend(const Ramp *ramp, Row part)
{
    Pixels out;
    for (int i = 0; i < ROW_WIDE; i++)
        out.at[i] = 0xff000000u | blend_byte(ramp, 0, (unsigned)part.at[i])
                    | blend_byte(ramp, 1, (unsigned)part.at[i])
                    | blend_byte(ramp, 2, (unsigned)part.at[i]);
    return out;
}

ROW_INLINE void
pixels_put(uint32_t *to, Pixels line)
{
    memcpy(to, &line, sizeof line);
}

ROW_INLINE void
pixels_put_past(uint32_t *to, Pixels line)
{
    pixels_put(to, line);
}

ROW_INLINE void
pixels_settle(void)
{
}

/* The first @n. */
ROW_INLINE void
pixels_put_some(uint32_t *to, Pixels line, int n)
{
    for (int i = 0; i < n; i++)
        to[i] = line.at[i];
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/sources/wfdb-format.h"

/* bits: of a value. group: samples that are packed together; bytes: of a whole
 * group; cut[k]: bytes that the first k samples of a group need. */
typedef struct {
    int format;
    guint bits;
    guint group;
    guint bytes;
    guint cut[3];
} Format;

static const Format formats[] = {
    {8, 8, 1, 1, {0}},          {16, 16, 1, 2, {0}},     {24, 24, 1, 3, {0}},
    {32, 32, 1, 4, {0}},        {61, 16, 1, 2, {0}},     {80, 8, 1, 1, {0}},
    {160, 16, 1, 2, {0}},       {212, 12, 2, 3, {0, 2}}, {310, 10, 3, 4, {0, 2, 4}},
    {311, 10, 3, 4, {0, 2, 3}}, {508, 8, 1, 0, {0}},     {516, 16, 1, 0, {0}},
    {524, 24, 1, 0, {0}},
};

static const Format *
find(int format)
{
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++)
        if (formats[i].format == format)
            return &formats[i];
    return NULL;
}

guint
collector_wfdb_format_bits(int format)
{
    const Format *f = find(format);

    return f != NULL ? f->bits : 0;
}

gboolean
collector_wfdb_format_is_flac(int format)
{
    return format == 508 || format == 516 || format == 524;
}

uint64_t
collector_wfdb_format_bytes(int format, uint64_t n_samples)
{
    const Format *f = find(format);

    g_return_val_if_fail(f != NULL && f->bytes > 0, 0);
    return n_samples / f->group * f->bytes + f->cut[n_samples % f->group];
}

uint64_t
collector_wfdb_format_group_start(int format, uint64_t sample)
{
    const Format *f = find(format);

    g_return_val_if_fail(f != NULL, sample);
    return sample - sample % f->group;
}

uint64_t
collector_wfdb_format_samples(int format, uint64_t n_bytes)
{
    const Format *f = find(format);

    g_return_val_if_fail(f != NULL && f->bytes > 0, 0);
    uint64_t n = n_bytes / f->bytes * f->group;
    for (guint k = f->group - 1; k > 0; k--)
        if (n_bytes % f->bytes >= f->cut[k])
            return n + k;
    return n;
}

static int32_t
sign_extend(uint32_t v, guint bits)
{
    uint32_t sign = UINT32_C(1) << (bits - 1);

    return (int32_t)((v ^ sign) - sign);
}

static uint32_t
le16(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t
le24(const uint8_t *p)
{
    return le16(p) | (uint32_t)p[2] << 16;
}

/* Sample @k of the group at @p. Only the bytes that cut[k + 1] names are read. */
static int32_t
sample_212(const uint8_t *p, guint k)
{
    uint32_t v =
        k == 0 ? (uint32_t)p[0] | (p[1] & 0x0fu) << 8 : (uint32_t)p[2] | (p[1] & 0xf0u) << 4;

    return sign_extend(v, 12);
}

/* Two 16-bit words; bits 1-10 are samples 0 and 1, the rest make sample 2. */
static int32_t
sample_310(const uint8_t *p, guint k)
{
    uint32_t v = k < 2 ? le16(p + 2 * k) >> 1 : (le16(p) >> 11) | (le16(p + 2) >> 11) << 5;

    return sign_extend(v & 0x3ff, 10);
}

/* One 32-bit word, ten bits each from the low end. */
static int32_t
sample_311(const uint8_t *p, guint k)
{
    uint32_t v = k == 0 ? le16(p) : k == 1 ? le24(p) >> 10 : (le16(p + 2) >> 4);

    return sign_extend(v & 0x3ff, 10);
}

static void
decode_packed(const Format *f, guint phase, const uint8_t *p, int32_t *out, size_t n)
{
    int32_t (*sample)(const uint8_t *, guint) = f->format == 212   ? sample_212
                                                : f->format == 310 ? sample_310
                                                                   : sample_311;
    guint k = phase;

    for (size_t i = 0; i < n; i++) {
        out[i] = sample(p, k);
        if (++k == f->group) {
            k = 0;
            p += f->bytes;
        }
    }
}

static void
decode_plain(int format, const uint8_t *p, int32_t *out, size_t n)
{
    switch (format) {
    case 8: /* differences */
        for (size_t i = 0; i < n; i++)
            out[i] = (int8_t)p[i];
        break;
    case 80: /* offset binary */
        for (size_t i = 0; i < n; i++)
            out[i] = (int32_t)p[i] - 128;
        break;
    case 16:
        for (size_t i = 0; i < n; i++)
            out[i] = (int16_t)le16(p + 2 * i);
        break;
    case 61: /* big-endian */
        for (size_t i = 0; i < n; i++)
            out[i] = (int16_t)((uint32_t)p[2 * i] << 8 | p[2 * i + 1]);
        break;
    case 160: /* offset binary */
        for (size_t i = 0; i < n; i++)
            out[i] = (int32_t)le16(p + 2 * i) - 32768;
        break;
    case 24:
        for (size_t i = 0; i < n; i++)
            out[i] = sign_extend(le24(p + 3 * i), 24);
        break;
    case 32:
        for (size_t i = 0; i < n; i++)
            out[i] = (int32_t)(le24(p + 4 * i) | (uint32_t)p[4 * i + 3] << 24);
        break;
    default:
        g_assert_not_reached();
    }
}

size_t
collector_wfdb_format_decode(
    int format, uint64_t first, const uint8_t *bytes, size_t n_bytes, int32_t *out, size_t n)
{
    const Format *f = find(format);

    g_return_val_if_fail(f != NULL && f->bytes > 0, 0);
    guint phase = (guint)(first % f->group);
    uint64_t there = collector_wfdb_format_samples(format, n_bytes);
    there = there > phase ? there - phase : 0;
    n = MIN(n, there);
    if (f->group > 1)
        decode_packed(f, phase, bytes, out, n);
    else
        decode_plain(format, bytes, out, n);
    return n;
}

int32_t
collector_wfdb_format_invalid(int format, gboolean *has)
{
    guint bits = collector_wfdb_format_bits(format);

    g_return_val_if_fail(bits > 0, 0);
    *has = format != 8;
    return (int32_t)(-(INT64_C(1) << (bits - 1)));
}

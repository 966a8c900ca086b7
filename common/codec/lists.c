/* What stands between the columns and the spans: runs of invalid samples, the
 * codes in use, the predictors.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/codec/inner.h"

static gboolean
read_lattice(VicuBitReader *r, CodecHead *head, VicuCodecScratch *scratch)
{
    const uint16_t *gaps = scratch->residual;
    int32_t value = head->min;

    head->n_lattice = vicu_varint_get(r);
    if (r->over || head->n_lattice < 2 || head->n_lattice > CODEC_MAX_LATTICE
        || head->n_lattice > head->info.n)
        return FALSE;
    if (!vicu_codec_groups_get(scratch->kernels, r, scratch->residual, head->n_lattice - 1))
        return FALSE;
    r->bit = (r->bit + 7) & ~(size_t)7;
    for (uint32_t i = 0; i < head->n_lattice; i++) {
        if (i > 0)
            value += 1 + gaps[i - 1];
        if (value > INT16_MAX)
            return FALSE;
        scratch->lattice[i] = (int16_t)value;
    }
    return value == head->min + (int32_t)head->range;
}

static gboolean
read_runs(VicuBitReader *r, CodecHead *head, VicuCodecScratch *scratch)
{
    uint64_t at = 0, invalid = 0;

    head->n_runs = vicu_varint_get(r);
    if (r->over || head->n_runs == 0 || head->n_runs > 1 + head->info.n / CODEC_RUN_SHARE)
        return FALSE;
    for (uint32_t i = 0; i < head->n_runs; i++) {
        uint64_t first = at + vicu_varint_get(r) + (i > 0);
        uint64_t n = (uint64_t)vicu_varint_get(r) + 1;
        if (r->over || first + n > head->info.n)
            return FALSE;
        scratch->runs[2 * i] = (uint32_t)first;
        scratch->runs[2 * i + 1] = (uint32_t)n;
        invalid += n;
        at = first + n;
    }
    return invalid == head->info.n - head->info.total.n_valid;
}

gboolean
vicu_codec_lists_read(VicuCodecScratch *scratch, const uint8_t *bytes, CodecHead *head)
{
    VicuBitReader r = {bytes, head->info.size - head->data_bytes, 8 * head->lists_at, FALSE};

    if (head->runs && !read_runs(&r, head, scratch))
        return FALSE;
    if (head->lattice) {
        if ((head->holes && !head->runs) || !read_lattice(&r, head, scratch))
            return FALSE;
        head->base = 0;
        head->width = vicu_bits_width(head->n_lattice - 1);
    }
    for (uint32_t f = 0; f < head->n_frames; f++)
        if (!vicu_codec_predictors_get(&r, scratch->predictors + f * CODEC_MAX_PARTS,
                                       vicu_codec_frame_parts(head, f), head->base, head->width))
            return FALSE;
    head->data_at = (r.bit + 7) / 8;
    return head->data_at + head->data_bytes + CODEC_CRC_BYTES == head->info.size;
}

void
vicu_codec_lists_put(const VicuCodecScratch *scratch, VicuBitWriter *w, const CodecHead *head)
{
    if (head->runs) {
        uint32_t at = 0;
        w->at = vicu_varint_put(w->at, head->n_runs);
        for (uint32_t i = 0; i < head->n_runs; i++) {
            const uint32_t *run = scratch->runs + 2 * (size_t)i;
            w->at = vicu_varint_put(w->at, run[0] - at - (i > 0));
            w->at = vicu_varint_put(w->at, run[1] - 1);
            at = run[0] + run[1];
        }
    }
    if (head->lattice) {
        for (uint32_t i = 1; i < head->n_lattice; i++)
            scratch->residual[i - 1] =
                (uint16_t)(scratch->lattice[i] - scratch->lattice[i - 1] - 1);
        w->at = vicu_varint_put(w->at, head->n_lattice);
        vicu_codec_groups_choose(scratch->kernels, scratch->residual, head->n_lattice - 1,
                                 scratch->symbols);
        vicu_codec_groups_put(scratch->kernels, w, scratch->residual, head->n_lattice - 1,
                              scratch->symbols);
        vicu_bits_end(w);
    }
    for (uint32_t f = 0; f < head->n_frames; f++)
        vicu_codec_predictors_put(w, scratch->predictors + f * CODEC_MAX_PARTS,
                                  vicu_codec_frame_parts(head, f), head->base, head->width);
    vicu_bits_end(w);
}

/* The memory of the codec, and which kernels it works with.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/codec/inner.h"

static int16_t *
padded_new(size_t n)
{
    return g_new0(int16_t, n + 2 * CODEC_PAD) + CODEC_PAD;
}

static void
padded_free(int16_t *buffer)
{
    g_free(buffer - CODEC_PAD);
}

static const CodecKernels *
vector_kernels(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi")
        && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt"))
        return &vicu_codec_avx2;
#endif
    return NULL;
}

const CodecKernels *
vicu_codec_kernels(VicuCodecPath path)
{
    const CodecKernels *vector = vector_kernels();

    switch (path) {
    case VICU_CODEC_BEST:
        return vector != NULL ? vector : &vicu_codec_scalar;
    case VICU_CODEC_SCALAR:
        return &vicu_codec_scalar;
    case VICU_CODEC_AVX2:
        return vector;
    default:
        return NULL;
    }
}

VicuCodecScratch *
vicu_codec_scratch_new(size_t max_samples)
{
    g_return_val_if_fail(max_samples > 0 && max_samples <= VICU_BLOCK_MAX_SAMPLES, NULL);
    VicuCodecScratch *self = g_new0(VicuCodecScratch, 1);
    size_t spans = max_samples / VICU_BLOCK_MIN_RESTART + 1;

    self->kernels = vicu_codec_kernels(VICU_CODEC_BEST);
    self->max_samples = max_samples;
    self->codes = padded_new(max_samples);
    self->windowed = padded_new(max_samples);
    self->residual = (uint16_t *)padded_new(max_samples);
    self->steps = padded_new(max_samples);
    self->window = padded_new(max_samples);
    self->data = g_malloc0(vicu_codec_bound(max_samples));
    self->rank = g_new0(uint16_t, 65536);
    self->seen = g_malloc0(65536);
    self->lattice = g_new0(int16_t, CODEC_MAX_LATTICE);
    self->runs = g_new0(uint32_t, 2 * (max_samples / CODEC_RUN_SHARE + 1));
    self->columns = g_new0(VicuBlockStats, spans);
    self->symbols = g_malloc0(2 * (max_samples / CODEC_GROUP + 1));
    self->lengths = g_new0(uint32_t, spans);
    self->modes = g_malloc0(spans);
    self->predictors =
        g_new0(CodecPredictor, CODEC_MAX_PARTS * (max_samples / (CODEC_FRAME_SAMPLES / 2) + 1));
    return self;
}

void
vicu_codec_scratch_free(VicuCodecScratch *self)
{
    if (self == NULL)
        return;
    padded_free(self->codes);
    padded_free(self->windowed);
    padded_free((int16_t *)self->residual);
    padded_free(self->steps);
    padded_free(self->window);
    g_free(self->data);
    g_free(self->rank);
    g_free(self->seen);
    g_free(self->lattice);
    g_free(self->runs);
    g_free(self->columns);
    g_free(self->symbols);
    g_free(self->lengths);
    g_free(self->modes);
    g_free(self->predictors);
    g_free(self);
}

gboolean
vicu_codec_scratch_use(VicuCodecScratch *self, VicuCodecPath path)
{
    const CodecKernels *kernels = vicu_codec_kernels(path);

    if (kernels == NULL)
        return FALSE;
    self->kernels = kernels;
    return TRUE;
}

const char *
vicu_codec_path_name(const VicuCodecScratch *self)
{
    return self->kernels->name;
}

/* An EDF file of any bytes: refused with an error, or within its bounds; its
 * records and annotations then stay within theirs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "common/edf.h"
#include "tests/fuzz/fuzz-target.h"

static void
on_annotation(int64_t onset_us, int64_t duration_us, const char *text, gpointer user)
{
    (void)user;
    g_assert_true(llabs(onset_us) <= INT64_C(1) << 60);
    g_assert_true(duration_us >= -1);
    g_assert_true(text[0] != '\0' && g_utf8_validate(text, -1, NULL));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VicuEdfHeader) h = vicu_edf_header_parse("x.edf", data, size, &error);
    int64_t onset_us = 0;

    g_assert_true((h == NULL) == (error != NULL));
    g_clear_error(&error);
    if (h == NULL) { /* then as annotations */
        gboolean ok =
            vicu_edf_annotations_parse("x", data, size, &onset_us, on_annotation, NULL, &error);
        g_assert_true(ok == (error == NULL));
        return 0;
    }
    g_assert_cmpuint(h->header_bytes, <=, size);
    g_assert_cmpuint(h->record_bytes, <=, VICU_EDF_MAX_RECORD_BYTES);
    for (size_t i = 0; i < h->n_signals; i++) {
        const VicuEdfSignal *s = &h->signal[i];
        g_assert_cmpuint(s->offset + 2u * s->samples, <=, h->record_bytes);
        g_assert_true(s->annotations || (isfinite(s->physical_min) && isfinite(s->physical_max)));
        size_t at = h->header_bytes + s->offset;
        if (s->annotations && at + 2u * s->samples <= size)
            vicu_edf_annotations_parse("x", data + at, 2u * s->samples, &onset_us, on_annotation,
                                       NULL, NULL);
    }
    return 0;
}

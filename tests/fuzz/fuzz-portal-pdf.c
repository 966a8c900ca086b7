/* A report on paper, of any bytes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "portal/pdf.h"
#include "tests/fuzz/fuzz-target.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) pdf = portal_pdf_print((const char *)data, size, &error);

    g_assert_true((pdf == NULL) == (error != NULL));
    return 0;
}

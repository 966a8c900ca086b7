/* What `vicu report -o FILE.pdf` runs: a report's JSON on stdin, its PDF on stdout.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "portal/pdf.h"
#include "portal/verbs.h"

int
portal_print_main(int argc, char **argv)
{
    g_autoptr(GByteArray) in = g_byte_array_new();
    g_autoptr(GError) error = NULL;
    guint8 piece[65536];
    size_t n = 0;

    (void)argc;
    (void)argv;
    while (in->len <= PORTAL_PDF_MAX && (n = fread(piece, 1, sizeof piece, stdin)) > 0)
        g_byte_array_append(in, piece, (guint)n);
    g_autoptr(GBytes) pdf = portal_pdf_print((const char *)in->data, in->len, &error);
    if (pdf == NULL) {
        fprintf(stderr, "vicu-portal: %s\n", error->message);
        return 1;
    }
    gsize size = 0;
    const void *data = g_bytes_get_data(pdf, &size);
    if (fwrite(data, 1, size, stdout) != size || fflush(stdout) != 0) {
        fprintf(stderr, "vicu-portal: the PDF could not be written\n");
        return 1;
    }
    return 0;
}

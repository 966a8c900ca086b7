/* page-shot URL WxH EXPRESSION FILE: what Chromium shows of a page once EXPRESSION has been
 * evaluated, two seconds later.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "tests/dashboard/chromium.h"

int
main(int argc, char **argv)
{
    int w = 0, h = 0;
    const char *why = "";

    if (argc != 5 || sscanf(argv[2], "%dx%d", &w, &h) != 2) {
        fprintf(stderr, "usage: page-shot URL WxH EXPRESSION FILE\n");
        return 2;
    }
    g_autoptr(Chromium) chromium = chromium_new(w, h, &why);
    if (!chromium) {
        fprintf(stderr, "page-shot: %s\n", why);
        return 1;
    }
    chromium_open(chromium, argv[1], NULL);
    if (!chromium_wait(chromium, "document.body && document.body.dataset.link === 'live'", 20))
        fprintf(stderr, "page-shot: the page is not live\n");
    g_autofree char *value = chromium_eval(chromium, argv[3]);
    chromium_wait(chromium, "false", 2);
    chromium_shot(chromium, argv[4]);
    printf("%s\n", value);
    return 0;
}

/* Any bytes as the answer of an alarm communicator: refused with a sentence, or within the bounds,
 * and its acknowledgement is an XML that can be read.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "escalation/channels/wctp.h"
#include "tests/fuzz/fuzz-target.h"

static void
look_at(const EscWctpAnswer *answer)
{
    static const GMarkupParser parser = {0};

    if (answer->news->len > ESC_WCTP_NEWS_MAX || (!answer->poll && answer->news->len > 0)
        || answer->wait_s < 0 || answer->wait_s > 3600)
        abort();
    for (guint i = 0; i < answer->news->len; i++) {
        const EscWctpNews *news = answer->news->pdata[i];
        if (*news->sequence == '\0' || strlen(news->sequence) > ESC_WCTP_TEXT_MAX
            || strlen(news->message) > ESC_WCTP_TEXT_MAX || strlen(news->text) > ESC_WCTP_TEXT_MAX)
            abort();
    }
    g_autofree char *poll = esc_wctp_poll("", "vicu", "", answer);
    GMarkupParseContext *context =
        g_markup_parse_context_new(&parser, G_MARKUP_DEFAULT_FLAGS, NULL, NULL);
    if (!g_markup_parse_context_parse(context, poll, -1, NULL)
        || !g_markup_parse_context_end_parse(context, NULL))
        abort();
    g_markup_parse_context_free(context);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(EscWctpAnswer) answer = esc_wctp_read((const char *)data, size, &error);

    if ((answer == NULL) != (error != NULL) || (error != NULL && *error->message == '\0'))
        abort();
    if (answer != NULL)
        look_at(answer);
    return 0;
}

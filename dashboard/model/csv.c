/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/model/csv.h"

#include <stdbool.h>
#include <string.h>

#include "common/clock.h"

/* A name may hold anything a rule's author wrote. */
void
dash_csv_text(GString *out, const char *text)
{
    bool bare = text[strcspn(text, ",\"\r\n")] == '\0' && !strchr("=+-@", *text);
    if (bare || *text == '\0') {
        g_string_append(out, text);
        return;
    }
    g_string_append_c(out, '"');
    if (strchr("=+-@", *text)) /* no formula of a spreadsheet */
        g_string_append_c(out, '\'');
    for (; *text; text++) {
        if (*text == '"')
            g_string_append_c(out, '"');
        g_string_append_c(out, *text);
    }
    g_string_append_c(out, '"');
}

void
dash_csv_number(GString *out, const char *format, double value)
{
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_c(out, ',');
    g_string_append(out, g_ascii_formatd(buffer, sizeof buffer, format, value));
}

void
dash_csv_time(GString *out, int64_t t_us)
{
    g_autofree char *text = t_us != 0 ? vicu_time_format(t_us) : g_strdup("");
    g_string_append_printf(out, ",%s", text);
}

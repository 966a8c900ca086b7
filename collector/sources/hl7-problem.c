/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/sources/hl7-problem.h"

#include <string.h>

GArray *
collector_hl7_problems_new(void)
{
    return g_array_new(FALSE, TRUE, sizeof(CollectorHl7Problem));
}

/* Copies what fits and leaves whole UTF-8 characters. */
static void
copy_text(char *to, size_t size, const char *from)
{
    size_t n = from == NULL ? 0 : strlen(from);

    if (n >= size) {
        n = size - 1;
        while (n > 0 && ((unsigned char)from[n] & 0xC0U) == 0x80U)
            n--;
    }
    memset(to, 0, size);
    if (n > 0)
        memcpy(to, from, n);
}

CollectorHl7Problem *
collector_hl7_problem_add(GArray *problems,
                          guint message,
                          const char *segment,
                          const char *field,
                          int ack_code,
                          const char *found,
                          const char *expected)
{
    CollectorHl7Problem problem = {.message = message, .ack_code = ack_code};

    copy_text(problem.segment, sizeof problem.segment, segment);
    copy_text(problem.field, sizeof problem.field, field);
    copy_text(problem.found, sizeof problem.found, found);
    copy_text(problem.expected, sizeof problem.expected, expected);
    if (problems->len >= COLLECTOR_HL7_MAX_PROBLEMS)
        return &g_array_index(problems, CollectorHl7Problem, COLLECTOR_HL7_MAX_PROBLEMS - 1);
    if (problems->len == COLLECTOR_HL7_MAX_PROBLEMS - 1) {
        copy_text(problem.found, sizeof problem.found, "more problems than are listed");
        copy_text(problem.expected, sizeof problem.expected, "a message with fewer faults");
    }
    g_array_append_val(problems, problem);
    return &g_array_index(problems, CollectorHl7Problem, problems->len - 1);
}

gboolean
collector_hl7_problems_fatal(const GArray *problems)
{
    for (guint i = 0; i < problems->len; i++)
        if (g_array_index(problems, CollectorHl7Problem, i).fatal)
            return TRUE;
    return FALSE;
}

void
collector_hl7_printable(const char *text, size_t n, char *out, size_t size)
{
    size_t used = 0;

    g_assert(size > 8);
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        gboolean plain = c >= 0x20 && c < 0x7F;

        if (used + 4 + 4 >= size) {
            memcpy(out + used, "...", 3);
            used += 3;
            break;
        }
        if (plain)
            out[used++] = (char)c;
        else
            used += (size_t)g_snprintf(out + used, 5, "\\x%02X", c);
    }
    out[used] = '\0';
}

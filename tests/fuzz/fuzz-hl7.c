/* HL7 v2: parsed, encoded again, checked, mapped, acknowledged and decoded.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/decode-hl7.h"
#include "collector/sources/hl7-ack.h"
#include "collector/sources/hl7-pcd01.h"
#include "collector/sources/hl7-problem.h"
#include "tests/fuzz/fuzz-target.h"

static void
map_and_answer(const CollectorHl7Message *message, GArray *problems)
{
    CollectorHl7Settings settings = {.site = "demo", .location_is_bed = TRUE};
    g_autoptr(CollectorHl7Mapper) mapper = collector_hl7_mapper_new(&settings);
    g_autoptr(CollectorHl7Result) result = collector_hl7_result_new();
    g_autoptr(CollectorHl7Receipt) receipt = collector_hl7_receipt_new(message);
    g_autoptr(GString) answer = NULL;
    CollectorHl7Verdict verdict = collector_hl7_map(mapper, message, 1, problems, result);

    for (guint i = 0; i < result->observations->len; i++) {
        const CollectorHl7Observation *o =
            &g_array_index(result->observations, CollectorHl7Observation, i);

        g_assert_true(collector_hl7_is_bed_id(o->bed));
        g_assert_true(o->source_us == 0 ? o->t_us <= 1 : o->t_us == o->source_us);
        g_assert_true(o->kind != COLLECTOR_HL7_NUMERIC || o->signal != NULL);
        if (o->kind == COLLECTOR_HL7_NUMERIC)
            g_assert_true(o->quality == VICU__QUALITY__QUALITY_INVALID
                              ? o->value == 0.0
                              : o->value >= o->signal->min && o->value <= o->signal->max);
        g_assert_true(g_utf8_validate(o->text, -1, NULL));
    }
    g_assert_true(verdict == COLLECTOR_HL7_TAKE || collector_hl7_problems_fatal(problems));
    answer = collector_hl7_receipt_answer(
        receipt, verdict == COLLECTOR_HL7_TAKE ? COLLECTOR_HL7_ACCEPT : COLLECTOR_HL7_ERROR,
        problems, NULL, 0, 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GArray) problems = collector_hl7_problems_new();
    g_autoptr(CollectorHl7Message) message =
        collector_hl7_message_parse((const char *)data, size, 1, problems);
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    gboolean json = size % 2 == 0;
    int status = collector_decode_hl7_bytes((const char *)data, size, json, out);

    fclose(out);
    if (json)
        g_assert_true((status == 1) == (strstr(text, "{\"type\": \"error\"") != NULL));
    for (size_t i = 0; i < n; i++)
        g_assert_true((unsigned char)text[i] >= 0x20 || text[i] == '\n');
    free(text);
    if (message != NULL) {
        g_autoptr(GString) again = collector_hl7_message_encode(message);

        g_assert_true(again->len == size && memcmp(again->str, data, size) == 0);
        map_and_answer(message, problems);
    } else {
        g_assert_true(collector_hl7_problems_fatal(problems));
    }
    return 0;
}

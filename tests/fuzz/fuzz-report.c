/* Every quality report of records whose detail is any bytes: read as an alarm, and as an
 * escalation.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/report/report.h"
#include "tests/fuzz/fuzz-target.h"

static void
write_out(VicuReport *report)
{
    g_autoptr(VicuReport) own = report;
    g_autoptr(VicuJson) json = vicu_json_new();

    vicu_report_suppress(own, 5, true);
    vicu_report_json(own, json);
    g_free(vicu_report_csv(own));
    g_free(vicu_report_text(own));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(VicuHistory) history = vicu_history_new();
    Vicu__Event event = VICU__EVENT__INIT;
    Vicu__StreamRow row = VICU__STREAM_ROW__INIT;
    VicuReportAsk ask = {1, INT64_C(30) * 86400 * G_USEC_PER_SEC, NULL, NULL};

    event.detail = (ProtobufCBinaryData){size, (uint8_t *)data};
    event.kind = (char *)"alarm";
    vicu_history_event(history, &event);
    event.kind = (char *)"escalation-ended";
    vicu_history_event(history, &event);
    row.bed = (char *)"s/u/1";
    row.first_us = 1;
    row.last_us = ask.to_us;
    vicu_history_stream(history, &row);
    write_out(vicu_report_burden(history, &ask));
    write_out(vicu_report_response(history, &ask));
    write_out(vicu_report_indicators(history, &ask));
    write_out(vicu_report_npsg(history, &ask));
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/sim/message.h"

#include <stdio.h>
#include <string.h>

#define VT 0x0B
#define FS 0x1C

/* Reference ids of ISO/IEEE 11073-10101 for what a script usually names. */
static const struct {
    uint32_t code;
    const char *refid;
} refids[] = {
    {147842, "MDC_ECG_HEART_RATE"},
    {149514, "MDC_PULS_RATE"},
    {150021, "MDC_PRESS_BLD_NONINV_SYS"},
    {150022, "MDC_PRESS_BLD_NONINV_DIA"},
    {150023, "MDC_PRESS_BLD_NONINV_MEAN"},
    {150037, "MDC_PRESS_BLD_ART_ABP_SYS"},
    {150038, "MDC_PRESS_BLD_ART_ABP_DIA"},
    {150039, "MDC_PRESS_BLD_ART_ABP_MEAN"},
    {150087, "MDC_PRESS_BLD_VEN_CENT_MEAN"},
    {150344, "MDC_TEMP"},
    {150448, "MDC_PULS_OXIM_PERF_REL"},
    {150456, "MDC_PULS_OXIM_SAT_O2"},
    {151562, "MDC_RESP_RATE"},
    {151728, "MDC_AWAY_CO2_ET"},
    {151976, "MDC_VENT_PRESS_AWAY_END_EXP_POS"},
    {160920, "MDC_VENT_CONC_AWAY_O2_INSP"},
};

static const char *
refid(const VicuSignal *signal)
{
    for (size_t i = 0; i < G_N_ELEMENTS(refids); i++)
        if (refids[i].code == signal->codes[0])
            return refids[i].refid;
    return signal->name;
}

static void
append_time(int64_t t_us, GString *out)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(t_us / G_USEC_PER_SEC);
    g_autofree char *text = g_date_time_format(date, "%Y%m%d%H%M%S");

    g_string_append_printf(out, "%s.%03d+0000", text, (int)(t_us % G_USEC_PER_SEC / 1000));
}

static void
append_value(const ToolSimItem *item, const ToolSimMoment *moment, guint index, GString *out)
{
    static const char *const none[] = {"-999", "-99.9", "-100", ""};
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    char format[8];

    if (moment->sentinels && (moment->id + index) % 5 == 0) {
        g_string_append(out, none[(moment->id / 5 + index) % G_N_ELEMENTS(none)]);
        return;
    }
    if (item->symbol != NULL) {
        g_string_append(out, item->symbol);
        return;
    }
    g_snprintf(format, sizeof format, "%%.%df", tool_sim_decimals(item->signal));
    g_string_append(out, g_ascii_formatd(text, sizeof text, format,
                                         tool_sim_value(item, moment->t_us, moment->seed)));
}

static gboolean
is_private(const VicuSignal *signal)
{
    return signal->codes[0] >= 0x4000000U; /* partition 1024 */
}

/* @index counts within the message; @sensor is the item's place at the bed, the same in
 * each message. */
static void
append_obx(
    const ToolSimItem *item, const ToolSimMoment *moment, guint index, guint sensor, GString *out)
{
    const VicuSignal *signal = item->signal;

    g_string_append_printf(out, "OBX|%u|%s|%u^%s^%s|1.1.1.%u|", index,
                           item->symbol != NULL ? "ST" : "NM", signal->codes[0], refid(signal),
                           is_private(signal) ? "99VICU" : "MDC", sensor);
    append_value(item, moment, index, out);
    if (item->symbol != NULL)
        g_string_append(out, "||||||R|||");
    else
        g_string_append_printf(out, "|%s^%s^UCUM|||||R|||", signal->unit, signal->unit);
    append_time(moment->t_us, out);
    g_string_append_c(out, '\r');
}

static gboolean
is_due(const ToolSimItem *item, const ToolSimMoment *moment)
{
    return moment->all || item->every_us == 0
           || moment->t_us / item->every_us != moment->last_us / item->every_us;
}

GString *
tool_sim_message(const ToolSimBed *bed, const ToolSimMoment *moment, char control[24])
{
    g_auto(GStrv) place = g_strsplit(bed->bed, "/", 3);
    GString *out = g_string_new(NULL);
    guint index = 0;

    g_assert(g_strv_length(place) == 3);
    g_snprintf(control, 24, "S%u-%" G_GUINT64_FORMAT, bed->number, moment->id);
    g_string_append_c(out, VT);
    g_string_append_printf(out, "MSH|^~\\&|VICUSIM^%016X^EUI-64|%s|VICU|%s|", bed->number, place[0],
                           place[0]);
    append_time(moment->t_us, out);
    g_string_append_printf(out,
                           "||ORU^R01^ORU_R01|%s|T|2.6|||NE|AL||UNICODE UTF-8|||"
                           "IHE PCD ORU-R01 2006^HL7^1.3.6.1.4.1.19376.1.6.1.1.1^ISO\r",
                           control);
    g_string_append_printf(out, "PID|||SIM-%u^^^VICUSIM^MR||SIMULATED^PATIENT\r", bed->number);
    g_string_append_printf(out, "PV1||I|%s^^%s^%s\r", place[1], place[2], place[0]);
    g_string_append_printf(out, "OBR|1|%s|%s|182777000^monitoring of patient^SCT|||", control,
                           control);
    append_time(moment->t_us, out);
    g_string_append_c(out, '\r');
    for (size_t i = 0; i < bed->n_items; i++)
        if (is_due(&bed->items[i], moment))
            append_obx(&bed->items[i], moment, ++index, (guint)i + 1, out);
    g_string_append_c(out, FS);
    g_string_append_c(out, '\r');
    return out;
}

/* Field @index of the segment that begins at @at. Caller frees. */
static char *
field(const char *at, char separator, int index)
{
    const char *end = at + strcspn(at, "\r\n");

    while (index > 0 && at < end) {
        index -= *at == separator ? 1 : 0;
        at++;
    }
    if (index > 0)
        return g_strdup("");
    for (const char *stop = at;; stop++)
        if (stop == end || *stop == separator)
            return g_strndup(at, (gsize)(stop - at));
}

static const char *
segment(const char *text, const char *name)
{
    g_autofree char *line = g_strdup_printf("\r%s", name);
    const char *at = strstr(text, line);

    return at == NULL ? NULL : at + 1;
}

static ToolSimAnswer
read_answer(const char *text, char control[24], char **sentence)
{
    const char *msa = segment(text, "MSA");
    const char *err = segment(text, "ERR");
    g_autofree char *code = NULL;
    g_autofree char *id = NULL;

    *sentence = NULL;
    control[0] = '\0';
    if (!g_str_has_prefix(text, "MSH") || strlen(text) < 8 || msa == NULL) {
        *sentence = g_strdup("an answer without MSH or MSA");
        return TOOL_SIM_NONSENSE;
    }
    code = field(msa, text[3], 1);
    id = field(msa, text[3], 2);
    g_strlcpy(control, id, 24);
    *sentence = err != NULL ? field(err, text[3], 8) : field(msa, text[3], 3);
    if (strcmp(code, "AA") == 0 || strcmp(code, "CA") == 0)
        return TOOL_SIM_ACCEPTED;
    if (strcmp(code, "AE") == 0 || strcmp(code, "CE") == 0)
        return TOOL_SIM_ERROR;
    if (strcmp(code, "AR") == 0 || strcmp(code, "CR") == 0)
        return TOOL_SIM_REJECTED;
    return TOOL_SIM_NONSENSE;
}

ToolSimAnswer
tool_sim_answer(GString *received, char control[24], char **text)
{
    const char *start = memchr(received->str, VT, received->len);
    const char *end;
    g_autofree char *message = NULL;

    *text = NULL;
    if (start == NULL)
        return TOOL_SIM_MORE;
    end = memchr(start, FS, received->len - (gsize)(start - received->str));
    if (end == NULL)
        return TOOL_SIM_MORE;
    message = g_strndup(start + 1, (gsize)(end - start - 1));
    g_string_erase(received, 0, end - received->str + 1);
    return read_answer(message, control, text);
}

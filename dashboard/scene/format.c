/* Format. See format.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/format.h"

#include <math.h>
#include <string.h>

#include "dashboard/scene/words.h"

char *
dash_format_age(char out[DASH_TEXT_MAX], int64_t age_us)
{
    int64_t s = MAX(age_us, 0) / (int64_t)G_USEC_PER_SEC;
    if (s < 100)
        g_snprintf(out, DASH_TEXT_MAX, _("%d s"), (int)s);
    else if (s < 100 * 60)
        g_snprintf(out, DASH_TEXT_MAX, _("%d min"), (int)(s / 60));
    else if (s < 48 * 3600)
        g_snprintf(out, DASH_TEXT_MAX, _("%d h"), (int)(s / 3600));
    else
        g_snprintf(out, DASH_TEXT_MAX, _("%d d"), (int)MIN(s / 86400, 9999));
    return out;
}

char *
dash_format_clock(char out[DASH_TEXT_MAX], int64_t t_us, int64_t utc_offset_us)
{
    int64_t s = (t_us + utc_offset_us) / (int64_t)G_USEC_PER_SEC;
    int day_s = (int)(((s % 86400) + 86400) % 86400);
    g_snprintf(out, DASH_TEXT_MAX, "%02d:%02d:%02d", day_s / 3600, day_s / 60 % 60, day_s % 60);
    return out;
}

/* Read to whole numbers but for these. */
static int
digits_of(const VicuSignal *signal, double value)
{
    static const char *const one[] = {"Temp", "Lactate", "Weight", "UO", "PERF", "HFNC_SINCE"};
    static const char *const two[] = {"FiO2", "Creat"};
    if (!signal)
        return fabs(value) < 10 ? 2 : fabs(value) < 100 ? 1 : 0;
    for (size_t i = 0; i < G_N_ELEMENTS(one); i++)
        if (strcmp(signal->name, one[i]) == 0)
            return 1;
    for (size_t i = 0; i < G_N_ELEMENTS(two); i++)
        if (strcmp(signal->name, two[i]) == 0)
            return 2;
    return 0;
}

static char *
rounded(char out[DASH_TEXT_MAX], double value, int digits)
{
    double scale = digits == 2 ? 100 : digits == 1 ? 10 : 1;
    double whole = floor(value * scale + 0.5); /* half up, as the charts do */
    g_snprintf(out, DASH_TEXT_MAX, "%.*f", digits, whole / scale + 0.0);
    return out;
}

static const char *
unit_of(const VicuSignal *signal)
{
    return signal ? signal->unit : "";
}

char *
dash_format_value(char out[DASH_TEXT_MAX], DashUnits units, const VicuSignal *signal, double value)
{
    const char *unit = unit_of(signal);
    int digits = dash_units_differ(units, unit) ? 1 : digits_of(signal, value);
    return rounded(out, dash_units_value(units, unit, value), digits);
}

char *
dash_format_change(char out[DASH_TEXT_MAX], DashUnits units, const VicuSignal *signal, double by)
{
    const char *unit = unit_of(signal);
    int digits = dash_units_differ(units, unit) ? 1 : digits_of(signal, by);
    return rounded(out, fabs(dash_units_span(units, unit, by)), digits);
}

char *
dash_format_number(
    char out[DASH_TEXT_MAX], DashUnits units, const char *ucum, double value, int digits)
{
    if (dash_units_differ(units, ucum))
        return rounded(out, dash_units_value(units, ucum, value), 1);
    if (digits == 0)
        return rounded(out, value, 0);
    g_snprintf(out, DASH_TEXT_MAX, "%.*g", digits, value);
    return out;
}

char *
dash_format_measure(
    char out[DASH_TEXT_MAX], DashUnits units, const char *ucum, double value, int digits)
{
    char number[DASH_TEXT_MAX];
    const char *name = dash_units_name(units, ucum);
    g_snprintf(out, DASH_TEXT_MAX, "%.40s%s%.20s",
               dash_format_number(number, units, ucum, value, digits), *name ? " " : "", name);
    return out;
}

char *
dash_format_range(
    char out[DASH_TEXT_MAX], DashUnits units, const char *ucum, double min, double max)
{
    if (dash_units_differ(units, ucum)) { /* a bound is never rounded to where it is passed */
        double lo = ceil(dash_units_value(units, ucum, min) * 10 - 1e-9) / 10;
        double hi = floor(dash_units_value(units, ucum, max) * 10 + 1e-9) / 10;
        g_snprintf(out, DASH_TEXT_MAX, _("%.1f to %.1f %.20s"), lo, hi,
                   dash_units_name(units, ucum));
    } else {
        g_snprintf(out, DASH_TEXT_MAX, _("%g to %g %.20s"), min, max, dash_units_name(units, ucum));
    }
    return out;
}

const char *
dash_format_unit(const char *ucum)
{
    static const char *const known[][2] = {
        {"mm[Hg]", "mmHg"}, {"cm[H2O]", "cmH2O"}, {"Cel", "°C"}, {"1", ""}, {"10*9/L", "10⁹/L"},
    };
    for (size_t i = 0; ucum && i < G_N_ELEMENTS(known); i++)
        if (strcmp(ucum, known[i][0]) == 0)
            return known[i][1];
    return ucum ? ucum : "";
}

char *
dash_format_plain(char out[DASH_TEXT_MAX], const char *text)
{
    g_autoptr(GString) plain = g_string_new(text);
    g_string_replace(plain, "mm[Hg]", "mmHg", 0);
    g_string_replace(plain, "cm[H2O]", "cmH2O", 0);
    g_string_replace(plain, " Cel", " °C", 0);
    g_strlcpy(out, plain->str, DASH_TEXT_MAX);
    return out;
}

const char *
dash_format_origin(Vicu__Origin origin)
{
    switch (origin) {
    case VICU__ORIGIN__ORIGIN_SIMULATED:
        return _("simulated");
    case VICU__ORIGIN__ORIGIN_RECORDING:
        return _("recording");
    case VICU__ORIGIN__ORIGIN_ARCHIVE:
        return _("archive");
    case VICU__ORIGIN__ORIGIN_LIVE:
        return "";
    case VICU__ORIGIN__ORIGIN_UNKNOWN:
    case _VICU__ORIGIN_IS_INT_SIZE:
        break;
    }
    return _("origin not known");
}

const char *
dash_format_origin_short(Vicu__Origin origin)
{
    switch (origin) {
    case VICU__ORIGIN__ORIGIN_SIMULATED:
        return _("sim");
    case VICU__ORIGIN__ORIGIN_RECORDING:
        return _("rec");
    case VICU__ORIGIN__ORIGIN_ARCHIVE:
        return _("arc");
    case VICU__ORIGIN__ORIGIN_LIVE:
        return "";
    case VICU__ORIGIN__ORIGIN_UNKNOWN:
    case _VICU__ORIGIN_IS_INT_SIZE:
        break;
    }
    return _("org?");
}

const char *
dash_format_source(Vicu__Source source)
{
    switch (source) {
    case VICU__SOURCE__SOURCE_DERIVED:
        return _("derived");
    case VICU__SOURCE__SOURCE_MANUAL:
        return _("by hand");
    case VICU__SOURCE__SOURCE_DEVICE:
    case _VICU__SOURCE_IS_INT_SIZE:
        break;
    }
    return "";
}

char *
dash_format_marks(char out[DASH_TEXT_MAX], Vicu__Origin origin, Vicu__Source source)
{
    const char *from = dash_format_origin_short(origin);
    const char *by = source == VICU__SOURCE__SOURCE_DERIVED  ? _("der")
                     : source == VICU__SOURCE__SOURCE_MANUAL ? _("hand")
                                                             : "";
    g_snprintf(out, DASH_TEXT_MAX, "%s%s%s", from, *from && *by ? " " : "", by);
    return out;
}

const char *
dash_format_short(const VicuSignal *signal, const char *label)
{
    static const char *const known[][2] = {
        {"PULSE", "PR"},    {"Temp", "T"},        {"ECG_I", "I"},     {"ECG_II", "II"},
        {"ECG_III", "III"}, {"ECG_aVR", "aVR"},   {"ECG_aVL", "aVL"}, {"ECG_aVF", "aVF"},
        {"ECG_V", "V"},     {"ECG_MCL1", "MCL1"}, {"PLETH", "Pleth"}, {"RESP", "Resp"},
        {"CVP_M", "CVP"},   {"PAP_M", "PAP"},
    };
    if (!signal)
        return label ? label : "?";
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        if (strcmp(signal->name, known[i][0]) == 0)
            return known[i][1];
    return g_str_has_prefix(signal->name, "ECG_") ? signal->name + 4 : signal->name;
}

unsigned
dash_score_missing(const DashScore *score)
{
    unsigned missing = 0;
    for (unsigned i = 0; i < score->n_parts; i++)
        missing += !score->part[i].known;
    return missing;
}

const char *
dash_format_part(const char *name)
{
    static const char *const known[][2] = {
        {"rr", N_("Respirations")},  {"spo2", "SpO2"},    {"o2", N_("Air or oxygen")},
        {"sbp", N_("Systolic")},     {"hr", N_("Pulse")}, {"con", N_("Consciousness")},
        {"temp", N_("Temperature")},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        if (g_ascii_strcasecmp(name, known[i][0]) == 0)
            return _(known[i][1]);
    return name;
}

char *
dash_format_score(char out[DASH_TEXT_MAX], const DashScore *score, const char *name)
{
    if (!score)
        g_snprintf(out, DASH_TEXT_MAX, "%s ?", name);
    else if (score->known)
        g_snprintf(out, DASH_TEXT_MAX, "%s %d", name, score->value);
    else
        g_snprintf(out, DASH_TEXT_MAX, "%s %d–%d", name, score->min, score->max);
    return out;
}

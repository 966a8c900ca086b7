/* Reading: what a number says at a moment: its text, how fresh it is, and the
 * small print of unit, age, origin and source.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/build.h"
#include "dashboard/scene/format.h"

const char *
dash_unit_of(const DashNumeric *numeric)
{
    return numeric && numeric->signal ? numeric->signal->unit : "";
}

/* A mean often stands where systolic and diastolic cannot be found, as in a
 * pressure without pulses: each part counts for itself, the mean leads. */
DashReading
dash_read_vital(const DashVital *v, DashUnits units, int64_t now_us)
{
    const DashNumeric *parts[] = {v->a, v->b, v->c};
    static const size_t leads[] = {2, 0, 1};
    char text[3][DASH_TEXT_MAX] = {"–", "–", "–"};
    DashReading reading = {.fresh = DASH_GONE, .lead = v->c ? v->c : v->a};
    bool shown = false;
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        const DashNumeric *part = parts[leads[i]];
        DashFreshness fresh = part ? dash_judge_numeric(part, now_us) : DASH_GONE;
        if (fresh == DASH_GONE)
            continue;
        dash_format_value(text[leads[i]], units, part->signal, part->value);
        reading.doubtful |= part->quality == VICU__QUALITY__QUALITY_QUESTIONABLE;
        reading.lead = shown ? reading.lead : part;
        reading.t_us = shown ? MIN(reading.t_us, part->t_us) : part->t_us;
        reading.fresh = shown ? MAX(reading.fresh, fresh) : fresh;
        shown = true;
    }
    const char *doubt = reading.doubtful ? "?" : "";
    reading.unit = dash_units_name(units, dash_unit_of(reading.lead));
    if (!shown) {
        reading.t_us = reading.lead ? reading.lead->t_us : 0;
        g_strlcpy(reading.text, "– –", sizeof reading.text);
    } else if (v->c) {
        g_snprintf(reading.text, sizeof reading.text, "%.8s/%.8s (%.8s)%s", text[0], text[1],
                   text[2], doubt);
    } else if (v->b) {
        g_snprintf(reading.text, sizeof reading.text, "%.8s/%.8s%s", text[0], text[1], doubt);
    } else {
        g_snprintf(reading.text, sizeof reading.text, "%.16s%s", text[0], doubt);
    }
    return reading;
}

static void
put_note(char *out, const DashReading *reading, int64_t now_us, const char *marks)
{
    char age[DASH_TEXT_MAX];
    const char *unit = reading->unit;
    const char *gap = *marks ? " " : "";
    dash_format_age(age, now_us - reading->t_us);
    if (reading->fresh == DASH_GONE && reading->t_us == 0)
        g_strlcpy(out, _("no value"), DASH_TEXT_MAX);
    else if (reading->fresh == DASH_GONE)
        g_snprintf(out, DASH_TEXT_MAX, _("none for %.16s"), age);
    else if (reading->fresh == DASH_STALE) /* the age first: it is never the part cut off */
        g_snprintf(out, DASH_TEXT_MAX, _("STALE %.16s %s%s%.24s"), age, unit, gap, marks);
    else
        g_snprintf(out, DASH_TEXT_MAX, "%s%s%.16s%s%.24s", unit, *unit ? " " : "", age, gap, marks);
}

void
dash_reading_note(char *out, const DashReading *reading, int64_t now_us, Vicu__Origin said)
{
    char marks[DASH_TEXT_MAX];
    const DashNumeric *lead = reading->lead;
    bool repeat = lead->origin != said;
    dash_format_marks(marks, repeat ? lead->origin : VICU__ORIGIN__ORIGIN_LIVE, lead->source);
    put_note(out, reading, now_us, marks);
}

void
dash_reading_brief(char *out, const DashReading *reading, int64_t now_us)
{
    put_note(out, reading, now_us, "");
}

Vicu__Origin
dash_origin_of(const DashBed *bed, bool *copy)
{
    *copy = false;
    for (unsigned i = 0; i < bed->n_streams; i++) {
        *copy |= bed->stream[i].copy;
        if (bed->stream[i].origin != VICU__ORIGIN__ORIGIN_UNKNOWN)
            return bed->stream[i].origin;
    }
    for (unsigned i = 0; i < bed->n_numerics; i++)
        if (bed->numeric[i].source == VICU__SOURCE__SOURCE_DEVICE)
            return bed->numeric[i].origin;
    return bed->origin;
}

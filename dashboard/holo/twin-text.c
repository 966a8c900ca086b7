/* A bed of the twin in words. See twin-text.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo/twin-text.h"

#include <math.h>

#include "dashboard/scene/build.h"
#include "dashboard/scene/format.h"
#include "dashboard/scene/words.h"

static const char *const units[DASH_N_AVATAR_SIGNS] = {"/min", "/min", "%", "mm[Hg]",
                                                       "Cel",  "",     ""};

static double
to_tenths(double value)
{
    return floor(value * 10 + 0.5) / 10;
}

/* What is measured seldom says when it was; the others are of the bed's own age. */
#define SELDOM_US (60 * (int64_t)G_USEC_PER_SEC)

static void
put_signs(VicuJson *json, const DashAvatar *avatar)
{
    vicu_json_begin_object(json, "signs");
    for (unsigned i = 0; i < DASH_N_AVATAR_SIGNS; i++) {
        const DashAvatarSign *sign = &avatar->sign[i];
        const char *name = dash_avatar_sign_name((DashAvatarSignKind)i);
        if (!sign->known) {
            vicu_json_null(json, name);
            continue;
        }
        vicu_json_begin_object(json, name);
        vicu_json_number(json, "value", to_tenths(sign->value));
        if (*units[i])
            vicu_json_text(json, "unit", units[i]);
        if (sign->banded)
            vicu_json_integer(json, "band", sign->band);
        if (sign->doubtful)
            vicu_json_bool(json, "questionable", TRUE);
        if (sign->t_us > 0 && avatar->now_us - sign->t_us >= SELDOM_US)
            vicu_json_time(json, "measured", sign->t_us);
        vicu_json_end(json);
    }
    vicu_json_end(json);
}

static void
put_alarm(VicuJson *json, const DashAlarm *alarm)
{
    if (alarm == NULL) {
        vicu_json_null(json, "alarm");
        return;
    }
    const DashAlarmLook *look = dash_palette_alarm(alarm->priority);
    vicu_json_begin_object(json, "alarm");
    vicu_json_text(json, "priority", look->name);
    vicu_json_text(json, "mark", look->mark);
    vicu_json_text(json, "title", _(alarm->title));
    vicu_json_bool(json, "answered", !dash_judge_alarm_sounds(alarm));
    vicu_json_time(json, "raised", alarm->t_raised_us);
    vicu_json_number(json, "flash_hz", look->flash_hz);
    vicu_json_end(json);
}

void
dash_twin_put_bed(VicuJson *json, const DashTwinBed *bed, bool with_patient)
{
    static const char *const codes[] = {
        [DASH_PRESENT] = "present",       [DASH_DELAYED] = "delayed",
        [DASH_WAITING] = "waiting",       [DASH_LOST] = "lost",
        [DASH_NEVER_SEEN] = "never seen", [DASH_STANDBY] = "standby",
        [DASH_TRANSPORT] = "transport",   [DASH_DISCHARGED] = "discharged",
    };
    vicu_json_text(json, "id", bed->bed->id);
    vicu_json_text(json, "label", bed->bed->label);
    if (with_patient)
        vicu_json_text(json, "patient", bed->bed->patient);
    vicu_json_text(json, "presence", codes[bed->avatar.absence]);
    vicu_json_text(json, "presence_word", dash_absence_word(bed->avatar.absence));
    vicu_json_text(json, "origin", dash_format_origin(bed->bed->origin));
    vicu_json_integer(json, "acuity", bed->acuity.value);
    put_alarm(json, bed->acuity.worst);
    put_signs(json, &bed->avatar);
}

void
dash_twin_lines(const DashTwinBed *bed,
                bool with_patient,
                char upper[DASH_TWIN_LINE],
                char lower[DASH_TWIN_LINE])
{
    const DashAlarm *alarm = bed->acuity.worst;
    const char *patient = with_patient && bed->bed->patient ? bed->bed->patient : "";

    g_snprintf(upper, DASH_TWIN_LINE, "%s%s%s", bed->bed->label, *patient ? "  " : "", patient);
    *lower = '\0';
    if (alarm)
        g_snprintf(lower, DASH_TWIN_LINE, "%s %s", dash_palette_alarm(alarm->priority)->mark,
                   _(alarm->title));
    else if (bed->avatar.absence != DASH_PRESENT)
        g_strlcpy(lower, dash_absence_word(bed->avatar.absence), DASH_TWIN_LINE);
}

Vicu__Origin
dash_twin_origin(const DashTwin *twin)
{
    for (unsigned i = 1; i < twin->n; i++)
        if (twin->bed[i].bed->origin != twin->bed[0].bed->origin)
            return VICU__ORIGIN__ORIGIN_UNKNOWN;
    return twin->n > 0 ? twin->bed[0].bed->origin : VICU__ORIGIN__ORIGIN_UNKNOWN;
}

void
dash_twin_heading(const DashTwin *twin, char out[DASH_TWIN_LINE])
{
    char clock[DASH_TEXT_MAX];
    g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(twin->now_us / G_USEC_PER_SEC);
    g_autofree char *day = when ? g_date_time_format(when, "%Y-%m-%d") : g_strdup("");

    g_snprintf(out, DASH_TWIN_LINE, "%s %s UTC  %s  %s%s%s", day,
               dash_format_clock(clock, twin->now_us, 0),
               dash_format_origin(dash_twin_origin(twin)), _("Supplemental: not a primary alarm."),
               twin->alarms_known ? "" : "  ",
               twin->alarms_known ? "" : _("Alarms not known: rules silent"));
}

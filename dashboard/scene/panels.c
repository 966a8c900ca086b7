/* Panels of the bed view: the alarms with their reasons, the score part by part,
 * what else is known, what happened.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/scene/build.h"
#include "dashboard/scene/format.h"

#define PAD DASH_PANEL_PAD
#define ENTRY_LINES                                                                                \
    5 /* below the title of an alarm: reason, evidence, since when, who answered                   \
       */

static void
put_score_panel(DashScene *self, const DashBed *bed, DashRect rect)
{
    char title[DASH_TEXT_MAX];
    char text[DASH_TEXT_MAX];
    const DashScore *score = dash_judge_find_score(bed, "news2");
    DashPanel panel = dash_panel_begin(self, rect, _("NEWS2 (Royal College of Physicians 2017)"));
    DashFace big = {dash_px(self, 26), DASH_WEIGHT_BOLD, self->pal->text, rect.w - 2 * PAD};
    if (!score) {
        dash_panel_line(&panel, (DashFace){13, DASH_WEIGHT_REGULAR, self->pal->dim, 0},
                        dash_is_replay(self) ? _("not known for that time") : _("not known"), "");
        return;
    }
    dash_format_score(title, score, "");
    if (!score->known)
        g_snprintf(text, sizeof text, _("%.40s   %u parts not known"), title,
                   dash_score_missing(score));
    else
        g_strlcpy(text, title, sizeof text);
    if (dash_panel_fits(&panel, dash_px(self, 34)))
        dash_put_text(self, rect.x + PAD, panel.y + dash_px(self, 24), big, g_strstrip(text));
    panel.y += dash_px(self, 34);
    for (unsigned i = 0; i < score->n_parts; i++) {
        const DashPart *part = &score->part[i];
        DashFace face = {13, DASH_WEIGHT_REGULAR, part->known ? self->pal->text : self->pal->stale,
                         0};
        if (part->known && part->points >= 3)
            face.weight = DASH_WEIGHT_BOLD;
        g_snprintf(text, sizeof text, "%d", part->points);
        dash_panel_line(&panel, face, dash_format_part(part->name),
                        part->known ? text : _("not known"));
    }
}

static void
put_alarm_entry(DashPanel *panel, const DashAlarm *alarm)
{
    DashScene *self = panel->scene;
    char text[DASH_TEXT_MAX];
    char clock[DASH_TEXT_MAX];
    char age[DASH_TEXT_MAX];
    DashAlarmFace look = dash_alarm_face(self, alarm);
    int64_t now_us = self->view->now_us;
    DashRect bar = {panel->rect.x + PAD, panel->y + 2, panel->rect.w - 2 * PAD, dash_px(self, 22)};
    dash_put_fill(self, bar, look.ground);
    dash_put_frame(self, bar, look.border, 2);
    DashFace face = {dash_px(self, 13), DASH_WEIGHT_BOLD, look.ink, 0};
    int base = dash_baseline(bar.y, bar.h, face.size);
    int x = bar.x + 7;
    x += dash_put_text(self, x, base, face, look.look->mark) + 7;
    face.max_w = bar.x + bar.w - 6 - x;
    dash_put_text(self, x, base, face, _(alarm->title));
    panel->y += dash_px(self, 26);
    DashFace line = {12, DASH_WEIGHT_REGULAR, self->pal->text, 0};
    const char *evidence = alarm->evidence ? alarm->evidence : "";
    char shown[DASH_TEXT_MAX];
    dash_alarm_reason(self, alarm, text);
    if (*text)
        dash_panel_lines(panel, line, text, 2);
    if (strcmp(text, dash_format_plain(shown, evidence)) != 0 && *evidence)
        dash_panel_lines(panel, (DashFace){12, DASH_WEIGHT_REGULAR, self->pal->dim, 0}, shown, 2);
    dash_format_clock(clock, alarm->t_condition_us, self->view->utc_offset_us);
    g_snprintf(text, sizeof text, _("since %.16s, %.16s%s%s"), clock,
               dash_format_age(age, now_us - alarm->t_condition_us),
               alarm->derived ? _("  derived") : "", alarm->technical ? _("  technical") : "");
    dash_append_signal(alarm, now_us, text);
    line.ink = self->pal->dim;
    const char *answer = alarm->state == VICU__ALARM_STATE__ALARM_ACKNOWLEDGED ? _("acknowledged")
                         : alarm->state == VICU__ALARM_STATE__ALARM_LATCHED    ? _("LATCHED")
                                                                            : _("not acknowledged");
    dash_panel_line(panel, line, text, answer);
    if (*alarm->ack_who) {
        g_snprintf(text, sizeof text, "%.40s: %.100s", alarm->ack_who, alarm->ack_reason);
        dash_panel_lines(panel, line, text, 2);
    }
}

/* What they would take with all their lines. */
static int
alarms_height(const DashScene *self, const DashBed *bed)
{
    int n = 0;
    for (size_t i = 0; i < dash_model_n_alarms(self->model); i++)
        n += strcmp(dash_model_alarm(self->model, i)->bed, bed->id) == 0;
    return DASH_PANEL_TITLE_H(self)
           + n * (dash_px(self, 26) + ENTRY_LINES * DASH_PANEL_LINE_H(self)) + 8;
}

static void
put_alarm_panel(DashScene *self, const DashBed *bed, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    DashPanel panel = dash_panel_begin(self, rect, _("Alarms of this bed"));
    unsigned shown = 0;
    unsigned all = 0;
    for (size_t i = 0; i < dash_model_n_alarms(self->model); i++) {
        const DashAlarm *alarm = dash_model_alarm(self->model, i);
        if (strcmp(alarm->bed, bed->id) != 0)
            continue;
        all++;
        if (shown + 1 == all
            && dash_panel_fits(&panel, dash_px(self, 26)
                                           + (shown ? ENTRY_LINES : 3) * DASH_PANEL_LINE_H(self))) {
            put_alarm_entry(&panel, alarm);
            shown++;
        }
    }
    DashFace face = {13, DASH_WEIGHT_REGULAR, self->pal->dim, 0};
    if (all > shown) {
        g_snprintf(text, sizeof text, _("and %u more"), all - shown);
        dash_panel_line(&panel, face, text, "");
    } else if (all == 0) {
        bool known = dash_alarms_known(self->model);
        dash_panel_line(&panel, face,
                        known ? _("none stands") : _("not known: the rules are silent"), "");
    }
    /* How many comes first: the list ends where the panel does. */
    unsigned n_not_judged = bed->not_judged ? g_strv_length(bed->not_judged) : 0;
    if (n_not_judged > 1) {
        g_snprintf(text, sizeof text, _("%u rules not judged:"), n_not_judged);
        dash_panel_line(&panel, face, text, "");
    }
    for (char **name = bed->not_judged; name && *name; name++) {
        g_snprintf(text, sizeof text, n_not_judged > 1 ? "%s" : _("not judged: %s"), *name);
        if (!dash_panel_line(&panel, face, text, ""))
            break;
    }
}

static void
put_more_panel(DashScene *self, const DashBed *bed, DashRect rect, const DashVital *v, unsigned n)
{
    char text[DASH_TEXT_MAX];
    char age[DASH_TEXT_MAX];
    char marks[DASH_TEXT_MAX];
    int64_t now_us = self->view->now_us;
    DashPanel panel = dash_panel_begin(self, rect, _("Also known"));
    for (unsigned i = 0; i < n; i++) {
        if (!v[i].a)
            continue;
        DashReading reading = dash_read_vital(&v[i], self->view->units, now_us);
        dash_reading_note(marks, &reading, now_us, VICU__ORIGIN__ORIGIN_UNKNOWN);
        g_snprintf(text, sizeof text, "%.12s  %s", v[i].label, reading.text);
        uint32_t ink = reading.fresh == DASH_FRESH ? self->pal->text : self->pal->stale;
        dash_panel_line(&panel, (DashFace){13, DASH_WEIGHT_REGULAR, ink, 0}, text, marks);
    }
    for (unsigned i = 0; i < bed->n_symbols; i++) {
        const DashSymbol *symbol = &bed->symbol[i];
        bool gone = dash_judge_symbol(symbol, now_us) == DASH_GONE;
        g_snprintf(text, sizeof text, "%.40s  %.60s", symbol->signal ? symbol->signal->title : "?",
                   gone ? "–" : symbol->value);
        dash_format_marks(marks, symbol->origin, symbol->source);
        g_strlcat(marks, "  ", sizeof marks);
        g_strlcat(marks, dash_format_age(age, now_us - symbol->t_us), sizeof marks);
        uint32_t ink = gone ? self->pal->stale : self->pal->text;
        DashFace face = {13, DASH_WEIGHT_REGULAR, ink, 0};
        dash_panel_pair(&panel, face, text, face, marks, 0.42);
    }
}

static void
put_event_panel(DashScene *self, const DashBed *bed, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    char clock[DASH_TEXT_MAX];
    DashPanel panel =
        dash_panel_begin(self, rect,
                         dash_is_replay(self) ? _("Events of the hour before")
                                              : _("Events since this station listens"));
    DashFace face = {12, DASH_WEIGHT_REGULAR, self->pal->dim, 0};
    if (bed->n_events == 0)
        dash_panel_line(&panel, face, _("none"), "");
    for (unsigned i = bed->n_events; i-- > 0;) {
        const DashEvent *event = &bed->event[i];
        dash_format_clock(clock, event->t_us, self->view->utc_offset_us);
        g_snprintf(text, sizeof text, "%.16s  %.40s%s%.80s", clock, event->kind,
                   *event->text ? ": " : "", event->text);
        if (!dash_panel_line(&panel, face, text, ""))
            break;
    }
}

void
dash_build_panels(
    DashScene *self, const DashBed *bed, DashRect rect, const DashVital *rest, unsigned n)
{
    const DashScore *score = dash_judge_find_score(bed, "news2");
    int title_h = DASH_PANEL_TITLE_H(self);
    int line_h = DASH_PANEL_LINE_H(self);
    int score_h =
        title_h + dash_px(self, 34) + line_h * (int)(score ? MAX(score->n_parts, 1) : 1) + 8;
    int more_h = title_h + line_h * (int)MIN(n + bed->n_symbols, 7) + 10;
    score_h = MIN(score_h, rect.h * 36 / 100);
    more_h = MIN(more_h, rect.h * 22 / 100);
    int words_h = MIN(dash_words_panel_height(self, bed), rect.h * 24 / 100);
    int left = rect.h - score_h - more_h - words_h;
    /* What happened gives way to what stands. */
    int alarm_h = CLAMP(alarms_height(self, bed), left * 62 / 100, left * 84 / 100);
    int y = rect.y;
    put_alarm_panel(self, bed, (DashRect){rect.x, y, rect.w, alarm_h});
    y += alarm_h;
    put_score_panel(self, bed, (DashRect){rect.x, y, rect.w, score_h});
    y += score_h;
    put_more_panel(self, bed, (DashRect){rect.x, y, rect.w, more_h}, rest, n);
    y += more_h;
    if (words_h > 0)
        dash_build_words_panel(self, bed, (DashRect){rect.x, y, rect.w, words_h});
    y += words_h;
    put_event_panel(self, bed, (DashRect){rect.x, y, rect.w, rect.y + rect.h - y});
}

/* The simulation panel: what is thought of, how far it is played, what it would have done.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/scene/review-parts.h"

static const char *
what_text(DashTrialWhat what)
{
    static const char *const texts[] = {N_("limit"), N_("delay of"), N_("end delay of"),
                                        N_("hysteresis of")};
    return _(texts[MIN((unsigned)what, G_N_ELEMENTS(texts) - 1)]);
}

static void
scope_text(const DashScene *self, const DashTrial *trial, char out[DASH_TEXT_MAX])
{
    g_auto(GStrv) beds = dash_trial_beds(trial, self->model);
    const DashBed *bed = dash_model_find_bed(self->model, trial->bed);
    g_autofree char *place = dash_trial_place(trial);
    if (trial->scope == DASH_TRIAL_BED)
        g_snprintf(out, DASH_TEXT_MAX, _("bed %.40s"), bed ? bed->label : trial->bed);
    else if (trial->scope == DASH_TRIAL_UNIT)
        g_snprintf(out, DASH_TEXT_MAX, _("unit %.40s, %u beds"), place, g_strv_length(beds));
    else
        g_snprintf(out, DASH_TEXT_MAX, _("every unit, %u beds"), g_strv_length(beds));
}

char *
dash_trial_number(char out[DASH_TEXT_MAX], DashUnits units, const DashTrial *trial, double value)
{
    if (trial->what != DASH_TRIAL_HYSTERESIS || !dash_units_differ(units, trial->unit))
        return dash_format_measure(out, units, trial->unit, value, 4);
    g_snprintf(out, DASH_TEXT_MAX, "%.2f %s", dash_units_span(units, trial->unit, value),
               dash_units_name(units, trial->unit));
    return out;
}

static void
trial_text(const DashScene *self, const DashTrial *trial, char out[DASH_TEXT_MAX])
{
    char scope[DASH_TEXT_MAX];
    char now[DASH_TEXT_MAX];
    char value[DASH_TEXT_MAX];
    char in_force[DASH_TEXT_MAX];
    bool limit = trial->what == DASH_TRIAL_LIMIT;
    scope_text(self, trial, scope);
    if (trial->in_force_known)
        g_snprintf(now, sizeof now, _("now %.40s"),
                   dash_trial_number(in_force, self->view->units, trial, trial->in_force));
    else
        g_strlcpy(now, _("now as written"), sizeof now);
    g_snprintf(out, DASH_TEXT_MAX, "%s %.40s  %.20s  (%.30s)  %.50s", what_text(trial->what),
               limit ? trial->limit : trial->rule,
               dash_trial_number(value, self->view->units, trial, trial->value), now, scope);
}

/* --- what it found --- */

static void
put_changes(DashScene *self, DashRect rect, const char *title, const GArray *alarms, unsigned n)
{
    char text[DASH_TEXT_MAX];
    char when[DASH_TEXT_MAX];
    DashFace head = dash_review_face(self, 13, DASH_WEIGHT_BOLD, self->pal->text);
    DashFace face = dash_review_face(self, 12, DASH_WEIGHT_REGULAR, self->pal->dim);
    int row_h = PX(17), y = rect.y + PX(20);
    head.max_w = face.max_w = rect.w;
    g_snprintf(text, sizeof text, "%s: %u", title, n);
    dash_put_text(self, rect.x, dash_baseline(rect.y, PX(20), PX(13)), head, text);
    unsigned shown = (unsigned)MAX((rect.y + rect.h - y) / row_h, 0);
    bool more = n > shown;
    for (unsigned i = 0; i < MIN(shown - (more && shown > 0), alarms->len); i++, y += row_h) {
        const DashSimulatedAlarm *a = &g_array_index(alarms, DashSimulatedAlarm, i);
        const DashBed *bed = dash_model_find_bed(self->model, a->bed);
        g_snprintf(text, sizeof text, "%.24s  %.20s  %.60s",
                   dash_review_when(when, self, a->raised_us), bed ? bed->label : a->bed, a->rule);
        dash_put_text(self, rect.x, dash_baseline(y, row_h, PX(12)), face, text);
    }
    if (!more || shown == 0)
        return;
    g_snprintf(text, sizeof text, _("and %u more: the export has them"), n - (shown - 1));
    dash_put_text(self, rect.x, dash_baseline(y, row_h, PX(12)), face, text);
}

static void
put_found(DashScene *self, const DashSimulated *found, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    char later[DASH_TEXT_MAX];
    int left_w = rect.w * 44 / 100, third = (rect.w - left_w) / 2;
    DashFace big = dash_review_face(self, 22, DASH_WEIGHT_BOLD, self->pal->text);
    DashFace line = dash_review_face(self, 13, DASH_WEIGHT_REGULAR, self->pal->text);
    line.max_w = left_w - PX(10);
    double before = dash_simulated_rate(found, found->before.rules);
    double after = dash_simulated_rate(found, found->after.rules);
    g_snprintf(text, sizeof text, "%.1f → %.1f", before, after);
    int x = rect.x + dash_put_text(self, rect.x, rect.y + PX(20), big, text) + PX(10);
    DashFace unit = line;
    unit.max_w = rect.x + left_w - x - PX(10);
    dash_put_text(self, x, rect.y + PX(20), unit, _("alarms of these rules per bed and day"));
    int y = rect.y + PX(28);
    g_snprintf(text, sizeof text, _("%u before, %u after; of all rules %u and %u, %.2f bed-days"),
               found->before.rules, found->after.rules, found->before.all, found->after.all,
               found->bed_days);
    dash_put_text(self, rect.x, dash_baseline(y, PX(20), PX(13)), line, text);
    if (found->n_later > 0)
        g_snprintf(text, sizeof text, _("%u would come later, by %.16s at most"), found->n_later,
                   dash_review_seconds(later, found->longest_s));
    else
        g_strlcpy(text, _("None that stays would come later"), sizeof text);
    dash_put_text(self, rect.x, dash_baseline(y + PX(20), PX(20), PX(13)), line, text);
    put_changes(self, (DashRect){rect.x + left_w, rect.y, third - PX(10), rect.h},
                _("Would vanish"), found->vanish, found->n_vanish);
    put_changes(self, (DashRect){rect.x + left_w + third, rect.y, third, rect.h}, _("Would appear"),
                found->appear, found->n_appear);
}

static void
put_run(DashScene *self, const DashReviewState *state, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    DashFace face = dash_review_face(self, 13, DASH_WEIGHT_REGULAR, self->pal->text);
    face.max_w = rect.w;
    int base = dash_baseline(rect.y, PX(22), PX(13));
    if (state->run == DASH_RUN_RUNNING) {
        g_snprintf(text, sizeof text, _("Playing the last days: %d %%   Esc cancels"),
                   state->percent);
        dash_put_text(self, rect.x, base, face, text);
        dash_review_bar(self, (DashRect){rect.x, rect.y + PX(26), rect.w / 2, PX(8)},
                        state->percent / 100.0, self->pal->dim);
    } else if (state->run == DASH_RUN_FAILED) {
        g_auto(GStrv) lines = g_strsplit(state->failure ? state->failure : "", "\n", 4);
        dash_put_text(self, rect.x, base, face, _("The simulation failed:"));
        for (int i = 0; i < 3 && lines[i]; i++)
            dash_put_text(self, rect.x, base + (i + 1) * PX(20), face, lines[i]);
    } else if (state->run == DASH_RUN_CANCELLED) {
        dash_put_text(self, rect.x, base, face, _("Cancelled. Enter plays it again"));
    } else if (state->run == DASH_RUN_DONE && state->simulated) {
        put_found(self, state->simulated, rect);
    } else {
        dash_put_text(self, rect.x, base, face,
                      _("+ and - change the value, T what is changed, U for whom; Enter plays it"));
    }
}

void
dash_review_trial(DashScene *self, const DashReviewState *state, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    const DashTrial *trial = state->trial;
    DashRect room =
        dash_review_panel(self, rect, _("What would it have been like?"), trial != NULL);
    DashFace face = dash_review_face(self, 13, DASH_WEIGHT_REGULAR, self->pal->dim);
    face.max_w = room.w;
    if (!trial) {
        dash_put_text(self, room.x, dash_baseline(room.y, PX(22), PX(13)), face,
                      _("Choose a rule, and a bed: S tries another limit, delay or hysteresis over "
                        "these days before it is set"));
        return;
    }
    DashFace strong = dash_review_face(self, 15, DASH_WEIGHT_BOLD, self->pal->text);
    strong.max_w = room.w;
    trial_text(self, trial, text);
    int w = dash_put_text(self, room.x, dash_baseline(room.y, PX(24), PX(15)), strong, text);
    const char *hint = state->run != DASH_RUN_DONE ? ""
                       : state->other_rules        ? _("played by other rules than those in force")
                       : state->run != DASH_RUN_DONE    ? ""
                       : dash_trial_can_be_asked(trial) ? _("G asks for it")
                                                        : _("the pack's owner changes this");
    if (w + dash_text_width(self, face, hint) + PX(20) <= room.w)
        dash_put_text_right(self, room.x + room.w, dash_baseline(room.y, PX(24), PX(13)), face,
                            hint);
    put_run(self, state,
            (DashRect){room.x, room.y + PX(30), room.w, room.y + room.h - room.y - PX(30)});
}

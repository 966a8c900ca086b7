/* Card: why it was raised, what speaks against it, and how often it was so before.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "dashboard/scene/build.h"
#include "dashboard/scene/card.h"

#define PAD DASH_PANEL_PAD

static DashFace
plain(const DashScene *self, uint32_t ink)
{
    (void)self;
    return (DashFace){12, DASH_WEIGHT_REGULAR, ink, 0};
}

/* "HR 128 /min   own 84 over 24 h   0 s old, derived". */
static void
put_input(DashPanel *panel, const DashInput *input)
{
    DashScene *self = panel->scene;
    char left[DASH_TEXT_MAX];
    char right[DASH_TEXT_MAX] = "";
    char age[DASH_TEXT_MAX];
    char span[DASH_TEXT_MAX];
    char value[DASH_TEXT_MAX];
    DashUnits units = self->view->units;
    DashFace face = {13, DASH_WEIGHT_BOLD, input->known ? self->pal->text : self->pal->stale, 0};
    if (!input->known)
        g_snprintf(left, sizeof left, _("%.24s  not known"), input->name);
    else if (*input->symbol)
        g_snprintf(left, sizeof left, "%.24s  %.40s", input->name, input->symbol);
    else
        g_snprintf(left, sizeof left, "%.24s  %.60s%s", input->name,
                   dash_format_measure(value, units, input->unit, input->value, 4),
                   input->quality != VICU__QUALITY__QUALITY_GOOD ? " ?" : "");
    if (input->has_baseline)
        g_snprintf(right, sizeof right, _("own %.16s%s over %.16s   "),
                   dash_format_number(value, units, input->unit, input->baseline, 4),
                   dash_units_beside(units, input->unit),
                   dash_format_age(span, input->baseline_us));
    if (input->known && input->t_us <= 0) {
        g_strlcat(right, _("its age was not told"), sizeof right);
    } else if (input->known) {
        g_autofree char *rest = g_strdup_printf(
            _("%.16s old%s%.20s"), dash_format_age(age, self->view->now_us - input->t_us),
            *dash_format_source(input->source) ? ", " : "", dash_format_source(input->source));
        g_strlcat(right, rest, sizeof right);
    }
    dash_panel_pair(panel, face, left, plain(self, self->pal->dim), right, 0.6);
}

static void
put_inputs(DashScene *self, const DashAlarm *alarm, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    DashPanel panel = dash_panel_begin(self, rect, _("Reason, and the patient's own usual value"));
    DashFace big = {dash_px(self, 16), DASH_WEIGHT_BOLD, self->pal->text, rect.w - 2 * PAD};
    dash_alarm_reason(self, alarm, text);
    if (*text == '\0')
        dash_format_plain(text, alarm->title);
    dash_put_text(self, rect.x + PAD, panel.y + dash_px(self, 16), big, text);
    panel.y += dash_px(self, 26);
    const DashBecause *because = alarm->because_of;
    for (unsigned i = 0; because && i < because->n_inputs; i++)
        put_input(&panel, &because->input[i]);
    if (!because || because->n_inputs == 0)
        dash_panel_line(&panel, plain(self, self->pal->dim), _("No inputs were told"), "");
}

static const char *
truth_mark(Vicu__Truth truth)
{
    return truth == VICU__TRUTH__TRUTH_TRUE ? "✓" : truth == VICU__TRUTH__TRUTH_FALSE ? "✗" : "?";
}

static const char *
clause_title(Vicu__ExplainClause clause)
{
    return clause == VICU__EXPLAIN_CLAUSE__CLAUSE_APPLIES ? _("applies")
           : clause == VICU__EXPLAIN_CLAUSE__CLAUSE_CLEAR ? _("ends")
                                                          : _("raises");
}

/* What the rule compared, in the unit shown: the words beside it are the rule's own. */
static void
compared_text(DashUnits units, const DashClause *clause, char out[DASH_TEXT_MAX])
{
    char left[DASH_TEXT_MAX];
    char right[DASH_TEXT_MAX];
    g_snprintf(out, DASH_TEXT_MAX, "%.16s : %.40s",
               dash_format_number(left, units, clause->unit, clause->left, 4),
               dash_format_measure(right, units, clause->unit, clause->right, 4));
}

static void
put_clauses(DashScene *self, const DashAlarm *alarm, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    char right[DASH_TEXT_MAX];
    char plain_words[DASH_TEXT_MAX];
    const DashBecause *because = alarm->because_of;
    DashPanel panel = dash_panel_begin(self, rect, _("The rule, as it was judged"));
    g_snprintf(text, sizeof text, _("%.60s, version %u, of %.40s"), alarm->rule,
               alarm->rule_version, because && because->pack ? because->pack : "?");
    dash_panel_line(&panel, plain(self, self->pal->dim), text, "");
    Vicu__ExplainClause last = VICU__EXPLAIN_CLAUSE__CLAUSE_NONE;
    for (unsigned i = 0; because && i < because->n_clauses; i++) {
        const DashClause *clause = &because->clause[i];
        if (clause->clause == VICU__EXPLAIN_CLAUSE__CLAUSE_CLEAR)
            continue; /* not yet: the card is about why it stands */
        bool first = clause->clause != last;
        last = clause->clause;
        g_snprintf(text, sizeof text, "%s  %*s%s%s%.100s", truth_mark(clause->truth),
                   (int)MIN(clause->depth, 8u) * 3, "", first ? clause_title(last) : "",
                   first ? ": " : "", dash_format_plain(plain_words, clause->words));
        right[0] = '\0';
        if (clause->compared)
            compared_text(self->view->units, clause, right);
        DashFace face = plain(self, clause->truth == VICU__TRUTH__TRUTH_TRUE ? self->pal->text
                                                                             : self->pal->dim);
        face.weight = clause->decides && clause->truth == VICU__TRUTH__TRUTH_TRUE
                          ? DASH_WEIGHT_BOLD
                          : DASH_WEIGHT_REGULAR;
        dash_panel_line(&panel, face, text, right);
    }
    if (because && because->source)
        dash_panel_line(&panel, plain(self, self->pal->faint), because->source, "");
}

/* Lines of evidence against; how many there were. */
static unsigned
list_against(DashPanel *panel, const DashAlarm *alarm)
{
    DashScene *self = panel->scene;
    char text[DASH_TEXT_MAX];
    char words[DASH_TEXT_MAX];
    unsigned n = 0;
    const DashBecause *because = alarm->because_of;
    DashFace face = plain(self, self->pal->text);
    for (unsigned i = 0; because && i < because->n_clauses; i++) {
        const DashClause *clause = &because->clause[i];
        if (!clause->leaf || clause->truth == VICU__TRUTH__TRUTH_TRUE
            || clause->clause != VICU__EXPLAIN_CLAUSE__CLAUSE_WHEN)
            continue;
        g_snprintf(text, sizeof text,
                   clause->truth == VICU__TRUTH__TRUTH_FALSE ? _("not so: %.110s")
                                                             : _("not known: %.110s"),
                   dash_format_plain(words, clause->words));
        n += dash_panel_line(panel, face, text, "");
    }
    for (unsigned i = 0; because && i < because->n_inputs; i++) {
        const DashInput *input = &because->input[i];
        if (!input->known || input->quality == VICU__QUALITY__QUALITY_GOOD)
            continue;
        g_snprintf(text, sizeof text, _("doubtful: %.60s"), input->name);
        n += dash_panel_line(panel, face, text, "");
    }
    for (unsigned i = 0; because && i < because->n_unless; i++) {
        g_snprintf(text, sizeof text,
                   because->unless[i].stands ? _("%.60s would hold it back, and stands")
                                             : _("%.60s would hold it back, and does not stand"),
                   because->unless[i].rule);
        n += dash_panel_line(panel, face, text, "");
    }
    return n;
}

static const char *
answer_word(const DashEarlier *past)
{
    if (!past->answered)
        return _("nobody answered");
    switch (past->answer) {
    case VICU__ANSWER__ANSWER_ACT:
        return _("acted on");
    case VICU__ANSWER__ANSWER_WATCH:
        return _("watched");
    case VICU__ANSWER__ANSWER_NOT_ACTIONABLE:
        return _(dash_card_because_words(past->because));
    case VICU__ANSWER__ANSWER_SEEN:
    case _VICU__ANSWER_IS_INT_SIZE:
        break;
    }
    return _("acknowledged");
}

static void
put_similar(DashScene *self, const DashAlarm *alarm, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    char clock[DASH_TEXT_MAX];
    char age[DASH_TEXT_MAX];
    char ago[DASH_TEXT_MAX];
    DashPanel panel = dash_panel_begin(self, rect, _("The same rule on this bed before"));
    g_snprintf(text, sizeof text, _("%s%u in 24 h, %u in 72 h"),
               alarm->similar_at_least ? _("at least ") : "", alarm->similar_24h,
               alarm->similar_72h);
    dash_panel_line(&panel, (DashFace){13, DASH_WEIGHT_BOLD, self->pal->text, 0}, text, "");
    for (unsigned i = 0; i < alarm->n_past; i++) {
        const DashEarlier *past = &alarm->past[i];
        g_snprintf(text, sizeof text, _("%.16s (%.16s ago) for %.16s"),
                   dash_format_clock(clock, past->t_raised_us, self->view->utc_offset_us),
                   dash_format_age(ago, self->view->now_us - past->t_raised_us),
                   dash_format_age(age, MAX(past->t_ended_us - past->t_raised_us, 0)));
        dash_panel_line(&panel, plain(self, self->pal->dim), text, answer_word(past));
    }
}

void
dash_build_card_reasons(DashScene *self, const DashAlarm *alarm, DashRect rect)
{
    const DashBecause *because = alarm->because_of;
    int line_h = DASH_PANEL_LINE_H(self);
    int inputs_h = dash_px(self, 58) + (int)(because ? MIN(because->n_inputs, 6u) : 1) * line_h;
    int similar_h = dash_px(self, 48) + (int)MIN(alarm->n_past, 4u) * line_h;
    inputs_h = MIN(inputs_h, rect.h * 42 / 100);
    similar_h = MIN(similar_h, rect.h * 24 / 100);
    int help_h = dash_card_help_height(self, alarm, rect.h * 26 / 100);
    int rest = rect.h - inputs_h - similar_h - help_h;
    int against_h = CLAMP(rest / 3, DASH_PANEL_TITLE_H(self) + line_h + 5, dash_px(self, 118));
    int y = rect.y;
    put_inputs(self, alarm, (DashRect){rect.x, y, rect.w, inputs_h});
    y += inputs_h;
    dash_build_card_help(self, alarm, (DashRect){rect.x, y, rect.w, help_h});
    y += help_h;
    put_clauses(self, alarm, (DashRect){rect.x, y, rect.w, rest - against_h});
    y += rest - against_h;
    DashPanel against = dash_panel_begin(self, (DashRect){rect.x, y, rect.w, against_h},
                                         _("What speaks against it"));
    if (list_against(&against, alarm) == 0)
        dash_panel_line(&against, plain(self, self->pal->dim), _("nothing that the rule looks at"),
                        "");
    y += against_h;
    put_similar(self, alarm, (DashRect){rect.x, y, rect.w, rect.y + rect.h - y});
}

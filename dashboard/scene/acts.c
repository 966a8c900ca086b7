/* Acts. See acts.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/acts.h"

#include <string.h>

#include "dashboard/scene/words.h"

#define BED_VIEWS  (DASH_IN(DASH_VIEW_BED) | DASH_IN(DASH_VIEW_DISCLOSURE))
#define DISCLOSURE DASH_IN(DASH_VIEW_DISCLOSURE)

/* Where a bed can be chosen, and its letters mean nothing else. */
#define DESK_VIEWS                                                                                 \
    (DASH_IN(DASH_VIEW_BED) | DASH_IN(DASH_VIEW_WALL) | DASH_IN(DASH_VIEW_WARD)                    \
     | DASH_IN(DASH_VIEW_HANDOVER))
#define HANDOVER DASH_IN(DASH_VIEW_HANDOVER)

static const DashActRow rows[DASH_N_ACTS] = {
    [DASH_ACT_NONE] = {"", "", DASH_GROUP_SHELL, 0, {NULL}},
    [DASH_ACT_WALL] = {"go.wall", N_("Show the wall"), DASH_GROUP_GO, DASH_IN_ALL, {"1"}},
    [DASH_ACT_WORKLIST] =
        {"go.worklist", N_("Show the worklist"), DASH_GROUP_GO, DASH_IN_ALL, {"2"}},
    [DASH_ACT_BED] = {"go.bed", N_("Open the bed"), DASH_GROUP_GO, DASH_IN_ALL, {"3"}},
    [DASH_ACT_CARD] = {"go.card",
                       N_("Open the alert card of the worst alarm"),
                       DASH_GROUP_GO,
                       DASH_IN_ALL,
                       {"4", "c"}},
    [DASH_ACT_DISCLOSURE] = {"go.disclosure",
                             N_("Show the full disclosure of the bed"),
                             DASH_GROUP_GO,
                             DASH_IN_ALL,
                             {"5"}},
    [DASH_ACT_REVIEW] = {"go.review", N_("Review the alarms"), DASH_GROUP_GO, DASH_IN_ALL, {"6"}},
    [DASH_ACT_HANDOVER] =
        {"go.handover", N_("Show the handover"), DASH_GROUP_GO, DASH_IN_ALL, {"7"}},
    [DASH_ACT_LINKS] =
        {"go.links", N_("Show the links to the sites"), DASH_GROUP_GO, DASH_IN_ALL, {"8"}},
    [DASH_ACT_WARD] = {"go.ward", N_("Show the ward in depth"), DASH_GROUP_GO, DASH_IN_ALL, {"9"}},
    [DASH_ACT_BACK] = {"go.back", N_("Go back"), DASH_GROUP_GO, DASH_IN_ALL, {"Escape"}},
    [DASH_ACT_OPEN] =
        {"go.open", N_("Open what is chosen"), DASH_GROUP_GO, DASH_IN_ALL, {"Return", "KP_Enter"}},
    [DASH_ACT_NEXT_BED] = {"go.next-bed", N_("Next bed"), DASH_GROUP_GO, BED_VIEWS, {"Tab"}},
    [DASH_ACT_PREVIOUS_BED] =
        {"go.previous-bed", N_("Previous bed"), DASH_GROUP_GO, BED_VIEWS, {"<Shift>Tab"}},
    [DASH_ACT_LEFT] = {"move.left", N_("Left"), DASH_GROUP_MOVE, DASH_IN_ALL, {"Left"}},
    [DASH_ACT_RIGHT] = {"move.right", N_("Right"), DASH_GROUP_MOVE, DASH_IN_ALL, {"Right"}},
    [DASH_ACT_UP] = {"move.up", N_("Up"), DASH_GROUP_MOVE, DASH_IN_ALL, {"Up"}},
    [DASH_ACT_DOWN] = {"move.down", N_("Down"), DASH_GROUP_MOVE, DASH_IN_ALL, {"Down"}},
    [DASH_ACT_PAGE_UP] = {"move.page-up", N_("Page up"), DASH_GROUP_MOVE, DASH_IN_ALL, {"Page_Up"}},
    [DASH_ACT_PAGE_DOWN] =
        {"move.page-down", N_("Page down"), DASH_GROUP_MOVE, DASH_IN_ALL, {"Page_Down"}},
    [DASH_ACT_HOME] = {"move.home", N_("First"), DASH_GROUP_MOVE, DASH_IN_ALL, {"Home"}},
    [DASH_ACT_END] = {"move.end", N_("Last"), DASH_GROUP_MOVE, DASH_IN_ALL, {"End"}},
    [DASH_ACT_ZOOM_IN] =
        {"move.zoom-in", N_("Nearer"), DASH_GROUP_MOVE, DASH_IN_ALL, {"plus", "KP_Add", "equal"}},
    [DASH_ACT_ZOOM_OUT] =
        {"move.zoom-out", N_("Farther"), DASH_GROUP_MOVE, DASH_IN_ALL, {"minus", "KP_Subtract"}},
    [DASH_ACT_EARLIER] =
        {"past.earlier", N_("A little earlier"), DASH_GROUP_MOVE, BED_VIEWS, {"comma"}},
    [DASH_ACT_LATER] = {"past.later", N_("A little later"), DASH_GROUP_MOVE, BED_VIEWS, {"period"}},
    [DASH_ACT_LIVE] = {"past.live", N_("Back to now"), DASH_GROUP_MOVE, BED_VIEWS, {"l"}},
    [DASH_ACT_NEXT_ALARM] =
        {"past.next-alarm", N_("To the next alarm"), DASH_GROUP_MOVE, BED_VIEWS, {"n"}},
    [DASH_ACT_PREVIOUS_ALARM] = {"past.previous-alarm",
                                 N_("To the alarm before"),
                                 DASH_GROUP_MOVE,
                                 BED_VIEWS,
                                 {"<Shift>n"}},
    [DASH_ACT_NEXT_EVENT] =
        {"past.next-event", N_("To the next event"), DASH_GROUP_MOVE, BED_VIEWS, {"e"}},
    [DASH_ACT_PREVIOUS_EVENT] = {"past.previous-event",
                                 N_("To the event before"),
                                 DASH_GROUP_MOVE,
                                 BED_VIEWS,
                                 {"<Shift>e"}},
    [DASH_ACT_GO_TO] = {"past.go-to", N_("To a time"), DASH_GROUP_MOVE, BED_VIEWS, {NULL}},
    [DASH_ACT_CHOOSE_LEAD] =
        {"past.lead", N_("Choose a lead"), DASH_GROUP_MOVE, DISCLOSURE, {NULL}},
    [DASH_ACT_MARK] =
        {"past.mark", N_("Set a calliper at the cursor"), DASH_GROUP_DO, DISCLOSURE, {"m"}},
    [DASH_ACT_MARK_AT] = {"past.mark-at",
                          N_("Set a calliper where it is pressed"),
                          DASH_GROUP_DO,
                          DISCLOSURE,
                          {NULL}},
    [DASH_ACT_SPEED] = {"past.speed", N_("25 or 50 mm/s"), DASH_GROUP_DO, DISCLOSURE, {"v"}},
    [DASH_ACT_COMPARE] =
        {"past.compare", N_("Lay another lead over it"), DASH_GROUP_DO, DISCLOSURE, {"o"}},
    [DASH_ACT_CUT] = {"past.cut", N_("Mark the strip"), DASH_GROUP_DO, DISCLOSURE, {"s"}},
    [DASH_ACT_PRINT] = {"past.print",
                        N_("Write the marked strips to a PDF"),
                        DASH_GROUP_DO,
                        DISCLOSURE,
                        {"<Control>e"}},
    [DASH_ACT_ANSWER] = {"alarm.answer",
                         N_("Open the card of the worst unanswered alarm"),
                         DASH_GROUP_DO,
                         DASH_IN_ALL & ~DASH_IN(DASH_VIEW_CARD),
                         {"a"}},
    [DASH_ACT_ANSWER_ACT] = {"alarm.act",
                             N_("Answer: something is done about it"),
                             DASH_GROUP_DO,
                             DASH_IN(DASH_VIEW_CARD),
                             {"a"}},
    [DASH_ACT_ANSWER_WATCH] = {"alarm.watch",
                               N_("Answer: it is watched until a time"),
                               DASH_GROUP_DO,
                               DASH_IN(DASH_VIEW_CARD),
                               {"w"}},
    [DASH_ACT_ANSWER_NOT_ACTIONABLE] = {"alarm.not-actionable",
                                        N_("Answer: nothing is to be done, and why"),
                                        DASH_GROUP_DO,
                                        DASH_IN(DASH_VIEW_CARD),
                                        {"x"}},
    [DASH_ACT_ADMIT] = {"desk.admit", N_("Admit a patient"), DASH_GROUP_DO, DESK_VIEWS, {"i"}},
    [DASH_ACT_MOVE] =
        {"desk.move", N_("Move the patient to another bed"), DASH_GROUP_DO, DESK_VIEWS, {"t"}},
    [DASH_ACT_DISCHARGE] =
        {"desk.discharge", N_("Discharge the patient"), DASH_GROUP_DO, DESK_VIEWS, {"<Control>d"}},
    [DASH_ACT_BIND] =
        {"desk.bind", N_("Bind a device to the bed"), DASH_GROUP_DO, DESK_VIEWS, {"<Control>b"}},
    [DASH_ACT_ABSENCE] =
        {"desk.absence", N_("Standby or transport, with an end"), DASH_GROUP_DO, DESK_VIEWS, {"s"}},
    [DASH_ACT_OBSERVE] =
        {"desk.observe", N_("What was seen at the bed"), DASH_GROUP_DO, DESK_VIEWS, {"o"}},
    [DASH_ACT_NOTE] = {"desk.note", N_("A note of the bed"), DASH_GROUP_DO, DESK_VIEWS, {"m"}},
    [DASH_ACT_PROMISE] = {"desk.promise", N_("What is promised"), DASH_GROUP_DO, DESK_VIEWS, {"r"}},
    [DASH_ACT_DONE] = {"desk.done", N_("A promise is done"), DASH_GROUP_DO, DESK_VIEWS, {"d"}},
    [DASH_ACT_TAKE] =
        {"desk.take", N_("Who looks after the bed"), DASH_GROUP_DO, DESK_VIEWS, {"k"}},
    [DASH_ACT_LIMIT] = {"desk.limit",
                        N_("Another limit for this patient"),
                        DASH_GROUP_DO,
                        DESK_VIEWS,
                        {"<Shift>l"}},
    [DASH_ACT_EXPECT] =
        {"desk.expect", N_("What the bed has to send"), DASH_GROUP_DO, DESK_VIEWS, {"<Shift>o"}},
    [DASH_ACT_HANDOVER_BEGIN] =
        {"handover.begin", N_("Begin a handover"), DASH_GROUP_DO, HANDOVER, {"b"}},
    [DASH_ACT_HANDOVER_LINE] =
        {"handover.line", N_("Write the line of the bed"), DASH_GROUP_DO, HANDOVER, {"e"}},
    [DASH_ACT_HANDOVER_SIGN] =
        {"handover.sign", N_("Sign the handover"), DASH_GROUP_DO, HANDOVER, {"g"}},
    [DASH_ACT_HANDOVER_WITHDRAW] =
        {"handover.withdraw", N_("Give the handover up"), DASH_GROUP_DO, HANDOVER, {"x"}},
    [DASH_ACT_HANDOVER_PRINT] =
        {"handover.print", N_("Print the handover"), DASH_GROUP_DO, HANDOVER, {"p"}},
    [DASH_ACT_HANDOVER_PLACE] =
        {"handover.place", N_("Another unit or site"), DASH_GROUP_DO, HANDOVER, {"v"}},
    [DASH_ACT_REVIEW_CHOOSE] = {"review.choose",
                                N_("Choose a row of the review"),
                                DASH_GROUP_DO,
                                DASH_IN(DASH_VIEW_REVIEW),
                                {NULL}},
    [DASH_ACT_REVIEW_SPAN] = {"review.span",
                              N_("Another time: 24 h, 72 h, 7 days"),
                              DASH_GROUP_DO,
                              DASH_IN(DASH_VIEW_REVIEW),
                              {"v"}},
    [DASH_ACT_REVIEW_LIST] = {"review.list",
                              N_("The occurrences of what is chosen, with their answers"),
                              DASH_GROUP_DO,
                              DASH_IN(DASH_VIEW_REVIEW),
                              {"r"}},
    [DASH_ACT_REVIEW_TRY] = {"review.try",
                             N_("Try another limit, delay or hysteresis over these days"),
                             DASH_GROUP_DO,
                             DASH_IN(DASH_VIEW_REVIEW),
                             {"s"}},
    [DASH_ACT_REVIEW_WHAT] =
        {"review.what",
         N_("Change something else of the rule: limit, delay, end delay, hysteresis"),
         DASH_GROUP_DO,
         DASH_IN(DASH_VIEW_REVIEW),
         {"t"}},
    [DASH_ACT_REVIEW_SCOPE] = {"review.scope",
                               N_("For the bed, its unit, or all"),
                               DASH_GROUP_DO,
                               DASH_IN(DASH_VIEW_REVIEW),
                               {"u"}},
    [DASH_ACT_REVIEW_ASK] = {"review.ask",
                             N_("Ask for the limit that was tried"),
                             DASH_GROUP_DO,
                             DASH_IN(DASH_VIEW_REVIEW),
                             {"g"}},
    [DASH_ACT_REVIEW_EXPORT] = {"review.export",
                                N_("Write the review into a file (CSV)"),
                                DASH_GROUP_DO,
                                DASH_IN(DASH_VIEW_REVIEW),
                                {"e"}},
    [DASH_ACT_FILTER] = {"list.filter",
                         N_("Find beds by typing"),
                         DASH_GROUP_DO,
                         DASH_IN(DASH_VIEW_WORKLIST),
                         {"slash"}},
    [DASH_ACT_NEXT_LIST] = {"list.next",
                            N_("Next list: all, mine, unanswered, no data, by unit"),
                            DASH_GROUP_DO,
                            DASH_IN(DASH_VIEW_WORKLIST),
                            {"v"}},
    [DASH_ACT_NEXT_WAVES] = {"bed.waves",
                             N_("Next waves of the bed: twelve leads, further ones"),
                             DASH_GROUP_DO,
                             DASH_IN(DASH_VIEW_BED),
                             {"v"}},
    [DASH_ACT_NEXT_LAYOUT] = {"wall.layout",
                              N_("Next layout: ward, sites, worst first"),
                              DASH_GROUP_DO,
                              DASH_IN(DASH_VIEW_WALL),
                              {"v"}},
    [DASH_ACT_NEXT_SHARE] = {"wall.share",
                             N_("Next share of the beds for this screen"),
                             DASH_GROUP_DO,
                             DASH_IN(DASH_VIEW_WALL),
                             {"<Shift>v"}},
    [DASH_ACT_PALETTE] = {"shell.palette",
                          N_("Find an act by its name"),
                          DASH_GROUP_SHELL,
                          DASH_IN_ALL,
                          {"<Control>k", "colon"}},
    [DASH_ACT_KEYS] =
        {"shell.keys", N_("Show the keys"), DASH_GROUP_SHELL, DASH_IN_ALL, {"question", "F1"}},
    [DASH_ACT_PREFERENCES] =
        {"shell.preferences", N_("Preferences"), DASH_GROUP_SHELL, DASH_IN_ALL, {"<Control>comma"}},
    [DASH_ACT_FULL_SCREEN] =
        {"shell.full-screen", N_("Full screen"), DASH_GROUP_SHELL, DASH_IN_ALL, {"F11"}},
    [DASH_ACT_UNDO] =
        {"shell.undo", N_("Take the last act back"), DASH_GROUP_SHELL, DASH_IN_ALL, {"<Control>z"}},
    [DASH_ACT_NEXT_LANGUAGE] =
        {"shell.language", N_("Next language"), DASH_GROUP_SHELL, DASH_IN_ALL, {"<Control>l"}},
    [DASH_ACT_NEXT_PALETTE] = {"shell.colours",
                               N_("Next palette of colours"),
                               DASH_GROUP_SHELL,
                               DASH_IN_ALL,
                               {"<Control>p"}},
    [DASH_ACT_NEXT_PRESSURE] = {"shell.pressure",
                                N_("Pressures in mmHg or kPa"),
                                DASH_GROUP_SHELL,
                                DASH_IN_ALL,
                                {"<Control>u"}},
    [DASH_ACT_NEXT_TEMPERATURE] = {"shell.temperature",
                                   N_("Temperatures in °C or °F"),
                                   DASH_GROUP_SHELL,
                                   DASH_IN_ALL,
                                   {"<Control><Shift>u"}},
    [DASH_ACT_HEADSET] = {"shell.headset",
                          N_("Show the ward in a headset, or end that"),
                          DASH_GROUP_SHELL,
                          DASH_IN_ALL,
                          {"<Control><Shift>h"}},
    [DASH_ACT_SIGN_IN] = {"person.sign-in",
                          N_("Sign in, or open a locked station"),
                          DASH_GROUP_SHELL,
                          DASH_IN_ALL,
                          {"<Control>g"}},
    [DASH_ACT_SIGN_OUT] =
        {"person.sign-out", N_("Sign out"), DASH_GROUP_SHELL, DASH_IN_ALL, {"<Control><Shift>g"}},
    [DASH_ACT_LOCK] = {"person.lock",
                       N_("Lock the station: alarms go on"),
                       DASH_GROUP_SHELL,
                       DASH_IN_ALL,
                       {"<Control><Shift>l"}},
    [DASH_ACT_BREAK_GLASS] = {"person.break-glass",
                              N_("Break the glass: 60 min of emergency access, told to everybody"),
                              DASH_GROUP_SHELL,
                              DASH_IN_ALL,
                              {NULL}},
    [DASH_ACT_EMERGENCY] = {"person.emergency",
                            N_("Emergency access while the store is away"),
                            DASH_GROUP_SHELL,
                            DASH_IN_ALL,
                            {"<Control><Shift>e"}},
};

const DashActRow *
dash_act_row(DashAct act)
{
    g_return_val_if_fail((unsigned)act < DASH_N_ACTS, &rows[DASH_ACT_NONE]);
    return &rows[act];
}

DashAct
dash_act_find(const char *id)
{
    for (unsigned i = 1; i < DASH_N_ACTS; i++)
        if (g_strcmp0(rows[i].id, id) == 0)
            return (DashAct)i;
    return DASH_ACT_NONE;
}

const char *
dash_act_group_title(DashActGroup group)
{
    static const char *const titles[DASH_N_GROUPS] = {
        [DASH_GROUP_GO] = N_("Go"),
        [DASH_GROUP_MOVE] = N_("Move"),
        [DASH_GROUP_DO] = N_("Act"),
        [DASH_GROUP_SHELL] = N_("Station"),
    };
    g_return_val_if_fail((unsigned)group < DASH_N_GROUPS, "");
    return titles[group];
}

bool
dash_act_possible(DashAct act, DashViewKind view)
{
    return (dash_act_row(act)->views & DASH_IN(view)) != 0;
}

bool
dash_act_when_locked(DashAct act)
{
    static const DashAct open[] = {
        DASH_ACT_WALL,          DASH_ACT_PAGE_UP,       DASH_ACT_PAGE_DOWN,
        DASH_ACT_NEXT_LAYOUT,   DASH_ACT_NEXT_SHARE,    DASH_ACT_KEYS,
        DASH_ACT_FULL_SCREEN,   DASH_ACT_NEXT_LANGUAGE, DASH_ACT_NEXT_PALETTE,
        DASH_ACT_NEXT_PRESSURE, DASH_ACT_SIGN_IN,       DASH_ACT_NEXT_TEMPERATURE,
        DASH_ACT_LOCK,          DASH_ACT_EMERGENCY,
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(open); i++)
        if (open[i] == act)
            return true;
    return false;
}

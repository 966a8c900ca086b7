/* Acts: everything that can be done at the station, by name.
 *
 * One table drives the keys, the command palette, the key map on the screen, the
 * manual and the tests: an act that is not in it can not be done, one that is in
 * it can be done by key or by the palette. Pure; the shell (ui/shell.h) carries
 * acts out.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include "dashboard/scene/view.h"

G_BEGIN_DECLS

typedef enum {
    DASH_ACT_NONE,
    /* go */
    DASH_ACT_WALL,
    DASH_ACT_WORKLIST,
    DASH_ACT_BED,
    DASH_ACT_CARD,
    DASH_ACT_DISCLOSURE,
    DASH_ACT_REVIEW,
    DASH_ACT_HANDOVER,
    DASH_ACT_LINKS,
    DASH_ACT_WARD,
    DASH_ACT_BACK,
    DASH_ACT_OPEN,
    DASH_ACT_NEXT_BED,
    DASH_ACT_PREVIOUS_BED,
    /* move */
    DASH_ACT_LEFT,
    DASH_ACT_RIGHT,
    DASH_ACT_UP,
    DASH_ACT_DOWN,
    DASH_ACT_PAGE_UP,
    DASH_ACT_PAGE_DOWN,
    DASH_ACT_HOME,
    DASH_ACT_END,
    DASH_ACT_ZOOM_IN,
    DASH_ACT_ZOOM_OUT,
    DASH_ACT_EARLIER,
    DASH_ACT_LATER,
    DASH_ACT_LIVE,
    DASH_ACT_NEXT_ALARM,
    DASH_ACT_PREVIOUS_ALARM,
    DASH_ACT_NEXT_EVENT,
    DASH_ACT_PREVIOUS_EVENT,
    DASH_ACT_GO_TO,       /* n: a time */
    DASH_ACT_CHOOSE_LEAD, /* n: its number, from 1 */
    /* do */
    DASH_ACT_ANSWER,
    DASH_ACT_ANSWER_ACT,
    DASH_ACT_ANSWER_WATCH,
    DASH_ACT_ANSWER_NOT_ACTIONABLE,
    DASH_ACT_ADMIT,
    DASH_ACT_MOVE,
    DASH_ACT_DISCHARGE,
    DASH_ACT_BIND,
    DASH_ACT_ABSENCE,
    DASH_ACT_OBSERVE,
    DASH_ACT_NOTE,
    DASH_ACT_PROMISE,
    DASH_ACT_DONE,
    DASH_ACT_TAKE,
    DASH_ACT_LIMIT,
    DASH_ACT_EXPECT,
    DASH_ACT_HANDOVER_BEGIN,
    DASH_ACT_HANDOVER_LINE,
    DASH_ACT_HANDOVER_SIGN,
    DASH_ACT_HANDOVER_WITHDRAW,
    DASH_ACT_HANDOVER_PRINT,
    DASH_ACT_HANDOVER_PLACE,
    /* the alarm review */
    DASH_ACT_REVIEW_CHOOSE,
    DASH_ACT_REVIEW_SPAN,
    DASH_ACT_REVIEW_LIST,
    DASH_ACT_REVIEW_TRY,
    DASH_ACT_REVIEW_WHAT,
    DASH_ACT_REVIEW_SCOPE,
    DASH_ACT_REVIEW_ASK,
    DASH_ACT_REVIEW_EXPORT,
    DASH_ACT_MARK,
    DASH_ACT_MARK_AT, /* n: a time */
    DASH_ACT_SPEED,
    DASH_ACT_COMPARE,
    DASH_ACT_CUT,
    DASH_ACT_PRINT,
    DASH_ACT_FILTER,
    DASH_ACT_NEXT_LIST,
    DASH_ACT_NEXT_LAYOUT,
    DASH_ACT_NEXT_WAVES,
    DASH_ACT_NEXT_SHARE,
    /* shell */
    DASH_ACT_PALETTE,
    DASH_ACT_KEYS,
    DASH_ACT_PREFERENCES,
    DASH_ACT_FULL_SCREEN,
    DASH_ACT_UNDO,
    DASH_ACT_NEXT_LANGUAGE,
    DASH_ACT_NEXT_PALETTE,
    DASH_ACT_NEXT_PRESSURE,
    DASH_ACT_NEXT_TEMPERATURE,
    DASH_ACT_HEADSET, /* where there is a runtime */
    DASH_ACT_SIGN_IN, /* also opens a locked station */
    DASH_ACT_SIGN_OUT,
    DASH_ACT_LOCK,
    DASH_ACT_BREAK_GLASS,
    DASH_ACT_EMERGENCY, /* while the store is away */
    DASH_N_ACTS,
} DashAct;

typedef enum {
    DASH_GROUP_GO,
    DASH_GROUP_MOVE,
    DASH_GROUP_DO,
    DASH_GROUP_SHELL,
    DASH_N_GROUPS,
} DashActGroup;

#define DASH_IN(kind)     (1u << (kind))
#define DASH_IN_ALL       ((1u << DASH_N_VIEWS) - 1)
#define DASH_ACT_KEYS_MAX 3

typedef struct {
    const char *id;    /* "view.wall" */
    const char *title; /* a msgid: "Show the wall" */
    DashActGroup group;
    unsigned views;                      /* where it can be done: DASH_IN(...) | ... */
    const char *keys[DASH_ACT_KEYS_MAX]; /* as GTK names accelerators: "<Control>k", "F11" */
} DashActRow;

const DashActRow *dash_act_row(DashAct act);
DashAct dash_act_find(const char *id);
const char *dash_act_group_title(DashActGroup group); /* a msgid */
bool dash_act_possible(DashAct act, DashViewKind view);
/* What a locked station does all the same: it shows the wall, its alarms, and the way in. */
bool dash_act_when_locked(DashAct act);

G_END_DECLS

/* See view-past.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/view-past.h"

#include <string.h>

#include "common/clock.h"
#include "dashboard/past-client.h"
#include "dashboard/picture.h"
#include "dashboard/scene/format.h"
#include "dashboard/scene/paper.h"
#include "dashboard/scene/past-parts.h"
#include "dashboard/scene/words.h"

#define S         ((int64_t)G_USEC_PER_SEC)
#define MEMORY    ((size_t)128 << 20)
#define FOLLOW_US (250 * (int64_t)1000) /* how often what goes on with the clock is looked at */
#define CHOSEN_US (300 * (int64_t)1000) /* who goes on to the next bed asks for nothing */
#define HOUR_US   (3600 * S)

enum { DISCLOSURE, BED, WARD, N_STATES };

struct DashPastDesk {
    DashShell *shell;
    DashPast *past;
    DashPastClient *client; /* NULL: there is no store to ask, or it is not asked yet */
    DashPastState state[N_STATES];
    unsigned shown; /* which of them */
    DashView view;  /* the last one filled; its pointers are not used */
    DashLook look;
    int64_t looked_us; /* 0: nothing is asked for */
    char *chosen;      /* the bed chosen in a list, NULL: none was */
    int64_t chosen_us; /* since when, 0: all of it was asked for */
    DashModel *replay;
    int64_t replay_us;
    uint64_t replay_stamp;
    int jump; /* one that waits for what the store tells: -1, 1, 0 */
    bool jump_alarms;
    uint64_t jump_stamp;
    GPtrArray *strips; /* DashPaperStrip *, as the cuts of the disclosure's state */
};

static DashPastState *
state_of(DashPastDesk *self)
{
    return &self->state[self->shown];
}

static void
free_strip(void *strip)
{
    dash_paper_strip_free(strip);
}

DashPastDesk *
dash_past_desk_new(DashShell *shell)
{
    DashPastDesk *self = g_new0(DashPastDesk, 1);
    self->shell = shell;
    self->past = dash_past_new(MEMORY);
    for (unsigned i = 0; i < N_STATES; i++)
        dash_past_state_init(&self->state[i]);
    self->state[BED].span_us = HOUR_US;
    self->strips = g_ptr_array_new_with_free_func(free_strip);
    return self;
}

void
dash_past_desk_free(DashPastDesk *self)
{
    if (!self)
        return;
    dash_past_client_free(self->client);
    dash_past_free(self->past);
    g_free(self->chosen);
    dash_model_free(self->replay);
    g_ptr_array_unref(self->strips);
    g_free(self);
}

DashPast *
dash_past_desk_past(DashPastDesk *self)
{
    return self->past;
}

const DashPastState *
dash_past_desk_state(DashPastDesk *self)
{
    return state_of(self);
}

gboolean
dash_past_desk_is_past(const DashPastDesk *self)
{
    DashViewKind kind = self->shell->place.kind;
    return (kind == DASH_VIEW_BED || kind == DASH_VIEW_DISCLOSURE) && self->shell->place.bed
           && !self->state[kind == DASH_VIEW_DISCLOSURE ? DISCLOSURE : BED].live;
}

/* ---- asking ---- */

static void
on_changed(gpointer user)
{
    (void)user; /* the next picture looks by itself */
}

static void
open_client(DashPastDesk *self)
{
    g_autoptr(GError) error = NULL;
    const DashStation *station = self->shell->station;
    if (self->client || !station->daemon)
        return;
    g_autoptr(VicuRoot) root = vicu_root_copy(vicu_daemon_root(station->daemon));
    if (station->hub && *station->hub && !vicu_root_connect(root, station->hub, &error)) {
        dash_shell_say(self->shell, error->message);
        return;
    }
    self->client = dash_past_client_new(vicu_daemon_context(station->daemon), root, self->past,
                                        on_changed, self, &error);
    if (!self->client)
        dash_shell_say(self->shell, error->message);
}

static bool
same_look(const DashLook *a, const DashLook *b)
{
    bool same = a->from_us == b->from_us && a->to_us == b->to_us && a->width == b->width
                && a->at_us == b->at_us && a->strip_from_us == b->strip_from_us
                && a->strip_to_us == b->strip_to_us && a->drag == b->drag && a->values == b->values
                && a->n_rows == b->n_rows && a->ahead == b->ahead;
    for (unsigned i = 0; same && i < a->n_rows; i++)
        same = a->row[i].code == b->row[i].code && a->row[i].channel == b->row[i].channel;
    return same;
}

static void
look(DashPastDesk *self, const DashPastState *state, const DashView *view, bool ahead)
{
    DashLook wanted = dash_past_state_look(
        state, view, dash_model_find_bed(self->shell->station->model, view->bed));
    wanted.ahead = ahead;
    bool other = strcmp(dash_past_bed(self->past), view->bed) != 0;
    bool due = view->now_us - self->looked_us >= FOLLOW_US || view->now_us < self->looked_us;
    bool same = !other && (same_look(&wanted, &self->look) || (state->live && !due));
    if (same && self->client)
        return;
    self->look = wanted;
    self->looked_us = view->now_us;
    open_client(self);
    if (self->client) {
        dash_past_client_look(self->client, view->bed, &wanted);
    } else {
        dash_past_set_bed(self->past, view->bed);
        dash_past_look(self->past, &wanted, view->now_us);
    }
}

static void
build_replay(DashPastDesk *self)
{
    const DashPastState *state = state_of(self);
    uint64_t stamp = dash_past_stamp(self->past);
    bool same = self->replay && self->replay_us == state->at_us && self->replay_stamp == stamp;
    if (same)
        return;
    dash_model_free(self->replay);
    self->replay = dash_model_new();
    dash_past_replay(self->past, state->at_us, self->replay);
    self->replay_us = state->at_us;
    self->replay_stamp = stamp;
}

/* ---- jumps ---- */

static void
say_event(DashPastDesk *self, const DashPastEvent *event)
{
    char stamp[DASH_TEXT_MAX];
    dash_format_stamp(stamp, event->t_us, self->view.utc_offset_us);
    const char *mark = event->raised ? dash_palette_alarm(event->priority)->mark : "";
    g_autofree char *text =
        g_strdup_printf("%s  %s %s", stamp, mark, *event->text ? event->text : event->kind);
    dash_shell_say(self->shell, text);
}

static void
try_jump(DashPastDesk *self)
{
    DashPastState *state = state_of(self);
    const DashPastEvent *event = NULL;
    int64_t now_us = self->view.now_us;
    int step = state->live ? -1 : self->jump; /* from now there is only one way */
    self->jump_stamp = dash_past_stamp(self->past);
    DashJump jump = dash_past_jump(self->past, state->at_us, step, self->jump_alarms, &event);
    if (jump == DASH_JUMP_UNKNOWN)
        return;
    self->jump = 0;
    if (jump == DASH_JUMP_FOUND) {
        dash_past_state_go(state, event->t_us, now_us);
        say_event(self, event);
    } else {
        dash_shell_say(self->shell, step > 0 ? _("Nothing of it is later")
                                             : _("Nothing of it is earlier, within 72 h"));
    }
}

static void
begin_jump(DashPastDesk *self, int step, bool alarms)
{
    self->jump = step;
    self->jump_alarms = alarms;
    if (state_of(self)->live) { /* what is asked for begins here */
        self->looked_us = 0;
        self->look = (DashLook){0};
    }
    try_jump(self);
}

/* ---- the picture ---- */

static void
show(DashPastDesk *self, unsigned which)
{
    if (which == self->shown)
        return;
    const DashPastState *before = state_of(self);
    self->shown = which;
    DashPastState *state = state_of(self);
    state->live = before->live;
    state->drag = 0;
    if (!state->live)
        dash_past_state_go(state, before->at_us, self->view.now_us);
}

static void
rest(DashPastDesk *self)
{
    if (self->client && self->looked_us)
        dash_past_client_look(self->client, NULL, NULL);
    self->looked_us = 0;
}

/* A bed that stays chosen on the wall or in the worklist is likely to be opened next: what its view
 * will show is asked for, once. */
static void
look_ahead(DashPastDesk *self, const DashView *view)
{
    bool lists = view->kind == DASH_VIEW_WALL || view->kind == DASH_VIEW_WORKLIST;
    bool other = g_strcmp0(self->chosen, view->bed) != 0;
    if (other) {
        g_free(self->chosen);
        self->chosen = g_strdup(view->bed);
        self->chosen_us = view->now_us;
    }
    DashPastState state = self->state[BED];
    bool due = self->chosen_us != 0 && view->now_us - self->chosen_us >= CHOSEN_US;
    if (!lists || !view->bed || !due || !state.live) {
        rest(self);
        return;
    }
    DashView bed = *view;
    bed.kind = DASH_VIEW_BED;
    dash_past_state_follow(&state, view->now_us);
    look(self, &state, &bed, true);
    if (dash_past_is_seen(self->past) || !self->client) {
        self->chosen_us = 0;
        rest(self);
    }
}

/* The ribbon of the chosen bed, always of now. */
static void
fill_ward(DashPastDesk *self, DashView *view)
{
    DashPastState *state = &self->state[WARD];
    g_clear_pointer(&self->chosen, g_free);
    state->past = self->past;
    dash_past_state_follow(state, view->now_us);
    look(self, state, view, false);
    view->past = state;
}

void
dash_past_desk_fill(DashPastDesk *self, DashView *view)
{
    if (view->bed && view->kind == DASH_VIEW_WARD) {
        fill_ward(self, view);
        return;
    }
    if (!view->bed || (view->kind != DASH_VIEW_BED && view->kind != DASH_VIEW_DISCLOSURE)) {
        look_ahead(self, view);
        return;
    }
    g_clear_pointer(&self->chosen, g_free);
    self->view = *view;
    show(self, view->kind == DASH_VIEW_DISCLOSURE ? DISCLOSURE : BED);
    DashPastState *state = state_of(self);
    dash_past_state_follow(state, view->now_us);
    state->past = self->past;
    if (state->lead >= dash_past_n_streams(self->past))
        state->lead = 0;
    if (state->over >= (int)dash_past_n_streams(self->past))
        state->over = -1;
    view->past = state;
    self->view.past = state;
    if (view->kind == DASH_VIEW_DISCLOSURE || dash_shows_past_trends(view) || self->jump)
        look(self, state, view, false);
    state->silent_us = self->client ? dash_past_client_silent_us(self->client) : 0;
    state->refusal = self->client ? dash_past_client_refusal(self->client) : "";
    state->complete = dash_past_is_seen(self->past);
    if (self->jump && self->jump_stamp != dash_past_stamp(self->past))
        try_jump(self);
    state->replay = NULL;
    if (!state->live && view->kind == DASH_VIEW_BED) {
        build_replay(self);
        state->replay = self->replay;
    }
}

/* ---- strips on paper ---- */

static void
cut(DashPastDesk *self)
{
    DashPastState *state = state_of(self);
    unsigned before = state->n_cuts;
    if (!dash_past_state_cut(state, &self->view)) {
        dash_shell_say(self->shell, before == DASH_CUTS_MAX ? _("No more strips can be marked")
                                                            : _("There is no strip to mark"));
        return;
    }
    if (state->n_cuts == before)
        return;
    DashDisclosure d = dash_disclosure_layout(state, &self->view);
    const DashBed *bed =
        dash_model_find_bed(self->shell->station->model, dash_past_bed(self->past));
    g_ptr_array_add(self->strips,
                    dash_paper_strip_new(self->past, dash_disclosure_stream(state, &d, 0),
                                         d.strip_from_us, d.strip_to_us, state->mm_s,
                                         self->shell->preferences.units, bed ? bed->patient : ""));
}

static void
tell_export(DashPastDesk *self, const char *path)
{
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
    g_autofree char *detail = g_strdup_printf("%u strips to %s", self->strips->len, path);
    if (!self->shell->station->witness)
        return;
    record.who = (char *)"dashboard";
    record.role = (char *)"dashboard";
    record.from = (char *)"dashboard";
    record.what = (char *)"export";
    record.bed = (char *)dash_past_bed(self->past);
    record.t_us = vicu_clock_utc_us();
    record.detail = detail;
    dash_witness_put(self->shell->station->witness, &record);
}

static void
print(DashPastDesk *self)
{
    g_autoptr(GError) error = NULL;
    const char *kept = self->shell->preferences.path;
    int64_t now_us = vicu_clock_utc_us();
    if (self->strips->len == 0 || !kept) {
        dash_shell_say(self->shell, kept ? _("No strip is marked: S marks the one that is shown")
                                         : _("This station has no folder to write to"));
        return;
    }
    g_autofree char *folder = g_path_get_dirname(kept);
    g_autofree char *time = vicu_time_format(now_us);
    g_strdelimit(time, ":", '-');
    g_autofree char *name = g_strdup_printf("strips-%.19s.pdf", time);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    const DashPaperNote note = {now_us, dash_picture_utc_offset_us(), "dashboard"};
    gboolean ok = dash_paper_write(path, (DashPaperStrip *const *)self->strips->pdata,
                                   self->strips->len, &note, &error);
    if (!ok) {
        dash_shell_say(self->shell, error->message);
        return;
    }
    tell_export(self, path);
    g_autofree char *text = g_strdup_printf(_("Written: %s"), path);
    dash_shell_say(self->shell, text);
    g_ptr_array_set_size(self->strips, 0);
    self->state[DISCLOSURE].n_cuts = 0;
}

/* ---- acts ---- */

static int64_t
now_of(const DashPastDesk *self)
{
    return self->view.now_us ? self->view.now_us : vicu_clock_utc_us();
}

static void
move(DashPastDesk *self, int64_t by_us)
{
    DashPastState *state = state_of(self);
    dash_past_state_go(state, state->at_us + by_us, now_of(self));
}

/* What both views have. */
static gboolean
do_either(DashPastDesk *self, DashAct act, int64_t n)
{
    DashPastState *state = state_of(self);
    int64_t now_us = now_of(self);
    if (act == DASH_ACT_HOME)
        dash_past_state_go(state, now_us - DASH_PAST_REACH_US, now_us);
    else if (act == DASH_ACT_END || act == DASH_ACT_LIVE)
        dash_past_state_live(state, now_us);
    else if (act == DASH_ACT_NEXT_ALARM || act == DASH_ACT_PREVIOUS_ALARM)
        begin_jump(self, act == DASH_ACT_NEXT_ALARM ? 1 : -1, true);
    else if (act == DASH_ACT_NEXT_EVENT || act == DASH_ACT_PREVIOUS_EVENT)
        begin_jump(self, act == DASH_ACT_NEXT_EVENT ? 1 : -1, false);
    else if (act == DASH_ACT_GO_TO)
        dash_past_state_go(state, n, now_us);
    else if (act == DASH_ACT_ZOOM_IN || act == DASH_ACT_ZOOM_OUT)
        dash_past_state_zoom(state, act == DASH_ACT_ZOOM_IN ? 1 : -1, now_us);
    else
        return FALSE;
    return TRUE;
}

static void
mark_at(DashPastState *state, int64_t t_us)
{
    int64_t at_us = state->at_us;
    state->at_us = t_us;
    dash_past_state_mark(state);
    state->at_us = at_us;
}

gboolean
dash_view_disclosure_do(DashShell *shell, DashAct act, const char *arg, int64_t n)
{
    (void)arg;
    DashPastDesk *self = shell->past;
    DashPastState *state = state_of(self);
    if (act == DASH_ACT_LEFT || act == DASH_ACT_RIGHT)
        move(self, (act == DASH_ACT_LEFT ? -1 : 1) * MAX(state->span_us / 100, S));
    else if (act == DASH_ACT_EARLIER || act == DASH_ACT_LATER)
        move(self, act == DASH_ACT_EARLIER ? -S : S);
    else if (act == DASH_ACT_PAGE_UP || act == DASH_ACT_PAGE_DOWN)
        dash_past_state_page(state, act == DASH_ACT_PAGE_UP ? -1 : 1, now_of(self));
    else if (act == DASH_ACT_UP || act == DASH_ACT_DOWN)
        dash_past_state_choose(state, act == DASH_ACT_UP ? -1 : 1);
    else if (act == DASH_ACT_CHOOSE_LEAD)
        dash_past_state_choose(state, (int)n - 1 - (int)state->lead);
    else if (act == DASH_ACT_MARK)
        dash_past_state_mark(state);
    else if (act == DASH_ACT_MARK_AT)
        mark_at(state, n);
    else if (act == DASH_ACT_SPEED)
        state->mm_s = state->mm_s > 30 ? 25 : 50;
    else if (act == DASH_ACT_COMPARE)
        dash_past_state_compare(state);
    else if (act == DASH_ACT_CUT)
        cut(self);
    else if (act == DASH_ACT_PRINT)
        print(self);
    else
        return do_either(self, act, n);
    return TRUE;
}

gboolean
dash_view_replay_do(DashShell *shell, DashAct act, const char *arg, int64_t n)
{
    (void)arg;
    DashPastDesk *self = shell->past;
    DashPastState *state = state_of(self);
    if (act == DASH_ACT_EARLIER || act == DASH_ACT_LATER)
        move(self, (act == DASH_ACT_EARLIER ? -60 : 60) * S);
    else if (act == DASH_ACT_PAGE_UP || act == DASH_ACT_PAGE_DOWN)
        move(self, act == DASH_ACT_PAGE_UP ? -HOUR_US : HOUR_US);
    else if (act == DASH_ACT_BACK && !state->live)
        dash_past_state_live(state, now_of(self));
    else if (act == DASH_ACT_NEXT_WAVES)
        state->page++;
    else if (act == DASH_ACT_LIVE && state->live)
        return FALSE; /* its key means something else then */
    else if (!do_either(self, act, n))
        return FALSE;
    if (self->state[BED].span_us < HOUR_US) /* the trends of a bed are of an hour at least */
        dash_past_state_zoom(&self->state[BED], -1, now_of(self));
    if (self->state[BED].span_us < HOUR_US)
        self->state[BED].span_us = HOUR_US;
    return TRUE;
}

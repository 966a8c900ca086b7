/* Gallery. See gallery.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/dashboard/gallery.h"

#include "dashboard/saved.h"
#include "dashboard/scene/card.h"
#include "dashboard/scene/past-state.h"
#include "dashboard/scene/review.h"
#include "tests/dashboard/leads.h"
#include "tests/dashboard/past-world.h"
#include "tests/dashboard/review-world.h"
#include "tests/dashboard/ward.h"

#define S       ((int64_t)G_USEC_PER_SEC)
#define HOUR_US (3600 * S)

struct Gallery {
    DashModel **model; /* NULL where nobody has asked for the picture yet */
    int64_t *now_us;
    DashPast *past;
    DashPastState past_state;
    DashModel *replay;
    DashSimulated *simulated;
    DashTrial trial;
    DashReviewState review;
    DashCardState card;
    DashWallState wall;
};

/* The worst alarm of bed 7 as an engine tells it: inputs with the patient's own, the rule judged.
 */
static void
take_reasons(DashModel *model, int64_t now_us)
{
    Vicu__ExplainPart parts[2] = {VICU__EXPLAIN_PART__INIT, VICU__EXPLAIN_PART__INIT};
    Vicu__ExplainPart *part[] = {&parts[0], &parts[1]};
    Vicu__Explanation because = VICU__EXPLANATION__INIT;
    Vicu__AlarmInput inputs[2] = {VICU__ALARM_INPUT__INIT, VICU__ALARM_INPUT__INIT};
    Vicu__AlarmInput *input[] = {&inputs[0], &inputs[1]};
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__Alarm alarm = VICU__ALARM__INIT;
    parts[0].clause = parts[1].clause = VICU__EXPLAIN_CLAUSE__CLAUSE_WHEN;
    parts[0].words = (char *)"MAP < limit MAP_critical";
    parts[0].truth = VICU__TRUTH__TRUTH_TRUE;
    parts[0].leaf = parts[0].decides = parts[0].compared = true;
    parts[0].left = 41;
    parts[0].right = 50;
    parts[0].unit = (char *)"mm[Hg]";
    parts[1] = parts[0];
    parts[1].words = (char *)"Temp > 38.5 Cel";
    parts[1].truth = VICU__TRUTH__TRUTH_FALSE;
    parts[1].left = 37.1;
    parts[1].right = 38.5;
    parts[1].unit = (char *)"Cel";
    because.part = part;
    because.n_part = G_N_ELEMENTS(part);
    because.pack = (char *)"adult-icu";
    g_autoptr(GBytes) packed = vicu_wire_pack(&because.base);
    inputs[0].name = (char *)"MAP";
    inputs[0].unit = (char *)"mm[Hg]";
    inputs[0].value = 41;
    inputs[0].known = inputs[0].has_baseline = true;
    inputs[0].baseline = 84;
    inputs[0].baseline_us = 24 * HOUR_US;
    inputs[0].t_us = now_us - S;
    inputs[0].source = VICU__SOURCE__SOURCE_DERIVED;
    inputs[1] = inputs[0];
    inputs[1].name = (char *)"Temp";
    inputs[1].unit = (char *)"Cel";
    inputs[1].value = 37.1;
    inputs[1].baseline = 36.8;
    alarm.id = item.key = (char *)"map-critical-7";
    alarm.bed = (char *)"demo/icu/7";
    alarm.rule = (char *)"map-critical";
    alarm.title = (char *)"MAP below 50 mmHg";
    alarm.text = (char *)"MAP 41 mmHg for 12 s, was 84 ten minutes ago";
    alarm.priority = VICU__PRIORITY__PRIORITY_HIGH;
    alarm.state = VICU__ALARM_STATE__ALARM_ACTIVE;
    alarm.t_condition_us = now_us - 20 * S;
    alarm.t_raised_us = now_us - 12 * S;
    alarm.input = input;
    alarm.n_input = G_N_ELEMENTS(input);
    alarm.because.data = (uint8_t *)g_bytes_get_data(packed, &alarm.because.len);
    item.subject = VICU__SUBJECT__SUBJECT_ALARM;
    item.body_case = VICU__STATE_ITEM__BODY_ALARM;
    item.alarm = &alarm;
    dash_model_take_state(model, &item, now_us);
}

static DashModel *
make_model(const Picture *picture, int64_t *now_us)
{
    WardOptions options = {.beds = picture->beds};
    g_assert_true(ward_options_parse(picture->story, &options));
    g_autoptr(GByteArray) ward = ward_make(&options);
    DashModel *model = dash_model_new();
    g_assert_true(dash_saved_apply(ward->data, ward->len, model, now_us, NULL));
    if (picture->with == PICTURE_ARMED)
        take_reasons(model, *now_us);
    if (picture->kind == PICTURE_REVIEW)
        review_world_fill(model, *now_us);
    if (picture->page)
        leads_add(model, PAST_WORLD_BED, 12, *now_us);
    return model;
}

Gallery *
gallery_new(void)
{
    Gallery *self = g_new0(Gallery, 1);
    self->model = g_new0(DashModel *, pictures_n());
    self->now_us = g_new0(int64_t, pictures_n());
    return self;
}

void
gallery_free(Gallery *self)
{
    if (!self)
        return;
    for (size_t i = 0; i < pictures_n(); i++)
        dash_model_free(self->model[i]);
    g_free(self->model);
    g_free(self->now_us);
    dash_past_free(self->past);
    dash_model_free(self->replay);
    dash_simulated_free(self->simulated);
    g_free(self);
}

const DashModel *
gallery_model(Gallery *self, size_t i)
{
    if (!self->model[i])
        self->model[i] = make_model(pictures_at(i), &self->now_us[i]);
    return self->model[i];
}

static void
set_callipers(DashPastState *state, const DashView *view)
{
    unsigned lead = 2; /* a pressure: what the callipers measure has a unit */
    state->mm_s = 50;
    state->lead = MIN(lead, (unsigned)dash_past_n_streams(state->past) - 1);
    state->at_us -= 400 * 1000;
    dash_past_state_mark(state);
    state->at_us += 400 * 1000;
    dash_past_state_mark(state);
    dash_past_state_compare(state);
    dash_past_state_cut(state, view);
}

static void
feed(Gallery *self, const DashBed *bed, const DashView *view)
{
    DashLook look = dash_past_state_look(&self->past_state, view, bed);
    dash_past_look(self->past, &look, view->now_us);
    past_world_feed(self->past, view->now_us);
}

static void
open_past(Gallery *self, const DashModel *model, const Picture *picture, DashView *view)
{
    DashPastState *state = &self->past_state;
    dash_past_free(self->past);
    self->past = dash_past_new(256 << 20);
    view->bed = PAST_WORLD_BED;
    view->past = state;
    dash_past_state_init(state);
    state->past = self->past;
    state->span_us = picture->span_us;
    state->page = picture->page;
    state->complete = true;
    dash_past_state_follow(state, view->now_us);
    if (picture->ago_us)
        dash_past_state_go(state, view->now_us - picture->ago_us, view->now_us);
    dash_past_set_bed(self->past, PAST_WORLD_BED);
    if (picture->with != PICTURE_SILENT)
        past_world_streams(self->past, view->now_us);
    feed(self, dash_model_find_bed(model, view->bed), view);
    if (picture->with == PICTURE_CALLIPERS)
        set_callipers(state, view);
    if (picture->with == PICTURE_SILENT)
        state->silent_us = view->now_us - 75 * S;
    if (picture->with == PICTURE_ASKED) { /* the very first picture: what the station has itself */
        dash_past_forget(self->past);
        state->complete = false;
    }
    dash_model_free(self->replay);
    self->replay = dash_model_new();
    if (picture->view == DASH_VIEW_BED && picture->ago_us) {
        dash_past_replay(self->past, state->at_us, self->replay);
        state->replay = self->replay;
        feed(self, NULL, view);
    }
}

static void
open_trial(Gallery *self, const DashModel *model, const Picture *picture)
{
    if (!self->simulated)
        self->simulated = review_world_simulated();
    g_assert_true(
        dash_trial_begin(&self->trial, model, "desaturation", dash_model_bed(model, 2)->id));
    if (picture->with == PICTURE_TRIAL_OF_MAP) {
        g_strlcpy(self->trial.limit, "MAP_low", sizeof self->trial.limit);
        g_strlcpy(self->trial.unit, "mm[Hg]", sizeof self->trial.unit);
    } else {
        dash_trial_step(&self->trial, -3);
    }
    self->review.table = DASH_REVIEW_RULES;
    self->review.trial = &self->trial;
    self->review.run = DASH_RUN_DONE;
    self->review.simulated = self->simulated;
}

static void
open_review(Gallery *self, const DashModel *model, const Picture *picture, DashView *view)
{
    self->review = (DashReviewState){0};
    if (picture->with == PICTURE_SILENT)
        self->review.trouble = "the store gave no answer for 10.0 s: see vicu status";
    else if (picture->with == PICTURE_LIST)
        self->review = (DashReviewState){
            .table = DASH_REVIEW_RULES, .list = true, .list_rule = "desaturation", .list_row = 4};
    else if (picture->with != PICTURE_AS_IT_IS)
        open_trial(self, model, picture);
    if (picture->with != PICTURE_AS_IT_IS)
        view->review = &self->review;
}

static const char *
id_of(const DashModel *model, const char *name)
{
    return name ? dash_model_find_bed(model, name)->id : NULL;
}

/* Who works at the station that is pictured. */
static DashWho
who_of(PictureWith with)
{
    DashWho who = {.left_s = -1, .locked = with == PICTURE_LOCKED};
    if (with != PICTURE_SIGNED_IN && with != PICTURE_LOCKS && with != PICTURE_GLASS)
        return who;
    who.name = "Dr A. Lovelace";
    who.role = "intensivist demo/icu";
    if (with == PICTURE_LOCKS)
        who.left_s = 24;
    if (with == PICTURE_GLASS)
        who.glass_min = 42;
    return who;
}

void
gallery_look(Gallery *self, size_t i, DashView *view)
{
    const Picture *picture = pictures_at(i);
    const DashModel *model = gallery_model(self, i);
    self->wall = (DashWallState){.layout = picture->layout};
    view->kind = picture->view;
    view->steady = true;
    view->who = who_of(picture->with);
    view->now_us = self->now_us[i];
    view->bed = id_of(model, picture->bed);
    view->selected = picture->chosen ? id_of(model, picture->chosen) : view->bed;
    view->past = NULL;
    view->review = NULL;
    view->card = NULL;
    view->wall = &self->wall;
    if (picture->kind == PICTURE_PAST)
        open_past(self, model, picture, view);
    if (picture->view == DASH_VIEW_REVIEW)
        open_review(self, model, picture, view);
    if (picture->with == PICTURE_ARMED) {
        self->card = (DashCardState){.armed = true, .answer = VICU__ANSWER__ANSWER_WATCH};
        view->card = &self->card;
    }
}

void
gallery_build(Gallery *self, size_t i, DashScene *scene, DashView *view)
{
    gallery_look(self, i, view);
    dash_scene_build(scene, gallery_model(self, i), view);
}

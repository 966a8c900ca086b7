/* Model: takes from the owner of the state what people say to each other about beds: answers to
 * alarms, notes and promises, who looks after a bed, handovers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/model/private.h"

/* --- answers ------------------------------------------------------------------------------ */

void
dash_alarm_clear_past(DashAlarm *alarm)
{
    for (unsigned i = 0; i < alarm->n_past; i++) {
        g_free(alarm->past[i].id);
        g_free(alarm->past[i].who);
    }
    alarm->n_past = 0;
}

static void
take_similar(DashAlarm *alarm, const Vicu__Similar *wire)
{
    dash_alarm_clear_past(alarm);
    alarm->similar_24h = wire ? wire->last_24h : 0;
    alarm->similar_72h = wire ? wire->last_72h : 0;
    alarm->similar_at_least = wire && wire->at_least;
    for (size_t i = 0; wire && i < wire->n_past && alarm->n_past < DASH_EARLIER_MAX; i++) {
        const Vicu__PastAlarm *past = wire->past[i];
        alarm->past[alarm->n_past++] = (DashEarlier){
            .id = g_strdup(past->id),
            .t_raised_us = dash_model_time(past->t_raised_us),
            .t_ended_us = dash_model_time(past->t_ended_us),
            .answered = past->answered,
            .answer = past->answer,
            .because = past->because,
            .who = g_strdup(past->who),
        };
    }
}

void
dash_model_take_answer(DashAlarm *alarm, const Vicu__Alarm *wire)
{
    const Vicu__Acknowledgement *answer = wire->acknowledged;
    dash_model_set_text(&alarm->ack_who, answer ? answer->who : "");
    dash_model_set_text(&alarm->ack_reason, answer ? answer->reason : "");
    alarm->ack_us = answer ? dash_model_time(answer->t_us) : 0;
    alarm->answer = answer ? answer->answer : VICU__ANSWER__ANSWER_SEEN;
    alarm->because = answer ? answer->because : VICU__NOT_ACTIONABLE__NOT_ACTIONABLE_NONE;
    alarm->watch_until_us = answer ? dash_model_time(answer->until_us) : 0;
    alarm->lapses = wire->lapses;
    take_similar(alarm, wire->similar);
}

/* --- notes -------------------------------------------------------------------------------- */

static void
drop_note(DashBed *bed, unsigned i)
{
    DashNote *note = &bed->note[i];
    g_free(note->id);
    g_free(note->text);
    g_free(note->who);
    g_free(note->owner);
    g_free(note->done_by);
    memmove(note, note + 1, (--bed->n_notes - i) * sizeof *note);
    bed->note[bed->n_notes] = (DashNote){0};
}

/* Wherever it is: a note goes along with its patient. */
static void
drop_note_called(DashModel *self, const char *id)
{
    for (size_t b = 0; b < self->beds->len; b++) {
        DashBed *bed = self->beds->pdata[b];
        for (unsigned i = bed->n_notes; i-- > 0;)
            if (strcmp(bed->note[i].id, id) == 0)
                drop_note(bed, i);
    }
}

void
dash_model_take_note(DashModel *self, const Vicu__Note *wire, int64_t now_us)
{
    DashBed *bed = dash_model_bed_for(self, wire->bed, now_us);
    drop_note_called(self, wire->id);
    if (!bed)
        return;
    if (bed->n_notes == DASH_NOTES_MAX) {
        bed->left_out++;
        return;
    }
    unsigned at = bed->n_notes;
    while (at > 0 && bed->note[at - 1].t_us > dash_model_time(wire->t_us))
        at--;
    memmove(&bed->note[at + 1], &bed->note[at], (bed->n_notes++ - at) * sizeof bed->note[0]);
    bed->note[at] = (DashNote){
        .id = g_strdup(wire->id),
        .promise = wire->promise,
        .corrected = *wire->corrected_by != '\0',
        .text = g_strdup(wire->text),
        .who = g_strdup(wire->who),
        .t_us = dash_model_time(wire->t_us),
        .owner = g_strdup(wire->owner),
        .due_us = dash_model_time(wire->due_us),
        .overdue = wire->overdue,
        .done_by = g_strdup(wire->done_by),
        .done_us = dash_model_time(wire->done_us),
    };
}

/* --- care --------------------------------------------------------------------------------- */

static void
clear_care(DashCare *care)
{
    g_free(care->owner);
    g_free(care->seen_by);
    *care = (DashCare){0};
}

void
dash_model_take_care(DashModel *self, const Vicu__Care *wire, int64_t now_us)
{
    DashBed *bed = dash_model_bed_for(self, wire->bed, now_us);
    const Vicu__AlarmCount *count = wire->last_12h;
    if (!bed)
        return;
    clear_care(&bed->care);
    bed->care = (DashCare){
        .owner = g_strdup(wire->owner),
        .since_us = dash_model_time(wire->since_us),
        .seen_by = g_strdup(wire->seen_by),
        .seen_us = dash_model_time(wire->seen_us),
        .counted = count != NULL,
        .known = true,
    };
    if (count)
        bed->care.last_12h = (DashCount){.high = count->high,
                                         .medium = count->medium,
                                         .low = count->low,
                                         .technical = count->technical,
                                         .at_least = count->at_least};
}

void
dash_bed_clear_care(DashBed *bed)
{
    while (bed->n_notes)
        drop_note(bed, bed->n_notes - 1);
    clear_care(&bed->care);
}

/* --- handovers ---------------------------------------------------------------------------- */

void
dash_handover_free(void *data)
{
    DashHandover *handover = data;
    for (unsigned i = 0; i < handover->n_lines; i++) {
        g_free(handover->line[i].bed);
        g_free(handover->line[i].text);
        g_free(handover->line[i].who);
    }
    g_free(handover->line);
    g_free(handover->id);
    g_free(handover->place);
    g_free(handover->from);
    g_free(handover->to);
    g_free(handover);
}

static void
drop_handover(DashModel *self, const char *id)
{
    for (guint i = self->handovers->len; i-- > 0;)
        if (strcmp(((DashHandover *)self->handovers->pdata[i])->id, id) == 0)
            g_ptr_array_remove_index(self->handovers, i);
}

static int64_t
signed_at(const Vicu__Handover *wire, const char *name)
{
    for (size_t i = 0; i < wire->n_sign; i++)
        if (strcmp(wire->sign[i]->name, name) == 0)
            return dash_model_time(wire->sign[i]->t_us);
    return 0;
}

void
dash_model_take_handover(DashModel *self, const Vicu__Handover *wire)
{
    drop_handover(self, wire->id);
    if (self->handovers->len >= DASH_HANDOVERS_MAX) {
        self->left_out++;
        return;
    }
    DashHandover *handover = g_new0(DashHandover, 1);
    handover->id = g_strdup(wire->id);
    handover->place = g_strdup(wire->place);
    handover->from = g_strdup(wire->from);
    handover->to = g_strdup(wire->to);
    handover->state = wire->state;
    handover->begun_us = dash_model_time(wire->begun_us);
    handover->ended_us = dash_model_time(wire->ended_us);
    handover->from_signed_us = signed_at(wire, wire->from);
    handover->to_signed_us = signed_at(wire, wire->to);
    handover->line = g_new0(DashHandoverLine, MIN(wire->n_line, DASH_BEDS_MAX) + 1);
    for (size_t i = 0; i < wire->n_line && i < DASH_BEDS_MAX; i++)
        handover->line[handover->n_lines++] = (DashHandoverLine){
            .bed = g_strdup(wire->line[i]->bed),
            .text = g_strdup(wire->line[i]->text),
            .who = g_strdup(wire->line[i]->who),
            .t_us = dash_model_time(wire->line[i]->t_us),
        };
    guint at = 0;
    while (at < self->handovers->len
           && ((DashHandover *)self->handovers->pdata[at])->begun_us > handover->begun_us)
        at++;
    g_ptr_array_insert(self->handovers, (int)at, handover);
}

size_t
dash_model_n_handovers(const DashModel *self)
{
    return self->handovers->len;
}

const DashHandover *
dash_model_handover(const DashModel *self, size_t index)
{
    return index < self->handovers->len ? self->handovers->pdata[index] : NULL;
}

const DashHandover *
dash_model_handover_of(const DashModel *self, const char *place)
{
    const DashHandover *newest = NULL;
    for (guint i = 0; i < self->handovers->len; i++) {
        const DashHandover *handover = self->handovers->pdata[i];
        if (strcmp(handover->place, place) != 0)
            continue;
        if (handover->state == VICU__HANDOVER_STATE__HANDOVER_OPEN)
            return handover;
        newest = newest ? newest : handover;
    }
    return newest;
}

const DashHandoverLine *
dash_handover_line(const DashHandover *handover, const char *bed)
{
    for (unsigned i = 0; i < handover->n_lines; i++)
        if (strcmp(handover->line[i].bed, bed) == 0)
            return &handover->line[i];
    return NULL;
}

/* --- what no longer stands ---------------------------------------------------------------- */

void
dash_model_drop_care(DashModel *self, Vicu__Subject subject, const char *key)
{
    if (subject == VICU__SUBJECT__SUBJECT_NOTE)
        drop_note_called(self, key);
    if (subject == VICU__SUBJECT__SUBJECT_HANDOVER)
        drop_handover(self, key);
    DashBed *bed =
        subject == VICU__SUBJECT__SUBJECT_CARE ? g_hash_table_lookup(self->bed_by_id, key) : NULL;
    if (bed)
        clear_care(&bed->care);
}

void
dash_model_forget_care(DashModel *self)
{
    for (size_t b = 0; b < self->beds->len; b++)
        dash_bed_clear_care(self->beds->pdata[b]);
    g_ptr_array_set_size(self->handovers, 0);
}

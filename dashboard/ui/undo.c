/* Undo. See undo.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/undo.h"

#include <string.h>

#include "common/clock.h"
#include "dashboard/scene/words.h"
#include "dashboard/ui/desk.h"

struct DashUndo {
    DashShell *shell;
    Vicu__Command__WhatCase what;
    char *bed;
    char *name;   /* of the owner that was set, the limit, or the promise's owner */
    char *before; /* owner */
    char *text;   /* of the note or the promise */
    char *unit;
    double value; /* of the limit: before, and what was set */
    double set;
    Vicu__Presence presence; /* before, and what was set */
    Vicu__Presence begun;
    int64_t until_us; /* of what was before; 0 = none */
};

static const DashLimit *
limit_of(const DashBed *bed, const char *name)
{
    for (unsigned i = 0; bed && i < bed->n_limits; i++)
        if (strcmp(bed->limit[i].name, name) == 0)
            return &bed->limit[i];
    return NULL;
}

/* The promise of this id, and its bed. */
static const DashNote *
promise_of(const DashModel *model, const char *id, const DashBed **bed)
{
    for (size_t b = 0; b < dash_model_n_beds(model); b++) {
        *bed = dash_model_bed(model, b);
        for (unsigned i = 0; i < (*bed)->n_notes; i++)
            if (strcmp((*bed)->note[i].id, id) == 0)
                return &(*bed)->note[i];
    }
    return NULL;
}

static bool
keep_take(DashUndo *self, const DashBed *bed, const Vicu__TakeBed *take)
{
    if (!bed || !bed->care.known)
        return false;
    self->before = g_strdup(bed->care.owner ? bed->care.owner : "");
    self->name = g_strdup(take->release ? "" : take->name);
    return !take->release || *self->before;
}

static bool
keep_limit(DashUndo *self, const DashBed *bed, const Vicu__SetLimit *set)
{
    const DashLimit *limit = limit_of(bed, set->name);
    if (!limit || *set->of_unit)
        return false;
    self->name = g_strdup(limit->name);
    self->unit = g_strdup(limit->unit);
    self->value = limit->value;
    self->set = set->value;
    self->until_us = limit->expires_us;
    return true;
}

static bool
keep_absence(DashUndo *self, const DashBed *bed, const Vicu__Absence *absence)
{
    if (!bed || !bed->presence_known)
        return false;
    self->presence = bed->presence;
    self->begun = absence->presence;
    self->until_us = bed->until_us;
    return self->presence != self->begun;
}

static bool
keep_done(DashUndo *self, const Vicu__DoPromise *done)
{
    const DashBed *bed = NULL;
    const DashNote *note = promise_of(self->shell->station->model, done->id, &bed);
    if (!note || !note->promise)
        return false;
    self->bed = g_strdup(bed->id);
    self->text = g_strdup(note->text);
    self->name = g_strdup(note->owner);
    self->until_us = note->due_us;
    return true;
}

static bool
keep(DashUndo *self, const Vicu__Command *command)
{
    const DashModel *model = self->shell->station->model;
    switch ((unsigned)command->what_case) {
    case VICU__COMMAND__WHAT_TAKE:
        self->bed = g_strdup(command->take->bed);
        return keep_take(self, dash_model_find_bed(model, self->bed), command->take);
    case VICU__COMMAND__WHAT_LIMIT:
        self->bed = g_strdup(command->limit->bed);
        return keep_limit(self, dash_model_find_bed(model, self->bed), command->limit);
    case VICU__COMMAND__WHAT_ABSENCE:
        self->bed = g_strdup(command->absence->bed);
        return keep_absence(self, dash_model_find_bed(model, self->bed), command->absence);
    case VICU__COMMAND__WHAT_NOTE:
        self->bed = g_strdup(command->note->bed);
        self->text = g_strdup(command->note->text);
        return !command->note->promise;
    case VICU__COMMAND__WHAT_DONE:
        return keep_done(self, command->done);
    default:
        return false;
    }
}

DashUndo *
dash_undo_new(DashShell *shell, const Vicu__Command *command)
{
    DashUndo *self = g_new0(DashUndo, 1);
    self->shell = shell;
    self->what = command->what_case;
    if (keep(self, command))
        return self;
    dash_undo_free(self);
    return NULL;
}

void
dash_undo_free(DashUndo *self)
{
    if (!self)
        return;
    g_free(self->bed);
    g_free(self->name);
    g_free(self->before);
    g_free(self->text);
    g_free(self->unit);
    g_free(self);
}

/* ---- taking it back ---- */

static void
on_answer(gboolean ok, const char *text, gpointer user)
{
    DashShell *shell = user;
    g_autofree char *said =
        g_strdup_printf(ok ? _("Taken back: %s") : _("Not taken back: %s"), text);
    dash_shell_say(shell, said);
}

static void
send(DashUndo *self, Vicu__Command *command)
{
    dash_desk_command(self->shell, command, _("taken back"), on_answer, self->shell);
}

static gboolean
refuse(DashUndo *self, const char *why)
{
    dash_shell_say(self->shell, why);
    return FALSE;
}

static gboolean
changed_since(DashUndo *self)
{
    return refuse(self, _("Not taken back: somebody has changed it since"));
}

static gboolean
take_back_owner(DashUndo *self, const DashBed *bed)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__TakeBed take = VICU__TAKE_BED__INIT;
    const char *owner = bed->care.owner ? bed->care.owner : "";
    bool own = !*self->name || strcmp(owner, self->name) == 0; /* an empty name is this station's */
    if (!own && strcmp(owner, self->before) != 0)
        return changed_since(self);
    take.bed = self->bed;
    take.release = !*self->before;
    take.name = self->before;
    command.what_case = VICU__COMMAND__WHAT_TAKE;
    command.take = &take;
    send(self, &command);
    return TRUE;
}

static gboolean
take_back_limit(DashUndo *self, const DashBed *bed)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__SetLimit set = VICU__SET_LIMIT__INIT;
    const DashLimit *limit = limit_of(bed, self->name);
    int64_t now_us = vicu_clock_utc_us();
    if (!limit || (limit->value != self->set && limit->value != self->value))
        return changed_since(self);
    if (self->until_us > 0 && self->until_us <= now_us)
        return refuse(self, _("Not taken back: the limit before has expired since"));
    set.bed = self->bed;
    set.name = self->name;
    set.unit = self->unit;
    set.value = self->value;
    set.for_us = self->until_us > 0 ? self->until_us - now_us : 0;
    command.what_case = VICU__COMMAND__WHAT_LIMIT;
    command.limit = &set;
    send(self, &command);
    return TRUE;
}

static gboolean
take_back_absence(DashUndo *self, const DashBed *bed)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Absence absence = VICU__ABSENCE__INIT;
    bool away = self->presence == VICU__PRESENCE__PRESENCE_STANDBY
                || self->presence == VICU__PRESENCE__PRESENCE_TRANSPORT;
    if (bed->presence != self->begun && bed->presence != self->presence)
        return changed_since(self);
    if (away && self->until_us <= vicu_clock_utc_us())
        return refuse(self, _("Not taken back: its time would be over by now"));
    absence.bed = self->bed;
    absence.presence = away ? self->presence : VICU__PRESENCE__PRESENCE_PRESENT;
    absence.until_us = away ? self->until_us : 0;
    command.what_case = VICU__COMMAND__WHAT_ABSENCE;
    command.absence = &absence;
    send(self, &command);
    return TRUE;
}

/* It stays, and says that another one took its place: the word that it was withdrawn. */
static gboolean
take_back_note(DashUndo *self, const DashBed *bed)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__PutNote put = VICU__PUT_NOTE__INIT;
    const DashNote *note = NULL;
    for (unsigned i = 0; i < bed->n_notes; i++)
        if (!bed->note[i].promise && !bed->note[i].corrected
            && strcmp(bed->note[i].text, self->text) == 0)
            note = &bed->note[i];
    if (!note)
        return refuse(self, _("Not taken back: the note is not there, or was corrected since"));
    g_autofree char *text = g_strdup_printf(_("withdrawn: %.100s"), self->text);
    g_autofree char *valid = g_utf8_make_valid(text, -1); /* may be cut inside a letter */
    put.bed = self->bed;
    put.text = valid;
    put.corrects = note->id;
    command.what_case = VICU__COMMAND__WHAT_NOTE;
    command.note = &put;
    send(self, &command);
    return TRUE;
}

static gboolean
promise_again(DashUndo *self)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__PutNote put = VICU__PUT_NOTE__INIT;
    if (self->until_us <= vicu_clock_utc_us())
        return refuse(self, _("Not taken back: it was due before now. Promise it anew"));
    put.bed = self->bed;
    put.text = self->text;
    put.promise = TRUE;
    put.owner = self->name;
    put.due_us = self->until_us;
    command.what_case = VICU__COMMAND__WHAT_NOTE;
    command.note = &put;
    send(self, &command);
    return TRUE;
}

/* What came of it is said when it is answered. */
static gboolean
take_back(gpointer data)
{
    DashUndo *self = data;
    const DashBed *bed = dash_model_find_bed(self->shell->station->model, self->bed);
    if (!bed)
        return changed_since(self);
    switch ((unsigned)self->what) {
    case VICU__COMMAND__WHAT_TAKE:
        return take_back_owner(self, bed);
    case VICU__COMMAND__WHAT_LIMIT:
        return take_back_limit(self, bed);
    case VICU__COMMAND__WHAT_ABSENCE:
        return take_back_absence(self, bed);
    case VICU__COMMAND__WHAT_NOTE:
        return take_back_note(self, bed);
    case VICU__COMMAND__WHAT_DONE:
        return promise_again(self);
    default:
        return FALSE;
    }
}

static void
free_undo(gpointer data)
{
    dash_undo_free(data);
}

void
dash_undo_offer(DashShell *shell, DashUndo *self, const char *text)
{
    dash_shell_done(shell, text, self ? take_back : NULL, self, self ? free_undo : NULL);
}

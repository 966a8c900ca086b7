/* The bed desk: notes of a bed, and what somebody promised to do for it. Part of the ward.
 *
 * A correction takes the place of what it corrects, which stays and says so. A promise whose
 * time is over and that nobody called done is overdue: shown, and no alarm.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "rules/desk-inner.h"
#include "rules/items.h"

#define PROMISE_MAX_US (7 * DESK_DAY_US) /* ours: what is further ahead belongs into orders */

static Vicu__Note *
find_note(const WardBed *bed, const char *id)
{
    for (guint i = 0; i < bed->notes->len; i++) {
        Vicu__Note *note = bed->notes->pdata[i];
        if (strcmp(note->id, id) == 0)
            return note;
    }
    return NULL;
}

/* In any bed; NULL: none. */
static Vicu__Note *
find_anywhere(const RulesWard *self, const char *id, WardBed **bed)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Vicu__Note *note = find_note(value, id);
        *bed = value;
        if (note)
            return note;
    }
    return NULL;
}

bool
desk_has_note(const RulesWard *self, const char *id)
{
    WardBed *bed = NULL;
    return find_anywhere(self, id, &bed) != NULL;
}

const char *
desk_place_of_note(const RulesWard *self, const char *id)
{
    WardBed *bed = NULL;
    return find_anywhere(self, id, &bed) ? bed->id : "";
}

static Vicu__Note *
copy_of(const Vicu__Note *note)
{
    g_autoptr(GBytes) packed = vicu_wire_pack(&note->base);
    gsize size = 0;
    const void *data = g_bytes_get_data(packed, &size);
    return vicu_wire_unpack_note(data, size, NULL);
}

static void
publish(RulesWard *self, const Vicu__Note *note)
{
    rules_ward_put(self, VICU__SUBJECT__SUBJECT_NOTE, note->id, rules_item_note(note), true);
}

/* @shape takes the place of the note of its id, or is a new one at the end. */
static void
keep_note(WardBed *bed, const Vicu__Note *shape)
{
    Vicu__Note *copy = copy_of(shape);
    Vicu__Note *old = find_note(bed, shape->id);
    guint at = 0;
    g_return_if_fail(copy != NULL);
    if (old && g_ptr_array_find(bed->notes, old, &at)) {
        bed->notes->pdata[at] = copy;
        publish(bed->ward, copy);
        vicu_wire_free(old);
        return;
    }
    g_ptr_array_add(bed->notes, copy);
    publish(bed->ward, copy);
}

static void
record(const WardBed *bed, const Vicu__Note *note, const char *kind)
{
    g_autoptr(GBytes) detail = vicu_wire_pack(&note->base);
    rules_outbox_event(bed->ward->outbox, bed->id, bed->ward->now_us, kind, note->id, note->text,
                       detail);
}

/* --- room --------------------------------------------------------------------------------- */

/* What is missed least when room is needed: 0 = an open promise, never. */
static int
is_dispensable(const Vicu__Note *note)
{
    return *note->corrected_by                   ? 3
           : note->promise && note->done_us != 0 ? 2
           : note->promise                       ? 0
                                                 : 1;
}

/* Of those that are missed least the oldest goes; FALSE: all are open promises. */
static bool
make_room(WardBed *bed)
{
    guint least = 0;
    if (bed->notes->len < RULES_NOTES_MAX)
        return true;
    for (guint i = 1; i < bed->notes->len; i++)
        if (is_dispensable(bed->notes->pdata[i]) > is_dispensable(bed->notes->pdata[least]))
            least = i;
    const Vicu__Note *note = bed->notes->pdata[least];
    if (is_dispensable(note) == 0)
        return false;
    rules_ward_drop(bed->ward, VICU__SUBJECT__SUBJECT_NOTE, note->id, true);
    g_ptr_array_remove_index(bed->notes, least);
    return true;
}

/* --- commands ----------------------------------------------------------------------------- */

static bool
check_promise(DeskAct *act, const Vicu__Note *note)
{
    if (!desk_is_name(note->owner))
        desk_answer(act, false, "A name has 1 to %d bytes, in one line.", DESK_NAME_MAX);
    else if (note->due_us <= act->now_us || note->due_us > act->now_us + PROMISE_MAX_US)
        desk_answer(act, false, "A promise is due within 7 days from now.");
    else
        return true;
    return false;
}

/* What the correction does not say is as it was. */
static bool
take_over(DeskAct *act, const WardBed *bed, const char *id, Vicu__Note *note)
{
    const Vicu__Note *old = find_note(bed, id);
    if (!old)
        desk_answer(act, false, "Bed %s has no note \"%s\" to correct.", bed->id, id);
    else if (*old->corrected_by)
        desk_answer(act, false, "Note %s was corrected before, by %s.", id, old->corrected_by);
    else if (old->done_us != 0)
        desk_answer(act, false, "What was promised in %s is done.", id);
    else {
        note->promise = old->promise;
        note->corrects = old->id;
        if (old->promise && !*note->owner)
            note->owner = old->owner;
        if (old->promise && note->due_us == 0)
            note->due_us = old->due_us;
        return true;
    }
    return false;
}

static void
mark_corrected(WardBed *bed, const Vicu__Note *by)
{
    const Vicu__Note *old = *by->corrects ? find_note(bed, by->corrects) : NULL;
    if (!old)
        return;
    Vicu__Note corrected = *old;
    corrected.corrected_by = by->id;
    corrected.overdue = false;
    keep_note(bed, &corrected);
}

void
desk_note(DeskAct *act, const Vicu__PutNote *put)
{
    WardBed *bed = desk_bed(act, put->bed);
    Vicu__Note note = VICU__NOTE__INIT;
    char id[17];
    note.promise = put->promise;
    note.owner = put->owner;
    note.due_us = put->due_us;
    act->what = put->promise ? "promise" : "note";
    if (!bed || (*put->corrects && !take_over(act, bed, put->corrects, &note)))
        return;
    act->what = note.promise ? "promise" : "note";
    if (!desk_is_text(put->text, RULES_NOTE_BYTES)) {
        desk_answer(act, false, "A %s has 1 to %d bytes of text.", act->what, RULES_NOTE_BYTES);
        return;
    }
    if (note.promise && !*note.owner)
        note.owner = (char *)act->who;
    if (note.promise && !check_promise(act, &note))
        return;
    note.bed = bed->id;
    note.text = put->text;
    note.who = (char *)act->who;
    note.t_us = act->now_us;
    note.id = id;
    desk_new_id(act, bed->id, act->what, id);
    if (!note.promise) {
        note.owner = (char *)"";
        note.due_us = 0;
    }
    g_autoptr(Vicu__Note) kept = copy_of(&note);
    /* What is corrected makes the room. */
    if (!*kept->corrects && !make_room(bed)) {
        desk_answer(act, false, "Bed %s has %d promises open: call one done first.", bed->id,
                    RULES_NOTES_MAX);
        return;
    }
    mark_corrected(bed, kept);
    make_room(bed);
    keep_note(bed, kept);
    record(bed, kept, act->what);
    if (!note.promise) {
        desk_answer(act, true, "Note %s of bed %s is kept.", id, bed->id);
        return;
    }
    g_autofree char *due = vicu_time_format(kept->due_us);
    desk_answer(act, true, "Promise %s of bed %s is kept: %s, until %s.", id, bed->id, kept->owner,
                due);
}

void
desk_done(DeskAct *act, const Vicu__DoPromise *done)
{
    act->what = "promise-done";
    WardBed *bed = NULL;
    const Vicu__Note *note = find_anywhere(act->ward, done->id, &bed);
    if (!note) {
        desk_answer(act, false, "There is no promise \"%s\".", done->id);
        return;
    }
    act->bed = bed;
    if (!note->promise)
        desk_answer(act, false, "%s is a note, and nothing that can be done.", done->id);
    else if (*note->corrected_by)
        desk_answer(act, false, "Promise %s was corrected: it is %s now.", done->id,
                    note->corrected_by);
    else if (note->done_us != 0)
        desk_answer(act, true, "Promise %s was done before, by %s.", done->id, note->done_by);
    else {
        Vicu__Note kept = *note;
        kept.done_us = act->now_us;
        kept.done_by = (char *)act->who;
        kept.overdue = false;
        record(bed, &kept, "promise-done");
        keep_note(bed, &kept);
        desk_answer(act, true, "Promise %s of bed %s is done.", done->id, bed->id);
    }
}

/* --- life --------------------------------------------------------------------------------- */

void
rules_desk_look_at_promises(WardBed *bed)
{
    for (guint i = 0; i < bed->notes->len; i++) {
        const Vicu__Note *note = bed->notes->pdata[i];
        if (!note->promise || note->overdue || note->done_us != 0 || *note->corrected_by
            || note->due_us > bed->ward->now_us)
            continue;
        Vicu__Note late = *note;
        late.overdue = true;
        record(bed, &late, "promise-overdue");
        keep_note(bed, &late);
    }
}

static int
by_time(gconstpointer a, gconstpointer b)
{
    const Vicu__Note *x = *(Vicu__Note *const *)a, *y = *(Vicu__Note *const *)b;
    return x->t_us != y->t_us ? (x->t_us < y->t_us ? -1 : 1) : strcmp(x->id, y->id);
}

/* The journal tells them in no order. */
void
rules_desk_restore_note(WardBed *bed, const Vicu__Note *note)
{
    if (bed->notes->len >= RULES_NOTES_MAX || find_note(bed, note->id))
        return;
    g_ptr_array_add(bed->notes, copy_of(note));
    g_ptr_array_sort(bed->notes, by_time);
}

void
rules_desk_publish_notes(WardBed *bed)
{
    for (guint i = 0; i < bed->notes->len; i++) {
        const Vicu__Note *note = bed->notes->pdata[i];
        rules_ward_put(bed->ward, VICU__SUBJECT__SUBJECT_NOTE, note->id, rules_item_note(note),
                       false);
    }
}

void
desk_forget_notes(WardBed *bed)
{
    for (guint i = 0; i < bed->notes->len; i++)
        rules_ward_drop(bed->ward, VICU__SUBJECT__SUBJECT_NOTE,
                        ((const Vicu__Note *)bed->notes->pdata[i])->id, true);
    g_ptr_array_set_size(bed->notes, 0);
}

void
desk_move_notes(WardBed *from, WardBed *to)
{
    g_autoptr(GPtrArray) notes = from->notes;
    from->notes = g_ptr_array_new_with_free_func(vicu_wire_free);
    desk_forget_notes(to); /* of nobody: the bed had no patient */
    for (guint i = 0; i < notes->len; i++) {
        Vicu__Note moved = *(const Vicu__Note *)notes->pdata[i];
        moved.bed = to->id;
        keep_note(to, &moved);
    }
}

/* The bed desk: handovers of a unit or a site from one person to the next. Part of the ward.
 *
 * One is open for a place at a time. Its lines may be written until it is closed; a signature
 * stands for the lines as they are, so a line that changes takes signatures back. Both have to
 * sign, then it is closed and goes into the record. Beds are patients here: a bed that is
 * discharged loses its line, one whose patient moves takes it along.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/desk-inner.h"
#include "rules/items.h"

static const Vicu__Handover *
at(const RulesWard *self, guint i)
{
    return self->handovers->pdata[i];
}

static bool
is_open(const Vicu__Handover *handover)
{
    return handover->state == VICU__HANDOVER_STATE__HANDOVER_OPEN;
}

static const Vicu__Handover *
find_open(const RulesWard *self, const char *place)
{
    for (guint i = 0; i < self->handovers->len; i++)
        if (is_open(at(self, i)) && strcmp(at(self, i)->place, place) == 0)
            return at(self, i);
    return NULL;
}

/* By its id, or the open one of a place. */
static const Vicu__Handover *
find(DeskAct *act, const char *id)
{
    const RulesWard *self = act->ward;
    const Vicu__Handover *found = find_open(self, id);
    for (guint i = 0; i < self->handovers->len && !found; i++)
        if (strcmp(at(self, i)->id, id) == 0)
            found = at(self, i);
    if (!found)
        desk_answer(act, false, "There is no handover \"%s\", and none is open there.", id);
    else if (!is_open(found)) {
        desk_answer(act, false, "Handover %s of %s is over.", found->id, found->place);
        found = NULL;
    }
    return found;
}

bool
desk_has_handover(const RulesWard *self, const char *id)
{
    for (guint i = 0; i < self->handovers->len; i++)
        if (strcmp(at(self, i)->id, id) == 0)
            return true;
    return false;
}

const char *
desk_place_of_handover(const RulesWard *self, const char *id)
{
    const Vicu__Handover *open = find_open(self, id);
    for (guint i = 0; i < self->handovers->len && !open; i++)
        if (strcmp(at(self, i)->id, id) == 0)
            open = at(self, i);
    return open ? open->place : "";
}

static Vicu__Handover *
copy_of(const Vicu__Handover *handover)
{
    g_autoptr(GBytes) packed = vicu_wire_pack(&handover->base);
    gsize size = 0;
    const void *data = g_bytes_get_data(packed, &size);
    return vicu_wire_unpack_handover(data, size, NULL);
}

static void
publish(RulesWard *self, const Vicu__Handover *handover, bool lasting)
{
    rules_ward_put(self, VICU__SUBJECT__SUBJECT_HANDOVER, handover->id,
                   rules_item_handover(handover), lasting);
}

/* @shape takes the place of the one of its id; what is returned is the ward's. */
static const Vicu__Handover *
keep(RulesWard *self, const Vicu__Handover *shape)
{
    Vicu__Handover *copy = copy_of(shape);
    g_return_val_if_fail(copy != NULL, NULL);
    for (guint i = 0; i < self->handovers->len; i++)
        if (strcmp(at(self, i)->id, copy->id) == 0) {
            vicu_wire_free(self->handovers->pdata[i]);
            self->handovers->pdata[i] = copy;
            publish(self, copy, true);
            return copy;
        }
    g_ptr_array_add(self->handovers, copy);
    publish(self, copy, true);
    return copy;
}

/* Of those of @place the oldest go. */
static void
forget_old(RulesWard *self, const char *place)
{
    guint n = 0;
    for (guint i = self->handovers->len; i > 0; i--) {
        const Vicu__Handover *handover = at(self, i - 1);
        if (strcmp(handover->place, place) != 0 || ++n <= RULES_HANDOVERS_KEPT)
            continue;
        rules_ward_drop(self, VICU__SUBJECT__SUBJECT_HANDOVER, handover->id, true);
        g_ptr_array_remove_index(self->handovers, i - 1);
    }
}

static void
record(RulesWard *self, const Vicu__Handover *handover, const char *kind)
{
    g_autoptr(GBytes) detail = vicu_wire_pack(&handover->base);
    rules_outbox_event(self->outbox, "", self->now_us, kind, handover->id, handover->place, detail);
}

/* --- begin -------------------------------------------------------------------------------- */

static bool
is_in(const char *bed, const char *place)
{
    size_t length = strlen(place);
    return length > 0 && strncmp(bed, place, length) == 0 && bed[length] == '/';
}

static bool
has_bed(const RulesWard *self, const char *place)
{
    GHashTableIter iter;
    gpointer id;
    g_hash_table_iter_init(&iter, self->beds);
    while (g_hash_table_iter_next(&iter, &id, NULL))
        if (is_in(id, place))
            return true;
    return false;
}

static bool
check_begin(DeskAct *act, const Vicu__BeginHandover *begin)
{
    const Vicu__Handover *open = find_open(act->ward, begin->place);
    if (!has_bed(act->ward, begin->place))
        desk_answer(act, false, "There is no unit or site \"%s\".", begin->place);
    else if (!desk_is_name(begin->from) || !desk_is_name(begin->to))
        desk_answer(act, false,
                    "Who hands over, and to whom: a name has 1 to %d bytes, in one line.",
                    DESK_NAME_MAX);
    else if (desk_is_same_name(begin->from, begin->to))
        desk_answer(act, false, "%s cannot hand over to themselves: two people sign.", begin->from);
    else if (open)
        desk_answer(act, false, "Handover %s of %s from %s to %s is open.", open->id, open->place,
                    open->from, open->to);
    else
        return true;
    return false;
}

void
desk_begin_handover(DeskAct *act, const Vicu__BeginHandover *begin)
{
    act->what = "handover-begin";
    if (!check_begin(act, begin))
        return;
    Vicu__Handover handover = VICU__HANDOVER__INIT;
    g_autofree char *from = g_strstrip(g_strdup(begin->from));
    g_autofree char *to = g_strstrip(g_strdup(begin->to));
    char id[17];
    desk_new_id(act, begin->place, "handover", id);
    handover.id = id;
    handover.place = begin->place;
    handover.from = from;
    handover.to = to;
    handover.state = VICU__HANDOVER_STATE__HANDOVER_OPEN;
    handover.who = (char *)act->who;
    handover.begun_us = act->now_us;
    keep(act->ward, &handover);
    forget_old(act->ward, begin->place);
    desk_answer(act, true, "Handover %s of %s from %s to %s has begun.", id, begin->place, from,
                to);
}

/* --- lines -------------------------------------------------------------------------------- */

/* @handover with @line in the place of the one of its bed, in the order of beds; without a text
 * that one goes. Signatures stand for other lines: none is left. */
static void
put_line(RulesWard *self, const Vicu__Handover *handover, Vicu__HandoverLine *line)
{
    Vicu__Handover changed = *handover;
    g_autofree Vicu__HandoverLine **lines = g_new0(Vicu__HandoverLine *, handover->n_line + 1);
    size_t n = 0;
    bool put = *line->text == '\0';
    for (size_t i = 0; i < handover->n_line; i++) {
        int order = strcmp(handover->line[i]->bed, line->bed);
        if (!put && order >= 0) {
            lines[n++] = line;
            put = true;
        }
        if (order != 0)
            lines[n++] = handover->line[i];
    }
    if (!put)
        lines[n++] = line;
    changed.line = lines;
    changed.n_line = n;
    changed.n_sign = 0;
    keep(self, &changed);
}

void
desk_handover_line(DeskAct *act, const Vicu__SetHandoverLine *set)
{
    act->what = "handover-line";
    const Vicu__Handover *handover = find(act, set->id);
    WardBed *bed = handover ? desk_bed(act, set->bed) : NULL;
    if (!bed)
        return;
    bool signed_before = handover->n_sign > 0;
    if (!is_in(bed->id, handover->place)) {
        desk_answer(act, false, "Bed %s is not of %s.", bed->id, handover->place);
        return;
    }
    if (bed->presence.state == VICU__PRESENCE__PRESENCE_DISCHARGED && *set->text) {
        desk_answer(act, false, "Bed %s is discharged: there is nobody to hand over.", bed->id);
        return;
    }
    if (*set->text && (!desk_is_text(set->text, RULES_LINE_BYTES) || strchr(set->text, '\n'))) {
        desk_answer(act, false, "A line of a handover has at most %d bytes, in one line.",
                    RULES_LINE_BYTES);
        return;
    }
    Vicu__HandoverLine line = VICU__HANDOVER_LINE__INIT;
    line.bed = bed->id;
    line.text = set->text;
    line.who = (char *)act->who;
    line.t_us = act->now_us;
    put_line(act->ward, handover, &line);
    desk_answer(act, true, "The line of bed %s is %s.%s", bed->id, *set->text ? "kept" : "removed",
                signed_before ? " What was signed has changed: both sign again." : "");
}

/* --- signatures --------------------------------------------------------------------------- */

static bool
has_signed(const Vicu__Handover *handover, const char *name)
{
    for (size_t i = 0; i < handover->n_sign; i++)
        if (desk_is_same_name(handover->sign[i]->name, name))
            return true;
    return false;
}

/* The name as the handover has it; NULL: of neither. */
static char *
party(const Vicu__Handover *handover, const char *name)
{
    return desk_is_same_name(name, handover->from) ? handover->from
           : desk_is_same_name(name, handover->to) ? handover->to
                                                   : NULL;
}

void
desk_sign_handover(DeskAct *act, const Vicu__SignHandover *sign)
{
    act->what = "handover-sign";
    const Vicu__Handover *handover = find(act, sign->id);
    if (!handover)
        return;
    char *name = party(handover, sign->name);
    if (!name) {
        desk_answer(act, false, "Handover %s is from %s to %s: \"%.128s\" is neither.",
                    handover->id, handover->from, handover->to, sign->name);
        return;
    }
    if (has_signed(handover, name)) {
        desk_answer(act, false, "%s has signed handover %s.", name, handover->id);
        return;
    }
    Vicu__HandoverSign own = VICU__HANDOVER_SIGN__INIT;
    Vicu__HandoverSign *signs[2] = {handover->n_sign > 0 ? handover->sign[0] : &own, &own};
    Vicu__Handover changed = *handover;
    own.name = name;
    own.who = (char *)act->who;
    own.role = (char *)act->role;
    own.t_us = act->now_us;
    changed.sign = signs;
    changed.n_sign = handover->n_sign > 0 ? 2 : 1;
    bool both = changed.n_sign == 2;
    if (both) {
        changed.state = VICU__HANDOVER_STATE__HANDOVER_CLOSED;
        changed.ended_us = act->now_us;
        act->what = "handover-close";
    }
    bool by_giver = name == handover->from;
    handover = keep(act->ward, &changed);
    if (both) {
        record(act->ward, handover, "handover");
        desk_answer(act, true, "Handover %s of %s, %zu lines, from %s to %s: both have signed.",
                    handover->id, handover->place, handover->n_line, handover->from, handover->to);
        return;
    }
    desk_answer(act, true, "%s has signed handover %s of %s; %s has not yet.",
                by_giver ? handover->from : handover->to, handover->id, handover->place,
                by_giver ? handover->to : handover->from);
}

void
desk_withdraw_handover(DeskAct *act, const Vicu__WithdrawHandover *withdraw)
{
    act->what = "handover-withdraw";
    const Vicu__Handover *handover = find(act, withdraw->id);
    if (!handover)
        return;
    if (!*act->command->reason || !desk_is_short(act->command->reason, RULES_TEXT_MAX)) {
        desk_answer(act, false, "A handover is withdrawn with a reason of at most %d bytes.",
                    RULES_TEXT_MAX);
        return;
    }
    Vicu__Handover changed = *handover;
    changed.state = VICU__HANDOVER_STATE__HANDOVER_WITHDRAWN;
    changed.ended_us = act->now_us;
    changed.reason = act->command->reason;
    handover = keep(act->ward, &changed);
    desk_answer(act, true, "Handover %s of %s from %s to %s is withdrawn.", handover->id,
                handover->place, handover->from, handover->to);
}

/* --- life --------------------------------------------------------------------------------- */

static const Vicu__HandoverLine *
line_of(const Vicu__Handover *handover, const char *bed)
{
    for (size_t i = 0; i < handover->n_line; i++)
        if (strcmp(handover->line[i]->bed, bed) == 0)
            return handover->line[i];
    return NULL;
}

void
desk_handover_bed(RulesWard *self, const char *from, const char *to)
{
    for (guint i = 0; i < self->handovers->len; i++) {
        const Vicu__HandoverLine *old = is_open(at(self, i)) ? line_of(at(self, i), from) : NULL;
        if (!old)
            continue;
        g_autofree char *text = g_strdup(old->text);
        g_autofree char *who = g_strdup(old->who);
        Vicu__HandoverLine line = VICU__HANDOVER_LINE__INIT;
        line.t_us = old->t_us;
        line.bed = (char *)from;
        put_line(self, at(self, i), &line); /* without a text: it goes */
        if (!to || !is_in(to, at(self, i)->place))
            continue;
        line.bed = (char *)to;
        line.text = text;
        line.who = who;
        put_line(self, at(self, i), &line);
    }
}

static int
by_begin(gconstpointer a, gconstpointer b)
{
    const Vicu__Handover *x = *(Vicu__Handover *const *)a, *y = *(Vicu__Handover *const *)b;
    return x->begun_us != y->begun_us ? (x->begun_us < y->begun_us ? -1 : 1) : strcmp(x->id, y->id);
}

void
rules_desk_restore_handover(RulesWard *self, const Vicu__Handover *handover)
{
    Vicu__Handover *copy = copy_of(handover);
    if (!copy)
        return;
    g_ptr_array_add(self->handovers, copy);
    g_ptr_array_sort(self->handovers, by_begin);
}

void
rules_desk_publish_handovers(RulesWard *self)
{
    for (guint i = 0; i < self->handovers->len; i++)
        publish(self, at(self, i), false);
}

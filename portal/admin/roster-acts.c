/* What is done to the roster: commands to escalation, which judges, records and keeps them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/seal.h"
#include "portal/admin/admin-inner.h"
#include "portal/admin/duty.h"

static void
remove_shift(AdminCall *call)
{
    Vicu__RemoveRoster remove = VICU__REMOVE_ROSTER__INIT;
    Vicu__Command command = VICU__COMMAND__INIT;

    remove.shift = (char *)portal_form_get(call->form, "id");
    g_autofree char *reason = g_strdup_printf("shift %s removed", remove.shift);
    command.reason = reason;
    command.what_case = VICU__COMMAND__WHAT_REMOVE_ROSTER;
    command.remove_roster = &remove;
    admin_command(call, &command);
}

static void
set_away(AdminCall *call, bool away)
{
    const Vicu__StateItem *item =
        portal_ward_find(call->owner->options.ward, VICU__SUBJECT__SUBJECT_PERSON,
                         portal_form_get(call->form, "id"));
    Vicu__PutPerson put = VICU__PUT_PERSON__INIT;
    Vicu__Command command = VICU__COMMAND__INIT;

    if (item == NULL || item->person == NULL) {
        admin_refuse(call, SOUP_STATUS_NOT_FOUND,
                     admin_say(call, "The roster has nobody of that id.", "排班中没有该标识。"));
        return;
    }
    Vicu__RosterPerson person = *item->person;
    person.away = away;
    put.person = &person;
    g_autofree char *reason = g_strdup_printf("%s is %s", person.id, away ? "away" : "back");
    command.reason = reason;
    command.what_case = VICU__COMMAND__WHAT_PUT_PERSON;
    command.put_person = &put;
    admin_command(call, &command);
}

static void
put_shift(AdminCall *call)
{
    Vicu__RosterShift shift = VICU__ROSTER_SHIFT__INIT;
    Vicu__PutShift put = VICU__PUT_SHIFT__INIT;
    Vicu__Command command = VICU__COMMAND__INIT;
    uint8_t random[4];

    vicu_seal_random(random, sizeof random);
    g_autofree char *hex = portal_secret_write(random, sizeof random);
    g_autofree char *id = g_strconcat("portal-", hex, NULL);
    for (unsigned day = 0; day < 7; day++) {
        const char name[] = {'d', 'a', 'y', (char)('0' + day), '\0'};
        if (*portal_form_get(call->form, name) != '\0')
            shift.days |= 1u << day;
    }
    if (shift.days == 0
        || !portal_duty_read_clock(portal_form_get(call->form, "from"), &shift.from_min)
        || !portal_duty_read_clock(portal_form_get(call->form, "to"), &shift.to_min)) {
        admin_refuse(call, SOUP_STATUS_BAD_REQUEST,
                     admin_say(call, "A weekly shift has a day, and times such as 08:00 and 20:00.",
                               "每周班次需要日期，以及如 08:00 和 20:00 的时间。"));
        return;
    }
    shift.id = id;
    shift.person = (char *)portal_form_get(call->form, "person");
    shift.unit = (char *)portal_form_get(call->form, "unit");
    shift.role = (char *)portal_form_get(call->form, "role");
    put.shift = &shift;
    g_autofree char *reason = g_strdup_printf("shift %s of %s in %s", id, shift.person, shift.unit);
    command.reason = reason;
    command.what_case = VICU__COMMAND__WHAT_PUT_SHIFT;
    command.put_shift = &put;
    admin_command(call, &command);
}

void
admin_roster_post(AdminCall *call)
{
    const char *act = portal_form_get(call->form, "act");

    if (strcmp(act, "remove-shift") == 0)
        remove_shift(call);
    else if (strcmp(act, "put-shift") == 0)
        put_shift(call);
    else if (strcmp(act, "away") == 0 || strcmp(act, "back") == 0)
        set_away(call, strcmp(act, "away") == 0);
    else
        admin_refuse(call, SOUP_STATUS_BAD_REQUEST,
                     admin_say(call, "That is no act of this page.", "此页面没有该操作。"));
}

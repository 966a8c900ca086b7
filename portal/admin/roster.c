/* The roster as escalation tells it: who is on duty now, holes and overlaps, shifts, people.
 *
 * Who has roles of a unit alone sees what is of that unit, or of every unit.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "portal/admin/admin-inner.h"
#include "portal/admin/duty.h"

/* ---- what the person may see ---- */

static bool
is_of_all(const char *unit)
{
    return *unit == '\0' || strcmp(unit, "*") == 0;
}

static bool
sees(const AdminCall *call, const char *unit)
{
    return is_of_all(unit) || admin_covers(call, VICU_RIGHTS_ACT, "roster", unit);
}

static bool
sees_person(const AdminCall *call, const Vicu__RosterPerson *person)
{
    for (size_t i = 0; i < person->n_unit; i++)
        if (sees(call, person->unit[i]))
            return true;
    return person->n_unit == 0;
}

/* Of everywhere: people, and what is removed. */
static bool
may_all(const AdminCall *call)
{
    return admin_covers(call, VICU_RIGHTS_ACT, "roster", "");
}

static const Vicu__RosterPerson *
person_of(const AdminCall *call, const char *id)
{
    const Vicu__StateItem *item =
        portal_ward_find(call->owner->options.ward, VICU__SUBJECT__SUBJECT_PERSON, id);

    return item != NULL ? item->person : NULL;
}

static const char *
name_of(const AdminCall *call, const char *id)
{
    const Vicu__RosterPerson *person = person_of(call, id);

    return person != NULL && *person->name != '\0' ? person->name : id;
}

static const char *
role_of(const AdminCall *call, const Vicu__RosterShift *shift)
{
    const Vicu__RosterPerson *person = person_of(call, shift->person);

    return *shift->role != '\0' ? shift->role : person != NULL ? person->role : "";
}

static GPtrArray *
all_of(const AdminCall *call, Vicu__Subject subject)
{
    return portal_ward_all(call->owner->options.ward, subject);
}

static const char *
unit_of(const AdminCall *call, const char *unit)
{
    return is_of_all(unit) ? admin_say(call, "every unit", "所有病区") : unit;
}

/* ---- on duty now ---- */

static void
put_on_duty(AdminCall *call)
{
    g_autoptr(GPtrArray) shifts = all_of(call, VICU__SUBJECT__SUBJECT_SHIFT);
    g_autoptr(GTimeZone) zone = g_time_zone_new_local();
    int64_t now_us = vicu_clock_utc_us(), until_us = 0;
    const char *columns[] = {admin_say(call, "Person", "人员"), admin_say(call, "Role", "角色"),
                             admin_say(call, "Unit", "病区"),
                             admin_say(call, "Until (UTC)", "至 (UTC)")};
    unsigned n = 0;

    admin_table(call, admin_say(call, "On duty now", "当前在岗"), columns, G_N_ELEMENTS(columns));
    for (guint i = 0; i < shifts->len; i++) {
        const Vicu__RosterShift *shift = ((const Vicu__StateItem *)shifts->pdata[i])->shift;
        if (shift == NULL || !sees(call, shift->unit)
            || !portal_duty_is_on(shift, now_us, zone, &until_us))
            continue;
        const Vicu__RosterPerson *person = person_of(call, shift->person);
        portal_html_put(call->html, "<tr><th scope=\"row\">%s", name_of(call, shift->person));
        if (person != NULL && person->away)
            portal_html_put(call->html, " <span class=\"bad\">%s</span>",
                            admin_say(call, "away: the substitute is asked", "离开：询问替代者"));
        portal_html_put(call->html, "</th><td>%s</td><td>%s</td><td>", role_of(call, shift),
                        unit_of(call, shift->unit));
        portal_html_time(call->html, until_us);
        portal_html_put(call->html, "</td></tr>");
        n++;
    }
    portal_html_put(call->html, "</tbody></table></div>");
    if (n == 0)
        portal_html_put(call->html, "<p class=\"refused\">%s</p>",
                        admin_say(call, "Nobody is on duty by the roster.", "排班显示无人在岗。"));
}

static void
put_findings(AdminCall *call)
{
    g_autoptr(GPtrArray) all = all_of(call, VICU__SUBJECT__SUBJECT_ROSTER_FINDING);
    const char *columns[] = {
        admin_say(call, "What", "类型"),         admin_say(call, "Unit", "病区"),
        admin_say(call, "Role", "角色"),         admin_say(call, "From (UTC)", "从 (UTC)"),
        admin_say(call, "To (UTC)", "到 (UTC)"), admin_say(call, "In words", "说明")};
    unsigned n = 0;

    admin_table(call, admin_say(call, "Holes and overlaps of the days to come", "今后的空缺与重叠"),
                columns, G_N_ELEMENTS(columns));
    for (guint i = 0; i < all->len; i++) {
        const Vicu__RosterFinding *finding = ((const Vicu__StateItem *)all->pdata[i])->finding;
        if (finding == NULL || !sees(call, finding->unit))
            continue;
        portal_html_put(call->html,
                        "<tr><th scope=\"row\" class=\"bad\">%s</th><td>%s</td><td>%s</td><td>",
                        finding->kind, unit_of(call, finding->unit), finding->role);
        portal_html_time(call->html, finding->from_us);
        portal_html_put(call->html, "</td><td>");
        portal_html_time(call->html, finding->to_us);
        portal_html_put(call->html, "</td><td class=\"wide\">%s</td></tr>", finding->text);
        n++;
    }
    portal_html_put(call->html, "</tbody></table></div>");
    if (n == 0)
        portal_html_put(call->html, "<p class=\"good\">%s</p>",
                        admin_say(call, "Escalation found none.", "升级服务未发现。"));
}

/* ---- shifts ---- */

static void
put_act(AdminCall *call, const char *act, const char *id, const char *text)
{
    admin_form(call, "/admin/roster");
    admin_hidden(call, "act", act);
    admin_hidden(call, "id", id);
    admin_button(call, text);
    portal_html_put(call->html, "</form>");
}

static const char *
day_name(const AdminCall *call, int day)
{
    static const char *const en[] = {"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"};
    static const char *const zh[] = {"一", "二", "三", "四", "五", "六", "日"};

    return admin_say(call, en[day], zh[day]);
}

static void
put_when(AdminCall *call, const Vicu__RosterShift *shift)
{
    char from[6], to[6];

    if (shift->days == 0) {
        portal_html_time(call->html, shift->from_us);
        portal_html_put(call->html, " – ");
        portal_html_time(call->html, shift->to_us);
        return;
    }
    for (int day = 0; day < 7; day++)
        if (shift->days & 1u << day)
            portal_html_put(call->html, "%s ", day_name(call, day));
    portal_duty_clock(shift->from_min, from);
    portal_duty_clock(shift->to_min, to);
    portal_html_put(call->html, "%s–%s", from, to);
}

static void
put_shifts(AdminCall *call)
{
    g_autoptr(GPtrArray) all = all_of(call, VICU__SUBJECT__SUBJECT_SHIFT);
    const char *columns[] = {admin_say(call, "Shift", "班次"),
                             admin_say(call, "Person", "人员"),
                             admin_say(call, "Role", "角色"),
                             admin_say(call, "Unit", "病区"),
                             admin_say(call, "When (weekly: local time)", "时间（每周：本地时间）"),
                             admin_say(call, "Act", "操作")};

    admin_table(call, admin_say(call, "Shifts", "班次"), columns,
                G_N_ELEMENTS(columns) - !may_all(call));
    for (guint i = 0; i < all->len; i++) {
        const Vicu__RosterShift *shift = ((const Vicu__StateItem *)all->pdata[i])->shift;
        if (shift == NULL || !sees(call, shift->unit))
            continue;
        portal_html_put(call->html,
                        "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td>%s</td><td>",
                        shift->id, name_of(call, shift->person), role_of(call, shift),
                        unit_of(call, shift->unit));
        put_when(call, shift);
        portal_html_put(call->html, "</td>");
        if (may_all(call)) {
            portal_html_put(call->html, "<td>");
            put_act(call, "remove-shift", shift->id, admin_say(call, "Remove", "删除"));
            portal_html_put(call->html, "</td>");
        }
        portal_html_put(call->html, "</tr>");
    }
    portal_html_put(call->html, "</tbody></table></div>");
}

static void
put_new_shift(AdminCall *call)
{
    g_autoptr(GPtrArray) people = all_of(call, VICU__SUBJECT__SUBJECT_PERSON);

    portal_html_put(call->html, "<h2>%s</h2>", admin_say(call, "A weekly shift", "新的每周班次"));
    admin_form(call, "/admin/roster");
    admin_hidden(call, "act", "put-shift");
    portal_html_put(call->html, "<label>%s <select name=\"person\">",
                    admin_say(call, "Person", "人员"));
    for (guint i = 0; i < people->len; i++) {
        const Vicu__RosterPerson *person = ((const Vicu__StateItem *)people->pdata[i])->person;
        if (person != NULL && sees_person(call, person))
            portal_html_put(call->html, "<option value=\"%s\">%s</option>", person->id,
                            person->name);
    }
    portal_html_put(call->html, "</select></label>");
    admin_field(call, admin_say(call, "Unit: SITE/UNIT or *", "病区：SITE/UNIT 或 *"), "unit",
                "text", "", "off", TRUE);
    admin_field(call, admin_say(call, "Role (empty: the person's)", "角色（空：按人员）"), "role",
                "text", "", "off", FALSE);
    for (int day = 0; day < 7; day++)
        portal_html_put(call->html,
                        "<label>%s <input type=\"checkbox\" name=\"day%d\" value=\"1\"></label>",
                        day_name(call, day), day);
    admin_field(call, admin_say(call, "From (local)", "从（本地）"), "from", "time", "08:00", "off",
                TRUE);
    admin_field(call, admin_say(call, "To (local)", "到（本地）"), "to", "time", "20:00", "off",
                TRUE);
    admin_button(call, admin_say(call, "Add", "添加"));
    portal_html_put(call->html, "</form>");
}

/* ---- people of the roster ---- */

static void
put_person(AdminCall *call, const Vicu__RosterPerson *person)
{
    PortalHtml *html = call->html;

    portal_html_put(html, "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td>", person->id,
                    person->name, person->role);
    for (size_t i = 0; i < person->n_unit; i++)
        portal_html_put(html, "%s%s", i > 0 ? ", " : "", person->unit[i]);
    if (person->n_unit == 0)
        portal_html_put(html, "%s", unit_of(call, ""));
    portal_html_put(html, "</td><td>%s</td><td class=\"%s\">%s</td>",
                    *person->substitute != '\0' ? name_of(call, person->substitute) : "–",
                    person->away ? "bad" : "",
                    person->away ? admin_say(call, "away", "离开")
                                 : admin_say(call, "there", "在"));
    if (may_all(call)) {
        portal_html_put(html, "<td>");
        put_act(call, person->away ? "back" : "away", person->id,
                person->away ? admin_say(call, "Is back", "已返回")
                             : admin_say(call, "Is away", "已离开"));
        portal_html_put(html, "</td>");
    }
    portal_html_put(html, "</tr>");
}

static void
put_people(AdminCall *call)
{
    g_autoptr(GPtrArray) all = all_of(call, VICU__SUBJECT__SUBJECT_PERSON);
    const char *columns[] = {
        admin_say(call, "Id", "标识"),           admin_say(call, "Name", "姓名"),
        admin_say(call, "Role", "角色"),         admin_say(call, "Units", "病区"),
        admin_say(call, "Substitute", "替代者"), admin_say(call, "Now", "现在"),
        admin_say(call, "Act", "操作")};

    admin_table(call, admin_say(call, "People of the roster", "排班人员"), columns,
                G_N_ELEMENTS(columns) - !may_all(call));
    for (guint i = 0; i < all->len; i++) {
        const Vicu__RosterPerson *person = ((const Vicu__StateItem *)all->pdata[i])->person;
        if (person != NULL && sees_person(call, person))
            put_person(call, person);
    }
    portal_html_put(call->html, "</tbody></table></div>");
}

void
admin_roster(AdminCall *call)
{
    if (!portal_acts_hears(call->owner->options.acts)) {
        admin_refuse(call, SOUP_STATUS_SERVICE_UNAVAILABLE,
                     admin_say(call,
                               "Escalation is not heard: who is on duty is not known here now.",
                               "收不到升级服务：现在不知道谁在岗。"));
        return;
    }
    admin_begin(call, admin_say(call, "Roster", "排班"));
    put_on_duty(call);
    put_findings(call);
    put_shifts(call);
    put_new_shift(call);
    put_people(call);
    portal_html_put(call->html, "<p class=\"soft\">%s</p>",
                    admin_say(call, "A whole roster comes by vicu roster import.",
                              "整份排班用 vicu roster import 导入。"));
    admin_end(call, SOUP_STATUS_OK);
}

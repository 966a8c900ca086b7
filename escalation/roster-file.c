/* The roster file.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "escalation/roster-file.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "escalation/roster-file-inner.h"

static const char *const day_words[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
static const char *const priority_words[] = {"none", "advisory", "low", "medium", "high"};

bool
esc_file_refuse(const EscPlace *p, GError **error, const char *key, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *why = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "%s: [%s] %s: %s", p->name, p->group, key,
                why);
    return false;
}

char *
esc_file_get(const EscPlace *p, const char *key)
{
    char *text = g_key_file_get_string(p->file, p->group, key, NULL);

    return text ? g_strstrip(text) : g_strdup("");
}

int
esc_priority_from_word(const char *word)
{
    for (size_t i = 0; i < G_N_ELEMENTS(priority_words); i++)
        if (g_ascii_strcasecmp(word, priority_words[i]) == 0)
            return (int)i;
    return -1;
}

bool
esc_file_check_keys(const EscPlace *p, const char *const *known, GError **error)
{
    g_auto(GStrv) keys = g_key_file_get_keys(p->file, p->group, NULL, error);

    if (!keys)
        return false;
    for (size_t i = 0; keys[i]; i++) {
        if (g_strv_contains(known, keys[i])
            || (g_str_has_prefix(keys[i], "step") && g_strv_contains(known, "step1")))
            continue;
        g_autofree char *all = g_strjoinv(", ", (char **)known);
        return esc_file_refuse(p, error, keys[i], "unknown; expected one of %s", all);
    }
    return true;
}

bool
esc_file_flag(const EscPlace *p, const char *key, gboolean *flag, GError **error)
{
    g_autofree char *text = esc_file_get(p, key);

    *flag = strcmp(text, "yes") == 0;
    if (!*text || *flag || strcmp(text, "no") == 0)
        return true;
    return esc_file_refuse(p, error, key, "\"%.40s\": expected yes or no", text);
}

/* "07:30" */
bool
esc_file_clock(const char *text, int32_t *minute)
{
    unsigned h = 0, m = 0;
    int used = 0;

    if (strlen(text) > 5 || sscanf(text, "%2u:%2u%n", &h, &m, &used) != 2 || text[used] || m > 59
        || h * 60 + m > 24 * 60)
        return false;
    *minute = (int32_t)(h * 60 + m);
    return true;
}

/* --- people --- */

static bool
read_person(const EscPlace *p, const char *id, EscRoster *roster, GError **error)
{
    static const char *const known[] = {"name",    "role",  "units",   "substitute", "page", "mail",
                                        "webhook", "pager", "account", "away",       NULL};
    Vicu__RosterPerson m = VICU__ROSTER_PERSON__INIT;
    g_autofree char *name = esc_file_get(p, "name"), *role = esc_file_get(p, "role"),
                    *mail = esc_file_get(p, "mail");
    g_autofree char *webhook = esc_file_get(p, "webhook"), *pager = esc_file_get(p, "pager");
    g_autofree char *substitute = esc_file_get(p, "substitute"),
                    *account = esc_file_get(p, "account");
    g_autofree char *units = esc_file_get(p, "units");
    g_auto(GStrv) unit = g_strsplit_set(units, ", ", 256);
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    gboolean page = FALSE, away = FALSE;

    if (!esc_file_check_keys(p, known, error) || !esc_file_flag(p, "page", &page, error)
        || !esc_file_flag(p, "away", &away, error))
        return false;
    for (size_t i = 0; unit[i]; i++)
        if (*unit[i])
            g_ptr_array_add(list, unit[i]);
    m.id = (char *)id;
    m.name = name;
    m.role = role;
    m.n_unit = list->len;
    m.unit = (char **)list->pdata;
    m.substitute = substitute;
    m.page = page;
    m.mail = mail;
    m.webhook = webhook;
    m.pager = pager;
    m.account = account;
    m.away = away;
    g_autoptr(GError) inner = NULL;
    return esc_roster_put_person(roster, &m, &inner)
           || esc_file_refuse(p, error, "entry", "%s", inner->message);
}

/* --- shifts --- */

static bool
read_days(const EscPlace *p, const char *text, uint32_t *days, GError **error)
{
    g_auto(GStrv) words = g_strsplit_set(text, ", ", 32);

    for (size_t i = 0; words[i]; i++) {
        bool found = !*words[i];
        if (g_ascii_strcasecmp(words[i], "daily") == 0) {
            *days = 0x7f;
            continue;
        }
        for (unsigned d = 0; d < 7 && !found; d++)
            if (g_ascii_strcasecmp(words[i], day_words[d]) == 0) {
                *days |= 1u << d;
                found = true;
            }
        if (!found)
            return esc_file_refuse(p, error, "days",
                                   "\"%.40s\": expected daily, or days as Mon Tue Wed", words[i]);
    }
    return true;
}

/* ISO 8601, with or without its seconds. */
static bool
read_moment(const char *text, int64_t *t_us, GError **error)
{
    const char *t = strchr(text, 'T');
    bool bare = t && strlen(t) > 6 && t[3] == ':' && strchr("Z+-", t[6]);
    g_autofree char *whole =
        bare ? g_strdup_printf("%.*s:00%s", (int)(t + 6 - text), text, t + 6) : g_strdup(text);

    return vicu_time_parse(whole, 0, t_us, error);
}

static bool
read_shift_times(const EscPlace *p, Vicu__RosterShift *m, GError **error)
{
    g_autofree char *days = esc_file_get(p, "days"), *from = esc_file_get(p, "from"),
                    *to = esc_file_get(p, "to");
    g_autoptr(GError) inner = NULL;

    if (!read_days(p, days, &m->days, error))
        return false;
    if (m->days) {
        if (esc_file_clock(from, &m->from_min) && esc_file_clock(to, &m->to_min)
            && m->from_min < 24 * 60)
            return true;
        return esc_file_refuse(p, error, "from, to",
                               "\"%.20s\" to \"%.20s\": expected times as 07:00", from, to);
    }
    if (read_moment(from, &m->from_us, &inner) && read_moment(to, &m->to_us, &inner))
        return true;
    return esc_file_refuse(
        p, error, "from, to",
        "%s; a shift without days is from one time to another, as 2026-12-24T07:00Z",
        inner->message);
}

static bool
read_shift(const EscPlace *p, const char *id, EscRoster *roster, GError **error)
{
    static const char *const known[] = {"person", "unit", "role", "days", "from", "to", NULL};
    Vicu__RosterShift m = VICU__ROSTER_SHIFT__INIT;
    g_autofree char *person = esc_file_get(p, "person"), *unit = esc_file_get(p, "unit"),
                    *role = esc_file_get(p, "role");
    g_autoptr(GError) inner = NULL;

    m.id = (char *)id;
    m.person = person;
    m.unit = unit;
    m.role = role;
    if (!esc_file_check_keys(p, known, error) || !read_shift_times(p, &m, error))
        return false;
    return esc_roster_put_shift(roster, &m, &inner)
           || esc_file_refuse(p, error, "entry", "%s", inner->message);
}

/* --- the whole --- */

static bool
read_group(const EscPlace *p, EscRoster *roster, GError **error)
{
    static const struct {
        const char *word;
        bool (*read)(const EscPlace *p, const char *id, EscRoster *roster, GError **error);
    } kinds[] = {
        {"person ", read_person},
        {"shift ", read_shift},
        {"ladder ", esc_file_ladder},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (g_str_has_prefix(p->group, kinds[i].word))
            return kinds[i].read(p, p->group + strlen(kinds[i].word), roster, error);
    return esc_file_refuse(p, error, "group", "expected [person ID], [shift ID] or [ladder ID]");
}

/* Shifts, steps and substitutes name people that there are. */
static bool
check_names(const EscRoster *roster, const char *name, GError **error)
{
    for (size_t i = 0; i < esc_roster_n_shifts(roster); i++) {
        const Vicu__RosterShift *s = esc_roster_shift_at(roster, i);
        if (!esc_roster_person(roster, s->person)) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                        "%s: [shift %s] person: there is no [person %s]", name, s->id, s->person);
            return false;
        }
    }
    for (size_t i = 0; i < esc_roster_n_persons(roster); i++) {
        const Vicu__RosterPerson *p = esc_roster_person_at(roster, i);
        if (*p->substitute && !esc_roster_person(roster, p->substitute)) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                        "%s: [person %s] substitute: there is no [person %s]", name, p->id,
                        p->substitute);
            return false;
        }
    }
    for (size_t i = 0; i < esc_roster_n_ladders(roster); i++) {
        const Vicu__Ladder *l = esc_roster_ladder_at(roster, i);
        for (size_t k = 0; k <= l->n_step; k++) {
            const Vicu__EscalationStep *s = k < l->n_step ? l->step[k] : l->last_resort;
            if (s && g_str_has_prefix(s->to, "person:") && !esc_roster_person(roster, s->to + 7)) {
                g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                            "%s: [ladder %s]: there is no [person %s]", name, l->id, s->to + 7);
                return false;
            }
        }
    }
    return true;
}

EscRoster *
esc_roster_read(const char *text, size_t size, const char *name, GTimeZone *zone, GError **error)
{
    g_autoptr(EscRoster) roster = esc_roster_new(zone);
    g_autoptr(GKeyFile) file = g_key_file_new();

    if (size > ESC_ROSTER_FILE_MAX || memchr(text, '\0', size)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                    "%s: %zu bytes: expected text of at most %u bytes", name, size,
                    ESC_ROSTER_FILE_MAX);
        return NULL;
    }
    g_key_file_set_list_separator(file, ',');
    if (!g_key_file_load_from_data(file, text, size, G_KEY_FILE_NONE, error)) {
        g_prefix_error(error, "%s: ", name);
        return NULL;
    }
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    for (size_t i = 0; groups[i]; i++) {
        EscPlace place = {file, name, groups[i]};
        if (!read_group(&place, roster, error))
            return NULL;
    }
    return check_names(roster, name, error) ? g_steal_pointer(&roster) : NULL;
}

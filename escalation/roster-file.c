/* The roster file.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "escalation/roster-file.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/error.h"

static const char *const day_words[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
static const char *const priority_words[] = {"none", "advisory", "low", "medium", "high"};

/* Where we are, for what is said of an error. */
typedef struct {
    GKeyFile *file;
    const char *name;
    const char *group;
} Place;

static bool G_GNUC_PRINTF(4, 5)
    refuse(const Place *p, GError **error, const char *key, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *why = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "%s: [%s] %s: %s", p->name, p->group, key,
                why);
    return false;
}

/* Never NULL; caller frees. */
static char *
get(const Place *p, const char *key)
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

static bool
check_keys(const Place *p, const char *const *known, GError **error)
{
    g_auto(GStrv) keys = g_key_file_get_keys(p->file, p->group, NULL, error);

    if (!keys)
        return false;
    for (size_t i = 0; keys[i]; i++) {
        if (g_strv_contains(known, keys[i])
            || (g_str_has_prefix(keys[i], "step") && g_strv_contains(known, "step1")))
            continue;
        g_autofree char *all = g_strjoinv(", ", (char **)known);
        return refuse(p, error, keys[i], "unknown; expected one of %s", all);
    }
    return true;
}

static bool
get_flag(const Place *p, const char *key, gboolean *flag, GError **error)
{
    g_autofree char *text = get(p, key);

    *flag = strcmp(text, "yes") == 0;
    if (!*text || *flag || strcmp(text, "no") == 0)
        return true;
    return refuse(p, error, key, "\"%.40s\": expected yes or no", text);
}

/* "07:30" */
static bool
read_clock(const char *text, int32_t *minute)
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
read_person(const Place *p, const char *id, EscRoster *roster, GError **error)
{
    static const char *const known[] = {"name",    "role",  "units",   "substitute", "page", "mail",
                                        "webhook", "pager", "account", "away",       NULL};
    Vicu__RosterPerson m = VICU__ROSTER_PERSON__INIT;
    g_autofree char *name = get(p, "name"), *role = get(p, "role"), *mail = get(p, "mail");
    g_autofree char *webhook = get(p, "webhook"), *pager = get(p, "pager");
    g_autofree char *substitute = get(p, "substitute"), *account = get(p, "account");
    g_autofree char *units = get(p, "units");
    g_auto(GStrv) unit = g_strsplit_set(units, ", ", 256);
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    gboolean page = FALSE, away = FALSE;

    if (!check_keys(p, known, error) || !get_flag(p, "page", &page, error)
        || !get_flag(p, "away", &away, error))
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
           || refuse(p, error, "entry", "%s", inner->message);
}

/* --- shifts --- */

static bool
read_days(const Place *p, const char *text, uint32_t *days, GError **error)
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
            return refuse(p, error, "days", "\"%.40s\": expected daily, or days as Mon Tue Wed",
                          words[i]);
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
read_shift_times(const Place *p, Vicu__RosterShift *m, GError **error)
{
    g_autofree char *days = get(p, "days"), *from = get(p, "from"), *to = get(p, "to");
    g_autoptr(GError) inner = NULL;

    if (!read_days(p, days, &m->days, error))
        return false;
    if (m->days) {
        if (read_clock(from, &m->from_min) && read_clock(to, &m->to_min) && m->from_min < 24 * 60)
            return true;
        return refuse(p, error, "from, to", "\"%.20s\" to \"%.20s\": expected times as 07:00", from,
                      to);
    }
    if (read_moment(from, &m->from_us, &inner) && read_moment(to, &m->to_us, &inner))
        return true;
    return refuse(p, error, "from, to",
                  "%s; a shift without days is from one time to another, as 2026-12-24T07:00Z",
                  inner->message);
}

static bool
read_shift(const Place *p, const char *id, EscRoster *roster, GError **error)
{
    static const char *const known[] = {"person", "unit", "role", "days", "from", "to", NULL};
    Vicu__RosterShift m = VICU__ROSTER_SHIFT__INIT;
    g_autofree char *person = get(p, "person"), *unit = get(p, "unit"), *role = get(p, "role");
    g_autoptr(GError) inner = NULL;

    m.id = (char *)id;
    m.person = person;
    m.unit = unit;
    m.role = role;
    if (!check_keys(p, known, error) || !read_shift_times(p, &m, error))
        return false;
    return esc_roster_put_shift(roster, &m, &inner)
           || refuse(p, error, "entry", "%s", inner->message);
}

/* --- ladders --- */

typedef struct {
    Vicu__EscalationStep message;
    char *words; /* what the message points into */
    GPtrArray *channels;
} Step;

static void
free_step(gpointer data)
{
    Step *s = data;
    g_free(s->words);
    g_ptr_array_unref(s->channels);
    g_free(s);
}

/* "deliver 10s" */
static bool
read_time(const Place *p, const char *key, const char *part, Step *s, GError **error)
{
    Vicu__EscalationStep *m = &s->message;
    const struct {
        const char *word;
        int64_t *at;
    } times[] = {
        {"send ", &m->send_us},     {"deliver ", &m->deliver_us}, {"read ", &m->read_us},
        {"accept ", &m->accept_us}, {"arrive ", &m->arrive_us},   {"resolve ", &m->resolve_us},
    };
    g_autoptr(GError) inner = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(times); i++)
        if (g_str_has_prefix(part, times[i].word)) {
            const char *value = part + strlen(times[i].word);
            if (vicu_duration_parse(value, times[i].at, &inner) && *times[i].at > 0)
                return true;
            return refuse(p, error, key, "\"%.40s\": expected a time above 0 with its unit, as 30s",
                          part);
        }
    return refuse(p, error, key,
                  "\"%.40s\": expected channels, \"all\", or one of send, deliver, read, accept, "
                  "arrive, resolve with a time",
                  part);
}

static bool
is_channel(const char *word)
{
    static const char *const channels[] = {"page", "smtp", "webhook", NULL};
    return g_strv_contains(channels, word);
}

static bool
read_part(const Place *p, const char *key, char *part, Step *s, GError **error)
{
    if (strcmp(part, "all") == 0) {
        s->message.all = true;
        return true;
    }
    g_auto(GStrv) words = g_strsplit(part, ",", 16);
    if (!words[0] || !is_channel(g_strstrip(words[0])))
        return read_time(p, key, part, s, error);
    for (char *at = part; at;) {
        char *comma = strchr(at, ',');
        if (comma)
            *comma = '\0';
        if (!is_channel(g_strstrip(at)))
            return refuse(p, error, key, "\"%.40s\": expected page, smtp or webhook", at);
        g_ptr_array_add(s->channels, g_strstrip(at));
        at = comma ? comma + 1 : NULL;
    }
    return true;
}

/* "bedside; page, smtp; all; deliver 10s; accept 60s"; NULL and why. */
static Step *
read_step(const Place *p, const char *key, GError **error)
{
    Step *s = g_new0(Step, 1);
    bool ok = true;

    vicu__escalation_step__init(&s->message);
    s->words = get(p, key);
    s->channels = g_ptr_array_new();
    s->message.to = s->words;
    for (char *at = strchr(s->words, ';'); at && ok;) {
        *at++ = '\0';
        char *end = strchr(at, ';');
        if (end)
            *end = '\0';
        char *part = g_strstrip(at);
        ok = !*part || read_part(p, key, part, s, error);
        at = end;
    }
    g_strstrip(s->words);
    s->message.channel = (char **)s->channels->pdata;
    s->message.n_channel = s->channels->len;
    if (!ok) {
        free_step(s);
        return NULL;
    }
    return s;
}

static bool
read_steps(const Place *p, GPtrArray *steps, GError **error)
{
    for (unsigned n = 1; n <= ESC_STEPS_MAX; n++) {
        g_autofree char *key = g_strdup_printf("step%u", n);
        if (!g_key_file_has_key(p->file, p->group, key, NULL))
            break;
        Step *s = read_step(p, key, error);
        if (!s)
            return false;
        g_ptr_array_add(steps, s);
    }
    g_auto(GStrv) keys = g_key_file_get_keys(p->file, p->group, NULL, NULL);
    unsigned said = 0;
    for (size_t i = 0; keys && keys[i]; i++)
        said += g_str_has_prefix(keys[i], "step");
    return said == steps->len
           || refuse(p, error, "step", "expected step1, step2 ... without a hole, at most %u",
                     ESC_STEPS_MAX);
}

static bool
read_ladder_words(const Place *p, Vicu__Ladder *m, GError **error)
{
    g_autofree char *priority = get(p, "priority"), *hours = get(p, "hours");
    int level = *priority ? esc_priority_from_word(priority) : VICU__PRIORITY__PRIORITY_HIGH;
    char *dash = strchr(hours, '-');
    gboolean technical = FALSE;

    if (level < 1)
        return refuse(p, error, "priority", "\"%.40s\": expected high, medium, low or advisory",
                      priority);
    m->priority = (uint32_t)level;
    if (!get_flag(p, "technical", &technical, error))
        return false;
    m->technical = technical;
    if (!*hours)
        return true;
    if (dash)
        *dash = '\0';
    if (dash && read_clock(g_strstrip(hours), &m->from_min) && read_clock(dash + 1, &m->to_min)
        && m->from_min < 24 * 60)
        return true;
    return refuse(p, error, "hours", "\"%.20s\": expected hours as 07:00-19:00", hours);
}

static bool
read_ladder(const Place *p, const char *id, EscRoster *roster, GError **error)
{
    static const char *const known[] = {"unit",      "priority", "rule",        "hours",
                                        "technical", "step1",    "last_resort", NULL};
    Vicu__Ladder m = VICU__LADDER__INIT;
    g_autofree char *unit = get(p, "unit"), *rule = get(p, "rule");
    g_autoptr(GPtrArray) steps = g_ptr_array_new_with_free_func(free_step);
    g_autoptr(GError) inner = NULL;
    Step *last = NULL;

    m.id = (char *)id;
    m.unit = unit;
    m.rule = rule;
    if (!check_keys(p, known, error) || !read_ladder_words(p, &m, error)
        || !read_steps(p, steps, error))
        return false;
    if (g_key_file_has_key(p->file, p->group, "last_resort", NULL)
        && !(last = read_step(p, "last_resort", error)))
        return false;
    /* A Step begins with its message, so its pointer is the message's. */
    m.n_step = steps->len;
    m.step = (Vicu__EscalationStep **)steps->pdata;
    m.last_resort = last ? &last->message : NULL;
    bool ok = esc_roster_put_ladder(roster, &m, &inner)
              || refuse(p, error, "entry", "%s", inner->message);
    g_clear_pointer(&last, free_step);
    return ok;
}

/* --- the whole --- */

static bool
read_group(const Place *p, EscRoster *roster, GError **error)
{
    static const struct {
        const char *word;
        bool (*read)(const Place *p, const char *id, EscRoster *roster, GError **error);
    } kinds[] = {
        {"person ", read_person},
        {"shift ", read_shift},
        {"ladder ", read_ladder},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (g_str_has_prefix(p->group, kinds[i].word))
            return kinds[i].read(p, p->group + strlen(kinds[i].word), roster, error);
    return refuse(p, error, "group", "expected [person ID], [shift ID] or [ladder ID]");
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
        Place place = {file, name, groups[i]};
        if (!read_group(&place, roster, error))
            return NULL;
    }
    return check_names(roster, name, error) ? g_steal_pointer(&roster) : NULL;
}

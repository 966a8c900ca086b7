/* The roster file: a ladder and its steps.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "escalation/roster-file-inner.h"
#include "escalation/roster-file.h"

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
read_time(const EscPlace *p, const char *key, const char *part, Step *s, GError **error)
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
            return esc_file_refuse(
                p, error, key, "\"%.40s\": expected a time above 0 with its unit, as 30s", part);
        }
    return esc_file_refuse(
        p, error, key,
        "\"%.40s\": expected channels, \"all\", or one of send, deliver, read, accept, "
        "arrive, resolve with a time",
        part);
}

static bool
is_channel(const char *word)
{
    static const char *const channels[] = {"page", "smtp", "webhook", "pcd06", NULL};
    return g_strv_contains(channels, word);
}

static bool
read_part(const EscPlace *p, const char *key, char *part, Step *s, GError **error)
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
            return esc_file_refuse(p, error, key,
                                   "\"%.40s\": expected page, smtp, webhook or pcd06", at);
        g_ptr_array_add(s->channels, g_strstrip(at));
        at = comma ? comma + 1 : NULL;
    }
    return true;
}

/* "bedside; page, smtp; all; deliver 10s; accept 60s"; NULL and why. */
static Step *
read_step(const EscPlace *p, const char *key, GError **error)
{
    Step *s = g_new0(Step, 1);
    bool ok = true;

    vicu__escalation_step__init(&s->message);
    s->words = esc_file_get(p, key);
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
read_steps(const EscPlace *p, GPtrArray *steps, GError **error)
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
           || esc_file_refuse(p, error, "step",
                              "expected step1, step2 ... without a hole, at most %u",
                              ESC_STEPS_MAX);
}

static bool
read_ladder_words(const EscPlace *p, Vicu__Ladder *m, GError **error)
{
    g_autofree char *priority = esc_file_get(p, "priority"), *hours = esc_file_get(p, "hours");
    int level = *priority ? esc_priority_from_word(priority) : VICU__PRIORITY__PRIORITY_HIGH;
    char *dash = strchr(hours, '-');
    gboolean technical = FALSE;

    if (level < 1)
        return esc_file_refuse(p, error, "priority",
                               "\"%.40s\": expected high, medium, low or advisory", priority);
    m->priority = (uint32_t)level;
    if (!esc_file_flag(p, "technical", &technical, error))
        return false;
    m->technical = technical;
    if (!*hours)
        return true;
    if (dash)
        *dash = '\0';
    if (dash && esc_file_clock(g_strstrip(hours), &m->from_min)
        && esc_file_clock(dash + 1, &m->to_min) && m->from_min < 24 * 60)
        return true;
    return esc_file_refuse(p, error, "hours", "\"%.20s\": expected hours as 07:00-19:00", hours);
}

bool
esc_file_ladder(const EscPlace *p, const char *id, EscRoster *roster, GError **error)
{
    static const char *const known[] = {"unit",      "priority", "rule",        "hours",
                                        "technical", "step1",    "last_resort", NULL};
    Vicu__Ladder m = VICU__LADDER__INIT;
    g_autofree char *unit = esc_file_get(p, "unit"), *rule = esc_file_get(p, "rule");
    g_autoptr(GPtrArray) steps = g_ptr_array_new_with_free_func(free_step);
    g_autoptr(GError) inner = NULL;
    Step *last = NULL;

    m.id = (char *)id;
    m.unit = unit;
    m.rule = rule;
    if (!esc_file_check_keys(p, known, error) || !read_ladder_words(p, &m, error)
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
              || esc_file_refuse(p, error, "entry", "%s", inner->message);
    g_clear_pointer(&last, free_step);
    return ok;
}

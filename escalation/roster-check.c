/* What is wrong with a roster.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "escalation/roster-check.h"

#include <string.h>

#include "common/clock.h"

/* One who is on duty in a role and unit, and when. */
typedef struct {
    int64_t from_us;
    int64_t to_us;
    const Vicu__RosterPerson *person;
} Duty;

typedef struct {
    const EscRoster *roster;
    int64_t begin_us;
    int64_t end_us;
    EscFindingFunc func;
    gpointer user;
    size_t n;
    const char *unit;
    const char *role;
    bool all; /* a step asks everybody: overlaps are meant */
} Check;

static void
find(Check *c, const char *kind, int64_t from_us, int64_t to_us, const GPtrArray *who)
{
    Vicu__RosterFinding f = VICU__ROSTER_FINDING__INIT;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *from = vicu_time_format(from_us), *to = vicu_time_format(to_us);
    g_autofree char *key =
        g_strdup_printf("%s %s %s %" G_GINT64_FORMAT, kind, c->unit, c->role, from_us);
    g_autoptr(GPtrArray) ids = g_ptr_array_new();

    if (c->n++ >= ESC_FINDINGS_MAX)
        return;
    for (guint i = 0; who && i < who->len; i++) {
        const Vicu__RosterPerson *p = who->pdata[i];
        g_ptr_array_add(ids, p->id);
        g_string_append_printf(text, "%s%s", i ? " and " : "", p->name);
    }
    if (who)
        g_string_append_printf(text, " are both on duty as %s in %s", c->role, c->unit);
    else
        g_string_append_printf(text, "nobody is on duty as %s in %s", c->role, c->unit);
    g_string_append_printf(text, " from %s to %s", from, to);
    f.kind = (char *)kind;
    f.unit = (char *)c->unit;
    f.role = (char *)c->role;
    f.from_us = from_us;
    f.to_us = to_us;
    f.n_person = ids->len;
    f.person = (char **)ids->pdata;
    f.text = text->str;
    c->func(key, &f, c->user);
}

static gint
by_time(gconstpointer a, gconstpointer b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static GArray *
duties_of(const Check *c, GArray *times)
{
    GArray *duties = g_array_new(FALSE, FALSE, sizeof(Duty));

    for (size_t i = 0; i < esc_roster_n_shifts(c->roster); i++) {
        const Vicu__RosterShift *s = esc_roster_shift_at(c->roster, i);
        if ((strcmp(s->unit, c->unit) != 0 && strcmp(s->unit, ESC_ANY_UNIT) != 0)
            || strcmp(esc_roster_shift_role(c->roster, s), c->role) != 0)
            continue;
        const Vicu__RosterPerson *p = esc_roster_person(c->roster, s->person);
        g_autoptr(GArray) spans = esc_roster_spans(c->roster, s, c->begin_us, c->end_us);
        for (guint k = 0; p && k < spans->len; k++) {
            EscSpan span = g_array_index(spans, EscSpan, k);
            Duty d = {MAX(span.from_us, c->begin_us), MIN(span.to_us, c->end_us), p};
            g_array_append_val(duties, d);
            g_array_append_val(times, d.from_us);
            g_array_append_val(times, d.to_us);
        }
    }
    return duties;
}

/* Who holds it all through [@from, @to); caller frees. */
static GPtrArray *
who_in(const GArray *duties, int64_t from_us, int64_t to_us)
{
    GPtrArray *who = g_ptr_array_new();

    for (guint i = 0; i < duties->len; i++) {
        const Duty *d = &g_array_index(duties, Duty, i);
        if (d->from_us <= from_us && d->to_us >= to_us && !g_ptr_array_find(who, d->person, NULL))
            g_ptr_array_add(who, (gpointer)d->person);
    }
    return who;
}

static bool
same(const GPtrArray *a, const GPtrArray *b)
{
    return a && b && a->len == b->len
           && memcmp(a->pdata, b->pdata, a->len * sizeof(*a->pdata)) == 0;
}

static void
say_run(Check *c, const GPtrArray *who, int64_t from_us, int64_t to_us)
{
    if (!who || from_us >= to_us)
        return;
    if (who->len == 0)
        find(c, "hole", from_us, to_us, NULL);
    else if (who->len > 1 && !c->all)
        find(c, "overlap", from_us, to_us, who);
}

static void
check_role(Check *c)
{
    g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GArray) duties = duties_of(c, times);
    g_autoptr(GPtrArray) run = NULL;
    int64_t run_us = c->begin_us;

    g_array_append_val(times, c->begin_us);
    g_array_append_val(times, c->end_us);
    g_array_sort(times, by_time);
    for (guint i = 0; i + 1 < times->len; i++) {
        int64_t from_us = g_array_index(times, int64_t, i);
        int64_t to_us = g_array_index(times, int64_t, i + 1);
        if (from_us == to_us)
            continue;
        g_autoptr(GPtrArray) who = who_in(duties, from_us, to_us);
        if (same(run, who))
            continue;
        say_run(c, run, run_us, from_us);
        g_clear_pointer(&run, g_ptr_array_unref);
        run = g_steal_pointer(&who);
        run_us = from_us;
    }
    say_run(c, run, run_us, c->end_us);
}

/* "unit\nrole" of every role that a ladder names; a ladder of "*" counts for every unit that a
 * shift or another ladder names. */
static void
collect(const EscRoster *roster, GTree *needed)
{
    g_autoptr(GHashTable) units = g_hash_table_new(g_str_hash, g_str_equal);

    for (size_t i = 0; i < esc_roster_n_shifts(roster); i++)
        g_hash_table_add(units, (gpointer)esc_roster_shift_at(roster, i)->unit);
    for (size_t i = 0; i < esc_roster_n_ladders(roster); i++)
        g_hash_table_add(units, (gpointer)esc_roster_ladder_at(roster, i)->unit);
    if (g_hash_table_size(units) > 1)
        g_hash_table_remove(units, ESC_ANY_UNIT);
    for (size_t i = 0; i < esc_roster_n_ladders(roster); i++) {
        const Vicu__Ladder *l = esc_roster_ladder_at(roster, i);
        for (size_t k = 0; k <= l->n_step; k++) {
            const Vicu__EscalationStep *s = k < l->n_step ? l->step[k] : l->last_resort;
            GHashTableIter iter;
            gpointer unit;
            if (!s || g_str_has_prefix(s->to, "person:"))
                continue;
            g_hash_table_iter_init(&iter, units);
            while (g_hash_table_iter_next(&iter, &unit, NULL)) {
                if (strcmp(l->unit, ESC_ANY_UNIT) != 0 && strcmp(l->unit, unit) != 0)
                    continue;
                char *key = g_strdup_printf("%s\n%s", (const char *)unit, s->to);
                bool all = s->all || g_tree_lookup(needed, key);
                g_tree_replace(needed, key, GINT_TO_POINTER(all));
            }
        }
    }
}

static gint
compare_keys(gconstpointer a, gconstpointer b, gpointer data)
{
    (void)data;
    return strcmp(a, b);
}

static gboolean
check_one(gpointer key, gpointer all, gpointer user)
{
    Check *c = user;
    g_auto(GStrv) part = g_strsplit(key, "\n", 2);

    c->unit = part[0];
    c->role = part[1];
    c->all = all != NULL;
    check_role(c);
    return FALSE;
}

size_t
esc_roster_check(
    const EscRoster *roster, int64_t begin_us, int64_t end_us, EscFindingFunc func, gpointer user)
{
    Check c = {
        .roster = roster, .begin_us = begin_us, .end_us = end_us, .func = func, .user = user};
    GTree *needed = g_tree_new_full(compare_keys, NULL, g_free, NULL);

    collect(roster, needed);
    g_tree_foreach(needed, check_one, &c);
    g_tree_unref(needed);
    return c.n;
}

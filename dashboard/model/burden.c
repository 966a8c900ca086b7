/* Burden: the rows. See burden.h; what they add up to is in burden-report.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/model/burden.h"

#include <string.h>

#include "common/wire.h"

#define OTHERS    "(others)" /* names beyond the bound */
#define VETOED    "-vetoed"  /* rules of the rhythm pack that say so */
#define GIVE_WAY  8          /* one row in so many, when there is no room */
#define TIME_MAX  (INT64_C(4102444800) * G_USEC_PER_SEC) /* 2100 */
#define COUNT_MAX 60000u

typedef struct {
    uint64_t key;
    int64_t raised_us;
    int64_t ended_us;
    int64_t answered_us; /* first */
    int64_t said_us;     /* last */
    uint16_t bed;
    uint16_t rule;
    uint16_t count;
    uint8_t inputs[DASH_BURDEN_INPUTS];
    uint8_t n_inputs;
    uint8_t priority;
    uint8_t answer;
    uint8_t because;
    bool technical : 1;
    bool told : 1; /* by itself, at some time */
    bool vetoed : 1;
} Row;

typedef struct {
    GPtrArray *names; /* char * */
    GHashTable *at;   /* char * -> index + 1 */
    guint max;
} Names;

typedef struct {
    char *title;
    char *limit;
    int64_t raised_us; /* of the alarm that told the rest */
    int64_t on_delay_us;
    int64_t off_delay_us;
    bool has_delays;
} Rule;

struct DashBurden {
    GArray *rows;   /* Row */
    GHashTable *at; /* key -> index + 1 */
    Names beds, rules, inputs;
    GPtrArray *about;  /* Rule, beside @rules */
    GHashTable *first; /* bed -> int64_t *, DASH_BURDEN_BEDS_MAX at most */
    int64_t known_us;
    int64_t floor_us; /* what was raised before it gave way */
    uint64_t version;
};

/* --- names --- */

static void
names_init(Names *self, guint max)
{
    self->names = g_ptr_array_new_with_free_func(g_free);
    self->at = g_hash_table_new(g_str_hash, g_str_equal);
    self->max = max;
}

static void
names_clear(Names *self)
{
    g_hash_table_unref(self->at);
    g_ptr_array_unref(self->names);
}

static guint
names_put(Names *self, const char *name)
{
    guint found = GPOINTER_TO_UINT(g_hash_table_lookup(self->at, name));
    if (found > 0)
        return found - 1;
    if (self->names->len >= self->max - 1 && strcmp(name, OTHERS) != 0)
        return names_put(self, OTHERS);
    g_ptr_array_add(self->names, g_strdup(name));
    g_hash_table_insert(self->at, self->names->pdata[self->names->len - 1],
                        GUINT_TO_POINTER(self->names->len));
    return self->names->len - 1;
}

static void
free_rule(gpointer data)
{
    Rule *rule = data;
    g_free(rule->title);
    g_free(rule->limit);
    g_free(rule);
}

DashBurden *
dash_burden_new(void)
{
    DashBurden *self = g_new0(DashBurden, 1);
    self->rows = g_array_new(FALSE, FALSE, sizeof(Row));
    self->at = g_hash_table_new(g_direct_hash, g_direct_equal);
    names_init(&self->beds, DASH_BURDEN_BEDS_MAX);
    names_init(&self->rules, DASH_BURDEN_RULES_MAX);
    names_init(&self->inputs, DASH_BURDEN_INPUTS_MAX);
    self->about = g_ptr_array_new_with_free_func(free_rule);
    self->first = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->known_us = INT64_MAX;
    return self;
}

void
dash_burden_free(DashBurden *self)
{
    if (!self)
        return;
    g_array_unref(self->rows);
    g_hash_table_unref(self->at);
    g_hash_table_unref(self->first);
    names_clear(&self->beds);
    names_clear(&self->rules);
    names_clear(&self->inputs);
    g_ptr_array_unref(self->about);
    g_free(self);
}

/* --- rows --- */

/* FNV-1a, never 0. */
static uint64_t
key_of(const char *id)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *id; id++)
        hash = (hash ^ (uint8_t)*id) * UINT64_C(0x100000001b3);
    return hash | 1;
}

static gpointer
pointer_of(uint64_t key)
{
    return (gpointer)(uintptr_t)(key ^ key >> 32);
}

static int
by_age(const void *a, const void *b)
{
    const Row *x = a, *y = b;
    return x->raised_us < y->raised_us ? 1 : x->raised_us > y->raised_us ? -1 : 0;
}

/* The oldest eighth goes, and all that is older than is kept; what was before them is not known. */
static void
give_way(DashBurden *self)
{
    g_array_sort(self->rows, by_age);
    int64_t newest_us = g_array_index(self->rows, Row, 0).raised_us;
    guint keep = self->rows->len - self->rows->len / GIVE_WAY;
    while (keep > 1
           && g_array_index(self->rows, Row, keep - 1).raised_us < newest_us - DASH_BURDEN_KEPT_US)
        keep--;
    int64_t gone_us = g_array_index(self->rows, Row, keep).raised_us;
    g_array_set_size(self->rows, keep);
    self->floor_us = gone_us + 1;
    self->known_us = MAX(self->known_us, self->floor_us);
    g_hash_table_remove_all(self->at);
    for (guint i = 0; i < keep; i++)
        g_hash_table_insert(self->at, pointer_of(g_array_index(self->rows, Row, i).key),
                            GUINT_TO_POINTER(i + 1));
}

static Row *
row_for(DashBurden *self, uint64_t key)
{
    guint at = GPOINTER_TO_UINT(g_hash_table_lookup(self->at, pointer_of(key)));
    if (at > 0)
        return &g_array_index(self->rows, Row, at - 1);
    if (self->rows->len >= DASH_BURDEN_RECORDS_MAX)
        give_way(self);
    Row fresh = {.key = key};
    g_array_append_val(self->rows, fresh);
    g_hash_table_insert(self->at, pointer_of(key), GUINT_TO_POINTER(self->rows->len));
    return &g_array_index(self->rows, Row, self->rows->len - 1);
}

static void
add_input(DashBurden *self, Row *row, const char *name)
{
    guint at = names_put(&self->inputs, name);
    for (unsigned i = 0; i < row->n_inputs; i++)
        if (row->inputs[i] == at)
            return;
    if (row->n_inputs < DASH_BURDEN_INPUTS)
        row->inputs[row->n_inputs++] = (uint8_t)at;
}

static void
take_inputs(DashBurden *self, Row *row, const Vicu__Alarm *alarm)
{
    bool missing = alarm->technical && alarm->n_missing > 0;
    for (size_t i = 0; missing && i < alarm->n_missing; i++)
        add_input(self, row, alarm->missing[i]);
    for (size_t i = 0; !missing && i < alarm->n_input; i++)
        if (*alarm->input[i]->name)
            add_input(self, row, alarm->input[i]->name);
}

static Rule *
about(DashBurden *self, guint rule)
{
    while (self->about->len <= rule)
        g_ptr_array_add(self->about, g_new0(Rule, 1));
    return self->about->pdata[rule];
}

static void
take_rule(DashBurden *self, guint at, const Vicu__Alarm *alarm)
{
    Rule *rule = about(self, at);
    if (!rule->title) {
        rule->title = g_strdup(*alarm->title ? alarm->title : alarm->rule);
        rule->limit = g_strdup("");
    }
    if (alarm->because.len == 0 || alarm->technical || alarm->t_raised_us <= rule->raised_us)
        return;
    g_autoptr(Vicu__Explanation) because =
        vicu_wire_unpack_explanation(alarm->because.data, alarm->because.len, NULL);
    if (!because)
        return;
    rule->raised_us = alarm->t_raised_us;
    rule->on_delay_us = because->on_delay_us;
    rule->off_delay_us = because->off_delay_us;
    rule->has_delays = true;
    if (because->n_limit > 0) {
        g_free(rule->limit);
        rule->limit = g_strdup(because->limit[0]->name);
    }
}

static bool
is_time(int64_t t_us)
{
    return t_us > 0 && t_us < TIME_MAX;
}

/* When somebody answered first, and what was said last: one that was watched may have been
 * answered anew. */
static void
take_answer(Row *row, const Vicu__Acknowledgement *ack)
{
    DashAnswer answer = dash_answer_of(ack);
    if (answer == DASH_ANSWER_NONE || !is_time(ack->t_us))
        return;
    if (row->answered_us == 0 || ack->t_us < row->answered_us)
        row->answered_us = ack->t_us;
    if (ack->t_us < row->said_us)
        return;
    row->said_us = ack->t_us;
    row->answer = (uint8_t)answer;
    row->because = (uint8_t)MIN((unsigned)ack->because, 15u);
}

void
dash_burden_take(DashBurden *self, const Vicu__Alarm *alarm)
{
    if (!*alarm->id || !*alarm->rule || !is_time(alarm->t_raised_us)
        || alarm->t_raised_us < self->floor_us)
        return;
    Row *row = row_for(self, key_of(alarm->id));
    guint rule = names_put(&self->rules, alarm->rule);
    self->version++;
    take_rule(self, rule, alarm);
    row->bed = (uint16_t)names_put(&self->beds, alarm->bed);
    row->rule = (uint16_t)rule;
    row->raised_us = alarm->t_raised_us;
    row->technical = alarm->technical;
    row->vetoed = g_str_has_suffix(alarm->rule, VETOED);
    row->told |= !*alarm->merged_into;
    unsigned count = CLAMP(alarm->count, 1u, COUNT_MAX);
    unsigned priority = MIN((unsigned)alarm->priority, 4u);
    row->count = (uint16_t)MAX(row->count, count);
    row->priority = (uint8_t)MAX(row->priority, priority);
    if (alarm->state == VICU__ALARM_STATE__ALARM_ENDED && is_time(alarm->t_ended_us))
        row->ended_us = alarm->t_ended_us;
    for (size_t i = 0; i < alarm->n_earlier; i++)
        take_answer(row, alarm->earlier[i]);
    take_answer(row, alarm->acknowledged);
    if (row->n_inputs == 0)
        take_inputs(self, row, alarm);
}

void
dash_burden_cover(DashBurden *self, int64_t from_us)
{
    int64_t known_us = MIN(self->known_us, MAX(from_us, self->floor_us));
    self->version += known_us != self->known_us;
    self->known_us = known_us;
}

void
dash_burden_watch(DashBurden *self, const char *bed, int64_t first_us)
{
    int64_t *first = g_hash_table_lookup(self->first, bed);
    if (!first && g_hash_table_size(self->first) >= DASH_BURDEN_BEDS_MAX)
        return;
    self->version += !first || first_us < *first;
    if (!first)
        g_hash_table_insert(self->first, g_strdup(bed), g_memdup2(&first_us, sizeof first_us));
    else
        *first = MIN(*first, first_us);
}

int64_t
dash_burden_watched_us(const DashBurden *self, const char *bed, int64_t from_us, int64_t to_us)
{
    const int64_t *first = g_hash_table_lookup(self->first, bed);
    return MAX(to_us - MAX(from_us, first ? *first : from_us), 0);
}

int64_t
dash_burden_watched_in_all_us(const DashBurden *self,
                              unsigned n_beds,
                              int64_t from_us,
                              int64_t to_us)
{
    int64_t sum_us = 0;
    unsigned told = 0;
    GHashTableIter iter;
    gpointer bed;
    g_hash_table_iter_init(&iter, self->first);
    while (g_hash_table_iter_next(&iter, &bed, NULL) && told < n_beds) {
        sum_us += dash_burden_watched_us(self, bed, from_us, to_us);
        told++;
    }
    return sum_us + (int64_t)(n_beds - told) * MAX(to_us - from_us, 0);
}

int64_t
dash_burden_known_us(const DashBurden *self)
{
    return self->known_us;
}

unsigned
dash_burden_length(const DashBurden *self)
{
    return self->rows->len;
}

uint64_t
dash_burden_version(const DashBurden *self)
{
    return self->version;
}

DashBurdenAlarm
dash_burden_alarm(const DashBurden *self, unsigned i)
{
    g_assert(i < self->rows->len);
    const Row *row = &g_array_index(self->rows, Row, i);
    const Rule *rule = self->about->pdata[row->rule];
    return (DashBurdenAlarm){
        .key = row->key,
        .bed = self->beds.names->pdata[row->bed],
        .rule = self->rules.names->pdata[row->rule],
        .title = rule->title,
        .priority = (Vicu__Priority)row->priority,
        .technical = row->technical,
        .calls = row->told && row->priority >= VICU__PRIORITY__PRIORITY_LOW,
        .merged = !row->told,
        .vetoed = row->vetoed,
        .count = row->count,
        .raised_us = row->raised_us,
        .ended_us = row->ended_us,
        .answered_us = row->answered_us,
        .answer = (DashAnswer)row->answer,
        .because = (Vicu__NotActionable)row->because,
    };
}

unsigned
dash_burden_inputs(const DashBurden *self, unsigned i, const char *inputs[DASH_BURDEN_INPUTS])
{
    g_assert(i < self->rows->len);
    const Row *row = &g_array_index(self->rows, Row, i);
    for (unsigned k = 0; k < row->n_inputs; k++)
        inputs[k] = self->inputs.names->pdata[row->inputs[k]];
    return row->n_inputs;
}

DashBurdenRule
dash_burden_rule(const DashBurden *self, const char *name)
{
    guint at = GPOINTER_TO_UINT(g_hash_table_lookup(self->rules.at, name));
    if (at == 0)
        return (DashBurdenRule){.title = "", .limit = ""};
    const Rule *rule = self->about->pdata[at - 1];
    return (DashBurdenRule){rule->title, rule->limit, rule->on_delay_us, rule->off_delay_us,
                            rule->has_delays};
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/past.h"

#include <string.h>

struct RulesPast {
    GPtrArray *all; /* Vicu__PastAlarm, newest first by its raise */
};

RulesPast *
rules_past_new(void)
{
    RulesPast *self = g_new0(RulesPast, 1);
    self->all = g_ptr_array_new_with_free_func(vicu_wire_free);
    return self;
}

void
rules_past_free(RulesPast *self)
{
    g_ptr_array_unref(self->all);
    g_free(self);
}

static const Vicu__PastAlarm *
at(const RulesPast *self, guint i)
{
    return self->all->pdata[i];
}

static Vicu__PastAlarm *
copy_of(const Vicu__PastAlarm *past)
{
    g_autoptr(GBytes) packed = vicu_wire_pack(&past->base);
    gsize size = 0;
    const void *data = g_bytes_get_data(packed, &size);
    return vicu_wire_unpack_past_alarm(data, size, NULL);
}

void
rules_past_put(RulesPast *self, const Vicu__PastAlarm *past, RulesPastFunc gone, void *user)
{
    Vicu__PastAlarm *copy = copy_of(past);
    guint place = 0;
    g_return_if_fail(copy != NULL);
    for (guint i = 0; i < self->all->len; i++)
        if (strcmp(at(self, i)->id, copy->id) == 0) {
            g_ptr_array_remove_index(self->all, i);
            break;
        }
    while (place < self->all->len && at(self, place)->t_raised_us > copy->t_raised_us)
        place++;
    g_ptr_array_insert(self->all, (int)place, copy);
    if (self->all->len <= RULES_PAST_MAX)
        return;
    if (gone)
        gone(at(self, self->all->len - 1), user);
    g_ptr_array_set_size(self->all, (int)self->all->len - 1);
}

void
rules_past_forget(RulesPast *self, int64_t before_us, RulesPastFunc gone, void *user)
{
    while (self->all->len > 0 && at(self, self->all->len - 1)->t_raised_us < before_us) {
        if (gone)
            gone(at(self, self->all->len - 1), user);
        g_ptr_array_set_size(self->all, (int)self->all->len - 1);
    }
}

void
rules_past_foreach(const RulesPast *self, RulesPastFunc func, void *user)
{
    for (guint i = 0; i < self->all->len; i++)
        func(at(self, i), user);
}

GBytes *
rules_past_similar(const RulesPast *self, const char *rule, int64_t now_us)
{
    Vicu__Similar similar = VICU__SIMILAR__INIT;
    Vicu__PastAlarm *newest[RULES_PAST_SIMILAR];
    similar.past = newest;
    similar.at_least = self->all->len == RULES_PAST_MAX;
    for (guint i = 0; i < self->all->len; i++) {
        Vicu__PastAlarm *past = self->all->pdata[i];
        if (past->t_raised_us < now_us - RULES_PAST_KEEP_US || strcmp(past->rule, rule) != 0)
            continue;
        similar.last_72h++;
        similar.last_24h += past->t_raised_us >= now_us - 24 * RULES_PAST_HOUR_US;
        if (similar.n_past < G_N_ELEMENTS(newest))
            newest[similar.n_past++] = past;
    }
    return similar.last_72h > 0 ? vicu_wire_pack(&similar.base) : NULL;
}

void
rules_past_add(Vicu__AlarmCount *count, Vicu__Priority priority, bool technical)
{
    uint32_t *at = technical                                     ? &count->technical
                   : priority >= VICU__PRIORITY__PRIORITY_HIGH   ? &count->high
                   : priority == VICU__PRIORITY__PRIORITY_MEDIUM ? &count->medium
                                                                 : &count->low;
    ++*at;
}

void
rules_past_count(const RulesPast *self, int64_t since_us, Vicu__AlarmCount *count)
{
    for (guint i = 0; i < self->all->len && at(self, i)->t_raised_us >= since_us; i++)
        if (!at(self, i)->spoken_for)
            rules_past_add(count, at(self, i)->priority, at(self, i)->technical);
    count->at_least =
        self->all->len == RULES_PAST_MAX && at(self, RULES_PAST_MAX - 1)->t_raised_us >= since_us;
}

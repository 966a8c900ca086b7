/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/engine/pause.h"

#include <string.h>

typedef struct {
    RulesPause pause; /* first: a pointer to it is one to this */
    int64_t until_mono_us;
} Entry;

struct RulesPauses {
    GPtrArray *all; /* of Entry */
};

static void
free_entry(gpointer data)
{
    Entry *entry = data;
    g_free(entry->pause.bed);
    g_free(entry->pause.who);
    g_free(entry->pause.reason);
    g_free(entry);
}

RulesPauses *
rules_pauses_new(void)
{
    RulesPauses *self = g_new0(RulesPauses, 1);
    self->all = g_ptr_array_new_with_free_func(free_entry);
    return self;
}

void
rules_pauses_free(RulesPauses *self)
{
    g_ptr_array_unref(self->all);
    g_free(self);
}

static Entry *
entry_of(const RulesPauses *self, const char *bed)
{
    for (guint i = 0; i < self->all->len; i++) {
        Entry *entry = self->all->pdata[i];
        if (strcmp(entry->pause.bed, bed) == 0)
            return entry;
    }
    return NULL;
}

void
rules_pauses_put(RulesPauses *self, const RulesPause *pause, int64_t now_us, int64_t mono_us)
{
    Entry *entry = g_new0(Entry, 1);
    int64_t whole_us = CLAMP(pause->until_us - pause->since_us, 0, RULES_PAUSE_MAX_US);
    entry->pause = *pause;
    entry->pause.bed = g_strdup(pause->bed);
    entry->pause.who = g_strdup(pause->who);
    entry->pause.reason = g_strdup(pause->reason);
    entry->until_mono_us = mono_us + CLAMP(pause->until_us - now_us, 0, whole_us);
    rules_pauses_remove(self, pause->bed);
    g_ptr_array_add(self->all, entry);
}

const RulesPause *
rules_pauses_find(const RulesPauses *self, const char *bed)
{
    const Entry *entry = entry_of(self, bed);
    return entry != NULL ? &entry->pause : NULL;
}

bool
rules_pauses_remove(RulesPauses *self, const char *bed)
{
    return g_ptr_array_remove(self->all, entry_of(self, bed));
}

const RulesPause *
rules_pauses_due(const RulesPauses *self, int64_t now_us, int64_t mono_us)
{
    for (guint i = 0; i < self->all->len; i++) {
        const Entry *entry = self->all->pdata[i];
        if (now_us >= entry->pause.until_us || mono_us >= entry->until_mono_us)
            return &entry->pause;
    }
    return NULL;
}

size_t
rules_pauses_length(const RulesPauses *self)
{
    return self->all->len;
}

const RulesPause *
rules_pauses_at(const RulesPauses *self, size_t i)
{
    return &((const Entry *)self->all->pdata[i])->pause;
}

bool
rules_pause_covers(const RulesPause *pause, RulesPriority priority)
{
    return pause != NULL && priority <= pause->ceiling;
}

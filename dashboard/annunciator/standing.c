/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/annunciator/standing.h"

#define PRIORITIES (VICU__PRIORITY__PRIORITY_HIGH + 1)

typedef struct {
    Vicu__Priority priority;
    bool named; /* by the snapshot that is under way */
} Sound;

struct AnnStanding {
    GHashTable *sounds; /* id of the alarm -> Sound */
    unsigned count[PRIORITIES];
    uint64_t raised[PRIORITIES];
    bool blind, unproven;
    bool by_person; /* the last that went, went so */
};

AnnStanding *
ann_standing_new(void)
{
    AnnStanding *self = g_new0(AnnStanding, 1);

    self->sounds = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return self;
}

void
ann_standing_free(AnnStanding *self)
{
    if (self == NULL)
        return;
    g_hash_table_unref(self->sounds);
    g_free(self);
}

static void
remove_sound(AnnStanding *self, const char *id, bool by_person)
{
    const Sound *sound = g_hash_table_lookup(self->sounds, id);

    if (sound == NULL)
        return;
    self->count[sound->priority]--;
    self->by_person = by_person;
    g_hash_table_remove(self->sounds, id);
}

static void
put_sound(AnnStanding *self, const char *id, Vicu__Priority priority)
{
    Sound *sound = g_hash_table_lookup(self->sounds, id);

    if (sound == NULL) {
        sound = g_new0(Sound, 1);
        g_hash_table_insert(self->sounds, g_strdup(id), sound);
        self->raised[priority]++;
    } else {
        self->count[sound->priority]--;
        if (sound->priority != priority)
            self->raised[priority]++;
    }
    sound->priority = priority;
    sound->named = true;
    self->count[priority]++;
}

void
ann_standing_begin(AnnStanding *self)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, self->sounds);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        ((Sound *)value)->named = false;
}

void
ann_standing_level(AnnStanding *self)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, self->sounds);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Sound *sound = value;
        if (sound->named)
            continue;
        self->count[sound->priority]--;
        self->by_person = false;
        g_hash_table_iter_remove(&iter);
    }
}

static bool
signal_is_on(const Vicu__Alarm *alarm)
{
    return alarm->signal == VICU__SIGNAL_STATE__SIGNAL_ON && alarm->merged_into[0] == '\0'
           && alarm->priority < PRIORITIES && ann_burst(alarm->priority) != NULL;
}

void
ann_standing_item(AnnStanding *self, const Vicu__StateItem *item)
{
    if (item->subject != VICU__SUBJECT__SUBJECT_ALARM)
        return;
    if (item->removed || item->body_case != VICU__STATE_ITEM__BODY_ALARM) {
        remove_sound(self, item->key, false);
    } else if (signal_is_on(item->alarm)) {
        put_sound(self, item->key, item->alarm->priority);
    } else {
        Vicu__SignalState signal = item->alarm->signal;
        remove_sound(self, item->key,
                     signal == VICU__SIGNAL_STATE__SIGNAL_ACKNOWLEDGED
                         || signal == VICU__SIGNAL_STATE__SIGNAL_AUDIO_PAUSED);
    }
}

void
ann_standing_watch(AnnStanding *self, VicuWatchLevel level)
{
    bool blind = level >= VICU_WATCH_LOST;

    if (blind && !self->blind)
        self->raised[VICU__PRIORITY__PRIORITY_MEDIUM]++;
    if (!blind && self->blind)
        self->by_person = false;
    self->blind = blind;
}

void
ann_standing_unproven(AnnStanding *self, bool unproven)
{
    if (unproven && !self->unproven)
        self->raised[VICU__PRIORITY__PRIORITY_MEDIUM]++;
    if (!unproven && self->unproven)
        self->by_person = false;
    self->unproven = unproven;
}

unsigned
ann_standing_count(const AnnStanding *self, Vicu__Priority priority)
{
    return self->count[priority]
           + (priority == VICU__PRIORITY__PRIORITY_MEDIUM
                  ? (unsigned)self->blind + (unsigned)self->unproven
                  : 0);
}

void
ann_standing_wish(const AnnStanding *self, AnnWish *wish)
{
    *wish = (AnnWish){.by_person = self->by_person};
    for (unsigned i = VICU__PRIORITY__PRIORITY_HIGH; i > VICU__PRIORITY__PRIORITY_NONE; i--) {
        if (ann_standing_count(self, i) == 0)
            continue;
        wish->priority = i;
        wish->raised = self->raised[i];
        return;
    }
}

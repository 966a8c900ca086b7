/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/annunciator/player.h"

#define FRAMES_A_MS (ANN_RATE_HZ / 1000)

void
ann_player_wish(AnnPlayer *self, const AnnWish *wish)
{
    if (wish->priority == self->wish.priority && wish->raised > self->wish.raised)
        self->news = true;
    else if (wish->priority != self->wish.priority)
        self->news = wish->priority > self->wish.priority;
    self->wish = *wish;
}

void
ann_player_clear(AnnPlayer *self)
{
    g_clear_pointer(&self->words, g_free);
    self->n_words = self->word_at = 0;
}

void
ann_player_speak(AnnPlayer *self, float *words, size_t n)
{
    ann_player_clear(self);
    self->words = words;
    self->n_words = words != NULL ? n : 0;
}

/* The next frame of the words; only where no burst is under way. */
static float
speak(AnnPlayer *self)
{
    if (self->wish.priority == VICU__PRIORITY__PRIORITY_NONE) {
        ann_player_clear(self); /* what they tell is over or answered */
        return 0;
    }
    if (self->silence < ANN_WORDS_AFTER_MS * FRAMES_A_MS)
        return 0;
    float sound = self->words[self->word_at++];
    if (self->word_at >= self->n_words)
        ann_player_clear(self);
    return sound;
}

static void
begin(AnnPlayer *self)
{
    if (self->word_at > 0)
        ann_player_clear(self); /* half a sentence means nothing */

    self->sounds = self->wish.priority;
    self->frame = 0;
    self->under_way = true;
    self->news = false;
    self->bursts++;
}

static void
end(AnnPlayer *self)
{
    self->under_way = false;
    self->silence = 0;
}

/* Where no pulse sounds: does this burst end here? */
static void
go_on_or_end(AnnPlayer *self)
{
    const AnnBurst *now = ann_burst(self->sounds);
    bool taken_away = self->wish.priority < self->sounds && self->wish.by_person;

    if (self->wish.priority == self->sounds)
        self->news = false; /* the burst that is under way tells it */
    if (self->wish.priority > self->sounds)
        begin(self);
    else if (taken_away || self->frame >= ann_burst_frames(now))
        end(self);
}

static void
begin_or_wait(AnnPlayer *self)
{
    const AnnBurst *next = ann_burst(self->wish.priority);

    if (next == NULL)
        return;
    bool repeats = self->wish.priority == self->sounds && !self->news;
    if (repeats && self->bursts > 0 && self->n_words > 0)
        return;
    int64_t wait_ms = repeats ? next->silence_ms : ANN_BETWEEN_MS;
    if (self->bursts == 0 || self->silence >= wait_ms * FRAMES_A_MS)
        begin(self);
}

void
ann_player_fill(AnnPlayer *self, double gain, float *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (self->under_way && ann_burst_pulse_left(ann_burst(self->sounds), self->frame) == 0)
            go_on_or_end(self);
        if (!self->under_way)
            begin_or_wait(self);
        if (self->under_way) {
            out[i] = (float)gain * ann_burst_sample(ann_burst(self->sounds), self->frame++);
        } else {
            out[i] = self->n_words > 0 ? (float)gain * speak(self) : 0;
            self->silence++;
        }
    }
}

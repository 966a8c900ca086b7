/* When which burst sounds. Pure: counts frames, reads no clock.
 *
 * The highest priority that stands is repeated with the silence of its burst between. A higher
 * one begins as soon as the pulse that sounds has ended; one more alarm of the same priority
 * does not wait for the repetition. A burst whose alarm has gone by itself sounds to its end, so
 * that who turns his head hears what it was; one that a person has answered or paused ends with
 * the pulse. Words come in the silence between. One thread at a time.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dashboard/annunciator/burst.h"

G_BEGIN_DECLS

#define ANN_BETWEEN_MS 500 /* between two bursts that are not repetitions */

/* What shall sound. */
typedef struct {
    Vicu__Priority priority; /* the highest of what stands; NONE: nothing */
    uint64_t raised; /* alarms of that priority that began to sound, ever: one more is news */
    bool by_person;  /* a person took away what stood before */
} AnnWish;

/* A value: embed it, zeroed. */
typedef struct {
    AnnWish wish;
    bool news;
    Vicu__Priority sounds; /* of the burst that is under way or was the last */
    bool under_way;
    int64_t frame;   /* since that burst began */
    int64_t silence; /* frames since it ended */
    uint64_t bursts; /* begun */
    float *words;    /* spoken between two bursts; NULL: none; owned */
    size_t n_words, word_at;
} AnnPlayer;

#define ANN_WORDS_AFTER_MS 300 /* the burst */

void ann_player_wish(AnnPlayer *self, const AnnWish *wish);
/* @words (@n frames, taken over) are spoken in the silence behind a burst, whose repetition waits
 * for their end; what is news cuts them off. Others that were not at their end are dropped. */
void ann_player_speak(AnnPlayer *self, float *words, size_t n);
void ann_player_clear(AnnPlayer *self);
/* The next @n frames, mono, times @gain (0 to 1). */
void ann_player_fill(AnnPlayer *self, double gain, float *out, size_t n);

G_END_DECLS

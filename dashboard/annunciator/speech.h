/* Words for the ear: what an alarm is, spoken by a program of its own.
 *
 * The program (espeak-ng) is run with the words on its standard input and gives a WAVE on its
 * standard output; no shell, nothing is linked. One is spoken at a time, of those that wait the
 * newest. Words are said once for each alarm, and again when it is told again. One thread, the
 * main loop's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "proto/state.pb-c.h"

G_BEGIN_DECLS

#define ANN_SPEECH_PROGRAM "espeak-ng"

typedef struct AnnSpeech AnnSpeech;

/* @frames: of ANN_RATE_HZ, @func's to free; NULL: @problem says why there are none. */
typedef void (*AnnSpoken)(float *frames, size_t n, const char *problem, gpointer user);

/* @language: "en" or "zh_CN". @least: alarms of this priority and above are spoken. */
AnnSpeech *ann_speech_new(
    const char *program, const char *language, Vicu__Priority least, AnnSpoken func, gpointer user);
void ann_speech_free(AnnSpeech *self);

/* An alarm is as it is now; spoken where it sounds and was not said yet. */
void ann_speech_alarm(AnnSpeech *self, const Vicu__Alarm *alarm);
void ann_speech_say(AnnSpeech *self, const char *words);

/* "Bed 7: MAP below 50 mmHg. High priority." In the language in use; caller frees. */
char *ann_speech_words(const Vicu__Alarm *alarm);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(AnnSpeech, ann_speech_free)

G_END_DECLS

/* An alarm of the contract for people and for programs: its words, its whole
 * text, and its JSON object. The same for one that stands and for one that only
 * the store's record holds.
 *
 * Two delays of IEC 60601-1-8 are named on every alarm. The alarm condition delay
 * goes from the beginning of the condition to its rule's decision in event time
 * (t_condition to t_raised); the alarm signal generation delay from there to the
 * moment at which the rules published it, on their own clock (t_raised to
 * t_decided). The way to a screen comes on top of it.
 *
 * Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "common/json.h"
#include "common/wire.h"

G_BEGIN_DECLS

const char *vicu_word_priority(Vicu__Priority priority);           /* "high" */
const char *vicu_word_alarm_state(Vicu__AlarmState state);         /* "active" */
const char *vicu_word_signal(Vicu__SignalState signal);            /* "audio paused" */
const char *vicu_word_origin(Vicu__Origin origin);                 /* "recording" */
const char *vicu_word_source(Vicu__Source source);                 /* "derived" */
const char *vicu_word_quality(Vicu__Quality quality);              /* "good" */
const char *vicu_word_answer(Vicu__Answer answer);                 /* "not actionable" */
const char *vicu_word_not_actionable(Vicu__NotActionable because); /* "artefact" */

int64_t vicu_alarm_condition_delay_us(const Vicu__Alarm *alarm);
int64_t vicu_alarm_signal_delay_us(const Vicu__Alarm *alarm);

/* All of it: what, when, why, on which values, who answered. Caller frees. */
char *vicu_alarm_text(const Vicu__Alarm *alarm);

/* As an object under @key (NULL in an array). */
void vicu_alarm_json(VicuJson *json, const char *key, const Vicu__Alarm *alarm);
/* With all that was weighed at the raise, where the record has it ("explanation"). */
void vicu_alarm_json_explained(VicuJson *json, const char *key, const Vicu__Alarm *alarm);

G_END_DECLS

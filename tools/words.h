/* The names of the contract's enumerations, as the command line says them, and
 * its messages as JSON objects.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/json.h"
#include "common/wire.h"

G_BEGIN_DECLS

const char *tool_word_priority(Vicu__Priority priority);   /* "high" */
const char *tool_word_alarm_state(Vicu__AlarmState state); /* "active" */
const char *tool_word_presence(Vicu__Presence presence);   /* "never seen" */
const char *tool_word_origin(Vicu__Origin origin);         /* "recording" */
const char *tool_word_source(Vicu__Source source);         /* "derived" */
const char *tool_word_quality(Vicu__Quality quality);      /* "good" */
const char *tool_word_handover(Vicu__HandoverState state); /* "open" */
/* ", data 4.0 s old" for an alarm that was decided on data older than 2 s, as the station says it;
 * else "". Caller frees. */
char *tool_words_data_age(int64_t age_us);

/* Each as an object under @key (NULL in an array). */
void tool_json_alarm(VicuJson *json, const char *key, const Vicu__Alarm *alarm);
void tool_json_bed(VicuJson *json, const char *key, const Vicu__Bed *bed);
void tool_json_limit(VicuJson *json, const char *key, const Vicu__Limit *limit);
void tool_json_score(VicuJson *json, const char *key, const Vicu__Score *score);
void tool_json_pause(VicuJson *json, const char *key, const Vicu__Pause *pause);
void tool_json_note(VicuJson *json, const char *key, const Vicu__Note *note);
void tool_json_care(VicuJson *json, const char *key, const Vicu__Care *care);
void tool_json_handover(VicuJson *json, const char *key, const Vicu__Handover *handover);
/* @number 0: not known. */
void
tool_json_audit(VicuJson *json, const char *key, const Vicu__AuditRecord *record, guint64 number);

G_END_DECLS

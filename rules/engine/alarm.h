/* The book of alarms: which stand, who answered, which ended (IEC 60601-1-8
 * alarm signal states).
 *
 *            raise                 clear
 *   (none) --------> ACTIVE --------------------> ENDED
 *                    | |  ^ \ clear, latching       ^
 *        acknowledge | |  |  '----> LATCHED --------+ acknowledge
 *                    v |  '-- raise --'             |
 *               ACKNOWLEDGED -----------------------'  clear
 *   reset of the bed, or the rule withdrawn: every state -> ENDED
 *
 * Pure: the engine's transitions and people's commands in, changed records
 * out. It allocates per alarm, never per sample. One thread.
 *
 * A reminder changes no state: it counts. A pause changes no state either: it changes what
 * the signal of an unanswered alarm does (RulesSignal). An answer may be to watch it until
 * a time: is that over while the condition stands, the answer no longer holds and the alarm
 * is ACTIVE again (a lapse).
 *
 * One live record at most per bed, rule and kind (physiological or the rule's
 * own technical alarm): a second raise while one is live changes nothing, so a
 * replay after a restart neither doubles an alarm nor takes back an answer. A
 * raise of a latched alarm makes the same record active again and counts.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "rules/engine/engine.h"
#include "rules/engine/pause.h"

G_BEGIN_DECLS

/* The numbers of proto/state.proto. */
typedef enum {
    RULES_ALARM_NONE = 0,
    RULES_ALARM_ACTIVE = 1,
    RULES_ALARM_ACKNOWLEDGED = 2,
    RULES_ALARM_LATCHED = 3,
    RULES_ALARM_ENDED = 4,
} RulesAlarmState;

/* Alarm signal states of IEC 60601-1-8, by the numbers of proto/state.proto. Nothing here
 * is silenced without an end, and no light is taken away: audio off, alarm paused and alarm
 * off are states of the standard that this book never enters. */
typedef enum {
    RULES_SIGNAL_NONE = 0, /* ended */
    RULES_SIGNAL_ON = 1,
    RULES_SIGNAL_AUDIO_PAUSED = 2, /* until signal_until_us */
    RULES_SIGNAL_AUDIO_OFF = 3,
    RULES_SIGNAL_ALARM_PAUSED = 4,
    RULES_SIGNAL_ALARM_OFF = 5,
    RULES_SIGNAL_ACKNOWLEDGED = 6,
} RulesSignal;

typedef struct {
    char *name;
    double value;
    char *symbol; /* "" unless it is one */
    char *unit;
    int64_t t_us;
    bool known;
    RulesSource source;
    RulesOrigin origin;
    RulesQuality quality;
    bool has_baseline;
    double baseline;
    int64_t baseline_us;
} RulesAlarmInput;

typedef struct {
    char *to;
    int64_t after_us;
    char *unless; /* "acknowledged", "cleared" or "" */
} RulesAlarmStep;

/* What a person says to an alarm; the numbers of proto/state.proto. */
typedef enum {
    RULES_ANSWER_SEEN = 0,
    RULES_ANSWER_ACT = 1,
    RULES_ANSWER_WATCH = 2,
    RULES_ANSWER_NOT_ACTIONABLE = 3,
} RulesAnswerKind;

/* As message Acknowledgement. */
typedef struct {
    char *who; /* NULL: nobody answered */
    char *role;
    char *reason;
    int64_t t_us;
    RulesAnswerKind kind;
    int64_t until_us; /* WATCH; UTC */
    int because;      /* NOT_ACTIONABLE: a number of enum NotActionable */
} RulesAnswerGiven;

/* Answers that no longer hold and are kept with the alarm, newest last. */
#define RULES_EARLIER_MAX 4

/* Ours, no published figure: from one second to four hours, half of a short shift. */
#define RULES_WATCH_MIN_US ((int64_t)G_USEC_PER_SEC)
#define RULES_WATCH_MAX_US (4 * 3600 * (int64_t)G_USEC_PER_SEC)

/* As message Alarm of proto/state.proto. */
typedef struct {
    char *id; /* 16 hexadecimal digits over bed, rule, kind and t_condition */
    char *bed;
    char *rule;
    char *title;
    unsigned rule_version;
    RulesPriority priority;
    bool technical;
    bool latching;
    char *text;
    RulesAlarmState state;
    int64_t t_condition_us;
    int64_t t_raised_us;
    int64_t t_decided_us; /* the caller's clock */
    int64_t t_cleared_us; /* 0: condition stands */
    int64_t t_ended_us;   /* 0: live */
    RulesAnswerGiven ack;
    int64_t watch_mono_us; /* the book's own: its end by the clock that nobody sets; 0: none */
    RulesAnswerGiven earlier[RULES_EARLIER_MAX];
    size_t n_earlier;
    unsigned lapses;
    int64_t t_lapsed_us;     /* the caller's clock; 0: never */
    RulesAlarmInput *inputs; /* at the first raise */
    size_t n_inputs;
    RulesOrigin origin;
    unsigned count; /* occurrences merged, from 1 */
    int64_t data_age_us;
    char *set_hash;
    char *rule_hash; /* what the rule meant, rules_set_rule_hash(); "" of a local alarm */
    char *pack;      /* the rule's, "" of a local alarm; its version and hash */
    unsigned pack_version;
    char *pack_hash;
    int64_t repeat_us; /* 0: nobody is reminded */
    unsigned reminders;
    int64_t t_reminded_us; /* the caller's clock; 0: never */
    RulesAlarmStep *steps; /* of the rule's ladder */
    size_t n_steps;
    char *why;       /* why it ended; "" while live */
    char *explain;   /* at the first raise, see rules_engine_explain() */
    GBytes *because; /* the same as it was packed; NULL: nobody packed it */
    GBytes *similar; /* earlier ones of its rule and bed, packed at the raise; NULL: nobody did */
    RulesSignal signal;
    int64_t signal_until_us;    /* UTC; 0: not paused */
    char *missing;              /* sources, as rules_bed_missing(); "" */
    char *merged_into;          /* id of the one that speaks for it; "": it speaks for itself */
    char *merged;               /* ids of those that it speaks for, a blank between them; "" */
    RulesPriority own_priority; /* of its rule; priority is that of all it speaks for */
    bool own_technical;         /* of a rule that cannot be judged, not of its condition */
    bool touched;               /* the book's own: changed, and not told yet */
} RulesAlarm;

RulesAlarm *rules_alarm_copy(const RulesAlarm *from);
void rules_alarm_free(RulesAlarm *alarm);

typedef struct RulesAlarms RulesAlarms;

RulesAlarms *rules_alarms_new(void);
void rules_alarms_free(RulesAlarms *self);

/* Each record that changed is told at once; it is borrowed for the call. */
typedef void (*RulesAlarmFunc)(const RulesAlarm *alarm, void *user);
void rules_alarms_on_change(RulesAlarms *self, RulesAlarmFunc tell, void *user);

/* What was weighed is kept as bytes, made once at the raise by @pack (the caller owns
 * what it returns). Without it records have none. */
typedef GBytes *(*RulesExplanationFunc)(const RulesTransition *transition, void *user);
void rules_alarms_on_explanation(RulesAlarms *self, RulesExplanationFunc pack, void *user);

/* The same of earlier alarms of @rule on @bed, as they are known at the raise. */
typedef GBytes *(*RulesSimilarFunc)(const char *bed, const char *rule, void *user);
void rules_alarms_on_similar(RulesAlarms *self, RulesSimilarFunc pack, void *user);

/* RAISE, CLEAR, TECHNICAL, TECHNICAL_CLEAR and RESET change alarms; the other
 * kinds are looked past. @decided_us is the caller's clock. */
void rules_alarms_apply(RulesAlarms *self,
                        const RulesTransition *transition,
                        int64_t decided_us,
                        const char *set_hash);

/* What another process sees missing (message LocalAlarm): merged by @bed (may
 * be "") and @cause; ends when it no longer stands. Rule name "local:CAUSE",
 * technical. */
void rules_alarms_local(RulesAlarms *self,
                        const char *bed,
                        const char *cause,
                        RulesPriority priority,
                        const char *text,
                        bool standing,
                        int64_t now_us);

typedef enum {
    RULES_ACK_DONE,
    RULES_ACK_ALREADY, /* somebody answered before; the first answer stays */
    RULES_ACK_ENDED,
    RULES_ACK_NO_SUCH_ALARM,
    RULES_ACK_NOBODY,  /* @who is empty */
    RULES_ACK_CLEARED, /* latched: its condition is over, there is nothing to watch */
} RulesAckResult;

/* Acknowledging silences nothing at the bedside and is no treatment: it says
 * that a person has seen the alarm. A latched one ends with it. */
RulesAckResult rules_alarms_acknowledge(RulesAlarms *self,
                                        const char *id,
                                        const char *who,
                                        const char *role,
                                        const char *reason,
                                        int64_t t_us);

/* The same with an answer of its own; @answer is copied. An alarm that is watched may be
 * answered again by anything but SEEN; the earlier answer is kept beside it. */
RulesAckResult
rules_alarms_answer(RulesAlarms *self, const char *id, const RulesAnswerGiven *answer);

/* Alarms that stand (or are latched) and that nobody answered are told again, each as often as
 * its rule says, from its decision on: reminders counts them. However long nobody looked, one is
 * one. While its audio is paused nobody is reminded; the time counts, so that what came due
 * meanwhile is told once, at the end. @now_us is the clock of t_decided_us. */
void rules_alarms_remind(RulesAlarms *self, int64_t now_us);

/* ---- audio pauses: see pause.h ---- */

typedef enum {
    RULES_PAUSE_BEGUN,
    RULES_PAUSE_RESUMED, /* by a person */
    RULES_PAUSE_OVER,    /* its end was reached */
    RULES_PAUSE_RESET,   /* the bed begins anew */
} RulesPauseChange;

/* Told before the alarms that it changes; @pause is borrowed for the call. */
typedef void (*RulesPauseFunc)(const RulesPause *pause, RulesPauseChange change, void *user);
void rules_alarms_on_pause(RulesAlarms *self, RulesPauseFunc tell, void *user);

/* From RULES_PAUSE_MIN_US to RULES_PAUSE_MAX_US. FALSE: nothing of @bed stands. */
bool rules_alarms_pause(RulesAlarms *self,
                        const char *bed,
                        int64_t for_us,
                        const char *who,
                        const char *reason,
                        int64_t now_us,
                        int64_t mono_us);
bool rules_alarms_resume(RulesAlarms *self, const char *bed); /* FALSE: it was not paused */
/* Pauses whose end is reached end, and so do answers to watch; the more often the better. */
void rules_alarms_tick(RulesAlarms *self, int64_t now_us, int64_t mono_us);
/* From the journal; tells nobody. */
void rules_alarms_restore_pause(RulesAlarms *self,
                                const RulesPause *pause,
                                int64_t now_us,
                                int64_t mono_us);
const RulesPauses *rules_alarms_pauses(const RulesAlarms *self);

/* What a rule cannot be judged without has changed since its technical alarm was raised; an
 * empty @missing changes nothing: see merge.h. */
void rules_alarms_cause(RulesAlarms *self, const char *id, const char *missing);

/* After restoring: signals follow from what was put back, and what differs is told. */
void rules_alarms_settle(RulesAlarms *self);

/* Ends every live alarm of @rule, or of @bed when @rule is NULL; @why is shown. */
void rules_alarms_end(
    RulesAlarms *self, const char *bed, const char *rule, int64_t t_us, const char *why);

/* The one of that id, if it is live, latched or not. */
void rules_alarms_end_one(RulesAlarms *self, const char *id, int64_t t_us, const char *why);

/* From the journal: put back as it was. A record of the same id is replaced;
 * a live one of the same bed, rule and kind too. Tells nobody. */
void rules_alarms_restore(RulesAlarms *self, const RulesAlarm *alarm);

/* Forget records that ended before @before_us; each is told through @forgotten
 * (may be NULL) before it goes. */
void
rules_alarms_forget(RulesAlarms *self, int64_t before_us, RulesAlarmFunc forgotten, void *user);

const RulesAlarm *rules_alarms_find(const RulesAlarms *self, const char *id); /* NULL: none */
/* In the order of their first raise. */
void rules_alarms_foreach(const RulesAlarms *self, RulesAlarmFunc func, void *user);
size_t rules_alarms_live(const RulesAlarms *self);

/* "0123456789abcdef" for the four things that make an alarm what it is. */
void rules_alarm_id(
    char id[17], const char *bed, const char *rule, bool technical, int64_t t_condition_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesAlarm, rules_alarm_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesAlarms, rules_alarms_free)

G_END_DECLS

/* Model: what the central station knows, bed by bed, and how old it is.
 *
 * Pure: fed with decoded messages and the time at which they came; it has no
 * clock, socket or file. All memory is bounded: beds, streams and alarms beyond
 * the bounds are counted in @left_out, which the station shows. One owner thread.
 * Time is UTC in microseconds.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "dashboard/model/bed.h"
#include "dashboard/model/burden.h"
#include "dashboard/model/meter.h"

G_BEGIN_DECLS

#define DASH_BEDS_MAX    512
#define DASH_ALARMS_MAX  4096
#define DASH_LOCALS_MAX  16
#define DASH_EARLIER_MAX 8

/* An alarm like it that ended before. */
typedef struct {
    char *id;
    int64_t t_raised_us;
    int64_t t_ended_us;
    bool answered;
    Vicu__Answer answer;
    Vicu__NotActionable because;
    char *who;
} DashEarlier;

typedef struct DashModel DashModel;

#define DASH_INPUTS_MAX  16
#define DASH_CLAUSES_MAX 48
#define DASH_UNLESS_MAX  8

/* What a rule saw of one signal when it raised. */
typedef struct {
    char *name;
    bool known;
    double value;
    char *symbol; /* "" = a number */
    char *unit;   /* UCUM */
    int64_t t_us;
    Vicu__Source source;
    Vicu__Origin origin;
    Vicu__Quality quality;
    bool has_baseline; /* the patient's own median over baseline_us: */
    double baseline;
    int64_t baseline_us;
} DashInput;

/* A line of the rule's text with how it was judged; depth says what it belongs to. */
typedef struct {
    Vicu__ExplainClause clause;
    unsigned depth;
    char *words;
    Vicu__Truth truth;
    bool leaf;
    bool decides; /* alone the other way, the clause would be too */
    bool compared;
    double left;
    double right;
    char *unit;
} DashClause;

/* A rule that would have held this alarm back. */
typedef struct {
    char *rule;
    bool stands;
} DashUnless;

/* Why an alarm was raised. NULL where its owner did not tell. */
typedef struct {
    DashInput input[DASH_INPUTS_MAX];
    unsigned n_inputs;
    DashClause clause[DASH_CLAUSES_MAX];
    unsigned n_clauses;
    DashUnless unless[DASH_UNLESS_MAX];
    unsigned n_unless;
    char *source; /* what the rule rests on */
    char *pack;   /* "adult-icu 3" */
    int64_t on_delay_us;
    unsigned left_out; /* beyond the room above */
} DashBecause;

typedef struct {
    char *id;
    char *bed; /* full id; "" = the whole installation */
    char *rule;
    char *title;
    char *text;
    char *why;
    Vicu__Priority priority;
    Vicu__AlarmState state;
    bool technical;
    bool latching;
    bool local; /* seen missing by this station itself */
    int64_t t_condition_us;
    int64_t t_raised_us;
    int64_t t_cleared_us;
    int64_t data_age_us;
    char *ack_who;
    char *ack_reason;
    int64_t ack_us;
    Vicu__Answer answer;
    Vicu__NotActionable because; /* not actionable: why, NONE = in words */
    int64_t watch_until_us;
    unsigned lapses;      /* how often a time to watch it was over while it stood */
    unsigned similar_24h; /* earlier ones of its rule on its bed, as of the raise */
    unsigned similar_72h;
    bool similar_at_least;              /* there may have been more */
    DashEarlier past[DASH_EARLIER_MAX]; /* the newest of them, newest first */
    unsigned n_past;
    Vicu__Origin origin;
    bool derived;       /* an input of it was derived, not measured */
    unsigned count;     /* occurrences */
    unsigned reminders; /* told again so often */
    unsigned merged;    /* others of the same cause, which stand with it */
    bool spoken_for;    /* another one of the same cause stands for it */
    bool audio_paused;  /* by people, until signal_until_us */
    int64_t signal_until_us;
    char *evidence; /* "MAP 38 mm[Hg], HR not known": its inputs as the rule saw them */
    char *inputs;   /* "|MAP|HR|" */
    unsigned rule_version;
    DashBecause *because_of;
} DashAlarm;

typedef struct {
    char *bed; /* full id */
    char *text;
    char *who;
    int64_t t_us;
} DashHandoverLine;

typedef struct {
    char *id;
    char *place; /* "site/unit" or "site" */
    char *from;
    char *to;
    Vicu__HandoverState state;
    int64_t begun_us;
    int64_t ended_us;
    DashHandoverLine *line;
    unsigned n_lines;
    int64_t from_signed_us; /* 0 = not yet */
    int64_t to_signed_us;
} DashHandover;

#define DASH_HANDOVERS_MAX 256

DashModel *dash_model_new(void);
void dash_model_free(DashModel *self);
/* It shows a past time: what was imported is of it, as everything else is. */
void dash_model_set_past(DashModel *self);

/* A batch that came at @now_us from @sender (16 bytes) in its @epoch. */
void dash_model_take_batch(DashModel *self,
                           const Vicu__Batch *batch,
                           const uint8_t *sender,
                           uint64_t epoch,
                           int64_t now_us);

/* Numerics and symbols that were measured earlier and are known from elsewhere than the live link:
 * only of beds that are there, only from after their last change of presence, never over what is
 * newer; no bed has spoken by that. */
void dash_model_take_known(DashModel *self, const Vicu__Batch *batch, int64_t now_us);

/* State from its owner. _begin_snapshot() forgets what stood before, at the
 * first message of a snapshot. */
void dash_model_begin_snapshot(DashModel *self);
void dash_model_take_state(DashModel *self, const Vicu__StateItem *item, int64_t now_us);

/* The store's record of alarms: those of @events that are of them, all there are from @from_us
 * on. */
void dash_model_take_alarms(DashModel *self, Vicu__Event *const *events, size_t n, int64_t from_us);
/* The alarms of the last days, as far as they are known. */
DashBurden *dash_model_burden(const DashModel *self);
/* How much work the alarms are for @staff people on shift (1 unless it was set); judged anew each
 * second and when something changed. NULL: the record of alarms was never asked for. */
void dash_model_set_staff(DashModel *self, unsigned staff);
const DashMeter *dash_model_meter(const DashModel *self, int64_t now_us);

#define DASH_HUB_BLIND        "hub-blind"        /* no data reach this station */
#define DASH_RULES_BLIND      "rules-blind"      /* nobody tells it of alarms */
#define DASH_UNPROVEN         "unproven"         /* test alarms do not come to it */
#define DASH_ESCALATION_BLIND "escalation-blind" /* nobody tells it how far help is */
#define DASH_PICTURES_BEHIND  "pictures-behind"  /* late, or with holes */

/* Something this station itself sees missing. */
void dash_model_set_local(DashModel *self,
                          const char *cause,
                          Vicu__Priority priority,
                          const char *text,
                          bool standing,
                          int64_t now_us);

/* Beds in natural order of their ids (2 before 10). */
size_t dash_model_n_beds(const DashModel *self);
const DashBed *dash_model_bed(const DashModel *self, size_t index);
/* A full id, or a tail of one that only one bed has; NULL when none or several. */
const DashBed *dash_model_find_bed(const DashModel *self, const char *name);

/* Standing alarms, of those with one cause the one that speaks for the others, worst first:
 * priority, unanswered before answered, then the newest. */
size_t dash_model_n_alarms(const DashModel *self);
const DashAlarm *dash_model_alarm(const DashModel *self, size_t rank);
const DashAlarm *dash_model_find_alarm(const DashModel *self, const char *id);
/* The worst standing alarm of @bed, NULL = none. */
const DashAlarm *dash_model_worst(const DashModel *self, const DashBed *bed);

/* Handovers, the newest first. */
size_t dash_model_n_handovers(const DashModel *self);
const DashHandover *dash_model_handover(const DashModel *self, size_t index);
/* The open one of @place, else the newest one there; NULL = none. */
const DashHandover *dash_model_handover_of(const DashModel *self, const char *place);
/* NULL = none. */
const DashHandoverLine *dash_handover_line(const DashHandover *handover, const char *bed);

/* Whether alarms are heard, of all annunciators the worst. */
typedef enum {
    DASH_SOUND_UNKNOWN, /* the rules are silent, or have not told yet */
    DASH_SOUND_NONE,    /* no annunciator runs */
    DASH_SOUND_ON,
    DASH_SOUND_FILE, /* one sounds into a file: nobody hears it */
    DASH_SOUND_LOST, /* one is silent, or has said why it is not heard */
} DashSound;
#define DASH_OUTLETS_MAX 256
DashSound dash_model_sound(const DashModel *self);

/* Whether it is known how far help is. */
typedef enum {
    DASH_HELP_UNHEARD,     /* escalation was never heard here */
    DASH_HELP_SILENT,      /* it was heard, and is silent: DASH_ESCALATION_BLIND stands */
    DASH_HELP_RULES_BLIND, /* it is heard, and hears of no alarms itself */
    DASH_HELP_NO_ROSTER,   /* it is heard, and has nobody to call */
    DASH_HELP_KNOWN,
} DashHelp;
#define DASH_ESCALATIONS_MAX 2048
DashHelp dash_model_help(const DashModel *self);
/* It is of escalation: whether alarms are known does not follow from it. */
bool dash_model_is_of_help(const Vicu__StateItem *item);
/* A snapshot of escalation begins; its items come by _take_state(). */
void dash_model_begin_help(DashModel *self);
/* What became of @alarm (its id): of its @n escalations the one that stands, else that which began
 * last; NULL = none. At times before 1970 and after 2100 stands 0. Borrowed until state is taken.
 */
const Vicu__Escalation *
dash_model_escalation(const DashModel *self, const char *alarm, unsigned *n);

/* Counts what was taken, for the mark that moves only when data come. */
uint64_t dash_model_batches(const DashModel *self);
int64_t dash_model_newest_us(const DashModel *self);  /* data time */
int64_t dash_model_arrived_us(const DashModel *self); /* arrival of the newest batch */
unsigned dash_model_left_out(const DashModel *self);
bool dash_model_has_state(const DashModel *self);
const char *dash_model_set_hash(const DashModel *self); /* of the rules in force; "" */
const char *dash_model_pack(const DashModel *self);     /* "adult-icu 1", "" = not told */

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashModel, dash_model_free)

G_END_DECLS

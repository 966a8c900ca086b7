/* Inside of the ward: its beds and senders. For ward*.c and desk*.c only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "proto/signals.h"
#include "rules/claims.h"
#include "rules/engine/engine.h"
#include "rules/late.h"
#include "rules/outbox.h"
#include "rules/outlets.h"
#include "rules/past.h"
#include "rules/presence.h"
#include "rules/proofs.h"
#include "rules/rhythm/rhythm.h"
#include "rules/ward.h"

G_BEGIN_DECLS

#define NO_DATA "No data from this bed"
/* Cause of the alarm when two senders feed one stream. */
#define CONTESTED "stream-claimed-twice"
#define STRAYS    "Data still come from this bed, and nothing of them is judged: it is discharged"

#define RULES_SENDER_LIVE_US (3 * (int64_t)G_USEC_PER_SEC)
#define RULES_LATE_MAX_US    (5 * (int64_t)G_USEC_PER_SEC) /* the most lateness allowed: design S4 */
#define RULES_LAG_US                                                                               \
    (60 * (int64_t)G_USEC_PER_SEC) /* a lag is remembered for one or two of these */
#define RULES_BACKLOG_US       (24 * 3600 * (int64_t)G_USEC_PER_SEC) /* what is older is not judged */
#define RULES_FUTURE_US        (60 * (int64_t)G_USEC_PER_SEC)
#define RULES_TIME_MAX_US      ((int64_t)1 << 60) /* no difference of two of them overflows */
#define RULES_OVERFLOW_US      (600 * (int64_t)G_USEC_PER_SEC) /* the alarm stands after the last */
#define RULES_ENDED_KEEP_US    (600 * (int64_t)G_USEC_PER_SEC) /* an ended alarm stays listed */
#define RULES_SEGMENTS_MAX     8192
#define RULES_SENDER_BEDS_MAX  2048
#define RULES_OBSERVATIONS_MAX 256 /* of one bed, newest kept in state */
#define RULES_LATENCIES        1024
#define RULES_EXPECTED_MAX     64  /* inputs of a profile */
#define RULES_TEXT_MAX         512 /* of what a person types */
#define RULES_NOTES_MAX        64  /* notes and promises of one bed */
#define RULES_NOTE_BYTES       500
#define RULES_LINE_BYTES       300 /* of a bed in a handover */
#define RULES_HANDOVERS_KEPT   14  /* of one unit or site */
#define RULES_OUTLET_KINDS     4
#define RULES_COUNT_US         (60 * (int64_t)G_USEC_PER_SEC) /* alarms of late are counted so often */

typedef struct WardBed WardBed;
typedef struct WardSender WardSender;

typedef struct {
    WardBed *bed;
    RulesRhythmStream stream;
    uint64_t epoch;
    Vicu__Origin origin;
    bool wave;
    bool sound; /* rate and gain can be used */
} WardSegment;

struct WardSender {
    VicuSenderId id;
    char *name;
    int64_t heard_us;   /* mono */
    int64_t reached_us; /* event time: end of its newest tick */
    uint64_t epoch;
    GHashTable *segments; /* (epoch ^ id) -> WardSegment */
    GPtrArray *beds;
    unsigned fetching; /* holes of it that are being asked for */
    bool silent;       /* technical alarm stands */
    bool judged; /* the record agrees with `silent`: not before the first look after a start */
};

typedef struct {
    char *key;
    GBytes *packed;
    int64_t t_us;
    uint32_t code;
    double value;
    char *symbol;
    int64_t entered_us;
    bool corrected;
} WardObservation;

typedef struct {
    Vicu__Limit message; /* its strings are owned */
} WardLimit;

struct WardBed {
    RulesWard *ward;
    char *id;
    RulesBed *engine;
    RulesRhythm *rhythm;
    RulesPresence presence;
    char *patient, *device_name, *reason, *who;
    Vicu__Origin origin;      /* of its waves, else of its numerics */
    Vicu__Origin wave_origin; /* and of what is derived from them; UNKNOWN: none yet */
    GPtrArray *senders;
    RulesClaims *claims;     /* of its streams, by WardSender */
    int64_t contested_us;    /* UTC: when another sender's data were refused last */
    bool contested;          /* alarm: two senders feed one stream */
    GHashTable *newest;      /* code and channel -> time of the newest value */
    GHashTable *device;      /* code -> time of the newest value that is not ours */
    GHashTable *limits;      /* name -> WardLimit: those that differ from the set's */
    GPtrArray *required;     /* names of inputs: the profile */
    GPtrArray *ended;        /* whose expectation somebody ended, until they come again */
    GPtrArray *observations; /* WardObservation, oldest first */
    GPtrArray *notes;        /* Vicu__Note, oldest first */
    RulesPast *past;         /* alarms that ended in the last 72 h */
    char *owner, *seen_by;   /* who looks after it, and saw it last; NULL: nobody */
    int64_t owned_us, seen_us;
    GHashTable *seen;       /* who -> mono: when they saw it; NULL: nobody did */
    Vicu__AlarmCount count; /* of the last 12 h, as it was told */
    Vicu__AlarmCount fresh_count;
    bool counted;         /* since the start, or since the bed had its patient */
    GPtrArray *changed;   /* ids of alarms whose rule means something else by now */
    uint64_t changed_at;  /* instants judged when it did */
    RulesLate *late;      /* what came behind the watermark */
    int64_t lag_us[2];    /* how far its slowest stream is behind its sender: now, before */
    int64_t lag_since_us; /* mono */
    int64_t watermark_us;
    int64_t restored_us; /* a snapshot brought it here; INT64_MIN: none did */
    int64_t saved_us;    /* UTC of that snapshot */
    bool dirty;          /* what state says of it changed */
    bool suppressed;     /* a technical alarm was held back during an absence */
    bool strays;         /* alarm: data although discharged */
};

struct RulesWard {
    RulesSet *set;
    RulesWardSettings settings;
    RulesWardOps ops;
    gpointer data;
    RulesEngine *engine;
    RulesEngine *shadows; /* where late data are judged: late.h */
    WardBed *judging;     /* whose late data are judged now; NULL: nobody's */
    RulesAlarms *found;   /* what they would have raised; while judging */
    int64_t *cleared_us;  /* by rule: when one that stood before ended; while judging */
    guint next_late;      /* of save_order: who is looked at next */
    GPtrArray *before;    /* RulesEngine of the sets before, whose snapshots may be there */
    RulesAlarms *alarms;
    RulesOutbox *outbox;
    GHashTable *beds;         /* id -> WardBed */
    GHashTable *of_units;     /* "site/unit/NAME" -> WardLimit */
    GPtrArray *handovers;     /* Vicu__Handover, oldest first */
    GHashTable *senders;      /* VicuSenderId -> WardSender */
    GHashTable *overflows;    /* name of a process -> mono: when its spool gave data up last */
    GHashTable *reporters;    /* bed and cause of a local alarm -> names of keys that see it */
    const VicuPeople *people; /* NULL: keys act; borrowed */
    char *keys_act;
    RulesOutlets *outlets;                    /* where alarms reach people */
    char *outlet_trouble[RULES_OUTLET_KINDS]; /* as it was told; NULL: none */
    bool outlets_told;                        /* the record agrees with it */
    RulesProofs *proofs;                      /* test alarms */
    char *proof_trouble[2];                   /* as outlet_trouble: not back, not come */
    bool proofs_told;
    int64_t proofs_looked_us;
    GHashTable *emergencies; /* key -> emergency access: desk-emergency.c */
    uint32_t code_qrs, code_abp_beat, code_pleth_beat, code_lead;
    bool uses_events; /* the set reads beats: the watermark waits for the detectors */
    VicuWatchLevel hub;
    bool hub_alarm;
    bool restoring;
    bool catching_up;
    GPtrArray *save_order; /* WardBed, the next one to be saved at save_next */
    guint save_next;
    int64_t decided_us; /* event time judged up to before the restart */
    int64_t started_mono_us;
    int64_t level_since_us; /* mono; 0: not level */
    int64_t tick_us;        /* mono of the last tick */
    int64_t second_us;      /* mono of the last slow work */
    int64_t counted_us;     /* mono: when alarms of late were counted last; 0: never */
    int64_t now_us;         /* of the call under way, for callbacks */
    int64_t batch_us;       /* end of the tick whose values come; 0: they come by themselves */
    RulesWardFigures figures;
    int64_t latency_us[RULES_LATENCIES];
    uint64_t n_latencies;
};

/* ward.c */
bool rules_ward_is_bed_id(const char *id);
WardBed *rules_ward_bed(RulesWard *self, const char *id);                       /* NULL: none */
WardBed *rules_ward_make_bed(RulesWard *self, const char *id, int64_t mono_us); /* NULL: refused */
void rules_ward_bed_local(
    WardBed *bed, const char *cause, RulesPriority priority, const char *text, bool standing);
void rules_ward_reset_bed(WardBed *bed, const char *why, bool forget);
void rules_ward_reassert(WardBed *bed);
void rules_ward_presence(WardBed *bed, unsigned change);
/* Whether the set reads beats. */
void rules_ward_look_at_events(RulesWard *self);

/* ward-state.c */
void rules_ward_publish_bed(WardBed *bed);
void rules_ward_publish_limits(WardBed *bed);
void rules_ward_publish_of_units(RulesWard *self);
void rules_ward_publish_engine(RulesWard *self);
void rules_ward_put(
    RulesWard *self, Vicu__Subject subject, const char *key, GBytes *packed, bool lasting);
void rules_ward_drop(RulesWard *self, Vicu__Subject subject, const char *key, bool lasting);
void rules_ward_audit(RulesWard *self,
                      const char *who,
                      bool person,
                      const char *role,
                      const char *what,
                      const WardBed *bed,
                      const char *from,
                      const char *why,
                      const char *detail);
/* What the record of alarms calls; @user is the ward. */
void rules_ward_on_alarm(const RulesAlarm *alarm, void *user);
void rules_ward_on_pause(const RulesPause *pause, RulesPauseChange change, void *user);

/* ward-restart.c */
/* Engine and record must agree once we are level: an alarm that only the engine
 * knows would never be told again, so that bed's rules begin afresh. */
void rules_ward_reconcile(RulesWard *self);

/* Of a rule that cannot be judged, not of its condition: the id holds which. */
bool rules_ward_is_own_technical(const RulesAlarm *alarm);

/* ward-rules.c */
/* The alarm's rule means something else than when it was raised. */
bool rules_ward_is_changed(const RulesWard *self, const RulesAlarm *alarm);
/* Alarms of rules that are gone end; those of changed rules end once these have decided. */
void rules_ward_look_for_changes(RulesWard *self);
/* Before the engine's word on @t counts: what a changed rule raised before ends. */
void rules_ward_end_changed(WardBed *bed, const RulesTransition *t);
/* After an advance: a changed rule has decided that its condition does not hold. */
void rules_ward_settle_changed(WardBed *bed);

/* ward-snapshot.c */
/* The limits that people set, once more: they are the journal's. */
void rules_ward_set_limits(WardBed *bed);

/* overflow.c */
void rules_overflow_restore(RulesWard *self, const RulesAlarm *alarm, int64_t mono_us);
void rules_overflow_tick(RulesWard *self, int64_t mono_us);

/* ward-feed.c */
WardSender *rules_ward_sender_new(const VicuSenderId *id, const char *name, int64_t mono_us);
void rules_ward_sender_free(gpointer sender);
bool rules_ward_has_live_sender(const WardBed *bed, int64_t mono_us);
/* The bed that @sender feeds from now on; NULL: refused. */
WardBed *rules_ward_bed_of(RulesWard *self, WardSender *sender, const char *id, int64_t mono_us);
/* Data of a stream that another sender feeds are refused, and told: two monitors that
 * say they are one bed must not become one patient. */
bool
rules_ward_belongs(WardBed *bed, WardSender *sender, uint32_t code, uint32_t channel, int64_t t_us);
/* Gives one value to the engine; a late one is laid aside. */
void
rules_ward_value(WardBed *bed, const RulesSample *sample, uint32_t channel, const char *symbol);

/* ward-late.c */
/* Gives it to the engine, and keeps what the engine takes. */
RulesFate rules_ward_offer(WardBed *bed, const RulesLateInput *input);
/* It came behind the watermark. */
void rules_ward_lay_aside(WardBed *bed, const RulesLateInput *input);
/* Values, windows and states no longer follow from what came before; late data stay. */
void rules_ward_break_past(WardBed *bed);
/* The bed began afresh at @t_us. */
void rules_ward_begin_past(WardBed *bed, int64_t t_us);
/* A value came @lag_us after the time that its sender had reached. */
void rules_ward_note_lag(WardBed *bed, int64_t lag_us);
/* How far behind its sender the bed is judged. */
int64_t rules_ward_lateness(const WardBed *bed);
void rules_ward_late_tick(RulesWard *self, int64_t mono_us);

/* ward-waves.c */
void rules_ward_take_segment(
    RulesWard *self, WardSender *sender, uint64_t epoch, const Vicu__Segment *s, int64_t mono_us);
void rules_ward_take_wave(
    RulesWard *self, WardSender *sender, uint64_t epoch, const Vicu__Wave *w, int64_t mono_us);

/* ward-rhythm.c: what rules_rhythm_tick() calls; @bed is a WardBed. */
void rules_ward_on_rhythm(const RulesRhythmOut *out, gpointer bed);

/* ward-judge.c */
void rules_ward_advance(WardBed *bed, int64_t mono_us);
/* Judges the bed up to @t_us, without the detectors. */
void rules_ward_settle(WardBed *bed, int64_t t_us);

/* From 1970 to RULES_TIME_MAX_US; what has another time is no sample of this ward. */
static inline bool
rules_ward_is_time(int64_t t_us)
{
    return t_us > 0 && t_us < RULES_TIME_MAX_US;
}

/* desk*.c */
/* The profile, and expectations that were ended, into the engine: it is another one, or begins
 * afresh. */
void rules_desk_expect(WardBed *bed);
/* What came again since its expectation was ended is expected again. Each second. */
void rules_desk_look_at_ended(WardBed *bed);
void rules_desk_expire(WardBed *bed, int64_t now_us);
void rules_desk_restore_observation(WardBed *bed,
                                    const char *key,
                                    const Vicu__Observation *o,
                                    GBytes *packed);
/* The set changed: a limit that it does not have, or not in that range, ends. */
void rules_desk_adopt_limits(WardBed *bed);
void rules_desk_restore_limit(WardBed *bed, const Vicu__Limit *limit);
/* After a restart: what stands and was entered after @since_us is judged again. */
void rules_desk_judge_observations(WardBed *bed, int64_t since_us);
/* What the record keeps of a raise; @user is the ward. */
GBytes *rules_desk_explanation(const RulesTransition *transition, void *user);
/* Earlier alarms like it, for the record of a raise; @user is the ward. */
GBytes *rules_desk_similar(const char *bed, const char *rule, void *user);
/* It ended: the bed remembers it. */
void rules_desk_remember(RulesWard *self, const RulesAlarm *alarm);
void rules_desk_restore_past(WardBed *bed, const Vicu__PastAlarm *past);
/* Those raised before @before_us are dropped; INT64_MAX: all. */
void rules_desk_forget_past(WardBed *bed, int64_t before_us);
/* What each bed had in the last 12 h; what changed is told. */
void rules_desk_count_alarms(RulesWard *self);
/* Those whose time is over become overdue. Each second. */
void rules_desk_look_at_promises(WardBed *bed);
void rules_desk_restore_note(WardBed *bed, const Vicu__Note *note);
void rules_desk_publish_notes(WardBed *bed);
/* NULL: nobody has it or saw it. */
GBytes *rules_desk_care(const WardBed *bed);
void rules_desk_publish_care(WardBed *bed, bool lasting);
void rules_desk_restore_care(WardBed *bed, const Vicu__Care *care);
void rules_desk_restore_handover(RulesWard *self, const Vicu__Handover *handover);
void rules_desk_publish_handovers(RulesWard *self);
/* What changed of an outlet; @user is the ward. */
void rules_desk_on_outlet(const Vicu__Outlet *outlet, bool gone, gpointer user);
/* Each tick: who is silent is missed. */
void rules_desk_look_at_outlets(RulesWard *self, int64_t mono_us);
/* desk-emergency.c */
GHashTable *rules_desk_new_emergencies(void);
void rules_desk_look_at_emergencies(RulesWard *self, int64_t mono_us);
void rules_desk_publish_outlets(RulesWard *self);

/* ---- desk-proofs.c ---- */

/* The bed was judged; its sender has reached @reached_us. */
void rules_desk_prove(WardBed *bed, int64_t reached_us, int64_t mono_us);
/* No test alarm is expected of the bed now. */
void rules_desk_no_proof(WardBed *bed);
void rules_desk_look_at_proofs(RulesWard *self, int64_t mono_us);
void rules_desk_free_limit(gpointer limit);
/* What somebody set for the bed, else for its unit; NULL: the set's own value stands. */
const Vicu__Limit *rules_desk_limit(const WardBed *bed, const char *name);
/* The value in force of the limit that @info is. */
double rules_desk_limit_value(const WardBed *bed, const RulesLimitInfo *info);
/* From @t_us on limit @name of @bed is @value: to the engine, and into the record (event
 * "limit-set"), so that a replay judges by the limits of the time. */
void rules_desk_put_limit(WardBed *bed, const char *name, double value, int64_t t_us);
void rules_desk_restore_unit_limit(RulesWard *self, const Vicu__Limit *limit);
void rules_desk_expire_of_units(RulesWard *self);
/* The set changed, as above. */
void rules_desk_adopt_of_units(RulesWard *self);
/* A bed without a past: its unit's limits count from now on. */
void rules_desk_begin_limits(WardBed *bed);
void rules_desk_free_observation(gpointer observation);
void rules_desk_adt(
    RulesWard *self, const Vicu__Event *event, const char *name, int64_t now_us, int64_t mono_us);

G_END_DECLS

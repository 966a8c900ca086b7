/* Ward: all beds, from the feed's batches to alarms, scores and derived values.
 *
 * Pure: batches, heartbeats, commands and both clocks come in as arguments;
 * what changed goes out through ops (items of state) and take_batch() (what is
 * sent on to hub and store). It opens no socket and no file, so that the same
 * code runs in the simulator. One thread.
 *
 * A bed's watermark is the newest time of its slowest live sender less the
 * allowed lateness. A sender silent for 3 s no longer holds it back; when all
 * are silent it goes on by our own clock, 3 s behind, so that what stood still
 * expires. @now_us UTC, @mono_us BOOTTIME.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/feed.h"
#include "common/people.h"
#include "common/watch.h"
#include "common/wire.h"
#include "rules/engine/alarm.h"
#include "rules/language/set.h"

G_BEGIN_DECLS

typedef struct RulesWard RulesWard;

enum { RULES_WARD_LATE_FULL = 1 << 19, RULES_WARD_LATE_MAX = 1 << 20 };

typedef struct {
    int64_t lateness_us; /* allowed behind a bed's slowest sender */
    size_t max_beds;
} RulesWardSettings;

typedef struct {
    /* One item changed. Where @lasting, it has to be in the journal before it
     * is published; SUBJECT_PAST is for the journal alone. @packed: a StateItem, borrowed. */
    void (*item)(Vicu__Subject subject,
                 const char *key,
                 GBytes *packed,
                 bool removed,
                 bool lasting,
                 gpointer data);
} RulesWardOps;

typedef struct {
    uint64_t batches;
    uint64_t samples;  /* of waves */
    uint64_t numerics; /* and symbols */
    uint64_t late;     /* values behind the watermark, judged apart */
    uint64_t backlog;  /* a day late, of another beginning, or no room: not judged */
    uint64_t future;   /* times more than a minute ahead of our clock: left */
    uint64_t unknown_segments;
    uint64_t contested; /* waves and values refused: another sender feeds that stream */
    uint64_t gaps;      /* runs of batches that never came */
    uint64_t filled;    /* runs of batches that came from the store */
    uint64_t refused_beds;
    uint64_t alarms_raised;
    uint64_t rhythms_confirmed; /* life-threatening ones, and those told again */
    uint64_t rhythms_vetoed;    /* not confirmed: pulses are there */
    uint64_t passes;            /* over late data */
    uint64_t missed;            /* alarms that began and ended while their data were delayed */
    uint64_t derived;
    uint64_t instants;
    size_t beds;
    size_t senders;
    size_t alarms_live;
} RulesWardFigures;

RulesWard *rules_ward_new(RulesSet *set,
                          const RulesWardSettings *settings,
                          const RulesWardOps *ops,
                          gpointer data,
                          int64_t now_us,
                          int64_t mono_us);
void rules_ward_free(RulesWard *self);

/* From the journal, at start and before anything else; then once restored(),
 * which publishes all that stands. */
void rules_ward_restore(RulesWard *self, const Vicu__StateItem *item, int64_t mono_us);
/* The engine's state of one bed as bytes, each bed in turn; NULL when none is
 * judged. @id is the bed's, borrowed. */
GBytes *rules_ward_save_next(RulesWard *self, const char **id);
/* And back: between restore() and restored(), with @decided_us from the journal,
 * event time up to which transitions were told. Then the feed has to be replayed
 * from before the oldest one. FALSE: damaged, or of another set; then what stood
 * goes on without it. */
bool rules_ward_load(RulesWard *self, const uint8_t *bytes, size_t size, int64_t decided_us);
void rules_ward_restored(RulesWard *self, int64_t now_us, int64_t mono_us);

/* Between new() and load(): a set that was in force before. A snapshot of it is taken over
 * into the ward's own. */
void rules_ward_before(RulesWard *self, RulesSet *set);

/* --- the rules --- */

/* From now on @set is in force. What both sets know goes on (rules/engine/adopt.h); alarms of
 * rules that are gone end ("rule withdrawn"), those of rules that mean something else stand until
 * the new version has decided and end then ("rule changed"). */
void rules_ward_adopt(RulesWard *self, RulesSet *set, int64_t now_us);

/* --- the feed --- */
void rules_ward_batch(RulesWard *self,
                      const VicuSenderId *sender,
                      const char *name,
                      uint64_t epoch,
                      const Vicu__Batch *batch,
                      int64_t now_us,
                      int64_t mono_us);
void rules_ward_heartbeat(RulesWard *self,
                          const VicuSenderId *sender,
                          const char *name,
                          const Vicu__Heartbeat *heartbeat,
                          int64_t now_us,
                          int64_t mono_us);
/* Batches that never came, and that nobody has. */
void rules_ward_gap(RulesWard *self, const VicuFeedGap *gap, int64_t now_us);
/* Batches that did not come by the feed, and that the store had: rules_ward_fetched(). */
void
rules_ward_gap_filled(RulesWard *self, const VicuFeedGap *gap, uint64_t batches, int64_t now_us);
/* What the store still had of a hole, in the order of its time: numerics and symbols of it are
 * judged apart. */
void rules_ward_fetched(RulesWard *self,
                        const VicuSenderId *sender,
                        const Vicu__Batch *batch,
                        int64_t now_us,
                        int64_t mono_us);
/* A hole of this sender is being asked for, or no longer: its late data wait for one another. */
void rules_ward_fetching(RulesWard *self, const VicuSenderId *sender, bool begins);
/* Late values that wait to be judged; who has more of them waits above RULES_WARD_LATE_FULL. */
size_t rules_ward_late_waiting(const RulesWard *self);
/* The spool of the process of that name gave data up; batches say so by themselves
 * (event "spool-overflow"). The alarm stands until nothing was given up for 10 min. */
void rules_ward_overflow(RulesWard *self, const char *name, int64_t now_us, int64_t mono_us);
/* How long the hub itself has been silent. */
void rules_ward_hub(RulesWard *self, VicuWatchLevel level, int64_t now_us, int64_t mono_us);

/* Each 100 ms. More than a second between two calls is our own stall: nobody
 * else is blamed for it. */
void rules_ward_tick(RulesWard *self, int64_t now_us, int64_t mono_us);

/* --- people --- */
typedef struct {
    bool ok;
    char *text;   /* for a person */
    char *detail; /* JSON, or NULL */
} RulesAnswer;

/* Who shows a proof is asked of @people (borrowed, outlives the ward) from now on. @keys_act: roles
 * of keys that need no person once accounts exist ("operator dashboard"); copied. */
void rules_ward_people(RulesWard *self, const VicuPeople *people, const char *keys_act);
/* @peer, @role: of the key that sent it. Acts, and gives the answer to be
 * journaled and sent; rules_answer_clear() frees it. */
void rules_ward_command(RulesWard *self,
                        const Vicu__Command *command,
                        const char *peer,
                        const char *role,
                        int64_t now_us,
                        int64_t mono_us,
                        RulesAnswer *answer);
void rules_answer_clear(RulesAnswer *answer);

/* Something that this process sees missing itself ("journal-damaged"). */
void rules_ward_local(RulesWard *self,
                      const char *cause,
                      Vicu__Priority priority,
                      const char *text,
                      bool standing,
                      int64_t now_us);

/* An act of the rules themselves, for the audit. */
void rules_ward_note(
    RulesWard *self, const char *what, const char *why, const char *detail, int64_t now_us);

/* A record about this process itself goes with the next batch; copied. */
void rules_ward_tell(RulesWard *self, const Vicu__AuditRecord *record);

/* --- out --- */
/* What has to be sent since the last call, packed; NULL: nothing. */
GBytes *rules_ward_take_batch(RulesWard *self, int64_t now_us);
/* Event time decided up to, over all beds that are fed; 0: none. */
int64_t rules_ward_watermark(const RulesWard *self);
bool rules_ward_is_catching_up(const RulesWard *self);
void rules_ward_figures(const RulesWard *self, RulesWardFigures *figures);
/* Decision less the instant at which the rule's own delay was over, of the
 * last raises; quantile 0.5 and 0.99. 0 when there was none. */
int64_t rules_ward_latency_us(const RulesWard *self, double quantile);
RulesAlarms *rules_ward_alarms(RulesWard *self);

/* Every lasting item, for the journal's compaction. */
typedef void (*RulesWardItem)(GBytes *packed, gpointer user);
void rules_ward_foreach_lasting(const RulesWard *self, RulesWardItem func, gpointer user);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesWard, rules_ward_free)

G_END_DECLS

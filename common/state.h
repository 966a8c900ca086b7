/* state: what stands now, with one owner and any number of subscribers.
 *
 * Two pure machines. The owner keeps the packed StateItem of each standing key
 * and a ring of the last changes. A subscriber asks, gets the snapshot of all
 * that stands at one sequence number, then each change after it; it acks, and
 * the owner sends no further ahead than a window. One that falls out of the
 * ring is given a snapshot again: nothing is queued for the slow. A hole in the
 * sequence, a new incarnation of the owner or a beat that is ahead makes the
 * subscriber ask again. So a late joiner knows every standing alarm.
 *
 * Commands go the other way under an idempotency key and are acted on once;
 * the owner journals before it answers, and keeps its answers.
 *
 * The owner journals; this machine does not. One thread. @mono_us is BOOTTIME.
 * Call nothing of the same machine from within a callback.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/state-view.h"
#include "common/watch.h"
#include "proto/envelope.pb-c.h"
#include "proto/state.pb-c.h"

G_BEGIN_DECLS

#define VICU_STATE_RING      4096u /* changes kept for subscribers that lag */
#define VICU_STATE_WINDOW    256u  /* changes under way to one subscriber, unacknowledged */
#define VICU_STATE_CHUNK     64u   /* items in one message */
#define VICU_STATE_ANSWERS   4096u /* commands whose answer is kept */
#define VICU_STATE_BEAT_US   (G_USEC_PER_SEC)
#define VICU_STATE_EXPIRE_US (30 * G_USEC_PER_SEC) /* a subscriber this silent is dropped */

/* One message as the machines see it. `items` are packed StateItems. */
typedef struct {
    Vicu__Kind kind;
    uint64_t incarnation; /* the envelope's epoch */
    uint64_t sequence; /* SNAPSHOT, UPDATE: after these; ACK, SUBSCRIBE: last one seen; BEAT: sent
                          to you */
    uint64_t after;    /* UPDATE: the sequence told before; SNAPSHOT: items sent before */
    bool last;         /* SNAPSHOT */
    GBytes *const *items;
    size_t n_items;
    const Vicu__Subject *subject; /* SUBSCRIBE; none = all */
    size_t n_subject;
    const char *name;     /* SUBSCRIBE */
    GBytes *proof;        /* SUBSCRIBE: of a person; NULL: none */
    uint64_t at;          /* BEAT: the owner's newest sequence */
    int64_t watermark_us; /* BEAT */
    bool catching_up;
    const char *account; /* BEAT: whom it is told for; "": the key */
    uint32_t untold;     /* BEAT: beds that this person is not told of */
    const char *refused; /* BEAT: why the proof is not believed; "": it is, or there is none */
    const char *key;     /* COMMAND, RESULT */
    GBytes *body;        /* COMMAND: packed Command; RESULT: packed CommandResult */
} VicuStateMessage;

/* ---- owner ---- */

typedef struct VicuStateOwner VicuStateOwner;

typedef struct {
    /* @route is what receive() was given. False: the peer takes no more now. */
    bool (*send)(GBytes *route, const VicuStateMessage *message, gpointer data);
    /* What the person who shows @proof through the connection @route may see; NULL: everything.
     * May be NULL: proofs are not looked at. */
    VicuStateView *(*view)(GBytes *route, GBytes *proof, gpointer data);
    /* The same again, each second: rights and sessions end. */
    VicuStateView *(*view_again)(const VicuStateView *view, gpointer data);
    /* vicu_state_place() of a packed item. May be NULL where there is no view(). */
    char *(*place)(Vicu__Subject subject, const char *key, GBytes *packed, gpointer data);
    /* A packed StateItem with `removed`; as place(). */
    GBytes *(*removal)(Vicu__Subject subject, const char *key, gpointer data);
} VicuStateOwnerOps;

typedef enum {
    VICU_STATE_ACT,      /* new: act, journal, then vicu_state_owner_answer() */
    VICU_STATE_WAIT,     /* the same command is being acted on: will be answered */
    VICU_STATE_ANSWERED, /* was acted on before: the old answer was sent */
    VICU_STATE_REFUSED, /* the key was used for another command, is empty or above 128 bytes, or too
                         * many commands wait: do not act; answer this route with a refusal */
} VicuStateFate;

typedef struct {
    uint64_t sequence;
    size_t items;
    size_t subscribers;
    uint64_t snapshots;
    uint64_t resyncs; /* subscribers that fell out of the ring */
    uint64_t expired;
    uint64_t commands;
    uint64_t repeats;
} VicuStateOwnerFigures;

/* @incarnation: not 0, larger at each start of this owner (UTC of the start
 * will do where the journal has no counter). @max_subscribers bounds memory. */
VicuStateOwner *vicu_state_owner_new(uint64_t incarnation,
                                     size_t max_subscribers,
                                     const VicuStateOwnerOps *ops,
                                     gpointer data);
void vicu_state_owner_free(VicuStateOwner *self);

/* After it is journaled. @packed: a packed StateItem with this subject and key. */
void
vicu_state_owner_set(VicuStateOwner *self, Vicu__Subject subject, const char *key, GBytes *packed);
/* @packed: a StateItem with `removed`. Unknown key: nothing happens. */
void vicu_state_owner_remove(VicuStateOwner *self,
                             Vicu__Subject subject,
                             const char *key,
                             GBytes *packed);

/* SUBSCRIBE and ACK. False: not for this machine, or too many subscribers. */
bool vicu_state_owner_receive(VicuStateOwner *self,
                              GBytes *route,
                              const VicuStateMessage *message,
                              int64_t mono_us);
/* The peer behind @route is known to be gone: its place is free at once. */
void vicu_state_owner_forget(VicuStateOwner *self, GBytes *route);
/* Sends what windows and sockets allow; after a group of set() calls. */
void vicu_state_owner_flush(VicuStateOwner *self, int64_t mono_us);
/* Flushes, beats each second, drops the silent. At least each 200 ms. */
void vicu_state_owner_tick(VicuStateOwner *self,
                           int64_t watermark_us,
                           bool catching_up,
                           int64_t mono_us);

VicuStateFate vicu_state_owner_command(VicuStateOwner *self,
                                       GBytes *route,
                                       const VicuStateMessage *message,
                                       int64_t mono_us);
/* To one peer alone, and not kept: what became of a command that was REFUSED. */
void vicu_state_owner_refuse(VicuStateOwner *self, GBytes *route, const char *key, GBytes *result);
/* @result: packed CommandResult. Goes to everyone who sent @key. */
void vicu_state_owner_answer(VicuStateOwner *self, const char *key, GBytes *result);
/* From the journal, at start: @command as it was packed, NULL if not kept. */
void vicu_state_owner_restore_answer(VicuStateOwner *self,
                                     const char *key,
                                     GBytes *command,
                                     GBytes *result);
void vicu_state_owner_figures(const VicuStateOwner *self, VicuStateOwnerFigures *figures);

/* ---- subscriber ---- */

typedef struct VicuStateSubscriber VicuStateSubscriber;

typedef struct {
    bool (*send)(const VicuStateMessage *message, gpointer data);
    /* A snapshot begins: items follow, and then level(). What is not among them
     * no longer stands; keep showing the old until level() says so. */
    void (*begin)(gpointer data);
    void (*item)(GBytes *packed, gpointer data);
    /* All that stands at @sequence is known: first after a snapshot, then after
     * each group of updates. */
    void (*level)(uint64_t sequence, gpointer data);
    void (*beat)(int64_t watermark_us, bool catching_up, gpointer data);
    /* The owner's silence, 3, 10, 30 s; and OK again. */
    void (*watch)(VicuWatchLevel level, gpointer data);
    /* @result NULL: no answer in 10 s; whether it was acted on is not known. */
    void (*result)(const char *key, GBytes *result, gpointer data);
    /* May be NULL. With each beat: for whom this is told ("": the key, everything); how many beds
     * that person is not told of; why nobody is believed and no bed is told ("": not so). */
    void (*view)(const char *account, uint32_t untold, const char *refused, gpointer data);
} VicuStateSubscriberOps;

/* Asks at once. @subjects: all when @n is 0. */
VicuStateSubscriber *vicu_state_subscriber_new(const char *name,
                                               const Vicu__Subject *subjects,
                                               size_t n,
                                               const VicuStateSubscriberOps *ops,
                                               gpointer data,
                                               int64_t mono_us);
void vicu_state_subscriber_free(VicuStateSubscriber *self);

/* SNAPSHOT, UPDATE, BEAT and RESULT. */
void vicu_state_subscriber_receive(VicuStateSubscriber *self,
                                   const VicuStateMessage *message,
                                   int64_t mono_us);
/* At least each 200 ms. */
void vicu_state_subscriber_tick(VicuStateSubscriber *self, int64_t mono_us);
/* Repeated each second until answered, for 10 s. @key: fresh and random. */
void vicu_state_subscriber_command(VicuStateSubscriber *self,
                                   const char *key,
                                   GBytes *command,
                                   int64_t mono_us);
/* Asks as the person who shows @proof (NULL: as the key) from now on, also where only the proof is
 * a newer one. */
void vicu_state_subscriber_proof(VicuStateSubscriber *self, GBytes *proof, int64_t mono_us);
VicuWatchLevel vicu_state_subscriber_watch(const VicuStateSubscriber *self);
/* All that stands is known, and the owner is not silent. */
bool vicu_state_subscriber_is_level(const VicuStateSubscriber *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuStateOwner, vicu_state_owner_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuStateSubscriber, vicu_state_subscriber_free)

G_END_DECLS

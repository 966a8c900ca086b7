/* What the files of the simulated world share.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/feed.h"
#include "common/link.h"
#include "common/relay.h"
#include "tests/common/sim-disk.h"
#include "tests/common/sim-net.h"
#include "tests/common/sim-oracle.h"
#include "tests/common/sim-world.h"

G_BEGIN_DECLS

#define SIM_SENDERS 4 /* the last one is a copy of the first, if there is one */
#define SIM_COPY    3
#define SIM_HUB     4
#define SIM_STORE   5
#define SIM_RULES   6
#define SIM_NODES   7
#define SIM_STEP_US 5000

typedef struct SimWorld SimWorld;

/* How this seed is bad. Chances are per million and step. */
typedef struct {
    int senders;
    int64_t fault_us;
    int64_t tick_us;
    int64_t body_min, body_max;
    uint32_t segment_bytes;
    uint64_t spool_bytes;
    int64_t spool_age_us;
    uint32_t credit_bytes;
    size_t memory_bytes;
    int64_t store_sync_us;
    SimNetFaults net;
    uint32_t crash[SIM_NODES];
    uint32_t power_cut; /* of a sender's crashes, per million */
    uint32_t stop;
    uint32_t cut;
    int64_t cut_us;
    uint32_t reconnect;
    uint32_t socket_full;
    uint32_t clock_step;
    uint32_t disk_full;
    uint32_t sync_fails;
    uint32_t slow_sync;
    uint32_t lose_spool;
    int64_t copy_at_us;   /* 0: never */
    int64_t outage_us[2]; /* the store is away from .. to */
    bool senders_refer;
    uint32_t older_hub; /* a hub that starts knows no references, per million */
    uint32_t twisted;   /* the hub holds another body than came, per million */
} SimProfile;

typedef struct {
    SimWorld *world;
    int node;
    bool exists;
    bool up;
    int64_t stopped_until;
    int64_t restart_at;
    VicuSenderId id;
    uint64_t connection;
    SimDisk *disk;
    SimBook *book;
    VicuSpool *spool;
    VicuLinkSender *link;
    VicuSpoolJob *job;
    int64_t job_done_at;
    int64_t dirty_since;
    int64_t append_at;
    int64_t beat_at;
    int64_t tick_at;
    int64_t clock_offset;
    int64_t opened_at;
    bool refused;
} SimSender;

typedef struct {
    bool up;
    int64_t stopped_until;
    int64_t restart_at;
    int64_t tick_at;
    VicuRelay *relay;
    VicuFeedMemory *memory;
    VicuFeedMemory *bodies; /* that references name */
    bool refers;            /* it is of today */
} SimHub;

typedef struct {
    bool up;
    int64_t stopped_until;
    int64_t restart_at;
    int64_t tick_at;
    VicuLinkReceiver *receiver;
    uint64_t ticket; /* newest handed out */
    guint syncing;   /* writes in the sync under way */
    uint64_t syncing_ticket;
    int64_t sync_done_at;
} SimStore;

typedef struct {
    bool up;
    int64_t stopped_until;
    int64_t restart_at;
    int64_t tick_at;
    uint64_t connection;
    VicuFeedReader *reader;
    uint64_t kept_number, kept_incarnation;
} SimRules;

struct SimWorld {
    SimRandom random;
    SimProfile profile;
    int64_t now;
    bool faults;
    bool appending;
    bool talk;
    uint64_t next_connection;
    uint64_t trace;
    uint64_t crashes;
    SimNet *net;
    SimOracle *oracle;
    SimSender sender[SIM_SENDERS];
    SimHub hub;
    SimStore store;
    SimRules rules;
};

void sim_trace(SimWorld *self, uint64_t a, uint64_t b, uint64_t c);
void sim_say(const SimWorld *self, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* ---- sim-sender.c ---- */

void sim_sender_start(SimSender *self);
/* @power: the disk loses what was not synced. */
void sim_sender_stop(SimSender *self, bool power);
void sim_sender_receive(SimSender *self, const SimPacket *packet);
void sim_sender_step(SimSender *self);
/* @copy gets a disk and a book as @self has them now. */
void sim_sender_copy(const SimSender *self, SimSender *copy);

/* ---- sim-services.c ---- */

void sim_hub_start(SimWorld *self);
void sim_hub_stop(SimWorld *self);
void sim_hub_receive(SimWorld *self, const SimPacket *packet);
void sim_hub_step(SimWorld *self);

void sim_store_start(SimWorld *self);
void sim_store_stop(SimWorld *self);
void sim_store_receive(SimWorld *self, const SimPacket *packet);
void sim_store_step(SimWorld *self);

void sim_rules_start(SimWorld *self);
void sim_rules_stop(SimWorld *self);
void sim_rules_receive(SimWorld *self, const SimPacket *packet);
void sim_rules_step(SimWorld *self);

G_END_DECLS

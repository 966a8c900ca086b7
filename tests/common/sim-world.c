/* The simulated world: profile, faults, time.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/common/sim-world.h"

#include <stdarg.h>
#include <stdio.h>

#include "tests/common/sim-inner.h"

#define QUIET_US    (12 * G_USEC_PER_SEC) /* still appending, no more faults */
#define LIVENESS_US (60 * G_USEC_PER_SEC) /* by then all is stored */
#define STALL_US    (8 * G_USEC_PER_SEC)  /* a sync begun among the faults may take 5 s still */
#define LIVE_US     (4 * G_USEC_PER_SEC)  /* a live batch waits no longer, whatever the backlog */

void
sim_trace(SimWorld *self, uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t words[] = {(uint64_t)self->now, a, b, c};
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        self->trace = (self->trace ^ words[i]) * 0x100000001b3u;
}

void
sim_say(const SimWorld *self, const char *format, ...)
{
    if (!self->talk)
        return;
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_print("%9.3f %s\n", (double)self->now / 1e6, text);
}

/* ---- profile ---- */

static uint32_t
sometimes(SimRandom *random, uint32_t chance, uint32_t most)
{
    return sim_chance(random, chance) ? (uint32_t)sim_between(random, 0, most) : 0;
}

static void
draw_sizes(SimProfile *profile, SimRandom *random)
{
    profile->senders = (int)sim_between(random, 1, 3);
    profile->fault_us = sim_between(random, 15, 40) * G_USEC_PER_SEC;
    profile->tick_us = sim_between(random, 4, 25) * 10000;
    profile->body_min = sim_between(random, 16, 200);
    profile->body_max = profile->body_min + sim_between(random, 0, 1500);
    profile->segment_bytes = (uint32_t)sim_between(random, 4, 16) * 1024;
    profile->spool_bytes = 64u << 20;
    if (sim_chance(random, 300000))
        profile->spool_bytes = (uint64_t)sim_between(random, 2, 6) * profile->segment_bytes;
    if (sim_chance(random, 100000))
        profile->spool_age_us = sim_between(random, 3, 10) * G_USEC_PER_SEC;
    profile->credit_bytes = (uint32_t)sim_between(random, 8, 64) * 1024;
    profile->memory_bytes = (size_t)sim_between(random, 8, 1024) * 1024;
    profile->store_sync_us = sim_between(random, 2, 60) * 1000;
}

static void
draw_faults(SimProfile *profile, SimRandom *random)
{
    profile->net = (SimNetFaults){
        .drop = sometimes(random, 400000, 50000),
        .twice = sometimes(random, 400000, 50000),
        .late = sometimes(random, 400000, 50000),
        .late_us = sim_between(random, 1000, 3 * G_USEC_PER_SEC),
        .delay_us = sim_between(random, 200, 20000),
    };
    /* A step is 5 ms: 1000 per million is once in 5 s. */
    for (int i = 0; i < SIM_NODES; i++)
        profile->crash[i] = sometimes(random, 500000, 1500);
    profile->power_cut = (uint32_t)sim_between(random, 0, 1000000);
    profile->stop = sometimes(random, 400000, 400);
    profile->cut = sometimes(random, 400000, 1000);
    profile->cut_us = sim_between(random, 1, 12) * G_USEC_PER_SEC;
    profile->reconnect = sometimes(random, 300000, 1000);
    profile->socket_full = sometimes(random, 300000, 100000);
    profile->clock_step = sometimes(random, 300000, 500);
    profile->disk_full = sometimes(random, 200000, 500);
    profile->sync_fails = sometimes(random, 200000, 300);
    profile->slow_sync = sometimes(random, 300000, 50000);
    profile->lose_spool = sometimes(random, 150000, 200000);
    if (sim_chance(random, 150000))
        profile->copy_at_us = sim_between(random, 2, 10) * G_USEC_PER_SEC;
    if (sim_chance(random, 300000)) {
        profile->outage_us[0] = sim_between(random, 0, 5) * G_USEC_PER_SEC;
        profile->outage_us[1] = profile->fault_us - sim_between(random, 0, 5) * G_USEC_PER_SEC;
    }
}

/* The store comes back to a backlog that takes it half a minute: live data must
 * not wait for it. */
static void
draw_backlog(SimProfile *profile, SimRandom *random)
{
    if (!sim_chance(random, 150000))
        return;
    profile->fault_us = 35 * G_USEC_PER_SEC;
    profile->outage_us[0] = sim_between(random, 1, 3) * G_USEC_PER_SEC;
    profile->outage_us[1] = profile->fault_us - 500000;
    profile->tick_us = 100000;
    profile->body_min = 1000;
    profile->body_max = 1500;
    profile->credit_bytes = 8192;
    profile->store_sync_us = sim_between(random, 150, 250) * 1000;
    profile->spool_bytes = 64u << 20;
    profile->spool_age_us = 0;
}

/* Which of hub and senders know references, and a hub whose memory is not to be trusted. */
static void
draw_references(SimProfile *profile, SimRandom *random)
{
    profile->older_hub = sometimes(random, 400000, 1000000);
    profile->senders_refer = !sim_chance(random, 200000);
    profile->twisted = sometimes(random, 300000, 200000);
}

/* ---- faults ---- */

static int64_t
soon(SimWorld *self)
{
    return self->now + sim_between(&self->random, 10000, 2 * G_USEC_PER_SEC);
}

static bool
happens(SimWorld *self, uint32_t per_million)
{
    return self->faults && sim_chance(&self->random, per_million);
}

static void
crash_sender(SimWorld *self, SimSender *sender)
{
    bool power = sim_chance(&self->random, self->profile.power_cut);
    bool lose = power && sender->node != SIM_COPY && self->profile.copy_at_us == 0
                && sim_chance(&self->random, self->profile.lose_spool);
    sim_say(self, "sender %d: %s", sender->node,
            lose    ? "loses its spool"
            : power ? "power cut"
                    : "killed");
    sim_sender_stop(sender, power);
    if (lose) {
        sim_disk_lose(sender->disk);
        sim_book_lose(sender->book);
    }
    sender->restart_at = soon(self);
    self->crashes++;
}

static void
trouble_disk(SimWorld *self, SimSender *sender)
{
    if (happens(self, self->profile.disk_full))
        sim_disk_set_capacity(sender->disk, (uint64_t)sim_between(&self->random, 1, 40) * 1024);
    if (happens(self, 5000))
        sim_disk_set_capacity(sender->disk, 0);
    if (happens(self, self->profile.sync_fails))
        sim_disk_fail_sync(sender->disk);
    if (happens(self, self->profile.clock_step))
        sender->clock_offset = sim_between(&self->random, -3600, 3600) * G_USEC_PER_SEC;
}

static void
trouble_sender(SimWorld *self, SimSender *sender)
{
    if (!sender->exists)
        return;
    if (sender->up && happens(self, self->profile.crash[sender->node])) {
        crash_sender(self, sender);
        return;
    }
    if (sender->up && happens(self, self->profile.stop))
        sender->stopped_until =
            self->now + sim_between(&self->random, 2 * G_USEC_PER_SEC, 5 * G_USEC_PER_SEC);
    trouble_disk(self, sender);
    if (sender->up && sender->link && happens(self, self->profile.reconnect)) {
        sender->connection = ++self->next_connection;
        /* The socket's monitor may tell, or not. */
        if (sim_chance(&self->random, 500000))
            vicu_link_sender_reconnected(sender->link, self->now);
    }
}

static void
trouble_services(SimWorld *self)
{
    int64_t stop = self->now + sim_between(&self->random, 2 * G_USEC_PER_SEC, 5 * G_USEC_PER_SEC);
    if (self->hub.up && happens(self, self->profile.crash[SIM_HUB])) {
        sim_say(self, "hub: killed");
        sim_hub_stop(self);
        self->hub.restart_at = soon(self);
        self->crashes++;
    }
    if (self->store.up && happens(self, self->profile.crash[SIM_STORE])) {
        sim_say(self, "store: killed");
        sim_store_stop(self);
        self->store.restart_at = soon(self);
        self->crashes++;
    }
    if (self->rules.up && happens(self, self->profile.crash[SIM_RULES])) {
        sim_rules_stop(self);
        self->rules.restart_at = soon(self);
        self->crashes++;
    }
    if (happens(self, self->profile.stop))
        self->hub.stopped_until = stop;
    if (happens(self, self->profile.stop))
        self->store.stopped_until = stop;
    if (happens(self, self->profile.stop))
        self->rules.stopped_until = stop;
}

static void
trouble_net(SimWorld *self)
{
    if (!happens(self, self->profile.cut))
        return;
    int a = (int)sim_between(&self->random, 0, SIM_NODES - 1);
    int b = a == SIM_HUB ? SIM_STORE : SIM_HUB;
    sim_net_cut(self->net, a, b, self->now + sim_between(&self->random, 0, self->profile.cut_us));
}

static void
outage(SimWorld *self, int64_t start)
{
    int64_t from = start + self->profile.outage_us[0], to = start + self->profile.outage_us[1];
    if (self->profile.outage_us[1] == 0 || self->now < from || self->now >= to)
        return;
    if (self->store.up)
        sim_store_stop(self);
    self->store.restart_at = to;
}

/* A snapshot of the first sender's machine is started elsewhere. */
static void
copy_sender(SimWorld *self, int64_t start)
{
    SimSender *copy = &self->sender[SIM_COPY];
    if (self->profile.copy_at_us == 0 || copy->exists
        || self->now < start + self->profile.copy_at_us)
        return;
    sim_say(self, "sender 0 is copied");
    if (self->sender[0].spool)
        sim_book_check(self->sender[0].book, self->sender[0].spool);
    sim_sender_copy(&self->sender[0], copy);
}

static void
trouble(SimWorld *self, int64_t start)
{
    for (int i = 0; i < SIM_SENDERS; i++)
        trouble_sender(self, &self->sender[i]);
    trouble_services(self);
    trouble_net(self);
    outage(self, start);
    copy_sender(self, start);
}

/* All that can be mended is. Of two with one key only one goes on: the one that
 * the store has not refused. */
static void
heal(SimWorld *self)
{
    SimNetFaults none = {.delay_us = 1000};
    SimSender *copy = &self->sender[SIM_COPY];
    self->faults = false;
    sim_say(self, "faults end");
    sim_net_set_faults(self->net, &none);
    sim_net_heal(self->net);
    for (int i = 0; i < SIM_SENDERS; i++)
        self->sender[i].stopped_until = 0;
    for (int i = 0; i < SIM_SENDERS; i++) {
        if (self->sender[i].exists)
            sim_disk_set_capacity(self->sender[i].disk, 0);
    }
    self->hub.stopped_until = self->store.stopped_until = self->rules.stopped_until = 0;
    if (!copy->exists)
        return;
    SimSender *loser = copy->refused || self->sender[0].refused ? NULL : copy;
    if (loser) {
        sim_sender_stop(loser, false);
        loser->restart_at = INT64_MAX;
    }
}

/* ---- time ---- */

static int64_t
stopped_until(const SimWorld *self, int node)
{
    if (node < SIM_SENDERS)
        return self->sender[node].stopped_until;
    if (node == SIM_HUB)
        return self->hub.stopped_until;
    return node == SIM_STORE ? self->store.stopped_until : self->rules.stopped_until;
}

static bool
is_up(const SimWorld *self, int node)
{
    if (node < SIM_SENDERS)
        return self->sender[node].up;
    if (node == SIM_HUB)
        return self->hub.up;
    return node == SIM_STORE ? self->store.up : self->rules.up;
}

static void
deliver(SimWorld *self)
{
    SimPacket *next;
    while ((next = sim_net_receive(self->net, self->now))) {
        if (is_up(self, next->to) && stopped_until(self, next->to) > self->now) {
            sim_net_hold(self->net, next, stopped_until(self, next->to));
            continue;
        }
        g_autoptr(SimPacket) packet = next;
        if (!is_up(self, packet->to))
            continue;
        sim_trace(self, 10 + (uint64_t)packet->to, (uint64_t)packet->from, packet->order);
        if (packet->to < SIM_SENDERS)
            sim_sender_receive(&self->sender[packet->to], packet);
        else if (packet->to == SIM_HUB)
            sim_hub_receive(self, packet);
        else if (packet->to == SIM_STORE)
            sim_store_receive(self, packet);
        else
            sim_rules_receive(self, packet);
    }
}

static void
run_nodes(SimWorld *self)
{
    for (int i = 0; i < SIM_SENDERS; i++) {
        SimSender *sender = &self->sender[i];
        if (sender->exists && !sender->up && self->now >= sender->restart_at)
            sim_sender_start(sender);
        if (sender->up && sender->spool && sender->stopped_until <= self->now)
            sim_sender_step(sender);
    }
    if (!self->hub.up && self->now >= self->hub.restart_at)
        sim_hub_start(self);
    if (self->hub.up && self->hub.stopped_until <= self->now)
        sim_hub_step(self);
    if (!self->store.up && self->now >= self->store.restart_at)
        sim_store_start(self);
    if (self->store.up && self->store.stopped_until <= self->now)
        sim_store_step(self);
    if (!self->rules.up && self->now >= self->rules.restart_at)
        sim_rules_start(self);
    if (self->rules.up && self->rules.stopped_until <= self->now)
        sim_rules_step(self);
}

static bool
step(SimWorld *self)
{
    self->now += SIM_STEP_US;
    sim_oracle_set_time(self->oracle, self->now);
    deliver(self);
    run_nodes(self);
    return sim_oracle_breach(self->oracle) == NULL;
}

/* Refused for good: allowed only where one key is on two machines. */
static bool
counts(SimWorld *self, const SimSender *sender)
{
    if (!sender->exists || sender->restart_at == INT64_MAX)
        return false;
    if (sender->refused && self->profile.copy_at_us == 0)
        sim_oracle_complain(self->oracle, "sender %d is refused, though its key is its own",
                            sender->node);
    return !sender->refused;
}

static bool
all_stored(SimWorld *self)
{
    for (int i = 0; i < SIM_SENDERS; i++) {
        const SimSender *sender = &self->sender[i];
        VicuSpoolFigures figures;
        if (!counts(self, sender))
            continue;
        if (!sender->up || !sender->spool)
            return false;
        vicu_spool_figures(sender->spool, &figures);
        if (figures.batches > 0)
            return false;
    }
    return true;
}

static void
check_live(SimWorld *self)
{
    for (int i = 0; i < SIM_SENDERS; i++) {
        const SimSender *sender = &self->sender[i];
        VicuLinkFigures figures;
        if (!sender->exists || !sender->link || sender->refused)
            continue;
        vicu_link_sender_figures(sender->link, &figures);
        if (figures.state == VICU_LINK_OPEN && self->now - sender->opened_at > LIVE_US
            && sim_book_live_wait_us(sender->book, sender->spool, self->now) > LIVE_US)
            sim_oracle_complain(self->oracle, "sender %d: live data wait behind backlog", i);
    }
}

static void
settle(SimWorld *self)
{
    int64_t end = self->now + QUIET_US;
    while (self->now < end && step(self)) {
        if (end - self->now < QUIET_US - STALL_US)
            check_live(self);
    }
    self->appending = false;
    /* Long enough for a last beat to show what the feed still misses. */
    int64_t least = self->now + 5 * G_USEC_PER_SEC;
    end = self->now + LIVENESS_US;
    while (self->now < end && step(self) && (self->now < least || !all_stored(self))) {
    }
    if (!all_stored(self))
        sim_oracle_complain(self->oracle, "not all is stored 60 s after the last fault");
}

static void
judge(SimWorld *self)
{
    for (int i = 0; i < SIM_SENDERS; i++) {
        const SimSender *sender = &self->sender[i];
        if (counts(self, sender) && sender->spool)
            sim_book_check_all_stored(sender->book, sender->spool);
    }
    if (self->profile.copy_at_us == 0)
        sim_oracle_check_feed(self->oracle);
}

/* ---- a run ---- */

static void
set_up(SimWorld *self, uint64_t seed)
{
    self->random.state = seed * 0x2545f4914f6cdd1du + 1;
    self->now = 1000 * (int64_t)G_USEC_PER_SEC;
    self->trace = 0xcbf29ce484222325u;
    draw_sizes(&self->profile, &self->random);
    draw_faults(&self->profile, &self->random);
    draw_backlog(&self->profile, &self->random);
    draw_references(&self->profile, &self->random);
    self->net = sim_net_new(&self->random);
    sim_net_set_faults(self->net, &self->profile.net);
    self->oracle = sim_oracle_new();
    sim_oracle_set_time(self->oracle, self->now);
    for (int i = 0; i < SIM_SENDERS; i++) {
        SimSender *sender = &self->sender[i];
        sender->world = self;
        sender->node = i;
        sender->exists = i < self->profile.senders;
        if (!sender->exists)
            continue;
        sender->id = (VicuSenderId){{'s', (uint8_t)i}};
        sender->disk = sim_disk_new(&self->random);
        sender->book = sim_book_new(self->oracle, &sender->id);
    }
    self->faults = true;
    self->appending = true;
}

static void
tear_down(SimWorld *self)
{
    for (int i = 0; i < SIM_SENDERS; i++) {
        SimSender *sender = &self->sender[i];
        if (!sender->exists)
            continue;
        sim_sender_stop(sender, false);
        sim_book_free(sender->book);
        sim_disk_free(sender->disk);
    }
    sim_hub_stop(self);
    g_clear_pointer(&self->store.receiver, vicu_link_receiver_free);
    g_clear_pointer(&self->rules.reader, vicu_feed_reader_free);
    sim_net_free(self->net);
    sim_oracle_free(self->oracle);
}

SimResult
sim_run(uint64_t seed, bool talk)
{
    g_autofree SimWorld *self = g_new0(SimWorld, 1);
    set_up(self, seed);
    self->talk = talk;
    int64_t start = self->now;
    while (self->now < start + self->profile.fault_us) {
        trouble(self, start);
        if (!step(self))
            break;
    }
    if (!sim_oracle_breach(self->oracle)) {
        heal(self);
        settle(self);
    }
    if (!sim_oracle_breach(self->oracle))
        judge(self);
    SimResult result = {
        .breach = g_strdup(sim_oracle_breach(self->oracle)),
        .trace = self->trace,
        .appended = sim_oracle_appended(self->oracle),
        .stored = sim_oracle_stored(self->oracle),
        .delivered_gaps = sim_oracle_gaps(self->oracle),
        .crashes = self->crashes,
        .virtual_us = self->now - start,
    };
    tear_down(self);
    return result;
}

void
sim_result_clear(SimResult *result)
{
    g_clear_pointer(&result->breach, g_free);
}

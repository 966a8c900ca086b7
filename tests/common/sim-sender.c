/* A sender's process in the simulated world.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/common/sim-inner.h"

static bool
on_send(const VicuLinkMessage *message, gpointer data)
{
    SimSender *self = data;
    SimWorld *world = self->world;
    if (world->faults && sim_chance(&world->random, world->profile.socket_full))
        return false;
    VicuLinkFigures figures = {0};
    if (self->link)
        vicu_link_sender_figures(self->link, &figures);
    sim_book_sending(self->book, self->spool, message, &figures);
    sim_net_send(world->net, self->node, SIM_HUB, self->connection, message, world->now);
    return true;
}

static void
on_epoch(uint64_t epoch, gpointer data)
{
    SimSender *self = data;
    sim_say(self->world, "sender %d: epoch %" G_GUINT64_FORMAT, self->node, epoch);
    sim_trace(self->world, 1, (uint64_t)self->node, epoch);
}

static void
on_state(VicuLinkState state, const char *text, gpointer data)
{
    SimSender *self = data;
    sim_say(self->world, "sender %d: state %d: %s", self->node, (int)state, text);
    if (state == VICU_LINK_OPEN)
        self->opened_at = self->world->now;
    if (state == VICU_LINK_REFUSED)
        self->refused = true;
}

static uint64_t
random_not_zero(SimWorld *world)
{
    return sim_random(&world->random) | 1;
}

/* A disk that failed while the process started: it ends, and starts again. */
static void
start_failed(SimSender *self, const GError *error)
{
    if (!sim_disk_take_failed(self->disk))
        sim_oracle_complain(self->world->oracle, "a sender does not start: %s", error->message);
    sim_sender_stop(self, true);
    self->restart_at = self->world->now + G_USEC_PER_SEC / 5;
}

void
sim_sender_start(SimSender *self)
{
    static const VicuLinkSenderOps ops = {on_send, on_epoch, on_state};
    SimWorld *world = self->world;
    VicuSpoolSettings settings = {
        .max_bytes = world->profile.spool_bytes,
        .segment_bytes = world->profile.segment_bytes,
        .max_age_us = world->profile.spool_age_us,
        .opened_us = world->now,
        .first_id = random_not_zero(world),
    };
    g_autoptr(GError) error = NULL;
    self->up = true;
    self->refused = false;
    self->connection = ++world->next_connection;
    self->spool = vicu_spool_open_on(sim_disk_files(), self->disk, "sim", &settings, &error);
    if (!self->spool) {
        start_failed(self, error);
        return;
    }
    sim_book_reopened(self->book, self->spool);
    sim_disk_take_failed(self->disk);
    uint64_t instance = random_not_zero(world);
    sim_book_instance(self->book, instance);
    self->link = vicu_link_sender_new(self->spool, &self->id, "sim", instance, &ops, self,
                                      world->now, &error);
    if (!self->link) {
        start_failed(self, error);
        return;
    }
    if (world->profile.senders_refer)
        vicu_link_sender_let_refer(self->link);
    self->append_at = world->now;
    self->beat_at = world->now;
    self->tick_at = world->now;
    self->dirty_since = 0;
}

void
sim_sender_stop(SimSender *self, bool power)
{
    if (!self->up)
        return;
    self->up = false;
    if (self->spool)
        sim_book_check(self->book, self->spool);
    if (self->job)
        vicu_spool_job_finish(self->spool, g_steal_pointer(&self->job), NULL);
    g_clear_pointer(&self->link, vicu_link_sender_free);
    g_clear_pointer(&self->spool, vicu_spool_free);
    if (power)
        sim_disk_power_cut(self->disk);
    else
        sim_disk_kill(self->disk);
}

/* The supervisor's part: a process whose disk failed ends, and starts again. */
static void
restart_broken(SimSender *self)
{
    sim_say(self->world, "sender %d: %s", self->node, vicu_spool_failure(self->spool));
    sim_sender_stop(self, true);
    self->restart_at = self->world->now + G_USEC_PER_SEC / 5;
}

static void
append(SimSender *self)
{
    SimWorld *world = self->world;
    int64_t size = sim_between(&world->random, world->profile.body_min, world->profile.body_max);
    g_autoptr(GBytes) body = g_byte_array_free_to_bytes(sim_book_body(self->book, (size_t)size));
    uint64_t epoch = vicu_spool_live(self->spool);
    size_t n;
    const VicuSpoolEpoch *epochs = vicu_spool_epochs(self->spool, &n);
    uint64_t sequence = epochs[n - 1].last + 1;
    /* Told before, as the machine may send it within the call. */
    sim_book_appended(self->book, self->spool, epoch, sequence);
    vicu_link_sender_append(self->link, body, world->now + self->clock_offset, world->now, NULL);
    if (self->dirty_since == 0)
        self->dirty_since = world->now;
    VicuSpoolDropped dropped;
    while (vicu_spool_take_dropped(self->spool, &dropped))
        sim_book_dropped(self->book, self->spool, &dropped);
}

static void
run_sync(SimSender *self)
{
    SimWorld *world = self->world;
    if (self->job && world->now >= self->job_done_at) {
        vicu_spool_job_run(self->job);
        if (!vicu_spool_job_finish(self->spool, g_steal_pointer(&self->job), NULL))
            return;
        sim_book_check(self->book, self->spool);
        vicu_link_sender_synced(self->link, world->now);
    }
    if (self->job || vicu_spool_unsynced_bytes(self->spool) == 0
        || world->now < self->dirty_since + 20000)
        return;
    self->job = vicu_spool_job_begin(self->spool);
    self->dirty_since = world->now;
    self->job_done_at = world->now + sim_between(&world->random, 0, 20000);
    if (world->faults && sim_chance(&world->random, world->profile.slow_sync))
        self->job_done_at += sim_between(&world->random, 0, 3 * G_USEC_PER_SEC);
}

void
sim_sender_receive(SimSender *self, const SimPacket *packet)
{
    VicuLinkWire wire;
    if (!self->link || packet->route != self->connection || !sim_packet_open(packet, &wire))
        return;
    vicu_link_sender_receive(self->link, &wire.message, self->world->now);
    vicu_link_wire_clear(&wire);
    sim_book_check(self->book, self->spool);
}

static void
beat(SimSender *self)
{
    vicu_link_sender_heartbeat(self->link, "", 0);
    self->beat_at = self->world->now + G_USEC_PER_SEC;
    vicu_spool_age(self->spool, self->world->now + self->clock_offset, NULL);
    VicuSpoolDropped dropped;
    while (vicu_spool_take_dropped(self->spool, &dropped))
        sim_book_dropped(self->book, self->spool, &dropped);
}

void
sim_sender_step(SimSender *self)
{
    SimWorld *world = self->world;
    if (world->appending && world->now >= self->append_at) {
        append(self);
        self->append_at = world->now + world->profile.tick_us;
    }
    run_sync(self);
    if (world->now >= self->beat_at)
        beat(self);
    if (world->now >= self->tick_at) {
        vicu_link_sender_tick(self->link, world->now);
        self->tick_at = world->now + 50000;
    }
    sim_book_check(self->book, self->spool);
    if (vicu_spool_failure(self->spool))
        restart_broken(self);
}

void
sim_sender_copy(const SimSender *self, SimSender *copy)
{
    copy->id = self->id;
    copy->disk = sim_disk_copy(self->disk, &self->world->random);
    copy->book = sim_book_copy(self->book);
    copy->exists = true;
    copy->restart_at = self->world->now + G_USEC_PER_SEC;
}

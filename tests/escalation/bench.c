/* A machine on a bench.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/escalation/bench.h"

#include <string.h>

const char bench_roster[] =
    "[person nurse]\nname=Nurse A\nrole=bedside\npage=yes\nsubstitute=nurse2\n"
    "[person nurse2]\nname=Nurse B\nrole=bedside\npage=yes\n"
    "[person doctor]\nname=Dr C\nrole=doctor\npage=yes\nmail=c@example.org\n"
    "[person chief]\nname=Dr D\nrole=chief\nmail=d@example.org\n"
    "[shift a]\nperson=nurse\nunit=demo/icu\ndays=daily\nfrom=00:00\nto=24:00\n"
    "[shift c]\nperson=doctor\nunit=demo/icu\ndays=daily\nfrom=00:00\nto=24:00\n"
    "[ladder high]\nunit=demo/icu\npriority=high\n"
    "step1=bedside; page; deliver 10s; read 20s; accept 30s; arrive 120s; resolve 600s\n"
    "step2=doctor; page, smtp; deliver 10s; read 20s; accept 30s\n"
    "last_resort=person:chief; smtp; deliver 60s\n"
    "[ladder silent]\nunit=demo/ward\npriority=medium\nstep1=bedside\n"
    "last_resort=person:chief; smtp\n";

static const EscTimes times = {
    .send_us = 5 * BENCH_S,
    .deliver_us = 15 * BENCH_S,
    .read_us = 30 * BENCH_S,
    .accept_us = 60 * BENCH_S,
    .arrive_us = 300 * BENCH_S,
    .resolve_us = 1800 * BENCH_S,
    .round_us = 30 * BENCH_S,
};
static const char *const channels[] = {"page", "smtp", "webhook", "pcd06", NULL};

static void
on_changed(const Vicu__Escalation *e, bool removed, gpointer user)
{
    Bench *self = user;

    if (removed)
        g_hash_table_remove(self->journal, e->id);
    else
        g_hash_table_replace(self->journal, g_strdup(e->id), vicu_wire_pack(&e->base));
}

static bool
is_journaled(const Bench *self, const char *id, const char *target)
{
    GBytes *packed = g_hash_table_lookup(self->journal, id);
    gsize size = 0;
    const void *data = packed ? g_bytes_get_data(packed, &size) : NULL;
    g_autoptr(Vicu__Escalation) e = data ? vicu_wire_unpack_escalation(data, size, NULL) : NULL;

    for (size_t i = 0; e && i < e->n_target; i++)
        if (strcmp(e->target[i]->id, target) == 0)
            return true;
    return false;
}

static void
on_send(const Vicu__Escalation *e,
        const Vicu__EscalationTarget *t,
        const char *channel,
        gpointer user)
{
    Bench *self = user;
    BenchSent *s = g_new0(BenchSent, 1);

    s->id = g_strdup(t->id);
    s->escalation = g_strdup(e->id);
    s->person = g_strdup(t->person);
    s->channel = g_strdup(channel);
    s->journaled = is_journaled(self, e->id, t->id);
    g_ptr_array_add(self->sent, s);
}

static void
on_told(const Vicu__Escalation *e,
        const Vicu__EscalationTarget *t,
        const char *what,
        const char *why,
        gpointer user)
{
    Bench *self = user;
    (void)e;
    (void)t;
    (void)why;
    g_string_append_printf(self->told, "%s;", what);
}

static void
free_sent(gpointer data)
{
    BenchSent *s = data;
    g_free(s->id);
    g_free(s->escalation);
    g_free(s->person);
    g_free(s->channel);
    g_free(s);
}

static void
start(Bench *self)
{
    EscMachineOps ops = {on_changed, on_send, on_told};

    self->machine = esc_machine_new(self->roster, &times, channels, &ops, self);
}

Bench *
bench_new(const char *roster)
{
    Bench *self = g_new0(Bench, 1);
    g_autoptr(GError) error = NULL;

    self->now = (EscNow){BENCH_BEGIN, 1000 * BENCH_S, "boot-1"};
    self->roster = esc_roster_read(roster, strlen(roster), "roster", NULL, &error);
    g_assert_no_error(error);
    self->journal =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    self->sent = g_ptr_array_new_with_free_func(free_sent);
    self->told = g_string_new(NULL);
    start(self);
    return self;
}

void
bench_free(Bench *self)
{
    esc_machine_free(self->machine);
    esc_roster_free(self->roster);
    g_hash_table_unref(self->journal);
    g_ptr_array_unref(self->sent);
    g_string_free(self->told, TRUE);
    g_free(self);
}

void
bench_restart(Bench *self, const char *boot)
{
    GHashTableIter iter;
    gpointer value;

    esc_machine_free(self->machine);
    start(self);
    if (boot) {
        self->now.boot = boot;
        self->now.boot_us = 7 * BENCH_S;
    }
    g_autoptr(GPtrArray) records = g_ptr_array_new();
    g_hash_table_iter_init(&iter, self->journal);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        g_ptr_array_add(records, value);
    for (guint i = 0; i < records->len; i++) {
        gsize size = 0;
        const void *data = g_bytes_get_data(records->pdata[i], &size);
        g_autoptr(Vicu__Escalation) e = vicu_wire_unpack_escalation(data, size, NULL);
        g_assert_nonnull(e);
        esc_machine_restore(self->machine, e);
    }
    esc_machine_restored(self->machine, &self->now);
}

void
bench_pass(Bench *self, int64_t us)
{
    self->now.utc_us += us;
    self->now.boot_us += us;
}

void
bench_run(Bench *self, int64_t us)
{
    for (int64_t done = 0; done < us; done += BENCH_S / 10) {
        bench_pass(self, BENCH_S / 10);
        esc_machine_tick(self->machine, &self->now);
    }
}

void
bench_alarm(
    Bench *self, const char *id, const char *bed, Vicu__Priority priority, Vicu__AlarmState state)
{
    Vicu__Alarm a = VICU__ALARM__INIT;
    Vicu__Acknowledgement ack = VICU__ACKNOWLEDGEMENT__INIT;

    a.id = (char *)id;
    a.bed = (char *)bed;
    a.rule = (char *)"asystole";
    a.title = (char *)"No QRS";
    a.text = (char *)"Asystole";
    a.priority = priority;
    a.state = state;
    a.origin = VICU__ORIGIN__ORIGIN_LIVE;
    if (state == VICU__ALARM_STATE__ALARM_ACKNOWLEDGED) {
        ack.who = (char *)"Dr T";
        a.acknowledged = &ack;
    }
    if (state == VICU__ALARM_STATE__ALARM_ENDED)
        a.why = (char *)"cleared";
    esc_machine_alarm(self->machine, &a, &self->now);
}

typedef struct {
    const char *alarm;
    const Vicu__Escalation *found;
} Finding;

static void
look(const Vicu__Escalation *e, gpointer user)
{
    Finding *f = user;
    if (strcmp(e->alarm, f->alarm) == 0 && (!f->found || e->began_us >= f->found->began_us)
        && !(f->found && e->ended_us && !f->found->ended_us))
        f->found = e;
}

const Vicu__Escalation *
bench_of(const Bench *self, const char *alarm)
{
    Finding f = {alarm, NULL};
    esc_machine_foreach(self->machine, look, &f);
    return f.found;
}

const Vicu__EscalationTarget *
bench_target(const Bench *self, const char *alarm, const char *person)
{
    const Vicu__Escalation *e = bench_of(self, alarm);

    for (size_t i = e ? e->n_target : 0; i > 0; i--)
        if (strcmp(e->target[i - 1]->person, person) == 0)
            return e->target[i - 1];
    return NULL;
}

void
bench_deliver(Bench *self, const char *alarm, const char *person)
{
    const Vicu__EscalationTarget *t = bench_target(self, alarm, person);
    g_autofree char *id = g_strdup(bench_of(self, alarm)->id), *target = g_strdup(t->id);

    for (size_t i = 0; channels[i]; i++)
        esc_machine_sent(self->machine, id, target, channels[i], true, "", &self->now);
    EscAnswer answer =
        esc_machine_receipt(self->machine, id, target, VICU__ESCALATION_STAGE__ESCALATION_DELIVERED,
                            "phone", &self->now);
    g_assert_true(answer.ok);
    esc_answer_clear(&answer);
    answer = esc_machine_receipt(self->machine, id, target, VICU__ESCALATION_STAGE__ESCALATION_READ,
                                 "phone", &self->now);
    g_assert_true(answer.ok);
    esc_answer_clear(&answer);
}

unsigned
bench_count(const Bench *self, const char *person)
{
    unsigned n = 0;

    for (guint i = 0; i < self->sent->len; i++)
        n += strcmp(((BenchSent *)self->sent->pdata[i])->person, person) == 0;
    return n;
}

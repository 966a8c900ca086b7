/* The escalation machine in a world of its own: virtual clocks, a journal whose end can be lost,
 * channels that fail, phones that repeat what they say until it is answered, kills, boots and
 * clocks that are set. Each seed is one life of ten minutes; what holds is checked each 100 ms.
 *
 * Built with VICU_MUTANTS, each planted fault has to be found.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/mutant.h"
#include "tests/escalation/bench.h"

#ifdef VICU_MUTANTS
VicuMutant vicu_mutant;
#endif

#define S       BENCH_S
#define TICK_US (S / 10)
#define LIFE_US (600 * S)
#define ALARMS  4

static const EscTimes times = {5 * S, 4 * S, 6 * S, 8 * S, 20 * S, 15 * S, 10 * S};
static const char *const channels[] = {"page", "smtp", NULL};
static const char roster_text[] =
    "[person a]\nname=A\nrole=bedside\npage=yes\nsubstitute=b\n"
    "[person b]\nname=B\nrole=bedside\npage=yes\n"
    "[person c]\nname=C\nrole=doctor\npage=yes\nmail=c@x\n"
    "[person d]\nname=D\nrole=chief\nmail=d@x\n"
    "[shift a]\nperson=a\nunit=demo/icu\ndays=daily\nfrom=00:00\nto=24:00\n"
    "[shift c]\nperson=c\nunit=demo/icu\ndays=daily\nfrom=00:00\nto=24:00\n"
    "[ladder l]\nunit=demo/icu\nstep1=bedside\nstep2=nobody\nstep3=doctor\n"
    "last_resort=person:d\n";
enum { STEPS = 3 };

/* What waits for the disk, in order. */
typedef enum { RECORD, SEND, TOLD, ACK } Kind;
typedef struct {
    Kind kind;
    char *id, *target, *text;
    GBytes *bytes; /* RECORD; NULL: removed */
} Pending;

/* What a phone or a channel has to say; repeated until it is answered. */
typedef struct {
    int64_t next_us;
    char *id, *target, *person, *channel;
    int what; /* -1: sent, -2: not sent, else a stage; -3: declined */
    bool answered;
} Word;

typedef struct {
    GRand *random;
    EscRoster *roster;
    EscMachine *machine;
    EscNow now;
    char boot[16];    /* no boot has the id of another one */
    int64_t t_us;     /* true time */
    int64_t alive_us; /* since then */
    GHashTable *disk;
    GQueue pending;
    GPtrArray *words;
    GHashTable *got;     /* target + channel -> 1: dropped when it comes twice */
    GHashTable *reached; /* "target stage" -> true time */
    GHashTable *acted;   /* "target what" -> how often it is on disk */
    GHashTable *claimed; /* targets whose phone said delivered or read */
    int alarm[ALARMS];   /* 0 none, 1 active, 2 ended */
    bool steps_clock;
    char *violation;
    unsigned kills, declined, missed;
} World;

static void
violate(World *w, const char *what, const char *which)
{
    if (!w->violation)
        w->violation = g_strdup_printf("%s: %s at %g s", what, which, (double)w->t_us / 1e6);
}

static void
free_pending(gpointer data)
{
    Pending *p = data;
    g_free(p->id);
    g_free(p->target);
    g_free(p->text);
    g_clear_pointer(&p->bytes, g_bytes_unref);
    g_free(p);
}

static void
free_word(gpointer data)
{
    Word *word = data;
    g_free(word->id);
    g_free(word->target);
    g_free(word->person);
    g_free(word->channel);
    g_free(word);
}

static Pending *
push(World *w, Kind kind, const char *id, const char *target, const char *text)
{
    Pending *p = g_new0(Pending, 1);
    *p = (Pending){kind, g_strdup(id), g_strdup(target), g_strdup(text), NULL};
    g_queue_push_tail(&w->pending, p);
    return p;
}

static void
on_changed(const Vicu__Escalation *e, bool removed, gpointer user)
{
    Pending *p = push(user, RECORD, e->id, "", "");
    p->bytes = removed ? NULL : vicu_wire_pack(&e->base);
}

static void
on_send(const Vicu__Escalation *e,
        const Vicu__EscalationTarget *t,
        const char *channel,
        gpointer user)
{
    push(user, SEND, e->id, t->id, channel);
}

static void
on_told(const Vicu__Escalation *e,
        const Vicu__EscalationTarget *t,
        const char *what,
        const char *why,
        gpointer user)
{
    (void)why;
    if (t)
        push(user, TOLD, e->id, t->id, what);
}

static void
start(World *w)
{
    EscMachineOps ops = {on_changed, on_send, on_told};
    w->machine = esc_machine_new(w->roster, &times, channels, &ops, w);
}

/* --- channels and phones --- */

static void
add_word(World *w, const Pending *p, const char *person, int what, int64_t after_us)
{
    Word *word = g_new0(Word, 1);
    *word = (Word){w->t_us + after_us,
                   g_strdup(p->id),
                   g_strdup(p->target),
                   g_strdup(person),
                   g_strdup(p->text),
                   what,
                   false};
    g_ptr_array_add(w->words, word);
}

static int64_t
some(World *w, int most_ms)
{
    return g_rand_int_range(w->random, 0, most_ms) * (int64_t)1000;
}

static void
arrive(World *w, const Pending *p)
{
    GBytes *record = g_hash_table_lookup(w->disk, p->id);
    gsize size = 0;
    const void *data = record ? g_bytes_get_data(record, &size) : NULL;
    g_autoptr(Vicu__Escalation) e = data ? vicu_wire_unpack_escalation(data, size, NULL) : NULL;
    const Vicu__EscalationTarget *t = NULL;

    for (size_t i = 0; e && i < e->n_target; i++)
        if (strcmp(e->target[i]->id, p->target) == 0)
            t = e->target[i];
    if (!t) {
        violate(w, "sent before it was journaled", p->target);
        return;
    }
    bool fails = g_rand_int_range(w->random, 0, 8) == 0;
    add_word(w, p, t->person, fails ? -2 : -1, some(w, 600));
    g_autofree char *key = g_strdup_printf("%s %s", p->target, p->text);
    if (fails || !g_hash_table_add(w->got, g_steal_pointer(&key)) || strcmp(p->text, "smtp") == 0)
        return;
    int way = g_rand_int_range(w->random, 0, 6);
    int64_t at_us = some(w, 3000);
    if (way == 0) /* switched off */
        return;
    add_word(w, p, t->person, VICU__ESCALATION_STAGE__ESCALATION_DELIVERED, at_us);
    at_us += some(w, 4000);
    if (way == 1) /* in the pocket */
        return;
    add_word(w, p, t->person, VICU__ESCALATION_STAGE__ESCALATION_READ, at_us);
    at_us += some(w, 9000);
    add_word(w, p, t->person, way == 2 ? -3 : VICU__ESCALATION_STAGE__ESCALATION_ACCEPTED, at_us);
    if (way == 5)
        add_word(w, p, t->person, VICU__ESCALATION_STAGE__ESCALATION_AT_BEDSIDE,
                 at_us + some(w, 30000));
}

static void
speak(World *w, Word *word)
{
    EscAnswer answer = {true, false, NULL};
    const char *target = word->target;

    if (word->what == -1 || word->what == -2) {
        esc_machine_sent(w->machine, word->id, target, word->channel, word->what == -1,
                         word->what == -1 ? "" : "no route", &w->now);
        word->answered = true; /* a channel says it once */
        return;
    }
    if (word->what == -3)
        answer = esc_machine_decline(w->machine, word->id, word->person, "x", "no", &w->now);
    else if (word->what <= VICU__ESCALATION_STAGE__ESCALATION_READ) {
        g_hash_table_add(w->claimed, g_strdup(target));
        answer = esc_machine_receipt(w->machine, word->id, target, word->what, "x", &w->now);
    } else {
        answer = esc_machine_act(w->machine, word->id, word->person, "x", word->what, &w->now);
    }
    esc_answer_clear(&answer);
    g_autofree char *what = g_strdup_printf("%d", word->what);
    push(w, ACK, word->id, target, what);
    word->next_us = w->t_us + S; /* said again until it is answered */
}

static void
speak_all(World *w)
{
    for (guint i = 0; i < w->words->len; i++) {
        Word *word = w->words->pdata[i];
        if (!word->answered && word->next_us <= w->t_us)
            speak(w, word);
    }
    for (guint i = w->words->len; i > 0; i--)
        if (((Word *)w->words->pdata[i - 1])->answered)
            g_ptr_array_remove_index(w->words, i - 1);
}

/* --- the disk --- */

static void
on_disk(World *w, Pending *p)
{
    if (p->kind == RECORD && p->bytes)
        g_hash_table_replace(w->disk, g_strdup(p->id), g_bytes_ref(p->bytes));
    else if (p->kind == RECORD)
        g_hash_table_remove(w->disk, p->id);
    else if (p->kind == SEND)
        arrive(w, p);
    else if (p->kind == TOLD) {
        char *key = g_strdup_printf("%s %s", p->target, p->text);
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(w->acted, key)) + 1;
        g_hash_table_replace(w->acted, key, GUINT_TO_POINTER(n));
        w->declined += strcmp(p->text, "escalation-declined") == 0;
        w->missed += strcmp(p->text, "escalation-missed") == 0;
        if (n > 1
            && (g_str_has_suffix(p->text, "-delivered") || g_str_has_suffix(p->text, "-read")
                || g_str_has_suffix(p->text, "-accepted") || g_str_has_suffix(p->text, "-declined")
                || g_str_has_suffix(p->text, "-bedside")))
            violate(w, "acted on twice", p->text);
    } else {
        for (guint i = 0; i < w->words->len; i++) {
            Word *word = w->words->pdata[i];
            if (strcmp(word->target, p->target) == 0 && word->what == atoi(p->text))
                word->answered = true;
        }
    }
}

static void
sync_some(World *w)
{
    guint n = w->pending.length ? (guint)g_rand_int_range(w->random, 0, w->pending.length + 1) : 0;

    /* What is told of a change counts with the change, which comes behind it. */
    for (bool told = false; w->pending.length > 0 && (n > 0 || told); n -= n > 0) {
        Pending *p = g_queue_pop_head(&w->pending);
        told = p->kind == TOLD;
        on_disk(w, p);
        free_pending(p);
    }
}

static void
keep_reached(const Vicu__Escalation *e, gpointer user)
{
    GHashTable *kept = user;

    for (size_t i = 0; i < e->n_target; i++)
        for (int stage = 0; stage <= (int)e->target[i]->stage; stage++)
            g_hash_table_add(kept, g_strdup_printf("%s %d", e->target[i]->id, stage));
}

static gboolean
is_lost(gpointer key, gpointer value, gpointer kept)
{
    (void)value;
    return !g_hash_table_contains(kept, key);
}

/* Everything that was written survives a kill; of a lost power what was not synced is gone. */
static void
die(World *w)
{
    bool power = g_rand_boolean(w->random);
    bool boot = !w->steps_clock && g_rand_int_range(w->random, 0, 3) == 0;
    int64_t down_us = some(w, 1500);
    GHashTableIter iter;
    gpointer value;
    Pending *p;

    w->kills++;
    while ((p = g_queue_pop_head(&w->pending))) {
        if (!power && (p->kind == RECORD || p->kind == TOLD))
            on_disk(w, p);
        free_pending(p);
    }
    esc_machine_free(w->machine);
    start(w);
    w->t_us += down_us;
    w->now.utc_us += down_us;
    w->now.boot_us = boot ? 3 * S + some(w, 1000) : w->now.boot_us + down_us;
    if (boot) {
        g_snprintf(w->boot, sizeof w->boot, "boot-%u", w->kills);
        w->now.boot = w->boot;
    }
    g_hash_table_iter_init(&iter, w->disk);
    g_autoptr(GPtrArray) records = g_ptr_array_new();
    while (g_hash_table_iter_next(&iter, NULL, &value))
        g_ptr_array_add(records, value);
    for (guint i = 0; i < records->len; i++) {
        gsize size = 0;
        const void *data = g_bytes_get_data(records->pdata[i], &size);
        g_autoptr(Vicu__Escalation) e = vicu_wire_unpack_escalation(data, size, NULL);
        esc_machine_restore(w->machine, e);
    }
    esc_machine_restored(w->machine, &w->now);
    /* What was not on the disk has not happened. */
    g_autoptr(GHashTable) kept = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    esc_machine_foreach(w->machine, keep_reached, kept);
    g_hash_table_foreach_remove(w->reached, is_lost, kept);
    w->alive_us = w->t_us;
}

/* --- alarms --- */

static void
tell_alarm(World *w, int n)
{
    Vicu__Alarm a = VICU__ALARM__INIT;
    g_autofree char *id = g_strdup_printf("alarm-%d", n);

    a.id = id;
    a.bed = (char *)"demo/icu/1";
    a.rule = (char *)"r";
    a.text = (char *)"text";
    a.priority = VICU__PRIORITY__PRIORITY_HIGH;
    a.state = w->alarm[n] == 1 ? VICU__ALARM_STATE__ALARM_ACTIVE : VICU__ALARM_STATE__ALARM_ENDED;
    esc_machine_alarm(w->machine, &a, &w->now);
}

/* --- what holds --- */

static int64_t
patience(Vicu__EscalationStage stage)
{
    const int64_t all[] = {0,
                           times.send_us,
                           times.deliver_us,
                           times.read_us,
                           times.accept_us,
                           times.arrive_us,
                           times.arrive_us,
                           times.resolve_us,
                           0};
    return all[stage];
}

static void
check_deadline(World *w, const Vicu__EscalationTarget *t)
{
    g_autofree char *key = g_strdup_printf("%s %d", t->id, (int)t->stage);
    const int64_t *since = g_hash_table_lookup(w->reached, key);
    bool open = t->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_NONE;

    if (!since && open) {
        int64_t *now = g_new(int64_t, 1);
        *now = w->t_us;
        g_hash_table_replace(w->reached, g_steal_pointer(&key), now);
        return;
    }
    if (!since)
        return;
    int64_t over_us = w->t_us - *since - patience(t->stage);
    if (open && t->stage <= VICU__ESCALATION_STAGE__ESCALATION_ACCEPTED && over_us > S
        && w->t_us - w->alive_us > S)
        violate(w, "a deadline went by unseen", t->id);
    if (open && w->t_us - *since > 3 * S && w->t_us - w->alive_us > 25 * S / 10
        && t->stage == VICU__ESCALATION_STAGE__ESCALATION_DECIDED)
        violate(w, "intended and not sent", t->id);
    if (t->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_MISSED && over_us < -S / 2
        && t->missed > t->stage)
        violate(w, "missed before its time", t->id);
}

static bool
is_in(const Vicu__Escalation *e, uint32_t step, uint32_t epoch)
{
    for (size_t i = 0; i < e->n_target; i++)
        if (e->target[i]->step == step && e->target[i]->epoch == epoch)
            return true;
    return e->earlier_targets > 0;
}

static void
check_target(World *w, const Vicu__Escalation *e, size_t i, unsigned *open, unsigned *accepted)
{
    const Vicu__EscalationTarget *t = e->target[i];
    bool has_breach = e->earlier_breaches > 0;

    for (size_t k = 0; k < i; k++)
        if (*t->person && strcmp(e->target[k]->person, t->person) == 0
            && e->target[k]->step == t->step && e->target[k]->epoch == t->epoch)
            violate(w, "asked twice in one step", t->id);
    for (size_t k = 0; k < e->n_breach; k++)
        has_breach = has_breach || strcmp(e->breach[k]->target, t->id) == 0;
    if (t->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_MISSED && !has_breach)
        violate(w, "missed without a breach", t->id);
    if (t->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_NOT_NEEDED
        && t->stage >= VICU__ESCALATION_STAGE__ESCALATION_ACCEPTED)
        violate(w, "taken from somebody who has it", t->id);
    if (t->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_NOBODY && !e->ended_us
        && !is_in(e, STEPS + 1, t->epoch))
        violate(w, "a hole did not reach the last resort", t->id);
    if (t->delivered_us && !g_hash_table_contains(w->claimed, t->id))
        violate(w, "delivered, and no device said so", t->id);
    if (t->outcome == VICU__ESCALATION_OUTCOME__OUTCOME_NONE) {
        ++*open;
        *accepted += t->stage >= VICU__ESCALATION_STAGE__ESCALATION_ACCEPTED;
    }
    check_deadline(w, t);
}

static void
check(const Vicu__Escalation *e, gpointer user)
{
    World *w = user;
    unsigned open = 0, accepted = 0;

    if (e->ended_us)
        return;
    for (size_t i = 0; i < e->n_target; i++)
        check_target(w, e, i, &open, &accepted);
    if (open == 0 && e->next_us == 0)
        violate(w, "nobody is asked, and nothing is to come", e->id);
    if (accepted > 1)
        violate(w, "two have accepted", e->id);
    if (w->alarm[atoi(e->alarm + 6)] == 2)
        violate(w, "its alarm has ended", e->id);
}

/* --- a life --- */

static void
live(World *w)
{
    for (int64_t end_us = w->t_us + LIFE_US; w->t_us < end_us && !w->violation;) {
        w->t_us += TICK_US;
        w->now.utc_us += TICK_US;
        w->now.boot_us += TICK_US;
        int chance = g_rand_int_range(w->random, 0, 1000);
        int n = g_rand_int_range(w->random, 0, ALARMS);
        if (chance < 8)
            die(w);
        else if (chance < 12 && w->steps_clock)
            w->now.utc_us += g_rand_int_range(w->random, -600, 600) * S;
        else if (chance < 20 && w->alarm[n] < 2) {
            w->alarm[n]++;
            tell_alarm(w, n);
        }
        for (int i = 0; chance < 8 && i < ALARMS; i++) /* the rules tell all that stands again */
            if (w->alarm[i])
                tell_alarm(w, i);
        if (w->alarm[0] == 0) {
            w->alarm[0] = 1;
            tell_alarm(w, 0);
        }
        speak_all(w);
        esc_machine_tick(w->machine, &w->now);
        esc_machine_foreach(w->machine, check, w);
        sync_some(w);
    }
}

/* What was violated, or NULL; caller frees. */
static char *
run(guint32 seed, unsigned *kills, unsigned *acts)
{
    World w = {.now = {BENCH_BEGIN, 5000 * S, "one"}, .t_us = 0, .steps_clock = seed % 2};
    g_autoptr(GError) error = NULL;

    w.random = g_rand_new_with_seed(seed);
    w.roster = esc_roster_read(roster_text, strlen(roster_text), "roster", NULL, &error);
    g_assert_no_error(error);
    w.disk = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    g_queue_init(&w.pending);
    w.words = g_ptr_array_new_with_free_func(free_word);
    w.got = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    w.reached = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    w.acted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    w.claimed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    start(&w);
    live(&w);
    *kills += w.kills;
    *acts += w.declined + w.missed;
    esc_machine_free(w.machine);
    esc_roster_free(w.roster);
    g_rand_free(w.random);
    g_hash_table_unref(w.disk);
    g_queue_clear_full(&w.pending, free_pending);
    g_ptr_array_unref(w.words);
    g_hash_table_unref(w.got);
    g_hash_table_unref(w.reached);
    g_hash_table_unref(w.acted);
    g_hash_table_unref(w.claimed);
    return w.violation;
}

#ifndef VICU_MUTANTS
static void
what_is_promised_holds_in_every_life(void)
{
    guint32 seeds = g_getenv("VICU_NIGHT") ? 2000 : 60;
    unsigned kills = 0, acts = 0;

    for (guint32 seed = 1; seed <= seeds; seed++) {
        g_autofree char *violation = run(seed, &kills, &acts);
        if (violation)
            g_error("seed %u: %s", seed, violation);
    }
    g_test_message("%u lives, %u kills, %u missed or declined", seeds, kills, acts);
    g_assert_cmpuint(kills, >, seeds * 10);
    g_assert_cmpuint(acts, >, seeds * 5);
}
#else
static void
a_planted_fault_is_found(gconstpointer data)
{
    unsigned kills = 0, acts = 0;
    guint32 seed = 1;

    vicu_mutant = (VicuMutant)GPOINTER_TO_INT(data);
    for (; seed <= 300; seed++) {
        g_autofree char *violation = run(seed, &kills, &acts);
        if (violation) {
            g_test_message("seed %u: %s", seed, violation);
            break;
        }
    }
    vicu_mutant = VICU_MUTANT_NONE;
    g_assert_cmpuint(seed, <=, 300);
}
#endif

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#ifdef VICU_MUTANTS
    for (int m = VICU_MUTANT_ESC_SEND_UNJOURNALED; m <= VICU_MUTANT_ESC_ALARM_END_IGNORED; m++) {
        g_autofree char *name = g_strdup_printf("/escalation/sim/planted/%d", m);
        g_test_add_data_func(name, GINT_TO_POINTER(m), a_planted_fault_is_found);
    }
#else
    g_test_add_func("/escalation/sim/what_is_promised_holds_in_every_life",
                    what_is_promised_holds_in_every_life);
#endif
    return g_test_run();
}

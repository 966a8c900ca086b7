/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/proofs.h"

#include <string.h>

#include "common/proof.h"
#include "common/watch.h"

#define STALL_US    (G_USEC_PER_SEC)
#define PENDING_MAX 8192u
#define NAMED_MAX   4u

typedef struct {
    int64_t heard_us; /* mono, of the newest probe */
    uint64_t number;
    int64_t t_us;
    bool waits; /* to be judged */
    bool late;
} Bed;

typedef struct {
    uint64_t serial;
    const char *bed;  /* interned */
    int64_t told_us;  /* mono */
    GHashTable *back; /* interned names of outlets that gave it back */
} Pending;

typedef struct {
    int64_t since_us;    /* mono: it gives test alarms back */
    int64_t proved_us;   /* UTC */
    GHashTable *missing; /* interned bed */
} Outlet;

struct RulesProofs {
    GTree *beds;    /* id -> Bed */
    GTree *outlets; /* name -> Outlet */
    GQueue pending; /* Pending, oldest first */
    uint64_t serial;
    int64_t tick_us;
};

static int
by_id(gconstpointer a, gconstpointer b, gpointer user)
{
    (void)user;
    return strcmp(a, b);
}

static void
pending_free(gpointer data)
{
    Pending *pending = data;

    g_hash_table_unref(pending->back);
    g_free(pending);
}

static void
outlet_free(gpointer data)
{
    Outlet *outlet = data;

    g_hash_table_unref(outlet->missing);
    g_free(outlet);
}

RulesProofs *
rules_proofs_new(void)
{
    RulesProofs *self = g_new0(RulesProofs, 1);

    self->beds = g_tree_new_full(by_id, NULL, g_free, g_free);
    self->outlets = g_tree_new_full(by_id, NULL, g_free, outlet_free);
    g_queue_init(&self->pending);
    return self;
}

void
rules_proofs_free(RulesProofs *self)
{
    if (self == NULL)
        return;
    g_queue_clear_full(&self->pending, pending_free);
    g_tree_unref(self->beds);
    g_tree_unref(self->outlets);
    g_free(self);
}

/* ---- from the data ---- */

void
rules_proofs_heard(RulesProofs *self, const Vicu__Proof *probe, int64_t mono_us)
{
    Bed *bed = g_tree_lookup(self->beds, probe->bed);

    if (bed != NULL && bed->number == probe->number)
        return;
    if (bed == NULL) {
        bed = g_new0(Bed, 1);
        g_tree_insert(self->beds, g_strdup(probe->bed), bed);
    }
    bed->number = probe->number;
    bed->t_us = probe->t_us;
    bed->heard_us = mono_us;
    bed->waits = true;
}

bool
rules_proofs_judged(RulesProofs *self,
                    const char *id,
                    int64_t watermark_us,
                    int64_t now_us,
                    int64_t mono_us,
                    Vicu__Proved *out)
{
    Bed *bed = g_tree_lookup(self->beds, id);

    if (bed == NULL || !bed->waits || watermark_us < bed->t_us)
        return false;
    bed->waits = false;
    bed->late = false;
    self->serial = MAX(self->serial + 1, (uint64_t)now_us);
    Pending *pending = g_new0(Pending, 1);
    pending->serial = self->serial;
    pending->bed = g_intern_string(id);
    pending->told_us = mono_us;
    pending->back = g_hash_table_new(NULL, NULL);
    g_queue_push_tail(&self->pending, pending);
    if (self->pending.length > PENDING_MAX)
        pending_free(g_queue_pop_head(&self->pending));
    vicu__proved__init(out);
    out->bed = (char *)pending->bed;
    out->number = bed->number;
    out->t_us = bed->t_us;
    out->told_us = now_us;
    out->serial = self->serial;
    return true;
}

static gboolean
no_longer(gpointer key, gpointer value, gpointer user)
{
    (void)key;
    g_hash_table_remove(((Outlet *)value)->missing, user);
    return FALSE;
}

bool
rules_proofs_drop(RulesProofs *self, const char *bed)
{
    const char *id = g_intern_string(bed);

    if (!g_tree_remove(self->beds, bed))
        return false;
    for (GList *i = self->pending.head, *next; i != NULL; i = next) {
        next = i->next;
        if (((Pending *)i->data)->bed != id)
            continue;
        pending_free(i->data);
        g_queue_delete_link(&self->pending, i);
    }
    g_tree_foreach(self->outlets, no_longer, (gpointer)id);
    return true;
}

/* ---- back ---- */

void
rules_proofs_back(RulesProofs *self,
                  const char *name,
                  const uint64_t *serial,
                  size_t n,
                  int64_t now_us,
                  int64_t mono_us)
{
    Outlet *outlet = g_tree_lookup(self->outlets, name);

    if (outlet == NULL) {
        outlet = g_new0(Outlet, 1);
        outlet->since_us = mono_us;
        outlet->missing = g_hash_table_new(NULL, NULL);
        g_tree_insert(self->outlets, g_strdup(name), outlet);
    }
    for (GList *i = self->pending.head; n > 0 && i != NULL; i = i->next) {
        Pending *pending = i->data;
        bool is_back = false;
        for (size_t k = 0; k < n && !is_back; k++)
            is_back = serial[k] == pending->serial;
        if (!is_back || !g_hash_table_add(pending->back, (gpointer)g_intern_string(name)))
            continue;
        outlet->proved_us = now_us;
        g_hash_table_remove(outlet->missing, pending->bed);
    }
}

void
rules_proofs_leave(RulesProofs *self, const char *name)
{
    g_tree_remove(self->outlets, name);
}

/* ---- time ---- */

typedef struct {
    const Pending *pending;
    bool news;
} Judge;

static gboolean
judge_outlet(gpointer name, gpointer value, gpointer user)
{
    Outlet *outlet = value;
    Judge *judge = user;
    const Pending *pending = judge->pending;

    if (outlet->since_us > pending->told_us
        || g_hash_table_contains(pending->back, g_intern_string(name)))
        return FALSE;
    judge->news = g_hash_table_add(outlet->missing, (gpointer)pending->bed) || judge->news;
    return FALSE;
}

typedef struct {
    int64_t mono_us, stalled_us;
    bool news;
} Tick;

static gboolean
tick_bed(gpointer key, gpointer value, gpointer user)
{
    Bed *bed = value;
    Tick *tick = user;

    (void)key;
    bed->heard_us = vicu_watch_excused(bed->heard_us, tick->stalled_us, tick->mono_us);
    bool late = tick->mono_us - bed->heard_us
                > (bed->waits ? VICU_PROOF_LATE_US : VICU_PROOF_US + VICU_PROOF_LATE_US);
    tick->news = tick->news || late != bed->late;
    bed->late = late;
    return FALSE;
}

bool
rules_proofs_tick(RulesProofs *self, int64_t mono_us)
{
    int64_t since_us = self->tick_us != 0 ? mono_us - self->tick_us : 0;
    Tick tick = {mono_us, since_us > STALL_US ? since_us : 0, false};
    bool news = false;

    self->tick_us = mono_us;
    for (GList *i = self->pending.head; tick.stalled_us > 0 && i != NULL; i = i->next) {
        Pending *pending = i->data;
        pending->told_us = vicu_watch_excused(pending->told_us, tick.stalled_us, mono_us);
    }
    while (self->pending.length > 0) {
        Judge judge = {g_queue_peek_head(&self->pending), false};
        if (mono_us - judge.pending->told_us < VICU_PROOF_LATE_US)
            break;
        g_tree_foreach(self->outlets, judge_outlet, &judge);
        news = news || judge.news;
        pending_free(g_queue_pop_head(&self->pending));
    }
    g_tree_foreach(self->beds, tick_bed, &tick);
    return news || tick.news;
}

/* ---- what is missing ---- */

size_t
rules_proofs_of_outlet(const RulesProofs *self,
                       const char *name,
                       int64_t *proved_us,
                       const char *bed[RULES_PROOFS_BEDS],
                       unsigned *more)
{
    const Outlet *outlet = g_tree_lookup(self->outlets, name);
    GHashTableIter iter;
    gpointer key;
    size_t n = 0;

    *proved_us = outlet != NULL ? outlet->proved_us : 0;
    *more = 0;
    if (outlet == NULL)
        return 0;
    g_hash_table_iter_init(&iter, outlet->missing);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        if (n < RULES_PROOFS_BEDS)
            bed[n++] = key;
        else
            (*more)++;
    }
    return n;
}

typedef struct {
    GString *text;
    unsigned n;
} Names;

static void
add_name(Names *names, const char *name)
{
    if (names->n++ < NAMED_MAX)
        g_string_append_printf(names->text, "%s%s", names->n > 1 ? ", " : "", name);
}

static gboolean
add_outlet(gpointer key, gpointer value, gpointer user)
{
    if (g_hash_table_size(((const Outlet *)value)->missing) > 0)
        add_name(user, key);
    return FALSE;
}

static gboolean
add_bed(gpointer key, gpointer value, gpointer user)
{
    if (((const Bed *)value)->late)
        add_name(user, key);
    return FALSE;
}

static char *
names_of(GTree *tree, GTraverseFunc add)
{
    Names names = {g_string_new(NULL), 0};

    g_tree_foreach(tree, add, &names);
    if (names.n > NAMED_MAX)
        g_string_append_printf(names.text, " and %u more", names.n - NAMED_MAX);
    return g_string_free(names.text, names.n == 0);
}

char *
rules_proofs_unanswered(const RulesProofs *self)
{
    return names_of(self->outlets, add_outlet);
}

char *
rules_proofs_late(const RulesProofs *self)
{
    return names_of(self->beds, add_bed);
}

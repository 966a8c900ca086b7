/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proof.h"

#include <string.h>

#define KEEP_US   (10 * (int64_t)G_USEC_PER_SEC)
#define CAME_MAX  1024u
#define BEDS_MAX  4096u
#define NAMED_MAX 3u

typedef struct {
    int64_t heard_us; /* mono */
    bool named;       /* in the snapshot that is coming */
} Bed;

typedef struct {
    uint64_t serial;
    int64_t mono_us;
} Came;

struct VicuProof {
    GTree *beds;    /* id -> Bed, in the order of the ids */
    GArray *came;   /* Came, oldest first */
    GArray *serial; /* for the beat */
    uint64_t newest;
    bool begun; /* a snapshot is coming */
};

static int
by_id(gconstpointer a, gconstpointer b, gpointer user)
{
    (void)user;
    return strcmp(a, b);
}

VicuProof *
vicu_proof_new(void)
{
    VicuProof *self = g_new0(VicuProof, 1);

    self->beds = g_tree_new_full(by_id, NULL, g_free, g_free);
    self->came = g_array_new(FALSE, FALSE, sizeof(Came));
    self->serial = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    return self;
}

void
vicu_proof_free(VicuProof *self)
{
    if (self == NULL)
        return;
    g_tree_unref(self->beds);
    g_array_unref(self->came);
    g_array_unref(self->serial);
    g_free(self);
}

/* ---- what comes ---- */

static gboolean
unname(gpointer key, gpointer value, gpointer user)
{
    (void)key;
    (void)user;
    ((Bed *)value)->named = false;
    return FALSE;
}

void
vicu_proof_begin(VicuProof *self)
{
    g_tree_foreach(self->beds, unname, NULL);
    self->begun = true;
}

typedef struct {
    GPtrArray *gone;
    int64_t mono_us;
} Level;

static gboolean
level_bed(gpointer key, gpointer value, gpointer user)
{
    Level *level = user;
    Bed *bed = value;

    if (bed->named)
        bed->heard_us = level->mono_us;
    else
        g_ptr_array_add(level->gone, key);
    return FALSE;
}

void
vicu_proof_level(VicuProof *self, int64_t mono_us)
{
    g_autoptr(GPtrArray) gone = g_ptr_array_new();
    Level level = {gone, mono_us};

    if (!self->begun)
        return;
    self->begun = false;
    g_tree_foreach(self->beds, level_bed, &level);
    for (guint i = 0; i < gone->len; i++)
        g_tree_remove(self->beds, gone->pdata[i]);
}

static void
forget_old(VicuProof *self, int64_t mono_us)
{
    guint old = 0;

    while (old < self->came->len
           && (g_array_index(self->came, Came, old).mono_us < mono_us - KEEP_US
               || self->came->len - old > CAME_MAX))
        old++;
    if (old > 0)
        g_array_remove_range(self->came, 0, old);
}

void
vicu_proof_item(VicuProof *self, const Vicu__StateItem *item, int64_t mono_us)
{
    if (item->subject != VICU__SUBJECT__SUBJECT_PROOF)
        return;
    if (item->removed) {
        g_tree_remove(self->beds, item->key);
        return;
    }
    if (item->body_case != VICU__STATE_ITEM__BODY_PROOF)
        return;
    Bed *bed = g_tree_lookup(self->beds, item->key);
    if (bed == NULL && (unsigned)g_tree_nnodes(self->beds) < BEDS_MAX) {
        bed = g_new0(Bed, 1);
        g_tree_insert(self->beds, g_strdup(item->key), bed);
    }
    if (bed != NULL) {
        bed->heard_us = mono_us;
        bed->named = true;
    }
    Came came = {item->proof->serial, mono_us};
    g_array_append_val(self->came, came);
    self->newest = MAX(self->newest, came.serial);
    forget_old(self, mono_us);
}

/* ---- what is given back ---- */

void
vicu_proof_answer(VicuProof *self, Vicu__OutletBeat *beat, int64_t mono_us)
{
    forget_old(self, mono_us);
    g_array_set_size(self->serial, 0);
    for (guint i = 0; i < self->came->len; i++)
        g_array_append_val(self->serial, g_array_index(self->came, Came, i).serial);
    beat->proves = TRUE;
    beat->proved = (uint64_t *)(void *)self->serial->data;
    beat->n_proved = self->serial->len;
}

uint64_t
vicu_proof_newest(const VicuProof *self)
{
    return self->newest;
}

bool
vicu_proof_has(const VicuProof *self, uint64_t serial)
{
    for (guint i = self->came->len; i-- > 0;)
        if (g_array_index(self->came, Came, i).serial == serial)
            return true;
    return false;
}

unsigned
vicu_proof_beds(const VicuProof *self)
{
    return (unsigned)g_tree_nnodes(self->beds);
}

/* ---- what does not come ---- */

typedef struct {
    GString *text;
    int64_t mono_us;
    unsigned n;
} Late;

static gboolean
add_late(gpointer key, gpointer value, gpointer user)
{
    Late *late = user;

    if (late->mono_us - ((const Bed *)value)->heard_us <= VICU_PROOF_US + VICU_PROOF_LATE_US)
        return FALSE;
    if (late->n++ < NAMED_MAX)
        g_string_append_printf(late->text, "%s%s", late->n > 1 ? ", " : "", (const char *)key);
    return FALSE;
}

unsigned
vicu_proof_late(const VicuProof *self, int64_t mono_us, char **text)
{
    g_autoptr(GString) beds = g_string_new(NULL);
    Late late = {beds, mono_us, 0};

    *text = NULL;
    if (self->begun)
        return 0;
    g_tree_foreach(self->beds, add_late, &late);
    if (late.n == 0)
        return 0;
    if (late.n > NAMED_MAX)
        g_string_append_printf(beds, " and %u more", late.n - NAMED_MAX);
    *text =
        g_strdup_printf("No test alarm came from %s: its alarms may not come either", beds->str);
    return late.n;
}

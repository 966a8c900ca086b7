/* SPDX-License-Identifier: Apache-2.0 */
#include "store/witness-watch.h"

#include "common/clock.h"

#define NAMES_MAX 64 /* bytes of the late ones' names in the sentence */

typedef struct {
    int64_t signed_us; /* of its newest signature, by its own clock; 0: none */
    uint64_t size;
    int64_t heard_us; /* mono: when that one was seen first, or the watch of it began */
    bool ever;        /* a signature came since then */
} Seen;

struct StoreWitnessWatch {
    GHashTable *seen; /* public key -> Seen */
};

StoreWitnessWatch *
store_witness_watch_new(void)
{
    StoreWitnessWatch *self = g_new0(StoreWitnessWatch, 1);

    self->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return self;
}

void
store_witness_watch_free(StoreWitnessWatch *self)
{
    if (self == NULL)
        return;
    g_hash_table_unref(self->seen);
    g_free(self);
}

static const StoreNote *
newest_of(const GPtrArray *witnessed, const char *key)
{
    for (guint i = 0; i < witnessed->len; i++) {
        const StoreNote *note = witnessed->pdata[i];
        g_autofree char *text = vicu_note_key_text(&note->key);
        if (g_str_equal(text, key))
            return note;
    }
    return NULL;
}

static Seen *
hear(StoreWitnessWatch *self, const char *key, const StoreNote *note, int64_t mono_us)
{
    Seen *seen = g_hash_table_lookup(self->seen, key);
    int64_t signed_us = note != NULL ? note->t_us : 0;
    uint64_t size = note != NULL ? note->size : 0;

    if (seen == NULL) {
        seen = g_new0(Seen, 1);
        *seen = (Seen){signed_us, size, mono_us, false};
        g_hash_table_insert(self->seen, g_strdup(key), seen);
    } else if (seen->signed_us != signed_us || seen->size != size) {
        *seen = (Seen){signed_us, size, mono_us, true};
    }
    return seen;
}

static gboolean
is_no_longer_allowed(gpointer key, gpointer value, gpointer user)
{
    const char *const *line = user;

    (void)value;
    return !g_strv_contains(line, key);
}

StoreWitnessState
store_witness_watch_look(StoreWitnessWatch *self,
                         const char *allowed,
                         const GPtrArray *witnessed,
                         int64_t bound_us,
                         int64_t mono_us,
                         char **text)
{
    g_auto(GStrv) line = g_strsplit(allowed != NULL ? allowed : "", "\n", -1);
    g_autoptr(GString) late = g_string_new(NULL);
    StoreWitnessState state = STORE_WITNESS_WELL;

    *text = NULL;
    if (bound_us == 0 || witnessed == NULL)
        return bound_us == 0 ? STORE_WITNESS_WELL : STORE_WITNESS_UNKNOWN;
    for (size_t i = 0; line[i] != NULL; i++) {
        VicuNoteKey key;
        g_strstrip(line[i]);
        if (!vicu_note_key_parse(&key, line[i]) || key.kind != VICU_NOTE_WITNESS)
            continue;
        const Seen *seen = hear(self, line[i], newest_of(witnessed, line[i]), mono_us);
        if (mono_us - seen->heard_us > bound_us)
            g_string_append_printf(late, "%s%.*s", late->len > 0 ? ", " : "", NAMES_MAX, key.name);
        else if (!seen->ever && state == STORE_WITNESS_WELL)
            state = STORE_WITNESS_UNKNOWN;
    }
    g_hash_table_foreach_remove(self->seen, is_no_longer_allowed, line);
    if (late->len == 0)
        return state;
    g_autofree char *bound = vicu_duration_format(bound_us);
    if (late->len > 2 * NAMES_MAX)
        g_string_assign(late, "several witnesses");
    *text = g_strdup_printf("Audit unwitnessed: no signature of %s for more than %s; one that "
                            "refuses has seen a cut or a roll-back",
                            late->str, bound);
    return STORE_WITNESS_LATE;
}

/* A witness of the audit that no longer signs is noticed, and only then.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/note.h"
#include "common/seal.h"
#include "store/witness-watch.h"

#define S     ((int64_t)G_USEC_PER_SEC)
#define BOUND (60 * S)

typedef struct {
    StoreWitnessWatch *watch;
    VicuNoteSigner signer;
    StoreNote note;
    GPtrArray *witnessed;
    char *allowed;
    int64_t mono_us;
} World;

static void
set_up(World *w, gconstpointer data)
{
    static const uint8_t seed[VICU_SEAL_SEED] = {7};
    (void)data;

    w->watch = store_witness_watch_new();
    vicu_note_signer_init(&w->signer, VICU_NOTE_WITNESS, "ward-b", seed);
    g_autofree char *key = vicu_note_key_text(&w->signer.public_key);
    w->allowed = g_strconcat("\n", key, "\nno key\n", NULL);
    w->witnessed = g_ptr_array_new();
    w->mono_us = 1000 * S;
}

static void
tear_down(World *w, gconstpointer data)
{
    (void)data;
    store_witness_watch_free(w->watch);
    g_ptr_array_unref(w->witnessed);
    g_free(w->allowed);
}

/* Its own clock says @signed_us. */
static void
sign(World *w, int64_t signed_us, uint64_t size)
{
    w->note = (StoreNote){.size = size, .t_us = signed_us, .key = w->signer.public_key};
    g_ptr_array_set_size(w->witnessed, 0);
    g_ptr_array_add(w->witnessed, &w->note);
}

static StoreWitnessState
look(World *w, int64_t after_us, char **text)
{
    w->mono_us += after_us;
    return store_witness_watch_look(w->watch, w->allowed, w->witnessed, BOUND, w->mono_us, text);
}

static void
assert_state(World *w, int64_t after_us, StoreWitnessState state)
{
    g_autofree char *text = NULL;

    g_assert_cmpint(look(w, after_us, &text), ==, state);
    g_assert_cmpint(text != NULL, ==, state == STORE_WITNESS_LATE);
}

static void
one_that_stops_signing_is_late_and_well_again_when_it_signs(World *w, gconstpointer data)
{
    g_autofree char *text = NULL;
    (void)data;

    assert_state(w, 0, STORE_WITNESS_UNKNOWN);
    sign(w, 5 * S, 10);
    assert_state(w, 10 * S, STORE_WITNESS_WELL);
    assert_state(w, BOUND, STORE_WITNESS_WELL);
    g_assert_cmpint(look(w, 1, &text), ==, STORE_WITNESS_LATE);
    g_assert_nonnull(strstr(text, "ward-b"));
    g_assert_nonnull(strstr(text, "60 s"));
    sign(w, 95 * S, 10); /* the same head again: nothing new happened */
    assert_state(w, 1, STORE_WITNESS_WELL);
}

static void
one_that_never_signed_is_late_after_the_bound(World *w, gconstpointer data)
{
    (void)data;
    assert_state(w, 0, STORE_WITNESS_UNKNOWN);
    assert_state(w, BOUND, STORE_WITNESS_UNKNOWN);
    assert_state(w, 1, STORE_WITNESS_LATE);
}

/* A signature from before the watch began proves nothing, whatever time it has. */
static void
an_old_signature_with_a_time_to_come_is_no_sign(World *w, gconstpointer data)
{
    (void)data;
    sign(w, INT64_MAX / 2, 10);
    assert_state(w, 0, STORE_WITNESS_UNKNOWN);
    assert_state(w, BOUND + 1, STORE_WITNESS_LATE);
}

static void
one_that_is_no_longer_allowed_is_not_expected(World *w, gconstpointer data)
{
    (void)data;
    assert_state(w, 0, STORE_WITNESS_UNKNOWN);
    assert_state(w, BOUND + 1, STORE_WITNESS_LATE);
    w->allowed[1] = '!';
    assert_state(w, 1, STORE_WITNESS_WELL);
    g_clear_pointer(&w->allowed, g_free);
    assert_state(w, 1, STORE_WITNESS_WELL);
}

static void
without_a_bound_nobody_is_late_and_a_closed_database_says_nothing(World *w, gconstpointer data)
{
    g_autofree char *text = NULL;
    (void)data;

    assert_state(w, 0, STORE_WITNESS_UNKNOWN);
    w->mono_us += 2 * BOUND;
    g_assert_cmpint(
        store_witness_watch_look(w->watch, w->allowed, w->witnessed, 0, w->mono_us, &text), ==,
        STORE_WITNESS_WELL);
    g_assert_cmpint(store_witness_watch_look(w->watch, w->allowed, NULL, BOUND, w->mono_us, &text),
                    ==, STORE_WITNESS_UNKNOWN);
    g_assert_null(text);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add("/store/witness-watch/" #name, World, NULL, set_up, name, tear_down)
    ADD(one_that_stops_signing_is_late_and_well_again_when_it_signs);
    ADD(one_that_never_signed_is_late_after_the_bound);
    ADD(an_old_signature_with_a_time_to_come_is_no_sign);
    ADD(one_that_is_no_longer_allowed_is_not_expected);
    ADD(without_a_bound_nobody_is_late_and_a_closed_database_says_nothing);
    return g_test_run();
}

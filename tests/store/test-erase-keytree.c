/* The tree of keys: what is punctured cannot be had again, what is beside it stays.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <glib.h>

#include "store/erase/keytree.h"

#define SPAN  300 /* leaves that are looked at one by one */
#define PLACE (INT64_C(29000000))

static const uint8_t root[VICU_SEAL_KEY] = {1, 2, 3};

typedef struct {
    uint8_t key[VICU_SEAL_KEY];
    StoreTreeFound found;
} Found;

static Found
ask(StoreKeyTree *tree, uint64_t first, uint64_t last)
{
    Found f = {0};

    f.found = store_keytree_key(tree, first, last, f.key);
    g_assert_cmpint(store_keytree_look(tree, first, last), ==, f.found);
    return f;
}

static bool
same(const Found *a, const Found *b)
{
    return memcmp(a->key, b->key, sizeof a->key) == 0;
}

/* No node that is left lies above a leaf that is gone, and each other leaf has one. */
static void
assert_cover(StoreKeyTree *tree, const bool *gone, uint64_t base)
{
    size_t n = 0;
    const StoreTreeNode *node = store_keytree_nodes(tree, &n);

    for (uint64_t i = 0; i < SPAN; i++) {
        unsigned above = 0;
        for (size_t k = 0; k < n; k++)
            above += (base + i) >> (STORE_TREE_DEPTH - node[k].depth) == node[k].prefix;
        g_assert_cmpuint(above, ==, gone[i] ? 0 : 1);
    }
}

static void
assert_intervals(
    StoreKeyTree *tree, StoreKeyTree *intact, const bool *gone, uint64_t base, GRand *r)
{
    for (int k = 0; k < 300; k++) {
        uint64_t from = (uint64_t)g_rand_int_range(r, 0, SPAN);
        uint64_t to = (uint64_t)g_rand_int_range(r, (gint32)from, SPAN);
        size_t some = 0;
        for (uint64_t i = from; i <= to; i++)
            some += gone[i];
        Found now = ask(tree, base + from, base + to), before = ask(intact, base + from, base + to);
        g_assert_cmpint(before.found, ==, STORE_TREE_WHOLE);
        g_assert_cmpint(now.found, ==,
                        some == 0               ? STORE_TREE_WHOLE
                        : some == to - from + 1 ? STORE_TREE_ERASED
                                                : STORE_TREE_PARTLY);
        g_assert_true(same(&now, &before) == (some == 0));
    }
}

static void
what_is_punctured_cannot_be_derived_and_the_rest_is_as_before(void)
{
    g_autoptr(GRand) r = g_rand_new_with_seed(7);

    for (int turn = 0; turn < 20; turn++) {
        g_autoptr(StoreKeyTree) tree = store_keytree_new_from(root);
        g_autoptr(StoreKeyTree) intact = store_keytree_new_from(root);
        bool gone[SPAN] = {false};
        uint64_t base = store_tree_leaf(PLACE + turn * 1000);
        for (int k = 0; k < 8; k++) {
            uint64_t from = (uint64_t)g_rand_int_range(r, 0, SPAN);
            uint64_t some = (uint64_t)g_rand_int_range(r, 1, 60);
            uint64_t to = MIN(from + some, SPAN) - 1;
            store_keytree_puncture(tree, base + from, base + to);
            for (uint64_t i = from; i <= to; i++)
                gone[i] = true;
            assert_cover(tree, gone, base);
            assert_intervals(tree, intact, gone, base, r);
        }
    }
}

static void
a_tree_that_was_written_down_has_the_same_keys(void)
{
    g_autoptr(StoreKeyTree) tree = store_keytree_new();
    g_autoptr(StoreKeyTree) again = store_keytree_new_empty();
    uint64_t base = store_tree_leaf(PLACE);
    size_t n = 0;

    store_keytree_puncture(tree, base + 10, base + 20);
    store_keytree_puncture(tree, base + 40, base + 40);
    const StoreTreeNode *node = store_keytree_nodes(tree, &n);
    for (size_t i = 0; i < n; i++)
        g_assert_true(store_keytree_add(again, &node[i]));
    g_autoptr(StoreKeyTree) copy = store_keytree_copy(again);
    for (uint64_t i = 0; i < 60; i++) {
        Found a = ask(tree, base, base + i), b = ask(again, base, base + i),
              c = ask(copy, base, base + i);
        g_assert_true(same(&a, &b) && same(&a, &c));
    }
}

static void
nodes_out_of_order_or_bounds_are_refused(void)
{
    g_autoptr(StoreKeyTree) tree = store_keytree_new_empty();
    StoreTreeNode deep = {.prefix = 0, .depth = STORE_TREE_DEPTH + 1};
    StoreTreeNode wide = {.prefix = 4, .depth = 2};
    StoreTreeNode second = {.prefix = 1, .depth = 1}, first = {.prefix = 0, .depth = 1};

    g_assert_false(store_keytree_add(tree, &deep));
    g_assert_false(store_keytree_add(tree, &wide));
    g_assert_true(store_keytree_add(tree, &second));
    g_assert_false(store_keytree_add(tree, &first));
    g_assert_false(store_keytree_add(tree, &second));
    g_assert_cmpint(store_keytree_look(tree, 0, 5), ==, STORE_TREE_ERASED);
}

static void
keys_are_their_own(void)
{
    g_autoptr(StoreKeyTree) tree = store_keytree_new_from(root);
    g_autoptr(StoreKeyTree) other = store_keytree_new();
    uint64_t base = store_tree_leaf(PLACE);
    Found a = ask(tree, base, base), b = ask(tree, base, base + 1),
          c = ask(tree, base + 1, base + 1);
    Found d = ask(other, base, base), again = ask(tree, base, base);

    g_assert_false(same(&a, &b) || same(&a, &c) || same(&b, &c) || same(&a, &d));
    g_assert_true(same(&a, &again));
}

static void
every_time_has_a_leaf(void)
{
    g_autoptr(StoreKeyTree) tree = store_keytree_new_from(root);
    int64_t last = INT64_MAX / (60 * G_USEC_PER_SEC);

    g_assert_cmpuint(store_tree_leaf(INT64_MIN), ==, 0);
    g_assert_cmpuint(store_tree_leaf(INT64_MAX), ==, STORE_TREE_LAST);
    g_assert_cmpuint(store_tree_leaf(last), <, STORE_TREE_LAST);
    g_assert_cmpuint(store_tree_leaf(-1) + 1, ==, store_tree_leaf(0));
    store_keytree_puncture(tree, 0, STORE_TREE_LAST);
    g_assert_cmpint(ask(tree, 0, STORE_TREE_LAST).found, ==, STORE_TREE_ERASED);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/erase/keytree/punctures",
                    what_is_punctured_cannot_be_derived_and_the_rest_is_as_before);
    g_test_add_func("/erase/keytree/written", a_tree_that_was_written_down_has_the_same_keys);
    g_test_add_func("/erase/keytree/refuses", nodes_out_of_order_or_bounds_are_refused);
    g_test_add_func("/erase/keytree/own", keys_are_their_own);
    g_test_add_func("/erase/keytree/times", every_time_has_a_leaf);
    return g_test_run();
}

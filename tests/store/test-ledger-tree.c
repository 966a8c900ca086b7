/* The audit's tree: every record a leaf, a signed head over each group, proofs out of what is on
 * disk.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/store/make.h"

static const uint8_t seed[VICU_SEAL_SEED] = {7};

typedef struct {
    Ward ward;
    VicuNoteSigner signer;
} World;

static StoreLedger *
ledger_of(World *self)
{
    return store_head_ledger(self->ward.head);
}

static StoreNotes *
notes_of(World *self)
{
    return store_ledger_notes(ledger_of(self));
}

static void
world_sign(World *self)
{
    vicu_note_signer_init(&self->signer, VICU_NOTE_LOG, NULL, seed);
    store_notes_set_signer(notes_of(self), &self->signer);
}

static void
world_open(World *self)
{
    ward_open(&self->ward);
    world_sign(self);
}

static void
world_again(World *self)
{
    ward_shut(&self->ward);
    ward_reopen(&self->ward);
    world_sign(self);
}

static void
append(World *self, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
        g_autofree char *who = g_strdup_printf("dr.%u", i);
        record.who = who;
        record.what = (char *)"view";
        g_assert_cmpint(store_ledger_append(ledger_of(self), &record, self->ward.now.utc_us, NULL),
                        ==, STORE_LEDGER_TAKEN);
        self->ward.now.utc_us += SECOND;
    }
}

/* Of the records as they lie in the database. */
static void
root_of_records(World *self, uint64_t n, VicuMerkle *root)
{
    VicuMerkleEdge edge = {0};

    for (uint64_t number = 1; number <= n; number++) {
        StoreKey key = store_ledger_key(number);
        g_auto(StoreValue) value = {0};
        VicuMerkle leaf;
        StoreFind found = store_db_get(self->ward.db, STORE_AUDIT, &key, &value, NULL);
        vicu_merkle_leaf(&leaf, value.data, found == STORE_FOUND ? value.size : 0);
        vicu_merkle_edge_add(&edge, &leaf, NULL, NULL);
    }
    vicu_merkle_edge_root(&edge, root);
}

static void
assert_head(World *self, uint64_t size)
{
    const StoreNote *note = store_notes_newest(notes_of(self));
    VicuNoteHead head;
    VicuMerkle root;

    g_assert_nonnull(note);
    g_assert_true(vicu_note_is_signed(note->note, &self->signer.public_key, NULL));
    g_assert_true(vicu_note_parse(&head, note->note));
    g_assert_cmpuint(head.size, ==, size);
    root_of_records(self, size, &root);
    g_assert_true(vicu_merkle_equal(&root, &head.root));
    g_assert_null(store_ledger_check(ledger_of(self)));
}

static void
each_group_has_a_signed_head_over_all_records(void)
{
    World world;

    world_open(&world);
    g_assert_null(store_notes_newest(notes_of(&world)));
    append(&world, 1);
    g_assert_null(store_notes_newest(notes_of(&world))); /* not durable yet */
    ward_commit(&world.ward);
    assert_head(&world, 1);
    append(&world, 600);
    ward_commit(&world.ward);
    assert_head(&world, 601);
    append(&world, 5);
    world_again(&world); /* not committed: neither records nor leaves */
    assert_head(&world, 601);
    append(&world, 2);
    ward_commit(&world.ward);
    assert_head(&world, 603);
    ward_close(&world.ward);
}

static void
what_is_on_disk_proves_every_record_and_every_growth(void)
{
    enum { N = 700 };
    World world;
    VicuMerkle root, was, proof[VICU_MERKLE_PROOF_MAX];
    unsigned n = 0;

    world_open(&world);
    append(&world, N);
    ward_commit(&world.ward);
    world_again(&world);
    StoreTreeRead read = {.tree = store_ledger_tree(ledger_of(&world))};
    store_tree_root(read.tree, &root);
    for (uint64_t i = 0; i < N; i++) {
        StoreKey key = store_ledger_key(i + 1);
        g_auto(StoreValue) value = {0};
        VicuMerkle leaf;
        g_assert_cmpint(store_db_get(world.ward.db, STORE_AUDIT, &key, &value, NULL), ==,
                        STORE_FOUND);
        vicu_merkle_leaf(&leaf, value.data, value.size);
        g_assert_true(vicu_merkle_path(i, N, store_tree_read, &read, proof, &n));
        g_assert_true(vicu_merkle_check_path(&leaf, i, N, proof, n, &root));
    }
    for (uint64_t old = 0; old <= N; old += 37) {
        root_of_records(&world, old, &was);
        g_assert_true(vicu_merkle_growth(old, N, store_tree_read, &read, proof, &n));
        g_assert_true(vicu_merkle_check_growth(old, &was, N, &root, proof, n));
    }
    ward_close(&world.ward);
}

static void
drop_rows(World *self, uint8_t from, uint8_t to)
{
    StoreKey first = {0}, end = {0};

    store_key_u8(&first, from);
    store_key_u8(&end, to);
    store_db_delete_range(self->ward.db, STORE_AUDIT_INDEX, &first, &end);
    ward_commit(&self->ward);
}

static void
a_database_from_before_the_tree_gets_one(void)
{
    World world;

    ward_open(&world.ward);
    append(&world, 6000);
    ward_commit(&world.ward);
    drop_rows(&world, STORE_TREE_TAG, STORE_TREE_TAG + 1);
    world_again(&world);
    g_assert_null(store_notes_newest(notes_of(&world)));
    append(&world, 1);
    ward_commit(&world.ward);
    assert_head(&world, 6001);
    ward_close(&world.ward);
}

static void
records_that_had_gone_before_are_leaves_of_nothing(void)
{
    World world;
    unsigned gone = 0;

    ward_open(&world.ward);
    append(&world, 20);
    ward_commit(&world.ward);
    g_assert_true(
        store_ledger_retain(ledger_of(&world), T0_US + 5 * SECOND, T0_US + HOUR, 100, &gone, NULL));
    g_assert_cmpuint(gone, ==, 5);
    ward_commit(&world.ward);
    drop_rows(&world, STORE_TREE_TAG, STORE_TREE_TAG + 1);
    world_again(&world);
    append(&world, 1);
    ward_commit(&world.ward);
    assert_head(&world, 22);
    ward_close(&world.ward);
}

static void
retention_leaves_the_tree_as_it_is(void)
{
    World world;
    VicuMerkle before, after;
    StoreTreeRead read;
    unsigned gone = 0;

    world_open(&world);
    append(&world, 20);
    ward_commit(&world.ward);
    store_tree_root(store_ledger_tree(ledger_of(&world)), &before);
    g_assert_true(
        store_ledger_retain(ledger_of(&world), T0_US + 5 * SECOND, T0_US + HOUR, 100, &gone, NULL));
    ward_commit(&world.ward);
    world_again(&world);
    read = (StoreTreeRead){.tree = store_ledger_tree(ledger_of(&world))};
    g_assert_cmpuint(store_tree_size(read.tree), ==, 21);
    g_assert_true(vicu_merkle_root(20, store_tree_read, &read, &after));
    g_assert_true(vicu_merkle_equal(&before, &after));
    g_assert_null(store_ledger_check(ledger_of(&world)));
    ward_close(&world.ward);
}

static void
a_tree_that_is_not_what_was_signed_is_told(void)
{
    World world;
    VicuMerkle other = {{1}};

    world_open(&world);
    append(&world, 10);
    ward_commit(&world.ward);
    StoreKey node = store_tree_key(0, 3);
    store_db_put(world.ward.db, STORE_AUDIT_INDEX, &node, other.bytes, sizeof other.bytes);
    ward_commit(&world.ward);
    world_again(&world);
    g_autofree char *text = store_ledger_check(ledger_of(&world));
    g_assert_nonnull(strstr(text, "not those that a head was signed over"));
    ward_close(&world.ward);
}

static void
records_or_leaves_that_were_cut_off_are_told(void)
{
    World world;

    world_open(&world);
    append(&world, 10);
    ward_commit(&world.ward);
    StoreKey first = store_ledger_key(9), end = store_ledger_key(11);
    store_db_delete_range(world.ward.db, STORE_AUDIT, &first, &end);
    ward_commit(&world.ward);
    world_again(&world);
    g_autofree char *records = store_ledger_check(ledger_of(&world));
    g_assert_nonnull(strstr(records, "has number 8"));
    g_assert_cmpuint(store_ledger_last(ledger_of(&world)), ==, 10); /* no number twice */
    first = store_tree_key(0, 8);
    end = store_tree_key(0, 10);
    store_db_delete_range(world.ward.db, STORE_AUDIT_INDEX, &first, &end);
    ward_commit(&world.ward);
    world_again(&world);
    g_autofree char *leaves = store_ledger_check(ledger_of(&world));
    g_assert_nonnull(strstr(leaves, "is over 10 records, the database has 8"));
    ward_close(&world.ward);
}

static void
a_witness_is_kept_and_only_heads_of_ours_are_taken(void)
{
    const uint8_t other_seed[VICU_SEAL_SEED] = {8};
    World world;
    VicuNoteSigner witness, other;
    VicuMerkle root;
    g_autoptr(GError) error = NULL;

    world_open(&world);
    append(&world, 10);
    ward_commit(&world.ward);
    vicu_note_signer_init(&witness, VICU_NOTE_WITNESS, "ward-b", other_seed);
    g_autofree char *note = g_strdup(store_notes_newest(notes_of(&world))->note);
    g_autofree char *signed_note = vicu_note_cosign(&witness, note, T0_US / SECOND);
    g_assert_true(store_notes_witness(notes_of(&world), signed_note, &witness.public_key, &error));
    ward_commit(&world.ward);
    world_again(&world);
    const GPtrArray *all = store_notes_witnessed(notes_of(&world));
    g_assert_cmpuint(all->len, ==, 1);
    g_assert_cmpstr(((StoreNote *)all->pdata[0])->key.name, ==, "ward-b");
    g_assert_cmpuint(((StoreNote *)all->pdata[0])->size, ==, 10);
    g_assert_cmpint(((StoreNote *)all->pdata[0])->t_us, ==, T0_US);

    g_assert_false(store_notes_witness(notes_of(&world), note, &witness.public_key, &error));
    g_clear_error(&error);
    vicu_note_signer_init(&other, VICU_NOTE_LOG, NULL, other_seed);
    vicu_merkle_empty(&root);
    g_autofree char *foreign = vicu_note_sign(&other, 10, &root);
    g_autofree char *both = vicu_note_cosign(&witness, foreign, T0_US / SECOND);
    g_assert_false(store_notes_witness(notes_of(&world), both, &witness.public_key, &error));
    g_clear_error(&error);
    g_autofree char *forged = vicu_note_sign(&world.signer, 10, &root); /* a stolen key */
    g_autofree char *twice = vicu_note_cosign(&witness, forged, T0_US / SECOND);
    g_assert_false(store_notes_witness(notes_of(&world), twice, &witness.public_key, &error));
    ward_close(&world.ward);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/store/ledger-tree/" #name, name)
    ADD(each_group_has_a_signed_head_over_all_records);
    ADD(what_is_on_disk_proves_every_record_and_every_growth);
    ADD(a_database_from_before_the_tree_gets_one);
    ADD(records_that_had_gone_before_are_leaves_of_nothing);
    ADD(retention_leaves_the_tree_as_it_is);
    ADD(a_tree_that_is_not_what_was_signed_is_told);
    ADD(records_or_leaves_that_were_cut_off_are_told);
    ADD(a_witness_is_kept_and_only_heads_of_ours_are_taken);
    return g_test_run();
}

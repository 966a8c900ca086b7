/* The verifier that shares no code with the store: what is written is accepted, and whatever is
 * done to it is found, also by somebody who knows the form of the file.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/note.h"
#include "tools/ledger-file.h"
#include "tools/verifier/verify.h"

#define N         90
#define WITNESSED 60
#define LEN       VICU_MERKLE_LEN

typedef struct {
    VicuNoteSigner log, witness;
    char *key, *witness_key;
    GPtrArray *entries; /* GBytes: records of numbers from 1 */
} World;

static GBytes *
record_of(uint64_t number, const char *what, const char *detail)
{
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
    g_autofree char *who = g_strdup_printf("dr.%" G_GUINT64_FORMAT, number % 7);

    record.who = who;
    record.role = (char *)"store";
    record.what = (char *)what;
    record.bed = (char *)"demo/icu/7";
    record.t_us = record.t_taken_us = INT64_C(1790000000000000) + (int64_t)number;
    record.detail = (char *)detail;
    return vicu_wire_pack(&record.base);
}

static void
world_init(World *self)
{
    const uint8_t seed[VICU_SEAL_SEED] = {1}, other[VICU_SEAL_SEED] = {2};

    vicu_note_signer_init(&self->log, VICU_NOTE_LOG, NULL, seed);
    vicu_note_signer_init(&self->witness, VICU_NOTE_WITNESS, "ward-b", other);
    self->key = vicu_note_key_text(&self->log.public_key);
    self->witness_key = vicu_note_key_text(&self->witness.public_key);
    self->entries = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (uint64_t i = 1; i <= N; i++)
        g_ptr_array_add(self->entries, i == N ? record_of(i, "audit-retention", "records 1 to 9, x")
                                              : record_of(i, "view", "wall"));
}

static void
world_clear(World *self)
{
    g_free(self->key);
    g_free(self->witness_key);
    g_ptr_array_unref(self->entries);
}

/* ---- a file ---- */

typedef struct {
    uint64_t first, last, size; /* of the range and the head, where nobody has changed it */
    uint64_t gone;              /* the first so many went by retention */
    uint64_t drop, twice, swap; /* done to it: numbers; 0: not */
    uint64_t cut;               /* so many from the end are not written */
    uint64_t change;            /* one byte of that record */
} Story;

static void
leaf_of(const GBytes *record, VicuMerkle *leaf)
{
    gsize size = 0;
    const void *data = g_bytes_get_data((GBytes *)record, &size);

    vicu_merkle_leaf(leaf, data, size);
}

static char *
note_over(const World *self, uint64_t size)
{
    VicuMerkleEdge edge = {0};
    VicuMerkle leaf, root;

    for (uint64_t i = 0; i < size; i++) {
        leaf_of(self->entries->pdata[i], &leaf);
        vicu_merkle_edge_add(&edge, &leaf, NULL, NULL);
    }
    vicu_merkle_edge_root(&edge, &root);
    return vicu_note_sign(&self->log, size, &root);
}

static bool
read_node(const VicuMerklePlace *place, VicuMerkle *hash, gpointer user)
{
    const World *self = user;
    VicuMerkleEdge edge = {0};

    for (uint64_t i = place->index << place->level; i < (place->index + 1) << place->level; i++) {
        VicuMerkle leaf;
        leaf_of(self->entries->pdata[i], &leaf);
        vicu_merkle_edge_add(&edge, &leaf, NULL, NULL);
    }
    vicu_merkle_edge_root(&edge, hash);
    return true;
}

static GByteArray *
span_of(World *self, uint64_t first, uint64_t end)
{
    GByteArray *out = g_byte_array_new();
    VicuMerklePlace places[VICU_MERKLE_SPAN_MAX];
    unsigned n = vicu_merkle_span(first, end, places);

    for (unsigned i = 0; i < n; i++) {
        VicuMerkle node;
        read_node(&places[i], &node, self);
        g_byte_array_append(out, node.bytes, LEN);
    }
    return out;
}

static void
write_entry(World *self, ToolLedgerFile *file, uint64_t number, const Story *story)
{
    Vicu__LedgerEntry entry = VICU__LEDGER_ENTRY__INIT;
    gsize size = 0;
    const GBytes *record = self->entries->pdata[number - 1];
    g_autofree uint8_t *data =
        g_memdup2(g_bytes_get_data((GBytes *)record, &size), g_bytes_get_size((GBytes *)record));
    VicuMerkle leaf;

    entry.number = number;
    if (number <= story->gone) {
        leaf_of(record, &leaf);
        entry.leaf = (ProtobufCBinaryData){LEN, leaf.bytes};
    } else {
        size = g_bytes_get_size((GBytes *)record);
        if (number == story->change)
            data[size - 1] ^= 1;
        entry.record = (ProtobufCBinaryData){size, data};
    }
    tool_ledger_file_add(file, &entry);
}

static void
write_entries(World *self, ToolLedgerFile *file, const Story *story)
{
    for (uint64_t i = story->first; i + story->cut <= story->last; i++) {
        uint64_t number = story->swap != 0 && i == story->swap       ? i + 1
                          : story->swap != 0 && i == story->swap + 1 ? i - 1
                                                                     : i;
        if (i != story->drop)
            write_entry(self, file, number, story);
        if (i == story->twice)
            write_entry(self, file, number, story);
    }
}

/* Caller frees. */
static GByteArray *
export_of(World *self, const Story *story)
{
    char *data = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&data, &size);
    Vicu__LedgerHead head = VICU__LEDGER_HEAD__INIT;
    Vicu__Cosigned cosigned = VICU__COSIGNED__INIT, *one = &cosigned;
    g_autofree char *note = note_over(self, story->size);
    g_autofree char *before = note_over(self, WITNESSED);
    g_autofree char *signed_note = vicu_note_cosign(&self->witness, before, 1790000000);
    g_autoptr(GByteArray) left = span_of(self, 0, story->first - 1);
    g_autoptr(GByteArray) right = span_of(self, story->last, story->size);
    GByteArray *bytes = g_byte_array_new();

    head.note = note;
    head.size = story->size;
    head.first = story->first;
    head.last = story->last;
    head.left = (ProtobufCBinaryData){left->len, left->data};
    head.right = (ProtobufCBinaryData){right->len, right->data};
    cosigned.note = signed_note;
    cosigned.key = self->witness_key;
    cosigned.size = WITNESSED;
    head.cosigned = &one;
    head.n_cosigned = 1;
    ToolLedgerFile *file = tool_ledger_file_new(out, &head, self->key);
    write_entries(self, file, story);
    g_assert_true(tool_ledger_file_end(file, NULL));
    fclose(out);
    g_byte_array_append(bytes, (const uint8_t *)data, (guint)size);
    free(data);
    return bytes;
}

/* Caller frees. @number of a tree of @size equal leaves but that one, as large as one likes. */
typedef struct {
    VicuMerkle level[VICU_MERKLE_LEVELS];
} Equal;

static bool
read_equal(const VicuMerklePlace *place, VicuMerkle *hash, gpointer user)
{
    *hash = ((Equal *)user)->level[place->level];
    return true;
}

static GByteArray *
proof_of(World *self, const GBytes *record, uint64_t number, uint64_t tree, unsigned *path_bytes)
{
    Equal equal;
    VicuMerkle root, path[VICU_MERKLE_PROOF_MAX];
    Vicu__LedgerProof proof = VICU__LEDGER_PROOF__INIT;
    char *data = NULL;
    size_t size = 0;
    gsize record_size = 0;
    unsigned n = 0;
    FILE *out = open_memstream(&data, &size);
    GByteArray *bytes = g_byte_array_new();

    leaf_of(record, &equal.level[0]);
    for (int i = 1; i < VICU_MERKLE_LEVELS; i++)
        vicu_merkle_node(&equal.level[i], &equal.level[i - 1], &equal.level[i - 1]);
    g_assert_true(vicu_merkle_root(tree, read_equal, &equal, &root));
    g_assert_true(vicu_merkle_path(number - 1, tree, read_equal, &equal, path, &n));
    g_autofree char *note = vicu_note_sign(&self->log, tree, &root);
    g_autofree char *both = vicu_note_cosign(&self->witness, note, 1790000000);
    proof.number = number;
    proof.record.data = (uint8_t *)g_bytes_get_data((GBytes *)record, &record_size);
    proof.record.len = record_size;
    proof.path = (ProtobufCBinaryData){n * LEN, (uint8_t *)path};
    proof.note = both;
    proof.witness = self->witness_key;
    g_assert_true(tool_ledger_file_proof(out, &proof, self->key, NULL));
    fclose(out);
    g_byte_array_append(bytes, (const uint8_t *)data, (guint)size);
    free(data);
    *path_bytes = n * LEN;
    return bytes;
}

static VerifierFound
verify(const World *self, const GByteArray *file, bool all, VerifierReport *report)
{
    VerifierDemand demand = {self->key, self->witness_key, all};
    FILE *in = fmemopen(file->data, file->len, "rb");
    VerifierFound found = verifier_verify(in, &demand, report, NULL, NULL);

    fclose(in);
    return found;
}

/* As somebody does who knows the form: the checksum at the end is that of what is there. */
static void
sum_again(GByteArray *file)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    gsize size = LEN;

    if (file->len < LEN)
        return;
    g_checksum_update(sum, file->data, file->len - LEN);
    g_checksum_get_digest(sum, file->data + file->len - LEN, &size);
}

/* ---- tests ---- */

static const Story whole = {.first = 1, .last = N, .size = N};

static void
accepts_what_was_written(void)
{
    World world;
    VerifierReport report;

    world_init(&world);
    g_autoptr(GByteArray) file = export_of(&world, &whole);
    g_assert_cmpint(verify(&world, file, true, &report), ==, VERIFIER_GOOD);
    g_assert_cmpuint(report.size, ==, N);
    g_assert_cmpstr(report.witness, ==, "ward-b");
    g_assert_cmpuint(report.witnessed, ==, WITNESSED);
    g_assert_cmpint(report.witnessed_s, ==, 1790000000);
    for (uint64_t first = 1; first <= WITNESSED + 1; first += 5)
        for (uint64_t last = WITNESSED; last <= N; last += 3) {
            Story story = {.first = first, .last = last, .size = N};
            g_autoptr(GByteArray) part = export_of(&world, &story);
            g_assert_cmpint(verify(&world, part, false, &report), ==, VERIFIER_GOOD);
            bool is_all = first == 1 && last == N;
            g_assert_cmpint(verify(&world, part, true, &report), ==,
                            is_all ? VERIFIER_GOOD : VERIFIER_CHANGED);
        }
    world_clear(&world);
}

static void
records_that_went_by_retention_need_the_record_that_says_so(void)
{
    World world;
    VerifierReport report;

    world_init(&world);
    Story story = whole;
    story.gone = 9;
    g_autoptr(GByteArray) told = export_of(&world, &story);
    g_assert_cmpint(verify(&world, told, true, &report), ==, VERIFIER_GOOD);
    g_assert_cmpuint(report.gone, ==, 9);
    story.gone = 10;
    g_autoptr(GByteArray) silent = export_of(&world, &story);
    g_assert_cmpint(verify(&world, silent, true, &report), ==, VERIFIER_CHANGED);
    world_clear(&world);
}

static Story
random_story(GRand *random)
{
    Story story = whole;
    uint64_t number = (uint64_t)g_rand_int_range(random, 1, N);

    switch (g_rand_int_range(random, 0, 7)) {
    case 0:
        story.drop = number;
        break;
    case 1:
        story.twice = number;
        break;
    case 2:
        story.swap = number;
        break;
    case 3:
        story.cut = number;
        break;
    case 4:
        story.change = number;
        break;
    case 5: /* another head, a whole one: rolled back behind what the witness has seen */
        story.size = story.last = (uint64_t)g_rand_int_range(random, 1, WITNESSED);
        break;
    default: /* records that are there are said to have gone */
        story.gone = 9 + number % (N - 10) + 1;
    }
    return story;
}

/* Bits of the file, its end, or bytes within. */
static void
mangle(GRand *random, GByteArray *file)
{
    guint at = (guint)g_rand_int_range(random, 0, (gint32)file->len);
    int kind = g_rand_int_range(random, 0, 4);
    uint8_t byte = (uint8_t)g_rand_int_range(random, 0, 256);

    if (kind == 0)
        file->data[at] ^= (uint8_t)(1u << g_rand_int_range(random, 0, 8));
    else if (kind == 1)
        g_byte_array_set_size(file, at);
    else if (kind == 2)
        g_byte_array_remove_index(file, at);
    else
        g_byte_array_append(file, &byte, 1);
}

static void
finds_ten_thousand_changes(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(5425);
    World world;
    VerifierReport report;

    world_init(&world);
    g_autoptr(GByteArray) good = export_of(&world, &whole);
    for (int i = 0; i < 10000; i++) {
        g_autoptr(GByteArray) file = NULL;
        if (i % 2 == 0) {
            Story story = random_story(random);
            file = export_of(&world, &story);
        } else {
            file = g_byte_array_new();
            g_byte_array_append(file, good->data, good->len);
            mangle(random, file);
            /* A sum that was the only change would be put right by this. */
            if (file->len < good->len - LEN || g_rand_boolean(random))
                sum_again(file);
            if (file->len == good->len && memcmp(file->data, good->data, good->len) == 0)
                continue;
        }
        VerifierFound found = verify(&world, file, true, &report);
        if (found != VERIFIER_CHANGED)
            g_error("change %d was not found", i);
        g_assert_cmpstr(report.why, !=, "");
    }
    world_clear(&world);
}

static void
a_proof_among_ten_million_is_small_and_every_bit_of_it_counts(void)
{
    World world;
    VerifierReport report;
    unsigned path = 0;

    world_init(&world);
    g_autoptr(GBytes) record = record_of(
        1042, "limit-set", "HR_high 130 /min instead of 120 /min, for 4 h, by the station");
    g_autoptr(GByteArray) file = proof_of(&world, record, 1042, 10000000, &path);
    g_test_message("path %u bytes, file %u bytes", path, file->len);
    g_assert_cmpuint(path, <=, 800);
    g_assert_cmpuint(file->len, <=, 2048);
    g_assert_cmpint(verify(&world, file, false, &report), ==, VERIFIER_GOOD);
    g_assert_cmpuint(report.first, ==, 1042);
    for (guint i = 0; i < file->len * 8; i++) {
        g_autoptr(GByteArray) changed = g_byte_array_new();
        g_byte_array_append(changed, file->data, file->len);
        changed->data[i / 8] ^= (uint8_t)(1u << (i % 8));
        g_assert_cmpint(verify(&world, changed, false, &report), ==, VERIFIER_CHANGED);
    }
    world_clear(&world);
}

static void
a_foreign_key_is_not_believed(void)
{
    World world, other;
    VerifierReport report;
    const uint8_t seed[VICU_SEAL_SEED] = {3};

    world_init(&world);
    world_init(&other);
    vicu_note_signer_init(&other.log, VICU_NOTE_LOG, NULL, seed);
    g_free(other.key);
    other.key = vicu_note_key_text(&other.log.public_key);
    g_autoptr(GByteArray) file = export_of(&other, &whole);
    g_assert_cmpint(verify(&other, file, true, &report), ==, VERIFIER_GOOD);
    g_assert_cmpint(verify(&world, file, true, &report), ==, VERIFIER_CHANGED);
    world_clear(&world);
    world_clear(&other);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/tools/verifier/" #name, name)
    ADD(accepts_what_was_written);
    ADD(records_that_went_by_retention_need_the_record_that_says_so);
    ADD(finds_ten_thousand_changes);
    ADD(a_proof_among_ten_million_is_small_and_every_bit_of_it_counts);
    ADD(a_foreign_key_is_not_believed);
    return g_test_run();
}

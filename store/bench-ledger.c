/* The audit in `vicu bench store`: records appended durably, and the proof of one among ten
 * million.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/folder.h"
#include "store/bench-inner.h"
#include "store/bench-world.h"

#define GROUP  1000 /* records that share a sync and a head */
#define GROUPS 100
#define TREE   10000000 /* leaves of the tree that a proof is of */
#define CHECKS 1000

typedef struct {
    const char *dir;
    const char *keys;
} Job;

typedef struct {
    double per_s; /* of wall time */
} Appended;

static bool
append_group(StoreBenchWorld *world, GError **error)
{
    StoreLedger *ledger = store_head_ledger(world->head);

    for (int i = 0; i < GROUP; i++) {
        Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
        uint8_t id[STORE_AUDIT_ID_LEN];
        vicu_seal_random(id, sizeof id);
        record.who = (char *)"dashboard";
        record.role = (char *)"dashboard";
        record.what = (char *)"view";
        record.bed = (char *)"site/icu/7";
        record.from = (char *)"vicu-dashboard, key ward-2";
        record.detail = (char *)"disclosure of 72 h";
        record.t_us = world->now.utc_us;
        record.id = (ProtobufCBinaryData){sizeof id, id};
        world->now.utc_us += 10;
        if (store_ledger_append(ledger, &record, world->now.utc_us, error) != STORE_LEDGER_TAKEN)
            return false;
    }
    return store_head_commit(world->head, NULL, error);
}

static bool
append(gpointer data, gpointer result, GError **error)
{
    const uint8_t seed[VICU_SEAL_SEED] = {1};
    const Job *job = data;
    Appended *appended = result;
    StoreBenchWorld world;
    VicuNoteSigner signer;

    if (!store_bench_world_open(&world, job->dir, job->keys, vicu_clock_utc_us(), true, error))
        return false;
    vicu_note_signer_init(&signer, VICU_NOTE_LOG, NULL, seed);
    store_notes_set_signer(store_ledger_notes(store_head_ledger(world.head)), &signer);
    int64_t begin_us = vicu_clock_boot_us();
    for (int i = 0; i < GROUPS; i++)
        if (!append_group(&world, error))
            return false;
    appended->per_s = (double)GROUP * GROUPS * 1e6 / (double)(vicu_clock_boot_us() - begin_us);
    g_autofree char *wrong = store_ledger_check(store_head_ledger(world.head));
    if (wrong != NULL)
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "%s", wrong);
    store_bench_world_close(&world);
    return wrong == NULL;
}

/* A tree of equal leaves, of which each level has one hash. */
static bool
read_equal(const VicuMerklePlace *place, VicuMerkle *hash, gpointer user)
{
    *hash = ((const VicuMerkle *)user)[place->level];
    return true;
}

/* What who verifies a proof computes: leaf and path, the store's signature and a witness'. */
static bool
prove(StoreBench *self, GError **error)
{
    const uint8_t seed[VICU_SEAL_SEED] = {1}, other[VICU_SEAL_SEED] = {2};
    VicuMerkle level[VICU_MERKLE_LEVELS], root, path[VICU_MERKLE_PROOF_MAX], leaf;
    VicuNoteSigner log, witness;
    uint8_t record[200] = {1};
    unsigned n = 0;
    bool ok = true;

    vicu_merkle_leaf(&level[0], record, sizeof record);
    for (int i = 1; i < VICU_MERKLE_LEVELS; i++)
        vicu_merkle_node(&level[i], &level[i - 1], &level[i - 1]);
    vicu_note_signer_init(&log, VICU_NOTE_LOG, NULL, seed);
    vicu_note_signer_init(&witness, VICU_NOTE_WITNESS, "ward-b", other);
    vicu_merkle_root(TREE, read_equal, level, &root);
    vicu_merkle_path(1041, TREE, read_equal, level, path, &n);
    g_autofree char *note = vicu_note_sign(&log, TREE, &root);
    g_autofree char *both = vicu_note_cosign(&witness, note, 1790000000);
    double begin_s = vicu_clock_cpu_s();
    for (int i = 0; i < CHECKS; i++) {
        vicu_merkle_leaf(&leaf, record, sizeof record);
        ok = ok && vicu_merkle_check_path(&leaf, 1041, TREE, path, n, &root)
             && vicu_note_is_signed(both, &log.public_key, NULL)
             && vicu_note_is_signed(both, &witness.public_key, NULL);
    }
    store_bench_figure(self, "ledger_verify", "us", (vicu_clock_cpu_s() - begin_s) * 1e6 / CHECKS);
    store_bench_figure(self, "ledger_path", "B", n * (double)VICU_MERKLE_LEN);
    if (!ok)
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "a proof of the bench is refused");
    return ok;
}

bool
store_bench_ledger(StoreBench *self, GError **error)
{
    g_autofree char *dir = g_build_filename(self->dir, "ledger", NULL);
    Job job = {dir, self->keys};

    for (int r = 0; r < self->runs; r++) {
        Appended found;
        if (!store_bench_apart(append, &job, &found, sizeof found, error) || !prove(self, error))
            return false;
        vicu_folder_remove(dir);
        store_bench_figure(self, "ledger_append", "records/s", found.per_s);
        store_bench_step(self);
    }
    return true;
}

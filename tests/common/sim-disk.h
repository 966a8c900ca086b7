/* A disk that forgets: VicuSpoolFiles over memory.
 *
 * What was written is read back at once, as from the page cache. A power cut
 * keeps what was synced, and of the rest any subset of the writes, each of them
 * whole, torn or absent, in any order; names made or removed since the folder's
 * last sync may be there or not. Killing a process loses nothing of this.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/spool.h"
#include "tests/common/sim-random.h"

G_BEGIN_DECLS

typedef struct SimDisk SimDisk;

SimDisk *sim_disk_new(SimRandom *random);
void sim_disk_free(SimDisk *self);
/* What a snapshot of the machine would hold now: all of it, as if synced. */
SimDisk *sim_disk_copy(const SimDisk *self, SimRandom *random);

/* For vicu_spool_open_on(): borrows @self. */
const VicuSpoolFiles *sim_disk_files(void);

/* Every handle is closed. */
void sim_disk_kill(SimDisk *self);
void sim_disk_power_cut(SimDisk *self);
/* All files are gone. */
void sim_disk_lose(SimDisk *self);
/* Bytes in all files before writes find no space; 0: no bound. */
void sim_disk_set_capacity(SimDisk *self, uint64_t bytes);
/* The next sync fails, and what it should have kept may be gone. */
void sim_disk_fail_sync(SimDisk *self);
/* A sync has failed, or space was lacking, since this was last asked. */
bool sim_disk_take_failed(SimDisk *self);

/* For tests that tear at a certain byte: cuts file @name to @size, durably. */
void sim_disk_truncate(SimDisk *self, const char *name, uint64_t size);
void sim_disk_flip(SimDisk *self, const char *name, uint64_t offset);
uint64_t sim_disk_file_size(const SimDisk *self, const char *name);
GPtrArray *sim_disk_names(const SimDisk *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SimDisk, sim_disk_free)

G_END_DECLS

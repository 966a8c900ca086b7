/* Disk spool: the batches of one sender that the store has not acknowledged.
 *
 * A folder of segments of 8 MiB (NNNNNNNN.spool) and two slots of the epoch
 * file (epoch.0, epoch.1). Each record carries magic, CRC32C, length, epoch,
 * sequence and time. Epochs here are those of the wire. A record is on disk
 * once a sync that began after its append has finished; nothing else may be
 * sent to the store. What overflows, and what was found damaged, is kept as a
 * dropped range in the epoch file, synced before the data go, until it is
 * trimmed like a batch: an unacknowledged batch never vanishes without one.
 *
 * A failed write or sync is final: the error is reported once, every later
 * call fails, and the process has to be restarted (pages that a failed sync
 * leaves behind count as clean to the kernel and prove nothing).
 *
 * Memory: 12 bytes a record and one record's buffer. One owner thread; only
 * vicu_spool_job_run() may run elsewhere. Time is an argument. All file work
 * goes through VicuSpoolFiles, so that tests bring their own disk.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define VICU_SPOOL_SEGMENT_BYTES (8u << 20)
#define VICU_SPOOL_RECORD_MAX    (4u << 20) /* bytes of one batch */
#define VICU_SPOOL_EPOCHS_MAX                                                                      \
    1024u /* epochs not fully acknowledged; beyond, the oldest are dropped */

typedef struct VicuSpool VicuSpool;
typedef struct VicuSpoolJob VicuSpoolJob;

/* One after the other they are what is written. */
typedef struct {
    const void *data;
    size_t size;
} VicuSpoolPart;

/* What the spool asks of a disk. Every function returns < 0 as -errno. A name
 * is durable after sync_folder(), content after sync(). */
typedef struct {
    int (*open)(gpointer disk, const char *name, bool create); /* handle >= 0 */
    void (*close)(gpointer disk, int handle);
    int64_t (*size)(gpointer disk, int handle);
    int64_t (*read)(gpointer disk, int handle, uint64_t offset, void *into, size_t len);
    int (*write)(gpointer disk,
                 int handle,
                 uint64_t offset,
                 const VicuSpoolPart *parts,
                 size_t n); /* all or error */
    int (*sync)(gpointer disk, int handle);
    int (*unlink)(gpointer disk, const char *name);
    int (*sync_folder)(gpointer disk);
    GPtrArray *(*list)(gpointer disk); /* names, free function set; NULL: unreadable */
    void (*free)(gpointer disk);
} VicuSpoolFiles;

typedef struct {
    uint64_t max_bytes;     /* at least two segments */
    uint32_t segment_bytes; /* 0: VICU_SPOOL_SEGMENT_BYTES */
    int64_t max_age_us;     /* of an unacknowledged batch; 0 = no bound */
    int64_t opened_us;      /* UTC now: a new spool counts its epochs from that second on */
    uint64_t first_id;      /* random, not 0: marks a new spool's files as belonging together */
} VicuSpoolSettings;

typedef enum {
    VICU_SPOOL_SIZE,
    VICU_SPOOL_AGE,
    VICU_SPOOL_DAMAGED,
    VICU_SPOOL_FORGOTTEN, /* trimmed by an ack that the store no longer knows of */
} VicuSpoolDropReason;

/* Sequences that the spool no longer holds and that nobody acknowledged. */
typedef struct {
    uint64_t epoch;
    uint64_t first;
    uint64_t last;
    int64_t from_us; /* 0: not known */
    int64_t to_us;
    VicuSpoolDropReason reason;
} VicuSpoolDropped;

typedef enum {
    VICU_SPOOL_FOUND,
    VICU_SPOOL_DROPPED, /* @dropped says which run; its `last` may be far ahead */
    VICU_SPOOL_NONE,    /* not yet appended, or no such epoch */
    VICU_SPOOL_BROKEN,  /* the disk failed: see vicu_spool_failure() */
} VicuSpoolPeek;

typedef struct {
    const uint8_t *body; /* borrowed until the next call on this spool */
    size_t len;
    int64_t t_us;
    VicuSpoolDropped dropped;
} VicuSpoolRecord;

typedef struct {
    uint64_t epoch;
    uint64_t first; /* oldest sequence not yet trimmed, dropped ones included */
    uint64_t last;  /* newest */
} VicuSpoolEpoch;

/* An epoch and the process life that began it. */
typedef struct {
    uint64_t epoch;
    uint64_t instance;
} VicuSpoolBegun;

typedef struct {
    uint64_t batches; /* unacknowledged */
    uint64_t bytes;   /* of all segments on disk */
    uint64_t segments;
    uint64_t torn_bytes;      /* unreadable tails found at open */
    uint64_t dropped_batches; /* since open */
    uint64_t syncs;
} VicuSpoolFigures;

/* Folder @path on the real disk, made (0700) if absent and locked against a
 * second process. Blocks for a scan of all segments and their sync. */
VicuSpool *vicu_spool_open(const char *path, const VicuSpoolSettings *settings, GError **error);
/* The same on any disk; takes @disk. @name is for messages. */
VicuSpool *vicu_spool_open_on(const VicuSpoolFiles *files,
                              gpointer disk,
                              const char *name,
                              const VicuSpoolSettings *settings,
                              GError **error);
void vicu_spool_free(VicuSpool *self); /* syncs nothing */

/* A fresh spool was empty when opened and has not learnt from the store which
 * epochs its sender used before: its epochs are provisional and nothing may go
 * to the store. */
bool vicu_spool_is_fresh(const VicuSpool *self);
/* Moves every epoch so far above @highest, which @instance began, and above the
 * second at which the spool was opened (what a lost spool counted to, and the
 * store never heard of, lies below that); synced when it returns. */
bool vicu_spool_adopt(VicuSpool *self, uint64_t highest, uint64_t instance, GError **error);

/* Begins the next epoch, never used before; synced when it returns. 0 on
 * error. The live epoch is the one that appends go to. */
uint64_t vicu_spool_begin_epoch(VicuSpool *self, uint64_t instance, GError **error);
uint64_t vicu_spool_live(const VicuSpool *self);

/* Every epoch begun since the last one that the store welcomed, and that one:
 * what tells this spool from a copy of it. Borrowed until the next call. */
const VicuSpoolBegun *vicu_spool_begun(VicuSpool *self, size_t *n);
/* The store welcomed @epoch; what was begun before it is forgotten in time. */
void vicu_spool_welcomed(VicuSpool *self, uint64_t epoch);

/* Sequence given (from 1, without holes), 0 on error. Does not sync. A body of
 * 0 bytes is refused, as is one above VICU_SPOOL_RECORD_MAX. May drop the
 * oldest to stay within the settings' bounds. */
uint64_t
vicu_spool_append(VicuSpool *self, const void *body, size_t len, int64_t t_us, GError **error);

VicuSpoolPeek
vicu_spool_peek(VicuSpool *self, uint64_t epoch, uint64_t sequence, VicuSpoolRecord *record);
/* Length and CRC32C of what peek would find, without reading it; 0 when not FOUND. */
size_t vicu_spool_len(const VicuSpool *self, uint64_t epoch, uint64_t sequence, uint32_t *crc);

/* Everything of @epoch up to @sequence is stored: segments without anything
 * else in them are removed. Lower than before: ignored. */
bool vicu_spool_trim(VicuSpool *self, uint64_t epoch, uint64_t sequence, GError **error);

/* Epochs that hold anything not yet trimmed, oldest first, the live one always
 * (empty: first = 1, last = 0). The array is borrowed until the next call. */
const VicuSpoolEpoch *vicu_spool_epochs(VicuSpool *self, size_t *n);
/* Newest sequence of @epoch that is on disk. */
uint64_t vicu_spool_synced(const VicuSpool *self, uint64_t epoch);

/* Grouped sync: begin when vicu_spool_unsynced_bytes() >= 64 KiB or the oldest
 * unsynced append is 20 ms old; run the job here or on a worker thread; finish
 * on the owner's thread. One job at a time: begin gives NULL while one runs or
 * when there is nothing to sync. finish() frees the job. */
uint64_t vicu_spool_unsynced_bytes(const VicuSpool *self);
VicuSpoolJob *vicu_spool_job_begin(VicuSpool *self);
void vicu_spool_job_run(VicuSpoolJob *job);
bool vicu_spool_job_finish(VicuSpool *self, VicuSpoolJob *job, GError **error);
/* The three in one; blocks. */
bool vicu_spool_sync(VicuSpool *self, GError **error);

/* Drops what is older than the settings allow. Call each second. */
bool vicu_spool_age(VicuSpool *self, int64_t t_us, GError **error);

/* The next drop by overflow or age not yet told; false: none. For the owner's
 * log and its technical alarm: the store learns of it by itself. */
bool vicu_spool_take_dropped(VicuSpool *self, VicuSpoolDropped *dropped);
/* NULL while all is well. */
const char *vicu_spool_failure(const VicuSpool *self);
void vicu_spool_figures(const VicuSpool *self, VicuSpoolFigures *figures);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuSpool, vicu_spool_free)

G_END_DECLS

/* What the files of the spool share. Epochs in here are local: those of the
 * wire less `base`.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/spool.h"

G_BEGIN_DECLS

#define SPOOL_HEAD_BYTES   32u /* of a segment: magic, spool id, number, reserved, CRC32C */
#define SPOOL_RECORD_BYTES 48u /* before each body */

/* A record in its segment; len 0: it failed its checksum. */
typedef struct {
    uint32_t offset;
    uint32_t len;
    uint32_t crc; /* of the body */
} SpoolPlace;

/* Consecutive sequences of one epoch in one segment. */
typedef struct {
    uint64_t epoch;
    uint64_t first;
    int64_t from_us;
    int64_t to_us;
    GArray *places;
} SpoolRun;

typedef struct {
    uint64_t number;
    int handle; /* < 0: not open */
    uint32_t size;
    bool unsynced;
    bool in_job;
    GPtrArray *runs; /* SpoolRun */
} SpoolSegment;

typedef struct {
    uint64_t epoch;
    uint64_t first; /* oldest not trimmed */
    uint64_t last;
    uint64_t synced;
} SpoolEpoch;

struct VicuSpool {
    VicuSpoolFiles files;
    gpointer disk;
    char *name;
    char *failure;
    VicuSpoolSettings settings;

    uint64_t id;
    bool fresh;
    uint64_t base;
    uint64_t next; /* local number of the next epoch */
    uint64_t generation;
    uint64_t live;  /* 0: none begun */
    GArray *ledger; /* VicuSpoolDropped, local epochs, sorted by epoch and first */
    bool ledger_unsaved;
    GArray *begun;        /* VicuSpoolBegun, local epochs; 0 stands for the one adopted */
    GArray *begun_listed; /* of the wire */

    GPtrArray *segments; /* SpoolSegment, by number */
    bool active;         /* the last segment takes appends */
    uint64_t next_segment;
    bool folder_unsynced;
    SpoolSegment *reader; /* the one non-active segment that is open */
    GArray *epochs;       /* SpoolEpoch, ascending */
    GArray *listed;       /* VicuSpoolEpoch, for vicu_spool_epochs() */
    GByteArray *buffer;
    uint64_t bytes;
    uint64_t unsynced_bytes;
    bool job;
    GArray *told; /* VicuSpoolDropped of the wire, for the owner */
    VicuSpoolFigures figures;
};

struct VicuSpoolJob {
    VicuSpoolFiles files;
    gpointer disk;
    int *handles;
    size_t n_handles;
    bool folder;
    GArray *upto; /* SpoolEpoch: epoch, last */
    uint64_t bytes;
    int result;
};

/* ---- spool-record.c: what lies on disk ---- */

SpoolRun *spool_run_new(uint64_t epoch, uint64_t first);
void spool_run_free(SpoolRun *run);
uint64_t spool_run_last(const SpoolRun *run);
SpoolSegment *spool_segment_new(uint64_t number);
void spool_segment_free(SpoolSegment *segment);
char *spool_segment_name(uint64_t number);
/* False: not the name of a segment. */
bool spool_segment_number(const char *name, uint64_t *number);
void spool_segment_note(
    SpoolSegment *segment, uint64_t epoch, uint64_t sequence, int64_t t_us, SpoolPlace place);

void spool_head_pack(uint8_t head[SPOOL_HEAD_BYTES], uint64_t id, uint64_t number);
bool spool_head_is_ours(const uint8_t *bytes, size_t len, uint64_t id, uint64_t number);
/* The head of a record; gives the CRC32C of the body. */
uint32_t spool_record_pack(uint8_t head[SPOOL_RECORD_BYTES],
                           uint64_t id,
                           uint64_t epoch,
                           uint64_t sequence,
                           int64_t t_us,
                           const void *body,
                           size_t len);

typedef struct {
    uint64_t epoch;
    uint64_t sequence;
    int64_t t_us;
    uint32_t len;
    uint32_t crc;
} SpoolRecordHead;

/* False: no head of this spool lies here. */
bool spool_record_head(const uint8_t *bytes, size_t len, uint64_t id, SpoolRecordHead *head);
bool spool_record_body_is_whole(const SpoolRecordHead *head, const uint8_t *body);
/* Finds the records of one segment's content; bytes that are none: @torn. */
void spool_segment_scan(
    SpoolSegment *segment, const uint8_t *bytes, size_t len, uint64_t id, uint64_t *torn);

/* ---- spool-epochs.c: the epoch file, the table of epochs, the ledger ---- */

/* True: read, or there is none (then self->generation is 0). */
bool spool_epochs_load(VicuSpool *self, GError **error);
/* Synced when it returns. */
bool spool_epochs_save(VicuSpool *self, GError **error);
void spool_begun_add(VicuSpool *self, uint64_t epoch, uint64_t instance);
SpoolEpoch *spool_epoch_find(const VicuSpool *self, uint64_t epoch);
/* Made if absent: first = @first, last = @first - 1. */
SpoolEpoch *spool_epoch_need(VicuSpool *self, uint64_t epoch, uint64_t first);
void spool_epoch_forget_done(VicuSpool *self);
void spool_ledger_add(VicuSpool *self, const VicuSpoolDropped *dropped);
void spool_ledger_trim(VicuSpool *self, uint64_t epoch, uint64_t sequence);
/* NULL: @sequence is in no dropped range. */
const VicuSpoolDropped *spool_ledger_find(const VicuSpool *self, uint64_t epoch, uint64_t sequence);

/* ---- spool.c ---- */

/* Remembers the failure for ever and reports it. Always false. */
bool spool_fail(VicuSpool *self, int code, const char *doing, const char *what, GError **error);

bool spool_is_sound(VicuSpool *self, GError **error);
uint32_t spool_segment_bytes(const VicuSpool *self);
SpoolSegment *spool_segment_at(const VicuSpool *self, guint index);
bool spool_is_active(const VicuSpool *self, const SpoolSegment *segment);
/* Closes what nobody needs open. */
void spool_settle(VicuSpool *self, SpoolSegment *segment);
/* For the owner's log and alarm, joined where one run follows the other. */
void spool_tell_dropped(VicuSpool *self, VicuSpoolDropped dropped);

G_END_DECLS

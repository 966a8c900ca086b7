/* Whether an exported audit, or the proof of one record, is what was signed.
 *
 * For somebody who trusts neither the store nor its machine: this folder shares no code with
 * them, only the C library and libsodium. The forms of the files stand in docs/audit.md, byte by
 * byte. Reads a stream once, from its beginning; a record of more than 1 MiB is refused. No
 * threads, no global state.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define VERIFIER_HASH       32
#define VERIFIER_NAME_MAX   64
#define VERIFIER_KEY_MAX    160 /* characters of a public key */
#define VERIFIER_NOTE_MAX   4096
#define VERIFIER_RECORD_MAX (1u << 20)
#define VERIFIER_NODES_MAX  126 /* of one side of a range; hashes of a path */

typedef enum {
    VERIFIER_GOOD = 0,
    VERIFIER_CHANGED = 1,
    VERIFIER_UNREADABLE = 2, /* the stream fails: nothing can be said */
} VerifierFound;

typedef struct {
    const char *key;     /* the store's public key, from elsewhere; NULL: the file's own */
    const char *witness; /* a witness' that has to be there; NULL: what the file says */
    bool all;            /* every record has to be there, from the first to the newest */
} VerifierDemand;

typedef struct {
    bool is_proof;
    uint64_t first, last; /* numbers of records; a proof: the same */
    uint64_t size;        /* records under the head */
    uint64_t gone;        /* of the range: retention took them, their hashes are there */
    char key[VERIFIER_KEY_MAX + 1];
    char origin[VERIFIER_NAME_MAX + 1];
    char witness[VERIFIER_NAME_MAX + 1]; /* "": unwitnessed */
    uint64_t witnessed;                  /* records under the head that it has signed */
    int64_t witnessed_s;                 /* when, UTC */
    char why[256];                       /* what is wrong; "": nothing */
} VerifierReport;

/* Each record in turn, before the end is known; may be NULL. */
typedef void (*VerifierRecordFunc)(uint64_t number, const uint8_t *record, size_t size, void *user);

VerifierFound verifier_verify(FILE *in,
                              const VerifierDemand *demand,
                              VerifierReport *report,
                              VerifierRecordFunc func,
                              void *user);

/* One line of text of a record, without control characters; false: it is no record. */
bool verifier_record_text(const uint8_t *record, size_t size, char *out, size_t out_size);
/* Up to which number retention took records, as this one says; 0: it says nothing of that. */
uint64_t verifier_record_retention(const uint8_t *record, size_t size);

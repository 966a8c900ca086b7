/* Public keys and signed heads as C2SP writes them: signed-note, tlog-checkpoint,
 * tlog-cosignature.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/verifier/verify.h"

typedef struct {
    char name[VERIFIER_NAME_MAX + 1];
    int kind; /* 1 a log's, 4 a witness' */
    uint8_t id[4];
    uint8_t key[32];
} VerifierKey;

typedef struct {
    char origin[VERIFIER_NAME_MAX + 1];
    uint64_t size;
    uint8_t root[VERIFIER_HASH];
    size_t text; /* bytes that are signed */
} VerifierHead;

bool verifier_key_read(VerifierKey *key, const char *text);
bool verifier_head_read(VerifierHead *head, const char *note);
/* *@time_s: a witness' time. */
bool verifier_head_signed(const VerifierHead *head,
                          const char *note,
                          const VerifierKey *key,
                          int64_t *time_s);
/* Decimal, no sign, no zero before it, below 2^62. */
bool verifier_number_read(const char *text, size_t length, uint64_t *value);

/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/verifier/head.h"

#include <string.h>

#include <sodium.h>

#define DASH     "\xe2\x80\x94 "
#define BASE64   sodium_base64_VARIANT_ORIGINAL
#define ID       4
#define LOG      (ID + crypto_sign_BYTES)
#define COSIGNED (ID + 8 + crypto_sign_BYTES)

bool
verifier_number_read(const char *text, size_t length, uint64_t *value)
{
    *value = 0;
    if (length == 0 || length > 18 || (text[0] == '0' && length > 1))
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *value = *value * 10 + (uint64_t)(text[i] - '0');
    }
    return true;
}

static bool
name_read(char *name, const char *text, size_t length)
{
    if (length == 0 || length > VERIFIER_NAME_MAX)
        return false;
    for (size_t i = 0; i < length; i++)
        if (text[i] <= ' ' || text[i] > '~' || text[i] == '+')
            return false;
    memcpy(name, text, length);
    name[length] = '\0';
    return true;
}

static bool
base64_read(uint8_t *out, size_t size, const char *text, size_t length)
{
    size_t n = 0;

    return length == sodium_base64_ENCODED_LEN(size, BASE64) - 1
           && sodium_base642bin(out, size, text, length, NULL, &n, NULL, BASE64) == 0 && n == size;
}

bool
verifier_key_read(VerifierKey *key, const char *text)
{
    const char *id = strchr(text, '+'), *base64 = id != NULL ? strchr(id + 1, '+') : NULL;
    uint8_t bytes[33], said[ID], sum[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state state;
    size_t n = 0;

    if (base64 == NULL || base64 - id != 9 || !name_read(key->name, text, (size_t)(id - text))
        || !base64_read(bytes, sizeof bytes, base64 + 1, strlen(base64 + 1))
        || sodium_hex2bin(said, sizeof said, id + 1, 8, NULL, &n, NULL) != 0 || n != sizeof said
        || (bytes[0] != 1 && bytes[0] != 4))
        return false;
    key->kind = bytes[0];
    memcpy(key->key, bytes + 1, sizeof key->key);
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const uint8_t *)key->name, strlen(key->name));
    crypto_hash_sha256_update(&state, (const uint8_t *)"\n", 1);
    crypto_hash_sha256_update(&state, bytes, sizeof bytes);
    crypto_hash_sha256_final(&state, sum);
    memcpy(key->id, sum, ID);
    return memcmp(sum, said, ID) == 0;
}

/* Up to @length of the line that begins at @at; NULL: no LF. */
static const char *
line_end(const char *at, size_t *length)
{
    const char *lf = strchr(at, '\n');

    *length = lf != NULL ? (size_t)(lf - at) : 0;
    return lf;
}

bool
verifier_head_read(VerifierHead *head, const char *note)
{
    const char *at = note, *lf;
    size_t length;

    lf = line_end(at, &length);
    if (lf == NULL || !name_read(head->origin, at, length))
        return false;
    at = lf + 1;
    lf = line_end(at, &length);
    if (lf == NULL || !verifier_number_read(at, length, &head->size))
        return false;
    at = lf + 1;
    lf = line_end(at, &length);
    if (lf == NULL || !base64_read(head->root, VERIFIER_HASH, at, length))
        return false;
    at = lf + 1;
    head->text = (size_t)(at - note);
    if (*at != '\n')
        return false;
    for (at++; *at != '\0'; at = lf + 1) {
        lf = line_end(at, &length);
        if (lf == NULL || strncmp(at, DASH, strlen(DASH)) != 0)
            return false;
    }
    return true;
}

static bool
witness_signed(const uint8_t *line, const char *note, size_t text, const VerifierKey *key)
{
    char message[VERIFIER_NOTE_MAX + 64];
    uint64_t time_s = 0;

    for (int i = 0; i < 8; i++)
        time_s = time_s << 8 | line[ID + i];
    int n = snprintf(message, sizeof message, "cosignature/v1\ntime %llu\n%.*s",
                     (unsigned long long)time_s, (int)text, note);
    return n > 0 && (size_t)n < sizeof message
           && crypto_sign_verify_detached(line + ID + 8, (const uint8_t *)message,
                                          (unsigned long long)n, key->key)
                  == 0;
}

/* The line at @at, of @length. */
static bool
line_signed(const char *at,
            size_t length,
            const VerifierHead *head,
            const char *note,
            const VerifierKey *key,
            int64_t *time_s)
{
    size_t name = strlen(key->name), skip = strlen(DASH) + name + 1;
    uint8_t bytes[COSIGNED];
    size_t size = key->kind == 1 ? LOG : COSIGNED;

    if (length <= skip || memcmp(at + strlen(DASH), key->name, name) != 0 || at[skip - 1] != ' '
        || !base64_read(bytes, size, at + skip, length - skip) || memcmp(bytes, key->id, ID) != 0)
        return false;
    if (key->kind == 1)
        return crypto_sign_verify_detached(bytes + ID, (const uint8_t *)note, head->text, key->key)
               == 0;
    *time_s = 0;
    for (int i = 0; i < 8; i++)
        *time_s = (int64_t)((uint64_t)*time_s << 8 | bytes[ID + i]);
    return witness_signed(bytes, note, head->text, key);
}

bool
verifier_head_signed(const VerifierHead *head,
                     const char *note,
                     const VerifierKey *key,
                     int64_t *time_s)
{
    const char *lf;
    size_t length;

    for (const char *at = note + head->text + 1; *at != '\0'; at = lf + 1) {
        lf = line_end(at, &length);
        if (lf == NULL)
            return false;
        if (line_signed(at, length, head, note, key, time_s))
            return true;
    }
    return false;
}

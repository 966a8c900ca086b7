/* SPDX-License-Identifier: Apache-2.0 */
#include "common/password.h"

#include <string.h>

#include <sodium.h>

#include "common/error.h"

G_STATIC_ASSERT(VICU_PASSWORD_HASH_MAX >= crypto_pwhash_STRBYTES);

bool
vicu_password_fits(const char *password, const char *account, GError **error)
{
    size_t size = strlen(password);

    if (size < VICU_PASSWORD_MIN || size > VICU_PASSWORD_MAX
        || !g_utf8_validate(password, -1, NULL)) {
        g_set_error(
            error, VICU_ERROR, VICU_ERROR_REFUSED,
            "A password has %u..%u bytes of text, this one has %zu: take a longer sentence.",
            VICU_PASSWORD_MIN, VICU_PASSWORD_MAX, size);
        return false;
    }
    g_autofree char *folded = g_utf8_casefold(password, -1);
    g_autofree char *name = g_utf8_casefold(account, -1);
    bool one_letter = strspn(folded, (char[]){folded[0], '\0'}) == strlen(folded);
    if (strcmp(folded, name) == 0 || one_letter) {
        g_set_error_literal(error, VICU_ERROR, VICU_ERROR_REFUSED,
                            "The account's name or one letter over and over is no password: take a "
                            "sentence that only you know.");
        return false;
    }
    return true;
}

bool
vicu_password_hash(const char *password, char hash[VICU_PASSWORD_HASH_MAX])
{
    memset(hash, 0, VICU_PASSWORD_HASH_MAX);
    return sodium_init() >= 0
           && crypto_pwhash_str_alg(hash, password, strlen(password), VICU_PASSWORD_PASSES,
                                    VICU_PASSWORD_MEMORY, crypto_pwhash_ALG_ARGON2ID13)
                  == 0;
}

bool
vicu_password_is(const char *password, const char *hash)
{
    return sodium_init() >= 0 && crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
}

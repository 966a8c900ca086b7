/* Passwords: Argon2id as libsodium has it, 64 MiB of memory and 2 passes, salt in the result.
 *
 * One call takes about a tenth of a second and its memory: not for a main loop. Passwords are
 * UTF-8 as typed, 12 .. 128 bytes. No state, any thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

G_BEGIN_DECLS

#define VICU_PASSWORD_MIN      12u
#define VICU_PASSWORD_MAX      128u
#define VICU_PASSWORD_MEMORY   (64u << 20) /* bytes */
#define VICU_PASSWORD_PASSES   2u
#define VICU_PASSWORD_HASH_MAX 128u /* characters, its end included */

/* False, and a sentence: too short, too long, or no text. @account: the password is not its name.
 */
bool vicu_password_fits(const char *password, const char *account, GError **error);

/* False: no memory. */
bool vicu_password_hash(const char *password, char hash[VICU_PASSWORD_HASH_MAX]);
bool vicu_password_is(const char *password, const char *hash);

G_END_DECLS

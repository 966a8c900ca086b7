/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/tokens.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/seal.h"

#define PREFIX "vicu_"
#define RANDOM 32
#define BEARER "Bearer "

struct PortalTokens {
    GArray *list; /* PortalToken */
};

/* ---- the table ---- */

static gboolean
take_hash(const char *hex, uint8_t out[PORTAL_TOKEN_HASH])
{
    if (strlen(hex) != 2 * PORTAL_TOKEN_HASH)
        return FALSE;
    for (size_t i = 0; i < PORTAL_TOKEN_HASH; i++) {
        int high = g_ascii_xdigit_value(hex[2 * i]), low = g_ascii_xdigit_value(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return FALSE;
        out[i] = (uint8_t)(high * 16 + low);
    }
    return TRUE;
}

static gboolean
take_id(const char *text, char out[PORTAL_TOKEN_ID_LEN + 1])
{
    if (strlen(text) != PORTAL_TOKEN_ID_LEN)
        return FALSE;
    for (const char *p = text; *p != '\0'; p++)
        if (!g_ascii_isxdigit(*p))
            return FALSE;
    g_strlcpy(out, text, PORTAL_TOKEN_ID_LEN + 1);
    return TRUE;
}

static gboolean
take_name(const char *text, char out[PORTAL_TOKEN_NAME])
{
    if (strlen(text) >= PORTAL_TOKEN_NAME || !g_utf8_validate(text, -1, NULL))
        return FALSE;
    for (const char *p = text; *p != '\0'; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            return FALSE;
    g_strlcpy(out, text, PORTAL_TOKEN_NAME);
    return TRUE;
}

static gboolean
take_line(const char *line, PortalToken *out)
{
    g_auto(GStrv) word = g_strsplit(line, " ", 6);

    *out = (PortalToken){0};
    if (g_strv_length(word) < 5 || !take_id(word[0], out->id))
        return FALSE;
    out->role = portal_role_by_name(word[1]);
    return out->role != PORTAL_ROLE_NONE && vicu_time_parse(word[2], 0, &out->made_us, NULL)
           && (strcmp(word[3], "-") == 0 || vicu_time_parse(word[3], 0, &out->end_us, NULL))
           && take_hash(word[4], out->hash) && take_name(word[5] != NULL ? word[5] : "", out->name);
}

PortalTokens *
portal_tokens_parse(const char *text, size_t size, const char *path, GError **error)
{
    g_autofree char *copy = g_strndup(text, size);
    g_auto(GStrv) line = g_strsplit(copy, "\n", PORTAL_TOKENS_MAX + 2);
    g_autoptr(PortalTokens) self = g_new0(PortalTokens, 1);

    self->list = g_array_new(FALSE, TRUE, sizeof(PortalToken));
    for (unsigned i = 0; line[i] != NULL; i++) {
        PortalToken token;
        if (line[i][0] == '\0' || line[i][0] == '#')
            continue;
        if (i > PORTAL_TOKENS_MAX || !take_line(line[i], &token)) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_AUTH,
                        "%s:%u: expected \"ID ROLE MADE END HASH NAME\", at most %d lines; tokens "
                        "are made by vicu keys token",
                        path, i + 1, PORTAL_TOKENS_MAX);
            return NULL;
        }
        g_array_append_val(self->list, token);
    }
    return g_steal_pointer(&self);
}

PortalTokens *
portal_tokens_load(const char *keys_dir, GError **error)
{
    g_autofree char *path = g_build_filename(keys_dir, PORTAL_TOKENS_FILE, NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) why = NULL;
    gsize size = 0;

    if (!g_file_get_contents(path, &text, &size, &why)) {
        if (g_error_matches(why, G_FILE_ERROR, G_FILE_ERROR_NOENT))
            return portal_tokens_parse("", 0, path, error);
        g_propagate_error(error, g_steal_pointer(&why));
        return NULL;
    }
    return portal_tokens_parse(text, size, path, error);
}

void
portal_tokens_free(PortalTokens *self)
{
    if (self == NULL)
        return;
    g_array_unref(self->list);
    g_free(self);
}

size_t
portal_tokens_n(const PortalTokens *self)
{
    return self->list->len;
}

const PortalToken *
portal_tokens_at(const PortalTokens *self, size_t i)
{
    return &g_array_index(self->list, PortalToken, i);
}

/* ---- one that is shown ---- */

static void
hash_of(const char *token, uint8_t out[PORTAL_TOKEN_HASH])
{
    VicuSealHash hash;

    vicu_seal_hash_init(&hash, NULL, PORTAL_TOKEN_HASH);
    vicu_seal_hash_add(&hash, token, strlen(token));
    vicu_seal_hash_end(&hash, out, PORTAL_TOKEN_HASH);
}

const PortalToken *
portal_tokens_find(const PortalTokens *self, const char *token, int64_t now_us)
{
    const PortalToken *found = NULL;
    uint8_t hash[PORTAL_TOKEN_HASH];

    if (token == NULL || strlen(token) != PORTAL_TOKEN_LEN)
        return NULL;
    hash_of(token, hash);
    for (guint i = 0; i < self->list->len; i++) {
        const PortalToken *one = &g_array_index(self->list, PortalToken, i);
        if (vicu_seal_same(one->hash, hash, sizeof hash))
            found = one;
    }
    return found != NULL && (found->end_us == 0 || now_us < found->end_us) ? found : NULL;
}

char *
portal_token_of_header(const char *header)
{
    if (header == NULL || g_ascii_strncasecmp(header, BEARER, strlen(BEARER)) != 0)
        return g_strdup("");
    const char *token = header + strlen(BEARER);
    while (*token == ' ')
        token++;
    return strlen(token) == PORTAL_TOKEN_LEN ? g_strdup(token) : g_strdup("");
}

/* ---- making and ending ---- */

/* One writer at a time; the lock ends with the process at the latest. -1: @error. */
static int
lock(const char *keys_dir, GError **error)
{
    g_autofree char *path = g_build_filename(keys_dir, PORTAL_TOKENS_FILE ".lock", NULL);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd >= 0 && flock(fd, LOCK_EX) == 0)
        return fd;
    g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "%s: %s", path, g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

static gboolean
save(const PortalTokens *self, const char *keys_dir, GError **error)
{
    g_autofree char *path = g_build_filename(keys_dir, PORTAL_TOKENS_FILE, NULL);
    g_autoptr(GString) text = g_string_new(
        "# Who may ask the portal: ID ROLE MADE END HASH NAME. Made by vicu keys token.\n");

    for (guint i = 0; i < self->list->len; i++) {
        const PortalToken *token = &g_array_index(self->list, PortalToken, i);
        g_autofree char *made = vicu_time_format(token->made_us);
        g_autofree char *end = token->end_us != 0 ? vicu_time_format(token->end_us) : NULL;
        g_string_append_printf(text, "%s %s %s %s ", token->id, portal_role_name(token->role), made,
                               end != NULL ? end : "-");
        for (size_t k = 0; k < PORTAL_TOKEN_HASH; k++)
            g_string_append_printf(text, "%02x", token->hash[k]);
        g_string_append_printf(text, "%s%s\n", *token->name != '\0' ? " " : "", token->name);
    }
    return g_file_set_contents_full(path, text->str, (gssize)text->len,
                                    G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                    0600, error);
}

static char *
new_token(PortalToken *out)
{
    uint8_t bits[RANDOM], id[PORTAL_TOKEN_ID_LEN / 2];

    vicu_seal_random(bits, sizeof bits);
    vicu_seal_random(id, sizeof id);
    for (size_t i = 0; i < sizeof id; i++)
        g_snprintf(&out->id[2 * i], 3, "%02x", id[i]);
    g_autofree char *text = g_base64_encode(bits, sizeof bits);
    vicu_seal_wipe(bits, sizeof bits);
    g_strdelimit(text, "+", '-');
    g_strdelimit(text, "/", '_');
    *strchr(text, '=') = '\0';
    char *token = g_strconcat(PREFIX, text, NULL);
    vicu_seal_wipe(text, strlen(text));
    hash_of(token, out->hash);
    return token;
}

static gboolean
may(PortalTokenAsk ask, const PortalToken *token, gpointer user, GError **error)
{
    if (ask == NULL || ask(token, user))
        return TRUE;
    g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED,
                "token %s: left as it was, since the audit did not take the act", token->id);
    return FALSE;
}

char *
portal_tokens_add(const char *keys_dir,
                  PortalRole role,
                  const char *name,
                  int64_t now_us,
                  int64_t end_us,
                  PortalTokenAsk ask,
                  gpointer user,
                  PortalToken *made,
                  GError **error)
{
    g_autofree char *token = NULL;

    *made = (PortalToken){.role = role, .made_us = now_us, .end_us = end_us};
    if (!take_name(name, made->name)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "--name: at most %d bytes of UTF-8 without control characters",
                    PORTAL_TOKEN_NAME - 1);
        return NULL;
    }
    int fd = lock(keys_dir, error);
    if (fd < 0)
        return NULL;
    g_autoptr(PortalTokens) all = portal_tokens_load(keys_dir, error);
    if (all != NULL && all->list->len >= PORTAL_TOKENS_MAX) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED,
                    "%s/" PORTAL_TOKENS_FILE ": %u tokens are there, %d at most; end some with "
                    "vicu keys token --revoke ID",
                    keys_dir, all->list->len, PORTAL_TOKENS_MAX);
    } else if (all != NULL) {
        token = new_token(made);
        g_array_append_vals(all->list, made, 1);
        if (!may(ask, made, user, error) || !save(all, keys_dir, error))
            g_clear_pointer(&token, g_free);
    }
    close(fd);
    return g_steal_pointer(&token);
}

gboolean
portal_tokens_revoke(const char *keys_dir,
                     const char *id,
                     PortalTokenAsk ask,
                     gpointer user,
                     PortalToken *gone,
                     GError **error)
{
    gboolean ok = FALSE, found = FALSE;
    int fd = lock(keys_dir, error);

    if (fd < 0)
        return FALSE;
    g_autoptr(PortalTokens) all = portal_tokens_load(keys_dir, error);
    for (guint i = 0; all != NULL && !found && i < all->list->len; i++)
        if (strcmp(g_array_index(all->list, PortalToken, i).id, id) == 0) {
            found = TRUE;
            *gone = g_array_index(all->list, PortalToken, i);
            g_array_remove_index(all->list, i);
            ok = may(ask, gone, user, error) && save(all, keys_dir, error);
        }
    if (all != NULL && !found)
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                    "no token has the id %s; vicu keys token lists them", id);
    close(fd);
    return ok;
}

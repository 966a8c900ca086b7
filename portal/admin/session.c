/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/admin/session.h"

#include <string.h>

#include <gio/gio.h>

#include "common/seal.h"

#define LANGUAGES 16 /* of a header; more are not looked at */
#define NET       8  /* bytes of an IPv6 address that one holder has */

GBytes *
portal_secret_read(const char *text)
{
    uint8_t secret[PORTAL_SECRET];

    if (strlen(text) != 2 * PORTAL_SECRET)
        return NULL;
    for (size_t i = 0; i < PORTAL_SECRET; i++) {
        if (!g_ascii_isxdigit(text[2 * i]) || !g_ascii_isxdigit(text[2 * i + 1]))
            return NULL;
        secret[i] = (uint8_t)(16 * g_ascii_xdigit_value(text[2 * i])
                              + g_ascii_xdigit_value(text[2 * i + 1]));
    }
    GBytes *bytes = g_bytes_new(secret, sizeof secret);
    vicu_seal_wipe(secret, sizeof secret);
    return bytes;
}

char *
portal_secret_write(const void *data, size_t size)
{
    const uint8_t *bytes = data;
    char *text = g_malloc(2 * size + 1);

    text[0] = '\0';
    for (size_t i = 0; i < size; i++)
        g_snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    return text;
}

GBytes *
portal_cookie_read(const char *header, const char *name)
{
    g_auto(GStrv) parts = g_strsplit(header, ";", 64);
    const char *found = NULL;

    for (size_t i = 0; parts[i] != NULL; i++) {
        char *part = g_strstrip(parts[i]);
        if (!g_str_has_prefix(part, name) || part[strlen(name)] != '=')
            continue;
        if (found != NULL)
            return NULL; /* which of them is ours is not known */
        found = part + strlen(name) + 1;
    }
    return found != NULL ? portal_secret_read(found) : NULL;
}

char *
portal_cookie_write(const char *name, GBytes *secret, int64_t life_s)
{
    gsize size = 0;
    const void *data = secret != NULL ? g_bytes_get_data(secret, &size) : NULL;
    g_autofree char *value = portal_secret_write(data, size);
    g_autofree char *life = secret == NULL ? g_strdup("; Max-Age=0")
                            : life_s > 0   ? g_strdup_printf("; Max-Age=%" G_GINT64_FORMAT, life_s)
                                           : g_strdup("");

    return g_strdup_printf("%s=%s; Path=/; Secure; HttpOnly; SameSite=Strict%s", name, value, life);
}

char *
portal_session_from(const char *address)
{
    g_autoptr(GInetAddress) at = g_inet_address_new_from_string(address);

    if (at == NULL || g_inet_address_get_family(at) != G_SOCKET_FAMILY_IPV6
        || g_inet_address_get_is_loopback(at))
        return g_strdup(address);
    uint8_t bytes[16] = {0};
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    memcpy(bytes, g_inet_address_to_bytes(at), sizeof bytes);
    if (memcmp(bytes, mapped, sizeof mapped) == 0) /* an IPv4 address in one of IPv6 */
        return g_strdup_printf("%u.%u.%u.%u", bytes[12], bytes[13], bytes[14], bytes[15]);
    memset(bytes + NET, 0, sizeof bytes - NET);
    g_autoptr(GInetAddress) net = g_inet_address_new_from_bytes(bytes, G_SOCKET_FAMILY_IPV6);
    g_autofree char *text = g_inet_address_to_string(net);
    return g_strconcat(text, "/64", NULL);
}

/* In thousandths; 1000 where none is said. */
static int
weight_of(const char *parameters)
{
    const char *q = strstr(parameters, "q=");

    return q != NULL ? (int)(1000 * g_ascii_strtod(q + 2, NULL)) : 1000;
}

bool
portal_session_is_chinese(const char *header)
{
    g_auto(GStrv) parts = g_strsplit(header, ",", LANGUAGES);
    int chinese = 0, english = 0;

    for (size_t i = 0; parts[i] != NULL; i++) {
        char *tag = g_strstrip(parts[i]);
        int weight = weight_of(tag);
        /* Of two alike the first one counts. */
        if (g_ascii_strncasecmp(tag, "zh", 2) == 0 && weight > english)
            chinese = MAX(chinese, weight);
        else if (g_ascii_strncasecmp(tag, "en", 2) == 0 && weight > chinese)
            english = MAX(english, weight);
    }
    return chinese > english;
}

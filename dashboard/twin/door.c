/* Door. See door.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/twin/door.h"

#include <string.h>

bool
dash_door_host(const char *host, unsigned port)
{
    static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};

    for (size_t i = 0; host && i < G_N_ELEMENTS(names); i++) {
        char expected[64];
        g_snprintf(expected, sizeof expected, "%s:%u", names[i], port);
        if (g_ascii_strcasecmp(host, expected) == 0)
            return true;
    }
    return false;
}

bool
dash_door_origin(const char *origin, unsigned port)
{
    static const char scheme[] = "http://";

    return origin && strncmp(origin, scheme, strlen(scheme)) == 0
           && dash_door_host(origin + strlen(scheme), port);
}

bool
dash_door_key(const char *given, const char *key)
{
    unsigned differ = 0;

    if (given == NULL || strlen(given) != DASH_DOOR_KEY_LEN || strlen(key) != DASH_DOOR_KEY_LEN)
        return false;
    for (size_t i = 0; i < DASH_DOOR_KEY_LEN; i++)
        differ |= (unsigned)(unsigned char)given[i] ^ (unsigned)(unsigned char)key[i];
    return differ == 0;
}

/* The word behind @verb and one blank; NULL: another message. */
static const char *
behind(const char *line, const char *verb)
{
    size_t length = strlen(verb);
    if (strncmp(line, verb, length) != 0)
        return NULL;
    return line[length] == ' ' ? line + length + 1 : line[length] == '\0' ? "" : NULL;
}

static bool
is_name(const char *word)
{
    for (; *word; word++)
        if (!g_ascii_isalnum(*word) && strchr("_-./", *word) == NULL)
            return false;
    return true;
}

void
dash_door_hear(const void *data, size_t size, DashHeard *heard)
{
    char line[DASH_DOOR_WORDS_MAX];
    const char *word;

    *heard = (DashHeard){.kind = DASH_HEARD_NOTHING};
    if (size == 0 || size >= sizeof line || memchr(data, '\0', size) != NULL)
        return;
    memcpy(line, data, size);
    line[size] = '\0';
    if ((word = behind(line, "seen")) != NULL) {
        guint64 number;
        if (g_ascii_string_to_unsigned(word, 10, 1, G_MAXUINT64, &number, NULL)) {
            heard->kind = DASH_HEARD_SEEN;
            heard->seen = number;
        }
        return;
    }
    if ((word = behind(line, "select")) != NULL && is_name(word))
        heard->kind = DASH_HEARD_SELECT;
    else if ((word = behind(line, "speak")) != NULL && *word && is_name(word))
        heard->kind = DASH_HEARD_SPEAK;
    if (heard->kind != DASH_HEARD_NOTHING)
        g_strlcpy(heard->word, word, sizeof heard->word);
}

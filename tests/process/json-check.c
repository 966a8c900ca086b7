/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/process/json-check.h"

#include <string.h>

#define DEPTH_MAX 32

static gboolean value(const char **at, int depth);

static void
skip_space(const char **at)
{
    *at += strspn(*at, " \t\r\n");
}

static gboolean
eat(const char **at, const char *word)
{
    size_t n = strlen(word);

    if (strncmp(*at, word, n) != 0)
        return FALSE;
    *at += n;
    return TRUE;
}

static gboolean
string(const char **at)
{
    if (!eat(at, "\""))
        return FALSE;
    for (; **at != '"'; (*at)++) {
        if ((unsigned char)**at < 0x20)
            return FALSE; /* the end of the text too */
        if (**at != '\\')
            continue;
        (*at)++;
        if (**at == '\0' || strchr("\"\\/bfnrtu", **at) == NULL)
            return FALSE;
        if (**at != 'u')
            continue;
        for (int i = 1; i <= 4; i++)
            if (!g_ascii_isxdigit((*at)[i]))
                return FALSE;
        *at += 4;
    }
    (*at)++;
    return TRUE;
}

static gboolean
digits(const char **at)
{
    size_t n = strspn(*at, "0123456789");

    *at += n;
    return n > 0;
}

static gboolean
number(const char **at)
{
    eat(at, "-");
    if (!eat(at, "0") && !digits(at))
        return FALSE;
    if (eat(at, ".") && !digits(at))
        return FALSE;
    if (**at != 'e' && **at != 'E')
        return TRUE;
    (*at)++;
    if (!eat(at, "+"))
        eat(at, "-");
    return digits(at);
}

/* What stands between @open and @close; objects have keys. */
static gboolean
members(const char **at, const char *close, gboolean keys, int depth)
{
    skip_space(at);
    if (eat(at, close))
        return TRUE;
    do {
        skip_space(at);
        if (keys) {
            if (!string(at))
                return FALSE;
            skip_space(at);
            if (!eat(at, ":"))
                return FALSE;
        }
        if (!value(at, depth))
            return FALSE;
    } while (eat(at, ","));
    return eat(at, close);
}

static gboolean
value(const char **at, int depth)
{
    gboolean ok = FALSE;

    skip_space(at);
    if (depth == DEPTH_MAX)
        return FALSE;
    if (eat(at, "{"))
        ok = members(at, "}", TRUE, depth + 1);
    else if (eat(at, "["))
        ok = members(at, "]", FALSE, depth + 1);
    else if (**at == '"')
        ok = string(at);
    else
        ok = eat(at, "true") || eat(at, "false") || eat(at, "null") || number(at);
    skip_space(at);
    return ok;
}

gboolean
json_check_value(const char **at)
{
    return value(at, 0);
}

int
json_check(const char *text)
{
    int n = 0;

    skip_space(&text);
    for (; *text != '\0'; n++)
        if (!g_utf8_validate(text, -1, NULL) || !json_check_value(&text))
            return -1;
    return n;
}

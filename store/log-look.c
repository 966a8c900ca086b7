/* SPDX-License-Identifier: Apache-2.0 */
#include "store/log-look.h"

#include <string.h>

#include "common/crc32c.h"

#define BLOCK       32768u
#define HEADER      7u  /* checksum, length, type */
#define HEADER_LONG 11u /* and the log's number, where files are used again */
#define TYPE_WHOLE  1u
#define TYPE_FIRST  2u
#define TYPE_MIDDLE 3u
#define TYPE_LAST   4u
#define TYPE_LONG   8u /* 5 to 8: the same with the long header */
#define TYPES_MAX   11u

/* A checksum of checksums would be weak, so they are stored turned and shifted. */
static uint32_t
masked(uint32_t crc)
{
    return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

/* Length of the whole record at @p, 0: there is none. */
static size_t
record_size(const uint8_t *p, size_t left)
{
    uint32_t said;

    if (left < HEADER || p[6] == 0 || p[6] > TYPES_MAX)
        return 0;
    size_t header = p[6] > TYPE_LAST && p[6] <= TYPE_LONG ? HEADER_LONG : HEADER;
    size_t size = header + (size_t)(p[4] | p[5] << 8);
    if (size > left)
        return 0;
    memcpy(&said, p, sizeof said);
    return masked(vicu_crc32c(0, p + 6, size - 6)) == GUINT32_FROM_LE(said) ? size : 0;
}

/* What a block ends with: fewer bytes than a header, or nothing but zeros. */
static bool
is_end(const uint8_t *p, size_t left)
{
    for (size_t i = 0; i < left; i++)
        if (p[i] != 0)
            return left < HEADER;
    return true;
}

/* One block from @at on. Behind a bad record its length cannot be believed: every byte may
 * begin the next one. */
static void
look_at_block(StoreLogFound *found, const uint8_t *data, size_t at, size_t end)
{
    while (at < end && !is_end(data + at, end - at)) {
        size_t size = record_size(data + at, end - at);
        if (size == 0) {
            found->bad_at = MIN(found->bad_at, at);
            at++;
            continue;
        }
        found->any = true;
        if (found->bad_at != SIZE_MAX) {
            found->goes_on = true;
            return;
        }
        at += size;
    }
}

StoreLogFound
store_log_look(const uint8_t *data, size_t size)
{
    StoreLogFound found = {.bad_at = SIZE_MAX};

    for (size_t at = 0; at < size && !found.goes_on; at += BLOCK)
        look_at_block(&found, data, at, MIN(size, at + BLOCK));
    return found;
}

/* ---- writing ---- */

static void
append_piece(GByteArray *log, uint8_t type, const uint8_t *data, size_t size)
{
    uint8_t header[HEADER] = {0, 0, 0, 0, (uint8_t)size, (uint8_t)(size >> 8), type};
    uint32_t crc = vicu_crc32c(vicu_crc32c(0, &type, 1), data, size);
    uint32_t le = GUINT32_TO_LE(masked(crc));

    memcpy(header, &le, sizeof le);
    g_byte_array_append(log, header, sizeof header);
    g_byte_array_append(log, data, (guint)size);
}

void
store_log_record(GByteArray *log, const void *data, size_t size)
{
    static const uint8_t zeros[HEADER];
    const uint8_t *at = data, *end = at + size;
    bool first = true;

    do {
        size_t left = BLOCK - log->len % BLOCK;
        if (left < HEADER) {
            g_byte_array_append(log, zeros, (guint)left);
            left = BLOCK;
        }
        size_t step = MIN((size_t)(end - at), left - HEADER);
        bool last = at + step == end;
        append_piece(log,
                     first  ? (last ? TYPE_WHOLE : TYPE_FIRST)
                     : last ? TYPE_LAST
                            : TYPE_MIDDLE,
                     at, step);
        at += step;
        first = false;
    } while (at < end);
}

/* ---- the folder ---- */

static int
by_number(gconstpointer a, gconstpointer b)
{
    guint64 x = g_ascii_strtoull(*(char *const *)a, NULL, 10);
    guint64 y = g_ascii_strtoull(*(char *const *)b, NULL, 10);

    return x < y ? -1 : x > y;
}

GPtrArray *
store_log_list(const char *dir)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    GDir *open = g_dir_open(dir, 0, NULL);
    const char *name;

    while (open != NULL && (name = g_dir_read_name(open)) != NULL)
        if (g_str_has_suffix(name, ".log") && g_ascii_isdigit(name[0]))
            g_ptr_array_add(names, g_strdup(name));
    if (open != NULL)
        g_dir_close(open);
    g_ptr_array_sort(names, by_number);
    return names;
}

char *
store_log_damage(const char *dir)
{
    g_autoptr(GPtrArray) names = store_log_list(dir);
    const char *bad_name = NULL;
    size_t bad_at = 0;

    for (guint i = 0; i < names->len; i++) {
        g_autofree char *path = g_build_filename(dir, names->pdata[i], NULL);
        g_autofree char *text = NULL;
        gsize size = 0;
        if (!g_file_get_contents(path, &text, &size, NULL))
            continue; /* the library says so, too */
        StoreLogFound found = store_log_look((const uint8_t *)text, size);
        bool hole = found.goes_on || (bad_name != NULL && found.any);
        if (bad_name == NULL && found.bad_at != SIZE_MAX) {
            bad_name = names->pdata[i];
            bad_at = found.bad_at;
        }
        if (hole)
            return g_strdup_printf(
                "log %s is damaged at byte %zu, and whole behind it: what was written to the "
                "database from there on is gone. Senders are asked for what they still have; audit "
                "records, and what was sealed or trimmed meanwhile, are lost: look at the disk, "
                "and compare with the last backup",
                bad_name, bad_at);
    }
    return NULL;
}

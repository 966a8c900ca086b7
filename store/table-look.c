/* SPDX-License-Identifier: Apache-2.0 */
#include "store/table-look.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/error.h"

#define FOOTER     53u /* kind of checksum, two places, padding, version, magic */
#define PLACES_END 41u
#define MAGIC      UINT64_C(0x88e241b785f4cff7)
#define TRAILER    5u /* of a block: compression, checksum */
#define FLAG       0x80u

static const char properties[] = "rocksdb.properties";

/* ---- one file's end ---- */

typedef struct {
    const uint8_t *data;
    size_t at, size;
} Reader;

/* A number of 7 bits a byte. False: none is left, or it does not end. */
static bool
number(Reader *r, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64 && r->at < r->size; shift += 7) {
        uint8_t byte = r->data[r->at++];
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

/* A block's place within @end bytes of the file. */
static bool
place(Reader *r, uint64_t end, uint64_t *offset, uint64_t *size)
{
    return number(r, offset) && number(r, size) && *size >= 4 && *offset <= end
           && *size <= end - *offset;
}

/* Entries of the block of names: bytes shared with the name before (none: each has it whole),
 * length of the rest, length of the value, both. */
static bool
find_properties(Reader *r, uint64_t end, uint64_t *offset, uint64_t *size)
{
    uint64_t shared, rest, value;

    while (number(r, &shared) && number(r, &rest) && number(r, &value)) {
        if (rest > r->size - r->at || value > r->size - r->at - rest)
            return false;
        const uint8_t *name = r->data + r->at;
        bool found = shared == 0 && rest == strlen(properties)
                     && memcmp(name, properties, (size_t)rest) == 0;
        r->at += (size_t)rest;
        if (found)
            return place(r, end, offset, size);
        r->at += (size_t)value;
    }
    return false;
}

uint64_t
store_table_flag_at(const uint8_t *tail, size_t size, uint64_t file_size)
{
    uint64_t magic, offset, length;

    if (size < FOOTER || size > file_size)
        return 0;
    Reader footer = {tail + size - FOOTER, 1, PLACES_END};
    memcpy(&magic, tail + size - sizeof magic, sizeof magic);
    uint64_t end = file_size - FOOTER;
    if (GUINT64_FROM_LE(magic) != MAGIC || !place(&footer, end, &offset, &length)
        || offset < file_size - size)
        return 0;
    Reader names = {tail + (offset - (file_size - size)), 0, (size_t)length};
    if (!find_properties(&names, end, &offset, &length) || length + TRAILER > end - offset)
        return 0;
    return offset + length - 1;
}

/* ---- the folder ---- */

static bool
fail(const char *path, const char *what, GError **error)
{
    int code = errno;

    g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "table %s: %s: %s", path, what, g_strerror(code));
    return false;
}

static bool
put_back(int fd, const char *path, uint64_t at, uint8_t byte, GError **error)
{
    byte &= (uint8_t)~FLAG;
    return (pwrite(fd, &byte, 1, (off_t)at) == 1 && fdatasync(fd) == 0)
           || fail(path, "a bit that flipped on the disk cannot be put back", error);
}

/* What the library cannot read either is left to it. */
static bool
look_at(int fd, const char *path, bool write, uint64_t *found, GError **error)
{
    uint8_t tail[STORE_TABLE_TAIL], byte = 0;
    struct stat st;

    *found = 0;
    if (fstat(fd, &st) != 0 || st.st_size < (off_t)FOOTER)
        return true;
    size_t size = MIN(sizeof tail, (size_t)st.st_size);
    if (pread(fd, tail, size, st.st_size - (off_t)size) != (ssize_t)size)
        return true;
    uint64_t at = store_table_flag_at(tail, size, (uint64_t)st.st_size);
    if (at == 0 || pread(fd, &byte, 1, (off_t)at) != 1 || (byte & FLAG) == 0)
        return true;
    *found = at;
    if (write)
        return put_back(fd, path, at, byte, error);
    g_set_error(error, VICU_ERROR, VICU_ERROR_IO,
                "table %s has a flipped bit in byte %" G_GUINT64_FORMAT
                ", with which it cannot be opened: a store that starts puts it back",
                path, at);
    return false;
}

static bool
look_at_path(const char *path, bool write, GString *said, GError **error)
{
    uint64_t at = 0;
    int fd = open(path, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC);

    if (fd < 0)
        return true;
    bool ok = look_at(fd, path, write, &at, error);
    close(fd);
    if (ok && at != 0)
        g_string_append_printf(said, "%s%s at byte %" G_GUINT64_FORMAT, said->len > 0 ? ", " : "",
                               path, at);
    return ok;
}

bool
store_tables_look(const char *dir, bool write, char **note, GError **error)
{
    g_autoptr(GDir) open = g_dir_open(dir, 0, NULL);
    g_autoptr(GString) said = g_string_new(NULL);
    const char *name;

    *note = NULL;
    while (open != NULL && (name = g_dir_read_name(open)) != NULL) {
        g_autofree char *path = g_build_filename(dir, name, NULL);
        if (g_str_has_suffix(name, ".sst") && !look_at_path(path, write, said, error))
            return false;
    }
    if (said->len > 0)
        *note = g_strdup_printf("a bit that flipped on the disk was put back in %s: look at the "
                                "disk",
                                said->str);
    return true;
}

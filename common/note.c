/* SPDX-License-Identifier: Apache-2.0 */
#include "common/note.h"

#include <string.h>

#include "common/error.h"
#include "common/folder.h"

#define DASH      "\xe2\x80\x94 " /* U+2014 and a blank, before each signature */
#define ID        4
#define SIGNED    (ID + VICU_SEAL_SIGNATURE)     /* bytes in a log's line */
#define COSIGNED  (ID + 8 + VICU_SEAL_SIGNATURE) /* and in a witness' */
#define SHORT_KEY 16                             /* digits of a key in an origin */

/* ---- keys ---- */

bool
vicu_note_name_is_valid(const char *name)
{
    size_t size = strlen(name);

    for (size_t i = 0; i < size; i++)
        if (!g_ascii_isgraph(name[i]) || name[i] == '+')
            return false;
    return size > 0 && size <= VICU_NOTE_NAME_MAX;
}

static void
name_key(VicuNoteKey *key)
{
    const uint8_t kind[] = {'\n', (uint8_t)key->kind};
    const VicuSealPart parts[] = {
        {key->name, strlen(key->name)}, {kind, sizeof kind}, {key->key, sizeof key->key}};
    uint8_t sum[VICU_SEAL_SHA256];

    vicu_seal_sha256(sum, parts, G_N_ELEMENTS(parts));
    key->id = (uint32_t)sum[0] << 24 | (uint32_t)sum[1] << 16 | (uint32_t)sum[2] << 8 | sum[3];
}

void
vicu_note_signer_init(VicuNoteSigner *self,
                      VicuNoteKind kind,
                      const char *name,
                      const uint8_t seed[VICU_SEAL_SEED])
{
    VicuNoteKey *key = &self->public_key;

    *key = (VicuNoteKey){.kind = kind};
    vicu_seal_signer(seed, key->key, self->secret);
    if (name != NULL) {
        g_assert(vicu_note_name_is_valid(name));
        g_strlcpy(key->name, name, sizeof key->name);
    } else {
        const VicuSealPart part = {key->key, sizeof key->key};
        uint8_t sum[VICU_SEAL_SHA256];
        vicu_seal_sha256(sum, &part, 1);
        GString *text = g_string_new("vicu-audit/");
        for (size_t i = 0; i < SHORT_KEY / 2; i++)
            g_string_append_printf(text, "%02x", sum[i]);
        g_strlcpy(key->name, text->str, sizeof key->name);
        g_string_free(text, TRUE);
    }
    name_key(key);
}

void
vicu_note_signer_clear(VicuNoteSigner *self)
{
    vicu_seal_wipe(self, sizeof *self);
}

void
vicu_note_signer_free(VicuNoteSigner *self)
{
    if (self == NULL)
        return;
    vicu_note_signer_clear(self);
    g_free(self);
}

char *
vicu_note_key_text(const VicuNoteKey *key)
{
    uint8_t bytes[1 + VICU_SEAL_PUBLIC] = {(uint8_t)key->kind};

    memcpy(bytes + 1, key->key, VICU_SEAL_PUBLIC);
    g_autofree char *base64 = g_base64_encode(bytes, sizeof bytes);
    return g_strdup_printf("%s+%08x+%s", key->name, key->id, base64);
}

/* @size bytes, neither more nor fewer, and written as they are written here. */
static bool
decode(const char *text, size_t length, uint8_t *out, size_t size)
{
    g_autofree char *copy = g_strndup(text, length);
    gsize n = 0;
    g_autofree guchar *bytes = g_base64_decode(copy, &n);
    g_autofree char *again = n == size ? g_base64_encode(bytes, n) : NULL;

    if (again == NULL || strcmp(again, copy) != 0)
        return false;
    memcpy(out, bytes, size);
    return true;
}

bool
vicu_note_key_parse(VicuNoteKey *key, const char *text)
{
    g_auto(GStrv) part = g_strsplit(text, "+", 3);
    uint8_t bytes[1 + VICU_SEAL_PUBLIC];
    guint64 id = 0;

    if (g_strv_length(part) != 3 || !vicu_note_name_is_valid(part[0]) || strlen(part[1]) != 8
        || !g_ascii_string_to_unsigned(part[1], 16, 0, G_MAXUINT32, &id, NULL)
        || !decode(part[2], strlen(part[2]), bytes, sizeof bytes)
        || (bytes[0] != VICU_NOTE_LOG && bytes[0] != VICU_NOTE_WITNESS))
        return false;
    *key = (VicuNoteKey){.kind = bytes[0] == VICU_NOTE_LOG ? VICU_NOTE_LOG : VICU_NOTE_WITNESS};
    g_strlcpy(key->name, part[0], sizeof key->name);
    memcpy(key->key, bytes + 1, sizeof key->key);
    name_key(key);
    return key->id == (uint32_t)id;
}

static VicuNoteSigner *
signer_from(const char *path, const char *text, VicuNoteKind kind, const char *name, GError **error)
{
    uint8_t seed[VICU_SEAL_SEED];

    if (!decode(text, strlen(text), seed, sizeof seed)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s holds no key: expected %d bytes in base64; bring it back from a backup, or "
                    "move it away to begin with a new one",
                    path, VICU_SEAL_SEED);
        return NULL;
    }
    VicuNoteSigner *self = g_new0(VicuNoteSigner, 1);
    vicu_note_signer_init(self, kind, name, seed);
    vicu_seal_wipe(seed, sizeof seed);
    return self;
}

static bool
save(const char *path, const char *text, int mode, GError **error)
{
    return g_file_set_contents_full(
        path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, mode, error);
}

VicuNoteSigner *
vicu_note_signer_load(const char *path, VicuNoteKind kind, const char *name, GError **error)
{
    g_autofree char *text = NULL;
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *public_path = g_strconcat(path, VICU_NOTE_PUBLIC, NULL);
    g_autoptr(VicuNoteSigner) self = NULL;

    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        uint8_t seed[VICU_SEAL_SEED];
        vicu_seal_random(seed, sizeof seed);
        text = g_base64_encode(seed, sizeof seed);
        vicu_seal_wipe(seed, sizeof seed);
        if (!save(path, text, 0600, error) || !vicu_folder_sync(folder, error))
            return NULL;
    } else if (!g_file_get_contents(path, &text, NULL, error)) {
        return NULL;
    }
    self = signer_from(path, g_strstrip(text), kind, name, error);
    vicu_seal_wipe(text, strlen(text));
    if (self == NULL)
        return NULL;
    g_autofree char *public_key = vicu_note_key_text(&self->public_key);
    g_autofree char *line = g_strconcat(public_key, "\n", NULL);
    g_autofree char *said = NULL;
    if ((!g_file_get_contents(public_path, &said, NULL, NULL) || strcmp(said, line) != 0)
        && !save(public_path, line, 0644, error))
        return NULL;
    return g_steal_pointer(&self);
}

/* ---- notes ---- */

static void
put_id(uint8_t out[ID], uint32_t id)
{
    uint32_t be = GUINT32_TO_BE(id);

    memcpy(out, &be, ID);
}

char *
vicu_note_sign(const VicuNoteSigner *log, uint64_t size, const VicuMerkle *root)
{
    uint8_t signature[SIGNED];
    g_autofree char *base64 = g_base64_encode(root->bytes, VICU_MERKLE_LEN);
    g_autofree char *text =
        g_strdup_printf("%s\n%" G_GUINT64_FORMAT "\n%s\n", log->public_key.name, size, base64);

    put_id(signature, log->public_key.id);
    vicu_seal_sign(signature + ID, text, strlen(text), log->secret);
    g_autofree char *line = g_base64_encode(signature, sizeof signature);
    return g_strdup_printf("%s\n" DASH "%s %s\n", text, log->public_key.name, line);
}

/* What a witness signs. Caller frees. */
static char *
witnessed(const char *text, size_t size, uint64_t time_s)
{
    return g_strdup_printf("cosignature/v1\ntime %" G_GUINT64_FORMAT "\n%.*s", time_s, (int)size,
                           text);
}

char *
vicu_note_cosign(const VicuNoteSigner *witness, const char *note, int64_t time_s)
{
    VicuNoteHead head;
    uint8_t signature[COSIGNED];
    uint64_t be = GUINT64_TO_BE((uint64_t)time_s);

    g_return_val_if_fail(vicu_note_parse(&head, note), NULL);
    g_autofree char *text = witnessed(note, head.text_size, (uint64_t)time_s);
    put_id(signature, witness->public_key.id);
    memcpy(signature + ID, &be, sizeof be);
    vicu_seal_sign(signature + ID + sizeof be, text, strlen(text), witness->secret);
    g_autofree char *line = g_base64_encode(signature, sizeof signature);
    return g_strdup_printf("%s" DASH "%s %s\n", note, witness->public_key.name, line);
}

/* The line that begins at *@at; *@at is behind its LF then. NULL: there is none. */
static const char *
next_line(const char **at, size_t *length)
{
    const char *line = *at, *end = strchr(line, '\n');

    if (end == NULL)
        return NULL;
    *length = (size_t)(end - line);
    *at = end + 1;
    return line;
}

/* Decimal as it is written here: no sign, no zero before it. */
static bool
read_size(const char *line, size_t length, uint64_t *size)
{
    g_autofree char *text = g_strndup(line, length);

    return g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, size, NULL)
           && (text[0] != '0' || length == 1);
}

bool
vicu_note_parse(VicuNoteHead *head, const char *note)
{
    const char *at = note, *line;
    size_t length = 0;

    *head = (VicuNoteHead){0};
    if (strnlen(note, VICU_NOTE_MAX + 1) > VICU_NOTE_MAX || !g_utf8_validate(note, -1, NULL))
        return false;
    line = next_line(&at, &length);
    if (line == NULL || length > VICU_NOTE_NAME_MAX)
        return false;
    memcpy(head->origin, line, length);
    if (!vicu_note_name_is_valid(head->origin))
        return false;
    line = next_line(&at, &length);
    if (line == NULL || !read_size(line, length, &head->size))
        return false;
    line = next_line(&at, &length);
    if (line == NULL || !decode(line, length, head->root.bytes, VICU_MERKLE_LEN))
        return false;
    head->text_size = (size_t)(at - note);
    line = next_line(&at, &length);
    if (line == NULL || length != 0)
        return false;
    unsigned signatures = 0;
    while (*at != '\0') {
        line = next_line(&at, &length);
        if (line == NULL || strncmp(line, DASH, strlen(DASH)) != 0
            || ++signatures > VICU_NOTE_WITNESSES)
            return false;
    }
    return signatures > 0;
}

static bool
is_signature(const char *line,
             size_t length,
             const char *note,
             size_t text_size,
             const VicuNoteKey *key,
             int64_t *time_s)
{
    size_t name = strlen(key->name), skip = strlen(DASH) + name + 1;
    uint8_t bytes[COSIGNED], id[ID];
    bool is_log = key->kind == VICU_NOTE_LOG;

    if (length < skip || strncmp(line + strlen(DASH), key->name, name) != 0 || line[skip - 1] != ' '
        || !decode(line + skip, length - skip, bytes, is_log ? SIGNED : COSIGNED))
        return false;
    put_id(id, key->id);
    if (memcmp(id, bytes, ID) != 0)
        return false;
    if (is_log)
        return vicu_seal_is_signed(bytes + ID, note, text_size, key->key);
    uint64_t be;
    memcpy(&be, bytes + ID, sizeof be);
    g_autofree char *text = witnessed(note, text_size, GUINT64_FROM_BE(be));
    if (time_s != NULL)
        *time_s = (int64_t)GUINT64_FROM_BE(be);
    return vicu_seal_is_signed(bytes + ID + sizeof be, text, strlen(text), key->key);
}

bool
vicu_note_is_signed(const char *note, const VicuNoteKey *key, int64_t *time_s)
{
    VicuNoteHead head;
    const char *at, *line;
    size_t length = 0;

    if (!vicu_note_parse(&head, note)
        || (key->kind == VICU_NOTE_LOG && strcmp(head.origin, key->name) != 0))
        return false;
    at = note + head.text_size + 1;
    while ((line = next_line(&at, &length)) != NULL)
        if (is_signature(line, length, note, head.text_size, key, time_s))
            return true;
    return false;
}

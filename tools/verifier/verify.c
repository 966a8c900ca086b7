/* The two forms of file, read line by line and byte by byte. Nothing is believed before it is
 * under the head: what stands in the lines before it only says how to read on.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/verifier/verify.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "tools/verifier/head.h"
#include "tools/verifier/tree.h"

#define LINE_MAX_SIZE 256

typedef struct {
    FILE *in;
    crypto_hash_sha256_state sum; /* of all that was read */
    const VerifierDemand *demand;
    VerifierReport *report;
    VerifierFound found;
    VerifierKey key, witness;
    bool has_witness;
    char note[VERIFIER_NOTE_MAX + 1], cosigned[VERIFIER_NOTE_MAX + 1];
    VerifierHead head, cosigned_head;
    uint64_t retained; /* retention took records up to it, a record says */
    VerifierRecordFunc func;
    void *user;
} Check;

static bool wrong(Check *self, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool
wrong(Check *self, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(self->report->why, sizeof self->report->why, format, arguments);
    va_end(arguments);
    self->found = VERIFIER_CHANGED;
    return false;
}

/* ---- the stream ---- */

static bool
read_bytes(Check *self, void *out, size_t size, const char *what)
{
    if (fread(out, 1, size, self->in) != size) {
        wrong(self, "the file ends within %s", what);
        if (ferror(self->in))
            self->found = VERIFIER_UNREADABLE;
        return false;
    }
    crypto_hash_sha256_update(&self->sum, out, size);
    return true;
}

/* One line, without its LF. */
static bool
read_line(Check *self, char line[LINE_MAX_SIZE])
{
    for (size_t n = 0; n < LINE_MAX_SIZE; n++) {
        if (!read_bytes(self, &line[n], 1, "its first lines"))
            return false;
        if (line[n] == '\n') {
            line[n] = '\0';
            return true;
        }
        if (line[n] == '\0')
            break;
    }
    return wrong(self, "a line at the beginning is none");
}

/* "WORD value": the value. */
static const char *
read_word(Check *self, char line[LINE_MAX_SIZE], const char *word)
{
    size_t n = strlen(word);

    if (!read_line(self, line))
        return NULL;
    if (strncmp(line, word, n) == 0 && line[n] == ' ')
        return line + n + 1;
    wrong(self, "there is no line \"%s\" where it has to be", word);
    return NULL;
}

static bool
read_number(Check *self, const char *word, uint64_t most, uint64_t *value)
{
    char line[LINE_MAX_SIZE];
    const char *text = read_word(self, line, word);

    if (text == NULL)
        return false;
    if (!verifier_number_read(text, strlen(text), value) || *value > most)
        return wrong(self, "%s is no number of 0 to %llu", word, (unsigned long long)most);
    return true;
}

/* The sum of all before, and nothing behind it. */
static bool
read_end(Check *self)
{
    uint8_t sum[VERIFIER_HASH], said[VERIFIER_HASH];

    crypto_hash_sha256_final(&self->sum, sum);
    if (fread(said, 1, sizeof said, self->in) != sizeof said)
        return wrong(self, "the file ends before its checksum does");
    if (memcmp(sum, said, sizeof sum) != 0)
        return wrong(self, "the file's checksum is another one");
    if (fgetc(self->in) != EOF)
        return wrong(self, "something stands behind the end of the file");
    return true;
}

/* ---- keys and heads ---- */

static bool
read_key(Check *self)
{
    char line[LINE_MAX_SIZE];
    const char *text = read_word(self, line, "key");

    if (text == NULL)
        return false;
    if (strlen(text) > VERIFIER_KEY_MAX || !verifier_key_read(&self->key, text)
        || self->key.kind != 1)
        return wrong(self, "the line \"key\" has no public key");
    if (self->demand->key != NULL && strcmp(self->demand->key, text) != 0)
        return wrong(self, "it is signed with another key than the one that was given");
    snprintf(self->report->key, sizeof self->report->key, "%s", text);
    snprintf(self->report->origin, sizeof self->report->origin, "%s", self->key.name);
    return true;
}

static bool
read_witness(Check *self)
{
    char line[LINE_MAX_SIZE];
    const char *text = read_word(self, line, "witness");

    if (text == NULL)
        return false;
    self->has_witness = strcmp(text, "none") != 0;
    if (self->has_witness && (!verifier_key_read(&self->witness, text) || self->witness.kind != 4))
        return wrong(self, "the line \"witness\" has no public key");
    if (self->demand->witness != NULL
        && (!self->has_witness || strcmp(self->demand->witness, text) != 0))
        return wrong(self, "the witness that was given has not signed it");
    return true;
}

static bool
read_note(Check *self, char *note, uint64_t size, VerifierHead *head)
{
    if (!read_bytes(self, note, (size_t)size, "a head"))
        return false;
    note[size] = '\0';
    if (strlen(note) != size || !verifier_head_read(head, note)
        || strcmp(head->origin, self->key.name) != 0
        || !verifier_head_signed(head, note, &self->key, NULL))
        return wrong(self, "a head is not signed by the key");
    return true;
}

static bool
check_witness(Check *self, const VerifierHead *head, const char *note)
{
    VerifierReport *report = self->report;

    if (!verifier_head_signed(head, note, &self->witness, &report->witnessed_s))
        return wrong(self, "the head is not signed by its witness");
    snprintf(report->witness, sizeof report->witness, "%s", self->witness.name);
    report->witnessed = head->size;
    return true;
}

/* ---- an export ---- */

/* Leaves from the tree's end to @end, as so many nodes. */
static bool
read_nodes(Check *self, VerifierTree *tree, uint64_t end, uint64_t n)
{
    uint8_t hash[VERIFIER_HASH];

    for (; n > 0 && tree->size < end; n--)
        if (!read_bytes(self, hash, sizeof hash, "the nodes beside its records")
            || !verifier_tree_add(tree, verifier_level(tree->size, end), hash))
            return self->found != VERIFIER_GOOD ? false : wrong(self, "a node fits nowhere");
    return n == 0 && tree->size == end ? true
                                       : wrong(self, "there are not as many nodes as it takes");
}

static bool
read_record(Check *self, uint64_t number, uint8_t *buffer, uint8_t leaf[VERIFIER_HASH])
{
    uint8_t length[4];

    if (!read_bytes(self, length, sizeof length, "its records"))
        return false;
    uint32_t size = (uint32_t)length[0] << 24 | (uint32_t)length[1] << 16 | (uint32_t)length[2] << 8
                    | length[3];
    if (size > VERIFIER_RECORD_MAX)
        return wrong(self, "record %llu is longer than any can be", (unsigned long long)number);
    if (size == 0) {
        if (++self->report->gone != number - self->report->first + 1)
            return wrong(self, "record %llu is missing between others", (unsigned long long)number);
        return read_bytes(self, leaf, VERIFIER_HASH, "its records");
    }
    if (!read_bytes(self, buffer, size, "its records"))
        return false;
    verifier_leaf(leaf, buffer, size);
    uint64_t retained = verifier_record_retention(buffer, size);
    self->retained = retained > self->retained ? retained : self->retained;
    if (self->func != NULL)
        self->func(number, buffer, size, self->user);
    return true;
}

/* Where a witness' head is over the leaves read so far. */
static bool
check_cosigned(Check *self, const VerifierTree *tree)
{
    uint8_t root[VERIFIER_HASH];

    if (!self->has_witness || tree->size != self->cosigned_head.size)
        return true;
    verifier_tree_root(tree, root);
    return memcmp(root, self->cosigned_head.root, VERIFIER_HASH) == 0
               ? true
               : wrong(self, "the first %llu records are not those that the witness has signed",
                       (unsigned long long)tree->size);
}

static bool
read_records(Check *self, VerifierTree *tree)
{
    uint8_t *buffer = malloc(VERIFIER_RECORD_MAX), leaf[VERIFIER_HASH];
    bool ok = buffer != NULL ? check_cosigned(self, tree) : wrong(self, "there is no memory");

    while (ok && tree->size < self->report->last)
        ok = read_record(self, tree->size + 1, buffer, leaf) && verifier_tree_add(tree, 0, leaf)
             && check_cosigned(self, tree);
    free(buffer);
    return ok;
}

static bool
check_range(Check *self)
{
    VerifierReport *report = self->report;
    uint64_t before = self->cosigned_head.size;

    report->size = self->head.size;
    if (report->first == 0 || report->first > report->last + 1 || report->last > report->size)
        return wrong(self, "its range is none of the head's");
    if (self->has_witness && (before < report->first - 1 || before > report->last))
        return wrong(self, "the witness' head ends outside of its range");
    if (self->demand->all && (report->first != 1 || report->last != report->size))
        return wrong(self, "it has not all records that the head is over");
    return true;
}

static bool
verify_export(Check *self)
{
    VerifierReport *report = self->report;
    VerifierTree tree = {0};
    uint64_t note = 0, cosigned = 0, left = 0, right = 0;
    uint8_t root[VERIFIER_HASH];
    char line[LINE_MAX_SIZE];

    if (!read_key(self) || !read_number(self, "first", UINT64_MAX, &report->first)
        || !read_number(self, "last", UINT64_MAX, &report->last) || !read_witness(self)
        || !read_number(self, "note", VERIFIER_NOTE_MAX, &note)
        || !read_number(self, "cosigned", VERIFIER_NOTE_MAX, &cosigned)
        || !read_number(self, "left", VERIFIER_NODES_MAX, &left)
        || !read_number(self, "right", VERIFIER_NODES_MAX, &right) || !read_line(self, line))
        return false;
    if (line[0] != '\0' || (cosigned > 0) != self->has_witness)
        return wrong(self, "its first lines do not fit each other");
    if (!read_note(self, self->note, note, &self->head)
        || (cosigned > 0
            && (!read_note(self, self->cosigned, cosigned, &self->cosigned_head)
                || !check_witness(self, &self->cosigned_head, self->cosigned)))
        || !check_range(self) || !read_nodes(self, &tree, report->first - 1, left)
        || !read_records(self, &tree) || !read_nodes(self, &tree, report->size, right))
        return false;
    verifier_tree_root(&tree, root);
    if (memcmp(root, self->head.root, VERIFIER_HASH) != 0)
        return wrong(self, "records %llu to %llu are not those that were signed",
                     (unsigned long long)report->first, (unsigned long long)report->last);
    if (report->gone > 0 && self->retained < report->first + report->gone - 1)
        return wrong(self,
                     "its first %llu records are missing, and no record says that "
                     "retention took them",
                     (unsigned long long)report->gone);
    return read_end(self);
}

/* ---- a proof ---- */

static bool
verify_proof(Check *self)
{
    VerifierReport *report = self->report;
    uint64_t note = 0, n = 0, size = 0;
    uint8_t path[VERIFIER_NODES_MAX][VERIFIER_HASH], hash[VERIFIER_HASH];
    char line[LINE_MAX_SIZE];

    report->is_proof = true;
    if (!read_key(self) || !read_number(self, "number", UINT64_MAX, &report->first)
        || !read_witness(self) || !read_number(self, "note", VERIFIER_NOTE_MAX, &note)
        || !read_number(self, "path", VERIFIER_NODES_MAX, &n)
        || !read_number(self, "record", VERIFIER_RECORD_MAX, &size) || !read_line(self, line))
        return false;
    report->last = report->first;
    if (line[0] != '\0')
        return wrong(self, "its first lines do not fit each other");
    if (!read_note(self, self->note, note, &self->head)
        || (self->has_witness && !check_witness(self, &self->head, self->note))
        || !read_bytes(self, path, (size_t)n * VERIFIER_HASH, "its path"))
        return false;
    report->size = self->head.size;
    uint8_t *record = malloc(size > 0 ? (size_t)size : 1);
    bool ok = record != NULL && read_bytes(self, record, (size_t)size, "its record");
    if (ok) {
        verifier_leaf(hash, record, (size_t)size);
        if (self->func != NULL)
            self->func(report->first, record, (size_t)size, self->user);
    }
    free(record);
    if (!ok)
        return self->found != VERIFIER_GOOD ? false : wrong(self, "there is no memory");
    if (report->first == 0
        || !verifier_path(hash, report->first - 1, report->size,
                          (const uint8_t(*)[VERIFIER_HASH])path, (size_t)n)
        || memcmp(hash, self->head.root, VERIFIER_HASH) != 0)
        return wrong(self, "record %llu is not one that was signed",
                     (unsigned long long)report->first);
    return read_end(self);
}

VerifierFound
verifier_verify(FILE *in,
                const VerifierDemand *demand,
                VerifierReport *report,
                VerifierRecordFunc func,
                void *user)
{
    Check self = {.in = in, .demand = demand, .report = report, .func = func, .user = user};
    char line[LINE_MAX_SIZE];

    *report = (VerifierReport){0};
    crypto_hash_sha256_init(&self.sum);
    if (!read_line(&self, line))
        return self.found;
    if (strcmp(line, "vicu-audit-export 1") == 0)
        verify_export(&self);
    else if (strcmp(line, "vicu-audit-proof 1") == 0)
        verify_proof(&self);
    else
        wrong(&self, "it is neither an exported audit nor the proof of a record");
    return self.found;
}

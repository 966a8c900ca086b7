/* A tree's signed head: a checkpoint in the forms of C2SP (signed-note, tlog-checkpoint,
 * tlog-cosignature), so that tools of others read it.
 *
 *   ORIGIN LF SIZE LF BASE64(ROOT) LF LF then lines "— NAME BASE64(id of the key, signature) LF"
 *
 * A signature of the log has algorithm 1 (Ed25519 over the text up to and with the third LF), a
 * witness' algorithm 4 (a time, and Ed25519 over "cosignature/v1", that time and the text).
 * A public key is "NAME+ID+BASE64(algorithm, key)". Pure but for the making of keys.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/merkle.h"
#include "common/seal.h"

G_BEGIN_DECLS

#define VICU_NOTE_NAME_MAX  64
#define VICU_NOTE_MAX       4096 /* bytes of a note; what is longer is refused */
#define VICU_NOTE_WITNESSES 16   /* signatures looked at */

/* In an installation's folder of keys: its own audit's, and the witnesses it believes. */
#define VICU_NOTE_LOG_FILE       "audit-log"
#define VICU_NOTE_PUBLIC         ".public" /* behind it: the public half */
#define VICU_NOTE_WITNESSES_FILE "audit-witnesses"

typedef enum {
    VICU_NOTE_LOG = 1,
    VICU_NOTE_WITNESS = 4,
} VicuNoteKind;

typedef struct {
    char name[VICU_NOTE_NAME_MAX + 1];
    VicuNoteKind kind;
    uint32_t id;
    uint8_t key[VICU_SEAL_PUBLIC];
} VicuNoteKey;

typedef struct {
    VicuNoteKey public_key;
    uint8_t secret[VICU_SEAL_SECRET];
} VicuNoteSigner;

typedef struct {
    char origin[VICU_NOTE_NAME_MAX + 1];
    uint64_t size;
    VicuMerkle root;
    size_t text_size; /* bytes of the note that are signed */
} VicuNoteHead;

/* ---- keys ---- */

/* 1 to 64 printable ASCII characters without blank or plus. */
bool vicu_note_name_is_valid(const char *name);
/* @name NULL: a log's, "vicu-audit/" and 16 digits of the key's SHA-256. */
void vicu_note_signer_init(VicuNoteSigner *self,
                           VicuNoteKind kind,
                           const char *name,
                           const uint8_t seed[VICU_SEAL_SEED]);
void vicu_note_signer_clear(VicuNoteSigner *self);
/* The signer whose seed the file @path has, 0600; made at first, with its public half beside it
 * in @path.public. NULL: it cannot be read or made. Caller frees. */
VicuNoteSigner *
vicu_note_signer_load(const char *path, VicuNoteKind kind, const char *name, GError **error);
void vicu_note_signer_free(VicuNoteSigner *self); /* wipes it */

char *vicu_note_key_text(const VicuNoteKey *key); /* caller frees */
bool vicu_note_key_parse(VicuNoteKey *key, const char *text);

/* ---- notes ---- */

/* Caller frees. */
char *vicu_note_sign(const VicuNoteSigner *log, uint64_t size, const VicuMerkle *root);
/* @note and a witness' line behind its others. Caller frees. */
char *vicu_note_cosign(const VicuNoteSigner *witness, const char *note, int64_t time_s);

/* False: it has not the form. Signatures are not looked at. */
bool vicu_note_parse(VicuNoteHead *head, const char *note);
/* A line of @key that is its signature of this text; *@time_s: when, of a witness. */
bool vicu_note_is_signed(const char *note, const VicuNoteKey *key, int64_t *time_s);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuNoteSigner, vicu_note_signer_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(VicuNoteSigner, vicu_note_signer_clear)

G_END_DECLS

/* Signed heads: made, read, and every change of them found.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "common/folder.h"
#include "common/note.h"

typedef struct {
    VicuNoteSigner log, witness;
    VicuMerkle root;
} World;

static void
world_init(World *self)
{
    const uint8_t seed[VICU_SEAL_SEED] = {1, 2, 3}, other[VICU_SEAL_SEED] = {4, 5, 6};

    vicu_note_signer_init(&self->log, VICU_NOTE_LOG, NULL, seed);
    vicu_note_signer_init(&self->witness, VICU_NOTE_WITNESS, "ward-b", other);
    vicu_merkle_leaf(&self->root, "record", 6);
}

static void
a_head_is_read_back_with_both_signatures(void)
{
    World world;
    VicuNoteHead head;
    int64_t time_s = 0;

    world_init(&world);
    g_autofree char *note = vicu_note_sign(&world.log, 1234567, &world.root);
    g_autofree char *both = vicu_note_cosign(&world.witness, note, 1790000000);
    g_assert_true(vicu_note_parse(&head, both));
    g_assert_cmpstr(head.origin, ==, world.log.public_key.name);
    g_assert_cmpuint(head.size, ==, 1234567);
    g_assert_true(vicu_merkle_equal(&head.root, &world.root));
    g_assert_true(vicu_note_is_signed(both, &world.log.public_key, NULL));
    g_assert_true(vicu_note_is_signed(both, &world.witness.public_key, &time_s));
    g_assert_cmpint(time_s, ==, 1790000000);
    g_assert_false(vicu_note_is_signed(note, &world.witness.public_key, NULL));
}

/* The example of C2SP's signed-note: a key and a note that other programs made. */
static void
reads_a_key_and_a_note_that_others_made(void)
{
    static const char note[] =
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
        "\n"
        "\xe2\x80\x94 PeterNeumann "
        "x08go/ZJkuBS9UG/"
        "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
        "\n";
    static const char text[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    VicuNoteKey key;
    uint8_t signature[4 + VICU_SEAL_SIGNATURE];
    gsize n = 0;

    g_assert_true(vicu_note_key_parse(&key, text));
    g_assert_cmpuint(key.id, ==, 0xc74f20a3);
    g_autofree char *again = vicu_note_key_text(&key);
    g_assert_cmpstr(again, ==, text);
    const char *line = strrchr(note, ' ') + 1;
    g_autofree char *base64 = g_strndup(line, strlen(line) - 1);
    g_autofree guchar *bytes = g_base64_decode(base64, &n);
    g_assert_cmpuint(n, ==, sizeof signature);
    memcpy(signature, bytes, n);
    size_t size = (size_t)(strstr(note, "\n\n") + 1 - note);
    g_assert_true(vicu_seal_is_signed(signature + 4, note, size, key.key));
}

static void
any_byte_that_is_changed_is_found(void)
{
    World world;

    world_init(&world);
    g_autofree char *note = vicu_note_sign(&world.log, 77, &world.root);
    g_autofree char *both = vicu_note_cosign(&world.witness, note, 1790000000);
    size_t size = strlen(both);
    for (size_t i = 0; i < size; i++)
        for (int bit = 0; bit < 7; bit++) {
            g_autofree char *changed = g_strdup(both);
            changed[i] = (char)(changed[i] ^ (1 << bit));
            g_assert_false(vicu_note_is_signed(changed, &world.log.public_key, NULL)
                           && vicu_note_is_signed(changed, &world.witness.public_key, NULL));
        }
    for (size_t i = 0; i < size; i++) {
        g_autofree char *cut = g_strndup(both, i);
        g_assert_false(vicu_note_is_signed(cut, &world.log.public_key, NULL)
                       && vicu_note_is_signed(cut, &world.witness.public_key, NULL));
    }
}

static void
another_key_of_the_same_name_has_not_signed(void)
{
    World world;
    VicuNoteSigner other;
    const uint8_t seed[VICU_SEAL_SEED] = {9};

    world_init(&world);
    vicu_note_signer_init(&other, VICU_NOTE_LOG, world.log.public_key.name, seed);
    g_autofree char *note = vicu_note_sign(&world.log, 77, &world.root);
    g_assert_false(vicu_note_is_signed(note, &other.public_key, NULL));
}

static void
a_key_is_made_once_and_kept_from_others(void)
{
    g_autofree char *dir = g_dir_make_tmp("vicu-note-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "audit-log", NULL);
    g_autofree char *beside = g_build_filename(dir, "audit-log.public", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    GStatBuf found;
    VicuNoteKey key;

    g_autoptr(VicuNoteSigner) first = vicu_note_signer_load(path, VICU_NOTE_LOG, NULL, &error);
    g_assert_no_error(error);
    g_autoptr(VicuNoteSigner) again = vicu_note_signer_load(path, VICU_NOTE_LOG, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpmem(first, sizeof *first, again, sizeof *again);
    g_assert_cmpint(g_stat(path, &found), ==, 0);
    g_assert_cmpint(found.st_mode & 0777, ==, 0600);
    g_assert_true(g_file_get_contents(beside, &text, NULL, NULL));
    g_assert_true(vicu_note_key_parse(&key, g_strstrip(text)));
    g_assert_cmpmem(key.key, sizeof key.key, first->public_key.key, sizeof key.key);
    g_assert_true(g_file_set_contents(path, "rubbish", -1, NULL));
    g_assert_null(vicu_note_signer_load(path, VICU_NOTE_LOG, NULL, &error));
    g_assert_nonnull(strstr(error->message, path));
    vicu_folder_remove(dir);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/common/note/" #name, name)
    ADD(a_head_is_read_back_with_both_signatures);
    ADD(reads_a_key_and_a_note_that_others_made);
    ADD(any_byte_that_is_changed_is_found);
    ADD(another_key_of_the_same_name_has_not_signed);
    ADD(a_key_is_made_once_and_kept_from_others);
    return g_test_run();
}

/* Any bytes as an exported audit or a proof: the verifier says yes or no, with a reason for no.
 * What comes without its checksum is given it, so that the fuzzer gets on; so is text as a
 * record and as a signed head.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/note.h"
#include "tests/fuzz/fuzz-target.h"
#include "tools/verifier/head.h"
#include "tools/verifier/verify.h"

#define SUM VICU_MERKLE_LEN

static void
on_record(uint64_t number, const uint8_t *record, size_t size, void *user)
{
    char text[300];

    (void)number;
    (void)user;
    if (verifier_record_text(record, size, text, sizeof text) && strlen(text) >= sizeof text)
        abort();
    verifier_record_retention(record, size);
}

static void
verify(const uint8_t *data, size_t size)
{
    VerifierDemand demand = {0};
    VerifierReport report;
    FILE *in = size > 0 ? fmemopen((void *)data, size, "rb") : NULL;

    if (in == NULL)
        return;
    VerifierFound found = verifier_verify(in, &demand, &report, on_record, NULL);
    if ((found == VERIFIER_GOOD) != (report.why[0] == '\0'))
        abort();
    fclose(in);
}

/* Both readers of a head agree on what the store's own takes. */
static void
read_note(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    VicuNoteHead head;
    VerifierHead other;
    VicuNoteKey key;
    VerifierKey other_key;

    if (vicu_note_parse(&head, text)
        && (!verifier_head_read(&other, text) || other.size != head.size
            || memcmp(other.root, head.root.bytes, SUM) != 0))
        abort();
    if (vicu_note_key_parse(&key, text)
        && (!verifier_key_read(&other_key, text) || memcmp(key.key, other_key.key, SUM) != 0))
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree uint8_t *summed = g_malloc(size + SUM);
    const VicuSealPart part = {data, size};

    verify(data, size);
    read_note(data, size);
    on_record(1, data, size, NULL);
    if (size > 0)
        memcpy(summed, data, size);
    vicu_seal_sha256(summed + size, &part, 1);
    verify(summed, size + SUM);
    return 0;
}

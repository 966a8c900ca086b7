/* WCTP 1.3 as far as IHE ACM has it: a message to one device with its choices (PCD-06), and what
 * became of messages, asked for by polling (PCD-07).
 *
 * Written with escaping; read by a parser that is bounded in size, depth and number, resolves no
 * entity and fetches nothing. Pure: no clock, no socket.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define ESC_WCTP_SIZE_MAX 262144 /* bytes of an answer */
#define ESC_WCTP_NEWS_MAX 100    /* messages in one, also what a poll asks for */
#define ESC_WCTP_TEXT_MAX 256    /* bytes of an id, or of what a person answered */

/* Borrowed for the call. */
typedef struct {
    const char *dtd; /* address in the DOCTYPE; empty: none is written */
    const char *sender;
    const char *security; /* empty: none */
    const char *message;  /* id; comes back in every status */
    const char *transaction;
    const char *recipient;
    const char *priority;       /* as of the ladder: "high" */
    const char *const *choices; /* NULL at the end; NULL: nothing can be answered */
    const char *text;
    int64_t t_us; /* UTC, now */
} EscWctpSubmit;

/* Codes of failure that are about the device, not about us. */
#define ESC_WCTP_NO_DEVICE  403
#define ESC_WCTP_NOT_LET_IN 404

typedef enum {
    ESC_WCTP_UNKNOWN, /* of a kind that is not known here, or of no message */
    ESC_WCTP_QUEUED,
    ESC_WCTP_DELIVERED,
    ESC_WCTP_READ,
    ESC_WCTP_REPLY,   /* somebody answered @text */
    ESC_WCTP_FAILURE, /* it will not come; @code */
} EscWctpKind;

typedef struct {
    EscWctpKind kind;
    char *sequence; /* by which it is acknowledged */
    char *message;  /* id of the message that it is of; "": none */
    char *text;
    unsigned code;
} EscWctpNews;

typedef struct {
    bool poll;       /* answers a poll; else a submit */
    bool ok;         /* taken; of a poll: there are news or none */
    unsigned code;   /* of a failure, or of the success; 0: none, or no number */
    int64_t wait_s;  /* of a poll: not again before this; 0: nothing was asked */
    GPtrArray *news; /* EscWctpNews */
} EscWctpAnswer;

/* Caller frees. */
char *esc_wctp_submit(const EscWctpSubmit *submit);
/* @last: its news are acknowledged; NULL: none. Caller frees. */
char *
esc_wctp_poll(const char *dtd, const char *poller, const char *security, const EscWctpAnswer *last);

/* Any bytes; NULL and why. */
EscWctpAnswer *esc_wctp_read(const char *text, size_t size, GError **error);
void esc_wctp_answer_free(EscWctpAnswer *self);

/* What a code of failure means, for a person. */
const char *esc_wctp_word(unsigned code);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EscWctpAnswer, esc_wctp_answer_free)

G_END_DECLS

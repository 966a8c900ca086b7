/* Text of an HL7 v2 message: its character set (MSH-18) and its escapes.
 *
 * Text comes out as UTF-8. A set we do not read, and bytes that are not text in
 * the set the message names, are faults, never guesses. Pure; the caller owns
 * what comes back.
 *
 * Sets: none and ASCII, 8859/1 to 8859/15, UNICODE UTF-8, ISO IR6. Without
 * MSH-18 the set is ASCII; bytes beyond it are read as UTF-8 where they are
 * that, because many senders leave the field empty.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "collector/sources/hl7-message.h"

G_BEGIN_DECLS

typedef enum {
    COLLECTOR_HL7_CHARSET_ABSENT,
    COLLECTOR_HL7_CHARSET_ASCII,
    COLLECTOR_HL7_CHARSET_UTF8,
    COLLECTOR_HL7_CHARSET_8859,
    COLLECTOR_HL7_CHARSET_UNKNOWN,
} CollectorHl7CharsetKind;

typedef struct {
    CollectorHl7CharsetKind kind;
    char name[16]; /* for iconv, of an 8859 set */
} CollectorHl7Charset;

/* Reads MSH-18. A set that we do not read is added to @problems, fatal. */
CollectorHl7Charset collector_hl7_charset(const CollectorHl7Message *message, GArray *problems);

/* UTF-8 without escapes. NULL when the bytes are not text in @charset. Highlighting
 * is dropped, line breaks become spaces, escapes of no known meaning stay as sent. */
char *collector_hl7_text(const CollectorHl7Delimiters *delimiters,
                         const CollectorHl7Charset *charset,
                         CollectorHl7View view);

/* The other way: the delimiters of @text become escapes. */
void
collector_hl7_text_escape(const CollectorHl7Delimiters *delimiters, const char *text, GString *out);

/* Adds a problem for each field whose bytes are not text in @charset, at most 20. */
void collector_hl7_check_charset(const CollectorHl7Message *message,
                                 const CollectorHl7Charset *charset,
                                 GArray *problems);

G_END_DECLS

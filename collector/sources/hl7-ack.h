/* Acknowledgements, in the sender's version and with the sender's delimiters.
 *
 * A receipt keeps of a message what its answer needs, so that the message can be
 * freed while the answer waits for the spool. Pure: time is an argument.
 *
 * Original mode (MSH-15 and MSH-16 empty): one answer, AA, AE or AR. Enhanced mode:
 * MSH-15 asks for CA, CE or CR (safe in the spool), MSH-16 for AA, AE or AR; each of
 * AL always, NE never, ER on refusal, SU on success.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "collector/sources/hl7-message.h"

G_BEGIN_DECLS

typedef enum {
    COLLECTOR_HL7_ACCEPT,
    COLLECTOR_HL7_ERROR,    /* cannot be taken now, or something in it: AE */
    COLLECTOR_HL7_REJECTED, /* not a message for us: AR */
} CollectorHl7Answer;

typedef struct CollectorHl7Receipt CollectorHl7Receipt;

/* Of a message; of NULL when there was none to read (answered with ^~\& and 2.6). */
CollectorHl7Receipt *collector_hl7_receipt_new(const CollectorHl7Message *message);
void collector_hl7_receipt_free(CollectorHl7Receipt *self);

/* The message or messages to send back, each as one frame ready for the wire; empty
 * when the sender wants none. @problems (may be NULL) and @reason (may be NULL, a
 * sentence) fill the ERR segments: errors with ERROR and REJECTED, warnings with ACCEPT.
 * @id makes MSH-10 of the answer unique. */
GString *collector_hl7_receipt_answer(const CollectorHl7Receipt *self,
                                      CollectorHl7Answer answer,
                                      const GArray *problems,
                                      const char *reason,
                                      int64_t t_us,
                                      uint64_t id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CollectorHl7Receipt, collector_hl7_receipt_free)

G_END_DECLS

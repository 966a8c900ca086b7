/* Questions: the open questions of one client of the store, and their credit.
 *
 * A client may give what credit it likes; the owner is given at most
 * HUB_PROXY_CREDIT for each question, and the rest as rows have gone out. Memory
 * is fixed. Pure, one thread, BOOTTIME.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "hub/proxy.h"

G_BEGIN_DECLS

typedef struct {
    uint64_t id;
    bool open;
    bool audit;         /* PutAudit: the client repeats it, no credit */
    const char *broken; /* why it ends with an error that could not be told yet; NULL: it runs */
    uint32_t under_way; /* credit that the owner has */
    uint64_t banked;    /* credit that the client gave beyond it */
    int64_t since_us;
} HubQuestion;

typedef struct {
    HubQuestion slot[HUB_PROXY_QUESTIONS];
} HubQuestions;

/* NULL: there is no such question. */
HubQuestion *hub_questions_find(HubQuestions *self, uint64_t id);
/* NULL: no room. One with the same id is begun anew. @credit becomes what the owner is given. */
HubQuestion *
hub_questions_begin(HubQuestions *self, uint64_t id, bool audit, uint32_t *credit, int64_t mono_us);
/* The client gave @credit: what the owner is given of it now. */
uint32_t hub_questions_give(HubQuestion *question, uint32_t credit);
/* A message of rows went out: what the owner is given now. */
uint32_t hub_questions_sent(HubQuestion *question);
unsigned hub_questions_count(const HubQuestions *self);

G_END_DECLS

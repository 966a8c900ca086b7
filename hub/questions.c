/* Questions. See questions.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "hub/questions.h"

HubQuestion *
hub_questions_find(HubQuestions *self, uint64_t id)
{
    for (unsigned i = 0; i < HUB_PROXY_QUESTIONS; i++)
        if (self->slot[i].open && self->slot[i].id == id)
            return &self->slot[i];
    return NULL;
}

HubQuestion *
hub_questions_begin(HubQuestions *self, uint64_t id, bool audit, uint32_t *credit, int64_t mono_us)
{
    HubQuestion *question = hub_questions_find(self, id);

    for (unsigned i = 0; question == NULL && i < HUB_PROXY_QUESTIONS; i++)
        if (!self->slot[i].open)
            question = &self->slot[i];
    if (question == NULL)
        return NULL;
    *question = (HubQuestion){.id = id, .open = true, .audit = audit, .since_us = mono_us};
    *credit = hub_questions_give(question, *credit);
    return question;
}

static uint32_t
top_up(HubQuestion *question)
{
    uint32_t room = HUB_PROXY_CREDIT - question->under_way;
    uint32_t given = (uint32_t)MIN(question->banked, room);

    question->banked -= given;
    question->under_way += given;
    return given;
}

uint32_t
hub_questions_give(HubQuestion *question, uint32_t credit)
{
    question->banked = MIN(question->banked + credit, UINT32_MAX);
    return top_up(question);
}

uint32_t
hub_questions_sent(HubQuestion *question)
{
    if (question->under_way > 0)
        question->under_way--;
    return top_up(question);
}

unsigned
hub_questions_count(const HubQuestions *self)
{
    unsigned n = 0;

    for (unsigned i = 0; i < HUB_PROXY_QUESTIONS; i++)
        n += self->slot[i].open;
    return n;
}

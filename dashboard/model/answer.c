/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/model/answer.h"

const char *
dash_answer_word(DashAnswer answer)
{
    static const char *const words[] = {"", "seen", "act", "watch", "not actionable"};
    g_return_val_if_fail((unsigned)answer < G_N_ELEMENTS(words), "");
    return words[answer];
}

DashAnswer
dash_answer_of(const Vicu__Acknowledgement *acknowledgement)
{
    if (!acknowledgement || !*acknowledgement->who)
        return DASH_ANSWER_NONE;
    switch (acknowledgement->answer) {
    case VICU__ANSWER__ANSWER_ACT:
        return DASH_ANSWER_ACT;
    case VICU__ANSWER__ANSWER_WATCH:
        return DASH_ANSWER_WATCH;
    case VICU__ANSWER__ANSWER_NOT_ACTIONABLE:
        return DASH_ANSWER_NOT_ACTIONABLE;
    case VICU__ANSWER__ANSWER_SEEN:
    case _VICU__ANSWER_IS_INT_SIZE:
        break;
    }
    return DASH_ANSWER_SEEN;
}

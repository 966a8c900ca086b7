/* What people said to an alarm, as the review counts it. Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "proto/state.pb-c.h"

G_BEGIN_DECLS

typedef enum {
    DASH_ANSWER_NONE,           /* nobody answered */
    DASH_ANSWER_SEEN,           /* acknowledged, without one of these: */
    DASH_ANSWER_ACT,            /* something is done about it */
    DASH_ANSWER_WATCH,          /* true, looked at again later */
    DASH_ANSWER_NOT_ACTIONABLE, /* nothing follows from it */
} DashAnswer;

/* "act"; "" for none. */
const char *dash_answer_word(DashAnswer answer);
/* NULL: nobody. */
DashAnswer dash_answer_of(const Vicu__Acknowledgement *acknowledgement);

G_END_DECLS

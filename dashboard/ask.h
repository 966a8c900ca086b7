/* Ask: the station's way to the store's answers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include "common/query.h"
#include "common/root.h"

G_BEGIN_DECLS

/* To the store of @root; @who: for the audit, "" = the key's name. Connects in the background. */
VicuQueryClient *
dash_ask_new(VicuContext *context, const VicuRoot *root, const char *who, GError **error);
/* The store was gone, or gave no answer in time. A refusal is an answer; so is NULL. */
bool dash_ask_is_unanswered(const GError *error);

G_END_DECLS

/* Files: the pages' own parts, which lie within the program.
 *
 * No path leads anywhere else. Each answer has an ETag, so that a phone that has it is told so in
 * a few bytes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include "portal/request.h"

G_BEGIN_DECLS

/* Takes @request and answers it; false: it is none of these, and stays the caller's. */
bool portal_files_answer(PortalRequest *request);

G_END_DECLS

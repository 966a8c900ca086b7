/* Inside of a story. For story*.c only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tests/scenario/story.h"

G_BEGIN_DECLS

/* UTC. */
int64_t story_begun_us(const Story *self);

G_END_DECLS

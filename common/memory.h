/* How the process gets memory from the system.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* For a process that lives long and turns the same amount of memory over again and again:
 * what it frees it keeps for the next time, up to 64 MiB at the end of its heap, instead
 * of giving it back and asking for it anew page by page; and there are no fast bins,
 * which the allocator would empty at each large block. Once, before threads start. */
void vicu_memory_keep(void);

/* Gives free pages back to the system, those in the middle of the heap too, where @over bytes or
 * more are free: for a process that now and then needs much for a moment. Milliseconds. */
void vicu_memory_give_back(size_t over);

G_END_DECLS

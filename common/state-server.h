/* The owner's side of state on the main loop: socket and machine in one.
 *
 * The owner journals first, then sets; commands come through command(), which
 * answers once they are journaled. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/daemon.h"
#include "common/people.h"
#include "common/state.h"

G_BEGIN_DECLS

typedef struct VicuStateServer VicuStateServer;

/* A new command from the holder of the key @peer with @role; answer with
 * vicu_state_server_answer(), now or later. @packed is what came, for the journal. */
typedef void (*VicuStateServerCommand)(const Vicu__Command *command,
                                       GBytes *packed,
                                       const char *peer,
                                       const char *role,
                                       gpointer user);

/* Binds DIR/run/@socket_name ("rules-state"). */
VicuStateServer *vicu_state_server_new(VicuDaemon *daemon,
                                       const char *socket_name,
                                       uint64_t incarnation,
                                       VicuStateServerCommand command,
                                       gpointer user,
                                       GError **error);
void vicu_state_server_free(VicuStateServer *self);

/* From now on a person who shows a proof is told what @people (borrowed) says that this person may
 * see; until then everybody is told everything. */
void vicu_state_server_people(VicuStateServer *self, const VicuPeople *people);

/* Sets or, with item->removed, removes what stands under its subject and key.
 * Goes out with the next flush. */
void vicu_state_server_put(VicuStateServer *self, const Vicu__StateItem *item);
void vicu_state_server_flush(VicuStateServer *self);

/* Carried by the beat of each second. */
void vicu_state_server_level(VicuStateServer *self, int64_t watermark_us, bool catching_up);

void vicu_state_server_answer(
    VicuStateServer *self, const char *key, bool ok, const char *text, const char *detail);
/* The owner machine, for restoring answers from the journal and for figures. */
VicuStateOwner *vicu_state_server_machine(VicuStateServer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuStateServer, vicu_state_server_free)

G_END_DECLS

/* Person: who has signed in at this station, and whether it is locked.
 *
 * The store judges names and passwords and keeps the session; here are its token and the proof that
 * goes along with what the person asks and does (common/people-client.h), in memory alone. The
 * proof is renewed each half minute; a session that the store has ended locks the station.
 *
 * A locked station goes on as what its key may be told: wall, alarms and sound. That it is locked
 * outlasts the process: a file in DIR/dashboard, without a secret. Where the store is away, rules
 * may let somebody in by name and reason (emergency access); it ends with their word.
 *
 * One thread, the main loop's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/root.h"
#include "common/socket.h"
#include "dashboard/client.h"
#include "dashboard/scene/view.h"
#include "dashboard/witness.h"

G_BEGIN_DECLS

typedef struct DashPerson DashPerson;

typedef struct {
    VicuContext *context;
    const VicuRoot *root;           /* whose store is asked */
    const char *from;               /* where the person is, for the audit and for wrong tries */
    const char *file;               /* where "locked" is kept; NULL: nowhere */
    DashWitness *witness;           /* borrowed: told of locking, and who looks */
    int64_t idle_us;                /* 0: it is not locked by itself */
    void (*changed)(gpointer user); /* who it is, the proof, or the lock; may be NULL */
    gpointer user;
} DashPersonOptions;

DashPerson *dash_person_new(const DashPersonOptions *options, GError **error);
void dash_person_free(DashPerson *self);

/* What pictures say of it; strings are borrowed until the next change. */
DashWho dash_person_who(const DashPerson *self);
bool dash_person_is_locked(const DashPerson *self);
/* NULL: nobody's. Borrowed. */
GBytes *dash_person_proof(const DashPerson *self);
const char *dash_person_account(const DashPerson *self);
bool dash_person_is_whole(const DashPerson *self); /* some role of theirs is for everywhere */

/* A key, the pointer or a touch. */
void dash_person_touch(DashPerson *self);

/* Each answers once, through @func. */
void dash_person_sign_in(DashPerson *self,
                         const char *account,
                         const char *password,
                         DashAnswerFunc func,
                         gpointer user);
void
dash_person_break_glass(DashPerson *self, const char *reason, DashAnswerFunc func, gpointer user);
/* At once here; the store is told, and ends the session by itself where it does not hear it. */
void dash_person_sign_out(DashPerson *self);
/* FALSE: nobody has signed in who could come back. */
gboolean dash_person_lock(DashPerson *self);
/* The rules let @name in while the store is away. */
void dash_person_emergency(DashPerson *self, const char *name);

/* Each second: whether the rules' alarm of it stands. When it is over, the station is locked. */
void dash_person_emergency_stands(DashPerson *self, bool stands);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashPerson, dash_person_free)

G_END_DECLS

/* A subscriber of the rules' state that keeps which beds it is told of, and for whom.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/root.h"
#include "common/socket.h"

G_BEGIN_DECLS

typedef struct Looker Looker;

/* Through the key that @context has, of the name @key. */
Looker *looker_new(VicuContext *context, const VicuRoot *root, const char *key);
void looker_free(Looker *self);

/* NULL: as the key. */
void looker_proof(Looker *self, GBytes *proof);
/* Until it is told for @account ("": the key, or nobody who is believed) and has just those of the
 * beds @yes (may be NULL) and not @no (may be NULL); fails the test after 5 s. */
void looker_await(Looker *self, const char *account, const char *yes, const char *no);
guint32 looker_untold(const Looker *self);
gboolean looker_is_refused(const Looker *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Looker, looker_free)

G_END_DECLS

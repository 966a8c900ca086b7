/* Client: keeps a model up to date from a running installation.
 *
 * Listens to the hub's live pictures and subscribes to the state that the rules
 * own, and to how far help is (help-client.h); all straight, so that the death of
 * one leaves the others. Watches them: silence of 2.5 s becomes a local technical
 * alarm in the model. What the store
 * holds of the last moments is taken in first, while live batches wait. Reads
 * only, but for commands. Clocks are read here. One thread, the main loop's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/proof.h"
#include "common/root.h"
#include "common/socket.h"
#include "dashboard/model/model.h"
#include "dashboard/recall.h"

G_BEGIN_DECLS

typedef struct DashClient DashClient;

/* @ok FALSE: refused, or no answer came; @text says it for a person. */
typedef void (*DashAnswerFunc)(gboolean ok, const char *text, gpointer user);

/* @name: of this subscriber. @model is borrowed. */
DashClient *dash_client_new(
    VicuContext *context, const VicuRoot *root, const char *name, DashModel *model, GError **error);
void dash_client_free(DashClient *self);

/* All that stands is known and the rules are not silent; and what the store has of the last
 * moments came, or is not waited for any longer, so that live batches are shown at once. */
gboolean dash_client_is_level(const DashClient *self);

/* From now on commands and questions of this process are the person's who shows @proof, as
 * @account (@whole: everywhere); NULL, NULL: its key's. */
void dash_client_show_person(DashClient *self, const char *account, GBytes *proof, bool whole);

/* What came of test alarms; borrowed. */
VicuProof *dash_client_proof(DashClient *self);

/* Sends @command to the owner of the state, as @who; the answer comes once through @func (may be
 * NULL). @command is the caller's. */
void dash_client_command(DashClient *self,
                         Vicu__Command *command,
                         const char *who,
                         const char *reason,
                         DashAnswerFunc func,
                         gpointer user);

/* The alarms of the last @span_us from the store, once; further back when it is said again with
 * more. NULL before, or where no way to the store can be made. */
void dash_client_recall(DashClient *self, int64_t span_us);
/* As soon as the beds are known, what is measured seldom is asked of the store (seldom.h). */
void dash_client_want_seldom(DashClient *self);
/* It is here, or was not wanted, or will not come. */
bool dash_client_has_seldom(const DashClient *self);
DashRecall *dash_client_recalled(const DashClient *self);

/* From now on all that is heard is kept, at most @max_bytes, for saved.h. */
void dash_client_record(DashClient *self, size_t max_bytes);
/* What was kept, ended with the present time; caller frees. */
GByteArray *dash_client_take_record(DashClient *self);

typedef struct {
    uint64_t batches;
    uint64_t unreadable;
    uint64_t items;
    uint64_t live_lost;     /* messages that did not come */
    uint64_t live_skipped;  /* came and were skipped: this process was behind */
    int64_t live_behind_us; /* see common/live.h */
} DashClientFigures;

void dash_client_figures(const DashClient *self, DashClientFigures *figures);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashClient, dash_client_free)

G_END_DECLS

/* Outbox: what the rules send to hub and store as a sender - derived numerics,
 * alarm events, gaps and audit records - collected until it is packed as one Batch.
 *
 * Copies what it is given. Pure; one owner.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/wire.h"

G_BEGIN_DECLS

typedef struct RulesOutbox RulesOutbox;

RulesOutbox *rules_outbox_new(void);
void rules_outbox_free(RulesOutbox *self);

/* A derived number; FALSE for @known makes it one without a value. */
void rules_outbox_numeric(RulesOutbox *self,
                          const char *bed,
                          Vicu__Origin origin,
                          uint32_t code,
                          int64_t t_us,
                          double value,
                          Vicu__Quality quality);
/* @detail: a packed message, or NULL. */
void rules_outbox_event(RulesOutbox *self,
                        const char *bed,
                        int64_t t_us,
                        const char *kind,
                        const char *key,
                        const char *text,
                        GBytes *detail);
/* A manual value, as it was entered: numeric (symbol NULL) or symbol. */
void rules_outbox_observation(RulesOutbox *self,
                              const char *bed,
                              uint32_t code,
                              int64_t t_us,
                              double value,
                              const char *symbol,
                              const char *author);
void rules_outbox_audit(RulesOutbox *self, const Vicu__AuditRecord *record);

bool rules_outbox_is_empty(const RulesOutbox *self);
/* The packed Batch with end of tick @t_us; empties. NULL when there is nothing. */
GBytes *rules_outbox_take(RulesOutbox *self, int64_t t_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RulesOutbox, rules_outbox_free)

G_END_DECLS

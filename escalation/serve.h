/* The escalation process: machine, roster, channels, journal and state on one main loop.
 *
 * What the machine decides is written to the journal; when that is on disk it is published and
 * sent. Commands are answered once their record is synced.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "common/daemon.h"
#include "common/journal.h"
#include "common/state.h"
#include "common/uplink.h"
#include "escalation/channels/channel.h"
#include "escalation/machine.h"

G_BEGIN_DECLS

typedef struct EscService EscService;

typedef struct {
    EscTimes times;
    const char *link; /* of the portal: the escalation's id is put behind it; may be empty */
    EscSmtpSettings smtp;
    EscWebhookSettings webhook;
    EscPcd06Settings pcd06;
    const char *keys_act; /* roles of keys that act without a person once accounts exist */
    int64_t journal_mib;
    int64_t spool_mib;
    int64_t spool_age_us;
} EscServiceSettings;

typedef struct {
    EscFigures machine;
    VicuJournalFigures journal;
    VicuStateOwnerFigures state;
    VicuUplinkFigures uplink;
    size_t persons;
    size_t ladders;
    size_t devices; /* reachable */
    uint64_t sent;
    uint64_t failed;
    bool rules_blind;
    int64_t replay_us;
    int64_t p99_us; /* from an alarm's decision to the moment it was handed to a channel */
} EscServiceFigures;

EscService *esc_service_new(VicuDaemon *daemon, const EscServiceSettings *settings, GError **error);
/* Settings were read again: deadlines and channels anew. FALSE: the old channels go on. */
bool esc_service_reload(EscService *self, const EscServiceSettings *settings, GError **error);
bool esc_service_audit(EscService *self, const Vicu__AuditRecord *record);
void esc_service_free(EscService *self);
void esc_service_figures(EscService *self, EscServiceFigures *figures);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EscService, esc_service_free)

G_END_DECLS

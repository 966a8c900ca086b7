/* Inside of the escalation process. For serve*.c only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/people-follow.h"
#include "common/proof.h"
#include "common/query.h"
#include "common/state-client.h"
#include "common/state-server.h"
#include "escalation/serve.h"

G_BEGIN_DECLS

/* Numbers on disk: never change one. */
typedef enum {
    ESC_RECORD_ITEM = 1,        /* a packed StateItem: stands, or is removed */
    ESC_RECORD_ANSWER = 2,      /* u32 length of the packed Command, it, the packed CommandResult */
    ESC_RECORD_INCARNATION = 3, /* u64: starts of this owner */
} EscRecordKind;

enum { ESC_CHANNELS = 4, ESC_LATENCIES = 512 };

/* What waits for the disk, in the order of appends. */
typedef struct {
    uint64_t append;
    void (*run)(EscService *self, gpointer data);
    gpointer data;
    GDestroyNotify free;
} EscWaiting;

struct EscService {
    VicuDaemon *daemon;
    EscTimes times;
    char *link;
    uint64_t journal_max;
    EscRoster *roster;
    EscMachine *machine;
    VicuJournal *journal;
    VicuStateServer *state;
    VicuStateClient *rules;
    VicuProof *proof;   /* test alarms, from the rules and on to the pages */
    GHashTable *proven; /* beds whose test alarm stands in our state */
    VicuUplink *uplink;
    EscChannel *channel[ESC_CHANNELS]; /* without the page, which is ours */
    GHashTable *channels;              /* name -> Vicu__Channel */
    GHashTable *devices;               /* id -> Vicu__Device */
    GHashTable *heard;                 /* id -> int64_t, BOOTTIME */
    GHashTable *items;                 /* "subject key" -> GBytes: what stands in the journal */
    GQueue waiting;
    GQueue answers;      /* GBytes of ANSWER records, oldest first */
    GPtrArray *records;  /* Vicu__AuditRecord, for the next batch */
    GPtrArray *events;   /* Vicu__Event */
    GHashTable *told;    /* "bed\ncause" -> text that the rules were told */
    GHashTable *telling; /* command key -> "bed\ncause" */
    GHashTable *findings;
    int64_t findings_us; /* UTC, of the last look through the roster */
    uint64_t incarnation;
    int64_t replay_us;
    char boot[40];
    guint timer;
    int64_t beat_us;        /* BOOTTIME of the last beat to the rules */
    VicuQueryClient *query; /* NULL: nothing was asked yet */
    VicuPeopleFollow *people;
    char *keys_act;
    bool dirty;
    bool broken;
    bool rules_blind;
    bool rules_level;
    Vicu__EscalationOwner owner; /* as it was told last */
    uint64_t sent, failed;
    int64_t latency_us[ESC_LATENCIES];
    size_t n_latency;
};

/* ---- serve.c ---- */

EscNow esc_service_now(const EscService *self);
/* After each input: what changed goes to journal, record and rules. */
void esc_service_settle(EscService *self);

/* ---- serve-journal.c ---- */

bool esc_service_open_journal(EscService *self, GError **error);
void esc_service_restore(EscService *self);
/* A thing that stands, or no longer: to the journal, published behind its sync. */
void esc_service_keep(EscService *self, Vicu__StateItem *item);
/* Runs behind the sync of all that was appended. */
void esc_service_after(EscService *self,
                       void (*run)(EscService *self, gpointer data),
                       gpointer data,
                       GDestroyNotify free_func);
void esc_service_answer(EscService *self, const char *key, GBytes *packed, bool ok, char *text);
void esc_service_compact(EscService *self);
void esc_service_free_waiting(gpointer waiting);

/* ---- serve-command.c ---- */

void esc_service_command(const Vicu__Command *command,
                         GBytes *packed,
                         const char *peer,
                         const char *role,
                         gpointer user);

/* ---- serve-people.c ---- */

void esc_service_begin_people(EscService *self);
void esc_service_stop_people(EscService *self);
void esc_service_tick_people(EscService *self, int64_t boot_us);
/* NULL: allowed; else a sentence (caller frees). *@who: the person with a proof that is believed,
 * NULL: a key acts; caller frees. */
char *esc_service_not_allowed(EscService *self,
                              const Vicu__Command *command,
                              const char *peer,
                              const char *role,
                              Vicu__PeopleStatement **who);

/* ---- serve-roster.c ---- */

/* FALSE and why (caller frees *@text). */
bool esc_service_import(EscService *self, const Vicu__ImportRoster *import, char **text);
bool esc_service_put(EscService *self, const Vicu__Command *command, char **text);
/* Publishes holes and overlaps of the days to come. */
void esc_service_look_through_roster(EscService *self);

/* ---- serve-send.c ---- */

bool
esc_service_open_channels(EscService *self, const EscServiceSettings *settings, GError **error);
void esc_service_send(EscService *self,
                      const Vicu__Escalation *e,
                      const Vicu__EscalationTarget *t,
                      const char *channel);
bool esc_service_test(EscService *self, const Vicu__TestChannel *test, char **text);
bool esc_service_device(EscService *self, const Vicu__DeviceSeen *seen, char **text);
void esc_service_tick_devices(EscService *self);

/* ---- serve-tell.c ---- */

/* Breaches, failing channels and a missing roster as technical alarms of the rules. */
void esc_service_tell_rules(EscService *self);
void esc_service_rules_answered(EscService *self, const char *key, bool ok);
/* From the rules: given back to them, and told on. */
void esc_service_prove(EscService *self, const Vicu__StateItem *item);
/* A snapshot begins: what was told on is no longer known. */
void esc_service_unprove(EscService *self);
/* Each second, while there is somebody to tell: the rules miss us when it ends. */
void esc_service_beat(EscService *self, int64_t boot_us);
/* The rules were started anew: they are told all again. */
void esc_service_tell_again(EscService *self);
void esc_service_record(EscService *self,
                        const char *who,
                        bool person,
                        const char *role,
                        const char *what,
                        const char *bed,
                        const char *why,
                        const char *detail);

G_END_DECLS

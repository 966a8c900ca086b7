/* Inside of the rules process: its parts, and what is kept on the disk. For serve*.c only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/people-follow.h"
#include "common/query.h"
#include "common/state-server.h"
#include "rules/fetch.h"
#include "rules/serve.h"
#include "rules/store-watch.h"

G_BEGIN_DECLS

#define SERVICE_HISTORY_S 12 /* rhythm detectors know their patient after this */

/* Kinds are numbers on disk: never change one. */
typedef enum {
    RULES_RECORD_ITEM = 1,     /* a packed StateItem: stands, or is removed */
    RULES_RECORD_ANSWER = 2,   /* u32 length of the packed Command, it, the packed CommandResult */
    RULES_RECORD_POSITION = 3, /* u64 hub incarnation, u64 number: the feed was handled up to it */
    RULES_RECORD_INCARNATION = 4, /* u64: starts of this owner */
    RULES_RECORD_SET = 5, /* 16 hexadecimal digits: the set of rules in force; 16: the one before */
} RulesRecordKind;

typedef struct ServiceLoad ServiceLoad;

struct RulesService {
    VicuDaemon *daemon;
    RulesServiceSettings settings;
    RulesSet *set;
    RulesWard *ward;
    VicuJournal *journal;
    VicuStateServer *state;
    VicuUplink *uplink;
    RulesFeedClient *feed;
    RulesFetch *fetch;
    VicuQueryClient *query; /* NULL: nothing was asked yet */
    GQueue waiting;         /* answers that wait for the disk, in the order of appends */
    GQueue answers;         /* GBytes of ANSWER records, oldest first */
    /* read at start */
    GHashTable *items;    /* "subject key" -> GBytes */
    uint64_t position[3]; /* as the record has it */
    uint64_t incarnation;
    char *engine_folder;
    double save_due;                     /* beds */
    uint64_t saved;                      /* since the start */
    uint64_t history[SERVICE_HISTORY_S]; /* number of the feed, second by second */
    uint64_t seconds;
    int64_t replay_us;
    int64_t position_us; /* mono: last time it was written */
    RulesStoreWatch store;
    VicuPeopleFollow *people;
    GHashTable *glass; /* causes of alarms that stand: "break-glass/ACCOUNT" */
    bool glass_known;  /* those of before the start are in it */
    bool dirty;
    bool broken;
    /* the set in force: reload.c */
    char *pack_list;
    char *sets_folder; /* texts of sets, rules/packs/keep.h */
    char in_force[17]; /* hashes, as the journal has them; "" none */
    char before[17];
    GPtrArray *sets_before; /* RulesSet: snapshots may be of them; at the start only */
    char *refused_at_start; /* why the packs of the settings do not run */
    char *refusal;          /* text of the alarm that stands */
    ServiceLoad *load;      /* under way */
    bool load_at_start;     /* the settings name another set than the one that ran last */
    bool load_again;
    GQueue asked; /* commands that wait for it */
};

/* ---- serve-journal.c; a failure is told to the daemon, once ---- */

/* Its number; 0: it failed. */
uint64_t service_append(RulesService *self, RulesRecordKind kind, const void *data, size_t size);
/* At most 3. */
void
service_append_numbers(RulesService *self, RulesRecordKind kind, const uint64_t *numbers, size_t n);
/* Writes what still counts afresh, once the journal has more bytes than @above. */
void service_compact(RulesService *self, uint64_t above);
/* Takes what @answer holds, and sends it once the record is synced. */
void
service_keep_answer(RulesService *self, const char *key, GBytes *packed, const RulesAnswer *answer);
void service_restore_answers(RulesService *self);
void service_restore_items(RulesService *self, int64_t mono_us);
bool service_open_journal(RulesService *self, GError **error);
void service_free_waiting(gpointer waiting);

void service_journal_failed(RulesService *self, const GError *error);

/* ---- serve.c ---- */

/* After each input: publish, send on, and let the disk follow. */
void service_settle(RulesService *self, int64_t now_us);

/* ---- serve-fetch.c ---- */

/* False: there is no key of a store here. Then a hole is told as one. */
bool service_connect_store(RulesService *self);
void service_begin_fetching(RulesService *self);
/* A hole of the feed: asked of the store, and told where it has nothing of it. */
void service_fetch(RulesService *self, const VicuFeedGap *gap, int64_t now_us, int64_t mono_us);
void service_fetch_tick(RulesService *self, int64_t mono_us);
void service_stop_fetching(RulesService *self);

/* ---- serve-people.c ---- */

/* Once there is a ward; what the disk has counts until the store answers. */
void service_begin_people(RulesService *self);
/* Ten times a second. */
void service_people_tick(RulesService *self, int64_t now_us, int64_t mono_us);
/* After the ward. */
void service_stop_people(RulesService *self);

/* ---- reload.c ---- */

enum { SERVICE_SET_RECORD = 32 }; /* the hash of the set in force, and of the one before */

void service_set_record(const RulesService *self, char record[SERVICE_SET_RECORD]);
void service_read_set_record(RulesService *self, const uint8_t *data, size_t size);
/* Once the journal is read: the packs of the settings, or, when these cannot run, those of the
 * last run. FALSE: neither. */
bool service_choose_set(RulesService *self, GError **error);
/* Once all stands: says what changed, or why it did not. */
void service_begin_set(RulesService *self, int64_t now_us);
/* Reads the packs of @list (NULL: those of before) aside. */
void service_reload(RulesService *self, const char *list);
/* The same with the settings read again; the command is answered when it is known. */
void service_ask_reload(RulesService *self, const char *key, GBytes *packed);
void service_stop_loading(RulesService *self);

/* ---- serve-saved.c ---- */

/* Up to where the feed was read: once a second. */
void service_write_position(RulesService *self);
/* Some beds, ten times a second. */
void service_save_some(RulesService *self);
/* At the start, after the journal. */
void service_load_saved(RulesService *self);

G_END_DECLS

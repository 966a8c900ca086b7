/* What service*.c share, and nobody else includes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "store/people/desk.h"
#include "store/query.h"
#include "store/service.h"

G_BEGIN_DECLS

/* A query under way. */
typedef struct {
    VicuRoute route;
    StoreQuery *query;
    GByteArray *out; /* the message being filled */
    bool ready;      /* @out waits for credit or for the socket */
    bool last;
    uint32_t credit;
    int64_t moved_us; /* mono: when it last could send or got credit */
} ServiceRunning;

/* An answer that waits for the sync. */
typedef struct {
    VicuRoute route;
    uint64_t id;
    GByteArray *rows; /* NULL: an end without rows */
} ServiceWaiting;

/* Who asks, where it is a person. */
typedef struct {
    Vicu__PeopleStatement *who; /* NULL: a key */
    VicuRole as;
} ServicePerson;

struct StoreService {
    VicuSocket *socket;
    GMainContext *main_context;
    StoreServiceSettings settings;
    StoreServiceOps ops;
    gpointer user;
    StoreHead *head;
    char *why_not;
    bool writable;
    StorePeopleDesk *people; /* NULL: no accounts are kept */
    char *keys_act;
    GQueue running; /* ServiceRunning: the first has its turn */
    GArray *waiting;
    GSource *work;    /* while a query can step */
    GSource *rounds;  /* sees each round of the main loop begin */
    int64_t spent_us; /* of steps since sockets and timers had their turn */
    GSource *retry;
    StoreServiceCounts counts;
};

typedef struct {
    GSource base;
    StoreService *service;
} ServiceRounds;

/* ---- service.c ---- */

/* Appends a record of who asked what, or lays it aside where nothing can be written; false:
 * neither. */
bool store_service_record(StoreService *self,
                          const VicuMessage *message,
                          const Vicu__Query *ask,
                          const ServicePerson *person,
                          const char *what,
                          const char *detail);

/* ---- service-people.c ---- */

void store_service_clear_waiting(gpointer p);
void
store_service_ask_people(StoreService *self, const VicuMessage *message, const Vicu__Query *ask);
/* NULL: the person or key may; else why not. @person: caller frees `who`. */
char *store_service_not_for(StoreService *self,
                            const VicuMessage *message,
                            const Vicu__Query *ask,
                            ServicePerson *person);

/* ---- service-retention.c ---- */

void
store_service_set_retention(StoreService *self, const VicuMessage *message, const Vicu__Query *ask);

/* ---- service-turns.c ---- */

void store_service_send_rows(StoreService *self, const VicuRoute *route, const GByteArray *rows);

void store_service_running_free(gpointer p);
/* Takes @running. Its first steps are taken at once, unless steps have taken their time
 * already; what is left of it waits for its turn. */
void store_service_start(StoreService *self, ServiceRunning *running);
/* An answer of one message; what cannot be sent the client asks for again. */
void
store_service_send_end(StoreService *self, const VicuRoute *route, uint64_t id, const char *error);
void
store_service_refuse(StoreService *self, const VicuMessage *message, uint64_t id, const char *text);
void store_service_stop_source(GSource **source);
void store_service_start_work(StoreService *self);
void store_service_watch_rounds(StoreService *self);

G_END_DECLS

/* What a message is on the wire: an envelope and a body, both protobuf.
 *
 * The only file that calls the protobuf-c runtime. Everything is bounded before
 * it is used: a body is at most VICU_WIRE_MAX bytes. Unknown fields survive
 * unpack and pack; one of number 0, which no schema can have, is refused at any depth, so that what
 * was unpacked can be copied. An envelope of a newer major version is refused.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "proto/audit.pb-c.h"
#include "proto/batch.pb-c.h"
#include "proto/envelope.pb-c.h"
#include "proto/escalation.pb-c.h"
#include "proto/link.pb-c.h"
#include "proto/people.pb-c.h"
#include "proto/query.pb-c.h"
#include "proto/state.pb-c.h"
#include "proto/status.pb-c.h"

G_BEGIN_DECLS

#define VICU_WIRE_MAJOR       1
#define VICU_WIRE_MINOR       9
#define VICU_WIRE_MAX         (8u << 20)
#define VICU_ENVELOPE_MAX     96
#define VICU_FINGERPRINT_SIZE 16
#define VICU_WHOLE_HEAD_MAX   (VICU_ENVELOPE_MAX + 8)

typedef struct {
    const void *data;
    size_t size;
} VicuPart;

typedef struct {
    uint8_t bytes[VICU_FINGERPRINT_SIZE];
} VicuFingerprint;

typedef struct {
    Vicu__Kind kind;
    VicuFingerprint sender;
    uint64_t epoch;
    uint64_t sequence;
    int64_t t_us;
    uint64_t number;
    uint64_t fence; /* link: the epoch the sender writes now */
} VicuEnvelope;

/* Returns the packed size, at most VICU_ENVELOPE_MAX. */
size_t vicu_envelope_pack(const VicuEnvelope *envelope, uint8_t out[VICU_ENVELOPE_MAX]);

/* VICU_ERROR_VERSION for a newer major; a kind that we do not know passes
 * through as it is and is the receiver's to ignore and count. */
gboolean
vicu_envelope_unpack(const void *data, size_t size, VicuEnvelope *envelope, GError **error);

/* A message in one part: size of the envelope (2 bytes, little endian), envelope, zeros up to a
 * multiple of 8, body. Packs all but the body; returns its size, at most VICU_WHOLE_HEAD_MAX. */
size_t vicu_whole_pack_head(const VicuEnvelope *envelope, uint8_t out[VICU_WHOLE_HEAD_MAX]);
/* @body becomes a view into @data. */
gboolean vicu_whole_unpack(
    const void *data, size_t size, VicuEnvelope *envelope, VicuPart *body, GError **error);

GBytes *vicu_wire_pack(const ProtobufCMessage *message);
size_t vicu_wire_packed_size(const ProtobufCMessage *message);

/* Packs behind what @out already holds. */
void vicu_wire_append(const ProtobufCMessage *message, GByteArray *out);

void *vicu_wire_unpack(const ProtobufCMessageDescriptor *type,
                       const void *data,
                       size_t size,
                       GError **error);
void vicu_wire_free(void *message);
/* Deep; also of a message that was put together on the stack. */
void *vicu_wire_copy(const ProtobufCMessage *message);
/* Of a message that was unpacked or copied: *@at becomes a copy of @value. */
void vicu_wire_set_text(char **at, const char *value);

/* Hex of a fingerprint, 32 characters; caller frees. */
char *vicu_fingerprint_format(const VicuFingerprint *fingerprint);

#define VICU_WIRE_TYPE(Type, name)                                                                 \
    static inline Vicu__##Type *vicu_wire_unpack_##name(const void *data, size_t size,             \
                                                        GError **error)                            \
    {                                                                                              \
        return (Vicu__##Type *)vicu_wire_unpack(&vicu__##name##__descriptor, data, size, error);   \
    }                                                                                              \
    static inline void vicu_wire_free_##name(Vicu__##Type *message)                                \
    {                                                                                              \
        vicu_wire_free(message);                                                                   \
    }                                                                                              \
    G_DEFINE_AUTOPTR_CLEANUP_FUNC(Vicu__##Type, vicu_wire_free_##name)

VICU_WIRE_TYPE(Hello, hello)
VICU_WIRE_TYPE(Welcome, welcome)
VICU_WIRE_TYPE(Ack, ack)
VICU_WIRE_TYPE(End, end)
VICU_WIRE_TYPE(Dropped, dropped)
VICU_WIRE_TYPE(BatchRef, batch_ref)
VICU_WIRE_TYPE(Refuse, refuse)
VICU_WIRE_TYPE(Heartbeat, heartbeat)
VICU_WIRE_TYPE(FeedOpen, feed_open)
VICU_WIRE_TYPE(FeedFetch, feed_fetch)
VICU_WIRE_TYPE(FeedLost, feed_lost)
VICU_WIRE_TYPE(Batch, batch)
VICU_WIRE_TYPE(AuditRecord, audit_record)
VICU_WIRE_TYPE(Adt, adt)
VICU_WIRE_TYPE(StateSubscribe, state_subscribe)
VICU_WIRE_TYPE(StateItems, state_items)
VICU_WIRE_TYPE(StateItem, state_item)
VICU_WIRE_TYPE(StateItemsPacked, state_items_packed)
VICU_WIRE_TYPE(StateAck, state_ack)
VICU_WIRE_TYPE(StateBeat, state_beat)
VICU_WIRE_TYPE(Alarm, alarm)
VICU_WIRE_TYPE(Explanation, explanation)
VICU_WIRE_TYPE(Similar, similar)
VICU_WIRE_TYPE(PastAlarm, past_alarm)
VICU_WIRE_TYPE(Escalation, escalation)
VICU_WIRE_TYPE(RosterPerson, roster_person)
VICU_WIRE_TYPE(RosterShift, roster_shift)
VICU_WIRE_TYPE(Ladder, ladder)
VICU_WIRE_TYPE(Note, note)
VICU_WIRE_TYPE(Handover, handover)
VICU_WIRE_TYPE(Command, command)
VICU_WIRE_TYPE(CommandResult, command_result)
VICU_WIRE_TYPE(Query, query)
VICU_WIRE_TYPE(QueryRows, query_rows)
VICU_WIRE_TYPE(QueryCredit, query_credit)
VICU_WIRE_TYPE(QueryCancel, query_cancel)
VICU_WIRE_TYPE(PeopleAccount, people_account)
VICU_WIRE_TYPE(PeopleLink, people_link)
VICU_WIRE_TYPE(PeopleSession, people_session)
VICU_WIRE_TYPE(PeopleSigned, people_signed)
VICU_WIRE_TYPE(PeopleStatement, people_statement)
VICU_WIRE_TYPE(PeopleList, people_list)
VICU_WIRE_TYPE(PeopleAsk, people_ask)
VICU_WIRE_TYPE(PeopleRow, people_row)
VICU_WIRE_TYPE(Status, status)

G_END_DECLS

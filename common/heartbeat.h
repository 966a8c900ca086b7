/* Heartbeat: each second, for every bed, the time of its last sample.
 *
 * Times travel as differences: the first as it is, each other one to the one
 * before (a few bytes a bed). Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "proto/link.pb-c.h"

G_BEGIN_DECLS

#define VICU_HEARTBEAT_BEDS_MAX 2048u

typedef struct VicuHeartbeat VicuHeartbeat;

VicuHeartbeat *vicu_heartbeat_new(void);
void vicu_heartbeat_free(VicuHeartbeat *self);

/* The bed's newest sample, UTC; an older one is ignored. False: too many beds. */
bool vicu_heartbeat_sample(VicuHeartbeat *self, const char *bed, int64_t t_us);
void vicu_heartbeat_forget(VicuHeartbeat *self, const char *bed);

/* Each bed that is in it. */
void vicu_heartbeat_foreach(const VicuHeartbeat *self,
                            void (*func)(const char *bed, gpointer user),
                            gpointer user);

/* The next heartbeat, ready to pack; borrowed until the next call. */
const Vicu__Heartbeat *vicu_heartbeat_next(VicuHeartbeat *self,
                                           int64_t t_us,
                                           uint64_t spool_batches,
                                           uint64_t spool_bytes);

/* Each bed of one that was received. False: the two arrays differ in length,
 * there are too many beds, or a time overflows; then @bed was not called. */
typedef void (*VicuHeartbeatBed)(const char *bed, int64_t last_us, gpointer data);
bool vicu_heartbeat_read(const Vicu__Heartbeat *heartbeat, VicuHeartbeatBed bed, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuHeartbeat, vicu_heartbeat_free)

G_END_DECLS

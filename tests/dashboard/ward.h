/* Ward: a synthetic ward as a saved state, for golden pictures.
 *
 * Everything in it is made by arithmetic and labelled "simulated". The same
 * options give the same bytes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

#include "common/wire.h"

G_BEGIN_DECLS

/* 2026-01-15 09:30:20 UTC: when every picture is drawn. */
#define WARD_NOW_US (INT64_C(1768469420) * G_USEC_PER_SEC)

typedef struct {
    unsigned beds;
    bool alarms;    /* each priority, answered, latched, technical, several on one bed */
    bool absence;   /* each picture of absence, and a bed that is behind */
    bool stale;     /* numbers that stopped, a wave that stopped, a gap */
    bool blind;     /* this station misses the hub and the rules */
    bool mute;      /* the rules have never answered */
    bool soundless; /* no annunciator was ever heard of */
    bool file;      /* one sounds into a file */
    bool unheard;   /* one is silent */
    bool care;      /* notes, promises, who looks after a bed, a handover that one has signed */
    bool helpless;  /* escalation was never heard */
    bool help_lost; /* it is silent */
    bool brief;     /* one second and no history: small enough for a corpus */
} WardOptions;

GByteArray *ward_make(const WardOptions *options);

/* For a ward that goes on: the stories are told as if they ended at @now_us. */
void ward_set_now(int64_t now_us);
/* A packed Batch with the samples of [now - span, now); segments begin 8 s before @t0_us. */
GBytes *ward_tick(
    const WardOptions *options, int64_t t0_us, int64_t now_us, int64_t span_us, bool announce);
void ward_state(const WardOptions *options,
                void (*func)(const Vicu__StateItem *item, void *user),
                void *user);

/* "calm", "alarms", "absence", "stale", "blind", "mute", "handover", "helpless", "help-lost"
 * (alarms too), "all", each with or without
 * "-brief" behind it; FALSE when unknown. */
bool ward_options_parse(const char *story, WardOptions *options);

G_END_DECLS

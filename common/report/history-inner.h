/* A history from within. See history.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/report/history.h"

G_BEGIN_DECLS

typedef struct {
    uint32_t code, channel;
    VicuSpan span;
    bool live; /* of a patient, as far as its sender says */
} VicuHistoryStream;

typedef struct {
    GArray *streams;  /* VicuHistoryStream */
    GArray *gaps;     /* VicuHistoryStream: code 0 = of all */
    GArray *observed; /* VicuSpan, united; NULL: not made since the last change */
} VicuHistoryBed;

struct VicuHistory {
    GHashTable *alarms;      /* id -> VicuPastAlarm */
    GHashTable *escalations; /* id -> Kept */
    GHashTable *beds;        /* name -> VicuHistoryBed */
    GPtrArray *alarm_list, *escalation_list, *bed_list, *act_list;
    unsigned lost;
};

void vicu_history_bed_free(gpointer bed); /* a VicuHistoryBed */

G_END_DECLS

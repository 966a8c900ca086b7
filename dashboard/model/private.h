/* Model: what its parts share. Not for other folders.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/model/model.h"

G_BEGIN_DECLS

typedef struct DashHelpBook DashHelpBook;

struct DashModel {
    GHashTable *bed_by_id; /* char * -> DashBed *, owned by @beds */
    GPtrArray *beds;       /* in natural order */
    GHashTable *segments;  /* DashSegmentKey * -> DashSegment * */
    GHashTable *alarms;    /* key of the state item -> DashAlarm * */
    GPtrArray *standing;   /* borrowed, worst first */
    GPtrArray *handovers;  /* DashHandover, newest first */
    GHashTable *outlets;   /* key of the state item -> Vicu__Outlet; NULL: none is known */
    DashHelpBook *help;    /* of escalation; NULL: nothing of it is known */
    DashAlarm *local[DASH_LOCALS_MAX];
    bool sorted;
    bool has_state;
    bool past;
    char *pack;
    char *set_hash;
    DashBurden *burden;
    DashMeter *meter; /* as of @meter_us and @meter_version */
    int64_t meter_us;
    uint64_t meter_version;
    unsigned staff;
    uint64_t batches;
    int64_t newest_us;
    int64_t arrived_us;
    unsigned left_out;
};

/* Makes the bed when it is new; NULL when the table is full. */
DashBed *dash_model_bed_for(DashModel *self, const char *id, int64_t now_us);
DashNumeric *
dash_model_numeric_for(DashBed *bed, uint32_t code, uint32_t channel, const VicuSignal *signal);
DashSymbol *dash_model_symbol_for(DashBed *bed, uint32_t code, const VicuSignal *signal);
void dash_model_put_event(DashBed *bed, int64_t t_us, const char *kind, const char *text);
void dash_alarm_free(DashAlarm *alarm);
void dash_alarm_clear_past(DashAlarm *alarm);

/* take-because.c */
DashBecause *dash_because_new(const Vicu__Alarm *wire);
void dash_because_free(DashBecause *self);

/* take-care.c */
void dash_model_take_note(DashModel *self, const Vicu__Note *wire, int64_t now_us);
void dash_model_take_care(DashModel *self, const Vicu__Care *wire, int64_t now_us);
void dash_model_take_handover(DashModel *self, const Vicu__Handover *wire);
void dash_model_take_answer(DashAlarm *alarm, const Vicu__Alarm *wire);
/* It no longer stands. */
void dash_model_drop_care(DashModel *self, Vicu__Subject subject, const char *key);
/* A snapshot begins: none is known. */
void dash_model_forget_care(DashModel *self);
void dash_bed_clear_care(DashBed *bed);
void dash_handover_free(void *handover);

/* take-outlets.c */
void dash_model_take_outlet(DashModel *self, const char *key, const Vicu__Outlet *wire);
void dash_model_drop_outlet(DashModel *self, const char *key);
void dash_model_forget_outlets(DashModel *self);

/* take-help.c */
void dash_model_take_escalation(DashModel *self, const char *key, const Vicu__Escalation *wire);
void dash_model_take_escalation_owner(DashModel *self, const Vicu__EscalationOwner *wire);
void dash_model_drop_escalation(DashModel *self, const char *key);
void dash_model_forget_help(DashModel *self);

/* Times of the wire: 0 for what lies before 1970 or after 2100, so that no
 * arithmetic on them can overflow. */
int64_t dash_model_time(int64_t t_us);
/* A value of a device may not be younger than this station's clock allows: it
 * would look fresh for ever. */
bool dash_model_plausible(int64_t t_us, int64_t now_us);
/* Finite, and no larger than anything that is measured at a bed. */
bool dash_model_measurable(double value);

/* Chooses the range that a wave is drawn in, at most once per second of data. */
void dash_model_update_range(DashStream *stream);

/* Replaces @field by a copy of @text unless they are the same already. */
void dash_model_set_text(char **field, const char *text);

G_END_DECLS

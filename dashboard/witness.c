/* Witness. See witness.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/witness.h"

#include <string.h>

#include "dashboard/ask.h"

#define HOUR_US   (3600 * (int64_t)G_USEC_PER_SEC)
#define LATE_US   (60 * (int64_t)G_USEC_PER_SEC) /* not durable for so long: an alarm */
#define BEDS_HELD 512

struct DashWitness {
    VicuQueryClient *query;
    char *who;
    char *role;
    char *from;
    char *account, *account_role; /* of who has signed in; NULL: nobody */
    char *bed;                    /* open at the last look, NULL = the wall */
    int64_t wall_us;
    size_t wall_beds;
    int64_t waiting_since_us; /* 0 = everything is durable */
    uint64_t refused;
};

DashWitness *
dash_witness_new(VicuContext *context,
                 const VicuRoot *root,
                 const char *who,
                 const char *role,
                 const char *from,
                 GError **error)
{
    g_autoptr(DashWitness) self = g_new0(DashWitness, 1);
    self->who = g_strdup(who);
    self->role = g_strdup(role);
    self->from = g_strdup(from);
    self->query = dash_ask_new(context, root, who, error);
    return self->query ? g_steal_pointer(&self) : NULL;
}

void
dash_witness_free(DashWitness *self)
{
    if (!self)
        return;
    vicu_query_client_free(self->query);
    g_free(self->who);
    g_free(self->role);
    g_free(self->from);
    g_free(self->account);
    g_free(self->account_role);
    g_free(self->bed);
    g_free(self);
}

static void
on_done(const GError *error, gpointer user)
{
    DashWitness *self = user;
    if (error)
        self->refused++;
}

bool
dash_witness_put(DashWitness *self, const Vicu__AuditRecord *record)
{
    bool taken = vicu_query_put_audit(self->query, record, on_done, self);
    self->refused += !taken;
    return taken;
}

void
dash_witness_tell(DashWitness *self, Vicu__AuditRecord *record, int64_t now_us)
{
    record->who = self->account ? self->account : self->who;
    record->role = self->account ? self->account_role : self->role;
    record->person = self->account != NULL;
    record->from = self->from;
    record->t_us = now_us;
    dash_witness_put(self, record);
}

/* What was seen by another is seen anew. */
void
dash_witness_set_person(DashWitness *self, const char *account, const char *role)
{
    if (g_strcmp0(self->account, account) == 0 && g_strcmp0(self->account_role, role) == 0)
        return;
    g_free(self->account);
    g_free(self->account_role);
    self->account = g_strdup(account);
    self->account_role = g_strdup(role);
    self->wall_us = 0;
    g_clear_pointer(&self->bed, g_free);
}

static void
tell_view(DashWitness *self, Vicu__AuditRecord *record, int64_t now_us)
{
    record->what = (char *)"view";
    dash_witness_tell(self, record, now_us);
}

static void
tell_wall(DashWitness *self, const DashModel *model, int64_t now_us)
{
    char *beds[BEDS_HELD];
    Vicu__AuditRecord record;
    vicu__audit_record__init(&record);
    record.detail = (char *)"wall";
    record.beds = beds;
    for (size_t i = 0; i < dash_model_n_beds(model) && i < BEDS_HELD; i++)
        beds[record.n_beds++] = dash_model_bed(model, i)->id;
    self->wall_us = now_us;
    self->wall_beds = dash_model_n_beds(model);
    tell_view(self, &record, now_us);
}

static void
tell_bed(DashWitness *self, const DashModel *model, const char *bed_id, int64_t now_us)
{
    const DashBed *bed = dash_model_find_bed(model, bed_id);
    Vicu__AuditRecord record;
    if (!bed)
        return;
    vicu__audit_record__init(&record);
    record.detail = (char *)"bed";
    record.bed = bed->id;
    record.patient = bed->patient;
    tell_view(self, &record, now_us);
}

void
dash_witness_look(DashWitness *self, const DashModel *model, const char *bed, int64_t now_us)
{
    size_t n = dash_model_n_beds(model);
    if (bed) {
        if (g_strcmp0(self->bed, bed) != 0)
            tell_bed(self, model, bed, now_us);
    } else if (n > 0
               && (self->wall_us == 0 || n > self->wall_beds || now_us - self->wall_us >= HOUR_US
                   || now_us < self->wall_us)) {
        tell_wall(self, model, now_us);
    }
    if (g_strcmp0(self->bed, bed) != 0) {
        g_free(self->bed);
        self->bed = g_strdup(bed);
    }
}

size_t
dash_witness_waiting(const DashWitness *self)
{
    return vicu_query_audit_waiting(self->query);
}

uint64_t
dash_witness_refused(const DashWitness *self)
{
    return self->refused;
}

void
dash_witness_judge(DashWitness *self, DashModel *model, int64_t now_us)
{
    if (dash_witness_waiting(self) == 0)
        self->waiting_since_us = 0;
    else if (self->waiting_since_us == 0)
        self->waiting_since_us = now_us;
    bool late = self->waiting_since_us != 0 && now_us - self->waiting_since_us > LATE_US;
    dash_model_set_local(model, "audit-waiting", VICU__PRIORITY__PRIORITY_LOW,
                         self->refused ? "Audit: entries of this station were refused"
                                       : "Audit: the store has not taken entries for a minute",
                         late || self->refused > 0, now_us);
}

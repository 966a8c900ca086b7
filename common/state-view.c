/* SPDX-License-Identifier: Apache-2.0 */
#include "common/state-view.h"

#include <string.h>

#include "proto/rights.h"

typedef struct {
    VicuRole role;
    char *scope;
} ViewGrant;

struct VicuStateView {
    char *account, *refused, *key;
    GBytes *proof;
    ViewGrant *grants;
    size_t n_grants;
    bool glass;
    char *signature; /* of all that decides what is told */
};

VicuStateView *
vicu_state_view_new(const Vicu__PeopleStatement *who,
                    const char *why,
                    GBytes *proof,
                    const char *key,
                    int64_t now_us)
{
    VicuStateView *self = g_new0(VicuStateView, 1);
    g_autoptr(GString) signature = g_string_new(NULL);

    self->account = g_strdup(who != NULL ? who->account : "");
    self->refused = g_strdup(who != NULL ? "" : why);
    self->proof = g_bytes_ref(proof);
    self->key = g_strdup(key);
    g_string_append_printf(signature, "%s\n%s\n", self->account, self->refused);
    self->n_grants = who != NULL ? who->n_grant : 0;
    self->grants = g_new0(ViewGrant, self->n_grants + 1);
    for (size_t i = 0; i < self->n_grants; i++) {
        self->grants[i].role = vicu_role_from_name(who->grant[i]->role);
        self->grants[i].scope = g_strdup(who->grant[i]->scope);
        g_string_append_printf(signature, "%s %s\n", who->grant[i]->role, self->grants[i].scope);
    }
    self->glass = who != NULL && now_us < who->glass_until_us;
    g_string_append(signature, self->glass ? "glass" : "");
    self->signature = g_strdup(signature->str);
    return self;
}

void
vicu_state_view_free(VicuStateView *self)
{
    if (self == NULL)
        return;
    for (size_t i = 0; i < self->n_grants; i++)
        g_free(self->grants[i].scope);
    g_free(self->grants);
    g_bytes_unref(self->proof);
    g_free(self->account);
    g_free(self->refused);
    g_free(self->key);
    g_free(self->signature);
    g_free(self);
}

static const char *
page_of(Vicu__Subject subject)
{
    switch ((int)subject) {
    case VICU__SUBJECT__SUBJECT_ALARM:
    case VICU__SUBJECT__SUBJECT_PAUSE:
        return "alarms";
    case VICU__SUBJECT__SUBJECT_HANDOVER:
        return "handover";
    default:
        return "ward";
    }
}

bool
vicu_state_view_tells(const VicuStateView *self, Vicu__Subject subject, const char *place)
{
    if (self == NULL || *place == '\0')
        return true;
    const VicuRightsRow *row = vicu_rights_find(VICU_RIGHTS_PAGE, page_of(subject));
    for (size_t i = 0; i < self->n_grants; i++) {
        const ViewGrant *grant = &self->grants[i];
        if (grant->role < VICU_ROLE_GLASS
            && vicu_rights_may(row, grant->role, vicu_rights_covers(grant->scope, place)))
            return true;
    }
    return self->glass && vicu_rights_may(row, VICU_ROLE_GLASS, false);
}

bool
vicu_state_view_same(const VicuStateView *a, const VicuStateView *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a->signature, b->signature) == 0);
}

const char *
vicu_state_view_account(const VicuStateView *self)
{
    return self->account;
}

const char *
vicu_state_view_refused(const VicuStateView *self)
{
    return self->refused;
}

GBytes *
vicu_state_view_proof(const VicuStateView *self)
{
    return self->proof;
}

const char *
vicu_state_view_key(const VicuStateView *self)
{
    return self->key;
}

/* ---- places ---- */

bool
vicu_state_place_needs_item(Vicu__Subject subject)
{
    return subject == VICU__SUBJECT__SUBJECT_ALARM || subject == VICU__SUBJECT__SUBJECT_OBSERVATION
           || subject == VICU__SUBJECT__SUBJECT_NOTE || subject == VICU__SUBJECT__SUBJECT_HANDOVER
           || subject == VICU__SUBJECT__SUBJECT_ESCALATION;
}

static const char *
place_in(const Vicu__StateItem *item)
{
    switch ((int)item->body_case) {
    case VICU__STATE_ITEM__BODY_ALARM:
        return item->alarm->bed;
    case VICU__STATE_ITEM__BODY_OBSERVATION:
        return item->observation->bed;
    case VICU__STATE_ITEM__BODY_NOTE:
        return item->note->bed;
    case VICU__STATE_ITEM__BODY_HANDOVER:
        return item->handover->place;
    case VICU__STATE_ITEM__BODY_ESCALATION:
        return item->escalation->bed;
    default:
        return VICU_STATE_NOWHERE;
    }
}

char *
vicu_state_place(Vicu__Subject subject, const char *key, const Vicu__StateItem *item)
{
    switch ((int)subject) {
    case VICU__SUBJECT__SUBJECT_BED:
    case VICU__SUBJECT__SUBJECT_CARE:
        return g_strdup(key);
    case VICU__SUBJECT__SUBJECT_PAUSE: /* of a bed, or "installation" */
        return g_strdup(strchr(key, '/') != NULL ? key : "");
    case VICU__SUBJECT__SUBJECT_LIMIT: /* PLACE/NAME */
    case VICU__SUBJECT__SUBJECT_SCORE: {
        const char *end = strrchr(key, '/');
        return end != NULL ? g_strndup(key, (gsize)(end - key)) : g_strdup(VICU_STATE_NOWHERE);
    }
    default:
        break;
    }
    if (!vicu_state_place_needs_item(subject))
        return g_strdup("");
    return g_strdup(item != NULL ? place_in(item) : VICU_STATE_NOWHERE);
}

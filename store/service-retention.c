/* The query socket: how long what is kept, changed by somebody who may.
 *
 * An administrator's act: its record is on the disk before anything is changed, and nothing is
 * changed that the audit does not take.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/service-internal.h"

#define TEXT_MAX 32 /* bytes of a setting's name and text */

/* A word of a settings file that cannot be another line of it. */
static bool
is_word(const char *text)
{
    size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_.");

    return n > 0 && n <= TEXT_MAX && text[n] == '\0';
}

/* NULL: may. A key alone may where it is the operator's. */
static char *
not_for_set(StoreService *self,
            const VicuMessage *message,
            const Vicu__Query *ask,
            ServicePerson *person)
{
    const Vicu__SetRetention *set = ask->set_retention;

    if (ask->proof.len == 0 && strcmp(message->role, "operator") != 0)
        return g_strdup_printf("the key \"%s\" alone does not set how long what is kept: sign in",
                               message->peer);
    char *refusal = store_service_not_for(self, message, ask, person);
    if (refusal != NULL)
        return refusal;
    if (!self->writable || self->ops.set_retention == NULL)
        return g_strdup("nothing can be written here");
    if (!is_word(set->key) || !is_word(set->text))
        return g_strdup_printf("a setting and its value are words of at most %d letters, digits "
                               "and dots, like \"waves\" and \"10d\"",
                               TEXT_MAX);
    return NULL;
}

static bool
record(StoreService *self,
       const VicuMessage *message,
       const Vicu__Query *ask,
       const ServicePerson *person,
       const char *what,
       const char *detail)
{
    return store_service_record(self, message, ask, person, what, detail)
           && self->ops.settle(self->user);
}

void
store_service_set_retention(StoreService *self, const VicuMessage *message, const Vicu__Query *ask)
{
    const Vicu__SetRetention *set = ask->set_retention;
    ServicePerson person = {NULL, VICU_N_ROLES};
    g_autoptr(GError) error = NULL;
    g_autofree char *refusal = not_for_set(self, message, ask, &person);
    g_autofree char *was = refusal == NULL ? self->ops.retention(set->key, self->user) : NULL;

    if (refusal == NULL && was == NULL)
        refusal =
            g_strdup_printf("[retention] has no setting \"%s\": see vicu-store --help", set->key);
    g_autofree char *detail = refusal != NULL
                                  ? g_strdup(refusal)
                                  : g_strdup_printf("%s: %s, was %s", set->key, set->text, was);
    bool kept = record(self, message, ask, &person,
                       refusal != NULL ? "refused-retention-change" : "retention-change", detail);
    if (refusal == NULL && !kept)
        refusal = g_strdup("the audit cannot take the record of it: nothing is changed");
    else if (refusal == NULL && !self->ops.set_retention(set->key, set->text, &error, self->user)) {
        record(self, message, ask, &person, "retention-change-failed", error->message);
        refusal = g_strdup(error->message);
    }
    vicu_wire_free(person.who);
    if (refusal != NULL)
        store_service_refuse(self, message, ask->id, refusal);
    else
        store_service_send_end(self, &message->route, ask->id, NULL);
}

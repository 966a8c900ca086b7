/* SPDX-License-Identifier: Apache-2.0 */
#include "common/refusals.h"

#define KEY_SHOWN 8 /* of 40 characters: enough to find it among those that are known */

void
vicu_refusals_note(VicuRefusals *self,
                   const char *domain,
                   const char *address,
                   const char *name,
                   const char *public_key)
{
    g_autofree char *unknown = g_strdup_printf("unknown key %.*s%s", KEY_SHOWN, public_key,
                                               *public_key != '\0' ? ".." : "");
    g_autofree char *known = g_strdup_printf("key %s, which may not be here", name);

    self->waiting++;
    g_snprintf(self->last, sizeof self->last, "%s socket: %s, from %s", domain,
               *name != '\0' ? known : unknown, *address != '\0' ? address : "this machine");
}

char *
vicu_refusals_due(const VicuRefusals *self, int64_t mono_us)
{
    if (self->waiting == 0 || (self->told && mono_us - self->told_us < VICU_REFUSALS_EACH_US))
        return NULL;
    return g_strdup_printf("%" G_GUINT64_FORMAT " refused, the last at the %s", self->waiting,
                           self->last);
}

void
vicu_refusals_told(VicuRefusals *self, int64_t mono_us)
{
    self->waiting = 0;
    self->told = TRUE;
    self->told_us = mono_us;
}

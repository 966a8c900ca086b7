/* The hologram's page and its file, for who may see the whole ward.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "portal/admin/admin-inner.h"

/* The twin's answer is on its way while the call may go: it is found by its number. */
typedef struct {
    PortalAdmin *owner;
    AdminCall *call;
} Awaited;

static void
on_fetched(const char *type, GBytes *body, const GError *error, gpointer user)
{
    Awaited *awaited = user;
    AdminCall *call = awaited->call;
    bool here = g_ptr_array_find(awaited->owner->calls, call, NULL);

    g_free(awaited);
    if (!here)
        return;
    if (error != NULL)
        admin_refuse(call, SOUP_STATUS_SERVICE_UNAVAILABLE,
                     admin_say(call, error->message,
                               "三维病房未在此运行：由管理员在 DIR/etc/up.conf 中设置 [twin] "
                               "run，或运行 vicu twin。"));
    else
        admin_end_bytes(call, type, body);
}

void
admin_hologram(AdminCall *call)
{
    const char *part = strrchr(call->page->path, '/') + 1;
    Awaited *awaited = g_new0(Awaited, 1);

    *awaited = (Awaited){call->owner, call};
    portal_hologram_fetch(call->owner->options.hologram, part, on_fetched, awaited);
}

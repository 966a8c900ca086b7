/* Model: takes what the store's record has of alarms.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/wire.h"
#include "dashboard/model/private.h"

void
dash_model_take_alarms(DashModel *self, Vicu__Event *const *events, size_t n, int64_t from_us)
{
    for (size_t i = 0; i < n; i++) {
        const Vicu__Event *event = events[i];
        if (strcmp(event->kind, "alarm") != 0)
            continue;
        g_autoptr(Vicu__Alarm) alarm =
            vicu_wire_unpack_alarm(event->detail.data, event->detail.len, NULL);
        if (alarm)
            dash_burden_take(self->burden, alarm);
        else
            self->left_out++;
    }
    if (dash_model_time(from_us) != 0)
        dash_burden_cover(self->burden, from_us);
}

/* Model: takes what the store's record has of alarms, and says how much work they are.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/wire.h"
#include "dashboard/model/private.h"

void
dash_model_set_staff(DashModel *self, unsigned staff)
{
    self->staff = MAX(staff, 1);
    self->meter_us = 0;
}

const DashMeter *
dash_model_meter(const DashModel *model, int64_t now_us)
{
    DashModel *self = (DashModel *)model; /* what is kept is what would be found again */
    int64_t second_us = now_us - now_us % (int64_t)G_USEC_PER_SEC;
    uint64_t version = dash_burden_version(self->burden);
    if (dash_burden_known_us(self->burden) == INT64_MAX)
        return NULL;
    if (self->meter_us != second_us || self->meter_version != version) {
        dash_meter_judge(self->burden, self->staff, now_us, self->meter);
        self->meter_us = second_us;
        self->meter_version = version;
    }
    return self->meter;
}

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

/* Acknowledge. See acknowledge.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/ui/acknowledge.h"

#include <string.h>

#include "dashboard/model/judge.h"

const DashAlarm *
dash_acknowledge_choose(const DashModel *model, const char *bed)
{
    const DashAlarm *first = NULL;
    for (size_t i = 0; i < dash_model_n_alarms(model); i++) {
        const DashAlarm *alarm = dash_model_alarm(model, i);
        if (alarm->local || !dash_judge_alarm_sounds(alarm))
            continue;
        if (bed && strcmp(alarm->bed, bed) == 0)
            return alarm;
        first = first ? first : alarm;
    }
    return first;
}

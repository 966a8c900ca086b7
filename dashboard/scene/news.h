/* News: the alarms that have not been said yet, as a sentence to be spoken once.
 *
 * An alarm is news when it is raised, when it becomes more urgent, and when it is unanswered once
 * more. What is said is translated. Pure; one owner thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/model/model.h"
#include "dashboard/scene/view.h"

G_BEGIN_DECLS

#define DASH_NEWS_NAMED 3 /* of many at once: the worst, and how many more */

typedef struct DashNews DashNews;

DashNews *dash_news_new(void);
void dash_news_free(DashNews *self);
/* What is new since the call before, worst first; NULL: nothing is. Caller frees. */
char *dash_news_take(DashNews *self, const DashModel *model, const DashView *view);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashNews, dash_news_free)

G_END_DECLS

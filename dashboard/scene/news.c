/* News. See news.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/news.h"

#include "dashboard/scene/build.h"
#include "dashboard/scene/describe.h"
#include "dashboard/scene/format.h"

#define ANSWERED 0 /* kept in place of a priority, which is above it by one */

struct DashNews {
    GHashTable *said; /* id -> ANSWERED, or one more than the priority that was said */
};

DashNews *
dash_news_new(void)
{
    DashNews *self = g_new0(DashNews, 1);
    self->said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return self;
}

void
dash_news_free(DashNews *self)
{
    if (!self)
        return;
    g_hash_table_unref(self->said);
    g_free(self);
}

static unsigned
rank(const DashAlarm *alarm)
{
    return dash_judge_alarm_sounds(alarm) ? (unsigned)alarm->priority + 1 : ANSWERED;
}

/* What stands no more may be raised again under the same id. */
static gboolean
is_over(gpointer id, gpointer value, gpointer user)
{
    (void)value;
    return !dash_model_find_alarm(user, id);
}

char *
dash_news_take(DashNews *self, const DashModel *model, const DashView *view)
{
    g_autoptr(GString) named = g_string_new(NULL);
    char clock[DASH_TEXT_MAX];
    int64_t raised_us = 0;
    unsigned n = 0;
    for (size_t i = 0; i < dash_model_n_alarms(model); i++) {
        const DashAlarm *alarm = dash_model_alarm(model, i);
        unsigned before = GPOINTER_TO_UINT(g_hash_table_lookup(self->said, alarm->id));
        unsigned now = rank(alarm);
        if (now != before || !g_hash_table_contains(self->said, alarm->id))
            g_hash_table_replace(self->said, g_strdup(alarm->id), GUINT_TO_POINTER(now));
        if (now <= before)
            continue;
        raised_us = MAX(raised_us, alarm->t_raised_us);
        if (++n > DASH_NEWS_NAMED)
            continue;
        g_autofree char *text = dash_describe_alarm(model, alarm);
        g_string_append_printf(named, "%s%s", n > 1 ? "; " : "", text);
    }
    g_hash_table_foreach_remove(self->said, is_over, (gpointer)model);
    if (n == 0)
        return NULL;
    dash_format_clock(clock, raised_us, view->utc_offset_us);
    if (n == 1)
        return g_strdup_printf(_("New alarm, %s: %s"), clock, named->str);
    if (n > DASH_NEWS_NAMED)
        g_string_append_printf(named, _("; and %u more"), n - DASH_NEWS_NAMED);
    return g_strdup_printf(_("%u new alarms, %s: %s"), n, clock, named->str);
}

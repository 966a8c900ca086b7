/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/sources/wfdb-source.h"

/* A bed's player and when each parameter of its script is due. */
typedef struct {
    const CollectorWardBed *bed;
    CollectorWfdbPlayer *player;
    int64_t *due_us;
} Place;

typedef struct {
    CollectorFeed feed;
    Place *places;
    guint n;
} Source;

static void
source_start(CollectorFeed *feed, int64_t now_us)
{
    Source *self = (Source *)feed;

    for (guint i = 0; i < self->n; i++) {
        Place *place = &self->places[i];
        collector_wfdb_player_start(place->player, now_us);
        for (size_t k = 0; place->due_us != NULL && k < collector_script_n(place->bed->script); k++)
            place->due_us[k] = now_us;
    }
}

static void
give_item(const Place *place, const CollectorScriptItem *item, int64_t t_us, CollectorTick *tick)
{
    const CollectorWardBed *bed = place->bed;

    if (item->symbol != NULL) {
        Vicu__Symbol symbol = VICU__SYMBOL__INIT;
        symbol.bed = bed->bed;
        symbol.code = vicu_signal_code(item->signal);
        symbol.t_us = t_us;
        symbol.value = (char *)item->symbol;
        symbol.origin = VICU__ORIGIN__ORIGIN_SIMULATED;
        symbol.source = VICU__SOURCE__SOURCE_DEVICE;
        collector_tick_symbol(tick, &symbol);
        return;
    }
    collector_tick_numeric(
        tick, &(CollectorNumeric){.bed = bed->bed,
                                  .origin = VICU__ORIGIN__ORIGIN_SIMULATED,
                                  .source = VICU__SOURCE__SOURCE_DEVICE,
                                  .code = vicu_signal_code(item->signal),
                                  .t_us = t_us,
                                  .value = collector_script_value(item, t_us, bed->number),
                                  .quality = VICU__QUALITY__QUALITY_GOOD,
                                  .period_ms = (uint32_t)(item->period_us / 1000)});
}

static void
poll_script(Place *place, int64_t now_us, CollectorTick *tick)
{
    for (size_t k = 0; place->due_us != NULL && k < collector_script_n(place->bed->script); k++) {
        const CollectorScriptItem *item = collector_script_item(place->bed->script, k);
        if (now_us - place->due_us[k] > COLLECTOR_MISSED_MAX_US + item->period_us)
            place->due_us[k] = now_us; /* what was missed is not made up */
        for (; place->due_us[k] <= now_us; place->due_us[k] += item->period_us)
            give_item(place, item, place->due_us[k], tick);
    }
}

static void
source_poll(CollectorFeed *feed, int64_t now_us, CollectorTick *tick)
{
    Source *self = (Source *)feed;

    for (guint i = 0; i < self->n; i++) {
        collector_wfdb_player_poll(self->places[i].player, now_us, tick);
        poll_script(&self->places[i], now_us, tick);
    }
}

static int64_t
source_next_us(CollectorFeed *feed)
{
    Source *self = (Source *)feed;
    int64_t next = INT64_MAX;

    for (guint i = 0; i < self->n; i++) {
        const Place *place = &self->places[i];
        next = MIN(next, collector_wfdb_player_next_us(place->player));
        for (size_t k = 0; place->due_us != NULL && k < collector_script_n(place->bed->script); k++)
            next = MIN(next, place->due_us[k]);
    }
    return next;
}

static void
source_free(CollectorFeed *feed)
{
    Source *self = (Source *)feed;

    for (guint i = 0; i < self->n; i++) {
        collector_wfdb_player_free(self->places[i].player);
        g_free(self->places[i].due_us);
    }
    g_free(self->places);
    g_free(self);
}

static const CollectorFeedClass source_class = {
    .name = "wfdb",
    .start = source_start,
    .poll = source_poll,
    .next_us = source_next_us,
    .free = source_free,
};

CollectorFeed *
collector_wfdb_source_new(const CollectorWard *ward, guint speed, GError **error)
{
    Source *self = g_new0(Source, 1);
    g_autoptr(CollectorFeed) feed = &self->feed;

    self->feed.class = &source_class;
    self->places = g_new0(Place, collector_ward_n(ward));
    for (guint i = 0; i < collector_ward_n(ward); i++) {
        Place *place = &self->places[i];
        place->bed = collector_ward_bed(ward, i);
        place->player =
            collector_wfdb_player_new(place->bed->record, place->bed->bed, place->bed->copy,
                                      place->bed->start_us, speed, error);
        if (place->player == NULL)
            return NULL;
        if (place->bed->script != NULL && !place->bed->script_over_hl7)
            place->due_us = g_new0(int64_t, collector_script_n(place->bed->script) + 1);
        self->n++;
    }
    return g_steal_pointer(&feed);
}

CollectorWfdbPlayerFigures
collector_wfdb_source_figures(CollectorFeed *feed)
{
    Source *self = (Source *)feed;
    CollectorWfdbPlayerFigures sum = {0};

    g_return_val_if_fail(feed->class == &source_class, sum);
    for (guint i = 0; i < self->n; i++) {
        CollectorWfdbPlayerFigures one = collector_wfdb_player_figures(self->places[i].player);
        sum.restarts += one.restarts;
        sum.unreadable += one.unreadable;
    }
    return sum;
}

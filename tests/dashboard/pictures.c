/* Pictures. See pictures.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/dashboard/pictures.h"

#include "tests/dashboard/past-world.h"

#define S       ((int64_t)G_USEC_PER_SEC)
#define HOUR_US (3600 * S)
#define SMALL   .w = 960, .h = 540
#define USUAL   .w = 1280, .h = 720
#define WIDE    .w = 1600, .h = 900
#define FULL    .w = 1920, .h = 1080
#define WALL    .view = DASH_VIEW_WALL
#define LIST    .view = DASH_VIEW_WORKLIST
#define BED     .view = DASH_VIEW_BED
#define CARD    .view = DASH_VIEW_CARD
#define PAPER   .view = DASH_VIEW_DISCLOSURE, .kind = PICTURE_PAST, .story = "calm", .beds = 16
#define PASTBED .view = DASH_VIEW_BED, .kind = PICTURE_PAST, .beds = 16
#define REVIEW  .view = DASH_VIEW_REVIEW, .kind = PICTURE_REVIEW, .story = "calm", .beds = 16
#define WARD    .view = DASH_VIEW_WARD
#define SEVEN   .bed = "demo/icu/7", .chosen = "demo/icu/3"

static const Picture pictures[] = {
    {"wall-calm", WALL, .story = "calm", .beds = 4, SMALL, .walked = true},
    {"wall-alarms", WALL, .story = "alarms", .beds = 16, USUAL, .chief = true},
    {"wall-absence", WALL, .story = "absence", .beds = 12, USUAL},
    {"wall-stale", WALL, .story = "stale", .beds = 16, USUAL},
    {"wall-blind", WALL, .story = "blind", .beds = 4, SMALL},
    {"wall-mute", WALL, .story = "mute", .beds = 4, SMALL},
    {"wall-locked", WALL, .story = "alarms", .beds = 16, USUAL, .with = PICTURE_LOCKED,
     .walked = true},
    {"wall-signed-in", WALL, .story = "alarms", .beds = 16, FULL, .with = PICTURE_SIGNED_IN,
     .walked = true},
    {"wall-locked-small", WALL, .story = "alarms", .beds = 16, SMALL, .scale = 1.3,
     .with = PICTURE_LOCKED},
    {"wall-locks", WALL, .story = "calm", .beds = 16, SMALL, .with = PICTURE_LOCKS, .walked = true},
    {"wall-glass", WALL, .story = "alarms", .beds = 16, USUAL, .with = PICTURE_GLASS,
     .walked = true},
    {"wall-12", WALL, .story = "all", .beds = 12, SEVEN, USUAL},
    {"wall-12-wide", WALL, .story = "all", .beds = 12, SEVEN, FULL},
    {"wall-16", WALL, .story = "all", .beds = 16, .walked = true},
    {"wall-50", WALL, .story = "all", .beds = 50, SEVEN, FULL, .walked = true},
    {"wall-100", WALL, .story = "all", .beds = 100, FULL},
    {"wall-120", WALL, .story = "all", .beds = 120, SEVEN, USUAL},
    {"wall-worst", WALL, .story = "all", .beds = 16, SEVEN, USUAL, .layout = DASH_LAYOUT_WORST},
    {"wall-sites", WALL, .story = "all", .beds = 16, SEVEN, USUAL, .layout = DASH_LAYOUT_SITES},
    {"wall-kpa", WALL, .story = "all", .beds = 12, SEVEN, USUAL, .other_units = true},
    {"worklist-12", LIST, .story = "all", .beds = 12, SEVEN, USUAL},
    {"worklist-16", LIST, .story = "all", .beds = 16, SEVEN, .walked = true, .chief = true},
    {"worklist-50", LIST, .story = "all", .beds = 50, .walked = true},
    {"worklist-120", LIST, .story = "all", .beds = 120, SEVEN, FULL},
    {"worklist-large", LIST, .story = "all", .beds = 16, SEVEN, FULL, .scale = 1.6},
    {"worklist-kpa", LIST, .story = "all", .beds = 16, SEVEN, USUAL, .other_units = true},
    {"bed-alarm", BED, .story = "alarms", .beds = 16, .bed = "7", USUAL, .chief = true},
    {"bed-words", BED, .story = "handover", .beds = 16, .bed = "7", USUAL, .walked = true},
    {"bed-stale", BED, .story = "all", .beds = 16, .bed = "16", USUAL, .walked = true},
    {"bed-lost", BED, .story = "absence", .beds = 12, .bed = "8", USUAL, .walked = true},
    {"bed-kpa", BED, .story = "alarms", .beds = 16, SEVEN, USUAL, .other_units = true},
    {"bed-large", BED, .story = "alarms", .beds = 16, SEVEN, .w = 1280, .h = 760, .scale = 1.6},
    {"bed-trends", PASTBED, .story = "handover", .span_us = 24 * HOUR_US, WIDE, .walked = true},
    {"bed-hour", PASTBED, .story = "calm", .span_us = HOUR_US, WIDE},
    {"bed-hour-asked", PASTBED, .story = "calm", .span_us = HOUR_US, WIDE, .with = PICTURE_ASKED},
    {"bed-leads", PASTBED, .story = "calm", .span_us = HOUR_US, WIDE, .page = 1},
    {"bed-leads-wide", PASTBED, .story = "calm", .span_us = HOUR_US, .w = 2560, .h = 1440,
     .page = 1},
    {"bed-replay", PASTBED, .story = "calm", .ago_us = PAST_WORLD_VT_US - 20 * S,
     .span_us = 8 * HOUR_US, WIDE},
    {"bed-as-it-was", PASTBED, .story = "calm", .ago_us = PAST_WORLD_VT_US, .span_us = 8 * HOUR_US,
     .walked = true},
    {"bed-unknown", PASTBED, .story = "calm", .ago_us = 71 * HOUR_US, .span_us = HOUR_US, USUAL,
     .walked = true},
    {"card", CARD, .story = "alarms", .beds = 16, .bed = "7", USUAL},
    {"card-answered", CARD, .story = "alarms", .beds = 16, .bed = "14", WIDE, .walked = true},
    {"card-armed", CARD, .story = "alarms", .beds = 16, .bed = "7", USUAL, .with = PICTURE_ARMED,
     .walked = true, .chief = true},
    {"card-help-lost", CARD, .story = "help-lost", .beds = 16, .bed = "7", USUAL, .walked = true},
    {"card-help-small", CARD, .story = "alarms", .beds = 16, .bed = "7", SMALL},
    {"card-none", CARD, .story = "calm", .beds = 16, SMALL, .walked = true},
    {"card-large", CARD, .story = "alarms", .beds = 16, SEVEN, .w = 1280, .h = 760, .scale = 1.6},
    {"disclosure", PAPER, .ago_us = PAST_WORLD_VT_US, .span_us = 72 * HOUR_US, WIDE, .walked = true,
     .chief = true},
    {"disclosure-near", PAPER, .ago_us = PAST_WORLD_VT_US - 6 * S, .span_us = HOUR_US / 4, WIDE,
     .with = PICTURE_CALLIPERS, .walked = true},
    {"disclosure-silent", PAPER, .span_us = 72 * HOUR_US, USUAL, .with = PICTURE_SILENT},
    {"disclosure-large", PAPER, .ago_us = PAST_WORLD_VT_US, .span_us = 72 * HOUR_US, .w = 3200,
     .h = 1800, .scale = 2},
    {"review", REVIEW, FULL},
    {"review-list", REVIEW, USUAL, .with = PICTURE_LIST},
    {"review-trial", REVIEW, FULL, .with = PICTURE_TRIAL},
    {"review-trial-map", REVIEW, .with = PICTURE_TRIAL_OF_MAP, .walked = true, .chief = true},
    {"review-large", REVIEW, .w = 3840, .h = 2160, .scale = 2, .with = PICTURE_TRIAL},
    {"review-unknown", .view = DASH_VIEW_REVIEW, .story = "calm", .beds = 16, USUAL,
     .with = PICTURE_SILENT},
    {"handover", .view = DASH_VIEW_HANDOVER, .story = "handover", .beds = 16, .bed = "7", USUAL,
     .walked = true, .chief = true},
    {"handover-none", .view = DASH_VIEW_HANDOVER, .story = "calm", .beds = 4, SMALL},
    {"ward", WARD, .story = "all", .beds = 16, USUAL, .walked = true, .chief = true},
    {"ward-50", WARD, .story = "all", .beds = 50, FULL, .walked = true},
    {"ward-chosen", WARD, .story = "alarms", .beds = 16, .bed = "7", USUAL, .walked = true},
    {"ward-ribbon", WARD, .kind = PICTURE_PAST, .story = "calm", .beds = 16,
     .span_us = 24 * HOUR_US, USUAL, .walked = true},
    {"links", .view = DASH_VIEW_LINKS, .story = "all", .beds = 16, SEVEN, USUAL, .walked = true,
     .chief = true},
};

size_t
pictures_n(void)
{
    return G_N_ELEMENTS(pictures);
}

const Picture *
pictures_at(size_t i)
{
    return &pictures[i];
}

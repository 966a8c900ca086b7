/* Scene: what its parts share. Not for other folders.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/model/acuity.h"
#include "dashboard/model/site.h"
#include "dashboard/model/slope.h"
#include "dashboard/scene/format.h"
#include "dashboard/scene/palette.h"
#include "dashboard/scene/scene.h"
#include "dashboard/scene/ward.h"
#include "dashboard/scene/words.h"

G_BEGIN_DECLS

typedef struct {
    const char *bed; /* borrowed from the model */
    DashRect rect;
} DashTileAt;

struct DashScene {
    DashText *text;
    GArray *items;    /* DashItem */
    GArray *blocks;   /* DashBlock */
    GArray *tiles;    /* DashTileAt */
    GArray *targets;  /* DashTarget */
    GPtrArray *waves; /* DashWave *, made for this picture */
    GPtrArray *kept;  /* what items borrow until the next one */
    DashFigures *figures;
    GHashTable *avatars; /* of the beds of the last ward built: id to DashAvatar * */
    GArray *places;      /* DashWardPlace */
    GArray *raised;      /* DashWardRaised */
    const DashModel *model;
    const DashModel *present; /* the same, also while a replay is built */
    const DashView *view;
    const DashPalette *pal; /* never NULL while a picture is built */
};

/* A string with its face, and how much room it may take (0 = all it needs). */
typedef struct {
    int size;
    DashWeight weight;
    uint32_t ink;
    int max_w;
} DashFace;

/* One number of a bed, or three that belong together (systolic/diastolic (mean)). */
typedef struct {
    const char *label;
    const DashStream *stream; /* NULL: no wave */
    const DashNumeric *a;
    const DashNumeric *b; /* NULL: a alone */
    const DashNumeric *c;
    bool minor; /* never takes a row from another */
} DashVital;

/* Pixels of the screen for @n at the usual size of text. */
int dash_px(const DashScene *self, int n);
int dash_view_px(const DashView *view, int n);
/* The same in header and footer, whose words must all fit. */
int dash_bar_px(const DashScene *self, int n);

/* Items go to the block begun last. */
void dash_begin_block(DashScene *self, DashRect rect, uint32_t back);
void dash_put_fill(DashScene *self, DashRect rect, uint32_t colour);
void dash_put_frame(DashScene *self, DashRect rect, uint32_t colour, int width);
void dash_put_hatch(DashScene *self, DashRect rect, uint32_t colour, int every);
void dash_put_sign(DashScene *self, DashSign sign, int x, int y, int size, uint32_t ink);
void dash_put_figure(DashScene *self, int x, int y, const DashFigure *figure);
void dash_put_strip(DashScene *self, DashRect rect, uint32_t ink, uint32_t back, DashStrip strip);
void dash_put_trend(DashScene *self, DashRect rect, uint32_t ink, DashTrendLine trend);

void
dash_put_trace(DashScene *self, DashRect rect, uint32_t ink, uint32_t missing, DashTrace trace);
void
dash_put_bands(DashScene *self, DashRect rect, uint32_t ink, uint32_t missing, DashBands bands);
/* The act gets a number between @from and @to, from where it was pressed. */
void dash_put_track(
    DashScene *self, DashRect rect, DashAct act, int64_t from, int64_t to, const char *label);

/* @label may be NULL. */
void dash_put_target(
    DashScene *self, DashRect rect, DashAct act, const char *arg, int64_t n, const char *label);

/* All three return the room taken; @y is the baseline. */
int dash_put_text(DashScene *self, int x, int y, DashFace face, const char *string);
int dash_put_text_right(DashScene *self, int right, int y, DashFace face, const char *string);
int dash_put_text_middle(DashScene *self, int middle, int y, DashFace face, const char *string);
int dash_text_width(DashScene *self, DashFace face, const char *string);

/* Over @most lines of @face.max_w, the last of them shortened if need be; @y: the baseline of the
 * first, @step: from one to the next. Both return how many lines that takes. */
int
dash_put_lines(DashScene *self, int x, int y, int step, DashFace face, const char *text, int most);
int dash_count_lines(DashScene *self, DashFace face, const char *text, int most);

/* Baseline that centres capitals of @size in [y, y + h). */
int dash_baseline(int y, int h, int size);

/* Whether a flash of @hz is in its lit phase at the view's time. */
bool dash_flash_lit(const DashScene *self, double hz);

/* FALSE when the rules have never answered or are silent: then nothing that is
 * not shown can be taken for calm. */
bool dash_alarms_known(const DashModel *model);

/* The look of an alarm at this moment: ground and ink of its phase. */
typedef struct {
    const DashAlarmLook *look;
    uint32_t ground;
    uint32_t ink;
    uint32_t border;
    bool filled; /* nobody has answered it */
} DashAlarmFace;
DashAlarmFace dash_alarm_face(const DashScene *self, const DashAlarm *alarm);
/* ", with 2 of one cause, audio paused 80 s, told again 2x, raised 3x" behind @text, as far as
 * there is something to say. */
void dash_append_signal(const DashAlarm *alarm, int64_t now_us, char text[DASH_TEXT_MAX]);

/* "16 beds:  14 with data  1 away  1 no data  0 never seen". */
void dash_beds_text(const DashModel *model, int64_t now_us, char out[DASH_TEXT_MAX]);
/* "RECORDINGS", "SIMULATED"; "" when everything is live. */
void dash_origin_text(const DashModel *model, char out[DASH_TEXT_MAX]);
void dash_build_header(DashScene *self, DashRect rect);
void dash_build_footer(DashScene *self, DashRect rect);
void dash_build_rail(DashScene *self, DashRect rect);
void dash_build_view(DashScene *self, DashRect rect);
/* A titled ground whose lines are written from the top down, and stop at its end. Sizes of faces
 * are those of the usual size of text. */
typedef struct {
    DashScene *scene;
    DashRect rect;
    int y; /* of the next line */
} DashPanel;

#define DASH_PANEL_PAD           10
#define DASH_PANEL_LINE_H(self)  dash_px(self, 18)
#define DASH_PANEL_TITLE_H(self) dash_px(self, 24)
DashPanel dash_panel_begin(DashScene *self, DashRect rect, const char *title);
bool dash_panel_fits(const DashPanel *panel, int h);
/* FALSE when there is no room for it. The right one takes half of it at most. */
bool dash_panel_line(DashPanel *panel, DashFace face, const char *left, const char *right);
/* The same with a face of its own for the right one, which takes @share (0 to 1) at most. */
bool dash_panel_pair(DashPanel *panel,
                     DashFace face,
                     const char *left,
                     DashFace side,
                     const char *right,
                     double share);
/* One text over @most lines, as far as there is room for them. */
bool dash_panel_lines(DashPanel *panel, DashFace face, const char *text, int most);

/* Views; a row of each is in views.c. */
void dash_build_wall(DashScene *self, DashRect rect);
void dash_build_bed(DashScene *self, DashRect rect);
void dash_build_card(DashScene *self, DashRect rect);
void dash_build_card_strip(DashScene *self, const DashAlarm *alarm, DashRect rect);
/* card-help.c */
/* Not above @most, unless that is too little for what has to be said in any case. */
int dash_card_help_height(const DashScene *self, const DashAlarm *alarm, int most);
void dash_build_card_help(DashScene *self, const DashAlarm *alarm, DashRect rect);
void dash_build_card_reasons(DashScene *self, const DashAlarm *alarm, DashRect rect);
void dash_build_card_answers(DashScene *self, const DashAlarm *alarm, DashRect rect);
void dash_build_handover(DashScene *self, DashRect rect);
/* What people say of the bed; 0 = nothing was said. */
int dash_words_panel_height(const DashScene *self, const DashBed *bed);
void dash_build_words_panel(DashScene *self, const DashBed *bed, DashRect rect);
void dash_build_review(DashScene *self, DashRect rect);
/* The operator-load meter, ending at @right; the room taken. */
int dash_put_meter(DashScene *self, int right, DashRect rect);
void dash_build_disclosure(DashScene *self, DashRect rect);
/* What is built is a time that is past. */
bool dash_is_replay(const DashScene *self);
/* As it is, or as @bed of another model was. */
void dash_build_bed_of(DashScene *self, const DashBed *bed, DashRect rect);
/* The least and the greatest that the rules bear, NULL: none. */
void dash_limits_of(const DashBed *bed,
                    const DashNumeric *numeric,
                    const DashLimit **low,
                    const DashLimit **high);
void dash_build_worklist(DashScene *self, DashRect rect);
void dash_build_links(DashScene *self, DashRect rect);
void dash_build_ward(DashScene *self, DashRect rect);
/* One bed at @cell, its name @size pixels high. */
void dash_put_ward_bed(DashScene *self, const DashBed *bed, DashRect cell, int size);
/* How wide a figure is at most, in per cent of its place: the rest is what it moves through when
 * it is raised. */
#define DASH_WARD_FIGURE_W 76
/* How thick the frame of such a cell is. */
int dash_ward_border(DashRect cell);
/* Beside the beds: the chosen one, or else the worst few. */
void dash_build_ward_side(DashScene *self, int size, DashRect rect);
/* FALSE: no room, nothing is drawn. */
bool dash_put_ward_ribbon(DashScene *self, const DashBed *bed, DashRect rect, int size);
/* Four of them in so many columns, into the block begun last. */
void
dash_put_ward_numbers(DashScene *self, const DashBed *bed, DashRect rect, int size, int columns);

/* One line: how the data of each site come. */
void dash_put_links_bar(DashScene *self, DashRect rect);
/* How a site's data come, in words; FALSE: it is not as it should be. */
bool dash_links_text(const DashSite *site, bool brief, char out[DASH_TEXT_MAX]);
/* Why it stands: the rule's own sentence, which is in the language of its author; in another one it
 * is made of what the rule compared, where that was a plain signal. Else the evidence, or "". */
void dash_alarm_reason(const DashScene *self, const DashAlarm *alarm, char out[DASH_TEXT_MAX]);
/* "MAP 52 for 6 min", "NEWS2 7, rising". */
void dash_reason_text(const DashScene *self,
                      const DashBed *bed,
                      const DashReason *reason,
                      char out[DASH_TEXT_MAX]);
const char *dash_absence_word(DashAbsence absence);
/* Up, down or level; nothing for a slope that is not known. Returns the room taken. */
int dash_put_slope(DashScene *self, int x, int y, int size, uint32_t ink, DashSlope slope);
/* Right of the bed view. @rest: the numbers that have no row. */
void dash_build_panels(
    DashScene *self, const DashBed *bed, DashRect rect, const DashVital *rest, unsigned n);
void dash_build_tile(DashScene *self, const DashBed *bed, DashRect rect);
void dash_build_absence(DashScene *self, const DashBed *bed, DashAbsence absence, DashRect rect);

#define DASH_VITALS_MAX 12

#define DASH_TRENDS_MAX 4
#define DASH_LEADS      12
#define DASH_LEADS_MIN  6 /* so many of them are shown side by side */

/* The leads of an ECG with twelve, NULL where one is not sent; how many there are. */
unsigned dash_list_leads(const DashBed *bed, const DashStream *out[DASH_LEADS]);
void dash_build_leads(DashScene *self, const DashBed *bed, DashRect rect);

/* What a bed has, in the order of the ward's monitors: with a wave first. */
unsigned dash_list_vitals(const DashBed *bed, DashVital out[DASH_VITALS_MAX]);
/* Of these, those whose trends stand in the bed view. */
unsigned dash_list_trends(const DashBed *bed, DashVital out[DASH_TRENDS_MAX]);
/* The one of three that a trend is drawn of: of a pressure, its mean. */
const DashNumeric *dash_trend_numeric(const DashVital *v);
const char *dash_trend_label(const DashVital *v);

typedef struct {
    DashFreshness fresh;
    const DashNumeric *lead; /* whose unit, origin and source are noted; NULL: there is no number */
    const char *unit;        /* as it is shown */
    int64_t t_us;            /* of the oldest part shown */
    bool doubtful;
    char text[48];
} DashReading;

/* UCUM; "" for a label that the table does not know. */
const char *dash_unit_of(const DashNumeric *numeric);
DashReading dash_read_vital(const DashVital *v, DashUnits units, int64_t now_us);
/* "mmHg 1 s rec der". @said: an origin that needs no repeating. */
void dash_reading_note(char *out, const DashReading *reading, int64_t now_us, Vicu__Origin said);
/* The same without origin and source, where they have no room. */
void dash_reading_brief(char *out, const DashReading *reading, int64_t now_us);
/* What the bed's waves, or else its numbers, are. */
Vicu__Origin dash_origin_of(const DashBed *bed, bool *copy);

/* Sizes in a tile, in pixels, chosen from the room it has. */
typedef struct {
    int header_h;
    int alarm_h;
    int name;
    int text;
    int small;
    int number;
    int row_min;
    int label_w; /* left of a strip */
    int spark_h; /* of the last half hour; 0 = no room */
    bool grid;   /* too small for a number beside each wave */
} DashSizes;

void dash_put_number(
    DashScene *self, const DashBed *bed, const DashVital *v, DashRect rect, DashSizes s);
/* What has no row: small numbers in one line, and the real paper speed. */
void dash_put_extras(
    DashScene *self, const DashVital *vitals, unsigned n, double mm_s, DashRect rect, DashSizes s);
/* The last half hour of HR, MAP and SpO2, with their limits. */
void dash_put_sparks(DashScene *self, const DashBed *bed, DashRect rect, DashSizes s);
/* Which way a number goes; of a pressure, its mean. */
DashSlope dash_slope_of_vital(const DashScene *self, const DashVital *v);
void dash_put_small_number(
    DashScene *self, const DashBed *bed, const DashVital *v, DashRect rect, DashSizes s);

/* The worst alarm of the bed whose condition stands and that judged this number; NULL = none. */
const DashAlarm *dash_alarm_of_vital(const DashScene *self, const DashBed *bed, const DashVital *v);

/* The largest usual paper speed that shows at least @seconds in @w pixels. */
double dash_sweep_mm_s(const DashScene *self, int w, double seconds);
void dash_put_wave(
    DashScene *self, const DashBed *bed, const DashStream *stream, DashRect rect, double mm_s);
/* The same in another range than its own. */
void dash_put_wave_in(DashScene *self,
                      const DashBed *bed,
                      const DashStream *stream,
                      DashRect rect,
                      double mm_s,
                      double lo,
                      double hi);

G_END_DECLS

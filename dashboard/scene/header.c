/* Header and footer: whose ward, where the data come from, whether they flow,
 * what the time is, and what this station is not.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/scene/build.h"
#include "dashboard/scene/format.h"

#define MARK_STEPS 12

/* "demo/icu" when all beds are in one unit. */
static void
place_text(const DashModel *model, char out[DASH_TEXT_MAX])
{
    size_t n = dash_model_n_beds(model);
    if (n == 0) {
        g_strlcpy(out, _("no beds"), DASH_TEXT_MAX);
        return;
    }
    const char *first = dash_model_bed(model, 0)->id;
    const char *last = dash_model_bed(model, n - 1)->id;
    size_t common = 0;
    size_t end = 0;
    while (first[common] && first[common] == last[common]) {
        if (first[common] == '/')
            end = common;
        common++;
    }
    if (end > 0)
        g_snprintf(out, DASH_TEXT_MAX, "%.*s", (int)end, first);
    else
        g_strlcpy(out, _("all units"), DASH_TEXT_MAX);
}

void
dash_beds_text(const DashModel *model, int64_t now_us, char out[DASH_TEXT_MAX])
{
    unsigned live = 0;
    unsigned lost = 0;
    unsigned away = 0;
    unsigned never = 0;
    size_t n = dash_model_n_beds(model);
    for (size_t i = 0; i < n; i++) {
        DashAbsence absence = dash_judge_absence(dash_model_bed(model, i), now_us);
        live += dash_judge_shows_data(absence);
        lost += absence == DASH_LOST;
        never += absence == DASH_NEVER_SEEN;
        away += absence == DASH_STANDBY || absence == DASH_TRANSPORT || absence == DASH_DISCHARGED;
    }
    g_snprintf(out, DASH_TEXT_MAX, _("%zu beds:  %u with data  %u away  %u no data  %u never seen"),
               n, live, away, lost, never);
}

/* What the pictures are made of, said in words on every screen. */
void
dash_origin_text(const DashModel *model, char out[DASH_TEXT_MAX])
{
    bool recording = false;
    bool simulated = false;
    for (size_t i = 0; i < dash_model_n_beds(model); i++) {
        const DashBed *bed = dash_model_bed(model, i);
        for (unsigned s = 0; s < bed->n_streams; s++) {
            recording |= bed->stream[s].origin == VICU__ORIGIN__ORIGIN_RECORDING;
            simulated |= bed->stream[s].origin == VICU__ORIGIN__ORIGIN_SIMULATED;
        }
        for (unsigned v = 0; v < bed->n_numerics; v++) {
            recording |= bed->numeric[v].origin == VICU__ORIGIN__ORIGIN_RECORDING;
            simulated |= bed->numeric[v].origin == VICU__ORIGIN__ORIGIN_SIMULATED;
        }
    }
    const char *text = recording && simulated ? _("RECORDINGS AND SIMULATED VALUES")
                       : recording            ? _("RECORDINGS")
                       : simulated            ? _("SIMULATED")
                                              : "";
    g_strlcpy(out, text, DASH_TEXT_MAX);
}

/* Twelve cells of which one is lit: it moves only when data come, by their own
 * time. It stands when they stop, whatever the screen does. */
static int
put_liveness(DashScene *self, int right, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    int64_t now_us = self->view->now_us;
    int64_t arrived_us = dash_model_arrived_us(self->model);
    int64_t newest_us = dash_model_newest_us(self->model);
    int64_t silent_us = now_us - arrived_us;
    bool flows = arrived_us > 0 && silent_us < DASH_DELAYED_US;
    if (arrived_us == 0)
        g_strlcpy(text, _("no data yet"), sizeof text);
    else if (!flows)
        g_snprintf(text, sizeof text, _("NO DATA %d s"), (int)(silent_us / 1000000));
    else
        g_snprintf(text, sizeof text, _("data %.1f s old"),
                   (double)MAX(now_us - newest_us, 0) / 1e6);
    int step_w = dash_bar_px(self, 8);
    DashFace face = {dash_bar_px(self, 12), DASH_WEIGHT_REGULAR,
                     flows ? self->pal->dim : self->pal->back, 0};
    int w = MAX(dash_text_width(self, face, text), MARK_STEPS * step_w) + dash_bar_px(self, 12);
    DashRect box = {right - w, rect.y + 4, w, rect.h - 8};
    if (!flows)
        dash_put_fill(self, box, 0xffffd21fu);
    int step = (int)(newest_us / 125000 % MARK_STEPS);
    int x = box.x + (w - MARK_STEPS * step_w) / 2;
    for (int i = 0; i < MARK_STEPS; i++) {
        uint32_t ink = i == step ? self->pal->text : self->pal->seam;
        if (!flows)
            ink = i == step ? self->pal->back : 0xffb59a3au;
        dash_put_fill(
            self, (DashRect){x + i * step_w, box.y + dash_bar_px(self, 5), step_w - 2, step_w - 2},
            ink);
    }
    dash_put_text_middle(self, box.x + w / 2, box.y + box.h - dash_bar_px(self, 6), face, text);
    return w;
}

static int
put_clock(DashScene *self, int right, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    DashFace face = {dash_bar_px(self, 20), DASH_WEIGHT_BOLD, self->pal->text, 0};
    dash_format_clock(text, self->view->now_us, self->view->utc_offset_us);
    return dash_put_text_right(self, right, dash_baseline(rect.y, rect.h, dash_bar_px(self, 20)),
                               face, text);
}

/* A padlock of @size pixels, closed. */
static void
put_padlock(DashScene *self, int x, int y, int size, uint32_t ink)
{
    int bow = MAX(size / 7, 2);
    int body = size * 11 / 20;
    dash_put_frame(self, (DashRect){x + size / 4, y, size - 2 * (size / 4), size - body + bow}, ink,
                   bow);
    dash_put_fill(self, (DashRect){x + size / 10, y + size - body, size - 2 * (size / 10), body},
                  ink);
}

/* What is said of who works here, at length and in short. */
static void
who_texts(const DashWho *who, char text[DASH_TEXT_MAX], char brief[DASH_TEXT_MAX])
{
    if (who->locked) {
        g_strlcpy(text, _("LOCKED – Ctrl+G: sign in"), DASH_TEXT_MAX);
        g_strlcpy(brief, _("LOCKED"), DASH_TEXT_MAX);
    } else if (who->left_s >= 0) {
        g_snprintf(text, DASH_TEXT_MAX, _("%s: locked in %d s"), who->name, (int)who->left_s);
        g_snprintf(brief, DASH_TEXT_MAX, _("Locked in %d s"), (int)who->left_s);
    } else if (who->glass_min > 0) {
        g_snprintf(text, DASH_TEXT_MAX, _("%s: GLASS BROKEN, %d min"), who->name,
                   (int)who->glass_min);
        g_snprintf(brief, DASH_TEXT_MAX, _("GLASS, %d min"), (int)who->glass_min);
    } else {
        g_snprintf(text, DASH_TEXT_MAX, "%s  %s", who->name, who->role ? who->role : "");
        g_strlcpy(brief, who->name, DASH_TEXT_MAX);
    }
}

/* Who works here, or that it is locked, or soon will be: in words, on a plate where it asks for
 * something; up to @right. Gives the width. */
static int
put_who(DashScene *self, int x, int right, DashRect rect)
{
    const DashWho *who = &self->view->who;
    char text[DASH_TEXT_MAX], brief[DASH_TEXT_MAX];
    int px = dash_bar_px(self, 13);
    int pad = dash_bar_px(self, 8);
    DashFace face = {px, DASH_WEIGHT_BOLD, self->pal->text, 0};
    bool plate = who->locked || (who->name && who->left_s >= 0) || who->glass_min > 0;
    if (!who->locked && !who->name)
        return 0;
    who_texts(who, text, brief);
    int base = dash_baseline(rect.y, rect.h, px);
    int sign = who->locked ? px + pad : 0;
    int edges = sign + (plate ? 2 * pad : 0);
    const char *said = x + edges + dash_text_width(self, face, text) <= right ? text : brief;
    int w = edges + dash_text_width(self, face, said);
    if (x + w > right)
        return 0; /* the footer says that it is locked */
    if (!plate)
        return dash_put_text(self, x, base, face, said) + 3 * pad;
    face.ink = self->pal->back;
    dash_put_fill(self,
                  (DashRect){x, rect.y + dash_bar_px(self, 10), w, rect.h - dash_bar_px(self, 20)},
                  self->pal->plate_high);
    if (who->locked)
        put_padlock(self, x + pad, rect.y + (rect.h - px) / 2, px, face.ink);
    dash_put_text(self, x + pad + sign, base, face, said);
    return w + 2 * pad;
}

void
dash_build_header(DashScene *self, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    dash_begin_block(self, rect, self->pal->panel);
    int pad = dash_bar_px(self, 8);
    int right = rect.x + rect.w - dash_bar_px(self, 12);
    right -= put_clock(self, right, rect) + dash_bar_px(self, 18);
    right -= put_liveness(self, right, rect) + dash_bar_px(self, 18);
    int meter_w = dash_put_meter(self, right, rect);
    right -= meter_w > 0 ? meter_w + dash_bar_px(self, 18) : 0;
    DashFace name = {dash_bar_px(self, 19), DASH_WEIGHT_BOLD, self->pal->text, 0};
    int base = dash_baseline(rect.y, rect.h, dash_bar_px(self, 19));
    int x = rect.x + dash_bar_px(self, 12);
    x += dash_put_text(self, x, base, name, "vICU") + dash_bar_px(self, 12);
    DashFace place = {dash_bar_px(self, 15), DASH_WEIGHT_BOLD, self->pal->dim, 0};
    place_text(self->model, text);
    x += dash_put_text(self, x, base, place, text) + dash_bar_px(self, 20);
    /* The warning is never the part that gives way. */
    DashFace warn = {dash_bar_px(self, 13), DASH_WEIGHT_BOLD, self->pal->back, 0};
    const char *said = _("SUPPLEMENTAL – not a primary alarm");
    int w = dash_text_width(self, warn, said) + 2 * pad;
    dash_put_fill(self,
                  (DashRect){x, rect.y + dash_bar_px(self, 10), w, rect.h - dash_bar_px(self, 20)},
                  self->pal->plate_high);
    x += pad
         + dash_put_text(self, x + pad, dash_baseline(rect.y, rect.h, dash_bar_px(self, 13)), warn,
                         said)
         + 3 * pad;
    dash_origin_text(self->model, text);
    if (*text) {
        DashFace origin = {dash_bar_px(self, 13), DASH_WEIGHT_BOLD, self->pal->banner_ink, 0};
        w = dash_text_width(self, origin, text) + 2 * pad;
        dash_put_fill(
            self, (DashRect){x, rect.y + dash_bar_px(self, 10), w, rect.h - dash_bar_px(self, 20)},
            self->pal->banner);
        x += pad
             + dash_put_text(self, x + pad, dash_baseline(rect.y, rect.h, dash_bar_px(self, 13)),
                             origin, text)
             + 3 * pad;
    }
    x += put_who(self, x, right, rect);
    DashFace counts = {dash_bar_px(self, 13), DASH_WEIGHT_REGULAR, self->pal->dim, 0};
    dash_beds_text(self->model, self->view->now_us, text);
    if (x + dash_text_width(self, counts, text) <= right)
        dash_put_text(self, x, dash_baseline(rect.y, rect.h, dash_bar_px(self, 13)), counts, text);
}

/* Whether anybody hears what stands: never left to be guessed. */
static int
put_sound(DashScene *self, int x, int base)
{
    DashSound sound = dash_model_sound(self->model);
    DashFace face = {dash_bar_px(self, 11), DASH_WEIGHT_BOLD, self->pal->text, 0};
    const char *text = sound == DASH_SOUND_ON     ? _("Sound: on")
                       : sound == DASH_SOUND_FILE ? _("Sound goes into a file: nobody hears it.")
                       : sound == DASH_SOUND_LOST ? _("NO SOUND: see the alarms.")
                       : sound == DASH_SOUND_NONE ? _("No sound: no annunciator runs.")
                                                  : _("Sound: not known");
    if (sound == DASH_SOUND_ON)
        face = (DashFace){dash_bar_px(self, 11), DASH_WEIGHT_REGULAR, self->pal->dim, 0};
    return dash_put_text(self, x, base, face, text) + 16;
}

void
dash_build_footer(DashScene *self, DashRect rect)
{
    char text[DASH_TEXT_MAX];
    dash_begin_block(self, rect, self->pal->panel);
    DashFace face = {dash_bar_px(self, 11), DASH_WEIGHT_REGULAR, self->pal->dim, 0};
    int base = dash_baseline(rect.y, rect.h, dash_bar_px(self, 11));
    int x = rect.x + dash_bar_px(self, 12);
    const char *pack = dash_model_pack(self->model);
    DashFace strong = {dash_bar_px(self, 11), DASH_WEIGHT_BOLD, self->pal->text, 0};
    x += put_sound(self, x, base);
    /* In the smallest tiles a number has no room for its unit: it stands on every screen. */
    g_snprintf(text, sizeof text, _("Pressures in %s, temperatures in %s"),
               dash_units_name(self->view->units, "mm[Hg]"),
               dash_units_name(self->view->units, "Cel"));
    x += dash_put_text(self, x, base, strong, text) + 16;
    g_snprintf(
        text, sizeof text, "%s",
        _("rec = recording   sim = simulated   der = derived   hand = by hand   ? = doubtful   "
          "STALE = older than 3 x its period"));
    if (x + dash_text_width(self, face, text) < rect.x + rect.w - dash_bar_px(self, 320))
        x += dash_put_text(self, x, base, face, text) + 16;
    bool locked = self->view->who.locked;
    g_snprintf(text, sizeof text,
               locked ? _("%s%s   LOCKED: Ctrl+G signs in, alarms go on")
                      : _("%s%s   Arrows Enter Esc   A answer   Ctrl+K find   ? keys"),
               *pack ? _("rules ") : _("rules not known"), pack);
    dash_put_text_right(self, rect.x + rect.w - dash_bar_px(self, 12), base, locked ? strong : face,
                        text);
}

/* Twin. See twin.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo/twin.h"

#include <math.h>
#include <string.h>

#include "dashboard/scene/build.h"
#include "dashboard/scene/ward.h"

#define ASPECT 1.6 /* of the whole ward */
/* A thermometer's ends. */
#define CEL_LOW  33.0
#define CEL_HIGH 42.0

/* As in the ward that panels show: one meaning of nearness. */
float
dash_twin_depth(int acuity)
{
    double depth = dash_ward_depth(acuity) / DASH_WARD_DEPTH_MAX * (double)DASH_TWIN_DEPTH;
    return (float)(floor(depth * 1024 + 0.5) / 1024);
}

const float dash_twin_caption[5] = {-0.4375f, 0.40625f, 0.140625f, 0.578125f, 0.28125f};

unsigned
dash_twin_columns(unsigned n)
{
    double pitch = (double)DASH_TWIN_PITCH_Y / (double)DASH_TWIN_PITCH_X;
    return MAX((unsigned)ceil(sqrt(n * ASPECT * pitch) - 1e-9), 1);
}

/* ---- what it is made of ---- */

/* Blue for too little, calm in the middle, amber for too much: none is the hue of an alarm. */
static const uint32_t band_colours[DASH_TWIN_BANDS] = {
    0xff4a64ffu, 0xff6f8ff0u, 0xff8fb4d8u, 0xff7fa894u, 0xffc9ae7cu, 0xffd9954au, 0xffe07b2cu};
/* Oxygen as a skin shows it. */
static const uint32_t skin_colours[DASH_TWIN_BANDS] = {
    0xff4b4fa8u, 0xff6e6cb4u, 0xffa394bcu, 0xffe0b094u, 0xffe6a8a0u, 0xffe69aa6u, 0xffe68cb0u};

static uint32_t
alarm_colour(DashStuff stuff)
{
    static const Vicu__Priority of[] = {
        VICU__PRIORITY__PRIORITY_HIGH, VICU__PRIORITY__PRIORITY_MEDIUM,
        VICU__PRIORITY__PRIORITY_LOW, VICU__PRIORITY__PRIORITY_ADVISORY};
    bool ink = stuff >= DASH_STUFF_INK_HIGH;
    const DashAlarmLook *look =
        dash_palette_alarm(of[stuff - (ink ? DASH_STUFF_INK_HIGH : DASH_STUFF_HIGH)]);
    return ink ? look->ink : look->ground;
}

DashStuffLook
dash_stuff_look(DashStuff stuff, const DashPalette *palette)
{
    static const char *const names[] = {
        "plate",    "absent",   "not known",  "eye",          "glass",
        "no data",  "frame",    "alarm high", "alarm medium", "alarm low",
        "advisory", "ink high", "ink medium", "ink low",      "ink advisory",
    };
    const uint32_t plain[] = {palette->panel, palette->hatch, palette->selected, palette->back,
                              palette->dim,   palette->stale, palette->selected};
    DashStuffLook look = {.colour = palette->dim};

    if (stuff < DASH_STUFF_SKIN) {
        g_strlcpy(look.name, names[stuff], sizeof look.name);
        look.unlit = stuff >= DASH_STUFF_CROSS;
        look.hatched = stuff == DASH_STUFF_UNKNOWN || stuff == DASH_STUFF_ABSENT;
        look.colour = stuff < DASH_STUFF_HIGH ? plain[stuff] : alarm_colour(stuff);
    } else if (stuff < DASH_STUFF_NO_BAND) {
        bool skin = stuff < DASH_STUFF_BAND;
        int band = (int)stuff - (int)(skin ? DASH_STUFF_SKIN : DASH_STUFF_BAND);
        g_snprintf(look.name, sizeof look.name, "%s %d", skin ? "oxygen" : "band",
                   band - DASH_AVATAR_BAND_MAX);
        look.colour = (skin ? skin_colours : band_colours)[band];
    } else {
        bool doubtful = stuff == DASH_STUFF_DOUBTFUL;
        g_strlcpy(look.name, doubtful ? "questionable" : "no band", sizeof look.name);
        look.hatched = doubtful;
        if (doubtful)
            look.colour = palette->late;
    }
    return look;
}

static DashStuff
stuff_of(const DashAvatar *avatar, DashAvatarSignKind kind)
{
    const DashAvatarSign *sign = &avatar->sign[kind];

    if (!sign->known)
        return DASH_STUFF_UNKNOWN;
    if (sign->doubtful)
        return DASH_STUFF_DOUBTFUL;
    if (!sign->banded)
        return DASH_STUFF_NO_BAND;
    int base = kind == DASH_SIGN_OF_OXYGEN ? DASH_STUFF_SKIN : DASH_STUFF_BAND;
    return (DashStuff)(base + sign->band + DASH_AVATAR_BAND_MAX);
}

/* ---- a bed ---- */

static DashTwinPiece *
put(DashTwinBed *bed, DashSolid solid, DashStuff stuff, float x, float y, float z)
{
    g_assert(bed->n_pieces < DASH_TWIN_PIECES);
    DashTwinPiece *piece = &bed->piece[bed->n_pieces++];
    *piece = (DashTwinPiece){.solid = solid, .stuff = stuff, .at = {x, y, z}, .scale = {1, 1, 1}};
    return piece;
}

static void
put_face(DashTwinBed *bed)
{
    static const DashSolid eyes[] = {DASH_SOLID_EYES_OPEN, DASH_SOLID_EYES_CONFUSED,
                                     DASH_SOLID_EYES_HALF, DASH_SOLID_EYES_NARROW,
                                     DASH_SOLID_EYES_SHUT};
    const DashAvatarSign *awake = &bed->avatar.sign[DASH_SIGN_OF_CONSCIOUSNESS];
    const DashAvatarSign *machine = &bed->avatar.sign[DASH_SIGN_OF_VENTILATION];

    put(bed, DASH_SOLID_HEAD, stuff_of(&bed->avatar, DASH_SIGN_OF_OXYGEN), 0, 0.22f, 0.14f);
    if (awake->known)
        put(bed, eyes[(int)awake->value], DASH_STUFF_EYE, 0, 0.255f, 0.265f);
    else
        put(bed, DASH_SOLID_EYES_UNKNOWN, DASH_STUFF_UNKNOWN, 0, 0.255f, 0.27f);
    if (!machine->known || machine->value > 0)
        put(bed, DASH_SOLID_TUBE, stuff_of(&bed->avatar, DASH_SIGN_OF_VENTILATION), 0.02f, 0.15f,
            0.26f);
}

static void
put_chest(DashTwinBed *bed)
{
    const DashAvatar *avatar = &bed->avatar;

    DashTwinPiece *torso =
        put(bed, DASH_SOLID_TORSO, stuff_of(avatar, DASH_SIGN_OF_BREATHING), 0, -0.16f, 0.13f);
    if (avatar->sign[DASH_SIGN_OF_BREATHING].known)
        torso->motion = DASH_MOTION_BREATH;
    /* The ring's colour is the rate's, its size the pressure's; the colour of a pressure that the
     * chart judges shows on a ring within it. Both lie on a dark disc, before the lifted chest. */
    float size = (float)(0.75 + 0.6 * dash_avatar_force(avatar));
    DashTwinPiece *ground = put(bed, DASH_SOLID_DISC, DASH_STUFF_EYE, 0, -0.13f, 0.29f);
    ground->scale[0] = ground->scale[1] = 1.25f * size;
    DashTwinPiece *ring =
        put(bed, DASH_SOLID_RING, stuff_of(avatar, DASH_SIGN_OF_PULSE), 0, -0.13f, 0.305f);
    ring->scale[0] = ring->scale[1] = size;
    if (avatar->sign[DASH_SIGN_OF_PULSE].known)
        ring->motion = DASH_MOTION_BEAT;
    DashTwinPiece *inner =
        put(bed, DASH_SOLID_RING, stuff_of(avatar, DASH_SIGN_OF_PRESSURE), 0, -0.13f, 0.305f);
    inner->scale[0] = inner->scale[1] = 0.4f * size;
}

static void
put_thermometer(DashTwinBed *bed)
{
    const DashAvatarSign *sign = &bed->avatar.sign[DASH_SIGN_OF_TEMPERATURE];
    DashStuff stuff = stuff_of(&bed->avatar, DASH_SIGN_OF_TEMPERATURE);

    put(bed, DASH_SOLID_GLASS, sign->known ? DASH_STUFF_GLASS : DASH_STUFF_UNKNOWN, 0.37f, -0.36f,
        0.05f);
    if (!sign->known)
        return;
    DashTwinPiece *column = put(bed, DASH_SOLID_COLUMN, stuff, 0.37f, -0.35f, 0.05f);
    double part = CLAMP((sign->value - CEL_LOW) / (CEL_HIGH - CEL_LOW), 0.02, 1);
    column->scale[1] = (float)(0.31 * part);
}

static void
put_marker(DashTwinBed *bed)
{
    const DashAlarm *alarm = bed->acuity.worst;
    static const struct {
        DashSolid solid, bars;
        DashStuff ground, ink;
    } rows[] = {
        {DASH_SOLID_SQUARE, DASH_SOLID_BARS_1, DASH_STUFF_ADVISORY, DASH_STUFF_INK_ADVISORY},
        {DASH_SOLID_DISC, DASH_SOLID_BARS_1, DASH_STUFF_LOW, DASH_STUFF_INK_LOW},
        {DASH_SOLID_DIAMOND, DASH_SOLID_BARS_2, DASH_STUFF_MEDIUM, DASH_STUFF_INK_MEDIUM},
        {DASH_SOLID_TRIANGLE, DASH_SOLID_BARS_3, DASH_STUFF_HIGH, DASH_STUFF_INK_HIGH},
    };

    if (alarm == NULL)
        return;
    unsigned row = alarm->priority >= VICU__PRIORITY__PRIORITY_LOW
                       ? MIN(alarm->priority - VICU__PRIORITY__PRIORITY_LOW + 1u, 3u)
                       : 0;
    /* Before everything else of the bed, and of its neighbours. */
    put(bed, rows[row].solid, rows[row].ground, 0.3f, 0.42f, 0.3f);
    put(bed, rows[row].bars, rows[row].ink, 0.3f, 0.42f, 0.311f);
    if (!dash_judge_alarm_sounds(alarm))
        put(bed, DASH_SOLID_FRAME, DASH_STUFF_FRAME, 0.3f, 0.42f, 0.3f);
}

static void
fill(DashTwinBed *out, const DashModel *model, const DashBed *bed, int64_t now_us)
{
    out->bed = bed;
    dash_acuity_of(model, bed, now_us, &out->acuity);
    dash_avatar_of(bed, now_us, NULL, &out->avatar);
    bool here = dash_judge_shows_data(out->avatar.absence);
    put(out, DASH_SOLID_PLATE, here ? DASH_STUFF_PLATE : DASH_STUFF_ABSENT, 0, 0, 0);
    put_face(out);
    put_chest(out);
    put_thermometer(out);
    if (!here)
        put(out, DASH_SOLID_CROSS, DASH_STUFF_CROSS, 0, 0, 0.29f);
    put_marker(out);
}

DashTwin *
dash_twin_new(const DashModel *const *models, size_t n, const char *only, int64_t now_us)
{
    DashTwin *self = g_new0(DashTwin, 1);
    size_t all = 0;

    self->alarms_known = n > 0;
    for (size_t m = 0; m < n; m++) {
        all += dash_model_n_beds(models[m]);
        self->alarms_known = self->alarms_known && dash_alarms_known(models[m]);
    }
    self->now_us = now_us;
    self->bed = g_new0(DashTwinBed, MAX(all, 1));
    for (size_t m = 0; m < n; m++)
        for (size_t i = 0; i < dash_model_n_beds(models[m]); i++) {
            const DashBed *bed = dash_model_bed(models[m], i);
            if (only == NULL || strcmp(only, bed->id) == 0)
                fill(&self->bed[self->n++], models[m], bed, now_us);
        }
    self->columns = dash_twin_columns(self->n);
    self->rows = (self->n + self->columns - 1) / self->columns;
    for (unsigned i = 0; i < self->n; i++) {
        float column = (float)(i % self->columns), row = (float)(i / self->columns);
        DashTwinBed *bed = &self->bed[i];
        bed->at[0] = (column - ((float)self->columns - 1) / 2) * DASH_TWIN_PITCH_X;
        bed->at[1] = (((float)self->rows - 1) / 2 - row) * DASH_TWIN_PITCH_Y;
        bed->at[2] = dash_twin_depth(bed->acuity.value);
    }
    return self;
}

void
dash_twin_free(DashTwin *self)
{
    if (!self)
        return;
    g_free(self->bed);
    g_free(self);
}

void
dash_twin_moved(const DashTwinPiece *piece, const DashAvatar *avatar, float scale[3])
{
    double lift = dash_avatar_lift(avatar), throb = dash_avatar_throb(avatar);

    memcpy(scale, piece->scale, 3 * sizeof *scale);
    if (piece->motion == DASH_MOTION_BREATH) {
        scale[0] *= (float)(1 + DASH_TWIN_LIFT * lift);
        scale[2] *= (float)(1 + DASH_TWIN_LIFT_DEEP * lift);
    } else if (piece->motion == DASH_MOTION_BEAT) {
        scale[0] *= (float)(1 + DASH_TWIN_THROB * throb);
        scale[1] *= (float)(1 + DASH_TWIN_THROB * throb);
    }
}

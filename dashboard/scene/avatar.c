/* Avatar. See avatar.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/avatar.h"

#include <math.h>
#include <string.h>

#define MINUTE_US  (60 * (int64_t)G_USEC_PER_SEC)
#define FORCE_LOW  60.0 /* mm[Hg] */
#define FORCE_HIGH 180.0
#define FADE       6.0 /* how fast a beat fades */

/* A band up to and with @most; values are rounded to the chart's resolution before. */
typedef struct {
    double most;
    int band;
} Column;

/* NEWS2, Royal College of Physicians 2017, chart 1; points with the side on which they lie. */
static const Column breathing[] = {{8, -3}, {11, -1}, {20, 0}, {24, 2}, {INFINITY, 3}};
static const Column pulse[] = {{40, -3}, {50, -1}, {90, 0}, {110, 1}, {130, 2}, {INFINITY, 3}};
static const Column pressure[] = {{90, -3}, {100, -2}, {110, -1}, {219, 0}, {INFINITY, 3}};
static const Column temperature[] = {{35.0, -3}, {36.0, -1}, {38.0, 0}, {39.0, 1}, {INFINITY, 2}};
static const Column scale_1[] = {{91, -3}, {93, -2}, {95, -1}, {INFINITY, 0}};
static const Column scale_2_air[] = {{83, -3}, {85, -2}, {87, -1}, {INFINITY, 0}};
static const Column scale_2_oxygen[] = {{83, -3}, {85, -2}, {87, -1},     {92, 0},
                                        {94, 1},  {96, 2},  {INFINITY, 3}};

/* Half up to whole numbers, of temperatures to tenths, as the chart is printed. */
static double
rounded(double value, int parts)
{
    return floor(value * parts + 0.5 + 1e-9) / parts;
}

static int
band_of(const Column *column, double value)
{
    while (value > column->most + 1e-9)
        column++;
    return column->band;
}

/* Only what is fresh counts. */
static const DashNumeric *
fresh(const DashBed *bed, const char *name, int64_t now_us)
{
    const DashNumeric *numeric = dash_judge_find(bed, name);

    if (numeric == NULL || numeric->quality == VICU__QUALITY__QUALITY_INVALID
        || !isfinite(numeric->value))
        return NULL;
    return dash_judge_numeric(numeric, now_us) == DASH_FRESH ? numeric : NULL;
}

static const char *
word(const DashBed *bed, const char *name, int64_t now_us)
{
    const DashSymbol *symbol = dash_judge_find_symbol(bed, name);

    return symbol && symbol->value && dash_judge_symbol(symbol, now_us) == DASH_FRESH
               ? symbol->value
               : NULL;
}

static DashAvatarSign
sign_of(const DashNumeric *numeric, const Column *columns, int parts)
{
    if (numeric == NULL)
        return (DashAvatarSign){0};
    return (DashAvatarSign){
        .known = true,
        .banded = columns != NULL,
        .doubtful = numeric->quality == VICU__QUALITY__QUALITY_QUESTIONABLE,
        .band = columns ? band_of(columns, rounded(numeric->value, parts)) : 0,
        .value = numeric->value,
        .t_us = numeric->t_us,
    };
}

/* Scale 2 only where it is prescribed; above 92 % it asks what is breathed. */
static const Column *
scale_of(const DashBed *bed, const DashNumeric *spo2, int64_t now_us)
{
    const char *scale = word(bed, "scale", now_us), *gas = word(bed, "O2", now_us);

    if (scale == NULL || strcmp(scale, "S2") != 0)
        return scale_1;
    if (gas && strcmp(gas, "AIR") == 0)
        return scale_2_air;
    if (gas && strcmp(gas, "OXYGEN") == 0)
        return scale_2_oxygen;
    return spo2 && rounded(spo2->value, 1) <= 92 ? scale_2_oxygen : NULL;
}

static const DashNumeric *
either(const DashBed *bed, const char *first, const char *second, int64_t now_us)
{
    const DashNumeric *numeric = fresh(bed, first, now_us);

    return numeric ? numeric : fresh(bed, second, now_us);
}

/* Invasive before cuff while it is fresh and not called questionable. */
static const DashNumeric *
systolic(const DashBed *bed, int64_t now_us)
{
    const DashNumeric *line = fresh(bed, "ART_S", now_us), *cuff = fresh(bed, "NIBP_S", now_us);

    if (line && line->quality == VICU__QUALITY__QUALITY_QUESTIONABLE && cuff)
        return cuff;
    return line ? line : cuff;
}

/* A machine's own numbers say so as well as the charted word does; without either it is not
 * known. */
static DashAvatarSign
ventilation(const DashBed *bed, int64_t now_us)
{
    const char *mode = word(bed, "VENT", now_us), *gas = word(bed, "O2", now_us);
    const char *support = word(bed, "SUPPORT", now_us);
    bool machine = fresh(bed, "PEEP", now_us) != NULL && fresh(bed, "VTe", now_us) != NULL;
    bool none = mode ? g_ascii_strcasecmp(mode, "NONE") == 0
                     : support && g_ascii_strcasecmp(support, "NO") == 0;
    DashAvatarSign sign = {.known = mode != NULL || machine || none};

    sign.value = sign.known && (machine || !none);
    sign.banded = sign.known && gas && (strcmp(gas, "AIR") == 0 || strcmp(gas, "OXYGEN") == 0);
    sign.band = sign.banded && strcmp(gas, "OXYGEN") == 0 ? 2 : 0;
    return sign;
}

static DashAvatarSign
consciousness(const DashBed *bed, int64_t now_us)
{
    static const char letters[] = "ACVPU";
    const char *said = word(bed, "ACVPU", now_us);
    const char *at = said && strlen(said) == 1 ? strchr(letters, *said) : NULL;

    if (at == NULL)
        return (DashAvatarSign){0};
    return (DashAvatarSign){.known = true,
                            .banded = true,
                            .band = at == letters ? 0 : DASH_AVATAR_BAND_MAX,
                            .value = (double)(at - letters),
                            .t_us = dash_judge_find_symbol(bed, "ACVPU")->t_us};
}

/* ---- rhythm ---- */

static double
phase_of(
    const DashAvatarSign *sign, double before, int64_t since_us, bool fresh_start, int64_t now_us)
{
    if (!sign->known || sign->value <= 0)
        return 0;
    double from = fresh_start ? 0 : before;
    int64_t us = fresh_start ? now_us % MINUTE_US : since_us;
    double turns = from + (double)us / (double)MINUTE_US * sign->value;
    return turns - floor(turns);
}

static void
set_rhythms(DashAvatar *avatar, const DashAvatar *before, int64_t now_us)
{
    /* What stood still for longer than a minute begins anew. */
    int64_t since_us = before ? now_us - before->now_us : 0;
    bool anew = before == NULL || since_us < 0 || since_us > MINUTE_US;

    avatar->breath = phase_of(&avatar->sign[DASH_SIGN_OF_BREATHING], before ? before->breath : 0,
                              since_us, anew, now_us);
    avatar->beat = phase_of(&avatar->sign[DASH_SIGN_OF_PULSE], before ? before->beat : 0, since_us,
                            anew, now_us);
}

void
dash_avatar_of(const DashBed *bed, int64_t now_us, const DashAvatar *before, DashAvatar *avatar)
{
    DashAvatar out = {.absence = dash_judge_absence(bed, now_us), .now_us = now_us};
    DashAvatarSign *sign = out.sign;

    if (dash_judge_shows_data(out.absence)) {
        const DashNumeric *spo2 = fresh(bed, "SpO2", now_us);
        sign[DASH_SIGN_OF_BREATHING] = sign_of(fresh(bed, "RR", now_us), breathing, 1);
        sign[DASH_SIGN_OF_PULSE] = sign_of(either(bed, "HR", "PULSE", now_us), pulse, 1);
        sign[DASH_SIGN_OF_OXYGEN] = sign_of(spo2, scale_of(bed, spo2, now_us), 1);
        sign[DASH_SIGN_OF_PRESSURE] = sign_of(systolic(bed, now_us), pressure, 1);
        sign[DASH_SIGN_OF_TEMPERATURE] = sign_of(fresh(bed, "Temp", now_us), temperature, 10);
        sign[DASH_SIGN_OF_VENTILATION] = ventilation(bed, now_us);
        sign[DASH_SIGN_OF_CONSCIOUSNESS] = consciousness(bed, now_us);
    }
    set_rhythms(&out, before, now_us);
    *avatar = out;
}

const char *
dash_avatar_sign_name(DashAvatarSignKind kind)
{
    static const char *const names[DASH_N_AVATAR_SIGNS] = {
        [DASH_SIGN_OF_BREATHING] = "breathing",
        [DASH_SIGN_OF_PULSE] = "pulse",
        [DASH_SIGN_OF_OXYGEN] = "oxygen",
        [DASH_SIGN_OF_PRESSURE] = "pressure",
        [DASH_SIGN_OF_TEMPERATURE] = "temperature",
        [DASH_SIGN_OF_VENTILATION] = "ventilation",
        [DASH_SIGN_OF_CONSCIOUSNESS] = "consciousness",
    };

    g_return_val_if_fail((unsigned)kind < DASH_N_AVATAR_SIGNS, "");
    return names[kind];
}

char
dash_avatar_acvpu(const DashAvatar *avatar)
{
    const DashAvatarSign *sign = &avatar->sign[DASH_SIGN_OF_CONSCIOUSNESS];

    return sign->known ? "ACVPU"[(int)sign->value] : '?';
}

double
dash_avatar_lift(const DashAvatar *avatar)
{
    return avatar->sign[DASH_SIGN_OF_BREATHING].known ? (1 - cos(2 * G_PI * avatar->breath)) / 2
                                                      : 0;
}

double
dash_avatar_throb(const DashAvatar *avatar)
{
    const DashAvatarSign *sign = &avatar->sign[DASH_SIGN_OF_PULSE];

    return sign->known && sign->value > 0 ? exp(-FADE * avatar->beat) : 0;
}

double
dash_avatar_force(const DashAvatar *avatar)
{
    const DashAvatarSign *sign = &avatar->sign[DASH_SIGN_OF_PRESSURE];

    return sign->known ? CLAMP((sign->value - FORCE_LOW) / (FORCE_HIGH - FORCE_LOW), 0, 1) : 0;
}

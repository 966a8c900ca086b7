/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/language/unit.h"

#include <string.h>

/* Wide enough for the product of two 64-bit numbers. */
__extension__ typedef __int128 Wide;

enum { LENGTH, MASS, TIME, TEMPERATURE, SUBSTANCE, CURRENT, ARBITRARY };

/* Prefixes go with metric atoms only, so that `min` is never milli-inch. */
typedef struct {
    const char *text;
    bool metric;
    int8_t power[RULES_UNIT_BASES];
    RulesFraction factor;
} Atom;

static const Atom atoms[] = {
    {"m[Hg]", true, {-1, 1, -2}, {2533125000, 19}}, /* 101 325/760 Pa per mm, the torr */
    {"m[H2O]", true, {-1, 1, -2}, {9806650, 1}},    /* 98.0665 Pa per cm */
    {"[degF]", false, {0, 0, 0, 1}, {5, 9}},
    {"[iU]", true, {0, 0, 0, 0, 0, 0, 1}, {1, 1}},
    {"Cel", true, {0, 0, 0, 1}, {1, 1}},
    {"min", false, {0, 0, 1}, {60, 1}},
    {"mol", true, {0, 0, 0, 0, 1}, {1, 1}},
    {"bar", true, {-1, 1, -2}, {100000000, 1}},
    {"wk", false, {0, 0, 1}, {604800, 1}},
    {"mo", false, {0, 0, 1}, {2629800, 1}},
    {"Pa", true, {-1, 1, -2}, {1000, 1}},
    {"Hz", true, {0, 0, -1}, {1, 1}},
    {"m", true, {1}, {1, 1}},
    {"g", true, {0, 1}, {1, 1}},
    {"s", true, {0, 0, 1}, {1, 1}},
    {"K", true, {0, 0, 0, 1}, {1, 1}},
    {"A", true, {0, 0, 0, 0, 0, 1}, {1, 1}},
    {"V", true, {2, 1, -3, 0, 0, -1}, {1000, 1}},
    {"J", true, {2, 1, -2}, {1000, 1}},
    {"W", true, {2, 1, -3}, {1000, 1}},
    {"L", true, {3}, {1, 1000}},
    {"l", true, {3}, {1, 1000}},
    {"h", false, {0, 0, 1}, {3600, 1}},
    {"d", false, {0, 0, 1}, {86400, 1}},
    {"a", false, {0, 0, 1}, {31557600, 1}}, /* Julian year */
    {"%", false, {0}, {1, 100}},
};

static const struct {
    char letter;
    int exponent;
} prefixes[] = {{'G', 9},  {'M', 6},  {'k', 3},  {'h', 2},  {'d', -1},
                {'c', -2}, {'m', -3}, {'u', -6}, {'n', -9}, {'p', -12}};

const RulesUnit rules_unit_one = {"1", {0}, {1, 1}, {0, 1}, false};
const RulesUnit rules_unit_second = {"s", {0, 0, 1}, {1, 1}, {0, 1}, false};

static Wide
gcd128(Wide a, Wide b)
{
    while (b != 0) {
        Wide r = a % b;
        a = b;
        b = r;
    }
    return a < 0 ? -a : a;
}

/* Bounded well inside 64 bits, so that products of two fit in 128. */
static bool
fraction(Wide num, Wide den, RulesFraction *out)
{
    if (den < 0) {
        num = -num;
        den = -den;
    }
    Wide g = gcd128(num, den);
    num /= g;
    den /= g;
    const Wide bound = (Wide)1 << 62;
    if (num > bound || num < -bound || den > bound)
        return false;
    *out = (RulesFraction){(int64_t)num, (int64_t)den};
    return true;
}

static bool
scale(RulesFraction *f, RulesFraction by, bool invert)
{
    Wide num = invert ? by.den : by.num;
    Wide den = invert ? by.num : by.den;
    return den != 0 && fraction(f->num * num, f->den * den, f);
}

static bool
scale_by_ten(RulesFraction *f, int exponent)
{
    for (int i = 0; i < ABS(exponent); i++)
        if (!scale(f, (RulesFraction){10, 1}, exponent < 0))
            return false;
    return true;
}

static size_t
starts_with(const char *text, size_t length, const char *with)
{
    size_t n = strlen(with);
    return n <= length && memcmp(text, with, n) == 0 ? n : 0;
}

/* The longest atom, alone or behind a prefix. */
static size_t
match_atom(const char *text, size_t length, const Atom **atom, int *prefix)
{
    size_t best = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(atoms); i++) {
        size_t n = starts_with(text, length, atoms[i].text);
        if (n > best) {
            best = n;
            *atom = &atoms[i];
            *prefix = 0;
        }
    }
    for (size_t p = 0; length > 0 && p < G_N_ELEMENTS(prefixes); p++) {
        if (text[0] != prefixes[p].letter)
            continue;
        for (size_t i = 0; i < G_N_ELEMENTS(atoms); i++) {
            size_t n = atoms[i].metric ? starts_with(text + 1, length - 1, atoms[i].text) : 0;
            if (n > 0 && n + 1 > best) {
                best = n + 1;
                *atom = &atoms[i];
                *prefix = prefixes[p].exponent;
            }
        }
    }
    return best;
}

/* One atom with its exponent, or 10*9 or 10^9 or 1, multiplied into @unit. */
static size_t
match_component(const char *text, size_t length, bool divide, RulesUnit *unit)
{
    if (starts_with(text, length, "10*") || starts_with(text, length, "10^")) {
        if (length < 4 || !g_ascii_isdigit(text[3]))
            return 0;
        int exponent = text[3] - '0';
        return scale_by_ten(&unit->factor, divide ? -exponent : exponent) ? 4 : 0;
    }

    const Atom *atom = NULL;
    int prefix = 0;
    size_t n = match_atom(text, length, &atom, &prefix);
    if (n == 0)
        return 0;
    int exponent = 1;
    if (n < length && g_ascii_isdigit(text[n]) && text[n] >= '1' && text[n] <= '4')
        exponent = text[n++] - '0';
    for (int i = 0; i < exponent; i++) {
        if (!scale(&unit->factor, atom->factor, divide)
            || !scale_by_ten(&unit->factor, divide ? -prefix : prefix))
            return 0;
        for (int b = 0; b < RULES_UNIT_BASES; b++) {
            int power = unit->power[b] + (divide ? -atom->power[b] : atom->power[b]);
            if (ABS(power) > 100)
                return 0;
            unit->power[b] = (int8_t)power;
        }
    }
    return n;
}

static bool
ends_word(const char *text, size_t length, size_t at)
{
    return at >= length
           || !(g_ascii_isalnum(text[at]) || text[at] == '_' || text[at] == '[' || text[at] == '%'
                || text[at] == '*');
}

static void
set_text(RulesUnit *unit, const char *text, size_t length)
{
    length = MIN(length, RULES_UNIT_TEXT - 1);
    memcpy(unit->text, text, length);
    unit->text[length] = '\0';
}

static void
set_zero(RulesUnit *unit)
{
    if (strcmp(unit->text, "Cel") == 0) {
        unit->zero = (RulesFraction){27315, 100};
        unit->point = true;
    } else if (strcmp(unit->text, "[degF]") == 0) {
        unit->zero = (RulesFraction){45967, 100};
        unit->point = true;
    }
}

size_t
rules_unit_match(const char *text, size_t length, RulesUnit *unit)
{
    RulesUnit u = rules_unit_one;
    size_t at = 0;
    size_t good = 0;
    RulesUnit best = u;
    if (length > 0 && text[0] == '1' && ends_word(text, length, 1)
        && !(length > 1 && text[1] == '.')) {
        good = 1;
        at = 1;
    }
    bool divide = at < length && text[at] == '/';
    if (divide)
        at++;
    if (good == 0 || divide)
        for (;;) {
            size_t n = match_component(text + at, length - at, divide, &u);
            if (n == 0)
                break;
            at += n;
            if (at < RULES_UNIT_TEXT && ends_word(text, length, at)) {
                good = at;
                best = u;
            }
            if (at + 1 >= length || (text[at] != '/' && text[at] != '.') || text[at + 1] == '.')
                break;
            divide = text[at] == '/';
            at++;
        }
    if (good == 0)
        return 0;
    set_text(&best, text, good);
    set_zero(&best);
    *unit = best;
    return good;
}

bool
rules_unit_parse(const char *text, RulesUnit *unit)
{
    size_t length = strlen(text);
    return length > 0 && rules_unit_match(text, length, unit) == length;
}

bool
rules_unit_same_dimension(const RulesUnit *a, const RulesUnit *b)
{
    return memcmp(a->power, b->power, sizeof a->power) == 0;
}

static bool
same_fraction(RulesFraction a, RulesFraction b)
{
    return a.num == b.num && a.den == b.den;
}

bool
rules_unit_same(const RulesUnit *a, const RulesUnit *b)
{
    return rules_unit_same_dimension(a, b) && same_fraction(a->factor, b->factor)
           && same_fraction(a->zero, b->zero) && a->point == b->point;
}

bool
rules_unit_is_dimensionless(const RulesUnit *unit)
{
    return rules_unit_same_dimension(unit, &rules_unit_one);
}

RulesUnit
rules_unit_difference(const RulesUnit *unit)
{
    RulesUnit d = *unit;
    d.zero = (RulesFraction){0, 1};
    d.point = false;
    return d;
}

static bool
combine(const RulesUnit *a, const RulesUnit *b, bool divide, RulesUnit *out)
{
    RulesUnit u = rules_unit_difference(a);
    if (!scale(&u.factor, b->factor, divide))
        return false;
    for (int i = 0; i < RULES_UNIT_BASES; i++) {
        int power = a->power[i] + (divide ? -b->power[i] : b->power[i]);
        if (ABS(power) > 100)
            return false;
        u.power[i] = (int8_t)power;
    }
    bool one_a = strcmp(a->text, "1") == 0;
    bool one_b = strcmp(b->text, "1") == 0;
    const char *b_text = b->text;
    g_autofree char *text = NULL;
    if (one_b)
        text = g_strdup(a->text);
    else if (!divide)
        text = one_a ? g_strdup(b_text)
                     : g_strconcat(a->text, b_text[0] == '/' ? "" : ".", b_text, NULL);
    else if (rules_unit_same(a, b))
        text = g_strdup("1");
    else if (b_text[0] == '/' && strchr(b_text + 1, '/') == NULL && strchr(b_text, '.') == NULL)
        text = one_a ? g_strdup(b_text + 1) : g_strconcat(a->text, ".", b_text + 1, NULL);
    else if (strchr(b_text, '/') == NULL && strchr(b_text, '.') == NULL)
        text = g_strconcat(one_a ? "" : a->text, "/", b_text, NULL);
    else
        text = g_strdup("?"); /* a unit without a short name; values in it are shown bare */
    const char *shown = strlen(text) < RULES_UNIT_TEXT ? text : "?";
    set_text(&u, shown, strlen(shown));
    *out = u;
    return true;
}

bool
rules_unit_multiply(const RulesUnit *a, const RulesUnit *b, RulesUnit *product)
{
    return combine(a, b, false, product);
}

bool
rules_unit_divide(const RulesUnit *a, const RulesUnit *b, RulesUnit *quotient)
{
    return combine(a, b, true, quotient);
}

bool
rules_unit_conversion(const RulesUnit *from, const RulesUnit *to, RulesConversion *conversion)
{
    if (!rules_unit_same_dimension(from, to))
        return false;
    *conversion = (RulesConversion){.times = 1, .by = 1, .same = true};
    if (rules_unit_same(from, to))
        return true;

    /* base = (x + z1) f1 = (y + z2) f2, so y = (x + z1 - z2 f2/f1) f1/f2 */
    RulesFraction ratio = from->factor;
    if (!scale(&ratio, to->factor, true))
        return false;
    *conversion = (RulesConversion){.times = (double)ratio.num, .by = (double)ratio.den};
    if (from->point && to->point) {
        RulesFraction shift = to->zero;
        RulesFraction before;
        if (!scale(&shift, ratio, true)
            || !fraction((Wide)from->zero.num * shift.den - (Wide)shift.num * from->zero.den,
                         (Wide)from->zero.den * shift.den, &before))
            return false;
        conversion->before = (double)before.num / (double)before.den;
    } else if (from->point) {
        conversion->before = (double)from->zero.num / (double)from->zero.den;
    } else if (to->point) {
        conversion->after = -(double)to->zero.num / (double)to->zero.den;
    }
    return true;
}

double
rules_convert(const RulesConversion *conversion, double value)
{
    if (conversion->same)
        return value;
    return (value + conversion->before) * conversion->times / conversion->by + conversion->after;
}

const char *
rules_unit_kind(const RulesUnit *unit)
{
    static const struct {
        const char *unit;
        const char *kind;
    } kinds[] = {
        {"mm[Hg]", "a pressure"}, {"s", "a time"},      {"/min", "a rate"},
        {"Cel", "a temperature"}, {"mL", "a volume"},   {"g/L", "a concentration"},
        {"kg", "a mass"},         {"mV", "a voltage"},  {"mol/L", "a concentration"},
        {"m", "a length"},        {"mL/min", "a flow"}, {"mL/kg/h", "a volume by mass and time"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        RulesUnit k;
        if (rules_unit_parse(kinds[i].unit, &k) && rules_unit_same_dimension(unit, &k))
            return kinds[i].kind;
    }
    return rules_unit_is_dimensionless(unit) ? "a plain number or a share" : "a composed value";
}

void
rules_unit_show(const char *ucum, char out[RULES_UNIT_TEXT])
{
    static const char *shown[][2] = {
        {"[Hg]", "Hg"}, {"[H2O]", "H2O"}, {"[degF]", "°F"}, {"Cel", "°C"}};
    size_t n = 0;
    out[0] = '\0';
    while (*ucum != '\0') {
        const char *put = NULL;
        for (size_t i = 0; i < G_N_ELEMENTS(shown) && put == NULL; i++)
            if (g_str_has_prefix(ucum, shown[i][0])) {
                put = shown[i][1];
                ucum += strlen(shown[i][0]);
            }
        char one[2] = {put == NULL ? *ucum : '\0', '\0'};
        if (put == NULL) {
            put = one;
            ucum++;
        }
        if (n + strlen(put) >= RULES_UNIT_TEXT)
            return;
        n += g_strlcpy(out + n, put, RULES_UNIT_TEXT - n);
    }
}

/* Units: the nomenclature's dimension codes (ISO/IEEE 11073-10101) as UCUM, the
 * spellings that monitors use, and the conversions into the table of signals.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "collector/sources/hl7-value.h"

typedef struct {
    const char *code; /* MDC, context-free */
    const char *refid;
    const char *ucum;
} Dimension;

static const Dimension dimensions[] = {
    {"262656", "MDC_DIM_DIMLESS", "1"},
    {"262688", "MDC_DIM_PERCENT", "%"},
    {"262720", "MDC_DIM_PARTS_PER_THOUSAND", "[ppth]"},
    {"262752", "MDC_DIM_PARTS_PER_MILLION", "[ppm]"},
    {"263424", "MDC_DIM_X_M", "m"},
    {"263441", "MDC_DIM_CENTI_M", "cm"},
    {"263442", "MDC_DIM_MILLI_M", "mm"},
    {"263570", "MDC_DIM_MILLI_L_PER_M_SQ", "mL/m2"},
    {"263744", "MDC_DIM_X_L", "L"},
    {"263762", "MDC_DIM_MILLI_L", "mL"},
    {"263872", "MDC_DIM_X_G", "g"},
    {"263875", "MDC_DIM_KILO_G", "kg"},
    {"263890", "MDC_DIM_MILLI_G", "mg"},
    {"263891", "MDC_DIM_MICRO_G", "ug"},
    {"264000", "MDC_DIM_X_G_M", "g.m"},
    {"264032", "MDC_DIM_X_G_M_PER_M_SQ", "g.m/m2"},
    {"264099", "MDC_DIM_KG_PER_M_SQ", "kg/m2"},
    {"264192", "MDC_DIM_X_G_PER_L", "g/L"},
    {"264256", "MDC_DIM_X_G_PER_DL", "g/dL"},
    {"264274", "MDC_DIM_MILLI_G_PER_DL", "mg/dL"},
    {"264320", "MDC_DIM_SEC", "s"},
    {"264338", "MDC_DIM_MILLI_SEC", "ms"},
    {"264352", "MDC_DIM_MIN", "min"},
    {"264384", "MDC_DIM_HR", "h"},
    {"264416", "MDC_DIM_DAY", "d"},
    {"264640", "MDC_DIM_HZ", "Hz"},
    {"264672", "MDC_DIM_PER_MIN", "/min"},
    {"264864", "MDC_DIM_BEAT_PER_MIN", "{beat}/min"},
    {"264896", "MDC_DIM_PULS_PER_MIN", "{pulse}/min"},
    {"264928", "MDC_DIM_RESP_PER_MIN", "{breath}/min"},
    {"264992", "MDC_DIM_X_L_PER_MIN_PER_M_SQ", "L/min/m2"},
    {"265184", "MDC_DIM_X_L_PER_SEC", "L/s"},
    {"265216", "MDC_DIM_X_L_PER_MIN", "L/min"},
    {"265234", "MDC_DIM_MILLI_L_PER_MIN", "mL/min"},
    {"265266", "MDC_DIM_MILLI_L_PER_HR", "mL/h"},
    {"265298", "MDC_DIM_MILLI_L_PER_DAY", "mL/d"},
    {"265330", "MDC_DIM_MILLI_L_PER_KG", "mL/kg"},
    {"265619", "MDC_DIM_MICRO_G_PER_KG_PER_MIN", "ug/kg/min"},
    {"265986", "MDC_DIM_HECTO_PASCAL", "hPa"},
    {"265987", "MDC_DIM_KILO_PASCAL", "kPa"},
    {"266016", "MDC_DIM_MMHG", "mm[Hg]"},
    {"266048", "MDC_DIM_CM_H2O", "cm[H2O]"},
    {"266098", "MDC_DIM_MILLI_BAR", "mbar"},
    {"266112", "MDC_DIM_X_JOULES", "J"},
    {"266176", "MDC_DIM_X_WATT", "W"},
    {"266196", "MDC_DIM_NANO_WATT", "nW"},
    {"266197", "MDC_DIM_PICO_WATT", "pW"},
    {"266272", "MDC_DIM_X_DYNE_PER_SEC_PER_CM5", "dyn.s/cm5"},
    {"266304", "MDC_DIM_X_AMPS", "A"},
    {"266400", "MDC_DIM_X_VOLT", "V"},
    {"266418", "MDC_DIM_MILLI_VOLT", "mV"},
    {"266419", "MDC_DIM_MICRO_VOLT", "uV"},
    {"266432", "MDC_DIM_X_OHM", "Ohm"},
    {"266528", "MDC_DIM_KELVIN", "K"},
    {"266560", "MDC_DIM_FAHR", "[degF]"},
    {"266866", "MDC_DIM_MILLI_MOLE_PER_L", "mmol/L"},
    {"266867", "MDC_DIM_MICRO_MOLE_PER_L", "umol/L"},
    {"266994", "MDC_DIM_MILLI_EQUIV_PER_L", "meq/L"},
    {"267712", "MDC_DIM_X_INTL_UNIT_PER_L", "[IU]/L"},
    {"268050", "MDC_DIM_MILLI_L_PER_CM_H2O", "mL/cm[H2O]"},
    {"268064", "MDC_DIM_CM_H2O_PER_L_PER_SEC", "cm[H2O]/L/s"},
    {"268160", "MDC_DIM_DYNE_SEC_PER_M_SQ_PER_CM_5", "dyn.s.m2/cm5"},
    {"268192", "MDC_DIM_DEGC", "Cel"},
    {"268576", "MDC_DIM_DECIBEL", "dB"},
};

/* Spellings of monitors, compared without case, as UCUM. */
static const struct {
    const char *sent;
    const char *ucum;
} spellings[] = {
    {"mmHg", "mm[Hg]"},
    {"mm Hg", "mm[Hg]"},
    {"cmH2O", "cm[H2O]"},
    {"cm H2O", "cm[H2O]"},
    {"bpm", "/min"},
    {"beats/min", "/min"},
    {"{beat}/min", "/min"},
    {"{beats}/min", "/min"},
    {"{pulse}/min", "/min"},
    {"{breath}/min", "/min"},
    {"{breaths}/min", "/min"},
    {"breaths/min", "/min"},
    {"rpm", "/min"},
    {"1/min", "/min"},
    {"min-1", "/min"},
    {"percent", "%"},
    {"pct", "%"},
    {"C", "Cel"},
    {"degC", "Cel"},
    {"\u00B0C", "Cel"},
    {"F", "[degF]"},
    {"degF", "[degF]"},
    {"\u00B0F", "[degF]"},
    {"{score}", "1"},
    {"ml", "mL"},
    {"kilogram", "kg"},
    {"\u00B5mol/L", "umol/L"},
    {"\u03BCmol/L", "umol/L"},
};

const char *
collector_hl7_unit_ucum(const char *code, const char *text, const char *system)
{
    gboolean mdc = g_strcmp0(system, "MDC") == 0;

    for (size_t i = 0; i < G_N_ELEMENTS(dimensions); i++) {
        const Dimension *d = &dimensions[i];

        if (strcmp(code, d->code) == 0 || strcmp(code, d->refid) == 0
            || (mdc && g_strcmp0(text, d->refid) == 0))
            return d->ucum;
        if (!mdc && strcmp(code, d->ucum) == 0)
            return d->ucum;
    }
    return NULL;
}

static const char *
canonical(const char *unit)
{
    for (size_t i = 0; i < G_N_ELEMENTS(spellings); i++)
        if (g_ascii_strcasecmp(unit, spellings[i].sent) == 0)
            return spellings[i].ucum;
    return unit;
}

/* Factors of clinical.md S1 and of SI, exact to the digits shown:
 * factor / divisor x 10^-decimals. */
static const struct {
    const char *from;
    const char *to;
    int64_t factor;
    int64_t divisor;
    int decimals;
} factors[] = {
    {"kPa", "mm[Hg]", 7500617, 1, 6},
    {"hPa", "mm[Hg]", 7500617, 1, 7},
    {"mbar", "mm[Hg]", 7500617, 1, 7},
    {"cm[H2O]", "mm[Hg]", 7355592, 1, 7},
    {"mm[Hg]", "cm[H2O]", 10000000, 7355592, 0},
    {"kPa", "cm[H2O]", 75006170, 7355592, 0},
    {"hPa", "cm[H2O]", 7500617, 7355592, 0},
    {"mbar", "cm[H2O]", 7500617, 7355592, 0},
    {"%", "1", 1, 1, 2},
    {"1", "%", 100, 1, 0},
    {"L", "mL", 1000, 1, 0},
    {"g", "kg", 1, 1, 3},
    {"uV", "mV", 1, 1, 3},
    {"min", "h", 1, 60, 0},
    {"d", "h", 24, 1, 0},
};

__extension__ typedef __int128 Wide;
__extension__ typedef unsigned __int128 UnsignedWide;

/* Through text, so that the product is rounded once. */
static double
multiply(CollectorHl7Decimal value, int64_t factor, int decimals)
{
    Wide product = (Wide)value.mantissa * factor;
    gboolean negative = product < 0;
    UnsignedWide rest = negative ? (UnsignedWide)-product : (UnsignedWide)product;
    char digits[64];
    size_t at = sizeof digits - 1;
    g_autofree char *text = NULL;

    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + (int)(rest % 10));
        rest /= 10;
    } while (rest != 0);
    text = g_strdup_printf("%s%se-%d", negative ? "-" : "", digits + at, value.decimals + decimals);
    return g_ascii_strtod(text, NULL);
}

/* 5/9 of the difference; both sides of the division are whole numbers. */
static double
celsius(CollectorHl7Decimal fahrenheit)
{
    int64_t scale = 1;

    if (fahrenheit.decimals > 12)
        return (collector_hl7_decimal_to_double(fahrenheit) - 32.0) * 5.0 / 9.0;
    for (int i = 0; i < fahrenheit.decimals; i++)
        scale *= 10;
    return (double)((fahrenheit.mantissa - 32 * scale) * 5) / (double)(9 * scale);
}

/* Amount to mass depends on the substance, clinical.md S1: creatinine 1 mg/dL = 88.4 umol/L
 * (KDIGO: 4.0 mg/dL = 353.6 umol/L), bilirubin 1 mg/dL = 17.1 umol/L (SOFA: 20 umol/L = 1.2
 * mg/dL). In tenths of umol/L, so that all is whole numbers. */
static const struct {
    const char *signal;
    int64_t tenths;
} molar[] = {
    {"Creat", 884},
    {"CREAT_BASE", 884},
    {"BILI", 171},
};

/* Rounded once, by the division of two whole numbers. */
static gboolean
convert_molar(CollectorHl7Decimal value,
              const char *from,
              const char *wanted,
              const char *signal,
              double *out)
{
    int64_t scale = 1;

    if (strcmp(from, "umol/L") != 0 || strcmp(wanted, "mg/dL") != 0)
        return FALSE;
    for (int i = 0; i < MIN(value.decimals, 12); i++)
        scale *= 10;
    for (size_t i = 0; i < G_N_ELEMENTS(molar); i++)
        if (strcmp(signal, molar[i].signal) == 0) {
            *out = value.decimals <= 12 ? (double)((Wide)value.mantissa * 10)
                                              / (double)((Wide)molar[i].tenths * scale)
                                        : multiply(value, 10, 0) / (double)molar[i].tenths;
            return TRUE;
        }
    return FALSE;
}

/* clinical.md S1: [0.21, 1.0] is a fraction, [21, 100] is per cent, the rest is not guessed. */
static CollectorHl7Convert
convert_fio2(CollectorHl7Decimal value, double *out)
{
    double sent = collector_hl7_decimal_to_double(value);

    if (sent >= 0.21 && sent <= 1.0)
        *out = sent;
    else if (sent >= 21.0 && sent <= 100.0)
        *out = multiply(value, 1, 2);
    else
        return COLLECTOR_HL7_CONVERT_INVALID;
    return COLLECTOR_HL7_CONVERT_OK;
}

CollectorHl7Convert
collector_hl7_convert(CollectorHl7Decimal value,
                      const char *unit,
                      const char *wanted,
                      const char *signal,
                      double *out)
{
    const char *from = canonical(unit);
    gboolean is_fio2 = strcmp(signal, "FiO2") == 0;

    *out = 0.0;
    if (is_fio2 && (*from == '\0' || strcmp(from, "%") == 0 || strcmp(from, "1") == 0))
        return convert_fio2(value, out);
    if (*from == '\0' || strcmp(from, wanted) == 0 || strcmp(from, canonical(wanted)) == 0) {
        *out = collector_hl7_decimal_to_double(value);
        return COLLECTOR_HL7_CONVERT_OK;
    }
    if (strcmp(from, "[degF]") == 0 && strcmp(wanted, "Cel") == 0) {
        *out = celsius(value);
        return COLLECTOR_HL7_CONVERT_OK;
    }
    if (strcmp(from, "K") == 0 && strcmp(wanted, "Cel") == 0 && value.decimals <= 12) {
        *out = collector_hl7_decimal_to_double(value) - 273.15;
        return COLLECTOR_HL7_CONVERT_OK;
    }
    if (convert_molar(value, from, wanted, signal, out))
        return COLLECTOR_HL7_CONVERT_OK;
    for (size_t i = 0; i < G_N_ELEMENTS(factors); i++)
        if (strcmp(from, factors[i].from) == 0 && strcmp(wanted, factors[i].to) == 0) {
            *out = multiply(value, factors[i].factor, factors[i].decimals)
                   / (double)factors[i].divisor;
            return COLLECTOR_HL7_CONVERT_OK;
        }
    return COLLECTOR_HL7_CONVERT_UNIT;
}

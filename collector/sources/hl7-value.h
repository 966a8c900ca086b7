/* Values of HL7 v2: times (DTM/TS), numbers (NM) as exact decimals, units.
 *
 * Pure and without allocation. A number keeps its digits: it is converted once,
 * at the end, so that 98.6 [degF] or 40 % do not pick up a tail of rounding.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "collector/sources/hl7-message.h"

G_BEGIN_DECLS

typedef struct {
    int64_t local_us; /* as written, counted from 1970 as if it were UTC */
    gboolean has_zone;
    int32_t zone_s;    /* east of Greenwich */
    uint8_t precision; /* digits given: 4 year, 6 month, 8 day, 10 hour, 12 minute, 14 second */
    uint8_t fraction;  /* digits after the second */
} CollectorHl7Time;

/* YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]; a leap second reads as the next second. */
gboolean collector_hl7_time_parse(CollectorHl7View view, CollectorHl7Time *out);
/* @default_zone_s stands in where the text has no zone. */
int64_t collector_hl7_time_utc_us(const CollectorHl7Time *time, int32_t default_zone_s);
/* ISO 8601 with the precision sent: in UTC with Z where a zone is known, else without. */
void collector_hl7_time_iso(const CollectorHl7Time *time,
                            const int32_t *default_zone_s,
                            char *out,
                            size_t size);

/* mantissa x 10^-decimals */
typedef struct {
    int64_t mantissa;
    uint8_t decimals;
} CollectorHl7Decimal;

/* [+|-]digits[.digits], at most 15 significant digits, blanks around it allowed.
 * No exponent: HL7 has none. */
gboolean collector_hl7_decimal_parse(CollectorHl7View view, CollectorHl7Decimal *out);
double collector_hl7_decimal_to_double(CollectorHl7Decimal value);
/* Digits as sent, without what JSON does not allow. */
void collector_hl7_decimal_print(CollectorHl7Decimal value, char *out, size_t size);
/* -999, -99.9 and -100: "no value" of monitors and gateways. */
gboolean collector_hl7_decimal_is_sentinel(CollectorHl7Decimal value);

/* UCUM for a unit as a message names it: OBX-6.1 or its MDC reference id, and OBX-6.3.
 * NULL when neither the nomenclature's units nor UCUM know it. */
const char *collector_hl7_unit_ucum(const char *code, const char *text, const char *system);

typedef enum {
    COLLECTOR_HL7_CONVERT_OK,
    COLLECTOR_HL7_CONVERT_UNIT,    /* no way from @unit to @wanted */
    COLLECTOR_HL7_CONVERT_INVALID, /* FiO2 that is neither a fraction nor per cent */
} CollectorHl7Convert;

/* @unit is UCUM, or one of the spellings that monitors use (mmHg, bpm, C ...);
 * an empty one is taken as @wanted. @signal: its name in the table; FiO2 and what is
 * converted by a substance's molar mass follow it. */
CollectorHl7Convert collector_hl7_convert(CollectorHl7Decimal value,
                                          const char *unit,
                                          const char *wanted,
                                          const char *signal,
                                          double *out);

G_END_DECLS

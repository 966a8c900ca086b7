/* Format: numbers, ages, units, origins and clocks as text for people.
 *
 * Pure. Each writes into @out and returns it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include "dashboard/model/judge.h"
#include "dashboard/scene/units.h"

G_BEGIN_DECLS

#define DASH_TEXT_MAX 160

/* "4 s", "12 min", "3 h", "2 d". */
char *dash_format_age(char out[DASH_TEXT_MAX], int64_t age_us);
/* "14:03:22" of the day. */
char *dash_format_clock(char out[DASH_TEXT_MAX], int64_t t_us, int64_t utc_offset_us);
/* The number in the unit shown, with the digits that its signal is read to; kPa and °F with one
 * decimal. */
char *
dash_format_value(char out[DASH_TEXT_MAX], DashUnits units, const VicuSignal *signal, double value);
/* The same of a change of it, without a sign. */
char *
dash_format_change(char out[DASH_TEXT_MAX], DashUnits units, const VicuSignal *signal, double by);
/* A number in @ucum as it is shown, without its unit: kPa and °F with one decimal, others with
 * @digits that count, 0 = whole. */
char *dash_format_number(
    char out[DASH_TEXT_MAX], DashUnits units, const char *ucum, double value, int digits);
/* The same with its unit: "8.0 kPa". */
char *dash_format_measure(
    char out[DASH_TEXT_MAX], DashUnits units, const char *ucum, double value, int digits);
/* Of @min..@max no value that lies outside: "4.0 to 26.6 kPa" for 30..200 mm[Hg]. */
char *dash_format_range(
    char out[DASH_TEXT_MAX], DashUnits units, const char *ucum, double min, double max);
/* UCUM as the ward writes it: mm[Hg] is mmHg, Cel is °C. */
const char *dash_format_unit(const char *ucum);
/* @text with every UCUM unit in it as the ward writes it. */
char *dash_format_plain(char out[DASH_TEXT_MAX], const char *text);
/* "recording", "simulated", "archive"; "" for live. */
const char *dash_format_origin(Vicu__Origin origin);
/* "rec", "sim", "arc", "?"; "" for live. */
const char *dash_format_origin_short(Vicu__Origin origin);
/* "derived", "by hand", "" for a device's own. */
const char *dash_format_source(Vicu__Source source);
/* Origin and source in short: "rec der". "" for a live device's own. */
char *dash_format_marks(char out[DASH_TEXT_MAX], Vicu__Origin origin, Vicu__Source source);
/* "HR", "SpO2", "T": short names of the wall. */
const char *dash_format_short(const VicuSignal *signal, const char *label);
/* "NEWS2 7", or "NEWS2 5-11" when parts are missing. */
char *dash_format_score(char out[DASH_TEXT_MAX], const DashScore *score, const char *name);
/* "Respirations" for the part "rr" of NEWS2; another name as it is. */
const char *dash_format_part(const char *name);
unsigned dash_score_missing(const DashScore *score);

G_END_DECLS

/* Units: in which the station shows pressures and temperatures.
 *
 * The one door between the unit of a signal (UCUM, in which everything is sent, kept and judged)
 * and the unit that a ward reads. Every number of these two dimensions goes through it, and its
 * unit stands beside it. Other units pass unchanged. Pure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

G_BEGIN_DECLS

#define DASH_KPA_PER_MMHG 0.133322387415 /* the conventional millimetre of mercury, BS 350 */

typedef enum {
    DASH_PRESSURE_MMHG,
    DASH_PRESSURE_KPA,
    DASH_N_PRESSURES,
} DashPressure;

typedef enum {
    DASH_TEMPERATURE_CELSIUS,
    DASH_TEMPERATURE_FAHRENHEIT,
    DASH_N_TEMPERATURES,
} DashTemperature;

/* All zero: as the signals have them. */
typedef struct {
    DashPressure pressure;
    DashTemperature temperature;
} DashUnits;

/* "mmHg", "kPa": of settings, options and for people. */
const char *dash_pressure_name(DashPressure pressure);
/* "C", "F" of settings and options; people read dash_units_name(). */
const char *dash_temperature_name(DashTemperature temperature);
/* FALSE: no such name; nothing is written then. */
bool dash_pressure_find(const char *name, DashPressure *pressure);
bool dash_temperature_find(const char *name, DashTemperature *temperature);

/* A pressure in mm[Hg] or a temperature in Cel: a number whose unit must stand beside it. */
bool dash_units_chosen(const char *ucum);
/* It is shown in another unit than @ucum. */
bool dash_units_differ(DashUnits self, const char *ucum);
/* As the ward writes the unit that is shown: "kPa" for mm[Hg], "/min" for /min, "" for 1. */
const char *dash_units_name(DashUnits self, const char *ucum);
/* " kPa", with the blank before it, for a pressure or a temperature; "" for others, which have one
 * unit only. */
const char *dash_units_beside(DashUnits self, const char *ucum);
double dash_units_value(DashUnits self, const char *ucum, double value);
/* Of a difference or a width: without the offset between two zeros. */
double dash_units_span(DashUnits self, const char *ucum, double span);
/* A number that a person gave in the unit shown, in @ucum. */
double dash_units_back(DashUnits self, const char *ucum, double shown);

G_END_DECLS

/* Units. See units.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/scene/units.h"

#include "dashboard/scene/format.h"

#define FAHRENHEIT_PER_CELSIUS 1.8
#define FAHRENHEIT_OF_ZERO     32.0

static const char *const pressures[DASH_N_PRESSURES] = {"mmHg", "kPa"};
static const char *const temperatures[DASH_N_TEMPERATURES] = {"C", "F"};

const char *
dash_pressure_name(DashPressure pressure)
{
    return pressures[MIN((unsigned)pressure, DASH_N_PRESSURES - 1)];
}

const char *
dash_temperature_name(DashTemperature temperature)
{
    return temperatures[MIN((unsigned)temperature, DASH_N_TEMPERATURES - 1)];
}

bool
dash_pressure_find(const char *name, DashPressure *pressure)
{
    for (unsigned i = 0; i < DASH_N_PRESSURES; i++)
        if (g_strcmp0(name, pressures[i]) == 0) {
            *pressure = (DashPressure)i;
            return true;
        }
    return false;
}

bool
dash_temperature_find(const char *name, DashTemperature *temperature)
{
    for (unsigned i = 0; i < DASH_N_TEMPERATURES; i++)
        if (g_strcmp0(name, temperatures[i]) == 0) {
            *temperature = (DashTemperature)i;
            return true;
        }
    return false;
}

static bool
is_pressure(const char *ucum)
{
    return g_strcmp0(ucum, "mm[Hg]") == 0;
}

static bool
is_temperature(const char *ucum)
{
    return g_strcmp0(ucum, "Cel") == 0;
}

static bool
in_kpa(DashUnits self, const char *ucum)
{
    return self.pressure == DASH_PRESSURE_KPA && is_pressure(ucum);
}

static bool
in_fahrenheit(DashUnits self, const char *ucum)
{
    return self.temperature == DASH_TEMPERATURE_FAHRENHEIT && is_temperature(ucum);
}

bool
dash_units_chosen(const char *ucum)
{
    return is_pressure(ucum) || is_temperature(ucum);
}

bool
dash_units_differ(DashUnits self, const char *ucum)
{
    return in_kpa(self, ucum) || in_fahrenheit(self, ucum);
}

const char *
dash_units_name(DashUnits self, const char *ucum)
{
    return in_kpa(self, ucum) ? "kPa" : in_fahrenheit(self, ucum) ? "°F" : dash_format_unit(ucum);
}

const char *
dash_units_beside(DashUnits self, const char *ucum)
{
    return is_pressure(ucum)      ? in_kpa(self, ucum) ? " kPa" : " mmHg"
           : is_temperature(ucum) ? in_fahrenheit(self, ucum) ? " °F" : " °C"
                                  : "";
}

double
dash_units_value(DashUnits self, const char *ucum, double value)
{
    double offset = in_fahrenheit(self, ucum) ? FAHRENHEIT_OF_ZERO : 0;
    return dash_units_span(self, ucum, value) + offset;
}

double
dash_units_span(DashUnits self, const char *ucum, double span)
{
    return in_kpa(self, ucum)          ? span * DASH_KPA_PER_MMHG
           : in_fahrenheit(self, ucum) ? span * FAHRENHEIT_PER_CELSIUS
                                       : span;
}

double
dash_units_back(DashUnits self, const char *ucum, double shown)
{
    return in_kpa(self, ucum)          ? shown / DASH_KPA_PER_MMHG
           : in_fahrenheit(self, ucum) ? (shown - FAHRENHEIT_OF_ZERO) / FAHRENHEIT_PER_CELSIUS
                                       : shown;
}

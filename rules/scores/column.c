/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/scores/column.h"

#include <math.h>
#include <string.h>

#include "common/error.h"
#include "proto/signals.h"

/* Nothing, or a finite decimal number. strtod knows more: blanks, hexadecimal, "nan". */
static bool
parse(const char *text, double *value, bool *known)
{
    char *end = NULL;
    *known = *text != '\0';
    *value = g_ascii_strtod(text, &end);
    return !*known
           || (text[strspn(text, "0123456789+-.eE")] == '\0' && *end == '\0' && end != text
               && isfinite(*value));
}

bool
rules_score_number(const char *text, const char *column, double *value, bool *known, GError **error)
{
    if (parse(text, value, known))
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                "%s is \"%.40s\", expected a number or nothing", column, text);
    return false;
}

static bool
read_bounded(const RulesColumn *column, RulesCell *cell, GError **error)
{
    double low = column->low;
    double high = column->high;
    const char *unit = "";
    if (column->signal != NULL) {
        const VicuSignal *signal = vicu_signal_by_name(column->signal);
        low = signal->min;
        high = signal->max;
        unit = strcmp(signal->unit, "1") != 0 ? signal->unit : "";
    }
    bool whole = column->kind == RULES_COLUMN_WHOLE;
    if (parse(cell->text, &cell->value, &cell->known)
        && (!cell->known
            || (cell->value >= low && cell->value <= high
                && (!whole || cell->value == floor(cell->value)))))
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                "%s is \"%.40s\", expected %s%.10g to %.10g%s%s or nothing", column->name,
                cell->text, whole ? "a whole number from " : "", low, high,
                *unit != '\0' ? " " : "", unit);
    return false;
}

/* A fraction from 0.21 or percent from 21; what lies between is never guessed. */
static bool
read_fio2(const RulesColumn *column, RulesCell *cell, GError **error)
{
    bool number = parse(cell->text, &cell->value, &cell->known);
    if (number && (!cell->known || (cell->value >= 0.21 && cell->value <= 1)))
        return true;
    if (number && cell->value >= 21 && cell->value <= 100) {
        cell->value /= 100;
        return true;
    }
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                "%s is \"%.40s\", expected a fraction from 0.21 to 1, percent from 21 to 100 or "
                "nothing",
                column->name, cell->text);
    return false;
}

static bool
read_word(const RulesColumn *column, RulesCell *cell, GError **error)
{
    cell->known = *cell->text != '\0';
    for (int i = 0; cell->known && column->words[i] != NULL; i++)
        if (strcmp(column->words[i], cell->text) == 0) {
            cell->value = i;
            return true;
        }
    if (!cell->known)
        return true;
    g_autoptr(GString) words = g_string_new(NULL);
    for (int i = 0; column->words[i] != NULL; i++)
        g_string_append_printf(words, "%s%s", i > 0 ? ", " : "", column->words[i]);
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                "%s is \"%.40s\", expected one of %s or nothing", column->name, cell->text,
                words->str);
    return false;
}

bool
rules_cell_read(const RulesColumn *column, const char *text, RulesCell *cell, GError **error)
{
    *cell = (RulesCell){.text = text};
    switch (column->kind) {
    case RULES_COLUMN_NUMBER:
    case RULES_COLUMN_WHOLE:
        return read_bounded(column, cell, error);
    case RULES_COLUMN_FIO2:
        return read_fio2(column, cell, error);
    case RULES_COLUMN_WORD:
        return read_word(column, cell, error);
    case RULES_COLUMN_TEXT:
        break;
    }
    cell->known = *text != '\0';
    return true;
}

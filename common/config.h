/* Settings: one table per process is parser, validator, --help and manual page.
 *
 * Files are key files ([group], key=value). An unknown group or key, or a value
 * out of range, is refused with file:line and the nearest name. Values go
 * straight into the variables that the table points at (static, in main.c).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    VICU_PARAM_INT,      /* int64_t */
    VICU_PARAM_DOUBLE,   /* double */
    VICU_PARAM_BOOL,     /* gboolean */
    VICU_PARAM_TEXT,     /* char *; owned by the table */
    VICU_PARAM_DURATION, /* int64_t microseconds; "10s" */
    VICU_PARAM_MAP,      /* GHashTable * text -> text: every key of the group; key is "*" */
} VicuParamType;

typedef struct {
    const char *group;
    const char *key;
    VicuParamType type;
    const char *unit; /* "" when there is none */
    double min;       /* numbers, and durations in seconds; both included */
    double max;
    const char *standard; /* the value without a file, as text */
    void *value;
    const char *help; /* one sentence */
} VicuParam;

/* Sets every variable to its standard value. */
void vicu_config_reset(const VicuParam *params, size_t n);

/* A missing file is not an error when @must_exist is FALSE. On error the
 * variables keep what they had before the call. */
gboolean vicu_config_load(
    const char *path, gboolean must_exist, const VicuParam *params, size_t n, GError **error);

/* The present value as text; caller frees. */
char *vicu_config_format(const VicuParam *param);

/* "  [group] key = standard (unit, min..max)  help" per line; caller frees. */
char *vicu_config_help(const VicuParam *params, size_t n);

/* The SETTINGS section of a manual page, in scdoc; caller frees. */
char *vicu_config_manual(const VicuParam *params, size_t n);

void vicu_config_clear(const VicuParam *params, size_t n);

G_END_DECLS

/* The error domain of common/, and how a GError reads in this house: the thing,
 * the value found, the bound or what was expected, what to do.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define VICU_ERROR (vicu_error_quark())
GQuark vicu_error_quark(void);

typedef enum {
    VICU_ERROR_CONFIG,  /* a settings file says what cannot be */
    VICU_ERROR_WIRE,    /* a message that does not fit the contract */
    VICU_ERROR_VERSION, /* a peer or a file of a newer major version */
    VICU_ERROR_AUTH,    /* a key is missing, unknown or of the wrong role */
    VICU_ERROR_IO,      /* disk or network */
    VICU_ERROR_FORMAT,  /* text or a file that cannot be parsed */
    VICU_ERROR_ABSENT,  /* no running installation, no such bed, no such file */
    VICU_ERROR_REFUSED, /* the owner said no */
    VICU_ERROR_TIMEOUT, /* no answer in time */
} VicuErrorCode;

/* Levenshtein's nearest of @names (NULL-terminated) to @name; NULL when none is
 * within a third of its length. Borrowed. For "did you mean". */
const char *vicu_nearest_name(const char *name, const char *const *names);

G_END_DECLS

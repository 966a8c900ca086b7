/* Forms: what a browser sends of one (application/x-www-form-urlencoded), and the query of an
 * address, which has the same form.
 *
 * Strict: a name is [a-z][a-z0-9_-]{0,31} and stands once, a value is at most PORTAL_FORM_VALUE
 * bytes of UTF-8 without control characters. What is not so is refused whole. Values are wiped when
 * the form is freed. Pure; one owner.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define PORTAL_FORM_BYTES  8192 /* of a body */
#define PORTAL_FORM_FIELDS 64
#define PORTAL_FORM_NAME   32
#define PORTAL_FORM_VALUE  2048
#define PORTAL_FORM_TYPE   "application/x-www-form-urlencoded"

typedef struct PortalForm PortalForm;

/* Any bytes; an error names the field and the bound, never a value. */
PortalForm *portal_form_parse(const char *data, size_t size, GError **error);
void portal_form_free(PortalForm *self);

size_t portal_form_n(const PortalForm *self);
/* "": it is not there, or empty. Borrowed. */
const char *portal_form_get(const PortalForm *self, const char *name);
/* A number in figures within the bounds; false: none, or another. */
bool portal_form_number(
    const PortalForm *self, const char *name, int64_t min, int64_t max, int64_t *out);
/* 64 hexadecimal digits; NULL: not that. Caller frees. */
GBytes *portal_form_secret(const PortalForm *self, const char *name);

/* @text as a value of an address. Caller frees. */
char *portal_form_escape(const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PortalForm, portal_form_free)

G_END_DECLS

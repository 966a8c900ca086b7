/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/admin/forms.h"

#include <string.h>

#include "common/error.h"
#include "common/seal.h"
#include "portal/admin/session.h"

typedef struct {
    char name[PORTAL_FORM_NAME + 1];
    char *value;
} Field;

struct PortalForm {
    size_t n;
    Field field[PORTAL_FORM_FIELDS];
};

void
portal_form_free(PortalForm *self)
{
    if (self == NULL)
        return;
    for (size_t i = 0; i < self->n; i++) {
        vicu_seal_wipe(self->field[i].value, strlen(self->field[i].value));
        g_free(self->field[i].value);
    }
    g_free(self);
}

static void
refuse(GError **error, size_t i, const char *what)
{
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "field %zu of the form: %s", i + 1, what);
}

static bool
read_name(const char *data, size_t size, char out[PORTAL_FORM_NAME + 1])
{
    if (size == 0 || size > PORTAL_FORM_NAME || !g_ascii_islower(data[0]))
        return false;
    for (size_t i = 0; i < size; i++)
        if (!g_ascii_islower(data[i]) && !g_ascii_isdigit(data[i]) && data[i] != '-'
            && data[i] != '_')
            return false;
    memcpy(out, data, size);
    out[size] = '\0';
    return true;
}

/* NULL: a "%" without two digits. Caller frees; *@n: its bytes. */
static char *
decode(const char *data, size_t size, size_t *n)
{
    char *out = g_malloc(size + 1);

    *n = 0;
    for (size_t i = 0; i < size; i++) {
        char c = data[i];
        if (c == '%') {
            if (size - i < 3 || !g_ascii_isxdigit(data[i + 1]) || !g_ascii_isxdigit(data[i + 2])) {
                g_free(out);
                return NULL;
            }
            c = (char)(16 * g_ascii_xdigit_value(data[i + 1]) + g_ascii_xdigit_value(data[i + 2]));
            i += 2;
        } else if (c == '+') {
            c = ' ';
        }
        out[(*n)++] = c;
    }
    out[*n] = '\0';
    return out;
}

/* NULL: as it should be. */
static const char *
wrong_value(const char *value, size_t n)
{
    if (n > PORTAL_FORM_VALUE)
        return "its value is longer than 2048 bytes";
    if (!g_utf8_validate(value, (gssize)n, NULL)) /* a NUL neither */
        return "its value is no UTF-8";
    for (size_t i = 0; i < n; i++)
        if (g_ascii_iscntrl(value[i]))
            return "its value has a control character";
    return NULL;
}

static gboolean
take(PortalForm *self, const char *data, size_t size, GError **error)
{
    Field *field = &self->field[self->n];
    const char *equals = memchr(data, '=', size);
    size_t n = 0;

    if (equals == NULL || !read_name(data, (size_t)(equals - data), field->name)) {
        refuse(error, self->n, "expected NAME=VALUE, the name of a-z, 0-9, dash and underscore");
        return FALSE;
    }
    for (size_t i = 0; i < self->n; i++)
        if (strcmp(self->field[i].name, field->name) == 0) {
            refuse(error, self->n, "its name stands twice");
            return FALSE;
        }
    char *value = decode(equals + 1, size - (size_t)(equals + 1 - data), &n);
    if (value == NULL) {
        refuse(error, self->n, "a % without two hexadecimal digits");
        return FALSE;
    }
    const char *wrong = wrong_value(value, n);
    if (wrong != NULL) {
        vicu_seal_wipe(value, n);
        g_free(value);
        refuse(error, self->n, wrong);
        return FALSE;
    }
    field->value = value;
    self->n++;
    return TRUE;
}

PortalForm *
portal_form_parse(const char *data, size_t size, GError **error)
{
    g_autoptr(PortalForm) self = g_new0(PortalForm, 1);

    if (size > PORTAL_FORM_BYTES) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "a form of %zu bytes, at most %d", size,
                    PORTAL_FORM_BYTES);
        return NULL;
    }
    for (size_t at = 0; at < size;) {
        const char *end = memchr(data + at, '&', size - at);
        size_t n = end != NULL ? (size_t)(end - (data + at)) : size - at;
        if (self->n >= PORTAL_FORM_FIELDS) {
            refuse(error, self->n, "a form has at most 64 fields");
            return NULL;
        }
        if (!take(self, data + at, n, error))
            return NULL;
        at += n + 1;
    }
    return g_steal_pointer(&self);
}

size_t
portal_form_n(const PortalForm *self)
{
    return self->n;
}

const char *
portal_form_get(const PortalForm *self, const char *name)
{
    for (size_t i = 0; i < self->n; i++)
        if (strcmp(self->field[i].name, name) == 0)
            return self->field[i].value;
    return "";
}

bool
portal_form_number(const PortalForm *self, const char *name, int64_t min, int64_t max, int64_t *out)
{
    return g_ascii_string_to_signed(portal_form_get(self, name), 10, min, max, out, NULL);
}

GBytes *
portal_form_secret(const PortalForm *self, const char *name)
{
    return portal_secret_read(portal_form_get(self, name));
}

char *
portal_form_escape(const char *text)
{
    return g_uri_escape_string(text, NULL, FALSE);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/certificate.h"

#include <arpa/inet.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <string.h>

#include "common/error.h"

#define AUTHORITY_DAYS 3652
#define SKEW_S         3600 /* a phone's clock may be behind by so much */
#define DAY_S          86400
#define SERIAL_LEN     16
#define FILE_MAX       (256 * 1024)

typedef struct gnutls_x509_crt_int Crt;
typedef struct gnutls_x509_privkey_int Key;

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Crt, gnutls_x509_crt_deinit)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Key, gnutls_x509_privkey_deinit)

static gboolean
good(int code, const char *what, GError **error)
{
    if (code >= 0)
        return TRUE;
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "%s: %s", what, gnutls_strerror(code));
    return FALSE;
}

/* ---- names ---- */

static bool
is_address(const char *name, uint8_t out[16], unsigned *size)
{
    if (inet_pton(AF_INET, name, out) == 1)
        *size = 4;
    else if (inet_pton(AF_INET6, name, out) == 1)
        *size = 16;
    else
        return false;
    return true;
}

bool
portal_name_is_valid(const char *name)
{
    uint8_t address[16];
    unsigned size = 0;
    size_t label = 0;

    if (is_address(name, address, &size))
        return true;
    if (g_str_has_prefix(name, "*."))
        name += 2;
    if (*name == '\0' || strlen(name) > PORTAL_NAME_MAX)
        return false;
    for (const char *p = name; *p != '\0'; p++) {
        if (*p == '.' ? label == 0 || p[-1] == '-' : !g_ascii_isalnum(*p) && *p != '-')
            return false;
        if (*p == '-' && label == 0)
            return false;
        label = *p == '.' ? 0 : label + 1;
        if (label > 63)
            return false;
    }
    return label > 0 && name[strlen(name) - 1] != '-';
}

/* ---- making ---- */

static Key *
new_key(GError **error)
{
    Key *key = NULL;

    if (!good(gnutls_x509_privkey_init(&key), "a key", error))
        return NULL;
    unsigned bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1);
    if (good(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, bits, 0), "a key of P-256", error))
        return key;
    gnutls_x509_privkey_deinit(key);
    return NULL;
}

/* What both kinds have. @title: its common name. */
static Crt *
new_certificate(Key *key, const char *title, int64_t now_us, unsigned days, GError **error)
{
    g_autoptr(Crt) crt = NULL;
    uint8_t serial[SERIAL_LEN], id[64];
    size_t id_size = sizeof id;
    time_t now = (time_t)(now_us / G_USEC_PER_SEC);

    gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof serial);
    serial[0] = (serial[0] & 0x7f) | 0x40; /* positive, and of full length (RFC 5280 4.1.2.2) */
    if (!good(gnutls_x509_crt_init(&crt), "a certificate", error)
        || !good(gnutls_x509_crt_set_version(crt, 3), "version", error)
        || !good(gnutls_x509_crt_set_serial(crt, serial, sizeof serial), "serial", error)
        || !good(gnutls_x509_crt_set_activation_time(crt, now - SKEW_S), "begin", error)
        || !good(gnutls_x509_crt_set_expiration_time(crt, now + (time_t)days * DAY_S), "end", error)
        || !good(gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, title,
                                               (unsigned)strlen(title)),
                 title, error)
        || !good(gnutls_x509_crt_set_key(crt, key), "key", error)
        || !good(gnutls_x509_crt_get_key_id(crt, 0, id, &id_size), "key id", error)
        || !good(gnutls_x509_crt_set_subject_key_id(crt, id, id_size), "key id", error))
        return NULL;
    return g_steal_pointer(&crt);
}

static gboolean
write_file(const char *dir, const char *name, const GString *text, int mode, GError **error)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);

    return g_file_set_contents_full(path, text->str, (gssize)text->len,
                                    G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                    mode, error);
}

static gboolean
append_certificate(GString *out, Crt *crt, GError **error)
{
    gnutls_datum_t pem = {0};

    if (!good(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem), "a certificate", error))
        return FALSE;
    g_string_append_len(out, (const char *)pem.data, pem.size);
    gnutls_free(pem.data);
    return TRUE;
}

static gboolean
append_key(GString *out, Key *key, GError **error)
{
    gnutls_datum_t pem = {0};

    if (!good(gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN,
                                                &pem),
              "a key", error))
        return FALSE;
    g_string_append_len(out, (const char *)pem.data, pem.size);
    gnutls_memset(pem.data, 0, pem.size);
    gnutls_free(pem.data);
    return TRUE;
}

static void
wipe(GString *text)
{
    gnutls_memset(text->str, 0, text->allocated_len);
    g_string_free(text, TRUE);
}

gboolean
portal_authority_make(const char *dir, int64_t now_us, GError **error)
{
    g_autofree char *path = g_build_filename(dir, PORTAL_AUTHORITY, NULL);
    const unsigned usage = GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN;

    if (g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED,
                    "%s: there is an authority already, which phones may trust; move it away to "
                    "make another one",
                    path);
        return FALSE;
    }
    g_autoptr(Key) key = new_key(error);
    g_autoptr(Crt) crt =
        key != NULL ? new_certificate(key, "vICU site authority", now_us, AUTHORITY_DAYS, error)
                    : NULL;
    if (crt == NULL || !good(gnutls_x509_crt_set_basic_constraints(crt, 1, 0), "authority", error)
        || !good(gnutls_x509_crt_set_key_usage(crt, usage), "usage", error)
        || !good(gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0), "signature", error))
        return FALSE;
    GString *secret = g_string_new(NULL);
    g_autoptr(GString) open = g_string_new(NULL);
    gboolean ok = append_key(secret, key, error) && append_certificate(open, crt, error)
                  && write_file(dir, PORTAL_AUTHORITY_KEY, secret, 0600, error)
                  && write_file(dir, PORTAL_AUTHORITY, open, 0644, error);
    wipe(secret);
    return ok;
}

/* ---- reading ---- */

static gboolean
read_pem(const char *path, gnutls_datum_t *out, GError **error)
{
    char *text = NULL;
    gsize size = 0;

    if (!g_file_get_contents(path, &text, &size, error))
        return FALSE;
    if (size > FILE_MAX) {
        g_free(text);
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s: %zu bytes are more than %d of a certificate's file", path, (size_t)size,
                    FILE_MAX);
        return FALSE;
    }
    out->data = (unsigned char *)text;
    out->size = (unsigned)size;
    return TRUE;
}

static Crt *
read_certificate(const char *path, GError **error)
{
    gnutls_datum_t pem = {0};
    g_autoptr(Crt) crt = NULL;

    if (!read_pem(path, &pem, error))
        return NULL;
    gboolean ok = good(gnutls_x509_crt_init(&crt), "a certificate", error)
                  && good(gnutls_x509_crt_import(crt, &pem, GNUTLS_X509_FMT_PEM), path, error);
    g_free(pem.data);
    return ok ? g_steal_pointer(&crt) : NULL;
}

static Key *
read_key(const char *path, GError **error)
{
    gnutls_datum_t pem = {0};
    g_autoptr(Key) key = NULL;

    if (!read_pem(path, &pem, error))
        return NULL;
    gboolean ok =
        good(gnutls_x509_privkey_init(&key), "a key", error)
        && good(gnutls_x509_privkey_import2(key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0), path, error);
    gnutls_memset(pem.data, 0, pem.size);
    g_free(pem.data);
    return ok ? g_steal_pointer(&key) : NULL;
}

/* ---- signing ---- */

static gboolean
add_names(Crt *crt, const char *const *names, GError **error)
{
    unsigned n = g_strv_length((char **)names);

    if (n < 1 || n > PORTAL_NAMES_MAX) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%u names for a certificate: at least 1 and at most %d", n, PORTAL_NAMES_MAX);
        return FALSE;
    }
    for (unsigned i = 0; i < n; i++) {
        uint8_t address[16];
        unsigned size = 0;
        if (!portal_name_is_valid(names[i])) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "\"%s\" is neither a host name nor an IP address", names[i]);
            return FALSE;
        }
        bool is_ip = is_address(names[i], address, &size);
        if (!good(gnutls_x509_crt_set_subject_alt_name(
                      crt, is_ip ? GNUTLS_SAN_IPADDRESS : GNUTLS_SAN_DNSNAME,
                      is_ip ? (const void *)address : names[i],
                      is_ip ? size : (unsigned)strlen(names[i]), GNUTLS_FSAN_APPEND),
                  names[i], error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
sign(Crt *crt, Crt *authority, Key *signer, GError **error)
{
    uint8_t id[64];
    size_t size = sizeof id;

    return good(gnutls_x509_crt_set_basic_constraints(crt, 0, -1), "no authority", error)
           && good(gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_DIGITAL_SIGNATURE), "usage", error)
           && good(gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_SERVER, 0), "purpose",
                   error)
           && good(gnutls_x509_crt_get_subject_key_id(authority, id, &size, NULL),
                   "the authority's key id", error)
           && good(gnutls_x509_crt_set_authority_key_id(crt, id, size), "the authority's key id",
                   error)
           && good(gnutls_x509_crt_sign2(crt, authority, signer, GNUTLS_DIG_SHA256, 0), "signature",
                   error);
}

gboolean
portal_certificate_make(
    const char *dir, const char *const *names, unsigned days, int64_t now_us, GError **error)
{
    g_autofree char *path = g_build_filename(dir, PORTAL_AUTHORITY, NULL);
    g_autofree char *key_path = g_build_filename(dir, PORTAL_AUTHORITY_KEY, NULL);
    g_autoptr(Crt) authority = read_certificate(path, error);
    g_autoptr(Key) signer = authority != NULL ? read_key(key_path, error) : NULL;
    g_autoptr(Key) key = signer != NULL ? new_key(error) : NULL;
    g_autoptr(Crt) crt =
        key != NULL ? new_certificate(key, "vICU portal", now_us, days, error) : NULL;

    if (crt == NULL || !add_names(crt, names, error) || !sign(crt, authority, signer, error))
        return FALSE;
    GString *text = g_string_new(NULL);
    gboolean ok = append_key(text, key, error) && append_certificate(text, crt, error)
                  && append_certificate(text, authority, error)
                  && write_file(dir, PORTAL_SERVER, text, 0600, error);
    wipe(text);
    return ok;
}

/* ---- looking ---- */

static void
look_at_names(Crt *crt, PortalCertificate *out)
{
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();

    for (unsigned i = 0; i < PORTAL_NAMES_MAX; i++) {
        char name[PORTAL_NAME_MAX + 1], text[INET6_ADDRSTRLEN];
        size_t size = sizeof name;
        int type = gnutls_x509_crt_get_subject_alt_name(crt, i, name, &size, NULL);
        if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
            break;
        if (type == GNUTLS_SAN_DNSNAME && size < sizeof name) {
            name[size] = '\0';
            g_strv_builder_add(names, name);
        } else if (type == GNUTLS_SAN_IPADDRESS
                   && inet_ntop(size == 4 ? AF_INET : AF_INET6, name, text, sizeof text) != NULL) {
            g_strv_builder_add(names, text);
        }
    }
    out->names = g_strv_builder_end(names);
}

gboolean
portal_certificate_look(const char *path, PortalCertificate *out, GError **error)
{
    g_autoptr(Crt) crt = read_certificate(path, error);
    uint8_t hash[32];
    size_t size = sizeof hash;

    *out = (PortalCertificate){0};
    if (crt == NULL
        || !good(gnutls_x509_crt_get_fingerprint(crt, GNUTLS_DIG_SHA256, hash, &size), path, error))
        return FALSE;
    for (size_t i = 0; i < size; i++)
        g_snprintf(&out->fingerprint[3 * i], 4, i + 1 < size ? "%02X:" : "%02X", hash[i]);
    out->from_us = (int64_t)gnutls_x509_crt_get_activation_time(crt) * G_USEC_PER_SEC;
    out->to_us = (int64_t)gnutls_x509_crt_get_expiration_time(crt) * G_USEC_PER_SEC;
    look_at_names(crt, out);
    return TRUE;
}

void
portal_certificate_clear(PortalCertificate *self)
{
    g_clear_pointer(&self->names, g_strfreev);
}

GBytes *
portal_certificate_der(const char *path, GError **error)
{
    g_autoptr(Crt) crt = read_certificate(path, error);
    gnutls_datum_t der = {0};

    if (crt == NULL || !good(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_DER, &der), path, error))
        return NULL;
    GBytes *bytes = g_bytes_new(der.data, der.size);
    gnutls_free(der.data);
    return bytes;
}

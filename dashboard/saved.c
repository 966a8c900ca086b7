/* Saved state. See saved.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/saved.h"

#include <string.h>

#include "common/error.h"
#include "common/wire.h"

#define MAGIC      "vICUs1\n"
#define MAGIC_SIZE 7
#define HEAD_SIZE  13
#define LATEST_US  (INT64_C(4102444800) * G_USEC_PER_SEC)
#define FILE_MAX   (512u << 20)

static void
put_u32(GByteArray *out, uint32_t value)
{
    uint8_t bytes[4];
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    g_byte_array_append(out, bytes, sizeof bytes);
}

static void
put_u64(GByteArray *out, uint64_t value)
{
    put_u32(out, (uint32_t)value);
    put_u32(out, (uint32_t)(value >> 32));
}

static uint64_t
get_bits(const uint8_t *bytes, int n)
{
    uint64_t value = 0;
    for (int i = n; i-- > 0;)
        value = value << 8 | bytes[i];
    return value;
}

static void
put_head(GByteArray *out, char type, int64_t t_us, size_t size)
{
    uint8_t byte = (uint8_t)type;
    g_byte_array_append(out, &byte, 1);
    put_u64(out, (uint64_t)t_us);
    put_u32(out, (uint32_t)size);
}

void
dash_saved_begin(GByteArray *out)
{
    g_byte_array_append(out, (const uint8_t *)MAGIC, MAGIC_SIZE);
}

void
dash_saved_put_batch(GByteArray *out,
                     int64_t t_us,
                     const uint8_t *sender,
                     uint64_t epoch,
                     const void *packed,
                     size_t size)
{
    put_head(out, 'B', t_us, size + VICU_FINGERPRINT_SIZE + 8);
    g_byte_array_append(out, sender, VICU_FINGERPRINT_SIZE);
    put_u64(out, epoch);
    g_byte_array_append(out, packed, (guint)size);
}

void
dash_saved_put_items(GByteArray *out, int64_t t_us, const void *packed, size_t size)
{
    put_head(out, 'S', t_us, size);
    g_byte_array_append(out, packed, (guint)size);
}

void
dash_saved_put_alarms(GByteArray *out, int64_t from_us, const void *packed, size_t size)
{
    put_head(out, 'A', from_us, size);
    g_byte_array_append(out, packed, (guint)size);
}

void
dash_saved_put_local(GByteArray *out, int64_t t_us, const void *packed, size_t size)
{
    put_head(out, 'L', t_us, size);
    g_byte_array_append(out, packed, (guint)size);
}

void
dash_saved_put_known(GByteArray *out, int64_t t_us, const void *packed, size_t size)
{
    put_head(out, 'K', t_us, size);
    g_byte_array_append(out, packed, (guint)size);
}

void
dash_saved_end(GByteArray *out, int64_t now_us)
{
    put_head(out, 'N', now_us, 0);
}

typedef struct {
    DashModel *model;
    bool has_snapshot;
} Loading;

static gboolean
apply_batch(Loading *load, const uint8_t *bytes, size_t size, int64_t t_us, GError **error)
{
    size_t head = VICU_FINGERPRINT_SIZE + 8;
    if (size < head) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "a batch of %zu bytes is too short",
                    size);
        return FALSE;
    }
    g_autoptr(Vicu__Batch) batch = vicu_wire_unpack_batch(bytes + head, size - head, error);
    if (!batch)
        return FALSE;
    uint64_t epoch = get_bits(bytes + VICU_FINGERPRINT_SIZE, 8);
    dash_model_take_batch(load->model, batch, bytes, epoch, t_us);
    return TRUE;
}

static gboolean
apply_items(Loading *load, const uint8_t *bytes, size_t size, int64_t t_us, GError **error)
{
    g_autoptr(Vicu__StateItems) items = vicu_wire_unpack_state_items(bytes, size, error);
    if (!items)
        return FALSE;
    bool of_rules = items->n_item == 0;
    for (size_t i = 0; i < items->n_item; i++)
        of_rules |= !dash_model_is_of_help(items->item[i]);
    if (of_rules && !load->has_snapshot) {
        dash_model_begin_snapshot(load->model);
        load->has_snapshot = true;
    }
    for (size_t i = 0; i < items->n_item; i++)
        dash_model_take_state(load->model, items->item[i], t_us);
    return TRUE;
}

static gboolean
apply_alarms(Loading *load, const uint8_t *bytes, size_t size, int64_t from_us, GError **error)
{
    g_autoptr(Vicu__Batch) batch = vicu_wire_unpack_batch(bytes, size, error);
    if (!batch)
        return FALSE;
    dash_model_take_alarms(load->model, batch->event, batch->n_event, from_us);
    return TRUE;
}

static gboolean
apply_known(Loading *load, const uint8_t *bytes, size_t size, int64_t t_us, GError **error)
{
    g_autoptr(Vicu__Batch) batch = vicu_wire_unpack_batch(bytes, size, error);
    if (!batch)
        return FALSE;
    dash_model_take_known(load->model, batch, t_us);
    return TRUE;
}

static gboolean
apply_local(Loading *load, const uint8_t *bytes, size_t size, int64_t t_us, GError **error)
{
    Vicu__LocalAlarm *local = vicu_wire_unpack(&vicu__local_alarm__descriptor, bytes, size, error);
    if (!local)
        return FALSE;
    dash_model_set_local(load->model, local->cause, local->priority, local->text, local->standing,
                         t_us);
    vicu_wire_free(local);
    return TRUE;
}

static gboolean
apply_record(
    Loading *load, char type, const uint8_t *bytes, size_t size, int64_t t_us, GError **error)
{
    switch (type) {
    case 'B':
        return apply_batch(load, bytes, size, t_us, error);
    case 'S':
        return apply_items(load, bytes, size, t_us, error);
    case 'A':
        return apply_alarms(load, bytes, size, t_us, error);
    case 'L':
        return apply_local(load, bytes, size, t_us, error);
    case 'K':
        return apply_known(load, bytes, size, t_us, error);
    default:
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "record of type %d, expected B, S, A, L, K or N", type);
        return FALSE;
    }
}

gboolean
dash_saved_apply(
    const uint8_t *data, size_t size, DashModel *model, int64_t *now_us, GError **error)
{
    Loading load = {.model = model};
    if (size < MAGIC_SIZE || memcmp(data, MAGIC, MAGIC_SIZE) != 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "not a saved state: no vICUs1 at byte 0");
        return FALSE;
    }
    size_t at = MAGIC_SIZE;
    while (size - at >= HEAD_SIZE) {
        char type = (char)data[at];
        int64_t t_us = (int64_t)get_bits(data + at + 1, 8);
        if (t_us <= 0 || t_us > LATEST_US) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "byte %zu: a time outside 1970..2100",
                        at);
            return FALSE;
        }
        size_t n = get_bits(data + at + 9, 4);
        if (type == 'N') {
            *now_us = t_us;
            return TRUE;
        }
        if (n > size - at - HEAD_SIZE) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                        "byte %zu: a record of %zu bytes, but only %zu follow", at, n,
                        size - at - HEAD_SIZE);
            return FALSE;
        }
        if (!apply_record(&load, type, data + at + HEAD_SIZE, n, t_us, error)) {
            g_prefix_error(error, "byte %zu: ", at);
            return FALSE;
        }
        at += HEAD_SIZE + n;
    }
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                "byte %zu: the file ends without the time of its picture (record N)", at);
    return FALSE;
}

gboolean
dash_saved_load(const char *path, DashModel *model, int64_t *now_us, GError **error)
{
    g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, error);
    if (!file)
        return FALSE;
    size_t size = g_mapped_file_get_length(file);
    if (size > FILE_MAX) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "%s: %zu bytes, at most %u can be read",
                    path, size, FILE_MAX);
        return FALSE;
    }
    const uint8_t *data = (const uint8_t *)g_mapped_file_get_contents(file);
    if (dash_saved_apply(data, size, model, now_us, error))
        return TRUE;
    g_prefix_error(error, "%s: ", path);
    return FALSE;
}

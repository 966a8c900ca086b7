/* Envelopes and bodies: what survives, what is refused.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/json.h"
#include "common/wire.h"

static void
an_envelope_survives_the_wire(void)
{
    VicuEnvelope in = {.kind = VICU__KIND__KIND_FEED,
                       .epoch = G_MAXUINT64,
                       .sequence = 1,
                       .t_us = -5,
                       .number = 99,
                       .fence = G_MAXUINT64},
                 out;
    uint8_t bytes[VICU_ENVELOPE_MAX];
    g_autoptr(GError) error = NULL;

    memset(in.sender.bytes, 0xab, sizeof in.sender.bytes);
    size_t size = vicu_envelope_pack(&in, bytes);
    g_assert_true(vicu_envelope_unpack(bytes, size, &out, &error));
    g_assert_no_error(error);
    g_assert_cmpint(out.kind, ==, in.kind);
    g_assert_cmpuint(out.epoch, ==, in.epoch);
    g_assert_cmpuint(out.sequence, ==, in.sequence);
    g_assert_cmpint(out.t_us, ==, in.t_us);
    g_assert_cmpuint(out.number, ==, in.number);
    g_assert_cmpuint(out.fence, ==, in.fence);
    g_assert_cmpmem(&in.sender, 16, &out.sender, 16);
}

static void
a_message_in_one_part_is_envelope_and_body_or_is_refused(void)
{
    VicuEnvelope in = {.kind = VICU__KIND__KIND_FEED, .sequence = 300}, out;
    uint8_t bytes[VICU_WHOLE_HEAD_MAX + 5];
    size_t head = vicu_whole_pack_head(&in, bytes);
    VicuPart body;
    g_autoptr(GError) error = NULL;

    g_assert_cmpuint(head % 8, ==, 0);
    g_assert_cmpuint(head, <=, VICU_WHOLE_HEAD_MAX);
    memcpy(bytes + head, "wave", 5);
    g_assert_true(vicu_whole_unpack(bytes, head + 5, &out, &body, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(out.sequence, ==, 300);
    g_assert_cmpmem(body.data, (int)body.size, "wave", 5);
    g_assert_true(vicu_whole_unpack(bytes, head, &out, &body, NULL));
    g_assert_cmpuint(body.size, ==, 0);

    for (size_t size = 0; size < head; size++)
        g_assert_false(vicu_whole_unpack(bytes, size, &out, &body, NULL));
    bytes[1] = 0xff; /* an envelope longer than the message */
    g_assert_false(vicu_whole_unpack(bytes, head + 5, &out, &body, &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_WIRE);
    memset(bytes, 0, sizeof bytes);
    g_assert_false(vicu_whole_unpack(bytes, sizeof bytes, &out, &body, NULL));
}

static void
a_copy_is_deep_and_its_texts_can_be_set(void)
{
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
    char who[] = "nurse";

    record.who = who;
    Vicu__AuditRecord *copy = vicu_wire_copy(&record.base);
    who[0] = 'x';
    g_assert_cmpstr(copy->who, ==, "nurse");
    vicu_wire_set_text(&copy->who, "doctor");
    vicu_wire_set_text(&copy->why, "asked"); /* was never set */
    vicu_wire_set_text(&copy->why, copy->who);
    g_assert_cmpstr(copy->who, ==, "doctor");
    g_assert_cmpstr(copy->why, ==, "doctor");
    vicu_wire_free(copy);
}

static void
a_newer_major_version_is_refused_with_both_versions(void)
{
    Vicu__Envelope message = VICU__ENVELOPE__INIT;
    uint8_t id[16] = {0};
    g_autoptr(GError) error = NULL;
    VicuEnvelope out;

    message.version = 2000;
    message.sender.data = id;
    message.sender.len = sizeof id;
    g_autoptr(GBytes) packed = vicu_wire_pack(&message.base);
    g_assert_false(vicu_envelope_unpack(g_bytes_get_data(packed, NULL), g_bytes_get_size(packed),
                                        &out, &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_VERSION);
    g_assert_nonnull(strstr(error->message, "2.0"));
    g_assert_nonnull(strstr(error->message, "1.x"));
}

static void
a_newer_minor_version_is_read(void)
{
    Vicu__Envelope message = VICU__ENVELOPE__INIT;
    uint8_t id[16] = {0};
    VicuEnvelope out;

    message.version = 1009;
    message.sender.data = id;
    message.sender.len = sizeof id;
    g_autoptr(GBytes) packed = vicu_wire_pack(&message.base);
    g_assert_true(
        vicu_envelope_unpack(g_bytes_get_data(packed, NULL), g_bytes_get_size(packed), &out, NULL));
}

static void
unknown_fields_survive(void)
{
    /* field 1000, length 3, "new", behind a heartbeat with counter 5 */
    static const uint8_t bytes[] = {0x09, 5, 0, 0, 0, 0, 0, 0, 0, 0xc2, 0x3e, 3, 'n', 'e', 'w'};
    g_autoptr(Vicu__Heartbeat) message = vicu_wire_unpack_heartbeat(bytes, sizeof bytes, NULL);

    g_assert_nonnull(message);
    g_assert_cmpuint(message->counter, ==, 5);
    g_autoptr(GBytes) again = vicu_wire_pack(&message->base);
    g_assert_cmpmem(bytes, sizeof bytes, g_bytes_get_data(again, NULL),
                    (int)g_bytes_get_size(again));
}

/* In forms that are longer than need be: the shortest one no reader takes anyway. */
static void
a_field_of_number_0_is_refused_at_any_depth(void)
{
    static const struct {
        uint8_t bytes[16];
        size_t size;
    } forms[] = {
        {{0x80, 0x00, 0x00}, 3},
        {{0x80, 0x80, 0x80, 0x00, 0x05}, 5},
        {{0x82, 0x00, 0x01, 'A'}, 4},
        {{0x85, 0x80, 0x00, 1, 2, 3, 4}, 7},
        {{0x81, 0x00, 1, 2, 3, 4, 5, 6, 7, 8}, 10},
        {{0x0a, 0x01, 'k', 0x82, 0x00, 0x01, 'A'}, 7}, /* behind a good field */
    };
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__Bed bed = VICU__BED__INIT;
    ProtobufCMessageUnknownField field = {0, PROTOBUF_C_WIRE_TYPE_VARINT, 2, (uint8_t[]){0x80, 0}};

    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(vicu_wire_unpack_audit_record(forms[i].bytes, forms[i].size, &error));
        g_assert_error(error, VICU_ERROR, VICU_ERROR_WIRE);
    }
    /* In a message within another: its tag, of one byte, becomes one of two. */
    item.key = (char *)"k";
    item.body_case = VICU__STATE_ITEM__BODY_BED;
    item.bed = &bed;
    bed.base.n_unknown_fields = 1;
    bed.base.unknown_fields = &field;
    field.tag = 1000; /* of two bytes, so that its place is known */
    g_autoptr(GBytes) packed = vicu_wire_pack(&item.base);
    gsize size = 0;
    const void *data = g_bytes_get_data(packed, &size);
    g_autofree uint8_t *bytes = g_memdup2(data, size);
    g_autoptr(Vicu__StateItem) good = vicu_wire_unpack_state_item(bytes, size, NULL);
    g_assert_nonnull(good);
    uint8_t *tag = memmem(bytes, size, "\xc0\x3e", 2);
    g_assert_nonnull(tag);
    memcpy(tag, "\x80\x00", 2);
    g_assert_null(vicu_wire_unpack_state_item(bytes, size, NULL));
    Vicu__StateItem *copy = vicu_wire_copy(&good->base);
    g_assert_cmpstr(copy->key, ==, "k");
    vicu_wire_free(copy);
}

static void
garbage_is_refused(void)
{
    VicuEnvelope out;
    uint8_t bytes[1024];
    g_autoptr(GError) error = NULL;

    memset(bytes, 0xff, sizeof bytes);
    for (size_t size = 0; size < sizeof bytes; size++)
        g_assert_false(vicu_envelope_unpack(bytes, size, &out, NULL));
    g_assert_null(vicu_wire_unpack_batch(bytes, sizeof bytes, &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_WIRE);
}

static void
numbers_print_with_the_fewest_digits_that_read_back(void)
{
    char text[32];

    vicu_number_format(37.2, text);
    g_assert_cmpstr(text, ==, "37.2");
    vicu_number_format(0.1 + 0.2, text);
    g_assert_cmpstr(text, ==, "0.30000000000000004");
    g_autoptr(VicuJson) json = vicu_json_new();
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "a", "x\"\n\xff");
    vicu_json_begin_array(json, "b");
    vicu_json_integer(json, NULL, 1);
    vicu_json_null(json, NULL);
    vicu_json_end(json);
    vicu_json_end(json);
    g_assert_cmpstr(vicu_json_peek(json), ==,
                    "{\"a\": \"x\\\"\\n\xef\xbf\xbd\", \"b\": [1, null]}");
}

static void
times_are_read_and_written(void)
{
    int64_t t_us = 0;
    g_autoptr(GError) error = NULL;

    g_assert_true(vicu_time_parse("2026-11-20T14:40:04.25Z", 0, &t_us, NULL));
    g_autofree char *text = vicu_time_format(t_us);
    g_assert_cmpstr(text, ==, "2026-11-20T14:40:04.250Z");
    g_assert_true(vicu_time_parse("-10min", 1000000000, &t_us, NULL));
    g_assert_cmpint(t_us, ==, 1000000000 - 600000000);
    g_assert_false(vicu_time_parse("yesterday", 0, &t_us, &error));
    g_assert_error(error, VICU_ERROR, VICU_ERROR_FORMAT);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/common/wire/an_envelope_survives_the_wire", an_envelope_survives_the_wire);
    g_test_add_func("/common/wire/a_message_in_one_part_is_envelope_and_body_or_is_refused",
                    a_message_in_one_part_is_envelope_and_body_or_is_refused);
    g_test_add_func("/common/wire/a_copy_is_deep_and_its_texts_can_be_set",
                    a_copy_is_deep_and_its_texts_can_be_set);
    g_test_add_func("/common/wire/a_newer_major_version_is_refused_with_both_versions",
                    a_newer_major_version_is_refused_with_both_versions);
    g_test_add_func("/common/wire/a_newer_minor_version_is_read", a_newer_minor_version_is_read);
    g_test_add_func("/common/wire/unknown_fields_survive", unknown_fields_survive);
    g_test_add_func("/common/wire/a_field_of_number_0_is_refused_at_any_depth",
                    a_field_of_number_0_is_refused_at_any_depth);
    g_test_add_func("/common/wire/garbage_is_refused", garbage_is_refused);
    g_test_add_func("/common/wire/numbers_print_with_the_fewest_digits_that_read_back",
                    numbers_print_with_the_fewest_digits_that_read_back);
    g_test_add_func("/common/wire/times_are_read_and_written", times_are_read_and_written);
    return g_test_run();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/decode-hl7.h"

#include <string.h>

#include <gio/gio.h>
#include <gio/gunixinputstream.h>

#include "collector/sources/hl7-problem.h"
#include "collector/sources/hl7-reader.h"
#include "collector/sources/mllp.h"
#include "common/json.h"

#define MAX_FILE (256U << 20)

typedef struct {
    FILE *out;
    gboolean json;
    VicuJson *writer;
    guint number; /* of the present message */
    gboolean found_fault;
    gboolean headed; /* the table's head is printed */
    GArray *problems;
    guint printed; /* of problems */
} Decode;

/* ---- a fault ---- */

static void
print_problem(Decode *self, const CollectorHl7Problem *p)
{
    self->found_fault = TRUE;
    if (!self->json) {
        fprintf(self->out, "%u  error  %s %s: found %s; expected %s\n", p->message, p->segment,
                p->field, p->found, p->expected);
        return;
    }
    vicu_json_begin_object(self->writer, NULL);
    vicu_json_text(self->writer, "type", "error");
    vicu_json_integer(self->writer, "msg", p->message);
    vicu_json_text(self->writer, "segment", *p->segment == '\0' ? NULL : p->segment);
    vicu_json_text(self->writer, "field", *p->field == '\0' ? NULL : p->field);
    vicu_json_text(self->writer, "found", p->found);
    vicu_json_text(self->writer, "expected", p->expected);
    vicu_json_end(self->writer);
    vicu_json_print(self->writer, self->out);
}

static void
print_new_problems(Decode *self)
{
    for (; self->printed < self->problems->len; self->printed++)
        print_problem(self, &g_array_index(self->problems, CollectorHl7Problem, self->printed));
}

static void
framing_fault(Decode *self, uint64_t offset, const char *what, const char *expected)
{
    g_autofree char *found = g_strdup_printf("%s at offset %" G_GUINT64_FORMAT, what, offset);

    collector_hl7_problem_add(self->problems, self->number, "", "",
                              COLLECTOR_HL7_ERR_SEGMENT_SEQUENCE, found, expected);
    print_new_problems(self);
}

/* ---- an observation ---- */

static const char *
quality_word(Vicu__Quality quality)
{
    return quality == VICU__QUALITY__QUALITY_GOOD           ? "good"
           : quality == VICU__QUALITY__QUALITY_QUESTIONABLE ? "questionable"
                                                            : "invalid";
}

static void
print_json(Decode *self, const CollectorHl7Obx *obx, const char *time)
{
    VicuJson *w = self->writer;
    char digits[64];

    vicu_json_begin_object(w, NULL);
    vicu_json_text(w, "type", "obs");
    vicu_json_integer(w, "msg", self->number);
    vicu_json_text(w, "bed", *obx->location == '\0' ? NULL : obx->location);
    vicu_json_text(w, "patient", *obx->patient == '\0' ? NULL : obx->patient);
    vicu_json_text(w, "code", obx->code);
    vicu_json_text(w, "system", obx->system);
    vicu_json_text(w, "label", obx->label);
    switch (obx->kind) {
    case COLLECTOR_HL7_VALUE_NONE:
        vicu_json_null(w, "value");
        break;
    case COLLECTOR_HL7_VALUE_NUMBER:
        collector_hl7_decimal_print(obx->number, digits, sizeof digits);
        vicu_json_raw(w, "value", digits);
        break;
    case COLLECTOR_HL7_VALUE_TEXT:
        vicu_json_text(w, "value", obx->text);
        break;
    }
    vicu_json_text(w, "unit", obx->ucum != NULL ? obx->ucum : obx->unit);
    vicu_json_text(w, "time", *time == '\0' ? NULL : time);
    vicu_json_text(w, "quality", quality_word(obx->quality));
    vicu_json_text(w, "segment", obx->where);
    vicu_json_end(w);
    vicu_json_print(w, self->out);
}

/* What a terminal would obey is not printed on one. */
static char *
for_terminal(const char *text)
{
    char *out = g_strdup(text);

    for (char *c = out; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7F)
            *c = '?';
    return out;
}

static void
print_row(Decode *self, const CollectorHl7Obx *obx, const char *time)
{
    char digits[64];
    const char *value = obx->kind == COLLECTOR_HL7_VALUE_TEXT ? obx->text : "-";
    g_autofree char *row = NULL;
    g_autofree char *safe = NULL;

    if (obx->kind == COLLECTOR_HL7_VALUE_NUMBER) {
        collector_hl7_decimal_print(obx->number, digits, sizeof digits);
        value = digits;
    }
    if (!self->headed)
        fprintf(self->out, "%-4s %-8s %-20s %-12s %-24s %-12s %-9s %-32s %s\n", "msg", "segment",
                "bed", "patient", "time", "value", "unit", "code", "quality");
    self->headed = TRUE;
    row = g_strdup_printf(
        "%-4u %-8s %-20s %-12s %-24s %-12s %-9s %s %-*s %s", self->number, obx->where,
        *obx->location == '\0' ? "-" : obx->location, *obx->patient == '\0' ? "-" : obx->patient,
        *time == '\0' ? "-" : time, value, obx->ucum != NULL ? obx->ucum : obx->unit, obx->code,
        (int)MAX(31 - (int)strlen(obx->code), 0), obx->label, quality_word(obx->quality));
    safe = for_terminal(row);
    fprintf(self->out, "%s\n", safe);
}

static void
on_observation(const CollectorHl7Obx *obx, gpointer user)
{
    Decode *self = user;
    char time[64] = "";

    if (obx->has_time)
        collector_hl7_time_iso(&obx->time, NULL, time, sizeof time);
    if (self->json)
        print_json(self, obx, time);
    else
        print_row(self, obx, time);
    print_new_problems(self);
}

/* ---- messages ---- */

static void
decode_message(Decode *self, const char *bytes, size_t n)
{
    g_autoptr(CollectorHl7Message) message = NULL;
    CollectorHl7Header header;

    self->number++;
    g_array_set_size(self->problems, 0);
    self->printed = 0;
    message = collector_hl7_message_parse(bytes, n, self->number, self->problems);
    print_new_problems(self);
    if (message == NULL)
        return;
    collector_hl7_header(message, &header, self->problems);
    print_new_problems(self);
    collector_hl7_observations(message, &header, self->problems, on_observation, self);
    print_new_problems(self);
}

static gboolean
starts_message(const char *at, const char *end)
{
    return end - at >= 4 && memcmp(at, "MSH", 3) == 0 && g_ascii_ispunct(at[3]);
}

/* The next line that begins a message, or the end. */
static const char *
next_message(const char *at, const char *end)
{
    while (at < end) {
        const char *cr = memchr(at, '\r', (size_t)(end - at));
        const char *lf = memchr(at, '\n', (size_t)((cr == NULL ? end : cr) - at));

        if (cr == NULL && lf == NULL)
            return end;
        at = (lf != NULL ? lf : cr) + 1;
        if (starts_message(at, end))
            return at;
    }
    return end;
}

/* One message after the other, each from its MSH to the line before the next. */
static void
decode_bare(Decode *self, const char *bytes, size_t n)
{
    const char *end = bytes + n;
    const char *at = bytes;

    do {
        const char *first = at;
        const char *stop;

        /* What stands before the first MSH belongs to the first message. */
        if (!starts_message(first, end))
            while (first < end && !starts_message(first, end))
                first++;
        stop = first < end ? next_message(first, end) : end;
        decode_message(self, at, (size_t)(stop - at));
        at = stop;
    } while (at < end);
}

static void
on_frame(const CollectorMllpEvent *event, gpointer user)
{
    Decode *self = user;
    char what[48];

    switch (event->kind) {
    case COLLECTOR_MLLP_FRAME:
        decode_message(self, event->bytes, event->n);
        return;
    case COLLECTOR_MLLP_JUNK:
        g_snprintf(what, sizeof what, "byte 0x%02X", event->found);
        framing_fault(self, event->offset, what, "0x0B, the start of an MLLP frame");
        return;
    case COLLECTOR_MLLP_CUT:
        framing_fault(self, event->offset, "a frame that is cut", "0x1C 0x0D at its end");
        return;
    case COLLECTOR_MLLP_TOO_LONG:
        framing_fault(self, event->offset, "a longer frame",
                      "at most 10 MB (10485760 bytes) in a message");
        return;
    case COLLECTOR_MLLP_NO_CR:
        g_snprintf(what, sizeof what, "byte 0x%02X", event->found);
        framing_fault(self, event->offset, what, "0x0D after 0x1C, the end of an MLLP frame");
        return;
    }
}

/* A file of frames begins with VT, or has one right before its first MSH. */
static gboolean
is_framed(const char *bytes, size_t n)
{
    const char *vt = memchr(bytes, COLLECTOR_MLLP_VT, n);

    if (vt == NULL || vt == bytes)
        return vt != NULL;
    return starts_message(vt + 1, bytes + n) && (size_t)(vt - bytes) < 4096
           && memmem(bytes, (size_t)(vt - bytes), "MSH", 3) == NULL;
}

static void
decode_framed(Decode *self, const char *bytes, size_t n)
{
    g_autoptr(CollectorMllp) framer = collector_mllp_new(COLLECTOR_HL7_MAX_BYTES);

    collector_mllp_push(framer, bytes, n, on_frame, self);
    collector_mllp_end(framer, on_frame, self);
}

gboolean
collector_decode_hl7_looks_so(const char *bytes, size_t n)
{
    size_t head = MIN(n, 4096);
    const char *at = bytes;
    const char *end = bytes + head;

    while ((at = memmem(at, (size_t)(end - at), "MSH", 3)) != NULL) {
        if (at + 3 == end || g_ascii_ispunct(at[3]))
            return TRUE;
        at += 3;
    }
    return head == 0;
}

int
collector_decode_hl7_bytes(const char *bytes, size_t n, gboolean json, FILE *out)
{
    g_autoptr(VicuJson) writer = vicu_json_new();
    g_autoptr(GArray) problems = collector_hl7_problems_new();
    Decode self = {.out = out, .json = json, .writer = writer, .problems = problems};

    if (is_framed(bytes, n))
        decode_framed(&self, bytes, n);
    else
        decode_bare(&self, bytes, n);
    return self.found_fault ? 1 : 0;
}

static GBytes *
read_all(GInputStream *stream, GError **error)
{
    g_autoptr(GByteArray) all = g_byte_array_new();
    g_autofree guint8 *chunk = g_malloc(65536);
    gssize n;

    while ((n = g_input_stream_read(stream, chunk, 65536, NULL, error)) > 0) {
        if (all->len + (gsize)n > MAX_FILE) {
            g_set_error(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                        "more than %u bytes; split the file", MAX_FILE);
            return NULL;
        }
        g_byte_array_append(all, chunk, (guint)n);
    }
    return n < 0 ? NULL : g_byte_array_free_to_bytes(g_steal_pointer(&all));
}

int
collector_decode_hl7(const char *path_or_dash, gboolean json, GError **error)
{
    g_autoptr(GInputStream) stream = NULL;
    g_autoptr(GBytes) bytes = NULL;
    const char *data;
    gsize n;

    if (strcmp(path_or_dash, "-") == 0) {
        stream = g_unix_input_stream_new(0, FALSE);
    } else {
        g_autoptr(GFile) file = g_file_new_for_commandline_arg(path_or_dash);

        stream = G_INPUT_STREAM(g_file_read(file, NULL, error));
    }
    bytes = stream == NULL ? NULL : read_all(stream, error);
    if (bytes == NULL) {
        g_prefix_error(error, "%s: ", path_or_dash);
        return 1;
    }
    data = g_bytes_get_data(bytes, &n);
    return collector_decode_hl7_bytes(data == NULL ? "" : data, n, json, stdout);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/sources/hl7-message.h"

#include <string.h>

#include "collector/sources/hl7-problem.h"

typedef enum {
    END_NONE,
    END_CR,
    END_LF,
    END_CRLF,
} SegmentEnd;

typedef struct {
    uint32_t start;
    uint32_t n;
    uint32_t ordinal; /* among the segments of its name, from 1 */
    uint8_t end;
} Segment;

struct CollectorHl7Message {
    char *bytes;
    size_t n;
    size_t prefix; /* bytes before MSH: a byte-order mark, or what should not be there */
    gboolean bom;
    guint number;
    CollectorHl7Delimiters delimiters;
    GArray *segments;
};

static const char BOM[] = "\xEF\xBB\xBF";

void
collector_hl7_message_free(CollectorHl7Message *self)
{
    if (self == NULL)
        return;
    g_free(self->bytes);
    g_array_unref(self->segments);
    g_free(self);
}

static CollectorHl7Problem *
report(const CollectorHl7Message *self,
       GArray *problems,
       const char *segment,
       const char *field,
       int code,
       const char *found,
       const char *expected)
{
    return collector_hl7_problem_add(problems, self->number, segment, field, code, found, expected);
}

/* Where MSH begins: a name followed by a delimiter, at the start of the bytes or after junk. */
static const char *
find_msh(const char *bytes, size_t n)
{
    const char *at = bytes;
    const char *end = bytes + n;

    while ((at = memmem(at, (size_t)(end - at), "MSH", 3)) != NULL) {
        if (at + 3 < end && g_ascii_ispunct(at[3]))
            return at;
        at += 3;
    }
    /* A header cut right after its name is still a header. */
    if (n >= 3 && memcmp(end - 3, "MSH", 3) == 0)
        return end - 3;
    return memmem(bytes, n, "MSH", 3);
}

static gboolean
find_start(CollectorHl7Message *self, GArray *problems)
{
    size_t skip = self->n >= 3 && memcmp(self->bytes, BOM, 3) == 0 ? 3 : 0;
    const char *msh = find_msh(self->bytes + skip, self->n - skip);
    char found[160];

    self->bom = skip > 0;
    if (msh == NULL) {
        if (self->n == skip)
            g_snprintf(found, sizeof found, "nothing (%zu bytes)", self->n);
        else {
            char text[48];
            collector_hl7_printable(self->bytes + skip, MIN(self->n - skip, 32), text, sizeof text);
            g_snprintf(found, sizeof found, "\"%s\" at offset %zu", text, skip);
        }
        report(self, problems, "MSH", "", COLLECTOR_HL7_ERR_SEGMENT_SEQUENCE, found, "MSH")->fatal =
            TRUE;
        return FALSE;
    }
    self->prefix = (size_t)(msh - self->bytes);
    if (self->prefix > skip) {
        g_snprintf(found, sizeof found, "byte 0x%02X at offset %zu, %zu bytes before MSH",
                   (unsigned char)self->bytes[skip], skip, self->prefix - skip);
        report(self, problems, "MSH", "", COLLECTOR_HL7_ERR_SEGMENT_SEQUENCE, found, "MSH");
    }
    return TRUE;
}

static gboolean
bad_delimiters(const CollectorHl7Message *self, GArray *problems, const char *found)
{
    report(self, problems, "MSH", "MSH-2", COLLECTOR_HL7_ERR_REQUIRED_FIELD, found,
           "four or five different punctuation marks, such as ^~\\&")
        ->fatal = TRUE;
    return FALSE;
}

/* MSH-1 and MSH-2. */
static gboolean
read_delimiters(CollectorHl7Message *self, GArray *problems)
{
    const char *at = self->bytes + self->prefix;
    const char *end = self->bytes + self->n;
    char marks[6] = {0};
    size_t n = 0;
    char found[64];

    if (end - at < 4 || !g_ascii_ispunct(at[3])) {
        collector_hl7_printable(at, MIN((size_t)(end - at), 8), found, sizeof found);
        report(self, problems, "MSH", "MSH-1", COLLECTOR_HL7_ERR_REQUIRED_FIELD, found,
               "MSH and a field separator, such as MSH|")
            ->fatal = TRUE;
        return FALSE;
    }
    marks[0] = at[3];
    for (at += 4; at < end && *at != marks[0] && *at != '\r' && *at != '\n' && n < 6; at++, n++)
        if (n < 5)
            marks[n + 1] = *at;
    collector_hl7_printable(self->bytes + self->prefix + 4, MIN(n, 8), found, sizeof found);
    if (n < 4 || n > 5)
        return bad_delimiters(self, problems, n == 0 ? "nothing" : found);
    for (size_t i = 0; i <= n; i++) {
        if (!g_ascii_ispunct(marks[i]))
            return bad_delimiters(self, problems, found);
        for (size_t k = 0; k < i; k++)
            if (marks[i] == marks[k])
                return bad_delimiters(self, problems, found);
    }
    self->delimiters = (CollectorHl7Delimiters){
        .field = marks[0],
        .component = marks[1],
        .repetition = marks[2],
        .escape = marks[3],
        .subcomponent = marks[4],
        .truncation = marks[5],
    };
    return TRUE;
}

static gboolean
too_many(const CollectorHl7Message *self, GArray *problems, const char *where, guint64 bound)
{
    g_autofree char *found = g_strdup_printf("more than %" G_GUINT64_FORMAT, bound);
    g_autofree char *expected = g_strdup_printf("at most %" G_GUINT64_FORMAT " %s", bound, where);

    report(self, problems, "", "", COLLECTOR_HL7_ERR_INTERNAL, found, expected)->fatal = TRUE;
    return FALSE;
}

static gboolean
split_segments(CollectorHl7Message *self, GArray *problems)
{
    size_t at = self->prefix;

    while (at < self->n) {
        Segment segment = {.start = (uint32_t)at, .end = END_NONE};
        size_t stop = at;

        while (stop < self->n && self->bytes[stop] != '\r' && self->bytes[stop] != '\n')
            stop++;
        segment.n = (uint32_t)(stop - at);
        if (stop < self->n) {
            if (self->bytes[stop] == '\n')
                segment.end = END_LF;
            else if (stop + 1 < self->n && self->bytes[stop + 1] == '\n')
                segment.end = END_CRLF;
            else
                segment.end = END_CR;
        }
        at = stop + (segment.end == END_CRLF ? 2 : segment.end == END_NONE ? 0 : 1);
        if (self->segments->len >= COLLECTOR_HL7_MAX_SEGMENTS)
            return too_many(self, problems, "segments in a message", COLLECTOR_HL7_MAX_SEGMENTS);
        g_array_append_val(self->segments, segment);
    }
    return TRUE;
}

static const Segment *
segment_at(const CollectorHl7Message *self, size_t i)
{
    g_return_val_if_fail(i < self->segments->len, NULL);
    return &g_array_index(self->segments, Segment, i);
}

/* A name is a capital and two capitals or digits, then the field separator or the end. */
static gboolean
has_name(const CollectorHl7Message *self, const Segment *s)
{
    const char *text = self->bytes + s->start;

    return s->n >= 3 && g_ascii_isupper(text[0])
           && (g_ascii_isupper(text[1]) || g_ascii_isdigit(text[1]))
           && (g_ascii_isupper(text[2]) || g_ascii_isdigit(text[2]))
           && (s->n == 3 || text[3] == self->delimiters.field);
}

/* Numbers the segments of each name and reports those without one. */
static gboolean
check_segments(const CollectorHl7Message *self, GArray *problems)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);

    for (size_t i = 0; i < self->segments->len; i++) {
        Segment *s = &g_array_index(self->segments, Segment, i);
        const char *text = self->bytes + s->start;
        char label[24], found[64];

        if (s->n == 0)
            continue;
        if (has_name(self, s)) {
            gpointer key =
                GUINT_TO_POINTER((guint)text[0] << 16 | (guint)text[1] << 8 | (guint)text[2]);
            guint before = GPOINTER_TO_UINT(g_hash_table_lookup(seen, key));

            s->ordinal = before + 1;
            g_hash_table_insert(seen, key, GUINT_TO_POINTER(s->ordinal));
            if (collector_hl7_field_count(self, i) > COLLECTOR_HL7_MAX_FIELDS)
                return too_many(self, problems, "fields in a segment", COLLECTOR_HL7_MAX_FIELDS);
            continue;
        }
        g_snprintf(label, sizeof label, "#%zu", i + 1);
        collector_hl7_printable(text, MIN(s->n, 24), found, sizeof found);
        report(self, problems, label, "", COLLECTOR_HL7_ERR_SEGMENT_SEQUENCE, found,
               "a segment name of three capitals or digits and the field separator");
    }
    return TRUE;
}

CollectorHl7Message *
collector_hl7_message_parse(const char *bytes, size_t n, guint number, GArray *problems)
{
    g_autoptr(CollectorHl7Message) self = g_new0(CollectorHl7Message, 1);

    self->number = number;
    self->segments = g_array_new(FALSE, FALSE, sizeof(Segment));
    if (n > COLLECTOR_HL7_MAX_BYTES) {
        too_many(self, problems, "bytes in a message", COLLECTOR_HL7_MAX_BYTES);
        return NULL;
    }
    self->bytes = g_malloc(n + 1);
    if (n > 0)
        memcpy(self->bytes, bytes, n);
    self->bytes[n] = '\0';
    self->n = n;
    if (!find_start(self, problems) || !read_delimiters(self, problems)
        || !split_segments(self, problems) || !check_segments(self, problems))
        return NULL;
    return g_steal_pointer(&self);
}

guint
collector_hl7_message_number(const CollectorHl7Message *self)
{
    return self->number;
}

const CollectorHl7Delimiters *
collector_hl7_message_delimiters(const CollectorHl7Message *self)
{
    return &self->delimiters;
}

gboolean
collector_hl7_message_has_bom(const CollectorHl7Message *self)
{
    return self->bom;
}

size_t
collector_hl7_segment_count(const CollectorHl7Message *self)
{
    return self->segments->len;
}

CollectorHl7View
collector_hl7_segment_name(const CollectorHl7Message *self, size_t segment)
{
    const Segment *s = segment_at(self, segment);

    return (CollectorHl7View){self->bytes + s->start, MIN(s->n, 3)};
}

gboolean
collector_hl7_segment_is(const CollectorHl7Message *self, size_t segment, const char *name)
{
    const Segment *s = segment_at(self, segment);

    return s->n >= 3 && memcmp(self->bytes + s->start, name, 3) == 0
           && (s->n == 3 || self->bytes[s->start + 3] == self->delimiters.field);
}

size_t
collector_hl7_segment_find(const CollectorHl7Message *self, const char *name, size_t from)
{
    for (size_t i = from; i < self->segments->len; i++)
        if (collector_hl7_segment_is(self, i, name))
            return i;
    return G_MAXSIZE;
}

void
collector_hl7_segment_label(const CollectorHl7Message *self, size_t segment, char *out, size_t size)
{
    CollectorHl7View name = collector_hl7_segment_name(self, segment);
    char text[4] = {0};

    /* A line without a name is told by its place. */
    if (segment_at(self, segment)->ordinal == 0) {
        g_snprintf(out, size, "#%zu", segment + 1);
        return;
    }
    memcpy(text, name.text, name.n);
    if (strcmp(text, "MSH") == 0 || strcmp(text, "MSA") == 0) {
        g_strlcpy(out, text, size);
        return;
    }
    g_snprintf(out, size, "%s[%u]", text, segment_at(self, segment)->ordinal);
}

CollectorHl7View
collector_hl7_segment_text(const CollectorHl7Message *self, size_t segment)
{
    const Segment *s = segment_at(self, segment);

    return (CollectorHl7View){self->bytes + s->start, s->n};
}

/* The @index-th part (from 1) of @whole between @mark. */
static CollectorHl7View
part(CollectorHl7View whole, char mark, size_t index)
{
    const char *at = whole.text;
    const char *end;

    if (whole.text == NULL || index == 0)
        return (CollectorHl7View){NULL, 0};
    end = whole.text + whole.n;
    for (size_t i = 1;; i++) {
        const char *stop = memchr(at, mark, (size_t)(end - at));

        if (i == index)
            return (CollectorHl7View){at, (size_t)((stop == NULL ? end : stop) - at)};
        if (stop == NULL)
            return (CollectorHl7View){NULL, 0};
        at = stop + 1;
    }
}

static size_t
count_parts(CollectorHl7View whole, char mark)
{
    size_t n = 1;

    if (whole.text == NULL)
        return 0;
    for (size_t i = 0; i < whole.n; i++)
        n += whole.text[i] == mark ? 1 : 0;
    return n;
}

static gboolean
is_header(const CollectorHl7Message *self, size_t segment)
{
    return collector_hl7_segment_is(self, segment, "MSH")
           || collector_hl7_segment_is(self, segment, "FHS")
           || collector_hl7_segment_is(self, segment, "BHS");
}

size_t
collector_hl7_field_count(const CollectorHl7Message *self, size_t segment)
{
    size_t parts = count_parts(collector_hl7_segment_text(self, segment), self->delimiters.field);

    /* MSH-1 is the separator itself, so a header has one more. */
    return is_header(self, segment) ? parts : parts - 1;
}

CollectorHl7View
collector_hl7_field(const CollectorHl7Message *self, size_t segment, size_t field)
{
    CollectorHl7View whole = collector_hl7_segment_text(self, segment);

    if (field == 0)
        return (CollectorHl7View){NULL, 0};
    if (!is_header(self, segment))
        return part(whole, self->delimiters.field, field + 1);
    if (field == 1)
        return whole.n > 3 ? (CollectorHl7View){whole.text + 3, 1} : (CollectorHl7View){NULL, 0};
    return part(whole, self->delimiters.field, field);
}

/* The encoding characters are text, not structure. */
static gboolean
is_marks(const CollectorHl7Message *self, CollectorHl7View view)
{
    const char *msh = self->bytes + self->prefix;

    return view.text == msh + 3 || view.text == msh + 4;
}

size_t
collector_hl7_repetition_count(const CollectorHl7Message *self, CollectorHl7View field)
{
    return is_marks(self, field) ? 1 : count_parts(field, self->delimiters.repetition);
}

CollectorHl7View
collector_hl7_repetition(const CollectorHl7Message *self, CollectorHl7View field, size_t repetition)
{
    if (is_marks(self, field))
        return repetition == 1 ? field : (CollectorHl7View){NULL, 0};
    return part(field, self->delimiters.repetition, repetition);
}

CollectorHl7View
collector_hl7_component(const CollectorHl7Message *self,
                        CollectorHl7View repetition,
                        size_t component)
{
    if (is_marks(self, repetition))
        return component == 1 ? repetition : (CollectorHl7View){NULL, 0};
    return part(repetition, self->delimiters.component, component);
}

CollectorHl7View
collector_hl7_subcomponent(const CollectorHl7Message *self,
                           CollectorHl7View component,
                           size_t subcomponent)
{
    if (is_marks(self, component))
        return subcomponent == 1 ? component : (CollectorHl7View){NULL, 0};
    return part(component, self->delimiters.subcomponent, subcomponent);
}

CollectorHl7View
collector_hl7_value(const CollectorHl7Message *self, size_t segment, size_t field, size_t component)
{
    CollectorHl7View view = collector_hl7_field(self, segment, field);

    view = collector_hl7_repetition(self, view, 1);
    view = collector_hl7_component(self, view, component);
    return collector_hl7_subcomponent(self, view, 1);
}

gboolean
collector_hl7_view_is_empty(CollectorHl7View view)
{
    return view.text == NULL || view.n == 0 || (view.n == 2 && memcmp(view.text, "\"\"", 2) == 0);
}

gboolean
collector_hl7_view_is(CollectorHl7View view, const char *text)
{
    return view.text != NULL && strlen(text) == view.n && memcmp(view.text, text, view.n) == 0;
}

/* Takes the next part off the front of @rest; FALSE when none is left. */
static gboolean
take_part(CollectorHl7View *rest, char mark, CollectorHl7View *out)
{
    const char *stop;

    if (rest->text == NULL)
        return FALSE;
    stop = memchr(rest->text, mark, rest->n);
    *out = *rest;
    if (stop == NULL) {
        *rest = (CollectorHl7View){NULL, 0};
    } else {
        out->n = (size_t)(stop - rest->text);
        *rest = (CollectorHl7View){stop + 1, rest->n - out->n - 1};
    }
    return TRUE;
}

/* Joins the parts of @whole again, one level of marks after the other. */
static void
encode_parts(CollectorHl7View whole, const char *marks, GString *out)
{
    CollectorHl7View rest = whole;
    CollectorHl7View one;
    gboolean first = TRUE;

    while (take_part(&rest, marks[0], &one)) {
        if (!first)
            g_string_append_c(out, marks[0]);
        first = FALSE;
        if (marks[1] != '\0')
            encode_parts(one, marks + 1, out);
        else
            g_string_append_len(out, one.text, (gssize)one.n);
    }
}

GString *
collector_hl7_message_encode(const CollectorHl7Message *self)
{
    static const char *const ends[] = {
        [END_NONE] = "", [END_CR] = "\r", [END_LF] = "\n", [END_CRLF] = "\r\n"};
    const CollectorHl7Delimiters *d = &self->delimiters;
    const char marks[] = {d->field, d->repetition, d->component, d->subcomponent, '\0'};
    GString *out = g_string_new_len(self->bytes, (gssize)self->prefix);

    for (size_t i = 0; i < self->segments->len; i++) {
        encode_parts(collector_hl7_segment_text(self, i), marks, out);
        g_string_append(out, ends[segment_at(self, i)->end]);
    }
    return out;
}

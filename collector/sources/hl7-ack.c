/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/sources/hl7-ack.h"

#include <stdio.h>
#include <string.h>

#include "collector/sources/hl7-problem.h"
#include "collector/sources/hl7-text.h"
#include "collector/sources/mllp.h"

/* ERR segments of one answer: a sender needs the first faults, not a book. */
#define MAX_ERR 20

struct CollectorHl7Receipt {
    CollectorHl7Delimiters delimiters;
    char *marks;   /* MSH-2 as sent */
    char *from[2]; /* MSH-3, MSH-4 as sent */
    char *to[2];   /* MSH-5, MSH-6 */
    char *control; /* MSH-10 */
    char *processing;
    char *version; /* MSH-12 */
    char *charset;
    char *trigger;
    char want_accept[3]; /* MSH-15 */
    char want_application[3];
    int major, minor, patch;
};

static char *
raw(const CollectorHl7Message *message, size_t field)
{
    CollectorHl7View view = collector_hl7_field(message, 0, field);

    /* A header field longer than this is no id of anything. */
    return view.text == NULL ? g_strdup("") : g_strndup(view.text, MIN(view.n, 1000));
}

static void
copy_want(const CollectorHl7Message *message, size_t field, char out[3])
{
    CollectorHl7View view = collector_hl7_value(message, 0, field, 1);

    memset(out, 0, 3);
    if (!collector_hl7_view_is_empty(view))
        memcpy(out, view.text, MIN(view.n, 2));
}

static void
read_version(CollectorHl7Receipt *self)
{
    if (sscanf(self->version, "%1d.%1d.%1d", &self->major, &self->minor, &self->patch) < 2) {
        self->major = 2;
        self->minor = 6;
    }
}

CollectorHl7Receipt *
collector_hl7_receipt_new(const CollectorHl7Message *message)
{
    CollectorHl7Receipt *self = g_new0(CollectorHl7Receipt, 1);
    CollectorHl7View trigger;

    if (message == NULL) {
        self->delimiters = (CollectorHl7Delimiters){'|', '^', '~', '\\', '&', 0};
        self->marks = g_strdup("^~\\&");
        self->version = g_strdup("2.6");
        self->processing = g_strdup("P");
        for (size_t i = 0; i < 2; i++) {
            self->from[i] = g_strdup("");
            self->to[i] = g_strdup("");
        }
        self->control = g_strdup("");
        self->charset = g_strdup("");
        self->trigger = g_strdup("");
        read_version(self);
        return self;
    }
    self->delimiters = *collector_hl7_message_delimiters(message);
    self->marks = raw(message, 2);
    for (size_t i = 0; i < 2; i++) {
        self->from[i] = raw(message, 3 + i);
        self->to[i] = raw(message, 5 + i);
    }
    self->control = raw(message, 10);
    self->processing = raw(message, 11);
    self->version = raw(message, 12);
    self->charset = raw(message, 18);
    trigger = collector_hl7_value(message, 0, 9, 2);
    self->trigger =
        trigger.text == NULL ? g_strdup("") : g_strndup(trigger.text, MIN(trigger.n, 8));
    copy_want(message, 15, self->want_accept);
    copy_want(message, 16, self->want_application);
    read_version(self);
    return self;
}

void
collector_hl7_receipt_free(CollectorHl7Receipt *self)
{
    if (self == NULL)
        return;
    g_free(self->marks);
    for (size_t i = 0; i < 2; i++) {
        g_free(self->from[i]);
        g_free(self->to[i]);
    }
    g_free(self->control);
    g_free(self->processing);
    g_free(self->version);
    g_free(self->charset);
    g_free(self->trigger);
    g_free(self);
}

static gboolean
at_least(const CollectorHl7Receipt *self, int minor, int patch)
{
    return self->major > 2 || self->minor > minor || (self->minor == minor && self->patch >= patch);
}

static void
append_time(int64_t t_us, GString *out)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(t_us / G_USEC_PER_SEC);
    g_autofree char *text = date == NULL ? NULL : g_date_time_format(date, "%Y%m%d%H%M%S+0000");

    g_string_append(out, text == NULL ? "" : text);
}

static void
append_msh(const CollectorHl7Receipt *self, int64_t t_us, const char *id, GString *out)
{
    const char f = self->delimiters.field;
    const char c = self->delimiters.component;

    g_string_append_printf(out, "MSH%c%s", f, self->marks);
    g_string_append_printf(out, "%c%s%c%s", f, self->to[0], f, self->to[1]);
    g_string_append_printf(out, "%c%s%c%s%c", f, self->from[0], f, self->from[1], f);
    append_time(t_us, out);
    g_string_append_printf(out, "%c%cACK", f, f);
    /* The trigger came with 2.3.1, the structure with it. */
    if (at_least(self, 3, 1) && *self->trigger != '\0')
        g_string_append_printf(out, "%c%s%cACK", c, self->trigger, c);
    g_string_append_printf(out, "%c%s%c%s%c%s", f, id, f, self->processing, f, self->version);
    if (*self->charset != '\0')
        for (int i = 13; i <= 18; i++)
            g_string_append_printf(out, "%c%s", f, i == 18 ? self->charset : "");
    g_string_append_c(out, '\r');
}

static const char *
code_text(int code)
{
    switch (code) {
    case COLLECTOR_HL7_ERR_SEGMENT_SEQUENCE:
        return "Segment sequence error";
    case COLLECTOR_HL7_ERR_REQUIRED_FIELD:
        return "Required field missing";
    case COLLECTOR_HL7_ERR_DATA_TYPE:
        return "Data type error";
    case COLLECTOR_HL7_ERR_TABLE_VALUE:
        return "Table value not found";
    case COLLECTOR_HL7_ERR_UNSUPPORTED_MESSAGE:
        return "Unsupported message type";
    case COLLECTOR_HL7_ERR_UNSUPPORTED_EVENT:
        return "Unsupported event code";
    case COLLECTOR_HL7_ERR_UNSUPPORTED_PROCESSING_ID:
        return "Unsupported processing id";
    case COLLECTOR_HL7_ERR_UNSUPPORTED_VERSION:
        return "Unsupported version id";
    default:
        return "Application internal error";
    }
}

/* "OBX[3]" is segment OBX, sequence 3; "OBX-5" is its field 5. */
static void
split_location(const CollectorHl7Problem *p, char segment[4], int *sequence, int *field)
{
    const char *bracket = strchr(p->segment, '[');
    const char *dash = strrchr(p->field, '-');

    memset(segment, 0, 4);
    memcpy(segment, p->segment, MIN(strcspn(p->segment, "["), 3));
    *sequence = bracket == NULL ? 1 : (int)g_ascii_strtoll(bracket + 1, NULL, 10);
    *field = dash == NULL ? 0 : (int)g_ascii_strtoll(dash + 1, NULL, 10);
}

static void
append_err(const CollectorHl7Receipt *self,
           const CollectorHl7Problem *p,
           const char *sentence,
           char severity,
           GString *out)
{
    const char f = self->delimiters.field;
    const char c = self->delimiters.component;
    const char sub = self->delimiters.subcomponent;
    char segment[4];
    int sequence, field;
    int code = p->ack_code == 0 ? COLLECTOR_HL7_ERR_INTERNAL : p->ack_code;

    split_location(p, segment, &sequence, &field);
    g_string_append_printf(out, "ERR%c", f);
    if (!at_least(self, 5, 0)) {
        g_string_append_printf(out, "%s%c%d%c%d%c%d%c", segment, c, sequence, c, field, c, code,
                               sub);
        collector_hl7_text_escape(&self->delimiters, sentence, out);
        g_string_append_c(out, '\r');
        return;
    }
    g_string_append_c(out, f);
    if (*segment != '\0')
        g_string_append_printf(out, "%s%c%d", segment, c, sequence);
    if (*segment != '\0' && field > 0)
        g_string_append_printf(out, "%c%d", c, field);
    g_string_append_printf(out, "%c%d%c%s%cHL70357%c%c", f, code, c, code_text(code), c, f,
                           severity);
    g_string_append_printf(out, "%c%c%c%c", f, f, f, f);
    collector_hl7_text_escape(&self->delimiters, sentence, out);
    g_string_append_c(out, '\r');
}

static void
append_reasons(const CollectorHl7Receipt *self,
               const GArray *problems,
               const char *reason,
               char severity,
               GString *out)
{
    guint n = problems == NULL ? 0 : MIN(problems->len, MAX_ERR);

    if (reason != NULL || (n == 0 && severity == 'E')) {
        CollectorHl7Problem none = {.ack_code = COLLECTOR_HL7_ERR_INTERNAL};

        append_err(self, &none,
                   reason != NULL ? reason : "The message was not taken; send it again.", severity,
                   out);
    }
    for (guint i = 0; i < n; i++) {
        const CollectorHl7Problem *p = &g_array_index(problems, CollectorHl7Problem, i);
        g_autofree char *sentence =
            g_strdup_printf("Found %s; expected %s.", p->found, p->expected);

        append_err(self, p, sentence, severity, out);
    }
}

static gboolean
wanted(const char want[3], gboolean accepted)
{
    return strcmp(want, "AL") == 0 || (strcmp(want, "SU") == 0 && accepted)
           || (strcmp(want, "ER") == 0 && !accepted);
}

static void
append_answer(const CollectorHl7Receipt *self,
              char level,
              CollectorHl7Answer answer,
              const GArray *problems,
              const char *reason,
              int64_t t_us,
              uint64_t id,
              GString *out)
{
    static const char codes[] = {
        [COLLECTOR_HL7_ACCEPT] = 'A', [COLLECTOR_HL7_ERROR] = 'E', [COLLECTOR_HL7_REJECTED] = 'R'};
    const char f = self->delimiters.field;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *own_id = g_strdup_printf("VICU%" G_GUINT64_FORMAT "%c", id, level);

    append_msh(self, t_us, own_id, text);
    g_string_append_printf(text, "MSA%c%c%c%c%s\r", f, level, codes[answer], f, self->control);
    append_reasons(self, problems, reason, answer == COLLECTOR_HL7_ACCEPT ? 'W' : 'E', text);
    collector_mllp_wrap(text->str, text->len, out);
}

GString *
collector_hl7_receipt_answer(const CollectorHl7Receipt *self,
                             CollectorHl7Answer answer,
                             const GArray *problems,
                             const char *reason,
                             int64_t t_us,
                             uint64_t id)
{
    GString *out = g_string_new(NULL);
    gboolean accepted = answer == COLLECTOR_HL7_ACCEPT;
    gboolean original = *self->want_accept == '\0' && *self->want_application == '\0';

    if (wanted(self->want_accept, accepted))
        append_answer(self, 'C', answer, problems, reason, t_us, id, out);
    if (original || wanted(self->want_application, accepted))
        append_answer(self, 'A', answer, problems, reason, t_us, id, out);
    return out;
}

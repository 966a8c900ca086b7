/* What the audit has of a story.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <json-glib/json-glib.h>

#include "common/clock.h"
#include "tests/scenario/story-inner.h"

#define LOOKS 24

typedef struct {
    int64_t t_us;
    guint64 number;
    char *text;
    char *escalation; /* that it is about; NULL: none */
} Line;

static void
line_free(gpointer data)
{
    Line *line = data;

    g_free(line->text);
    g_free(line->escalation);
    g_free(line);
}

static char *
plain(const char *text)
{
    g_autoptr(GRegex) time = g_regex_new("20\\d\\d-\\d\\d-\\d\\dT[0-9:.]+Z", 0, 0, NULL);
    g_autoptr(GRegex) id = g_regex_new("\\b[0-9a-f]{16,}\\b", 0, 0, NULL);
    g_autofree char *first = g_regex_replace_literal(time, text, -1, 0, "@", 0, NULL);

    return g_regex_replace_literal(id, first, -1, 0, "#", 0, NULL);
}

static const char *
text_of(JsonObject *record, const char *name)
{
    const char *text = json_object_get_string_member_with_default(record, name, "");

    return text != NULL ? text : "";
}

static char *
escalation_of(const char *detail)
{
    g_autoptr(GRegex) said = g_regex_new("^escalation ([0-9a-f]+)", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;

    return g_regex_match(said, detail, 0, &match) ? g_match_info_fetch(match, 1) : NULL;
}

static Line *
line_of(JsonObject *record)
{
    Line *line = g_new0(Line, 1);
    g_autoptr(GDateTime) time =
        g_date_time_new_from_iso8601(json_object_get_string_member(record, "time"), NULL);
    g_autofree char *whole =
        g_strdup_printf("%s%s %s %s %s | %s | %s", text_of(record, "who"),
                        json_object_get_boolean_member(record, "person") ? "*" : "",
                        text_of(record, "role"), text_of(record, "what"), text_of(record, "bed"),
                        text_of(record, "why"), text_of(record, "detail"));

    line->t_us = g_date_time_to_unix(time) * G_USEC_PER_SEC + g_date_time_get_microsecond(time);
    line->number = (guint64)json_object_get_int_member(record, "number");
    line->text = plain(whole);
    line->escalation = escalation_of(text_of(record, "detail"));
    return line;
}

static gint
by_time(gconstpointer a, gconstpointer b)
{
    const Line *x = *(const Line *const *)a, *y = *(const Line *const *)b;

    if (x->t_us != y->t_us)
        return x->t_us < y->t_us ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* Of the story: done between its begin and @end_us, in this order. */
static GPtrArray *
read_audit(Story *self, int64_t end_us)
{
    g_autofree char *text = story_vicu(self, "", NULL, 0, "audit ls --from -10min --json");
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autoptr(GError) error = NULL;
    GPtrArray *lines = g_ptr_array_new_with_free_func(line_free);
    char *close = strrchr(text, ']'); /* then what is said on stderr */

    g_assert_nonnull(close);
    close[1] = '\0';
    json_parser_load_from_data(parser, text, -1, &error);
    g_assert_no_error(error);
    JsonArray *array = json_node_get_array(json_parser_get_root(parser));
    for (guint i = 0; i < json_array_get_length(array); i++) {
        Line *line = line_of(json_array_get_object_element(array, i));
        if (line->t_us >= story_begun_us(self) && line->t_us < end_us)
            g_ptr_array_add(lines, line);
        else
            line_free(line);
    }
    g_ptr_array_sort(lines, by_time);
    return lines;
}

static gboolean
is_as(const GPtrArray *lines, const char *const *expected)
{
    guint n = g_strv_length((char **)expected);

    for (guint i = 0; i < MIN(n, lines->len); i++)
        if (strcmp(((const Line *)lines->pdata[i])->text, expected[i]) != 0)
            return FALSE;
    return lines->len == n;
}

static void
say_both(const GPtrArray *lines, const char *const *expected)
{
    guint n = g_strv_length((char **)expected);

    for (guint i = 0; i < MAX(n, lines->len); i++) {
        const char *is = i < lines->len ? ((const Line *)lines->pdata[i])->text : "(nothing)";
        const char *due = i < n ? expected[i] : "(nothing)";
        if (strcmp(is, due) == 0)
            g_printerr("#   %s\n", is);
        else
            g_printerr("# - %s\n# + %s\n", due, is);
    }
}

static void
must_be_signed(Story *self)
{
    g_autofree char *file = g_build_filename(site_folder(story_site(self)), "audit.vicu", NULL);
    g_autofree char *key =
        g_build_filename(site_folder(story_site(self)), "keys", "audit-log.public", NULL);
    g_autofree char *said = story_vicu(self, "", NULL, 0, "audit verify");
    g_autofree char *verifier = site_program("tools/vicu-audit-verify");
    const char *argv[] = {verifier, "--all", "--key", key, file, NULL};
    int status = 0;

    if (strstr(said, "are as vicu-audit/") == NULL)
        g_error("vicu audit verify: %s", said);
    g_free(story_vicu(self, "", NULL, 0, "audit export -o '%s'", file));
    g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL,
                               NULL, NULL, &status, NULL));
    g_assert_cmpint(status, ==, 0);
}

/* What was done last may still be on its way to the store; what is there too much stays. */
void
story_end(Story *self, const char *const *expected)
{
    int64_t end_us = vicu_clock_utc_us();
    gboolean good = FALSE;

    for (int i = 0; i < LOOKS; i++) {
        g_autoptr(GPtrArray) lines = read_audit(self, end_us);
        gboolean now = is_as(lines, expected);
        if (now && good)
            break;
        if (i == LOOKS - 1 || (good && !now)) {
            say_both(lines, expected);
            g_error("the audit is not what the story did");
        }
        good = now;
        site_wait(story_site(self), good ? STORY_S : STORY_S / 4, NULL, NULL);
    }
    must_be_signed(self);
}

unsigned
story_count_audit(Story *self, const char *what, GHashTable *escalations)
{
    g_autofree char *word = g_strdup_printf(" %s ", what);
    guint n = g_hash_table_size(escalations);
    unsigned found = 0;

    for (int i = 0, again = 0; i < LOOKS && again < 2; i++) {
        g_autoptr(GPtrArray) lines = read_audit(self, G_MAXINT64);
        found = 0;
        for (guint k = 0; k < lines->len; k++) {
            const Line *line = lines->pdata[k];
            found += line->escalation != NULL && strstr(line->text, word) != NULL
                     && g_hash_table_contains(escalations, line->escalation);
        }
        again = found >= n ? again + 1 : 0;
        site_wait(story_site(self), STORY_S / 2, NULL, NULL);
    }
    return found;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/model/simulated.h"

#include <math.h>
#include <string.h>

#include <json-glib/json-glib.h>

#include "common/clock.h"
#include "common/error.h"
#include "dashboard/model/csv.h"

static void
clear_alarm(gpointer data)
{
    DashSimulatedAlarm *alarm = data;
    g_free(alarm->bed);
    g_free(alarm->rule);
}

void
dash_simulated_free(DashSimulated *self)
{
    if (!self)
        return;
    g_free(self->hash);
    g_strfreev(self->rules);
    g_clear_pointer(&self->vanish, g_array_unref);
    g_clear_pointer(&self->appear, g_array_unref);
    clear_alarm(&self->later);
    g_free(self);
}

double
dash_simulated_rate(const DashSimulated *self, unsigned alarms)
{
    return self->bed_days > 0 ? alarms / self->bed_days : 0;
}

/* --- members; what is absent or of another type is NULL or 0 --- */

static JsonNode *
member(JsonObject *object, const char *name)
{
    return object ? json_object_get_member(object, name) : NULL;
}

static JsonObject *
object_of(JsonObject *object, const char *name)
{
    JsonNode *node = member(object, name);
    return node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

static JsonArray *
array_of(JsonObject *object, const char *name)
{
    JsonNode *node = member(object, name);
    return node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
}

static const char *
text_of(JsonObject *object, const char *name)
{
    JsonNode *node = member(object, name);
    bool is =
        node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING;
    return is ? json_node_get_string(node) : NULL;
}

static double
number_of(JsonObject *object, const char *name)
{
    JsonNode *node = member(object, name);
    bool is = node && JSON_NODE_HOLDS_VALUE(node)
              && (json_node_get_value_type(node) == G_TYPE_INT64
                  || json_node_get_value_type(node) == G_TYPE_DOUBLE);
    double value = is ? json_node_get_double(node) : 0;
    return isfinite(value) ? value : 0;
}

static unsigned
count_of(JsonObject *object, const char *name)
{
    return (unsigned)CLAMP(number_of(object, name), 0, 1e9);
}

static bool
truth_of(JsonObject *object, const char *name)
{
    JsonNode *node = member(object, name);
    return node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_BOOLEAN
           && json_node_get_boolean(node);
}

static int64_t
time_of(JsonObject *object, const char *name)
{
    const char *text = text_of(object, name);
    int64_t t_us = 0;
    return text && vicu_time_parse(text, 0, &t_us, NULL) ? t_us : 0;
}

static JsonObject *
at(JsonArray *array, guint i)
{
    JsonNode *node = json_array_get_element(array, i);
    return JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

/* --- the parts --- */

static void
read_rules(DashSimulated *self, JsonObject *root)
{
    JsonArray *array = array_of(root, "changed_rules");
    g_autoptr(GPtrArray) rules = g_ptr_array_new();
    for (guint i = 0; array && i < json_array_get_length(array); i++) {
        JsonNode *node = json_array_get_element(array, i);
        if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING)
            g_ptr_array_add(rules, g_strdup(json_node_get_string(node)));
    }
    g_ptr_array_add(rules, NULL);
    self->rules = (char **)g_ptr_array_steal(rules, NULL);
}

static DashSimulatedCount
read_count(const DashSimulated *self, JsonObject *set)
{
    JsonObject *told = object_of(set, "told");
    JsonArray *rows = array_of(set, "rules");
    DashSimulatedCount count = {count_of(told, "high") + count_of(told, "medium")
                                    + count_of(told, "low") + count_of(told, "technical"),
                                0};
    for (guint i = 0; rows && i < json_array_get_length(rows); i++) {
        JsonObject *row = at(rows, i);
        const char *rule = text_of(row, "rule");
        if (rule && !truth_of(row, "technical")
            && g_strv_contains((const char *const *)self->rules, rule))
            count.rules += count_of(row, "alarms");
    }
    return count;
}

static bool
read_alarm(JsonObject *object, const char *raised, DashSimulatedAlarm *alarm)
{
    const char *bed = text_of(object, "bed"), *rule = text_of(object, "rule");
    if (!bed || !rule)
        return false;
    *alarm = (DashSimulatedAlarm){g_strdup(bed), g_strdup(rule), truth_of(object, "technical"),
                                  time_of(object, raised), time_of(object, "t_ended")};
    return true;
}

static int
by_time(const void *pa, const void *pb)
{
    const DashSimulatedAlarm *a = pa, *b = pb;
    if (a->raised_us != b->raised_us)
        return a->raised_us < b->raised_us ? -1 : 1;
    return strcmp(a->bed, b->bed);
}

static GArray *
read_alarms(JsonObject *root, const char *name, unsigned *n)
{
    JsonArray *array = array_of(root, name);
    GArray *alarms = g_array_new(FALSE, FALSE, sizeof(DashSimulatedAlarm));
    g_array_set_clear_func(alarms, clear_alarm);
    for (guint i = 0; array && i < json_array_get_length(array); i++) {
        DashSimulatedAlarm alarm;
        if (read_alarm(at(array, i), "t_raised", &alarm))
            g_array_append_val(alarms, alarm);
    }
    g_array_sort(alarms, by_time);
    *n = alarms->len;
    if (alarms->len > DASH_SIMULATED_KEPT)
        g_array_set_size(alarms, DASH_SIMULATED_KEPT);
    return alarms;
}

static void
read_later(DashSimulated *self, JsonObject *root)
{
    JsonObject *later = object_of(root, "later");
    self->n_later = count_of(later, "alarms");
    self->longest_s = number_of(later, "longest_s");
    if (self->n_later > 0)
        read_alarm(later, "t_before", &self->later);
}

static DashSimulated *
read_root(JsonObject *root, GError **error)
{
    g_autoptr(DashSimulated) self = g_new0(DashSimulated, 1);
    JsonObject *set = object_of(root, "set"), *against = object_of(root, "against");
    if (!set || !against || !text_of(against, "hash") || !array_of(root, "changed_rules")) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "what the replay printed lacks set, against or changed_rules");
        return NULL;
    }
    self->hash = g_strdup(text_of(against, "hash"));
    self->n_beds = count_of(set, "beds");
    self->bed_days = number_of(set, "bed_days");
    read_rules(self, root);
    self->before = read_count(self, against);
    self->after = read_count(self, set);
    self->vanish = read_alarms(root, "vanish", &self->n_vanish);
    self->appear = read_alarms(root, "appear", &self->n_appear);
    read_later(self, root);
    return g_steal_pointer(&self);
}

DashSimulated *
dash_simulated_read(const char *json, size_t size, GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    if (!json_parser_load_from_data(parser, json, (gssize)size, error)) {
        g_prefix_error(error, "what the replay printed is no JSON: ");
        return NULL;
    }
    JsonNode *node = json_parser_get_root(parser);
    JsonObject *root = node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
    return read_root(root, error);
}

/* --- as a table --- */

static void
put_alarms(GString *out, const char *what, const GArray *alarms)
{
    for (guint i = 0; i < alarms->len; i++) {
        const DashSimulatedAlarm *a = &g_array_index(alarms, DashSimulatedAlarm, i);
        g_string_append_printf(out, "%s,", what);
        dash_csv_text(out, a->bed);
        g_string_append_c(out, ',');
        dash_csv_text(out, a->rule);
        g_string_append_printf(out, ",%d", a->technical);
        dash_csv_time(out, a->raised_us);
        dash_csv_time(out, a->ended_us);
        g_string_append_c(out, '\n');
    }
}

char *
dash_simulated_csv(const DashSimulated *self, const char *change)
{
    GString *out = g_string_new("simulated,beds,bed_days,before,after,all_before,all_after,vanish,"
                                "appear,later,longest_s\n");
    dash_csv_text(out, change);
    g_string_append_printf(out, ",%u", self->n_beds);
    dash_csv_number(out, "%.4f", self->bed_days);
    g_string_append_printf(out, ",%u,%u,%u,%u,%u,%u,%u", self->before.rules, self->after.rules,
                           self->before.all, self->after.all, self->n_vanish, self->n_appear,
                           self->n_later);
    dash_csv_number(out, "%.1f", self->longest_s);
    g_string_append(out, "\n\nchange,bed,rule,technical,raised,ended\n");
    put_alarms(out, "vanish", self->vanish);
    put_alarms(out, "appear", self->appear);
    return g_string_free(out, FALSE);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "common/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"

#define QUIET_US (60 * G_USEC_PER_SEC)

typedef struct {
    int64_t said_us; /* boot time */
    guint held_back;
} Repeat;

static struct {
    GMutex mutex;
    const char *process;
    GHashTable *repeats; /* text -> Repeat */
} logging;

static const char *
level_name(GLogLevelFlags level)
{
    if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
        return "error";
    if (level & G_LOG_LEVEL_WARNING)
        return "warning";
    if (level & G_LOG_LEVEL_MESSAGE)
        return "notice";
    return level & G_LOG_LEVEL_INFO ? "info" : "debug";
}

static const char *
field(const GLogField *fields, gsize n, const char *key)
{
    for (gsize i = 0; i < n; i++)
        if (strcmp(fields[i].key, key) == 0)
            return fields[i].value;
    return NULL;
}

/* TRUE when the line may be said; *held = lines held back since it was said last. */
static gboolean
may_say(const char *text, int64_t now_us, guint *held)
{
    Repeat *repeat = g_hash_table_lookup(logging.repeats, text);

    *held = 0;
    if (repeat == NULL) {
        if (g_hash_table_size(logging.repeats) > 1000)
            g_hash_table_remove_all(logging.repeats);
        repeat = g_new0(Repeat, 1);
        g_hash_table_insert(logging.repeats, g_strdup(text), repeat);
    } else if (now_us - repeat->said_us < QUIET_US) {
        repeat->held_back++;
        return FALSE;
    }
    *held = repeat->held_back;
    repeat->held_back = 0;
    repeat->said_us = now_us;
    return TRUE;
}

static GLogWriterOutput
write_line(GLogLevelFlags level, const GLogField *fields, gsize n, gpointer user)
{
    const char *text = field(fields, n, "MESSAGE");
    const char *id = field(fields, n, "MESSAGE_ID");
    const char *bed = field(fields, n, "VICU_BED");
    guint held = 0;
    (void)user;

    if (text == NULL || (level & G_LOG_LEVEL_DEBUG) != 0)
        return G_LOG_WRITER_HANDLED;
    g_autofree char *now = vicu_time_format(vicu_clock_utc_us());
    g_mutex_lock(&logging.mutex);
    if (may_say(text, vicu_clock_boot_us(), &held)) {
        fprintf(stderr, "%s %s %s", now, logging.process, level_name(level));
        if (id != NULL)
            fprintf(stderr, " [%s]", id);
        if (bed != NULL)
            fprintf(stderr, " bed=%s", bed);
        fprintf(stderr, " %s", text);
        if (held > 0)
            fprintf(stderr, " (and %u times more since)", held);
        fputc('\n', stderr);
    }
    g_mutex_unlock(&logging.mutex);
    return G_LOG_WRITER_HANDLED;
}

void
vicu_log_open(const char *process)
{
    gboolean again = logging.process != NULL; /* of a test that runs a daemon more than once */

    logging.process = process;
    if (again)
        return;
    logging.repeats = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_log_set_writer_func(write_line, NULL, NULL);
}

void
vicu_log(GLogLevelFlags level, const char *id, const char *bed, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    GLogField fields[4] = {
        {"MESSAGE", text, -1},
        {"MESSAGE_ID", id, -1},
        {"GLIB_DOMAIN", "vicu", -1},
        {"VICU_BED", bed, -1},
    };
    g_log_structured_array(level, fields, bed != NULL ? 4 : 3);
}

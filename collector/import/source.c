/* SPDX-License-Identifier: Apache-2.0 */
#include "collector/import/source.h"

#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "collector/sources/wfdb-header.h"
#include "collector/sources/wfdb-player.h"
#include "common/error.h"

/* ---- which format ---- */

static size_t
first_bytes(const char *path, char *out, size_t n)
{
    int fd = g_open(path, O_RDONLY | O_CLOEXEC, 0);
    ssize_t got = fd >= 0 ? read(fd, out, n) : -1;

    if (fd >= 0)
        close(fd); /* read only: nothing to lose */
    return got > 0 ? (size_t)got : 0;
}

CollectorImportSource *
collector_import_source_open(const char *path,
                             const CollectorImportChoices *choices,
                             GError **error)
{
    char head[8] = "";
    g_autofree char *lower = g_ascii_strdown(path, -1);
    g_autofree char *with_suffix = g_strconcat(path, ".hea", NULL);

    if (!g_file_test(path, G_FILE_TEST_EXISTS) && g_file_test(with_suffix, G_FILE_TEST_EXISTS))
        return collector_import_wfdb_open(with_suffix, choices, error);
    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                    "%s: no such file; expected a WFDB record (.hea), EDF+ (.edf) or CSV (.csv)",
                    path);
        return NULL;
    }
    if (g_str_has_suffix(lower, ".hea"))
        return collector_import_wfdb_open(path, choices, error);
    if (g_str_has_suffix(lower, ".csv"))
        return collector_import_csv_open(path, choices, error);
    size_t n = first_bytes(path, head, sizeof head);
    if (g_str_has_suffix(lower, ".edf") || g_str_has_suffix(lower, ".rec")
        || g_str_has_suffix(lower, ".bdf") || (n == 8 && memcmp(head, "0       ", 8) == 0))
        return collector_import_edf_open(path, error);
    g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                "%s: not known what this is: expected a WFDB header (.hea), EDF+ (.edf) or CSV "
                "(.csv)",
                path);
    return NULL;
}

/* ---- what all sources have ---- */

static void
signal_free(gpointer data)
{
    CollectorImportSignal *signal = data;

    g_free(signal->label);
    g_free(signal->unit);
    g_free(signal);
}

void
collector_import_source_init(CollectorImportSource *self, const char *format, const char *path)
{
    self->format = format;
    self->path = g_strdup(path);
    self->signals = g_ptr_array_new_with_free_func(signal_free);
    self->files = g_ptr_array_new_with_free_func(g_free);
    self->notes = g_ptr_array_new_with_free_func(g_free);
    self->start_us = self->at_us = COLLECTOR_IMPORT_NO_TIME;
}

void
collector_import_source_clear(CollectorImportSource *self)
{
    g_free(self->path);
    g_ptr_array_unref(self->signals);
    g_ptr_array_unref(self->files);
    g_ptr_array_unref(self->notes);
}

void
collector_import_source_free(CollectorImportSource *self)
{
    if (self != NULL)
        self->free(self);
}

void
collector_import_source_note(CollectorImportSource *self, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_ptr_array_add(self->notes, g_strdup_vprintf(format, args));
    va_end(args);
}

CollectorImportSignal *
collector_import_source_add(CollectorImportSource *self,
                            const char *label,
                            const char *unit,
                            gboolean slow)
{
    CollectorImportSignal *signal = g_new0(CollectorImportSignal, 1);
    const VicuSignal *wave = vicu_signal_by_label(label);
    const VicuSignal *number = slow ? collector_wfdb_find_numeric(label) : NULL;

    signal->label = g_utf8_make_valid(label, -1);
    signal->unit = g_utf8_make_valid(collector_wfdb_ucum(unit), -1);
    /* A number in another unit than the table's is kept as it is, as a slow wave. */
    if (number != NULL && strcmp(number->unit, signal->unit) == 0)
        signal->numeric = number;
    else if (wave != NULL && wave->kind != VICU_SIGNAL_WAVE)
        wave = NULL;
    const VicuSignal *known = signal->numeric != NULL ? signal->numeric : wave;
    signal->code = known != NULL ? vicu_signal_code(known) : 0;
    for (guint i = 0; i < self->signals->len; i++) {
        const CollectorImportSignal *before = self->signals->pdata[i];
        signal->channel += before->code == signal->code;
    }
    g_ptr_array_add(self->signals, signal);
    return signal;
}

gboolean
collector_import_period(uint64_t num, uint64_t den, uint32_t *period_num, uint32_t *period_den)
{
    uint64_t a = num, b = den;

    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    if (a == 0 || num / a == 0 || num / a > UINT32_MAX || den / a > UINT32_MAX)
        return FALSE;
    *period_num = (uint32_t)(num / a);
    *period_den = (uint32_t)(den / a);
    return TRUE;
}

/* ---- where pieces go ---- */

typedef struct {
    uint32_t id; /* 0: no segment is open */
    CollectorImportRun run;
    uint64_t next;
} Open;

struct CollectorImportOut {
    CollectorTick *tick;
    const GPtrArray *signals;
    char *bed;
    Open *open;
    gboolean discard;
    uint64_t count;
};

CollectorImportOut *
collector_import_out_new(CollectorTick *tick, const GPtrArray *signals, const char *bed)
{
    CollectorImportOut *self = g_new0(CollectorImportOut, 1);

    self->tick = tick;
    self->signals = signals;
    self->bed = g_strdup(bed);
    self->open = g_new0(Open, signals->len);
    return self;
}

void
collector_import_out_free(CollectorImportOut *self)
{
    if (self == NULL)
        return;
    g_free(self->open);
    g_free(self->bed);
    g_free(self);
}

void
collector_import_out_discard(CollectorImportOut *self, gboolean discard)
{
    self->discard = discard;
}

uint64_t
collector_import_out_count(const CollectorImportOut *self)
{
    return self->count;
}

static gboolean
same_run(const CollectorImportRun *a, const CollectorImportRun *b)
{
    return a->t0_us == b->t0_us && a->period_num == b->period_num && a->period_den == b->period_den
           && memcmp(&a->gain, &b->gain, sizeof a->gain) == 0 && a->baseline == b->baseline;
}

void
collector_import_out_wave(CollectorImportOut *self,
                          size_t signal,
                          const CollectorImportRun *run,
                          uint64_t first,
                          const int16_t *samples,
                          size_t n)
{
    const CollectorImportSignal *s = self->signals->pdata[signal];
    Open *open = &self->open[signal];

    if (self->discard || n == 0)
        return;
    if (open->id != 0 && (!same_run(&open->run, run) || first < open->next)) {
        collector_tick_end_segment(self->tick, open->id);
        open->id = 0;
    }
    if (open->id == 0) {
        open->run = *run;
        open->id = collector_tick_begin_segment(
            self->tick, &(CollectorSegment){.bed = self->bed,
                                            .code = s->code,
                                            .channel = s->channel,
                                            .label = s->label,
                                            .t0_us = run->t0_us,
                                            .period_num = run->period_num,
                                            .period_den = run->period_den,
                                            .gain = run->gain,
                                            .baseline = run->baseline,
                                            .unit = s->unit,
                                            .origin = VICU__ORIGIN__ORIGIN_ARCHIVE});
    }
    collector_tick_push(self->tick, open->id, first, samples, n);
    open->next = first + n;
    self->count += n;
}

void
collector_import_out_number(CollectorImportOut *self,
                            size_t signal,
                            int64_t t_us,
                            double value,
                            gboolean invalid,
                            uint32_t period_ms)
{
    const CollectorImportSignal *s = self->signals->pdata[signal];

    if (self->discard)
        return;
    collector_tick_numeric(self->tick,
                           &(CollectorNumeric){.bed = self->bed,
                                               .origin = VICU__ORIGIN__ORIGIN_ARCHIVE,
                                               .source = VICU__SOURCE__SOURCE_DEVICE,
                                               .code = s->code,
                                               .channel = s->channel,
                                               .t_us = t_us,
                                               .value = value,
                                               .quality = invalid ? VICU__QUALITY__QUALITY_INVALID
                                                                  : VICU__QUALITY__QUALITY_GOOD,
                                               .period_ms = period_ms});
    self->count++;
}

void
collector_import_out_gap(
    CollectorImportOut *self, size_t signal, int64_t from_us, int64_t to_us, const char *reason)
{
    const CollectorImportSignal *s = self->signals->pdata[signal];
    Vicu__Gap gap = VICU__GAP__INIT;

    /* Code 0 would mean every stream of the bed: a label without a code has no gap record. */
    if (self->discard || s->code == 0)
        return;
    gap.bed = self->bed;
    gap.code = s->code;
    gap.channel = s->channel;
    gap.from_us = from_us;
    gap.to_us = to_us;
    gap.reason = (char *)reason;
    collector_tick_gap(self->tick, &gap);
}

void
collector_import_out_event(
    CollectorImportOut *self, int64_t t_us, const char *kind, const char *key, const char *text)
{
    Vicu__Event event = VICU__EVENT__INIT;

    if (self->discard)
        return;
    event.bed = self->bed;
    event.t_us = t_us;
    event.kind = (char *)kind;
    event.key = (char *)key;
    event.text = (char *)text;
    collector_tick_event(self->tick, &event);
}

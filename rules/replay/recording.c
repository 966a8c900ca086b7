/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/replay/recording.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "common/error.h"
#include "proto/signals.h"

#define COLUMNS_MAX 256

typedef struct {
    uint32_t code, channel; /* code 0: not taken */
    unsigned part;          /* sample within the frame, of the signal that began at `first` */
    size_t first;           /* column of its part 0 */
} Column;

typedef struct {
    Column columns[COLUMNS_MAX];
    size_t n;
    GArray *samples[COLUMNS_MAX]; /* int16_t, at part 0 */
    unsigned parts[COLUMNS_MAX];
    double times[2];
    uint64_t frames;
} Table;

/* In stored integers per unit: millivolts to +-16, pressures to +-655, a pleth to +-16. */
static double
gain_of(uint32_t code)
{
    const VicuSignal *signal = vicu_signal_by_code(code);
    return strcmp(signal->unit, "mm[Hg]") == 0 ? 50 : 2000;
}

static void
read_name(Table *table, size_t i, char *name)
{
    Column *column = &table->columns[i];
    char *bracket = strrchr(name, '['), *hash;
    *column = (Column){.first = i};
    if (bracket) {
        column->part = (unsigned)g_ascii_strtoull(bracket + 1, NULL, 10);
        *bracket = '\0';
    }
    if ((hash = strrchr(name, '#')) != NULL)
        *hash = '\0';
    const VicuSignal *signal = vicu_signal_by_label(name);
    bool taken = signal && signal->kind == VICU_SIGNAL_WAVE;
    if (column->part > 0 && i > 2)
        column->first = table->columns[i - 1].first;
    column->code = taken ? vicu_signal_code(signal) : 0;
    column->channel = (uint32_t)column->first;
    table->parts[column->first]++;
    if (column->part == 0)
        table->samples[i] = g_array_new(FALSE, FALSE, sizeof(int16_t));
}

static void
read_row(Table *table, char **cells, size_t n)
{
    if (table->frames < 2)
        table->times[table->frames] = g_ascii_strtod(cells[1], NULL);
    table->frames++;
    for (size_t i = 2; i < table->n; i++) {
        const Column *column = &table->columns[i];
        int16_t raw = -32768;
        if (column->code == 0 || i >= n)
            continue;
        if (*cells[i])
            raw = (int16_t)CLAMP(lround(g_ascii_strtod(cells[i], NULL) * gain_of(column->code)),
                                 -32767, 32767);
        g_array_append_val(table->samples[column->first], raw);
    }
}

static void
read_table(Table *table, FILE *in)
{
    char *line = NULL;
    size_t size = 0;
    for (size_t number = 0; getline(&line, &size, in) >= 0; number++) {
        g_strchomp(line);
        g_auto(GStrv) cells = g_strsplit(line, ",", COLUMNS_MAX);
        size_t n = g_strv_length(cells);
        if (number == 0) {
            table->n = n;
            for (size_t i = 2; i < n; i++)
                read_name(table, i, cells[i]);
        } else if (n > 2 && *cells[0]) {
            read_row(table, cells, n);
        }
    }
    free(line);
}

static RulesInputs *
inputs_of(const Table *table, const char *header, GError **error)
{
    double frame_s = table->times[1] - table->times[0];
    g_autoptr(RulesInputs) inputs = rules_inputs_new();
    if (table->frames < 2 || !(frame_s > 0 && frame_s < 0.1)) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT,
                    "%s: expected waves of at least 10 frames a second", header);
        return NULL;
    }
    for (size_t i = 2; i < table->n; i++) {
        const Column *column = &table->columns[i];
        if (column->code == 0 || column->part > 0)
            continue;
        RulesRhythmStream stream = {
            .code = column->code,
            .channel = column->channel,
            .t0_us = RULES_RECORDING_T0_US,
            .period_num = 1000,
            .period_den = (uint32_t)lround(table->parts[i] * 1000 / frame_s),
            .gain = gain_of(column->code),
        };
        rules_inputs_add(inputs,
                         &(RulesInput){.kind = RULES_ENTRY_WAVE,
                                       .origin = RULES_ORIGIN_RECORDING,
                                       .stream = &stream,
                                       .samples = (const int16_t *)(void *)table->samples[i]->data,
                                       .n = table->samples[i]->len});
    }
    if (rules_inputs_length(inputs) == 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT, "%s: no signal that rules read", header);
        return NULL;
    }
    rules_inputs_sort(inputs);
    return g_steal_pointer(&inputs);
}

/* Beside this program where it is installed, else in the build tree. Caller frees. */
static char *
decoder_path(void)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = self ? g_path_get_dirname(self) : g_strdup(".");
    g_autofree char *beside = g_build_filename(folder, "vicu-collector", NULL);
    if (g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer(&beside);
    return g_build_filename(folder, "..", "collector", "vicu-collector", NULL);
}

RulesInputs *
rules_recording_read(const char *header, GError **error)
{
    g_autofree char *program = decoder_path();
    const char *argv[] = {program, "decode", header, "--csv", NULL};
    g_autofree Table *table = g_new0(Table, 1);
    GPid pid;
    int fd = -1, status = 0;
    if (!g_spawn_async_with_pipes(NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                                  &pid, NULL, &fd, NULL, error))
        return NULL;
    FILE *in = fdopen(fd, "r");
    g_assert(in != NULL);
    read_table(table, in);
    fclose(in);
    bool whole = waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    RulesInputs *inputs = whole ? inputs_of(table, header, error) : NULL;
    if (!whole)
        g_set_error(error, VICU_ERROR, VICU_ERROR_FORMAT, "%s cannot be read", header);
    for (size_t i = 0; i < COLUMNS_MAX; i++)
        if (table->samples[i])
            g_array_unref(table->samples[i]);
    return inputs;
}

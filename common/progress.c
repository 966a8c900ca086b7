/* SPDX-License-Identifier: Apache-2.0 */
#include "common/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "common/clock.h"

#define EVERY_US  200000
#define BAR_WIDTH 24

struct VicuProgress {
    char *what, *unit;
    uint64_t begun, done, total;
    int64_t began_us, said_us;
    gboolean terminal, standing;
    gboolean lines;
    int said; /* per cent */
};

VicuProgress *
vicu_progress_new(const char *what, const char *unit, uint64_t total)
{
    VicuProgress *self = g_new0(VicuProgress, 1);

    self->what = g_strdup(what);
    self->unit = g_strdup(unit);
    self->total = total;
    self->began_us = vicu_clock_boot_us();
    self->terminal = isatty(STDERR_FILENO) == 1;
    return self;
}

void
vicu_progress_free(VicuProgress *self)
{
    if (self == NULL)
        return;
    if (self->standing)
        fputs("\r\033[K", stderr);
    g_free(self->what);
    g_free(self->unit);
    g_free(self);
}

static char *
amount(double n)
{
    static const char *const prefix[] = {"", "k", "M", "G", "T"};
    size_t i = 0;

    for (; n >= 1000 && i + 1 < G_N_ELEMENTS(prefix); i++)
        n /= 1000;
    return g_strdup_printf(i > 0 && n < 100 ? "%.1f %s" : "%.0f %s", n, prefix[i]);
}

char *
vicu_progress_line(const char *what,
                   const char *unit,
                   uint64_t begun,
                   uint64_t done,
                   uint64_t total,
                   int64_t elapsed_us)
{
    char bar[BAR_WIDTH + 1];
    double rate =
        elapsed_us > 0 ? (double)(done - MIN(begun, done)) / ((double)elapsed_us / 1e6) : 0;
    g_autofree char *speed = amount(rate);
    double share = total > 0 ? CLAMP((double)done / (double)total, 0.0, 1.0) : 0;

    if (total == 0) {
        g_autofree char *so_far = amount((double)done);
        return g_strdup_printf("%s: %s%s, %s%s/s", what, so_far, unit, speed, unit);
    }
    for (int i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < (int)(share * BAR_WIDTH) ? '#' : '.';
    bar[BAR_WIDTH] = '\0';
    if (rate <= 0)
        return g_strdup_printf("%s [%s] %3.0f %%", what, bar, share * 100);
    g_autofree char *left =
        vicu_duration_format((int64_t)((double)(total - MIN(done, total)) / rate * 1e6));
    return g_strdup_printf("%s [%s] %3.0f %%  %s%s/s  %s left", what, bar, share * 100, speed, unit,
                           left);
}

void
vicu_progress_begin(VicuProgress *self, uint64_t done)
{
    self->begun = self->done = done;
    self->began_us = vicu_clock_boot_us();
}

void
vicu_progress_say_lines(VicuProgress *self)
{
    self->lines = TRUE;
    self->said = -1;
}

static void
say_line(VicuProgress *self)
{
    uint64_t done = MIN(self->done, self->total);
    int percent = self->total > 0 ? (int)(100.0 * (double)done / (double)self->total) : 0;
    if (percent > self->said)
        fprintf(stderr, "%d %%\n", percent);
    self->said = MAX(self->said, percent);
}

void
vicu_progress_set(VicuProgress *self, uint64_t done)
{
    int64_t now_us = vicu_clock_boot_us();

    self->done = done;
    if (self->lines) {
        say_line(self);
        return;
    }
    if (!self->terminal || now_us - self->said_us < EVERY_US)
        return;
    g_autofree char *line = vicu_progress_line(self->what, self->unit, self->begun, done,
                                               self->total, now_us - self->began_us);
    fprintf(stderr, "\r%s\033[K", line);
    fflush(stderr);
    self->said_us = now_us;
    self->standing = TRUE;
}

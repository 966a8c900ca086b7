/* The table of signals (signals.csv), as the processes read it.
 *
 * A stream is bed + code + device channel; this table says what a code means,
 * in which unit we keep it, how long a value stands, and which labels of
 * recordings and vendors stand for it. Static data, generated at build time:
 * every pointer lives for ever, nothing is freed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    VICU_SIGNAL_WAVE,
    VICU_SIGNAL_NUMERIC,
    VICU_SIGNAL_SYMBOL,
    VICU_SIGNAL_EVENT,
} VicuSignalKind;

typedef struct {
    const char *name; /* as rules, settings and the command line say it */
    VicuSignalKind kind;
    const char *unit;          /* UCUM */
    const uint32_t *codes;     /* MDC, best first, ends with 0 */
    const char *const *labels; /* ends with NULL */
    int64_t period_ms;         /* usual announced period; 0: none */
    int64_t validity_s;        /* how long a value stands; 0 for waves */
    int64_t cap_s;             /* the most that 3 x a stream's period may stretch it to */
    double min;                /* believable bounds, in @unit, both included */
    double max;
    const char *carrier;      /* for events: the wave they are detected from, else "" */
    const char *title;        /* for people, English */
    const char *const *words; /* all that a symbol can be, ends with NULL; none: any word */
} VicuSignal;

extern const VicuSignal vicu_signals[];
extern const size_t vicu_n_signals;

/* The first code of @signal: what we send when we name it ourselves. */
uint32_t vicu_signal_code(const VicuSignal *signal);

/* NULL when the table does not know it. Names match exactly, labels without case. */
const VicuSignal *vicu_signal_by_name(const char *name);
const VicuSignal *vicu_signal_by_code(uint32_t code);
const VicuSignal *vicu_signal_by_label(const char *label);

/* The word of @signal that @text is, without case; @text itself where any word will do, NULL
 * where it is none of them. Borrowed. */
const char *vicu_signal_word(const VicuSignal *signal, const char *text);
/* "A, C, V, P, U"; "" where any word will do. Caller frees. */
char *vicu_signal_words(const VicuSignal *signal);

/* TRUE for the leads of an electrocardiogram. */
gboolean vicu_signal_is_ecg(const VicuSignal *signal);

/* How long a value of a stream with this @period_ms stands (S4 of the design):
 * the larger of the table's validity and 3 periods, at most the cap. */
int64_t vicu_signal_validity_us(const VicuSignal *signal, int64_t period_ms);

G_END_DECLS

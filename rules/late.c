/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/late.h"

#include "rules/lines.h"

#define AT(array, i) g_array_index(array, RulesLateInput, i)

/* State of the live bed, and which of the past it holds already. */
typedef struct {
    GBytes *state; /* NULL: none */
    int64_t t_us;  /* its watermark */
    guint from;    /* index in the past: it holds what is before */
} Base;

struct RulesLate {
    GArray *past;     /* of RulesLateInput, in the order of their coming */
    Base base[2];     /* older, newer; the newer one alone while there is one */
    int64_t kept_us;  /* mono */
    int64_t begun_us; /* what is not after it is of another beginning */
    GArray *late;
    int64_t first_mono_us, last_mono_us;
    /* the pass */
    RulesBed *shadow; /* NULL: none is under way */
    GArray *inputs;
    guint at;
    guint seen; /* of the past: what came after is not among the inputs yet */
    bool apart, reaches;
    int64_t first_us, last_us, end_us;
    int64_t gathered_us; /* the live bed stood there: what came since is later */
    Base middle;         /* at the last of what came late; from: index in inputs */
};

static int64_t
time_of(const RulesLateInput *input)
{
    return input->kind == RULES_LATE_CARRIER ? input->from_us : input->sample.t_us;
}

RulesFate
rules_late_offer(RulesBed *bed, const RulesLateInput *input)
{
    switch (input->kind) {
    case RULES_LATE_SYMBOL:
        return rules_engine_symbol(bed, &input->sample, input->symbol);
    case RULES_LATE_EVENT:
        return rules_engine_event(bed, &input->sample);
    case RULES_LATE_CARRIER:
        return rules_engine_carrier(bed, input->sample.code, input->from_us, input->sample.t_us,
                                    true);
    case RULES_LATE_SAMPLE:
    default:
        return rules_engine_sample(bed, &input->sample);
    }
}

/* --- what is kept --- */

static void
drop(Base *base)
{
    g_clear_pointer(&base->state, g_bytes_unref);
    base->from = 0;
}

static void
squeeze(Base *base, const RulesBed *bed)
{
    g_autoptr(GByteArray) block = g_byte_array_new();
    GByteArray *out = g_byte_array_new();
    rules_engine_save(bed, block);
    rules_lines_put(out, block->data, block->len);
    drop(base);
    base->state = g_byte_array_free_to_bytes(out);
    base->t_us = rules_bed_watermark(bed);
}

static bool
load(const Base *base, RulesBed *bed)
{
    gsize size = 0;
    const uint8_t *bytes = g_bytes_get_data(base->state, &size);
    RulesLinesReader r = {bytes, bytes + size};
    size_t length = 0;
    g_autofree uint8_t *block = rules_lines_take(&r, &length);
    return block && rules_engine_load(bed, block, length);
}

RulesLate *
rules_late_new(void)
{
    RulesLate *self = g_new0(RulesLate, 1);
    self->past = g_array_new(FALSE, FALSE, sizeof(RulesLateInput));
    self->late = g_array_new(FALSE, FALSE, sizeof(RulesLateInput));
    self->begun_us = INT64_MIN;
    return self;
}

void
rules_late_free(RulesLate *self)
{
    if (!self)
        return;
    rules_late_finish(self);
    drop(&self->base[0]);
    drop(&self->base[1]);
    g_array_unref(self->past);
    g_array_unref(self->late);
    g_free(self);
}

void
rules_late_forget(RulesLate *self)
{
    g_return_if_fail(!self->shadow);
    drop(&self->base[0]);
    drop(&self->base[1]);
    g_array_set_size(self->past, 0);
    self->kept_us = 0;
}

void
rules_late_begin(RulesLate *self, int64_t t_us)
{
    rules_late_forget(self);
    g_array_set_size(self->late, 0);
    self->begun_us = t_us;
}

static void
drop_before(RulesLate *self, guint from)
{
    g_array_remove_range(self->past, 0, from);
    for (size_t i = 0; i < G_N_ELEMENTS(self->base); i++)
        self->base[i].from -= MIN(from, self->base[i].from);
}

void
rules_late_note(RulesLate *self, const RulesLateInput *input)
{
    if (!self->base[1].state)
        return;
    if (self->past->len >= RULES_LATE_PAST_MAX && !self->shadow)
        rules_late_forget(self); /* somebody floods the bed: what is late is then judged apart */
    else if (self->past->len < 2 * RULES_LATE_PAST_MAX)
        g_array_append_vals(self->past, input, 1);
    else
        self->apart = true; /* the shadow misses something: it must not become the live bed */
}

bool
rules_late_take(RulesLate *self, const RulesLateInput *input, int64_t mono_us)
{
    if (time_of(input) <= self->begun_us || self->late->len >= RULES_LATE_MAX)
        return false;
    if (self->late->len == 0)
        self->first_mono_us = mono_us;
    self->last_mono_us = mono_us;
    g_array_append_vals(self->late, input, 1);
    return true;
}

size_t
rules_late_waiting(const RulesLate *self)
{
    return self->late->len;
}

bool
rules_late_is_keeping_due(const RulesLate *self, bool fetching, int64_t mono_us)
{
    if (self->shadow)
        return false;
    if (!self->base[1].state || self->past->len >= RULES_LATE_PAST_MAX / 2)
        return true;
    return !fetching && self->late->len == 0 && mono_us - self->kept_us >= RULES_LATE_KEEP_US;
}

void
rules_late_keep(RulesLate *self, const RulesBed *live, int64_t mono_us)
{
    g_return_if_fail(!self->shadow);
    drop(&self->base[0]);
    if (self->base[1].state) {
        self->base[0] = self->base[1];
        self->base[1] = (Base){0};
        drop_before(self, self->base[0].from);
    } else {
        g_array_set_size(self->past, 0);
    }
    squeeze(&self->base[1], live);
    self->base[1].from = self->past->len;
    self->kept_us = mono_us;
}

/* --- a pass --- */

bool
rules_late_is_due(const RulesLate *self, bool fetching, int64_t mono_us)
{
    if (self->late->len == 0 || self->shadow)
        return false;
    int64_t waited_us = mono_us - self->first_mono_us;
    if (waited_us >= RULES_LATE_FETCH_US || self->late->len >= RULES_LATE_MAX / 2)
        return true;
    return !fetching
           && (mono_us - self->last_mono_us >= RULES_LATE_QUIET_US
               || waited_us >= RULES_LATE_WAIT_US);
}

static int
by_time(gconstpointer a, gconstpointer b)
{
    int64_t x = time_of(a), y = time_of(b);
    return x < y ? -1 : x > y;
}

/* What came live since it was looked at last. */
static void
gather(RulesLate *self, const RulesBed *live)
{
    guint n = self->past->len - self->seen;
    self->gathered_us = rules_bed_watermark(live);
    if (n == 0)
        return;
    g_array_append_vals(self->inputs, &AT(self->past, self->seen), n);
    self->seen = self->past->len;
    qsort(&AT(self->inputs, self->at), self->inputs->len - self->at, sizeof(RulesLateInput),
          by_time);
}

/* The newest kept state that is older than all that came late. */
static Base *
choose(RulesLate *self)
{
    for (size_t i = G_N_ELEMENTS(self->base); i > 0; i--)
        if (self->base[i - 1].state && self->base[i - 1].t_us < self->first_us)
            return &self->base[i - 1];
    return NULL;
}

static const RulesLateInput *
next_input(RulesLate *self, const RulesBed *live)
{
    bool at_end = self->at == self->inputs->len;
    if (self->end_us == INT64_MAX
        && (at_end || time_of(&AT(self->inputs, self->at)) > self->gathered_us))
        gather(self, live);
    return self->at < self->inputs->len ? &AT(self->inputs, self->at) : NULL;
}

static Base *
oldest(RulesLate *self)
{
    return self->base[0].state ? &self->base[0] : self->base[1].state ? &self->base[1] : NULL;
}

void
rules_late_start(RulesLate *self, const RulesBed *live, RulesBed *shadow)
{
    g_return_if_fail(!self->shadow && self->late->len > 0);
    g_array_sort(self->late, by_time);
    self->first_us = time_of(&AT(self->late, 0));
    self->last_us = time_of(&AT(self->late, self->late->len - 1));
    self->inputs = g_steal_pointer(&self->late);
    self->late = g_array_new(FALSE, FALSE, sizeof(RulesLateInput));
    self->shadow = shadow;
    self->at = 0;
    self->end_us = INT64_MAX;
    Base *base = choose(self);
    self->apart = !base || !load(base, shadow);
    self->reaches = !self->apart;
    if (self->apart) {
        base = oldest(self);
        self->reaches = base && self->last_us >= base->t_us;
    }
    if (self->apart && !self->reaches) {
        self->end_us = self->last_us;
        self->seen = self->past->len;
        return;
    }
    /* From here on the past is read from the chosen state on; nothing older is kept. */
    if (!self->apart && base == &self->base[1]) {
        drop(&self->base[0]);
        self->base[0] = self->base[1];
        self->base[1] = (Base){0};
        base = &self->base[0];
    }
    if (!self->apart)
        drop_before(self, base->from);
    self->seen = self->apart ? base->from : 0;
    gather(self, live);
}

static void
lead(RulesLate *self, int64_t t_us, RulesTransitionFunc tell, void *user)
{
    if (t_us > rules_bed_watermark(self->shadow))
        rules_engine_advance_bed(self->shadow, t_us, tell, user);
}

/* All that came late is in: from here on another pass can begin. */
static void
keep_middle(RulesLate *self, RulesTransitionFunc tell, void *user)
{
    lead(self, MIN(self->last_us, self->end_us), tell, user);
    if (self->apart || self->middle.state)
        return;
    squeeze(&self->middle, self->shadow);
    self->middle.from = self->at;
}

size_t
rules_late_step(RulesLate *self,
                const RulesBed *live,
                size_t budget,
                RulesTransitionFunc tell,
                void *user,
                bool *done)
{
    int64_t end_us = MIN(rules_bed_watermark(live), self->end_us);
    const RulesLateInput *input;
    size_t used = 0;
    for (; used < budget && (input = next_input(self, live)); used++) {
        if (time_of(input) > self->last_us)
            keep_middle(self, tell, user);
        rules_late_offer(self->shadow, input);
        self->at++;
    }
    input = next_input(self, live);
    if (!input)
        keep_middle(self, tell, user);
    lead(self, MIN(input ? time_of(input) - 1 : INT64_MAX, end_us), tell, user);
    *done = !input && rules_bed_watermark(self->shadow) >= end_us;
    return used;
}

RulesBed *
rules_late_shadow(const RulesLate *self)
{
    return self->shadow;
}

bool
rules_late_is_apart(const RulesLate *self)
{
    return self->apart;
}

bool
rules_late_reaches_now(const RulesLate *self)
{
    return self->reaches;
}

int64_t
rules_late_first_us(const RulesLate *self)
{
    return self->first_us;
}

int64_t
rules_late_last_us(const RulesLate *self)
{
    return self->last_us;
}

void
rules_late_finish(RulesLate *self)
{
    if (self->shadow && !self->apart && self->middle.state && self->at == self->inputs->len) {
        /* The past is now as if all had come in time. */
        drop(&self->base[1]);
        self->base[1] = self->middle;
        self->middle = (Base){0};
        g_array_unref(self->past);
        self->past = g_steal_pointer(&self->inputs);
    }
    drop(&self->middle);
    g_clear_pointer(&self->inputs, g_array_unref);
    self->shadow = NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/language/program.h"

RulesSet *rules_set_alloc(void);

static void
clear_input(void *data)
{
    RulesInput *input = data;
    g_free(input->name);
    g_array_unref(input->sources);
}

static void
clear_limit(void *data)
{
    g_free(((RulesLimitDef *)data)->name);
    g_free(((RulesLimitDef *)data)->place);
}

static void
clear_pack(void *data)
{
    g_free(((RulesPackDef *)data)->name);
    g_free(((RulesPackDef *)data)->owner);
}

static void
clear_band(void *data)
{
    RulesBand *band = data;
    if (band->ids != NULL)
        g_array_unref(band->ids);
}

static void
clear_score(void *data)
{
    RulesScoreDef *def = data;
    for (guint i = 0; i < def->parts->len; i++) {
        RulesPart *part = &RULES_AT(def->parts, RulesPart, i);
        for (guint j = 0; j < part->variants->len; j++) {
            GArray *bands = RULES_AT(part->variants, RulesVariant, j).bands;
            for (guint k = 0; k < bands->len; k++)
                clear_band(&RULES_AT(bands, RulesBand, k));
            g_array_unref(bands);
        }
        g_array_unref(part->variants);
        g_free(part->name);
    }
    g_array_unref(def->parts);
    g_free(def->name);
    g_free(def->place);
}

static void
free_text(GArray *pieces)
{
    for (guint i = 0; i < pieces->len; i++)
        g_free(RULES_AT(pieces, RulesPiece, i).literal);
    g_array_unref(pieces);
}

static void
free_lines(GArray *lines)
{
    for (guint i = 0; i < lines->len; i++)
        g_free(RULES_AT(lines, RulesExplainLine, i).words);
    g_array_unref(lines);
}

static void
free_steps(GArray *steps)
{
    for (guint i = 0; i < steps->len; i++)
        g_free(RULES_AT(steps, RulesStepDef, i).to);
    g_array_unref(steps);
}

static void
clear_rule(void *data)
{
    RulesRule *rule = data;
    g_free(rule->name);
    g_free(rule->place);
    g_free(rule->title);
    g_free(rule->source);
    g_free(rule->owner);
    g_free(rule->note);
    free_text(rule->text);
    free_text(rule->unknown.text);
    free_lines(rule->explain_applies);
    free_lines(rule->explain_when);
    free_lines(rule->explain_clear);
    free_steps(rule->escalate);
    g_array_unref(rule->unless);
    g_array_unref(rule->limits);
}

static GArray *
array_of(size_t size, GDestroyNotify clear)
{
    GArray *array = g_array_new(FALSE, TRUE, (guint)size);
    if (clear != NULL)
        g_array_set_clear_func(array, clear);
    return array;
}

/* Empty; the compiler fills it. */
RulesSet *
rules_set_alloc(void)
{
    RulesSet *self = g_new0(RulesSet, 1);
    g_atomic_ref_count_init(&self->refs);
    self->packs = array_of(sizeof(RulesPackDef), clear_pack);
    self->nodes = array_of(sizeof(RulesNode), NULL);
    self->reads = array_of(sizeof(RulesReads), NULL);
    self->lists = array_of(sizeof(int), NULL);
    self->symbols = g_ptr_array_new_with_free_func(g_free);
    self->slots = array_of(sizeof(RulesSlot), NULL);
    self->inputs = array_of(sizeof(RulesInput), clear_input);
    self->limits = array_of(sizeof(RulesLimitDef), clear_limit);
    self->series = array_of(sizeof(RulesSeries), NULL);
    self->windows = array_of(sizeof(RulesWindow), NULL);
    self->patterns = array_of(sizeof(RulesPattern), NULL);
    self->scores = array_of(sizeof(RulesScoreDef), clear_score);
    self->rules = array_of(sizeof(RulesRule), clear_rule);
    self->order = array_of(sizeof(int), NULL);
    self->event_nodes = array_of(sizeof(int), NULL);
    self->by_code = g_hash_table_new(NULL, NULL);
    return self;
}

RulesSet *
rules_set_ref(RulesSet *self)
{
    g_atomic_ref_count_inc(&self->refs);
    return self;
}

void
rules_set_unref(RulesSet *self)
{
    if (!g_atomic_ref_count_dec(&self->refs))
        return;
    g_free(self->name);
    g_array_unref(self->packs);
    g_array_unref(self->nodes);
    g_array_unref(self->reads);
    g_array_unref(self->lists);
    g_ptr_array_unref(self->symbols);
    g_array_unref(self->slots);
    g_array_unref(self->inputs);
    g_array_unref(self->limits);
    g_array_unref(self->series);
    g_array_unref(self->windows);
    g_array_unref(self->patterns);
    g_array_unref(self->scores);
    g_array_unref(self->rules);
    g_array_unref(self->order);
    g_array_unref(self->event_nodes);
    g_hash_table_unref(self->by_code);
    rules_depend_free(self->depend);
    g_free(self);
}

const char *
rules_set_name(const RulesSet *self)
{
    return self->name;
}

static const RulesPackDef *
pack_at(const RulesSet *self, size_t pack)
{
    return &RULES_AT(self->packs, RulesPackDef, pack);
}

int
rules_set_version(const RulesSet *self)
{
    return pack_at(self, 0)->version;
}

const char *
rules_set_owner(const RulesSet *self)
{
    return pack_at(self, 0)->owner;
}

const char *
rules_set_review(const RulesSet *self)
{
    return pack_at(self, 0)->review;
}

size_t
rules_set_n_packs(const RulesSet *self)
{
    return self->packs->len;
}

RulesPackInfo
rules_set_pack(const RulesSet *self, size_t pack)
{
    const RulesPackDef *def = pack_at(self, pack);
    return (RulesPackInfo){def->name,   def->version, def->owner,
                           def->review, def->hash,    def->n_rules};
}

const char *
rules_set_hash(const RulesSet *self)
{
    return self->hash;
}

size_t
rules_set_n_rules(const RulesSet *self)
{
    return self->rules->len;
}

const char *
rules_set_rule_name(const RulesSet *self, size_t rule)
{
    return RULES_AT(self->rules, RulesRule, rule).name;
}

const char *
rules_set_rule_title(const RulesSet *self, size_t rule)
{
    return RULES_AT(self->rules, RulesRule, rule).title;
}

const char *
rules_set_rule_source(const RulesSet *self, size_t rule)
{
    return RULES_AT(self->rules, RulesRule, rule).source;
}

int
rules_set_rule_version(const RulesSet *self, size_t rule)
{
    return RULES_AT(self->rules, RulesRule, rule).version;
}

size_t
rules_set_rule_pack(const RulesSet *self, size_t rule)
{
    return RULES_AT(self->rules, RulesRule, rule).pack;
}

const char *
rules_set_rule_place(const RulesSet *self, size_t rule)
{
    return RULES_AT(self->rules, RulesRule, rule).place;
}

bool
rules_set_rule_tells_unknown(const RulesSet *self, size_t rule)
{
    return RULES_AT(self->rules, RulesRule, rule).unknown.act == AST_UNKNOWN_TECHNICAL;
}

const char *
rules_set_rule_hash(const RulesSet *self, size_t rule)
{
    return RULES_AT(self->rules, RulesRule, rule).hash;
}

int64_t
rules_set_rule_repeat_us(const RulesSet *self, size_t rule)
{
    return RULES_AT(self->rules, RulesRule, rule).repeat_us;
}

size_t
rules_set_rule_n_steps(const RulesSet *self, size_t rule)
{
    return RULES_AT(self->rules, RulesRule, rule).escalate->len;
}

RulesStep
rules_set_rule_step(const RulesSet *self, size_t rule, size_t step)
{
    static const char *const unless[] = {"", "acknowledged", "cleared"};
    const RulesStepDef *def =
        &RULES_AT(RULES_AT(self->rules, RulesRule, rule).escalate, RulesStepDef, step);
    return (RulesStep){def->to, def->after_us, unless[def->unless]};
}

int
rules_set_rule_find(const RulesSet *self, const char *name)
{
    for (guint i = 0; i < self->rules->len; i++)
        if (g_strcmp0(RULES_AT(self->rules, RulesRule, i).name, name) == 0)
            return (int)i;
    return -1;
}

size_t
rules_set_n_limits(const RulesSet *self)
{
    return self->limits->len;
}

RulesLimitInfo
rules_set_limit(const RulesSet *self, size_t limit)
{
    const RulesLimitDef *def = &RULES_AT(self->limits, RulesLimitDef, limit);
    return (RulesLimitInfo){.name = def->name,
                            .unit = def->unit.text,
                            .standard = def->standard,
                            .min = def->min,
                            .max = def->max,
                            .per_bed = def->per_bed,
                            .per_unit = def->per_unit};
}

int
rules_set_limit_find(const RulesSet *self, const char *name)
{
    for (guint i = 0; i < self->limits->len; i++)
        if (g_strcmp0(RULES_AT(self->limits, RulesLimitDef, i).name, name) == 0)
            return (int)i;
    return -1;
}

size_t
rules_set_n_inputs(const RulesSet *self)
{
    return self->inputs->len;
}

const char *
rules_set_input_name(const RulesSet *self, size_t input)
{
    return RULES_AT(self->inputs, RulesInput, input).name;
}

const char *
rules_set_input_unit(const RulesSet *self, size_t input)
{
    const RulesInput *i = &RULES_AT(self->inputs, RulesInput, input);
    return i->type == RULES_TYPE_NUMBER ? i->unit.text : "";
}

size_t
rules_set_n_scores(const RulesSet *self)
{
    return self->scores->len;
}

const char *
rules_set_score_name(const RulesSet *self, size_t score)
{
    return RULES_AT(self->scores, RulesScoreDef, score).name;
}

size_t
rules_set_bed_bytes(const RulesSet *self)
{
    return self->fixed_bytes;
}

size_t
rules_set_bed_bytes_full(const RulesSet *self)
{
    return self->full_bytes;
}

size_t
rules_set_bed_bytes_most(const RulesSet *self)
{
    return self->most_bytes;
}

bool
rules_set_uses_code(const RulesSet *self, uint32_t code)
{
    return g_hash_table_contains(self->by_code, GUINT_TO_POINTER(code));
}

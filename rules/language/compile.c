/* The compiler: nodes, names, declarations; scores and rules have their own
 * files.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/language/compiler.h"

void
rules_compile_error(RulesCompiler *self,
                    unsigned code,
                    size_t start,
                    size_t end,
                    const char *expected,
                    const char *format,
                    ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    rules_diagnostics_add(self->diagnostics, RULES_ERROR, code, start, end, expected, "%s",
                          message);
}

bool
rules_compile_define(RulesCompiler *self, RulesSlice name, RulesNameEntry entry)
{
    if (name.text == NULL)
        return false;
    char *key = g_strndup(name.text, name.length);
    if (g_hash_table_contains(self->names, key)) {
        rules_compile_error(self, 210, name.start, name.start + name.length, NULL,
                            "\"%s\" is declared twice", key);
        g_free(key);
        return false;
    }
    g_hash_table_insert(self->names, key, g_memdup2(&entry, sizeof entry));
    return true;
}

RulesNameEntry *
rules_compile_lookup(const RulesCompiler *self, RulesSlice name)
{
    char key[64] = "";
    if (name.length >= sizeof key)
        return NULL;
    memcpy(key, name.text, name.length);
    return g_hash_table_lookup(self->names, key);
}

const RulesInput *
rules_compile_input_of(RulesCompiler *self, const AstNode *ast)
{
    while (ast != NULL && ast->kind == AST_ELSE)
        ast = ast->a;
    const RulesNameEntry *entry =
        ast != NULL && ast->kind == AST_NAME ? rules_compile_lookup(self, ast->name) : NULL;
    if (entry == NULL || entry->kind != RULES_NAME_INPUT || entry->broken)
        return NULL;
    return &RULES_AT(self->set->inputs, RulesInput, entry->index);
}

bool
rules_compile_check_word(RulesCompiler *self, const RulesInput *input, RulesSlice word)
{
    const VicuSignal *closed = NULL;
    g_autofree char *text = g_strndup(word.text, word.length);
    for (guint i = 0; i < input->sources->len; i++) {
        int slot = RULES_AT(input->sources, RulesInputSource, i).slot;
        closed = RULES_AT(self->set->slots, RulesSlot, slot).signal;
        const char *known = vicu_signal_word(closed, text);
        if (known != NULL && strcmp(known, text) == 0)
            return true;
    }
    if (closed == NULL)
        return true;
    g_autofree char *words = vicu_signal_words(closed);
    rules_compile_error(self, 223, word.start, word.start + word.length, words,
                        "%s is never \"%s\"", input->name, text);
    return false;
}

int
rules_compile_symbol(RulesCompiler *self, RulesSlice word)
{
    GPtrArray *symbols = self->set->symbols;
    if (word.length > RULES_SYMBOL_MAX)
        rules_compile_error(self, 211, word.start, word.start + word.length, NULL,
                            "a symbol of more than %d characters", RULES_SYMBOL_MAX);
    for (guint i = 0; i < symbols->len; i++)
        if (rules_slice_is(word, symbols->pdata[i]))
            return (int)i;
    g_ptr_array_add(symbols, g_strndup(word.text, word.length));
    return (int)symbols->len - 1;
}

static guint
node_hash(gconstpointer key)
{
    const unsigned char *p = key;
    guint h = 5381;
    for (size_t i = 0; i < sizeof(RulesNode); i++)
        h = h * 33 + p[i];
    return h;
}

static gboolean
node_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(RulesNode)) == 0;
}

static void
read_too(const RulesSet *set, RulesReads *reads, int node)
{
    const RulesReads *of = &RULES_AT(set->reads, RulesReads, node);
    rules_bits_or(reads->inputs, of->inputs);
    reads->past |= of->past;
    reads->score |= of->score;
    reads->late |= of->late;
    reads->height = MAX(reads->height, of->height + 1);
}

static RulesReads
reads_of(const RulesSet *set, const RulesNode *n)
{
    RulesReads r = {0};
    if (rules_op_has_a(n->op))
        read_too(set, &r, n->a);
    if (rules_op_has_b(n->op))
        read_too(set, &r, n->b);
    for (int i = 0; i < n->n; i++)
        read_too(set, &r, RULES_AT(set->lists, int, n->first + i));

    bool input = n->op == RULES_OP_INPUT || n->op == RULES_OP_KNOWN || n->op == RULES_OP_AGE
                 || n->op == RULES_OP_COUNT || n->op == RULES_OP_NO_EVENT;
    int series = rules_node_series(set, n);
    bool score = rules_op_is_score(n->op);
    if (input)
        rules_bit_set(r.inputs, n->index);
    if (series >= 0) {
        const RulesSeries *of = &RULES_AT(set->series, RulesSeries, series);
        rules_bits_or(r.inputs, of->inputs);
        r.height = MAX(r.height, RULES_AT(set->reads, RulesReads, of->node).height + 1);
        r.score |= of->late;
        r.late |= of->late;
    }
    if (score)
        rules_bits_or(r.inputs, RULES_AT(set->scores, RulesScoreDef, n->index).inputs);
    r.score |= score;
    r.past |= series >= 0 || score || n->op == RULES_OP_AGE || n->op == RULES_OP_COUNT
              || n->op == RULES_OP_NO_EVENT;
    return r;
}

int
rules_compile_add(RulesCompiler *self, const RulesNode *node)
{
    RulesSet *set = self->set;
    int found = GPOINTER_TO_INT(g_hash_table_lookup(self->nodes, node));
    if (found > 0)
        return found - 1;
    RulesReads reads = reads_of(set, node);
    size_t start = self->under != NULL ? self->under->start : self->file->start;
    size_t end = self->under != NULL ? self->under->end : start + 1;
    /* The set is refused; any node will do to go on looking for errors. */
    if (set->nodes->len >= RULES_MAX_NODES) {
        rules_compile_error(self, 503, start, end, "fewer rules and scores in one set",
                            "the conditions of this set have more than %d different parts",
                            RULES_MAX_NODES);
        return 0;
    }
    if (reads.height > RULES_MAX_NODE_HEIGHT) {
        rules_compile_error(self, 503, start, end, "derived values that rest on fewer others",
                            "with what it is derived from this is more than %d steps, one upon "
                            "the other",
                            RULES_MAX_NODE_HEIGHT);
        return 0;
    }
    g_array_append_val(set->nodes, *node);
    g_array_append_val(set->reads, reads);
    g_hash_table_insert(self->nodes, g_memdup2(node, sizeof *node),
                        GINT_TO_POINTER((int)set->nodes->len));
    return (int)set->nodes->len - 1;
}

int
rules_compile_binary(RulesCompiler *self, RulesOp op, RulesType type, int a, int b)
{
    if (a < 0 || b < 0)
        return -1;
    RulesNode n;
    memset(&n, 0, sizeof n);
    n.op = op;
    n.type = type;
    n.a = a;
    n.b = b;
    return rules_compile_add(self, &n);
}

const RulesReads *
rules_compile_reads(const RulesCompiler *self, int node)
{
    return &RULES_AT(self->set->reads, RulesReads, node);
}

static int
slot_of(RulesCompiler *self, const VicuSignal *signal)
{
    RulesSet *set = self->set;
    for (guint i = 0; i < set->slots->len; i++)
        if (RULES_AT(set->slots, RulesSlot, i).signal == signal)
            return (int)i;
    RulesSlot slot = {signal, signal->kind == VICU_SIGNAL_EVENT ? set->n_events++ : -1};
    g_array_append_val(set->slots, slot);
    for (const uint32_t *code = signal->codes; *code != 0; code++)
        g_hash_table_insert(set->by_code, GUINT_TO_POINTER(*code),
                            GINT_TO_POINTER((int)set->slots->len));
    return (int)set->slots->len - 1;
}

static const VicuSignal *
signal_called(RulesCompiler *self, RulesSlice name)
{
    g_autofree char *word = g_strndup(name.text, name.length);
    const VicuSignal *signal = vicu_signal_by_name(word);
    if (signal == NULL) {
        g_autofree const char **names = g_new0(const char *, vicu_n_signals + 1);
        for (size_t i = 0; i < vicu_n_signals; i++)
            names[i] = vicu_signals[i].name;
        const char *near = rules_nearest(word, names);
        g_autofree char *expected = near != NULL ? g_strdup_printf("perhaps %s", near) : NULL;
        rules_compile_error(self, 212, name.start, name.start + name.length, expected,
                            "the table of signals has no \"%s\"", word);
    }
    return signal;
}

static const char *
kind_name(VicuSignalKind kind)
{
    static const char *const names[] = {"a wave", "a number", "a symbol", "an event"};
    return names[kind];
}

static bool
add_source(RulesCompiler *self, const AstUse *use, AstSource from, RulesInput *input)
{
    static const VicuSignalKind kinds[] = {VICU_SIGNAL_NUMERIC, VICU_SIGNAL_SYMBOL,
                                           VICU_SIGNAL_EVENT};
    RulesSlice name = from.name;
    const VicuSignal *signal = signal_called(self, name);
    if (signal == NULL)
        return false;
    if (signal->kind != kinds[use->kind]) {
        rules_compile_error(self, 213, name.start, name.start + name.length,
                            kind_name(kinds[use->kind]), "%s is %s", signal->name,
                            kind_name(signal->kind));
        return false;
    }
    RulesInputSource source = {
        .validity_us = from.validity_us > 0 ? from.validity_us : use->validity_us,
        .conversion = {.same = true},
    };
    RulesUnit unit = rules_unit_one;
    if (use->kind == AST_USE_NUMBER
        && (!rules_unit_parse(signal->unit, &unit)
            || !rules_unit_conversion(&unit, &use->unit, &source.conversion))) {
        rules_compile_error(self, 204, use->unit_start, use->unit_start + strlen(use->unit.text),
                            signal->unit, "%s comes in %s (%s), not in %s", signal->name,
                            signal->unit, rules_unit_kind(&unit), use->unit.text);
        return false;
    }
    source.slot = slot_of(self, signal);
    g_array_append_val(input->sources, source);
    return true;
}

/* `use QRS: event from ECG`: what an event is detected from is the table's to say. */
static bool
check_carrier(RulesCompiler *self, const AstUse *use)
{
    const VicuSignal *signal = signal_called(self, use->name);
    if (signal == NULL || use->from == NULL)
        return signal != NULL;
    RulesSlice from = RULES_AT(use->from, AstSource, 0).name;
    if (use->from->len == 1 && rules_slice_is(from, signal->carrier))
        return true;
    rules_compile_error(self, 214, from.start, from.start + from.length, signal->carrier,
                        "%s is detected from %s", signal->name, signal->carrier);
    return false;
}

static bool
compile_otherwise(RulesCompiler *self, const AstUse *use, RulesInput *input)
{
    if (use->otherwise == NULL)
        return true;
    input->has_else = true;
    if (use->kind == AST_USE_SYMBOL && use->otherwise->kind == AST_NAME) {
        input->else_symbol = rules_compile_symbol(self, use->otherwise->name);
        return rules_compile_check_word(self, input, use->otherwise->name);
    }
    if (use->kind == AST_USE_NUMBER && use->otherwise->kind == AST_NUMBER)
        return rules_compile_literal(self, use->otherwise, &use->unit, &input->else_number);
    rules_compile_error(self, 215, use->otherwise->start, use->otherwise->end, NULL,
                        "this cannot stand for %.*s", (int)use->name.length, use->name.text);
    return false;
}

/* The table's cap is the most that any validity gives. */
static void
warn_validity(RulesCompiler *self, const RulesInputSource *source, RulesSlice at)
{
    const VicuSignal *signal = RULES_AT(self->set->slots, RulesSlot, source->slot).signal;
    int64_t cap_s = MAX(signal->cap_s, signal->validity_s);
    if (source->validity_us > cap_s * G_USEC_PER_SEC)
        rules_diagnostics_add(self->diagnostics, RULES_WARNING, 123, at.start, at.start + at.length,
                              NULL, "the table caps the validity of %s at %" G_GINT64_FORMAT " s",
                              signal->name, cap_s);
}

/* Beats are known while the wave that they are found in was observed. */
static bool
add_event(RulesCompiler *self, const AstUse *use, RulesInput *input)
{
    const AstSource *from = use->from != NULL ? &RULES_AT(use->from, AstSource, 0) : NULL;
    if (!check_carrier(self, use))
        return false;
    if (from != NULL && from->validity_us > 0) {
        rules_compile_error(self, 222, from->name.start, from->name.start + from->name.length,
                            "no validity", "an event is known while its wave is observed");
        return false;
    }
    return add_source(self, use, (AstSource){.name = use->name}, input);
}

static bool
add_sources(RulesCompiler *self, const AstUse *use, RulesInput *input)
{
    bool good = true;
    if (use->kind == AST_USE_EVENT)
        return add_event(self, use, input);
    for (guint i = 0; i < (use->from != NULL ? use->from->len : 1); i++) {
        AstSource from =
            use->from != NULL ? RULES_AT(use->from, AstSource, i) : (AstSource){.name = use->name};
        if (add_source(self, use, from, input))
            warn_validity(self,
                          &RULES_AT(input->sources, RulesInputSource, input->sources->len - 1),
                          from.validity_us > 0 ? from.name : use->name);
        else
            good = false;
    }
    return good;
}

static bool
is_same_input(const RulesInput *a, const RulesInput *b)
{
    bool same = strcmp(a->name, b->name) == 0 && a->type == b->type
                && strcmp(a->unit.text, b->unit.text) == 0 && a->has_else == b->has_else
                && !(a->else_number < b->else_number || a->else_number > b->else_number)
                && a->else_symbol == b->else_symbol && a->sources->len == b->sources->len;
    for (guint i = 0; same && i < a->sources->len; i++) {
        const RulesInputSource *x = &RULES_AT(a->sources, RulesInputSource, i);
        const RulesInputSource *y = &RULES_AT(b->sources, RulesInputSource, i);
        same = x->slot == y->slot && x->validity_us == y->validity_us;
    }
    return same;
}

/* Packs that say the same of a signal share it. */
static int
add_input(RulesCompiler *self, RulesInput *input)
{
    GArray *inputs = self->set->inputs;
    for (guint i = 0; i < self->first_input; i++)
        if (is_same_input(&RULES_AT(inputs, RulesInput, i), input)) {
            g_free(input->name);
            g_array_unref(input->sources);
            return (int)i;
        }
    g_array_append_vals(inputs, input, 1);
    return (int)inputs->len - 1;
}

static void
compile_use(RulesCompiler *self, const AstUse *use)
{
    RulesNameEntry entry = {
        .kind = RULES_NAME_INPUT, .index = (int)self->set->inputs->len, .broken = true};
    static const RulesType types[] = {RULES_TYPE_NUMBER, RULES_TYPE_SYMBOL, RULES_TYPE_EVENT};
    if (use->broken || self->set->inputs->len >= RULES_MAX_INPUTS) {
        if (!use->broken)
            rules_compile_error(self, 503, use->name.start, use->name.start + use->name.length,
                                NULL, "more than %d inputs", RULES_MAX_INPUTS);
        rules_compile_define(self, use->name, entry);
        return;
    }

    RulesInput input = {
        .name = g_strndup(use->name.text, use->name.length),
        .type = types[use->kind],
        .unit = use->unit,
        .sources = g_array_new(FALSE, FALSE, sizeof(RulesInputSource)),
    };
    bool good = add_sources(self, use, &input);
    good &= compile_otherwise(self, use, &input);
    entry.broken = !good;
    entry.index = add_input(self, &input);
    rules_compile_define(self, use->name, entry);
}

static bool
is_same_limit(const RulesLimitDef *a, const RulesLimitDef *b)
{
    return strcmp(a->unit.text, b->unit.text) == 0 && a->per_bed == b->per_bed
           && a->per_unit == b->per_unit
           && !(a->standard < b->standard || a->standard > b->standard)
           && !(a->min < b->min || a->min > b->min) && !(a->max < b->max || a->max > b->max);
}

/* The limit of that name of another pack; -1: none. Packs may share one, not differ over it. */
static int
limit_before(RulesCompiler *self, const AstLimit *limit, const RulesLimitDef *def)
{
    g_autofree char *name = g_strndup(limit->name.text, limit->name.length);
    int found = rules_set_limit_find(self->set, name);
    if (found < 0 || (guint)found >= self->first_limit)
        return -1;
    const RulesLimitDef *other = &RULES_AT(self->set->limits, RulesLimitDef, found);
    if (!limit->broken && !is_same_limit(other, def))
        rules_compile_error(self, 220, limit->name.start, limit->name.start + limit->name.length,
                            "the same value, range and unit",
                            "limit %s is declared otherwise at %s", name, other->place);
    return found;
}

static void
compile_limit(RulesCompiler *self, const AstLimit *limit)
{
    RulesLimitDef def = {.per_bed = limit->per_bed, .per_unit = limit->per_unit};
    RulesNameEntry entry = {
        .kind = RULES_NAME_LIMIT, .index = (int)self->set->limits->len, .broken = true};
    if (!limit->broken) {
        def.unit = limit->value->unit;
        def.standard = rules_decimal_value(limit->value->number);
        entry.broken = !rules_compile_literal(self, limit->min, &def.unit, &def.min)
                       || !rules_compile_literal(self, limit->max, &def.unit, &def.max);
        if (!entry.broken && !(def.min <= def.standard && def.standard <= def.max)) {
            rules_compile_error(self, 216, limit->value->start, limit->value->end, NULL,
                                "the limit's own value %g is outside %g .. %g", def.standard,
                                def.min, def.max);
            entry.broken = true;
        }
    }
    int before = limit->name.text != NULL ? limit_before(self, limit, &def) : -1;
    entry.index = before >= 0 ? before : entry.index;
    if (rules_compile_define(self, limit->name, entry) && before < 0) {
        def.place = rules_diagnostics_place(self->diagnostics, limit->name.start);
        def.name = g_strndup(limit->name.text, limit->name.length);
        g_array_append_val(self->set->limits, def);
    }
}

static void
compile_derive(RulesCompiler *self, const AstDerive *derive)
{
    RulesNameEntry entry = {.kind = RULES_NAME_DERIVE, .broken = true};
    if (!derive->broken) {
        entry.derived = rules_compile_expression(self, derive->expression);
        if (entry.derived.symbol_word)
            entry.derived =
                rules_compile_expect(self, entry.derived, RULES_TYPE_NUMBER, derive->expression);
        if (entry.derived.node >= 0 && derive->has_unit) {
            entry.derived.node =
                rules_compile_in_unit(self, entry.derived, &derive->unit, derive->expression);
            entry.derived.unit = derive->unit;
        }
        entry.derived.literal = NULL;
        entry.broken = entry.derived.node < 0;
    }
    rules_compile_define(self, derive->name, entry);
}

void
rules_compile_declarations(RulesCompiler *self)
{
    for (guint i = 0; i < self->file->uses->len; i++) {
        AstUse *use = self->file->uses->pdata[i];
        if (use->validity_us == 0 && use->kind != AST_USE_EVENT)
            use->validity_us = self->file->validity_us;
        compile_use(self, use);
    }
    for (guint i = 0; i < self->file->limits->len; i++)
        compile_limit(self, self->file->limits->pdata[i]);
    for (guint i = 0; i < self->file->derives->len; i++)
        compile_derive(self, self->file->derives->pdata[i]);
}

static void
hash_tokens(GChecksum *sum, const RulesBundle *bundle, const RulesFile *file)
{
    const char *text = rules_bundle_text(bundle);
    RulesLexer lexer = {text, file->start, file->end};
    for (RulesToken t = rules_lexer_next(&lexer); t.kind != RULES_TOKEN_END;
         t = rules_lexer_next(&lexer)) {
        g_checksum_update(sum, (const guchar *)text + t.start, (gssize)(t.end - t.start));
        g_checksum_update(sum, (const guchar *)"\n", 1);
    }
}

/* Of the files of @pack, of all with -1. */
static void
hash_files(char hash[17], const RulesBundle *bundle, int pack)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    for (size_t i = 0; i < rules_bundle_n_files(bundle); i++) {
        const RulesFile *file = rules_bundle_file(bundle, i);
        if (pack < 0 || file->pack == (size_t)pack)
            hash_tokens(sum, bundle, file);
    }
    g_strlcpy(hash, g_checksum_get_string(sum), 17);
}

RulesSet *rules_set_alloc(void);

/* --- a set of packs --------------------------------------------------------------- */

/* One pack on its way into the set. */
typedef struct {
    AstFile *file;
    GHashTable *names;
    RulesCompiler compiler;
} Pack;

static void
clear_pack(void *data)
{
    Pack *pack = data;
    rules_ast_free(pack->file);
    g_hash_table_unref(pack->names);
}

static char *
words_of(RulesSlice slice)
{
    return slice.text != NULL ? g_strndup(slice.text, slice.length) : g_strdup("");
}

static void
begin_pack(RulesSet *set, const AstFile *file, RulesDiagnostics *diagnostics)
{
    RulesPackDef def = {
        .name = words_of(file->name),
        .owner = words_of(file->owner),
        .version = file->version,
    };
    for (guint i = 0; i < set->packs->len; i++)
        if (strcmp(RULES_AT(set->packs, RulesPackDef, i).name, def.name) == 0)
            rules_diagnostics_add(diagnostics, RULES_ERROR, 221, file->name.start,
                                  file->name.start + file->name.length, NULL,
                                  "a second pack is called \"%s\"", def.name);
    memcpy(def.review, file->review, sizeof def.review);
    g_array_append_val(set->packs, def);
}

static void
compile_pack(Pack *pack)
{
    RulesCompiler *compiler = &pack->compiler;
    guint before = compiler->set->rules->len;
    begin_pack(compiler->set, pack->file, compiler->diagnostics);
    rules_compile_declarations(compiler);
    rules_compile_scores(compiler);
    rules_compile_rules(compiler);
    RULES_AT(compiler->set->packs, RulesPackDef, compiler->set->packs->len - 1).n_rules =
        compiler->set->rules->len - before;
}

static void
compile_packs(RulesSet *set, RulesBundle *bundle, GArray *packs, RulesDiagnostics *diagnostics)
{
    g_autoptr(GHashTable) nodes = g_hash_table_new_full(node_hash, node_equal, g_free, NULL);
    for (guint i = 0; i < packs->len; i++) {
        Pack *pack = &RULES_AT(packs, Pack, i);
        pack->compiler = (RulesCompiler){.set = set,
                                         .file = pack->file,
                                         .text = rules_bundle_text(bundle),
                                         .diagnostics = diagnostics,
                                         .names = pack->names,
                                         .nodes = nodes,
                                         .first_input = set->inputs->len,
                                         .first_limit = set->limits->len};
        compile_pack(pack);
    }
    for (guint i = 0; i < packs->len; i++)
        rules_compile_unless(&RULES_AT(packs, Pack, i).compiler);
    rules_compile_order(set);
    for (guint i = 0; i < packs->len; i++)
        rules_compile_check_order(&RULES_AT(packs, Pack, i).compiler);
}

static void
give_names(RulesSet *set, const RulesBundle *bundle)
{
    g_autoptr(GString) name = g_string_new(NULL);
    for (guint i = 0; i < set->packs->len; i++) {
        RulesPackDef *def = &RULES_AT(set->packs, RulesPackDef, i);
        g_string_append_printf(name, "%s%s", i > 0 ? " + " : "", def->name);
        hash_files(def->hash, bundle, (int)i);
    }
    set->name = g_strdup(name->str);
    hash_files(set->hash, bundle, -1);
}

RulesSet *
rules_set_compile_packs(const RulesPackText *packs,
                        size_t n,
                        RulesReadFunc read,
                        void *user,
                        RulesDiagnostics *diagnostics)
{
    g_return_val_if_fail(n > 0 && n <= RULES_MAX_PACKS, NULL);
    size_t bytes = n;
    for (size_t i = 0; i < n; i++)
        bytes += MIN(packs[i].length, RULES_MAX_TEXT);
    g_autoptr(RulesBundle) bundle =
        rules_bundle_new(read != NULL ? RULES_MAX_BUNDLE : bytes, read, user, diagnostics);
    g_autoptr(GArray) files = g_array_new(FALSE, TRUE, sizeof(Pack));
    g_array_set_clear_func(files, clear_pack);
    for (size_t i = 0; i < n; i++) {
        const RulesFile *from =
            rules_bundle_add(bundle, packs[i].name, packs[i].text, packs[i].length);
        if (from == NULL)
            continue;
        Pack pack = {.file = rules_parse(bundle, from, diagnostics),
                     .names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free)};
        g_array_append_val(files, pack);
    }
    g_autoptr(RulesSet) set = rules_set_alloc();
    compile_packs(set, bundle, files, diagnostics);
    rules_diagnostics_finish(diagnostics);
    if (rules_diagnostics_count(diagnostics, RULES_ERROR) > 0)
        return NULL;
    give_names(set, bundle);
    rules_set_give_meanings(set);
    rules_set_lay_out(set);
    return g_steal_pointer(&set);
}

RulesSet *
rules_set_compile(const char *text, size_t length, RulesDiagnostics *diagnostics)
{
    RulesPackText pack = {rules_diagnostics_name(diagnostics), text, length};
    return rules_set_compile_packs(&pack, 1, NULL, NULL, diagnostics);
}

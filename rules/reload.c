/* The rules process: which set of rules is in force, and how another one comes into force.
 *
 * A set is read, compiled and tested on a thread of its own; then its texts are kept, the journal
 * says that it is in force, and the ward goes over to it. What does not compile, fails a test or
 * changes a rule's meaning without its version is refused as a whole: what is in force runs on, and
 * an alarm says so until a load succeeds. A start runs the set of the last run, and if the settings
 * name another one by now, loads it like that.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/log.h"
#include "rules/packs/keep.h"
#include "rules/serve-inner.h"

#define CAUSE     "rules-not-loaded"
#define FAULT_MAX 300 /* bytes of a fault in an alarm's text */

struct ServiceLoad {
    RulesService *service;
    GThread *thread;
    GMainContext *context;
    char *list;
    char *folder;
    RulesPacks *packs;
    char *why; /* NULL: good */
};

typedef struct {
    char *key;
    GBytes *packed;
} Asked;

static void
free_asked(gpointer data)
{
    Asked *asked = data;
    g_free(asked->key);
    g_bytes_unref(asked->packed);
    g_free(asked);
}

static void
free_load(ServiceLoad *load)
{
    g_clear_pointer(&load->packs, rules_packs_free);
    g_main_context_unref(load->context);
    g_free(load->list);
    g_free(load->folder);
    g_free(load->why);
    g_free(load);
}

/* --- reading a set ----------------------------------------------------------------- */

/* Why the packs of @list are no set to run; NULL: they are, if they pass their tests. */
static char *
read_set(RulesPacks *packs, const char *list)
{
    g_autoptr(GError) error = NULL;
    if (!rules_packs_add_list(packs, list, &error))
        return g_strdup(error->message);
    return rules_packs_compile(packs) ? NULL : rules_packs_first_fault(packs);
}

static char *
read_and_test(RulesPacks *packs, const char *list)
{
    char *why = read_set(packs, list);
    return why || rules_packs_test(packs) ? why : rules_packs_first_fault(packs);
}

/* Packs of the program's own passed their tests when it was built. */
static bool
are_built_in(const RulesPacks *packs)
{
    bool all = true;
    for (guint i = 0; i < packs->packs->len; i++)
        all &= ((const RulesPack *)packs->packs->pdata[i])->built_in;
    return all;
}

/* Why @set may not follow @before; NULL: it may. */
static char *
version_fault(const RulesSet *set, const RulesSet *before)
{
    g_autoptr(GPtrArray) wrong = rules_set_same_version(set, before);
    return wrong->len > 0 ? g_strdup_printf("E420: %s", (char *)wrong->pdata[0]) : NULL;
}

/* --- what becomes known ------------------------------------------------------------- */

/* A fault in one line that fits into an alarm. */
static char *
shortened(const char *why)
{
    g_autofree char *line = g_strdup(why);
    g_strdelimit(line, "\n", ' ');
    if (strlen(line) <= FAULT_MAX)
        return g_steal_pointer(&line);
    size_t length = FAULT_MAX;
    while (((unsigned char)line[length] & 0xc0) == 0x80)
        length--;
    return g_strdup_printf("%.*s...", (int)length, line);
}

static void
tell_alarm(RulesService *self, const char *text, int64_t now_us)
{
    rules_ward_local(self->ward, CAUSE, VICU__PRIORITY__PRIORITY_MEDIUM, text ? text : "",
                     text != NULL, now_us);
}

/* The alarm of another fault is another alarm. */
static void
refuse(RulesService *self, const char *why, int64_t now_us)
{
    g_autofree char *fault = shortened(why);
    g_autofree char *text = g_strdup_printf("Rules not loaded: %s. Those of before run on (set %s)",
                                            fault, rules_set_hash(self->set));
    vicu_warning(VICU_MSG_RULES_REFUSED, "%s", why);
    rules_ward_note(self->ward, "rules-refused", fault, rules_set_hash(self->set), now_us);
    if (g_strcmp0(self->refusal, text) == 0)
        return;
    tell_alarm(self, NULL, now_us);
    tell_alarm(self, text, now_us);
    g_free(self->refusal);
    self->refusal = g_steal_pointer(&text);
}

static void
accept_set(RulesService *self, int64_t now_us)
{
    g_clear_pointer(&self->refusal, g_free);
    tell_alarm(self, NULL, now_us);
}

static void
note_change(RulesService *self, const char *from, int64_t now_us)
{
    g_autoptr(GString) detail = g_string_new(NULL);
    g_string_append_printf(detail, "set %s instead of %s:", rules_set_hash(self->set),
                           *from ? from : "none");
    for (size_t i = 0; i < rules_set_n_packs(self->set); i++) {
        RulesPackInfo pack = rules_set_pack(self->set, i);
        g_string_append_printf(detail, "%s %s version %d (%s)", i > 0 ? "," : "", pack.name,
                               pack.version, pack.hash);
    }
    rules_ward_note(self->ward, "rules-changed", "", detail->str, now_us);
}

/* --- the journal --------------------------------------------------------------------- */

void
service_set_record(const RulesService *self, char record[SERVICE_SET_RECORD])
{
    memset(record, 0, SERVICE_SET_RECORD);
    memcpy(record, self->in_force, strlen(self->in_force));
    memcpy(record + SERVICE_SET_RECORD / 2, self->before, strlen(self->before));
}

void
service_read_set_record(RulesService *self, const uint8_t *data, size_t size)
{
    if (size != SERVICE_SET_RECORD)
        return;
    g_strlcpy(self->in_force, (const char *)data, MIN(sizeof self->in_force, size / 2 + 1));
    memcpy(self->before, data + size / 2, size / 2);
}

/* From here on a restart knows that @set is in force, and what was before. */
static bool
write_set(RulesService *self, const RulesSet *set)
{
    char record[SERVICE_SET_RECORD];
    g_autoptr(GError) error = NULL;
    memcpy(self->before, self->in_force, sizeof self->before);
    g_strlcpy(self->in_force, rules_set_hash(set), sizeof self->in_force);
    service_set_record(self, record);
    service_append(self, RULES_RECORD_SET, record, sizeof record);
    if (self->broken)
        return false;
    if (vicu_journal_sync_now(self->journal, &error))
        return true;
    service_journal_failed(self, error);
    return false;
}

/* --- at the start -------------------------------------------------------------------- */

/* Of an earlier run; NULL: there is none that can be made again. */
static RulesSet *
recall(const RulesService *self, const char *hash)
{
    g_autoptr(RulesPacks) packs = *hash ? rules_packs_recall(self->sets_folder, hash) : NULL;
    return packs ? rules_set_ref(packs->set) : NULL;
}

static void
add_before(RulesService *self, RulesSet *set)
{
    if (set && strcmp(rules_set_hash(set), rules_set_hash(self->set)) != 0)
        g_ptr_array_add(self->sets_before, rules_set_ref(set));
}

/* Tests take seconds, and nothing is watched before a set runs: what ran before passed them then,
 * and what is new is tried beside it. Only where there is nothing else are they waited for. */
bool
service_choose_set(RulesService *self, GError **error)
{
    g_autoptr(RulesPacks) packs = rules_packs_new();
    g_autofree char *why = read_set(packs, self->pack_list);
    bool same = packs->set && strcmp(rules_set_hash(packs->set), self->in_force) == 0;
    g_autoptr(RulesSet) last = same ? NULL : recall(self, self->in_force);
    g_autoptr(RulesSet) older = recall(self, self->before);
    self->load_at_start = !why && last;
    if (!why && !same && !last && !are_built_in(packs) && !rules_packs_test(packs))
        why = rules_packs_first_fault(packs);
    if (why && !last) {
        g_autofree char *all = rules_packs_faults(packs);
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "the rules cannot run:\n%s",
                    *all ? all : why);
        return false;
    }
    self->set = rules_set_ref(last ? last : packs->set);
    self->refused_at_start = g_steal_pointer(&why);
    add_before(self, older);
    g_autoptr(GError) lost = NULL;
    /* Without a copy the set runs all the same. */
    if (!last && !rules_packs_keep(packs, self->sets_folder, &lost))
        vicu_warning(VICU_MSG_SNAPSHOT_FAILED, "%s", lost->message);
    return true;
}

void
service_begin_set(RulesService *self, int64_t now_us)
{
    g_autofree char *from = g_strdup(self->in_force);
    g_autofree char *why = g_steal_pointer(&self->refused_at_start);
    g_ptr_array_set_size(self->sets_before, 0);
    if (strcmp(from, rules_set_hash(self->set)) != 0) {
        if (!write_set(self, self->set))
            return;
        note_change(self, from, now_us);
    }
    if (why)
        refuse(self, why, now_us);
    else
        accept_set(self, now_us);
    if (self->load_at_start)
        service_reload(self, NULL);
}

/* --- while it runs ------------------------------------------------------------------- */

static void
answer_all(RulesService *self, bool ok, const char *text)
{
    for (Asked *asked; (asked = g_queue_pop_head(&self->asked)) != NULL;) {
        RulesAnswer answer = {.ok = ok, .text = g_strdup(text)};
        service_keep_answer(self, asked->key, asked->packed, &answer);
        free_asked(asked);
    }
}

static void
go_over(RulesService *self, RulesSet *set, int64_t now_us)
{
    g_autofree char *from = g_strdup(self->in_force);
    if (!write_set(self, set))
        return;
    rules_ward_adopt(self->ward, set, now_us);
    rules_set_unref(self->set);
    self->set = rules_set_ref(set);
    note_change(self, from, now_us);
    rules_packs_tidy(self->sets_folder, self->in_force, self->before);
}

static void
finish_load(RulesService *self, ServiceLoad *load, int64_t now_us)
{
    RulesSet *set = load->packs->set;
    bool same = set && strcmp(rules_set_hash(set), rules_set_hash(self->set)) == 0;
    if (!load->why && !same)
        load->why = version_fault(set, self->set);
    if (load->why) {
        g_autofree char *fault = shortened(load->why);
        g_autofree char *text = g_strdup_printf("Refused; the rules of before run on: %s", fault);
        refuse(self, load->why, now_us);
        answer_all(self, false, text);
        return;
    }
    if (!same)
        go_over(self, set, now_us);
    if (self->broken)
        return;
    accept_set(self, now_us);
    g_autofree char *text = g_strdup_printf(
        "%s: %s, set %s, %zu rules.", same ? "Nothing changed" : "In force",
        rules_set_name(self->set), rules_set_hash(self->set), rules_set_n_rules(self->set));
    answer_all(self, true, text);
}

static gboolean
on_loaded(gpointer user)
{
    ServiceLoad *load = user;
    RulesService *self = load->service;
    g_thread_join(load->thread);
    self->load = NULL;
    if (self->load_again) /* asked for while this one was read: what it read may be old */
        service_reload(self, NULL);
    else
        finish_load(self, load, vicu_clock_utc_us());
    free_load(load);
    service_settle(self, vicu_clock_utc_us());
    return G_SOURCE_REMOVE;
}

static gpointer
load_in_thread(gpointer user)
{
    ServiceLoad *load = user;
    g_autoptr(GError) error = NULL;
    load->packs = rules_packs_new();
    load->why = read_and_test(load->packs, load->list);
    if (!load->why && !rules_packs_keep(load->packs, load->folder, &error))
        load->why = g_strdup(error->message);
    g_autoptr(GSource) source = g_idle_source_new();
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, on_loaded, load, NULL);
    g_source_attach(source, load->context);
    return NULL;
}

void
service_reload(RulesService *self, const char *list)
{
    if (list) {
        g_free(self->pack_list);
        self->pack_list = g_strdup(list);
    }
    if (self->load) {
        self->load_again = true;
        return;
    }
    self->load_again = false;
    ServiceLoad *load = g_new0(ServiceLoad, 1);
    load->service = self;
    load->context = g_main_context_ref(vicu_daemon_main_context(self->daemon)
                                           ? vicu_daemon_main_context(self->daemon)
                                           : g_main_context_default());
    load->list = g_strdup(self->pack_list);
    load->folder = g_strdup(self->sets_folder);
    self->load = load;
    load->thread = g_thread_new("rules-load", load_in_thread, load);
}

void
service_ask_reload(RulesService *self, const char *key, GBytes *packed)
{
    g_autoptr(GError) error = NULL;
    Asked *asked = g_new0(Asked, 1);
    asked->key = g_strdup(key);
    asked->packed = g_bytes_ref(packed);
    g_queue_push_tail(&self->asked, asked);
    if (vicu_daemon_reload(self->daemon, "rules reload", &error))
        return;
    g_autofree char *text = g_strdup_printf("The old settings and rules stay: %s", error->message);
    answer_all(self, false, text);
}

void
service_stop_loading(RulesService *self)
{
    if (self->load) {
        g_thread_join(self->load->thread);
        GSource *source = g_main_context_find_source_by_user_data(self->load->context, self->load);
        if (source)
            g_source_destroy(source);
        free_load(self->load);
    }
    g_queue_clear_full(&self->asked, free_asked);
}

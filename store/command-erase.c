/* vicu store erase: lays what the store shall erase when it starts next.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/json.h"
#include "store/erase/request.h"
#include "store/erase/settings.h"
#include "store/rest.h"
#include "store/segment.h"
#include "store/verbs.h"
#include "store/wave-key.h"

#define WHY_MAX 1000 /* bytes */

typedef struct {
    StoreVerb verb;
    char *bed, *from, *to, *why;
    gboolean yes;
} Ask;

static void ask_clear(Ask *ask);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Ask, ask_clear)

static void
ask_clear(Ask *ask)
{
    store_verb_clear(&ask->verb);
    g_free(ask->bed);
    g_free(ask->from);
    g_free(ask->to);
    g_free(ask->why);
}

static bool
take_times(const Ask *ask, StoreEraseRequest *request, GError **error)
{
    int64_t now_us = request->t_us, from_us = 0, to_us = 0;

    if (!vicu_time_parse(ask->from, now_us, &from_us, error)
        || !vicu_time_parse(ask->to, now_us, &to_us, error))
        return false;
    if (to_us > now_us || from_us >= to_us) {
        g_autofree char *from = vicu_time_format(from_us), *to = vicu_time_format(to_us);
        g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED,
                    "from %s to %s: --to must lie after --from, and not in the future", from, to);
        return false;
    }
    /* Keys are of minutes; the last one may still be running, and what comes in it later is
     * kept for nobody. */
    request->from_us = store_minute_of(from_us) * STORE_MINUTE_US;
    request->to_us = (store_minute_of(to_us - 1) + 1) * STORE_MINUTE_US;
    return true;
}

/* The bed has keys: it has been stored since there are some. */
static bool
check_bed(const VicuRoot *root, const char *bed, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autoptr(StoreCipher) cipher = store_erase_reader(root, &why);

    if (why != NULL) {
        g_propagate_error(error, g_steal_pointer(&why));
        return false;
    }
    if (cipher == NULL || store_cipher_id(cipher) == NULL) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED,
                    "the store in %s has no keys that could be destroyed: set [erasure] keys in "
                    "%s/store.conf; what is stored from then on can be erased",
                    root->dir, root->etc);
        return false;
    }
    if (store_cipher_knows(cipher, bed))
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_ABSENT,
                "nothing of a bed \"%s\" was stored since there are keys: see vicu query streams",
                bed);
    return false;
}

static bool
is_sure(const Ask *ask, const StoreEraseRequest *request)
{
    g_autofree char *from = vicu_time_format(request->from_us);
    g_autofree char *to = vicu_time_format(request->to_us);
    char line[16] = "";

    if (ask->yes)
        return true;
    printf("Everything stored of bed %s from %s to %s will be unreadable, for ever and in every "
           "backup.\nType \"yes\" to go on: ",
           request->bed, from, to);
    fflush(stdout);
    return fgets(line, sizeof line, stdin) != NULL && strcmp(g_strstrip(line), "yes") == 0;
}

static void
print_laid(const Ask *ask, const StoreEraseRequest *request, bool runs)
{
    g_autofree char *from = vicu_time_format(request->from_us);
    g_autofree char *to = vicu_time_format(request->to_us);

    if (!ask->verb.json) {
        printf("bed %s from %s to %s: the store erases it when it starts next%s\n", request->bed,
               from, to, runs ? "; it runs: end it, and its supervisor starts it again" : "");
        return;
    }
    g_autoptr(VicuJson) json = vicu_json_new();
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "request", request->name);
    vicu_json_text(json, "bed", request->bed);
    vicu_json_time(json, "from", request->from_us);
    vicu_json_time(json, "to", request->to_us);
    vicu_json_bool(json, "store_runs", runs);
    vicu_json_end(json);
    vicu_json_print(json, stdout);
}

static int
lay(const Ask *ask)
{
    g_autoptr(StoreEraseRequest) request = g_new0(StoreEraseRequest, 1);
    g_autoptr(GError) error = NULL;
    bool runs = store_rest_is_running(ask->verb.root);
    g_autoptr(VicuRoot) root = runs ? vicu_root_find_running(ask->verb.root, &error)
                                    : vicu_root_new(ask->verb.root, &error);

    request->t_us = vicu_clock_utc_us();
    request->bed = g_strdup(ask->bed);
    request->who = g_strdup(g_get_user_name());
    request->why = g_strdup(ask->why);
    if (root == NULL || !take_times(ask, request, &error) || !check_bed(root, request->bed, &error))
        return store_verb_wanting(g_steal_pointer(&error));
    if (!is_sure(ask, request)) {
        fprintf(stderr, "%s: nothing is erased\n", g_get_prgname());
        return STORE_WANTING;
    }
    if (!store_erase_lay(root->dir, request, &error))
        return store_verb_wanting(g_steal_pointer(&error));
    print_laid(ask, request, runs);
    return STORE_DONE;
}

int
store_erase_main(int argc, char **argv)
{
    g_auto(Ask) ask = {0};
    const GOptionEntry entries[] = {
        {"bed", 0, 0, G_OPTION_ARG_STRING, &ask.bed, "Whose, as site/unit/bed", "BED"},
        {"from", 0, 0, G_OPTION_ARG_STRING, &ask.from, "First instant, rounded down to a minute",
         "TIME"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &ask.to, "End, rounded up to a minute", "TIME"},
        {"why", 0, 0, G_OPTION_ARG_STRING, &ask.why, "For the audit; no patient data", "TEXT"},
        {"yes", 0, 0, G_OPTION_ARG_NONE, &ask.yes, "Do not ask", NULL},
        G_OPTION_ENTRY_NULL,
    };
    int status = store_verb_options(
        "erase",
        "Has the keys of a stretch of a bed's time destroyed when the store starts next: waves,\n"
        "numerics, trends, events and words of it can be read no more, neither in the store nor\n"
        "in a backup of it. Nothing brings them back. Other beds and times stay as they are.",
        "vicu store erase --bed site/icu/7 --from 2026-01-30T14:05Z --to 2026-02-02T09:00Z "
        "--why \"request 12 of the data protection officer\"",
        entries, &ask.verb, &argc, &argv);

    if (status >= 0)
        return status;
    if (ask.bed == NULL || ask.from == NULL || ask.to == NULL || ask.why == NULL)
        return store_verb_usage("--bed, --from, --to and --why are all needed");
    if (!store_bed_fits(ask.bed))
        return store_verb_usage("\"%s\" is no name of a bed", ask.bed);
    if (ask.why[0] == '\0' || strlen(ask.why) > WHY_MAX)
        return store_verb_usage("--why is %zu bytes, 1 to %d are taken", strlen(ask.why), WHY_MAX);
    if (!ask.yes && !isatty(STDIN_FILENO))
        return store_verb_usage("nobody is there to ask: --yes goes on without");
    return lay(&ask);
}

/* vicu keys token: makes, lists and ends tokens for the portal.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/audit-act.h"
#include "common/clock.h"
#include "common/error.h"
#include "common/json.h"
#include "common/options.h"
#include "portal/tokens.h"
#include "portal/verbs.h"

#define VERB "vicu keys token"
#define DESCRIPTION                                                                                \
    "Prints a bearer token for this installation's portal, once: only its hash is kept. It ends\n" \
    "after --for, by --revoke, and with the installation. Without --role the tokens are listed.\n" \
    "Roles: intensivist, bedside, administrator, auditor, system, metrics.\n\n"                    \
    "Examples:\n"                                                                                  \
    "  vicu keys token --role system --for 365d --name 'laboratory system'\n"                      \
    "  vicu keys token --role bedside --for 12h --link https://hub.ward.example:8443\n"            \
    "  vicu keys token --revoke 3f2a77c1\n"

typedef struct {
    char *root, *role, *duration, *name, *link, *revoke;
    gboolean json;
} Options;

static void
write_token(VicuJson *json, const PortalToken *token)
{
    vicu_json_text(json, "id", token->id);
    vicu_json_text(json, "role", portal_role_name(token->role));
    vicu_json_text(json, "name", token->name);
    vicu_json_time(json, "made", token->made_us);
    vicu_json_time(json, "end", token->end_us);
}

static gboolean
list(const VicuRoot *root, const Options *o, GError **error)
{
    g_autoptr(PortalTokens) all = portal_tokens_load(root->keys, error);
    g_autoptr(VicuJson) json = vicu_json_new();

    if (all == NULL)
        return FALSE;
    vicu_json_begin_array(json, NULL);
    for (size_t i = 0; i < portal_tokens_n(all); i++) {
        const PortalToken *token = portal_tokens_at(all, i);
        g_autofree char *end = token->end_us != 0 ? vicu_time_format(token->end_us) : NULL;
        vicu_json_begin_object(json, NULL);
        write_token(json, token);
        vicu_json_end(json);
        if (!o->json)
            printf("%s  %-13s %-24s %s\n", token->id, portal_role_name(token->role),
                   end != NULL ? end : "no end of its own", token->name);
    }
    vicu_json_end(json);
    if (o->json)
        vicu_json_print(json, stdout);
    else if (portal_tokens_n(all) == 0)
        fprintf(stderr, "%s/" PORTAL_TOKENS_FILE ": no tokens\n", root->keys);
    return TRUE;
}

static void
print_made(const Options *o, const PortalToken *token, const char *secret)
{
    g_autoptr(VicuJson) json = vicu_json_new();
    g_autofree char *link = o->link != NULL ? g_strdup_printf("%s/#%s", o->link, secret) : NULL;

    if (!o->json) {
        printf("%s\n", link != NULL ? link : secret);
        fprintf(stderr, "token %s: it is shown this once; end it with: " VERB " --revoke %s\n",
                token->id, token->id);
        return;
    }
    vicu_json_begin_object(json, NULL);
    write_token(json, token);
    vicu_json_text(json, "token", secret);
    if (link != NULL)
        vicu_json_text(json, "link", link);
    vicu_json_end(json);
    vicu_json_print(json, stdout);
}

/* What is about to be done with a token goes into the audit first. */
typedef struct {
    const VicuRoot *root;
    const char *what;
    gboolean recorded;
} Act;

static gboolean
record(const Act *act, const PortalToken *token, const char *end)
{
    g_autofree char *what = g_strconcat(act->what, end, NULL);
    g_autofree char *until =
        token->end_us != 0 ? vicu_time_format(token->end_us) : g_strdup("the installation's end");
    g_autofree char *detail =
        g_strdup_printf("%s, role %s, until %s", token->id, portal_role_name(token->role), until);

    return vicu_audit_act(act->root, VERB, what, detail);
}

static gboolean
is_recorded(const PortalToken *token, gpointer user)
{
    Act *act = user;

    act->recorded = record(act, token, "");
    return act->recorded;
}

static gboolean
make(const VicuRoot *root, const Options *o, PortalRole role, int64_t for_us, GError **error)
{
    int64_t now_us = vicu_clock_utc_us();
    Act act = {root, "token-make", FALSE};
    PortalToken token;
    g_autofree char *secret =
        portal_tokens_add(root->keys, role, o->name != NULL ? o->name : "", now_us,
                          for_us > 0 ? now_us + for_us : 0, is_recorded, &act, &token, error);

    if (secret == NULL) {
        if (act.recorded)
            record(&act, &token, "-failed");
        return FALSE;
    }
    print_made(o, &token, secret);
    return TRUE;
}

static gboolean
end_token(const VicuRoot *root, const char *id, GError **error)
{
    Act act = {root, "token-revoke", FALSE};
    PortalToken gone;

    if (!portal_tokens_revoke(root->keys, id, is_recorded, &act, &gone, error)) {
        if (act.recorded)
            record(&act, &gone, "-failed");
        return FALSE;
    }
    fprintf(stderr, "token %s is over, in a portal that runs within 2 s\n", id);
    return TRUE;
}

/* NULL: as it should be. */
static char *
wrong(const Options *o, PortalRole role, int64_t *for_us)
{
    g_autoptr(GError) error = NULL;

    if (o->role != NULL && o->revoke != NULL)
        return g_strdup("--role makes a token and --revoke ends one: one of them");
    if (o->role != NULL && role == PORTAL_ROLE_NONE)
        return g_strdup_printf("--role %s: expected one of %s", o->role, portal_role_names());
    if (o->role == NULL && (o->duration != NULL || o->name != NULL || o->link != NULL))
        return g_strdup("--for, --name and --link are of a token that --role makes");
    if (o->duration != NULL && (!vicu_duration_parse(o->duration, for_us, &error) || *for_us <= 0))
        return g_strdup_printf("--for %s: expected a time such as 12h or 30d", o->duration);
    if (o->link != NULL && !g_str_has_prefix(o->link, "https://"))
        return g_strdup_printf("--link %s: expected the portal's address, https://...", o->link);
    return NULL;
}

static int
run(Options *o, int argc, char **argv)
{
    const GOptionEntry entries[] = {
        {"role", 0, 0, G_OPTION_ARG_STRING, &o->role, "make one for this role", "ROLE"},
        {"for", 0, 0, G_OPTION_ARG_STRING, &o->duration, "it ends after this time", "30d"},
        {"name", 0, 0, G_OPTION_ARG_STRING, &o->name, "who holds it, for the list", "TEXT"},
        {"link", 0, 0, G_OPTION_ARG_STRING, &o->link, "print a link to the bedside page with it",
         "https://HOST:PORT"},
        {"revoke", 0, 0, G_OPTION_ARG_STRING, &o->revoke, "end one", "ID"},
        {"root", 0, 0, G_OPTION_ARG_FILENAME, &o->root, "installation folder", "DIR"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &o->json, "as JSON", NULL},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("- tokens for the portal");
    g_autoptr(GError) error = NULL;
    int64_t for_us = 0;

    g_option_context_set_description(context, DESCRIPTION);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!vicu_options_parse(context, VERB, &argc, &argv, &error)) {
        g_printerr(VERB ": %s\n", error->message);
        return 2;
    }
    PortalRole role = o->role != NULL ? portal_role_by_name(o->role) : PORTAL_ROLE_NONE;
    g_autofree char *usage = argc > 1 ? g_strdup_printf("%s: nothing is expected here", argv[1])
                                      : wrong(o, role, &for_us);
    if (usage != NULL) {
        g_printerr(VERB ": %s\n", usage);
        return 2;
    }
    g_autoptr(VicuRoot) root = portal_verb_root(o->root, &error);
    gboolean ok = root != NULL
                  && (o->revoke != NULL ? end_token(root, o->revoke, &error)
                      : o->role != NULL ? make(root, o, role, for_us, &error)
                                        : list(root, o, &error));
    if (!ok)
        g_printerr(VERB ": %s\n", error->message);
    return ok ? 0 : 1;
}

int
portal_token_main(int argc, char **argv)
{
    Options o = {0};
    int status = run(&o, argc, argv);

    g_free(o.root);
    g_free(o.role);
    g_free(o.duration);
    g_free(o.name);
    g_free(o.link);
    g_free(o.revoke);
    return status;
}

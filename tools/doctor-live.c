/* `vicu doctor`: of an installation that runs, what keeps alarms from people and proofs from those
 * who ask for them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/clock.h"
#include "tools/doctor-inner.h"
#include "tools/ledger.h"
#include "tools/session.h"

#define PATIENCE_US G_USEC_PER_SEC
#define WARN_DAYS   14 /* as the portal says it of itself */
#define UNWITNESSED "store-unwitnessed"

/* Rules that are not judged, bed by bed, and why; an absence is no fault of the machine. */
static void
check_rules(ToolDoctor *self, const ToolSession *session)
{
    size_t n = 0, rules = 0, beds = 0;
    g_autofree const Vicu__StateItem **items =
        tool_stand_items(session->stand, VICU__SUBJECT__SUBJECT_BED, &n);

    for (size_t i = 0; i < n; i++) {
        const Vicu__Bed *bed = items[i]->bed;
        if (bed == NULL || bed->n_not_judged == 0
            || bed->presence == VICU__PRESENCE__PRESENCE_DISCHARGED)
            continue;
        g_autoptr(GString) list = g_string_new(NULL);
        for (size_t k = 0; k < bed->n_not_judged; k++)
            g_string_append_printf(list, "%s%s", k > 0 ? ", " : "", bed->not_judged[k]);
        tool_doctor_say(self, TOOL_NOTE, "rules", "bed %s, %zu not judged: %s", bed->bed,
                        bed->n_not_judged, list->str);
        rules += bed->n_not_judged;
        beds++;
    }
    if (beds == 0)
        tool_doctor_say(self, TOOL_FINE, "rules", "all rules are judged at all of %zu beds", n);
    else
        tool_doctor_say(self, TOOL_NOTE, "rules",
                        "%zu times a rule is not judged, at %zu of %zu beds: what it reads was "
                        "never seen there; vicu bed expect makes that an alarm",
                        rules, beds, n);
}

/* ---- sound ---- */

static void
say_of_sound(ToolDoctor *self, const Vicu__Outlet *outlet)
{
    g_autofree char *age = vicu_duration_format(MAX(vicu_clock_utc_us() - outlet->proved_us, 0));

    if (outlet->silent)
        tool_doctor_say(self, TOOL_BAD, "sound",
                        "%s is not heard of: nothing sounds by it; start it, or end it for good "
                        "with vicu outlet forget",
                        outlet->name);
    else if (outlet->trouble[0] != '\0')
        tool_doctor_say(self, TOOL_BAD, "sound", "%s, by %s: %s", outlet->name, outlet->way,
                        outlet->trouble);
    else if (g_str_has_prefix(outlet->way, "wav:"))
        tool_doctor_say(self, TOOL_NOTE, "sound",
                        "%s writes into %s and nobody hears it: [sound] sink = pipewire",
                        outlet->name, outlet->way + strlen("wav:"));
    else if (outlet->proved_us == 0)
        tool_doctor_say(self, TOOL_NOTE, "sound", "%s, by %s, has given back no test alarm yet",
                        outlet->name, outlet->way);
    else
        tool_doctor_say(self, TOOL_FINE, "sound", "%s, by %s, gave back a test alarm %s ago",
                        outlet->name, outlet->way, age);
}

static void
check_sound(ToolDoctor *self, const ToolSession *session)
{
    size_t n = 0, sounds = 0;
    g_autofree const Vicu__StateItem **items =
        tool_stand_items(session->stand, VICU__SUBJECT__SUBJECT_OUTLET, &n);

    for (size_t i = 0; i < n; i++) {
        const Vicu__Outlet *outlet = items[i]->outlet;
        if (outlet == NULL || outlet->kind != VICU__OUTLET_KIND__OUTLET_SOUND)
            continue;
        say_of_sound(self, outlet);
        sounds++;
    }
    if (sounds == 0)
        tool_doctor_say(self, TOOL_NOTE, "sound",
                        "no annunciator runs: no alarm sounds (vicu up without --no-sound)");
}

/* ---- people ---- */

/* The store removes the link when the first account is there. */
static void
check_first_link(ToolDoctor *self)
{
    g_autofree char *store = g_build_filename(self->root->dir, "store", NULL);
    g_autofree char *link = g_build_filename(store, "enrol", NULL);

    if (!g_file_test(store, G_FILE_TEST_IS_DIR))
        tool_doctor_say(self, TOOL_NOTE, "people",
                        "no store has run here: its first start makes the link of the first "
                        "administrator");
    else if (g_file_test(link, G_FILE_TEST_EXISTS))
        tool_doctor_say(self, TOOL_NOTE, "people",
                        "nobody has an account: keys alone act. %s has the first administrator's "
                        "link, for whoever reads it: vicu people enrol",
                        link);
    else
        tool_doctor_say(self, TOOL_FINE, "people", "the first link is used up");
}

/* ---- certificate ---- */

/* NULL: of this installation's authority. Caller frees. */
static char *
own_certificate(const VicuRoot *root)
{
    g_autofree char *path = g_build_filename(root->etc, "portal.conf", NULL);
    g_autoptr(GKeyFile) file = g_key_file_new();

    g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL);
    g_autofree char *name = g_key_file_get_string(file, "tls", "certificate", NULL);
    return name != NULL && *g_strstrip(name) != '\0' ? g_steal_pointer(&name) : NULL;
}

static const Vicu__Counter *
counter_of(const Vicu__Status *status, const char *name)
{
    for (size_t i = 0; i < status->n_counter; i++)
        if (strcmp(status->counter[i]->name, name) == 0)
            return status->counter[i];
    return NULL;
}

static void
check_certificate(ToolDoctor *self, const Vicu__Status *portal)
{
    const Vicu__Counter *left = portal != NULL ? counter_of(portal, "certificate_left") : NULL;
    g_autofree char *own = own_certificate(self->root);
    g_autofree char *whose =
        own != NULL ? g_strdup_printf("the site's own (%s)", own)
                    : g_strdup_printf("of this site's authority, which phones are to trust "
                                      "(%s/portal/authority.pem)",
                                      self->root->keys);

    if (left == NULL)
        tool_doctor_say(self, TOOL_NOTE, "portal",
                        "gives no answer: no page reaches a phone, and its certificate is not "
                        "known");
    else if (left->value < 0)
        tool_doctor_say(self, TOOL_BAD, "portal",
                        "the certificate has ended, and phones refuse it: %s; %s", whose,
                        own != NULL ? "renew it" : "vicu keys portal-ca NAME...");
    else
        tool_doctor_say(self, left->value < WARN_DAYS ? TOOL_NOTE : TOOL_FINE, "portal",
                        "the certificate has %.0f days left: %s", left->value, whose);
}

/* ---- witnesses ---- */

static const char *
condition_of(const Vicu__Status *status, const char *cause)
{
    for (size_t i = 0; status != NULL && i < status->n_condition; i++)
        if (strcmp(status->condition[i]->cause, cause) == 0)
            return status->condition[i]->text;
    return NULL;
}

static void
check_witness(ToolDoctor *self, const ToolSession *session, const Vicu__Status *store)
{
    const char *late = condition_of(store, UNWITNESSED);
    g_autoptr(GError) error = NULL;
    Vicu__LedgerHead *head = tool_ledger_head(session->client, 0, &error);

    if (late != NULL)
        tool_doctor_say(self, TOOL_BAD, "witness", "%s", late);
    if (head == NULL) {
        tool_doctor_say(self, TOOL_NOTE, "witness", "not asked: %s", error->message);
        return;
    }
    g_autofree char *text = tool_ledger_witnessed(head, vicu_clock_utc_us());
    if (head->n_cosigned == 0)
        tool_doctor_say(self, TOOL_NOTE, "witness",
                        "the audit is %s: who may write the store's files can roll it back "
                        "unseen (docs/audit.md)",
                        text);
    else if (late == NULL)
        tool_doctor_say(self, TOOL_FINE, "witness", "%s", text);
    vicu_wire_free(head);
}

void
tool_doctor_check_live(ToolDoctor *self, const ToolCommon *common)
{
    static const char *const names[] = {"portal", "store"};
    g_auto(ToolSession) session = {0};
    g_autoptr(GError) error = NULL;

    check_first_link(self);
    if (!self->running)
        return;
    session.common.root = g_strdup(common->root);
    if (!tool_session_open(&session, &error)) {
        tool_doctor_say(self, TOOL_NOTE, "rules", "not asked, nor sound, portal and witness: %s",
                        error->message);
        return;
    }
    check_rules(self, &session);
    check_sound(self, &session);
    g_autofree Vicu__Status **status =
        tool_client_statuses(session.client, names, G_N_ELEMENTS(names), PATIENCE_US);
    check_certificate(self, status[0]);
    check_witness(self, &session, status[1]);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        vicu_wire_free(status[i]);
}

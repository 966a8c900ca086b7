/* A request from its cookie to its page: who, what right, which record before it is shown.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "portal/admin/admin.h"

#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/seal.h"
#include "portal/admin/admin-inner.h"

#define AWAY_EN                                                                                    \
    "The store does not answer: nobody is signed in, and nothing is shown or changed here "        \
    "without "                                                                                     \
    "its record. Alarms are not shown here in any case."
#define AWAY_ZH "存储无应答：无人登录；没有其记录，这里不显示也不更改任何内容。"

/* ---- asking ---- */

typedef struct {
    AdminCall *call;
    AdminPeopleFunc people;
    AdminRowsFunc rows;
    AdminFunc func;
} Asked;

static AdminCall *
take_asked(Asked *asked)
{
    AdminCall *call = asked->call;

    call->question = 0;
    g_free(asked);
    return call;
}

static void
refuse_for(AdminCall *call, const GError *error)
{
    if (g_error_matches(error, VICU_ERROR, VICU_ERROR_REFUSED))
        admin_refuse(call, SOUP_STATUS_CONFLICT, error->message);
    else
        admin_refuse(call, SOUP_STATUS_SERVICE_UNAVAILABLE, admin_say(call, AWAY_EN, AWAY_ZH));
}

static void
on_people(Vicu__PeopleRow *const *rows, size_t n, const GError *error, gpointer user)
{
    AdminPeopleFunc func = ((Asked *)user)->people;
    AdminCall *call = take_asked(user);

    if (error != NULL)
        refuse_for(call, error);
    else
        func(call, rows, n);
}

void
admin_ask_people(AdminCall *call, Vicu__PeopleAsk *ask, AdminPeopleFunc func)
{
    Asked *asked = g_new0(Asked, 1);

    asked->call = call;
    asked->people = func;
    ask->token.data = (uint8_t *)g_bytes_get_data(call->token, &ask->token.len);
    vicu_people_client_ask(call->owner->people, ask, on_people, asked);
}

static void
on_rows(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    Asked *asked = user;
    AdminRowsFunc func = asked->rows;

    if (error != NULL) {
        refuse_for(take_asked(asked), error);
        return;
    }
    AdminCall *call = rows->last ? take_asked(asked) : asked->call;
    func(call, rows);
}

void
admin_ask(AdminCall *call, Vicu__Query *query, AdminRowsFunc func)
{
    Asked *asked = g_new0(Asked, 1);

    asked->call = call;
    asked->rows = func;
    query->proof.data = (uint8_t *)g_bytes_get_data(call->proof, &query->proof.len);
    call->question = vicu_query_ask(call->owner->query, query, call->page->path, ADMIN_PATIENCE_US,
                                    on_rows, asked);
}

static void
on_recorded(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    AdminFunc func = ((Asked *)user)->func;

    if (error == NULL && !rows->last)
        return;
    AdminCall *call = take_asked(user);
    if (error != NULL)
        admin_refuse(call, SOUP_STATUS_SERVICE_UNAVAILABLE, admin_say(call, AWAY_EN, AWAY_ZH));
    else
        func(call);
}

static void
fill_record(const AdminCall *call, Vicu__AuditRecord *record, const char *what, const char *detail)
{
    record->who = call->who->account;
    record->person = TRUE;
    record->role = (char *)(call->as < VICU_N_ROLES ? vicu_role_name(call->as) : "");
    record->what = (char *)what;
    record->t_us = vicu_clock_utc_us();
    record->detail = (char *)detail;
}

static char *
from_of(const AdminCall *call)
{
    return g_strdup_printf("%s, %s", vicu_daemon_name(call->owner->options.daemon),
                           portal_request_address(call->request));
}

void
admin_record(AdminCall *call, const char *what, const char *detail, AdminFunc func)
{
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT, *records[] = {&record};
    Vicu__PutAudit put = VICU__PUT_AUDIT__INIT;
    Vicu__Query query = VICU__QUERY__INIT;
    g_autofree char *from = from_of(call);
    uint8_t id[VICU_AUDIT_ID_LEN];
    Asked *asked = g_new0(Asked, 1);

    asked->call = call;
    asked->func = func;
    fill_record(call, &record, what, detail);
    record.from = from;
    vicu_audit_give_id(&record, id);
    put.record = records;
    put.n_record = 1;
    query.what_case = VICU__QUERY__WHAT_PUT_AUDIT;
    query.put_audit = &put;
    call->question =
        vicu_query_ask(call->owner->query, &query, "", ADMIN_PATIENCE_US, on_recorded, asked);
}

/* ---- commands ---- */

static void
on_result(const Vicu__CommandResult *result, gpointer user)
{
    AdminCall *call = user;

    if (result == NULL)
        admin_refuse(call, SOUP_STATUS_SERVICE_UNAVAILABLE,
                     admin_say(call, "Escalation gave no answer: whether it counts is not known.",
                               "升级服务无应答：不知是否已生效。"));
    else if (!result->ok)
        admin_refuse(call, SOUP_STATUS_CONFLICT, result->text);
    else
        admin_go(call, call->page->path);
}

void
admin_command(AdminCall *call, Vicu__Command *command)
{
    Vicu__Actor actor = VICU__ACTOR__INIT;
    g_autofree char *from = from_of(call);

    actor.who = call->who->account;
    actor.role = (char *)(call->as < VICU_N_ROLES ? vicu_role_name(call->as) : "");
    actor.person = TRUE;
    actor.from = from;
    actor.proof.data = (uint8_t *)g_bytes_get_data(call->proof, &actor.proof.len);
    command->actor = &actor;
    if (!portal_acts_ask(call->owner->options.acts, command, on_result, call))
        admin_refuse(call, SOUP_STATUS_SERVICE_UNAVAILABLE,
                     admin_say(call, "Escalation does not answer: the roster stays as it is.",
                               "升级服务无应答：排班保持不变。"));
}

bool
admin_covers(const AdminCall *call, VicuRightsKind kind, const char *right, const char *place)
{
    const VicuRightsRow *row = vicu_rights_find(kind, right);
    VicuRole as;

    return vicu_person_may(call->who, row, &place, 1, vicu_clock_utc_us(), &as);
}

/* ---- the way to the page ---- */

static void
tell_refusal(AdminCall *call)
{
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;
    g_autofree char *from = from_of(call);

    fill_record(call, &record, "refused", call->page->path);
    record.from = from;
    vicu_audit_put(call->owner->options.audit, &record);
}

static void
run_page(AdminCall *call)
{
    (call->posted ? call->page->post : call->page->get)(call);
}

static void
judge(AdminCall *call)
{
    if (!admin_page_may(call->page, call->who, &call->as)) {
        tell_refusal(call);
        admin_refuse(
            call, SOUP_STATUS_FORBIDDEN,
            admin_say(call, "Your roles have no right to this page.", "您的角色无权访问此页面。"));
    } else if (call->posted
               && !vicu_people_csrf_is(g_bytes_get_data(call->token, NULL),
                                       portal_form_get(call->form, "csrf"))) {
        tell_refusal(call);
        admin_refuse(call, SOUP_STATUS_FORBIDDEN,
                     admin_say(call, "The form is not of this session: open the page again.",
                               "表单不属于本次会话：请重新打开页面。"));
    } else if (call->posted) {
        run_page(call); /* its owner records it */
    } else {
        admin_record(call, "query-page", call->page->path, run_page);
    }
}

/* FALSE: what the store said is not what it says of a session. */
static gboolean
take_person(AdminCall *call, const Vicu__PeopleGranted *granted)
{
    g_autoptr(Vicu__PeopleSigned) sealed =
        vicu_wire_unpack_people_signed(granted->proof.data, granted->proof.len, NULL);

    if (sealed == NULL)
        return FALSE;
    call->who = vicu_wire_unpack_people_statement(sealed->body.data, sealed->body.len, NULL);
    call->proof = g_bytes_new(granted->proof.data, granted->proof.len);
    return call->who != NULL;
}

static void
forget_session(AdminCall *call)
{
    g_autofree char *cookie = portal_cookie_write(PORTAL_COOKIE, NULL, 0);

    portal_request_add_header(call->request, "Set-Cookie", cookie);
    admin_go(call, "/sign-in?over=1");
}

static void
on_checked(Vicu__PeopleRow *const *rows, size_t n, const GError *error, gpointer user)
{
    AdminCall *call = user;

    if (g_error_matches(error, VICU_ERROR, VICU_ERROR_REFUSED))
        forget_session(call);
    else if (error != NULL || n != 1 || rows[0]->what_case != VICU__PEOPLE_ROW__WHAT_GRANTED
             || !take_person(call, rows[0]->granted))
        admin_refuse(call, SOUP_STATUS_SERVICE_UNAVAILABLE, admin_say(call, AWAY_EN, AWAY_ZH));
    else
        judge(call);
}

static void
call_free(gpointer data)
{
    AdminCall *call = data;

    if (call->question != 0)
        vicu_query_cancel(call->owner->query, call->question);
    if (call->request != NULL)
        portal_request_answer_text(call->request, SOUP_STATUS_SERVICE_UNAVAILABLE,
                                   "the portal is being stopped\n");
    if (call->data_free != NULL)
        call->data_free(call->data);
    g_clear_pointer(&call->token, g_bytes_unref);
    g_clear_pointer(&call->proof, g_bytes_unref);
    vicu_wire_free(call->who);
    vicu_seal_wipe(call->csrf, sizeof call->csrf);
    portal_form_free(call->form);
    portal_html_free(call->html);
    g_free(call);
}

/* NULL: it was answered. */
static PortalForm *
read_form(PortalRequest *request, bool posted)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) body = posted ? portal_request_body(request) : NULL;
    const char *query = portal_request_query(request);
    gsize size = strlen(query);
    const char *data = posted ? g_bytes_get_data(body, &size) : query;
    PortalForm *form = portal_form_parse(data, size, &error);

    if (form == NULL) {
        g_autofree char *text = g_strconcat(error->message, "\n", NULL);
        portal_request_answer_text(request, SOUP_STATUS_BAD_REQUEST, text);
    }
    return form;
}

static void
begin(PortalAdmin *self, PortalRequest *request, const AdminPage *page, bool posted)
{
    PortalForm *form = read_form(request, posted);

    if (form == NULL)
        return;
    AdminCall *call = g_new0(AdminCall, 1);
    g_ptr_array_add(self->calls, call);
    call->owner = self;
    call->request = request;
    call->page = page;
    call->form = form;
    call->posted = posted;
    call->as = VICU_N_ROLES;
    call->chinese = portal_session_is_chinese(portal_request_accept_language(request));
    call->token = portal_cookie_read(portal_request_cookies(request), PORTAL_COOKIE);
    if (call->token != NULL)
        vicu_people_csrf(g_bytes_get_data(call->token, NULL), call->csrf);
    portal_request_hold(request);
    if (page->right == NULL)
        run_page(call);
    else if (call->token == NULL)
        admin_go(call, "/sign-in");
    else
        vicu_people_check_session(self->people, call->token, false, on_checked, call);
}

bool
portal_admin_answer(PortalAdmin *self, PortalRequest *request)
{
    const AdminPage *page = admin_page_find(portal_request_path(request));
    bool posted = portal_request_is_post(request);

    if (page == NULL)
        return false;
    if ((posted ? page->post : page->get) == NULL)
        portal_request_answer_text(request, SOUP_STATUS_METHOD_NOT_ALLOWED,
                                   "this page takes a form alone\n");
    else if (posted && !portal_request_is_own(request))
        portal_request_answer_text(request, SOUP_STATUS_FORBIDDEN,
                                   "a form comes from a page of this portal: Origin is not its\n");
    else if (self->calls->len >= ADMIN_CALLS_MAX)
        portal_request_answer_text(request, SOUP_STATUS_SERVICE_UNAVAILABLE,
                                   "too many wait for the store: try again in some seconds\n");
    else
        begin(self, request, page, posted);
    return true;
}

/* ---- begin and end ---- */

PortalAdmin *
portal_admin_new(const PortalAdminOptions *options, GError **error)
{
    g_autoptr(PortalAdmin) self = g_new0(PortalAdmin, 1);
    VicuContext *context = vicu_daemon_context(options->daemon);
    const VicuRoot *root = vicu_daemon_root(options->daemon);
    g_autofree char *endpoint = vicu_root_endpoint(root, "store-query");

    self->options = *options;
    self->calls = g_ptr_array_new_with_free_func(call_free);
    self->quality = portal_quality_maker_new(root->dir, NULL);
    self->people = vicu_people_client_new(context, root, error);
    if (self->people == NULL)
        return NULL;
    self->query = vicu_query_client_new(context, endpoint, vicu_root_server(root, "store"),
                                        vicu_daemon_name(options->daemon), error);
    return self->query != NULL ? g_steal_pointer(&self) : NULL;
}

void
portal_admin_free(PortalAdmin *self)
{
    if (self == NULL)
        return;
    vicu_people_client_free(self->people);
    g_ptr_array_unref(self->calls);
    portal_quality_maker_free(self->quality);
    vicu_query_client_free(self->query);
    g_free(self);
}

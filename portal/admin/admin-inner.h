/* One request of a page, and what pages are made with. For portal/admin/ only.
 *
 * A page is a row of the table in pages.c: path, right, name, and a function for GET and one for
 * POST. Either gets a call whose person was checked, has the right, and, for a form, brought the
 * session's token back. It answers by one of admin_end(), admin_refuse() or admin_go(), once, then
 * or in a callback; the call is gone after that.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/note.h"
#include "common/people-client.h"
#include "common/query.h"
#include "portal/admin/admin.h"
#include "portal/admin/forms.h"
#include "portal/admin/html.h"
#include "portal/admin/session.h"
#include "portal/quality/maker.h"

G_BEGIN_DECLS

#define ADMIN_PATIENCE_US (8 * (int64_t)G_USEC_PER_SEC)
#define ADMIN_CALLS_MAX   64 /* that wait at a time */

typedef struct AdminCall AdminCall;

typedef struct {
    const char *path;
    VicuRightsKind kind; /* of its right in proto/rights.csv */
    const char *right;   /* NULL: anybody, also who has not signed in */
    bool whole;          /* it is about the whole installation: no role of a unit will do */
    const char *en, *zh; /* in the menu; NULL: not there */
    void (*get)(AdminCall *call);
    void (*post)(AdminCall *call); /* NULL: it takes no form */
} AdminPage;

struct PortalAdmin {
    PortalAdminOptions options;
    VicuPeopleClient *people;
    VicuQueryClient *query;
    GPtrArray *calls; /* AdminCall */
    /* The audit's head that was checked last: the next one has to have grown out of it. */
    VicuNoteHead seen;
    bool has_seen;
    PortalQualityMaker *quality;
};

struct AdminCall {
    PortalAdmin *owner;
    PortalRequest *request;
    const AdminPage *page;
    PortalForm *form; /* of the body, or of the address */
    bool posted, chinese;
    GBytes *token;              /* the cookie's; NULL: none */
    Vicu__PeopleStatement *who; /* NULL: nobody has signed in */
    GBytes *proof;
    VicuRole as;
    char csrf[VICU_PEOPLE_CSRF];
    PortalHtml *html;
    uint64_t question; /* to the store, under way */
    /* What a page keeps between its questions. */
    gpointer data;
    GDestroyNotify data_free;
};

/* ---- pages.c: the table ---- */

const AdminPage *admin_page_find(const char *path);
const AdminPage *admin_page_at(size_t i); /* NULL: beyond the last */
/* @who may see it, in whichever place; *@as: in which role. */
bool admin_page_may(const AdminPage *page, const Vicu__PeopleStatement *who, VicuRole *as);

/* ---- answer.c: frame and answers ---- */

/* Of the two the one of the reader's language. */
const char *admin_say(const AdminCall *call, const char *en, const char *zh) G_GNUC_FORMAT(2)
    G_GNUC_FORMAT(3);
/* Begins the page: head, menu, who is signed in, heading. Then call->html is written to. */
void admin_begin(AdminCall *call, const char *title);
/* Ends it and answers. */
void admin_end(AdminCall *call, unsigned status);
/* Answers with what the twin's page is made of. */
void admin_end_bytes(AdminCall *call, const char *type, GBytes *body);
/* A page with that one sentence, which may be an owner's own. */
void admin_refuse(AdminCall *call, unsigned status, const char *text);
/* See other: after a form, so that it is not sent twice. */
void admin_go(AdminCall *call, const char *path);
/* A form of POST to @path with the session's token; </form> is the caller's. */
void admin_form(AdminCall *call, const char *path);
/* A label and its input; @type "text", "password"; @more: attributes, markup, such as "required".
 */
void admin_field(AdminCall *call,
                 const char *label,
                 const char *name,
                 const char *type,
                 const char *value,
                 const char *autocomplete,
                 gboolean required);
/* A hidden input. */
void admin_hidden(AdminCall *call, const char *name, const char *value);
void admin_button(AdminCall *call, const char *text);
/* The head of a table, its caption and columns; the caller writes rows and </tbody></table></div>.
 */
void admin_table(AdminCall *call, const char *caption, const char *const *columns, size_t n);

/* ---- admin.c: asking ---- */

/* As the person; @func is called once, with the call. */
typedef void (*AdminPeopleFunc)(AdminCall *call, Vicu__PeopleRow *const *rows, size_t n);
/* An error is answered by admin_refuse() with the store's words. */
void admin_ask_people(AdminCall *call, Vicu__PeopleAsk *ask, AdminPeopleFunc func);
/* The same of records and proofs: each time rows come, the last with rows->last. */
typedef void (*AdminRowsFunc)(AdminCall *call, const Vicu__QueryRows *rows);
void admin_ask(AdminCall *call, Vicu__Query *query, AdminRowsFunc func);
/* On the store's disk, then @func; refused where it does not get there. */
typedef void (*AdminFunc)(AdminCall *call);
void admin_record(AdminCall *call, const char *what, const char *detail, AdminFunc func);
/* A command to escalation as the person; its answer is the page's: back to the page, or why not. */
void admin_command(AdminCall *call, Vicu__Command *command);
/* Some place of the person's roles with @right covers @place ("": the whole installation). */
bool admin_covers(const AdminCall *call, VicuRightsKind kind, const char *right, const char *place);

/* ---- the pages ---- */

void admin_sign_in(AdminCall *call);
void admin_sign_in_post(AdminCall *call);
void admin_sign_out_post(AdminCall *call);
void admin_enrol(AdminCall *call);
void admin_enrol_post(AdminCall *call);
void admin_self(AdminCall *call);
void admin_self_post(AdminCall *call);
void admin_people(AdminCall *call);
void admin_people_post(AdminCall *call);
void admin_people_account(AdminCall *call);
void admin_roster(AdminCall *call);
void admin_roster_post(AdminCall *call);
void admin_tokens(AdminCall *call);
void admin_tokens_post(AdminCall *call);
void admin_hologram(AdminCall *call);
void admin_keys(AdminCall *call);
void admin_retention(AdminCall *call);
void admin_retention_post(AdminCall *call);
void admin_audit(AdminCall *call);
void admin_audit_verify_post(AdminCall *call);
/* Size, key, witnesses, and the button that checks them. */
void admin_put_head(AdminCall *call, const Vicu__LedgerHead *head);
void admin_quality(AdminCall *call);
void admin_quality_report(AdminCall *call);

G_END_DECLS

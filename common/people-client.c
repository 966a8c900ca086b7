/* SPDX-License-Identifier: Apache-2.0 */
#include "common/people-client.h"

#include "common/query.h"

#define PATIENCE_US (10 * G_USEC_PER_SEC)
#define ROWS_MAX    20000u

struct VicuPeopleClient {
    VicuQueryClient *query;
    GQueue asked; /* Asked */
};

typedef struct {
    VicuPeopleClient *owner;
    GPtrArray *rows; /* Vicu__PeopleRow */
    VicuPeopleFunc func;
    gpointer user;
} Asked;

static void
asked_free(gpointer p)
{
    Asked *asked = p;

    g_ptr_array_unref(asked->rows);
    g_free(asked);
}

VicuPeopleClient *
vicu_people_client_new(VicuContext *context, const VicuRoot *root, GError **error)
{
    g_autoptr(VicuPeopleClient) self = g_new0(VicuPeopleClient, 1);
    g_autofree char *endpoint = vicu_root_endpoint(root, "store-query");

    g_queue_init(&self->asked);
    self->query =
        vicu_query_client_new(context, endpoint, vicu_root_server(root, "store"), "", error);
    return self->query != NULL ? g_steal_pointer(&self) : NULL;
}

void
vicu_people_client_free(VicuPeopleClient *self)
{
    if (self == NULL)
        return;
    vicu_query_client_free(self->query);
    g_queue_clear_full(&self->asked, asked_free);
    g_free(self);
}

static void
on_rows(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    Asked *asked = user;

    for (size_t i = 0; rows != NULL && i < rows->n_people && asked->rows->len < ROWS_MAX; i++) {
        g_autoptr(GBytes) packed = vicu_wire_pack(&rows->people[i]->base);
        gsize size = 0;
        const void *data = g_bytes_get_data(packed, &size);
        Vicu__PeopleRow *row = vicu_wire_unpack_people_row(data, size, NULL);
        if (row != NULL)
            g_ptr_array_add(asked->rows, row);
    }
    if (rows != NULL && !rows->last)
        return;
    g_queue_remove(&asked->owner->asked, asked);
    if (asked->func != NULL)
        asked->func((Vicu__PeopleRow *const *)asked->rows->pdata, asked->rows->len, error,
                    asked->user);
    asked_free(asked);
}

void
vicu_people_client_ask(VicuPeopleClient *self,
                       const Vicu__PeopleAsk *ask,
                       VicuPeopleFunc func,
                       gpointer user)
{
    Vicu__Query query = VICU__QUERY__INIT;
    Asked *asked = g_new0(Asked, 1);

    asked->owner = self;
    asked->rows = g_ptr_array_new_with_free_func(vicu_wire_free);
    asked->func = func;
    asked->user = user;
    g_queue_push_tail(&self->asked, asked);
    query.what_case = VICU__QUERY__WHAT_PEOPLE;
    query.people = (Vicu__PeopleAsk *)ask;
    vicu_query_ask(self->query, &query, "", PATIENCE_US, on_rows, asked);
}

static ProtobufCBinaryData
bytes_of(GBytes *bytes)
{
    ProtobufCBinaryData data = {0, NULL};

    if (bytes != NULL)
        data.data = (uint8_t *)g_bytes_get_data(bytes, &data.len);
    return data;
}

void
vicu_people_login(VicuPeopleClient *self,
                  const char *account,
                  const char *password,
                  const char *from,
                  GBytes *device,
                  GBytes *old_token,
                  VicuPeopleFunc func,
                  gpointer user)
{
    Vicu__PeopleAsk ask = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleLogin login = VICU__PEOPLE_LOGIN__INIT;

    login.account = (char *)account;
    login.password = (char *)password;
    login.device = bytes_of(device);
    login.old_token = bytes_of(old_token);
    ask.from = (char *)from;
    ask.what_case = VICU__PEOPLE_ASK__WHAT_LOGIN;
    ask.login = &login;
    vicu_people_client_ask(self, &ask, func, user);
}

void
vicu_people_enrol(VicuPeopleClient *self,
                  GBytes *secret,
                  const char *password,
                  const char *from,
                  VicuPeopleFunc func,
                  gpointer user)
{
    Vicu__PeopleAsk ask = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleEnrol enrol = VICU__PEOPLE_ENROL__INIT;

    enrol.secret = bytes_of(secret);
    enrol.password = (char *)password;
    ask.from = (char *)from;
    ask.what_case = VICU__PEOPLE_ASK__WHAT_ENROL;
    ask.enrol = &enrol;
    vicu_people_client_ask(self, &ask, func, user);
}

void
vicu_people_check_session(
    VicuPeopleClient *self, GBytes *token, bool idle, VicuPeopleFunc func, gpointer user)
{
    Vicu__PeopleAsk ask = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleCheck check = VICU__PEOPLE_CHECK__INIT;

    check.idle = idle;
    ask.token = bytes_of(token);
    ask.what_case = VICU__PEOPLE_ASK__WHAT_CHECK;
    ask.check = &check;
    vicu_people_client_ask(self, &ask, func, user);
}

void
vicu_people_logout(VicuPeopleClient *self, GBytes *token, VicuPeopleFunc func, gpointer user)
{
    Vicu__PeopleAsk ask = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleLogout logout = VICU__PEOPLE_LOGOUT__INIT;

    ask.token = bytes_of(token);
    ask.what_case = VICU__PEOPLE_ASK__WHAT_LOGOUT;
    ask.logout = &logout;
    vicu_people_client_ask(self, &ask, func, user);
}

void
vicu_people_break_glass(
    VicuPeopleClient *self, GBytes *token, const char *reason, VicuPeopleFunc func, gpointer user)
{
    Vicu__PeopleAsk ask = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleGlass glass = VICU__PEOPLE_GLASS__INIT;

    glass.reason = (char *)reason;
    ask.token = bytes_of(token);
    ask.what_case = VICU__PEOPLE_ASK__WHAT_GLASS;
    ask.glass = &glass;
    vicu_people_client_ask(self, &ask, func, user);
}

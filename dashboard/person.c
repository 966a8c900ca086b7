/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/person.h"

#include <string.h>

#include <glib/gstdio.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/folder.h"
#include "common/people-client.h"
#include "common/seal.h"
#include "dashboard/model/lock.h"
#include "dashboard/scene/words.h"

#define TICK_MS   500
#define RENEW_US  (30 * (int64_t)G_USEC_PER_SEC)
#define AGAIN_US  (3 * (int64_t)G_USEC_PER_SEC)
#define REFUSALS  3 /* a store that begins refuses everything for a moment */
#define MINUTE_US (60 * (int64_t)G_USEC_PER_SEC)
#define GRACE_US  (5 * (int64_t)G_USEC_PER_SEC) /* until an emergency's alarm is told here */
#define FILE_MODE 0600
#define FILE_TEXT "locked\n"

struct DashPerson {
    VicuPeopleClient *people;
    DashWitness *witness;
    char *file, *from;
    DashLock lock;
    void (*changed)(gpointer user);
    gpointer user;
    char *account, *name, *role; /* NULL: nobody has signed in */
    GBytes *token, *device, *proof;
    int64_t glass_until_us; /* UTC */
    int64_t renewed_us;     /* BOOTTIME */
    bool renews;
    bool whole;
    unsigned refusals; /* of the renewal, one after the other */
    char *emergency;   /* name; NULL: none */
    int64_t emergency_us;
    bool emergency_seen;
    guint timer;
};

/* A question whose answer a person waits for. */
typedef struct {
    DashPerson *self;
    DashAnswerFunc func;
    gpointer user;
} Asked;

/* ---- what is kept ---- */

static void
wipe(GBytes **bytes)
{
    gsize size = 0;
    gconstpointer data = *bytes != NULL ? g_bytes_get_data(*bytes, &size) : NULL;

    if (size > 0)
        vicu_seal_wipe((gpointer)data, size);
    g_clear_pointer(bytes, g_bytes_unref);
}

static void
take(GBytes **to, const ProtobufCBinaryData *from)
{
    if (from->len == 0)
        return;
    wipe(to);
    *to = g_bytes_new(from->data, from->len);
}

static void
forget(DashPerson *self)
{
    wipe(&self->token);
    wipe(&self->proof);
    g_clear_pointer(&self->account, g_free);
    g_clear_pointer(&self->name, g_free);
    g_clear_pointer(&self->role, g_free);
    self->glass_until_us = 0;
    self->lock.signed_in = false;
    self->refusals = 0;
}

/* Where it cannot be kept a restart would open the station: the lock counts all the same now. */
static void
keep_lock(const DashPerson *self)
{
    g_autoptr(GError) error = NULL;

    if (self->file == NULL)
        return;
    if (!self->lock.locked)
        g_unlink(self->file);
    else if (!g_file_set_contents_full(self->file, FILE_TEXT, -1,
                                       G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                       FILE_MODE, &error))
        g_warning("that the station is locked is not kept over a restart: %s", error->message);
}

static void
say_changed(const DashPerson *self)
{
    if (self->changed != NULL)
        self->changed(self->user);
}

static void
tell(const DashPerson *self, const char *what, const char *why)
{
    Vicu__AuditRecord record = VICU__AUDIT_RECORD__INIT;

    record.what = (char *)what;
    record.why = (char *)why;
    dash_witness_tell(self->witness, &record, vicu_clock_utc_us());
}

/* The record is of who was signed in. */
static void
set_locked(DashPerson *self, bool locked, const char *why)
{
    if (self->lock.locked == locked)
        return;
    self->lock.locked = locked;
    keep_lock(self);
    tell(self, locked ? "lock" : "unlock", why);
    say_changed(self);
}

/* ---- what the store answers ---- */

static char *
roles_of(const Vicu__PeopleGranted *granted)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (size_t i = 0; i < granted->n_grant; i++)
        g_string_append_printf(text, "%s%s %s", i > 0 ? ", " : "", granted->grant[i]->role,
                               granted->grant[i]->scope);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void
take_granted(DashPerson *self, const Vicu__PeopleGranted *granted)
{
    const Vicu__PeopleSession *session = granted->session;

    g_free(self->account);
    g_free(self->name);
    g_free(self->role);
    self->account = g_strdup(session != NULL ? session->account : "");
    self->name = g_strdup(*granted->name != '\0' ? granted->name : self->account);
    self->role = roles_of(granted);
    self->whole = false;
    for (size_t i = 0; i < granted->n_grant; i++)
        self->whole |= strcmp(granted->grant[i]->scope, "*") == 0;
    self->glass_until_us = session != NULL ? session->glass_until_us : 0;
    take(&self->token, &granted->token);
    take(&self->device, &granted->device);
    take(&self->proof, &granted->proof);
    self->renewed_us = vicu_clock_boot_us();
    self->lock.signed_in = true;
    dash_witness_set_person(self->witness, self->account,
                            granted->n_grant > 0 ? granted->grant[0]->role : "");
    say_changed(self);
}

static const Vicu__PeopleGranted *
granted_of(Vicu__PeopleRow *const *rows, size_t n)
{
    return n == 1 && rows[0]->what_case == VICU__PEOPLE_ROW__WHAT_GRANTED ? rows[0]->granted : NULL;
}

static void
answer(Asked *asked, const GError *error, const char *done)
{
    if (asked->func != NULL)
        asked->func(error == NULL, error != NULL ? error->message : done, asked->user);
    g_free(asked);
}

static void
on_signed_in(Vicu__PeopleRow *const *rows, size_t n, const GError *error, gpointer user)
{
    Asked *asked = user;
    DashPerson *self = asked->self;
    const Vicu__PeopleGranted *granted = granted_of(rows, n);

    if (granted != NULL) {
        take_granted(self, granted);
        g_clear_pointer(&self->emergency, g_free);
        self->lock.touched_us = vicu_clock_boot_us();
        set_locked(self, false, "");
    }
    answer(asked, error, _("Signed in"));
}

static void
on_glass(Vicu__PeopleRow *const *rows, size_t n, const GError *error, gpointer user)
{
    Asked *asked = user;
    const Vicu__PeopleGranted *granted = granted_of(rows, n);

    if (granted != NULL)
        take_granted(asked->self, granted);
    answer(asked, error, _("The glass is broken for 60 min: everybody is told"));
}

/* The store's word that the session is over, not its silence: that proves nothing. */
static void
on_renewed(Vicu__PeopleRow *const *rows, size_t n, const GError *error, gpointer user)
{
    DashPerson *self = user;
    const Vicu__PeopleGranted *granted = granted_of(rows, n);

    self->renews = false;
    if (!self->lock.signed_in)
        return;
    if (granted != NULL)
        take_granted(self, granted);
    self->refusals =
        g_error_matches(error, VICU_ERROR, VICU_ERROR_REFUSED) ? self->refusals + 1 : 0;
    if (self->refusals < REFUSALS)
        return;
    set_locked(self, true, error->message);
    forget(self);
    dash_witness_set_person(self->witness, NULL, NULL);
    say_changed(self);
}

static void
renew(DashPerson *self, int64_t mono_us)
{
    bool idle = self->lock.touched_us < self->renewed_us;
    int64_t after_us = self->refusals > 0 ? AGAIN_US : RENEW_US;

    if (self->token == NULL || self->renews || mono_us - self->renewed_us < after_us)
        return;
    self->renews = true;
    self->renewed_us = mono_us;
    vicu_people_check_session(self->people, self->token, idle || self->lock.locked, on_renewed,
                              self);
}

static gboolean
on_tick(gpointer user)
{
    DashPerson *self = user;
    int64_t mono_us = vicu_clock_boot_us();

    if (dash_lock_is_due(&self->lock, mono_us))
        set_locked(self, true, "nobody touched it");
    renew(self, mono_us);
    return G_SOURCE_CONTINUE;
}

/* ---- whole ---- */

DashPerson *
dash_person_new(const DashPersonOptions *options, GError **error)
{
    g_autoptr(DashPerson) self = g_new0(DashPerson, 1);

    self->witness = options->witness;
    self->file = g_strdup(options->file);
    self->from = g_strdup(options->from);
    self->changed = options->changed;
    self->user = options->user;
    self->lock.idle_us = options->idle_us;
    self->lock.touched_us = vicu_clock_boot_us();
    self->lock.locked = self->file != NULL && g_file_test(self->file, G_FILE_TEST_EXISTS);
    self->people = vicu_people_client_new(options->context, options->root, error);
    if (self->people == NULL)
        return NULL;
    self->timer = g_timeout_add(TICK_MS, on_tick, self);
    return g_steal_pointer(&self);
}

/* The session is not ended: the store does that when nobody uses it. */
void
dash_person_free(DashPerson *self)
{
    if (self == NULL)
        return;
    g_clear_handle_id(&self->timer, g_source_remove);
    vicu_people_client_free(self->people);
    forget(self);
    wipe(&self->device);
    g_free(self->emergency);
    g_free(self->file);
    g_free(self->from);
    g_free(self);
}

DashWho
dash_person_who(const DashPerson *self)
{
    int64_t mono_us = vicu_clock_boot_us();
    int64_t glass_us = self->glass_until_us - vicu_clock_utc_us();
    bool locked = self->lock.locked;
    DashWho who = {.locked = locked, .left_s = -1};

    if (locked)
        return who;
    who.name = self->account != NULL ? self->name : self->emergency;
    who.role = self->account != NULL ? self->role : self->emergency != NULL ? "emergency" : NULL;
    who.glass_min =
        self->account != NULL && glass_us > 0 ? (glass_us + MINUTE_US - 1) / MINUTE_US : 0;
    if (dash_lock_warns(&self->lock, mono_us))
        who.left_s = dash_lock_left_s(&self->lock, mono_us);
    return who;
}

bool
dash_person_is_locked(const DashPerson *self)
{
    return self->lock.locked;
}

GBytes *
dash_person_proof(const DashPerson *self)
{
    return self->lock.locked ? NULL : self->proof;
}

const char *
dash_person_account(const DashPerson *self)
{
    return self->lock.locked ? NULL : self->account;
}

bool
dash_person_is_whole(const DashPerson *self)
{
    return self->whole;
}

void
dash_person_touch(DashPerson *self)
{
    self->lock.touched_us = vicu_clock_boot_us();
}

static Asked *
asked_new(DashPerson *self, DashAnswerFunc func, gpointer user)
{
    Asked *asked = g_new0(Asked, 1);

    *asked = (Asked){self, func, user};
    return asked;
}

void
dash_person_sign_in(
    DashPerson *self, const char *account, const char *password, DashAnswerFunc func, gpointer user)
{
    vicu_people_login(self->people, account, password, self->from, self->device, self->token,
                      on_signed_in, asked_new(self, func, user));
}

void
dash_person_break_glass(DashPerson *self, const char *reason, DashAnswerFunc func, gpointer user)
{
    if (self->token == NULL || self->lock.locked) {
        if (func != NULL)
            func(FALSE, _("Nobody has signed in at this station"), user);
        return;
    }
    vicu_people_break_glass(self->people, self->token, reason, on_glass,
                            asked_new(self, func, user));
}

void
dash_person_sign_out(DashPerson *self)
{
    if (self->token != NULL)
        vicu_people_logout(self->people, self->token, NULL, NULL);
    forget(self);
    g_clear_pointer(&self->emergency, g_free);
    dash_witness_set_person(self->witness, NULL, NULL);
    say_changed(self);
}

gboolean
dash_person_lock(DashPerson *self)
{
    if (!self->lock.signed_in && self->emergency == NULL)
        return FALSE;
    set_locked(self, true, "asked for");
    g_clear_pointer(&self->emergency, g_free);
    return TRUE;
}

void
dash_person_emergency(DashPerson *self, const char *name)
{
    g_autofree char *why = g_strdup_printf("emergency access: %s, not shown to be", name);

    g_free(self->emergency);
    self->emergency = g_strdup(name);
    self->emergency_us = vicu_clock_boot_us();
    self->emergency_seen = false;
    set_locked(self, false, why);
}

void
dash_person_emergency_stands(DashPerson *self, bool stands)
{
    if (self->emergency == NULL)
        return;
    self->emergency_seen |= stands;
    if (stands || (!self->emergency_seen && vicu_clock_boot_us() - self->emergency_us < GRACE_US))
        return;
    set_locked(self, true, "emergency access is over");
    g_clear_pointer(&self->emergency, g_free);
}

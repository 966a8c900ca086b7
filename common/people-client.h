/* The store's people, asked from any process: sign in, keep a session, sign out, accounts.
 *
 * For the portal, the station and the command line. Each question is answered once, on the
 * context's main loop, however long the store takes; a store that is not there in 10 s is an
 * error. Passwords and tokens are wiped from what this client keeps itself. One thread.
 *
 * What comes with a sign-in (`granted`): the token, 32 random bytes that name the session and
 * are told once; the device's own secret, for a cookie that lives long; and the proof, which
 * goes along in Actor.proof of commands and Query.proof of questions and is renewed by
 * _check() each minute or so.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/people.h"
#include "common/root.h"
#include "common/socket.h"

G_BEGIN_DECLS

typedef struct VicuPeopleClient VicuPeopleClient;

/* @rows are borrowed for the call. @error: VICU_ERROR_REFUSED with the store's own words, or
 * that it is not there. */
typedef void (*VicuPeopleFunc)(Vicu__PeopleRow *const *rows,
                               size_t n,
                               const GError *error,
                               gpointer user);

/* Connects in the background and reconnects for ever; @context outlives @self. */
VicuPeopleClient *
vicu_people_client_new(VicuContext *context, const VicuRoot *root, GError **error);
/* Nothing is called any more. */
void vicu_people_client_free(VicuPeopleClient *self);

/* @ask is copied. */
void vicu_people_client_ask(VicuPeopleClient *self,
                            const Vicu__PeopleAsk *ask,
                            VicuPeopleFunc func,
                            gpointer user);

/* -> granted. @from: the person's address as the asking process sees it, which bounds wrong
 * tries; @device, @old_token: what the browser showed, or NULL. The session of @old_token ends:
 * nobody goes on in a session that another began. */
void vicu_people_login(VicuPeopleClient *self,
                       const char *account,
                       const char *password,
                       const char *from,
                       GBytes *device,
                       GBytes *old_token,
                       VicuPeopleFunc func,
                       gpointer user);
/* -> granted. Gives the account of the link its password, once, and signs in. */
void vicu_people_enrol(VicuPeopleClient *self,
                       GBytes *secret,
                       const char *password,
                       const char *from,
                       VicuPeopleFunc func,
                       gpointer user);
/* -> granted, without a token. @idle: the person did nothing meanwhile. */
void vicu_people_check_session(
    VicuPeopleClient *self, GBytes *token, bool idle, VicuPeopleFunc func, gpointer user);
void vicu_people_logout(VicuPeopleClient *self, GBytes *token, VicuPeopleFunc func, gpointer user);
/* -> granted, without a token. 60 min of emergency access; @reason is told to everybody. */
void vicu_people_break_glass(
    VicuPeopleClient *self, GBytes *token, const char *reason, VicuPeopleFunc func, gpointer user);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuPeopleClient, vicu_people_client_free)

G_END_DECLS

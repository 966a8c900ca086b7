/* A subscriber of state on the main loop: socket and machine in one.
 *
 * For screens, the store and the command line. @socket_name is the owner's
 * ("rules-state"), @owner its key's name ("rules"); a root that is connected to
 * the hub of another machine finds the hub's key there. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "common/root.h"
#include "common/socket.h"
#include "common/watch.h"

G_BEGIN_DECLS

typedef struct VicuStateClient VicuStateClient;

/* All may be NULL. Messages are borrowed for the call. */
typedef struct {
    /* A snapshot begins: items follow, then level(). What is not among them no
     * longer stands; keep showing the old until level() says so. */
    void (*begin)(gpointer user);
    void (*item)(const Vicu__StateItem *item, gpointer user);
    void (*level)(gpointer user);
    void (*beat)(int64_t watermark_us, bool catching_up, gpointer user);
    void (*watch)(VicuWatchLevel level, gpointer user); /* silence of the owner */
    /* @result NULL: no answer in 10 s; whether it was acted on is not known. */
    void (*result)(const char *key, const Vicu__CommandResult *result, gpointer user);
    /* With each beat: for whom this is told ("": the key, everything); how many beds that person
     * is not told of; why nobody is believed and no bed is told ("": not so). */
    void (*view)(const char *account, uint32_t untold, const char *refused, gpointer user);
} VicuStateClientOps;

VicuStateClient *vicu_state_client_new(VicuContext *context,
                                       const VicuRoot *root,
                                       const char *socket_name,
                                       const char *owner,
                                       const char *own_name,
                                       const Vicu__Subject *subjects,
                                       size_t n_subjects,
                                       const VicuStateClientOps *ops,
                                       gpointer user,
                                       GError **error);
void vicu_state_client_free(VicuStateClient *self);

/* From now on told is what the person who shows @proof may see (NULL: the key), also where only
 * the proof is a newer one: at least each minute. Whoever has to show every alarm also without a
 * person asks as the key again when view() says that nobody is believed. */
void vicu_state_client_proof(VicuStateClient *self, GBytes *proof);

bool vicu_state_client_is_level(const VicuStateClient *self);
VicuWatchLevel vicu_state_client_watch(const VicuStateClient *self);

/* Sends @command under a fresh key, which is written into it for the call and
 * returned; caller frees. The answer comes through result(). */
char *vicu_state_client_command(VicuStateClient *self, Vicu__Command *command);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuStateClient, vicu_state_client_free)

G_END_DECLS

/* The daemons of a small installation, started by the test itself: here nobody ends
 * what the test has stopped, so that what the others say of it can be seen.
 *
 * What was said is taken from the alarms' own times. A failed assertion leaves no
 * process behind. One thread, the default main context.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include <glib.h>

#include "tools/client.h"
#include "tools/stand.h"

G_BEGIN_DECLS

#define SITE_S ((int64_t)G_USEC_PER_SEC)

typedef struct Site Site;

/* A folder with keys; nothing runs. */
Site *site_new(void);
/* Ends what runs, and removes the folder. Fails the test where a daemon does not leave
 * with status 0. */
void site_free(Site *self);
const char *site_folder(const Site *self);

/* Writes the settings of @process. */
void site_settings(Site *self, const char *process, const char *text);
/* A TCP port of the loopback that is free now. */
guint16 site_free_port(void);

/* The daemon of that name, or any program (argv[0] its path) under a name. What it says
 * is in DIR/log/NAME.log. */
void site_start(Site *self, const char *name);
void site_start_program(Site *self, const char *name, const char *const *argv);
/* Where the build has "hub/vicu-hub". Caller frees. */
char *site_program(const char *path);
/* SIGKILL and SIGTERM: waits for the end. */
void site_signal(Site *self, const char *name, int number);

/* Begins to follow the state; waits until all that stands is known. */
void site_follow(Site *self);
ToolClient *site_client(Site *self);
ToolStand *site_stand(Site *self);

/* Runs the main loop until @condition holds (then TRUE), at most @us. */
typedef gboolean (*SiteCondition)(Site *self, gpointer user);
gboolean site_wait(Site *self, int64_t us, SiteCondition condition, gpointer user);

/* The last alarm of @rule at @bed ("": of the installation) that was ever told; NULL: none.
 * Borrowed until the main loop runs again, as are those of _each(). */
const Vicu__Alarm *site_alarm(const Site *self, const char *bed, const char *rule);
void
site_each(const Site *self, void (*func)(const Vicu__Alarm *alarm, gpointer user), gpointer user);
gboolean site_stands(const Site *self, const char *bed, const char *rule);
/* How many alarms about a patient, none of them technical, were raised from @from_us on. */
unsigned site_physiological(const Site *self, int64_t from_us);
/* NULL: not known. */
const Vicu__Bed *site_bed(const Site *self, const char *bed);
/* Waits until @n beds are present. */
void site_await_beds(Site *self, size_t n);

/* A value that a person enters at the desk, of the signal @name in its own unit. */
void site_observe(Site *self, const char *bed, const char *name, double value);

/* What @process says in its status that it misses; NULL: nothing, or no answer. Caller frees. */
char *site_missing(Site *self, const char *process);

/* A counter of its status; -1: none, or no answer. */
double site_counter(Site *self, const char *process, const char *name);

gboolean site_is_night(void);

/* What `vicu LINE` says, with @input on its stdin, as who signed in before under the name @who
 * (each has a folder of its own; "": nobody). Caller frees. */
char *site_vicu(Site *self, const char *who, const char *input, const char *line);
/* Gives the account @id the password @word by the link in @said, and signs in. */
void site_enrol(Site *self, const char *id, const char *word, const char *said);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Site, site_free)

G_END_DECLS

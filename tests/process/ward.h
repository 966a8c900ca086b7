/* A demo ward for the process tests: `vicu demo` in a folder of its own, its
 * processes killed and stopped, its report read.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct Ward Ward;

/* Starts it and waits until every bed shows data; fails the test otherwise.
 * @extra: further words for the command line, NULL-terminated, or NULL. */
Ward *ward_start(int beds, const char *const *extra);
/* The same with a station that writes the wall to a file. */
Ward *ward_start_with_pictures(int beds, const char *const *extra);
/* The same with the station's window on the display that DISPLAY names. */
Ward *ward_start_with_window(int beds, const char *const *extra);
/* Kills what is left and removes the folder; what the demo said goes to the test's
 * output when the test failed. */
void ward_free(Ward *self);

/* The child's pid and state as the supervisor last wrote them; "" and 0: none. */
pid_t ward_pid(Ward *self, const char *process);
char *ward_state(Ward *self, const char *process);
/* When the supervisor last saw this of the process, BOOTTIME; 0: never. @what:
 * "started_us", "ready_us", "silent_us", "killed_us" (ended for its silence). */
int64_t ward_record(Ward *self, const char *process, const char *what);

/* Runs the main loop for that long, or until @condition holds (then TRUE). */
typedef gboolean (*WardCondition)(Ward *self, gpointer user);
gboolean ward_wait(Ward *self, int64_t us, WardCondition condition, gpointer user);

/* How long it took until a process was ready, and how much of that it and the supervisor
 * stood ready to run while the kernel gave the processors to somebody else: not theirs
 * to answer for. 0 where the kernel does not tell. */
typedef struct {
    int64_t took_us;
    int64_t waited_us;
} WardReady;

/* Of the process that runs now, since it was started. */
int64_t ward_waited_us(Ward *self, const char *process);

/* Kills the process with SIGKILL; until another one was ready, as the supervisor recorded
 * it. Fails the test when none was within @limit_us. */
WardReady ward_kill(Ward *self, const char *process, int64_t limit_us);

/* Runs build/tools/vicu with @words (NULL-terminated) and --root of this ward. */
int ward_vicu(Ward *self, const char *const *words, char **out, char **err);

/* Asks the demo to end; its exit status. The report is then there. */
int ward_end(Ward *self);
/* Waits until the demo ends by itself. */
int ward_wait_end(Ward *self, int64_t limit_us);
const char *ward_report(Ward *self);
/* A number of the report; fails the test where there is none. */
double ward_number(Ward *self, const char *key);

/* The demo itself is killed with SIGKILL, as by the kernel when memory ends. */
void ward_kill_supervisor(Ward *self);

const char *ward_folder(Ward *self);
gboolean ward_is_night(void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ward, ward_free)

G_END_DECLS

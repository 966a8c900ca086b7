/* vicu-annunciator: settings, counters, and the frame around annunciator.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/audit-daemon.h"
#include "common/daemon.h"
#include "common/error.h"
#include "common/log.h"
#include "dashboard/annunciator/annunciator.h"

static struct {
    char *sink;
    int64_t volume;
    char *speak;
    char *language;
} settings;

static const VicuParam params[] = {
    {"sound", "sink", VICU_PARAM_TEXT, "", 0, 0, "pipewire", &settings.sink,
     "Where alarms sound: pipewire (this user's audio session), or wav:FILE. Never another one "
     "than this: what does not sound is said."},
    {"sound", "volume", VICU_PARAM_INT, "%", 30, 100, "80", &settings.volume,
     "How loud, of what the loudspeaker is set to."},
    {"speech", "speak", VICU_PARAM_TEXT, "", 0, 0, "none", &settings.speak,
     "Alarms of which priority and above are spoken between two bursts, bed and reason: none, low, "
     "medium or high. It needs the program espeak-ng."},
    {"speech", "language", VICU_PARAM_TEXT, "", 0, 0, "en", &settings.language,
     "In which language: en or zh_CN."},
};

static const char *const speaks[] = {"none", "low", "medium", "high", NULL};
static const char *const languages[] = {"en", "zh_CN", NULL};

#define LEAVE_US (300 * (int64_t)1000)

enum { HIGH, MEDIUM, LOW, BURSTS, HEARD, BLIND };

static VicuCounter counters[] = {
    [HIGH] = {"high", "1", "High-priority alarms that sound", 0},
    [MEDIUM] = {"medium", "1", "Medium-priority alarms that sound", 0},
    [LOW] = {"low", "1", "Low-priority alarms that sound", 0},
    [BURSTS] = {"bursts", "1", "Bursts begun since the start", 0},
    [HEARD] = {"heard", "1", "1: what sounds can be heard, as far as the machine tells", 0},
    [BLIND] = {"blind", "1", "1: the rules are silent", 0},
};

static Annunciator *annunciator;
static VicuAudit *audit;

static gboolean
take_audit(VicuDaemon *daemon, const Vicu__AuditRecord *record, gpointer user)
{
    (void)daemon;
    (void)user;
    vicu_audit_put(audit, record);
    return TRUE;
}

static gboolean
check(gpointer user, GError **error)
{
    (void)user;
    if (!g_strv_contains(speaks, settings.speak))
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                    "[speech] speak = %s: expected none, low, medium or high", settings.speak);
    else if (!g_strv_contains(languages, settings.language))
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                    "[speech] language = %s: expected en or zh_CN", settings.language);
    else
        return TRUE;
    return FALSE;
}

static AnnSettings
present(void)
{
    AnnSettings now = {.sink = settings.sink,
                       .gain = (double)settings.volume / 100,
                       .language = settings.language};

    for (unsigned i = 1; speaks[i] != NULL; i++)
        if (strcmp(settings.speak, speaks[i]) == 0)
            now.speak = VICU__PRIORITY__PRIORITY_LOW + i - 1;
    return now;
}

static void
told(const char *cause, const char *text, gpointer user)
{
    vicu_daemon_condition(user, cause, text);
    if (audit != NULL && strcmp(cause, ANN_NO_SOUND) == 0)
        vicu_audit_tell(audit, text != NULL ? "sound-lost" : "sound-heard", "",
                        text != NULL ? text : "");
}

static gboolean
start(VicuDaemon *daemon, gpointer user, GError **error)
{
    AnnSettings now = present();

    (void)user;
    audit = vicu_audit_of_daemon(daemon);
    annunciator = annunciator_new(vicu_daemon_context(daemon), vicu_daemon_root(daemon),
                                  vicu_daemon_name(daemon), &now, told, daemon, error);
    return annunciator != NULL;
}

static void
stop(VicuDaemon *daemon, gpointer user)
{
    (void)user;
    vicu_audit_leave(audit, daemon, LEAVE_US, NULL);
    audit = NULL;
    g_clear_pointer(&annunciator, annunciator_free);
}

static void
reload(VicuDaemon *daemon, gpointer user)
{
    AnnSettings now = present();
    g_autoptr(GError) error = NULL;

    (void)daemon;
    (void)user;
    if (!annunciator_set(annunciator, &now, &error))
        vicu_warning(VICU_MSG_SETTINGS, "the old sink goes on: %s", error->message);
}

static void
refresh(VicuDaemon *daemon, gpointer user)
{
    AnnFigures figures;

    (void)daemon;
    (void)user;
    annunciator_figures(annunciator, &figures);
    counters[HIGH].value = figures.high;
    counters[MEDIUM].value = figures.medium;
    counters[LOW].value = figures.low;
    counters[BURSTS].value = (double)figures.bursts;
    counters[HEARD].value = figures.hearing == ANN_HEARD;
    counters[BLIND].value = figures.blind;
}

int
main(int argc, char **argv)
{
    const VicuDaemonSpec spec = {
        .name = "annunciator",
        .summary = "the sound of alarms (IEC 60601-1-8), apart from any screen; supplemental: not "
                   "a primary alarm",
        .params = params,
        .n_params = G_N_ELEMENTS(params),
        .counters = counters,
        .n_counters = G_N_ELEMENTS(counters),
        .check = check,
        .start = start,
        .stop = stop,
        .reload = reload,
        .refresh = refresh,
        .audit = take_audit,
    };
    return vicu_daemon_run(&spec, argc, argv, NULL);
}

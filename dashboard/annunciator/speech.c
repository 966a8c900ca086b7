/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/annunciator/speech.h"

#include <signal.h>
#include <string.h>

#include <gio/gio.h>

#include "common/clock.h"
#include "dashboard/annunciator/wave-read.h"
#include "dashboard/scene/words.h"

#define SAID_MAX   4096 /* alarms that were said; then all are forgotten */
#define RUN_MAX_MS 10000

struct AnnSpeech {
    char *program;
    const char *voice;
    Vicu__Priority least;
    AnnSpoken func;
    gpointer user;
    GHashTable *said; /* id of the alarm -> how often it was told again by then */
    GSubprocess *run; /* NULL: nobody speaks */
    GCancellable *cancel;
    guint limit;
    char *next; /* NULL: nothing waits */
};

AnnSpeech *
ann_speech_new(
    const char *program, const char *language, Vicu__Priority least, AnnSpoken func, gpointer user)
{
    AnnSpeech *self = g_new0(AnnSpeech, 1);

    signal(SIGPIPE, SIG_IGN); /* of a program that ends without reading */

    self->program = g_strdup(program);
    self->voice = strcmp(language, "zh_CN") == 0 ? "cmn" : "en-gb";
    self->least = least;
    self->func = func;
    self->user = user;
    self->said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    dash_words_use(language);
    return self;
}

static void
run_ended(AnnSpeech *self)
{
    g_clear_handle_id(&self->limit, g_source_remove);
    g_clear_object(&self->cancel);
    g_clear_object(&self->run);
}

void
ann_speech_free(AnnSpeech *self)
{
    if (self == NULL)
        return;
    if (self->run != NULL) {
        g_cancellable_cancel(self->cancel);
        g_subprocess_force_exit(self->run);
    }
    run_ended(self);
    g_hash_table_unref(self->said);
    g_free(self->next);
    g_free(self->program);
    g_free(self);
}

/* ---- the program ---- */

static void begin(AnnSpeech *self);

static void
on_done(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(GBytes) out = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *problem = NULL;
    float *frames = NULL;
    size_t n = 0;

    g_subprocess_communicate_finish(G_SUBPROCESS(source), result, &out, NULL, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* whom it was for is gone */
    AnnSpeech *self = user;
    if (error == NULL && g_subprocess_get_successful(G_SUBPROCESS(source))) {
        gsize size = 0;
        const uint8_t *bytes = out != NULL ? g_bytes_get_data(out, &size) : NULL;
        frames = ann_wave_read(bytes, bytes != NULL ? size : 0, &n, &error);
    }
    if (frames == NULL)
        problem = g_strdup_printf("%s: %s", self->program,
                                  error != NULL ? error->message : "ended without speaking");
    run_ended(self);
    self->func(frames, n, problem, self->user);
    begin(self);
}

static gboolean
on_limit(gpointer user)
{
    AnnSpeech *self = user;

    self->limit = 0;
    g_subprocess_force_exit(self->run);
    return G_SOURCE_REMOVE;
}

static void
begin(AnnSpeech *self)
{
    g_autofree char *words = g_steal_pointer(&self->next);
    g_autoptr(GError) error = NULL;
    const char *argv[] = {self->program, "--stdin", "--stdout", "-v", self->voice, NULL};

    if (words == NULL)
        return;
    self->run = g_subprocess_newv(argv,
                                  G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE
                                      | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                                  &error);
    if (self->run == NULL) {
        g_autofree char *problem = g_strdup_printf("%s: %s", self->program, error->message);
        self->func(NULL, 0, problem, self->user);
        return;
    }
    g_autoptr(GBytes) in = g_bytes_new(words, strlen(words));
    self->cancel = g_cancellable_new();
    self->limit = g_timeout_add(RUN_MAX_MS, on_limit, self);
    g_subprocess_communicate_async(self->run, in, self->cancel, on_done, self);
}

void
ann_speech_say(AnnSpeech *self, const char *words)
{
    g_free(self->next);
    self->next = g_strdup(words);
    if (self->run == NULL)
        begin(self);
}

/* ---- which words ---- */

/* "7" of "demo/icu/7". */
static const char *
short_bed(const char *bed)
{
    const char *last = strrchr(bed, '/');

    return last != NULL ? last + 1 : bed;
}

char *
ann_speech_words(const Vicu__Alarm *alarm)
{
    const char *title = _(alarm->title[0] != '\0' ? alarm->title : alarm->rule);
    const char *priority = alarm->priority == VICU__PRIORITY__PRIORITY_HIGH ? _("High priority")
                           : alarm->priority == VICU__PRIORITY__PRIORITY_MEDIUM
                               ? _("Medium priority")
                               : _("Low priority");

    if (alarm->bed[0] == '\0')
        return g_strdup_printf("%s: %s. %s.", _("All beds"), title, priority);
    return g_strdup_printf(_("Bed %s: %s. %s."), short_bed(alarm->bed), title, priority);
}

void
ann_speech_alarm(AnnSpeech *self, const Vicu__Alarm *alarm)
{
    gpointer told = NULL;
    bool known = g_hash_table_lookup_extended(self->said, alarm->id, NULL, &told);

    if (alarm->signal != VICU__SIGNAL_STATE__SIGNAL_ON || alarm->merged_into[0] != '\0'
        || alarm->priority < self->least || (known && GPOINTER_TO_UINT(told) >= alarm->reminders))
        return;
    if (g_hash_table_size(self->said) >= SAID_MAX)
        g_hash_table_remove_all(self->said);
    g_hash_table_replace(self->said, g_strdup(alarm->id), GUINT_TO_POINTER(alarm->reminders));
    g_autofree char *words = ann_speech_words(alarm);
    ann_speech_say(self, words);
}

/* Quality reports, made aside. See maker.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "portal/quality/maker.h"

#include <string.h>

#include <gio/gio.h>

#define WHY_MAX 400u /* bytes of a sentence */

struct PortalQualityMaker {
    char *dir, *program;
    GPtrArray *jobs; /* Job */
};

typedef struct {
    PortalQualityMaker *owner; /* NULL: it has gone, and who waited was told */
    GSubprocess *child;
    PortalQualityFunc func;
    gpointer user;
    guint late;
    bool is_late;
} Job;

PortalQualityMaker *
portal_quality_maker_new(const char *dir, const char *program)
{
    PortalQualityMaker *self = g_new0(PortalQualityMaker, 1);

    self->dir = g_strdup(dir);
    self->program = g_strdup(program != NULL ? program : "/proc/self/exe");
    self->jobs = g_ptr_array_new();
    return self;
}

static void
job_free(Job *job)
{
    g_clear_handle_id(&job->late, g_source_remove);
    g_object_unref(job->child);
    g_free(job);
}

void
portal_quality_maker_free(PortalQualityMaker *self)
{
    if (self == NULL)
        return;
    for (guint i = 0; i < self->jobs->len; i++) {
        Job *job = self->jobs->pdata[i];
        job->owner = NULL;
        g_subprocess_force_exit(job->child); /* its end frees the job */
        job->func(NULL, PORTAL_QUALITY_NOT_NOW, "the portal is being stopped", job->user);
    }
    g_ptr_array_unref(self->jobs);
    g_free(self->dir);
    g_free(self->program);
    g_free(self);
}

unsigned
portal_quality_making(const PortalQualityMaker *self)
{
    return self->jobs->len;
}

/* ---- the end ---- */

/* The last line that it said. Caller frees. */
static char *
sentence_of(GBytes *err)
{
    gsize size = 0;
    const char *data = err != NULL ? g_bytes_get_data(err, &size) : NULL;
    g_autofree char *text = g_strndup(data != NULL ? data : "", MIN(size, 16384u));

    g_strchomp(text);
    const char *line = strrchr(text, '\n');
    g_autofree char *said = g_utf8_make_valid(line != NULL ? line + 1 : text, -1);
    return g_utf8_substring(said, 0, MIN(g_utf8_strlen(said, -1), (glong)WHY_MAX));
}

static void
tell(const Job *job, GBytes *out, GBytes *err)
{
    int ended = g_subprocess_get_if_exited(job->child) ? g_subprocess_get_exit_status(job->child)
                                                       : PORTAL_QUALITY_NOT_NOW;
    g_autofree char *said = sentence_of(err);
    bool known = ended == PORTAL_QUALITY_REFUSED || ended == PORTAL_QUALITY_NOT_SUCH;

    if (ended == 0 && out != NULL)
        job->func(out, 0, "", job->user);
    else if (job->is_late)
        job->func(NULL, PORTAL_QUALITY_NOT_NOW,
                  "it was not made within 45 s: take a shorter time, or one unit", job->user);
    else
        job->func(NULL, known ? ended : PORTAL_QUALITY_NOT_NOW,
                  *said != '\0' ? said : "it could not be made", job->user);
}

static void
on_end(GObject *child, GAsyncResult *result, gpointer user)
{
    Job *job = user;
    g_autoptr(GBytes) out = NULL;
    g_autoptr(GBytes) err = NULL;
    gboolean ok = g_subprocess_communicate_finish(G_SUBPROCESS(child), result, &out, &err, NULL);

    if (job->owner != NULL) {
        g_ptr_array_remove_fast(job->owner->jobs, job);
        tell(job, ok ? out : NULL, err);
    }
    job_free(job);
}

static gboolean
on_late(gpointer user)
{
    Job *job = user;

    job->late = 0;
    job->is_late = true;
    g_subprocess_force_exit(job->child);
    return G_SOURCE_REMOVE;
}

/* ---- the beginning ---- */

static void
add(GPtrArray *words, const char *name, const char *value)
{
    if (value != NULL)
        g_ptr_array_add(words, g_strdup_printf("--%s=%s", name, value));
}

static GPtrArray *
words_of(const PortalQualityMaker *self, const PortalQualityWish *wish)
{
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *from = g_strdup_printf("%" G_GINT64_FORMAT, wish->from_us);
    g_autofree char *to = g_strdup_printf("%" G_GINT64_FORMAT, wish->to_us);
    g_autofree char *least = g_strdup_printf("%u", wish->least);

    g_ptr_array_add(words, g_strdup(self->program));
    g_ptr_array_add(words, g_strdup("make-report"));
    add(words, "root", self->dir);
    add(words, "kind", wish->kind);
    add(words, "from", from);
    add(words, "to", to);
    add(words, "unit", wish->unit);
    for (guint i = 0; wish->beds != NULL && wish->beds[i] != NULL; i++)
        add(words, "bed", wish->beds[i]);
    add(words, "least", least);
    add(words, "who", wish->who);
    add(words, "role", wish->role);
    add(words, "address", wish->address);
    add(words, "language", wish->language);
    add(words, "as", wish->form);
    g_ptr_array_add(words, NULL);
    return words;
}

bool
portal_quality_ask(PortalQualityMaker *self,
                   const PortalQualityWish *wish,
                   PortalQualityFunc func,
                   gpointer user)
{
    g_autoptr(GPtrArray) words = words_of(self, wish);
    g_autoptr(GBytes) proof =
        wish->proof != NULL ? g_bytes_ref(wish->proof) : g_bytes_new_static("", 0);
    g_autoptr(GError) error = NULL;

    if (self->jobs->len >= PORTAL_QUALITY_AT_A_TIME)
        return false;
    GSubprocess *child =
        g_subprocess_newv((const char *const *)words->pdata,
                          G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE
                              | G_SUBPROCESS_FLAGS_STDERR_PIPE,
                          &error);
    if (child == NULL) {
        func(NULL, PORTAL_QUALITY_NOT_NOW, error->message, user);
        return true;
    }
    Job *job = g_new0(Job, 1);
    *job = (Job){.owner = self, .child = child, .func = func, .user = user};
    job->late = g_timeout_add_seconds(PORTAL_QUALITY_PATIENCE_S, on_late, job);
    g_ptr_array_add(self->jobs, job);
    g_subprocess_communicate_async(child, proof, NULL, on_end, job);
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "store/people/hasher.h"

#include <string.h>
#include <sys/resource.h>

#include "common/password.h"
#include "common/seal.h"

#define NICE 19

typedef struct {
    StoreHasher *owner;
    char *password;
    char *hash; /* NULL: to be made */
    char made[VICU_PASSWORD_HASH_MAX];
    bool right;
    bool last; /* the thread ends */
    StoreHashed done;
    gpointer data;
} Job;

struct StoreHasher {
    GMainContext *main_context;
    GThread *thread;    /* begins with the first job */
    GAsyncQueue *todo;  /* Job */
    GAsyncQueue *ready; /* Job */
    GSource *source;    /* hands on what is ready */
    unsigned waiting;   /* not handed on yet */
    uint64_t finished;
};

static void
job_free(gpointer p)
{
    Job *job = p;

    if (job->password != NULL)
        vicu_seal_wipe(job->password, strlen(job->password));
    vicu_seal_wipe(job->made, sizeof job->made);
    g_free(job->password);
    g_free(job->hash);
    g_free(job);
}

/* On the thread. */
static gpointer
work(gpointer p)
{
    StoreHasher *self = p;

    /* Of this thread alone, as Linux has it; where it is refused nothing is lost but politeness. */
    setpriority(PRIO_PROCESS, 0, NICE);
    for (;;) {
        Job *job = g_async_queue_pop(self->todo);
        if (job->last) {
            job_free(job);
            return NULL;
        }
        job->right = job->hash != NULL ? vicu_password_is(job->password, job->hash)
                                       : vicu_password_hash(job->password, job->made);
        g_async_queue_push(self->ready, job);
        g_source_set_ready_time(self->source, 0);
    }
}

static gboolean
on_ready(gpointer user)
{
    StoreHasher *self = user;
    Job *job;

    g_source_set_ready_time(self->source, -1);
    while ((job = g_async_queue_try_pop(self->ready)) != NULL) {
        self->waiting--;
        self->finished++;
        job->done(job->right, job->hash == NULL && job->right ? job->made : NULL, job->data);
        job_free(job);
    }
    return G_SOURCE_CONTINUE;
}

static gboolean
dispatch(GSource *source, GSourceFunc func, gpointer user)
{
    (void)source;
    return func(user);
}

StoreHasher *
store_hasher_new(GMainContext *main_context)
{
    static GSourceFuncs funcs = {.dispatch = dispatch};
    StoreHasher *self = g_new0(StoreHasher, 1);

    self->main_context = main_context;
    self->todo = g_async_queue_new_full(job_free);
    self->ready = g_async_queue_new_full(job_free);
    self->source = g_source_new(&funcs, sizeof(GSource));
    g_source_set_callback(self->source, on_ready, self, NULL);
    g_source_attach(self->source, main_context);
    return self;
}

void
store_hasher_free(StoreHasher *self)
{
    Job *job;

    if (self == NULL)
        return;
    while ((job = g_async_queue_try_pop(self->todo)) != NULL)
        job_free(job);
    if (self->thread != NULL) {
        job = g_new0(Job, 1);
        job->last = true;
        g_async_queue_push(self->todo, job);
        g_thread_join(self->thread);
    }
    g_source_destroy(self->source);
    g_source_unref(self->source);
    g_async_queue_unref(self->todo);
    g_async_queue_unref(self->ready);
    g_free(self);
}

bool
store_hasher_ask(StoreHasher *self,
                 const char *password,
                 const char *hash,
                 bool known,
                 StoreHashed done,
                 gpointer data)
{
    if (self->waiting >= (known ? STORE_HASHER_KNOWN : STORE_HASHER_UNKNOWN))
        return false;
    Job *job = g_new0(Job, 1);
    job->password = g_strdup(password);
    job->hash = g_strdup(hash);
    job->done = done;
    job->data = data;
    self->waiting++;
    if (self->thread == NULL)
        self->thread = g_thread_new("store-people", work, self);
    g_async_queue_push(self->todo, job);
    return true;
}

unsigned
store_hasher_waiting(const StoreHasher *self)
{
    return self->waiting;
}

uint64_t
store_hasher_done(const StoreHasher *self)
{
    return self->finished;
}

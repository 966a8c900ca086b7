/* Grouped sync of a spool on a worker thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/spool-sync.h"

struct VicuSpoolSync {
    VicuSpool *spool;
    GMainContext *context;
    VicuSpoolSynced synced;
    gpointer data;
    GThreadPool *pool; /* one thread */
    GSource *timer;    /* NULL: nothing waits for its 20 ms, or for its turn */
    bool soon;         /* the timer waits for no time, only for what is at hand */
    gint pending;      /* 1: a job is with the thread or on its way back */
    VicuSpoolJob *done;
    GMutex lock;
    GCond came_back;
    bool failed;
};

static void begin(VicuSpoolSync *self);

static void
stop_timer(VicuSpoolSync *self)
{
    if (!self->timer)
        return;
    g_source_destroy(self->timer);
    g_clear_pointer(&self->timer, g_source_unref);
}

static gboolean
on_timer(gpointer data)
{
    VicuSpoolSync *self = data;
    stop_timer(self);
    begin(self);
    return G_SOURCE_REMOVE;
}

static void
start_timer(VicuSpoolSync *self, bool soon)
{
    self->soon = soon;
    self->timer = g_timeout_source_new(soon ? 0 : VICU_SPOOL_GROUP_US / 1000);
    g_source_set_priority(self->timer, G_PRIORITY_HIGH);
    g_source_set_callback(self->timer, on_timer, self, NULL);
    g_source_attach(self->timer, self->context);
}

static VicuSpoolJob *
take_done(VicuSpoolSync *self)
{
    g_mutex_lock(&self->lock);
    VicuSpoolJob *job = g_steal_pointer(&self->done);
    g_mutex_unlock(&self->lock);
    return job;
}

/* On the owner's thread. */
static gboolean
on_done(gpointer data)
{
    VicuSpoolSync *self = data;
    VicuSpoolJob *job = take_done(self);
    if (!job)
        return G_SOURCE_REMOVE;
    self->pending = 0;
    g_autoptr(GError) error = NULL;
    self->failed = !vicu_spool_job_finish(self->spool, job, &error);
    self->synced(error, self->data);
    if (!self->failed)
        vicu_spool_sync_poke(self);
    return G_SOURCE_REMOVE;
}

/* On the worker's thread. */
static void
run_job(gpointer data, gpointer user_data)
{
    VicuSpoolJob *job = data;
    VicuSpoolSync *self = user_data;
    vicu_spool_job_run(job);
    g_mutex_lock(&self->lock);
    self->done = job;
    GSource *source = g_idle_source_new();
    g_source_set_priority(source, G_PRIORITY_HIGH);
    g_source_set_callback(source, on_done, self, NULL);
    g_source_attach(source, self->context);
    g_source_unref(source);
    g_cond_signal(&self->came_back);
    g_mutex_unlock(&self->lock);
}

static void
begin(VicuSpoolSync *self)
{
    VicuSpoolJob *job = vicu_spool_job_begin(self->spool);
    if (!job)
        return;
    self->pending = 1;
    g_thread_pool_push(self->pool, job, NULL);
}

VicuSpoolSync *
vicu_spool_sync_new(VicuSpool *spool, GMainContext *context, VicuSpoolSynced synced, gpointer data)
{
    VicuSpoolSync *self = g_new0(VicuSpoolSync, 1);
    self->spool = spool;
    self->context = g_main_context_ref(context ? context : g_main_context_default());
    self->synced = synced;
    self->data = data;
    g_mutex_init(&self->lock);
    g_cond_init(&self->came_back);
    self->pool = g_thread_pool_new(run_job, self, 1, TRUE, NULL);
    return self;
}

void
vicu_spool_sync_free(VicuSpoolSync *self)
{
    if (!self)
        return;
    stop_timer(self);
    g_mutex_lock(&self->lock);
    while (self->pending && !self->done)
        g_cond_wait(&self->came_back, &self->lock);
    g_mutex_unlock(&self->lock);
    g_thread_pool_free(self->pool, FALSE, TRUE);
    VicuSpoolJob *job = take_done(self);
    if (job) {
        g_autoptr(GError) error = NULL;
        if (!vicu_spool_job_finish(self->spool, job, &error))
            g_warning("%s", error->message);
    }
    /* The idle source of that job, if it has not run. */
    GSource *source;
    while ((source = g_main_context_find_source_by_user_data(self->context, self)))
        g_source_destroy(source);
    g_mutex_clear(&self->lock);
    g_cond_clear(&self->came_back);
    g_main_context_unref(self->context);
    g_free(self);
}

void
vicu_spool_sync_poke(VicuSpoolSync *self)
{
    uint64_t waiting = vicu_spool_unsynced_bytes(self->spool);
    if (self->failed || self->pending || waiting == 0)
        return;
    bool soon = waiting >= VICU_SPOOL_GROUP_BYTES;
    if (self->timer && (self->soon || !soon))
        return;
    stop_timer(self);
    start_timer(self, soon);
}

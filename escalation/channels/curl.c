/* libcurl on the main loop. While something is under way it is looked at each 20 ms: a message
 * takes some tens of these, and there are few.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "escalation/channels/curl.h"

#define LOOK_MS 20

typedef struct {
    gpointer data;
    GDestroyNotify free;
} Transfer;

struct EscCurl {
    CURLM *multi;
    EscCurlDone done;
    GHashTable *under_way; /* CURL -> Transfer */
    guint timer;
};

static void
forget(EscCurl *self, CURL *handle)
{
    Transfer *t = g_hash_table_lookup(self->under_way, handle);

    curl_multi_remove_handle(self->multi, handle);
    g_hash_table_remove(self->under_way, handle);
    curl_easy_cleanup(handle);
    if (t->free)
        t->free(t->data);
    g_free(t);
}

EscCurl *
esc_curl_new(EscCurlDone done)
{
    static gsize once;
    EscCurl *self = g_new0(EscCurl, 1);

    if (g_once_init_enter(&once)) {
        curl_global_init(CURL_GLOBAL_DEFAULT);
        g_once_init_leave(&once, 1);
    }
    self->multi = curl_multi_init();
    self->done = done;
    self->under_way = g_hash_table_new(NULL, NULL);
    return self;
}

void
esc_curl_free(EscCurl *self)
{
    GHashTableIter iter;
    gpointer handle;

    if (!self)
        return;
    if (self->timer)
        g_source_remove(self->timer);
    g_autoptr(GPtrArray) handles = g_ptr_array_new();
    g_hash_table_iter_init(&iter, self->under_way);
    while (g_hash_table_iter_next(&iter, &handle, NULL))
        g_ptr_array_add(handles, handle);
    for (guint i = 0; i < handles->len; i++)
        forget(self, handles->pdata[i]);
    curl_multi_cleanup(self->multi);
    g_hash_table_unref(self->under_way);
    g_free(self);
}

static gboolean
look(gpointer user)
{
    EscCurl *self = user;
    CURLMsg *message;
    int left = 0;

    curl_multi_perform(self->multi, &left);
    while ((message = curl_multi_info_read(self->multi, &left))) {
        CURL *handle = message->easy_handle;
        CURLcode code = message->data.result;
        Transfer *t = g_hash_table_lookup(self->under_way, handle);
        long status = 0;
        if (message->msg != CURLMSG_DONE || !t)
            continue;
        curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
        self->done(handle, code, status, t->data);
        forget(self, handle);
    }
    if (g_hash_table_size(self->under_way) > 0)
        return G_SOURCE_CONTINUE;
    self->timer = 0;
    return G_SOURCE_REMOVE;
}

void
esc_curl_start(EscCurl *self, CURL *handle, gpointer data, GDestroyNotify free_func)
{
    Transfer *t = g_new0(Transfer, 1);

    *t = (Transfer){data, free_func};
    g_hash_table_insert(self->under_way, handle, t);
    curl_multi_add_handle(self->multi, handle);
    if (!self->timer)
        self->timer = g_timeout_add(LOOK_MS, look, self);
}

CURL *
esc_curl_handle(const char *url, const char *protocols, const char *ca_file)
{
    CURL *handle = curl_easy_init();

    g_assert(handle);
    curl_easy_setopt(handle, CURLOPT_URL, url);
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, protocols);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, (long)ESC_CONNECT_MS);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, (long)ESC_TRANSFER_MS);
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(handle, CURLOPT_PROXY, ""); /* nothing of the environment */
    if (*ca_file)
        curl_easy_setopt(handle, CURLOPT_CAINFO, ca_file);
    return handle;
}

char *
esc_curl_why(CURLcode code, long status)
{
    if (code == CURLE_OK)
        return g_strdup_printf("the server answered %ld", status);
    if (status >= 400)
        return g_strdup_printf("%s (the server answered %ld)", curl_easy_strerror(code), status);
    return g_strdup(curl_easy_strerror(code));
}

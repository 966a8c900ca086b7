/* Pages. See pages.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/twin/pages.h"

#include <string.h>

#include "common/clock.h"
#include "dashboard/scene/words.h"
#include "dashboard/twin/door.h"
#include "dashboard/twin/tell.h"

#define UNSEEN_US    (10 * (int64_t)G_USEC_PER_SEC) /* a page that shows nothing for so long */
#define CLOSE_POLICY SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION
#define CLOSE_FULL   1013 /* RFC 6455 registry: try again later */

/* A page that looks. */
typedef struct {
    DashPages *all;
    SoupWebsocketConnection *socket;
    DashListener *listener;
    char selected[DASH_DOOR_WORDS_MAX];
    const char *language;
    uint64_t told, seen;
    int64_t told_us; /* monotonic: when @told went out */
} Page;

struct DashPages {
    const DashModel *model;
    const DashServeOptions *options;
    DashServeFigures *figures;
    GPtrArray *list;
};

int64_t
dash_pages_now(const DashPages *self)
{
    return self->options->still_us ? self->options->still_us : vicu_clock_utc_us();
}

static void
page_free(gpointer data)
{
    Page *page = data;
    g_signal_handlers_disconnect_by_data(page->socket, page);
    if (soup_websocket_connection_get_state(page->socket) == SOUP_WEBSOCKET_STATE_OPEN)
        soup_websocket_connection_close(page->socket, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
    g_object_unref(page->socket);
    dash_listener_free(page->listener);
    g_free(page);
}

static void
on_closed(SoupWebsocketConnection *socket, gpointer user)
{
    Page *page = user;
    (void)socket;
    g_ptr_array_remove_fast(page->all->list, page);
}

static void
take_word(Page *page, const DashHeard *heard)
{
    if (heard->kind == DASH_HEARD_SEEN && heard->seen <= page->told) {
        page->seen = MAX(page->seen, heard->seen);
    } else if (heard->kind == DASH_HEARD_SELECT) {
        const DashBed *bed =
            *heard->word ? dash_model_find_bed(page->all->model, heard->word) : NULL;
        const char *id = bed ? bed->id : "";
        /* Opened once, however long it is looked at. */
        if (bed && strcmp(page->selected, id) != 0 && page->all->options->looked)
            page->all->options->looked(id, page->all->options->user);
        g_strlcpy(page->selected, id, sizeof page->selected);
    } else if (heard->kind == DASH_HEARD_SPEAK) {
        const char *before = page->language;
        for (unsigned i = 0; i < DASH_N_LANGUAGES; i++)
            if (strcmp(dash_words_language_at(i)->code, heard->word) == 0)
                page->language = dash_words_language_at(i)->code;
        if (page->language != before)
            dash_listener_forget(page->listener);
    }
}

static void
on_message(SoupWebsocketConnection *socket, gint type, GBytes *message, gpointer user)
{
    Page *page = user;
    DashHeard heard;
    size_t size = 0;
    const void *data = g_bytes_get_data(message, &size);

    dash_door_hear(data, type == SOUP_WEBSOCKET_DATA_TEXT ? size : 0, &heard);
    if (heard.kind == DASH_HEARD_NOTHING) {
        page->all->figures->refused++;
        soup_websocket_connection_close(socket, CLOSE_POLICY, "not a word of this page");
        return;
    }
    take_word(page, &heard);
}

void
dash_pages_speak(const char *language)
{
    if (strcmp(dash_words_used(), language) != 0)
        dash_words_use(language);
}

/* Once for each language that is looked at in. */
static DashTold *
told_in(DashPages *self, DashTold **told, const char *language, int64_t now_us)
{
    for (unsigned i = 0; i < DASH_N_LANGUAGES; i++)
        if (strcmp(dash_words_language_at(i)->code, language) == 0) {
            dash_pages_speak(language);
            if (told[i] == NULL)
                told[i] = dash_told_new(self->model, self->options->still_us != 0,
                                        self->options->with_patient, now_us);
            return told[i];
        }
    return NULL;
}

static void
tell_page(DashPages *self, Page *page, const DashTold *told)
{
    g_autofree char *text = dash_tell(page->listener, told, page->selected, ++page->told);
    page->told_us = g_get_monotonic_time();
    self->figures->told++;
    soup_websocket_connection_send_text(page->socket, text);
    if (self->options->looked)
        self->options->looked(NULL, self->options->user);
}

void
dash_pages_tell(DashPages *self)
{
    DashTold *told[DASH_N_LANGUAGES] = {NULL};
    int64_t now_us = dash_pages_now(self), mono_us = g_get_monotonic_time();

    for (guint i = 0; i < self->list->len; i++) {
        Page *page = g_ptr_array_index(self->list, i);
        if (soup_websocket_connection_get_state(page->socket) != SOUP_WEBSOCKET_STATE_OPEN)
            continue;
        if (page->seen == page->told)
            tell_page(self, page, told_in(self, told, page->language, now_us));
        else if (mono_us - page->told_us > UNSEEN_US)
            soup_websocket_connection_close(page->socket, CLOSE_POLICY, "nothing seen for 10 s");
    }
    for (unsigned i = 0; i < DASH_N_LANGUAGES; i++)
        dash_told_free(told[i]);
}

void
dash_pages_open(DashPages *self, SoupWebsocketConnection *socket)
{
    soup_websocket_connection_set_max_incoming_payload_size(socket, DASH_DOOR_WORDS_MAX);
    if (self->list->len >= DASH_SERVE_PAGES) {
        self->figures->refused++;
        soup_websocket_connection_close(socket, CLOSE_FULL, "8 pages look already");
        return;
    }
    Page *page = g_new0(Page, 1);
    page->all = self;
    page->socket = g_object_ref(socket);
    page->listener = dash_listener_new();
    page->language = dash_words_language_at(0)->code;
    g_signal_connect(socket, "closed", G_CALLBACK(on_closed), page);
    g_signal_connect(socket, "message", G_CALLBACK(on_message), page);
    g_ptr_array_add(self->list, page);
}

DashPages *
dash_pages_new(const DashModel *model, const DashServeOptions *options, DashServeFigures *figures)
{
    DashPages *self = g_new0(DashPages, 1);

    self->model = model;
    self->options = options;
    self->figures = figures;
    self->list = g_ptr_array_new_with_free_func(page_free);
    return self;
}

void
dash_pages_free(DashPages *self)
{
    if (!self)
        return;
    g_ptr_array_unref(self->list);
    g_free(self);
}

unsigned
dash_pages_n(const DashPages *self)
{
    return self->list->len;
}

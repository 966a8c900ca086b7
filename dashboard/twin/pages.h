/* Pages: who looks at the ward by WebSocket, and what each is told next.
 *
 * A page that is slow is told the newest state when it has shown the last one: nothing queues. One
 * that shows nothing for 10 s, or says what is no word of a page, is closed. One thread, the main
 * loop's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <libsoup/soup.h>

#include "dashboard/twin/serve.h"

G_BEGIN_DECLS

typedef struct DashPages DashPages;

/* All borrowed; @figures is counted in. */
DashPages *
dash_pages_new(const DashModel *model, const DashServeOptions *options, DashServeFigures *figures);
/* Closes each. */
void dash_pages_free(DashPages *self);

/* One more; closed at once where DASH_SERVE_PAGES look already. */
void dash_pages_open(DashPages *self, SoupWebsocketConnection *socket);
/* Each that has shown what it was told, the state of now. */
void dash_pages_tell(DashPages *self);
unsigned dash_pages_n(const DashPages *self);

/* Of what is shown: a saved state's time stands. */
int64_t dash_pages_now(const DashPages *self);
/* What is made from here on is in that language. */
void dash_pages_speak(const char *language);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DashPages, dash_pages_free)

G_END_DECLS

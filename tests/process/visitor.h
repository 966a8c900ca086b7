/* A visitor of the portal in tests: HTTPS with the site's authority as its only trust.
 *
 * Calls run the default main context until the answer is there, at most 20 s.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <libsoup/soup.h>

#include "tests/process/site.h"

G_BEGIN_DECLS

typedef struct Visitor Visitor;

/* Waits for the portal of @site to say where it listens. */
Visitor *visitor_new(Site *site);
void visitor_free(Visitor *self);

unsigned visitor_port(const Visitor *self);
const char *visitor_url(const Visitor *self); /* "https://127.0.0.1:PORT" */
SoupSession *visitor_session(const Visitor *self);

typedef struct {
    unsigned status; /* 0: no answer */
    char *body;      /* NUL-terminated */
    size_t size;
    SoupMessageHeaders *headers; /* NULL: no answer */
    char *why;                   /* no answer: why not */
} VisitorAnswer;

/* @token may be NULL. */
void visitor_ask(
    Visitor *self, const char *method, const char *path, const char *token, VisitorAnswer *out);
void visitor_answer_clear(VisitorAnswer *self);

/* `vicu-portal token` with more words, until NULL; the token it printed. Caller frees. */
char *visitor_token(Site *site, const char *role, ...) G_GNUC_NULL_TERMINATED;
/* Of the portal's certificate, as chromium_new_trusting() takes it. Caller frees. */
char *visitor_key_hash(Site *site);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Visitor, visitor_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(VisitorAnswer, visitor_answer_clear)

G_END_DECLS

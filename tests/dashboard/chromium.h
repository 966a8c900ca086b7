/* A Chromium without a window, driven over its debugging port: for tests of the twin's page.
 *
 * One thread; every call runs the default main context until its answer is there, at most 90 s.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct Chromium Chromium;

/* NULL, and @why says it: there is none here, or it does not start. It ends with the process that
 * started it, however that ends. */
Chromium *chromium_new(int w, int h, const char **why);
/* The same, taking the certificate whose key has this hash (SHA-256 of the public key as DER, in
 * base64) for one of a site that it trusts. */
Chromium *chromium_new_trusting(int w, int h, const char *key_hash, const char **why);
void chromium_free(Chromium *self);

/* @before: a script that runs before the page's own; NULL: none. */
void chromium_open(Chromium *self, const char *url, const char *before);
/* The value of @expression as JSON text, promises awaited; caller frees. What it throws comes as
 * "!...". */
char *chromium_eval(Chromium *self, const char *expression);
/* Asks until it is true; false: not within @seconds. */
bool chromium_wait(Chromium *self, const char *expression, double seconds);
/* A method of the DevTools protocol; @params: a JSON object. Fails the test when it is refused. */
void chromium_call(Chromium *self, const char *method, const char *params);
void chromium_shot(Chromium *self, const char *path);
/* A folder of its own, which goes with it. */
const char *chromium_folder(const Chromium *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Chromium, chromium_free)

G_END_DECLS

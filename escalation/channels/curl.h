/* libcurl on the main loop: transfers that end with a sentence. For channels alone.
 *
 * One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <curl/curl.h>

#include "escalation/channels/channel.h"

G_BEGIN_DECLS

#define ESC_CONNECT_MS  3000
#define ESC_TRANSFER_MS 10000

typedef struct EscCurl EscCurl;

/* @code: CURLE_OK, or why not; @status: the server's last answer. @handle is freed afterwards. */
typedef void (*EscCurlDone)(CURL *handle, CURLcode code, long status, gpointer data);

EscCurl *esc_curl_new(EscCurlDone done);
/* What is under way ends without a word. */
void esc_curl_free(EscCurl *self);
/* Takes @handle; @data comes back in done(), or is freed by @free_func when nothing more comes. */
void esc_curl_start(EscCurl *self, CURL *handle, gpointer data, GDestroyNotify free_func);
/* With the bounds of time that every transfer has, and no protocol but @protocols ("https,http").
 * @ca_file may be empty. */
CURL *esc_curl_handle(const char *url, const char *protocols, const char *ca_file);
/* In a sentence, without addresses; caller frees. */
char *esc_curl_why(CURLcode code, long status);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EscCurl, esc_curl_free)

G_END_DECLS

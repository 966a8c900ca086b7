/* Pages: phones and browsers on their WebSockets, each with what it knows and how long it was
 * silent.
 *
 * A page says who it is (a token) within 5 s, then beats every 2 s while it is in front. One that
 * misses 3 beats while its person is on duty is unreachable, and so is one that is hidden or
 * closed: whoever escalates is told at once. A page that is silent for 30 s is closed. What changes
 * is told at once, a crowd as seldom as it takes little of the machine; a slow page is told the
 * newest state when it has answered to the last one: nothing queues. One thread, whose default main
 * context runs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <libsoup/soup.h>

#include "portal/heard.h"
#include "portal/tell.h"
#include "portal/tokens.h"

G_BEGIN_DECLS

#define PORTAL_PAGES_MAX     1024
#define PORTAL_PAGES_BEAT_US (2 * (int64_t)G_USEC_PER_SEC)
#define PORTAL_PAGES_MISSED  3
#define PORTAL_PAGES_GAP_US  (G_USEC_PER_SEC / 2)

typedef struct PortalPage PortalPage;

typedef struct {
    /* NULL: not a token that is good, or its role has no page. */
    const PortalToken *(*token)(const char *token, gpointer user);
    /* A JSON array of what is not known now: "hub", "rules", "store", "escalation",
     * "proof": test alarms do not come; borrowed. */
    const char *(*blind)(gpointer user);
    /* Serial of the newest test alarm; 0: none. Pages give it back with their next beat. */
    uint64_t (*proof)(gpointer user);
    /* An act, a receipt, a call or a question. */
    void (*heard)(PortalPage *page, const PortalHeard *heard, gpointer user);
    /* A person on duty can be reached by it, each 10 s; @gone: no longer. */
    void (*reached)(PortalPage *page, bool gone, gpointer user);
} PortalPagesOps;

typedef struct PortalPages PortalPages;
PortalPages *portal_pages_new(const PortalWard *ward, const PortalPagesOps *ops, gpointer user);
void portal_pages_free(PortalPages *self);

void portal_pages_open(PortalPages *self, SoupWebsocketConnection *socket, const char *address);
/* The ward has changed: those whom it asks are told within 20 ms, the others as soon as telling all
 * takes no more than a tenth of the time, within PORTAL_PAGES_GAP_US at most. */
void portal_pages_news(PortalPages *self);
/* Who is late; each half second. */
void portal_pages_turn(PortalPages *self, int64_t boot_us);
/* Tokens have changed: pages of those that are over are closed. */
void portal_pages_judge(PortalPages *self);

/* By number; NULL: it has gone. */
PortalPage *portal_pages_find(PortalPages *self, uint64_t number);
uint64_t portal_page_number(const PortalPage *page);
const char *portal_page_person(const PortalPage *page);
const char *portal_page_device(const PortalPage *page);
const char *portal_page_address(const PortalPage *page);
const char *portal_page_role(const PortalPage *page);
bool portal_page_is_phone(const PortalPage *page);

/* Its person is told of @bed: in a unit of theirs, or asked about it. */
bool portal_page_covers(const PortalPage *page, const char *bed);

void portal_page_say(PortalPage *page, const char *json);
/* What became of the act @ref. */
void portal_page_result(PortalPage *page, int64_t ref, bool ok, const char *text);
/* Wants to be told of @alarm's details, and whether any does. */
void portal_page_want(PortalPage *page, const char *alarm);
void portal_pages_say_wanted(PortalPages *self, const char *alarm, const char *json);

typedef struct {
    unsigned pages, on_duty;
    uint64_t beats, missed, told, told_bytes;
} PortalPagesFigures;
void portal_pages_figures(const PortalPages *self, PortalPagesFigures *figures);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PortalPages, portal_pages_free)

G_END_DECLS

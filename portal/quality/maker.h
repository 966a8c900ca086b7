/* Makes quality reports in processes of their own, a few at a time: the portal's main loop hands
 * over what was asked for and hands on what comes back.
 *
 * A report may need a year of the record: that takes seconds and much memory, in which phones have
 * to be answered. A maker that is not done in PORTAL_QUALITY_PATIENCE_S is ended. One thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define PORTAL_QUALITY_AT_A_TIME  2u
#define PORTAL_QUALITY_PATIENCE_S 45u         /* less than a request may be served, portal/gate.c */
#define PORTAL_QUALITY_MAX        (16u << 20) /* bytes of a report */

/* How a maker ends that made nothing. */
enum {
    PORTAL_QUALITY_NOT_NOW = 1,
    PORTAL_QUALITY_REFUSED = 3,
    PORTAL_QUALITY_NOT_SUCH = 4 /* no such unit, or too much for one report */
};

typedef struct {
    const char *kind; /* "burden" */
    int64_t from_us, to_us;
    const char *unit;        /* "site/unit"; NULL: all */
    const char *const *beds; /* whose record is asked for; NULL: of all */
    unsigned least;
    const char *who, *role, *address; /* for the audit */
    const char *language;             /* of HTML: "en", "zh_CN" */
    const char *form;                 /* "html", "csv", "pdf" */
    GBytes *proof;                    /* of the person; NULL: the portal's own key asks */
} PortalQualityWish;

/* Once: @made, or NULL with how it ended and a sentence. */
typedef void (*PortalQualityFunc)(GBytes *made, int ended, const char *why, gpointer user);

typedef struct PortalQualityMaker PortalQualityMaker;

/* @dir: of the installation. @program: this one; NULL: as it runs. */
PortalQualityMaker *portal_quality_maker_new(const char *dir, const char *program);
/* Who waits is told that it will not come. */
void portal_quality_maker_free(PortalQualityMaker *self);

/* FALSE: PORTAL_QUALITY_AT_A_TIME are being made; @func is not called. @wish is copied. */
bool portal_quality_ask(PortalQualityMaker *self,
                        const PortalQualityWish *wish,
                        PortalQualityFunc func,
                        gpointer user);
unsigned portal_quality_making(const PortalQualityMaker *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PortalQualityMaker, portal_quality_maker_free)

G_END_DECLS

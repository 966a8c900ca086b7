/* The annunciator: what stands with the rules becomes sound. One thread, and the sink's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "common/root.h"
#include "common/socket.h"
#include "dashboard/annunciator/sink.h"

G_BEGIN_DECLS

#define ANN_NO_SOUND  "no-sound" /* cause of the technical alarm, medium */
#define ANN_NO_SPEECH "no-speech"
#define ANN_NO_PROOF  "proof-late" /* test alarms do not come */

typedef struct Annunciator Annunciator;

typedef struct {
    const char *sink;     /* see sink.h */
    double gain;          /* 0 to 1; borrowed for the call, as @sink is */
    Vicu__Priority speak; /* alarms of this priority and above are spoken; NONE: none */
    const char *language; /* "en", "zh_CN" */
} AnnSettings;

typedef struct {
    unsigned high, medium, low; /* alarms that sound */
    uint64_t bursts;            /* begun since the start */
    AnnHearing hearing;
    bool blind; /* the rules are silent */
} AnnFigures;

/* @text NULL: all is well again. */
typedef void (*AnnTold)(const char *cause, const char *text, gpointer user);

Annunciator *annunciator_new(VicuContext *context,
                             const VicuRoot *root,
                             const char *name,
                             const AnnSettings *settings,
                             AnnTold told,
                             gpointer user,
                             GError **error);
void annunciator_free(Annunciator *self);

/* Other settings; what sounds goes on there. FALSE: the old ones stay. */
gboolean annunciator_set(Annunciator *self, const AnnSettings *settings, GError **error);
void annunciator_figures(Annunciator *self, AnnFigures *figures);

G_END_DECLS

/* A kind of sink. For sink*.c only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/annunciator/sink.h"

G_BEGIN_DECLS

typedef struct {
    const char *prefix; /* of the setting; what follows is given to open() */
    void *(*open)(const char *rest, AnnFill fill, gpointer user, GError **error);
    void (*close)(void *sink);
    AnnHearing (*check)(void *sink, int64_t mono_us, const char **detail);
} AnnSinkKind;

extern const AnnSinkKind ann_sink_wav;
#ifdef VICU_HAVE_PIPEWIRE
extern const AnnSinkKind ann_sink_pipewire;
#endif

G_END_DECLS

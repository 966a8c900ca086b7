/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/annunciator/sink.h"

#include <stdbool.h>
#include <string.h>

#include "common/error.h"
#include "dashboard/annunciator/sink-inner.h"

struct AnnSink {
    const AnnSinkKind *kind;
    void *sink;
};

static const AnnSinkKind *const kinds[] = {
    &ann_sink_wav,
#ifdef VICU_HAVE_PIPEWIRE
    &ann_sink_pipewire,
#endif
};

static const AnnSinkKind *
find_kind(const char *setting)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        size_t length = strlen(kinds[i]->prefix);
        bool whole = kinds[i]->prefix[length - 1] != ':';
        if (strncmp(setting, kinds[i]->prefix, length) == 0 && (!whole || setting[length] == '\0'))
            return kinds[i];
    }
    return NULL;
}

AnnSink *
ann_sink_new(const char *setting, AnnFill fill, gpointer user, GError **error)
{
    const AnnSinkKind *kind = find_kind(setting);

    if (kind == NULL) {
        bool pipewire = strcmp(setting, "pipewire") == 0;
        g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                    pipewire ? "sink \"%s\": this build has no PipeWire; build it with "
                               "libpipewire-0.3-dev installed, or set wav:FILE"
                             : "sink \"%s\": expected pipewire or wav:FILE",
                    setting);
        return NULL;
    }
    void *sink = kind->open(setting + strlen(kind->prefix), fill, user, error);
    if (sink == NULL)
        return NULL;
    AnnSink *self = g_new0(AnnSink, 1);
    self->kind = kind;
    self->sink = sink;
    return self;
}

void
ann_sink_free(AnnSink *self)
{
    if (self == NULL)
        return;
    self->kind->close(self->sink);
    g_free(self);
}

AnnHearing
ann_sink_check(AnnSink *self, int64_t mono_us, const char **detail)
{
    *detail = "";
    return self->kind->check(self->sink, mono_us, detail);
}

const char *
ann_hearing_text(AnnHearing hearing)
{
    static const char *const texts[] = {
        [ANN_HEARD] = "alarms are heard",
        [ANN_STARTING] = "the sound is starting",
        [ANN_ABSENT] = "no sound: there is nothing that plays it",
        [ANN_NO_DEVICE] = "no sound: no loudspeaker is connected",
        [ANN_MUTED] = "no sound: the loudspeaker is muted",
        [ANN_QUIET] = "no sound to rely on: the volume is below 30 %",
        [ANN_STUCK] = "no sound: the loudspeaker takes none",
    };
    return texts[hearing];
}

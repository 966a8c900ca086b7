/* Sound through PipeWire: the door of that library.
 *
 * One stream, always playing: silence too is played, so that a loudspeaker that takes nothing
 * is noticed before an alarm needs it. The default device is watched: gone, muted, turned down.
 * All callbacks run on PipeWire's thread under its lock, which ann_sink_check() takes as well.
 * Where the daemon ends it is looked for again each second.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <pipewire/extensions/metadata.h>
#include <pipewire/pipewire.h>
#include <spa/param/audio/format-utils.h>
#include <spa/param/props.h>
#include <spa/pod/iter.h>
#include <spa/utils/json.h>
#include <stdbool.h>
#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "dashboard/annunciator/burst.h"
#include "dashboard/annunciator/sink-inner.h"

#define RETRY_US     G_USEC_PER_SEC
#define STUCK_US     G_USEC_PER_SEC /* without a frame taken */
#define SETTLE_US    (2 * G_USEC_PER_SEC)
#define FRAME_BYTES  (2 * sizeof(float))
#define CHANNELS_MAX 64
#define NO_DEVICE    "auto_null" /* what PipeWire plays to when there is no loudspeaker */

typedef struct {
    AnnFill fill;
    gpointer user;
    struct pw_thread_loop *loop;
    struct pw_context *context;
    struct pw_core *core; /* NULL: not connected */
    struct pw_registry *registry;
    struct pw_metadata *metadata;
    struct pw_stream *stream;
    struct pw_node *node; /* the default device */
    struct spa_hook on_core, on_registry, on_metadata, on_stream, on_node;
    uint32_t node_id;
    GHashTable *devices; /* id of the node -> its name */
    char *wanted;        /* name of the default device; NULL: not told */
    bool broken, muted;
    double volume; /* 0 to 1 as the desktop's slider shows it; negative: not told */
    int64_t tried_us, connected_us, fed_us; /* BOOTTIME */
    char *detail;
} PipeSink;

/* ---- the stream ---- */

static void
stream_process(void *data)
{
    PipeSink *self = data;
    struct pw_buffer *buffer = pw_stream_dequeue_buffer(self->stream);

    if (buffer == NULL)
        return;
    struct spa_data *part = &buffer->buffer->datas[0];
    float *frames = part->data;
    if (frames != NULL) {
        size_t n = part->maxsize / FRAME_BYTES;
        if (buffer->requested > 0)
            n = MIN(n, buffer->requested);
        self->fill(frames, n, self->user);
        for (size_t i = n; i-- > 0;) /* the same to both sides, in place */
            frames[2 * i] = frames[2 * i + 1] = frames[i];
        part->chunk->offset = 0;
        part->chunk->stride = FRAME_BYTES;
        part->chunk->size = (uint32_t)(n * FRAME_BYTES);
        self->fed_us = vicu_clock_boot_us();
    }
    pw_stream_queue_buffer(self->stream, buffer);
}

static void
stream_state(void *data, enum pw_stream_state old, enum pw_stream_state now, const char *error)
{
    PipeSink *self = data;

    (void)old;
    (void)error;
    if (now == PW_STREAM_STATE_ERROR)
        self->broken = true;
}

static const struct pw_stream_events stream_events = {
    PW_VERSION_STREAM_EVENTS,
    .state_changed = stream_state,
    .process = stream_process,
};

static bool
start_stream(PipeSink *self)
{
    uint8_t room[1024];
    struct spa_pod_builder builder = SPA_POD_BUILDER_INIT(room, sizeof room);
    struct spa_audio_info_raw format = {
        .format = SPA_AUDIO_FORMAT_F32,
        .rate = ANN_RATE_HZ,
        .channels = 2,
        .position = {SPA_AUDIO_CHANNEL_FL, SPA_AUDIO_CHANNEL_FR},
    };
    const struct spa_pod *params[] = {
        spa_format_audio_raw_build(&builder, SPA_PARAM_EnumFormat, &format)};

    self->stream =
        pw_stream_new(self->core, "vICU alarms",
                      pw_properties_new(PW_KEY_MEDIA_TYPE, "Audio", PW_KEY_MEDIA_CATEGORY,
                                        "Playback", PW_KEY_MEDIA_ROLE, "Notification",
                                        PW_KEY_NODE_LATENCY, "1024/48000", NULL));
    if (self->stream == NULL)
        return false;
    pw_stream_add_listener(self->stream, &self->on_stream, &stream_events, self);
    return pw_stream_connect(self->stream, PW_DIRECTION_OUTPUT, PW_ID_ANY,
                             PW_STREAM_FLAG_AUTOCONNECT | PW_STREAM_FLAG_MAP_BUFFERS, params,
                             G_N_ELEMENTS(params))
           >= 0;
}

/* ---- the device ---- */

static void
node_param(void *data,
           int sequence,
           uint32_t id,
           uint32_t index,
           uint32_t next,
           const struct spa_pod *param)
{
    PipeSink *self = data;
    const struct spa_pod_prop *prop;

    (void)sequence;
    (void)index;
    (void)next;
    if (id != SPA_PARAM_Props || param == NULL || !spa_pod_is_object(param))
        return;
    SPA_POD_OBJECT_FOREACH((const struct spa_pod_object *)param, prop)
    {
        float volumes[CHANNELS_MAX];
        if (prop->key == SPA_PROP_mute) {
            spa_pod_get_bool(&prop->value, &self->muted);
        } else if (prop->key == SPA_PROP_channelVolumes) {
            uint32_t n = spa_pod_copy_array(&prop->value, SPA_TYPE_Float, volumes, CHANNELS_MAX);
            float most = 0;
            for (uint32_t i = 0; i < n; i++)
                most = MAX(most, volumes[i]);
            if (n > 0)
                self->volume = cbrt(most); /* sliders show the cube root of the factor */
        }
    }
}

static const struct pw_node_events node_events = {PW_VERSION_NODE_EVENTS, .param = node_param};

static void
let_device_go(PipeSink *self)
{
    if (self->node != NULL) {
        spa_hook_remove(&self->on_node);
        pw_proxy_destroy((struct pw_proxy *)self->node);
        self->node = NULL;
    }
    self->node_id = SPA_ID_INVALID;
    self->muted = false;
    self->volume = -1;
}

/* The device that the session plays to: the one it named, or, where it names none, the only one. */
static uint32_t
find_device(const PipeSink *self)
{
    GHashTableIter iter;
    gpointer id, name;

    g_hash_table_iter_init(&iter, self->devices);
    while (g_hash_table_iter_next(&iter, &id, &name))
        if (self->wanted != NULL ? strcmp(name, self->wanted) == 0
                                 : g_hash_table_size(self->devices) == 1)
            return GPOINTER_TO_UINT(id);
    return SPA_ID_INVALID;
}

static void
follow_device(PipeSink *self)
{
    uint32_t id = find_device(self), params[] = {SPA_PARAM_Props};

    if (id == self->node_id)
        return;
    let_device_go(self);
    if (id == SPA_ID_INVALID)
        return;
    self->node = pw_registry_bind(self->registry, id, PW_TYPE_INTERFACE_Node, PW_VERSION_NODE, 0);
    if (self->node == NULL)
        return;
    self->node_id = id;
    pw_node_add_listener(self->node, &self->on_node, &node_events, self);
    pw_node_subscribe_params(self->node, params, G_N_ELEMENTS(params));
}

/* {"name": "alsa_output..."}; NULL: it names none. */
static char *
name_in(const char *json)
{
    struct spa_json text, members;
    char key[256], name[256];
    const char *other = NULL;

    if (json == NULL)
        return NULL;
    spa_json_init(&text, json, strlen(json));
    if (spa_json_enter_object(&text, &members) <= 0)
        return NULL;
    while (spa_json_get_string(&members, key, sizeof key) > 0) {
        if (strcmp(key, "name") == 0)
            return spa_json_get_string(&members, name, sizeof name) > 0 ? g_strdup(name) : NULL;
        if (spa_json_next(&members, &other) <= 0)
            break;
    }
    return NULL;
}

static int
metadata_property(
    void *data, uint32_t subject, const char *key, const char *type, const char *value)
{
    PipeSink *self = data;

    (void)subject;
    (void)type;
    if (key != NULL && strcmp(key, "default.audio.sink") == 0) {
        g_free(self->wanted);
        self->wanted = name_in(value);
        follow_device(self);
    }
    return 0;
}

static const struct pw_metadata_events metadata_events = {PW_VERSION_METADATA_EVENTS,
                                                          .property = metadata_property};

static void
registry_global(void *data,
                uint32_t id,
                uint32_t permissions,
                const char *type,
                uint32_t version,
                const struct spa_dict *props)
{
    PipeSink *self = data;

    (void)permissions;
    (void)version;
    if (props == NULL)
        return;
    if (strcmp(type, PW_TYPE_INTERFACE_Metadata) == 0 && self->metadata == NULL) {
        const char *name = spa_dict_lookup(props, PW_KEY_METADATA_NAME);
        if (g_strcmp0(name, "default") != 0)
            return;
        self->metadata = pw_registry_bind(self->registry, id, PW_TYPE_INTERFACE_Metadata,
                                          PW_VERSION_METADATA, 0);
        if (self->metadata != NULL)
            pw_proxy_add_object_listener((struct pw_proxy *)self->metadata, &self->on_metadata,
                                         &metadata_events, self);
    } else if (strcmp(type, PW_TYPE_INTERFACE_Node) == 0) {
        const char *class = spa_dict_lookup(props, PW_KEY_MEDIA_CLASS);
        const char *name = spa_dict_lookup(props, PW_KEY_NODE_NAME);
        if (g_strcmp0(class, "Audio/Sink") != 0 || name == NULL)
            return;
        g_hash_table_insert(self->devices, GUINT_TO_POINTER(id), g_strdup(name));
        follow_device(self);
    }
}

static void
registry_remove(void *data, uint32_t id)
{
    PipeSink *self = data;

    if (g_hash_table_remove(self->devices, GUINT_TO_POINTER(id)))
        follow_device(self);
}

static const struct pw_registry_events registry_events = {
    PW_VERSION_REGISTRY_EVENTS,
    .global = registry_global,
    .global_remove = registry_remove,
};

/* ---- the connection ---- */

static void
core_error(void *data, uint32_t id, int sequence, int result, const char *message)
{
    PipeSink *self = data;

    (void)sequence;
    (void)message;
    if (id == PW_ID_CORE && result == -EPIPE)
        self->broken = true;
}

static const struct pw_core_events core_events = {PW_VERSION_CORE_EVENTS, .error = core_error};

static void
disconnect(PipeSink *self)
{
    let_device_go(self);
    if (self->stream != NULL) {
        spa_hook_remove(&self->on_stream);
        pw_stream_destroy(self->stream);
    }
    if (self->metadata != NULL) {
        spa_hook_remove(&self->on_metadata);
        pw_proxy_destroy((struct pw_proxy *)self->metadata);
    }
    if (self->registry != NULL) {
        spa_hook_remove(&self->on_registry);
        pw_proxy_destroy((struct pw_proxy *)self->registry);
    }
    if (self->core != NULL) {
        spa_hook_remove(&self->on_core);
        pw_core_disconnect(self->core);
    }
    self->stream = NULL;
    self->metadata = NULL;
    self->registry = NULL;
    self->core = NULL;
    g_hash_table_remove_all(self->devices);
    g_clear_pointer(&self->wanted, g_free);
    self->broken = false;
}

static void
connect_session(PipeSink *self, int64_t mono_us)
{
    disconnect(self);
    self->tried_us = mono_us;
    self->core = pw_context_connect(self->context, NULL, 0);
    if (self->core == NULL)
        return;
    pw_core_add_listener(self->core, &self->on_core, &core_events, self);
    self->registry = pw_core_get_registry(self->core, PW_VERSION_REGISTRY, 0);
    if (self->registry != NULL)
        pw_registry_add_listener(self->registry, &self->on_registry, &registry_events, self);
    self->connected_us = self->fed_us = mono_us;
    if (self->registry == NULL || !start_stream(self))
        self->broken = true;
}

static void
pipe_close(void *sink)
{
    PipeSink *self = sink;

    if (self->loop != NULL)
        pw_thread_loop_stop(self->loop);
    disconnect(self);
    if (self->context != NULL)
        pw_context_destroy(self->context);
    if (self->loop != NULL)
        pw_thread_loop_destroy(self->loop);
    g_hash_table_unref(self->devices);
    g_free(self->detail);
    g_free(self);
    pw_deinit();
}

static void *
pipe_open(const char *rest, AnnFill fill, gpointer user, GError **error)
{
    (void)rest;
    PipeSink *self = g_new0(PipeSink, 1);

    pw_init(NULL, NULL);
    self->fill = fill;
    self->user = user;
    self->node_id = SPA_ID_INVALID;
    self->volume = -1;
    self->devices = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    self->loop = pw_thread_loop_new("sound", NULL);
    self->context =
        self->loop != NULL ? pw_context_new(pw_thread_loop_get_loop(self->loop), NULL, 0) : NULL;
    if (self->context == NULL || pw_thread_loop_start(self->loop) != 0) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_IO, "sink pipewire: its library cannot start: %s",
                    g_strerror(errno));
        pipe_close(self);
        return NULL;
    }
    pw_thread_loop_lock(self->loop);
    connect_session(self, vicu_clock_boot_us());
    pw_thread_loop_unlock(self->loop);
    return self;
}

static void
say(PipeSink *self, const char *text)
{
    g_free(self->detail);
    self->detail = g_strdup(text);
}

static AnnHearing
judge_device(PipeSink *self, int64_t mono_us)
{
    bool settling = mono_us - self->connected_us < SETTLE_US;
    const char *name = self->node_id == SPA_ID_INVALID
                           ? NULL
                           : g_hash_table_lookup(self->devices, GUINT_TO_POINTER(self->node_id));

    say(self, name != NULL ? name : "");
    if (name == NULL || strcmp(name, NO_DEVICE) == 0)
        return settling ? ANN_STARTING : ANN_NO_DEVICE;
    if (mono_us - self->fed_us >= STUCK_US)
        return settling ? ANN_STARTING : ANN_STUCK;
    if (self->muted)
        return ANN_MUTED;
    if (self->volume >= 0 && self->volume < ANN_VOLUME_MIN - 0.005) {
        g_autofree char *text = g_strdup_printf("%s at %.0f %%", name, 100 * self->volume);
        say(self, text);
        return ANN_QUIET;
    }
    return ANN_HEARD;
}

static AnnHearing
pipe_check(void *sink, int64_t mono_us, const char **detail)
{
    PipeSink *self = sink;
    AnnHearing hearing = ANN_ABSENT;

    pw_thread_loop_lock(self->loop);
    if ((self->core == NULL || self->broken) && mono_us - self->tried_us >= RETRY_US)
        connect_session(self, mono_us);
    if (self->core == NULL || self->broken)
        say(self, "PipeWire");
    else
        hearing = judge_device(self, mono_us);
    pw_thread_loop_unlock(self->loop);
    *detail = self->detail;
    return hearing;
}

const AnnSinkKind ann_sink_pipewire = {"pipewire", pipe_open, pipe_close, pipe_check};

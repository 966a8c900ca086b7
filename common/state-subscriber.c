/* A subscriber of a state: knows all that stands, or knows that it does not.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "common/mutant.h"
#include "common/state.h"

#define ASK_AGAIN_US   (G_USEC_PER_SEC)         /* silence, or a snapshot that stands still */
#define ASK_MIN_US     (G_USEC_PER_SEC / 5)     /* between two questions for the same hole */
#define SILENT_US      (3 * G_USEC_PER_SEC / 2) /* the owner may have forgotten us */
#define ACK_US         (G_USEC_PER_SEC)         /* as a sign of life */
#define COMMAND_US     (G_USEC_PER_SEC)
#define COMMAND_END_US (10 * G_USEC_PER_SEC)
#define COMMANDS_MAX   64u

typedef struct {
    char *key;
    GBytes *body;
    int64_t since_us;
    int64_t sent_us;
} Command;

struct VicuStateSubscriber {
    char *name;
    Vicu__Subject *subjects;
    size_t n_subjects;
    GBytes *proof; /* of a person; NULL: none */
    VicuStateSubscriberOps ops;
    gpointer data;
    uint64_t incarnation; /* 0: no owner known */
    uint64_t sequence;    /* all up to here is known; 0: nothing */
    bool level;           /* a snapshot of this incarnation was taken whole */
    bool in_snapshot;
    uint64_t snapshot_at;
    uint64_t received; /* items of it */
    int64_t asked_us;
    int64_t acked_us;
    VicuWatch watch;
    GPtrArray *commands;
};

static void
free_command(gpointer data)
{
    Command *command = data;
    g_bytes_unref(command->body);
    g_free(command->key);
    g_free(command);
}

static VicuStateMessage
message_of(const VicuStateSubscriber *self, Vicu__Kind kind)
{
    return (VicuStateMessage){
        .kind = kind,
        .incarnation = self->incarnation,
        .sequence = self->sequence,
    };
}

static void
ask(VicuStateSubscriber *self, int64_t mono_us)
{
    VicuStateMessage message = message_of(self, VICU__KIND__KIND_STATE_SUBSCRIBE);
    message.subject = self->subjects;
    message.n_subject = self->n_subjects;
    message.name = self->name;
    message.proof = self->proof;
    self->asked_us = mono_us;
    self->in_snapshot = false;
    self->ops.send(&message, self->data);
}

static void
ask_soon(VicuStateSubscriber *self, int64_t mono_us)
{
    if (mono_us - self->asked_us >= ASK_MIN_US)
        ask(self, mono_us);
}

VicuStateSubscriber *
vicu_state_subscriber_new(const char *name,
                          const Vicu__Subject *subjects,
                          size_t n,
                          const VicuStateSubscriberOps *ops,
                          gpointer data,
                          int64_t mono_us)
{
    VicuStateSubscriber *self = g_new0(VicuStateSubscriber, 1);
    self->name = g_strdup(name);
    self->subjects = g_memdup2(subjects, n * sizeof *subjects);
    self->n_subjects = n;
    self->ops = *ops;
    self->data = data;
    self->commands = g_ptr_array_new_with_free_func(free_command);
    vicu_watch_init(&self->watch, mono_us);
    ask(self, mono_us);
    return self;
}

void
vicu_state_subscriber_free(VicuStateSubscriber *self)
{
    if (!self)
        return;
    g_ptr_array_unref(self->commands);
    g_clear_pointer(&self->proof, g_bytes_unref);
    g_free(self->subjects);
    g_free(self->name);
    g_free(self);
}

static void
acknowledge(VicuStateSubscriber *self, int64_t mono_us)
{
    VicuStateMessage message = message_of(self, VICU__KIND__KIND_STATE_ACK);
    self->acked_us = mono_us;
    self->ops.send(&message, self->data);
}

static void
give_items(VicuStateSubscriber *self, const VicuStateMessage *message)
{
    for (size_t i = 0; i < message->n_items; i++)
        self->ops.item(message->items[i], self->data);
}

static void
on_snapshot(VicuStateSubscriber *self, const VicuStateMessage *message, int64_t mono_us)
{
    /* Late or double: no more than what we know by now. */
    if (self->level && !self->in_snapshot && message->incarnation == self->incarnation
        && message->sequence <= self->sequence)
        return;
    if (message->after == 0) {
        self->incarnation = message->incarnation;
        self->sequence = 0;
        self->in_snapshot = true;
        self->level = false;
        self->snapshot_at = message->sequence;
        self->received = 0;
        self->ops.begin(self->data);
    } else if (!self->in_snapshot || message->incarnation != self->incarnation
               || message->sequence != self->snapshot_at || message->after != self->received) {
        ask_soon(self, mono_us);
        return;
    }
    self->asked_us = mono_us; /* it comes: no need to ask */
    self->received += message->n_items;
    give_items(self, message);
    if (!message->last)
        return;
    self->in_snapshot = false;
    self->sequence = message->sequence;
    /* Sequence 0: an owner of whom nothing has ever stood. Level all the same. */
    self->level = true;
    self->ops.level(self->sequence, self->data);
    acknowledge(self, mono_us);
}

static void
on_update(VicuStateSubscriber *self, const VicuStateMessage *message, int64_t mono_us)
{
    if (message->incarnation != self->incarnation || !self->level || self->in_snapshot) {
        ask_soon(self, mono_us);
        return;
    }
    if (message->sequence <= self->sequence) {
        acknowledge(self, mono_us);
        return;
    }
    if (message->after != self->sequence && !VICU_MUTANT(UPDATE_HOLE_UNNOTICED)) {
        ask_soon(self, mono_us);
        return;
    }
    give_items(self, message);
    self->sequence = message->sequence;
    self->ops.level(self->sequence, self->data);
    acknowledge(self, mono_us);
}

static void
on_beat(VicuStateSubscriber *self, const VicuStateMessage *message, int64_t mono_us)
{
    if (message->incarnation != self->incarnation || (!self->level && !self->in_snapshot))
        ask_soon(self, mono_us);
    else if (message->sequence > self->sequence && !self->in_snapshot
             && !VICU_MUTANT(UPDATE_HOLE_UNNOTICED))
        ask_soon(self, mono_us);
    self->ops.beat(message->watermark_us, message->catching_up, self->data);
    if (self->ops.view)
        self->ops.view(message->account ? message->account : "", message->untold,
                       message->refused ? message->refused : "", self->data);
}

static void
on_result(VicuStateSubscriber *self, const VicuStateMessage *message)
{
    for (guint i = 0; i < self->commands->len && message->key; i++) {
        const Command *command = g_ptr_array_index(self->commands, i);
        if (!g_str_equal(command->key, message->key))
            continue;
        g_autofree char *key = g_strdup(command->key);
        g_ptr_array_remove_index(self->commands, i);
        self->ops.result(key, message->body, self->data);
        return;
    }
}

void
vicu_state_subscriber_receive(VicuStateSubscriber *self,
                              const VicuStateMessage *message,
                              int64_t mono_us)
{
    /* A dead owner's word may still be on its way. */
    bool old = self->incarnation != 0 && message->incarnation < self->incarnation;
    if (old)
        return;
    if (message->incarnation > self->incarnation
        && message->kind != VICU__KIND__KIND_STATE_SNAPSHOT)
        self->level = false;
    if (vicu_watch_heard(&self->watch, mono_us))
        self->ops.watch(self->watch.level, self->data);
    if (message->kind == VICU__KIND__KIND_STATE_SNAPSHOT)
        on_snapshot(self, message, mono_us);
    else if (message->kind == VICU__KIND__KIND_STATE_UPDATE)
        on_update(self, message, mono_us);
    else if (message->kind == VICU__KIND__KIND_STATE_BEAT)
        on_beat(self, message, mono_us);
    else if (message->kind == VICU__KIND__KIND_STATE_RESULT)
        on_result(self, message);
}

static void
send_command(VicuStateSubscriber *self, Command *command, int64_t mono_us)
{
    VicuStateMessage message = message_of(self, VICU__KIND__KIND_STATE_COMMAND);
    message.key = command->key;
    message.body = command->body;
    command->sent_us = mono_us;
    self->ops.send(&message, self->data);
}

void
vicu_state_subscriber_command(VicuStateSubscriber *self,
                              const char *key,
                              GBytes *body,
                              int64_t mono_us)
{
    if (self->commands->len >= COMMANDS_MAX) {
        self->ops.result(key, NULL, self->data);
        return;
    }
    Command *command = g_new0(Command, 1);
    command->key = g_strdup(key);
    command->body = g_bytes_ref(body);
    command->since_us = mono_us;
    g_ptr_array_add(self->commands, command);
    send_command(self, command, mono_us);
}

static void
tick_commands(VicuStateSubscriber *self, int64_t mono_us)
{
    for (guint i = self->commands->len; i > 0; i--) {
        Command *command = g_ptr_array_index(self->commands, i - 1);
        if (mono_us - command->since_us >= COMMAND_END_US) {
            g_autofree char *key = g_strdup(command->key);
            g_ptr_array_remove_index(self->commands, i - 1);
            self->ops.result(key, NULL, self->data);
        } else if (mono_us - command->sent_us >= COMMAND_US) {
            send_command(self, command, mono_us);
        }
    }
}

void
vicu_state_subscriber_tick(VicuStateSubscriber *self, int64_t mono_us)
{
    if (vicu_watch_tick(&self->watch, mono_us))
        self->ops.watch(self->watch.level, self->data);
    bool silent = vicu_watch_silence_us(&self->watch, mono_us) >= SILENT_US;
    if ((silent || !self->level || self->in_snapshot) && mono_us - self->asked_us >= ASK_AGAIN_US)
        ask(self, mono_us);
    else if (self->level && mono_us - self->acked_us >= ACK_US)
        acknowledge(self, mono_us);
    tick_commands(self, mono_us);
}

void
vicu_state_subscriber_proof(VicuStateSubscriber *self, GBytes *proof, int64_t mono_us)
{
    g_clear_pointer(&self->proof, g_bytes_unref);
    self->proof = proof ? g_bytes_ref(proof) : NULL;
    ask(self, mono_us);
}

VicuWatchLevel
vicu_state_subscriber_watch(const VicuStateSubscriber *self)
{
    return self->watch.level;
}

bool
vicu_state_subscriber_is_level(const VicuStateSubscriber *self)
{
    return self->level && !self->in_snapshot && self->watch.level == VICU_WATCH_OK;
}

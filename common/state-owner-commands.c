/* Commands to the owner: each is acted on once, and its answer kept.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/mutant.h"
#include "common/state-owner-inner.h"

#define KEY_MAX 128u

static void
send_result(VicuStateOwner *self, GBytes *route, const OwnerAnswer *answer)
{
    VicuStateMessage message = state_owner_message(self, VICU__KIND__KIND_STATE_RESULT, 0);
    message.key = answer->key;
    message.body = answer->result;
    self->ops.send(route, &message, self->data);
}

static char *
digest_of(GBytes *command)
{
    return g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, command);
}

/* Room for one more, at the cost of the oldest answer; never of a command that
 * is being acted on. */
static bool
make_room(VicuStateOwner *self)
{
    if (g_hash_table_size(self->answers) < VICU_STATE_ANSWERS)
        return true;
    OwnerAnswer *oldest = g_queue_pop_head(&self->order);
    return oldest && g_hash_table_remove(self->answers, oldest->key);
}

static OwnerAnswer *
add_answer(VicuStateOwner *self, const char *key, GBytes *command)
{
    OwnerAnswer *answer = g_new0(OwnerAnswer, 1);
    answer->key = g_strdup(key);
    answer->digest = command ? digest_of(command) : NULL;
    answer->routes = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_hash_table_insert(self->answers, answer->key, answer);
    return answer;
}

static void
wait_for(OwnerAnswer *answer, GBytes *route)
{
    for (guint i = 0; i < answer->routes->len; i++) {
        if (g_bytes_equal(g_ptr_array_index(answer->routes, i), route))
            return;
    }
    g_ptr_array_add(answer->routes, g_bytes_ref(route));
}

static bool
is_same_command(const OwnerAnswer *answer, GBytes *command)
{
    g_autofree char *digest = digest_of(command);
    return !answer->digest || strcmp(answer->digest, digest) == 0;
}

VicuStateFate
vicu_state_owner_command(VicuStateOwner *self,
                         GBytes *route,
                         const VicuStateMessage *message,
                         int64_t mono_us)
{
    OwnerSubscriber *subscriber = state_owner_find_subscriber(self, route);
    if (subscriber)
        subscriber->heard_us = mono_us;
    if (!message->key || message->key[0] == '\0' || strlen(message->key) > KEY_MAX
        || !message->body)
        return VICU_STATE_REFUSED;
    OwnerAnswer *answer = g_hash_table_lookup(self->answers, message->key);
    if (answer && VICU_MUTANT(COMMAND_TWICE)) {
        wait_for(answer, route);
        return VICU_STATE_ACT;
    }
    if (answer && !is_same_command(answer, message->body))
        return VICU_STATE_REFUSED;
    if (answer) {
        self->figures.repeats++;
        if (!answer->result) {
            wait_for(answer, route);
            return VICU_STATE_WAIT;
        }
        send_result(self, route, answer);
        return VICU_STATE_ANSWERED;
    }
    if (!make_room(self))
        return VICU_STATE_REFUSED;
    wait_for(add_answer(self, message->key, message->body), route);
    self->figures.commands++;
    return VICU_STATE_ACT;
}

void
vicu_state_owner_refuse(VicuStateOwner *self, GBytes *route, const char *key, GBytes *result)
{
    VicuStateMessage message = state_owner_message(self, VICU__KIND__KIND_STATE_RESULT, 0);
    message.key = key;
    message.body = result;
    self->ops.send(route, &message, self->data);
}

static void
set_result(VicuStateOwner *self, OwnerAnswer *answer, GBytes *result)
{
    if (!answer->result)
        g_queue_push_tail(&self->order, answer);
    else
        g_bytes_unref(answer->result);
    answer->result = g_bytes_ref(result);
}

void
vicu_state_owner_answer(VicuStateOwner *self, const char *key, GBytes *result)
{
    OwnerAnswer *answer = g_hash_table_lookup(self->answers, key);
    g_return_if_fail(answer != NULL);
    set_result(self, answer, result);
    for (guint i = 0; i < answer->routes->len; i++)
        send_result(self, g_ptr_array_index(answer->routes, i), answer);
    g_ptr_array_set_size(answer->routes, 0);
}

void
vicu_state_owner_restore_answer(VicuStateOwner *self,
                                const char *key,
                                GBytes *command,
                                GBytes *result)
{
    if (g_hash_table_contains(self->answers, key) || !make_room(self))
        return;
    set_result(self, add_answer(self, key, command), result);
}

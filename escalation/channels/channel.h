/* A channel: one way out of the house to a person.
 *
 * Sends a message once it is given one, and says what became of it: taken, or not and why. A
 * channel that cannot says so at once; the ladder does not wait for it. What a channel took is
 * *sent*; delivered is what a device or the receiving system reports.
 *
 * One thread, the main loop. Nothing blocks.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

/* Borrowed for the call of send(). */
typedef struct {
    const char *escalation;
    const char *target; /* id of the intent: receivers drop a second one */
    const char *bed;
    const char *title;
    const char *text;
    const char *priority; /* "high" */
    const char *name;     /* of the person */
    const char *address;  /* of the person, as the channel wants it */
    const char *link;     /* page of the portal; may be empty */
    int64_t t_raised_us;  /* UTC; 0 = not of an alarm */
    uint32_t step;
    bool test; /* it says that it is a test */
} EscMessage;

typedef enum {
    ESC_FATE_SENT,
    ESC_FATE_DELIVERED,
    ESC_FATE_READ,
    ESC_FATE_ACCEPTED,
    ESC_FATE_DECLINED,
    ESC_FATE_FAILED,
    ESC_FATE_UNREACHED, /* failed for this device alone: the channel works */
    ESC_FATE_DOWN,      /* of no message: what became of them cannot be asked */
    ESC_FATE_UP,        /* it can again */
    ESC_FATE_UNKNOWN,   /* something was said that is not understood; @text */
} EscFate;

/* @text: of a failure, for a person; without addresses and secrets. @escalation "": of a test, or
 * of no message. */
typedef void (*EscChannelTold)(const char *escalation,
                               const char *target,
                               const char *channel,
                               EscFate fate,
                               const char *text,
                               gpointer user);

typedef struct EscChannel EscChannel;

struct EscChannel {
    const char *name;
    void (*send)(EscChannel *self, const EscMessage *message);
    void (*free)(EscChannel *self);
};

/* What each needs; strings are copied. */
typedef struct {
    const char *url; /* smtp://host:25, smtps://host:465 */
    const char *from;
    const char *user;          /* empty: no login */
    const char *password_file; /* its first line */
    const char *tls;           /* "required", "tried", "none" */
    const char *ca_file;       /* empty: the system's */
} EscSmtpSettings;

typedef struct {
    const char *secret_file; /* its first line; signs every message */
    const char *ca_file;
    int64_t retry_us; /* before the second try; doubled for each further one */
    int64_t tries;
} EscWebhookSettings;

typedef struct {
    const char *url;           /* of the alarm communicator */
    const char *sender;        /* our id there, also for polling */
    const char *security_file; /* its first line is our code there; empty: none */
    const char *dtd;           /* empty: no DOCTYPE */
    const char *accept;        /* the two choices of a message */
    const char *decline;
    const char *ca_file;
    int64_t poll_us; /* 0: what became of messages is never asked */
    int64_t retry_us;
    int64_t tries;
} EscPcd06Settings;

EscChannel *
esc_smtp_new(const EscSmtpSettings *settings, EscChannelTold told, gpointer user, GError **error);
EscChannel *esc_webhook_new(const EscWebhookSettings *settings,
                            EscChannelTold told,
                            gpointer user,
                            GError **error);
EscChannel *
esc_pcd06_new(const EscPcd06Settings *settings, EscChannelTold told, gpointer user, GError **error);
void esc_channel_free(EscChannel *self);

/* First line of a file of a secret that only its owner can read; NULL and why. */
char *esc_secret_read(const char *path, GError **error);

G_END_DECLS

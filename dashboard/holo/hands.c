/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/holo/hands.h"

enum { HANDS_MOST = 4 };

typedef struct {
    int n;
    int next; /* atomic: the first part that nobody has taken */
    DashHandsFunc func;
    gpointer user;
} Share;

static gpointer
work(gpointer data)
{
    Share *share = data;
    int part = 0;

    while ((part = g_atomic_int_add(&share->next, 1)) < share->n)
        share->func(part, share->user);
    return NULL;
}

void
dash_hands_share(int n, DashHandsFunc func, gpointer user)
{
    Share share = {n, 0, func, user};
    GThread *threads[HANDS_MOST] = {NULL};
    int hands = (int)CLAMP(g_get_num_processors(), 1, HANDS_MOST);

    /* Where no thread can be had, the others do its share. */
    for (int i = 1; i < MIN(hands, n); i++)
        threads[i] = g_thread_try_new("hand", work, &share, NULL);
    work(&share);
    for (int i = 1; i < HANDS_MOST; i++)
        if (threads[i] != NULL)
            g_thread_join(threads[i]);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "common/people-follow.h"

#include "common/clock.h"
#include "common/log.h"

#define PATIENCE_US (3 * (int64_t)G_USEC_PER_SEC)
#define FILE_NAME   "people"

struct VicuPeopleFollow {
    VicuPeople *people;
    char *path;       /* NULL: the daemon has no folder */
    int64_t asked_us; /* BOOTTIME */
    bool asks;
};

VicuPeopleFollow *
vicu_people_follow_new(VicuDaemon *daemon)
{
    VicuPeopleFollow *self = g_new0(VicuPeopleFollow, 1);
    g_autofree char *folder =
        vicu_root_folder(vicu_daemon_root(daemon), vicu_daemon_name(daemon), NULL);
    g_autofree char *text = NULL;
    gsize size = 0;

    self->people = vicu_people_new();
    self->path = folder != NULL ? g_build_filename(folder, FILE_NAME, NULL) : NULL;
    if (self->path != NULL && g_file_get_contents(self->path, &text, &size, NULL)
        && !vicu_people_load(self->people, text, size))
        vicu_warning(VICU_MSG_PEOPLE,
                     "%s cannot be read: persons are not believed until the store answers",
                     self->path);
    return self;
}

void
vicu_people_follow_free(VicuPeopleFollow *self)
{
    if (self == NULL)
        return;
    vicu_people_free(self->people);
    g_free(self->path);
    g_free(self);
}

VicuPeople *
vicu_people_follow_list(const VicuPeopleFollow *self)
{
    return self->people;
}

/* What cannot be kept is asked for again after a restart. */
static void
keep(VicuPeopleFollow *self)
{
    g_autoptr(GBytes) bytes = vicu_people_save(self->people);
    g_autoptr(GError) error = NULL;
    gsize size = 0;

    if (bytes == NULL || self->path == NULL)
        return;
    const void *data = g_bytes_get_data(bytes, &size);
    if (!g_file_set_contents_full(self->path, data, (gssize)size, G_FILE_SET_CONTENTS_CONSISTENT,
                                  0600, &error))
        vicu_warning(VICU_MSG_PEOPLE, "%s", error->message);
}

static void
on_rows(const Vicu__QueryRows *rows, const GError *error, gpointer user)
{
    VicuPeopleFollow *self = user;

    for (size_t i = 0; rows != NULL && i < rows->n_people; i++) {
        g_autoptr(GError) wrong = NULL;
        bool changed = false;
        if (!vicu_people_take(self->people, rows->people[i], vicu_clock_boot_us(), &changed,
                              &wrong))
            vicu_warning(VICU_MSG_PEOPLE, "%s", wrong->message);
        else if (changed)
            keep(self);
    }
    if (error != NULL || rows->last)
        self->asks = false;
}

bool
vicu_people_follow_is_due(const VicuPeopleFollow *self, int64_t boot_us)
{
    return !self->asks && boot_us - self->asked_us >= VICU_PEOPLE_ASK_US;
}

void
vicu_people_follow_ask(VicuPeopleFollow *self, VicuQueryClient *query, int64_t boot_us)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__PeopleAsk people = VICU__PEOPLE_ASK__INIT;
    Vicu__PeopleLive live = VICU__PEOPLE_LIVE__INIT;

    self->asked_us = boot_us;
    self->asks = true;
    live.serial = vicu_people_serial(self->people);
    people.what_case = VICU__PEOPLE_ASK__WHAT_LIVE;
    people.live = &live;
    ask.what_case = VICU__QUERY__WHAT_PEOPLE;
    ask.people = &people;
    vicu_query_ask(query, &ask, "", PATIENCE_US, on_rows, self);
}

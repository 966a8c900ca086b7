/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/outlets.h"

#include <string.h>

#include "common/watch.h"

#define STALL_US (G_USEC_PER_SEC)

typedef struct {
    Vicu__Outlet message; /* its strings are owned */
    VicuWatch watch;
} Outlet;

struct RulesOutlets {
    GTree *all; /* name -> Outlet */
    RulesOutletChanged changed;
    gpointer user;
    int64_t tick_us;
};

static void
outlet_free(gpointer data)
{
    Outlet *outlet = data;

    g_free(outlet->message.name);
    g_free(outlet->message.way);
    g_free(outlet->message.trouble);
    g_strfreev(outlet->message.unproved);
    g_free(outlet);
}

static int
by_name(gconstpointer a, gconstpointer b, gpointer user)
{
    (void)user;
    return strcmp(a, b);
}

RulesOutlets *
rules_outlets_new(RulesOutletChanged changed, gpointer user)
{
    RulesOutlets *self = g_new0(RulesOutlets, 1);

    self->all = g_tree_new_full(by_name, NULL, NULL, outlet_free);
    self->changed = changed;
    self->user = user;
    return self;
}

void
rules_outlets_free(RulesOutlets *self)
{
    if (self == NULL)
        return;
    g_tree_unref(self->all);
    g_free(self);
}

static Outlet *
add(RulesOutlets *self, const char *name, Vicu__OutletKind kind, int64_t mono_us)
{
    Outlet *outlet = g_new0(Outlet, 1);

    vicu__outlet__init(&outlet->message);
    outlet->message.name = g_strdup(name);
    outlet->message.kind = kind;
    outlet->message.way = g_strdup("");
    outlet->message.trouble = g_strdup("");
    vicu_watch_init(&outlet->watch, mono_us);
    g_tree_insert(self->all, outlet->message.name, outlet);
    return outlet;
}

static bool
set_text(char **at, const char *text)
{
    if (strcmp(*at, text) == 0)
        return false;
    g_free(*at);
    *at = g_strdup(text);
    return true;
}

static void
drop(RulesOutlets *self, Outlet *outlet)
{
    self->changed(&outlet->message, true, self->user);
    g_tree_remove(self->all, outlet->message.name);
}

static const char *
refusal(const RulesOutlets *self, const Outlet *known, const Vicu__OutletBeat *beat)
{
    if (beat->kind != VICU__OUTLET_KIND__OUTLET_SOUND
        && beat->kind != VICU__OUTLET_KIND__OUTLET_SCREEN
        && beat->kind != VICU__OUTLET_KIND__OUTLET_PORTAL
        && beat->kind != VICU__OUTLET_KIND__OUTLET_ESCALATION)
        return "This version does not know that kind of outlet; update the rules process.";
    if (strlen(beat->way) > RULES_OUTLET_TEXT || strlen(beat->trouble) > RULES_OUTLET_TEXT
        || !g_utf8_validate(beat->way, -1, NULL) || !g_utf8_validate(beat->trouble, -1, NULL))
        return "The way and the trouble of an outlet are at most 160 bytes of UTF-8.";
    if (known == NULL && g_tree_nnodes(self->all) >= RULES_OUTLETS_MAX)
        return "256 outlets are known already; forget those that are gone (vicu outlet forget).";
    return NULL;
}

const char *
rules_outlets_beat(RulesOutlets *self,
                   const char *name,
                   const Vicu__OutletBeat *beat,
                   int64_t now_us,
                   int64_t mono_us)
{
    Outlet *outlet = g_tree_lookup(self->all, name);
    const char *why = refusal(self, outlet, beat);
    bool news = outlet == NULL;

    if (why != NULL)
        return why;
    if (beat->leaving) {
        if (outlet != NULL && beat->kind != VICU__OUTLET_KIND__OUTLET_SOUND)
            drop(self, outlet);
        return NULL;
    }
    if (outlet == NULL)
        outlet = add(self, name, beat->kind, mono_us);
    vicu_watch_heard(&outlet->watch, mono_us);
    news = outlet->message.kind != beat->kind || news;
    news = outlet->message.silent || news;
    news = set_text(&outlet->message.way, beat->way) || news;
    news = set_text(&outlet->message.trouble, beat->trouble) || news;
    if (!news)
        return NULL;
    outlet->message.kind = beat->kind;
    outlet->message.silent = false;
    outlet->message.since_us = now_us;
    self->changed(&outlet->message, false, self->user);
    return NULL;
}

void
rules_outlets_proved(RulesOutlets *self,
                     const char *name,
                     int64_t proved_us,
                     const char *const *bed,
                     size_t n_beds,
                     unsigned more)
{
    Outlet *outlet = g_tree_lookup(self->all, name);

    if (outlet == NULL)
        return;
    g_strfreev(outlet->message.unproved);
    outlet->message.unproved = g_new0(char *, n_beds + 1);
    for (size_t i = 0; i < n_beds; i++)
        outlet->message.unproved[i] = g_strdup(bed[i]);
    outlet->message.n_unproved = n_beds;
    outlet->message.more_unproved = more;
    outlet->message.proved_us = proved_us;
    self->changed(&outlet->message, false, self->user);
}

bool
rules_outlets_forget(RulesOutlets *self, const char *name)
{
    Outlet *outlet = g_tree_lookup(self->all, name);

    if (outlet == NULL)
        return false;
    drop(self, outlet);
    return true;
}

void
rules_outlets_restore(RulesOutlets *self, const Vicu__Outlet *from, int64_t mono_us)
{
    if (g_tree_lookup(self->all, from->name) != NULL
        || g_tree_nnodes(self->all) >= RULES_OUTLETS_MAX)
        return;
    Outlet *outlet = add(self, from->name, from->kind, mono_us);
    set_text(&outlet->message.way, from->way);
    set_text(&outlet->message.trouble, from->trouble);
    outlet->message.silent = from->silent;
    outlet->message.since_us = from->since_us;
}

typedef struct {
    RulesOutlets *self;
    int64_t now_us, mono_us, stalled_us;
} Tick;

static gboolean
tick_one(gpointer key, gpointer value, gpointer user)
{
    Outlet *outlet = value;
    const Tick *tick = user;

    (void)key;
    outlet->watch.heard_us =
        vicu_watch_excused(outlet->watch.heard_us, tick->stalled_us, tick->mono_us);
    vicu_watch_tick(&outlet->watch, tick->mono_us);
    if (outlet->message.silent || outlet->watch.level == VICU_WATCH_OK)
        return FALSE;
    outlet->message.silent = true;
    outlet->message.since_us = tick->now_us;
    tick->self->changed(&outlet->message, false, tick->self->user);
    return FALSE;
}

void
rules_outlets_tick(RulesOutlets *self, int64_t now_us, int64_t mono_us)
{
    int64_t since_us = self->tick_us != 0 ? mono_us - self->tick_us : 0;
    Tick tick = {self, now_us, mono_us, since_us > STALL_US ? since_us : 0};

    self->tick_us = mono_us;
    g_tree_foreach(self->all, tick_one, &tick);
}

typedef struct {
    Vicu__OutletKind kind;
    GString *text;
} Trouble;

static gboolean
add_trouble(gpointer key, gpointer value, gpointer user)
{
    const Vicu__Outlet *outlet = &((Outlet *)value)->message;
    const Trouble *trouble = user;

    (void)key;
    if (outlet->kind != trouble->kind || (!outlet->silent && *outlet->trouble == '\0'))
        return FALSE;
    g_string_append_printf(trouble->text, "%s%s", trouble->text->len > 0 ? "; " : "", outlet->name);
    if (outlet->silent)
        g_string_append(trouble->text, " is silent");
    else
        g_string_append_printf(trouble->text, ": %s", outlet->trouble);
    return FALSE;
}

char *
rules_outlets_trouble(const RulesOutlets *self, Vicu__OutletKind kind)
{
    Trouble trouble = {kind, g_string_new(NULL)};

    g_tree_foreach(self->all, add_trouble, &trouble);
    return g_string_free(trouble.text, trouble.text->len == 0);
}

typedef struct {
    RulesOutletChanged func;
    gpointer user;
} Each;

static gboolean
tell_one(gpointer key, gpointer value, gpointer user)
{
    const Each *each = user;

    (void)key;
    each->func(&((Outlet *)value)->message, false, each->user);
    return FALSE;
}

void
rules_outlets_foreach(const RulesOutlets *self, RulesOutletChanged func, gpointer user)
{
    Each each = {func, user};

    g_tree_foreach(self->all, tell_one, &each);
}

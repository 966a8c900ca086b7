/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/annunciator/annunciator.h"

#include "common/clock.h"
#include "common/proof.h"
#include "common/state-client.h"
#include "dashboard/annunciator/speech.h"
#include "dashboard/annunciator/standing.h"

#define CHECK_MS 200
#define BEAT_US  (G_USEC_PER_SEC)
#define TEXT_MAX 150 /* bytes; the rules take 160, and a letter that is cut becomes three */

struct Annunciator {
    VicuStateClient *state;
    AnnStanding *standing;
    VicuProof *proof;
    AnnSpeech *speech; /* NULL: not asked for */
    AnnSink *sink;
    char *sink_setting;
    guint timer;
    AnnHearing hearing;
    char *trouble; /* why nothing is heard; NULL: it is, or that is not known yet */
    bool blind;
    bool unproven;   /* a bed has had no test alarm in time */
    int64_t beat_us; /* BOOTTIME of the last one to the rules */
    GMutex lock;     /* of what the sink's thread uses: */
    AnnPlayer player;
    double gain;
    AnnTold told;
    gpointer user;
};

static void
fill(float *out, size_t n, gpointer user)
{
    Annunciator *self = user;

    g_mutex_lock(&self->lock);
    ann_player_fill(&self->player, self->gain, out, n);
    g_mutex_unlock(&self->lock);
}

static void
wish(Annunciator *self)
{
    AnnWish wish;

    ann_standing_wish(self->standing, &wish);
    g_mutex_lock(&self->lock);
    ann_player_wish(&self->player, &wish);
    g_mutex_unlock(&self->lock);
}

/* At most what the rules take, in whole letters; caller frees. */
static char *
fitting(const char *text)
{
    g_autofree char *cut = g_strndup(text, TEXT_MAX);

    return g_utf8_make_valid(cut, -1);
}

/* It lives, and whether it is heard: what cannot be heard has to be seen, so the rules raise it
 * on every screen, as they do when no beat comes. */
static void
tell_rules(Annunciator *self)
{
    Vicu__OutletBeat beat = VICU__OUTLET_BEAT__INIT;
    Vicu__Command command = VICU__COMMAND__INIT;
    g_autofree char *way = fitting(self->sink_setting);
    g_autofree char *trouble = fitting(self->trouble != NULL ? self->trouble : "");

    self->beat_us = vicu_clock_boot_us();
    beat.kind = VICU__OUTLET_KIND__OUTLET_SOUND;
    beat.way = way;
    beat.trouble = trouble;
    vicu_proof_answer(self->proof, &beat, self->beat_us);
    command.what_case = VICU__COMMAND__WHAT_OUTLET;
    command.outlet = &beat;
    g_free(vicu_state_client_command(self->state, &command));
}

static void
tell_rules_each_second(Annunciator *self)
{
    if (self->hearing != ANN_STARTING && vicu_state_client_is_level(self->state)
        && vicu_clock_boot_us() - self->beat_us >= BEAT_US)
        tell_rules(self);
}

/* ---- what stands ---- */

static void
on_begin(gpointer user)
{
    Annunciator *self = user;

    ann_standing_begin(self->standing);
    vicu_proof_begin(self->proof);
}

static void
on_item(const Vicu__StateItem *item, gpointer user)
{
    Annunciator *self = user;

    if (item->subject == VICU__SUBJECT__SUBJECT_PROOF) {
        vicu_proof_item(self->proof, item, vicu_clock_boot_us());
        return;
    }
    ann_standing_item(self->standing, item);
    wish(self);
    if (self->speech != NULL && !item->removed && item->body_case == VICU__STATE_ITEM__BODY_ALARM)
        ann_speech_alarm(self->speech, item->alarm);
}

static void
on_level(gpointer user)
{
    Annunciator *self = user;

    ann_standing_level(self->standing);
    vicu_proof_level(self->proof, vicu_clock_boot_us());
    wish(self);
    if (self->hearing != ANN_STARTING)
        tell_rules(self);
}

static void
on_watch(VicuWatchLevel level, gpointer user)
{
    Annunciator *self = user;
    bool blind = level >= VICU_WATCH_DELAYED;

    ann_standing_watch(self->standing, level);
    wish(self);
    if (blind != self->blind)
        self->told("rules-blind", blind ? "the rules are silent: alarms are not known" : NULL,
                   self->user);
    self->blind = blind;
}

/* ---- whether it is heard ---- */

/* Test alarms that do not come: alarms may not either, and that is heard. */
static void
check_proof(Annunciator *self)
{
    g_autofree char *text = NULL;
    bool is_level = vicu_state_client_is_level(self->state);
    bool late = is_level && vicu_proof_late(self->proof, vicu_clock_boot_us(), &text) > 0;

    if (late == self->unproven)
        return;
    self->unproven = late;
    ann_standing_unproven(self->standing, late);
    wish(self);
    self->told(ANN_NO_PROOF, text, self->user);
}

static gboolean
check(gpointer user)
{
    Annunciator *self = user;
    const char *detail = "";
    AnnHearing hearing = ann_sink_check(self->sink, vicu_clock_boot_us(), &detail);

    tell_rules_each_second(self);
    check_proof(self);
    if (hearing == self->hearing || hearing == ANN_STARTING)
        return G_SOURCE_CONTINUE;
    self->hearing = hearing;
    g_free(self->trouble);
    self->trouble = hearing == ANN_HEARD ? NULL
                                         : g_strdup_printf("%s%s%s", ann_hearing_text(hearing),
                                                           detail[0] != '\0' ? ": " : "", detail);
    self->told(ANN_NO_SOUND, self->trouble, self->user);
    if (vicu_state_client_is_level(self->state))
        tell_rules(self);
    return G_SOURCE_CONTINUE;
}

/* ---- words ---- */

static void
on_spoken(float *frames, size_t n, const char *problem, gpointer user)
{
    Annunciator *self = user;

    self->told(ANN_NO_SPEECH, problem, self->user);
    if (frames == NULL)
        return;
    g_mutex_lock(&self->lock);
    ann_player_speak(&self->player, frames, n);
    g_mutex_unlock(&self->lock);
}

/* ---- begin and end ---- */

gboolean
annunciator_set(Annunciator *self, const AnnSettings *settings, GError **error)
{
    if (g_strcmp0(settings->sink, self->sink_setting) != 0) {
        AnnSink *sink = ann_sink_new(settings->sink, fill, self, error);
        if (sink == NULL)
            return FALSE;
        ann_sink_free(self->sink);
        self->sink = sink;
        g_free(self->sink_setting);
        self->sink_setting = g_strdup(settings->sink);
        self->hearing = ANN_STARTING;
    }
    g_mutex_lock(&self->lock);
    self->gain = settings->gain;
    g_mutex_unlock(&self->lock);
    g_clear_pointer(&self->speech, ann_speech_free);
    if (settings->speak != VICU__PRIORITY__PRIORITY_NONE)
        self->speech = ann_speech_new(ANN_SPEECH_PROGRAM, settings->language, settings->speak,
                                      on_spoken, self);
    return TRUE;
}

Annunciator *
annunciator_new(VicuContext *context,
                const VicuRoot *root,
                const char *name,
                const AnnSettings *settings,
                AnnTold told,
                gpointer user,
                GError **error)
{
    static const Vicu__Subject subjects[] = {VICU__SUBJECT__SUBJECT_ALARM,
                                             VICU__SUBJECT__SUBJECT_PROOF};
    static const VicuStateClientOps ops = {
        .begin = on_begin, .item = on_item, .level = on_level, .watch = on_watch};
    Annunciator *self = g_new0(Annunciator, 1);

    g_mutex_init(&self->lock);
    self->told = told;
    self->user = user;
    self->hearing = ANN_STARTING;
    self->standing = ann_standing_new();
    self->proof = vicu_proof_new();
    if (annunciator_set(self, settings, error))
        self->state = vicu_state_client_new(context, root, "rules-state", "rules", name, subjects,
                                            G_N_ELEMENTS(subjects), &ops, self, error);
    if (self->state == NULL) {
        annunciator_free(self);
        return NULL;
    }
    self->timer = g_timeout_add(CHECK_MS, check, self);
    return self;
}

void
annunciator_free(Annunciator *self)
{
    if (self == NULL)
        return;
    if (self->timer != 0)
        g_source_remove(self->timer);
    vicu_state_client_free(self->state);
    ann_speech_free(self->speech);
    ann_sink_free(self->sink);
    ann_player_clear(&self->player);
    ann_standing_free(self->standing);
    vicu_proof_free(self->proof);
    g_free(self->sink_setting);
    g_free(self->trouble);
    g_mutex_clear(&self->lock);
    g_free(self);
}

void
annunciator_figures(Annunciator *self, AnnFigures *figures)
{
    figures->high = ann_standing_count(self->standing, VICU__PRIORITY__PRIORITY_HIGH);
    figures->medium = ann_standing_count(self->standing, VICU__PRIORITY__PRIORITY_MEDIUM);
    figures->low = ann_standing_count(self->standing, VICU__PRIORITY__PRIORITY_LOW);
    figures->hearing = self->hearing;
    figures->blind = self->blind;
    g_mutex_lock(&self->lock);
    figures->bursts = self->player.bursts;
    g_mutex_unlock(&self->lock);
}

/* The verbs that command the owner of beds, limits and alarms: one table, one way
 * through it. Words and options are judged first (bad usage: 2), then the
 * installation is found, the beds that the words name, and the command is sent; the
 * owner's own words are printed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/bed-name.h"
#include "common/clock.h"
#include "common/error.h"
#include "proto/signals.h"
#include "tools/bed-name.h"
#include "tools/command-inner.h"
#include "tools/verbs.h"

#define OPTIONS_MAX 5

static void
call_clear(Call *call)
{
    char **const texts[] = {&call->patient,  &call->device, &call->duration, &call->at,
                            &call->corrects, &call->reason, &call->unit,     &call->id,
                            &call->bed[0],   &call->bed[1], &call->answer,   &call->because,
                            &call->until,    &call->due,    &call->name,     &call->from,
                            &call->to};

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_clear_pointer(texts[i], g_free);
    g_strfreev(call->inputs);
    tool_session_clear(&call->session);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Call, call_clear)

/* --- options ------------------------------------------------------------------------------ */

typedef struct {
    const char *name; /* NULL: no more */
    GOptionArg arg;
    size_t at; /* in Call */
    const char *help;
    const char *value;
} Option;

#define TEXT(name, field, help, value)                                                             \
    {                                                                                              \
        name, G_OPTION_ARG_STRING, G_STRUCT_OFFSET(Call, field), help, value                       \
    }
#define FLAG(name, field, help)                                                                    \
    {                                                                                              \
        name, G_OPTION_ARG_NONE, G_STRUCT_OFFSET(Call, field), help, NULL                          \
    }
#define REASON TEXT("reason", reason, "Why, for the audit", "TEXT")

static void
entries_of(Call *call, const Option *options, GOptionEntry *entries)
{
    for (size_t i = 0; i < OPTIONS_MAX && options[i].name != NULL; i++)
        entries[i] = (GOptionEntry){.long_name = options[i].name,
                                    .arg = options[i].arg,
                                    .arg_data = G_STRUCT_MEMBER_P(call, options[i].at),
                                    .description = options[i].help,
                                    .arg_description = options[i].value};
}

/* --- what each verb checks before anything is opened: -1 to go on ------------------------- */

int
command_needs_reason(Call *call)
{
    if (call->reason == NULL || call->reason[0] == '\0')
        return tool_usage(call->verb, "needs --reason");
    return -1;
}

static int
read_duration(Call *call)
{
    g_autoptr(GError) error = NULL;

    if (call->duration != NULL && !vicu_duration_parse(call->duration, &call->for_us, &error))
        return tool_usage(call->verb, "--for: %s", error->message);
    return -1;
}

static int
check_pause(Call *call)
{
    if (call->duration == NULL)
        return tool_usage(call->verb, "needs --for: nothing is silenced without an end");
    int status = command_needs_reason(call);
    return status >= 0 ? status : read_duration(call);
}

static int
check_admit(Call *call)
{
    return call->patient == NULL ? tool_usage(call->verb, "needs --patient") : -1;
}

static int
check_standby(Call *call)
{
    if (call->end)
        return -1;
    if (call->duration == NULL || call->reason == NULL)
        return tool_usage(call->verb, "needs --for and --reason, or --end");
    return read_duration(call);
}

/* "65 mm[Hg]": the unit is not optional, it is what keeps kPa from being taken for mm[Hg]. */
static int
check_limit(Call *call)
{
    Vicu__SetLimit *limit = &call->act.limit;
    char *end = NULL;
    int status = command_needs_reason(call);

    if (status >= 0)
        return status;
    vicu__set_limit__init(limit);
    limit->value = g_ascii_strtod(call->words[2], &end);
    if (end != call->words[2] && *end == ' ')
        call->unit = g_strstrip(g_strdup(end));
    if (call->unit == NULL || call->unit[0] == '\0')
        return tool_usage(call->verb, "\"%s\": expected a number, a blank and its unit",
                          call->words[2]);
    return read_duration(call);
}

/* "38.2", "38.2 Cel" or "V" for the signal; the owner judges range and unit. */
static int
read_value(Call *call, const char *text)
{
    Vicu__Observation *o = &call->observation;
    char *end = NULL;

    if (call->signal->kind == VICU_SIGNAL_SYMBOL) {
        o->symbol = (char *)text;
        return -1;
    }
    o->value = g_ascii_strtod(text, &end);
    if (end == text)
        return tool_usage(call->verb, "\"%s\" is no number: %s is measured in %s", text,
                          call->signal->name, call->signal->unit);
    while (*end == ' ')
        end++;
    call->unit = g_strdup(*end != '\0' ? end : call->signal->unit);
    o->unit = call->unit;
    return -1;
}

static int
check_observe(Call *call)
{
    g_autoptr(GError) error = NULL;
    int64_t now_us = vicu_clock_utc_us();

    vicu__observation__init(&call->observation);
    call->signal = vicu_signal_by_name(call->words[1]);
    if (call->signal == NULL)
        return tool_usage(call->verb, "there is no signal \"%s\"", call->words[1]);
    call->observation.t_us = call->observation.entered_us = now_us;
    if (call->at != NULL && !vicu_time_parse(call->at, now_us, &call->observation.t_us, &error))
        return tool_usage(call->verb, "%s", error->message);
    return read_value(call, call->words[2]);
}

/* --- what each verb commands -------------------------------------------------------------- */

static void
fill_pause(Call *call)
{
    vicu__pause_alarms__init(&call->act.pause);
    call->act.pause.bed = call->bed[0] != NULL ? call->bed[0] : (char *)"";
    call->act.pause.for_us = call->for_us;
    call->command.pause = &call->act.pause;
}

static void
fill_resume(Call *call)
{
    vicu__resume_alarms__init(&call->act.resume);
    call->act.resume.bed = call->bed[0] != NULL ? call->bed[0] : (char *)"";
    call->command.resume = &call->act.resume;
}

static void
fill_limit(Call *call)
{
    Vicu__SetLimit *limit = &call->act.limit;

    if (call->of_unit)
        limit->of_unit = call->bed[0];
    else
        limit->bed = call->bed[0];
    limit->name = call->words[1];
    limit->unit = call->unit;
    limit->for_us = call->for_us;
    call->command.limit = limit;
}

static void
fill_admit(Call *call)
{
    Vicu__Admit *admit = &call->act.admit;

    vicu__admit__init(admit);
    admit->bed = call->bed[0];
    admit->patient = call->patient;
    admit->device = call->device != NULL ? call->device : (char *)"";
    call->command.admit = admit;
}

static void
fill_move(Call *call)
{
    vicu__move__init(&call->act.move);
    call->act.move.from = call->bed[0];
    call->act.move.to = call->bed[1];
    call->command.move = &call->act.move;
}

static void
fill_discharge(Call *call)
{
    vicu__discharge__init(&call->act.discharge);
    call->act.discharge.bed = call->bed[0];
    call->command.discharge = &call->act.discharge;
}

static void
fill_standby(Call *call)
{
    Vicu__Absence *absence = &call->act.absence;

    vicu__absence__init(absence);
    absence->bed = call->bed[0];
    absence->presence = call->end         ? VICU__PRESENCE__PRESENCE_PRESENT
                        : call->transport ? VICU__PRESENCE__PRESENCE_TRANSPORT
                                          : VICU__PRESENCE__PRESENCE_STANDBY;
    absence->until_us = call->end ? 0 : vicu_clock_utc_us() + call->for_us;
    call->command.absence = absence;
}

static void
fill_profile(Call *call)
{
    Vicu__SetProfile *profile = &call->act.profile;
    gboolean none = strcmp(call->words[1], "none") == 0;

    vicu__set_profile__init(profile);
    call->inputs = g_strsplit(none ? "" : call->words[1], ",", -1);
    profile->bed = call->bed[0];
    profile->required = call->inputs;
    profile->n_required = g_strv_length(call->inputs);
    call->command.profile = profile;
}

static void
fill_end_expectation(Call *call)
{
    vicu__end_expectation__init(&call->act.end_expectation);
    call->act.end_expectation.bed = call->bed[0];
    call->act.end_expectation.input = call->words[1];
    call->command.end_expectation = &call->act.end_expectation;
}

static void
fill_observe(Call *call)
{
    Vicu__Observation *o = &call->observation;

    o->bed = call->bed[0];
    o->code = vicu_signal_code(call->signal);
    o->name = (char *)call->signal->name;
    o->who = (char *)tool_client_who(call->session.client);
    if (call->corrects != NULL)
        o->corrects = call->corrects;
    vicu__observe__init(&call->act.observe);
    call->act.observe.observation = o;
    call->command.observe = &call->act.observe;
}

static void
fill_reload(Call *call)
{
    vicu__reload_rules__init(&call->act.reload);
    call->command.reload = &call->act.reload;
}

/* --- the table ---------------------------------------------------------------------------- */

/* Whether a bed has to be there already; else its whole id will do. Where the ward may be
 * meant, the word may be left out. */
typedef enum { BED_KNOWN, BED_ANY, BED_OR_WARD } BedKind;

static const struct {
    const char *verb;
    int words;
    int beds; /* the first words name beds */
    BedKind bed_kind;
    Vicu__Command__WhatCase what;
    int (*check)(Call *call); /* may be NULL */
    void (*fill)(Call *call);
    Option options[OPTIONS_MAX];
} table[] = {
    {"alarm ack",
     1,
     0,
     BED_KNOWN,
     VICU__COMMAND__WHAT_ACK,
     command_check_ack,
     command_fill_ack,
     {TEXT("reason", reason, "What was seen or done", "TEXT"),
      TEXT("answer", answer, "seen (else this), act, watch or not-actionable", "ANSWER"),
      TEXT("until", until, "watch: how long, or until when; at most 4h", "15min"),
      TEXT("because",
           because,
           "not-actionable: artefact, care, known, limit, device or treated",
           "WHY")}},
    {"alarm pause",
     1,
     1,
     BED_OR_WARD,
     VICU__COMMAND__WHAT_PAUSE,
     check_pause,
     fill_pause,
     {TEXT("for", duration, "How long, at most 10min", "2min"),
      TEXT("reason", reason, "Why, for the audit", "TEXT")}},
    {"alarm resume", 1, 1, BED_OR_WARD, VICU__COMMAND__WHAT_RESUME, NULL, fill_resume, {REASON}},
    {"outlet forget",
     1,
     0,
     BED_KNOWN,
     VICU__COMMAND__WHAT_FORGET_OUTLET,
     command_needs_reason,
     command_fill_forget,
     {REASON}},
    {"limit set",
     3,
     1,
     BED_KNOWN,
     VICU__COMMAND__WHAT_LIMIT,
     check_limit,
     fill_limit,
     {TEXT("reason", reason, "Why this patient needs it", "TEXT"),
      TEXT("for", duration, "Then the standard value again", "4h"),
      FLAG("unit", of_unit, "BED names a unit, as demo/icu or icu: for all of its beds")}},
    {"bed admit",
     1,
     1,
     BED_ANY,
     VICU__COMMAND__WHAT_ADMIT,
     check_admit,
     fill_admit,
     {TEXT("patient", patient, "Pseudonym of the patient", "P"),
      TEXT("device", device, "The monitor that belongs to the bed", "D"), REASON}},
    {"bed move", 2, 2, BED_ANY, VICU__COMMAND__WHAT_MOVE, NULL, fill_move, {REASON}},
    {"bed discharge",
     1,
     1,
     BED_KNOWN,
     VICU__COMMAND__WHAT_DISCHARGE,
     NULL,
     fill_discharge,
     {REASON}},
    {"bed standby",
     1,
     1,
     BED_KNOWN,
     VICU__COMMAND__WHAT_ABSENCE,
     check_standby,
     fill_standby,
     {TEXT("for", duration, "How long, at most 2h", "30min"), TEXT("reason", reason, "Why", "TEXT"),
      FLAG("transport", transport, "The patient is under way, not merely absent"),
      FLAG("end", end, "The patient is back")}},
    {"bed observe",
     3,
     1,
     BED_ANY,
     VICU__COMMAND__WHAT_OBSERVE,
     check_observe,
     fill_observe,
     {TEXT("at", at, "When it was taken (now)", "TIME"),
      TEXT("corrects", corrects, "Key of the observation that this one corrects", "KEY"), REASON}},
    {"bed expect",
     2,
     1,
     BED_KNOWN,
     VICU__COMMAND__WHAT_PROFILE,
     command_needs_reason,
     fill_profile,
     {REASON}},
    {"bed unexpect",
     2,
     1,
     BED_KNOWN,
     VICU__COMMAND__WHAT_END_EXPECTATION,
     command_needs_reason,
     fill_end_expectation,
     {REASON}},
    {"bed note",
     2,
     1,
     BED_KNOWN,
     VICU__COMMAND__WHAT_NOTE,
     NULL,
     command_fill_note,
     {TEXT("corrects", corrects, "The note that this one takes the place of", "ID")}},
    {"bed promise",
     2,
     1,
     BED_KNOWN,
     VICU__COMMAND__WHAT_NOTE,
     command_check_promise,
     command_fill_promise,
     {TEXT("due", due, "Until when, as a time or from now on; at most 7 days ahead", "2h"),
      TEXT("owner", name, "Who is to do it (who says so)", "NAME"),
      TEXT("corrects", corrects, "The promise that this one takes the place of", "ID")}},
    {"bed done", 1, 0, BED_KNOWN, VICU__COMMAND__WHAT_DONE, NULL, command_fill_done, {REASON}},
    {"bed take",
     1,
     1,
     BED_KNOWN,
     VICU__COMMAND__WHAT_TAKE,
     NULL,
     command_fill_take,
     {TEXT("name", name, "Who looks after it (who says so)", "NAME"),
      FLAG("release", end, "Nobody does any more"), REASON}},
    {"handover begin",
     1,
     0,
     BED_KNOWN,
     VICU__COMMAND__WHAT_BEGIN_HANDOVER,
     command_check_begin,
     command_fill_begin,
     {TEXT("from", from, "Who hands over", "NAME"), TEXT("to", to, "To whom", "NAME"), REASON}},
    {"handover line",
     2,
     1,
     BED_KNOWN,
     VICU__COMMAND__WHAT_HANDOVER_LINE,
     NULL,
     command_fill_line,
     {REASON}},
    {"handover sign",
     1,
     0,
     BED_KNOWN,
     VICU__COMMAND__WHAT_SIGN_HANDOVER,
     command_check_sign,
     command_fill_sign,
     {TEXT("as", name, "Whose signature: one of the two of the handover", "NAME"), REASON}},
    {"handover drop",
     1,
     0,
     BED_KNOWN,
     VICU__COMMAND__WHAT_WITHDRAW_HANDOVER,
     command_needs_reason,
     command_fill_withdraw,
     {REASON}},
    {"rules reload", 0, 0, BED_KNOWN, VICU__COMMAND__WHAT_RELOAD, NULL, fill_reload, {REASON}},
};

static size_t
row_of(const ToolVerb *verb)
{
    size_t i = 0;

    while (strcmp(table[i].verb, verb->name) != 0)
        g_assert(++i < G_N_ELEMENTS(table));
    return i;
}

static gboolean
find_beds(Call *call, int n, BedKind kind, GError **error)
{
    for (int i = 0; i < n && call->words[i] != NULL; i++) {
        g_autoptr(GError) own = NULL;
        const char *text = call->words[i];
        const char *found = tool_stand_bed(call->session.stand, text, &own);

        /* Of a bed that is not shown to who asks, the rules judge, and keep that it was asked. */
        if (found == NULL && vicu_bed_is_id(text)
            && (kind == BED_ANY || tool_stand_untold(call->session.stand) > 0))
            found = text;
        if (found == NULL) {
            g_propagate_error(error, g_steal_pointer(&own));
            return FALSE;
        }
        call->bed[i] = g_strdup(found);
    }
    return TRUE;
}

char *
command_find_unit(const Call *call, const char *text, GError **error)
{
    size_t n = 0;
    g_autofree const Vicu__StateItem **items =
        tool_stand_items(call->session.stand, VICU__SUBJECT__SUBJECT_BED, &n);
    g_autoptr(GPtrArray) units = g_ptr_array_new_with_free_func(g_free);

    for (size_t i = 0; i < n; i++) {
        const char *slash = strrchr(items[i]->key, '/');
        g_autofree char *unit =
            g_strndup(items[i]->key, slash != NULL ? (gsize)(slash - items[i]->key) : 0);
        if (!g_ptr_array_find_with_equal_func(units, unit, g_str_equal, NULL))
            g_ptr_array_add(units, g_steal_pointer(&unit));
    }
    return g_strdup(tool_unit_find((const char *const *)units->pdata, units->len, text, error));
}

/* The words that name beds, or a unit. */
static gboolean
find_places(Call *call, int n, BedKind kind, GError **error)
{
    if (!call->of_unit)
        return find_beds(call, n, kind, error);
    call->bed[0] = command_find_unit(call, call->words[0], error);
    return call->bed[0] != NULL;
}

int
tool_command(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(Call) call = {.verb = verb};
    g_autoptr(GError) error = NULL;
    GOptionEntry entries[OPTIONS_MAX + 1] = {G_OPTION_ENTRY_NULL};
    size_t row = row_of(verb);

    entries_of(&call, table[row].options, entries);
    int least = table[row].words - (table[row].bed_kind == BED_OR_WARD ? 1 : 0);
    int status =
        tool_options(verb, &argc, &argv, entries, &call.session.common, least, table[row].words);
    call.words = argv + 1;
    if (status < 0 && table[row].check != NULL)
        status = table[row].check(&call);
    if (status >= 0)
        return status;
    if (!tool_session_open(&call.session, &error)
        || !find_places(&call, table[row].beds, table[row].bed_kind, &error))
        return tool_wanting(verb, g_steal_pointer(&error));
    vicu__command__init(&call.command);
    call.command.what_case = table[row].what;
    table[row].fill(&call);
    return tool_session_command(verb, &call.session, &call.command, call.reason);
}

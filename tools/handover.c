/* `vicu bed notes` and `vicu handover ls`: what people say to each other about beds. What they
 * command: command-care.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "tools/ask.h"
#include "tools/session.h"
#include "tools/verbs.h"
#include "tools/words.h"

static void
print_note(const Vicu__Note *note)
{
    g_autofree char *time = vicu_time_format(note->t_us);

    printf("  %s %s %s: %s", note->id, time, note->who, note->text);
    if (note->promise) {
        g_autofree char *due = vicu_time_format(note->due_us);
        printf(" [%s, until %s%s]", note->owner, due, note->overdue ? ", OVERDUE" : "");
    }
    if (note->done_us != 0)
        printf(" (done by %s)", note->done_by);
    if (*note->corrected_by != '\0')
        printf(" (corrected by %s)", note->corrected_by);
    putchar('\n');
}

static void
print_care(const Vicu__Care *care)
{
    if (*care->owner != '\0')
        printf("  looked after by %s\n", care->owner);
    if (*care->seen_by != '\0') {
        g_autofree char *time = vicu_time_format(care->seen_us);
        printf("  last seen by %s at %s\n", care->seen_by, time);
    }
    if (care->last_12h != NULL)
        printf("  alarms in 12 h: %s%u high, %u medium, %u low, %u technical\n",
               care->last_12h->at_least ? "at least " : "", care->last_12h->high,
               care->last_12h->medium, care->last_12h->low, care->last_12h->technical);
}

/* Of one bed, as people read it. */
static void
print_bed(const ToolStand *stand, const char *bed)
{
    const Vicu__StateItem *care = tool_stand_find(stand, VICU__SUBJECT__SUBJECT_CARE, bed);
    size_t n = 0;
    g_autofree const Vicu__StateItem **notes =
        tool_stand_items(stand, VICU__SUBJECT__SUBJECT_NOTE, &n);

    printf("%s\n", bed);
    if (care != NULL && care->care != NULL)
        print_care(care->care);
    for (size_t i = 0; i < n; i++)
        if (notes[i]->note != NULL && strcmp(notes[i]->note->bed, bed) == 0)
            print_note(notes[i]->note);
}

static void
write_bed(VicuJson *json, const ToolStand *stand, const char *bed)
{
    const Vicu__StateItem *care = tool_stand_find(stand, VICU__SUBJECT__SUBJECT_CARE, bed);
    size_t n = 0;
    g_autofree const Vicu__StateItem **notes =
        tool_stand_items(stand, VICU__SUBJECT__SUBJECT_NOTE, &n);

    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "bed", bed);
    if (care != NULL && care->care != NULL)
        tool_json_care(json, "care", care->care);
    else
        vicu_json_null(json, "care");
    vicu_json_begin_array(json, "notes");
    for (size_t i = 0; i < n; i++)
        if (notes[i]->note != NULL && strcmp(notes[i]->note->bed, bed) == 0)
            tool_json_note(json, NULL, notes[i]->note);
    vicu_json_end(json);
    vicu_json_end(json);
}

int
tool_bed_notes(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolSession) session = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *only = NULL;
    size_t n = 0;
    int status = tool_session_begin(&session, verb, &argc, &argv, NULL, 0, 1);

    if (status >= 0)
        return status;
    if (argc > 1 && (only = g_strdup(tool_stand_bed(session.stand, argv[1], &error))) == NULL)
        return tool_wanting(verb, g_steal_pointer(&error));
    tool_ask_view(session.client, verb->name, only != NULL ? only : "");
    g_autofree const Vicu__StateItem **beds =
        tool_stand_items(session.stand, VICU__SUBJECT__SUBJECT_BED, &n);
    g_autoptr(VicuJson) json = vicu_json_new();
    vicu_json_begin_array(json, NULL);
    for (size_t i = 0; i < n; i++) {
        if (only != NULL && strcmp(beds[i]->key, only) != 0)
            continue;
        if (session.common.json)
            write_bed(json, session.stand, beds[i]->key);
        else
            print_bed(session.stand, beds[i]->key);
    }
    vicu_json_end(json);
    if (session.common.json)
        vicu_json_print(json, stdout);
    return TOOL_DONE;
}

/* --- handovers ---------------------------------------------------------------------------- */

static void
print_handover(const Vicu__Handover *handover)
{
    g_autofree char *time = vicu_time_format(handover->begun_us);

    printf("%s  %s, %s to %s, %s, begun %s\n", handover->id, handover->place, handover->from,
           handover->to, tool_word_handover(handover->state), time);
    for (size_t i = 0; i < handover->n_line; i++)
        printf("  %-20s %s (%s)\n", handover->line[i]->bed, handover->line[i]->text,
               handover->line[i]->who);
    for (size_t i = 0; i < handover->n_sign; i++) {
        g_autofree char *at = vicu_time_format(handover->sign[i]->t_us);
        printf("  signed by %s at %s\n", handover->sign[i]->name, at);
    }
}

int
tool_handover_ls(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolSession) session = {0};
    size_t n = 0;
    int status = tool_session_begin(&session, verb, &argc, &argv, NULL, 0, 0);

    if (status >= 0)
        return status;
    tool_ask_view(session.client, verb->name, "");
    g_autofree const Vicu__StateItem **items =
        tool_stand_items(session.stand, VICU__SUBJECT__SUBJECT_HANDOVER, &n);
    g_autoptr(VicuJson) json = vicu_json_new();
    vicu_json_begin_array(json, NULL);
    for (size_t i = 0; i < n; i++) {
        if (items[i]->handover == NULL)
            continue;
        if (session.common.json)
            tool_json_handover(json, NULL, items[i]->handover);
        else
            print_handover(items[i]->handover);
    }
    vicu_json_end(json);
    if (session.common.json)
        vicu_json_print(json, stdout);
    return TOOL_DONE;
}

/* `vicu outlet ls`: where alarms reach people, and by which they do not.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "common/clock.h"
#include "tools/ask.h"
#include "tools/session.h"
#include "tools/verbs.h"
#include "tools/words.h"

static const char *
kind_word(Vicu__OutletKind kind)
{
    return kind == VICU__OUTLET_KIND__OUTLET_SOUND        ? "sound"
           : kind == VICU__OUTLET_KIND__OUTLET_SCREEN     ? "screen"
           : kind == VICU__OUTLET_KIND__OUTLET_PORTAL     ? "portal"
           : kind == VICU__OUTLET_KIND__OUTLET_ESCALATION ? "escalation"
                                                          : "of a newer version";
}

static void
print_outlet(const Vicu__Outlet *outlet)
{
    g_autofree char *time = vicu_time_format(outlet->since_us);
    const char *how = outlet->silent               ? "SILENT"
                      : outlet->trouble[0] != '\0' ? outlet->trouble
                                                   : "well";

    printf("%-16s %-8s %s%s%s, since %s\n", outlet->name, kind_word(outlet->kind), how,
           outlet->way[0] != '\0' ? ", by " : "", outlet->way, time);
    if (outlet->proved_us != 0)
        printf("%-25s gave back a test alarm %.0f s ago\n", "",
               (double)(vicu_clock_utc_us() - outlet->proved_us) / 1e6);
    for (size_t i = 0; i < outlet->n_unproved; i++)
        printf("%-25s NOT the last one of %s\n", "", outlet->unproved[i]);
    if (outlet->more_unproved > 0)
        printf("%-25s nor those of %u more beds\n", "", outlet->more_unproved);
}

static void
write_outlet(VicuJson *json, const Vicu__Outlet *outlet)
{
    vicu_json_begin_object(json, NULL);
    vicu_json_text(json, "name", outlet->name);
    vicu_json_text(json, "kind", kind_word(outlet->kind));
    vicu_json_text(json, "way", outlet->way);
    vicu_json_bool(json, "silent", outlet->silent);
    vicu_json_text(json, "trouble", outlet->trouble);
    vicu_json_time(json, "since", outlet->since_us);
    vicu_json_time(json, "proved", outlet->proved_us);
    vicu_json_begin_array(json, "unproved");
    for (size_t i = 0; i < outlet->n_unproved; i++)
        vicu_json_text(json, NULL, outlet->unproved[i]);
    vicu_json_end(json);
    vicu_json_integer(json, "more_unproved", outlet->more_unproved);
    vicu_json_end(json);
}

/* Exit status 1 where nothing sounds, or alarms do not reach people by one that is expected. */
int
tool_outlet_ls(const ToolVerb *verb, int argc, char **argv)
{
    g_auto(ToolSession) session = {0};
    size_t n = 0;
    unsigned sounds = 0;
    gboolean well = TRUE;
    int status = tool_session_begin(&session, verb, &argc, &argv, NULL, 0, 0);

    if (status >= 0)
        return status;
    g_autofree const Vicu__StateItem **items =
        tool_stand_items(session.stand, VICU__SUBJECT__SUBJECT_OUTLET, &n);
    g_autoptr(VicuJson) json = vicu_json_new();
    vicu_json_begin_array(json, NULL);
    for (size_t i = 0; i < n; i++) {
        const Vicu__Outlet *outlet = items[i]->outlet;
        if (outlet == NULL)
            continue;
        sounds += outlet->kind == VICU__OUTLET_KIND__OUTLET_SOUND;
        well = well && !outlet->silent && outlet->trouble[0] == '\0' && outlet->n_unproved == 0;
        if (session.common.json)
            write_outlet(json, outlet);
        else
            print_outlet(outlet);
    }
    vicu_json_end(json);
    if (session.common.json)
        vicu_json_print(json, stdout);
    if (sounds == 0)
        fputs("vicu outlet ls: no annunciator runs, nothing sounds\n", stderr);
    return well && sounds > 0 ? TOOL_DONE : TOOL_WANTING;
}

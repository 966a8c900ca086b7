/* The demo ward: what it was asked for, what it is made of, what it reports.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include <glib.h>

#include "common/root.h"
#include "tools/client.h"
#include "tools/oracle.h"
#include "tools/record.h"
#include "tools/stand.h"
#include "tools/supervise.h"
#include "tools/verb.h"
#include "tools/watch.h"

G_BEGIN_DECLS

#define TOOL_DEMO_MOST_BEDS 200

typedef struct {
    int beds;
    gboolean headless;
    int64_t for_us; /* 0: until it is told to stop */
    gboolean keep;
    gboolean pictures; /* write the wall each 10 s where there is no window */
    gboolean quiet;    /* nothing on stdout and of the start: for a bench */
} ToolDemoOptions;

/* One run. On the stack of demo.c; its parts are used by the files demo-*.c. */
typedef struct {
    const ToolVerb *verb;
    ToolDemoOptions options;
    VicuRoot *root;
    gboolean own_root; /* made for this run: removed at its end */
    gboolean window;
    guint16 mllp_port;
    char *picture;
    ToolSupervisor *supervisor;
    ToolClient *client;
    ToolWitness *witness; /* of the supervisor */
    ToolStand *stand;
    VicuSocket *live;
    ToolWatch *watch;
    ToolOracle *oracle;    /* NULL: nobody asked for a comparison */
    GHashTable *alarms;    /* id -> Vicu__StateItem: every alarm that was ever raised */
    GHashTable *endpoints; /* name -> address, as the processes said when all was there */
    ToolSpread alarm_ms;   /* from the moment a rule's delay was over to its arrival here */
    ToolSpread live_ms;    /* from a frame's last sample to its arrival here; filled at the end */
    gboolean stop;
    size_t beds_live;
    double cpu_s;   /* of the daemons while all beds showed data */
    double run_s;   /* how long that was */
    double rss_mib; /* peak, sum over the daemons */
    gboolean judged;
    ToolOracleVerdict verdict;
    guint alarms_lost; /* raised, and known to nobody at the end */
} ToolDemo;

/* demo.c: runs it all, prints what was asked for, returns the exit status. @dir
 * NULL: a folder of its own. What it filled in stays until it is run again. */
int tool_demo_run(ToolDemo *self, const char *dir, gboolean json);

/* demo-ward.c: settings and processes of the ward in self->root. */
gboolean tool_demo_write_settings(ToolDemo *self, GError **error);
void tool_demo_add_processes(ToolDemo *self);

/* demo-report.c */
void tool_demo_sum_up(ToolDemo *self, double *cpu_s, double *rss_mib);
void tool_demo_note_endpoints(ToolDemo *self);
void tool_demo_print_start(ToolDemo *self);
void tool_demo_print_end(ToolDemo *self);
void tool_demo_print_json(ToolDemo *self);

G_END_DECLS

/* The handlers behind the table of verbs in main.c: one file each, named after
 * the verb. What they take and return: verb.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tools/verb.h"

G_BEGIN_DECLS

int tool_demo(const ToolVerb *verb, int argc, char **argv);
int tool_status(const ToolVerb *verb, int argc, char **argv);
int tool_up(const ToolVerb *verb, int argc, char **argv);
int tool_doctor(const ToolVerb *verb, int argc, char **argv);
int tool_config_check(const ToolVerb *verb, int argc, char **argv);
int tool_config_show(const ToolVerb *verb, int argc, char **argv);
int tool_keys(const ToolVerb *verb, int argc, char **argv);
int tool_keys_make(const ToolVerb *verb, int argc, char **argv);
int tool_keys_allow(const ToolVerb *verb, int argc, char **argv);
int tool_keys_show(const ToolVerb *verb, int argc, char **argv);
int tool_keys_revoke(const ToolVerb *verb, int argc, char **argv);

int tool_login(const ToolVerb *verb, int argc, char **argv);
int tool_logout(const ToolVerb *verb, int argc, char **argv);
int tool_people_ls(const ToolVerb *verb, int argc, char **argv);
int tool_people_add(const ToolVerb *verb, int argc, char **argv);
int tool_people_role(const ToolVerb *verb, int argc, char **argv);
int tool_people_disable(const ToolVerb *verb, int argc, char **argv);
int tool_people_enable(const ToolVerb *verb, int argc, char **argv);
int tool_people_link(const ToolVerb *verb, int argc, char **argv);
int tool_people_enrol(const ToolVerb *verb, int argc, char **argv);
int tool_people_sessions(const ToolVerb *verb, int argc, char **argv);
int tool_people_end(const ToolVerb *verb, int argc, char **argv);
int tool_people_glass(const ToolVerb *verb, int argc, char **argv);

int tool_bed_ls(const ToolVerb *verb, int argc, char **argv);
int tool_bed_watch(const ToolVerb *verb, int argc, char **argv);

int tool_bed_notes(const ToolVerb *verb, int argc, char **argv);
int tool_outlet_ls(const ToolVerb *verb, int argc, char **argv);
int tool_handover_ls(const ToolVerb *verb, int argc, char **argv);

/* alarm ack, pause, resume, limit set, bed admit, move, discharge, standby, observe, note, promise,
 * done, take, handover begin, line, sign, drop, rules reload: the table in command.c */
int tool_command(const ToolVerb *verb, int argc, char **argv);

int tool_alarm_ls(const ToolVerb *verb, int argc, char **argv);
int tool_alarm_explain(const ToolVerb *verb, int argc, char **argv);
int tool_limit_ls(const ToolVerb *verb, int argc, char **argv);

int tool_escalation_ls(const ToolVerb *verb, int argc, char **argv);
/* escalation accept, coming, arrived, resolve, decline, hand-on, send, help, test: the table in
 * escalation-act.c */
int tool_escalation_act(const ToolVerb *verb, int argc, char **argv);
int tool_roster_import(const ToolVerb *verb, int argc, char **argv);
int tool_roster_ls(const ToolVerb *verb, int argc, char **argv);
int tool_roster_check(const ToolVerb *verb, int argc, char **argv);

int tool_query(const ToolVerb *verb, int argc, char **argv);
int tool_tail(const ToolVerb *verb, int argc, char **argv);
int tool_audit_ls(const ToolVerb *verb, int argc, char **argv);
int tool_audit_status(const ToolVerb *verb, int argc, char **argv);
int tool_audit_verify(const ToolVerb *verb, int argc, char **argv);
int tool_audit_prove(const ToolVerb *verb, int argc, char **argv);
int tool_audit_export(const ToolVerb *verb, int argc, char **argv);
int tool_audit_forward(const ToolVerb *verb, int argc, char **argv);
int tool_audit_witness(const ToolVerb *verb, int argc, char **argv);

/* report burden, response, indicators, npsg */
int tool_report(const ToolVerb *verb, int argc, char **argv);

int tool_import(const ToolVerb *verb, int argc, char **argv);
int tool_export(const ToolVerb *verb, int argc, char **argv);

int tool_bench_link(const ToolVerb *verb, int argc, char **argv);
int tool_bench_ward(const ToolVerb *verb, int argc, char **argv);
int tool_beats(const ToolVerb *verb, int argc, char **argv);

G_END_DECLS

/* The handlers behind the table of verbs in main.c: one file each, named after
 * the verb. What they take and return: verb.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tools/verb.h"

G_BEGIN_DECLS

int tool_status(const ToolVerb *verb, int argc, char **argv);
int tool_up(const ToolVerb *verb, int argc, char **argv);
int tool_doctor(const ToolVerb *verb, int argc, char **argv);
int tool_config_check(const ToolVerb *verb, int argc, char **argv);
int tool_config_show(const ToolVerb *verb, int argc, char **argv);
int tool_keys(const ToolVerb *verb, int argc, char **argv);
int tool_keys_make(const ToolVerb *verb, int argc, char **argv);
int tool_keys_allow(const ToolVerb *verb, int argc, char **argv);
int tool_keys_revoke(const ToolVerb *verb, int argc, char **argv);

G_END_DECLS

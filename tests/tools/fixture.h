/* An empty installation in a folder of its own, for the tests of tools/.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/root.h"
#include "tools/supervise.h"

G_BEGIN_DECLS

typedef struct {
    char *dir;
    VicuRoot *root;
    ToolSupervisor *supervisor;
    gboolean over;
} ToolFixture;

void tool_fixture_set_up(ToolFixture *f, gconstpointer unused);
void tool_fixture_tear_down(ToolFixture *f, gconstpointer unused);

/* Adds program @file of the build's tests/tools; @option may be NULL. */
void tool_fixture_add(ToolFixture *f, const char *name, const char *file, const char *option);
void tool_fixture_begin(ToolFixture *f);
ToolChildView tool_fixture_view(ToolFixture *f, size_t i);

/* Runs the main loop until *@condition, at most @limit_s; fails the test then. */
typedef gboolean (*ToolCondition)(ToolFixture *f);
void tool_fixture_run_until(ToolFixture *f, ToolCondition condition, int limit_s);

/* Runs build/tools/vicu with @words (NULL-terminated) and --root; gives its exit status. */
int tool_fixture_vicu(ToolFixture *f, const char *const *words, char **out, char **err);

G_END_DECLS

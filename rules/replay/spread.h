/* All beds through all sets, on all cores: a process for each core, which takes the next bed when
 * it is done with one. What comes out does not depend on how many there are: the results are put
 * together in the order of the beds.
 *
 * Forks; the caller has one thread then. Blocks, and shows how far it is on a terminal, or as
 * lines for a program (common/progress.h). SIGINT and SIGTERM end it; nothing is left.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "rules/replay/beds.h"
#include "rules/replay/report.h"

G_BEGIN_DECLS

#define RULES_SPREAD_CORES_MAX 64

typedef struct {
    RulesSet *set;
    const char *limit; /* that has @value everywhere; NULL: none */
    double value;
    RulesReport *report; /* what the lane's log says goes there */
    GString *log;        /* the log; NULL: it is not kept */
} RulesLane;

/* @cores 0: as many as there are. @figures are those of all beds. FALSE: nothing is to be
 * believed; where the fault is one of a bed, stderr has it. */
bool rules_spread(const RulesBeds *beds,
                  const RulesLane *lanes,
                  size_t n_lanes,
                  int64_t from_us,
                  int64_t to_us,
                  unsigned cores,
                  bool lines,
                  RulesPlayerFigures *figures,
                  GError **error);

G_END_DECLS

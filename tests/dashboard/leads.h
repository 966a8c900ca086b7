/* Twelve leads of an ECG, made by arithmetic, for a bed of a model.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "dashboard/model/model.h"

G_BEGIN_DECLS

/* The last 8 s before @now_us of those of the first @n leads (I, II, ... V6) that @bed does not
 * have yet, simulated. */
void leads_add(DashModel *model, const char *bed, unsigned n, int64_t now_us);

G_END_DECLS

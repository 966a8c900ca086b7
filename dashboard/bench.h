/* `vicu bench render`: what drawing costs, without a display; with one, what showing costs, too.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/figures.h"

G_BEGIN_DECLS

/* @present adds the figures of a display, one run; NULL in a build without a window. */
int dash_bench_main(int argc, char **argv, void (*present)(VicuFigures *figures));

G_END_DECLS

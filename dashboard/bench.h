/* `vicu bench render`: what drawing costs, without a display.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

int dash_bench_main(int argc, char **argv);

G_END_DECLS

/* `vicu-collector bench path`: a collector of the synthetic ward, for `vicu bench link`.
 *
 * Tick builder, synced spool and link are the collector's own; instead of sources and a
 * clock it has the ward, and sends as fast as the store acknowledges, one second of the
 * ward ahead. It speaks with who started it by lines:
 *
 *   it says `ready SAMPLES` once the first tick is acknowledged, and waits for `go`;
 *   it says `done SAMPLES` once all is acknowledged, and leaves when its input ends.
 *
 * `bench path ... spool` has no hub: the same ticks go to a spool alone, synced as the
 * collector does, and it says `spool SAMPLES CPU_S`.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* @argv[0] is the verb; then tick (ms), beds, seconds, root, and perhaps "spool".
 * Returns the exit status. */
int collector_bench_path_main(int argc, char **argv);

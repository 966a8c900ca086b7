/* `vicu-collector bench codec`: bytes and CPU time of the wave codec on recordings,
 * beside libFLAC. It is here because recordings are read here.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* @argv[0] is the verb. Returns the process's exit status: 0 done, 1 found wanting, 2 bad usage. */
int collector_bench_codec_main(int argc, char **argv);

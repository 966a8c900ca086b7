/* `vicu-collector play`: what a ward of recordings, or one recording, sends in a stretch of time,
 * as fast as it can be read.
 *
 * The times are those asked for and no clock is read, so the same words give the same bytes.
 * stdout is a stream of batches: for each the length of a packed Batch, 4 bytes little endian,
 * and the Batch.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

int collector_play_main(int argc, char **argv);

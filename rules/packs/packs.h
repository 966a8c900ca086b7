/* The packs' texts inside the program (made by embed.c at build time).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

extern const char rules_text_adult_icu_rules[];
extern const char rules_text_adult_icu_tests[];
extern const char rules_text_bench_200_rules[];
extern const char rules_text_rhythm_rules[];
extern const char rules_text_rhythm_tests[];

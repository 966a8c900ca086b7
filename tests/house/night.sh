#!/bin/sh
# The night report says which data were read.
#
# SPDX-License-Identifier: Apache-2.0
. "${0%/*}/tap.sh"

# Writes the report of a night in which nothing ran, with $1 as VICU_DATA_DIR.
report() (
    run_suites() { :; }
    timeout() { :; }
    meson() { :; }
    ninja() { :; }
    VICU_DATA_DIR=$1 build=$scratch/build log=$scratch/log extra=
    mkdir -p "$scratch/docs" "$log" "$build-asan" "$build-fuzz"
    touch "$build-asan/build.ninja" "$build-fuzz/build.ninja" "$log/all.json" "$log/count.txt"
    . "$top/tests/night.sh"
    top=$scratch
    night_report "$log/count.txt" 2>/dev/null
    head -n 8 "$scratch/docs/night.md"
)
# How long the fuzzer of $1 is let run.
fuzzed() (
    run_suites() { :; }
    timeout() { :; }
    meson() { :; }
    ninja() { :; }
    build=$scratch/build log=$scratch/log extra=
    mkdir -p "$log" "$build-asan" "$build-fuzz"
    touch "$build-asan/build.ninja" "$build-fuzz/build.ninja" "$log/all.json" "$log/count.txt"
    . "$top/tests/night.sh"
    printf '#!/bin/sh\necho "$1"\n' >"$scratch/fuzz-$1"
    chmod +x "$scratch/fuzz-$1"
    fuzz_one "$scratch/fuzz-$1" 2>/dev/null
    cat "$build-fuzz/$1.log"
)
report "" | grep -c '^VICU_DATA_DIR was not set: ' >"$scratch/said"
report "$scratch" >"$scratch/with"
grep -c '^VICU_DATA_DIR was set: ' "$scratch/with" >>"$scratch/said"
report "$scratch/nowhere" | grep -c '^VICU_DATA_DIR was set to what is no folder: ' >>"$scratch/said"
printf '1\n1\n1\n' | diff - "$scratch/said" >"$scratch/wrong"
grep -F "$scratch" "$scratch/with" >>"$scratch/wrong"
tap_empty "the report says near its top whether a wider collection was read, and not where it lies" "$scratch/wrong"

sh "$top/tests/run" --help >"$scratch/help"
grep -c 'VICU_DATA_DIR=DIR' "$scratch/help" "$top/README.md" | sed 's/.*://' >"$scratch/named"
printf '1\n1\n' | diff - "$scratch/named" >"$scratch/wrong"
grep -n 'SPDX\|^set' "$scratch/help" >>"$scratch/wrong"
tap_empty "VICU_DATA_DIR is named where a person looks" "$scratch/wrong"

for parser in rules rhythm config; do fuzzed $parser; done >"$scratch/fuzzed"
printf -- '-max_total_time=600\n-max_total_time=600\n-max_total_time=60\n' | diff - "$scratch/fuzzed" >"$scratch/wrong"
tap_empty "the language of rules and the samples of rhythm are fuzzed for 10 min" "$scratch/wrong"
tap_done

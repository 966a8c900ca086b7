# The night run, sourced by tests/run: full counts, sanitizers, fuzzers, and a
# dated summary in docs/night.md.
#
# SPDX-License-Identifier: Apache-2.0
began=$(date -u +%Y-%m-%dT%H:%M:%SZ)
: >"$log/fuzz.json"

# One fuzzer from its corpus, 60 s; the language of rules and the samples of rhythm, which judge patients,
# 10 min. A line like meson's, so that it is counted the same way.
fuzz_one() {
    program=$1
    parser=${program##*/fuzz-}
    case $parser in
    rules | rhythm) seconds=600 ;;
    *) seconds=60 ;;
    esac
    mkdir -p "$build-fuzz/new/$parser"
    corpus=$top/tests/fuzz/corpus/$parser
    [ -d "$corpus" ] || corpus=
    if LSAN_OPTIONS="suppressions=$top/tests/lsan.supp:print_suppressions=0" UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 "$program" -max_total_time=$seconds -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$build-fuzz/finding-$parser-" "$build-fuzz/new/$parser" $corpus >"$build-fuzz/$parser.log" 2>&1; then
        result=OK
    else
        result=FAIL
        tail -n 30 "$build-fuzz/$parser.log" >&2
    fi
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$build-fuzz/$parser.log")
    echo "fuzz $parser: $result, ${runs:-0} inputs in $seconds s" | tee -a "$log/fuzz.txt" >&2
    echo "{\"name\": \"night:fuzz / $parser\", \"stdout\": \"\", \"result\": \"$result\"}" >>"$log/fuzz.json"
}

night_fuzz() {
    : >"$log/fuzz.txt"
    if ! command -v clang-14 >/dev/null 2>&1; then
        echo '{"name": "night:fuzz / all", "stdout": "ok 1 fuzzers # SKIP clang-14 is not installed\n", "result": "SKIP"}' >"$log/fuzz.json"
        return
    fi
    [ -f "$build-fuzz/build.ninja" ] || CC=clang-14 meson setup "$build-fuzz" "$top" -Dfuzzers=true -Ddashboard=disabled -Dwerror=false -Dc_args=-fsanitize=fuzzer-no-link \
        -Db_sanitize=address,undefined -Db_lundef=false >"$log/fuzz-build.txt" 2>&1
    if ! ninja -C "$build-fuzz" >>"$log/fuzz-build.txt" 2>&1; then
        tail -n 30 "$log/fuzz-build.txt" >&2
        extra="the fuzzers do not build"
        return
    fi
    # As many at a time as there are cores.
    running=0
    for program in "$build-fuzz"/tests/fuzz/fuzz-*; do
        [ -x "$program" ] && [ ! -d "$program" ] || continue
        fuzz_one "$program" &
        running=$((running + 1))
        [ $((running % $(nproc))) != 0 ] || wait
    done
    wait
    cat "$log/fuzz.json" >>"$log/all.json"
}

# Where the wider collection lies is not told: the report is for everybody.
night_data() {
    if [ -z "${VICU_DATA_DIR:-}" ]; then
        echo "VICU_DATA_DIR was not set: only the recordings and messages of the clone were read (tests/run --help)."
    elif [ -d "$VICU_DATA_DIR" ]; then
        echo "VICU_DATA_DIR was set: a wider collection of recordings and messages was read too."
    else
        echo "VICU_DATA_DIR was set to what is no folder: the tests that read it failed."
    fi
}

night_report() {
    {
        echo "# The last night run"
        echo
        echo "\`./vicu test --night\`, begun $began, ended $(date -u +%Y-%m-%dT%H:%M:%SZ)."
        echo "Machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores, $(awk '/MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo), Linux $(uname -r)."
        night_data
        echo
        echo '```'
        cat "$1"
        echo '```'
        echo
        echo "What the tests measured (each line as the test printed it):"
        echo
        echo '```'
        # A test says "# figure: ..." for what belongs here.
        awk '{ n = split($0, line, "\\\\n"); for (i = 1; i <= n; i++) if (line[i] ~ /^# figure: /) print substr(line[i], 11) }' "$log/all.json"
        cat "$log/fuzz.txt"
        echo '```'
    } >"$top/docs/night.md"
    echo "night: the summary is in docs/night.md" >&2
}

# The soak has one thread and takes long, as the monkey at the station does: they run beside the others.
rm -f "$log"/soak*.json "$log"/monkey*.json
(
    timeout -k 20 14400 meson test -C "$build" --no-rebuild --logbase soak --print-errorlogs --setup night --suite soak >"$log/soak.out" 2>&1
    timeout -k 20 3600 meson test -C "$build" --no-rebuild --logbase monkey --print-errorlogs --setup night --suite monkey >"$log/monkey.out" 2>&1
) &
soak=$!
run_suites "$build" 14400 night --setup night --no-suite soak --no-suite monkey
[ -f "$build-asan/build.ninja" ] || meson setup "$build-asan" "$top" -Db_sanitize=address,undefined -Ddashboard=disabled >"$log/asan-build.txt" 2>&1
if ninja -C "$build-asan" >>"$log/asan-build.txt" 2>&1; then
    run_suites "$build-asan" 3600 asan --timeout-multiplier 4 --suite unit --suite fuzz --suite process
else
    tail -n 30 "$log/asan-build.txt" >&2
    extra="the sanitizer build does not build"
fi
night_fuzz
wait $soak
tail -n 40 "$log/soak.out" >&2
cat "$log"/soak*.json >>"$log/all.json" 2>/dev/null || extra="soak: nothing ran"
# A build without a window has no monkey.
tail -n 40 "$log/monkey.out" >&2
cat "$log"/monkey*.json >>"$log/all.json" 2>/dev/null || :

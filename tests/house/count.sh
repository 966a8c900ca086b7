#!/bin/sh
# The last line of the test command is counted from what really ran.
#
# SPDX-License-Identifier: Apache-2.0
. "${0%/*}/tap.sh"
cat >"$scratch/log" <<'END'
{"name": "vicu:unit / a", "stdout": "1..3\nok 1 /a/one\nok 2 /a/two # SKIP no loop mounts here\nok 3 /a/three\n", "result": "OK", "stderr": "not ok 9 is only talk"}
{"name": "vicu:unit / b", "stdout": "ok 1 /b/one\nnot ok 2 /b/two\n1..2\n", "result": "FAIL"}
{"name": "vicu:unit / c", "stdout": "1..9\nok 1 /c/one\n", "result": "ERROR"}
{"name": "vicu:unit / c2", "stdout": "Bail out! ERROR:c2.c:7:two: assertion failed\n", "result": "ERROR"}
{"name": "vicu:golden / d", "result": "OK"}
{"name": "vicu:process / e", "result": "SKIP"}
{"name": "vicu:process / f", "stdout": "", "result": "TIMEOUT"}
END
awk -f "$top/tests/count.awk" "$scratch/log" | tail -n 1 >"$scratch/last"
echo '5 passed, 4 failed, 2 skipped' | diff - "$scratch/last" >"$scratch/wrong"
tap_empty "each line of a program counts, a crash fails, a skip is not a pass" "$scratch/wrong"
awk -f "$top/tests/count.awk" "$scratch/log" | grep -c 'c2: ERROR ERROR:c2.c:7:two: assertion failed$' >"$scratch/told"
echo 1 | diff - "$scratch/told" >"$scratch/wrong"
tap_empty "what a program said as it gave up stands beside its name" "$scratch/wrong"
awk -f "$top/tests/count.awk" "$scratch/log" >/dev/null && echo "exit status 0 with failures" >"$scratch/status"
: >>"$scratch/status"
tap_empty "the exit status tells failures" "$scratch/status"
head -n 1 "$scratch/log" | awk -v extra='out of time' -f "$top/tests/count.awk" | tail -n 1 >"$scratch/last"
echo '2 passed, 1 failed, 1 skipped' | diff - "$scratch/last" >"$scratch/wrong"
tap_empty "a run that was cut short is a failure" "$scratch/wrong"
tap_done

#!/bin/sh
# `vicu rules replay` over the demo's recordings and over a table, byte for byte.
#
# usage: replay.sh VICU
#
# SPDX-License-Identifier: Apache-2.0
set -u
vicu=$1
records=$VICU_SOURCE_ROOT/data/recordings
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
tab=$(printf '\t')
n=0
is() { # name, expected, found
    n=$((n + 1))
    if [ "$2" = "$3" ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; echo "# expected $2, found $3"; fi
}
sum() { cksum <"$1"; }
replay() { "$vicu" rules replay "$@" 2>&1; }

replay "$records/a624s.hea" "$records/v541l.hea" --log "$scratch/one" >"$scratch/report"
replay "$records/v541l.hea" "$records/a624s.hea" --log "$scratch/two" >/dev/null
is "the order of recordings changes no byte" "$(sum "$scratch/one")" "$(sum "$scratch/two")"
replay "$records/a624s.hea" "$records/v541l.hea" --cores 1 --log "$scratch/two" >"$scratch/report1"
replay "$records/a624s.hea" "$records/v541l.hea" --cores 2 --log "$scratch/one" >"$scratch/report2"
is "one core and two write the same log" "$(sum "$scratch/two")" "$(sum "$scratch/one")"
is "and the same report" "$(sum "$scratch/report1")" "$(sum "$scratch/report2")"
is "both beds were watched" 2 "$(grep -c "${tab}watched${tab}" "$scratch/one")"
is "the pressure that falls to nothing is found" 1 "$(grep -c "^recording/wfdb/v541l${tab}map-critical${tab}1${tab}raise${tab}" "$scratch/one")"

"$vicu" rules replay "$records/a624s.hea" "$records/v541l.hea" --log "$scratch/three" >/dev/null 2>&1 &
kill -9 $!
wait $! 2>/dev/null
replay "$records/a624s.hea" "$records/v541l.hea" --log "$scratch/three" >/dev/null
is "a run that was killed is begun anew to the same bytes" "$(sum "$scratch/one")" "$(sum "$scratch/three")"

{
    echo bed,time,kind,name,value
    i=0
    while [ $i -lt 300 ]; do
        value=97
        [ $((i % 100)) -ge 60 ] && [ $((i % 100)) -lt 80 ] && value=85
        echo "a/b/1,$((1000000000 + i))000000,sample,SpO2,$value"
        i=$((i + 1))
    done
} >"$scratch/table.csv"
for delay in 5 30; do
    printf 'rules "x" version 1\nuse SpO2: %% validity 30 s\nrule low version 1 {\n  raise low "low" when SpO2 < 90 %% for %d s\n  unknown longer than 5 min -> keep }\n' $delay >"$scratch/$delay.vrules"
done
replay "$scratch/table.csv" --set "$scratch/30.vrules" --against "$scratch/5.vrules" >"$scratch/report"
is "three alarms would vanish under the longer delay" "would vanish: 3" "$(grep 'would vanish' "$scratch/report")"
is "none would appear" "would appear: 0" "$(grep 'would appear' "$scratch/report")"
is "each says how to look at it" 3 "$(grep -c 'vicu query a/b/1 SpO2 --from 2001-' "$scratch/report")"
is "a table has a line for each rule" 2 "$(replay "$scratch/table.csv" --set "$scratch/5.vrules" --csv | wc -l | tr -d ' ')"

replay "$scratch/no.hea" >/dev/null
is "a record that is not there is refused" 1 $?
replay "$scratch/5.vrules" >"$scratch/said"
is "what is no input log is refused" 1 $?
is "with the line that was expected" 1 "$(grep -c ':1: found .* expected "bed,time,kind' "$scratch/said")"
replay >/dev/null
is "no file at all is bad usage" 2 $?
echo "1..$n"

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
export TMPDIR="$scratch" # what is killed leaves its parts there
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
is "the pressure that falls to nothing is found" 1 "$(grep -c "^recording/wfdb/v541l${tab}map-critical${tab}[0-9]*${tab}raise${tab}" "$scratch/one")"

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
replay "$scratch/table.csv" --set "$scratch/5.vrules" --csv >"$scratch/csv"
is "a table has a row for each rule over all beds" 1 "$(grep -c ',all,low,alarm,3,0,1,' "$scratch/csv")"
is "and one for each rule and bed" 1 "$(grep -c ',a/b/1,low,alarm,3,0,1,' "$scratch/csv")"
is "and the hours of the day" 24 "$(sed -n '/^set,hour/,/^$/p' "$scratch/csv" | grep -c '^[0-9a-f]*,[0-9]*,')"

# --- packs, raw, grid ---
replay "$records/v541l.hea" --set "adult-icu, rhythm" --against "adult-icu" >"$scratch/report"
is "of several packs the rhythm's alarms appear" 1 "$(grep -c '^  rhythm-vt  vicu query recording/wfdb/v541l ' "$scratch/report")"
replay "$scratch/table.csv" --set "$scratch/5.vrules" --raw >"$scratch/report"
is "raw, each fall raises at once" 1 "$(grep -c '^low  *3  *0  *1 .* 20.0  *20.0 ' "$scratch/report")"
{
    echo 'rules "x" version 1'
    echo 'use SpO2: % validity 30 s'
    echo 'limit SpO2_low = 90 % within 80 % .. 95 % per bed'
    echo 'rule low version 1 { raise low "low" when SpO2 < SpO2_low for 5 s'
    echo '  unknown longer than 5 min -> keep }'
} >"$scratch/grid.vrules"
replay "$scratch/table.csv" --set "$scratch/grid.vrules" --grid SpO2_low=84..88/2 --grid-delay 0s,15s,30s --csv |
    sed -n '/^limit,/,$p' >"$scratch/grid"
i=0
for value in 84 86 88; do
    for delay in 0 15 30; do
        sed "s/SpO2_low = 90/SpO2_low = $value/; s/for 5 s/for $delay s/" "$scratch/grid.vrules" >"$scratch/one.vrules"
        one=$(replay "$scratch/table.csv" --set "$scratch/one.vrules" --csv | sed -n 's/^[^,]*,all,low,alarm,[0-9]*,0,[0-9]*,\([0-9.e+]*\),.*/\1/p')
        [ "$(sed -n "s/^SpO2_low,$value,$delay,//p" "$scratch/grid")" = "${one:-0}" ] && i=$((i + 1))
    done
done
is "each pair of the grid is what a run of its own says" 9 $i
is "with a delay of 15 s there are alarms" 1 "$(grep -c '^SpO2_low,86,15,[1-9]' "$scratch/grid")"

# --- a change of what is in force ---
replay "$scratch/table.csv" --set "$scratch/grid.vrules" --change low.for=30s --change SpO2_low=88 >"$scratch/report"
is "a longer delay makes three alarms vanish" "would vanish: 3" "$(grep 'would vanish' "$scratch/report")"
"$vicu" rules replay "$scratch/table.csv" --set "$scratch/grid.vrules" --change low.for=15s --json --progress >"$scratch/json" 2>"$scratch/said"
is "none vanishes under 15 s, and three come 10 s later" '"later":{"alarms":3,"longest_s":10,' "$(tr -d ' \n' <"$scratch/json" | grep -o '"later":{"alarms":3,"longest_s":10,')"
is "the rules that it touches are named" '"changed_rules":["low"]' "$(tr -d ' \n' <"$scratch/json" | grep -o '"changed_rules":\["low"\]')"
is "how far it is stands on lines of its own" 0 "$(grep -vc '^[0-9]* %$' "$scratch/said")"
is "a change of a rule that is not there is refused" 1 "$(replay "$scratch/table.csv" --set "$scratch/grid.vrules" --change lo.for=15s | grep -c 'no rule "lo"')"
mkdir "$scratch/cut"
TMPDIR="$scratch/cut" "$vicu" rules replay "$records/ward.ini" --from 2026-01-01T00:00:00Z --to 2026-01-03T00:00:00Z --set adult-icu >"$scratch/report" 2>"$scratch/said" &
cut=$!
while [ -z "$(ls "$scratch/cut")" ]; do sleep 0.02; done
kill -TERM $cut
wait $cut
is "a run that is told to end fails" 1 $?
is "it prints nothing and leaves nothing" 0 "$(ls "$scratch/cut" | cat - "$scratch/report" | wc -c)"

# --- a record of numerics: HR 80 and SpO2 97 or 85, once a second ---
printf 'n 2 1 300\nn.dat 16 1/bpm 16 0 0 0 0 HR\nn.dat 16 1/%% 16 0 0 0 0 SpO2\n' >"$scratch/n.hea"
i=0
while [ $i -lt 300 ]; do
    if [ $((i % 100)) -ge 60 ] && [ $((i % 100)) -lt 80 ]; then printf 'P\000U\000'; else printf 'P\000a\000'; fi
    i=$((i + 1))
done >"$scratch/n.dat"
replay "$scratch/n.hea" --set "$scratch/5.vrules" --log "$scratch/one" >/dev/null
replay "$scratch/table.csv" --set "$scratch/5.vrules" --log "$scratch/two" >/dev/null
is "numerics of a recording say what the same table says" "$(sed "s/^[^$tab]*//" "$scratch/two" | cksum)" "$(sed "s/^[^$tab]*//" "$scratch/one" | cksum)"
is "and there are alarms" 3 "$(grep -c "${tab}raise${tab}" "$scratch/one")"

# --- a ward ---
ward() { replay "$records/ward.ini" --set "adult-icu, rhythm" --from 2026-01-01T00:00:00Z --to 2026-01-01T00:07:00Z "$@"; }
ward --bed demo/icu/7 --bed 12 --bed 1 --cores 1 --log "$scratch/one" >/dev/null
ward --bed demo/icu/7 --bed 12 --bed 1 --cores 2 --log "$scratch/two" >/dev/null
is "a ward plays the same on one core and on two" "$(sum "$scratch/one")" "$(sum "$scratch/two")"
is "its beds were watched" 3 "$(grep -c "^demo/icu/[17]*2*${tab}.*${tab}watched${tab}" "$scratch/one")"
is "a recording that begins again resets its bed" 2 "$(grep -c "^demo/icu/7${tab}-${tab}.*${tab}recording restarts${tab}" "$scratch/one")"
is "simulated values go with it: NEWS2 is judged" 0 "$(grep -c "^demo/icu/1${tab}news2-emergency${tab}.*no SpO2" "$scratch/one")"
ward --bed 7 --log "$scratch/two" >/dev/null &
kill -9 $!
wait $! 2>/dev/null
ward --bed demo/icu/7 --bed 12 --bed 1 --log "$scratch/two" >/dev/null
is "a ward that was killed plays the same when it is begun anew" "$(sum "$scratch/one")" "$(sum "$scratch/two")"
replay "$records/ward.ini" >"$scratch/said"
is "a ward without times is refused" 1 "$(grep -c 'plays for ever: say --from and --to' "$scratch/said")"

# --- the store, from its files: the recording was imported ---
"$vicu" import "$records/v541l.hea" --bed site/icu/7 --at 2001-09-09T01:46:40Z --root "$scratch/site" >"$scratch/said" 2>&1
is "the recording is in a store" 0 $?
replay --root "$scratch/site" --set "adult-icu, rhythm" --log "$scratch/one" >"$scratch/said"
replay "$records/v541l.hea" --set "adult-icu, rhythm" --log "$scratch/two" >/dev/null
is "the store says what the recording says" "$(sed "s/^[^$tab]*//" "$scratch/two" | cksum)" "$(sed "s/^[^$tab]*//" "$scratch/one" | cksum)"
is "and there are alarms" 1 "$(grep -c "^site/icu/7${tab}map-critical${tab}[0-9]*${tab}raise${tab}" "$scratch/one")"
replay --root "$scratch/site" --set "adult-icu, rhythm" --from 2001-09-09T01:50:00Z --to 2001-09-09T01:52:00Z --log "$scratch/part" >/dev/null
awk -F"$tab" '$6 >= 1000000200000000 && $6 < 1000000320000000 && $4 != "watched"' "$scratch/one" >"$scratch/two"
grep -v "${tab}watched${tab}" "$scratch/part" >"$scratch/three"
is "a part of the time says what the whole says of it" "$(sum "$scratch/two")" "$(sum "$scratch/three")"
replay --root "$scratch/site" --bed 8 >"$scratch/said"
is "a bed that the store lacks is refused" 1 "$(grep -c 'no bed 8 in what is to be played' "$scratch/said")"

# --- what is refused ---
replay "$scratch/no.hea" >/dev/null
is "a record that is not there is refused" 1 $?
replay "$scratch/5.vrules" >"$scratch/said"
is "what is no input log is refused" 1 $?
is "with the line that was expected" 1 "$(grep -c ':1: found .* expected "bed,time,kind' "$scratch/said")"
replay --root "$scratch/nowhere" >"$scratch/said"
is "no file and no store is refused" 1 $?
replay "$scratch/table.csv" --raw --against adult-icu >/dev/null
is "--raw and --against together are bad usage" 2 $?
replay "$scratch/table.csv" --root "$scratch/site" >/dev/null
is "a file and --root together are bad usage" 2 $?
replay "$scratch/table.csv" --set no-such-pack >"$scratch/said"
is "a pack that is not there is named" 1 "$(grep -c 'no pack "no-such-pack" is built in' "$scratch/said")"
replay "$scratch/table.csv" --grid HR_lo=40..50/5 >"$scratch/said"
is "a limit that no rule reads is named, and those there are" 1 "$(grep -c '"HR_lo"; there is HR_low' "$scratch/said")"
echo "1..$n"

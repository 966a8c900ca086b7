#!/bin/sh
# `vicu-collector decode --csv` into `vicu-rules beats`, counted against the
# annotators of MIT-BIH record 100; and what the verbs of vicu-rules say.
#
# usage: beats.sh VICU-RULES VICU-COLLECTOR VICU
#
# SPDX-License-Identifier: Apache-2.0
set -u
rules=$1
collector=$2
vicu=$3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
n=0
is() { # name, expected, found
    n=$((n + 1))
    if [ "$2" = "$3" ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; echo "# expected $2, found $3"; fi
}

"$collector" decode "$VICU_TEST_DATA/wfdb/mitdb/100.hea" --csv >"$scratch/100.csv"
"$rules" beats --csv - <"$scratch/100.csv" >"$scratch/beats.csv"
is "beats are found" 0 $?
"$rules" beats compare "$VICU_TEST_DATA/rhythm/bxb_reference_mitdb100.csv" "$scratch/beats.csv" >"$scratch/counts"
good=$(awk -F, 'NR == 2 { print ($1 >= 0.999 * $2 && $1 >= 0.999 * $3 && $2 == 2273) ? "yes" : $0 }' "$scratch/counts")
is "999 of 1000 are the annotators' and none in 1000 is another" yes "$good"
is "the one ventricular beat is told, and no other" 1,1,1 "$(awk -F, 'NR == 2 { print $4 "," $5 "," $6 }' "$scratch/counts")"
"$rules" beats --csv - --json <"$scratch/100.csv" | grep -c '"sample"' >"$scratch/json"
is "the same as JSON" 1 "$(cat "$scratch/json")"
"$rules" beats compare "$VICU_TEST_DATA/rhythm/bxb_reference_mitdb100.csv" \
    "$VICU_TEST_DATA/rhythm/bxb_test_jitter0_20.csv" --start 300 | tail -1 >"$scratch/bxb"
is "counts are bxb's" 1871,1902,1885,1,1,38 "$(cat "$scratch/bxb")"
printf 'frame,time_s,II\n,,mV\n0,0,0.1\n1,0.004,oops\n' | "$rules" beats --csv - >/dev/null 2>"$scratch/error"
is "a cell that is no number is refused" 1 $?
is "with its line" 1 "$(grep -c 'line 4: "oops"' "$scratch/error")"
printf 'frame,time_s,RESP\n' | "$rules" beats --csv - >/dev/null 2>&1
is "a table without an ECG is refused" 1 $?
printf '100,N\n150,+\n200,E\n300,"V"\n400,/\n500,r\n600,F\n700,~\n800,""""\n900,j\n' >"$scratch/codes"
printf '\357\273\277100,N\r\n200,V\r\n300,V\r\n400,V\r\n500,V\r\n600,V\r\n900,V\r\n' >"$scratch/found"
is "escape and R on T are ventricular, paced and fusion either, and rhythm and noise no beats" 7,7,7,3,3,4 \
    "$("$rules" beats compare "$scratch/codes" "$scratch/found" | tail -1)"
# --- the same beats, whatever the leads are called and whatever they are measured in ---
awk -F, 'NR > 12000 { exit } { print }' "$scratch/100.csv" >"$scratch/short.csv"
"$rules" beats --csv "$scratch/short.csv" >"$scratch/named"
sed '1s/MLII,V5/MLIII,CM5/' "$scratch/short.csv" | "$rules" beats --csv - >"$scratch/found"
is "leads of unknown names are known by their unit" "42 yes" \
    "$(wc -l <"$scratch/found") $(cmp -s "$scratch/named" "$scratch/found" && echo yes)"
awk -F, -v OFS=, 'NR == 2 { $3 = "uV"; $4 = "V" } NR > 2 { $3 *= 1000; $4 /= 1000 } { print }' \
    CONVFMT=%.9g OFMT=%.9g "$scratch/short.csv" | "$rules" beats --csv - >"$scratch/found"
is "and microvolts and volts are read as such" yes "$(cmp -s "$scratch/named" "$scratch/found" && echo yes)"
{ printf '\357\273\277'; sed 's/$/\r/' "$scratch/short.csv"; } | "$rules" beats --csv - >"$scratch/found"
is "and a byte-order mark and CR LF are read" yes "$(cmp -s "$scratch/named" "$scratch/found" && echo yes)"
sed '1s/MLII,V5/EEG C4-A1,EMG/' "$scratch/short.csv" | "$rules" beats --csv - >"$scratch/found" 2>"$scratch/error"
is "but brain and muscle are no leads, and nothing is printed then" "1 0 1" \
    "$? $(wc -c <"$scratch/found") $(grep -c ECG "$scratch/error")"
"$rules" beats 100 >/dev/null 2>"$scratch/error"
is "a record is sent to the collector" 2 $?
is "and says so" 1 "$(grep -c 'vicu decode 100 --csv' "$scratch/error")"
"$rules" beats --help | grep -q Example
is "help has an example" 0 $?
broken=$VICU_TEST_DATA/rules/broken/a-condition-is-no-number.vrules
"$vicu" rules check "$broken" 2>&1 | grep -o 'error E[0-9]*' | sed 's/error //' >"$scratch/text"
"$vicu" rules check --json "$broken" | grep -o '"code": "[^"]*"' | cut -d '"' -f 4 >"$scratch/json"
printf 'test "a"\n  SpO2 every 1 s: 95x10 89x16\n  expect none\ntest "b"\n  SpO2 every 1 s: 95x10\n  expect none\n' >"$scratch/wrong.vtests"
"$vicu" rules test --tests "$scratch/wrong.vtests" "$VICU_SOURCE_ROOT/rules/packs/adult-icu.vrules" >"$scratch/tests" 2>"$scratch/why"
is "rules test says which test failed and why" "1 FAILED a ok b 2 tests, 1 failed unexpected desaturation raise at 25 s" \
    "$? $(sed 's/ [^ ]*:[0-9]*: / /; s/  */ /g' "$scratch/tests" | tr '\n' ' ')$(grep -o 'unexpected .*' "$scratch/why")"
is "rules check names an error as in text, so in JSON" "E202: $(cat "$scratch/text")" "$(head -n 1 "$scratch/json"): $(cat "$scratch/json")"
while read -r line; do
    # shellcheck disable=SC2086
    "$vicu" $line >"$scratch/help" 2>"$scratch/error" </dev/null
    is "vicu $line is help" "0 Usage 0" "$? $(head -n 1 "$scratch/help" | cut -c 1-5) $(wc -c <"$scratch/error")"
done <<END
beats --help
beats 100 --json --help
beats --csv --help
beats --csv table.csv --fs -h
beats compare --start --help
score --csv --help
score news2 -h
trace --csv --help
trace limit --help
rules check --json --help
rules check nowhere.vrules -h
rules test --json --help
END
echo "1..$n"

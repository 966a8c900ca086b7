#!/bin/sh
# `vicu rhythm` on the recordings of the clone against what it is known to say, and
# with VICU_DATA_DIR on the 55 labelled records of the Challenge 2015: a table of each
# alarm's type, and the Challenge's score, whole and of halves.
#
# The labels are read here only: what judges the waves is given samples and times.
#
# usage: rhythm.sh VICU
#
# SPDX-License-Identifier: Apache-2.0
set -u
vicu=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
n=0
is() { # name, expected, found
    n=$((n + 1))
    if [ "$2" = "$3" ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; echo "# expected $2, found $3"; fi
}
recordings=$VICU_SOURCE_ROOT/data/recordings

# --- the recordings of the clone: to the second, in the minute that the monitor alarmed in ---
for record in "$recordings"/*.hea; do
    name=$(basename "$record" .hea)
    "$vicu" rhythm "${record%.hea}" --until 300 >"$scratch/out" || echo "# $name: $?"
    awk -F, -v name="$name" 'NR > 1 && $2 >= 240 { printf "%s,%.0f,%s,%s\n", name, $2, $3, $4 }' "$scratch/out"
done >"$scratch/found"
is "the recordings of the clone give the alarms they gave" "" \
    "$(diff "$VICU_TEST_DATA/rhythm/recordings-alarms.csv" "$scratch/found" | grep '^[<>]' | tr '\n' ' ')"

# --- how it is asked ---
"$vicu" rhythm "$recordings/v541l.hea" --until 300 >"$scratch/csv"
is "a record is named with or without its suffix" "0 t_onset_s,t_alarm_s,type,verdict,why" "$? $(head -n 1 "$scratch/csv")"
is "nothing is told of what comes after --until" 0 "$(awk -F, 'NR > 1 && $2 > 300' "$scratch/csv" | wc -l)"
"$vicu" rhythm "$recordings/v541l" --until 300 --json >"$scratch/json"
is "the same as JSON" "$(awk 'NR > 1' "$scratch/csv" | wc -l)" "$(grep -o '"verdict"' "$scratch/json" | wc -l)"
"$vicu" rhythm "$recordings/100" >"$scratch/calm"
is "a sinus rhythm of half an hour gives none" "0 1" "$? $(wc -l <"$scratch/calm")"
"$vicu" rhythm "$scratch/nowhere" >/dev/null 2>"$scratch/error"
is "a record that is not there is refused by name" "1 1" "$? $(grep -c "$scratch/nowhere.hea" "$scratch/error")"
"$vicu" rhythm "$recordings/v541l" --until soon >/dev/null 2>"$scratch/error"
is "a time that is none is refused" "2 1" "$? $(grep -c 'soon' "$scratch/error")"
"$vicu" rhythm --csv "$scratch/nowhere" >/dev/null 2>"$scratch/error"
is "a table that is not there is refused" "1 1" "$? $(grep -c "$scratch/nowhere" "$scratch/error")"
printf 'frame,time_s,PLETH\n0,0,1\n1,0.004,1\n' | "$vicu" rhythm --csv - >/dev/null 2>"$scratch/error"
is "a table without an ECG is refused" "1 1" "$? $(grep -c 'ECG' "$scratch/error")"
printf 'frame,time_s,II\n,,mV\n0,0,0.1\n1,0.004,nan\n' | "$vicu" rhythm --csv - >/dev/null 2>"$scratch/error"
is "a cell that is no number is refused with its line" "1 1" "$? $(grep -c 'line 4: "nan"' "$scratch/error")"
for line in "rhythm --help" "rhythm --csv --help"; do
    # shellcheck disable=SC2086
    "$vicu" $line >"$scratch/help" 2>"$scratch/error"
    is "vicu $line has an example" "0 1 0" "$? $(grep -c '^Example' "$scratch/help") $(wc -c <"$scratch/error")"
done

# --- the labelled records ---
wider=${VICU_DATA_DIR:-}
if [ -z "$wider" ]; then
    n=$((n + 1))
    echo "ok $n - the labelled records # SKIP VICU_DATA_DIR is not set"
    echo "1..$n"
    exit 0
fi
folder=$wider/wfdb/challenge2015
awk -F, 'NR > 1 { print $1 "," $2 "," $3 }' "$folder/LABELS.csv" >"$scratch/labels"
while IFS=, read -r record alarm truth; do
    case $alarm in
    Asystole) type=asystole ;;
    Bradycardia) type=brady ;;
    Tachycardia) type=tachy ;;
    Ventricular_Flutter_Fib) type=vf ;;
    *) type=vt ;;
    esac
    "$vicu" rhythm "$folder/$record" --until 300 >"$scratch/out" || echo "# $record: $?"
    awk -F, -v type="$type" -v truth="$truth" '
        NR > 1 && $3 == type && $2 >= 285 && $2 <= 300 { told[$4]++ }
        END {
            said = told["confirmed"] > 0
            print type "," (truth == "true" ? (said ? "tp" : "fn") : (said ? "fp" : "tn")) "," (told["vetoed"] > 0)
        }' "$scratch/out"
done <"$scratch/labels" >"$scratch/judged"
awk -F, '
    function score(tp, tn, fp, fn) { return 100 * (tp + tn) / (tp + tn + fp + 5 * fn) }
    { c[$1, $2]++; all[$2]++; half[NR % 2, $2]++; types[$1]; vetoed += $3 }
    END {
        for (t in types)
            printf "# %-9s TP %d FN %d FP %d TN %d\n", t, c[t, "tp"], c[t, "fn"], c[t, "fp"], c[t, "tn"]
        printf "# all       TP %d FN %d FP %d TN %d, with a vetoed alarm %d, score %.1f; odd records %.1f, even %.1f\n",
            all["tp"], all["fn"], all["fp"], all["tn"], vetoed, score(all["tp"], all["tn"], all["fp"], all["fn"]),
            score(half[1, "tp"], half[1, "tn"], half[1, "fp"], half[1, "fn"]),
            score(half[0, "tp"], half[0, "tn"], half[0, "fp"], half[0, "fn"])
        printf "%d %d %d\n", NR, c["asystole", "fn"] + c["vf", "fn"],
            (score(all["tp"], all["tn"], all["fp"], all["fn"]) >= 80)
    }' "$scratch/judged" >"$scratch/table"
grep '^#' "$scratch/table"
is "55 records; no asystole and no fibrillation is missed; the Challenge scores 80 or more" "55 0 1" "$(grep -v '^#' "$scratch/table")"
echo "1..$n"

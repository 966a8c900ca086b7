#!/bin/sh
# The table of rights in docs/people.md is proto/rights.csv, cell by cell.
#
# SPDX-License-Identifier: Apache-2.0
. "${0%/*}/tap.sh"
sh "$top/docs/people-table.sh" >"$scratch/made"
grep -E '^\|' "$top/docs/people.md" >"$scratch/written"
diff "$scratch/written" "$scratch/made" >"$scratch/differ"
[ -s "$scratch/made" ] || echo "proto/rights.csv has no rows" >>"$scratch/differ"
tap_empty "docs/people.md has the table of proto/rights.csv (docs/people-table.sh prints it)" "$scratch/differ"

# No role that reads only may command, and an administrator sees no patient: what an administrator
# may command is about rules, outlets, channels and the roster, never about a patient.
awk -F, '$1 == "command" && $2 != "explain" && $6 != "-" { print "an auditor commands: " $2 }
    $1 == "query" && $2 ~ /^(samples|numerics|columns|trend|symbols|unmapped|events|streams)$/ && $5 != "-" { print "an administrator sees: " $2 }
    $1 == "command" && $2 !~ /^(reload|forget_outlet|import_roster|put_person|put_shift|put_ladder|remove_roster|test_channel)$/ && $5 != "-" { print "an administrator commands: " $2 }' "$top/proto/rights.csv" >"$scratch/wrong"
tap_empty "auditors command nothing, administrators see no patient" "$scratch/wrong"

sed 's/^command,ack,own/command,ack,all/' "$top/proto/rights.csv" >"$scratch/bent.csv"
cmp -s "$scratch/bent.csv" "$top/proto/rights.csv" && echo "nothing was planted" >"$scratch/planted"
mkdir -p "$scratch/p/docs" "$scratch/p/proto"
cp "$top/docs/people-table.sh" "$scratch/p/docs/"
cp "$scratch/bent.csv" "$scratch/p/proto/rights.csv"
sh "$scratch/p/docs/people-table.sh" | diff "$scratch/written" - | grep -c '^[<>]' >"$scratch/lines"
echo 2 | diff - "$scratch/lines" >>"$scratch/planted"
tap_empty "a bent cell is found" "$scratch/planted"
tap_done

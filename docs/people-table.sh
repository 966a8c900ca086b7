#!/bin/sh
# Prints the table of docs/people.md from proto/rights.csv.
#
#   docs/people-table.sh
#
# SPDX-License-Identifier: Apache-2.0
set -eu
top=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd -P)
awk -F, 'NR == 1 { print "| kind | act | intensivist | bedside | administrator | auditor | glass | key |"
                   print "|---|---|---|---|---|---|---|---|"; next }
    { printf "| %s | `%s`: %s | %s | %s | %s | %s | %s | %s |\n", $1, $2, $9, $3, $4, $5, $6, $7, $8 }' "$top/proto/rights.csv"

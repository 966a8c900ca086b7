#!/bin/sh
# Every setting of every daemon stands in its manual page, and every message id
# has a text that says what to do.
#
# SPDX-License-Identifier: Apache-2.0
. "${0%/*}/tap.sh"
build=${VICU_BUILD_ROOT:-$top/build}

ids() { sed -n 's/^#define VICU_MSG_[A-Z0-9_]* *"\(.*\)"$/\1/p' "$top/common/messages.h" | sort; }
texts() { sed -n 's/^-- //p' "$1" | sort; }
ids >"$scratch/ids"
texts "$top/data/messages.catalog" >"$scratch/texts"
comm -3 "$scratch/ids" "$scratch/texts" >"$scratch/differ"
[ -s "$scratch/ids" ] || echo "common/messages.h has no ids" >"$scratch/differ"
tap_empty "every message id has a text, and every text an id" "$scratch/differ"
awk '/^-- / { if (name != "" && lines < 2) print name ": no word on what to do"; name = $2; lines = 0; next }
     /^#/ || /^$/ { next } { lines++ } END { if (lines < 2) print name ": no word on what to do" }' \
    "$top/data/messages.catalog" >"$scratch/short"
tap_empty "every text says what it means and what to do" "$scratch/short"

# Prints each line of the daemon's own SETTINGS part that its page does not have.
unwritten() {
    "$1" --manual | grep -v '^$' | while IFS= read -r line; do
        grep -qxF -- "$line" "$2" || echo "${2##*/} lacks: $line (docs/man/update writes it)"
    done
}
for name in hub store rules escalation collector dashboard annunciator portal; do
    program=$build/$name/vicu-$name
    [ "$name" != annunciator ] || program=$build/dashboard/annunciator/vicu-annunciator
    page=$top/docs/man/vicu-$name.1.scd
    if [ ! -x "$program" ] || ! "$program" --manual >"$scratch/manual" 2>/dev/null; then
        tap_skip "every setting of $name is in its manual page" "vicu-$name has no settings in this build"
        continue
    fi
    if [ -f "$page" ]; then
        unwritten "$program" "$page" >"$scratch/unwritten"
    else
        echo "docs/man/vicu-$name.1.scd does not exist" >"$scratch/unwritten"
    fi
    tap_empty "every setting of $name is in its manual page" "$scratch/unwritten"

    # What --settings prints without a file, less its heading, is the example.
    grep -v '^#' "$top/data/settings/$name.conf" >"$scratch/example" 2>/dev/null
    "$program" --settings --root "$scratch/none" | grep -v '^\* = ' | diff - "$scratch/example" >"$scratch/differ"
    "$program" --check --config "$top/data/settings/$name.conf" --root "$scratch/none" 2>>"$scratch/differ"
    tap_empty "the example settings of $name are the standard ones" "$scratch/differ"
done

if command -v scdoc >/dev/null 2>&1; then
    for page in "$top"/docs/man/*.scd; do
        [ -f "$page" ] || continue
        scdoc <"$page" >/dev/null 2>"$scratch/complaint" || { echo "$page:"; cat "$scratch/complaint"; }
    done >"$scratch/pages"
    tap_empty "every manual page can be formatted" "$scratch/pages"
else
    tap_skip "every manual page can be formatted" "scdoc is not installed"
fi
tap_done

#!/bin/sh
# Every verb and every program has help that says how it is called, in every locale.
#
# SPDX-License-Identifier: Apache-2.0
. "${0%/*}/tap.sh"
build=${VICU_BUILD_ROOT:-$top/build}
vicu=$build/tools/vicu
export LC_ALL=C

# check NAME PROGRAM [WORD]...: its help names NAME and holds plain letters only.
check() {
    name=$1
    shift
    "$@" --help >"$scratch/help" 2>"$scratch/error" </dev/null || echo "$name --help: exit status $?"
    awk -v name="$name" '/^Usage:/ { usage = 1; sub(/^Usage: */, "") } usage && /^ *$/ && said != "" { exit }
        usage && NF { sub(/^ */, ""); said = said " / " $0; if (index($0, name) == 1) named = 1 }
        END { if (!named) print name " --help: its usage is" said }' "$scratch/help"
    grep -n '[^ -~]' "$scratch/help" | sed "s/^/$name --help: no plain letters: /"
    grep -n 'OPTION?' "$scratch/help" | sed "s/^/$name --help: /"
    grep -q . "$scratch/error" && sed "s/^/$name --help: on standard error: /" "$scratch/error"
}

if [ -x "$vicu" ]; then
    "$vicu" help | grep -E '^  [a-z]' | cut -c 3-22 | sed 's/ *$//' >"$scratch/verbs"
    # shellcheck disable=SC2086
    while read -r verb; do check "vicu $verb" "$vicu" $verb; done <"$scratch/verbs" >"$scratch/found"
    [ "$(wc -l <"$scratch/verbs")" -ge 40 ] || echo "vicu help lists $(wc -l <"$scratch/verbs") verbs" >>"$scratch/found"
    tap_empty "every verb has help that begins with its name, in the C locale too" "$scratch/found"
else
    tap_skip "every verb has help that begins with its name, in the C locale too" "vicu is not built"
fi
for name in hub store rules collector dashboard portal; do
    program=$build/$name/vicu-$name
    [ ! -x "$program" ] || check "vicu-$name" "$program"
done >"$scratch/found"
tap_empty "every daemon has help that begins with its name, in the C locale too" "$scratch/found"
tap_done

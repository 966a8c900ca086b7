#!/bin/sh
# Runs test programs side by side that wait more than they work, and gives their
# TAP as one; a program that ends badly without a word counts as one more failure.
#
# usage: together.sh SILENCE BREAKS
#
# SPDX-License-Identifier: Apache-2.0
set -u
silence=$1
breaks=$2
scratch=$(mktemp -d)
running=
trap 'for pid in $running; do kill "$pid" 2>/dev/null; done; rm -rf "$scratch"' EXIT
trap 'exit 1' INT TERM
start() { # name, program and words
    name=$1
    shift
    "$@" >"$scratch/$name.tap" 2>"$scratch/$name.err" &
    eval "pid_$name=$!"
    running="$running $!"
}
start breaks "$breaks"
for process in collector hub rules store escalation; do
    start "$process" "$silence" "$process"
done
failed=0
for name in breaks collector hub rules store escalation; do
    eval "wait \$pid_$name"
    echo "$?" >"$scratch/$name.rc"
    [ "$(cat "$scratch/$name.rc")" = 0 ] || { failed=1; sed 's/^/# /' "$scratch/$name.err"; }
done
running=
for name in breaks collector hub rules store escalation; do
    cat "$scratch/$name.tap"
    if [ "$(cat "$scratch/$name.rc")" != 0 ] && ! grep -q '^not ok' "$scratch/$name.tap"; then
        echo "not ok 0 /process/$name ended with status $(cat "$scratch/$name.rc")"
    fi
done | awk '
    /^1\.\.[0-9]/ { next }
    /^Bail out!/ { print "# " $0; next }
    /^(not )?ok [0-9]+/ { n++; sub(/ok [0-9]+/, "ok " n) }
    { print }
    END { print "1.." n + 0 }'
exit "$failed"

#!/bin/sh
# The store's disk fills up and gets space again: on a small tmpfs of its own.
#
# usage: diskfull.sh DRIVER-PROGRAM STORE-PROGRAM
#
# SPDX-License-Identifier: Apache-2.0
set -u
driver=$1 store=$2
scratch=$(mktemp -d)
clean() {
    umount "$scratch/root/store" 2>/dev/null
    rm -rf "$scratch"
}
trap clean EXIT
trap 'exit 1' INT TERM
mkdir -p "$scratch/root/store"
if [ "$(id -u)" != 0 ] || ! mount -t tmpfs -o size=96m tmpfs "$scratch/root/store" 2>"$scratch/why"; then
    echo "1..0 # SKIP a small tmpfs cannot be mounted here: needs root and mounts"
    exit 0
fi
"$driver" "$store" full "dir=$scratch/root" \
    "conf=[space];reserve = 8;recover = 16;[database];head_buffer = 4;wal_limit = 8;" 2>"$scratch/err"
status=$?
[ $status -eq 0 ] || tail -n 20 "$scratch/err" | sed 's/^/# /'
grep -h 'store-' "$scratch/err" | sort | uniq -c | sed 's/^/# /' | head -n 5

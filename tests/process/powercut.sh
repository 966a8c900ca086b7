#!/bin/sh
# Power cuts of the store and of a spool: a small ext4 in a file, told to drop at once what it has
# not made durable; where the kernel cannot, the file is copied as it is, and what reaches it later
# is dropped with it. First the control, a writer as simple as can be: were anything
# lost under it, the cut itself would be dishonest. Then the store: nothing that it
# acknowledged may be lost. Then the store with sync off, which must lose, or the
# test could not fail. A sender's spool goes through the same, by the control's way.
#
# usage: powercut.sh CONTROL-PROGRAM SPOOL-PROGRAM DRIVER-PROGRAM STORE-PROGRAM [CYCLES]
#
# SPDX-License-Identifier: Apache-2.0
set -u
control=$1 spool=$2 driver=$3 store=$4 cycles=${5:-${VICU_NIGHT:+50}}
cycles=${cycles:-10}
scratch=$(mktemp -d)
mount=$scratch/root/store
image=$scratch/image
count=0

clean() {
    umount "$mount" 2>/dev/null
    umount "$scratch/probe" 2>/dev/null
    rm -rf "$scratch"
}
trap clean EXIT
trap 'exit 1' INT TERM

say() { # RESULT TEXT
    count=$((count + 1))
    echo "$1 $count - $2"
}

skip_all() {
    echo "1..0 # SKIP $1"
    exit 0
}

fresh() { # MOUNTPOINT
    mkdir -p "$1" && truncate -s 512M "$image" && mkfs.ext4 -q -F "$image" && mount -o loop "$image" "$1"
}

[ "$(id -u)" = 0 ] || skip_all "power cuts need root for loop mounts"
command -v mkfs.ext4 >/dev/null || skip_all "power cuts need mkfs.ext4"
fresh "$scratch/probe" 2>"$scratch/why" || skip_all "loop mounts are not allowed here: $(head -n 1 "$scratch/why")"
cut="'$control' cut"
"$control" cut "$scratch/probe" || cut="copy_cut"
umount "$scratch/probe"

# What the disk has when nothing more comes: two copies that are the same.
copied="until cp --sparse=always '$image' '$image.cut' && cmp -s '$image' '$image.cut'; do :; done"
copy_cut() {
    eval "$copied"
}
# The disk as it was at the cut.
again="{ [ ! -e '$image.cut' ] || mv '$image.cut' '$image'; }"

# Cuts under PROGRAM as it writes; $good = how often nothing acknowledged was lost.
# The writer stands still before the cut, because the cut races with a sync under
# way, which then says that all is well.
cut_under() { # CYCLES PROGRAM WRITE-VERB
    good=0 i=0
    : >"$scratch/cuts"
    while [ $i -lt "$1" ]; do
        i=$((i + 1))
        fresh "$scratch/probe"
        rm -f "$scratch/acks"
        "$2" "$3" "$scratch/probe/data" "$scratch/acks" &
        writer=$!
        sleep 0.3
        kill -STOP $writer
        "$control" still $writer
        eval "$cut $scratch/probe"
        kill -KILL $writer
        wait $writer 2>/dev/null
        umount "$scratch/probe"
        eval "$again"
        mount -o loop "$image" "$scratch/probe"
        "$2" check "$scratch/probe/data" "$scratch/acks" >>"$scratch/cuts" && good=$((good + 1))
        umount "$scratch/probe"
    done
}

cut_under "$cycles" "$control" write
cat "$scratch/cuts"
if [ $good -eq "$cycles" ]; then say ok "the cut loses nothing that was synced"; else say "not ok" "the cut loses nothing that was synced"; fi
cut_under "$cycles" "$spool" write
cat "$scratch/cuts"
if [ $good -eq "$cycles" ]; then say ok "no cut loses what a spool has synced"; else say "not ok" "no cut loses what a spool has synced"; fi
cut_under 3 "$spool" write-unsynced
cat "$scratch/cuts"
if grep -q 'lost [1-9]' "$scratch/cuts"; then say ok "a spool that does not sync loses"; else say "not ok" "a spool that does not sync loses"; fi

[ "$cut" = copy_cut ] && store_cut=$copied || store_cut="$cut '$mount'"
small='[space];reserve = 8;recover = 8;'
remount="umount '$mount' && $again && mount -o loop '$image' '$mount'"
drive() { # CYCLES SETTINGS
    rm -rf "$scratch/root"
    fresh "$mount"
    "$driver" "$store" power "dir=$scratch/root" "cycles=$1" "cut=$store_cut" "remount=$remount" "conf=$2" >"$scratch/out" 2>"$scratch/err"
    status=$?
    umount "$mount"
    grep '^#' "$scratch/out"
    [ $status -eq 0 ] || { cat "$scratch/out"; tail -n 5 "$scratch/err"; } | sed 's/^/# /'
}

drive "$cycles" "$small"
if [ "$(grep -c '^ok' "$scratch/out")" -eq 3 ]; then say ok "no cut loses what was acknowledged"; else say "not ok" "no cut loses what was acknowledged"; fi

drive 3 "$small[database];sync = false;"
if grep -q '^# cut .* lost [1-9]' "$scratch/out"; then say ok "with sync off the same cuts lose"; else say "not ok" "with sync off the same cuts lose"; fi
echo "1..$count"

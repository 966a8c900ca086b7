#!/bin/sh
# data/packages.txt names a package for everything that meson asks for.
#
# SPDX-License-Identifier: Apache-2.0
. "${0%/*}/tap.sh"
list=$top/data/packages.txt

grep -vE '^(#|(build|run|window|test|night) +[a-z0-9][a-z0-9.+-]+( +[A-Za-z0-9._+ -]+)?$)' "$list" >"$scratch/shape"
tap_empty "every line is a section, a package and what meson calls it" "$scratch/shape"

awk '!/^#/ { print $2 }' "$list" | sort | uniq -d >"$scratch/twice"
tap_empty "no package stands twice" "$scratch/twice"

# Prints what the meson.build files under $1 ask for and the list does not have.
unlisted() {
    # shellcheck disable=SC2046
    (cd "$1" && cat $(files_in . meson.build)) | grep -v '^ *#' \
        | grep -oE "(dependency|find_library|find_program)\('[^']+'" | sed "s/^.*('//; s/'\$//" | sort -u \
        | while read -r name; do
            case $name in m | rt | sh | threads) continue ;; esac
            awk -v name="$name" '!/^#/ { for (i = 3; i <= NF; i++) if ($i == name) found = 1 } END { exit !found }' "$list" \
                || echo "meson asks for $name: which package of data/packages.txt has it?"
        done
}
unlisted "$top" >"$scratch/unlisted"
tap_empty "every dependency of meson has its package" "$scratch/unlisted"
mkdir "$scratch/p"
printf "x = dependency('nowhere-9')\ny = dependency('flac')\n" >"$scratch/p/meson.build"
unlisted "$scratch/p" >"$scratch/planted"
tap_lines "a dependency without package is found" 1 "$scratch/planted"

if command -v apt-cache >/dev/null 2>&1 && apt-cache show libc6 >/dev/null 2>&1; then
    apt-cache pkgnames | sort >"$scratch/names"
    awk '!/^#/ { print $2 }' "$list" | sort | comm -23 - "$scratch/names" >"$scratch/unknown"
    tap_empty "every package exists" "$scratch/unknown"
else
    tap_skip "every package exists" "this system has no Debian package lists"
fi
tap_done

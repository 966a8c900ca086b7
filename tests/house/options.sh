#!/bin/sh
# Meson refuses an option that nothing stands behind.
#
# SPDX-License-Identifier: Apache-2.0
. "${0%/*}/tap.sh"
if command -v meson >/dev/null 2>&1; then
    # It stops before it looks for anything.
    meson setup "$scratch/b" "$top" -Dspeech=enabled >"$scratch/said" 2>&1 \
        && echo "meson takes -Dspeech=enabled" >"$scratch/wrong"
    for name in speech; do
        grep 'ERROR: .* not built yet' "$scratch/said" | grep -q -- "-D$name=enabled" || echo "meson does not say that $name is not built yet"
    done >>"$scratch/wrong"
    tap_empty "what is not built yet cannot be enabled" "$scratch/wrong"
else
    tap_skip "what is not built yet cannot be enabled" "meson is not on the path"
fi
tap_done

#!/bin/sh
# clang-format 14 decides; shell files parse.
#
# SPDX-License-Identifier: Apache-2.0
. "${0%/*}/tap.sh"
if command -v clang-format-14 >/dev/null 2>&1; then
    (cd "$top" && files_in . '*.c' '*.h' | xargs clang-format-14 --dry-run -Werror) 2>&1 | grep ' error: ' >"$scratch/found"
    tap_empty "every C file is formatted" "$scratch/found"
    cp "$top/.clang-format" "$scratch/"
    printf 'int  x ;\n' >"$scratch/bad.c"
    clang-format-14 --dry-run -Werror "$scratch/bad.c" 2>/dev/null && echo found nothing >"$scratch/blind"
    : >>"$scratch/blind"
    tap_empty "an unformatted file is found" "$scratch/blind"
else
    tap_skip "every C file is formatted" "clang-format-14 is not installed"
fi

for file in vicu tests/run .ci/run $(files_in "$top" '*.sh'); do
    sh -n "$top/$file" 2>&1
done >"$scratch/shell"
tap_empty "every shell file parses" "$scratch/shell"
tap_done

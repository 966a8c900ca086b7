#!/bin/sh
# Words and white space that do not belong in the project.
#
# SPDX-License-Identifier: Apache-2.0
. "${0%/*}/tap.sh"
tab=$(printf '\t')
# Written in two halves, so that this file does not find itself.
unfinished='(TO''DO|FIX''ME|XX''X|[sS]t''ub|[pP]lace''holder|[fF]or n''ow|[hH]a''ck)'
elsewhere='(/wo''rk/|/fa''rm/|/tmp/ba''sh_jobs|/home/[a-z])'
text() { files_in "$1" '*.c' '*.h' '*.sh' '*.awk' '*.proto' '*.md' '*.scd' '*.vrules' '*.ui' meson.build meson_options.txt vicu run; }
scan() { (cd "$1" && text . | grep -v "${3:-^\$}" | xargs grep -nE "$2" /dev/null); }

scan "$top" "(^|[^A-Za-z0-9_])$unfinished([^A-Za-z0-9_-]|\$)" >"$scratch/words"
tap_empty "no file speaks of unfinished work" "$scratch/words"
scan "$top" "$elsewhere" >"$scratch/paths"
tap_empty "no file names a path of somebody's machine" "$scratch/paths"
# scdoc wants tabs.
scan "$top" "$tab" '\.scd$' >"$scratch/tabs"
tap_empty "no file has a tab" "$scratch/tabs"
scan "$top" ' $' >"$scratch/blanks"
tap_empty "no line ends in blanks" "$scratch/blanks"
(cd "$top" && text . | while read -r file; do
    [ ! -s "$file" ] || [ -z "$(tail -c 1 "$file")" ] || echo "$file: no line end at its end"
done) >"$scratch/ends"
tap_empty "every file ends in a line end" "$scratch/ends"
(cd "$top" && files_in . '*.c' '*.h' '*.sh' '*.awk' | xargs grep -L 'SPDX-License-Identifier: Apache-2.0') >"$scratch/licence"
tap_empty "every source file names its licence" "$scratch/licence"
(cd "$top" && files_in . '*.c' '*.h' '*.sh' '*.py' | grep -E '\.py$') >"$scratch/python"
tap_empty "there is no Python" "$scratch/python"

mkdir "$scratch/p"
printf 'int x; /* TO''DO */\nint y; /* fine */ \n%sint z;\n' "$tab" >"$scratch/p/a.c"
{
    scan "$scratch/p" "(^|[^A-Za-z0-9_])$unfinished([^A-Za-z0-9_-]|\$)"
    scan "$scratch/p" "$tab"
    scan "$scratch/p" ' $'
} >"$scratch/planted"
tap_lines "what is planted is found" 3 "$scratch/planted"
tap_done

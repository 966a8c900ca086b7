#!/bin/sh
# Everything that the station says can be said in each of its languages.
#
# SPDX-License-Identifier: Apache-2.0
. "${0%/*}/tap.sh"
cd "$top" || exit 1

# The list of files is that of the sources.
{
    ls dashboard/*.c dashboard/annunciator/speech.c dashboard/scene/*.c dashboard/ui/*.c
    echo data/po/reports.c
    echo data/po/titles.c
} | sort >"$scratch/files"
sort data/po/POTFILES >"$scratch/listed"
diff "$scratch/listed" "$scratch/files" >"$scratch/wrong"
tap_empty "data/po/POTFILES names every source of the station" "$scratch/wrong"

# Titles of the built-in rules, which the station shows.
for pack in adult-icu paediatric rhythm technical; do
    sed -n 's/^rule [a-z0-9-]* "\([^"]*\)".*/\1/p' "rules/packs/$pack.vrules"
done | sort -u >"$scratch/titles"
sed -n 's/^N_("\(.*\)")$/\1/p' data/po/titles.c | sort -u >"$scratch/listed"
diff "$scratch/listed" "$scratch/titles" >"$scratch/wrong"
tap_empty "data/po/titles.c has the title of every built-in rule" "$scratch/wrong"

if command -v xgettext >/dev/null 2>&1; then
    # shellcheck disable=SC2046
    xgettext --from-code=UTF-8 --keyword=_ --keyword=N_ --no-location \
        --package-name=vICU -o "$scratch/vicu.pot" $(cat data/po/POTFILES) 2>"$scratch/wrong"
    tap_empty "the sources' words can be read" "$scratch/wrong"
    while read -r language; do
        po=data/po/$language.po
        msgfmt -c -o /dev/null "$po" 2>&1 | grep -v 'header field' >"$scratch/wrong"
        msgattrib --untranslated --no-wrap "$po" | sed -n 's/^msgid "\(..*\)"$/not translated: \1/p' >>"$scratch/wrong"
        msgattrib --only-fuzzy --no-wrap "$po" | sed -n 's/^msgid "\(..*\)"$/fuzzy: \1/p' >>"$scratch/wrong"
        tap_empty "$po is whole" "$scratch/wrong"
        msgcmp "$po" "$scratch/vicu.pot" 2>&1 | grep -v 'header field' >"$scratch/wrong"
        tap_empty "$po has every word of the sources" "$scratch/wrong"
    done <data/po/LINGUAS
else
    tap_skip "the catalogues have every word of the sources" "xgettext is not on the path"
fi
tap_done

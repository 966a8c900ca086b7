# Test Anything Protocol for the house tests, which are shell: sourced, not run.
#
# SPDX-License-Identifier: Apache-2.0
set -u
top=${VICU_SOURCE_ROOT:-$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd -P)}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/vicu-house-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
tap_count=0
tap_failed=0

# Every file of the clone whose name matches one of the patterns, relative to $1.
files_in() {
    (
        cd "$1" || exit 1
        shift
        expression="-name $1"
        shift
        for pattern in "$@"; do expression="$expression -o -name $pattern"; done
        set -f
        # shellcheck disable=SC2086
        find . \( -name .git -o -path './build' -o -path './build-*' -o -path ./tests/data -o -path ./data/recordings \) -prune \
            -o -type f \( $expression \) -print | sed 's|^\./||' | sort
    )
}

# tap_empty NAME FILE: passes when FILE is empty; else its lines say what is wrong.
tap_empty() {
    tap_count=$((tap_count + 1))
    if [ -s "$2" ]; then
        tap_failed=$((tap_failed + 1))
        echo "not ok $tap_count - $1"
        sed 's/^/# /' "$2" | head -40
    else
        echo "ok $tap_count - $1"
    fi
}

# tap_lines NAME COUNT FILE: passes when FILE has exactly COUNT lines.
tap_lines() {
    tap_count=$((tap_count + 1))
    if [ "$(wc -l <"$3")" -eq "$2" ]; then
        echo "ok $tap_count - $1"
    else
        tap_failed=$((tap_failed + 1))
        echo "not ok $tap_count - $1"
        echo "# expected $2 lines, found:"
        sed 's/^/# /' "$3" | head -40
    fi
}

tap_skip() {
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1 # SKIP $2"
}

tap_done() {
    echo "1..$tap_count"
    [ "$tap_failed" -eq 0 ]
}

# Reads meson's testlog.json (one test a line) and counts what really ran: each
# line of a TAP program's output, and one for a program without. Prints a line
# for each failure and each skip with its reason, then "N passed, N failed, N
# skipped" with nothing else on the line.
#
# SPDX-License-Identifier: Apache-2.0
function text(key,   at, rest, out, c) {
    at = index($0, "\"" key "\": \"")
    if (!at) {
        return ""
    }
    rest = substr($0, at + length(key) + 5)
    # A JSON string ends at the first quote that no backslash stands before.
    if (match(rest, /^([^"\\]|\\.)*/)) {
        return substr(rest, 1, RLENGTH)
    }
    return ""
}

{
    name = text("name")
    result = text("result")
    lines = split(text("stdout"), line, "\\\\n")
    seen = bad = 0
    why = ""
    for (i = 1; i <= lines; i++) {
        if (line[i] ~ /^ok [0-9]+.*# SKIP/) {
            seen++
            skipped++
            print "skipped: " name ": " substr(line[i], 4)
        } else if (line[i] ~ /^ok [0-9]+/) {
            seen++
            passed++
        } else if (line[i] ~ /^not ok [0-9]+/) {
            seen++
            bad++
            failed++
            print "failed: " name ": " substr(line[i], 8)
        } else if (line[i] ~ /^Bail out!/) {
            why = substr(line[i], 10)
        }
    }
    good = result == "OK" || result == "EXPECTEDFAIL"
    if (result == "SKIP" && !seen) {
        skipped++
        print "skipped: " name ": it says why in the log"
    } else if (result != "SKIP" && !good && !bad) {
        # It crashed, ran out of time, or did not do all it had planned.
        failed++
        print "failed: " name ": " result why
    } else if (good && !seen) {
        passed++
    }
}

END {
    if (extra != "") {
        failed++
        print "failed: " extra
    }
    printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
    exit failed > 0
}

# Reads the #include lines of the files given (paths from the top) and prints
# one line per line that the table of rooms and doors does not allow.
#
# SPDX-License-Identifier: Apache-2.0
BEGIN {
    # A foreign library and the files it may come in through.
    door["zmq"] = "^common/(socket-inner\\.h|auth\\.c)$"
    door["rocksdb/"] = "^store/db-internal\\.h$"
    door["protobuf-c/"] = "^common/wire\\.[ch]$"
    door["json-glib/"] = "^(common/json\\.c|dashboard/model/simulated\\.c|dashboard/holo/(calibration|bridge)\\.c|portal/.*)$"
    door["FLAC/"] = "^common/flac\\.c$"
    door["edflib"] = "^tests/"
    door["gtk/"] = "^dashboard/(ui/.*|main\\.c)$"
    door["gdk/"] = "^dashboard/(ui/.*|main\\.c)$"
    door["gsk/"] = "^dashboard/(ui/.*|main\\.c)$"
    door["adwaita"] = "^dashboard/(ui/.*|main\\.c)$"
    door["X11/"] = "^dashboard/ui/screen\\.c$"
    door["epoxy/"] = "^dashboard/(gl|holo|xr)/"
    door["openxr/"] = "^dashboard/xr/"
    door["cglm/"] = "^dashboard/(gl|holo)/"
    door["EGL/"] = "^dashboard/gl/context\\.c$"
    door["sodium"] = "^(common/(seal|auth|password|statement)\\.c|tools/verifier/[a-z]+\\.c)$"
    door["cairo"] = "^(dashboard/scene/.*|portal/pdf\\.c)$"
    door["pango/"] = "^(dashboard/scene/.*|portal/pdf\\.c)$"
    door["libintl"] = "^(dashboard/scene/words|portal/quality/say)\\.c$"
    door["libsoup/"] = "^(portal/|dashboard/twin/(serve\\.c|pages\\.[ch])$)"
    door["gnutls/"] = "^portal/certificate\\.c$"
    door["curl/"] = "^escalation/channels/"
    door["pipewire/"] = "^dashboard/annunciator/"
    door["spa/"] = "^dashboard/annunciator/"
    door["immintrin"] = "^(common/codec|dashboard/gl)/"
    door["emmintrin"] = "^(common/codec|dashboard/gl)/"
    door["arm_neon"] = "^(common/codec|dashboard/gl)/"

    # What a layer of the dashboard may reach into; a layer not named may reach all.
    layer["model"] = "^dashboard/model/"
    layer["scene"] = "^dashboard/(scene|model)/"
    layer["gl"] = "^dashboard/(gl|holo|scene|model)/"
    layer["holo"] = "^dashboard/(gl|holo|scene|model)/"
    layer["xr"] = "^dashboard/(xr|gl|holo|scene|model)/"

    # Pure code has no clock, socket, file or main loop of its own.
    pure = "^(common/(codec/.*|(link-(receiver|sender|wire)|live-(receiver|sender)|state-(owner|subscriber)" \
        "|relay|watch|heartbeat|feed-(memory|reader))[a-z-]*)|rules/(engine|language|rhythm|scores)/.*" \
        "|escalation/ladder|dashboard/(model|scene)/.*)\\.[ch]$"
    rooms = "^(collector|hub|store|rules|escalation|dashboard|portal|tools)$"
}

function wrong(text) {
    printf "%s:%d: %s\n", FILENAME, FNR, text
}

function foreign(target,   name) {
    for (name in door) {
        if (index(target, name) == 1 && FILENAME !~ door[name] && FILENAME !~ /^tests\//) {
            wrong("<" target "> comes in through " door[name] " only")
        }
    }
    if (FILENAME ~ pure && target ~ /^(sys\/socket|unistd|fcntl|poll|sys\/epoll|gio\/)/) {
        wrong("<" target "> in pure code: time and input come as arguments")
    }
}

function own(target,   parts, to, from, mine) {
    if (split(target, parts, "/") < 2) {
        wrong("\"" target "\" is not rooted at the top: say which room it is in")
        return
    }
    to = parts[1]
    split(FILENAME, mine, "/")
    from = mine[1]
    if (to !~ rooms && to !~ /^(common|proto|tests)$/) {
        wrong("\"" target "\" names no room")
    } else if (to == "tests" && from != "tests") {
        wrong("product code includes test code \"" target "\"")
    } else if (from == "proto" && to != "proto") {
        wrong("proto includes nothing but proto, not \"" target "\"")
    } else if (from == "common" && to !~ /^(common|proto)$/) {
        wrong("common includes nothing but common and proto, not \"" target "\"")
    } else if (from ~ rooms && to ~ rooms && from != to) {
        wrong("room " from " includes room " to ": they meet on the wire only")
    } else if (from == "tests" && mine[2] ~ rooms && to ~ rooms && to != mine[2]) {
        wrong("a unit test of " mine[2] " includes room " to)
    } else if (FILENAME ~ /^tools\/verifier\// && target !~ /^tools\/verifier\//) {
        wrong("the verifier shares no code with what it verifies, not \"" target "\"")
    } else if (from == "dashboard" && (mine[2] in layer) && to == "dashboard" && target !~ layer[mine[2]]) {
        wrong("dashboard/" mine[2] " may include " layer[mine[2]] " only, not \"" target "\"")
    }
}

/^[ \t]*#[ \t]*include[ \t]*</ {
    target = $0
    sub(/^[^<]*</, "", target)
    sub(/>.*$/, "", target)
    foreign(target)
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
    target = $0
    sub(/^[^"]*"/, "", target)
    sub(/".*$/, "", target)
    own(target)
}

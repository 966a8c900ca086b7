#!/bin/sh
# The #include lines against the table of rooms and doors.
#
# SPDX-License-Identifier: Apache-2.0
. "${0%/*}/tap.sh"
check() { (cd "$1" && files_in . '*.c' '*.h' | xargs awk -f "$top/tests/house/includes.awk"); }

check "$top" >"$scratch/found"
tap_empty "every include line is allowed" "$scratch/found"

# The check itself: one planted line of each kind is found, the allowed ones are not.
mkdir -p "$scratch/p/store" "$scratch/p/hub" "$scratch/p/common/codec" "$scratch/p/dashboard/model" "$scratch/p/tests/hub"
cat >"$scratch/p/store/head.c" <<'END'
#include "store/db.h"
#include "common/link.h"
#include "proto/batch.pb-c.h"
#include <glib.h>
#include "hub/hub.h"
#include "db.h"
#include <rocksdb/c.h>
#include <immintrin.h>
END
printf '#include <zmq.h>\n#include "tests/fixture.h"\n' >"$scratch/p/hub/hub.c"
printf '#include <zmq.h>\n' >"$scratch/p/common/socket-inner.h"
printf '#include <unistd.h>\n#include "store/db.h"\n' >"$scratch/p/common/link-sender.c"
printf '#include <immintrin.h>\n#include <arm_neon.h>\n' >"$scratch/p/common/codec/kernels.c"
printf '#include <unistd.h>\n' >"$scratch/p/common/codec/block.c"
printf '#include "dashboard/scene/scene.h"\n#include "dashboard/model/bed.h"\n' >"$scratch/p/dashboard/model/ward.c"
printf '#include "hub/hub.h"\n#include "store/db.h"\n' >"$scratch/p/tests/hub/test-hub.c"
mkdir -p "$scratch/p/tools/verifier"
printf '#include <sodium.h>\n#include "tools/verifier/tree.h"\n#include "common/merkle.h"\n' >"$scratch/p/tools/verifier/tree.c"
check "$scratch/p" >"$scratch/planted"
tap_lines "a planted line of each kind is found, and nothing else" 12 "$scratch/planted"
tap_done

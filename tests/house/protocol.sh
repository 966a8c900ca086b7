#!/bin/sh
# docs/protocol.md has a line for every message of the contract.
#
# SPDX-License-Identifier: Apache-2.0
. "${0%/*}/tap.sh"

# Prints each message of the .proto files under $1 that no line or paragraph of $2 begins with:
# as **Name**, as **Name.**, or as **KIND** (`Name`).
unnamed() {
    sed -n 's/^ *message  *\([A-Za-z0-9]*\).*/\1/p' "$1"/*.proto | sort | while read -r name; do
        grep -qE "^ *(\* )?\*\*($name\.?\*\*|[A-Z_]+\*\* \(\`$name\`\))" "$2" \
            || echo "docs/protocol.md has no line that begins with **$name**"
    done
}
unnamed "$top/proto" "$top/docs/protocol.md" >"$scratch/unnamed"
tap_empty "every message has its line in docs/protocol.md" "$scratch/unnamed"

mkdir "$scratch/p"
printf 'message Told { bool a = 1; }\nmessage Alone {\n}\nmessage Aside { bool a = 1; }\nmessage Absent {\n}\n' >"$scratch/p/a.proto"
printf '**Told.** what it says\n* **ALONE** (`Alone`): nothing.\n* **Other** and **Aside**: two in a line.\n' >"$scratch/protocol.md"
unnamed "$scratch/p" "$scratch/protocol.md" >"$scratch/planted"
tap_lines "a message that is absent or only mentioned is found" 2 "$scratch/planted"
tap_done

/* What Looking Glass Bridge may answer: any bytes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/holo/bridge.h"
#include "tests/fuzz/fuzz-target.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char token[DASH_BRIDGE_TOKEN_MAX];
    DashBridgePanel panels[DASH_BRIDGE_PANELS_MAX];
    g_autofree char *body = dash_bridge_body("fuzz", (const char *)data, size, NULL);

    if (body == NULL)
        return 0;
    if (dash_bridge_take_token(body, token, NULL))
        g_assert(strlen(token) > 0);
    dash_bridge_is_done("fuzz", body, NULL);
    int n = dash_bridge_take_panels(body, panels, NULL);
    g_assert(n >= -1 && n <= DASH_BRIDGE_PANELS_MAX);
    dash_bridge_panels_clear(panels, n);
    return 0;
}

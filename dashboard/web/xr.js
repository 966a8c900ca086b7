// The same ward in a headset, where the browser has WebXR. The page's own painter draws each eye.
// SPDX-License-Identifier: Apache-2.0
import { multiply, place } from "./space.js";

const AHEAD = 1.6, HEIGHT = 1.35, WIDE = 2.4, LARGEST = 0.4; // metres

export async function offers(kind) {
  try { return Boolean(navigator.xr) && await navigator.xr.isSessionSupported(kind); } catch { return false; }
}

// The bed that a ray of the ward's own space points at; "" = none within a hand's breadth.
export function pointed(beds, from, way) {
  const length = Math.hypot(...way);
  let best = "", least = 0.5;
  for (const bed of beds) {
    const to = bed.at.map((x, i) => x - from[i]), along = to.reduce((sum, x, i) => sum + x * way[i] / length, 0);
    const aside = Math.hypot(...to.map((x, i) => x - along * way[i] / length));
    if (along > 0 && aside < least) { least = aside; best = bed.id; }
  }
  return best;
}

// @frame(seconds) loads the painter with the moment; @state() gives columns, beds and whether to
// grey; @on: { select(bed), end() }.
export async function enter(kind, painter, frame, state, on) {
  const session = await navigator.xr.requestSession(kind, { optionalFeatures: ["local-floor"] });
  const { gl } = painter;
  await gl.makeXRCompatible();
  await session.updateRenderState({ baseLayer: new XRWebGLLayer(session, gl), depthNear: 0.05, depthFar: 50 });
  let floor = true;
  const space = await session.requestReferenceSpace("local-floor").catch(() => {
    floor = false;
    return session.requestReferenceSpace("local");
  });
  const stand = () => [0, floor ? HEIGHT : 0, -AHEAD, Math.min(LARGEST, WIDE / Math.max(state().columns, 1))];
  const draw = (time, xr) => {
    session.requestAnimationFrame(draw);
    const pose = xr.getViewerPose(space), layer = session.renderState.baseLayer;
    if (!pose) return;
    frame(time / 1000);
    const world = place(...stand());
    gl.bindFramebuffer(gl.FRAMEBUFFER, layer.framebuffer);
    painter.begin(kind === "immersive-ar" ? [0, 0, 0, 0] : [0.027, 0.035, 0.051, 1]);
    for (const view of pose.views) {
      const v = layer.getViewport(view);
      const eye = multiply(view.projectionMatrix, view.transform.inverse.matrix);
      painter.view(multiply(eye, world), [v.x, v.y, v.width, v.height], state().grey);
    }
  };
  session.addEventListener("select", (event) => {
    const pose = event.frame.getPose(event.inputSource.targetRaySpace, space);
    if (!pose) return;
    const m = pose.transform.matrix, [x, y, z, scale] = stand();
    on.select(pointed(state().beds, [(m[12] - x) / scale, (m[13] - y) / scale, (m[14] - z) / scale], [-m[8], -m[9], -m[10]]));
  });
  session.addEventListener("end", () => { gl.bindFramebuffer(gl.FRAMEBUFFER, null); on.end(); });
  session.requestAnimationFrame(draw);
  return session;
}

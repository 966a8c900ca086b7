// The same ward in a headset, where the browser has WebXR. The page's own painter draws each eye.
// SPDX-License-Identifier: Apache-2.0
import { multiply, place } from "./space.js";

const AHEAD = 1.6, HEIGHT = 1.35, WIDE = 2.4, LARGEST = 0.4; // metres

export async function offers(kind) {
  try { return Boolean(navigator.xr) && await navigator.xr.isSessionSupported(kind); } catch { return false; }
}

// @frame(seconds) loads the painter with the moment; @state() gives columns and whether to grey.
export async function enter(kind, painter, frame, state, ended) {
  const session = await navigator.xr.requestSession(kind, { optionalFeatures: ["local-floor"] });
  const { gl } = painter;
  await gl.makeXRCompatible();
  await session.updateRenderState({ baseLayer: new XRWebGLLayer(session, gl), depthNear: 0.05, depthFar: 50 });
  let floor = true;
  const space = await session.requestReferenceSpace("local-floor").catch(() => {
    floor = false;
    return session.requestReferenceSpace("local");
  });
  const draw = (time, xr) => {
    session.requestAnimationFrame(draw);
    const pose = xr.getViewerPose(space), layer = session.renderState.baseLayer;
    if (!pose) return;
    frame(time / 1000);
    const { columns, grey } = state();
    const world = place(0, floor ? HEIGHT : 0, -AHEAD, Math.min(LARGEST, WIDE / Math.max(columns, 1)));
    gl.bindFramebuffer(gl.FRAMEBUFFER, layer.framebuffer);
    painter.begin(kind === "immersive-ar" ? [0, 0, 0, 0] : [0.027, 0.035, 0.051, 1]);
    for (const view of pose.views) {
      const v = layer.getViewport(view);
      const eye = multiply(view.projectionMatrix, view.transform.inverse.matrix);
      painter.view(multiply(eye, world), [v.x, v.y, v.width, v.height], grey);
    }
  };
  session.addEventListener("end", () => { gl.bindFramebuffer(gl.FRAMEBUFFER, null); ended(); });
  session.requestAnimationFrame(draw);
  return session;
}

// Matrices of four by four, column after column, as WebGL takes them.
// SPDX-License-Identifier: Apache-2.0
export function multiply(a, b) {
  const out = new Float32Array(16);
  for (let c = 0; c < 4; c++)
    for (let r = 0; r < 4; r++)
      for (let k = 0; k < 4; k++) out[4 * c + r] += a[4 * k + r] * b[4 * c + k];
  return out;
}

export function perspective(fovY, aspect, near, far) {
  const f = 1 / Math.tan(fovY / 2);
  return new Float32Array([f / aspect, 0, 0, 0, 0, f, 0, 0,
    0, 0, (far + near) / (near - far), -1, 0, 0, 2 * far * near / (near - far), 0]);
}

export function place(x, y, z, scale) {
  return new Float32Array([scale, 0, 0, 0, 0, scale, 0, 0, 0, 0, scale, 0, x, y, z, 1]);
}

// From a point at @distance of @target, turned about it.
export function orbit(target, distance, yaw, pitch) {
  const cy = Math.cos(yaw), sy = Math.sin(yaw), cp = Math.cos(pitch), sp = Math.sin(pitch);
  const turn = new Float32Array([cy, sp * sy, -cp * sy, 0, 0, cp, sp, 0, sy, -sp * cy, cp * cy, 0, 0, 0, 0, 1]);
  return multiply(multiply(place(0, 0, -distance, 1), turn), place(-target[0], -target[1], -target[2], 1));
}

// Where a point of the scene is seen: x, y of -1..1, and its depth.
export function project(matrix, p) {
  const out = [0, 0, 0, 0];
  for (let r = 0; r < 4; r++)
    out[r] = matrix[r] * p[0] + matrix[4 + r] * p[1] + matrix[8 + r] * p[2] + matrix[12 + r];
  return [out[0] / out[3], out[1] / out[3], out[2] / out[3]];
}

// Paints solids, waves and letters with WebGL 2. One painter for a window and for each eye.
// SPDX-License-Identifier: Apache-2.0
const SRGB = `
vec3 shown(vec3 c) { return mix(c * 12.92, 1.055 * pow(max(c, 0.0), vec3(1.0 / 2.4)) - 0.055, step(0.0031308, c)); }
uniform float grey;
vec3 faded(vec3 c) { return mix(c, vec3(dot(c, vec3(0.2126, 0.7152, 0.0722))) * 0.55, grey); }`;
const SOLID_V = `#version 300 es
in vec3 position, normal; in vec2 uv; in vec3 at, scale; in vec4 colour; in float kind;
uniform mat4 matrix; out vec3 side; out vec2 where; out vec4 tint; flat out float what;
void main() { side = normal / scale; where = uv; tint = colour; what = kind;
  gl_Position = matrix * vec4(at + position * scale, 1.0); }`;
const SOLID_F = `#version 300 es
precision highp float; in vec3 side; in vec2 where; in vec4 tint; flat in float what;
uniform sampler2D hatch; out vec4 pixel; ${SRGB}
void main() { vec3 c = tint.rgb;
  if (mod(what, 4.0) >= 2.0) c *= texture(hatch, where).rgb;
  if (mod(what, 2.0) < 1.0) { vec3 n = normalize(side);
    c *= 0.42 + 0.58 * max(dot(n, normalize(vec3(-0.35, 0.55, 0.75))), 0.0); }
  pixel = vec4(shown(faded(c * tint.a)), 1.0); }`;
const FACE_V = `#version 300 es
in vec3 position; in vec2 uv; uniform mat4 matrix; out vec2 where;
void main() { where = uv; gl_Position = matrix * vec4(position, 1.0); }`;
const FACE_F = `#version 300 es
precision highp float; in vec2 where; uniform sampler2D letters; out vec4 pixel; uniform float grey;
void main() { vec3 c = texture(letters, where).rgb;
  pixel = vec4(mix(c, vec3(dot(c, vec3(0.3, 0.6, 0.1))) * 0.8, grey), 1.0); }`;
const LINE_V = `#version 300 es
in vec3 position; uniform mat4 matrix; void main() { gl_Position = matrix * vec4(position, 1.0); }`;
const LINE_F = `#version 300 es
precision highp float; uniform vec3 colour; out vec4 pixel; uniform float grey;
void main() { pixel = vec4(mix(colour, vec3(dot(colour, vec3(0.3, 0.6, 0.1))) * 0.6, grey), 1.0); }`;
const PER = 11; // numbers of an instance: at, scale, colour and brightness, kind
const UNLIT = 1, HATCHED = 2;

function program(gl, vertex, fragment, names) {
  const p = gl.createProgram();
  for (const [kind, text] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(p, shader);
  }
  names.forEach((name, i) => gl.bindAttribLocation(p, i, name));
  gl.linkProgram(p);
  if (!gl.getProgramParameter(p, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(p));
  return p;
}

export class Painter {
  constructor(canvas, kit) {
    const gl = canvas.getContext("webgl2", { antialias: true, alpha: true, xrCompatible: true });
    if (!gl) throw new Error("no WebGL 2");
    this.gl = gl;
    this.kit = kit;
    this.solid = program(gl, SOLID_V, SOLID_F, ["position", "normal", "uv", "at", "scale", "colour", "kind"]);
    this.face = program(gl, FACE_V, FACE_F, ["position", "uv"]);
    this.line = program(gl, LINE_V, LINE_F, ["position"]);
    this.instanceBuffer = gl.createBuffer();
    this.meshes = new Map();
    for (const mesh of kit.meshes.values()) this.meshes.set(mesh.name, this.upload(mesh));
    this.hatch = this.texture(kit.images[0], gl.REPEAT);
    this.lettersTexture = gl.createTexture();
    this.faces = { vao: gl.createVertexArray(), buffer: gl.createBuffer(), n: 0 };
    this.lines = { vao: gl.createVertexArray(), buffer: gl.createBuffer() };
    this.attributes(this.faces, [[0, 3, 20, 0], [1, 2, 20, 12]]);
    this.attributes(this.lines, [[0, 3, 12, 0]]);
  }

  attributes(item, list) {
    const gl = this.gl;
    gl.bindVertexArray(item.vao);
    gl.bindBuffer(gl.ARRAY_BUFFER, item.buffer);
    for (const [at, size, stride, offset] of list) {
      gl.enableVertexAttribArray(at);
      gl.vertexAttribPointer(at, size, gl.FLOAT, false, stride, offset);
    }
  }

  texture(image, wrap) {
    const gl = this.gl, t = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, t);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, image);
    gl.generateMipmap(gl.TEXTURE_2D);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, wrap);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, wrap);
    return t;
  }

  upload(mesh) {
    const gl = this.gl, n = mesh.position.length / 3, vao = gl.createVertexArray();
    gl.bindVertexArray(vao);
    [[mesh.position, 3], [mesh.normal || new Float32Array(3 * n), 3], [mesh.uv || new Float32Array(2 * n), 2]]
      .forEach(([data, size], i) => {
        gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
        gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
        gl.enableVertexAttribArray(i);
        gl.vertexAttribPointer(i, size, gl.FLOAT, false, 0, 0);
      });
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, mesh.index, gl.STATIC_DRAW);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.instanceBuffer);
    [[3, 3, 0], [4, 3, 3], [5, 4, 6], [6, 1, 10]].forEach(([at, size, offset]) => {
      gl.enableVertexAttribArray(at);
      gl.vertexAttribPointer(at, size, gl.FLOAT, false, 4 * PER, 4 * offset);
      gl.vertexAttribDivisor(at, 1);
    });
    return { vao, n: mesh.index.length };
  }

  // The state of a moment, for any number of views.
  load(instances, faces, lines, letters) {
    const gl = this.gl;
    this.solids = [];
    for (const [name, list] of instances) {
      const data = new Float32Array(PER * list.length);
      list.forEach((one, i) => {
        const m = this.kit.materials.get(one.stuff);
        data.set([...one.at, ...one.scale, ...m.colour, one.bright, (m.unlit ? UNLIT : 0) + (m.texture >= 0 ? HATCHED : 0)], PER * i);
      });
      if (this.meshes.has(name)) this.solids.push({ mesh: this.meshes.get(name), data, n: list.length });
    }
    this.strips = lines;
    const quads = new Float32Array(faces.flatMap(({ box: [x0, y0, x1, y1, z], part: [u0, v0, u1, v1] }) => [
      x0, y0, z, u0, v1, x1, y0, z, u1, v1, x1, y1, z, u1, v0, x0, y0, z, u0, v1, x1, y1, z, u1, v0, x0, y1, z, u0, v0]));
    this.faces.n = quads.length / 5;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.faces.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, quads, gl.DYNAMIC_DRAW);
    if (letters.changed) {
      gl.bindTexture(gl.TEXTURE_2D, this.lettersTexture);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, letters.canvas);
      gl.generateMipmap(gl.TEXTURE_2D);
      letters.changed = false;
    }
  }

  begin(clear) {
    const gl = this.gl;
    if (clear) gl.clearColor(...clear);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.enable(gl.DEPTH_TEST);
    gl.enable(gl.CULL_FACE);
  }

  use(p, matrix, grey) {
    const gl = this.gl;
    gl.useProgram(p);
    gl.uniformMatrix4fv(gl.getUniformLocation(p, "matrix"), false, matrix);
    gl.uniform1f(gl.getUniformLocation(p, "grey"), grey ? 1 : 0);
  }

  // One view; @viewport [x, y, w, h].
  view(matrix, viewport, grey) {
    const gl = this.gl;
    gl.viewport(...viewport);
    this.use(this.solid, matrix, grey);
    gl.bindTexture(gl.TEXTURE_2D, this.hatch);
    for (const { mesh, data, n } of this.solids) {
      gl.bindVertexArray(mesh.vao);
      gl.bindBuffer(gl.ARRAY_BUFFER, this.instanceBuffer);
      gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
      gl.drawElementsInstanced(gl.TRIANGLES, mesh.n, gl.UNSIGNED_SHORT, 0, n);
    }
    this.use(this.face, matrix, grey);
    gl.bindTexture(gl.TEXTURE_2D, this.lettersTexture);
    gl.bindVertexArray(this.faces.vao);
    gl.drawArrays(gl.TRIANGLES, 0, this.faces.n);
    this.use(this.line, matrix, grey);
    gl.bindVertexArray(this.lines.vao);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.lines.buffer);
    for (const { points, colour } of this.strips) {
      gl.uniform3fv(gl.getUniformLocation(this.line, "colour"), colour);
      gl.bufferData(gl.ARRAY_BUFFER, points, gl.DYNAMIC_DRAW);
      gl.drawArrays(gl.LINE_STRIP, 0, points.length / 3);
    }
    gl.bindVertexArray(null);
  }
}

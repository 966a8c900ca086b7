// Reads a .glb: meshes and materials by name, the pictures as bitmaps.
// SPDX-License-Identifier: Apache-2.0
const MAGIC = 0x46546c67, JSON_CHUNK = 0x4e4f534a, BIN_CHUNK = 0x004e4942;
const WIDTH = { SCALAR: 1, VEC2: 2, VEC3: 3 };

function split(buffer) {
  const view = new DataView(buffer);
  if (view.getUint32(0, true) !== MAGIC || view.getUint32(4, true) !== 2 || view.getUint32(8, true) !== buffer.byteLength)
    throw new Error("not a .glb of version 2, or cut short");
  const length = view.getUint32(12, true);
  if (view.getUint32(16, true) !== JSON_CHUNK || view.getUint32(24 + length, true) !== BIN_CHUNK)
    throw new Error("the chunks are not those of a .glb");
  return {
    json: JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 20, length))),
    start: 28 + length,
  };
}

function accessor(file, index) {
  const a = file.json.accessors[index], v = file.json.bufferViews[a.bufferView];
  const Kind = a.componentType === 5126 ? Float32Array : Uint16Array;
  const at = file.start + (v.byteOffset || 0) + (a.byteOffset || 0);
  return new Kind(file.buffer.slice(at, at + a.count * WIDTH[a.type] * Kind.BYTES_PER_ELEMENT));
}

function materialOf(m) {
  const pbr = m.pbrMetallicRoughness;
  return {
    name: m.name, colour: pbr.baseColorFactor.slice(0, 3),
    unlit: Boolean(m.extensions && m.extensions.KHR_materials_unlit),
    texture: pbr.baseColorTexture ? pbr.baseColorTexture.index : -1,
  };
}

export async function read(buffer) {
  const file = { buffer, ...split(buffer) };
  const { json } = file;
  const meshes = new Map();
  for (const mesh of json.meshes) {
    const p = mesh.primitives[0];
    const known = meshes.get(mesh.name);
    if ((known && known.uv) || p.indices === undefined) continue;
    meshes.set(mesh.name, {
      name: mesh.name,
      position: accessor(file, p.attributes.POSITION),
      normal: p.attributes.NORMAL === undefined ? null : accessor(file, p.attributes.NORMAL),
      uv: p.attributes.TEXCOORD_0 === undefined ? null : accessor(file, p.attributes.TEXCOORD_0),
      index: accessor(file, p.indices),
    });
  }
  const images = await Promise.all((json.textures || []).map((t) => {
    const image = json.images[t.source], v = json.bufferViews[image.bufferView];
    const from = file.start + (v.byteOffset || 0);
    return createImageBitmap(new Blob([buffer.slice(from, from + v.byteLength)], { type: image.mimeType }));
  }));
  return { json, meshes, images, materials: new Map(json.materials.map((m) => [m.name, materialOf(m)])) };
}

// Text in the scene: one canvas of cells, of which each label shows its own.
// SPDX-License-Identifier: Apache-2.0
// Of a cell PAD pixels on each side are not shown: seen from afar, where several pixels make one, no
// neighbour's colour comes through.
const PAD = 8, W = 2048, CELL_W = 292, CELL_H = 98, HEAD_H = 112, CHOSEN_H = 240, ACROSS = Math.floor(W / CELL_W);
const FONT = '"DejaVu Sans", "Noto Sans CJK SC", sans-serif';

export class Letters {
  constructor() {
    this.canvas = document.createElement("canvas");
    this.canvas.width = W;
    this.cells = new Map();
    this.resize(16);
  }

  resize(n) {
    const rows = Math.ceil(n / ACROSS), height = HEAD_H + CHOSEN_H + rows * CELL_H;
    if (this.rows >= rows) return;
    this.rows = rows;
    this.canvas.height = height;
    this.draw = this.canvas.getContext("2d");
    this.draw.fillStyle = "#161d27";
    this.draw.fillRect(0, 0, W, height);
    this.cells.clear();
    this.changed = true;
  }

  box(cell) {
    if (cell === "head") return [0, 0, W, HEAD_H];
    if (cell === "chosen") return [0, HEAD_H, W / 2, CHOSEN_H];
    return [cell % ACROSS * CELL_W, HEAD_H + CHOSEN_H + Math.floor(cell / ACROSS) * CELL_H, CELL_W, CELL_H];
  }

  // @lines: [text, size, bold]
  put(cell, lines, ground = "#161d27", ink = "#ffffff") {
    const key = JSON.stringify([lines, ground, ink]);
    if (this.cells.get(cell) === key) return;
    this.cells.set(cell, key);
    const [x, y, w, h] = this.box(cell);
    this.draw.save();
    this.draw.beginPath();
    this.draw.rect(x, y, w, h);
    this.draw.clip();
    this.draw.fillStyle = ground;
    this.draw.fillRect(x, y, w, h);
    this.draw.fillStyle = ink;
    let at = y + Math.floor(Math.max(h - lines.reduce((sum, line) => sum + Math.ceil(line[1] * 1.25), 0), 0) / 2);
    for (const [text, size, bold] of lines) {
      at += Math.ceil(size * 1.25);
      this.draw.font = `${bold ? "bold " : ""}${size}px ${FONT}`;
      this.draw.fillText(text, x + PAD + 8, at - size * 0.25, w - 2 * PAD - 12);
    }
    this.draw.restore();
    this.changed = true;
  }

  // Left, top, right, bottom in 0..1.
  part(cell) {
    const [x, y, w, h] = this.box(cell), height = this.canvas.height, inset = PAD;
    return [(x + inset) / W, (y + inset) / height, (x + w - inset) / W, (y + h - inset) / height];
  }
}

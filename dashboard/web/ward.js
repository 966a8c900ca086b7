// The ward as the page knows it: state by state, and as instances of solids at a moment.
// SPDX-License-Identifier: Apache-2.0
const BREATH = 1, BEAT = 2, SECONDS = 60;

const turn = (x) => x - Math.floor(x);

export class Ward {
  constructor() {
    this.beds = new Map();
    this.ids = [];
    this.waves = [];
    this.ages = new Map();
    this.n = 0;
  }

  // A message of the server: what has changed.
  apply(message) {
    if (message.solids) {
      this.solids = message.solids;
      this.stuffs = message.stuffs;
      this.motion = message.motion;
    }
    for (const id of message.gone || []) this.beds.delete(id);
    if (message.ids) this.ids = message.ids;
    for (const bed of message.beds) {
      const before = this.beds.get(bed.id);
      const minute = (message.t_us / 1e6) % SECONDS / SECONDS;
      bed.phase = before ? before.phase : bed.rates.map((rate) => turn(minute * rate));
      this.beds.set(bed.id, bed);
    }
    this.ids.forEach((id, i) => this.ages.set(id, message.ages_s[i]));
    this.n = message.n;
    this.waves = message.waves;
    this.t_us = message.t_us;
    this.still = message.still;
    this.columns = message.columns;
    this.rows = message.rows;
    this.origin = message.origin;
    this.blind = message.blind;
    this.alarmsKnown = message.alarms_known;
  }

  list() {
    return this.ids.map((id) => this.beds.get(id)).filter(Boolean);
  }

  worst() {
    return this.list().sort((a, b) => b.acuity - a.acuity);
  }

  // Rhythms go on by @seconds.
  move(seconds) {
    for (const bed of this.beds.values())
      bed.phase = bed.phase.map((phase, i) => turn(phase + seconds * bed.rates[i] / SECONDS));
  }

  scaled(bed, piece) {
    const [lift, deep, throb, fade] = this.motion;
    const scale = piece.slice(6, 9);
    if (piece[2] === BREATH) {
      const up = (1 - Math.cos(2 * Math.PI * bed.phase[0])) / 2;
      scale[0] *= 1 + lift * up;
      scale[2] *= 1 + deep * up;
    } else if (piece[2] === BEAT) {
      const beat = Math.exp(-fade * bed.phase[1]);
      scale[0] *= 1 + throb * beat;
      scale[1] *= 1 + throb * beat;
    }
    return scale;
  }

  // Mesh name -> [{at, scale, stuff, bright}]. @flash: alarms flash at @seconds.
  instances(seconds, flash) {
    const out = new Map();
    if (!this.solids) return out;
    for (const bed of this.list()) {
      const hz = bed.alarm && !bed.alarm.answered && flash ? bed.alarm.flash_hz : 0;
      const dark = hz > 0 && turn(seconds * hz) >= 0.5;
      for (const piece of bed.pieces) {
        const name = this.solids[piece[0]], stuff = this.stuffs[piece[1]];
        if (!out.has(name)) out.set(name, []);
        out.get(name).push({
          at: [bed.at[0] + piece[3], bed.at[1] + piece[4], bed.at[2] + piece[5]],
          scale: this.scaled(bed, piece), stuff, bright: dark && stuff.startsWith("alarm ") ? 0.35 : 1,
        });
      }
    }
    return out;
  }
}

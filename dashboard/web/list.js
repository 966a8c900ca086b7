// The ward in words: a table of beds that says what the solids show, for everybody and for readers.
// SPDX-License-Identifier: Apache-2.0
import { say } from "./words.js";

const SHORT = { pulse: "HR", pressure: "SYS", oxygen: "SpO2", breathing: "RR", temperature: "T" };
const UNITS = { "/min": "", "%": "%", "mm[Hg]": " mmHg", Cel: " °C" };

// How long ago, of what is measured seldom.
function since(sign, t_us) {
  return sign.measured ? ` (${ageText(Math.max(0, Math.floor((t_us / 1000 - Date.parse(sign.measured)) / 1000)))})` : "";
}

export function numbers(bed, t_us) {
  return Object.entries(SHORT).map(([name, short]) => {
    const sign = bed.signs[name];
    if (!sign) return `${short} ?`;
    return `${short} ${name === "temperature" ? sign.value.toFixed(1) : Math.round(sign.value)}${UNITS[sign.unit] ?? ""}${sign.questionable ? ` (${say("questionable")})` : ""}${since(sign, t_us)}`;
  }).concat(bed.signs.consciousness ? `ACVPU ${"ACVPU"[bed.signs.consciousness.value]}${since(bed.signs.consciousness, t_us)}` : "ACVPU ?").join("  ");
}

export function ageText(seconds) {
  if (seconds < 0) return say("never");
  return seconds < 60 ? `${seconds} s` : seconds < 3600 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}

export function stateText(bed) {
  if (bed.alarm) return `${bed.alarm.title}${bed.alarm.answered ? ` (${say("answered")})` : ""}`;
  return bed.presence === "present" ? "" : bed.presence_word;
}

const set = (element, text) => { if (element.textContent !== text) element.textContent = text; };

export class List {
  constructor(body, heads, onSelect) {
    this.body = body;
    this.heads = heads;
    this.onSelect = onSelect;
    this.rows = new Map();
  }

  row(id) {
    if (this.rows.has(id)) return this.rows.get(id);
    const row = document.createElement("tr"), cells = [0, 1, 2].map(() => row.appendChild(document.createElement("td")));
    const button = cells[0].appendChild(document.createElement("button"));
    const mark = document.createElement("span"), alarm = document.createElement("span"), values = document.createElement("div");
    cells[1].append(mark, " ", alarm, values);
    button.type = "button";
    button.onclick = () => this.onSelect(id);
    row.dataset.bed = id;
    const made = { row, button, mark, alarm, values, age: cells[2] };
    this.rows.set(id, made);
    return made;
  }

  title() {
    this.heads.replaceChildren(...["bed", "alarm", "age"].map((key) => {
      const head = document.createElement("th");
      head.scope = "col";
      head.textContent = say(key);
      return head;
    }));
  }

  show(ward, selected) {
    const beds = ward.list();
    for (const [id, made] of this.rows)
      if (!ward.beds.has(id)) { made.row.remove(); this.rows.delete(id); }
    beds.forEach((bed, i) => {
      const made = this.row(bed.id), alarm = bed.alarm;
      if (this.body.children[i] !== made.row) this.body.insertBefore(made.row, this.body.children[i] || null);
      set(made.button, bed.patient ? `${bed.label} ${bed.patient}` : bed.label);
      made.button.setAttribute("aria-label", `${say("bed")} ${bed.label}`);
      set(made.mark, alarm ? alarm.mark : "");
      made.mark.className = alarm ? `mark ${alarm.priority}${alarm.answered ? " answered" : ""}` : "";
      set(made.alarm, stateText(bed));
      const shown = bed.presence === "present" || bed.presence === "delayed";
      set(made.values, shown ? numbers(bed, ward.t_us) : say("noData"));
      made.values.className = shown ? "" : "unknown";
      set(made.age, ageText(ward.ages.get(bed.id) ?? -1));
      made.row.setAttribute("aria-selected", String(bed.id === selected));
    });
  }
}

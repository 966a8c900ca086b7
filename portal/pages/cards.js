// Cards: an escalation with its reason, values beside baselines, strip, and answers for a thumb.
"use strict";
const STAGE = { DELIVERED: 3, READ: 4, ACCEPTED: 5, WAY: 6, THERE: 7 };
const NAMES = { 4: "high", 3: "medium", 2: "low", 1: "advisory" };
const details = new Map(), seen = new Set(), open = new Map();

function make(tag, name, text) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  return node;
}
function shape(tag, values) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const key in values) node.setAttribute(key, values[key]);
  return node;
}
function clock(ms) { return new Date(ms).toLocaleTimeString(language === "zh" ? "zh-CN" : "en-GB"); }
function amount(value) { return String(Math.round(value * 100) / 100); }
// UCUM as it is written at a bedside.
function unit(ucum) { return { "mm[Hg]": "mmHg", Cel: "°C", "cm[H2O]": "cmH2O" }[ucum] || ucum; }
function played(origin) { return origin === "recording" || origin === "simulated" || origin === "archive" ? say(origin) + " · " : ""; }
function mark(item) {
  const words = [say(NAMES[item.p] || "advisory")];
  if (item.tech) words.push(say("technical"));
  if (item.origin === "recording" || item.origin === "simulated") words.push(say(item.origin));
  return words.join(" · ");
}

function drawStrip(detail) {
  if (!detail) return make("p", "note", say("stripAsk"));
  const s = detail.strip;
  if (!s) return make("p", "note", say("stripNone", detail.why || say("nothing")));
  const box = make("div"), text = played(s.origin) + say("strip", s.label, amount(s.low), amount(s.high), unit(s.unit));
  const svg = shape("svg", { class: "strip", viewBox: "0 -4 362 108", preserveAspectRatio: "none", role: "img", "aria-label": text });
  const x = (s.at - s.from) * 360 / 6000;
  svg.append(shape("line", { x1: x, x2: x, y1: -4, y2: 104 }));
  for (const points of s.line) svg.append(shape("polyline", { points }));
  box.append(svg, make("p", "note", text));
  return box;
}
function drawInputs(detail) {
  const table = make("table"), head = make("tr");
  for (const word of ["", "value", "usual", "age"]) { const cell = make("th", "", word ? say(word) : ""); cell.scope = "col"; head.append(cell); }
  table.append(head);
  for (const input of detail.inputs) {
    const row = make("tr"), name = make("th", "", input.name);
    name.scope = "row";
    const value = !input.known ? say("missing") : (input.symbol !== undefined ? input.symbol : amount(input.value) + " " + unit(input.unit)) + (input.quality === "invalid" ? " (" + say("invalid") + ")" : "");
    row.append(name, make("td", "value", value), make("td", "", input.baseline === undefined ? "–" : amount(input.baseline)));
    const age = make("td", "age", input.known ? span(hubNow() - input.at) : "–");
    if (input.known) age.dataset.at = input.at;
    row.append(age);
    table.append(row);
  }
  return table;
}
function button(word, name, run) {
  const node = make("button", name, say(word));
  node.type = "button"; node.dataset.act = word;
  node.addEventListener("click", run);
  return node;
}
function choose(id, title, choices, box) {
  const acts = make("div", "acts");
  acts.append(make("p", "wide", say(title)));
  for (const [word, run] of choices) { const b = make("button", "wide", word); b.type = "button"; b.dataset.act = "choice"; b.addEventListener("click", () => { open.delete(id); run(); page.draw(); }); acts.append(b); }
  acts.append(button("back", "wide", () => { open.delete(id); page.draw(); }));
  box.append(acts);
}
function drawActs(id, e, box) {
  const what = open.get(id);
  if (what === "cannot")
    return choose(id, "whyNot", ["busy", "far", "other"].map((w) => [say(w), () => act({ t: "cannot", id, text: WORDS.en[w] })]), box);
  if (what === "handOn")
    return choose(id, "toWhom", [...link.items].filter(([k]) => k[0] === "p").map(([k, p]) => [p.name + " · " + p.role, () => act({ t: "hand-on", id, to: k.slice(2), text: "" })]), box);
  const acts = make("div", "acts");
  if (e.stage < STAGE.ACCEPTED) acts.append(button("accept", "wide go", () => act({ t: "accept", id })));
  if (e.stage < STAGE.WAY) acts.append(button("way", "", () => act({ t: "way", id })));
  if (e.stage < STAGE.THERE) acts.append(button("arrived", "", () => act({ t: "arrived", id })));
  if (e.stage >= STAGE.THERE) acts.append(button("done", "wide go", () => act({ t: "done", id })));
  acts.append(button("handOn", "", () => { open.set(id, "handOn"); page.draw(); }), button("cannot", "", () => { open.set(id, "cannot"); page.draw(); }));
  box.append(acts);
}
function deadline(e) {
  if (e.stage >= STAGE.ACCEPTED) return say(e.stage >= STAGE.THERE ? "isThere" : e.stage >= STAGE.WAY ? "isOnWay" : "accepted");
  if (!e.deadline) return "";
  const left = Math.round((e.deadline - hubNow()) / 1000);
  return left > 0 ? say("answerBy", left) : say("late");
}
function drawCard(id, e) {
  const box = make("article", "card p" + e.p + (e.stage < STAGE.ACCEPTED ? " new" : "")), detail = details.get(e.alarm);
  box.dataset.id = id;
  box.setAttribute("aria-label", mark(e) + ", " + e.bed + ", " + (titleOf(e) || e.text));
  box.append(make("span", "mark", mark(e)), make("h2", "", e.bed), make("p", "reason", (e.title ? titleOf(e) + ": " : "") + e.text));
  const since = make("p", "note", say("began", clock(e.at)) + " · "), age = make("span", "age", span(hubNow() - e.at)), due = make("strong", "due", deadline(e));
  age.dataset.at = e.at; due.dataset.id = id;
  since.append(age); box.append(since, due);
  if (e.alarm) {
    if (detail && detail.inputs.length) box.append(drawInputs(detail));
    box.append(drawStrip(detail));
  }
  drawActs(id, e, box);
  return box;
}

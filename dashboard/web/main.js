// The page: link, ward, painter, list and hands put together.
// SPDX-License-Identifier: Apache-2.0
import { read } from "./glb.js";
import { Letters } from "./letters.js";
import { Link } from "./link.js";
import { List, ageText, numbers, stateText } from "./list.js";
import { Painter } from "./paint.js";
import { multiply, orbit, perspective, project } from "./space.js";
import { Ward } from "./ward.js";
import { nameOf, nextLanguage, say, use } from "./words.js";
import { enter, offers } from "./xr.js";

const PITCH_X = 1, PITCH_Y = 1.25, FIELD = 0.6, WAVE = 0.86;
const INK = { high: "#ffffff", medium: "#1a1400", low: "#04161a", advisory: "#d9e1ea" };
const GROUND = { high: "#e0142c", medium: "#ffd21f", low: "#2fc6dc", advisory: "#30404f" };
const get = (id) => document.getElementById(id);
const key = location.hash.slice(1), canvas = get("view");
const ward = new Ward(), letters = new Letters();
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const eye = { yaw: 0, pitch: 0, distance: 8, target: [0, 0, 0], fitted: false };
let painter = null, session = null, selected = "", link = null, lostFor = 0, before = 0;

// ---- words ----

function speak() {
  get("notice").textContent = say("notice");
  get("language").textContent = nameOf(nextLanguage());
  get("whole").textContent = say("whole");
  get("file").textContent = say("file");
  get("file").href = key ? `ward.glb?key=${key}` : "ward.glb";
  get("vr").textContent = say("vr");
  get("ar").textContent = say("ar");
  get("beds-title").textContent = say("beds");
  get("keys").textContent = painter ? say("keys") : say("nogl");
  canvas.setAttribute("aria-label", say("view"));
  canvas.setAttribute("role", "img");
  list.title();
  showState(link ? link.state : "waiting", lostFor);
}

function showState(state, seconds) {
  document.body.dataset.link = state;
  lostFor = state === "lost" ? seconds : 0;
  const lost = state === "lost" ? say("lost", seconds) : state === "refused" ? say("refused") : "";
  if (get("lost").textContent !== lost) get("lost").textContent = lost;
  get("lost").hidden = !lost;
  const text = state === "lost" || state === "refused" ? say("lostShort") : state === "waiting" ? say("waiting") : say(ward.still ? "still" : "live");
  if (get("link").textContent !== text) get("link").textContent = text;
}

function showWard() {
  const now = new Date(ward.t_us / 1000), worst = ward.worst()[0];
  get("clock").textContent = now.toISOString().slice(0, 19).replace("T", " ") + " UTC";
  get("origin").textContent = ward.origin;
  const blind = [...ward.blind, ...(ward.alarmsKnown ? [] : [say("alarmsUnknown")])].join(" · ");
  if (get("blind").textContent !== blind) get("blind").textContent = blind;
  const text = worst && worst.alarm ? say("worst", `${say("bed")} ${worst.label}: ${worst.alarm.mark} ${stateText(worst)}`) : say(ward.alarmsKnown ? "calm" : "alarmsUnknown");
  if (get("worst").textContent !== text) get("worst").textContent = text;
  list.show(ward, selected);
}

// ---- the scene ----

function headText() {
  if (document.body.dataset.link === "lost") return say("lost", lostFor);
  return `${say("notice")}   ${get("clock").textContent}   ${ward.origin}   ${[...ward.blind].join(" · ")}`;
}

function putLetters() {
  const beds = ward.list(), faces = [], wide = Math.max(ward.columns, 4) / 2, top = ward.rows * PITCH_Y / 2 + 0.08;
  const lost = document.body.dataset.link === "lost";
  letters.resize(beds.length);
  letters.put("head", [[headText(), 46, true]], lost ? "#ffd21f" : "#33294d", lost ? "#1a1400" : "#d6c8ff");
  faces.push({ box: [-wide, top, wide, top + 2 * wide * 96 / 2048, 0], part: letters.part("head") });
  beds.forEach((bed, i) => {
    const priority = bed.alarm ? bed.alarm.priority : "";
    letters.put(i, [[bed.patient ? `${bed.label}  ${bed.patient}` : bed.label, 40, true],
      [bed.alarm ? `${bed.alarm.mark} ${stateText(bed)}` : stateText(bed), 20, false]],
      bed.alarm && !bed.alarm.answered ? GROUND[priority] : "#161d27", bed.alarm && !bed.alarm.answered ? INK[priority] : "#dbe3ec");
    faces.push({ box: [bed.at[0] - 0.4375, bed.at[1] + 0.40625, bed.at[0] + 0.140625, bed.at[1] + 0.578125, bed.at[2] + 0.28125], part: letters.part(i) });
  });
  const bed = ward.beds.get(selected);
  // On a screen the list says it; in a headset a plate above the ward, where it hides no bed.
  if (bed && session) {
    const machine = bed.signs.ventilation ? say(bed.signs.ventilation.value ? "machine" : "own") : `${say("machine")}: ${say("unknown")}`;
    letters.put("chosen", [[`${say("bed")} ${bed.label}  ${bed.alarm ? `${bed.alarm.mark} ${stateText(bed)}` : stateText(bed)}`, 46, true],
      [numbers(bed, ward.t_us), 34, false], [`${machine}   ${say("age")}: ${ageText(ward.ages.get(bed.id) ?? -1)}   ${bed.origin}`, 34, false]]);
    const foot = top + 2 * wide * 96 / 2048 + 0.06;
    faces.push({ box: [-wide / 2, foot, wide / 2, foot + wide * 224 / 1024, 0], part: letters.part("chosen") });
  }
  return faces;
}

function waveLines() {
  const lines = [];
  for (const wave of ward.waves) {
    const bed = ward.beds.get(wave.bed), low = wave.row === 0 ? -0.49 : -0.565;
    if (!bed) continue;
    const colour = [1, 3, 5].map((i) => parseInt(wave.colour.slice(i, i + 2), 16) / 255);
    for (const run of wave.runs) {
      const points = new Float32Array(run.length / 2 * 3);
      for (let i = 0; i < run.length / 2; i++)
        points.set([bed.at[0] - WAVE / 2 + WAVE * run[2 * i] / 1000, bed.at[1] + low + 0.065 * run[2 * i + 1] / 255, bed.at[2] + 0.02], 3 * i);
      lines.push({ points, colour });
    }
  }
  return lines;
}

function load(seconds) {
  const grey = document.body.dataset.link !== "live";
  const passed = Math.min(Math.max(seconds - before, 0), 0.25);
  before = seconds;
  if (!grey && !calm && !ward.still) ward.move(passed);
  painter.load(ward.instances(seconds, !grey && !calm), putLetters(), waveLines(), letters);
}

function fit() {
  const aspect = canvas.clientWidth / Math.max(canvas.clientHeight, 1), tan = Math.tan(FIELD / 2);
  const w = Math.max(ward.columns, 4) * PITCH_X + 0.3, h = ward.rows * PITCH_Y + 0.9;
  eye.target = [0, 0.2, 0];
  eye.distance = Math.max(h / 2 / tan, w / 2 / tan / aspect) + 0.6;
  eye.yaw = eye.pitch = 0;
  eye.fitted = true;
}

export function cameraMatrix() {
  const aspect = canvas.clientWidth / Math.max(canvas.clientHeight, 1);
  return multiply(perspective(FIELD, aspect, 0.1, 200), orbit(eye.target, eye.distance, eye.yaw, eye.pitch));
}

function frame(time) {
  requestAnimationFrame(frame);
  if (!painter || session || !ward.t_us) return;
  const scale = Math.min(devicePixelRatio, 2), w = Math.round(canvas.clientWidth * scale), h = Math.round(canvas.clientHeight * scale);
  if (canvas.width !== w || canvas.height !== h) { canvas.width = w; canvas.height = h; }
  if (!eye.fitted) fit();
  load(time / 1000);
  painter.begin([0.027, 0.035, 0.051, 1]);
  painter.view(cameraMatrix(), [0, 0, w, h], document.body.dataset.link !== "live");
  window.twin.frames++;
}

// ---- hands ----

function select(id) {
  selected = id;
  link.tell("select", id);
  const bed = ward.beds.get(id);
  if (bed) { eye.target = [bed.at[0], bed.at[1] + 0.25, bed.at[2]]; eye.distance = 4.2; eye.fitted = true; }
  if (ward.t_us) list.show(ward, selected);
  const row = document.querySelector("#beds tr[aria-selected=true]");
  if (row) row.scrollIntoView({ block: "nearest" });
}

function whole() { select(""); eye.fitted = false; }

function next(step) {
  const order = ward.worst().map((bed) => bed.id);
  if (order.length) select(order[(order.indexOf(selected) + step + order.length) % order.length]);
}

const acts = {
  ArrowLeft: () => { eye.yaw -= 0.08; }, ArrowRight: () => { eye.yaw += 0.08; },
  ArrowUp: () => { eye.pitch = Math.min(eye.pitch + 0.08, 1.3); }, ArrowDown: () => { eye.pitch = Math.max(eye.pitch - 0.08, -1.3); },
  "+": () => { eye.distance /= 1.15; }, "=": () => { eye.distance /= 1.15; }, "-": () => { eye.distance *= 1.15; },
  n: () => next(1), p: () => next(-1), Escape: whole, l: () => get("language").click(),
};

document.addEventListener("keydown", (event) => {
  const act = acts[event.key] || acts[event.key.toLowerCase()];
  if (!act || event.ctrlKey || event.altKey || event.metaKey || (event.target.tagName === "BUTTON" && event.key.startsWith("Enter"))) return;
  act();
  event.preventDefault();
});

const fingers = new Map();
function nearest(event) {
  const r = canvas.getBoundingClientRect(), matrix = cameraMatrix();
  let best = "", least = 0.1;
  for (const bed of ward.list()) {
    const [x, y] = project(matrix, [bed.at[0], bed.at[1], bed.at[2] + 0.15]);
    const d = Math.hypot((x + 1) / 2 - (event.clientX - r.left) / r.width, (1 - y) / 2 - (event.clientY - r.top) / r.height);
    if (d < least) { least = d; best = bed.id; }
  }
  return best;
}
canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  fingers.set(event.pointerId, { x: event.clientX, y: event.clientY, moved: 0 });
});
canvas.addEventListener("pointermove", (event) => {
  const finger = fingers.get(event.pointerId);
  if (!finger) return;
  const dx = event.clientX - finger.x, dy = event.clientY - finger.y, others = [...fingers.values()].filter((f) => f !== finger);
  finger.moved += Math.abs(dx) + Math.abs(dy);
  if (others.length === 0) {
    eye.yaw += dx * 0.005;
    eye.pitch = Math.max(-1.3, Math.min(1.3, eye.pitch + dy * 0.005));
  } else {
    const far = Math.hypot(finger.x - others[0].x, finger.y - others[0].y), now = Math.hypot(event.clientX - others[0].x, event.clientY - others[0].y);
    if (now > 1) eye.distance = Math.max(0.8, Math.min(150, eye.distance * far / now));
  }
  finger.x = event.clientX;
  finger.y = event.clientY;
});
for (const name of ["pointerup", "pointercancel"])
  canvas.addEventListener(name, (event) => {
    const finger = fingers.get(event.pointerId);
    fingers.delete(event.pointerId);
    if (name === "pointerup" && finger && finger.moved < 6 && ward.t_us) { const id = nearest(event); if (id) select(id); }
  });
canvas.addEventListener("wheel", (event) => {
  eye.distance = Math.max(0.8, Math.min(150, eye.distance * Math.exp(event.deltaY * 0.001)));
  event.preventDefault();
}, { passive: false });
get("whole").onclick = whole;
get("language").onclick = () => { link.tell("speak", use(nextLanguage())); speak(); };

// ---- headsets ----

async function enterXr(kind) {
  session = await enter(kind, painter, load,
    () => ({ columns: ward.columns, grey: document.body.dataset.link !== "live", beds: ward.list() }),
    { select, end: () => { session = null; } });
}

for (const [id, kind] of [["vr", "immersive-vr"], ["ar", "immersive-ar"]]) {
  get(id).onclick = () => enterXr(kind);
}

// ---- begin ----

const list = new List(get("beds"), get("heads"), (id) => select(id === selected ? "" : id));
try {
  painter = new Painter(canvas, await read(await (await fetch("kit.glb")).arrayBuffer()));
} catch (error) {
  console.warn(`vicu twin: ${error.message}`);
}
use(navigator.language.startsWith("zh") ? "zh_CN" : "en");
link = new Link(key, { message(message) { ward.apply(message); showWard(); }, state: showState });
link.tell("speak", document.documentElement.lang === "zh-CN" ? "zh_CN" : "en");
speak();
for (const [id, kind] of [["vr", "immersive-vr"], ["ar", "immersive-ar"]])
  offers(kind).then((yes) => { get(id).hidden = !yes || !painter; });
// For those who test the page, and for the console.
window.twin = { ward, eye, frames: 0, get painter() { return painter; }, get session() { return session; }, select, cameraMatrix };
requestAnimationFrame(frame);

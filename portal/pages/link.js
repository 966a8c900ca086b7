// The WebSocket to the hub: who we are, a beat every 2 s, what came, what is still to be said.
"use strict";
const BEAT_MS = 2000, DARK_MS = 6000, PROOF_MS = 70000, AGAIN_MS = [500, 1000, 2000, 4000];
const link = {
  socket: null, known: false, refused: false, tries: 0, n: 0, ref: 0, heard: performance.now(), opened: 0, skew: 0, bytes: 0,
  proof: 0, proved: performance.now(), items: new Map(), blind: [], me: "", roster: false, waiting: new Map(), receipts: [],
};

function store(name, value) {
  try {
    if (value === undefined) return localStorage.getItem(name);
    if (value === null) localStorage.removeItem(name); else localStorage.setItem(name, value);
  } catch (e) { /* a page that may keep nothing is enrolled until it is closed */ }
  return value === undefined ? null : value;
}
function deviceId() {
  let id = store("device");
  if (!id) {
    id = Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");
    store("device", id);
  }
  return id;
}
// The hub's clock: ages are told by it, not by the phone's.
function hubNow() { return Date.now() + link.skew; }
function silence() { return performance.now() - link.heard; }
function isDark() { return silence() > DARK_MS; }

function put(message) {
  if (!link.socket || link.socket.readyState !== WebSocket.OPEN) return false;
  link.socket.send(JSON.stringify(message));
  return true;
}
// An act is kept until the hub says what became of it, and said again on the next connection.
function act(message) {
  message.ref = ++link.ref;
  link.waiting.set(message.ref, message);
  const went = link.known && put(message);
  page.said(say(went ? (message.t === "help" ? "helping" : "sent") : "kept"));
  return message.ref;
}
function receipt(message) { if (!(link.known && put(message))) link.receipts.push(message); }
function beat() {
  if (link.known && !document.hidden) put({ t: "beat", n: ++link.n, p: link.proof, duty: duty.on });
}
// Test alarms come each minute, from the bed's data to here; nobody sees them.
function takeProof(p) { if (p !== link.proof) link.proved = performance.now(); link.proof = p; }
function isUnproven() { return link.proof > 0 && performance.now() - link.proved > PROOF_MS; }

function take(message) {
  switch (message.t) {
  case "welcome":
    link.known = true; link.tries = 0; link.me = message.me; link.roster = message.roster; link.blind = message.blind;
    link.skew = message.now - Date.now(); link.items.clear(); link.proof = 0;
    for (const m of link.receipts.splice(0)) put(m);
    for (const m of link.waiting.values()) put(m);
    beat(); page.welcome();
    break;
  case "beat":
    link.skew = message.now - Date.now(); link.blind = message.blind; takeProof(message.p);
    if (isUnproven() && !link.blind.includes("proof")) link.blind.push("proof");
    break;
  case "state":
    for (const key of message.gone) { link.items.delete(key); page.gone(key); }
    for (const key in message.set) { const before = link.items.get(key); link.items.set(key, message.set[key]); page.item(key, message.set[key], before); }
    if (message.scope) link.scope = message.scope;
    put({ t: "beat", n: ++link.n, p: link.proof, duty: duty.on });
    page.draw();
    break;
  case "detail": page.detail(message); break;
  case "result": {
    const asked = link.waiting.get(message.ref);
    link.waiting.delete(message.ref);
    page.result(asked, message.ok, message.text);
    break;
  }
  }
}
function connect() {
  const token = store("token") || link.token;
  if (!token || link.refused || (link.socket && link.socket.readyState <= WebSocket.OPEN)) return;
  const socket = link.socket = new WebSocket("wss://" + location.host + "/live");
  link.opened = performance.now();
  socket.onopen = () => socket.send(JSON.stringify({ t: "hello", token, device: deviceId(), phone: matchMedia("(pointer: coarse)").matches }));
  socket.onmessage = (event) => { link.heard = performance.now(); link.bytes += event.data.length; take(JSON.parse(event.data)); page.status(); };
  socket.onclose = (event) => {
    if (socket !== link.socket) return;
    link.known = false;
    if (event.code === 4001) { link.refused = true; page.refused(); return; }
    setTimeout(connect, AGAIN_MS[Math.min(link.tries++, AGAIN_MS.length - 1)]);
    page.status();
  };
}
// A connection that hangs is not waited for: TCP itself would take minutes to say so.
function watch() {
  beat();
  if (link.socket && link.socket.readyState === WebSocket.OPEN && silence() > DARK_MS && performance.now() - link.opened > DARK_MS) {
    const old = link.socket; link.socket = null; link.known = false; old.onclose = null; old.close(); connect();
  }
  page.status();
}

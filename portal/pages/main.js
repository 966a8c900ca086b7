// The page: what is shown, and when. Nothing is shown as calm that is not known.
"use strict";
const $ = (id) => document.getElementById(id);
const page = {
  said(text) { $("said").textContent = text; },
  lacks() {
    const words = [];
    if (!duty.can.wake) words.push("lackWake");
    if (!duty.can.buzz) words.push("lackBuzz");
    if (!duty.can.sound) words.push("lackSound");
    if (!page.keeps) words.push("lackKeep");
    $("lacks").replaceChildren(...words.map((w) => make("li", "", say(w))));
  },
  show() {
    const enrolled = (store("token") || link.token) && !link.refused;
    $("enrol").hidden = Boolean(enrolled);
    $("enrolText").textContent = say(link.refused ? "enrolOver" : "enrolText");
    $("start").hidden = !enrolled || duty.on;
    $("ward").hidden = !enrolled || !duty.on;
    $("who").textContent = link.me ? say("me", link.me) + (link.roster ? "" : " – " + say("noRoster")) : "";
    page.lacks();
  },
  welcome() { page.show(); page.draw(); },
  refused() { store("token", null); link.token = ""; page.show(); page.status(); },
  status() {
    const dark = isDark(), state = $("state"), enrolled = (store("token") || link.token) && !link.refused;
    const words = [say(link.known && !dark ? "connected" : dark || !enrolled ? "offline" : "connecting"), say(duty.on ? "onDuty" : "notOnDuty")];
    const text = words.join(" · ");
    if (state.textContent !== text) state.textContent = text;
    state.className = "state " + (dark || !enrolled ? "off" : link.known ? "" : "wait");
    const blind = $("blind");
    let warning = "";
    if (enrolled && dark) warning = say("dark", Math.floor(silence() / 1000));
    else if (link.known && link.blind.length) warning = say("blind", link.blind.map((b) => say("blind_" + b)).join(", "));
    blind.hidden = !warning;
    if (blind.textContent !== warning) blind.textContent = warning;
    $("ward").classList.toggle("grey", dark);
    page.tellUnknown();
    for (const node of document.querySelectorAll("[data-at]")) node.textContent = span(hubNow() - Number(node.dataset.at));
    for (const node of document.querySelectorAll(".due")) { const e = link.items.get("e " + node.dataset.id); if (e) node.textContent = deadline(e); }
  },
  // "None" is a word about what is known.
  tellUnknown() {
    const gone = !link.known || isDark(), alarms = $("count"), none = $("none");
    const n = $("alarms").childElementCount;
    alarms.textContent = gone || link.blind.includes("rules") ? "– " + say("unknown") : n ? "(" + n + ")" : "– " + say("noAlarms");
    none.textContent = say(gone || link.blind.includes("escalation") ? "noneKnown" : "none");
  },
  item(key, item, before) {
    if (key[0] !== "e") return;
    const id = key.slice(2);
    if (!before || before.target !== item.target) {
      receipt({ t: "got", id, target: item.target });
      if (duty.on) ring(item.p);
    }
    if (item.alarm && !details.has(item.alarm)) { details.set(item.alarm, null); put({ t: "detail", id: item.alarm }); }
    if (item.stage >= STAGE.ACCEPTED && !page.unanswered()) stopRinging();
  },
  gone(key) { if (key[0] === "e") { open.delete(key.slice(2)); if (!page.unanswered()) stopRinging(); } },
  unanswered() { return [...link.items].some(([k, e]) => k[0] === "e" && e.stage < STAGE.ACCEPTED); },
  detail(message) { details.set(message.id, message); page.draw(); },
  result(asked, ok, text) {
    page.said(ok ? (asked && asked.t === "help" ? say("helped", asked.id) : say("sent")) : say("refused", text));
    if (asked && ok && asked.t === "help") $("help").open = false;
  },
  // Read: it is on the screen, in front, with duty on.
  readAll() {
    if (!duty.on || document.hidden) return;
    for (const [key, e] of link.items) {
      if (key[0] !== "e" || seen.has(e.target)) continue;
      seen.add(e.target);
      receipt({ t: "read", id: key.slice(2), target: e.target });
    }
  },
  draw() {
    const cards = [], alarms = [], beds = [];
    for (const [key, item] of link.items) {
      if (key[0] === "e") cards.push([key.slice(2), item]);
      else if (key[0] === "a") alarms.push(item);
      else if (key[0] === "b") beds.push([key.slice(2), item]);
    }
    const focus = document.activeElement && document.activeElement.dataset.act, of = focus && document.activeElement.closest("article");
    cards.sort((a, b) => b[1].p - a[1].p || a[1].began - b[1].began);
    $("cards").replaceChildren(...cards.map(([id, e]) => drawCard(id, e)));
    if (focus && of) { const again = document.querySelector(`article[data-id="${CSS.escape(of.dataset.id)}"] [data-act="${focus}"]`); if (again) again.focus(); }
    $("none").hidden = cards.length > 0;
    alarms.sort((a, b) => b.p - a.p || b.at - a.at);
    $("alarms").replaceChildren(...alarms.map((a) => {
      const li = make("li", "p" + a.p), age = make("span", "age", span(hubNow() - a.at));
      age.dataset.at = a.at;
      li.append(make("span", "mark", mark(a)), " ", make("span", "where", a.bed), " ", (a.title ? titleOf(a) + ": " : "") + a.text + " · ", age);
      if (a.by) li.append(" · " + say("by", a.by));
      return li;
    }));
    beds.sort((a, b) => a[0].localeCompare(b[0], "en", { numeric: true }));
    const list = beds.filter(([, b]) => b.presence !== "discharged").map(([id]) => id).join("\n") + language;
    if (list !== page.bedList) {
      page.bedList = list;
      $("beds").replaceChildren(...beds.filter(([, b]) => b.presence !== "discharged").map(([id]) => {
        const li = make("li"), b = make("button", "", id);
        b.type = "button"; b.dataset.bed = id;
        b.addEventListener("click", () => act({ t: "help", id, text: "" }));
        li.append(b);
        return li;
      }));
    }
    const scope = $("scope"), units = link.scope ? link.scope.units : [];
    scope.hidden = !units.length;
    scope.textContent = units.length ? say("scope", units.join(", "), link.scope.hidden) : "";
    page.readAll(); page.status();
  },
  keeps: false, bedList: "",
};

// A token comes in the fragment of a link, which no server and no log sees; it is taken off at once.
function enrol() {
  const given = location.hash.slice(1);
  if (/^vicu_[A-Za-z0-9_-]{43}$/.test(given)) { store("token", given); link.token = given; link.refused = false; }
  if (location.hash) history.replaceState(null, "", location.pathname);
}
async function keep() {
  if (!("serviceWorker" in navigator)) return;
  try {
    const policy = window.trustedTypes ? trustedTypes.createPolicy("vicu", { createScriptURL: (url) => { if (url !== "/sw.js") throw new TypeError(url); return url; } }) : { createScriptURL: (url) => url };
    await navigator.serviceWorker.register(policy.createScriptURL("/sw.js"));
    await navigator.serviceWorker.ready;
    page.keeps = true;
  } catch (e) { page.keeps = false; }
  page.lacks();
}
speak(store("language") || (navigator.language.startsWith("zh") ? "zh" : "en"));
enrol();
window.addEventListener("hashchange", () => { enrol(); page.show(); connect(); });
$("language").addEventListener("click", () => { speak(language === "zh" ? "en" : "zh"); store("language", language); page.show(); page.draw(); });
$("enrolForm").addEventListener("submit", (event) => { event.preventDefault(); location.hash = $("token").value.trim(); });
$("begin").addEventListener("click", () => { beginDuty(); page.show(); page.draw(); if (page.unanswered()) ring(4); });
$("end").addEventListener("click", () => { endDuty(); page.show(); page.status(); });
window.addEventListener("online", connect);
page.show();
page.status();
connect();
keep();
setInterval(watch, BEAT_MS);
setInterval(() => page.status(), 1000);

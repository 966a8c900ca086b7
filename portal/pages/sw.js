// Keeps the page itself, so that it opens without the hub and can say so. It answers for nothing
// that is alive: alarms, health and metrics always go to the hub.
"use strict";
const KEEP = "vicu-1", PATIENCE_MS = 3000;
const PARTS = ["/", "/page.css", "/words.js", "/link.js", "/duty.js", "/cards.js", "/main.js", "/icon.svg", "/manifest.json"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEEP).then((cache) => cache.addAll(PARTS)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((n) => n !== KEEP).map((n) => caches.delete(n))))
    .then(() => self.clients.claim()));
});
self.addEventListener("fetch", (event) => {
  const path = new URL(event.request.url).pathname;
  if (event.request.method !== "GET" || !PARTS.includes(path)) return;
  // The newest where the hub answers within 3 s; what was kept where it does not.
  const kept = () => caches.match(event.request, { ignoreSearch: true });
  const fresh = fetch(event.request).then((answer) => {
    if (answer.ok) { const copy = answer.clone(); event.waitUntil(caches.open(KEEP).then((cache) => cache.put(event.request, copy))); }
    return answer;
  });
  const late = new Promise((done) => setTimeout(done, PATIENCE_MS)).then(kept).then((answer) => answer || fresh);
  event.respondWith(Promise.race([fresh.catch(kept), late]));
});

// Duty: the screen kept awake, sound and vibration, and the word that the page has gone to the back.
"use strict";
const duty = { on: false, lock: null, audio: null, ringing: 0, can: { wake: "wakeLock" in navigator, buzz: "vibrate" in navigator, sound: "AudioContext" in window } };

async function keepAwake() {
  if (!duty.on || document.hidden || !duty.can.wake || duty.lock) return;
  try {
    duty.lock = await navigator.wakeLock.request("screen");
    duty.lock.addEventListener("release", () => { duty.lock = null; });
  } catch (e) { duty.can.wake = false; page.lacks(); }
}
function beginDuty() {
  duty.on = true;
  if (duty.can.sound && !duty.audio) {
    try { duty.audio = new AudioContext(); duty.audio.resume(); } catch (e) { duty.can.sound = false; }
  }
  keepAwake(); beat();
}
function endDuty() {
  duty.on = false; stopRinging();
  if (duty.lock) duty.lock.release();
  put({ t: "away" });
}
// The pattern of IEC 60601-1-8: ten pulses in two halves for high priority, three for medium.
const PULSES = { 4: [0, .2, .4, .75, .95, 1.45, 1.65, 1.85, 2.2, 2.4], 3: [0, .3, .6] };
const PITCH = { 4: [523, 523, 659, 523, 784], 3: [523, 659, 784] };
function burst(priority) {
  const pulses = PULSES[priority] || [0], pitch = PITCH[priority] || [523];
  if (duty.audio && duty.audio.state === "running") {
    const start = duty.audio.currentTime + .05;
    pulses.forEach((at, i) => {
      const tone = duty.audio.createOscillator(), gain = duty.audio.createGain();
      tone.type = "triangle"; tone.frequency.value = pitch[i % pitch.length];
      gain.gain.setValueAtTime(0, start + at);
      gain.gain.linearRampToValueAtTime(.9, start + at + .02);
      gain.gain.setValueAtTime(.9, start + at + .13);
      gain.gain.linearRampToValueAtTime(0, start + at + .16);
      tone.connect(gain).connect(duty.audio.destination);
      tone.start(start + at); tone.stop(start + at + .2);
    });
  }
  if (duty.can.buzz) navigator.vibrate(priority >= 4 ? [400, 150, 400, 150, 800] : [400, 200, 400]);
}
function ring(priority) {
  stopRinging();
  burst(priority);
  duty.ringing = setInterval(() => burst(priority), priority >= 4 ? 5000 : 10000);
}
function stopRinging() {
  clearInterval(duty.ringing); duty.ringing = 0;
  if (duty.can.buzz) navigator.vibrate(0);
}
// Hidden pages are frozen sooner or later: said at once, not found out by silence.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) put({ t: "away" }); else { keepAwake(); connect(); beat(); page.status(); }
});
window.addEventListener("pagehide", () => put({ t: "away" }));

// The link to the server: newest state in, what was shown out; says when it is lost, and tries again.
// SPDX-License-Identifier: Apache-2.0
// The folder that this page lies in, and what its server asks for.
const folder = location.pathname.replace(/[^/]*$/, "");
const scheme = location.protocol === "https:" ? "wss" : "ws";
const ENDED = 4401; // nobody is signed in any more

export const LOST_MS = 2500, AGAIN_MS = 1000, LOOK_MS = 200;

export class Link {
  // @on: { message(object), state("waiting"|"live"|"lost"|"refused", seconds) }
  constructor(key, on) {
    this.key = key;
    this.on = on;
    this.heard = performance.now();
    this.ever = false;
    this.state = "waiting";
    this.words = new Map();
    this.open();
    setInterval(() => this.look(), LOOK_MS);
  }

  open() {
    const socket = new WebSocket(`${scheme}://${location.host}${folder}live${this.key ? `?key=${this.key}` : ""}`);
    this.socket = socket;
    socket.onmessage = (event) => {
      const message = JSON.parse(event.data);
      this.heard = performance.now();
      this.ever = true;
      this.on.message(message);
      this.say("live");
      socket.send(`seen ${message.n}`);
    };
    socket.onopen = () => { for (const word of this.words.values()) socket.send(word); };
    socket.onclose = (event) => {
      if (event.code === ENDED) location.assign("/sign-in?over=1");
      if (this.ever) this.say("lost");
      setTimeout(() => this.open(), AGAIN_MS);
    };
  }

  // Said now, and again to each new socket.
  tell(verb, word) {
    this.words.set(verb, word ? `${verb} ${word}` : verb);
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(this.words.get(verb));
  }

  say(state) {
    this.state = state;
    this.on.state(state, Math.floor((performance.now() - this.heard) / 1000));
  }

  look() {
    const silent = performance.now() - this.heard;
    if (this.state === "lost" || silent > LOST_MS) this.say(this.ever ? "lost" : "refused");
  }
}

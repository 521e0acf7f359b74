// The line to the server: a WebSocket that comes back by itself, and questions in its place where there is none.
// docs/live.md says what is spoken on it. `heard(events, isSettled)` is called with news that were not heard
// before; until it is settled, some of them may be older than the page.

const FIRST_PAUSE = 250, LONGEST_PAUSE = 15000;
const POLL_EVERY = 20000, SOCKET_AGAIN = 60000;
const SILENCE = 45000, SHORT_SILENCE = 10000, ANSWER_WITHIN = 2000;
const TICK = 2000, SLEPT = 3 * TICK;
const TRIES_BEFORE_POLLING = 3, REMEMBERED = 2000;
const SETTLED_AFTER = 1000;
const SIGNED_OUT = 4401, TOO_MANY = 4430;

export class Line {
  constructor({ since, token, heard, reload, signedOut }) {
    this.since = since;
    this.token = token;
    this.heard = heard;
    this.reload = reload;
    this.signedOut = signedOut;
    this.after = null;
    this.seen = new Set();
    this.failures = 0;
    this.isOver = false;
    this.isSettled = false;
    this.lastTick = Date.now();
  }

  start() {
    this.connect();
    setInterval(() => this.tick(), TICK);
    document.addEventListener("visibilitychange", () => document.hidden || this.wake());
    window.addEventListener("online", () => this.wake());
    window.addEventListener("pageshow", (event) => event.persisted && this.wake());
    window.addEventListener("pagehide", () => this.drop());
  }

  async connect() {
    if (this.isOver || this.connecting || this.socket) return;
    this.connecting = true;
    clearTimeout(this.retry);
    try {
      const pass = await this.ticket();
      if (pass) this.open(pass);
    } catch {
      this.failed();
    } finally {
      this.connecting = false;
    }
  }

  async ticket() {
    const answer = await fetch("/live/ticket", {
      method: "POST",
      body: new URLSearchParams({ csrf_token: this.token }),
      redirect: "manual",
    });
    if (answer.status === 401) return this.end();
    // A token of before the person signed in again: this page cannot send anything, but it can still ask.
    if (answer.status === 400) {
      this.pollOnly();
      return null;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  open({ ticket, url }) {
    const address = new URL(url, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    this.socket = socket;
    this.lastHeard = Date.now();
    socket.onopen = () => socket.send(JSON.stringify({ ticket, after: this.after, since: this.since }));
    socket.onmessage = (event) => {
      if (this.socket === socket) this.understand(JSON.parse(event.data));
    };
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      this.socket = null;
      if (event.code === TOO_MANY) this.pollOnly();
      else this.failed(event.code === SIGNED_OUT && !this.failures);
    };
  }

  understand(message) {
    this.lastHeard = Date.now();
    if ("ready" in message) {
      this.failures = 0;
      clearInterval(this.polling);
      this.polling = null;
    }
    this.take(message);
  }

  take({ ready, ping, events, reload }) {
    if (reload) this.reload();
    if (ready !== undefined) this.settle ??= setTimeout(() => (this.isSettled = true), SETTLED_AFTER);
    const fresh = (events || []).filter(({ id }) => !this.seen.has(id));
    for (const { id } of fresh) this.seen.add(id);
    for (const id of this.seen) {
      if (this.seen.size <= REMEMBERED) break;
      this.seen.delete(id);
    }
    this.after = Math.max(this.after ?? 0, ready ?? 0, ping ?? 0, ...fresh.map(({ id }) => id));
    if (fresh.length) this.heard(fresh, this.isSettled);
  }

  failed(atOnce = false) {
    this.failures += 1;
    if (this.failures >= TRIES_BEFORE_POLLING) this.poll();
    // Everybody was cut off at the same moment, and must not come back at the same moment.
    const pause = Math.min(FIRST_PAUSE * 2 ** (this.failures - 1), LONGEST_PAUSE) * (0.5 + Math.random());
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.connect(), atOnce ? 0 : pause);
  }

  pollOnly() {
    this.poll();
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.connect(), SOCKET_AGAIN);
  }

  poll() {
    if (this.polling || this.isOver) return;
    this.polling = setInterval(() => document.hidden || this.ask(), POLL_EVERY);
    this.ask();
  }

  async ask() {
    const known = this.after === null ? { since: this.since } : { after: this.after };
    try {
      const answer = await fetch(`/live/news?${new URLSearchParams(known)}`, { redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 401) this.end();
      else if (answer.ok) this.take(await answer.json());
    } catch {
      // The next question may fare better.
    }
  }

  tick() {
    const now = Date.now(), slept = now - this.lastTick > SLEPT;
    this.lastTick = now;
    if (slept) this.wake();
    else if (this.socket && now - this.lastHeard > SILENCE) this.again();
  }

  // A machine that slept does not know what became of its connections: whoever does not answer at once is replaced.
  wake() {
    if (this.isOver) return;
    if (this.polling) this.ask();
    if (!this.socket) {
      this.failures = Math.min(this.failures, TRIES_BEFORE_POLLING);
      this.connect();
      return;
    }
    const asked = Date.now(), socket = this.socket;
    if (asked - this.lastHeard < SHORT_SILENCE || socket.readyState !== WebSocket.OPEN) return;
    socket.send('{"ping":true}');
    setTimeout(() => this.socket === socket && this.lastHeard < asked && this.again(), ANSWER_WITHIN);
  }

  again() {
    this.drop();
    this.connect();
  }

  drop() {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    // Chromium complains of a socket that is closed before it is open.
    if (socket.readyState === WebSocket.CONNECTING) socket.addEventListener("open", () => socket.close());
    else socket.close();
  }

  end() {
    this.isOver = true;
    clearInterval(this.polling);
    clearTimeout(this.retry);
    this.drop();
    this.signedOut();
    return null;
  }
}

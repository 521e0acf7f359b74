// What news change on the page that is open: parts of an order's page, rows of a list, cards of the board, a cabinet.
// Everything is asked for anew, with the rights of whoever looks; the news only say of which order.

import { swap } from "./swap.js";

const BETWEEN = 1000, AGAIN = 5000, LONGEST_RELOAD_PAUSE = 3000;

export class Page {
  constructor(frame) {
    this.frame = frame;
    this.arrived = new Set();
    // Cards to be asked for, and those that have gone since the page was last asked for.
    this.stale = new Set();
    this.gone = new Set();
    this.lastRefresh = 0;
    this.behindRows = new Set();
    this.isBehind = false;
    document.addEventListener("focusout", () => setTimeout(() => this.catchUp()));
  }

  // What could not be replaced because somebody was busy there may be free now.
  catchUp() {
    for (const order of this.behindRows) this.refreshRow(order);
    if (this.isBehind) this.refreshSoon();
  }

  // One batch of events; unless it is settled, some may be older than the page.
  hear(events, isSettled) {
    const rows = new Set();
    let page = false;
    for (const { order, kind, board } of events) {
      if (find(`[data-live-order="${order}"]`)) page = true;
      if (kind !== "board" && find("[data-live-own]")) page = true;
      if (find(`[data-live-row][data-order-id="${order}"]`)) rows.add(order);
      if (find("[data-live-board]")) page = this.onBoard(order, board, isSettled) || page;
    }
    for (const order of rows) this.refreshRow(order);
    if (page) this.refreshSoon();
  }

  // True when the board has to be asked for again.
  onBoard(order, board, isSettled) {
    const card = find(`[data-live-card="${order}"]`);
    if (board === "off") {
      this.arrived.delete(order);
      this.stale.delete(order);
      this.gone.add(order);
      if (card && !card.classList.contains("is-gone")) this.markGone(card);
    } else if (card) {
      this.stale.add(order);
    } else if (board === "in" && isSettled) {
      this.arrived.add(order);
    }
    const button = find("[data-live-new]");
    if (button) {
      button.hidden = this.arrived.size === 0;
      button.querySelector("[data-live-count]").textContent = this.arrived.size;
    }
    return this.stale.size > 0;
  }

  markGone(card) {
    card.classList.add("is-gone");
    const words = this.frame.querySelector("[data-live-gone-words]").content.cloneNode(true);
    card.append(words);
    for (const link of card.querySelectorAll(".card-act")) link.remove();
  }

  refreshSoon() {
    clearTimeout(this.timer);
    const wait = Math.max(0, this.lastRefresh + BETWEEN - Date.now());
    this.timer = setTimeout(() => this.refresh(), wait);
  }

  async refresh() {
    if (this.refreshing) {
      this.another = true;
      return;
    }
    this.refreshing = true;
    this.lastRefresh = Date.now();
    const cards = this.stale;
    this.stale = new Set();
    this.gone.clear();
    try {
      const fresh = await ask(location.pathname + location.search);
      if (fresh === null) this.show("gone");
      else this.apply(fresh, cards);
    } catch {
      for (const order of cards) this.stale.add(order);
      this.timer = setTimeout(() => this.refresh(), AGAIN);
    } finally {
      this.refreshing = false;
      if (this.another) this.refreshSoon();
      this.another = false;
    }
  }

  apply(fresh, cards) {
    let isBusy = false;
    for (const part of document.querySelectorAll("[data-live-part]")) {
      if (part.id) isBusy = this.replace(part, fresh.getElementById(part.id)) || isBusy;
    }
    for (const order of cards) {
      const card = find(`[data-live-card="${order}"]`);
      if (card && !this.gone.has(order)) this.replace(card, fresh.querySelector(`[data-live-card="${order}"]`));
    }
    this.isBehind = isBusy;
    this.showStale();
  }

  async refreshRow(order) {
    this.behindRows.delete(order);
    try {
      for (const row of document.querySelectorAll(`[data-live-row][data-order-id="${order}"]`)) {
        const fresh = await ask(row.dataset.rowUrl);
        if (fresh === null) row.classList.add("is-gone");
        else if (this.replace(row, fresh.querySelector("[data-live-row]"))) this.behindRows.add(order);
      }
      this.showStale();
    } catch {
      setTimeout(() => this.refreshRow(order), AGAIN);
    }
  }

  showStale() {
    this.show("stale", this.isBehind || this.behindRows.size > 0);
  }

  // True when the part could not be replaced because somebody is busy with it.
  replace(part, fresh) {
    const before = standing(part);
    const done = swap(part, fresh);
    if (done === "busy") return true;
    if (done !== "same" && standing(done) !== before) this.say(done);
    return false;
  }

  say(part) {
    const name = part.dataset.liveName;
    if (name) this.frame.querySelector("[data-live-says]").textContent = `${name}: ${standing(part)}`;
  }

  show(name, isShown = true) {
    this.frame.querySelector(`[data-live-notice="${name}"]`).hidden = !isShown;
  }

  // Not all at the same moment: whoever is too far behind is so together with everybody else.
  reload() {
    if (this.reloading) return;
    this.reloading = true;
    const fields = [...document.querySelectorAll("main form")];
    if (fields.some((form) => (form.method || "get") === "post")) this.show("stale");
    else setTimeout(() => location.reload(), Math.random() * LONGEST_RELOAD_PAUSE);
  }
}

function find(selector) {
  return document.querySelector(selector);
}

function standing(part) {
  return [...part.querySelectorAll(".status")].map((badge) => badge.textContent.trim()).join(", ");
}

// The document at the address, null when it is not there for this person; throws when nobody can say.
async function ask(address) {
  const answer = await fetch(address, { headers: { "X-Live": "1" }, redirect: "manual" });
  if ([401, 403, 404].includes(answer.status) || answer.type === "opaqueredirect") return null;
  if (!answer.ok) throw new Error(String(answer.status));
  // A row alone would lose its element outside of a table.
  const text = await answer.text();
  const isRow = /^\s*<tr[\s>]/i.test(text);
  return new DOMParser().parseFromString(isRow ? `<table>${text}</table>` : text, "text/html");
}

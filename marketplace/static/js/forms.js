// Shows what is wrong with a field as soon as somebody leaves it, in the words of the server: what has been typed so far
// is posted with X-Check-Form to the form's own address, where the form itself answers and nothing is done. Without
// scripts, without a network or over a limit everything stays as it is: sending is never held up.
import { settle } from "./drafts.js";

const PAUSE = 400;
const REST = 60_000;

class Checker {
  constructor(form) {
    this.form = form;
    this.touched = new Set();
    this.timer = 0;
    this.resting = 0;
    this.news = document.createElement("div");
    this.news.className = "visually-hidden";
    this.news.setAttribute("role", "status");
    form.append(this.news);
    form.addEventListener("change", (event) => this.touch(event.target));
    form.addEventListener("focusout", (event) => this.touch(event.target));
    form.addEventListener("input", (event) => {
      if (this.touched.has(event.target.name)) this.plan(PAUSE * 2);
    });
    // Scripts that change what is typed say so.
    form.addEventListener("retyped", () => this.touched.size && this.plan(PAUSE * 2));
    form.addEventListener("submit", () => this.stop());
  }

  touch(field) {
    if (!field.name || ["hidden", "submit", "button", "file"].includes(field.type)) return;
    this.touched.add(field.name);
    this.plan(PAUSE);
  }

  plan(pause) {
    this.stop();
    this.timer = setTimeout(() => this.ask(), pause);
  }

  stop() {
    clearTimeout(this.timer);
    this.request?.abort();
  }

  async ask() {
    if (Date.now() < this.resting || this.form.getAttribute("aria-busy") === "true") return;
    this.request?.abort();
    this.request = new AbortController();
    const values = [...new FormData(this.form)].filter(([, value]) => typeof value === "string");
    try {
      const answer = await fetch(this.form.getAttribute("action") || location.href, {
        method: "POST",
        body: new URLSearchParams(values),
        headers: { "X-Check-Form": "1", Accept: "application/json" },
        signal: this.request.signal,
      });
      if (!answer.ok) {
        // Too many, or nobody who may ask: the server says so when the form is sent.
        this.resting = Date.now() + REST;
        return;
      }
      this.show((await answer.json()).errors ?? {});
    } catch {
      // The network is away, or a newer question is on its way.
    }
  }

  show(errors) {
    const news = [];
    for (const name of this.touched) {
      const field = fieldOf(this.form, name);
      if (field) news.push(...mark(field, errors[name] ?? []));
    }
    if (news.length) this.news.textContent = news.join(" ");
    this.form.dispatchEvent(new CustomEvent("checked", { detail: { errors, touched: new Set(this.touched) } }));
  }
}

// The parts of a field: its inputs, the box around them, and the id under which the server would draw it.
function fieldOf(form, name) {
  const found = form.elements[name];
  if (!found) return null;
  const inputs = found instanceof RadioNodeList ? [...found] : [found];
  const box = inputs[0].closest(".field");
  if (!box || inputs[0].closest("[data-own-errors]")) return null;
  const isList = box.tagName === "FIELDSET";
  return { inputs, box, id: isList ? box.id : inputs[0].id, described: isList ? box : inputs[0], isList };
}

// Draws the errors as macros/forms.html does; answers the words that are new, for whoever listens.
function mark({ inputs, box, id, described, isList }, words) {
  const errorId = `${id}-error`;
  let note = document.getElementById(errorId);
  const text = words.join("\n");
  if ((note?.innerText ?? "").trim() === text) return [];
  const help = (described.getAttribute("aria-describedby") ?? "").split(/\s+/).filter((one) => one && one !== errorId);
  if (text) {
    if (!note) {
      note = document.createElement("div");
      note.className = "invalid-feedback";
      note.id = errorId;
      box.append(note);
    }
    note.replaceChildren(...words.flatMap((one, place) => (place ? [document.createElement("br"), one] : [one])));
    help.push(errorId);
  } else {
    note?.remove();
  }
  if (help.length) described.setAttribute("aria-describedby", help.join(" "));
  else described.removeAttribute("aria-describedby");
  for (const input of inputs) {
    input.classList.toggle("is-invalid", Boolean(text));
    if (isList) continue;
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
  return text ? [`${labelOf(box)}: ${words.join(" ")}`] : [];
}

function labelOf(box) {
  const label = box.querySelector("legend, label")?.cloneNode(true);
  label?.querySelector(".optional")?.remove();
  return label?.textContent.trim() ?? "";
}

for (const form of document.querySelectorAll("form[method=post][data-check]")) new Checker(form);

// A form that came back: to its first mistake.
document.querySelector("main form [aria-invalid=true], main form fieldset.field:has(.is-invalid) input")?.focus();

settle();

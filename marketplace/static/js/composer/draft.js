// Keeps what somebody writes through a reload or a crash, and offers it the next time. Tokens and hidden fields are not
// part of a draft; the rows of the list are, as they were shown.
import { drop, load, markSent, save } from "../drafts.js";
import { keepable } from "./rows.js";

const PAUSE = 400;
const KEPT = ["customer", "title", "category_id", "description", "deadline", "pricing", "price", "by_agreement"];

export function keepDraft(form, state, { texts, locale, makeRow }) {
  const key = form.dataset.draft;
  const preset = state.rows.map(keepable);
  let timer = 0;
  let isSent = false;

  function values() {
    const data = new FormData(form);
    return Object.fromEntries(KEPT.filter((name) => form.elements[name]).map((name) => [name, data.get(name) ?? ""]));
  }

  function keep() {
    clearTimeout(timer);
    timer = 0;
    if (!isSent) save(key, { at: Date.now(), values: values(), rows: state.rows.map(keepable) });
  }

  function plan() {
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE);
  }

  function restore(draft) {
    for (const name of KEPT) {
      const field = form.elements[name];
      if (!field || typeof draft.values?.[name] !== "string") continue;
      const value = draft.values[name];
      if (field.type === "checkbox") field.checked = value !== "";
      else if (field.tagName !== "SELECT" || [...field.options].some((one) => one.value === value)) field.value = value;
    }
    // Lines that the order has no more, since somebody else changed it, come back as new ones.
    const ids = new Set(preset.map((row) => row.id));
    const rows = (draft.rows ?? []).map((row) => makeRow(ids.has(row.id) ? row : { ...row, ...asNew(row) }));
    const products = new Set(rows.map((row) => row.product_id));
    const added = preset.filter((row) => !row.id && row.product_id && !products.has(row.product_id)).map(makeRow);
    state.rows = [...rows, ...added];
    keep();
  }

  function offer(draft) {
    const time = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(draft.at);
    const box = document.createElement("div");
    box.className = "notice draft-offer";
    box.setAttribute("role", "status");
    const words = document.createElement("p");
    words.textContent = texts.draft.replace("{time}", time);
    const act = (text, style, then) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = `btn btn-sm ${style}`;
      button.textContent = text;
      button.addEventListener("click", () => {
        box.remove();
        then();
        form.elements.title.focus();
      });
      return button;
    };
    const actions = document.createElement("div");
    actions.className = "actions";
    actions.append(
      act(texts.restore, "btn-primary", () => restore(draft)),
      act(texts.discard, "btn-outline-secondary", () => drop(key)),
    );
    box.append(words, actions);
    form.prepend(box);
  }

  const draft = load(key);
  // A form that came back with mistakes holds everything already.
  if ("typed" in form.dataset) keep();
  else if (draft && differs(draft)) offer(draft);

  function differs({ values: kept = {}, rows = [] }) {
    const now = values();
    const isOther = Object.keys(now).some((name) => typeof kept[name] === "string" && kept[name] !== now[name]);
    return isOther || JSON.stringify(rows) !== JSON.stringify(preset);
  }

  form.addEventListener("input", plan);
  form.addEventListener("change", plan);
  form.addEventListener("retyped", plan);
  addEventListener("pagehide", () => timer && keep());
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    keep();
    isSent = true;
    markSent(key);
  });
  addEventListener("pageshow", () => (isSent = false));
}

function asNew(row) {
  if (row.id && row.words === false && !row.product_id) {
    return { id: null, words: true, typed_name: row.name, typed_price: row.price ?? "" };
  }
  return { id: null };
}

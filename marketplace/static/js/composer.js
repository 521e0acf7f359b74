// The composer of an order: takes the list of lines over from the plain form, with a picker of products, sums and order,
// and keeps a draft of the whole form in this browser. What it draws are the inputs of that form: sending stays a post.
import { createApp, h, nextTick, reactive, watch } from "/static/vendor/vue-3.5.45/vue.runtime.esm-browser.prod.js";
import { watchCustomers } from "./composer/customers.js";
import { keepDraft } from "./composer/draft.js";
import { writer } from "./composer/money.js";
import { Picker } from "./composer/picker.js";
import { drawRow, keepable, makeRow, note, rowOfProduct, sumOf } from "./composer/rows.js";

const form = document.querySelector("form.composer");
const place = form.querySelector("[data-composer]");
const told = JSON.parse(place.dataset.told);
const write = writer(document.documentElement.lang, told.currency);
const { texts } = told;
const state = reactive({ rows: told.rows.map(makeRow), errors: told.errors, news: "" });

function focusIn(row, selector) {
  nextTick(() => form.querySelector(`[data-row="${row.key}"] ${selector}`)?.focus());
}

function pick(item) {
  const present = state.rows.find((row) => !row.words && row.product_id === item.id);
  if (present) present.quantity = String((Number(present.quantity) || 0) + 1);
  else if (state.rows.length < told.most) state.rows.push(rowOfProduct(item));
  state.news = texts.added.replace("{name}", item.name);
}

function addWords() {
  const row = makeRow();
  state.rows.push(row);
  focusIn(row, "input[type=text]");
}

const act = {
  move(from, step) {
    const [row] = state.rows.splice(from, 1);
    state.rows.splice(from + step, 0, row);
    state.news = texts.moved.replace("{number}", from + step + 1);
    const isAtEnd = from + step === (step < 0 ? 0 : state.rows.length - 1);
    focusIn(row, `[data-move=${(step < 0) === isAtEnd ? "down" : "up"}]`);
  },
  remove(from) {
    const [row] = state.rows.splice(from, 1);
    state.news = texts.removed.replace("{name}", row.name || row.typed_name);
    const next = state.rows[from] ?? state.rows[from - 1];
    if (next) focusIn(next, "[data-move=remove]");
    else nextTick(() => document.getElementById("picker").focus());
  },
};

const Composer = {
  setup: () => () => {
    const total = state.rows.reduce((sum, row) => sum + (sumOf(row) ?? 0), 0);
    return [
      note("lines-error", state.errors),
      h(Picker, { url: told.search, texts, taken: new Set(state.rows.map((row) => row.product_id)), onPick: pick }),
      state.rows.length
        ? h(
            "ol",
            { class: "line-rows" },
            state.rows.map((row, number) => drawRow(row, number, { texts, count: state.rows.length, write, act })),
          )
        : h("p", { class: "text-secondary" }, texts.empty),
      h("p", { class: "actions" }, [
        h(
          "button",
          { type: "button", class: "btn btn-outline-secondary", disabled: state.rows.length >= told.most, onClick: addWords },
          texts.own,
        ),
      ]),
      state.rows.length
        ? h("p", { class: "line-total" }, [`${texts.total}: `, h("strong", { class: "price" }, write(total))])
        : null,
      h("div", { class: "visually-hidden", role: "status" }, state.news),
    ];
  },
};

place.dataset.ownErrors = "";
createApp(Composer).mount(place);
// The first mistake may have been in what the script has just drawn anew.
if (document.activeElement === document.body) form.querySelector("[aria-invalid=true]")?.focus();

// Errors of rows come under the names that their inputs had when they were sent; only those somebody has been at count.
form.addEventListener("checked", ({ detail }) => {
  if (state.errors.length || [...detail.touched].some((name) => name.startsWith("lines-"))) {
    state.errors = detail.errors.lines ?? [];
  }
  for (const [number, row] of state.rows.entries()) {
    for (const name of ["name", "quantity", "unit_price", "id", "product_id"]) {
      // Nobody types what a row stands for, so there is nothing to wait for.
      if (row.touched[name] || name.endsWith("id")) row.errors[name] = detail.errors[`lines-${number}-${name}`] ?? [];
    }
  }
});

const kept = () => JSON.stringify(state.rows.map(keepable));
watch(kept, () => form.dispatchEvent(new Event("retyped")));
keepDraft(form, state, { texts, locale: document.documentElement.lang, makeRow });
watchCustomers(form);

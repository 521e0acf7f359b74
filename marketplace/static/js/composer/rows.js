// The rows of a list: what they hold, and how one is drawn. Their inputs have the names that the form without scripts has.
import { h } from "/static/vendor/vue-3.5.45/vue.runtime.esm-browser.prod.js";
import { readAmount, readQuantity } from "./money.js";

let keys = 0;

const EMPTY = {
  id: null,
  product_id: null,
  words: true,
  typed_name: "",
  typed_price: "",
  quantity: "1",
  name: "",
  unit: "",
  price: null,
  thumb: null,
  url: null,
  description: "",
};

// A row out of what the server, a draft or the catalogue tells, and nothing else that may stand there.
export function makeRow(told = {}) {
  const errors = { ...told.errors };
  const touched = Object.fromEntries(Object.keys(errors).map((name) => [name, true]));
  const row = { key: ++keys, errors, touched };
  for (const [name, value] of Object.entries(EMPTY)) row[name] = told[name] ?? value;
  return row;
}

export const rowOfProduct = (item) => makeRow({ ...item, id: null, product_id: item.id, words: false });

export function keepable(row) {
  return Object.fromEntries(Object.keys(EMPTY).map((name) => [name, row[name]]));
}

export function sumOf(row) {
  const quantity = readQuantity(row.quantity);
  const price = readAmount(row.words ? row.typed_price : row.price);
  return quantity === null || price === null ? null : quantity * price;
}

export function photo(address) {
  if (!address) return h("span", { class: "line-photo line-photo-none", "aria-hidden": "true" });
  return h("img", { class: "line-photo", src: address, alt: "", width: 56, height: 56, loading: "lazy" });
}

// One field of a row with its label and its errors, marked up as macros/forms.html does.
function field(row, place, name, label, attributes, onInput) {
  const id = `lines-${place}-${name}`;
  const errors = row.errors[name] ?? [];
  return h("div", { class: ["field", `line-${name}`] }, [
    h("label", { class: "form-label", for: id }, label),
    h("input", {
      id,
      name: id,
      type: "text",
      class: ["form-control", { "is-invalid": errors.length }],
      autocomplete: "off",
      "aria-invalid": errors.length ? "true" : null,
      "aria-describedby": errors.length ? `${id}-error` : null,
      onInput: (event) => onInput(event.target.value),
      onChange: () => (row.touched[name] = true),
      onFocusout: () => (row.touched[name] = true),
      ...attributes,
    }),
    note(`${id}-error`, errors),
  ]);
}

export function note(id, errors) {
  return errors.length ? h("div", { class: "invalid-feedback", id }, errors.join(" ")) : null;
}

function hidden(place, name, value) {
  return h("input", { type: "hidden", name: `lines-${place}-${name}`, value: value ?? "" });
}

function button(text, sign, attributes) {
  return h(
    "button",
    { type: "button", class: "btn btn-sm btn-outline-secondary line-button", "aria-label": text, title: text, ...attributes },
    sign,
  );
}

export function drawRow(row, place, { texts, count, write, act }) {
  const number = texts.line.replace("{number}", place + 1);
  const called = row.words ? row.typed_name || number : row.name || texts.gone;
  const sum = sumOf(row);
  const quantity = readQuantity(row.quantity);
  return h("li", { key: row.key, class: ["line-row", { "line-row-words": row.words }], "data-row": row.key }, [
    hidden(place, "id", row.id),
    hidden(place, "product_id", row.product_id),
    row.words ? null : photo(row.thumb),
    h("div", { class: "line-fields" }, [
      row.words
        ? field(row, place, "name", texts.name, { value: row.typed_name, maxlength: 200 }, (value) => (row.typed_name = value))
        : h("div", { class: "line-about" }, [
            h("p", { class: "line-title" }, [
              row.url ? h("a", { href: row.url, target: "_blank", rel: "noopener" }, row.name) : row.name || texts.gone,
              row.price === null
                ? null
                : h("span", { class: "line-price" }, write(readAmount(row.price)) + (row.unit ? ` / ${row.unit}` : "")),
            ]),
            row.description ? h("p", { class: "line-description" }, row.description) : null,
          ]),
      note(`lines-${place}-id-error`, [...(row.errors.id ?? []), ...(row.errors.product_id ?? [])]),
      h("div", { class: "line-numbers" }, [
        field(row, place, "quantity", texts.quantity, { value: row.quantity, inputmode: "numeric" }, (value) => (row.quantity = value)),
        h("div", { class: "line-steps" }, [
          button(`${texts.fewer}: ${called}`, "−", {
            disabled: quantity === null || quantity < 2,
            onClick: () => (row.quantity = String(quantity - 1)),
          }),
          button(`${texts.one_more}: ${called}`, "+", { onClick: () => (row.quantity = String((quantity ?? 0) + 1)) }),
        ]),
        row.words
          ? field(row, place, "unit_price", texts.price, { value: row.typed_price, inputmode: "decimal" }, (value) => (row.typed_price = value))
          : null,
        h("span", { class: "line-sum price" }, sum === null ? "" : write(sum)),
      ]),
    ]),
    h("div", { class: "line-moves" }, [
      button(`${texts.up}: ${called}`, "↑", { disabled: place === 0, "data-move": "up", onClick: () => act.move(place, -1) }),
      button(`${texts.down}: ${called}`, "↓", {
        disabled: place === count - 1,
        "data-move": "down",
        onClick: () => act.move(place, 1),
      }),
      button(`${texts.remove}: ${called}`, "×", { "data-move": "remove", onClick: () => act.remove(place) }),
    ]),
  ]);
}

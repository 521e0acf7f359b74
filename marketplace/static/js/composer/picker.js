// A combobox over the catalogue: type, choose with the arrows and Enter or with a click. Asks at a pause in the typing.
import { h, nextTick, onBeforeUnmount, reactive, ref } from "/static/vendor/vue-3.5.45/vue.runtime.esm-browser.prod.js";
import { photo } from "./rows.js";

const PAUSE = 200;
const MOST = 12;

export const Picker = {
  props: { url: String, texts: Object, taken: Set },
  emits: ["pick"],
  setup(props, { emit }) {
    const state = reactive({ words: "", items: [], isOpen: false, active: -1, note: "" });
    const input = ref(null);
    let timer = 0;
    let request = null;

    function plan(pause = PAUSE) {
      clearTimeout(timer);
      timer = setTimeout(ask, pause);
    }

    async function ask() {
      request?.abort();
      request = new AbortController();
      const address = new URL(props.url, location.href);
      address.search = new URLSearchParams({ q: state.words, limit: MOST });
      try {
        const answer = await fetch(address, { headers: { Accept: "application/json" }, signal: request.signal });
        if (!answer.ok) throw new Error(answer.status);
        const { items } = await answer.json();
        const chosen = state.items[state.active]?.id;
        state.items = items;
        state.note = state.items.length ? props.texts.found.replace("{count}", state.items.length) : props.texts.nothing;
        state.active = items.findIndex((item) => item.id === chosen);
        state.isOpen = true;
      } catch (error) {
        if (error.name === "AbortError") return;
        state.items = [];
        state.isOpen = true;
        state.note = props.texts.failed;
      }
    }

    function close() {
      clearTimeout(timer);
      request?.abort();
      state.isOpen = false;
      state.active = -1;
    }

    function choose(item) {
      emit("pick", item);
      state.words = "";
      state.items = [];
      close();
      state.note = "";
      input.value.focus();
    }

    async function move(step) {
      if (!state.isOpen || !state.items.length) return plan(0);
      const count = state.items.length;
      state.active = state.active < 0 ? (step > 0 ? 0 : count - 1) : (state.active + step + count) % count;
      await nextTick();
      document.getElementById(`found-${state.active}`)?.scrollIntoView({ block: "nearest" });
    }

    function press(event) {
      if (event.isComposing) return;
      const acts = {
        ArrowDown: () => move(1),
        ArrowUp: () => move(-1),
        Escape: () => state.isOpen && close(),
        Enter: () => (state.active >= 0 ? choose(state.items[state.active]) : plan(0)),
      };
      if (!acts[event.key]) return;
      // Enter would send the whole form.
      event.preventDefault();
      acts[event.key]();
    }

    onBeforeUnmount(close);

    return () =>
      h("div", { class: "picker field" }, [
        h("label", { class: "form-label", for: "picker" }, props.texts.search),
        h("input", {
          ref: input,
          id: "picker",
          class: "form-control",
          type: "text",
          role: "combobox",
          autocomplete: "off",
          "aria-autocomplete": "list",
          "aria-expanded": String(state.isOpen && state.items.length > 0),
          "aria-controls": "picker-list",
          "aria-describedby": "picker-hint",
          "aria-activedescendant": state.active >= 0 ? `found-${state.active}` : null,
          value: state.words,
          onInput: (event) => {
            state.words = event.target.value;
            plan();
          },
          onKeydown: press,
          onClick: () => state.isOpen || plan(0),
          onBlur: close,
        }),
        h("div", { class: "form-text", id: "picker-hint" }, props.texts.hint),
        h("div", { class: "picker-panel", hidden: !state.isOpen }, [
          h(
            "ul",
            { id: "picker-list", class: "picker-list", role: "listbox", "aria-label": props.texts.search },
            state.items.map((item, place) =>
              h(
                "li",
                {
                  key: item.id,
                  id: `found-${place}`,
                  role: "option",
                  "aria-selected": String(place === state.active),
                  class: ["picker-item", { "is-active": place === state.active }],
                  // The field keeps the focus, or the list would close before the click arrives.
                  onMousedown: (event) => event.preventDefault(),
                  onClick: () => choose(item),
                },
                [
                  photo(item.thumb),
                  h("span", { class: "picker-words" }, [
                    h("span", { class: "picker-name" }, item.name),
                    h("span", { class: "picker-about" }, item.description),
                  ]),
                  h("span", { class: "picker-price" }, [
                    item.price_text + (item.unit ? ` / ${item.unit}` : ""),
                    props.taken.has(item.id) ? h("span", { class: "picker-taken" }, props.texts.taken) : null,
                  ]),
                ],
              ),
            ),
          ),
          state.items.length ? null : h("p", { class: "picker-none" }, state.note),
        ]),
        h("div", { class: "visually-hidden", role: "status" }, state.isOpen ? state.note : ""),
      ]);
  },
};

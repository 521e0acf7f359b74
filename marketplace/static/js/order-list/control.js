// One choice of the next state, in the place of the form that does the same without scripts; what the row shows afterwards
// is what the server says.
import { createApp, h, nextTick, reactive } from "/static/vendor/vue-3.5.45/vue.runtime.esm-browser.prod.js";
import { refresh, send } from "./sending.js";

const ASKS_REASON = "cancelled";
const NO_WAY_BACK = new Set(["completed", "delivered"]);

// `details` holds the form; `say` has the words.
export function control(details, say) {
  const form = details.querySelector("form");
  const field = details.dataset.change;
  const choices = [...form.elements[field].options].map(({ value, text }) => ({ value, text }));
  const label = form.querySelector("label").textContent;
  const state = reactive({ chosen: "", reason: "", busy: false, error: "" });
  const place = document.createElement("div");
  place.dataset.island = field;
  details.after(place);

  const focus = (selector) => nextTick(() => place.querySelector(selector)?.focus());

  function choose(value) {
    Object.assign(state, { chosen: value, reason: "", error: "" });
    if (!value) return;
    if (value === ASKS_REASON) focus("textarea");
    else if (question(value)) focus("button");
    else go();
  }

  function question(value) {
    if (NO_WAY_BACK.has(value)) return say.saySure;
    return value === "quoting" ? say.sayAsk : "";
  }

  async function go() {
    state.busy = true;
    state.error = "";
    const answer = await send(form, field, state.chosen, state.reason.trim());
    if (answer.error === undefined) {
      const row = await refresh(place.closest("tr"));
      document.querySelector("[data-order-news]").textContent = `${answer.number}: ${say.saySaved}`;
      (row?.querySelector(`[data-island="${field}"] select`) ?? row?.querySelector(".row-title"))?.focus();
      return;
    }
    // A refusal over what was typed leaves it there; over anything else the row becomes what it really is.
    state.busy = false;
    const words = answer.error || say.sayLost;
    if (answer.status === 422 || answer.status === 0) {
      state.error = words;
      focus("textarea, select");
      return;
    }
    const row = await refresh(place.closest("tr"));
    complain(row ?? place.closest("tr"), field, words);
  }

  createApp(() =>
    h("div", { class: "row-island", "aria-busy": String(state.busy) }, [
      h(
        "select",
        {
          class: "form-select form-select-sm",
          "aria-label": label,
          disabled: state.busy,
          value: state.chosen,
          onChange: (event) => choose(event.target.value),
        },
        [h("option", { value: "" }, details.querySelector("summary").firstChild.textContent), ...choices.map(option)],
      ),
      state.chosen && (state.chosen === ASKS_REASON || question(state.chosen)) ? ask() : null,
      state.error ? h("div", { class: "row-error", role: "alert" }, state.error) : null,
    ]),
  ).mount(place);

  function ask() {
    return h("form", { class: "row-ask", onSubmit: (event) => (event.preventDefault(), go()) }, [
      state.chosen === ASKS_REASON
        ? h("label", { class: "form-label" }, [
            say.sayReason,
            h("textarea", {
              class: "form-control form-control-sm",
              rows: 3,
              maxlength: 1000,
              required: true,
              value: state.reason,
              onInput: (event) => (state.reason = event.target.value),
            }),
          ])
        : h("p", question(state.chosen)),
      h("div", { class: "actions" }, [
        h("button", { type: "submit", class: "btn btn-sm btn-primary", disabled: state.busy }, say.sayGo),
        h(
          "button",
          {
            type: "button",
            class: "btn btn-sm btn-outline-secondary",
            disabled: state.busy,
            onClick: () => (choose(""), focus("select")),
          },
          say.sayBack,
        ),
      ]),
    ]);
  }
}

function option({ value, text }) {
  return h("option", { value }, text);
}

// Says in the row why it was refused; the row may have lost the control that was used.
function complain(row, field, words) {
  const alert = document.createElement("div");
  alert.className = "row-error";
  alert.setAttribute("role", "alert");
  alert.dataset.island = "error";
  const cells = row.querySelectorAll(".row-state");
  cells[field === "status" ? 0 : 1].append(alert);
  // Announced only when it is filled after it has been put there.
  alert.textContent = words;
}

// Asks for the act that leads to the chosen state, and fetches the row anew, with the rights of whoever looks.
import { ask } from "../api.js";

const ACTS = { quoting: "request-quote", completed: "complete", cancelled: "cancel" };

// The order as it is after the act; with `error` when it was refused, empty words when nothing could be reached.
export async function send(form, field, chosen, reason) {
  const order = form.getAttribute("action").match(/\/orders\/(\d+)\//)[1];
  const act = field === "money_state" ? "money" : ACTS[chosen];
  const body = act === "money" ? { state: chosen } : act === "cancel" ? { reason } : undefined;
  const { status, told } = await ask("POST", `/orders/${order}/${act}`, body);
  return status === 200 ? told : { error: refusal(told), status };
}

function refusal(problem) {
  const [words] = Object.values(problem?.errors ?? {});
  return String(words?.[0] ?? problem?.detail ?? "");
}

// The row as it is now, in the place of the old one; null when it could not be had, or is no longer there for this person.
export async function refresh(row) {
  try {
    const answer = await fetch(row.dataset.rowUrl, { redirect: "error" });
    if (!answer.ok) {
      if (answer.status === 404) row.classList.add("is-gone");
      return null;
    }
    const holder = document.createElement("template");
    holder.innerHTML = await answer.text();
    const fresh = holder.content.querySelector("tr");
    row.replaceWith(fresh);
    // What watches the table adds its controls before anything else runs.
    await Promise.resolve();
    return fresh;
  } catch {
    return null;
  }
}

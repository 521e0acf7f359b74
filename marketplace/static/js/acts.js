// Asks before forms marked with data-confirm, and keeps a form from being sent twice. Pages work without it:
// the server refuses a repeated act, and irreversible acts have a <details> that asks first.
const dialog = document.getElementById("confirm");
const confirmed = new WeakSet();

function lock(form, submitter) {
  form.setAttribute("aria-busy", "true");
  // A disabled button is left out of the data that is being sent, so it is disabled only after the browser took it.
  setTimeout(() => {
    for (const button of form.querySelectorAll("button[type=submit], button:not([type]), input[type=submit]")) {
      if (button.disabled) continue;
      button.disabled = true;
      button.dataset.locked = "";
    }
    submitter?.classList.add("is-busy");
  });
}

function unlock() {
  for (const form of document.querySelectorAll("form[aria-busy]")) form.removeAttribute("aria-busy");
  for (const button of document.querySelectorAll("[data-locked]")) {
    button.disabled = false;
    delete button.dataset.locked;
  }
  for (const button of document.querySelectorAll(".is-busy")) button.classList.remove("is-busy");
}

function ask(form, submitter) {
  dialog.querySelector("[data-question]").textContent = form.dataset.confirm;
  const yes = dialog.querySelector("[value=yes]");
  yes.textContent = (submitter?.textContent || "").trim() || yes.dataset.label;
  yes.className = submitter?.className || "btn btn-primary";
  dialog.returnValue = "";
  dialog.onclose = () => {
    if (dialog.returnValue !== "yes") return;
    confirmed.add(form);
    form.requestSubmit(submitter);
  };
  dialog.showModal();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const method = (form.getAttribute("method") || "get").toLowerCase();
  if (event.defaultPrevented || method === "dialog") return;
  if (form.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    return;
  }
  if (form.dataset.confirm && !confirmed.has(form)) {
    event.preventDefault();
    ask(form, event.submitter);
    return;
  }
  confirmed.delete(form);
  // Searches answer with a page of their own address and may be sent again at once.
  if (method === "post") lock(form, event.submitter);
});

// The browser may bring a page back with its buttons still disabled.
window.addEventListener("pageshow", unlock);

// Puts new parts in the place of old ones, and leaves alone what somebody is busy with.

const TYPED_IN = "input:not([type=hidden]):not([type=submit]):not([type=button]), textarea, select";
const FOCUSABLE = "a[href], button, summary, input, textarea, select, [tabindex]";

// What `part` becomes is taken from `fresh`, an element of another document. Answers "same", "busy" or the new element.
export function swap(part, fresh) {
  if (!fresh) return "same";
  const other = document.importNode(fresh, true);
  keepOpen(part, other);
  if (essence(part) === essence(other)) return "same";
  if (isBusy(part)) return "busy";
  const places = [...part.querySelectorAll(FOCUSABLE)];
  const place = places.indexOf(document.activeElement);
  part.replaceWith(other);
  if (place >= 0) [...other.querySelectorAll(FOCUSABLE)][place]?.focus({ preventScroll: true });
  other.dispatchEvent(new CustomEvent("live:swapped", { bubbles: true }));
  return other;
}

// Whether somebody is typing there, has chosen something and not sent it, or is sending it just now.
export function isBusy(part) {
  if (part.matches("[aria-busy=true]") || part.querySelector("[aria-busy=true]")) return true;
  return [...part.querySelectorAll(TYPED_IN)].some((field) => field === document.activeElement || isChanged(field));
}

function isChanged(field) {
  if (field instanceof HTMLSelectElement) {
    const chosen = [...field.options].some((option) => option.defaultSelected);
    return [...field.options].some((option, place) => option.selected !== (chosen ? option.defaultSelected : !place));
  }
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  return field.type === "file" ? field.files.length > 0 : field.value !== field.defaultValue;
}

function keepOpen(part, other) {
  const opened = [...part.querySelectorAll("details")].map((details) => details.open);
  [...other.querySelectorAll("details")].forEach((details, place) => {
    details.open = details.open || Boolean(opened[place]);
  });
}

// The markup without what differs every time.
function essence(part) {
  const copy = part.cloneNode(true);
  // What a script has put there, the server does not know of.
  for (const island of copy.querySelectorAll("[data-island]")) island.remove();
  for (const field of copy.querySelectorAll("input[name=csrf_token]")) field.removeAttribute("value");
  for (const time of copy.querySelectorAll("time")) time.textContent = "";
  for (const details of copy.querySelectorAll("details")) details.removeAttribute("open");
  // Controls that scripts have put there come back by themselves.
  for (const island of copy.querySelectorAll("[data-island]")) island.remove();
  return copy.outerHTML;
}

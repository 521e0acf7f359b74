// Drafts of forms, kept in this browser for one account each until the form has been sent.
const SENT = "draft-sent";

// Private windows and full disks refuse to keep anything; then there is no draft, and no harm.
function attempt(act) {
  try {
    return act();
  } catch {
    return null;
  }
}

export const load = (key) => attempt(() => JSON.parse(localStorage.getItem(`draft:${key}`)));
export const save = (key, draft) => attempt(() => localStorage.setItem(`draft:${key}`, JSON.stringify(draft)));
export const drop = (key) => attempt(() => localStorage.removeItem(`draft:${key}`));

// The form is on its way: the next page tells whether it arrived.
export const markSent = (key) =>
  attempt(() => sessionStorage.setItem(SENT, JSON.stringify({ key, path: location.pathname })));

// A form that was accepted leads to another page; one that was not comes back at its own address, or not at all.
export function settle() {
  const sent = attempt(() => JSON.parse(sessionStorage.getItem(SENT)));
  if (!sent) return;
  attempt(() => sessionStorage.removeItem(SENT));
  const [arrival] = performance.getEntriesByType("navigation");
  if (location.pathname !== sent.path && arrival?.redirectCount > 0) drop(sent.key);
}

// Sends a row's form and fetches the row anew, with the rights of whoever looks.

// The answer of the server; with `error` when it refused, empty words when it could not be reached.
export async function send(form, fields) {
  const token = form.elements.csrf_token.value;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/json", "X-CSRFToken": token },
      body: new URLSearchParams(fields),
      redirect: "error",
    });
    const told = await answer.json();
    return answer.ok ? told : { error: String(told.error ?? ""), status: answer.status };
  } catch {
    return { error: "", status: 0 };
  }
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

// Suggests customers to the desk while it types an address or a name.
const PAUSE = 250;

export function watchCustomers(form) {
  const input = form.querySelector("[data-customers]");
  const list = document.getElementById("customers");
  if (!input || !list) return;
  let timer = 0;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const address = new URL(input.dataset.customers, location.href);
      address.search = new URLSearchParams({ q: input.value });
      try {
        const answer = await fetch(address, { headers: { Accept: "application/json" } });
        if (!answer.ok) return;
        const { items } = await answer.json();
        list.replaceChildren(...items.map(({ email, name }) => new Option(name, email)));
      } catch {
        // Suggestions only: the address can be typed.
      }
    }, PAUSE);
  });
}

// What the makers of both pages need to be guests on a page of the site.
const root = document.documentElement;

// Calls `dress` with whether it is dark: now, when the site's theme changes, and when the guest undoes what was done.
export function followTheme(dress) {
  // Without a choice of the visitor theme-auto.js has written down what the system says.
  const follow = () => dress(root.dataset.bsTheme === "dark");
  new MutationObserver(follow).observe(root, { attributes: true, attributeFilter: ["data-bs-theme", "class"] });
  follow();
}

// Both take the fragment of the address for a place of their own, so the link past the top bar must not change it.
export function keepSkipLink() {
  document.querySelector(".skip-link").addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("content").focus();
  });
}

// Keeps a guest that has its own light and dark in the theme of the site.
const root = document.documentElement;

// Calls `dress` with whether it is dark: now, when the site's theme changes, and when the guest undoes what was done.
export function followTheme(dress) {
  const follow = () => dress(isDark());
  new MutationObserver(follow).observe(root, { attributes: true, attributeFilter: ["data-bs-theme", "class"] });
  follow();
}

// Without a choice of the visitor theme-auto.js has written down what the system says.
function isDark() {
  return root.dataset.bsTheme === "dark";
}

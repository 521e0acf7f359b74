// Follows the system's light or dark setting while the visitor has not chosen a theme. Loaded blocking in the
// head, so that Bootstrap's own dark rules apply before the first paint; without it the theme's colours still
// follow the system through the CSS function light-dark().
(() => {
  const root = document.documentElement;
  if (root.dataset.theme !== "auto") return;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const follow = () => root.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  follow();
  dark.addEventListener("change", follow);
})();

// One checkbox that chooses every row of the page, and how many are chosen. Without it each row is chosen by itself.
const all = document.querySelector("[data-choose-all]");
const rows = [...document.querySelectorAll("input[name=rowid]")];

function show() {
  const chosen = rows.filter((row) => row.checked).length;
  all.checked = chosen === rows.length;
  all.indeterminate = chosen > 0 && chosen < rows.length;
}

if (all && rows.length) {
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const row of rows) row.checked = all.checked;
    show();
  });
  for (const row of rows) row.addEventListener("change", show);
  // The browser may bring a page back with rows still chosen.
  show();
}

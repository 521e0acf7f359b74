// The order list: puts a choice of the next state in the place of every folded form, also in rows that arrive later.
import { control } from "./order-list/control.js";

const table = document.querySelector("[data-order-list]");

function enhance() {
  for (const details of table.querySelectorAll(".row-change")) {
    if (!details.nextElementSibling?.matches("[data-island]")) control(details, table.dataset);
  }
}

if (table) {
  enhance();
  new MutationObserver(enhance).observe(table.tBodies[0], { childList: true });
}

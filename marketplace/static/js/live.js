// Keeps the page right while it is open. Without it, or without a line, everything works; it is only older.
import { Line } from "./live/line.js";
import { Page } from "./live/page.js";

const frame = document.getElementById("live");
const page = new Page(frame);
const line = new Line({
  since: Number(frame.dataset.since),
  token: document.querySelector("input[name=csrf_token]").value,
  heard: (events, isSettled) => page.hear(events, isSettled),
  reload: () => page.reload(),
  signedOut: () => page.show("signed-out"),
});
line.start();

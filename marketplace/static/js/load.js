// Follows a run of the catalogue loader: asks how far it is, and shows the whole page anew when it is over. Without
// scripts the page reloads itself every few seconds.
const PAUSE = 1000;
const LONGEST_PAUSE = 15_000;

const panel = document.querySelector("[data-load-state]");
const bar = panel?.querySelector("progress");
let pause = PAUSE;

function show(news) {
  if (bar && news.total) {
    bar.max = news.total;
    bar.value = news.done;
  }
  for (const [name, text] of Object.entries(news.texts)) {
    for (const place of panel.querySelectorAll(`[data-text="${name}"]`)) {
      // What a screen reader is told must have changed.
      if (place.textContent.trim() !== text) place.textContent = text;
    }
  }
}

async function ask() {
  try {
    const answer = await fetch(panel.dataset.loadState, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const news = await answer.json();
    show(news);
    if (!news.open) {
      window.location.reload();
      return;
    }
    pause = PAUSE;
  } catch {
    // The site may be starting anew, or the session has ended: there is no hurry then.
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }
  setTimeout(ask, pause);
}

if (panel) setTimeout(ask, pause);

// Small helps on top of pages that work without any script.
"use strict";

// What a script changes is said once, in the page's one live region.
function say(words) {
  const live = document.getElementById("live");
  if (live && words) live.textContent = words;
}

// "Copy link" and "Print" appear only where they work.
function offerCopies() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      say(button.dataset.copied);
    });
  }
}

function offerPrints() {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

// While a fragment is fetched, its place says so after 400 ms; what is there stays there.
const waiting = new WeakMap();

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  detail.target.setAttribute("aria-busy", "true");
  waiting.set(detail.target, setTimeout(() => say(document.body.dataset.updating), 400));
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  detail.target.removeAttribute("aria-busy");
  clearTimeout(waiting.get(detail.target));
});

document.addEventListener("htmx:sendError", () => say(document.body.dataset.offline));

offerCopies();
offerPrints();

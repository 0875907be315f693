// Small helps on top of pages that work without any script.
"use strict";

// A "Copy link" button appears only where copying works.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    say(button.dataset.copied);
  });
}

// What a fragment swap announces goes into the page's one live region.
function say(words) {
  const live = document.getElementById("live");
  if (live && words) live.textContent = words;
}

document.addEventListener("htmx:beforeRequest", (event) => {
  event.detail.target.setAttribute("aria-busy", "true");
});

document.addEventListener("htmx:afterRequest", (event) => {
  event.detail.target.removeAttribute("aria-busy");
});

document.addEventListener("htmx:sendError", () => {
  say(document.body.dataset.offline);
});

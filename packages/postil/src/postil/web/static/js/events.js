// Hears of changes while a list or the ledger is in view. The header's line is replaced where it stands; what is
// new is told at the edge of the window, and shown only when asked for: nothing that is being read moves.

const page = document.querySelector("[data-live]");
const pause = 5000; // between two questions: a harvest changes the library every second
const heard = {};
const told = {};
let source = null;
let asked = -pause;
let timer = 0;

// Puts the children of the new element into the one in view; its height stays, or what follows stays in place.
function replace(element, fresh) {
  const focused = element.contains(document.activeElement);
  const before = element.offsetHeight;
  element.replaceChildren(...fresh.childNodes);
  const grown = element.offsetHeight - before;
  if (grown < 0) element.style.minHeight = `${before}px`;
  if (grown > 0) scrollBy({ top: grown, behavior: "instant" });
  if (focused) element.querySelector("a, button")?.focus({ preventScroll: true });
}

function ask() {
  timer = 0;
  asked = performance.now();
  const request = new XMLHttpRequest();
  request.open("GET", page.dataset.live);
  request.responseType = "document";
  request.onload = () => {
    for (const fresh of request.response?.querySelectorAll("[id]") ?? []) {
      const element = document.getElementById(fresh.id);
      const text = fresh.textContent.trim();
      // What was put away stays away until there is something else to tell.
      if (element && text !== (told[fresh.id] ?? element.textContent.trim())) replace(element, fresh);
      told[fresh.id] = text;
    }
  };
  request.send();
}

function hear(event) {
  const known = heard[event.type];
  heard[event.type] = event.data;
  if (known === event.data || !page.dataset.hears.split(" ").includes(event.type)) return;
  // The first word after the page was made tells what the page already shows.
  const early = known === undefined && performance.now() < pause;
  if (early && event.type === "day" && String(JSON.parse(event.data).change) === page.dataset.change) return;
  timer ||= setTimeout(ask, Math.max(0, asked + pause - performance.now()));
}

// A browser allows six connections to a server: pages out of view give theirs back.
function listen() {
  source?.close();
  source = null;
  if (document.hidden) return;
  source = new EventSource("/api/v1/events");
  source.addEventListener("day", hear);
  source.addEventListener("harvest", hear);
}

if (page) {
  listen();
  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => event.persisted && listen());
  document.addEventListener("click", (event) => event.target.closest?.("[data-away]")?.closest("p").remove());
}

// Single keys: j and k move from paper to paper, o opens, / searches, [ and ] change the day, f folds the
// abstracts, ? shows all this. A reader may turn them off; they are never taken while something is typed.

const root = document.documentElement;
const dialog = document.getElementById("keys-dialog");
const titles = () => [...document.querySelectorAll(".paper .title a, .works a.title")];

function move(step) {
  const all = titles();
  const current = all.indexOf(document.activeElement?.closest(".paper, .works li")?.querySelector("a[href]"));
  const from = current >= 0 ? current : nearest(all) - (step > 0 ? 1 : 0);
  const target = all[Math.min(Math.max(from + step, 0), all.length - 1)];
  target?.focus({ preventScroll: true });
  const box = target?.closest(".paper, li").getBoundingClientRect();
  if (box && (box.top < 0 || box.bottom > innerHeight)) scrollBy({ top: box.top - 24, behavior: "instant" });
}

// Where reading has got to: the first title that is in view.
function nearest(all) {
  const index = all.findIndex((title) => title.getBoundingClientRect().top >= 0);
  return index < 0 ? all.length : index;
}

function search() {
  const field = document.getElementById("q");
  field?.focus();
  field?.select();
}

const actions = {
  j: () => move(1),
  k: () => move(-1),
  o: () => document.activeElement?.closest(".paper, .works li")?.querySelector("a[href]")?.click(),
  "/": search,
  "[": () => document.querySelector('[data-step="previous"]')?.click(),
  "]": () => document.querySelector('[data-step="next"]')?.click(),
  f: () => root.toggleAttribute("data-folded"),
  "?": () => dialog.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (root.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (dialog.open || event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  const action = Object.hasOwn(actions, event.key) ? actions[event.key] : null;
  if (!action) return;
  event.preventDefault();
  action();
});

document.addEventListener("click", (event) => {
  if (event.target.closest?.('[data-opens="keys"]')) {
    event.preventDefault();
    dialog.showModal();
  } else if (event.target === dialog) {
    dialog.close();
  }
});

// Suggestions under the search box while a query is typed: a combobox with a list, after the ARIA pattern. The
// server writes the lines, with their formulas; here they are fetched, moved through and taken. Focus stays in
// the box, and the list lies over the page: nothing moves. Without this the box is a form like any other.

const box = document.getElementById("q");
const pause = 60; // of typing, before the server is asked
const list = document.createElement("div");
const told = document.createElement("div");
let request = null;
let timer = 0;
let typed = "";
let at = -1;

const lines = () => [...list.children];

function drop() {
  clearTimeout(timer);
  request?.abort();
  request = null;
}

function close() {
  drop();
  list.hidden = true;
  told.textContent = "";
  point(-1);
  box.setAttribute("aria-expanded", "false");
}

function point(to) {
  lines()[at]?.setAttribute("aria-selected", "false");
  at = to;
  const line = lines()[at];
  line?.setAttribute("aria-selected", "true");
  line?.scrollIntoView({ block: "nearest" });
  if (line) box.setAttribute("aria-activedescendant", line.id);
  else box.removeAttribute("aria-activedescendant");
}

function show(fresh, query) {
  if (!fresh || box.value !== query || document.activeElement !== box) return;
  point(-1);
  list.replaceChildren(...fresh.children);
  list.hidden = !list.children.length;
  box.setAttribute("aria-expanded", String(!list.hidden));
  told.textContent = fresh.dataset.said;
}

function ask() {
  const query = box.value;
  request?.abort();
  if (!query.trim() || box.selectionEnd < query.length) return void close();
  request = new XMLHttpRequest();
  request.open("GET", `/search?part=suggest&q=${encodeURIComponent(query)}`);
  request.responseType = "document";
  request.onload = ({ target }) => show(target.response?.getElementById("suggestions"), query);
  request.send();
}

function take(line) {
  const { path, query } = line.dataset;
  if (path) {
    close();
    location.assign(path);
    return;
  }
  box.value = typed = query;
  box.focus();
  if (/[:]$/.test(query)) return void ask();
  close();
  box.form.requestSubmit();
}

function key(event) {
  if (event.isComposing || event.ctrlKey || event.metaKey) return;
  const count = list.hidden ? 0 : list.children.length;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && !count) {
    ask();
  } else if (step) {
    drop(); // an answer still under way must not change the list under the reader's hand
    point(event.altKey ? -1 : at + step < -1 ? count - 1 : at + step >= count ? -1 : at + step);
    if (event.altKey) close();
  } else if (event.key === "Escape" && count) {
    close();
  } else if (event.key === "Enter" && at >= 0) {
    take(lines()[at]);
  } else {
    if (event.key === "Tab" || event.key === "Enter") close();
    return;
  }
  event.preventDefault();
}

if (box) {
  list.id = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.labels[0].textContent);
  told.className = "unseen";
  told.setAttribute("role", "status");
  box.form.append(list, told);
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-expanded", "false");
  box.setAttribute("aria-controls", list.id);
  box.addEventListener("keydown", key);
  box.addEventListener("blur", close);
  box.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (box.value === typed) return;
    typed = box.value;
    if (!event.isComposing) timer = setTimeout(ask, pause);
  });
  box.addEventListener("compositionend", ask);
  // A press would take the focus from the box, and close the list before the click.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const line = event.target.closest("[role=option]");
    if (line) take(line);
  });
}

// The reasons for a result open under its card; without this the link leads to the page with them open.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a.ask");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const card = link.closest(".paper");
  const open = card.querySelector(".why");
  if (open) {
    open.open = !open.open;
    return;
  }
  const url = new URL(link.href);
  url.searchParams.set("part", "why");
  const asked = new XMLHttpRequest();
  asked.open("GET", url);
  asked.responseType = "document";
  asked.onload = () => {
    const why = asked.response?.querySelector(".why");
    if (why && !card.querySelector(".why")) card.append(why);
    else if (!why) location.assign(link.href);
  };
  asked.send();
});

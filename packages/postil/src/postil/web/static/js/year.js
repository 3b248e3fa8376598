// The year of the ledger is one stop of the Tab key; the arrow keys move from day to day and from week to week.

const year = document.getElementById("year");
const days = year ? [...year.querySelectorAll("a")] : [];
const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

function stop(at) {
  for (const day of days) day.tabIndex = -1;
  days[at].tabIndex = 0;
}

if (days.length) {
  stop(Math.max(0, days.findIndex((day) => day.ariaCurrent)));
  year.addEventListener("keydown", (event) => {
    const at = days.indexOf(event.target);
    const to = event.key === "Home" ? 0 : event.key === "End" ? days.length - 1 : at + (steps[event.key] ?? NaN);
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey || !days[to]) return;
    event.preventDefault();
    stop(to);
    days[to].focus();
  });
}

// Changes the theme in place; without this the same form comes back to the page with the cookie set.

function wear(theme) {
  document.documentElement.dataset.theme = theme;
  document.querySelector('meta[name="color-scheme"]').content = theme === "auto" ? "light dark" : theme;
  for (const button of document.querySelectorAll('button[name="theme"][aria-pressed]')) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
}

document.addEventListener("submit", async (event) => {
  const button = event.submitter;
  if (button?.name !== "theme") return;
  event.preventDefault();
  wear(button.value);
  const body = new URLSearchParams({ theme: button.value, return: "/healthz" });
  await fetch("/preferences", { method: "POST", body });
});

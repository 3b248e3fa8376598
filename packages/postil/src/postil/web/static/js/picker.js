// Shows the expression that the picker stands for while it is being chosen.

const form = document.querySelector('form[action="/choose"]');

form?.addEventListener("change", () => {
  const chosen = (state) => [...form.querySelectorAll(`input[value="${state}"]:checked`)].map((input) => input.name);
  const left = chosen("out").map((code) => `-${code}`).join("");
  document.getElementById("chosen").value = chosen("in").join("+") + left;
});

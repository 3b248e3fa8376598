// Copying a passage with formulas copies their TeX, between dollars, in place of characters in a row.

function written(formula) {
  const mark = formula.matches(".display, :has(> math[display='block'])") ? "$$" : "$";
  return mark + formula.dataset.tex + mark;
}

// A selection that begins or ends inside a formula takes the whole of it.
function widened(range) {
  const whole = range.cloneRange();
  const of = (node) => (node.nodeType === 1 ? node : node.parentElement)?.closest(".math[data-tex]");
  const first = of(whole.startContainer);
  const last = of(whole.endContainer);
  if (first) whole.setStartBefore(first);
  if (last) whole.setEndAfter(last);
  return whole;
}

document.addEventListener("copy", (event) => {
  const selection = getSelection();
  if (!selection || selection.isCollapsed) return;
  const sheet = document.createElement("div");
  for (let i = 0; i < selection.rangeCount; i += 1) sheet.append(widened(selection.getRangeAt(i)).cloneContents());
  const formulas = sheet.querySelectorAll(".math[data-tex]");
  if (!formulas.length) return;
  for (const formula of formulas) formula.replaceWith(written(formula));
  // Text has its line breaks only where it is laid out, so it is, for a moment, out of sight.
  sheet.className = "unseen";
  document.body.append(sheet);
  const text = sheet.innerText;
  sheet.remove();
  event.clipboardData.setData("text/plain", text);
  event.preventDefault();
});

// A formula that scrolls can be reached with the Tab key, also where the browser does not see to that.
function reachable() {
  for (const formula of document.querySelectorAll(".math.wide, .math.display")) {
    if (formula.scrollWidth > formula.clientWidth) formula.tabIndex = 0;
  }
}

reachable();
document.addEventListener("postil:more", reachable);

// The block of BibTeX gets a button that copies it.
const block = document.getElementById("bibtex");
if (block && navigator.clipboard) {
  const button = document.createElement("button");
  button.textContent = block.dataset.copy;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(block.textContent);
    button.textContent = block.dataset.copied;
  });
  block.before(button);
}

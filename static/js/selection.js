// Ticks in the table. They are checkboxes of a form, which works without this: here are the box for the page,
// ranges by Shift, the count, all pages, and Escape.

const results = () => document.getElementById("results");
const boxes = () => [...document.querySelectorAll("[data-select-row]")];
const everybody = () => document.querySelector("[data-everybody]");

let last = null;

function show() {
  const form = document.getElementById("selection-form");
  if (!form) return;
  const rows = boxes();
  const ticked = rows.filter((box) => box.checked).length;
  const page = document.querySelector("[data-select-page]");
  page.checked = ticked > 0 && ticked === rows.length;
  page.indeterminate = ticked > 0 && ticked < rows.length;
  const all = everybody();
  const words = ticked ? `${ticked} selected` : "";
  const count = form.querySelector("[data-selection-count]");
  const said = all.checked ? all.dataset.everybody : words;
  if (count.textContent !== said) count.textContent = said;
  const button = form.querySelector("[data-select-everybody]");
  if (button) button.hidden = all.checked;
}

function tick(rows, checked) {
  for (const box of rows) box.checked = checked;
  if (!checked) everybody().checked = false;
  show();
}

function clear() {
  const held = document.getElementById("selection-form").contains(document.activeElement);
  last = null;
  tick(boxes(), false);
  if (held) document.querySelector("[data-select-page]").focus();
}

document.addEventListener("click", (event) => {
  const target = event.target;
  if (target.matches("[data-select-row]")) {
    const rows = boxes();
    const [from, to] = [rows.indexOf(last), rows.indexOf(target)].sort((one, other) => one - other);
    tick(event.shiftKey && from >= 0 ? rows.slice(from, to + 1) : [target], target.checked);
    last = target;
  } else if (target.matches("[data-select-page]")) {
    tick(boxes(), target.checked);
  } else if (target.closest("[data-select-everybody]")) {
    everybody().checked = true;
    tick(boxes(), true);
    document.querySelector(".selection-actions .button").focus();
  } else if (target.closest("[data-clear-selection]")) {
    clear();
  }
});

document.addEventListener("keydown", (event) => {
  // What is open takes Escape first, and so does a text that is being typed.
  if (event.key !== "Escape" || event.defaultPrevented || !boxes().some((box) => box.checked)) return;
  if (document.querySelector("dialog[open], :popover-open")) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select")) return;
  clear();
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (!results()?.contains(event.target)) return;
  last = null;
  show();
});
// A page that the browser kept may have kept its ticks.
addEventListener("pageshow", show);

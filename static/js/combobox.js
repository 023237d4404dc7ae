// A text field with names to choose from: `data-combo` holds the address that lists them. The keyboard is
// that of the ARIA pattern: arrows, Enter, Escape; what is typed may also be a name of its own. Choosing
// changes the field, and says so by a `change` event that bubbles.

const WAIT_MS = 120;
let timer = 0;
let asked = null;
let numbered = 0;

const comboOf = (element) => element.closest?.("[data-combo]");
const fieldOf = (combo) => combo.querySelector("[role=combobox]");
const listOf = (combo) => combo.querySelector("[role=listbox]");
const optionsOf = (combo) => [...listOf(combo).querySelectorAll("[role=option]")];

function close(combo) {
  clearTimeout(timer);
  asked?.abort();
  listOf(combo).hidden = true;
  fieldOf(combo).setAttribute("aria-expanded", "false");
  fieldOf(combo).removeAttribute("aria-activedescendant");
}

function mark(combo, option) {
  for (const one of optionsOf(combo)) one.setAttribute("aria-selected", String(one === option));
  if (option) fieldOf(combo).setAttribute("aria-activedescendant", option.id);
  else fieldOf(combo).removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

async function ask(combo) {
  asked?.abort();
  asked = new AbortController();
  const field = fieldOf(combo);
  const address = `${combo.dataset.combo}?name=${encodeURIComponent(field.value)}`;
  let answer;
  try {
    answer = await fetch(address, { signal: asked.signal, headers: { "HX-Request": "true" }, redirect: "error" });
  } catch {
    return;
  }
  if (!answer.ok || document.activeElement !== field) return;
  const list = listOf(combo);
  list.innerHTML = await answer.text();
  list.id ||= `combo-list-${++numbered}`;
  for (const option of optionsOf(combo)) option.id = `combo-option-${++numbered}`;
  field.setAttribute("aria-controls", list.id);
  list.hidden = optionsOf(combo).length === 0;
  field.setAttribute("aria-expanded", String(!list.hidden));
  mark(combo, null);
}

function choose(combo, option) {
  const field = fieldOf(combo);
  field.value = option.dataset.choice;
  close(combo);
  field.dispatchEvent(new CustomEvent("choose", { bubbles: true, detail: { kind: option.dataset.choiceKind ?? "" } }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

function move(combo, by) {
  const options = optionsOf(combo);
  if (listOf(combo).hidden || !options.length) return ask(combo);
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  mark(combo, options[at < 0 && by < 0 ? options.length - 1 : (at + by + options.length) % options.length]);
}

function pressKey(combo, event) {
  const open = !listOf(combo).hidden;
  const marked = optionsOf(combo).find((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") move(combo, 1);
  else if (event.key === "ArrowUp") move(combo, -1);
  else if (event.key === "Enter" && open && marked) choose(combo, marked);
  else if (event.key === "Escape" && open) close(combo);
  else return;
  // Enter saves nothing yet, and Escape closes only the list.
  event.preventDefault();
  event.stopPropagation();
}

document.addEventListener(
  "keydown",
  (event) => {
    const combo = event.target.matches?.("[role=combobox]") && comboOf(event.target);
    if (combo) pressKey(combo, event);
  },
  true,
);

document.addEventListener("input", (event) => {
  const combo = event.target.matches("[role=combobox]") && comboOf(event.target);
  if (!combo) return;
  clearTimeout(timer);
  timer = setTimeout(() => ask(combo), WAIT_MS);
});

// The field keeps the focus while one presses on an option.
document.addEventListener("mousedown", (event) => {
  if (event.target.closest?.("[data-combo] [role=listbox]")) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const option = event.target.closest?.("[data-combo] [role=option]");
  if (option) choose(comboOf(option), option);
  else if (event.target.matches?.("[data-combo] [role=combobox]") && listOf(comboOf(event.target)).hidden) ask(comboOf(event.target));
});

document.addEventListener("focusout", (event) => {
  const combo = event.target.matches?.("[role=combobox]") && comboOf(event.target);
  if (combo) close(combo);
});

// Forms for properties: the dialog, rows that come and go, a field that fits the kind of its value, and the
// looks at what is there now, which the server describes.

const PLACEHOLDERS = {
  number: "1000 or 3.14",
  date: "2026-01-31 or 2026-01-31 14:30",
  list: "a, b, c",
  object: '{"seats": 5}',
};
const KEYBOARDS = { number: "decimal" };

const rowOf = (element) => element.closest?.("[data-value-row]");
const kindOf = (row) => row.querySelector("[data-kind]");
const valueOf = (row) => row.querySelector("[name=value]");

function makeChoice(field) {
  const choice = document.createElement("select");
  choice.className = field.className;
  for (const [value, text] of [["", "Choose"], ["true", "True"], ["false", "False"]]) choice.add(new Option(text, value));
  choice.value = field.value.trim().toLowerCase();
  if (!choice.value) choice.value = "";
  return choice;
}

function makeText(field) {
  const text = document.createElement("textarea");
  text.className = field.className;
  text.rows = 1;
  text.dir = "auto";
  text.value = field.value;
  return text;
}

// One field for each kind: true and false are chosen, all else is typed.
function fit(row) {
  const kind = kindOf(row)?.value ?? "text";
  const field = valueOf(row);
  if (!field) return;
  if ((kind === "boolean") !== (field.tagName === "SELECT")) {
    const fresh = kind === "boolean" ? makeChoice(field) : makeText(field);
    fresh.name = "value";
    fresh.setAttribute("aria-label", field.getAttribute("aria-label"));
    for (const name of ["data-value", "aria-invalid"]) {
      if (field.hasAttribute(name)) fresh.setAttribute(name, field.getAttribute(name));
    }
    const hadFocus = document.activeElement === field;
    field.replaceWith(fresh);
    if (hadFocus) fresh.focus();
    return fit(row);
  }
  field.dataset.placeholder ??= field.placeholder || "Enter Value";
  field.placeholder = PLACEHOLDERS[kind] ?? field.dataset.placeholder;
  field.inputMode = KEYBOARDS[kind] ?? "";
}

function fitAll(root) {
  for (const row of root.querySelectorAll("[data-value-row]")) fit(row);
}

function look(row) {
  const place = row.querySelector("[data-look]");
  if (place) window.htmx.trigger(place, "look");
}

function addRow(form) {
  const rows = form.querySelector("[data-edit-rows]");
  rows.append(form.querySelector("[data-edit-empty]").content.cloneNode(true));
  window.htmx.process(rows.lastElementChild);
  fit(rows.lastElementChild);
  rows.lastElementChild.querySelector("[name=name]").focus();
}

function removeRow(row) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  const form = row.closest("form");
  row.remove();
  (next?.querySelector("[data-remove-row]") ?? form.querySelector("[data-add-row]")).focus();
}

// The kind that a property has already is the one that is meant, unless another was chosen.
function propose(row, kind) {
  const field = kindOf(row);
  if (!field || !kind || field.dataset.chosen || ![...field.options].some((option) => option.value === kind)) return;
  field.value = kind;
  fit(row);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add-row], [data-remove-row]");
  if (button?.matches("[data-add-row]")) addRow(button.form);
  else if (button) removeRow(rowOf(button));
});

document.addEventListener("change", (event) => {
  const row = rowOf(event.target);
  if (event.target.id === "edit-id") for (const one of event.target.form.querySelectorAll("[data-row]")) look(one);
  if (!row) return;
  if (event.target.matches("[data-kind]")) {
    event.target.dataset.chosen = "";
    fit(row);
  }
  const isPhone = event.target.matches("[data-value]") && row.querySelector("[name=name]")?.value === "$phone";
  if (event.target.matches("[name=name]") || isPhone) look(row);
});

document.addEventListener("choose", (event) => {
  const row = rowOf(event.target);
  if (!row) return;
  propose(row, event.detail.kind);
  valueOf(row).focus();
});

// Enter saves, with Shift it begins a line.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || !event.target.matches("textarea[data-value]")) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  // While an answer is put into the page, the focus is nowhere.
  const form = event.target === document.body
    ? document.querySelector("[data-property-form]")
    : event.target.closest?.("[data-property-form]");
  const cancel = form?.querySelector("[data-cancel-property]");
  if (!cancel) return;
  event.preventDefault();
  event.stopPropagation();
  cancel.click();
}, true);

// A press on a value is one on its pencil, unless it selects text or means something inside the value.
document.addEventListener("click", (event) => {
  const value = event.target.closest("[data-edit-value]");
  if (!value || event.target.closest("a, button, summary") || !getSelection().isCollapsed) return;
  value.closest("[data-property]").querySelector("[data-edit-property]").click();
});

// The table beside the profile shows the change too.
document.addEventListener("profile-changed", () => {
  const results = document.getElementById("results");
  if (results) window.htmx.ajax("GET", location.pathname + location.search, { source: results, target: results });
});

// A look needs no more of a long value than its beginning.
document.addEventListener("htmx:configRequest", (event) => {
  const { parameters, elt } = event.detail;
  if (elt.matches("[data-look]") && parameters.value) parameters.value = String(parameters.value).slice(0, 100);
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (!event.target.matches?.("[data-look]")) return;
  propose(rowOf(event.target), event.target.querySelector("[data-present-kind]")?.dataset.presentKind);
});

document.addEventListener("htmx:load", (event) => fitAll(event.target));
fitAll(document);

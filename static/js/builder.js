// The filter builder. The server draws its form and knows what its fields mean; this opens the pop-ups, sends the
// form after each change, and offers values.

const DELAY = 300;
const QUICK = 150;

const builder = () => document.getElementById("builder");
const form = () => document.querySelector("[data-builder-form]");
const pending = new Map();

/** Runs `task` when nothing of this name was asked for during `delay` milliseconds. */
function later(name, delay, task) {
  clearTimeout(pending.get(name));
  pending.set(name, setTimeout(task, delay));
}

/* Sending: what is typed after a moment, what is chosen at once. An answer to an older state of the form
   must not overwrite what is being typed, so the request for it is given up. The one that takes its place says
   the steps again that no answer has come to. `data-waiting` tells others that the form is ahead of the page. */

let unanswered = [];
let sent = new Map();

function send() {
  form()?.requestSubmit();
}

document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-builder-form] [data-live]")) return;
  htmx.trigger(form().closest("[hx-sync]") ?? form(), "htmx:abort");
  event.target.dataset.typed = "";
  form().dataset.waiting = "";
  later("send", DELAY, send);
});

document.addEventListener("change", (event) => {
  const field = event.target;
  if (!field.matches("[data-builder-form] :is(input, select)") || field.closest("[data-window]")) return;
  if (field.matches("[data-live]")) {
    // Sent already, unless the moment is not over.
    if ("typed" in field.dataset) send();
  } else if (!field.matches("[data-menu-search], [data-menu-waiting]")) {
    send();
  }
});

document.addEventListener("htmx:configRequest", (event) => {
  if (event.target !== form()) return;
  clearTimeout(pending.get("send"));
  for (const field of document.querySelectorAll("[data-typed]")) delete field.dataset.typed;
  const { formData } = event.detail;
  unanswered.push(...formData.getAll("do"));
  formData.delete("do");
  for (const step of unanswered) formData.append("do", step);
  sent = new Map([...document.querySelectorAll("[data-suggest]")].map((field) => [field.id, field.value]));
  form().dataset.waiting = "";
});

for (const name of ["htmx:beforeOnLoad", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    if (event.target !== form()) return;
    unanswered = [];
    delete form().dataset.waiting;
  });
}

// What was typed into a field of values since, is no part of the answer.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const field = document.activeElement;
  if (event.detail.target.id !== "builder-body" || !field?.matches("[data-suggest]")) return;
  const before = sent.get(field.id) ?? "";
  const text = field.value.startsWith(before) ? field.value.slice(before.length) : field.value;
  if (!text) return;
  // As it goes, the browser would say that it has changed.
  field.value = "";
  document.addEventListener("htmx:oobAfterSwap", () => {
    const place = document.getElementById(field.id);
    if (place) place.value = text;
  }, { once: true });
});

/* The button of the toolbar. */

function toggle(button) {
  const open = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", String(open));
  button.querySelector("[data-when-open]").hidden = !open;
  button.querySelector("[data-when-closed]").hidden = open;
  builder().toggleAttribute("data-closed", !open);
  if (open) builder().querySelector(".add-button")?.focus();
}

/* The menu of conditions: a dialog with a field, tabs, and buttons of the form. */

const menu = () => document.getElementById("builder-menu");
let opener = null;

function openMenu(button) {
  opener = button.dataset.opener ?? button.id;
  menu().dataset.opener = opener;
  menu().dataset.for = button.dataset.menuFor;
  menu().dataset.offer = button.dataset.offer;
  menu().replaceChildren(document.getElementById("builder-menu-shell").content.cloneNode(true));
  // One that the button stands in closes by itself, since it is no ancestor of this one.
  menu().showPopover({ source: document.getElementById(opener) ?? button });
  button.setAttribute("aria-expanded", "true");
  const waiting = menu().querySelector("[data-menu-waiting]");
  waiting.focus();
  load("menu", menuAddress({}), menu(), () => {
    // What was typed before the menu came is what it is searched for.
    const search = menu().querySelector("[data-menu-search]");
    search.focus();
    search.value = waiting.value;
    if ("entered" in waiting.dataset) chooseFirst();
    else if (search.value) search.dispatchEvent(new InputEvent("input", { bubbles: true }));
  });
}

function menuAddress(more) {
  const { dataset } = menu();
  return `${builder().dataset.menuUrl}?${new URLSearchParams({ for: dataset.for, offer: dataset.offer, ...more })}`;
}

function reloadChoices(done) {
  // Closed or opened anew meanwhile.
  if (!menu().querySelector("[data-menu-search]")) return;
  const search = menu().querySelector("[data-menu-search]").value;
  const tab = menu().querySelector("[data-tab][aria-current]")?.dataset.tab ?? "";
  markChoices(true);
  load("menu", menuAddress({ search, tab, part: "choices" }), menu().querySelector("#menu-choices"), () => {
    markChoices(false);
    done?.();
  });
}

/** Says of the choices that others are about to take their place, or that these are the ones. */
function markChoices(busy) {
  const list = menu().querySelector("#menu-choices");
  if (busy) list.setAttribute("aria-busy", "true");
  else list.removeAttribute("aria-busy");
}

function chooseFirst() {
  clearTimeout(pending.get("menu"));
  reloadChoices(() => choices()[0]?.click());
}

const loads = new Map();

/** Fetches a fragment into an element; the last of one name wins. */
async function load(name, address, target, done = () => {}) {
  loads.get(name)?.abort();
  const controller = new AbortController();
  loads.set(name, controller);
  try {
    const answer = await fetch(address, { headers: { "HX-Request": "true" }, signal: controller.signal });
    if (answer.redirected) return location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    target.innerHTML = await answer.text();
    done();
  } catch (error) {
    if (error.name !== "AbortError") document.getElementById("failures").hidden = false;
  }
}

function choices() {
  return [...menu().querySelectorAll("[data-choice]")];
}

function showNote(choice) {
  for (const one of choices()) one.classList.toggle("filter-choice-active", one === choice);
  const note = menu().querySelector("#menu-note");
  if (!note || note.dataset.of === choice.value) return;
  later("note", QUICK, () => {
    note.dataset.of = choice.value;
    const asked = new URLSearchParams({ kind: choice.dataset.kind, name: choice.dataset.name });
    load("note", `${builder().dataset.noteUrl}?${asked}`, note);
  });
}

function onMenuKey(event) {
  const field = event.target;
  if (event.key === "Enter" && field.matches("[data-menu-search], [data-menu-waiting]")) {
    event.preventDefault();
    if (field.matches("[data-menu-search]")) chooseFirst();
    else field.dataset.entered = "";
    return;
  }
  moveInMenu(event);
}

function moveInMenu(event) {
  const all = choices();
  const at = all.indexOf(document.activeElement);
  const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: at < 0 ? null : 0, End: at < 0 ? null : all.length - 1 };
  const next = steps[event.key];
  if (next === null || next === undefined || all.length === 0) return;
  event.preventDefault();
  if (next < 0) menu().querySelector("[data-menu-search]")?.focus();
  else all[Math.min(next, all.length - 1)].focus();
}

document.addEventListener("toggle", (event) => {
  const popup = event.target;
  if (event.newState !== "closed") return;
  if (popup === menu()) {
    for (const button of document.querySelectorAll('[data-menu-for][aria-expanded="true"]')) {
      button.setAttribute("aria-expanded", "false");
    }
  }
  // A window that was not applied goes back to what it was.
  if (popup.matches?.("[data-window]")) {
    for (const field of popup.querySelectorAll("input, select")) {
      if (field.type === "radio") field.checked = field.defaultChecked;
      else if (field.matches("select")) field.value = (field.querySelector("[selected]") ?? field.options[0]).value;
      else field.value = field.defaultValue;
    }
  }
}, true);

/* After an answer: the focus goes to what was chosen; where it was before, htmx puts it back itself. */

let added = null;

document.addEventListener("submit", (event) => {
  if (event.target !== form()) return;
  hideSuggestions();
  if (menu()?.matches(":popover-open")) menu().hidePopover();
  const button = event.submitter;
  // The button that Enter presses, and a form that sends itself, leave the focus where it is.
  added = button && button.tabIndex >= 0 ? { lines: lineIds(), opener: openerOf(button) } : null;
});

function lineIds() {
  return new Set([...document.querySelectorAll(".filter-line")].map((line) => line.id));
}

/** The control that brought a button into sight, by its id. */
function openerOf(button) {
  if (button.dataset.choice !== undefined) return opener;
  const popup = button.closest("#builder-body [popover]");
  return popup ? document.querySelector(`[popovertarget="${CSS.escape(popup.id)}"]`).id : button.id;
}

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.target !== form() || !event.detail.successful || !added) return;
  const { lines, opener: from } = added;
  added = null;
  const fresh = [...document.querySelectorAll(".filter-line")].find((line) => !lines.has(line.id));
  const place = fresh?.querySelector("[data-suggest]")
    ?? fresh?.querySelector(".field-chip:not([data-window] *)")
    ?? fresh?.querySelector("select.pick:not(.connector)")
    ?? document.getElementById(from)
    ?? document.querySelector("#builder-body .add-button");
  place?.focus();
});

/* Values: a combobox whose list the server fills. */

const suggestions = () => document.getElementById("builder-suggestions");
const options = () => [...suggestions().querySelectorAll('[role="option"]:not([hidden])')];

function askForValues(field, delay = QUICK) {
  later("values", delay, () => {
    if (document.activeElement !== field) return;
    const { name, scope, event } = field.dataset;
    const asked = new URLSearchParams({ name, scope, event, search: field.value });
    load("values", `${builder().dataset.valuesUrl}?${asked}`, suggestions(), () => showSuggestions(field));
  });
}

function showSuggestions(field) {
  if (document.activeElement !== field || !field.isConnected) return;
  const chosen = new Set([...field.closest("[data-values]").querySelectorAll("[data-chip]")].map((chip) => chip.dataset.chip));
  for (const option of options()) option.hidden = chosen.has(option.dataset.text);
  suggestions().dataset.opener = field.id;
  if (suggestions().matches(":popover-open")) suggestions().hidePopover();
  suggestions().showPopover({ source: field });
  field.setAttribute("aria-expanded", "true");
  field.removeAttribute("aria-activedescendant");
}

function hideSuggestions() {
  clearTimeout(pending.get("values"));
  loads.get("values")?.abort();
  if (!suggestions()?.matches(":popover-open")) return false;
  suggestions().hidePopover();
  for (const field of document.querySelectorAll("[data-suggest]")) {
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }
  return true;
}

function activate(field, step) {
  const all = options();
  if (all.length === 0) return;
  const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length;
  for (const [number, option] of all.entries()) option.setAttribute("aria-selected", String(number === next));
  all[next].scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", all[next].id);
}

function take(field, option) {
  const [pick] = field.closest("[data-values]").querySelectorAll("[data-pick]");
  // What was picked before it stays until it has come.
  if (pick.value) pick.after(pick.cloneNode());
  pick.value = option.dataset.picked;
  field.value = "";
  send();
}

function onValueKey(event) {
  const field = event.target;
  const active = suggestions().querySelector('[aria-selected="true"]:not([hidden])');
  const open = suggestions().matches(":popover-open");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (open) activate(field, event.key === "ArrowDown" ? 1 : -1);
    else askForValues(field, 0);
  } else if (event.key === "Enter" && open && active) {
    event.preventDefault();
    take(field, active);
  } else if (event.key === "Escape" && hideSuggestions()) {
    event.preventDefault();
  } else if (event.key === "Backspace" && field.value === "") {
    [...field.closest("[data-values]").querySelectorAll(".value-drop")].at(-1)?.click();
  }
}

/* Events of the page, each to what it is about. */

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-menu-for], [data-toggles-builder], [data-tab], #builder-suggestions [role=option]");
  if (!button) return;
  if (button.matches("[data-toggles-builder]")) toggle(button);
  else if (button.matches("[data-menu-for]")) {
    event.preventDefault();
    openMenu(button);
  } else if (button.matches("[data-tab]")) {
    for (const tab of menu().querySelectorAll("[data-tab]")) tab.removeAttribute("aria-current");
    button.setAttribute("aria-current", "true");
    reloadChoices();
  } else take(document.getElementById(suggestions().dataset.opener), button);
});

// The field keeps the focus while somebody presses into the list.
document.addEventListener("pointerdown", (event) => {
  if (event.target.closest?.("#builder-suggestions")) event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (event.target.matches?.("[data-suggest]")) onValueKey(event);
  else if (event.target.closest?.("#builder-menu")) onMenuKey(event);
});

document.addEventListener("input", (event) => {
  if (event.target.matches("#builder-menu [data-menu-search]")) {
    loads.get("menu")?.abort();
    markChoices(true);
    later("menu", QUICK, () => reloadChoices());
  } else if (event.target.matches("[data-suggest]")) askForValues(event.target);
});

document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("[data-suggest]")) askForValues(event.target, 0);
  else if (event.target.matches?.("[data-choice]")) showNote(event.target);
});

document.addEventListener("focusout", (event) => {
  if (event.target.matches?.("[data-suggest]")) hideSuggestions();
});

document.addEventListener("pointerover", (event) => {
  const choice = event.target.closest?.("#builder-menu [data-choice]");
  if (choice) showNote(choice);
});

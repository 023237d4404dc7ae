// The profile beside the table. The server draws it; this opens and closes the dialog, modal where it covers the
// table, keeps the address and the rows' buttons in step with it, and goes from row to row.

const panel = document.getElementById("side-panel");
const wide = matchMedia("(min-width: 1200px)");
let tab = 0;

const buttons = () => [...document.querySelectorAll("[data-open-beside]")];
const opened = () => new URLSearchParams(location.search).get("open") ?? "";
const isOpen = () => panel?.open ?? false;

function mark() {
  const all = buttons();
  const id = isOpen() ? opened() : null;
  for (const button of all) button.setAttribute("aria-expanded", String(button.value === id));
  const at = all.findIndex((button) => button.value === id);
  for (const step of panel.querySelectorAll("[data-panel-step]")) {
    step.disabled = !all[at < 0 ? 0 : at + Number(step.dataset.panelStep)];
  }
}

function show() {
  if (panel.open && panel.matches(":modal") === !wide.matches) return;
  // What is open cannot become modal, nor the other way round: it is closed for a moment.
  panel.close();
  if (wide.matches) panel.show();
  else panel.showModal();
}

function chooseTab(index, { focus = false } = {}) {
  const tabs = [...panel.querySelectorAll("[data-tab]")];
  if (!tabs.length) return;
  tab = (index + tabs.length) % tabs.length;
  for (const [number, one] of tabs.entries()) {
    one.setAttribute("aria-selected", String(number === tab));
    one.tabIndex = number === tab ? 0 : -1;
    document.getElementById(one.getAttribute("aria-controls")).classList.toggle("tab-idle", number !== tab);
  }
  if (focus) tabs[tab].focus();
}

function close() {
  const id = opened();
  const url = new URL(location.href);
  url.searchParams.delete("open");
  // As htmx writes its own entries, so that Back loads the page as it was.
  history.replaceState({ htmx: true }, "");
  history.pushState({ htmx: true }, "", url);
  panel.close();
  panel.replaceChildren();
  mark();
  (buttons().find((button) => button.value === id) ?? document.querySelector(".table-scroll"))?.focus();
}

function step(by) {
  const all = buttons();
  const at = all.findIndex((button) => button.value === opened());
  const next = all[at < 0 ? 0 : at + by];
  next?.scrollIntoView({ block: "nearest" });
  next?.click();
}

function pressKey(event) {
  const isField = event.target.matches("input, textarea, select, [contenteditable]");
  const isElsewhere = document.querySelector(":popover-open, dialog[open]:not(#side-panel)");
  if (event.defaultPrevented || isField || isElsewhere || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && isOpen()) close();
  else if (isOpen() && (event.key === "j" || event.key === "k")) step(event.key === "j" ? 1 : -1);
  else if (event.target.matches("[data-tab]") && event.key === "ArrowRight") chooseTab(tab + 1, { focus: true });
  else if (event.target.matches("[data-tab]") && event.key === "ArrowLeft") chooseTab(tab - 1, { focus: true });
  else if (event.target.matches("[data-open-beside]") && /^Arrow(Up|Down)$/.test(event.key)) walk(event);
  else return;
  event.preventDefault();
}

// From a row's button to that above or below.
function walk(event) {
  const all = buttons();
  const next = all[all.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
  next?.focus();
  if (isOpen()) next?.click();
}

if (panel) {
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target === panel) {
      const begins = !isOpen();
      show();
      chooseTab(tab);
      panel.scrollTop = 0;
      if (begins) panel.querySelector("#panel-title")?.focus();
    } else if (event.target.id === "panel-person") chooseTab(tab);
    mark();
  });
  document.addEventListener("click", (event) => {
    const target = event.target;
    if (target.closest("[data-close-panel]") || (target === panel && panel.matches(":modal"))) {
      event.preventDefault();
      close();
    } else if (target.closest("[data-panel-step]")) step(Number(target.closest("[data-panel-step]").dataset.panelStep));
    else if (target.closest("[data-tab]")) chooseTab([...panel.querySelectorAll("[data-tab]")].indexOf(target.closest("[data-tab]")));
  });
  document.addEventListener("keydown", pressKey);
  // Escape in a modal dialog.
  panel.addEventListener("cancel", (event) => {
    if (event.target !== panel) return;
    event.preventDefault();
    close();
  });
  wide.addEventListener("change", () => isOpen() && show());
  if (isOpen()) show();
  mark();
}

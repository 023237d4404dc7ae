// Edit Columns: the pop-up opens when htmx has filled it and closes when the table has come. Rows of chosen
// columns are ordered by dragging their grips, or with the arrow keys on them; the order of the rows is what the form sends.

const dialog = document.getElementById("columns-dialog");
const form = () => document.querySelector("[data-columns-form]");
const chosen = () => [...form().querySelectorAll("[data-column]:not([hidden]):has(input:checked)")];

function count() {
  const number = form().querySelectorAll('input[name="column"]:checked').length + 1;
  form().querySelector("[data-columns-number]").textContent = number;
}

function speak(row) {
  const rows = chosen();
  const name = row.querySelector("label").textContent;
  document.getElementById("columns-spoken").textContent = `${name}, ${rows.indexOf(row) + 1} of ${rows.length}`;
}

function place(row, index) {
  const others = chosen().filter((other) => other !== row);
  if (index < others.length) others[index].before(row);
  else others.at(-1)?.after(row);
}

// Not before htmx knows the new form: an Enter would send it as a page.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target !== dialog || dialog.open) return;
  dialog.showModal();
  document.getElementById("columns-search").focus();
});

// A search that was still waiting for the typing to end must not take the place of a button that was pressed since:
// it follows when the answer to that has come.

let pressed = null;
let search = null;

const isOurs = (element) => element.closest?.("[data-columns-form]");

document.addEventListener("htmx:confirm", (event) => {
  const { elt, issueRequest } = event.detail;
  if (elt.id !== "columns-search" || !pressed?.isConnected) return;
  event.preventDefault();
  search = issueRequest;
});

document.addEventListener("htmx:beforeRequest", ({ detail: { elt } }) => {
  if (isOurs(elt) && elt.id !== "columns-search") pressed = elt;
});

document.addEventListener("htmx:afterRequest", ({ detail: { elt } }) => {
  if (elt !== pressed) return;
  const follow = dialog?.open ? search : null;
  pressed = null;
  search = null;
  // Until this event is over, htmx takes the request for one that is under way.
  if (follow) setTimeout(() => follow(true));
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "results") {
    if (dialog?.open) dialog.close();
  } else if (event.target.id === "columns-list") {
    count();
  }
});

dialog?.addEventListener("click", (event) => {
  // On the dialog itself: beside its content.
  if (event.target === dialog) dialog.close();
});

document.addEventListener("change", (event) => {
  if (event.target.name !== "column" || !form()) return;
  count();
  // An answer that is under way knows nothing of this.
  if (document.getElementById("columns-list").ariaBusy) {
    document.getElementById("columns-search").dispatchEvent(new Event("again"));
  }
});

document.addEventListener("keydown", (event) => {
  const grip = event.target.closest?.("[data-grip]");
  if (!grip) return;
  const row = grip.closest("[data-column]");
  const rows = chosen();
  const at = rows.indexOf(row);
  const target = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: rows.length - 1 }[event.key];
  if (target === undefined) return;
  event.preventDefault();
  if (target < 0 || target >= rows.length) return;
  place(row, target);
  grip.focus();
  row.scrollIntoView({ block: "nearest" });
  speak(row);
});

// How near to an edge of the list a dragged row scrolls it, and how far at a time.
const EDGE = 32;

function follow(row, y) {
  const list = row.parentElement;
  const edges = list.getBoundingClientRect();
  if (y < edges.top + EDGE) list.scrollTop -= EDGE / 2;
  if (y > edges.bottom - EDGE) list.scrollTop += EDGE / 2;
  const others = chosen().filter((other) => other !== row);
  const index = others.findIndex((other) => {
    const box = other.getBoundingClientRect();
    return y < box.top + box.height / 2;
  });
  const target = index < 0 ? others.length : index;
  if (chosen().indexOf(row) !== target) place(row, target);
}

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest?.("[data-grip]");
  if (!grip || event.button !== 0) return;
  const row = grip.closest("[data-column]");
  const drag = (move) => follow(row, move.clientY);
  const drop = () => {
    row.classList.remove("columns-dragged");
    document.removeEventListener("pointermove", drag);
    document.removeEventListener("pointerup", drop);
    document.removeEventListener("pointercancel", drop);
    grip.focus();
    speak(row);
  };
  event.preventDefault();
  row.classList.add("columns-dragged");
  document.addEventListener("pointermove", drag);
  document.addEventListener("pointerup", drop);
  document.addEventListener("pointercancel", drop);
});

// Dialogs whose content htmx fetches: one opens when it is filled, with the focus on its heading. A link with
// `data-close-dialog` only closes it; so does a form with `data-export-form`, whose answer is a download: the
// browser's own, with its progress and its cancel.

const isOurs = (element) => element instanceof HTMLDialogElement && element.hasAttribute("data-dialog");

document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = event.target;
  if (!isOurs(dialog)) return;
  if (!dialog.open) {
    delete dialog.dataset.typed;
    dialog.showModal();
  }
  dialog.querySelector("[data-focus-here]")?.focus();
});

document.addEventListener("click", (event) => {
  const dialog = event.target.closest("dialog[data-dialog]");
  if (!dialog) return;
  // On the dialog itself: beside its content. What was typed into a form is not lost by that.
  const isBeside = event.target === dialog && dialog.dataset.dialog !== "form";
  if (!isBeside && !event.target.closest("[data-close-dialog]")) return;
  event.preventDefault();
  dialog.close();
});

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-export-form]")) event.target.closest("dialog")?.close();
});

document.addEventListener("input", (event) => {
  const dialog = event.target.closest("dialog[data-dialog=form]");
  if (!dialog) return;
  dialog.dataset.typed = "";
  dialog.querySelector("[data-leaving]")?.replaceChildren();
});

// Escape may have been meant for something smaller: where something was typed, the first one only warns.
document.addEventListener(
  "cancel",
  (event) => {
    const said = event.target.querySelector?.("[data-leaving]");
    if (!said || event.target.dataset.typed === undefined) return;
    event.preventDefault();
    delete event.target.dataset.typed;
    said.textContent = "Escape again leaves without saving.";
  },
  true,
);

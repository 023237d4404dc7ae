// The export's dialog: opens when htmx has filled it. Its link to the table only closes it, and so does the
// start of the download, which is then the browser's own, with its progress and its cancel.

const dialog = document.getElementById("export-dialog");

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target !== dialog) return;
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("#export-title")?.focus();
});

dialog?.addEventListener("click", (event) => {
  // On the dialog itself: beside its content.
  if (event.target !== dialog && !event.target.closest("[data-close-export]")) return;
  event.preventDefault();
  dialog.close();
});

dialog?.addEventListener("submit", () => dialog.close());

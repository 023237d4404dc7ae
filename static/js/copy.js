// `data-copy-from="id"`: the button copies that element's text and says so.

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Without https a browser offers no clipboard; a selected field still copies.
  const field = document.createElement("textarea");
  field.value = text;
  field.setAttribute("readonly", "");
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

function say(button) {
  const label = button.querySelector("[data-copy-label]") ?? button.querySelector("[data-copy-note]");
  if (!label) return;
  const before = label.textContent;
  label.textContent = "Copied";
  setTimeout(() => (label.textContent = before === "Copied" ? "Copy" : before), 1500);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy-from]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copyFrom);
  const focused = document.activeElement;
  await copy(source.textContent);
  focused?.focus();
  say(button);
});

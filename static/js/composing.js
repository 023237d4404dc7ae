// A word that an input method is still composing is not typed yet: what searches as one types hears of it once it is
// whole.

document.addEventListener(
  "input",
  (event) => {
    if (event.isComposing) event.stopPropagation();
  },
  true,
);

document.addEventListener("compositionend", (event) => {
  event.target.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertFromComposition" }));
});

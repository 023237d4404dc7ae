// A link that htmx replaces by what it loaded takes the focus with it: it goes to the element of the
// answer with `data-focus-here`. Whoever moved on meanwhile stays where they are.

document.addEventListener("htmx:load", (event) => {
  const element = event.target;
  const place = element.matches("[data-focus-here]") ? element : element.querySelector("[data-focus-here]");
  if (!place) return;
  place.removeAttribute("data-focus-here");
  if (!document.activeElement || document.activeElement === document.body) place.focus();
});
